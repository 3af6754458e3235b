# SPDX-License-Identifier: Apache-2.0
# live.sh - for scripts that run cordond on a real interface: a worm's network namespace, the watcher's, a pair of interfaces between
# them, and how to look at the processes.  Source it after tap.sh; needs root, else the script is skipped.

worm=cw$$ watch=cx$$
skip() { echo "not ok 1 - # SKIP $1"; echo "1..1"; exit 0; }
[ "$(id -u)" = 0 ] || skip "network namespaces need root"
for tool in ip bash pgrep; do command -v $tool >/dev/null || skip "no $tool here"; done
ip netns add "$worm" 2>/dev/null || skip "no network namespaces here"
daemon= simulator=
clean() {
	[ -z "$daemon" ] || kill -9 "$daemon" 2>/dev/null
	[ -z "$simulator" ] || kill "$simulator" 2>/dev/null
	ip netns del "$worm"
	ip netns del "$watch"
	rm -rf "$work"
}
trap clean EXIT
ip netns add "$watch"
ip -n "$worm" link add w0 type veth peer name x0 netns "$watch"
ip -n "$worm" addr add 10.66.0.23/16 dev w0
ip -n "$worm" link set w0 up
ip -n "$watch" link set x0 up
ip -n "$watch" link set lo up

cordond=$OUT/cordond cordon=$OUT/cordon socket=$work/control eve=$work/eve.json store=$work/cordon.db
chmod 755 "$work"

# Isolates PCs; to cut off a server two people must agree.
people_policy() {
	cat >"$work/policy.yaml" <<YAML
version: 1
name: people decide
channels:
  repair: [arp, dhcp]
  help: [arp, dhcp, { tcp: { to: 10.66.0.5, ports: [443] } }]
rules:
  - name: two for a server
    when: { confidence: ">= 0.99", role: server }
    then: { propose: { channel: repair, approvals: 2 } }
  - name: worm
    when: { confidence: ">= 0.9999", role: workstation }
    then: { isolate: { channel: repair, for: 1h } }
  - name: watch
    then: { watch: {} }
YAML
}
# until COMMAND...: for twenty seconds at most
until_so() {
	for _ in $(seq 200); do
		"$@" && return 0
		sleep 0.1
	done
	return 1
}
facts() { jq_less "$@" | wc -l; }
# facts of an event_type with this text in them
jq_less() { grep "\"event_type\":\"$1\"" "$eve" 2>/dev/null | grep -- "$2"; }
told() { [ -n "$(jq_less "$1" "$2")" ]; }
child() { pgrep -P "$daemon" 2>/dev/null | while read -r pid; do
		# The controller alone has the control socket's file; the sensor alone reads packets.
		grep -q "^Seccomp:.2" "/proc/$pid/status" 2>/dev/null || continue
		if [ "$(readlink "/proc/$pid/fd/1")" = /dev/null ]; then echo "sensor $pid"; else echo "controller $pid"; fi
	done | sed -n "s/^$1 //p"; }
alive() { [ -n "$(child sensor)" ] && [ -n "$(child controller)" ] && "$cordon" health --control "$socket" >/dev/null 2>&1; }
gone() { [ ! -d "/proc/$1" ]; }
status() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"; }

start() {
	: >"$work/err"
	ip netns exec "$watch" "$cordond" -v -i x0 --control "$socket" -s "$store" -o "$eve" "$@" \
		>"$work/out" 2>"$work/err" &
	daemon=$!
	until_so alive || not_ok "cordond starts" "$(cat "$work/err")"
}
# sweep NET: 20 neighbours of 10.66.NET that do not exist
sweep() {
	ip netns exec "$worm" bash -c "for i in \$(seq 20); do echo x >/dev/udp/10.66.$1.\$i/445; sleep 0.02; done" 2>/dev/null
}

