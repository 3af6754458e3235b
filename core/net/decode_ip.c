/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4 (RFC 791) and IPv6 with its extension headers (RFC 8200).
 *
 * A length of zero means "the rest of the frame": a capture on the sending machine sees segments
 * before the network card has split them and filled the field.  A length beyond the frame is a cut
 * capture whose record lost the original length; headers count, not payload.  Left out on
 * purpose: checksums (offloading leaves them wrong on the sender).  Fragments are put together by fragments.c. */
#include "core/net/decode_internal.h"

#include <netinet/in.h>

#define CHAIN_MAX 8

/* c to the end of this IP packet, that is without the padding of short Ethernet frames. */
static inline struct cursor within_packet(struct cursor c, uint32_t length, struct packet *packet)
{
	if (UNLIKELY(length > c.have))
		packet->marks |= PACKET_CUT;
	return cursor_limited(c, length);
}

/* What the first fragment says of the transport is enough for a contact, if its header is whole. */
static enum decode_result first_fragment(struct cursor c, struct packet *packet)
{
	packet->marks |= PACKET_FIRST_FRAGMENT;
	if (decode_transport(c, packet) != DECODE_OK)
		packet->kind = PACKET_FRAGMENT;
	return DECODE_PIECE;
}

static enum decode_result later_fragment(struct cursor c, struct packet *packet)
{
	packet->kind = PACKET_FRAGMENT;
	set_payload(packet, c);
	return DECODE_PIECE;
}

static void set_piece(struct packet *packet, struct cursor c, uint32_t id, uint8_t proto)
{
	packet->piece.bytes = c.at;
	packet->piece.length = c.missing ? 0 : c.have;
	packet->piece.id = id;
	packet->piece.proto = proto;
}

static enum decode_result ip4_fragment(struct cursor c, const uint8_t *header,
				       struct packet *packet)
{
	uint16_t fragment = be16(header + 6);

	set_piece(packet, c, be16(header + 4), header[9]);
	packet->piece.at_bytes = (fragment & 0x1fffu) * 8;
	packet->piece.is_last = !(fragment & 0x2000);
	return packet->piece.at_bytes ? later_fragment(c, packet) : first_fragment(c, packet);
}

enum decode_result decode_ip4(struct cursor c, struct packet *packet)
{
	const uint8_t *p = c.at;
	uint32_t header, length;

	if (UNLIKELY(c.have < 20))
		return cursor_short_of(c, 20);
	header = (p[0] & 0x0fu) * 4;
	if (UNLIKELY(p[0] >> 4 != 4 || header < 20))
		return DECODE_VERSION;
	length = be16(p + 2);
	if (UNLIKELY(length == 0))
		length = cursor_claimed(c);
	if (UNLIKELY(length < header))
		return DECODE_LENGTH;
	c = within_packet(c, length, packet);
	if (UNLIKELY(c.have < header))
		return DECODE_CUT;
	packet->ethertype = ETHERTYPE_IPV4;
	packet->hop_limit = p[8];
	packet->proto = p[9];
	packet->src = ip_from_v4(p + 12);
	packet->dst = ip_from_v4(p + 16);
	c = cursor_behind(c, header);
	if (UNLIKELY(be16(p + 6) & 0x3fff))
		return ip4_fragment(c, p, packet);
	return decode_transport(c, packet);
}

static bool is_extension(uint8_t next)
{
	switch (next) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_FRAGMENT:
	case IPPROTO_DSTOPTS:
	case IPPROTO_AH:
	case IPPROTO_MH:
	case 139:
	case 140: /* HIP (RFC 7401), Shim6 (RFC 5533) */
		return true;
	default:
		return false;
	}
}

static uint32_t extension_bytes(uint8_t kind, uint8_t length_field)
{
	if (kind == IPPROTO_FRAGMENT)
		return 8;
	if (kind == IPPROTO_AH) /* RFC 4302 2.2: 32-bit words minus 2 */
		return (length_field + 2u) * 4;
	return (length_field + 1u) * 8;
}

