/* SPDX-License-Identifier: Apache-2.0 */
/* TCP (RFC 9293), UDP (RFC 768), ICMP (RFC 792), ICMPv6 (RFC 4443) and neighbour discovery (RFC 4861).
 *
 * An ICMP error is worth as much as the packet it quotes: the quote says whose contact failed.
 * Neighbour discovery counts only when it cannot have crossed a router, RFC 4861 7.1.  Left out:
 * checksums, TCP option contents, SCTP and DCCP, router discovery and redirects. */
#include "core/net/decode_internal.h"

#include <netinet/in.h>

enum { TCP_BYTES = 20, UDP_BYTES = 8, ICMP_BYTES = 8, ND_BYTES = 24 };

enum {
	ICMP4_ECHO_REPLY = 0,
	ICMP4_UNREACHABLE = 3,
	ICMP4_QUENCH = 4,
	ICMP4_REDIRECT = 5,
	ICMP4_ECHO = 8,
	ICMP4_TIME_EXCEEDED = 11,
	ICMP4_PARAMETER = 12,
	ICMP6_ERRORS_END = 128,
	ICMP6_ECHO = 128,
	ICMP6_ECHO_REPLY = 129,
	ND_SOLICITATION = 135,
	ND_ADVERTISEMENT = 136,
};

enum { ND_SOURCE_LINK = 1, ND_TARGET_LINK = 2 };

static inline void set_ports(struct packet *packet, const uint8_t *p)
{
	packet->src_port = be16(p);
	packet->dst_port = be16(p + 2);
}

/* A first fragment too short for the flags (RFC 1858 3: a way past filters): a fragment with ports. */
static enum decode_result tiny_tcp(struct cursor c, struct packet *packet)
{
	if (!(packet->marks & PACKET_FIRST_FRAGMENT) || cursor_claimed(c) >= TCP_BYTES)
		return cursor_short_of(c, TCP_BYTES);
	if (c.have < 4)
		return cursor_short_of(c, 4);
	packet->kind = PACKET_FRAGMENT;
	set_ports(packet, c.at);
	return DECODE_OK;
}

static inline enum decode_result decode_tcp(struct cursor c, struct packet *packet)
{
	const uint8_t *p = c.at;
	uint32_t header;

	if (UNLIKELY(c.have < TCP_BYTES))
		return tiny_tcp(c, packet);
	header = (p[12] >> 4) * 4u;
	if (UNLIKELY(header < TCP_BYTES || header > cursor_claimed(c)))
		return DECODE_LENGTH;
	packet->kind = PACKET_TCP;
	set_ports(packet, p);
	packet->tcp_seq = be32(p + 4);
	packet->tcp_ack = be32(p + 8);
	packet->tcp_flags = p[13];
	if (header > TCP_BYTES)
		packet->marks |= PACKET_TCP_OPTIONS;
	packet->tcp_option_bytes = (uint8_t)(header - TCP_BYTES);
	if (UNLIKELY(header > c.have)) { /* cut inside the options: nothing else is missing */
		header = c.have;
		packet->tcp_option_bytes = 0;
	}
	set_payload(packet, cursor_behind(c, header));
	return DECODE_OK;
}

static inline enum decode_result decode_udp(struct cursor c, struct packet *packet)
{
	uint32_t length;

	if (UNLIKELY(c.have < UDP_BYTES))
		return cursor_short_of(c, UDP_BYTES);
	length = be16(c.at + 4);
	if (length == 0 || (packet->marks & PACKET_FIRST_FRAGMENT))
		length = cursor_claimed(
			c); /* jumbogram (RFC 2675 4), offloading; or it goes on elsewhere */
	if (length < UDP_BYTES || length > cursor_claimed(c))
		return DECODE_LENGTH;
	packet->kind = PACKET_UDP;
	set_ports(packet, c.at);
	set_payload(packet, cursor_behind(cursor_limited(c, length), UDP_BYTES));
	return DECODE_OK;
}

/* Ports of a quoted packet; type and code for ICMP, as Community ID has it. */
static void quote_transport(struct cursor c, uint8_t proto, struct packet_quote *quote)
{
	bool has_ports = proto == IPPROTO_TCP || proto == IPPROTO_UDP;

	if (has_ports && c.have >= 4) {
		quote->src_port = be16(c.at);
		quote->dst_port = be16(c.at + 2);
	} else if ((proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6) && c.have >= 2) {
		quote->src_port = c.at[0];
		quote->dst_port = c.at[1];
	} else if (has_ports) {
		return; /* without ports it names no contact */
	}
	quote->proto = proto;
}

static void quote_ip4(struct cursor c, struct packet_quote *quote)
{
	const uint8_t *p = c.at;
	uint32_t header;

	if (c.have < 20 || p[0] >> 4 != 4)
		return;
	header = (p[0] & 0x0fu) * 4;
	if (header < 20 || c.have < header || (be16(p + 6) & 0x1fff))
		return;
	quote->src = ip_from_v4(p + 12);
	quote->dst = ip_from_v4(p + 16);
	quote_transport(cursor_behind(c, header), p[9], quote);
}

