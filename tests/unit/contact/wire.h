/* SPDX-License-Identifier: Apache-2.0 */
/* wire.h - packets for tests, written as one would tell them.  Addresses are text, times
 * milliseconds after the start of the test. */
#ifndef CORDON_TESTS_WIRE_H
#define CORDON_TESTS_WIRE_H

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "core/base/invariant.h"
#include "core/net/packet.h"

#define WIRE_START_NS UINT64_C(1700000000000000000)

static inline struct ip wire_ip(const char *text)
{
	struct ip ip;

	INVARIANT(ip_parse(text, &ip));
	return ip;
}

static inline uint64_t wire_ns(uint64_t ms)
{
	return WIRE_START_NS + ms * 1000000;
}

/* Each address has a station of its own whose MAC ends like the address. */
static inline struct mac wire_mac(const struct ip *ip)
{
	struct mac mac = { { 2, 0, ip->bytes[12], ip->bytes[13], ip->bytes[14], ip->bytes[15] } };

	return mac;
}

static inline struct packet wire_packet(uint64_t ms, const struct ip *src, const struct ip *dst,
					uint8_t kind)
{
	struct packet packet = { .wall_ns = wire_ns(ms),
				 .src = *src,
				 .dst = *dst,
				 .src_mac = wire_mac(src),
				 .dst_mac = wire_mac(dst),
				 .kind = kind,
				 .marks = PACKET_HAS_MACS };

	return packet;
}

static inline struct packet wire_tcp(uint64_t ms, const struct ip *src, const struct ip *dst,
				     unsigned dst_port, unsigned flags)
{
	struct packet packet = wire_packet(ms, src, dst, PACKET_TCP);

	packet.proto = IPPROTO_TCP;
	packet.tcp_flags = (uint8_t)flags;
	packet.src_port = 40000;
	packet.dst_port = (uint16_t)dst_port;
	packet.marks |= flags & TCP_SYN ? PACKET_TCP_OPTIONS : 0;
	return packet;
}

/* The answer to packet: ports and addresses turned round. */
static inline struct packet wire_answer(uint64_t ms, const struct packet *packet, unsigned flags)
{
	struct packet answer = *packet;

	answer.wall_ns = wire_ns(ms);
	answer.src = packet->dst;
	answer.dst = packet->src;
	answer.src_mac = packet->dst_mac;
	answer.dst_mac = packet->src_mac;
	answer.src_port = packet->dst_port;
	answer.dst_port = packet->src_port;
	answer.tcp_flags = (uint8_t)flags;
	return answer;
}

static inline struct packet wire_udp(uint64_t ms, const struct ip *src, const struct ip *dst,
				     unsigned dst_port)
{
	struct packet packet = wire_packet(ms, src, dst, PACKET_UDP);

	packet.proto = IPPROTO_UDP;
	packet.src_port = 50000;
	packet.dst_port = (uint16_t)dst_port;
	return packet;
}

static inline struct packet wire_icmp(uint64_t ms, const struct ip *src, const struct ip *dst,
				      unsigned type, unsigned code)
{
	struct packet packet = wire_packet(ms, src, dst, PACKET_ICMP);

	packet.proto = ip_is_v4(src) ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	packet.icmp_type = (uint8_t)type;
	packet.icmp_code = (uint8_t)code;
	return packet;
}

/* An ICMP error from a router or the target, quoting what it answers. */
static inline struct packet wire_error(uint64_t ms, const struct packet *quoted, unsigned type,
				       unsigned code)
{
	struct ip router = wire_ip("10.0.0.1");
	struct packet packet = wire_icmp(ms, &router, &quoted->src, type, code);

	packet.proto = ip_is_v4(&quoted->src) ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	packet.quote = (struct packet_quote){ .src = quoted->src,
					      .dst = quoted->dst,
					      .src_port = quoted->src_port,
					      .dst_port = quoted->dst_port,
					      .proto = quoted->proto };
	return packet;
}

static inline struct packet wire_arp(uint64_t ms, const struct ip *src, const struct ip *target)
{
	struct packet packet = wire_packet(ms, src, target, PACKET_ARP);

	memset(packet.dst_mac.bytes, 0xff, 6);
	packet.neighbor = (struct packet_neighbor){ .target = *target,
						    .sender_mac = packet.src_mac,
						    .is_request = 1 };
	return packet;
}

static inline struct packet wire_arp_reply(uint64_t ms, const struct ip *owner,
					   const struct ip *asker)
{
	struct packet packet = wire_packet(ms, owner, asker, PACKET_ARP);

	packet.neighbor = (struct packet_neighbor){ .target = *owner,
						    .sender_mac = packet.src_mac,
						    .target_mac = packet.dst_mac };
	return packet;
}

static inline struct packet wire_solicit(uint64_t ms, const struct ip *src, const struct ip *target)
{
	struct ip group = wire_ip("ff02::1:ff00:1");
	struct packet packet = wire_packet(ms, src, &group, PACKET_ND);

	packet.dst_mac.bytes[0] = 0x33;
	packet.neighbor = (struct packet_neighbor){ .target = *target,
						    .sender_mac = packet.src_mac,
						    .is_request = 1 };
	return packet;
}

static inline struct packet wire_advertise(uint64_t ms, const struct ip *owner,
					   const struct ip *asker)
{
	struct packet packet = wire_packet(ms, owner, asker, PACKET_ND);

	packet.neighbor =
		(struct packet_neighbor){ .target = *owner, .target_mac = packet.src_mac };
	return packet;
}

#endif
