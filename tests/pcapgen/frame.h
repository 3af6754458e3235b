/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PCAPGEN_FRAME_H
#define TESTS_PCAPGEN_FRAME_H

/* One Ethernet frame as a value, and its bytes with all checksums right.
 *
 * Addresses and ports are in host order.  The payload is borrowed until the frame is rendered; a
 * length without bytes means that many zeros, so that big captures need no memory for content. */

#include <stddef.h>
#include <stdint.h>

enum frame_kind {
	FRAME_ARP,
	FRAME_TCP,
	FRAME_UDP,
	FRAME_ICMP,
	FRAME_ICMP6,
};

enum {
	FRAME_MAX_BYTES = 1518, /* 1500 bytes of IP, Ethernet header and one VLAN tag */
	FRAME_MIN_BYTES = 60,   /* without frame check sequence, as captures have it */
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
};

struct frame_ip6 {
	uint8_t src[16];
	uint8_t dst[16];
};

struct frame {
	uint64_t at_us;
	const uint8_t *payload;
	const struct frame_ip6 *ip6; /* ICMP6 only */
	uint32_t order;              /* set by the timeline */
	uint32_t src_ip;
	uint32_t dst_ip;
	uint32_t seq;
	uint32_t ack;
	uint16_t src_port; /* ICMP: identifier */
	uint16_t dst_port; /* ICMP: sequence number */
	uint16_t payload_bytes;
	uint16_t vlan; /* 0 = untagged */
	uint16_t ip_id;
	uint8_t dst_mac[6];
	uint8_t src_mac[6];
	uint8_t kind; /* enum frame_kind */
	uint8_t ttl;
	uint8_t flags; /* TCP flags, or the ARP operation */
	uint8_t icmp_type;
	uint8_t icmp_code;
};

/* Returns the length, padded to FRAME_MIN_BYTES.  A payload that does not fit is a bug and aborts. */
size_t frame_render(const struct frame *frame, uint8_t out[FRAME_MAX_BYTES]);

/* RFC 1071: the sum over big-endian 16-bit words, folded; start with 0, continue with the result. */
uint32_t checksum_add(uint32_t sum, const uint8_t *bytes, size_t length);

/* What goes into the header field. */
uint16_t checksum_finish(uint32_t sum);

#endif
