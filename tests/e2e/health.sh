#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the running daemon tells about its own view and about who is who.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

cordond=$OUT/cordond cordon=$OUT/cordon socket=$work/control
"$OUT/cordon-pcapgen" pcaps/office.recipe "$work/office.pcap" >/dev/null || not_ok "the recipe builds"
"$OUT/cordon-distort" asked "$work/office.pcap" "$work/asked.pcap" || not_ok "the mirror is cut in half"

# watch FILE: a daemon that has read it and waits for more
watch() {
	mkfifo "$work/pipe"
	"$cordond" -q -r - --control "$socket" <"$work/pipe" >"$work/daemon" 2>&1 &
	daemon=$!
	exec 9>"$work/pipe"
	cat "$1" >&9
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		"$cordon" health --control "$socket" 2>/dev/null | grep -q VLAN && break
		sleep 0.2
	done
	sleep 0.5
}

stop() {
	exec 9>&-
	wait "$daemon"
	rm -f "$work/pipe"
}

watch "$work/office.pcap"
expect 0 "cordon health" "$cordon" health --control "$socket"
check "sees both directions" grep -q "^VLAN 0 *full" "$work/out"
expect 0 "cordon hosts" "$cordon" hosts --control "$socket"
check "the gateway, and how that is known" grep -q "10.20.0.1 .*gateway: [0-9]* hosts sent it packets" "$work/out"
check "the resolver" grep -q "10.20.0.2 .*DNS server: answered" "$work/out"
# stats counts what the daemon says; the page says what each counts
for _ in 1 2 3 4 5 6 7 8 9 10; do
	"$cordon" stats --control "$socket" | grep -q '^cordon_sensor_hosts [1-9]' && break
	sleep 0.2
done
expect 0 "cordon stats" "$cordon" stats --control "$socket"
check "counts the hosts" grep -q '^cordon_sensor_hosts [1-9]' "$work/out"
sed -n 's/^\(cordon_[a-z_]*\) [0-9]*$/\1/p' "$work/out" | sort >"$work/told"
sed -n 's/^| `\(cordon_[a-z_]*\)` | [A-Z1].*/\1/p' docs/metrics.md | sort >"$work/documented"
check "docs/metrics.md has a line for each counter, and no other" diff "$work/documented" "$work/told"
check "there are many" [ "$(wc -l <"$work/told")" -gt 30 ]
stop

watch "$work/asked.pcap"
expect 0 "cordon health of half a mirror" "$cordon" health --control "$socket"
check "says what is missing" grep -q "^VLAN 0 *one-sided" "$work/out"
check "and what to do" grep -q "mirror both directions" "$work/out"
stop
expect 1 "without a daemon" "$cordon" health --control "$work/none"
tap_done
