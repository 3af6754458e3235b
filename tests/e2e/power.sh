#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cordon power without a daemon, against simulated firmware: words, exit codes, what the machine did, what stays of it.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

cordon=$OUT/cordon amtsim=$OUT/cordon-amtsim
net=127.$(($$ / 250 % 250 + 2)).$(($$ % 250 + 2))
printf 'P@ssw0rd' >"$work/password"
chmod 600 "$work/password"
"$amtsim" --address "$net.1" --port 16992 --control "$work/control" >"$work/said" 2>&1 &
simulator=$!
trap 'kill "$simulator" 2>/dev/null; rm -rf "$work"' EXIT
: >"$work/said"
tries=0
until grep -q '^ready' "$work/said" || [ "$tries" -gt 100 ]; do
	sleep 0.05
	tries=$((tries + 1))
done
check "the simulator is up" grep -q '^ready' "$work/said"
cat >"$work/assets.yaml" <<END
assets:
  - { name: pc, ip: $net.1, amt: { tls: none, password: "file:$work/password" } }
  - { name: gone, ip: $net.9, amt: { tls: none, password: "file:$work/password" } }
  - { name: printer, ip: $net.4, role: printer }
  - { name: core, ip: $net.5, never_isolate: true, amt: { tls: none, password: "file:$work/password" } }
END

says() { grep -q "$1" "$work/out"; }
complains() { grep -q -- "$1" "$work/err"; }
last() { "$amtsim" --order "$work/control" boot amt | grep -q "^last $1"; }
# Nobody listens there.
nowhere=$work/nowhere
direct() { "$cordon" power "$@" --direct "$work/assets.yaml" --control "$nowhere"; }
sure() { direct "$@" --confirm pc --reason "the helpdesk asked"; }

expect 0 "its state" direct pc
check "is on" says '^pc is on (AMT 12.0.67 at'
check "and looking is nothing to be marked" [ ! -s "$work/err" ]
expect 2 "no reason" direct pc off --confirm pc
check "says what to do" complains 'say why with --reason'
expect 1 "named once" direct pc off --reason "the helpdesk asked"
check "says what to do" complains 'say --confirm pc'
expect 1 "another one named" direct pc off --reason "the helpdesk asked" --confirm pc-2
expect 0 "off" sure pc off
check "is off" says '^pc is off'
check "it is said that no ledger knows" complains 'past cordond, and in no ledger'
expect 1 "reset of a machine that is off" sure pc reset
expect 0 "on needs no reason" direct pc on
expect 0 "off again" sure pc off
expect 0 "on, from the network" sure pc on --boot network
check "says so" says '^pc: ordered: on, next start from the network$'
check "and did" last network
expect 0 "into its setup" sure pc reset --boot setup
check "and there it is" last setup
expect 1 "a machine that is not there" direct gone
expect 1 "a machine without firmware" sure printer off
expect 1 "a machine that is not in the file" direct nobody
expect 1 "a machine that is never isolated" direct core reset --confirm core --reason "just to see"
check "says what to do" complains 'never_isolate. If it must be, go there'
expect 2 "an order that is none" direct pc explode
expect 2 "a place to start from that is none" sure pc reset --boot tape
expect 2 "a start of a machine that ends" sure pc off --boot network
expect 2 "a time that is none" direct pc on --wait soon
expect 2 "a store of the daemon's" "$cordon" power pc --store "$work/store.db"
expect 1 "no daemon" "$cordon" power pc --control "$nowhere"
check "is said" complains 'no cordond answers at'
check "and what goes without one" complains 'without a daemon take --direct ASSETS'

expect 0 "its log" "$cordon" log pc --direct "$work/assets.yaml" --control "$nowhere"
check "has nothing" says '^pc has written nothing down$'
"$amtsim" --order "$work/control" record amt event 63c89865ff256f006802ff2661aa00000000000000 >/dev/null
expect 0 "its log, then" "$cordon" log pc --direct "$work/assets.yaml" --control "$nowhere"
check "has that" says '^2024-01-06 03:26:27  event            started$'
expect 1 "the log of a machine that is not there" "$cordon" log gone --direct "$work/assets.yaml" --control "$nowhere"

expect 0 "with a store" sure pc reset --store "$work/store.db"
check "is marked" complains 'and marked so in the ledger'
expect 1 "a refusal" direct core off --confirm core --reason "just to see" --store "$work/store.db"
expect 0 "the ledger" "$cordon" ledger show --store "$work/store.db"
check "has the order" says '"repair":{"id":1,"asset":"pc","act":"reset","state":"requested","direct":true,"asked_by":"[^"]*","why":"the helpdesk asked"'
check "has the outcome" says '"act":"reset","state":"done","power":"on","direct":true.*"said":"ordered: reset","device":"AMT 12.0.67'
check "has who was refused" says '"asset":"core","act":"off","state":"refused".*"refused":"core is not switched'
expect 0 "and is whole" "$cordon" ledger verify --store "$work/store.db"
tap_done
