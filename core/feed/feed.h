/* SPDX-License-Identifier: Apache-2.0 */
/* feed.h - publish and subscribe records, whatever the transport.
 *
 * A feed goes one way.  Two transports: a queue inside one process (replay, tests: feed_queue_new) and a socket pair between
 * two (pipe.h).  Neither ever blocks.  When there is no room something is lost and counted: evidence is a level, so the
 * next statement repairs the loss. */
#ifndef CORDON_FEED_FEED_H
#define CORDON_FEED_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct feed;
struct record;

/* Both ends in one: records are kept in order and handed out when the subscriber asks.  When full the oldest is
 * overwritten. */
struct feed *feed_queue_new(size_t records_max);
void feed_free(struct feed *feed);
void feed_publish(struct feed *feed, const struct record *record);
bool feed_is_empty(const struct feed *feed);              /* of a queue */
bool feed_next(struct feed *feed, struct record *record); /* false when empty, or for now */
uint64_t feed_lost(const struct feed *feed);
uint64_t feed_malformed(
	const struct feed *feed); /* what arrived and was no record; never of a queue */

#endif
