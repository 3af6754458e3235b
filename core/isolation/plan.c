/* SPDX-License-Identifier: Apache-2.0 */
/* Each flow that a channel allows becomes a pass filter out and its mirror in, over drop defaults: firmware filters keep
 * no connections and know no order, so there is no other way to permit an answer (amt-system-defense.md 3.3, 8).
 *
 * ARP and DHCP are not a matter of taste: the firmware shares its address with the host and would lose it
 * (3.4).  Left out: whether the plan fits a device; its compiler knows the budget. */
#include "core/isolation/plan.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/invariant.h"
#include "core/policy/channel.h"

enum {
	ETHERTYPE_V4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_V6 = 0x86dd,
	ETHERTYPE_EAPOL = 0x888e
};
enum { PORT_DNS = 53, DHCP_CLIENT = 68, DHCP_SERVER = 67, DHCP6_CLIENT = 546, DHCP6_SERVER = 547 };

struct draft {
	struct plan *plan;
	unsigned tcp, udp, icmp, dns; /* for the labels */
	bool full;
};

static bool says_the_same(const struct filter *a, const struct filter *b)
{
	return a->direction == b->direction && a->ethertype == b->ethertype &&
	       a->proto == b->proto && a->has_remote == b->has_remote &&
	       ip_equal(&a->remote.ip, &b->remote.ip) && a->remote.bits == b->remote.bits &&
	       a->local_port_first == b->local_port_first &&
	       a->local_port_last == b->local_port_last &&
	       a->remote_port_first == b->remote_port_first &&
	       a->remote_port_last == b->remote_port_last;
}

/* The model once for each direction; a flow that is there already costs no second filter (flash is scarce). */
static void add_pair(struct draft *draft, const struct filter *model, const char *name)
{
	struct plan *plan = draft->plan;

	for (unsigned direction = FILTER_TRANSMIT; direction <= FILTER_RECEIVE; direction++) {
		struct filter filter = *model;
		bool known = false;

		filter.direction = (uint8_t)direction;
		filter.action = FILTER_PASS;
		snprintf(filter.label, sizeof(filter.label), "%s-%s",
			 direction == FILTER_TRANSMIT ? "tx" : "rx", name);
		for (unsigned i = 0; i < plan->filter_count && !known; i++)
			known = says_the_same(&plan->filters[i], &filter);
		if (known)
			continue;
		if (plan->filter_count == PLAN_FILTERS)
			draft->full = true;
		else
			plan->filters[plan->filter_count++] = filter;
	}
}

static void add_ethertype(struct draft *draft, uint16_t ethertype, const char *name)
{
	struct filter model = { .ethertype = ethertype };

	add_pair(draft, &model, name);
}

static void add_lease(struct draft *draft, uint16_t ethertype, uint16_t client, uint16_t server,
		      const char *name)
{
	struct filter model = { .ethertype = ethertype,
				.proto = IPPROTO_UDP,
				.local_port_first = client,
				.local_port_last = client,
				.remote_port_first = server,
				.remote_port_last = server };

	add_pair(draft, &model, name);
}

/* To one destination of either family; ports 0,0 for all. */
static void add_to(struct draft *draft, const struct channel_item *item, uint8_t proto,
		   uint16_t first, uint16_t last)
{
	bool v4 = ip_is_v4(&item->to.ip);
	struct filter model = { .ethertype = v4 ? ETHERTYPE_V4 : ETHERTYPE_V6,
				.proto = proto,
				.has_remote = item->to.bits > (v4 ? 96 : 0),
				.remote = item->to,
				.remote_port_first = first,
				.remote_port_last = last };
	char name[12];

	if (proto == IPPROTO_TCP && item->kind == CHANNEL_DNS)
		snprintf(name, sizeof(name), "dt%u", draft->dns);
	else if (proto == IPPROTO_UDP && item->kind == CHANNEL_DNS)
		snprintf(name, sizeof(name), "du%u", draft->dns);
	else if (proto == IPPROTO_TCP)
		snprintf(name, sizeof(name), "t%u", ++draft->tcp);
	else if (proto == IPPROTO_UDP)
		snprintf(name, sizeof(name), "u%u", ++draft->udp);
	else
		snprintf(name, sizeof(name), "i%u", ++draft->icmp);
	if (!model.has_remote)
		memset(&model.remote, 0, sizeof(model.remote));
	add_pair(draft, &model, name);
}

