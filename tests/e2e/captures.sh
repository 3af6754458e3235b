#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every real capture beside the repository, if there are any: no crash (which is what the sanitizers turn bad reads into), and the
# exit code says whether the file was whole.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

captures=../shared/captures
if [ ! -d "$captures" ]; then
	ok "no captures here: skipped"
	tap_done
	exit 0
fi

run_all() {
	count=0 bad=
	for file in "$captures/$1"/*.pcap*; do
		timeout 60 "$OUT/cordond" -q -r "$file" -o "$work/eve.json" >"$work/out" 2>"$work/err"
		code=$?
		count=$((count + 1))
		if [ "$code" -gt 1 ]; then
			bad="$bad $(basename "$file"):$code"
		elif [ "$code" -eq 1 ] && [ "$(wc -l <"$work/err")" -ne 1 ]; then
			bad="$bad $(basename "$file"):not-one-line"
		elif [ "$code" -eq 0 ] && [ -s "$work/err" ]; then
			bad="$bad $(basename "$file"):complains"
		fi
	done
	if [ -z "$bad" ]; then ok "$count $1 captures"; else not_ok "$1 captures" "$bad"; fi
}

run_all malformed
run_all worm
run_all benign
tap_done
