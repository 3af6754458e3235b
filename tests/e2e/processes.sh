#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cordond on a real interface: three processes, each of which is killed while a worm sweeps.  Needs root for network namespaces.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

# shellcheck source=tests/e2e/live.sh
. tests/e2e/live.sh

# ---- what each process may
printf 'safety: { blind_pause: 2s }\n' >"$work/cordon.yaml"
start -c "$work/cordon.yaml"
sensor=$(child sensor) controller=$(child controller)
check "the sensor is nobody in particular" [ "$(status "$sensor" Uid | cut -f1)" != 0 ]
check "has no capability" [ "$(status "$sensor" CapEff)" = 0000000000000000 ]
check "can have none" [ "$(status "$sensor" CapBnd)" = 0000000000000000 ]
check "takes no new ones" [ "$(status "$sensor" NoNewPrivs)" = 1 ]
check "is filtered" [ "$(status "$sensor" Seccomp)" = 2 ]
check "leaves no core" grep -q "core file size *0 *0" "/proc/$sensor/limits"
nets=$(ls -l "/proc/$sensor/fd" | sed -n 's/.*socket:\[\([0-9]*\)\].*/\1/p')
inet() { for n in $nets; do awk -v n="$n" '$10 == n || $13 == n { print FILENAME }' \
	"/proc/$sensor/net/tcp" "/proc/$sensor/net/udp" "/proc/$sensor/net/tcp6" "/proc/$sensor/net/udp6"; done; }
check "no socket of TCP or UDP" [ -z "$(inet)" ]
check "no file of the store" [ -z "$(ls -l "/proc/$sensor/fd" | grep -e cordon.db -e eve.json)" ]
check "the controller is filtered" [ "$(status "$controller" Seccomp)" = 2 ]
check "takes no new privileges" [ "$(status "$controller" NoNewPrivs)" = 1 ]
check "reads no packets" [ -z "$(ls -l "/proc/$controller/fd" | sed -n 's/.*socket:\[\([0-9]*\)\].*/\1/p' |
	while read -r n; do awk -v n="$n" '$9 == n' "/proc/$controller/net/packet"; done)" ]

# ---- the sensor dies
(sweep 1; sleep 0.3; sweep 2; sleep 0.3; sweep 3) &
sweeper=$!
until_so told incident '"convicted"'
check "the worm is convicted" told incident '"state":"convicted"'
before=$(facts incident '"state":"convicted"')
kill -9 "$sensor"
check "a sensor that is killed is told" until_so told sensor '"state":"blind","why":"the sensor was ended by signal 9"'
check "a new one starts" until_so alive
check "and the gap from when to when" until_so told sensor '"state":"back".*"blind_from".*"blind_to".*"automation_resumes_at"'
wait "$sweeper"
check "the controller was not harmed" [ "$(child controller)" = "$controller" ]
check "after the stated time automation goes on" until_so told sensor '"state":"sees"'
new=$(child sensor)
check "it is another sensor" [ "$new" != "$sensor" ]
# Another name: the first incident is open already.
ip -n "$worm" addr flush dev w0
ip -n "$worm" addr add 10.66.0.99/16 dev w0
sweep 4
convicted_again() { [ "$(facts incident '"state":"convicted"')" -gt "$before" ]; }
check "which convicts the next worm" until_so convicted_again
check "by its address" told incident '10.66.0.99.*"state":"convicted"'

# ---- what an intruder in the sensor would cause, as far as it can be had from outside
kill -STOP "$new"
check "a sensor that hangs is told" until_so told sensor 'the sensor is silent'
blind() { "$cordon" health --control "$socket" | grep -q "^blind .*automatic isolation pauses: the sensor is silent"; }
check "cordon health says so" blind
kill -CONT "$new"
check "and when it goes on" until_so told sensor '"state":"back","why":"the sensor is silent"'

# ---- the controller dies
sensor=$(child sensor) controller=$(child controller) lines=$(wc -l <"$eve")
convictions() { facts incident '10.66.0.99.*"state":"convicted"'; }
before=$(convictions)
kill -9 "$controller"
check "a controller that is killed starts again" until_so alive
check "it is another one" [ "$(child controller)" != "$controller" ]
check "the sensor goes on" [ "$(child sensor)" = "$sensor" ]
again() { [ "$(convictions)" -gt "$before" ]; }
check "what stands against the worm is known again" until_so again
check "what was told stays" [ "$(wc -l <"$eve")" -ge "$lines" ]
ip -n "$worm" addr flush dev w0
ip -n "$worm" addr add 10.66.0.77/16 dev w0
sweep 5
check "and judges" until_so told incident '10.66.0.77.*"state":"convicted"'
expect 0 "the ledger is whole" "$cordon" ledger verify --store "$work/cordon.db"

