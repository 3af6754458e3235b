/* SPDX-License-Identifier: Apache-2.0 */
/* stats.c - six tables, one after the other.
 *
 * Left out: what "cordon health" says of each VLAN, which is words rather than numbers. */
#include "core/daemon/stats.h"

#include <string.h>

#include "core/base/buf.h"
#include "core/base/metric.h"
#include "core/feed/counters.h"
#include "core/feed/feed.h"
#include "core/incident/book.h"
#include "core/incident/outbreak.h"
#include "core/isolation/isolation.h"
#include "core/isolation/repairs.h"
#include "core/isolation/response.h"
#include "core/safety/governor.h"
#include "core/safety/guard.h"

struct controller {
	uint64_t blind, incidents_open, isolations, isolations_proven, automatic_last_hour;
	uint64_t channels_prepared, channels_unprepared, facts_unwritten, roles_forgotten;
	uint64_t records_malformed, orders_lost;
};

static const struct metric of_book[] = {
	METRIC_COUNT(struct book_counts, opened, "Incidents opened."),
	METRIC_COUNT(struct book_counts, convicted, "Incidents that were convicted."),
	METRIC_COUNT(struct book_counts, evicted,
		     "Unconvicted incidents given up because all places were taken."),
	METRIC_COUNT(struct book_counts, refused,
		     "Incidents not opened because all places were taken by convicted ones."),
};

static const struct metric of_evidence[] = {
	METRIC_COUNT(struct book_counts, stale, "Statements that were repeated or outdated."),
	METRIC_COUNT(struct book_counts, malformed, "Statements that make no sense."),
	METRIC_COUNT(struct book_counts, frozen,
		     "Statements not counted during faults of the network."),
};

static const struct metric of_outbreak[] = {
	METRIC_LEVEL(struct outbreak_counts, hosts,
		     "Hosts that may have infected or been infected."),
	METRIC_COUNT(struct outbreak_counts, links, "Times it was said who infected whom."),
	METRIC_COUNT(struct outbreak_counts, evicted,
		     "Suspects given up because all places were taken."),
	METRIC_COUNT(struct outbreak_counts, refused,
		     "Hosts left out because all places were taken."),
};

static const struct metric of_controller[] = {
	METRIC_LEVEL(struct controller, blind,
		     "1 while the sensor sees too little and automatic isolation pauses."),
	METRIC_LEVEL(struct controller, incidents_open, "Incidents open now."),
	METRIC_LEVEL(struct controller, isolations, "Isolations wanted or in force now."),
	METRIC_LEVEL(struct controller, isolations_proven, "Of them those that are proven."),
	METRIC_LEVEL(struct controller, automatic_last_hour,
		     "Isolations that count against safety.automatic_per_hour."),
	METRIC_COUNT(struct controller, channels_prepared,
		     "Channels written to a machine's firmware ahead of need."),
	METRIC_COUNT(struct controller, channels_unprepared,
		     "Channels that could not be written ahead of need."),
	METRIC_COUNT(struct controller, facts_unwritten,
		     "Facts that store or EVE file had no room for."),
	METRIC_COUNT(struct controller, roles_forgotten,
		     "Roles of hosts not remembered because there were too many."),
	METRIC_COUNT(struct controller, records_malformed,
		     "Records of the sensor that make no sense."),
	METRIC_COUNT(struct controller, orders_lost,
		     "Orders to the sensor for which there was no room."),
};

static const struct metric of_repairs[] = {
	METRIC_LEVEL(struct repairs_counts, running, "Orders to firmware under way now."),
	METRIC_COUNT(struct repairs_counts, asked, "Orders of people that went to firmware."),
	METRIC_COUNT(struct repairs_counts, refused, "Orders that were refused."),
	METRIC_COUNT(struct repairs_counts, done, "Orders whose outcome was seen."),
	METRIC_COUNT(struct repairs_counts, failed, "Orders that came to nothing."),
	METRIC_COUNT(struct repairs_counts, unknown,
		     "Orders whose outcome nobody saw: somebody must look."),
};

#define TABLE(prefix, rows)                                    \
	{                                                      \
		prefix, rows, sizeof(rows) / sizeof((rows)[0]) \
	}

static const struct metric_table book_table = TABLE("cordon_incidents", of_book);
static const struct metric_table evidence_table = TABLE("cordon_evidence", of_evidence);
static const struct metric_table outbreak_table = TABLE("cordon_outbreak", of_outbreak);
static const struct metric_table controller_table = TABLE("cordon_controller", of_controller);

static const struct metric_table repairs_table = TABLE("cordon_repairs", of_repairs);

static uint64_t count_proven(const struct response *response)
{
	uint64_t count = 0;

	for (size_t i = 0; i < response_count(response); i++)
		count += strcmp(isolation_truth(response_at(response, i)->state), "proven") == 0;
	return count;
}

void stats_describe(const struct stats_sources *sources, struct buf *out)
{
	struct book_counts book = book_counts(sources->book);
	struct outbreak_counts outbreak = outbreak_counts(sources->outbreak);
	struct repairs_counts repairs = repairs_counts(sources->repairs);
	struct controller controller = {
		.blind = governor_is_blind(sources->governor),
		.incidents_open = book_count(sources->book),
		.isolations = response_count(sources->response),
		.isolations_proven = count_proven(sources->response),
		.automatic_last_hour = governor_used(sources->governor, sources->now_ns),
		.channels_prepared = sources->prepared,
		.channels_unprepared = sources->unprepared,
		.facts_unwritten = sources->unwritten,
		.roles_forgotten = guard_forgotten(sources->guard),
		.records_malformed = feed_malformed(sources->told),
		.orders_lost = feed_lost(sources->orders),
	};

	metric_describe(&counters_table, sources->sensor, out);
	metric_describe(&book_table, &book, out);
	metric_describe(&evidence_table, &book, out);
	metric_describe(&outbreak_table, &outbreak, out);
	metric_describe(&controller_table, &controller, out);
	metric_describe(&repairs_table, &repairs, out);
	if (out->length)
		out->text[--out->length] = '\0';
}
