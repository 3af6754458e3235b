/* SPDX-License-Identifier: Apache-2.0 */
/* The start times of the last isolations in a ring; what lies within the last hour counts.  A time from the future (the
 * clock was set back) counts too: in doubt the brake holds.  Left out: "never the last machine of its role", which
 * needs to know who is up. */
#include "core/safety/governor.h"

#include <stdio.h>

#include "core/base/mem.h"
#include "core/base/units.h"

#define WINDOW_NS s_to_ns(3600)

struct governor {
	uint32_t per_hour;
	uint32_t count, next; /* of the ring */
	bool blind;
	char why_blind[GOVERNOR_REASON_BYTES / 2];
	uint64_t started_ns[GOVERNOR_MAX_PER_HOUR];
};

struct governor *governor_new(uint32_t per_hour)
{
	struct governor *governor = mem_alloc(sizeof(*governor));

	governor->per_hour = per_hour < GOVERNOR_MAX_PER_HOUR ? per_hour : GOVERNOR_MAX_PER_HOUR;
	return governor;
}

void governor_free(struct governor *governor)
{
	mem_free(governor);
}

uint32_t governor_used(const struct governor *governor, uint64_t now_ns)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < governor->count; i++)
		if (governor->started_ns[i] >= now_ns ||
		    now_ns - governor->started_ns[i] < WINDOW_NS)
			used++;
	return used;
}

bool governor_allows(struct governor *governor, uint64_t now_ns, char reason[GOVERNOR_REASON_BYTES])
{
	uint32_t used = governor_used(governor, now_ns);

	reason[0] = '\0';
	if (governor->blind)
		snprintf(reason, GOVERNOR_REASON_BYTES,
			 "automatic isolation pauses while the sensor is blind: %s",
			 governor->why_blind);
	else if (governor->per_hour == 0)
		snprintf(
			reason, GOVERNOR_REASON_BYTES,
			"automatic isolation is off (safety.automatic_per_hour is 0): a person must approve");
	else if (used >= governor->per_hour)
		snprintf(
			reason, GOVERNOR_REASON_BYTES,
			"%u isolations in the last hour, the limit is %u (safety.automatic_per_hour): a person must approve",
			used, governor->per_hour);
	return reason[0] == '\0';
}

void governor_count(struct governor *governor, uint64_t now_ns)
{
	governor->started_ns[governor->next] = now_ns;
	governor->next = (governor->next + 1) % GOVERNOR_MAX_PER_HOUR;
	if (governor->count < GOVERNOR_MAX_PER_HOUR)
		governor->count++;
}

void governor_recall(struct governor *governor, uint64_t started_ns)
{
	governor_count(governor, started_ns);
}

void governor_set_blind(struct governor *governor, const char *why)
{
	governor->blind = why != NULL;
	snprintf(governor->why_blind, sizeof(governor->why_blind), "%s", why ? why : "");
}

bool governor_is_blind(const struct governor *governor)
{
	return governor->blind;
}
