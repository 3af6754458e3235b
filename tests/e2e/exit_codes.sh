#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What goes wrong ends with the right exit code and one clear line on standard error.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

cordond=$OUT/cordond cordon=$OUT/cordon sensor=$OUT/cordon-sensor

one_line() { [ "$(wc -l <"$work/err")" -eq 1 ] && [ -s "$work/err" ]; }
says() { grep -q "$1" "$work/err"; }

"$OUT/cordon-pcapgen" pcaps/office.recipe "$work/office.pcap" >/dev/null || not_ok "the recipe builds"

expect 0 "cordond --help" "$cordond" --help
check "help names the exit codes" grep -q "Exit codes" "$work/out"
expect 0 "cordond --version" "$cordond" --version
expect 0 "cordond --settings" "$cordond" --settings
expect 0 "cordon --help" "$cordon" --help
expect 0 "cordon-sensor --help" "$sensor" --help
expect 0 "an ordinary capture" "$cordond" -q -r "$work/office.pcap"
expect 0 "a BPF expression after the options" "$cordond" -q -r "$work/office.pcap" arp or tcp port 445

expect 2 "no input at all" "$cordond"
check "says what to give" says "give -r FILE"
expect 2 "an unknown option" "$cordond" --frobnicate
check "one line" one_line
expect 2 "an option without its value" "$cordond" -r
check "one line" one_line
expect 2 "a bad BPF expression" "$cordond" -r "$work/office.pcap" not a filter
check "one line" one_line
expect 2 "enforcing a recorded file" "$cordond" --enforce -r "$work/office.pcap"
check "says why" says "recorded file"
expect 2 "both -r and -i" "$cordond" -r "$work/office.pcap" -i lo
for words in --frobnicate -r "-r $work/office.pcap -i lo"; do
	# shellcheck disable=SC2086
	expect 2 "cordon-sensor: wrong usage: $words" "$sensor" $words
	check "one line with the program's own name" sh -c "[ \$(grep -c '^cordon-sensor: ' '$work/err') -eq \$(wc -l <'$work/err') ]"
done
for words in --frobnicate --listen x; do
	expect 2 "cordon-amtsim: wrong usage: $words" "$OUT/cordon-amtsim" $words
	check "begins with the program's own name" says "^cordon-amtsim: $words: "
done
expect 0 "cordon-amtsim --version" "$OUT/cordon-amtsim" --version
expect 2 "cordon without words" "$cordon"
expect 2 "cordon with an unknown noun" "$cordon" frobnicate
check "one line" one_line
expect 0 "help behind a noun" "$cordon" policy --help
check "has its verbs" grep -q "policy explain" "$work/out"
expect 0 "help before a noun" "$cordon" help policy
check "has its verbs" grep -q "policy explain" "$work/out"
check "and no others" sh -c "! grep -q ledger '$work/out'"
expect 2 "help for what is not there" "$cordon" help frobnicate
expect 2 "a noun without its verb" "$cordon" ledger
check "names the verbs" says '"ledger" needs a word behind it: "ledger verify" "ledger show"'
check "one line" one_line
expect 2 "a machine of two words" "$cordon" isolate "front desk"
check "says what to do" says "by its address or MAC"
expect 0 "cordon detectors" "$cordon" detectors
check "names them" grep -q "^arpsweep" "$work/out"
expect 0 "help behind a verb" "$cordon" assets check --help
check "has its options" grep -q -- --accept "$work/out"
for words in "incidents twice" "ledger verify x" "ledger show x" "detectors x" "outbreak x" "assets codes x" \
	"isolations x" "health x" "hosts x" "release" "isolate" "isolate pc-1 pc-2" "isolate --channel x" "approve" "approve 1 2" "deny x"; do
	# shellcheck disable=SC2086
	expect 2 "wrong words are told without a daemon or a store: $words" "$cordon" $words
done

