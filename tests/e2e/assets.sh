#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cordon assets against simulated firmware of several kinds: grades, codes, the exit code, JSON, the store.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

cordon=$OUT/cordon amtsim=$OUT/cordon-amtsim
# Addresses of our own on the loopback, so that nobody else's ports are met.
net=127.$(($$ / 250 % 250 + 2)).$(($$ % 250 + 2))
printf 'P@ssw0rd' >"$work/password"
chmod 600 "$work/password"

cat >"$work/fleet.yaml" <<END
devices:
  - { name: good, address: $net.1, port: 16993, tls: true, release: "12.0.67" }
  - { name: plain, address: $net.2, port: 16992, release: "11.8.50.3425" }
  - { name: ccm, address: $net.3, port: 16992, release: "6.2", mode: ccm }
END
"$amtsim" --fleet "$work/fleet.yaml" >"$work/said" 2>"$work/said2" &
simulator=$!
trap 'kill "$simulator" 2>/dev/null; rm -rf "$work"' EXIT
tries=0
until grep -q '^ready' "$work/said" || [ "$tries" -gt 100 ]; do
	sleep 0.05
	tries=$((tries + 1))
done
check "the simulator is up" grep -q '^ready' "$work/said"
pin=$(grep -o 'sha256[^0-9a-fA-F]*[0-9a-fA-F]\{64\}' "$work/said" | head -n 1 | grep -o '[0-9a-fA-F]\{64\}$')

asset() { printf '  - { name: %s, ip: %s, role: workstation, amt: { %s, password: "file:%s" } }\n' "$1" "$2" "$3" "$work/password"; }
{
	echo "assets:"
	asset good "$net.1" "tls: pin, pin: $pin"
	asset plain "$net.2" "tls: none"
	asset ccm "$net.3" "tls: none"
	asset gone "$net.9" "tls: none"
	echo "  - { name: printer, ip: $net.4, role: printer }"
} >"$work/assets.yaml"

says() { grep -q "$1" "$work/out"; }

expect 0 "a machine in good order" "$cordon" assets check "$work/assets.yaml" good
check "is graded A, by firmware" says '^good  *A  firmware  *12\.0\.67$'
expect 12 "the exit code tells the worst: C" "$cordon" assets check "$work/assets.yaml" good plain
check "with the code of the reason" says '^    C no-tls: '
expect 0 "unless C is good enough" "$cordon" assets check "$work/assets.yaml" good plain --accept C
expect 12 "but B is not" "$cordon" assets check "$work/assets.yaml" plain --accept B
expect 14 "a machine that is not there: E" "$cordon" assets check "$work/assets.yaml" gone
check "with its reason" says 'unreachable:'
expect 15 "all of them: F" "$cordon" assets check "$work/assets.yaml" --store "$work/cordon.db"
check "Client Control Mode" says '^    F client-control-mode: '
check "no AMT at all" says '^    F no-amt: '
expect 15 "as JSON" "$cordon" assets check "$work/assets.yaml" --json
check "one line each" test "$(wc -l <"$work/out")" -eq 5
check "with codes" says '"asset":"ccm".*"grade":"F","enforced_by":"nobody".*"code":"client-control-mode"'
check "with limits" says '"asset":"good".*"transmit_filters":27'
expect 2 "an asset that is not in the file" "$cordon" assets check "$work/assets.yaml" nobody
for time in 0s 11m soon; do
	expect 2 "no time to wait for an answer: $time" "$cordon" assets check "$work/assets.yaml" --timeout "$time"
done
expect 2 "a grade that is none" "$cordon" assets check "$work/assets.yaml" --accept Z
expect 3 "a bad policy" "$cordon" assets check "$work/assets.yaml" --policy "$work/fleet.yaml"

{
	printf 'channels:\n  wide:\n    - arp\n    - dhcp\n'
	for i in 1 2 3 4 5 6 7 8 9; do printf '    - tcp: { to: [10.0.%d.1, 10.0.%d.4, 10.0.%d.9], ports: [80] }\n' $i $i $i; done
	printf 'rules:\n  - name: worm\n    then: { isolate: { channel: wide } }\n'
} >"$work/wide.yaml"
expect 14 "a channel that does not fit" "$cordon" assets check "$work/assets.yaml" good --policy "$work/wide.yaml"
check "is told with what it needs" says 'channel-too-large: .*needs 29 transmit filters, 27 fit'

expect 0 "the list" "$cordon" assets "$work/assets.yaml" --store "$work/cordon.db"
check "shows the grade and when it was asked" says '^good .*  A  firmware  20[0-9][0-9]-'
check "and its reasons" says '^plain .*  C  firmware .* no-tls'
expect 0 "without a store" "$cordon" assets "$work/assets.yaml"
check "nothing is pretended" says '^good .*not asked yet'
expect 1 "a store that is not there" "$cordon" assets "$work/assets.yaml" --store "$work/none.db"

# Mutual TLS: a client certificate that is its own authority.
if openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=cordon -keyout "$work/client.key" -out "$work/client.pem" \
	2>/dev/null; then
	chmod 600 "$work/client.key"
	"$amtsim" --address "$net.5" --port 16993 --tls --mutual --client-ca "$work/client.pem" >"$work/said5" 2>/dev/null &
	mutual=$!
	trap 'kill "$simulator" "$mutual" 2>/dev/null; rm -rf "$work"' EXIT
	tries=0
	until grep -q "^ready" "$work/said5" 2>/dev/null || [ "$tries" -gt 100 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
	pin=$(grep -o 'sha256[^0-9a-fA-F]*[0-9a-fA-F]\{64\}' "$work/said5" | head -n 1 | grep -o '[0-9a-fA-F]\{64\}$')
	{ echo "assets:"; asset careful "$net.5" "tls: pin, pin: $pin"; } >"$work/mutual.yaml"
	expect 0 "firmware that asks who we are is told" "$cordon" assets check "$work/mutual.yaml" \
		--certificate "$work/client.pem" --key "file:$work/client.key"
	expect 14 "without our certificate it does not talk" "$cordon" assets check "$work/mutual.yaml"
	expect 2 "a certificate without its key" "$cordon" assets check "$work/mutual.yaml" --certificate "$work/client.pem"
fi

expect 0 "all codes" "$cordon" assets codes
while read -r grade code rest; do
	: "$grade" "$rest"
	grep -q "\`$code\`" docs/amt.md || not_ok "docs/amt.md lacks $code"
done <"$work/out"
check "are in docs/amt.md" test "$(wc -l <"$work/out")" -gt 30
tap_done
