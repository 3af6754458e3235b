/* SPDX-License-Identifier: Apache-2.0 */
/* feed.c - hands each call to the transport. */
#include "core/feed/feed.h"

#include "core/base/invariant.h"
#include "core/feed/transport.h"

void feed_free(struct feed *feed)
{
	if (feed)
		feed->transport->free(feed);
}

void feed_publish(struct feed *feed, const struct record *record)
{
	INVARIANT(feed->transport->publish);
	feed->transport->publish(feed, record);
}

bool feed_is_empty(const struct feed *feed)
{
	INVARIANT(feed->transport->is_empty);
	return feed->transport->is_empty(feed);
}

bool feed_next(struct feed *feed, struct record *record)
{
	INVARIANT(feed->transport->next);
	return feed->transport->next(feed, record);
}

uint64_t feed_lost(const struct feed *feed)
{
	return feed->lost;
}

uint64_t feed_malformed(const struct feed *feed)
{
	return feed->malformed;
}
