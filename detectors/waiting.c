/* SPDX-License-Identifier: Apache-2.0 */
/* waiting.c - a handful of places, searched one by one. */
#include "detectors/waiting.h"

#include "core/base/units.h"
#include "core/contact/contact.h"

void waiting_add(struct waiting places[WAITING], const struct contact *contact)
{
	for (unsigned i = 0; i < WAITING; i++) {
		if (places[i].opened_ns)
			continue;
		places[i] = (struct waiting){ .dst = contact->dst,
					      .opened_ns = contact->opened_ns,
					      .src_port = contact->src_port,
					      .dst_port = contact->dst_port,
					      .kind = contact->kind,
					      .flags = contact->flags };
		return;
	}
}

void waiting_remove(struct waiting places[WAITING], const struct contact *contact)
{
	for (unsigned i = 0; i < WAITING; i++)
		if (places[i].opened_ns && places[i].dst_port == contact->dst_port &&
		    ip_equal(&places[i].dst, &contact->dst))
			places[i] = (struct waiting){ 0 };
}

bool waiting_at(const struct waiting *place, const struct contact *next, struct contact *contact)
{
	if (!place->opened_ns)
		return false;
	*contact = *next;
	contact->dst = place->dst;
	contact->opened_ns = place->opened_ns;
	contact->elapsed_us = (uint32_t)((next->opened_ns - place->opened_ns) / NS_PER_US);
	contact->src_port = place->src_port;
	contact->dst_port = place->dst_port;
	contact->kind = place->kind;
	contact->flags = place->flags;
	contact->outcome = CONTACT_OUTSTANDING;
	return true;
}
