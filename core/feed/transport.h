/* SPDX-License-Identifier: Apache-2.0 */
/* transport.h - what a transport of feed.h brings; known to core/feed only.
 *
 * A transport's own struct begins with a struct feed.  What it cannot do is NULL. */
#ifndef CORDON_FEED_TRANSPORT_H
#define CORDON_FEED_TRANSPORT_H

#include "core/feed/feed.h"

struct transport {
	void (*free)(struct feed *feed);
	void (*publish)(struct feed *feed, const struct record *record);
	bool (*next)(struct feed *feed, struct record *record);
	bool (*is_empty)(const struct feed *feed);
};

struct feed {
	const struct transport *transport;
	uint64_t lost, malformed;
};

#endif
