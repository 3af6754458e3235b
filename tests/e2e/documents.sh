#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What README and pages tell people to type can be typed, and the tables that they show are those of the programs.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

OUT=$(cd "$OUT" && pwd)
"$OUT/cordon-pcapgen" pcaps/outbreak.recipe "$work/outbreak.pcap" >/dev/null || not_ok "the recipe builds"
"$OUT/cordond" -q -r "$work/outbreak.pcap" -s "$work/cordon.db" || not_ok "the capture is judged"

# Of the README: every command works, after "make demo" and with a capture of one's own.
sed -n 's/^build\/gcc\/\(cordon.*\)/\1/p' README.md | sed "s/  *#.*//; s#build/demo#$work#g; s#FILE.pcap#$work/outbreak.pcap#; s#build/eve.json#$work/eve.json#" >"$work/readme"
check "README has commands" [ "$(wc -l <"$work/readme")" -ge 8 ]
while read -r line; do
	expect 0 "README: $line" sh -c "'$OUT'/$line"
done <"$work/readme"
# shellcheck disable=SC2016
sed -n 's/^make \([a-z-]*\) .*/\1/p; s/.*`make \([a-z-]*\)`.*/\1/p' README.md | sort -u >"$work/targets"
while read -r target; do
	check "README: there is a make $target" grep -qE "^([a-z -]* )?$target( [a-z -]*)?:" Makefile
done <"$work/targets"

# Of the pages: no command is wrong usage or a wrong file.  Here nothing can be asked, and no machine has firmware.
cat >"$work/assets.yaml" <<YAML
assets:
  - { name: pc-23, ip: 10.20.0.23, role: workstation, tags: [careful] }
  - { name: pc-24, ip: 10.20.0.24, tags: [scanner] }
YAML
cp policies/office.yaml "$work/office.yaml"
# Power is asked of the firmware itself, and a test knows no machine of that address.
sed -n 's/^ *\(cordon [a-z].*\)/\1/p' docs/*.md | grep -vE '^cordon ([a-z]* [a-z]*ing|power)' |
	sed "s/   .*//; s/ &&$//; s/ >.*//; s#FILE#$work/cordon.db#" | sort -u >"$work/commands"
check "pages have commands" [ "$(wc -l <"$work/commands")" -ge 14 ]
while read -r line; do
	case $line in
	*health | *hosts | *stats | *isolat* | *release* | *approve* | *deny*) line="$line --control $work/none" ;;
	esac
	(cd "$work" && sh -c "'$OUT'/$line" >out 2>err </dev/null)
	code=$?
	check "pages: $line" sh -c "[ $code -ne 2 ] && [ $code -ne 3 ] && { [ $code -ne 1 ] || grep -q 'no cordond answers' '$work/err'; }"
done <"$work/commands"

# Tables.
"$OUT/cordon" policy words --markdown >"$work/words"
missing=$(grep -vxF -f docs/policy.md "$work/words" | head -n 3)
check "docs/policy.md has every word of the language${missing:+, but not: $missing}" [ -z "$missing" ]
missing=
while read -r word rest; do
	case $word:$rest in
	half_life:* | memory:*) ;; # how long it remembers: nothing to explain
	*:"("*")") detector=$word ;;
	*:[0-9]* | *:true | *:false) grep -q "$word" "detectors/$detector.md" || missing="$missing $detector.$word" ;;
	esac
done <<END
$("$OUT/cordon" detectors)
END
check "each detector's page names its settings${missing:+, but not:$missing}" [ -z "$missing" ]
tap_done
