#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# People switch machines through cordond: who may is asked before, order and outcome stand in the ledger with names and reasons, and what
# a controller that dies leaves open is looked at by the next.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh
# shellcheck source=tests/e2e/live.sh
. tests/e2e/live.sh

cat >"$work/fleet.yaml" <<YAML
defaults: { user: admin, password: 'P@ssw0rd', release: '12.0.67' }
devices:
  - { name: pc-23, address: 127.66.2.23, port: 16992, ip: 10.66.0.23 }
  - { name: pc-24, address: 127.66.2.24, port: 16992, ip: 10.66.0.24 }
  - { name: pc-26, address: 127.66.2.26, port: 16992, ip: 10.66.0.26, mode: ccm }
  - { name: srv-1, address: 127.66.2.31, port: 16992, ip: 10.66.0.31 }
YAML
amt() { echo "amt: { address: 127.66.2.$1, port: 16992, tls: none, user: admin, password: \"env:AMT_SECRET\" }"; }
cat >"$work/assets.yaml" <<YAML
assets:
  - { name: pc-23, role: workstation, ip: 10.66.0.23, $(amt 23) }
  - { name: pc-24, role: workstation, ip: 10.66.0.24, $(amt 24) }
  - { name: pc-26, role: workstation, ip: 10.66.0.26, $(amt 26) }
  - { name: srv-1, role: server, ip: 10.66.0.31, $(amt 31) }
  - { name: old-pc, role: workstation, ip: 10.66.0.41 }
  - { name: core-sw, role: server, ip: 10.66.0.1, never_isolate: true, $(amt 1) }
YAML
people_policy
printf 'assets: assets.yaml\npolicy: policy.yaml\nenforce: true\n' >"$work/cordon.yaml"
export AMT_SECRET='P@ssw0rd'
ip netns exec "$watch" "$OUT/cordon-amtsim" --fleet "$work/fleet.yaml" --control "$work/sim.control" >"$work/said" 2>&1 &
simulator=$!
until_so grep -q '^ready' "$work/said"
start -c "$work/cordon.yaml"

refused() {
	remedy=$1
	shift
	"$cordon" "$@" --control "$socket" >"$work/refused" 2>&1 </dev/null
	check "refused: $*" [ $? -eq 1 ]
	check "says: $remedy" grep -q -- "$remedy" "$work/refused"
	check "in one line" [ "$(wc -l <"$work/refused")" -eq 1 ]
}
power() { "$cordon" power "$@" --control "$socket"; }
says() { grep -q -- "$1" "$work/out"; }
sim() { "$OUT/cordon-amtsim" --order "$work/sim.control" "$@"; }
starts() { sim boot "$1" | sed -n 's/^starts //p'; }

# Before anybody needs it: filters and policy written, and asked how fit it is.
check "each machine is prepared at start" until_so grep -q "ready asset=srv-1 channel=repair" "$work/err"
check "and surveyed" until_so grep -q "grade=. asset=srv-1" "$work/err"
expect 0 "its state" power pc-23
check "is on" says '^pc-23 is on (AMT 12.0.67 at'
expect 0 "a list" "$cordon" repairs --control "$socket"
check "that knows nothing of those who look" says 'nothing is under way'
refused 'say why with --reason' power pc-23 reset
refused 'is not isolated, somebody may work there: say --confirm pc-23' power pc-23 reset --reason "it hangs"
refused 'the machine is pc-23' power pc-23 reset --reason "it hangs" --confirm pc-24
refused 'did you mean "pc-23"' power pc-25 on
refused 'has no "amt:" in the list' power old-pc on
refused 'never_isolate. If it must be, go there' power core-sw off --reason "just to see" --confirm core-sw
refused 'wants 2 people to agree before srv-1 is cut off: "cordon isolate srv-1" first' power srv-1 cycle --reason "it hangs" --confirm srv-1
check "who was refused stands in the facts" told repair '"asset":"core-sw","act":"off","state":"refused".*"asked_by":"root","why":"just to see","refused":"core-sw is not switched'
check "and none of the machines knows" [ "$(starts pc-23)$(starts srv-1)" = 00 ]

expect 0 "named twice, and why" power pc-23 reset --reason "it hangs" --confirm pc-23
check "tells its number" says '^repair 1 of pc-23: reset$'
check "tells what was done" says '^pc-23: ordered: reset$'
check "once" [ "$(starts pc-23)" = 1 ]
check "the order stands before" told repair '"id":1,"asset":"pc-23","act":"reset","state":"requested","asked_by":"root","why":"it hangs"'
check "the outcome behind" told repair '"id":1,"asset":"pc-23","act":"reset","state":"done","power":"on"'
expect 0 "switching on needs neither" power pc-23 on
check "nor does anything" says 'nothing: it is on already'

