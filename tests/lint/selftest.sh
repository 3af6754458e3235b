#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Does the lint see what it should?  Each case plants one violation into a small clean tree and
# wants exactly one line, at the right place and with the right words; the clean tree must pass.
# Speaks TAP.
set -u
unset LINT_TIDY LINT_CPPFLAGS
export LINT_FORMAT=0

lint=$(cd "$(dirname "$0")" && pwd)/lint.sh
root=$(mktemp -d) || exit 2
trap 'rm -rf "$root"' EXIT
trap 'exit 2' HUP INT TERM
failures=0
cases=0

spdx='/* SPDX-License-Identifier: Apache-2.0 */'

put()
{
	mkdir -p "$(dirname "$1")"
	{ printf '%s\n' "$spdx"; cat; } >"$1"
}

clean_tree()
{
	rm -rf "$root/tree"
	mkdir -p "$root/tree/core"
	cd "$root/tree" || exit 2
	cat >core/layers.def <<-'END'
		# low to high
		core/base:
		core/net: core/base
		detectors: *below
		core/isolation: core/base
		amt: core/base core/isolation
		core/daemon: *below
		tests/amtsim: core/base
		library event2/ core/base/loop.c
		library jansson.h core/base/json.c tests/amtsim/json.c
		except core/daemon/pipeline.c: amt
		fragment detectors/list.h
	END
	put core/base/err.h <<-'END'
		#ifndef CORE_BASE_ERR_H
		#define CORE_BASE_ERR_H
		#include <stddef.h>
		struct err { size_t line; };
		#endif
	END
	put core/base/loop.c <<-'END'
		#include "core/base/err.h"
		#include <event2/event.h>
		#include <sys/types.h>
		/* never strcpy() or system() here */
		const char *loop_words(void) { return "sprintf(atoi)"; }
	END
	put core/net/addr.h <<-'END'
		#ifndef CORE_NET_ADDR_H
		#define CORE_NET_ADDR_H
		#include "core/base/err.h"
		struct addr { struct err e; };
		#endif
	END
	put detectors/table.c <<-'END'
		#include "core/net/addr.h"
		#define DETECTOR(name) int detector_##name;
		#include "detectors/list.h"
		int my_system(int strcpy_count);
	END
	put detectors/list.h <<-'END'
		DETECTOR(fanout)
	END
	put amt/amt.h <<-'END'
		#ifndef AMT_AMT_H
		#define AMT_AMT_H
		struct amt;
		#endif
	END
	put core/daemon/pipeline.c <<-'END'
		#include "amt/amt.h"
		#include "core/net/addr.h"
	END
	put tests/amtsim/json.c <<-'END'
		#include "core/base/err.h"
		#include <jansson.h>
	END
	put tests/unit/test_x.c <<-'END'
		#include <cmocka.h>
		#include "amt/amt.h"
	END
	printf '#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n' >tests/run.sh
}

# wants NAME PATTERN: exactly one complaint, and it fits; an empty PATTERN wants none.
wants()
{
	cases=$((cases + 1))
	out=$(sh "$lint" 2>&1)
	rc=$?
	lines=$(printf '%s\n' "$out" | grep -c -v '^lint: ')
	last=$(printf '%s\n' "$out" | tail -n 1)
	if [ -z "$2" ]; then
		[ $rc -eq 0 ] && [ "$last" = "lint: ok" ] && [ "$lines" -eq 0 ] &&
			echo "ok $cases - $1" && return
	else
		[ $rc -eq 1 ] && [ "$last" = "lint: 1 problems" ] &&
			printf '%s\n' "$out" | grep -q -e "$2" && echo "ok $cases - $1" && return
	fi
	failures=$((failures + 1))
	echo "not ok $cases - $1"
	printf 'wanted "%s", got (exit %d)\n%s\n' "$2" "$rc" "$out" | sed 's/^/# /'
}

clean_tree
wants "a clean tree passes" ''

clean_tree
put core/base/up.c <<-'END'
	#include "core/net/addr.h"
END
rm core/net/addr.h
put core/net/addr.h <<-'END'
	#ifndef CORE_NET_ADDR_H
	#define CORE_NET_ADDR_H
	struct addr;
	#endif
END
wants "a lower folder may not include a higher one" '^core/base/up.c:2: core/base may not include core/net'

clean_tree
put core/isolation/x.c <<-'END'
	#include "core/net/addr.h"
END
wants "a folder that is not allowed is refused even if lower" '^core/isolation/x.c:2: core/isolation may not'

