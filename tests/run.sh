#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs test programs and scripts (all speak TAP), shows what failed, ends with "N passed, N failed".
# usage: OUT=build/gcc tests/run.sh PROGRAM...
set -u
: "${OUT:?the folder of the build}"
export OUT CORDON_AMTSIM="$OUT/cordon-amtsim" CMOCKA_MESSAGE_OUTPUT=TAP LC_ALL=C TZ=UTC
export ASAN_OPTIONS="detect_leaks=1:abort_on_error=0:${ASAN_OPTIONS:-}" UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}"

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM
passed=0 failed=0 skipped=0

for program; do
	name=${program#"$OUT"/}
	case $name in
	tests/fuzz/replay_*) corpus="tests/fuzz/corpus/${name##*replay_}" ;;
	*) corpus= ;;
	esac
	started=$(date +%s)
	timeout -k 5 "${TEST_TIMEOUT_S:-600}" "$program" $corpus >"$log" 2>&1 </dev/null
	code=$?
	ok=$(grep -c '^ok ' "$log")
	left_out=$(grep -c '^not ok .*# SKIP' "$log")
	bad=$(($(grep -c '^not ok ' "$log") - left_out))
	if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then
		bad=1
		echo "not ok - $name ended with exit code $code" >>"$log"
	fi
	if [ $((ok + bad + left_out)) -eq 0 ]; then
		bad=1
		echo "not ok - $name tested nothing" >>"$log"
	fi
	passed=$((passed + ok))
	failed=$((failed + bad))
	skipped=$((skipped + left_out))
	took=$(($(date +%s) - started))
	sed -n "s|^not ok .*# SKIP |     skipped in $name: |p" "$log" | sort -u | grep -v 'skipped in [^:]*: $'
	if [ "$bad" -gt 0 ]; then
		echo "FAIL $name ($bad of $((ok + bad)))"
		grep -v '^ok ' "$log" | tail -n 60 | sed 's/^/     /'
	else
		echo "ok   $name ($ok$([ "$left_out" -eq 0 ] || echo ", $left_out skipped")$([ "$took" -lt 3 ] || echo ", $took s"))"
	fi
done

[ "$skipped" -eq 0 ] || echo "skipped: $skipped that need the recorded data beside the repository or a tool that is not here"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
