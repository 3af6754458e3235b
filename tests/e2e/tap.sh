# SPDX-License-Identifier: Apache-2.0
# tap.sh - for the scripts beside it: counts and reports. Source it; end with `tap_done`.
: "${OUT:?the folder of the build}"
number=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

ok() { number=$((number + 1)); echo "ok $number - $1"; }
not_ok() { number=$((number + 1)); echo "not ok $number - $1"; shift; [ $# -eq 0 ] || printf '# %s\n' "$@"; }

# check NAME CONDITION...: the rest is a command that must succeed
check() {
	name=$1
	shift
	if "$@"; then ok "$name"; else not_ok "$name" "failed: $*"; fi
}

# expect CODE NAME COMMAND...: runs it; standard output in $work/out, error in $work/err
expect() {
	want=$1 name=$2
	shift 2
	"$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	if [ "$got" -eq "$want" ]; then
		ok "$name"
	else
		not_ok "$name" "exit code $got instead of $want: $*" "$(head -n 3 "$work/err")"
	fi
}

tap_done() { echo "1..$number"; }
