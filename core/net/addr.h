/* SPDX-License-Identifier: Apache-2.0 */
/* addr.h - MAC and IP addresses, prefixes and host keys as plain values.
 *
 * An IPv4 address is held in its mapped form ::ffff:a.b.c.d (RFC 4291 2.5.5.2), so that one 16-byte
 * value serves both families and compares, hashes and prints without a family switch.  Bytes are
 * in network order. */
#ifndef CORDON_NET_ADDR_H
#define CORDON_NET_ADDR_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct mac {
	uint8_t bytes[6];
};
struct ip {
	uint8_t bytes[16];
};

/* bits counts within the 128-bit form: an IPv4 /24 has bits 120. */
struct prefix {
	struct ip ip;
	uint8_t bits;
};

/* Who was seen: the same address in two VLANs is two hosts. */
struct host_key {
	struct ip ip;
	uint16_t vlan;   /* 0 = untagged */
	uint8_t zero[6]; /* always zero, so that keys compare as bytes */
};

_Static_assert(sizeof(struct host_key) == 24, "an address and a word");

#define MAC_TEXT_BYTES    18
#define IP_TEXT_BYTES     46
#define PREFIX_TEXT_BYTES 50

static inline struct ip ip_from_v4(const uint8_t *four_bytes)
{
	struct ip ip = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff } };

	memcpy(ip.bytes + 12, four_bytes, 4);
	return ip;
}

static inline bool ip_equal(const struct ip *a, const struct ip *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static inline bool mac_equal(const struct mac *a, const struct mac *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* In a register, by the widths in which a decoder has just written it: a wider load would wait for the store. */
static inline uint64_t mac_number(const struct mac *mac)
{
	uint32_t low;
	uint16_t high;

	memcpy(&low, mac->bytes, sizeof(low));
	memcpy(&high, mac->bytes + 4, sizeof(high));
	return (uint64_t)high << 32 | low;
}
static inline bool mac_is_group(const struct mac *mac)
{
	return mac->bytes[0] & 1;
}

static inline struct host_key host_key_of(const struct ip *ip, uint16_t vlan)
{
	struct host_key key;
	uint64_t rest = 0;

	/* As one word: copied or compared at once, what was written in pieces would be waited for. */
	memcpy(&rest, &vlan, sizeof(vlan));
	memcpy(&key, ip, sizeof(key.ip));
	memcpy((unsigned char *)&key + sizeof(key.ip), &rest, sizeof(rest));
	return key;
}

/* A few instructions: several times for each contact. */
static inline bool ip_is_v4(const struct ip *ip)
{
	uint64_t high;
	uint32_t middle;

	memcpy(&high, ip->bytes, sizeof(high));
	memcpy(&middle, ip->bytes + 8, sizeof(middle));
	return high == 0 && middle == htonl(UINT32_C(0xffff));
}

bool ip6_is_private(const struct ip *ip); /* RFC 4193, link-local, loopback */

/* Neither the Internet's nor a group's; asked for each contact by several. */
static inline bool ip_is_private(const struct ip *ip)
{
	uint32_t number;

	if (!ip_is_v4(ip))
		return ip6_is_private(ip);
	memcpy(&number, ip->bytes + 12, sizeof(number));
	number = ntohl(number);
	return number >> 24 == 10 || number >> 16 == 0xc0a8 ||
	       number >> 20 == 0xac1 ||         /* RFC 1918 */
	       number >> 24 == 127 ||           /* RFC 1122 3.2.1.3 */
	       number >> 16 == 0xa9fe ||        /* RFC 3927 */
	       number >> 22 == (100u << 2 | 1); /* RFC 6598 */
}

bool mac_is_zero(const struct mac *mac);
uint32_t ip_v4_number(const struct ip *ip);  /* host order; only for IPv4 */
bool ip_is_unspecified(const struct ip *ip); /* 0.0.0.0 or :: */
bool ip_is_multicast(const struct ip *ip);   /* includes 255.255.255.255 */
bool ip_is_loopback(const struct ip *ip);    /* the machine itself */
/* Whether an address is of the same site as another, as far as addresses tell: a private one always, a public one if the first
 * 16 bits are the same (IPv6: 32). */
bool ip_is_of_site(const struct ip *ip, const struct ip *of);
bool prefix_contains(const struct prefix *prefix, const struct ip *ip);

/* Strict parsing of the whole text; false leaves the value alone. */
bool mac_parse(const char *text, struct mac *mac); /* aa:bb:cc:dd:ee:ff or with dashes */
bool ip_parse(const char *text, struct ip *ip);
bool prefix_parse(const char *text,
		  struct prefix *prefix); /* 10.0.0.0/8, or a bare address; no host bits set */

/* Whether text would be a prefix but for bits set behind it (10.0.0.5/8), and which: 10.0.0.0/8. */
bool prefix_meant(const char *text, char meant[PREFIX_TEXT_BYTES]);

void mac_text(const struct mac *mac, char text[MAC_TEXT_BYTES]);
void ip_text(const struct ip *ip, char text[IP_TEXT_BYTES]); /* RFC 5952 for IPv6 */
void prefix_text(const struct prefix *prefix, char text[PREFIX_TEXT_BYTES]);

#endif
