/* SPDX-License-Identifier: Apache-2.0 */
/* What carries IP between an Ethernet header or a serial line and the IP header: PPP (RFC 1661, RFC 1662) and PPPoE sessions
 * (RFC 2516), MPLS label stacks (RFC 3032) and Cisco's HDLC framing (RFC 1547 4.3.1).  They change nothing about who
 * reaches for whom, so what is inside is read as if it stood alone.
 *
 * Left out: pseudowires (RFC 4448: a label stack does not say that Ethernet follows), PPP's control protocols, compression. */
#include "core/net/decode_internal.h"

#define LABELS_MAX 8

enum { PPPOE_BYTES = 6, PPPOE_VERSION_TYPE = 0x11, PPPOE_SESSION = 0 };
enum { PPP_ADDRESS = 0xff, PPP_UNNUMBERED = 0x03, PPP_IPV4 = 0x21, PPP_IPV6 = 0x57 };

static enum decode_result nothing_for_us(struct cursor c, struct packet *packet)
{
	set_payload(packet, c);
	return DECODE_OK;
}

/* The protocol has one byte or two: the first byte of two is even (RFC 1661 2). */
static enum decode_result decode_ppp_protocol(struct cursor c, struct packet *packet)
{
	uint32_t size;
	uint16_t protocol;

	if (c.have < 2)
		return cursor_short_of(c, 2);
	size = c.at[0] & 1 ? 1 : 2;
	protocol = size == 1 ? c.at[0] : be16(c.at);
	c = cursor_behind(c, size);
	if (protocol == PPP_IPV4)
		return decode_ip4(c, packet);
	return protocol == PPP_IPV6 ? decode_ip6(c, packet) : nothing_for_us(c, packet);
}

enum decode_result decode_ppp(struct cursor c, struct packet *packet)
{
	if (c.have < 2)
		return cursor_short_of(c, 2);
	if (c.at[0] == PPP_ADDRESS && c.at[1] == PPP_UNNUMBERED)
		c = cursor_behind(c, 2);
	return decode_ppp_protocol(c, packet);
}

enum decode_result decode_pppoe(struct cursor c, struct packet *packet)
{
	uint16_t length;

	if (c.have < PPPOE_BYTES)
		return cursor_short_of(c, PPPOE_BYTES);
	if (c.at[0] != PPPOE_VERSION_TYPE || c.at[1] != PPPOE_SESSION)
		return nothing_for_us(c, packet);
	length = be16(c.at + 4);
	return decode_ppp_protocol(cursor_limited(cursor_behind(c, PPPOE_BYTES), length), packet);
}

/* A pseudowire may begin with any byte, so the length has to be that of an IP packet as well. */
static bool is_ip(struct cursor c)
{
	if (c.have < 6)
		return false;
	if (c.at[0] >> 4 == 4)
		return be16(c.at + 2) <= cursor_claimed(c);
	return c.at[0] >> 4 == 6 && be16(c.at + 4) + 40u <= cursor_claimed(c);
}

enum decode_result decode_mpls(struct cursor c, struct packet *packet)
{
	bool is_last = false;

	for (unsigned labels = 0; !is_last; labels++) {
		if (labels == LABELS_MAX)
			return DECODE_CHAIN;
		if (c.have < 4)
			return cursor_short_of(c, 4);
		is_last = c.at[2] & 1;
		c = cursor_behind(c, 4);
	}
	return is_ip(c) ? decode_ip_any(c, packet) : nothing_for_us(c, packet);
}

/* Address, control, then an EtherType. */
enum decode_result decode_cisco_hdlc(struct cursor c, struct packet *packet)
{
	if (c.have < 4)
		return cursor_short_of(c, 4);
	return decode_ethertype(cursor_behind(c, 4), be16(c.at + 2), packet);
}
