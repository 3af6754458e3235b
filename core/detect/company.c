/* SPDX-License-Identifier: Apache-2.0 */
/* company.c - one place for each host, found by a fingerprint.
 *
 * Left out: what the living were asked for, and whether they liked it. */
#include "core/detect/company.h"

#include <math.h>
#include <stddef.h>

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/detect/known.h"

#define MET_FREE 3   /* its router, its name server and a server of its own */
#define LEAST    0.4 /* nats; what is less is no company */

struct place {
	uint32_t index, check, now_s;
};

static struct place place_of(const struct contact *contact, const struct company_rule *rule)
{
	struct host_key host = host_key_of(&contact->src, contact->vlan);
	uint64_t print = known_address(&host, &contact->src, rule->about);

	return (struct place){ (uint32_t)(print >> 32) % COMPANY_PLACES, (uint32_t)print | 1,
			       (uint32_t)(contact->opened_ns / NS_PER_S) };
}

static bool is_kept(const struct company *company, const struct place *place,
		    const struct company_rule *rule)
{
	return company->check == place->check &&
	       place->now_s <= company->met_s + rule->keep_ns / NS_PER_S;
}

void company_gain(struct companies *companies, const struct contact *contact,
		  const struct company_rule *rule, double nats)
{
	struct place place = place_of(contact, rule);
	struct company *company = &companies->places[place.index];

	if (!is_kept(company, &place, rule))
		*company = (struct company){ .check = place.check,
					     .credit = -(float)(MET_FREE * rule->met_nats) };
	company->met_s = place.now_s;
	company->credit = (float)fmin((double)company->credit + nats, rule->cap_nats);
}

double company_use(struct companies *companies, const struct contact *contact,
		   const struct company_rule *rule, double nats)
{
	struct place place = place_of(contact, rule);
	struct company *company = &companies->places[place.index];
	double used = is_kept(company, &place, rule) ? fmin((double)company->credit, nats) : 0;

	if (used <= 0)
		return 0;
	company->credit -= (float)used;
	return used;
}

bool company_has(const struct companies *companies, const struct contact *contact,
		 const struct company_rule *rule)
{
	struct place place = place_of(contact, rule);
	const struct company *company = &companies->places[place.index];

	return is_kept(company, &place, rule) && (double)company->credit > LEAST;
}
