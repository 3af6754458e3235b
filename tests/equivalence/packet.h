/* SPDX-License-Identifier: Apache-2.0 */
/* packet.h - random packets that try a channel where it ends, and the frames that carry them.
 *
 * Half of them are drawn from the channel itself: an address at the edge of one of its prefixes or one beside it, a
 * port at the end of one of its ranges or one beside it, both leases both ways; then something about them is spoiled by
 * chance (protocol, family, direction of the ports, fragments, options, tags, length).  The other half knows nothing of
 * the channel. */
#ifndef CORDON_TESTS_EQUIVALENCE_PACKET_H
#define CORDON_TESTS_EQUIVALENCE_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/addr.h"
#include "core/policy/channel.h"

enum {
	TYPE_V4 = 0x0800,
	TYPE_ARP = 0x0806,
	TYPE_V6 = 0x86dd,
	TYPE_EAPOL = 0x888e,
	TYPE_LLDP = 0x88cc
};

/* What a frame is besides its addresses and ports. */
enum packet_shape {
	PACKET_WHOLE,
	PACKET_OPTIONS, /* IPv4 options, an IPv6 hop-by-hop header */
	PACKET_FIRST_FRAGMENT,
	PACKET_LATER_FRAGMENT, /* has no ports, whatever its bytes say */
	PACKET_CUT,            /* ends two bytes behind the IP header */
	PACKET_BROKEN,         /* the IP header says another version than the EtherType */
	PACKET_SHAPES
};

struct packet {
	bool transmit;
	uint8_t shape; /* enum packet_shape */
	uint8_t tags;  /* 802.1Q */
	uint8_t proto, tcp_flags;
	uint16_t type;
	uint16_t local_port, remote_port;
	struct ip local, remote;
};

#define PACKET_EDGES        8
#define PACKET_FRAME_BYTES  128
#define PACKET_TEXT_BYTES   256
#define PACKET_OWN_V4       "10.1.0.1"
#define PACKET_OWN_V4_BYTES 10, 1, 0, 1

/* What packet_random() needs of a channel, made once for it. */
struct packet_ground {
	const struct channel *channel; /* borrowed */
	struct ip edges[CHANNEL_ITEMS][PACKET_EDGES];
	struct ip own[2]; /* of the host: IPv4, IPv6 */
	struct ip all_nodes;
};

void packet_ground_init(struct packet_ground *ground, const struct channel *channel);
struct packet packet_random(const struct packet_ground *ground, bool transmit, uint64_t *seed);

bool packet_is_ip(const struct packet *packet);
bool packet_has_ports(const struct packet *packet);

/* Returns the length. */
size_t packet_write(const struct packet *packet, uint8_t frame[PACKET_FRAME_BYTES]);
void packet_text(const struct packet *packet, char text[PACKET_TEXT_BYTES]);

/* 0 to below-1. */
uint32_t packet_pick(uint64_t *seed, uint32_t below);

#endif