expect 0 "isolated" "$cordon" isolate pc-23 --why worm --control "$socket"
expect 0 "right behind it, and not waiting for it" power pc-23 cycle --boot network --reason "a clean image" --confirm pc-23
check "it holds" until_so told isolation '"asset":"pc-23","state":"applied"'
expect 0 "isolated it obeys without being named twice" power pc-23 reset --boot network --reason "a clean image"
check "and it is known that it is" says '(isolation 1 holds)'
check "from the network" [ "$(sim boot pc-23 | sed -n 's/^last //p')" = network ]
expect 0 "the list" "$cordon" repairs --control "$socket"
check "has who and why" says 'reset, next start from network  by root: a clean image  ordered: reset, next start from the network'
expect 0 "the counters" "$cordon" stats --control "$socket"
check "count" says '^cordon_repairs_done_total 4$'
check "and the refusals" says '^cordon_repairs_refused_total 6$'

expect 1 "not past a daemon" "$cordon" power pc-24 --direct "$work/assets.yaml" --control "$socket"

# 0x6598C863, sensor 6, 10 failed logons (a published record); then an empty slot

sim record pc-24 event 63c89865ff066f056810ff2661aa0a0000000000 >/dev/null
sim record pc-24 event 63c89865ff066f056810ff2661aa0a000000000000 >/dev/null
sim record pc-24 event 000000000000000000000000000000000000000000 >/dev/null
expect 0 "its log" "$cordon" log pc-24 --control "$socket"
check "is told in words" says '^2024-01-06 03:26:27  event  critical  10 failed logons at the firmware$'
check "without empty slots" [ "$(grep -c event "$work/out")" = 1 ]
check "and has what we did" says '  audit            System Defense: policy added, by admin from '
check "the ledger has nothing of that" [ -z "$(jq_less repair '"act":"log"')" ]
refused 'did you mean' log pc-25
expect 2 "two machines" "$cordon" log pc-23 pc-24 --control "$socket"

# Client Control Mode: another start needs the person at the screen.
expect 1 "not without the person" power pc-26 reset --boot network --reason "a clean image" --confirm pc-26
check "says how to ask" grep -q 'consent of a person at its screen: "cordon consent pc-26"' "$work/err"
expect 0 "asked" "$cordon" consent pc-26 --control "$socket"
check "says what to do" says 'a code of six digits is on its screen for 300 s: have it told to you, then "cordon consent pc-26 CODE"'
code=$(sim consent pc-26 | sed -n 's/^code //p')
expect 2 "five digits" "$cordon" consent pc-26 12345 --control "$socket"
expect 0 "told" "$cordon" consent pc-26 "$code" --control "$socket"
check "and agreed" says 'has agreed: choose its next start within 120 s'
expect 0 "then it may" power pc-26 reset --boot network --reason "a clean image" --confirm pc-26
check "and does" [ "$(sim boot pc-26 | sed -n 's/^last //p')" = network ]
expect 0 "it is ended" "$cordon" consent pc-26 cancel --control "$socket"
check "who asked for consent stands in the ledger" told repair '"asset":"pc-26","act":"consent","state":"done".*"asked_by":"root"'
check "the code does not" [ -z "$(grep '"act":"code"' "$eve" | grep "$code")" ]

# The controller dies while the firmware keeps it waiting: whether it obeyed nobody knows.
sim set pc-24 slow_ms 5000 >/dev/null
power pc-24 off --reason "is on fire" --confirm pc-24 --wait 40s >"$work/waits" 2>&1 &
waits=$!
check "an order is durable" until_so told repair '"asset":"pc-24","act":"off","state":"requested"'
kill -9 "$(child controller)"
sim set pc-24 slow_ms 0 >/dev/null
until_so alive
check "the next controller looks, and tells" until_so told repair '"asset":"pc-24","act":"off","state":"unknown","power":"on".*cordond ended before the outcome was known'
wait "$waits"
check "who waits hears of it" grep -q 'may have obeyed; it is on now: look' "$work/waits"
expect 0 "again, then" power pc-24 off --reason "is on fire" --confirm pc-24
check "it is off" says '^pc-24 is off'

kill -TERM "$daemon"
wait "$daemon"
check "an orderly end" [ $? -eq 0 ]
daemon=
expect 0 "the ledger is whole" "$cordon" ledger verify --store "$store"

printf 'assets: assets.yaml\npolicy: policy.yaml\n' >"$work/cordon.yaml"
start -c "$work/cordon.yaml"
refused 'without --enforce and sends nothing' power pc-24 on
tap_done
