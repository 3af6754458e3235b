/* SPDX-License-Identifier: Apache-2.0 */
/* Link layers: Ethernet II with VLAN tags (IEEE 802.3, 802.1Q), Linux cooked v1 and v2, BSD loopback; and
 * ARP (RFC 826), which lives beside IP here.  Left out: LLC and SNAP payloads, RARP: they are PACKET_OTHER
 * because no host of a LAN is reached for a service that way. */
#include "core/net/decode_internal.h"

#define VLAN_TAGS_MAX 4

enum { ARP_REQUEST = 1, ARP_REPLY = 2, ARP_BYTES = 28 };

/* Hardware type, protocol type and address lengths of IPv4 over a network with 48-bit addresses.  Type 6,
 * "IEEE 802", is sent by a few old stacks in place of 1. */
static bool is_arp_for_ip4(const uint8_t *p)
{
	return (be16(p) == 1 || be16(p) == 6) && be16(p + 2) == ETHERTYPE_IPV4 && p[4] == 6 &&
	       p[5] == 4;
}

static enum decode_result decode_arp(struct cursor c, struct packet *packet)
{
	struct packet_neighbor *neighbor = &packet->neighbor;
	const uint8_t *p = c.at;
	uint16_t operation;

	if (c.have < 8)
		return cursor_short_of(c, 8);
	operation = be16(p + 6);
	if (!is_arp_for_ip4(p) || (operation != ARP_REQUEST && operation != ARP_REPLY))
		return DECODE_OK;
	if (c.have < ARP_BYTES)
		return cursor_short_of(c, ARP_BYTES);
	packet->kind = PACKET_ARP;
	packet->src = ip_from_v4(p + 14);
	packet->dst = ip_from_v4(p + 24);
	memcpy(neighbor->sender_mac.bytes, p + 8, 6);
	memcpy(neighbor->target_mac.bytes, p + 18, 6);
	neighbor->is_request = operation == ARP_REQUEST;
	neighbor->target = neighbor->is_request ? packet->dst : packet->src;
	return DECODE_OK;
}

static bool is_vlan_tag(uint16_t ethertype)
{
	return ethertype == ETHERTYPE_8021Q || ethertype == ETHERTYPE_8021AD ||
	       ethertype == ETHERTYPE_QINQ_OLD;
}

/* Reads tags until an EtherType that is none.  A priority tag (id 0) does not hide an outer VLAN. */
static enum decode_result skip_vlan_tags(struct cursor *c, struct packet *packet)
{
	for (unsigned tags = 0; is_vlan_tag(packet->ethertype); tags++) {
		uint16_t vlan;

		if (tags == VLAN_TAGS_MAX)
			return DECODE_CHAIN;
		if (c->have < 4)
			return cursor_short_of(*c, 4);
		vlan = be16(c->at) & 0x0fff;
		if (vlan != 0)
			packet->vlan = vlan;
		packet->ethertype = be16(c->at + 2);
		*c = cursor_behind(*c, 4);
	}
	return DECODE_OK;
}

static enum decode_result decode_tagged(struct cursor c, struct packet *packet)
{
	enum decode_result result = skip_vlan_tags(&c, packet);

	if (result != DECODE_OK)
		return result;
	switch (packet->ethertype) {
	case ETHERTYPE_IPV4:
		return decode_ip4(c, packet);
	case ETHERTYPE_IPV6:
		return decode_ip6(c, packet);
	case ETHERTYPE_ARP:
		return decode_arp(c, packet);
	case ETHERTYPE_MPLS:
	case ETHERTYPE_MPLS_UPSTREAM:
		return decode_mpls(c, packet);
	case ETHERTYPE_PPPOE_SESSION:
		return decode_pppoe(c, packet);
	default: /* also an 802.3 length, that is LLC */
		set_payload(packet, c);
		return DECODE_OK;
	}
}

enum decode_result decode_ethertype(struct cursor c, uint16_t ethertype, struct packet *packet)
{
	packet->ethertype = ethertype;
	if (LIKELY(ethertype == ETHERTYPE_IPV4))
		return decode_ip4(c, packet);
	return decode_tagged(c, packet);
}

