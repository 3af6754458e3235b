# SPDX-License-Identifier: Apache-2.0
#
# Reads core/layers.def (-v def=) and then C files; prints "file:line: message" for every include
# that core/layers.def forbids, and writes one line "from to line" per include of ours to the file
# named by -v edges=, for the search for cycles.
#
# Left out on purpose: conditional includes count like any other, because a dependency behind an
# #ifdef is a dependency.

function complain(file, line, text)
{
	print file ":" line ": " text
}

# The longest folder named in core/layers.def that holds the file, or "" when none does.
function folder_of(path,    dir)
{
	dir = path
	while (sub(/\/[^\/]*$/, "", dir))
		if (dir in level)
			return dir
	return ""
}

function allow(who, from,    i, n)
{
	for (i = from; i <= NF; i++) {
		if ($i == "*below" || $i == "*all") {
			for (n in level)
				if (n != who)
					allowed[who, n] = 1
			if ($i == "*all")
				everything[who] = 1
		} else {
			if (!($i in level))
				later[++laters] = FNR " " $i
			allowed[who, $i] = 1
		}
	}
}

function begins(text, prefix)
{
	return substr(text, 1, length(prefix)) == prefix
}

function is_system(name)
{
	if (name ~ /^(sys|net|netinet|arpa|linux|asm)\//)
		return 1
	return name in system_header
}

# Longest library prefix that fits <name>.
function library_of(name,    p, best)
{
	best = ""
	for (p in library)
		if (begins(name, p) && length(p) > length(best))
			best = p
	return best
}

function check_library(name,    p)
{
	p = library_of(name)
	if (p != "") {
		if (!((p, FILENAME) in may_use))
			complain(FILENAME, FNR, "<" name "> belongs to " library[p] \
				"; include our header instead, or list this file under \"library " p \
				"\" in core/layers.def")
	} else if (!is_system(name)) {
		complain(FILENAME, FNR, "<" name "> is no C or POSIX header and no \"library\" line of " \
			"core/layers.def names it")
	}
}

# Rules that hold whatever core/layers.def allows.
function check_walls(to)
{
	if (begins(FILENAME, "tests/amtsim/") && begins(to, "amt/"))
		complain(FILENAME, FNR, "the simulator shares nothing with amt/: two equal mistakes would agree")
	else if (begins(FILENAME, "amt/") && begins(to, "tests/"))
		complain(FILENAME, FNR, "amt/ includes nothing of tests/")
	else if (begins(FILENAME, "core/") && begins(to, "amt/") && !(FILENAME in excepted))
		complain(FILENAME, FNR, "core/ never includes amt/; only files with an \"except\" line in " \
			"core/layers.def do")
	else
		return 1
	return 0
}

function check_layer(to,    a, b)
{
	a = folder_of(FILENAME)
	b = folder_of(to)
	if (a == "")
		return
	if (b == "") {
		complain(FILENAME, FNR, "the folder of \"" to "\" is not in core/layers.def")
		return
	}
	if (a == b || ((a, b) in allowed) || ((FILENAME, b) in allowed) || (FILENAME in everything))
		return
	complain(FILENAME, FNR, a " may not include " b " (\"" to "\"); see core/layers.def")
}

BEGIN {
	n = split("assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp " \
		"signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn " \
		"string strings tgmath threads time uchar wchar wctype aio byteswap dirent dlfcn elf " \
		"endian err error execinfo fcntl features fnmatch ftw getopt glob grp iconv ifaddrs " \
		"langinfo libgen malloc mqueue netdb nl_types paths poll pthread pwd regex resolv " \
		"sched search semaphore spawn stdio_ext sysexits syslog termios pty ucontext ulimit " \
		"unistd utime utmpx wordexp", names, " ")
	for (i = 1; i <= n; i++)
		system_header[names[i] ".h"] = 1
}

FILENAME == def {
	sub(/#.*/, "")
	if (NF == 0)
		next
	if ($1 == "library") {
		if (NF < 3)
			complain(FILENAME, FNR, "write: library HEADER-PREFIX file [file...]")
		for (i = 3; i <= NF; i++) {
			may_use[$2, $i] = 1
			library[$2] = library[$2] (library[$2] == "" ? "" : ", ") $i
		}
	} else if ($1 == "except") {
		if ($2 !~ /:$/) {
			complain(FILENAME, FNR, "write: except file: folder [folder...]")
			next
		}
		who = substr($2, 1, length($2) - 1)
		excepted[who] = 1
		allow(who, 3)
	} else if ($1 == "fragment") {
		next
	} else if ($1 ~ /:$/) {
		who = substr($1, 1, length($1) - 1)
		if (who in level)
			complain(FILENAME, FNR, who " is listed twice")
		allow(who, 2)
		level[who] = ++levels
	} else {
		complain(FILENAME, FNR, "expected \"folder: ...\", library, except or fragment, not \"" $1 "\"")
	}
	next
}

FNR == 1 {
	if (!told) {
		told = 1
		for (i = 1; i <= laters; i++) {
			split(later[i], part, " ")
			if (!(part[2] in level))
				complain(def, part[1], "folder " part[2] " is allowed but never listed")
		}
	}
	layered = FILENAME ~ /^(core|detectors|amt|tests\/amtsim)\//
	if (layered && folder_of(FILENAME) == "")
		complain(FILENAME, 1, "its folder is not in core/layers.def")
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, part, "\"")
	to = part[2]
	if ((getline probe < to) < 0) {
		if (layered)
			complain(FILENAME, FNR, "\"" to "\" is not found from the root; includes start there")
		next
	}
	close(to)
	print FILENAME, to, FNR > edges
	if (layered && check_walls(to))
		check_layer(to)
	next
}

layered && /^[ \t]*#[ \t]*include[ \t]*</ {
	name = $0
	sub(/^[^<]*</, "", name)
	sub(/>.*/, "", name)
	check_library(name)
}