static void quote_ip6(struct cursor c, struct packet_quote *quote)
{
	const uint8_t *p = c.at;
	struct ip6_chain chain;

	if (c.have < 40 || p[0] >> 4 != 6)
		return;
	if (decode_ip6_chain(cursor_behind(c, 40), p[6], &chain) != DECODE_OK ||
	    chain.later_fragment)
		return;
	memcpy(quote->src.bytes, p + 8, 16);
	memcpy(quote->dst.bytes, p + 24, 16);
	quote_transport(chain.rest, chain.proto, quote);
}

static bool icmp4_quotes(uint8_t type)
{
	return type == ICMP4_UNREACHABLE || type == ICMP4_QUENCH || type == ICMP4_REDIRECT ||
	       type == ICMP4_TIME_EXCEEDED || type == ICMP4_PARAMETER;
}

static void set_icmp(struct cursor c, struct packet *packet)
{
	packet->kind = PACKET_ICMP;
	packet->icmp_type = c.at[0];
	packet->icmp_code = c.at[1];
	packet->quote = (struct packet_quote){ 0 };
	set_payload(packet, cursor_behind(c, ICMP_BYTES));
}

static enum decode_result decode_icmp4(struct cursor c, struct packet *packet)
{
	if (c.have < ICMP_BYTES)
		return cursor_short_of(c, ICMP_BYTES);
	set_icmp(c, packet);
	if (packet->icmp_type == ICMP4_ECHO || packet->icmp_type == ICMP4_ECHO_REPLY)
		packet->icmp_id = be16(c.at + 4);
	else if (icmp4_quotes(packet->icmp_type))
		quote_ip4(cursor_behind(c, ICMP_BYTES), &packet->quote);
	return DECODE_OK;
}

/* RFC 4861 7.1.1 and 7.1.2, without what only the receiver can check; RFC 6980 for fragments. */
static bool is_valid_nd(struct cursor c, const struct packet *packet)
{
	bool is_solicited = c.at[4] & 0x40;

	if (packet->hop_limit != 255 || packet->icmp_code != 0 || c.have < ND_BYTES)
		return false;
	if (packet->marks & PACKET_FIRST_FRAGMENT || c.at[8] == 0xff)
		return false;
	return !(packet->icmp_type == ND_ADVERTISEMENT && is_solicited &&
		 packet->dst.bytes[0] == 0xff);
}

/* The sender's link-layer address among the options; stays zero when there is none. */
static enum decode_result nd_options(struct cursor c, uint8_t wanted, struct mac *mac)
{
	while (c.have >= 8) {
		uint32_t size = c.at[1] * 8u;

		if (size == 0 || size > cursor_claimed(c))
			return DECODE_LENGTH;
		if (c.at[0] == wanted && size == 8)
			memcpy(mac->bytes, c.at + 2, 6);
		if (size > c.have)
			break;
		c = cursor_behind(c, size);
	}
	return DECODE_OK;
}

static enum decode_result decode_nd(struct cursor c, struct packet *packet)
{
	struct packet_neighbor *neighbor = &packet->neighbor;
	bool is_request = packet->icmp_type == ND_SOLICITATION;

	packet->kind = PACKET_ND;
	*neighbor = (struct packet_neighbor){ .is_request = is_request };
	memcpy(neighbor->target.bytes, c.at + 8, 16);
	return nd_options(cursor_behind(c, ND_BYTES), is_request ? ND_SOURCE_LINK : ND_TARGET_LINK,
			  &neighbor->sender_mac);
}

static enum decode_result decode_icmp6(struct cursor c, struct packet *packet)
{
	if (c.have < ICMP_BYTES)
		return cursor_short_of(c, ICMP_BYTES);
	set_icmp(c, packet);
	switch (packet->icmp_type) {
	case ICMP6_ECHO:
	case ICMP6_ECHO_REPLY:
		packet->icmp_id = be16(c.at + 4);
		break;
	case ND_SOLICITATION:
	case ND_ADVERTISEMENT:
		if (is_valid_nd(c, packet))
			return decode_nd(c, packet);
		break;
	default:
		if (packet->icmp_type < ICMP6_ERRORS_END)
			quote_ip6(cursor_behind(c, ICMP_BYTES), &packet->quote);
	}
	return DECODE_OK;
}

/* By itself: what it needs on the stack TCP and UDP do not pay for. */
static __attribute__((noinline)) enum decode_result decode_others(struct cursor c,
								  struct packet *packet)
{
	bool is_ip4 = packet->ethertype == ETHERTYPE_IPV4;

	/* ICMP over the wrong family is nobody's answer. */
	if (packet->proto == IPPROTO_ICMP && is_ip4)
		return decode_icmp4(c, packet);
	if (packet->proto == IPPROTO_ICMPV6 && !is_ip4)
		return decode_icmp6(c, packet);
	set_payload(packet, c);
	return DECODE_OK;
}

enum decode_result decode_transport(struct cursor c, struct packet *packet)
{
	if (LIKELY(packet->proto == IPPROTO_TCP))
		return decode_tcp(c, packet);
	if (packet->proto == IPPROTO_UDP)
		return decode_udp(c, packet);
	return decode_others(c, packet);
}
