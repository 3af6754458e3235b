/* SPDX-License-Identifier: Apache-2.0 */
/* tracker_forge.c - whose contact is it, when the frame's MAC contradicts its address? (worm-detection.md D.3)
 *
 * While the owner of an address is alive, a contact opened in its name by another MAC is not its own.  It is opened in
 * the name of who sent it: the address which that MAC calls its own, or, if it has never called itself anything,
 * the link-local address that the MAC makes (RFC 4291 2.5.1).  That is the truth also where nobody forges: a
 * cluster address, two interfaces in one LAN, a team of interfaces are one machine under two names.  But its
 * answers go to the other name, so their absence means nothing (CONTACT_BLIND) until the station has used so
 * many names that only forging is left.  What a router sends in a neighbour's name is dropped: it only passes on,
 * and the neighbour's own frame opens the contact if there was one.
 *
 * Who owns an address moves for good reasons too: leases, failover, a new interface.  A claim on the address of a
 * living owner waits.  It is believed when the owner has been silent for a minute since the claim and the
 * claimant has no other name (a new interface), or when the owner has been silent for ten minutes; a lease
 * given by the DHCP server needs no claim, only a minute of silence.  A station that has been seen to forge is
 * never believed.  While two stations use one address it is disputed, and for ten minutes after: evidence counts,
 * for it is the owner's, but automation asks people (core/safety).
 *
 * Left out: stealing the address of a machine that is off.  Nothing on the wire tells that from a replaced
 * machine; the guard does, by the asset's MAC.  Forged MACs: see core/detect/crowd. */
#include "core/contact/tracker_internal.h"

#include <string.h>

#include "core/contact/forgers.h"
#include "core/contact/observation.h"

#define MOVE_MS            60000
#define RENEW_MS           60000
#define DISOWNED_CURRENT_S 60
/* One name more than failover, a lease and a second interface could give one station within an hour. */
#define FORGER_NAMES 4

static bool is_forger(const struct tracker *tracker, uint16_t vlan, const struct mac *mac)
{
	return forgers_names(tracker->forgers, vlan, mac, tracker->now_ms) >= FORGER_NAMES &&
	       !addressbook_is_router(tracker->book, vlan, mac);
}

/* Since the owner was last heard, by ARP or by a contact that its own MAC opened. */
static uint32_t silent_ms(const struct tracker *tracker, const struct owner *owner)
{
	struct host_key key = host_key_of(&owner->ip, owner->vlan);
	const struct host *host = hosts_find(tracker->hosts, &key);
	uint32_t silent = tracker->now_ms - owner->heard_ms;

	if (host && mac_equal(&host->mac, &owner->mac) && tracker->now_ms - host->heard_ms < silent)
		silent = tracker->now_ms - host->heard_ms;
	return silent;
}

static bool is_own(const struct tracker *tracker, const struct host_key *name,
		   const struct mac *mac)
{
	struct ip own;

	return addressbook_address(tracker->book, name->vlan, mac, &name->ip, &own) &&
	       ip_equal(&own, &name->ip);
}

static bool is_borrowed(const struct tracker *tracker, const struct host_key *name,
			const struct mac *mac)
{
	const struct owner *owner = addressbook_owner(tracker->book, name);

	if (owner && mac_equal(&owner->mac, mac))
		return false;
	if (owner && silent_ms(tracker, owner) < TRACKER_CLAIM_CURRENT_MS)
		return true;
	return is_forger(tracker, name->vlan, mac) && !is_own(tracker, name, mac);
}

static void dispute(struct tracker *tracker, const struct host_key *name)
{
	struct host *host = hosts_find(tracker->hosts, name);

	if (!host ||
	    (host->roles & HOST_DISPUTED && tracker->now_ms - host->disputed_ms < RENEW_MS))
		return;
	host->roles |= HOST_DISPUTED;
	host->disputed_ms = tracker->now_ms;
	if (tracker->sink.role)
		tracker->sink.role(tracker->sink.arg, host, HOST_DISPUTED);
}

/* ---- contacts ---------------------------------------------------------------------------------- */

static struct ip link_local_of(const struct mac *mac)
{
	const uint8_t *m = mac->bytes;
	struct ip ip = { { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3],
			   m[4], m[5] } };

	return ip;
}

static bool own_name(const struct tracker *tracker, const struct host_key *name,
		     const struct mac *mac, struct ip *own)
{
	if (addressbook_address(tracker->book, name->vlan, mac, &name->ip, own))
		return true;
	*own = link_local_of(mac);
	return false;
}

