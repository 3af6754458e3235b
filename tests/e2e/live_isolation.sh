#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An isolation on the wire, by processes that die: the sensor has no password, the controller is nobody in particular and finds its
# isolation again, and while the sensor is gone people decide.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh
# shellcheck source=tests/e2e/live.sh
. tests/e2e/live.sh

cat >"$work/fleet.yaml" <<YAML
defaults: { user: admin, password: 'P@ssw0rd', release: '12.0.67' }
devices:
  - { name: pc-23, address: 127.66.0.23, port: 16992, ip: 10.66.0.23 }
  - { name: pc-24, address: 127.66.0.24, port: 16992, ip: 10.66.0.24 }
YAML
cat >"$work/assets.yaml" <<YAML
assets:
  - { name: printer, role: printer, ip: 10.66.0.9 }
  - { name: pc-23, role: workstation, ip: 10.66.0.23, amt: { address: 127.66.0.23, port: 16992, tls: none, user: admin, password: "env:AMT_SECRET" } }
  - { name: pc-24, role: workstation, ip: 10.66.0.24, amt: { address: 127.66.0.24, port: 16992, tls: none, user: admin, password: "env:AMT_SECRET" } }
YAML
cat >"$work/policy.yaml" <<YAML
version: 1
name: live
channels:
  repair: [arp, dhcp]
rules:
  - name: worm
    when: { confidence: ">= 0.9999", role: workstation }
    then: { isolate: { channel: repair, for: 1h } }
  - name: watch
    then: { watch: {} }
YAML
cat >"$work/cordon.yaml" <<YAML
assets: assets.yaml
policy: policy.yaml
enforce: true
user: { controller: nobody }
safety: { blind_pause: 1h }
YAML
mkdir -m 777 "$work/open"
socket=$work/open/control eve=$work/open/eve.json store=$work/open/cordon.db
export AMT_SECRET='P@ssw0rd'

ip netns exec "$watch" "$OUT/cordon-amtsim" --fleet "$work/fleet.yaml" >"$work/sim" 2>&1 &
simulator=$!
until_so grep -q '^ready' "$work/sim"
start -c "$work/cordon.yaml"
sensor=$(child sensor) controller=$(child controller)
check "the controller is whom the settings name" [ "$(status "$controller" Uid | cut -f1)" = "$(id -u nobody)" ]
check "without capabilities" [ "$(status "$controller" CapEff)" = 0000000000000000 ]
has_secret() { tr '\0' '\n' <"/proc/$1/environ" | grep -q "AMT_SECRET=P@ss"; }
check "it has the password" has_secret "$controller"
no_secret() { ! has_secret "$1"; }
check "the sensor has not" no_secret "$sensor"

graded() { "$cordon" assets "$work/assets.yaml" --store "$store" 2>/dev/null | grep "$1" | grep -q " [A-F] "; }
check "a machine behind one without firmware is surveyed" until_so graded pc-24

sweep 1
check "the worm is cut off" until_so told isolation '"asset":"pc-23".*"state":"applied"'
check "really" [ -z "$(jq_less isolation '"dry_run":true')" ]
running() { "$cordon" isolations --control "$socket" | grep -q "10.66.0.23 .*pc-23"; }
check "and on the list" until_so running

kill -9 "$controller"
check "a new controller" until_so alive
check "has it on its list" until_so running
kill -9 "$(child sensor)"
check "so has one whose sensor died" running
check "a new sensor" until_so told sensor '"state":"back"'

ip -n "$worm" addr flush dev w0
ip -n "$worm" addr add 10.66.0.24/16 dev w0
sweep 2
check "while it learns, people decide" until_so told isolation '"asset":"pc-24".*"state":"awaiting_approval"'
check "and are told why" told decision '10.66.0.24.*automatic isolation pauses while the sensor is blind'
kill -9 "$(child controller)"
check "a proposal outlives the controller too" until_so alive
once() { [ "$("$cordon" isolations --control "$socket" | grep -c pc-24)" = 1 ] && [ "$("$cordon" isolations --control "$socket" | grep -c pc-23)" = 1 ]; }
check "and is on the list" until_so once
sleep 1
check "once, like the isolation" once
proposal=$("$cordon" isolations --control "$socket" | awk '/pc-24/ { print $1 }')
expect 0 "somebody approves" "$cordon" approve "$proposal" --control "$socket"
check "and it is cut off" until_so told isolation '"asset":"pc-24".*"state":"applied"'
expect 0 "somebody releases the other" "$cordon" release 1 cleaned --control "$socket"
check "and it is free" until_so told isolation '"asset":"pc-23".*"state":"\(probation\|released\)"'
kill -9 "$(child controller)"
until_so alive
sleep 1
free() { ! "$cordon" isolations --control "$socket" | grep -q "pc-23.*\(awaiting\|appl\|proven\)"; }
check "what was held against it is not held against it again" free

kill -TERM "$daemon"
wait "$daemon"
check "an orderly end" [ $? -eq 0 ]
daemon=
expect 0 "the ledger is whole" "$cordon" ledger verify --store "$store"
tap_done
