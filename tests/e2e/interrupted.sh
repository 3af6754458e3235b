#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who interrupts a replay gets what was read until then judged, told and stored, and a shell that knows it was interrupted.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

# An outbreak, and then empty packets for a long time: a file of zeros takes no room.
"$OUT/cordon-pcapgen" pcaps/outbreak.recipe "$work/long.pcap" >/dev/null || not_ok "the recipe builds"
truncate -s +40G "$work/long.pcap" 2>/dev/null || truncate -s +8G "$work/long.pcap"

# Default signals: a script's background ignores SIGINT.  In the foreground, or the whole group is interrupted and a program twice.
for case in INT:130 TERM:143; do
	signal=${case%:*}
	expect "${case#*:}" "SIG$signal ends a replay" timeout --foreground --preserve-status -s "$signal" 1 \
		"$OUT/cordond" -r "$work/long.pcap" -s "$work/$signal.db"
	check "after the summary" grep -q "^sensor: [0-9]* packets" "$work/out"
	check "with what was convicted" grep -q "10.20.0.23 .*CONVICTED" "$work/out"
	check "says how far it came" grep -q "^cordond: interrupted after [0-9]* packets; they were judged" "$work/err"
	expect 0 "the ledger is whole" "$OUT/cordon" ledger verify --store "$work/$signal.db"
	expect "${case#*:}" "cordon-sensor, too" timeout --foreground --preserve-status -s "$signal" 1 "$OUT/cordon-sensor" -r "$work/long.pcap"
	check "after its totals" grep -q "^sensor packets=" "$work/out"
done
tap_done
