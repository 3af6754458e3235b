/* SPDX-License-Identifier: Apache-2.0 */
/* named.h - addresses that came in an answer to a question for a name; kept by the engine for all detectors.
 *
 * Whoever reaches for one was sent there by a name: it has business with that very machine, and if the machine is down that
 * says little about who reached.  Worms make addresses up (worm-detection.md C.6).
 *
 * Zeroed memory.  An address of the Internet counts as named for everybody: a resolver asks on behalf of
 * all.  One of the site counts only for the machine that was told. */
#ifndef CORDON_DETECT_NAMED_H
#define CORDON_DETECT_NAMED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/detect/known.h"

struct contact;
struct observation;

#define NAMED_SETS        8192 /* 65,536 addresses, 512 KiB */
#define NAMED_FILTER_BITS 65536

struct named {
	struct known_set sets[NAMED_SETS];
	/* A bit for each address told in this period and in the one before: a scan asks for another set with each contact, and
	 * these stay in the cache. */
	uint64_t filters[2][NAMED_FILTER_BITS / 64];
	uint32_t period; /* the filter at period % 2 is its own */
};

/* machine: detector_machine() of who asked, or reaches; an address of either family is told to all of it. */
void named_hear(struct named *named, const struct observation *observation, uint32_t machine);
bool named_has(const struct named *named, const struct contact *contact, uint32_t machine);

#endif
