#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cordon power against simulated firmware: words, exit codes, what the machine did.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

cordon=$OUT/cordon amtsim=$OUT/cordon-amtsim
net=127.$(($$ / 250 % 250 + 2)).$(($$ % 250 + 2))
printf 'P@ssw0rd' >"$work/password"
chmod 600 "$work/password"
"$amtsim" --address "$net.1" --port 16992 --control "$work/control" >"$work/said" 2>&1 &
simulator=$!
trap 'kill "$simulator" 2>/dev/null; rm -rf "$work"' EXIT
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
END

says() { grep -q "$1" "$work/out"; }
last() { "$amtsim" --order "$work/control" boot amt | grep -q "^last $1"; }

expect 0 "its state" "$cordon" power "$work/assets.yaml" pc
check "is on" says '^pc is on (AMT 12.0.67 at'
expect 0 "off" "$cordon" power "$work/assets.yaml" pc off
check "is off" says '^pc is off'
expect 1 "reset of a machine that is off" "$cordon" power "$work/assets.yaml" pc reset
expect 0 "on, from the network" "$cordon" power "$work/assets.yaml" pc on --boot network
check "says so" says '^pc: ordered: on, next start from the network$'
check "and did" last network
expect 0 "into its setup" "$cordon" power "$work/assets.yaml" pc reset --boot setup
check "and there it is" last setup
expect 1 "a machine that is not there" "$cordon" power "$work/assets.yaml" gone
expect 1 "a machine without firmware" "$cordon" power "$work/assets.yaml" printer off
expect 2 "a machine that is not in the file" "$cordon" power "$work/assets.yaml" nobody
expect 2 "an order that is none" "$cordon" power "$work/assets.yaml" pc explode
expect 2 "a place to start from that is none" "$cordon" power "$work/assets.yaml" pc reset --boot tape
expect 2 "a start of a machine that ends" "$cordon" power "$work/assets.yaml" pc off --boot network
expect 2 "a time that is none" "$cordon" power "$work/assets.yaml" pc on --wait soon
tap_done
