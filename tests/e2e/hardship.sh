#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What goes wrong around a running daemon: a second one, a full disk and room again, facts rotated away, folders where nothing can be
# written.  Nothing is done that could not be written down first, everything is said, and all goes on when it can.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh
# shellcheck source=tests/e2e/live.sh
. tests/e2e/live.sh

small=$work/small readonly=$work/readonly
mkdir "$small" "$readonly"
mount -t tmpfs -o size=1m tmpfs "$small" 2>/dev/null || skip "nothing can be mounted here"
mount -t tmpfs -o size=64k,ro tmpfs "$readonly"
trap 'umount "$small" "$readonly"; clean' EXIT

cat >"$work/fleet.yaml" <<YAML
defaults: { user: admin, password: 'P@ssw0rd', release: '12.0.67' }
devices:
  - { name: pc-23, address: 127.66.2.23, port: 16992, ip: 10.66.0.23 }
YAML
cat >"$work/assets.yaml" <<YAML
assets:
  - { name: pc-23, role: workstation, ip: 10.66.0.23, amt: { address: 127.66.2.23, port: 16992, tls: none, user: admin, password: "env:AMT_SECRET" } }
YAML
printf 'version: 1\nname: hardship\nchannels: { repair: [arp, dhcp] }\nrules:\n  - { name: watch, then: { watch: {} } }\n' >"$work/policy.yaml"
printf 'assets: assets.yaml\npolicy: policy.yaml\nenforce: true\n' >"$work/cordon.yaml"
export AMT_SECRET='P@ssw0rd'
ip netns exec "$watch" "$OUT/cordon-amtsim" --fleet "$work/fleet.yaml" >"$work/sim" 2>&1 &
simulator=$!
until_so grep -q '^ready' "$work/sim"
store=$small/cordon.db eve=$small/eve.json
start -c "$work/cordon.yaml"

# refuses REMEDY OPTIONS...: another cordond beside it ends at once, with a line that says why
refuses() {
	remedy=$1
	shift
	ip netns exec "$watch" "$cordond" -i x0 -c "$work/cordon.yaml" "$@" >/dev/null 2>"$work/refusal"
	check "ends at once: $remedy" [ $? -eq 1 ]
	check "says why" grep -q "$remedy" "$work/refusal"
}
refuses "another cordond writes this store" -s "$store"
refuses "another cordond answers there" -s "$work/other.db" --control "$socket"
refuses "readonly/cordon.db: cannot open the store: Read-only" -s "$readonly/cordon.db"
refuses "readonly/eve.json: cannot write EVE JSON there: Read-only" -s "$work/other.db" -o "$readonly/eve.json"
refuses "readonly/control: cannot listen there: Read-only" -s "$work/other.db" --control "$readonly/control"
check "the first one does not mind" alive

head -c 2m /dev/zero >"$small/fill" 2>/dev/null
ask() { "$cordon" "$@" --control "$socket" >"$work/answer" 2>&1; }
check "without room a person's wish is taken" ask isolate pc-23 --why "full disk"
check "and held up, says why" grep -q "requested, but: the journal cannot be written.*full" "$work/answer"
has_said() { ask "$1" && grep -q "$2" "$work/answer"; }
check "nothing is sent before it is written down" has_said isolations "pc-23 .*queued"
check "health says what is missing" has_said health "^unwritten .* is missing: .*cannot write"
rm "$small/fill"
check "with room it is done" until_so has_said isolations "pc-23 .*applied"
whole_lines() { [ -s "$eve" ] && ! grep -qv '^{.*}$' "$eve"; }
check "no line is torn" whole_lines
check "what is missing is marked" until_so told gap '"writer":"eve","facts":[1-9].*"missing":{.*"from":.*"until":.*"why":".*No space left'

mv "$eve" "$eve.1"
check "it is let go" ask release pc-23
check "facts go into a new file" until_so told isolation '"released"'
check "and no longer into the old" sh -c "! grep -q released '$eve.1'"

kill -TERM "$daemon"
wait "$daemon"
check "the end says that something could not be written" [ $? -eq 1 ]
daemon=
expect 0 "the ledger is whole" "$cordon" ledger verify --store "$store"
check "and says that something is missing" grep -q "times facts could not be written" "$work/out"
"$cordon" ledger show --store "$store" >"$work/out"
check "and what" grep -q '"event_type":"gap","gap":{"writer":"ledger","facts":[1-9]' "$work/out"
tap_done
