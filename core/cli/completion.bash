# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# completion.bash - completes the words of "cordon" in bash.  It knows no command by itself: what there is it reads from
# "cordon --help", which is printed from the table in main.c, so it cannot lag behind that.

# Noun and verb of each command, one a line.
_cordon_commands() {
	"$1" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z ]*[a-z]\)  .*/\1/p'
}

# What that command takes, in one line: FILE [NAME...] [--policy FILE] [--json]
_cordon_takes() {
	"$1" --help 2>/dev/null | awk -v command="$2" '
		/^  [a-z]/ { name = $0; sub(/^  /, "", name); sub(/  .*/, "", name); on = name == command; next }
		/^[^ ]|^$/ { on = 0 }
		on { sub(/^ *(takes: )?/, ""); printf "%s ", $0 }'
}

# What that option takes: nothing if it stands alone.
_cordon_value() {
	printf '%s\n' "$1" | sed -n "s/.*$2 \([^]]*\).*/\1/p" | sed 's/ *--.*//; s/^|.*//'
}

# What stands literally in a list: of "interface | capture | NAME" the first two words.
_cordon_choices() {
	printf '%s\n' "$1" | grep -oE '(^|[[| ])[a-z][a-z-]*' | tr -d '[| '
}

_cordon() {
	local program=$1 word=$2 before=$3 noun=${COMP_WORDS[1]-}
	local commands command=$noun takes value='' wanted=''

	commands=$(_cordon_commands "$program")
	if [ "$COMP_CWORD" -gt 2 ] && grep -qxF -- "$noun ${COMP_WORDS[2]}" <<<"$commands"; then
		command="$noun ${COMP_WORDS[2]}"
	fi
	takes=$(_cordon_takes "$program" "$command")
	[ "${before#--}" = "$before" ] || value=$(_cordon_value "$takes" "$before")
	if [ "$COMP_CWORD" -eq 1 ]; then
		wanted="$(cut -d' ' -f1 <<<"$commands") help --help --version"
	elif [ -n "$value" ]; then
		wanted=$(_cordon_choices "$value")
	elif [ "${word#-}" != "$word" ]; then
		wanted="$(grep -oE -- '--[a-z-]+' <<<"$takes") --help"
	else
		value=$(sed 's/;.*//; s/\[--[^]]*\]//g' <<<"$takes") # prose behind a semicolon
		wanted=$(_cordon_choices "$value")
		[ "$COMP_CWORD" -gt 2 ] || wanted+=" $(sed -n "s/^$noun //p" <<<"$commands")"
	fi
	mapfile -t COMPREPLY < <(compgen -W "$wanted" -- "$word" | sort -u)
	case $value in
	*FILE* | *ASSETS* | *PEM* | *PATH*)
		compopt -o filenames 2>/dev/null # fails where no line is being edited, as in a test
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word")
		;;
	esac
}

complete -F _cordon cordon
