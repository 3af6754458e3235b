# SPDX-License-Identifier: Apache-2.0
#
# sources.awk - docs/sources.md first, then whatever cites: a citation "worm-detection.md C.7" (or of a part of a listed section, C.7.1)
# needs a row, so that who has the tree alone can follow it.

FILENAME == page {
	if ($0 ~ /^## [a-z-]+\.md/)
		work = $2
	else if ($0 ~ /^\| [A-Z0-9][0-9.]* \|/)
		row[work, $2] = 1
	if (work)
		works[work] = 1
	next
}

{
	rest = $0
	while (match(rest, /[a-z-]+\.md (section )?([A-Z]|[0-9]+)(\.[0-9]+)*/)) {
		cited = substr(rest, RSTART, RLENGTH)
		after = substr(rest, RSTART + RLENGTH, 1)
		rest = substr(rest, RSTART + RLENGTH)
		split(cited, part, " ")
		section = part[2] == "section" ? part[3] : part[2]
		if (!(part[1] in works) || after ~ /[A-Za-z0-9]/)
			continue
		at = section
		while (!((part[1], at) in row) && sub(/\.[0-9]+$/, "", at))
			;
		if (!((part[1], at) in row))
			print FILENAME ":" FNR ": docs/sources.md has no row for " part[1] " " section
	}
}
