#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What badly placed and overloaded sensors see of ordinary traffic must convict nobody, and what is seen twice must convict
# the same hosts after about as many contacts. Our own captures, and the real benign ones beside the repository, if there are any.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

one_sided="asked answers half sent received group no-neighbor-answers no-udp-answers"
gaps="thin:2 thin:10 thin:30 bursts:20"
doubled="twice twice-late twice-routed twice-tagged"
shared=../shared/captures/benign

# distort MODE FROM TO
distort() {
	mkdir -p "$3"
	for file in "$2"/*.pcap*; do
		"$OUT/cordon-distort" "$1" "$file" "$3/$(basename "$file")" 2>/dev/null || return 1
	done
	if [ "$1" = no-udp-answers ]; then
		# Without the answers that told them the names, nobody can know that they had business there.
		grep -v trap-names "$2/MANIFEST.tsv" >"$3/MANIFEST.tsv"
	else
		cp "$2/MANIFEST.tsv" "$3/"
	fi
}

# judge MODE FROM BAR
judge() {
	rm -rf "$work/seen"
	distort "$1" "$2" "$work/seen" || not_ok "$1 could not be made of $2"
	expect 0 "$1 of $(basename "$2"): $3" "$OUT/cordon-score" --cordond "$OUT/cordond" --bar "$3" "$work/seen"
	[ "$got" -eq 0 ] || grep -v '^ok' "$work/out" | sed 's/^/# /'
}

# Contacts to conviction of the rows that were convicted, as "file contacts".
contacts() { awk '$1 == "ok" && $4 == "must" { print $2, $6 }' "$1" | sort; }

tests/pcapgen/make-all.sh "$OUT/cordon-pcapgen" "$work/own" >/dev/null || not_ok "the captures could not be made"
for mode in $one_sided $gaps; do
	judge "$mode" "$work/own" never
done
"$OUT/cordon-score" --cordond "$OUT/cordond" "$work/own" >"$work/whole" 2>&1
for mode in $doubled; do
	judge "$mode" "$work/own" must,never
	contacts "$work/whole" >"$work/a"
	contacts "$work/out" >"$work/b"
	more=$(join "$work/a" "$work/b" | awk '$3 > $2 + 1 { print $1 ": " $3 " contacts instead of " $2 }')
	if [ -z "$more" ] && [ -s "$work/b" ]; then ok "$mode: as many contacts"; else not_ok "$mode: more contacts" "$more"; fi
done
if [ -d "$shared" ]; then
	for mode in asked answers group thin:10; do
		judge "$mode" "$shared" never
	done
fi
tap_done
