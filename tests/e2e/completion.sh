#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What bash offers behind "cordon" is what "cordon --help" says there is: nouns, verbs, options, the words that an option takes, files.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

command -v bash >/dev/null || { echo "not ok 1 - # SKIP no bash here"; echo "1..1"; exit 0; }
cordon=$(cd "$OUT" && pwd)/cordon script=$(pwd)/core/cli/completion.bash
mkdir "$work/here"
touch "$work/here/policy.yaml" "$work/here/roster.yaml"

# offers WORD...: what is offered for the last of the words behind "cordon", sorted, in one line
offers() {
	(cd "$work/here" && bash -c '
		. "$1"
		program=$2
		shift 2
		COMP_WORDS=(cordon "$@") COMP_CWORD=$#
		_cordon "$program" "${!#}" "${COMP_WORDS[$# - 1]}"
		printf "%s\n" "${COMPREPLY[@]}" | sort | tr "\n" " "
	' - "$script" "$cordon" "$@")
}
# same OFFERED WORD...
same() {
	wanted="$1 "
	shift
	got=$(offers "$@")
	check "cordon $*: offers $wanted" [ "$got" = "$wanted" ]
}

# ---- all that the help says
"$cordon" --help >"$work/help"
grep -E '^  [a-z]' "$work/help" | sed 's/^  //; s/  .*//' >"$work/commands"
all=$(offers "")
missing=
while read -r noun verb; do
	case " $all" in *" $noun "*) ;; *) missing="$missing $noun" ;; esac
	[ -z "$verb" ] && continue
	case " $(offers "$noun" "")" in *" $verb "*) ;; *) missing="$missing $noun:$verb" ;; esac
done <"$work/commands"
check "each noun and verb is offered${missing:+, but not$missing}" [ -z "$missing" ]
check "there are some" [ "$(wc -l <"$work/commands")" -gt 15 ]
missing=
options=0
while read -r noun verb; do
	"$cordon" "$noun" ${verb:+"$verb"} --help >"$work/one"
	if [ -z "$verb" ]; then # of "assets --help" only what is said of "assets" alone
		awk -v noun="  $noun " '/^  [a-z]/ { on = index($0, noun " ") == 1 } on' "$work/one" >"$work/own"
		mv "$work/own" "$work/one"
	fi
	for option in $(grep -oE -- '--[a-z-]+' "$work/one" | sort -u); do
		options=$((options + 1))
		case " $(offers "$noun" ${verb:+"$verb"} --)" in
		*" $option "*) ;;
		*) missing="$missing $noun${verb:+ $verb}:$option" ;;
		esac
	done
done <"$work/commands"
check "each option of each command is offered${missing:+, but not$missing}" [ -z "$missing" ]
check "there are some of them" [ "$options" -gt 30 ]

# ---- one by one
same "policy power" po
same "check explain words" policy ""
same "check" policy c
same "--origin" incidents --o
same "capture interface person pipe" incidents --origin ""
same "pipe" outbreak --origin p
same "--json" outbreak --j
same "" outbreak --dot p
same "off on" power pc-1 o
same "cd disk network setup" power pc-1 on --boot ""
same "" power pc-1 on --wait ""
same "policy.yaml" policy check pol
same "roster.yaml" policy check policy.yaml --assets r
same "roster.yaml" assets check roster.yaml --certificate r
same "" assets check roster.yaml --accept ""
same "check codes" assets c
same "roster.yaml" assets r
same "" isolate pc-1 --why ""
same "" ledger verify --f
same "--from" ledger show --f
same "" nonsense ""
check "it says which command it completes" grep -q '^complete -F _cordon cordon$' "$script"
tap_done
