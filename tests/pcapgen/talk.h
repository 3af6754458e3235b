/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PCAPGEN_TALK_H
#define TESTS_PCAPGEN_TALK_H

/* Conversations between two stations, each written as a whole: who says what, and the clock that
 * moves on by itself.  What begins while its server is out stays unanswered, what had begun goes on.  Everything that talks on the LAN asks by ARP first, as a Windows PC does,
 * and a packet for a dark neighbour is never sent. */

#include <stdbool.h>
#include <stdint.h>

#include "tests/pcapgen/dice.h"

struct lan;
struct station;
struct timeline;
struct words;

/* Where everything happens; borrowed by all behaviours. */
struct scene {
	struct timeline *timeline;
	struct lan *lan;
	struct dice dice;
};

/* One conversation.  Set by talk_begin(), moved on by the others. */
struct talk {
	struct scene *scene;
	struct station *client;
	struct station *server;
	uint64_t at_us;
	uint64_t late_us; /* how much longer than usual the way to a remote server is */
	uint64_t ends_us; /* the client's program is gone: no more retransmissions; 0 = never */
	uint32_t client_seq;
	uint32_t server_seq;
	uint16_t client_port;
	uint16_t server_port;
	bool is_lost; /* nothing comes back: the server, or the way there, was out when it began */
	bool is_unsent; /* and its MAC is not known */
};

/* Sends an ARP request and, when somebody has the address, the reply.  False when it is dark; then
 * there are as many requests as tries, a second apart.  Moves *at_us past the answer. */
bool talk_arp(struct scene *scene, struct station *from, uint32_t ip, uint64_t *at_us,
	      unsigned tries);

/* As above, but only when the cache is empty; for a remote address asks for the gateway. */
bool talk_resolve(struct scene *scene, struct station *from, const struct station *to,
		  uint64_t *at_us);

/* A conversation that starts at at_us with a fresh client port, after ARP where needed. */
struct talk talk_begin(struct scene *scene, struct station *client, struct station *server,
		       uint16_t server_port, uint64_t at_us);

void talk_tcp_accept(struct talk *talk);                 /* three-way handshake */
void talk_tcp_refuse(struct talk *talk, unsigned tries); /* SYN and RST, half a second apart */
/* One segment of no connection, and the reset that it deserves. */
void talk_tcp_stray(struct talk *talk, uint8_t flags);
void talk_tcp_ignore(struct talk *talk); /* SYN at 0, 3 and 9 s, unanswered */
void talk_tcp_say(struct talk *talk, bool client, const struct words *words);
void talk_tcp_bulk(struct talk *talk, bool client, uint32_t bytes); /* zeros, full segments */
void talk_tcp_close(struct talk *talk);                             /* both FINs */

void talk_udp(struct talk *talk, bool client, const struct words *words);
/* To a group: the MAC follows from the address, no ARP. */
void talk_multicast(struct scene *scene, struct station *from, uint32_t group, uint16_t port,
		    uint64_t at_us, const struct words *words);
/* Echo request, and the reply when the server answers. */
void talk_ping(struct talk *talk, uint16_t number, bool answered);
/* SYN, and the gateway says that it cannot be delivered: RFC 792, type 3. */
void talk_tcp_unreachable(struct talk *talk, uint8_t code);
/* The server itself says that nobody listens on that UDP port. */
void talk_port_unreachable(struct talk *talk);

#endif
