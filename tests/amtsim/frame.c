/* SPDX-License-Identifier: Apache-2.0 */
/* CHOICES where the sources are silent: VLAN tags are looked through, a later fragment has a
 * protocol but no ports, tunnels show their outer header, IPv6 extension headers are walked. */
#include "tests/amtsim/frame.h"

#include <string.h>

#define ETHER_BYTES    14
#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86DD
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_QINQ 0x88A8
#define EXTENSIONS_MAX 8

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void read_transport(struct frame *frame, const uint8_t *p, size_t len)
{
	if ((frame->protocol != 6 && frame->protocol != 17) || len < 4)
		return;
	frame->has_ports = true;
	frame->src_port = be16(p);
	frame->dst_port = be16(p + 2);
	if (frame->protocol == 6 && len >= 14) {
		frame->has_tcp_flags = true;
		frame->tcp_flags = p[13] & 0x3F;
	}
}

static void read_ipv4(struct frame *frame, const uint8_t *p, size_t len)
{
	size_t header;

	if (len < 20 || p[0] >> 4 != 4)
		return;
	header = (size_t)(p[0] & 15) * 4;
	if (header < 20 || header > len)
		return;
	frame->ip_version = 4;
	frame->has_protocol = true;
	frame->protocol = p[9];
	memcpy(frame->src, p + 12, 4);
	memcpy(frame->dst, p + 16, 4);
	if ((be16(p + 6) & 0x1FFF) == 0)
		read_transport(frame, p + header, len - header);
}

/* Bytes of an extension header, or 0 if `protocol` is not one that can be stepped over. */
static size_t extension_bytes(uint8_t protocol, const uint8_t *p, size_t len)
{
	size_t bytes;

	if (len < 8)
		return 0;
	switch (protocol) {
	case 0:
	case 43:
	case 60:
		bytes = ((size_t)p[1] + 1) * 8;
		break;
	case 44:
		bytes = 8;
		break;
	case 51:
		bytes = ((size_t)p[1] + 2) * 4;
		break;
	default:
		return 0;
	}
	return bytes <= len ? bytes : 0;
}

static void read_ipv6(struct frame *frame, const uint8_t *p, size_t len)
{
	bool later_fragment = false;
	size_t bytes, at = 40, i;

	if (len < 40 || p[0] >> 4 != 6)
		return;
	frame->ip_version = 6;
	frame->has_protocol = true;
	frame->protocol = p[6];
	memcpy(frame->src, p + 8, 16);
	memcpy(frame->dst, p + 24, 16);
	for (i = 0; i < EXTENSIONS_MAX && !later_fragment; i++) {
		bytes = extension_bytes(frame->protocol, p + at, len - at);
		if (bytes == 0)
			break;
		later_fragment = frame->protocol == 44 && be16(p + at + 2) >> 3 != 0;
		frame->protocol = p[at];
		at += bytes;
	}
	if (!later_fragment)
		read_transport(frame, p + at, len - at);
}

bool frame_read(struct frame *frame, const uint8_t *bytes, size_t len)
{
	size_t at = ETHER_BYTES;

	*frame = (struct frame){ 0 };
	if (len < ETHER_BYTES)
		return false;
	frame->ethertype = be16(bytes + 12);
	while ((frame->ethertype == ETHERTYPE_VLAN || frame->ethertype == ETHERTYPE_QINQ) &&
	       len >= at + 4) {
		frame->ethertype = be16(bytes + at + 2);
		at += 4;
	}
	if (frame->ethertype == ETHERTYPE_IPV4)
		read_ipv4(frame, bytes + at, len - at);
	else if (frame->ethertype == ETHERTYPE_IPV6)
		read_ipv6(frame, bytes + at, len - at);
	return true;
}
