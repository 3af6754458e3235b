# SPDX-License-Identifier: Apache-2.0
#
# First file: what tsort said on its standard error.  Second file: the edges "from to line [file]".
# Prints one line per loop, at the include that could be removed.

FNR == NR {
	sub(/^tsort: /, "")
	if (/contains a loop/)
		loops++
	else if (loops && NF == 1)
		member[loops, ++size[loops]] = $1
	next
}

{
	for (l = 1; l <= loops; l++) {
		if (l in done)
			continue
		from = to = 0
		for (m = 1; m <= size[l]; m++) {
			if (member[l, m] == $1)
				from = 1
			if (member[l, m] == $2)
				to = 1
		}
		if (!from || !to)
			continue
		done[l] = 1
		chain = ""
		for (m = 1; m <= size[l]; m++)
			chain = chain (m > 1 ? ", " : "") member[l, m]
		where = NF > 3 ? $4 : $1
		print where ":" $3 ": include cycle of " what ": " chain
	}
}
