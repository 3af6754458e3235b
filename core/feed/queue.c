/* SPDX-License-Identifier: Apache-2.0 */
/* queue.c - the feed inside one process: a ring of records.
 *
 * Left out on purpose: locking.  Publisher and subscriber run on one thread. */
#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/feed/feed.h"
#include "core/feed/record.h"
#include "core/feed/transport.h"

struct queue {
	struct feed feed;
	struct record *ring;
	size_t capacity, first, count;
};

static void queue_free(struct feed *feed)
{
	struct queue *queue = (struct queue *)feed;

	mem_free(queue->ring);
	mem_free(queue);
}

static void queue_publish(struct feed *feed, const struct record *record)
{
	struct queue *queue = (struct queue *)feed;

	queue->ring[(queue->first + queue->count) % queue->capacity] = *record;
	if (queue->count < queue->capacity) {
		queue->count++;
		return;
	}
	queue->first = (queue->first + 1) % queue->capacity;
	feed->lost++;
}

static bool queue_is_empty(const struct feed *feed)
{
	return ((const struct queue *)feed)->count == 0;
}

static bool queue_next(struct feed *feed, struct record *record)
{
	struct queue *queue = (struct queue *)feed;

	if (queue->count == 0)
		return false;
	*record = queue->ring[queue->first];
	queue->first = (queue->first + 1) % queue->capacity;
	if (--queue->count == 0)
		queue->first = 0; /* the same few records again: they are in the cache */
	return true;
}

static const struct transport queue_transport = {
	.free = queue_free,
	.publish = queue_publish,
	.next = queue_next,
	.is_empty = queue_is_empty,
};

struct feed *feed_queue_new(size_t records_max)
{
	struct queue *queue = mem_alloc(sizeof(*queue));

	INVARIANT(records_max > 0);
	queue->feed.transport = &queue_transport;
	queue->ring = mem_array(records_max, sizeof(*queue->ring));
	queue->capacity = records_max;
	return &queue->feed;
}
