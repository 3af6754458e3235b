/* SPDX-License-Identifier: Apache-2.0 */
/* Community ID v1: SHA-1 over seed, addresses, protocol, zero, ports, the smaller end first, so that
 * both directions get the same text.  The ICMP message pairs of the specification (request and reply) are
 * folded into one id.  Left out: seeds other than 0, SCTP (its numbers would be the same). */
#include "core/net/community_id.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/digest.h"
#include "core/net/addr.h"

struct endpoint {
	const struct ip *ip;
	uint16_t port;
};

struct icmp_pair {
	uint8_t type, counterpart;
};

static const struct icmp_pair icmp4_pairs[] = {
	{ 0, 8 },   { 8, 0 },  { 13, 14 }, { 14, 13 }, { 15, 16 },
	{ 16, 15 }, { 10, 9 }, { 9, 10 },  { 17, 18 }, { 18, 17 },
};

static const struct icmp_pair icmp6_pairs[] = {
	{ 128, 129 }, { 129, 128 }, { 133, 134 }, { 134, 133 }, { 135, 136 }, { 136, 135 },
	{ 130, 131 }, { 131, 130 }, { 139, 140 }, { 140, 139 }, { 144, 145 }, { 145, 144 },
};

/* A type with a counterpart is a conversation between "ports" type and counterpart; any other is one-way
 * and keeps its direction. */
static bool pair_icmp(const struct icmp_pair *pairs, size_t count, uint16_t type, uint16_t *other)
{
	for (size_t i = 0; i < count; i++) {
		if (pairs[i].type == type) {
			*other = pairs[i].counterpart;
			return true;
		}
	}
	return false;
}

static bool is_one_way(uint8_t proto, uint16_t type, uint16_t *other)
{
	if (proto == IPPROTO_ICMP)
		return !pair_icmp(icmp4_pairs, sizeof(icmp4_pairs) / sizeof(icmp4_pairs[0]), type,
				  other);
	if (proto == IPPROTO_ICMPV6)
		return !pair_icmp(icmp6_pairs, sizeof(icmp6_pairs) / sizeof(icmp6_pairs[0]), type,
				  other);
	return false;
}

static bool is_ordered(const struct endpoint *a, const struct endpoint *b)
{
	int order = memcmp(a->ip->bytes, b->ip->bytes, sizeof(a->ip->bytes));

	return order < 0 || (order == 0 && a->port <= b->port);
}

/* IPv4 goes in with its four bytes. */
static size_t put_ip(uint8_t *at, const struct ip *ip)
{
	size_t skip = ip_is_v4(ip) ? 12 : 0;

	memcpy(at, ip->bytes + skip, sizeof(ip->bytes) - skip);
	return sizeof(ip->bytes) - skip;
}

static size_t put_port(uint8_t *at, uint16_t port)
{
	at[0] = (uint8_t)(port >> 8);
	at[1] = (uint8_t)port;
	return 2;
}

static size_t put_tuple(uint8_t *tuple, const struct endpoint *low, const struct endpoint *high,
			uint8_t proto)
{
	size_t n = put_port(tuple, 0); /* seed */

	n += put_ip(tuple + n, low->ip);
	n += put_ip(tuple + n, high->ip);
	tuple[n++] = proto;
	tuple[n++] = 0;
	n += put_port(tuple + n, low->port);
	return n + put_port(tuple + n, high->port);
}

void community_id(const struct ip *src, const struct ip *dst, uint16_t src_port, uint16_t dst_port,
		  uint8_t proto, char text[COMMUNITY_ID_BYTES])
{
	struct endpoint from = { src, src_port }, to = { dst, dst_port };
	bool one_way = is_one_way(proto, src_port, &to.port);
	bool keep = one_way || is_ordered(&from, &to);
	uint8_t sum[DIGEST_SHA1_BYTES];
	uint8_t tuple[2 + 16 + 16 + 2 + 4];
	size_t length = put_tuple(tuple, keep ? &from : &to, keep ? &to : &from, proto);

	digest_sha1(tuple, length, sum);
	memcpy(text, "1:", 2);
	digest_base64(sum, sizeof(sum), text + 2);
}