# ---- new settings
controller=$(child controller)
printf 'safety: { blind_pawse: 2s }\n' >"$work/cordon.yaml"
kill -HUP "$daemon"
check "bad settings are told" until_so grep -q "cordon.yaml:1:.*blind_pawse" "$work/err"
check "with what follows" until_so grep -q "what ran goes on" "$work/err"
check "and change nothing" [ "$(child controller)" = "$controller" ]
printf 'safety: { blind_pause: 3s }\n' >"$work/cordon.yaml"
kill -HUP "$daemon"
changed() { [ -n "$(child controller)" ] && [ "$(child controller)" != "$controller" ]; }
check "good ones are taken" until_so changed
check "by both" until_so alive
check "a new sensor too" [ "$(child sensor)" != "$sensor" ]
until_so alive
controller=$(child controller) sensor=$(child sensor)
printf 'capture: { filter: "no such filter" }\n' >"$work/cordon.yaml"
kill -HUP "$daemon"
check "settings that cannot work are taken back" until_so grep -q "the old ones are back" "$work/err"
check "and all goes on" until_so alive

# ---- the end
sensor=$(child sensor) controller=$(child controller)
kill -TERM "$daemon"
wait "$daemon"
check "an orderly end" [ $? -eq 0 ]
check "leaves no sensor" gone "$sensor"
check "and no controller" gone "$controller"
check "tells the counters" told stats '"packets"'

start
sensor=$(child sensor) controller=$(child controller)
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
check "without its supervisor no sensor lives" until_so gone "$sensor"
check "and no controller" until_so gone "$controller"

start
# As Ctrl-C does: everybody of the terminal's group, the children too.
kill -INT "$(child sensor)" "$(child controller)" "$daemon"
wait "$daemon"
check "Ctrl-C is an orderly end" [ $? -eq 0 ]
check "which tells the counters" [ "$(facts stats '"packets"')" -ge 2 ]

# ---- without root
if command -v setpriv >/dev/null; then
	mkdir -m 777 "$work/open"
	cp "$cordond" "$work/open/cordond" # the build may lie where others cannot go
	ip netns exec "$watch" setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all,+net_raw \
		--ambient-caps=-all,+net_raw --bounding-set=-all,+net_raw "$work/open/cordond" -q -i x0 \
		--control "$work/open/control" -o "$work/open/eve.json" >"$work/out" 2>"$work/err" &
	daemon=$! socket=$work/open/control
	check "CAP_NET_RAW is enough" until_so alive
	check "the sensor gives it up" [ "$(status "$(child sensor)" CapEff)" = 0000000000000000 ]
	check "and the controller" [ "$(status "$(child controller)" CapEff)" = 0000000000000000 ]
	kill -TERM "$daemon"
	wait "$daemon"
	check "and all ends in order" [ $? -eq 0 ]
	socket=$work/control
fi

# ---- the interface goes away and comes back
: >"$work/cordon.yaml"
printf 'version: 1\nname: t\nrules:\n  - name: watch\n    then: { watch: {} }\n' >"$work/policy.yaml"
start -c "$work/cordon.yaml" -p "$work/policy.yaml"
until_so alive
sensor=$(child sensor) controller=$(child controller)
kill -HUP "$daemon"
check "a new controller reads the policy anew" until_so changed
until_so alive
check "the sensor goes on with what it has learnt" [ "$(child sensor)" = "$sensor" ]
controller=$(child controller)
printf 'version: 1\nrules: nonsense\n' >"$work/policy.yaml"
kill -HUP "$daemon"
check "a bad policy changes neither" until_so grep -q "what ran goes on" "$work/err"
check "not the sensor" [ "$(child sensor)" = "$sensor" ]
check "nor the controller" [ "$(child controller)" = "$controller" ]
printf 'version: 1\nname: t\nrules:\n  - name: watch\n    then: { watch: {} }\n' >"$work/policy.yaml"
# A new policy under which the controller does not start, for whatever reason: here its store has gone bad meanwhile.
mkdir "$work/away"
mv "$store"* "$work/away"
mkdir "$store"
kill -HUP "$daemon"
check "a policy that cannot work is taken back" until_so grep -q "the old ones are back" "$work/err"
rmdir "$store"
check "and the controller lives on" until_so alive
check "the sensor was not asked to end for it" [ "$(child sensor)" = "$sensor" ]
: >"$work/err"
deaths() { facts sensor '"blind","why":"the sensor ended with exit code 1'; }
before=$(deaths)
died() { [ "$(deaths)" -gt "$before" ]; }
ip -n "$worm" link del w0
check "an interface that is gone is told" until_so died
check "the controller waits" [ -n "$(child controller)" ]
controller=$(child controller)
kill -HUP "$daemon"
check "and takes a new policy all the same" until_so changed
sleep 0.5
check "for good" sh -c "! grep -q 'old ones are back' '$work/err'"
ip -n "$worm" link add w0 type veth peer name x0 netns "$watch"
ip -n "$watch" link set x0 up
check "and when it is back it is watched" until_so alive
kill -TERM "$daemon"
wait "$daemon"
daemon=
tap_done
