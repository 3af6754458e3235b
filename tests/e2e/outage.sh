#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Everybody fails at once: scoring pauses for them, nobody is convicted, and the ledger and "cordon health" say why.  A worm among
# them is found all the same, and so is whoever fails alone.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

cordond=$OUT/cordond cordon=$OUT/cordon socket=$work/control
recipe=pcaps/outage.recipe

# replay NAME: the capture of $work/NAME.recipe with facts and ledger; the account in $work/out
replay() {
	"$OUT/cordon-pcapgen" "$work/$1.recipe" "$work/$1.pcap" >/dev/null || not_ok "the recipe builds"
	expect 0 "$2" "$cordond" -p policies/watch-only.yaml -r "$work/$1.pcap" --store "$work/$1.db" -o "$work/$1.json"
}

cp "$recipe" "$work/all.recipe"
replay all "twelve PCs of forty cannot reach their servers"
check "that is a fault of the network" grep -q "network  *[0-9]* of 4[0-9] hosts fail at once on different ports" "$work/out"
check "a fact says so" grep -q '"event_type":"network".*"state":"fault","hosts":[0-9]*,"of":4[0-9],"scoring":"pauses for them"' "$work/all.json"
check "nobody is convicted" sh -c "! grep -q CONVICTED '$work/out'"
check "nor even suspected" sh -c "! grep -q suspected '$work/out'"
expect 0 "the ledger is whole" "$cordon" ledger verify --store "$work/all.db"
expect 0 "the ledger holds it" "$cordon" ledger show --store "$work/all.db"
check "under its name" grep -q "network" "$work/out"

{ grep -v '^sweep' "$recipe"; grep '^sweep tcp 10.20.0.21 ' "$recipe"; } >"$work/alone.recipe"
replay alone "one PC alone that cannot reach the same servers"
check "is a worm" grep -q "10.20.0.21 .*CONVICTED" "$work/out"
check "and no fault" sh -c "! grep -q '\"event_type\":\"network\"' '$work/alone.json'"

{ sed 's/^end .*//' "$recipe"; echo "sweep arp 10.20.0.50 at 64 to 10.20.0.80 count 20 rate 10"; echo "end at 150"; } >"$work/worm.recipe"
replay worm "a worm sweeps its subnet in the middle of it"
check "and is convicted" grep -q "10.20.0.50 .*CONVICTED" "$work/out"
check "it alone" test "$(grep -c CONVICTED "$work/out")" -eq 1

{ sed 's/^end .*//' "$recipe"; echo "sweep tcp 10.20.0.21 at 120 to 10.40.0.10 count 20 rate 10 port 445"; echo "end at 150"; } >"$work/after.recipe"
replay after "one of them turns worm when it is over"
check "the end is told" grep -q "recovered  *scoring goes on" "$work/out"
check "and it is convicted" grep -q "10.20.0.21 .*CONVICTED" "$work/out"

# The running daemon two seconds after it began; its clock is the packets' where they are ahead.
sed "s/^start .*/start $(date -u +%Y-%m-%dT%H:%M:%SZ)/; s/^end .*/end at 63/" "$recipe" >"$work/now.recipe"
"$OUT/cordon-pcapgen" "$work/now.recipe" "$work/now.pcap" >/dev/null
mkfifo "$work/pipe"
"$cordond" -q -r - --control "$socket" <"$work/pipe" >"$work/daemon" 2>&1 &
daemon=$!
exec 9>"$work/pipe"
cat "$work/now.pcap" >&9
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	"$cordon" health --control "$socket" 2>/dev/null | grep -q "^network" && break
	sleep 0.2
done
expect 0 "cordon health" "$cordon" health --control "$socket"
check "tells of it" grep -q "^network  *broken or names are forged since .*: [0-9]* of 4[0-9] hosts fail at once" "$work/out"
exec 9>&-
wait "$daemon"
tap_done