static void note(struct tracker *tracker, const struct host_key *name, const struct mac *mac)
{
	struct observation told = { .kind = OBSERVED_FORGERY };
	struct forgers_news news;
	struct host_key key = { .vlan = name->vlan };
	struct host *host;

	tracker->counts.borrowed++;
	dispute(tracker, name);
	if (addressbook_is_router(tracker->book, name->vlan, mac) ||
	    !forgers_note(tracker->forgers, name, mac, tracker->now_ms, &news) ||
	    !tracker->sink.forged)
		return;
	told.forgery.is_new_name = news.is_new_name;
	told.forgery.is_flood = news.is_flood;
	told.forgery.is_address_known = own_name(tracker, name, mac, &key.ip);
	host = hosts_need(tracker->hosts, &key, tracker->mono_ns);
	host->mac = *mac;
	told.contact = (struct contact){ .src = key.ip,
					 .dst = name->ip,
					 .opened_ns = tracker->wall_ns,
					 .host = hosts_index(tracker->hosts, host),
					 .vlan = key.vlan,
					 .kind = CONTACT_ARP,
					 .roles = host->roles };
	tracker->sink.forged(tracker->sink.arg, host, &told);
}

bool tracker_is_traced(struct tracker *tracker, const struct reach *reach)
{
	struct host_key name = host_key_of(reach->src, reach->packet->vlan);
	struct reach honest = *reach;
	struct ip own;

	if (reach->is_traced || !reach->src_mac || mac_is_zero(reach->src_mac) ||
	    !is_borrowed(tracker, &name, reach->src_mac))
		return false;
	note(tracker, &name, reach->src_mac);
	if (addressbook_is_router(tracker->book, name.vlan, reach->src_mac))
		return true;
	own_name(tracker, &name, reach->src_mac, &own);
	honest.src = &own;
	honest.is_traced = true;
	if (!is_forger(tracker, name.vlan, reach->src_mac))
		honest.flags |= CONTACT_BLIND;
	tracker_reach(tracker, &honest);
	return true;
}

bool tracker_is_forged(struct tracker *tracker, const struct host_key *name, const struct mac *mac)
{
	if (addressbook_is_router(tracker->book, name->vlan, mac) ||
	    !is_borrowed(tracker, name, mac))
		return false;
	note(tracker, name, mac);
	return true;
}

bool tracker_novice_is_borrowed(struct tracker *tracker, const struct novice *novice)
{
	struct host_key name = host_key_of(&novice->src, novice->vlan);

	if (mac_is_zero(&novice->mac) || !is_borrowed(tracker, &name, &novice->mac))
		return false;
	/* Its sender is not told of here: that needs a place among the hosts, and the caller holds one. */
	tracker->counts.borrowed++;
	dispute(tracker, &name);
	return true;
}

void tracker_let_doubts_end(const struct tracker *tracker, struct host *host)
{
	if (tracker->now_ms - host->disputed_ms > TRACKER_CLAIM_CURRENT_MS)
		host->roles &= (uint16_t)~HOST_DISPUTED;
	if ((uint16_t)(tracker->now_ms / 1000 - host->disowned_s) > DISOWNED_CURRENT_S)
		host->roles &= (uint16_t)~HOST_DISOWNED;
}

/* ---- claims ------------------------------------------------------------------------------------ */

static struct claim *claim_of(struct tracker *tracker, const struct host_key *address,
			      const struct mac *mac)
{
	for (struct claim *c = tracker->claims; c < tracker->claims + CLAIM_PLACES; c++)
		if (mac_equal(&c->mac, mac) && memcmp(&c->address, address, sizeof(*address)) == 0)
			return c;
	return NULL;
}

static bool has_other_name(const struct tracker *tracker, const struct claim *claim)
{
	struct ip own;

	return addressbook_address(tracker->book, claim->address.vlan, &claim->mac,
				   &claim->address.ip, &own);
}

static bool has_moved(struct tracker *tracker, const struct host_key *address,
		      const struct mac *mac, uint32_t silent)
{
	struct claim *claim = claim_of(tracker, address, mac);

	if (!claim) {
		claim = &tracker->claims[tracker->next_claim];
		tracker->next_claim = (tracker->next_claim + 1) % CLAIM_PLACES;
		*claim = (struct claim){ .address = *address,
					 .mac = *mac,
					 .since_ms = tracker->now_ms };
		return false;
	}
	if (silent < tracker->now_ms - claim->since_ms) {
		claim->since_ms = tracker->now_ms;
		return false;
	}
	return tracker->now_ms - claim->since_ms >= MOVE_MS && !has_other_name(tracker, claim);
}

bool tracker_believes(struct tracker *tracker, const struct host_key *address,
		      const struct mac *mac)
{
	const struct owner *owner = addressbook_owner(tracker->book, address);
	uint32_t silent;

	if (owner && mac_equal(&owner->mac, mac))
		return true;
	if (is_forger(tracker, address->vlan, mac) && !is_own(tracker, address, mac))
		return false;
	if (!owner)
		return true;
	silent = silent_ms(tracker, owner);
	if (silent >= TRACKER_CLAIM_CURRENT_MS)
		return true;
	dispute(tracker, address);
	return has_moved(tracker, address, mac, silent);
}

void tracker_grant(struct tracker *tracker, const struct host_key *address, const struct mac *mac)
{
	const struct owner *owner = addressbook_owner(tracker->book, address);

	if (!owner || mac_equal(&owner->mac, mac) || is_forger(tracker, address->vlan, mac) ||
	    silent_ms(tracker, owner) < MOVE_MS)
		return;
	addressbook_learn(tracker->book, address, mac, tracker->now_ms);
}
