/* SPDX-License-Identifier: Apache-2.0 */
/* named.h - addresses that came in an answer to a question for a name.
 *
 * Whoever reaches for one was sent there by a name: it has business with that very machine, and if the machine is down that
 * says little about who reached.  Worms make addresses up (worm-detection.md C.6).
 *
 * A zeroed part of a detector's state.  An address of the Internet counts as named for everybody: a resolver asks on behalf of
 * all.  One of the site counts only for the machine that was told. */
#ifndef CORDON_DETECT_NAMED_H
#define CORDON_DETECT_NAMED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/detect/known.h"

struct contact;
struct observation;

#define NAMED_SETS 8192 /* 65,536 addresses, 512 KiB */

struct named {
	struct known_set sets[NAMED_SETS];
};

/* machine: detector_machine() of who asked, or reaches; an address of either family is told to all of it. */
void named_hear(struct named *named, const struct observation *observation, uint32_t machine);
bool named_has(struct named *named, const struct contact *contact, uint32_t machine);

#endif
