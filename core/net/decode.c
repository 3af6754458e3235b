/* SPDX-License-Identifier: Apache-2.0 */
/* Dispatch by link type.  The numbers are those of the LINKTYPE_ registry (tcpdump.org/linktypes.html);
 * raw IP also under the DLT_ numbers that systems use for it.  Left out: 802.11 in any wrapping;
 * such frames are counted.  Tunnels inside IP are PACKET_OTHER or datagrams: whoever can send them
 * could say anything in anybody's name, so what brings a mirror through one has to unwrap it. */
#include "core/net/decode.h"

#include "core/net/decode_internal.h"

enum link_type {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW_BSD = 12,
	LINK_RAW_OPENBSD = 14,
	LINK_PPP_HDLC = 50,
	LINK_RAW = 101,
	LINK_CISCO_HDLC = 104,
	LINK_LOOP = 108,
	LINK_COOKED1 = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_COOKED2 = 276,
};

static const char *const result_names[DECODE_RESULTS] = {
	[DECODE_OK] = "ok",       [DECODE_PIECE] = "piece",     [DECODE_CUT] = "cut",
	[DECODE_LINK] = "link",   [DECODE_VERSION] = "version", [DECODE_LENGTH] = "length",
	[DECODE_CHAIN] = "chain",
};

const char *decode_result_name(enum decode_result result)
{
	return (unsigned)result < DECODE_RESULTS ? result_names[result] : "unknown";
}

typedef enum decode_result decoder(struct cursor c, struct packet *packet);

/* NULL for those we do not read. */
static decoder *decoder_of(int link_type)
{
	switch (link_type) {
	case LINK_ETHERNET:
		return decode_ethernet;
	case LINK_COOKED1:
		return decode_cooked1;
	case LINK_COOKED2:
		return decode_cooked2;
	case LINK_NULL:
	case LINK_LOOP:
		return decode_loopback;
	case LINK_PPP:
	case LINK_PPP_HDLC:
		return decode_ppp;
	case LINK_CISCO_HDLC:
		return decode_cisco_hdlc;
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
		return decode_ip_any;
	case LINK_IPV4:
		return decode_ip4;
	case LINK_IPV6:
		return decode_ip6;
	default:
		return NULL;
	}
}

bool decode_knows(int link_type)
{
	return decoder_of(link_type) != NULL;
}

static enum decode_result decode_other_links(int link_type, struct cursor c, struct packet *packet)
{
	decoder *decode = decoder_of(link_type);

	return decode ? decode(c, packet) : DECODE_LINK;
}

static uint32_t clamp32(size_t length)
{
	return length < UINT32_MAX ? (uint32_t)length : UINT32_MAX;
}

/* All but the union, which only ARP, ND and ICMP fill, and wall_ns, which is the caller's.  In two
 * halves because gcc makes "rep stos" of anything above 64 bytes, which costs more than the rest. */
static inline void clear(struct packet *packet)
{
	memset(&packet->src, 0, offsetof(struct packet, vlan) - offsetof(struct packet, src));
	memset(&packet->vlan, 0, offsetof(struct packet, quote) - offsetof(struct packet, vlan));
}

enum decode_result decode_frame(int link_type, const uint8_t *frame, size_t captured,
				size_t on_wire, struct packet *packet)
{
	struct cursor c = { .at = frame, .have = clamp32(captured) };

	clear(packet);
	if (UNLIKELY(captured <
		     on_wire)) { /* never less: a record may claim fewer bytes than it has */
		c.missing = clamp32(on_wire) - c.have;
		packet->marks = PACKET_CUT;
	}
	if (LIKELY(link_type == LINK_ETHERNET))
		return decode_ethernet(c, packet);
	return decode_other_links(link_type, c, packet);
}