static void read_fragment_header(struct ip6_chain *chain)
{
	const uint8_t *p = chain->rest.at;

	chain->fragment = be16(p + 2);
	chain->id = be32(p + 4);
	chain->piece = cursor_behind(chain->rest, 8);
	chain->piece_proto = p[0];
	chain->later_fragment = (chain->fragment & 0xfff8) != 0;
	chain->first_fragment = !chain->later_fragment && chain->fragment & 1;
}

enum decode_result decode_ip6_chain(struct cursor c, uint8_t next, struct ip6_chain *chain)
{
	*chain = (struct ip6_chain){ .rest = c, .proto = next };
	for (unsigned headers = 0; is_extension(chain->proto); headers++) {
		uint8_t kind = chain->proto;
		uint32_t size;

		if (headers == CHAIN_MAX)
			return DECODE_CHAIN;
		if (chain->rest.have < 8)
			return cursor_short_of(chain->rest, 8);
		size = extension_bytes(kind, chain->rest.at[1]);
		if (chain->rest.have < size)
			return cursor_short_of(chain->rest, size);
		if (kind == IPPROTO_FRAGMENT)
			read_fragment_header(chain);
		chain->proto = chain->rest.at[0];
		chain->rest = cursor_behind(chain->rest, size);
		if (chain->later_fragment)
			return DECODE_OK; /* what follows is no header */
	}
	return DECODE_OK;
}

static enum decode_result ip6_fragment(const struct ip6_chain *chain, enum decode_result result,
				       struct packet *packet)
{
	set_piece(packet, chain->piece, chain->id, chain->piece_proto);
	packet->piece.at_bytes = chain->fragment & 0xfff8u;
	packet->piece.is_last = !(chain->fragment & 1);
	if (chain->later_fragment)
		return later_fragment(chain->rest, packet);
	if (result == DECODE_OK)
		return first_fragment(chain->rest, packet);
	packet->marks |= PACKET_FIRST_FRAGMENT;
	packet->kind = PACKET_FRAGMENT;
	return DECODE_PIECE;
}

enum decode_result decode_ip6(struct cursor c, struct packet *packet)
{
	const uint8_t *p = c.at;
	enum decode_result result;
	struct ip6_chain chain;
	uint32_t length;

	if (c.have < 40)
		return cursor_short_of(c, 40);
	if (p[0] >> 4 != 6)
		return DECODE_VERSION;
	packet->ethertype = ETHERTYPE_IPV6;
	packet->hop_limit = p[7];
	memcpy(packet->src.bytes, p + 8, 16);
	memcpy(packet->dst.bytes, p + 24, 16);
	length = be16(p + 4);
	c = cursor_behind(c, 40);
	c = within_packet(c, length ? length : cursor_claimed(c), packet);
	result = decode_ip6_chain(c, p[6], &chain);
	packet->proto = chain.proto;
	if (UNLIKELY(chain.first_fragment || chain.later_fragment))
		return ip6_fragment(&chain, result, packet);
	if (result != DECODE_OK)
		return result;
	return decode_transport(chain.rest, packet);
}

static enum decode_result decode_whole(struct cursor c, struct packet *packet)
{
	struct ip6_chain chain;
	enum decode_result result;

	packet->proto = packet->piece.proto;
	if (packet->ethertype == ETHERTYPE_IPV4)
		return decode_transport(c, packet);
	result = decode_ip6_chain(c, packet->proto, &chain);
	packet->proto = chain.proto;
	if (chain.first_fragment || chain.later_fragment)
		return DECODE_CHAIN;
	return result == DECODE_OK ? decode_transport(chain.rest, packet) : result;
}

enum decode_result decode_datagram(const uint8_t *bytes, size_t length, struct packet *packet)
{
	struct cursor c = { .at = bytes, .have = (uint32_t)length };

	packet->kind = PACKET_OTHER;
	packet->marks &= PACKET_HAS_MACS;
	packet->src_port = packet->dst_port = 0;
	packet->payload = NULL;
	packet->payload_length = 0;
	return decode_whole(c, packet);
}

enum decode_result decode_ip_any(struct cursor c, struct packet *packet)
{
	if (c.have < 1)
		return cursor_short_of(c, 1);
	if (c.at[0] >> 4 == 6)
		return decode_ip6(c, packet);
	return decode_ip4(c, packet);
}
