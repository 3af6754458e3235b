/* SPDX-License-Identifier: Apache-2.0 */
/* visits.c - a visitor is kept by its index and by the check that its contacts bear, so that a host forgotten
 * meanwhile is not taken for its successor. */
#include "core/contact/visits.h"

#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/contact/host.h"

#define SETS       1024
#define WAYS       4
#define CURRENT_NS s_to_ns(600)

struct visit {
	uint64_t at_ns;
	uint32_t check; /* of the visited; with at_ns 0: a free place */
	uint32_t by, by_check;
	uint32_t seq;
};

struct visits {
	struct hosts *hosts;
	struct visit places[SETS * WAYS];
};

struct visits *visits_new(struct mem_region *region, struct hosts *hosts)
{
	struct visits *visits = mem_table(region, 1, sizeof(*visits));

	visits->hosts = hosts;
	return visits;
}

static struct visit *set_of(const struct visits *visits, uint64_t hash)
{
	const struct visit *set = visits->places + (hash & (SETS - 1)) * WAYS;

	return (struct visit *)(uintptr_t)set;
}

static struct visit *find(const struct visits *visits, uint64_t hash)
{
	struct visit *set = set_of(visits, hash);

	for (unsigned i = 0; i < WAYS; i++)
		if (set[i].at_ns && set[i].check == (uint32_t)(hash >> 32))
			return &set[i];
	return NULL;
}

static const struct host *visitor(const struct visits *visits, const struct visit *visit)
{
	const struct host *host = hosts_at(visits->hosts, visit->by);

	return host->pair_check == visit->by_check ? host : NULL;
}

static struct visit *oldest(struct visit *set)
{
	struct visit *oldest = set;

	for (unsigned i = 1; i < WAYS; i++)
		if (set[i].at_ns < oldest->at_ns)
			oldest = &set[i];
	return oldest;
}

static bool is_kept(const struct visits *visits, const struct visit *visit, uint64_t now_ns)
{
	const struct host *host = visitor(visits, visit);

	return host && host->roles & HOST_SUSPECT && now_ns < visit->at_ns + CURRENT_NS;
}

void visits_note(struct visits *visits, uint64_t hash, const struct host *by, uint64_t at_ns,
		 uint32_t seq)
{
	struct visit *visit = find(visits, hash);

	if (visit && is_kept(visits, visit, at_ns))
		return;
	if (!visit)
		visit = oldest(set_of(visits, hash));
	*visit = (struct visit){ .at_ns = at_ns,
				 .check = (uint32_t)(hash >> 32),
				 .by = hosts_index(visits->hosts, by),
				 .by_check = by->pair_check,
				 .seq = seq };
}

bool visits_retract(struct visits *visits, uint64_t hash, const struct host *by, uint32_t seq)
{
	struct visit *visit = find(visits, hash);

	if (!visit || visit->by != hosts_index(visits->hosts, by) ||
	    (visit->seq && visit->seq != seq))
		return false;
	visit->at_ns = 0;
	return visit->seq != 0;
}

const struct host *visits_find(const struct visits *visits, uint64_t hash, uint64_t before_ns)
{
	const struct visit *visit = find(visits, hash);

	return visit && visit->at_ns < before_ns && before_ns < visit->at_ns + CURRENT_NS
		       ? visitor(visits, visit)
		       : NULL;
}
