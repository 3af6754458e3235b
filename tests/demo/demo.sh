#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The main job from end to end, in 20 seconds, on this machine alone: 40 PCs with simulated Intel AMT firmware, a worm, the
# evidence, the decision, the firmware requests, the proof, the repair channel, the release.  Nothing leaves loopback.
# usage: OUT=build/gcc tests/demo/demo.sh
set -u
: "${OUT:?the folder of the build}"

pcs=40 first=20 relay=10.20.0.5
work=build/demo
policy=policies/office.yaml
control=$work/cordon.sock firmware=$work/amtsim.sock

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$(printf '\033[1m') dim=$(printf '\033[2m') plain=$(printf '\033[0m')
else
	bold='' dim='' plain=''
fi
say() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
note() { printf '%s%s%s\n' "$dim" "$1" "$plain"; }
fail() { echo "demo: $1" >&2; exit 1; }

started=
stop_all() {
	for process in $started; do kill "$process" 2>/dev/null; done
	wait 2>/dev/null
	rm -f "$work/stream"
}
trap stop_all EXIT
trap 'exit 130' INT TERM

rm -rf "$work"
mkdir -p "$work" || fail "cannot write to $work"

# ---- the site -----------------------------------------------------------------------------------

# Never in a configuration, never on a command line: a file that only we can read.
(umask 077 && echo 'P@ssw0rd' >"$work/amt-password")

{
	echo "defaults: { user: admin, password: 'P@ssw0rd', release: '12.0.67' }"
	echo "devices:"
	for n in $(seq "$first" $((first + pcs - 1))); do
		printf '  - { name: pc-%d, address: 127.20.0.%d, port: 16992, mac: "02:c0:4d:14:00:%02x", ip: 10.20.0.%d, uuid: "4c4c4544-0000-2010-8000-00000014%04x" }\n' \
			"$n" "$n" "$n" "$n" "$n"
	done
} >"$work/fleet.yaml"

{
	echo "assets:"
	for n in $(seq "$first" $((first + pcs - 1))); do
		printf '  - { name: pc-%d, role: workstation, mac: "02:c0:4d:14:00:%02x", ip: 10.20.0.%d, ' "$n" "$n" "$n"
		printf 'amt: { address: 127.20.0.%d, port: 16992, tls: none, user: admin, password: "file:%s" } }\n' \
			"$n" "$PWD/$work/amt-password"
	done
} >"$work/assets.yaml"

cat >"$work/cordon.yaml" <<YAML
assets: assets.yaml
store: cordon.db
eve: eve.json
control: cordon.sock
relay: { address: $relay }
safety: { automatic_per_hour: 10, never_isolate: [10.20.0.1, 10.20.0.2, 10.20.0.10] }
enforce: true
YAML

say "Cordon demo: an office LAN of $pcs PCs, 10.20.0.$first to 10.20.0.$((first + pcs - 1))"
"$OUT/cordon-pcapgen" pcaps/outbreak.recipe "$work/outbreak.pcap" >/dev/null || fail "the capture could not be made"
note "capture   $work/outbreak.pcap, made from pcaps/outbreak.recipe: ordinary work, then a worm at second 6"
note "policy    $policy: a worm on a workstation is isolated, the repair channel stays open"

"$OUT/cordon-amtsim" --fleet "$work/fleet.yaml" --control "$firmware" >"$work/amtsim.log" 2>&1 &
started="$started $!"
for _ in $(seq 50); do
	[ -S "$firmware" ] && break
	sleep 0.1
done
[ -S "$firmware" ] || fail "the firmware simulator did not start: $(tail -n 1 "$work/amtsim.log")"
note "firmware  $pcs simulated Intel AMT devices (12.0.67, Admin Control Mode) on 127.20.0.$first and up"

# ---- the wire, the daemon ------------------------------------------------------------------------

mkfifo "$work/stream"
"$OUT/cordond" -c "$work/cordon.yaml" -p "$policy" -r - <"$work/stream" &
daemon=$!
started="$started $daemon"
say "The live account: time (UTC), host, what happened; $(date -u +%H:%M:%S) is second 0"

# The operator, 14.5 s after the start, when the PC has been cleaned.
operate() {
	sleep 14.5
	id=$("$OUT/cordon" isolations --control "$control" 2>/dev/null | awk '$2 == "10.20.0.23" { print $1 }')
	[ -n "$id" ] || return
	note "operator     \$ cordon release $id cleaned and patched"
	"$OUT/cordon" release "$id" cleaned and patched --control "$control" >/dev/null 2>&1
	sleep 1
	note "operator     \$ cordon isolations"
	"$OUT/cordon" isolations --control "$control" 2>&1 | sed 's/^/             /'
}
operate &
started="$started $!"

"$OUT/cordon-wire" "$firmware" 02:c0:4d:14:00:14 "$first" "$pcs" "$work/wire.txt" "$work/outbreak.pcap" >"$work/stream" ||
	fail "the wire stopped early"
wait "$daemon"
code=$?
[ "$code" -eq 0 ] || fail "cordond ended with exit code $code"

# ---- what it came to -----------------------------------------------------------------------------

say "What the firmware let through and what it dropped, seen on the wire"
cat "$work/wire.txt"

say "What is left to look at"
"$OUT/cordon" ledger verify --store "$work/cordon.db" || fail "the ledger does not verify"
"$OUT/cordon" incidents --store "$work/cordon.db"
cat <<TEXT

  facts       $work/eve.json              one JSON line each (jq . $work/eve.json)
  ledger      $OUT/cordon ledger show --store $work/cordon.db
  database    $work/cordon.db             SQLite: incidents, isolations, assets, ledger
  the rule    $OUT/cordon policy explain $policy --role workstation --kind worm --evidence arpsweep=14
  detectors   $OUT/cordon detectors       what is looked for, with every setting
  again, only watching: $OUT/cordond -r $work/outbreak.pcap
TEXT

# The demo is a test as well: the story must have happened.
grep -q '"state":"proven"' "$work/eve.json" || fail "no isolation was proven"
grep -q '"state":"released"' "$work/eve.json" || fail "no isolation was released"
grep -q 'TCP 445' "$work/wire.txt" || fail "the firmware dropped no worm packet"