static bool has_kind(const struct channel *channel, enum channel_item_kind kind)
{
	for (unsigned i = 0; i < channel->item_count; i++)
		if (channel->items[i].kind == kind)
			return true;
	return false;
}

static void add_neighbor_discovery(struct draft *draft)
{
	struct filter model = { .ethertype = ETHERTYPE_V6, .proto = IPPROTO_ICMPV6 };

	add_pair(draft, &model, "nd");
}

static void add_item(struct draft *draft, const struct channel *channel,
		     const struct channel_item *item)
{
	switch (item->kind) {
	case CHANNEL_ARP:
		add_ethertype(draft, ETHERTYPE_ARP, "arp");
		break;
	case CHANNEL_DHCP:
		add_lease(draft, ETHERTYPE_V4, DHCP_CLIENT, DHCP_SERVER, "dhcp");
		if (has_kind(channel, CHANNEL_ND))
			add_lease(draft, ETHERTYPE_V6, DHCP6_CLIENT, DHCP6_SERVER, "dhcp6");
		break;
	case CHANNEL_ND:
		add_neighbor_discovery(draft);
		break;
	case CHANNEL_EAPOL:
		add_ethertype(draft, ETHERTYPE_EAPOL, "eapol");
		break;
	case CHANNEL_DNS:
		draft->dns++;
		add_to(draft, item, IPPROTO_UDP, PORT_DNS, PORT_DNS);
		add_to(draft, item, IPPROTO_TCP, PORT_DNS, PORT_DNS);
		break;
	case CHANNEL_TCP:
		add_to(draft, item, IPPROTO_TCP, item->port_first, item->port_last);
		break;
	case CHANNEL_UDP:
		add_to(draft, item, IPPROTO_UDP, item->port_first, item->port_last);
		break;
	case CHANNEL_ICMP:
		add_to(draft, item, ip_is_v4(&item->to.ip) ? IPPROTO_ICMP : IPPROTO_ICMPV6, 0, 0);
		break;
	default:
		INVARIANT(item->kind <= CHANNEL_ICMP);
	}
}

static int check_channel(const struct channel *channel, struct err *err)
{
	if (channel->unresolved)
		return err_set(
			err, ERR_CONFIG,
			"channel \"%s\" names a place whose address is not known: give it in the settings",
			channel->name);
	if (!has_kind(channel, CHANNEL_ARP))
		return err_set(
			err, ERR_CONFIG,
			"channel \"%s\" lacks arp: nothing could be reached through it; add \"- arp\"",
			channel->name);
	if (!has_kind(channel, CHANNEL_DHCP))
		return err_set(
			err, ERR_CONFIG,
			"channel \"%s\" lacks dhcp: the firmware would lose its address and could not be "
			"told to release; add \"- dhcp\"",
			channel->name);
	return 0;
}

int plan_from_channel(const struct channel *channel, struct plan *plan, struct err *err)
{
	struct draft draft = { .plan = plan };

	memset(plan, 0, sizeof(*plan));
	if (check_channel(channel, err) < 0)
		return ERR_CONFIG;
	snprintf(plan->name, sizeof(plan->name), "%s", channel->name);
	plan->drop_transmit = plan->drop_receive = true;
	plan->anti_spoofing = channel->anti_spoofing;
	for (unsigned i = 0; i < channel->item_count; i++)
		add_item(&draft, channel, &channel->items[i]);
	if (draft.full)
		return err_set(err, ERR_CONFIG,
			       "channel \"%s\" needs more than %d filters: name fewer destinations",
			       channel->name, PLAN_FILTERS);
	for (unsigned i = 0; i < plan->filter_count; i++)
		if (filter_check(&plan->filters[i], err) < 0) {
			err_prefix(err, "channel \"%s\"", channel->name);
			return ERR_CONFIG;
		}
	return 0;
}
