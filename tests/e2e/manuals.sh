#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is said about the programs is true and well-formed: help texts against manual pages, pages and service against their checkers,
# where those are installed.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

# every option of a help text stands in the page: options PAGE PROGRAM...
options() {
	page=$1
	shift
	missing=
	for option in $("$@" 2>&1 | grep -oE '(^|[ ,|[])--[a-z][a-z-]+' | tr -d ' ,|[' | sort -u); do
		grep -q -- "$(printf '%s' "$option" | sed 's/-/\\\\-/g')" "$page" || missing="$missing $option"
	done
	check "options of $* are in $page${missing:+, but not:$missing}" [ -z "$missing" ]
}
options docs/man/cordond.8 "$OUT/cordond" --help
options docs/man/cordon.1 "$OUT/cordon" --help
options docs/man/cordon-sensor.1 "$OUT/cordon-sensor" --help

missing=
"$OUT/cordon" --help | grep -E '^  [a-z]' | cut -c3-18 | sed 's/ *$//' >"$work/commands"
while read -r command; do
	sed 's/\\f[A-Z]//g; s/^\.B[IR]* *"*//' docs/man/cordon.1 | grep -q "^$command\b" || missing="$missing, $command"
done <"$work/commands"
check "commands of cordon --help are in its page${missing:+, but not:$missing}" [ -z "$missing" ]
check "there are some" [ "$(wc -l <"$work/commands")" -gt 15 ]

version=$("$OUT/cordon" --version | cut -d' ' -f2)
for page in docs/man/*; do
	check "$page is of this version" grep -q "^\.TH [A-Z-]* [18] \"[0-9-]*\" \"Cordon $version\"" "$page"
	if command -v mandoc >/dev/null; then
		check "mandoc likes $page" [ -z "$(mandoc -Tlint -W warning "$page" 2>&1)" ]
	fi
	if command -v groff >/dev/null; then
		check "groff likes $page" [ -z "$(groff -man -ww -z -Tutf8 "$page" 2>&1)" ]
	fi
done
if command -v systemd-analyze >/dev/null; then
	ln -s "$(cd "$OUT" && pwd)/cordond" "$work/cordond" # the way there may have blanks
	sed "s#/usr/sbin/cordond#$work/cordond#" debian/cordon.cordond.service >"$work/cordond.service"
	systemd-analyze verify --man=no "$work/cordond.service" >"$work/verify" 2>&1
	check "systemd likes the service" [ ! -s "$work/verify" ]
fi
tap_done