: >"$work/empty"
printf 'this is no capture at all, just text\n' >"$work/text"
head -c 30 "$work/office.pcap" >"$work/cut-header"
head -c 2000 "$work/office.pcap" >"$work/cut-record"
for program in "$cordond -q" "$sensor --quiet"; do
	for file in missing empty text cut-header cut-record .; do
		# shellcheck disable=SC2086
		expect 1 "${program##*/}: $file" $program -r "$work/$file"
		check "one line on standard error" one_line
		check "which names the file" says "$work"
	done
done
expect 1 "an interface that is not there" "$cordond" -i nosuchif0
check "one line" one_line
expect 1 "a place where nothing can be written" "$cordond" -q -r "$work/office.pcap" -o /nowhere/eve.json
check "names the place" says /nowhere/eve.json
expect 1 "a full disk is told" "$cordond" -q -r "$work/office.pcap" -o /dev/full
check "one line" says "/dev/full"

for words in --help detectors "assets codes" "policy words" "policy check policies/office.yaml"; do
	# shellcheck disable=SC2086
	expect 1 "cordon $words on a full disk" sh -c "'$cordon' $words >/dev/full"
	check "is told" says "^cordon: not all could be written to standard output"
done
expect 1 "the account on a full disk" sh -c "'$cordond' -r '$work/office.pcap' >/dev/full"
check "is told" says "^cordond: not all could be written to standard output"
expect 1 "cordon-sensor on a full disk" sh -c "'$sensor' -r '$work/office.pcap' >/dev/full"
check "is told" says "^cordon-sensor: not all could be written to standard output"
expect 0 "without standard streams" sh -c "'$cordond' -r '$work/office.pcap' -o '$work/closed.json' <&- >&- 2>&-"
check "nothing else gets into what is written" sh -c "! grep -v '^{' '$work/closed.json'"
expect 0 "what reads no further is no failure" sh -c "'$cordon' detectors | head -n 1"

printf 'rules:\n  - name: x\n    then: { izolate: {} }\n' >"$work/bad.yaml"
expect 3 "a bad policy" "$cordond" -q -p "$work/bad.yaml" -r "$work/office.pcap"
check "with its position" says "bad.yaml:3:"
printf 'capture:\n  interfaze: eth0\nsafety: { automatic_per_hour: 99999 }\n' >"$work/cordon.yaml"
expect 3 "a bad configuration" "$cordond" -q -c "$work/cordon.yaml" -r "$work/office.pcap"
check "all mistakes at once: the first" says "cordon.yaml:2:"
check "all mistakes at once: the second" says "cordon.yaml:3:"
check "with a suggestion" says 'interface'
printf 'detectors:\n  trw: { nonsense: 3 }\n' >"$work/cordon.yaml"
expect 3 "a bad setting of a detector" "$cordond" -q -c "$work/cordon.yaml" -r "$work/office.pcap"
check "with its position" says "cordon.yaml:2:"
expect 3 "policy check of a bad file" "$cordon" policy check "$work/bad.yaml"
for policy in policies/*.yaml; do
	expect 0 "$policy checks clean" "$cordon" policy check "$policy"
done

expect 0 "facts into a store" "$cordond" -q -r "$work/office.pcap" -s "$work/cordon.db"
expect 0 "the ledger verifies" "$cordon" ledger verify --store "$work/cordon.db"
expect 1 "a ledger that is not there" "$cordon" ledger verify --store "$work/none.db"
expect 1 "a release without a daemon" "$cordon" release 1 --control "$work/none"
check "says so" says "no cordond answers"
expect 1 "a release of a machine without a daemon" "$cordon" release pc-1 --control "$work/none"
expect 1 "an isolation by hand without a daemon" "$cordon" isolate pc-1 --why "it screams" --control "$work/none"
check "says so" says "no cordond answers"
check "one line" one_line
expect 2 "a channel of two words" "$cordon" isolate pc-1 --channel "a b" --control "$work/none"
tap_done
