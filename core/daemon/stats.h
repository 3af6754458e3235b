/* SPDX-License-Identifier: Apache-2.0 */
/* stats.h - "cordon stats": every counter that is kept, as Prometheus reads it.
 *
 * The sensor's words are core/feed/counters.h; the controller's are here.  docs/metrics.md has a line for each. */
#ifndef CORDON_DAEMON_STATS_H
#define CORDON_DAEMON_STATS_H

#include <stdint.h>

struct book;
struct buf;
struct feed;
struct governor;
struct guard;
struct outbreak;
struct record_sensor;
struct repairs;
struct response;

/* All borrowed for the call. */
struct stats_sources {
	const struct record_sensor *sensor; /* as last told */
	const struct book *book;
	const struct outbreak *outbreak;
	const struct guard *guard;
	const struct governor *governor;
	const struct response *response;
	const struct repairs *repairs;
	const struct feed *told, *orders;
	uint64_t prepared, unprepared; /* channels of assets */
	uint64_t unwritten;            /* facts that found no room */
	uint64_t now_ns;
};

/* Without a line break at its end. */
void stats_describe(const struct stats_sources *sources, struct buf *out);

#endif
