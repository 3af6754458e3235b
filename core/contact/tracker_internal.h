/* SPDX-License-Identifier: Apache-2.0 */
/* tracker_internal.h - what the files of the tracker share: tracker.c (life, time, reports),
 * tracker_flow.c (TCP, UDP, ICMP), tracker_neighbor.c (ARP, ND) and tracker_role.c (routers,
 * servers, forgeries). */
#ifndef CORDON_CONTACT_TRACKER_INTERNAL_H
#define CORDON_CONTACT_TRACKER_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/contact/addressbook.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/contact/pairs.h"
#include "core/contact/popular.h"
#include "core/contact/tracker.h"
#include "core/net/packet.h"

#define WAITING_SLOTS 4096
#define STREAM_SLOTS  512

/* One direction of a UDP exchange that was looked up a moment ago. */
struct stream {
	struct ip src, dst;
	uint32_t seen_ms;
	uint16_t src_port, dst_port, vlan;
	uint16_t taken;
};

struct tracker {
	struct tracker_sink sink;
	struct hosts *hosts;
	struct pairs *pairs;
	struct addressbook *book;
	struct popular *popular;
	uint32_t outstanding_ms, memory_ms;

	uint64_t wall_ns;         /* of the latest packet or advance */
	uint64_t mono_ns, due_ns; /* monotonic; nothing is due before due_ns */
	uint32_t now_ms;          /* mono_ns in ms, wraps */

	/* TCP contacts waiting for an answer, per hashed source: spares established traffic the
	 * lookup. */
	uint32_t tcp_waiting;
	uint16_t waiting[WAITING_SLOTS];

	/* Spares media streams the look-up of each packet. */
	struct stream streams[STREAM_SLOTS];

	bool public_heard;
	uint32_t public_answer_ms; /* when anybody last heard from beyond the router */

	struct mac plain_mac; /* frames to it tell nothing about routing; zero = none */
	uint16_t plain_vlan;

	struct mac dhcp_client; /* the latest that asked */
	uint16_t dhcp_vlan;
	uint32_t dhcp_asked_ms;

	struct tracker_counts counts;
};

/* A contact that may be opening. */
struct reach {
	const struct packet *packet;
	const struct ip *src, *dst;
	const struct mac *src_mac; /* NULL if unknown */
	uint16_t src_port, dst_port;
	uint8_t kind, flags;
};

/* tracker.c */
/* Opens the contact unless it is known. */
void tracker_reach(struct tracker *tracker, const struct reach *reach);
/* Whether the contact is known; keeps it known if so. */
bool tracker_repeat(struct tracker *tracker, const struct reach *reach);
struct pair_key tracker_key(const struct tracker *tracker, const struct ip *src,
			    const struct ip *dst, const struct packet *packet, uint8_t kind,
			    uint16_t dst_port);
/* Settles (or settles anew) and reports; the state must differ. */
void tracker_settle(struct tracker *tracker, uint32_t index, enum contact_outcome outcome);
bool tracker_is_waiting(const struct tracker *tracker, uint32_t index);
/* The host of a pair, NULL if the table has forgotten it. */
struct host *tracker_pair_host(struct tracker *tracker, const struct pair *pair);

/* tracker_flow.c */
void tracker_tcp(struct tracker *tracker, const struct packet *packet);
void tracker_udp(struct tracker *tracker, const struct packet *packet);
void tracker_icmp(struct tracker *tracker, const struct packet *packet);
/* An ordinary segment while contacts are waiting: does it prove that we miss answers? */
void tracker_segment(struct tracker *tracker, const struct packet *packet);

/* tracker_neighbor.c */
void tracker_neighbor(struct tracker *tracker, const struct packet *packet);
/* Nothing answered a neighbour contact where we could hear it: has its owner been heard since? */
bool tracker_owner_heard_since(const struct tracker *tracker, const struct host *host,
			       uint32_t index);
uint8_t tracker_neighbor_flags(const struct tracker *tracker, struct host *host,
			       const struct reach *reach);

/* tracker_role.c */
void tracker_give_role(struct tracker *tracker, struct host *host, unsigned role);
/* The one way into the address book. */
void tracker_learn(struct tracker *tracker, const struct host_key *address, const struct mac *mac);
void tracker_watch_routing(struct tracker *tracker, const struct packet *packet);
void tracker_watch_dhcp(struct tracker *tracker, const struct packet *packet);
void tracker_watch_dns(struct tracker *tracker, const struct packet *packet);
void tracker_bind_mac(struct tracker *tracker, struct host *host, const struct mac *mac,
		      bool is_known_sender);

#endif
