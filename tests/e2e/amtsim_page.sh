#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The simulator's page and manual against the program: nothing undescribed, nothing invented.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

amtsim=$OUT/cordon-amtsim page=docs/amtsim.md manual=docs/man/cordon-amtsim.1

# all NAME FILE WORD...: every word is in the file
all()
{
	name=$1 file=$2
	shift 2
	missing=
	for word; do
		grep -qw -- "$word" "$file" || missing="$missing $word"
	done
	if [ -z "$missing" ] && [ $# -gt 0 ]; then ok "$name"; else not_ok "$name" "missing:$missing"; fi
}

# Options without the words of their descriptions.
"$amtsim" --help >"$work/help"
# shellcheck disable=SC2046
all "every knob is on the page" "$page" $("$amtsim" --knobs | awk '{ print $1 }')
# shellcheck disable=SC2046
all "every control command is on the page" "$page" $("$amtsim" --commands | awk '/^[a-z]/ { print $1 }')
# shellcheck disable=SC2046
all "every option is in the manual" "$manual" $(grep -o -- '--[a-z][a-z-]*' "$work/help" | sed 's/^--//; s/-/\\\\-/g' | sort -u)
# shellcheck disable=SC2046
all "every kind of fault is on the page" "$page" \
	$(sed -n 's/^\t\[MISHAP_[A-Z0-9_]*\] = "\(.*\)",$/\1/p' tests/amtsim/mishap.c | grep -v '^none$')

missing=
tests=$(sed -n '/^## The dossier/,/^## Tests/p' "$page" | grep -o '`[a-z0-9_]*`' | tr -d '`' | grep _ | sort -u)
for test in $tests; do
	grep -q "^static void $test(" tests/unit/amtsim/*.c || missing="$missing $test"
done
check "every test that the checklist names exists" [ -n "$tests" -a -z "$missing" ]
[ -z "$missing" ] || echo "# missing:$missing"

expect 0 "--help" "$amtsim" --help
expect 2 "an unknown option" "$amtsim" --frobnicate
expect 2 "a release that has no WS-Management" "$amtsim" --release 2.6
check "says which are possible" grep -q "3.0 or later" "$work/err"
expect 2 "a fault that is none" "$amtsim" --fault nonsense
expect 2 "a knob that is none" "$amtsim" --set nonsense=1
expect 2 "an interface for a whole fleet" "$amtsim" --count 2 --enforce-on lo
expect 1 "mutual TLS without roots" "$amtsim" --tls --mutual
check "says what to give" grep -q "client-ca" "$work/err"
expect 1 "a script that is not there" "$amtsim" --listen 127.0.0.1:9 --script "$work/none"
tap_done
