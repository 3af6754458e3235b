/* SPDX-License-Identifier: Apache-2.0 */
/* lan.h - a /24 of Windows PCs on virtual time: who lives, who is vulnerable, what is on the wire.
 *
 * 10.0.0.1 is the gateway, 10.0.0.2 the file and name server; both live, neither is vulnerable.
 * Stations ask by ARP before they send, up to three times at one second, and send nothing to a
 * neighbour that does not answer (worm-detection.md C.7).  Packets leave in order of time. */
#ifndef CORDON_TESTS_EPIDEMIC_LAN_H
#define CORDON_TESTS_EPIDEMIC_LAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/packet.h"
#include "tests/pcapgen/dice.h"

#define LAN_ADDRESSES    254 /* .1 to .254 */
#define LAN_PLACES       256
#define LAN_GATEWAY      1
#define LAN_SERVER       2
#define LAN_ANSWERS      1024 /* of the name server, on their way at one time */
#define LAN_ANSWER_BYTES 45

enum lan_defence { LAN_ACCEPTS, LAN_REFUSES, LAN_SILENT };

struct lan_flight { /* a packet that will be on the wire */
	uint64_t order;
	struct packet packet;
};

/* Sees each packet on the wire; borrowed for the call. */
typedef void lan_fn(void *arg, const struct packet *packet);

struct lan {
	struct dice dice;
	uint64_t now_ns; /* wall */
	bool live[LAN_PLACES], vulnerable[LAN_PLACES], knows[LAN_PLACES][LAN_PLACES];
	uint8_t defence[LAN_PLACES]; /* enum lan_defence of its worm ports */
	uint8_t speakers[LAN_PLACES];
	unsigned live_count, vulnerable_count, next_speaker;
	uint16_t next_port;
	struct lan_flight *flights; /* a heap, earliest first */
	size_t count, room;
	uint64_t next_order;
	uint8_t answers[LAN_ANSWERS][LAN_ANSWER_BYTES];
	unsigned next_answer;
};

struct lan_plan {
	unsigned live, vulnerable;
	uint64_t seed;
};

struct lan_contact {
	unsigned from; /* last byte of its address */
	struct ip to;
	uint8_t proto; /* IPPROTO_TCP or IPPROTO_UDP */
	uint16_t port;
	uint8_t defence; /* of the target, enum lan_defence */
};

void lan_init(struct lan *lan, const struct lan_plan *plan);
void lan_fini(struct lan *lan);

struct ip lan_ip(unsigned place);
/* The place of an address of this LAN; 0 for any other. */
unsigned lan_place(const struct ip *ip);

/* Puts a whole exchange on the wire, beginning now.  Returns when its first packet of IP reaches
 * the target, 0 if none will: a dark neighbour. */
uint64_t lan_reach(struct lan *lan, const struct lan_contact *contact);
/* The station asks the name server, which answers with the address. */
void lan_ask(struct lan *lan, unsigned from, const struct ip *answer);
/* Everybody who lives makes itself known. */
void lan_announce(struct lan *lan);
/* An ordinary moment of the next station: it asks for a name, the file server and a web site. */
void lan_live(struct lan *lan);
/* When the next packet leaves; UINT64_MAX if none waits. */
uint64_t lan_due(const struct lan *lan);
/* Lets the earliest packet leave. */
void lan_send(struct lan *lan, lan_fn *fn, void *arg);

#endif
