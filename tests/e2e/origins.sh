#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One store for captures, a pipe and the wire: "cordon incidents" tells them apart, also in a store of an older version.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

OUT=$(cd "$OUT" && pwd)
cordond=$OUT/cordond cordon=$OUT/cordon store=$work/cordon.db
"$OUT/cordon-pcapgen" pcaps/outbreak.recipe "$work/outbreak.pcap" >/dev/null || not_ok "the recipe builds"

# lists N ORIGIN: so many incidents of it
lists() {
	"$cordon" incidents --store "$store" --origin "$2" >"$work/list" 2>&1
	check "$1 of ${2:-all}" test "$(grep -c " nats " "$work/list")" -eq "$1"
}

(cd "$work" && "$cordond" -q -r outbreak.pcap -s "$store") || not_ok "the capture is judged"
lists 2 ""
# shellcheck disable=SC2002
cat "$work/outbreak.pcap" | "$cordond" -q -r - -s "$store" || not_ok "the pipe is judged"
lists 4 ""
lists 2 capture
lists 2 outbreak.pcap
lists 2 "$work/outbreak.pcap"
lists 2 pipe
lists 0 interface
check "says so" grep -q "^no incidents of interface" "$work/list"
# Two of the same capture are two outbreaks, each told alone.
grows() {
	"$cordon" outbreak --store "$store" --origin "$2" >"$work/tree" 2>&1
	check "$1 hosts in the outbreaks of ${2:-all}" test "$(grep -c "convicted [0-9]" "$work/tree")" -eq "$1"
}
grows 4 ""
grows 2 outbreak.pcap
grows 2 pipe
grows 0 interface
expect 0 "the list" "$cordon" incidents --store "$store"
check "names the capture in full" grep -q "capture $work/outbreak.pcap\$" "$work/out"
check "and the pipe" grep -q "  pipe\$" "$work/out"
expect 2 "an option that is not there" "$cordon" incidents --from pipe
check "names the one that is" grep -q -- "--origin" "$work/err"
tap_done
