/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/equivalence/meaning.h"

#include <netinet/in.h>
#include <string.h>

#include "core/isolation/plan.h"
#include "core/policy/channel.h"
#include "core/policy/decision.h"
#include "tests/equivalence/packet.h"

static bool has(const struct channel *channel, unsigned kind)
{
	for (unsigned i = 0; i < channel->item_count; i++)
		if (channel->items[i].kind == kind)
			return true;
	return false;
}

static bool is_lease(const struct packet *p, uint16_t type, uint16_t client, uint16_t server)
{
	return p->type == type && p->proto == IPPROTO_UDP && packet_has_ports(p) &&
	       p->local_port == client && p->remote_port == server;
}

static bool reaches(const struct channel_item *item, const struct packet *p)
{
	return packet_is_ip(p) && (p->type == TYPE_V4) == ip_is_v4(&item->to.ip) &&
	       prefix_contains(&item->to, &p->remote);
}

static bool at_ports(const struct channel_item *item, const struct packet *p, uint8_t proto)
{
	return p->proto == proto && packet_has_ports(p) && p->remote_port >= item->port_first &&
	       p->remote_port <= item->port_last && reaches(item, p);
}

/* Does this line of the channel let the packet through? */
static bool item_passes(const struct channel *channel, const struct channel_item *item,
			const struct packet *p)
{
	switch (item->kind) {
	case CHANNEL_ARP:
		return p->type == TYPE_ARP;
	case CHANNEL_DHCP:
		return is_lease(p, TYPE_V4, 68, 67) ||
		       (is_lease(p, TYPE_V6, 546, 547) && has(channel, CHANNEL_ND));
	case CHANNEL_ND:
		return p->type == TYPE_V6 && p->proto == IPPROTO_ICMPV6 && packet_is_ip(p);
	case CHANNEL_EAPOL:
		return p->type == TYPE_EAPOL;
	case CHANNEL_DNS:
		return p->remote_port == 53 && packet_has_ports(p) && reaches(item, p);
	case CHANNEL_TCP:
		return at_ports(item, p, IPPROTO_TCP);
	case CHANNEL_UDP:
		return at_ports(item, p, IPPROTO_UDP);
	default:
		return p->proto == (p->type == TYPE_V4 ? IPPROTO_ICMP : IPPROTO_ICMPV6) &&
		       reaches(item, p);
	}
}

/* What the machine sends over IPv4 must bear its own address, or none yet. */
static bool is_forged(const struct packet *p)
{
	static const uint8_t none[4], own[4] = { PACKET_OWN_V4_BYTES };
	const uint8_t *from = p->local.bytes + 12;

	return p->transmit && p->type == TYPE_V4 && packet_is_ip(p) &&
	       memcmp(from, none, sizeof(none)) != 0 && memcmp(from, own, sizeof(own)) != 0;
}

bool channel_passes(const struct channel *channel, const struct packet *p)
{
	if (channel->anti_spoofing && is_forged(p))
		return false;
	for (unsigned i = 0; i < channel->item_count; i++)
		if (item_passes(channel, &channel->items[i], p))
			return true;
	return false;
}

bool measure_means(const struct measure *measure, const struct packet *p)
{
	return p->transmit && packet_has_ports(p) && p->proto == measure->proto &&
	       p->remote_port >= measure->port_first && p->remote_port <= measure->port_last;
}

static bool in_range(uint16_t first, uint16_t last, uint16_t port)
{
	return port >= first && port <= last;
}

/* All given fields must hold. */
static bool filter_names(const struct filter *f, const struct packet *p)
{
	bool local = f->local_port_first || f->local_port_last,
	     remote = f->remote_port_first || f->remote_port_last;

	if (f->direction != (p->transmit ? FILTER_TRANSMIT : FILTER_RECEIVE) ||
	    (f->ethertype && f->ethertype != p->type))
		return false;
	if (f->proto && (f->proto != p->proto || !packet_is_ip(p)))
		return false;
	if (f->has_remote && !prefix_contains(&f->remote, &p->remote))
		return false;
	if ((local || remote) && !packet_has_ports(p))
		return false;
	return (!local || in_range(f->local_port_first, f->local_port_last, p->local_port)) &&
	       (!remote || in_range(f->remote_port_first, f->remote_port_last, p->remote_port));
}

bool plan_passes(const struct plan *plan, const struct packet *p)
{
	bool named = false;

	if (plan->anti_spoofing && is_forged(p))
		return false;
	for (unsigned i = 0; i < plan->filter_count; i++) {
		if (!filter_names(&plan->filters[i], p))
			continue;
		if (plan->filters[i].action == FILTER_DROP)
			return false;
		named = true;
	}
	return named || !(p->transmit ? plan->drop_transmit : plan->drop_receive);
}
