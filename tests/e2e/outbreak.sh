#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who infected whom, from frames to "cordon outbreak": as text, for Graphviz and as JSON.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

"$OUT/cordon-pcapgen" pcaps/outbreak-tree.recipe "$work/tree.pcap" >/dev/null
expect 0 "the replay" "$OUT/cordond" -p policies/watch-only.yaml -r "$work/tree.pcap" --store "$work/cordon.db" -o "$work/facts.json"
check "the account tells who infected whom" \
	grep -q "10.20.0.48 .*infected .*by 10.20.0.31, which reached it on port 445 .* and was called back" "$work/out"
check "so do the facts" grep -q '"event_type":"infection","src_ip":"10.20.0.40".*"parent_ip":"10.20.0.23"' "$work/facts.json"

expect 0 "cordon outbreak" "$OUT/cordon" outbreak --store "$work/cordon.db"
sed -E 's/ convicted; .*//; s/ +$//' "$work/out" >"$work/tree"
cat >"$work/wanted" <<'END'
patient zero: 10.20.0.23
`- 10.20.0.40
  `- 10.20.0.24
    `- 10.20.0.31
      `- 10.20.0.48
END
check "four generations, as the capture was made" cmp -s "$work/tree" "$work/wanted"
check "with ports and times" grep -q "10.20.0.31 .*port 445 at 11:00:17.222, attacks since 11:00:19.950; convicted 11:00:20" "$work/out"

expect 0 "cordon outbreak --dot" "$OUT/cordon" outbreak --dot --store "$work/cordon.db"
check "four arrows" test "$(grep -c -- ' -> ' "$work/out")" -eq 4
expect 0 "cordon outbreak --json" "$OUT/cordon" outbreak --json --store "$work/cordon.db"
check "generations in JSON" grep -q '"host":"10.20.0.48","state":"convicted","generation":4' "$work/out"
expect 0 "the ledger holds them" "$OUT/cordon" ledger verify --store "$work/cordon.db"

"$OUT/cordon-pcapgen" pcaps/office.recipe "$work/office.pcap" >/dev/null
"$OUT/cordond" -q -p policies/watch-only.yaml -r "$work/office.pcap" --store "$work/quiet.db" -o "$work/quiet.json" >/dev/null 2>&1
expect 0 "an office without a worm" "$OUT/cordon" outbreak --store "$work/quiet.db"
check "has no outbreak" grep -qx "no worm was convicted" "$work/out"
expect 1 "a store that is not there" "$OUT/cordon" outbreak --store "$work/none.db"
expect 2 "two forms at once" "$OUT/cordon" outbreak --dot --json --store "$work/cordon.db"
expect 2 "a flag takes no value" "$OUT/cordon" outbreak --dot=yes
tap_done
