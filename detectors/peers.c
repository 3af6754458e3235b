/* SPDX-License-Identifier: Apache-2.0 */
/* peers.c - core/detect/known.h for pairs of hosts. */
#include "detectors/peers.h"

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"

static uint64_t pair_of(const struct contact *contact)
{
	struct host_key host = host_key_of(&contact->src, contact->vlan);

	return known_address(&host, &contact->dst, 0);
}

static uint32_t second_of(const struct contact *contact)
{
	return (uint32_t)((contact->opened_ns + us_to_ns(contact->elapsed_us)) / NS_PER_S);
}

bool peers_know(const struct known_table *peers, const struct contact *contact)
{
	return known_has(peers, pair_of(contact), second_of(contact));
}

bool peers_meet(const struct known_table *peers, const struct contact *contact, uint64_t stay_ns)
{
	return !known_add(peers, pair_of(contact), second_of(contact),
			  (uint32_t)(stay_ns / NS_PER_S));
}
