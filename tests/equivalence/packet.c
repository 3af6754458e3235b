/* SPDX-License-Identifier: Apache-2.0 */
/* Tens of millions a second are wanted, so edges are worked out once per channel and a frame is written by hand. */
#include "tests/equivalence/packet.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum { HOP_BY_HOP = 0, FRAGMENT = 44 };

uint32_t packet_pick(uint64_t *seed, uint32_t below)
{
	return (uint32_t)((random_step(seed) >> 32) * below >> 32);
}

/* ---- the ground -------------------------------------------------------------------------------- */

/* One more or one less, round the end of the family. */
static void step(struct ip *ip, int by)
{
	unsigned least = ip_is_v4(ip) ? 12 : 0;

	for (unsigned i = 16; i-- > least;) {
		ip->bytes[i] = (uint8_t)(ip->bytes[i] + by);
		if (ip->bytes[i] != (by > 0 ? 0 : 0xff))
			return;
	}
}

static void set_from(struct ip *ip, unsigned bits)
{
	for (unsigned bit = bits; bit < 128; bit++)
		ip->bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
}

static void flip(struct ip *ip, unsigned bit)
{
	ip->bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
}

/* First, last, one before, one after, the other half of the prefix above, one in the middle, the first of the
 * prefix's half, far away. */
static void find_edges(const struct prefix *to, struct ip edges[PACKET_EDGES])
{
	unsigned least = ip_is_v4(&to->ip) ? 96 : 0;

	for (unsigned i = 0; i < PACKET_EDGES; i++)
		edges[i] = to->ip;
	set_from(&edges[1], to->bits);
	step(&edges[2], -1);
	edges[3] = edges[1];
	step(&edges[3], 1);
	flip(&edges[4], to->bits > least ? to->bits - 1u : least);
	set_from(&edges[5], to->bits + (128u - to->bits) / 2);
	if (to->bits < 128)
		flip(&edges[6], to->bits);
	flip(&edges[7], least);
}

static struct ip parsed(const char *text)
{
	struct ip ip;

	if (!ip_parse(text, &ip))
		abort();
	return ip;
}

void packet_ground_init(struct packet_ground *ground, const struct channel *channel)
{
	ground->channel = channel;
	ground->own[0] = parsed(PACKET_OWN_V4);
	ground->own[1] = parsed("fd01::1");
	ground->all_nodes = parsed("ff02::1");
	for (unsigned i = 0; i < channel->item_count; i++)
		if (channel->items[i].kind >= CHANNEL_DNS)
			find_edges(&channel->items[i].to, ground->edges[i]);
}

/* ---- packets that know the channel ---------------------------------------------------------------- */

static uint16_t some_port(uint64_t *seed)
{
	static const uint16_t known[] = { 0,   1,   53,  67,   68,    80,    81,   443,
					  444, 546, 547, 8530, 49152, 65534, 65535 };

	return packet_pick(seed, 3) ? known[packet_pick(seed, COUNT(known))]
				    : (uint16_t)packet_pick(seed, 65536);
}

/* The ends, one beside them, something between, anything. */
static uint16_t port_near(const struct channel_item *item, uint64_t *seed)
{
	uint16_t first = item->port_first, last = item->port_last;

	switch (packet_pick(seed, 8)) {
	case 0:
	case 1:
		return first;
	case 2:
	case 3:
		return last;
	case 4:
		return (uint16_t)(first - 1);
	case 5:
		return (uint16_t)(last + 1);
	case 6:
		return (uint16_t)(first + packet_pick(seed, (uint32_t)(last - first) + 1));
	default:
		return some_port(seed);
	}
}

static void make_lease(struct packet *p, uint64_t *seed)
{
	bool v6 = packet_pick(seed, 3) == 0;
	uint16_t client = v6 ? 546 : 68, server = v6 ? 547 : 67;

	p->type = v6 ? TYPE_V6 : TYPE_V4;
	p->proto = IPPROTO_UDP;
	p->local_port = packet_pick(seed, 4) ? client : server;
	p->remote_port = packet_pick(seed, 4) ? server : client;
	if (!v6)
		p->remote = packet_pick(seed, 2) ? ip_from_v4((uint8_t[]){ 255, 255, 255, 255 })
						 : ip_from_v4((uint8_t[]){ 10, 1, 0, 254 });
}

