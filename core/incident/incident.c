/* SPDX-License-Identifier: Apache-2.0 */
/* What can be said of an incident by looking at it; its life is led by the book. */
#include "core/incident/incident.h"

#include "core/base/invariant.h"
#include "core/contact/contact.h"

static uint32_t told_by(const struct evidence *item, bool failed)
{
	return failed ? item->failed : item->contacts;
}

static bool is_same(const struct evidence_sample *a, const struct evidence_sample *b)
{
	return a->contact_kind == b->contact_kind && a->dst_port == b->dst_port &&
	       ip_equal(&a->dst, &b->dst);
}

/* How many samples of one are samples of the other, too. */
static uint32_t count_common(const struct evidence *one, const struct evidence *other, bool failed)
{
	uint32_t common = 0;

	for (unsigned i = 0; i < one->sample_count; i++)
		for (unsigned k = 0; k < other->sample_count; k++)
			if (is_same(&one->samples[i], &other->samples[k])) {
				common += !failed || one->samples[i].outcome != CONTACT_ACCEPTED;
				break;
			}
	return common;
}

/* Sum over the classes of the largest number that a detector of the class told, less what is known to be the same as in one
 * class before. */
static uint32_t class_total(const struct incident *incident, size_t count, bool failed)
{
	const struct evidence *most[EVIDENCE_CLASSES] = { NULL };
	uint32_t total = 0;

	INVARIANT(count <= INCIDENT_EVIDENCE);
	for (size_t i = 0; i < count; i++) {
		const struct evidence *item = &incident->evidence[i],
				      **best = &most[item->port_class];

		if (!*best || told_by(item, failed) > told_by(*best, failed))
			*best = item;
	}
	for (unsigned i = 0; i < EVIDENCE_CLASSES; i++) {
		uint32_t told = most[i] ? told_by(most[i], failed) : 0, common = 0;

		for (unsigned k = 0; most[i] && k < i; k++)
			if (most[k] && count_common(most[i], most[k], failed) > common)
				common = count_common(most[i], most[k], failed);
		told -= common < told ? common : told;
		total = told > UINT32_MAX - total ? UINT32_MAX : total + told;
	}
	return total;
}

uint32_t incident_contacts(const struct incident *incident, size_t count)
{
	return class_total(incident, count, false);
}

uint32_t incident_failed(const struct incident *incident, size_t count)
{
	return class_total(incident, count, true);
}

static bool is_strange(const struct evidence *item)
{
	for (unsigned i = 0; i < item->sample_count; i++)
		if (item->samples[i].contact_kind != CONTACT_TCP ||
		    !(item->samples[i].flags & CONTACT_STRANGE))
			return false;
	return item->sample_count > 0;
}

bool incident_is_strange(const struct incident *incident)
{
	size_t speaking = incident_speaking(incident);

	for (size_t i = 0; i < speaking; i++)
		if (!is_strange(&incident->evidence[i]))
			return false;
	return speaking > 0;
}

unsigned incident_coverage(const struct incident *incident)
{
	unsigned faults = 0;

	for (size_t i = 0; i < incident_speaking(incident); i++)
		faults |= incident->evidence[i].coverage;
	return faults;
}

const char *incident_state_name(unsigned state)
{
	static const char *const names[INCIDENT_STATES] = {
		[INCIDENT_OPEN] = "open",           [INCIDENT_SUSPECTED] = "suspected",
		[INCIDENT_CONVICTED] = "convicted", [INCIDENT_CLEARED] = "cleared",
		[INCIDENT_CLOSED] = "closed",
	};

	INVARIANT(state < INCIDENT_STATES);
	return names[state];
}

size_t incident_speaking(const struct incident *incident)
{
	size_t count = 0;

	while (count < incident->evidence_count && incident->evidence[count].log_odds > 0)
		count++;
	return count;
}
