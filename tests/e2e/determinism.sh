#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The same capture and policy give the same facts, byte for byte, with every shipped policy.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

for recipe in pcaps/*.recipe; do
	name=$(basename "$recipe" .recipe)
	case $name in bench*|*flood*) continue ;; esac
	"$OUT/cordon-pcapgen" "$recipe" "$work/$name.pcap" >/dev/null
	for policy in policies/*.yaml; do
		"$OUT/cordond" -q -p "$policy" -r "$work/$name.pcap" -o "$work/one.json" 2>"$work/err"
		"$OUT/cordond" -q -p "$policy" -r "$work/$name.pcap" -o "$work/two.json" 2>>"$work/err"
		check "$name with $(basename "$policy") twice" cmp -s "$work/one.json" "$work/two.json"
	done
	check "$name: facts were written" test -s "$work/one.json"
done
tap_done
