/* SPDX-License-Identifier: Apache-2.0 */
/* waiting.c - a handful of places, searched one by one. */
#include "detectors/waiting.h"

#include <string.h>

#include "core/base/invariant.h"
#include "core/base/units.h"
#include "core/contact/contact.h"

void waitings_add(struct waitings *waitings, const struct contact *contact)
{
	if (waitings->count == WAITING)
		return;
	waitings->places[waitings->count++] = (struct waiting){ .dst = contact->dst,
								.opened_ns = contact->opened_ns,
								.src_port = contact->src_port,
								.dst_port = contact->dst_port,
								.kind = contact->kind,
								.flags = contact->flags };
}

void waitings_drop(struct waitings *waitings, unsigned place)
{
	INVARIANT(place < waitings->count);
	waitings->count--;
	memmove(&waitings->places[place], &waitings->places[place + 1],
		(waitings->count - place) * sizeof(waitings->places[0]));
	/* Nothing must be left: a host about which nothing is remembered has no memory. */
	memset(&waitings->places[waitings->count], 0, sizeof(waitings->places[0]));
}

void waitings_remove(struct waitings *waitings, const struct contact *contact)
{
	for (unsigned i = 0; i < waitings->count;)
		if (waitings->places[i].dst_port == contact->dst_port &&
		    ip_equal(&waitings->places[i].dst, &contact->dst))
			waitings_drop(waitings, i);
		else
			i++;
}

void waitings_at(const struct waitings *waitings, unsigned place, const struct contact *next,
		 struct contact *contact)
{
	const struct waiting *waiting = &waitings->places[place];

	INVARIANT(place < waitings->count);
	*contact = *next;
	contact->dst = waiting->dst;
	contact->opened_ns = waiting->opened_ns;
	contact->elapsed_us = (uint32_t)((next->opened_ns - waiting->opened_ns) / NS_PER_US);
	contact->src_port = waiting->src_port;
	contact->dst_port = waiting->dst_port;
	contact->kind = waiting->kind;
	contact->flags = waiting->flags;
	contact->outcome = CONTACT_OUTSTANDING;
}
