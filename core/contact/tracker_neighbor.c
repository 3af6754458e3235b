/* SPDX-License-Identifier: Apache-2.0 */
/* tracker_neighbor.c - asking for neighbours: ARP (RFC 826) and neighbour solicitation (RFC 4861).
 *
 * On the worm's own subnet these questions are the first evidence and, being broadcast, reach every
 * station (worm-detection.md C.7).  The answers are unicast and often do not; so an answer is also
 * any other sign of life of the asked address, as the address book hears it.
 *
 * Probes (sender 0.0.0.0 or ::, RFC 5227, RFC 4862) and announcements open nothing, nor do
 * questions sent to one station: who knows the MAC already only refreshes.  Senders whose ARP
 * names another MAC than their frame's are not believed at all. */
#include "core/contact/tracker_internal.h"

#include <string.h>

#define ASLEEP_AFTER_MS (30 * 60 * 1000)

/* All of an IPv4 address; of IPv6 enough to see a step. */
static uint32_t low_bits(const struct ip *ip)
{
	const uint8_t *b = ip->bytes + 12;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* A laptop that wakes up elsewhere asks for its old neighbours under its old address.  Nobody else of that network has been heard
 * here, nor has anybody spoken with it, so that they are missing says nothing about it. */
bool tracker_came_from_elsewhere(const struct tracker *tracker, const struct host *host,
				 const struct host_key *target)
{
	return !(host->roles & HOST_UNICAST_SEEN) &&
	       !addressbook_is_inhabited(tracker->book, target);
}

uint8_t tracker_neighbor_flags(const struct tracker *tracker, struct host *host,
			       const struct reach *reach)
{
	struct host_key target = host_key_of(reach->dst, host->key.vlan);
	const struct owner *owner = addressbook_owner(tracker->book, &target);
	uint32_t *last = &host->last_target[reach->kind == CONTACT_ND], now = low_bits(reach->dst);
	uint8_t flags = 0;

	if (*last && (now == *last + 1 || now == *last - 1))
		flags |= CONTACT_SEQUENTIAL;
	*last = now;
	/* A book that never hears answers lacks those who only answer. */
	if (addressbook_is_warm(tracker->book, host->key.vlan) &&
	    coverage_hears_neighbors(tracker->coverage, host->key.vlan) &&
	    !tracker_came_from_elsewhere(tracker, host, &target))
		flags |= CONTACT_BOOK_WARM;
	if (addressbook_is_full(tracker->book, host->key.vlan))
		flags |= CONTACT_BOOK_FULL;
	if (!owner)
		flags |= CONTACT_DARK;
	else if (tracker->now_ms - owner->heard_ms > ASLEEP_AFTER_MS)
		flags |= CONTACT_ASLEEP;
	return flags;
}

bool tracker_owner_heard_since(const struct tracker *tracker, const struct host *host,
			       uint32_t index)
{
	struct host_key target = host_key_of(&pairs_at(tracker->pairs, index)->dst, host->key.vlan);
	const struct owner *owner = addressbook_owner(tracker->book, &target);
	uint32_t opened_ms = pairs_used_ms(tracker->pairs, index);

	return owner && tracker->now_ms - owner->heard_ms < tracker->now_ms - opened_ms;
}

/* The owner of target answered asker. */
static void answered(struct tracker *tracker, const struct packet *packet, const struct ip *target,
		     uint8_t kind)
{
	struct sought sought = {
		.src = &packet->dst, .dst = target, .vlan = packet->vlan, .kind = kind
	};
	struct standing standing;
	struct host *host;

	if (!tracker_find(tracker, &sought, &standing))
		return;
	host = tracker_pair_host(tracker, pairs_at(tracker->pairs, standing.index));
	if (host && packet->marks & PACKET_HAS_MACS && !mac_is_group(&packet->dst_mac))
		host->roles |= HOST_UNICAST_SEEN;
	coverage_neighbor_answered(tracker->coverage, packet->vlan, standing.src_check);
	if (standing.state != CONTACT_ACCEPTED)
		tracker_settle(tracker, standing.index, CONTACT_ACCEPTED);
}

static void asked(struct tracker *tracker, const struct packet *packet, const struct ip *target,
		  uint8_t kind)
{
	struct reach reach = { .packet = packet,
			       .src = &packet->src,
			       .dst = target,
			       .src_mac = &packet->src_mac,
			       .kind = kind };

	if (ip_equal(&packet->src, target) || ip_is_unspecified(target))
		return;
	if (!mac_is_group(&packet->dst_mac))
		return;
	tracker_asked_again(tracker, &reach);
	tracker_reach(tracker, &reach);
}

static void see_arp(struct tracker *tracker, const struct packet *packet)
{
	struct host_key sender = host_key_of(&packet->src, packet->vlan);

	if (!mac_equal(&packet->neighbor.sender_mac, &packet->src_mac))
		return;
	if (ip_is_unspecified(&packet->src) || ip_is_multicast(&packet->src))
		return;
	if (packet->neighbor.is_request)
		asked(tracker, packet, &packet->dst, CONTACT_ARP);
	else
		answered(tracker, packet, &packet->src, CONTACT_ARP);
	/* After opening, so that a forged owner is compared with the true one. */
	tracker_learn(tracker, &sender, &packet->neighbor.sender_mac);
}

static void see_solicitation(struct tracker *tracker, const struct packet *packet)
{
	struct host_key sender = host_key_of(&packet->src, packet->vlan);

	if (ip_is_unspecified(&packet->src) || ip_is_multicast(&packet->src))
		return;
	asked(tracker, packet, &packet->neighbor.target, CONTACT_ND);
	tracker_learn(tracker, &sender, &packet->src_mac);
}

static void see_advertisement(struct tracker *tracker, const struct packet *packet)
{
	struct host_key owner = host_key_of(&packet->neighbor.target, packet->vlan);

	answered(tracker, packet, &packet->neighbor.target, CONTACT_ND);
	tracker_learn(tracker, &owner, &packet->src_mac);
}

void tracker_neighbor(struct tracker *tracker, const struct packet *packet)
{
	if (!(packet->marks & PACKET_HAS_MACS) || mac_is_group(&packet->src_mac))
		return;
	if (packet->kind == PACKET_ARP)
		see_arp(tracker, packet);
	else if (packet->neighbor.is_request)
		see_solicitation(tracker, packet);
	else
		see_advertisement(tracker, packet);
}
