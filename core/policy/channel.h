/* SPDX-License-Identifier: Apache-2.0 */
/* channel.h - what an isolated machine may still reach, by name: the values behind "channels:" of a
 * policy.  Neutral: core/isolation/planner makes filters of it. */
#ifndef CORDON_POLICY_CHANNEL_H
#define CORDON_POLICY_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/net/addr.h"

enum channel_item_kind {
	CHANNEL_ARP,
	CHANNEL_DHCP,
	CHANNEL_ND,
	CHANNEL_EAPOL,
	CHANNEL_DNS,
	CHANNEL_TCP,
	CHANNEL_UDP,
	CHANNEL_ICMP
};

/* One destination; a port range for TCP and UDP (both ends included). */
struct channel_item {
	uint8_t kind;     /* enum channel_item_kind */
	struct prefix to; /* DNS, TCP, UDP, ICMP */
	uint16_t port_first, port_last;
};

#define CHANNEL_ITEMS      64
#define CHANNEL_NAME_BYTES 32

struct channel {
	char name[CHANNEL_NAME_BYTES];
	uint8_t item_count;
	bool anti_spoofing; /* what it sends over IPv4 must bear its own address */
	bool unresolved;    /* names a place ("relay") whose address is not known */
	struct channel_item items[CHANNEL_ITEMS];
};

#endif
