/* SPDX-License-Identifier: Apache-2.0 */
/* Text and classes of addresses.  inet_pton(3) and inet_ntop(3) do the reading and writing: the first is
 * strict (no octal, no missing parts), the second follows RFC 5952.  Left out: zone ids ("fe80::1%eth0"),
 * which are names of one machine and mean nothing in a record. */
#include "core/net/addr.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "core/base/num.h"

/* ---- classes ------------------------------------------------------------------------------------ */

bool mac_is_zero(const struct mac *mac)
{
	static const struct mac zero;

	return mac_equal(mac, &zero);
}

uint32_t ip_v4_number(const struct ip *ip)
{
	const uint8_t *p = ip->bytes + 12;

	return ((uint32_t)p[0] << 24) | ((uint32_t)p[1] << 16) | ((uint32_t)p[2] << 8) | p[3];
}

bool ip_is_unspecified(const struct ip *ip)
{
	static const struct ip zero;

	return ip_is_v4(ip) ? ip_v4_number(ip) == 0 : ip_equal(ip, &zero);
}

bool ip_is_multicast(const struct ip *ip)
{
	if (!ip_is_v4(ip))
		return ip->bytes[0] == 0xff;
	return ip->bytes[12] >> 4 == 14 || ip_v4_number(ip) == UINT32_MAX;
}

bool ip_is_loopback(const struct ip *ip)
{
	static const struct ip loopback = { { [15] = 1 } }; /* RFC 4291 2.5.3 */

	return ip_is_v4(ip) ? ip->bytes[12] == 127 : ip_equal(ip, &loopback);
}

bool ip6_is_private(const struct ip *ip)
{
	const uint8_t *b = ip->bytes;

	if (b[0] >> 1 == 0xfc >> 1) /* RFC 4193 */
		return true;
	return (b[0] == 0xfe && b[1] >> 6 == 2) || ip_is_loopback(ip); /* RFC 4291 2.5.6 */
}

bool ip_is_of_site(const struct ip *ip, const struct ip *of)
{
	if (ip_is_private(ip))
		return true;
	return memcmp(ip->bytes, of->bytes, ip_is_v4(ip) ? 12 + 2 : 4) == 0;
}

bool prefix_contains(const struct prefix *prefix, const struct ip *ip)
{
	unsigned whole = prefix->bits / 8, rest = prefix->bits % 8;

	if (memcmp(prefix->ip.bytes, ip->bytes, whole) != 0)
		return false;
	return rest == 0 || (prefix->ip.bytes[whole] ^ ip->bytes[whole]) >> (8 - rest) == 0;
}

/* ---- reading ------------------------------------------------------------------------------------ */

bool mac_parse(const char *text, struct mac *mac)
{
	size_t length = strlen(text);
	struct mac parsed;

	if (length != MAC_TEXT_BYTES - 1 || (text[2] != ':' && text[2] != '-'))
		return false;
	for (size_t i = 0; i < sizeof(parsed.bytes); i++) {
		int high = num_hex_digit(text[3 * i]), low = num_hex_digit(text[3 * i + 1]);

		if (high < 0 || low < 0 || (i < 5 && text[3 * i + 2] != text[2]))
			return false;
		parsed.bytes[i] = (uint8_t)(high << 4 | low);
	}
	*mac = parsed;
	return true;
}

bool ip_parse(const char *text, struct ip *ip)
{
	struct ip parsed;
	uint8_t four[4];

	if (inet_pton(AF_INET, text, four) == 1) {
		*ip = ip_from_v4(four);
		return true;
	}
	if (inet_pton(AF_INET6, text, parsed.bytes) != 1)
		return false;
	*ip = parsed;
	return true;
}

static bool has_host_bits(const struct prefix *prefix)
{
	for (unsigned bit = prefix->bits; bit < 128; bit++)
		if (prefix->ip.bytes[bit / 8] & (0x80u >> (bit % 8)))
			return true;
	return false;
}

bool prefix_parse(const char *text, struct prefix *prefix)
{
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	char address[IP_TEXT_BYTES];
	struct prefix parsed;
	uint32_t bits, family_bits;

	if (length >= sizeof(address))
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	if (!ip_parse(address, &parsed.ip))
		return false;
	/* Written with colons, a mapped address counts its bits in the 128-bit form. */
	family_bits = strchr(address, ':') ? 128 : 32;
	bits = family_bits;
	if (slash && !num_u32_between(slash + 1, 0, family_bits, &bits))
		return false;
	parsed.bits = (uint8_t)(128 - family_bits + bits);
	if (has_host_bits(&parsed))
		return false;
	*prefix = parsed;
	return true;
}

/* ---- writing ------------------------------------------------------------------------------------ */

void mac_text(const struct mac *mac, char text[MAC_TEXT_BYTES])
{
	const uint8_t *b = mac->bytes;

	snprintf(text, MAC_TEXT_BYTES, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3],
		 b[4], b[5]);
}

void ip_text(const struct ip *ip, char text[IP_TEXT_BYTES])
{
	if (ip_is_v4(ip))
		inet_ntop(AF_INET, ip->bytes + 12, text, IP_TEXT_BYTES);
	else
		inet_ntop(AF_INET6, ip->bytes, text, IP_TEXT_BYTES);
}

void prefix_text(const struct prefix *prefix, char text[PREFIX_TEXT_BYTES])
{
	char address[IP_TEXT_BYTES];
	bool is_v4 = ip_is_v4(&prefix->ip) && prefix->bits >= 96;

	ip_text(&prefix->ip, address);
	snprintf(text, PREFIX_TEXT_BYTES, "%s/%u", address,
		 is_v4 ? prefix->bits - 96u : prefix->bits);
}

bool prefix_meant(const char *text, char meant[PREFIX_TEXT_BYTES])
{
	const char *slash = strchr(text, '/');
	struct prefix prefix = { .bits = 0 };
	char address[IP_TEXT_BYTES];
	uint32_t bits;

	if (!slash || (size_t)(slash - text) >= sizeof(address))
		return false;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (!ip_parse(address, &prefix.ip) ||
	    !num_u32_between(slash + 1, 0, ip_is_v4(&prefix.ip) ? 32 : 128, &bits))
		return false;
	prefix.bits = (uint8_t)(ip_is_v4(&prefix.ip) ? bits + 96 : bits);
	for (unsigned bit = prefix.bits; bit < 128; bit++)
		prefix.ip.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	prefix_text(&prefix, meant);
	return true;
}
