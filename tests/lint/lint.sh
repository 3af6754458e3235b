#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The rules that a compiler does not check.  Run from the repository root; prints one line
# "file:line: message" per violation and ends with "lint: ok" or "lint: N problems".
#
#   CC              compiler for "each header compiles alone" (gcc)
#   LINT_CPPFLAGS   more include flags for it
#   LINT_FORMAT=0   no clang-format --dry-run, which is otherwise run where version 14 is installed
#   LINT_TIDY=1     also clang-tidy, where installed (slow)
set -u
LC_ALL=C
export LC_ALL

here=$(cd "$(dirname "$0")" && pwd)
def=core/layers.def
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM
found=$scratch/found
: >"$found"

folders=
for folder in core detectors amt tests; do
	[ -d "$folder" ] && folders="$folders $folder"
done
[ -n "$folders" ] || { echo "lint: nothing to check; run it from the repository root" >&2; exit 2; }

# File names of ours have no spaces, so plain word lists are enough.
sources=$(find $folders -type f -name '*.[ch]' | sort)
headers=$(find $folders -type f -name '*.h' | sort)
scripts=$(find $folders -type f \( -name '*.sh' -o -name '*.bash' -o -name '*.awk' \) | sort)
cppflags="-std=gnu17 -D_GNU_SOURCE -I. -I/usr/include/libxml2 ${LINT_CPPFLAGS:-}"

check_layers()
{
	if [ ! -f "$def" ]; then
		echo "$def:1: missing; it says which folder may include which"
		return
	fi
	awk -v def="$def" -v edges="$scratch/edges" -f "$here/layers.awk" "$def" $sources
}

# tsort wants pairs; what it prints about loops goes to cycles.awk.
report_loops()
{
	awk '{ print $1, $2 }' "$1" | tsort 2>"$scratch/loops" >/dev/null || :
	awk -v what="$2" -f "$here/cycles.awk" "$scratch/loops" "$1"
}

check_cycles()
{
	[ -s "$scratch/edges" ] || return 0
	awk '$1 != $2' "$scratch/edges" >"$scratch/file_edges"
	awk '$1 == $2 { print $1 ":" $3 ": includes itself" }' "$scratch/edges"
	# Tests may look at everything, so they do not make a folder depend on another.
	awk '{
		from = $1; to = $2
		sub(/\/[^\/]*$/, "", from); sub(/\/[^\/]*$/, "", to)
		if (from != to && (from !~ /^tests/ || from == "tests/amtsim"))
			print from, to, $3, $1
	}' "$scratch/edges" >"$scratch/folder_edges"
	report_loops "$scratch/file_edges" files
	report_loops "$scratch/folder_edges" folders
}

# Twice in one translation unit, so that a missing include guard shows too.  A header with a
# "fragment" line in core/layers.def is a list for an X macro and is left out.
check_headers()
{
	for header in $headers; do
		if [ -f "$def" ] && awk -v h="$header" '$1 == "fragment" { for (i = 2; i <= NF; i++)
				if ($i == h) hit = 1 } END { exit !hit }' "$def"; then
			continue
		fi
		printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
			${CC:-gcc} $cppflags -Wall -Wextra -Werror -fsyntax-only -x c - \
			2>"$scratch/cc" && continue
		awk -v h="$header" '/: (fatal )?error:/ && !said {
			said = 1
			where = $1
			sub(/^[^ ]* (fatal )?error: /, "")
			print h ":1: does not compile alone: " $0 " (" where ")"
		} END { if (!said) print h ":1: does not compile alone" }' "$scratch/cc"
	done
}

check_spdx()
{
	for file in $sources $scripts; do
		awk -v file="$file" '
			NR == 1 && /^#!/ { next }
			{ if (!/SPDX-License-Identifier: Apache-2\.0/) print file ":" NR \
				": the first line must be the SPDX line (Apache-2.0)"; done = 1; exit }
			END { if (!done) print file ":1: the first line must be the SPDX line (Apache-2.0)" }
		' "$file"
	done
}

check_citations()
{
	[ -f docs/sources.md ] || return 0
	awk -v page=docs/sources.md -f "$here/sources.awk" docs/sources.md $sources \
		$(find $folders docs policies pcaps debian -type f -name '*.md' ! -path docs/sources.md 2>/dev/null | sort)
}

check_format()
{
	[ "${LINT_FORMAT:-1}" = 1 ] || return 0
	clang-format --version 2>/dev/null | grep -q 'version 14\.' || return 0 # others break lines otherwise
	clang-format --dry-run -Werror $sources 2>&1 | awk '/: error:/ {
		split($1, at, ":")
		if (!(at[1] in seen)) { seen[at[1]] = 1; print at[1] ":" at[2] ": not as .clang-format wants it" }
	}'
}

check_tidy()
{
	[ "${LINT_TIDY:-0}" = 1 ] && command -v clang-tidy >/dev/null || return 0
	for file in $(find $folders -type f -name '*.c' | sort); do
		clang-tidy --quiet "$file" -- $cppflags 2>/dev/null |
			awk '/: (warning|error): / { sub(/^'"$(pwd | sed 's/[\/.]/\\&/g')"'\//, ""); print }'
	done | sort -u
}

{
	check_layers
	check_cycles
	check_headers
	[ -z "$sources" ] || awk -f "$here/banned.awk" $sources
	check_spdx
	check_citations
	check_format
	check_tidy
} >"$found"

cat "$found"
problems=$(wc -l <"$found")
if [ "$problems" -eq 0 ]; then
	echo "lint: ok"
	exit 0
fi
echo "lint: $((problems)) problems"
exit 1
