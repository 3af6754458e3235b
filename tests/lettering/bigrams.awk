# SPDX-License-Identifier: Apache-2.0
# bigrams.awk - the table of detectors/lettering.c out of a list of names, one a line:
#   awk -f tests/lettering/bigrams.awk names.txt
# Letters after letters, over distinct words of three letters and more, one added to each count: in tenths of a nat, by
# how much an even choice among 26 letters explains the second letter better than the words do.  First row: beginnings.
BEGIN { letters = "abcdefghijklmnopqrstuvwxyz" }
{
	count = split(tolower($1), words, /[-_.\/@]/)
	for (i = 1; i <= count; i++)
		if (length(words[i]) >= 3 && !(words[i] in seen)) {
			seen[words[i]] = 1
			before = 0
			for (k = 1; k <= length(words[i]); k++) {
				c = index(letters, substr(words[i], k, 1))
				if (c) {
					pairs[before, c]++
					sum[before]++
				}
				before = c
			}
		}
}
END {
	for (b = 0; b <= 26; b++) {
		row = ""
		for (c = 1; c <= 26; c++) {
			tenths = 10 * (log(1 / 26) - log((pairs[b, c] + 1) / (sum[b] + 26)))
			row = row sprintf("%d,%s", tenths + (tenths < 0 ? -0.5 : 0.5), c < 26 ? " " : "")
		}
		print "{ " substr(row, 1, length(row) - 1) " },"
	}
}