clean_tree
put core/stray/x.c </dev/null
wants "a folder nobody listed" '^core/stray/x.c:1: its folder is not in core/layers.def'

clean_tree
put core/net/x.c <<-'END'
	#include "addr.h"
END
wants "an include that does not start at the root" '^core/net/x.c:2: "addr.h" is not found from the root'

clean_tree
put core/net/x.c <<-'END'
	#include <event2/buffer.h>
END
wants "a library in a second file" '^core/net/x.c:2: <event2/buffer.h> belongs to core/base/loop.c'

clean_tree
put core/net/x.c <<-'END'
	#include <curl/curl.h>
END
wants "a library that nobody listed" '^core/net/x.c:2: <curl/curl.h> is no C or POSIX header'

clean_tree
put core/daemon/main.c <<-'END'
	#include "amt/amt.h"
END
wants "core includes amt without an exception" '^core/daemon/main.c:2: core/ never includes amt/'

clean_tree
put tests/amtsim/x.c <<-'END'
	#include "amt/amt.h"
END
wants "the simulator includes amt" '^tests/amtsim/x.c:2: the simulator shares nothing'

clean_tree
mkdir -p tests/fakes
put tests/fakes/f.h </dev/null
put amt/x.c <<-'END'
	#include "tests/fakes/f.h"
END
wants "amt includes a test" '^amt/x.c:2: amt/ includes nothing of tests/'

clean_tree
put core/net/a.h <<-'END'
	#ifndef A_H
	#define A_H
	#include "core/net/b.h"
	#endif
END
put core/net/b.h <<-'END'
	#ifndef B_H
	#define B_H
	#include "core/net/a.h"
	#endif
END
wants "two headers that include each other" '^core/net/[ab].h:4: include cycle of files: core/net/[ab].h, core/net/[ab].h'

clean_tree
sed -i 's/^core\/base:.*/core\/base: core\/net/' core/layers.def
put core/base/x.c <<-'END'
	#include "core/net/addr.h"
END
wants "two folders that include each other, though allowed" \
	'^core/[a-z]*/[a-z.]*:[24]: include cycle of folders: core/[a-z]*, core/[a-z]*$'

clean_tree
put core/net/x.h <<-'END'
	size_t addr_length(void);
END
wants "a header that needs another first" '^core/net/x.h:1: does not compile alone: unknown type name'

clean_tree
put core/net/x.h <<-'END'
	struct twice { int n; };
END
wants "a header without a guard" '^core/net/x.h:1: does not compile alone: redefinition'

for word in strcpy strcat sprintf vsprintf gets strtok strncpy atoi atol atof alloca scanf sscanf \
	vfscanf system popen; do
	clean_tree
	put tests/unit/x.c <<-END
		/* a comment, then */ int a = $word (1);
	END
	wants "$word is banned" "^tests/unit/x.c:2: $word() is banned here"
done

clean_tree
put core/net/x.c <<-'END'
	/* strcpy(
	   strcat( */ // atoi(
	char q = '"', *s = "gets(\" popen(";
END
wants "comments and strings are free" ''

clean_tree
echo 'int x;' >core/net/x.c
wants "a C file without SPDX" '^core/net/x.c:1: the first line must be the SPDX line'

clean_tree
printf '#!/bin/sh\nset -e\n' >tests/x.sh
wants "a script without SPDX" '^tests/x.sh:2: the first line must be the SPDX line'

clean_tree
: >core/net/x.c
wants "an empty file has no SPDX line either" '^core/net/x.c:1: the first line must be'

clean_tree
rm core/layers.def detectors/list.h detectors/table.c
wants "no core/layers.def" '^core/layers.def:1: missing'

clean_tree
echo 'core/nett core/base' >>core/layers.def
wants "a line that means nothing" '^core/layers.def:13: expected "folder: ..."'

clean_tree
echo 'core/late: core/typo' >>core/layers.def
wants "a folder allowed that is never listed" '^core/layers.def:13: folder core/typo is allowed but never'

clean_tree
mkdir docs
printf '## notes.md\n\n| section | about |\n|---|---|\n| C.7 | x |\n| 3 | y |\n' >docs/sources.md
put core/net/x.c <<-'END'
	/* As notes.md C.7, C.7.2 of others.md D.1, notes.md section 3, notes.md 3.4, notes.md and notes.md C.77 say. */
END
wants "a citation that docs/sources.md does not explain" '^core/net/x.c:2: docs/sources.md has no row for notes.md C.77$'

cd / || exit 2
echo "1..$cases"
[ $failures -eq 0 ]