static void make_near(struct packet *p, const struct packet_ground *ground, uint64_t *seed)
{
	unsigned index = packet_pick(seed, ground->channel->item_count);
	const struct channel_item *item = &ground->channel->items[index];

	switch (item->kind) {
	case CHANNEL_ARP:
	case CHANNEL_EAPOL:
		p->type = (uint16_t)(item->kind == CHANNEL_ARP ? TYPE_ARP : TYPE_EAPOL);
		if (packet_pick(seed, 4) == 0)
			p->type = (uint16_t)(p->type + packet_pick(seed, 3) - 1);
		return;
	case CHANNEL_DHCP:
		make_lease(p, seed);
		return;
	case CHANNEL_ND:
		p->type = TYPE_V6;
		p->proto = packet_pick(seed, 4) ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
		p->remote = ground->all_nodes;
		return;
	default:
		break;
	}
	p->remote = ground->edges[index][packet_pick(seed, PACKET_EDGES)];
	p->type = ip_is_v4(&item->to.ip) ? TYPE_V4 : TYPE_V6;
	p->proto = packet_pick(seed, 2) ? IPPROTO_TCP : IPPROTO_UDP;
	p->remote_port = packet_pick(seed, 4) ? 53 : (uint16_t)(52 + packet_pick(seed, 3));
	if (item->kind == CHANNEL_ICMP) {
		p->proto = p->type == TYPE_V4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	} else if (item->kind != CHANNEL_DNS) {
		p->proto = item->kind == CHANNEL_TCP ? IPPROTO_TCP : IPPROTO_UDP;
		p->remote_port = port_near(item, seed);
	}
}

/* ---- packets that do not ------------------------------------------------------------------------- */

static struct ip some_ip(bool v6, uint64_t *seed)
{
	uint64_t high = random_step(seed), low = random_step(seed);
	struct ip ip = ip_from_v4((const uint8_t *)&low);

	if (v6) {
		memcpy(ip.bytes, &high, 8);
		memcpy(ip.bytes + 8, &low, 8);
	}
	return ip;
}

static void make_any(struct packet *p, uint64_t *seed)
{
	static const uint16_t types[] = { TYPE_V4,  TYPE_V4,    TYPE_V4,   TYPE_V6,
					  TYPE_ARP, TYPE_EAPOL, TYPE_LLDP, 0x0026 };
	static const uint8_t protos[] = { IPPROTO_TCP,  IPPROTO_TCP,    IPPROTO_UDP, IPPROTO_UDP,
					  IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_GRE, IPPROTO_ESP };

	p->type = types[packet_pick(seed, COUNT(types))];
	p->proto = protos[packet_pick(seed, COUNT(protos))];
	p->remote = some_ip(p->type == TYPE_V6, seed);
	p->local_port = some_port(seed);
	p->remote_port = some_port(seed);
}

/* ---- both ---------------------------------------------------------------------------------------- */

/* The same bytes as the other family's: an IPv6 packet may carry an IPv4 address mapped. */
static void change_family(struct packet *p)
{
	p->type = p->type == TYPE_V4 ? TYPE_V6 : TYPE_V4;
	if (p->type == TYPE_V4)
		p->remote = ip_from_v4(p->remote.bytes + 12);
}

static void spoil(struct packet *p, uint64_t *seed)
{
	uint16_t port = p->local_port;

	switch (packet_pick(seed, 6)) {
	case 0:
		change_family(p);
		break;
	case 1:
		p->proto = p->proto == IPPROTO_TCP ? IPPROTO_UDP : IPPROTO_TCP;
		break;
	case 2:
		p->local_port = p->remote_port;
		p->remote_port = port;
		break;
	case 3:
		p->local_port = p->remote_port;
		break;
	default:
		p->shape = (uint8_t)packet_pick(seed, PACKET_SHAPES);
	}
}

/* Whose address the host says it has. */
static struct ip some_local(const struct packet *p, const struct packet_ground *ground,
			    uint64_t *seed)
{
	bool v6 = p->type == TYPE_V6;
	struct ip ip = ground->own[v6];

	switch (packet_pick(seed, 8)) {
	case 0:
		memset(ip.bytes + (v6 ? 0 : 12), 0, v6 ? 16 : 4);
		break;
	case 1:
		flip(&ip, (v6 ? 0 : 96) + packet_pick(seed, v6 ? 128 : 32));
		break;
	case 2:
		ip = some_ip(v6, seed);
		break;
	default:
		break;
	}
	return ip;
}

struct packet packet_random(const struct packet_ground *ground, bool transmit, uint64_t *seed)
{
	struct packet p = { .transmit = transmit, .local_port = some_port(seed) };

	if (packet_pick(seed, 2)) {
		make_near(&p, ground, seed);
		if (packet_pick(seed, 4) == 0)
			spoil(&p, seed);
	} else {
		make_any(&p, seed);
		p.shape = packet_pick(seed, 8) ? PACKET_WHOLE
					       : (uint8_t)packet_pick(seed, PACKET_SHAPES);
	}
	p.tcp_flags = (uint8_t)packet_pick(seed, 64);
	p.tags = packet_pick(seed, 16) ? 0 : (uint8_t)packet_pick(seed, 3);
	p.local = some_local(&p, ground, seed);
	return p;
}

