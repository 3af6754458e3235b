#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A recorded capture that arrives through a pipe is judged like the file, by the packets' clock, and enforces nothing.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

"$OUT/cordon-pcapgen" pcaps/outbreak.recipe "$work/outbreak.pcap" >/dev/null || not_ok "the recipe builds"

# shellcheck disable=SC2002
cat "$work/outbreak.pcap" | "$OUT/cordond" -r - >"$work/piped" 2>"$work/err"
check "a pipe ends in order" test $? -eq 0
"$OUT/cordond" -r "$work/outbreak.pcap" >"$work/file" 2>>"$work/err"
for host in 10.20.0.23 10.20.0.31; do
	check "$host is convicted from the file" grep -q "^09:00:.* $host *CONVICTED" "$work/file"
	check "and from the pipe, at the packets' time" grep -q "^09:00:.* $host *CONVICTED" "$work/piped"
done

printf 'store: %s\nassets: %s\nenforce: true\n' "$work/cordon.db" "$work/assets.yaml" >"$work/cordon.yaml"
: >"$work/assets.yaml"
# shellcheck disable=SC2002
cat "$work/outbreak.pcap" | "$OUT/cordond" -c "$work/cordon.yaml" -r - >"$work/piped" 2>"$work/err"
check "enforcing what is not of now is wrong usage" test $? -eq 2
check "says why" grep -q "away from this machine's clock" "$work/err"
check "decides nothing" test "$(grep -c decision "$work/piped")" -eq 0
tap_done
