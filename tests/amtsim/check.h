/* SPDX-License-Identifier: Apache-2.0 */
/* check.h - the simulator's own impossible states.
 *
 * A broken assumption here is a bug of the simulator, so it stops at once: a test that goes on
 * against a confused simulator proves nothing.  Never used on bytes from the network. */
#ifndef AMTSIM_CHECK_H
#define AMTSIM_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                          \
	do {                                                                                      \
		if (!(condition)) {                                                               \
			fprintf(stderr, "cordon-amtsim: %s:%d: broken: %s\n", __FILE__, __LINE__, \
				#condition);                                                      \
			abort();                                                                  \
		}                                                                                 \
	} while (0)

#endif