bool packet_is_ip(const struct packet *p)
{
	return (p->type == TYPE_V4 || p->type == TYPE_V6) && p->shape != PACKET_BROKEN;
}

bool packet_has_ports(const struct packet *p)
{
	return packet_is_ip(p) && (p->proto == IPPROTO_TCP || p->proto == IPPROTO_UDP) &&
	       p->shape != PACKET_LATER_FRAGMENT && p->shape != PACKET_CUT;
}

/* ---- frames ------------------------------------------------------------------------------------ */

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static size_t write_transport(const struct packet *p, uint8_t *at)
{
	if (p->shape == PACKET_CUT)
		return 2;
	put16(at, p->transmit ? p->local_port : p->remote_port);
	put16(at + 2, p->transmit ? p->remote_port : p->local_port);
	put16(at + 4, 20); /* length of UDP; no matter to others */
	at[12] = 0x50;
	at[13] = p->tcp_flags;
	return 20;
}

static size_t write_v4(const struct packet *p, uint8_t *ip)
{
	static const uint16_t fragment[PACKET_SHAPES] = {
		[PACKET_FIRST_FRAGMENT] = 0x2000, [PACKET_LATER_FRAGMENT] = 100
	};
	size_t header = p->shape == PACKET_OPTIONS ? 28 : 20;

	ip[0] = (uint8_t)((p->shape == PACKET_BROKEN ? 0x60 : 0x40) | header / 4);
	put16(ip + 2, (unsigned)header + 20);
	put16(ip + 6, fragment[p->shape]);
	ip[8] = 64;
	ip[9] = p->proto;
	memcpy(ip + (p->transmit ? 12 : 16), p->local.bytes + 12, 4);
	memcpy(ip + (p->transmit ? 16 : 12), p->remote.bytes + 12, 4);
	return header + write_transport(p, ip + header);
}

static size_t write_v6(const struct packet *p, uint8_t *ip)
{
	static const int16_t next[PACKET_SHAPES] = { -1, HOP_BY_HOP, FRAGMENT, FRAGMENT, -1, -1 };
	size_t header = next[p->shape] < 0 ? 40 : 48;

	ip[0] = p->shape == PACKET_BROKEN ? 0x40 : 0x60;
	put16(ip + 4, (unsigned)header - 20);
	ip[6] = next[p->shape] < 0 ? p->proto : (uint8_t)next[p->shape];
	ip[7] = 64;
	memcpy(ip + (p->transmit ? 8 : 24), p->local.bytes, 16);
	memcpy(ip + (p->transmit ? 24 : 8), p->remote.bytes, 16);
	ip[40] = header == 48 ? p->proto : 0;
	if (p->shape == PACKET_FIRST_FRAGMENT)
		put16(ip + 42, 1);
	else if (p->shape == PACKET_LATER_FRAGMENT)
		put16(ip + 42, 100 << 3);
	return header + write_transport(p, ip + header);
}

size_t packet_write(const struct packet *p, uint8_t frame[PACKET_FRAME_BYTES])
{
	static const uint8_t macs[12] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };
	size_t length = 14;

	memset(frame, 0, PACKET_FRAME_BYTES);
	memcpy(frame, macs, sizeof(macs));
	for (unsigned tag = 0; tag < p->tags; tag++, length += 4) {
		put16(frame + length - 2, p->tags == 2 && tag == 0 ? 0x88a8 : 0x8100);
		put16(frame + length, 7);
	}
	put16(frame + length - 2, p->type);
	if (p->type == TYPE_V4)
		return length + write_v4(p, frame + length);
	if (p->type == TYPE_V6)
		return length + write_v6(p, frame + length);
	return length + 46;
}

void packet_text(const struct packet *p, char text[PACKET_TEXT_BYTES])
{
	static const char *const shapes[PACKET_SHAPES] = {
		"whole", "options", "first fragment", "later fragment", "cut", "broken"
	};
	char local[IP_TEXT_BYTES], remote[IP_TEXT_BYTES];

	ip_text(&p->local, local);
	ip_text(&p->remote, remote);
	snprintf(text, PACKET_TEXT_BYTES,
		 "%s type %04x tags %u proto %u local %s port %u remote %s port %u flags %02x, %s",
		 p->transmit ? "transmitted" : "received", p->type, p->tags, p->proto, local,
		 p->local_port, remote, p->remote_port, p->tcp_flags, shapes[p->shape]);
}
