# SPDX-License-Identifier: Apache-2.0
#
# Prints "file:line: message" for each use of a function that we do not use.  Comments, strings and
# character constants are blanked first, so that prose may name the functions.

function blank(line,    out, i, c, two, quote)
{
	out = ""
	quote = ""
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		two = substr(line, i, 2)
		if (in_comment) {
			if (two == "*/") {
				in_comment = 0
				i++
				out = out " "
			}
		} else if (quote != "") {
			if (c == "\\")
				i++
			else if (c == quote)
				quote = ""
		} else if (two == "/*") {
			in_comment = 1
			i++
		} else if (two == "//") {
			break
		} else if (c == "\"" || c == "'") {
			quote = c
			out = out " "
		} else {
			out = out c
		}
	}
	return out
}

BEGIN {
	n = split("strcpy strcat sprintf vsprintf gets strtok strncpy atoi atol atof alloca scanf " \
		"sscanf fscanf vscanf vsscanf vfscanf popen", names, " ")
	for (i = 1; i <= n; i++)
		banned[names[i]] = 1
	called_only["system"] = 1
}

FNR == 1 { in_comment = 0 }

# The cheap test first: most lines name none of them.
!in_comment && !/\/\*/ && !/str|printf|gets|ato|alloca|scanf|popen|system/ { next }

{
	text = blank($0)
	while (match(text, /[A-Za-z_][A-Za-z0-9_]*/)) {
		word = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		if ((word in banned) || ((word in called_only) && text ~ /^[ \t]*\(/))
			print FILENAME ":" FNR ": " word "() is banned here"
	}
}
