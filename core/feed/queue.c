/* SPDX-License-Identifier: Apache-2.0 */
/* queue.c - the feed inside one process: a ring of records.
 *
 * Left out on purpose: locking.  Publisher and subscriber run on one thread; other transports
 * are other files behind the same header. */
#include "core/feed/feed.h"

#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/feed/record.h"

struct feed {
	struct record *ring;
	size_t capacity, first, count;
	uint64_t lost;
};

struct feed *feed_queue_new(size_t records_max)
{
	struct feed *feed = mem_alloc(sizeof(*feed));

	INVARIANT(records_max > 0);
	feed->ring = mem_array(records_max, sizeof(*feed->ring));
	feed->capacity = records_max;
	return feed;
}

void feed_free(struct feed *feed)
{
	if (!feed)
		return;
	mem_free(feed->ring);
	mem_free(feed);
}

void feed_publish(struct feed *feed, const struct record *record)
{
	feed->ring[(feed->first + feed->count) % feed->capacity] = *record;
	if (feed->count < feed->capacity) {
		feed->count++;
		return;
	}
	feed->first = (feed->first + 1) % feed->capacity;
	feed->lost++;
}

bool feed_is_empty(const struct feed *feed)
{
	return feed->count == 0;
}

bool feed_next(struct feed *feed, struct record *record)
{
	if (feed->count == 0)
		return false;
	*record = feed->ring[feed->first];
	feed->first = (feed->first + 1) % feed->capacity;
	feed->count--;
	return true;
}

uint64_t feed_lost(const struct feed *feed)
{
	return feed->lost;
}
