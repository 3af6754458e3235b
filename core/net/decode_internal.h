/* SPDX-License-Identifier: Apache-2.0 */
/* decode_internal.h - what the decode_*.c files share; nobody else includes it.
 *
 * A step gets the bytes behind the headers already read and either finishes the packet or hands
 * on.  Steps are tail calls with the cursor in two registers, which keeps the layers apart at no cost. */
#ifndef CORDON_NET_DECODE_INTERNAL_H
#define CORDON_NET_DECODE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/net/decode.h"
#include "core/net/packet.h"

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

enum {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_8021Q = 0x8100,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_MPLS_UPSTREAM = 0x8848,
	ETHERTYPE_PPPOE_SESSION = 0x8864,
	ETHERTYPE_8021AD = 0x88a8,
	ETHERTYPE_QINQ_OLD = 0x9100,
};

/* Two lengths, so that "the capture cut it" and "the sender lied" stay different answers. */
struct cursor {
	const uint8_t *at;
	uint32_t have;    /* captured bytes from at on */
	uint32_t missing; /* behind them, promised by the layers below but not captured */
};

static inline uint32_t cursor_claimed(struct cursor c)
{
	return c.have + c.missing; /* cannot wrap: both come from one 32-bit length */
}

static inline enum decode_result cursor_short_of(struct cursor c, uint32_t need)
{
	return cursor_claimed(c) < need ? DECODE_LENGTH : DECODE_CUT;
}

/* Only after checking that have >= count. */
static inline struct cursor cursor_behind(struct cursor c, uint32_t count)
{
	return (struct cursor){ c.at + count, c.have - count, c.missing };
}

static inline struct cursor cursor_limited(struct cursor c, uint32_t claimed)
{
	uint32_t have = c.have < claimed ? c.have : claimed;

	return (struct cursor){ c.at, have, claimed - have };
}

static inline uint16_t be16(const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof(value));
	return __builtin_bswap16(value);
}

static inline uint32_t be32(const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return __builtin_bswap32(value);
}

static inline void set_payload(struct packet *packet, struct cursor c)
{
	packet->payload = c.at;
	packet->payload_length = c.have;
}

/* The innermost header of an IPv6 packet, or where the walk had to stop. */
struct ip6_chain {
	struct cursor rest;
	uint8_t proto;
	bool first_fragment, later_fragment;
	struct cursor piece; /* behind the fragment header, if there is one */
	uint8_t piece_proto;
	uint16_t fragment; /* as the header has it: offset, flags */
	uint32_t id;
};

/* decode_link.c */
enum decode_result decode_ethernet(struct cursor c, struct packet *packet);
enum decode_result decode_cooked1(struct cursor c, struct packet *packet);
enum decode_result decode_cooked2(struct cursor c, struct packet *packet);
enum decode_result decode_loopback(struct cursor c, struct packet *packet);
enum decode_result decode_ethertype(struct cursor c, uint16_t ethertype, struct packet *packet);

/* decode_carrier.c */
enum decode_result decode_ppp(struct cursor c, struct packet *packet);
enum decode_result decode_pppoe(struct cursor c, struct packet *packet);
enum decode_result decode_mpls(struct cursor c, struct packet *packet);
enum decode_result decode_cisco_hdlc(struct cursor c, struct packet *packet);

/* decode_ip.c; decode_ip_any goes by the version nibble. */
enum decode_result decode_ip_any(struct cursor c, struct packet *packet);
enum decode_result decode_ip4(struct cursor c, struct packet *packet);
enum decode_result decode_ip6(struct cursor c, struct packet *packet);
enum decode_result decode_ip6_chain(struct cursor c, uint8_t next, struct ip6_chain *chain);

/* decode_transport.c; packet has addresses, proto, hop limit and marks. */
enum decode_result decode_transport(struct cursor c, struct packet *packet);

#endif
