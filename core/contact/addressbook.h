/* SPDX-License-Identifier: Apache-2.0 */
/* addressbook.h - who owns an address on the wire, as ARP and neighbour discovery told it.
 *
 * Fixed size, learnt only from sender fields (never from 0.0.0.0 probes).  Two directions:
 * address to MAC, with the time it was last heard, and MAC to the address it calls its own.
 * A newcomer never takes the place of who was heard again after a pause and is heard still: a flood of
 * claims fills what is free and displaces other claims.
 * Times are milliseconds that wrap. */
#ifndef CORDON_CONTACT_ADDRESSBOOK_H
#define CORDON_CONTACT_ADDRESSBOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/net/addr.h"

struct mem_region;
struct addressbook;
struct hash_key;

struct owner {
	struct ip ip;
	struct mac mac;
	uint16_t vlan;
	uint32_t heard_ms;
	uint16_t taken;   /* 0: a free place */
	uint16_t settled; /* heard again after a pause */
};

struct addressbook *addressbook_new(struct mem_region *region, uint32_t capacity,
				    const struct hash_key *key);
void addressbook_free(struct addressbook *book);

/* Also keeps the calendar of the VLAN: see addressbook_is_warm().  Whether it was news. */
bool addressbook_learn(struct addressbook *book, const struct host_key *address,
		       const struct mac *mac, uint32_t now_ms);
/* NULL if nobody is known to own it; valid until the next addressbook_learn(). */
const struct owner *addressbook_owner(const struct addressbook *book,
				      const struct host_key *address);
/* The address that the MAC last called its own, in the family of like; false if none is known. */
bool addressbook_address(const struct addressbook *book, uint16_t vlan, const struct mac *mac,
			 const struct ip *like, struct ip *address);
/* A MAC that others use to reach foreign addresses.  Forgotten with the MAC. */
void addressbook_mark_router(struct addressbook *book, uint16_t vlan, const struct mac *mac);
bool addressbook_is_router(const struct addressbook *book, uint16_t vlan, const struct mac *mac);
/* Has the book listened long enough to know the owners?  Ten different minutes in which
 * neighbours were heard: counting minutes with traffic instead of the time since the start makes
 * gaps and jumps of the clock harmless. */
bool addressbook_is_warm(const struct addressbook *book, uint16_t vlan);
/* Has more than one station called an address of its network (/24, /64) its own?  If not, who asks for another one there
 * has come from elsewhere and brought old addresses.  Two networks may be taken for one. */
bool addressbook_is_inhabited(const struct addressbook *book, const struct host_key *address);
/* Has it heard half of a week's minutes?  Then it knows also who was away for days. */
bool addressbook_is_full(const struct addressbook *book, uint16_t vlan);

#endif
