/* SPDX-License-Identifier: Apache-2.0 */
/* decode.h - frame bytes to packet, or the reason why not.
 *
 * Never fails on hostile bytes: what cannot be read is counted by reason and given up.  Understands
 * Ethernet II and 802.3, 802.1Q/802.1ad (up to 4 tags), PPPoE sessions, MPLS (up to 8 labels), Linux cooked v1 and v2, BSD
 * null and loop, PPP, Cisco HDLC, raw IP; ARP; IPv4 with options and fragments; IPv6 with extension headers (at most 8, each but one
 * at most once by RFC 8200 4.1); TCP, UDP, ICMP, ICMPv6.  802.11 and PPI are counted as DECODE_LINK. */
#ifndef CORDON_NET_DECODE_H
#define CORDON_NET_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet;

enum decode_result {
	DECODE_OK,
	DECODE_PIECE, /* a fragment: packet is filled as for DECODE_OK, as far as one goes, and its piece */
	DECODE_CUT,     /* the frame ends inside a header */
	DECODE_LINK,    /* link layer we do not read */
	DECODE_VERSION, /* IP version or header length nonsense */
	DECODE_LENGTH,  /* lengths contradict each other */
	DECODE_CHAIN,   /* too many IPv6 extension headers or VLAN tags */
	DECODE_RESULTS
};

const char *decode_result_name(enum decode_result result); /* "ok", "cut", ... for statistics */

/* Whether decode_frame() reads frames of it. */
bool decode_knows(int link_type);

/* link_type is a LINKTYPE_ number (or DLT_RAW's).  For DECODE_OK and DECODE_PIECE fills packet but for wall_ns, which is the
 * caller's, and the union of kinds that have none; frame bytes must outlive it. */
enum decode_result decode_frame(int link_type, const uint8_t *frame, size_t captured,
				size_t on_wire, struct packet *packet);

/* A datagram put together again (core/net/fragments.h).  packet: any of its pieces, becomes the whole; bytes must outlive it. */
enum decode_result decode_datagram(const uint8_t *bytes, size_t length, struct packet *packet);

#endif
