/* SPDX-License-Identifier: Apache-2.0 */
/* said.h - what was stated and still stands, kept by who states it, to be stated again to a listener who is new.
 *
 * A statement is a level with its time: heard twice it counts once, heard late it has faded.  So a controller that starts in
 * the middle of an outbreak learns in one go what its forerunner knew. */
#ifndef CORDON_FEED_SAID_H
#define CORDON_FEED_SAID_H

#include <stdint.h>

struct evidence;
struct host_key;
struct said;

/* Of fixed size; when the places for a statement are taken the lowest level gives way. */
struct said *said_new(uint32_t statements_max);
void said_free(struct said *said);
/* Replaces the statement of the same detector, class and pace about the same host. */
void said_note(struct said *said, const struct evidence *evidence);
/* Nothing is held against the host any more. */
void said_forget(struct said *said, const struct host_key *host);
/* All there are, in no order: index from 0, NULL behind the last. */
const struct evidence *said_next(const struct said *said, uint32_t *index);

#endif
