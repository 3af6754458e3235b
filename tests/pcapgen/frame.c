/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/frame.h"

/* Frames from the outside in: each layer writes its header, then the one inside it, and fills in
 * lengths and checksums from what came back.  RFC 826, 791, 9293, 768, 792, 4861.
 *
 * Left out: IP options, fragments, TCP options other than those of a SYN, IPv6 beyond ICMPv6. */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	ETHERTYPE_IP4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IP6 = 0x86dd,
	IP4_HEADER = 20,
	IP6_HEADER = 40,
	TCP_HEADER = 20,
	UDP_HEADER = 8,
	ICMP_HEADER = 8,
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_ICMP6 = 58,
};

/* What a Windows PC offers: MSS 1460, window scale 8, selective acknowledgement. */
static const uint8_t syn_options[12] = { 2, 4, 0x05, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2 };

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, (uint16_t)(v >> 16));
	put16(p + 2, (uint16_t)v);
}

uint32_t checksum_add(uint32_t sum, const uint8_t *bytes, size_t length)
{
	size_t i;

	for (i = 0; i + 1 < length; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	if (length % 2)
		sum += (uint32_t)bytes[length - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

uint16_t checksum_finish(uint32_t sum)
{
	return (uint16_t)~sum;
}

static void put_payload(const struct frame *frame, uint8_t *p)
{
	if (!frame->payload_bytes)
		return;
	if (frame->payload)
		memcpy(p, frame->payload, frame->payload_bytes);
	else
		memset(p, 0, frame->payload_bytes);
}

static uint32_t pseudo_header(const struct frame *frame, uint8_t protocol, size_t length)
{
	uint8_t pseudo[12];

	put32(pseudo, frame->src_ip);
	put32(pseudo + 4, frame->dst_ip);
	pseudo[8] = 0;
	pseudo[9] = protocol;
	put16(pseudo + 10, (uint16_t)length);
	return checksum_add(0, pseudo, sizeof(pseudo));
}

/* Unscaled in a SYN, afterwards in units of the scale that syn_options offer: 256 KiB. */
static uint16_t window(uint8_t flags)
{
	if (flags & TCP_RST)
		return 0;
	return flags & TCP_SYN ? 64240 : 1024;
}

static size_t put_tcp(const struct frame *frame, uint8_t *p)
{
	size_t options = frame->flags & TCP_SYN ? sizeof(syn_options) : 0;
	size_t length = TCP_HEADER + options + frame->payload_bytes;

	put16(p, frame->src_port);
	put16(p + 2, frame->dst_port);
	put32(p + 4, frame->seq);
	put32(p + 8, frame->flags & TCP_ACK ? frame->ack : 0);
	p[12] = (uint8_t)((TCP_HEADER + options) / 4 << 4);
	p[13] = frame->flags;
	put16(p + 14, window(frame->flags));
	put32(p + 16, 0); /* checksum, urgent pointer */
	memcpy(p + TCP_HEADER, syn_options, options);
	put_payload(frame, p + TCP_HEADER + options);
	put16(p + 16,
	      checksum_finish(checksum_add(pseudo_header(frame, PROTO_TCP, length), p, length)));
	return length;
}

static size_t put_udp(const struct frame *frame, uint8_t *p)
{
	size_t length = UDP_HEADER + (size_t)frame->payload_bytes;
	uint16_t sum;

	put16(p, frame->src_port);
	put16(p + 2, frame->dst_port);
	put16(p + 4, (uint16_t)length);
	put16(p + 6, 0);
	put_payload(frame, p + UDP_HEADER);
	sum = checksum_finish(checksum_add(pseudo_header(frame, PROTO_UDP, length), p, length));
	put16(p + 6, sum ? sum : 0xffff); /* RFC 768: zero would mean "none" */
	return length;
}

static size_t put_icmp(const struct frame *frame, uint8_t *p)
{
	size_t length = ICMP_HEADER + (size_t)frame->payload_bytes;

	p[0] = frame->icmp_type;
	p[1] = frame->icmp_code;
	put16(p + 2, 0);
	put16(p + 4, frame->src_port);
	put16(p + 6, frame->dst_port);
	put_payload(frame, p + ICMP_HEADER);
	put16(p + 2, checksum_finish(checksum_add(0, p, length)));
	return length;
}

static size_t put_ip4(const struct frame *frame, uint8_t *p)
{
	uint8_t *inside = p + IP4_HEADER;
	size_t length;

	p[0] = 0x45;
	p[1] = 0;
	put16(p + 4, frame->ip_id);
	put16(p + 6, 0x4000); /* do not fragment */
	p[8] = frame->ttl;
	put16(p + 10, 0);
	put32(p + 12, frame->src_ip);
	put32(p + 16, frame->dst_ip);
	if (frame->kind == FRAME_TCP) {
		p[9] = PROTO_TCP;
		length = put_tcp(frame, inside);
	} else if (frame->kind == FRAME_UDP) {
		p[9] = PROTO_UDP;
		length = put_udp(frame, inside);
	} else {
		p[9] = PROTO_ICMP;
		length = put_icmp(frame, inside);
	}
	put16(p + 2, (uint16_t)(IP4_HEADER + length));
	put16(p + 10, checksum_finish(checksum_add(0, p, IP4_HEADER)));
	return IP4_HEADER + length;
}

/* The body of an ICMPv6 message follows its four fixed bytes, all of it in the payload. */
static size_t put_icmp6(const struct frame *frame, uint8_t *p)
{
	size_t length = 4 + (size_t)frame->payload_bytes;
	uint8_t *inside = p + IP6_HEADER;
	uint8_t tail[8] = { 0 };
	uint32_t sum;

	put32(p, 0x60000000);
	put16(p + 4, (uint16_t)length);
	p[6] = PROTO_ICMP6;
	p[7] = frame->ttl;
	memcpy(p + 8, frame->ip6, sizeof(*frame->ip6));
	inside[0] = frame->icmp_type;
	inside[1] = frame->icmp_code;
	put16(inside + 2, 0);
	put_payload(frame, inside + 4);
	put16(tail + 2, (uint16_t)length);
	tail[7] = PROTO_ICMP6;
	sum = checksum_add(0, p + 8, sizeof(*frame->ip6)); /* RFC 8200 8.1 */
	sum = checksum_add(sum, tail, sizeof(tail));
	put16(inside + 2, checksum_finish(checksum_add(sum, inside, length)));
	return IP6_HEADER + length;
}

static size_t put_arp(const struct frame *frame, uint8_t *p)
{
	static const uint8_t fixed[6] = { 0, 1, 0x08, 0x00, 6, 4 };
	bool reply = frame->flags == ARP_REPLY;

	memcpy(p, fixed, sizeof(fixed));
	put16(p + 6, frame->flags);
	memcpy(p + 8, frame->src_mac, 6);
	put32(p + 14, frame->src_ip);
	memset(p + 18, 0, 6);
	if (reply)
		memcpy(p + 18, frame->dst_mac, 6);
	put32(p + 24, frame->dst_ip);
	return 28;
}

static uint16_t ethertype(const struct frame *frame)
{
	if (frame->kind == FRAME_ARP)
		return ETHERTYPE_ARP;
	return frame->kind == FRAME_ICMP6 ? ETHERTYPE_IP6 : ETHERTYPE_IP4;
}

size_t frame_render(const struct frame *frame, uint8_t out[FRAME_MAX_BYTES])
{
	uint8_t *p = out;
	size_t length;

	if (frame->payload_bytes > 1460)
		abort();
	memcpy(p, frame->dst_mac, 6);
	memcpy(p + 6, frame->src_mac, 6);
	p += 12;
	if (frame->vlan) {
		put16(p, ETHERTYPE_VLAN);
		put16(p + 2, frame->vlan);
		p += 4;
	}
	put16(p, ethertype(frame));
	p += 2;
	if (frame->kind == FRAME_ARP)
		p += put_arp(frame, p);
	else if (frame->kind == FRAME_ICMP6)
		p += put_icmp6(frame, p);
	else
		p += put_ip4(frame, p);
	length = (size_t)(p - out);
	if (length < FRAME_MIN_BYTES) {
		memset(p, 0, FRAME_MIN_BYTES - length);
		length = FRAME_MIN_BYTES;
	}
	return length;
}