enum decode_result decode_ethernet(struct cursor c, struct packet *packet)
{
	if (UNLIKELY(c.have < 14))
		return cursor_short_of(c, 14);
	memcpy(packet->dst_mac.bytes, c.at, 6);
	memcpy(packet->src_mac.bytes, c.at + 6, 6);
	packet->marks |= PACKET_HAS_MACS;
	return decode_ethertype(cursor_behind(c, 14), be16(c.at + 12), packet);
}

/* ---- Linux cooked ----

 * The header carries the sender's address and whether the frame was for a group.  For questions about neighbours and their
 * answers that tells the receiver's as well: an answer names it, and what is sent to a group has a group's address.
 * Elsewhere PACKET_HAS_MACS stays unset. */

enum { COOKED_TO_ALL = 1, COOKED_TO_GROUP = 2, COOKED_SENT = 4 };

struct cooked {
	uint16_t ethertype;
	unsigned direction, address_bytes;
	const uint8_t *address;
};

/* Of what the capturing machine itself sends the header does not say whether it is for a group: a question for a neighbour
 * is, unless it only refreshes. */
static bool is_for_group(const struct cooked *cooked, const struct packet *packet)
{
	if (cooked->direction == COOKED_TO_ALL || cooked->direction == COOKED_TO_GROUP)
		return true;
	if (cooked->direction != COOKED_SENT)
		return false;
	if (packet->kind == PACKET_ND)
		return ip_is_multicast(&packet->dst);
	return packet->kind == PACKET_ARP && packet->neighbor.is_request;
}

static void name_receiver(const struct cooked *cooked, struct packet *packet)
{
	if (cooked->address_bytes != sizeof(packet->src_mac.bytes) || mac_is_zero(&packet->src_mac))
		return;
	if (is_for_group(cooked, packet))
		memset(packet->dst_mac.bytes, 0xff, sizeof(packet->dst_mac.bytes));
	else if (packet->kind == PACKET_ARP && !packet->neighbor.is_request)
		packet->dst_mac = packet->neighbor.target_mac;
	else
		return;
	packet->marks |= PACKET_HAS_MACS;
}

static enum decode_result decode_cooked(struct cursor c, const struct cooked *cooked,
					struct packet *packet)
{
	enum decode_result result;

	if (cooked->address_bytes == sizeof(packet->src_mac.bytes))
		memcpy(packet->src_mac.bytes, cooked->address, sizeof(packet->src_mac.bytes));
	result = decode_ethertype(c, cooked->ethertype, packet);
	if (result == DECODE_OK)
		name_receiver(cooked, packet);
	return result;
}

enum decode_result decode_cooked1(struct cursor c, struct packet *packet)
{
	struct cooked cooked;

	if (c.have < 16)
		return cursor_short_of(c, 16);
	cooked = (struct cooked){ .ethertype = be16(c.at + 14),
				  .direction = be16(c.at),
				  .address_bytes = be16(c.at + 4),
				  .address = c.at + 6 };
	return decode_cooked(cursor_behind(c, 16), &cooked, packet);
}

enum decode_result decode_cooked2(struct cursor c, struct packet *packet)
{
	struct cooked cooked;

	if (c.have < 20)
		return cursor_short_of(c, 20);
	cooked = (struct cooked){ .ethertype = be16(c.at),
				  .direction = c.at[10],
				  .address_bytes = c.at[11],
				  .address = c.at + 12 };
	return decode_cooked(cursor_behind(c, 20), &cooked, packet);
}

/* The family is in the byte order of the machine that captured; families are small, so the order shows.
 * AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 23 on Windows, 24 on NetBSD and OpenBSD, 28
 * on FreeBSD, 30 on macOS. */
enum decode_result decode_loopback(struct cursor c, struct packet *packet)
{
	uint32_t family;

	if (c.have < 4)
		return cursor_short_of(c, 4);
	family = be32(c.at);
	if (family > UINT16_MAX)
		family = __builtin_bswap32(family);
	c = cursor_behind(c, 4);
	switch (family) {
	case 2:
		return decode_ip4(c, packet);
	case 10:
	case 23:
	case 24:
	case 28:
	case 30:
		return decode_ip6(c, packet);
	default:
		set_payload(packet, c);
		return DECODE_OK;
	}
}
