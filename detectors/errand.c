/* SPDX-License-Identifier: Apache-2.0 */
/* errand.c - one place for each host, found by a fingerprint.
 *
 * High ports are one service: a peer-to-peer program has a port of its own at each peer.  Name servers are none, everybody has
 * two.  Left out: pings, which say nothing, because worms send them first, and what is said at a service. */
#include "detectors/errand.h"

#include <stddef.h>

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/detect/detector.h"
#include "core/detect/known.h"

#define ENOUGH   2
#define DNS_PORT 53

struct place {
	uint32_t index, check, now_s;
};

static struct place place_of(const struct contact *contact)
{
	struct host_key host = host_key_of(&contact->src, contact->vlan);
	uint64_t print = known_address(&host, &contact->src, 0);

	return (struct place){ (uint32_t)(print >> 32) % ERRAND_PLACES, (uint32_t)print | 1,
			       (uint32_t)(contact->opened_ns / NS_PER_S) };
}

static bool is_kept(const struct errand *errand, const struct place *place,
		    const struct errand_rule *rule)
{
	return errand->check == place->check &&
	       place->now_s <= errand->met_s + rule->keep_ns / NS_PER_S;
}

static uint16_t service_of(const struct contact *contact)
{
	return contact->dst_port < HIGH_PORTS_MIN ? contact->dst_port : HIGH_PORTS_MIN;
}

static bool has_errand(const struct errand *errand)
{
	for (unsigned i = 0; i < ERRAND_SERVICES; i++)
		if (errand->services[i].let_in >= ENOUGH &&
		    2 * errand->services[i].let_in >= errand->living)
			return errand->at_worm_ports < ENOUGH;
	return false;
}

static struct errand_service *service_for(struct errand *errand, uint16_t port)
{
	struct errand_service *least = errand->services;

	for (unsigned i = 0; i < ERRAND_SERVICES; i++) {
		struct errand_service *service = &errand->services[i];

		if (service->let_in && service->port == port)
			return service;
		if (service->let_in < least->let_in)
			least = service;
	}
	*least = (struct errand_service){ .port = port };
	return least;
}

static void count(uint16_t *counter)
{
	if (*counter < UINT16_MAX / 2)
		(*counter)++;
}

static struct errand *errand_of(struct errands *errands, const struct contact *contact,
				const struct errand_rule *rule)
{
	struct place place = place_of(contact);
	struct errand *errand = &errands->places[place.index];

	if (!is_kept(errand, &place, rule))
		*errand = (struct errand){ .check = place.check };
	errand->met_s = place.now_s;
	return errand;
}

void errand_meet(struct errands *errands, const struct contact *contact,
		 const struct errand_rule *rule)
{
	count(&errand_of(errands, contact, rule)->living);
}

bool errand_let_in(struct errands *errands, const struct contact *contact,
		   const struct errand_rule *rule)
{
	struct errand *errand;
	bool had_one;

	if (contact->dst_port == DNS_PORT)
		return false;
	errand = errand_of(errands, contact, rule);
	had_one = has_errand(errand);
	count(rule->is_worm_port ? &errand->at_worm_ports
				 : &service_for(errand, service_of(contact))->let_in);
	return has_errand(errand) && !had_one;
}

bool errand_is_known(const struct errands *errands, const struct contact *contact,
		     const struct errand_rule *rule)
{
	struct place place = place_of(contact);
	const struct errand *errand = &errands->places[place.index];

	return is_kept(errand, &place, rule) && has_errand(errand);
}
