/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/equivalence/random_channel.h"

#include <stdlib.h>

#include "core/base/random.h"
#include "tests/equivalence/packet.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static unsigned pick(uint64_t *seed, unsigned below)
{
	return packet_pick(seed, below);
}

/* Few, so that items meet; else anything. */
static struct ip some_ip(bool v6, uint64_t *seed)
{
	static const char *const texts[2][6] = {
		{ "10.0.0.4", "10.0.0.5", "10.0.0.9", "10.0.1.9", "10.128.0.1", "192.168.1.1" },
		{ "2001:db8::4", "2001:db8::5", "2001:db8::9", "2001:db8:1::9", "2001:db8:8000::1",
		  "fd00::1" },
	};
	struct ip ip;

	if (!ip_parse(texts[v6][pick(seed, 6)], &ip))
		abort();
	for (unsigned i = v6 ? 4 : 12; pick(seed, 2) && i < 16; i++)
		ip.bytes[i] = (uint8_t)pick(seed, 256);
	return ip;
}

/* A prefix is written with the bits behind it zero, as the language demands. */
static struct prefix cut_prefix(struct ip ip, unsigned bits)
{
	struct prefix prefix = { ip, (uint8_t)bits };

	for (unsigned i = bits; i < 128; i++)
		prefix.ip.bytes[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
	return prefix;
}

static struct prefix some_prefix(uint64_t *seed)
{
	bool v6 = pick(seed, 5) == 0;
	unsigned least = v6 ? 1 : 97, bits = pick(seed, 2) ? 128 : least + pick(seed, 129 - least);
	struct prefix prefix = cut_prefix(some_ip(v6, seed), bits);

	/* ::ffff:0:0/96 and what is wider would be another family's. */
	if (v6 && (ip_is_v4(&prefix.ip)))
		prefix = cut_prefix(some_ip(v6, seed), 128);
	return prefix;
}

static void some_ports(struct channel_item *item, uint64_t *seed)
{
	static const uint16_t known[] = { 53, 67, 68, 80, 81, 82, 443, 546, 547, 8530 };
	unsigned first = pick(seed, 3) ? known[pick(seed, COUNT(known))] : 1 + pick(seed, 65535);
	unsigned last = first;

	switch (pick(seed, 8)) {
	case 0:
		last = first + pick(seed, 40);
		break;
	case 1:
		last = first + pick(seed, 65536 - first);
		break;
	case 2:
		last = 65535;
		first = pick(seed, 3) ? first : 1;
		break;
	case 3:
		first = 1;
		break;
	default:
		break;
	}
	item->port_first = (uint16_t)first;
	item->port_last = (uint16_t)(last > 65535 ? 65535 : last);
}

static struct channel_item some_item(uint64_t *seed)
{
	static const uint8_t kinds[] = { CHANNEL_TCP, CHANNEL_TCP, CHANNEL_TCP,
					 CHANNEL_UDP, CHANNEL_DNS, CHANNEL_ICMP };
	struct channel_item item = { .kind = kinds[pick(seed, COUNT(kinds))],
				     .to = some_prefix(seed) };

	if (item.kind == CHANNEL_TCP || item.kind == CHANNEL_UDP)
		some_ports(&item, seed);
	else if (item.kind == CHANNEL_DNS)
		item.to = cut_prefix(some_ip(!ip_is_v4(&item.to.ip), seed), 128);
	return item;
}

/* Right behind or before what they were, or with one port between. */
static void move_ports(struct channel_item *item, uint64_t *seed)
{
	unsigned gap = pick(seed, 3) == 0, more = pick(seed, 9);

	if (item->port_last && item->port_last < 65000 && pick(seed, 2)) {
		item->port_first = (uint16_t)(item->port_last + 1 + gap);
		item->port_last = (uint16_t)(item->port_first + more);
	} else if (item->port_first > 20) {
		item->port_last = (uint16_t)(item->port_first - 1 - gap);
		item->port_first = (uint16_t)(item->port_last - more);
	}
}

/* Beside the given one: the other half, a wider prefix, other ports, another protocol. */
static struct channel_item neighbor(const struct channel_item *of, uint64_t *seed)
{
	struct channel_item item = *of;
	unsigned bits = item.to.bits, least = ip_is_v4(&item.to.ip) ? 97 : 2;

	switch (pick(seed, 4)) {
	case 0:
		item.to.ip.bytes[(bits - 1) / 8] ^= (uint8_t)(0x80 >> (bits - 1) % 8);
		break;
	case 1:
		if (item.kind != CHANNEL_DNS && bits > least)
			item.to = cut_prefix(item.to.ip, least + pick(seed, bits - least));
		break;
	case 2:
		move_ports(&item, seed);
		break;
	default:
		if (item.kind == CHANNEL_TCP)
			item.kind = CHANNEL_UDP;
	}
	return ip_is_v4(&item.to.ip) == ip_is_v4(&of->to.ip) ? item : *of;
}

struct channel random_channel(uint64_t *seed)
{
	struct channel channel = { .name = "random", .item_count = 2 };
	unsigned items = pick(seed, pick(seed, 4) ? 12 : 36), first;

	channel.anti_spoofing = pick(seed, 3) == 0;
	channel.items[0].kind = CHANNEL_ARP;
	channel.items[1].kind = CHANNEL_DHCP;
	if (pick(seed, 2))
		channel.items[channel.item_count++].kind = CHANNEL_ND;
	if (pick(seed, 3) == 0)
		channel.items[channel.item_count++].kind = CHANNEL_EAPOL;
	first = channel.item_count;
	for (unsigned i = 0; i < items; i++) {
		struct channel_item *item = &channel.items[channel.item_count];

		if (i > 0 && pick(seed, 3) == 0)
			*item = neighbor(&channel.items[first + pick(seed, i)], seed);
		else
			*item = some_item(seed);
		channel.item_count++;
	}
	return channel;
}
