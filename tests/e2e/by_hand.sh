#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A person cuts a machine off and lets it go, without any evidence: simulated firmware obeys, ledger and list know who and why, a
# controller that dies takes it up again, and each refusal names what to do.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh
# shellcheck source=tests/e2e/live.sh
. tests/e2e/live.sh

cat >"$work/fleet.yaml" <<YAML
defaults: { user: admin, password: 'P@ssw0rd', release: '12.0.67' }
devices:
  - { name: pc-23, address: 127.66.1.23, port: 16992, ip: 10.66.0.23 }
  - { name: srv-1, address: 127.66.1.31, port: 16992, ip: 10.66.0.31 }
YAML
cat >"$work/assets.yaml" <<YAML
assets:
  - { name: pc-23, role: workstation, ip: 10.66.0.23, amt: { address: 127.66.1.23, port: 16992, tls: none, user: admin, password: "env:AMT_SECRET" } }
  - { name: srv-1, role: server, ip: 10.66.0.31, amt: { address: 127.66.1.31, port: 16992, tls: none, user: admin, password: "env:AMT_SECRET" } }
  - { name: old-pc, role: workstation, ip: 10.66.0.41 }
  - { name: core-sw, role: server, ip: 10.66.0.1, never_isolate: true }
YAML
people_policy
printf 'assets: assets.yaml\npolicy: policy.yaml\nenforce: true\n' >"$work/cordon.yaml"
export AMT_SECRET='P@ssw0rd'
ip netns exec "$watch" "$OUT/cordon-amtsim" --fleet "$work/fleet.yaml" >"$work/sim" 2>&1 &
simulator=$!
until_so grep -q '^ready' "$work/sim"
start -c "$work/cordon.yaml"

# refused REMEDY WORDS...: by the daemon, in one line with the remedy.  The daemon's own words go to $work/err meanwhile.
refused() {
	remedy=$1
	shift
	"$cordon" "$@" --control "$socket" >"$work/refused" 2>&1 </dev/null
	check "refused: $*" [ $? -eq 1 ]
	check "says: $remedy" grep -q -- "$remedy" "$work/refused"
	check "in one line" [ "$(wc -l <"$work/refused")" -eq 1 ]
}
refused 'did you mean "pc-23"' isolate pc-24
refused 'has no "amt:" in the list of assets' isolate old-pc
refused 'is marked never_isolate. If it must be, unplug it' isolate core-sw --why "just to see"
refused 'it has: repair, help' isolate pc-23 --channel lan
refused 'pc-23 is not isolated' release pc-23
check "who tried stands in the facts" told decision '"asset":"core-sw".*"asked_by":"root","why":"just to see","refused"'

expect 0 "a person isolates" "$cordon" isolate PC-23 --channel help --why "ransom note on the screen" --control "$socket"
check "is told what was begun" grep -q 'isolation 1 of pc-23 through channel "help" is requested' "$work/out"
check "and for how long" grep -q 'it ends by itself 1h after' "$work/out"
check "it is applied" until_so told isolation '"asset":"pc-23","state":"applied"'
check "really" [ -z "$(jq_less isolation '"dry_run":true')" ]
check "by whom and why" told isolation '"state":"applied".*"asked_by":"root","why":"ransom note on the screen"'
refused 'isolated already (isolation 1' isolate pc-23
kill -9 "$(child controller)"
until_so alive
listed() { "$cordon" isolations --control "$socket" | grep -q "pc-23 .* channel help  by root: ransom note"; }
check "a new controller takes it up, names and all" until_so listed
expect 0 "the list of incidents" "$cordon" incidents --store "$store"
check "has it" grep -q "by a person, nothing was held against it  isolation 1 by root: ransom note" "$work/out"

expect 0 "a server needs two" "$cordon" isolate srv-1 --control "$socket"
check "says so" grep -q 'waits for 1 more person: "cordon approve 2"' "$work/out"
refused 'another person must' approve 2
expect 0 "it is taken back" "$cordon" release srv-1 --control "$socket"

expect 0 "by address it is let go" "$cordon" release 10.66.0.23 all is well --control "$socket"
check "and is free" until_so told isolation '"asset":"pc-23","state":"released".*"reason":"all is well (root)"'

kill -TERM "$daemon"
wait "$daemon"
check "an orderly end" [ $? -eq 0 ]
daemon=
expect 0 "the ledger is whole" "$cordon" ledger verify --store "$store"
expect 0 "the ledger knows" "$cordon" ledger show --store "$store"
check "who and why" grep -q '"asked_by":"root","why":"ransom note on the screen"' "$work/out"

printf 'assets: assets.yaml\n' >"$work/cordon.yaml"
rm -f "$store" "$eve"
start -c "$work/cordon.yaml"
refused 'no channel .* set "policy:" in cordon.yaml' isolate pc-23
tap_done
