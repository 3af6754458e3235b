#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who interrupts a replay gets what was read until then judged, told and stored, and a shell that knows it was interrupted.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

# An outbreak, and then empty packets for a long time: a file of zeros takes no room.
"$OUT/cordon-pcapgen" pcaps/outbreak.recipe "$work/long.pcap" >/dev/null || not_ok "the recipe builds"
truncate -s +40G "$work/long.pcap" 2>/dev/null || truncate -s +8G "$work/long.pcap"

# caught CODE NAME SIGNAL COMMAND...: interrupted as soon as it listens to the signal, and by then has told what $until says
caught() {
	code=$1 name=$2 signal=$3
	shift 3
	# A script's background ignores SIGINT.  One process is interrupted, not its group, which would be twice.
	env --default-signal=INT "$@" >"$work/out" 2>"$work/err" </dev/null &
	for _ in $(seq 300); do
		# Before it is the program it is this shell, which listens too.
		[ "$(readlink "/proc/$!/exe")" = "$(readlink -f "$1")" ] || { sleep 0.05; continue; }
		caught=$(sed -n 's/^SigCgt:.*\(....\)$/\1/p' "/proc/$!/status" 2>/dev/null)
		[ $((0x${caught:-0} >> (signal - 1) & 1)) -eq 1 ] && { [ -z "$until" ] || grep -q "$until" "$work/out"; } && break
		sleep 0.05
	done
	kill -s "$signal" $!
	wait $!
	check "$name" [ $? -eq "$code" ]
}

for signal in 2 15; do
	until=CONVICTED
	caught $((128 + signal)) "signal $signal ends a replay" $signal "$OUT/cordond" -r "$work/long.pcap" -s "$work/$signal.db"
	check "after the summary" grep -q "^sensor: [0-9]* packets" "$work/out"
	check "with what was convicted" grep -q "10.20.0.23 .*CONVICTED" "$work/out"
	check "says how far it came" grep -q "^cordond: interrupted after [0-9]* packets; they were judged" "$work/err"
	expect 0 "the ledger is whole" "$OUT/cordon" ledger verify --store "$work/$signal.db"
	until=
	caught $((128 + signal)) "cordon-sensor, too" "$signal" "$OUT/cordon-sensor" -r "$work/long.pcap"
	check "after its totals" grep -q "^sensor packets=" "$work/out"
done
tap_done
