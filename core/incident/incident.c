/* SPDX-License-Identifier: Apache-2.0 */
/* What can be said of an incident by looking at it; its life is led by the book. */
#include "core/incident/incident.h"

#include "core/base/invariant.h"

/* Sum over the classes of the largest number that a detector of the class told. */
static uint32_t class_total(const struct incident *incident, size_t count, bool failed)
{
	uint32_t most[EVIDENCE_CLASSES] = { 0 }, total = 0;

	INVARIANT(count <= INCIDENT_EVIDENCE);
	for (size_t i = 0; i < count; i++) {
		const struct evidence *item = &incident->evidence[i];
		uint32_t value = failed ? item->failed : item->contacts;

		if (value > most[item->port_class])
			most[item->port_class] = value;
	}
	for (unsigned i = 0; i < EVIDENCE_CLASSES; i++)
		total = most[i] > UINT32_MAX - total ? UINT32_MAX : total + most[i];
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
