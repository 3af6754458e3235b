/* SPDX-License-Identifier: Apache-2.0 */
/* Says where, then aborts: the supervisor restarts us, the core file tells the rest.  No unwinding and
 * no cleanup on purpose, because after a broken invariant no state can be trusted. */
#include "core/base/invariant.h"

#include <stdio.h>
#include <stdlib.h>

void invariant_failed(const char *text, const char *file, int line)
{
	fflush(stdout);
	fprintf(stderr, "%s:%d: invariant broken, this is a bug: %s\n", file, line, text);
	fflush(stderr);
	abort();
}
