/* SPDX-License-Identifier: Apache-2.0 */
/* tracker_internal.h - what the files of the tracker share: tracker.c (life, time, reports),
 * tracker_flow.c (TCP, UDP, ICMP), tracker_novice.c (first contacts held back), tracker_neighbor.c
 * (ARP, ND), tracker_role.c (routers, servers), tracker_standing.c (how well founded that is), tracker_forge.c (whose
 * contact it is) and tracker_coverage.c (our own view). */
#ifndef CORDON_CONTACT_TRACKER_INTERNAL_H
#define CORDON_CONTACT_TRACKER_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/contact/addressbook.h"
#include "core/contact/contact.h"
#include "core/contact/coverage.h"
#include "core/contact/early.h"
#include "core/contact/host.h"
#include "core/contact/novices.h"
#include "core/contact/pairs.h"
#include "core/contact/popular.h"
#include "core/contact/roles.h"
#include "core/contact/tracker.h"
#include "core/contact/visits.h"
#include "core/net/packet.h"

#define WAITING_SLOTS  4096
#define STREAM_SLOTS   512
#define NEWCOMER_SLOTS 1024
#define PLAIN_SLOTS    16
#define WAYS_OUT       16
#define CLAIM_PLACES   64
#define DHCP_PLACES    64

/* How long an owner counts as alive after it was heard. */
#define TRACKER_CLAIM_CURRENT_MS (10 * 60 * 1000)

/* One direction of a UDP exchange that was looked up a moment ago. */
struct stream {
	struct ip src, dst;
	uint32_t seen_ms;
	uint16_t src_port, dst_port, vlan;
	uint16_t taken;
};

/* A station whose frames bring answers of public addresses. */
struct way_out {
	struct mac mac;
	uint16_t vlan;
	struct ip first; /* of them */
	bool has_others; /* of other networks */
};

/* The latest client of a VLAN that asked for an address. */
struct dhcp_question {
	struct mac client;
	uint16_t vlan;
	uint32_t asked_ms;
};

/* A MAC that wants the address of a living owner. */
struct claim {
	struct host_key address;
	struct mac mac;
	uint32_t since_ms;
};

struct stacks;

/* Frames to this station tell nothing about routing, or those to its own address alone. */
struct plain {
	uint64_t word; /* VLAN, family and MAC */
	struct ip own;
	bool has_own;
};

struct tracker {
	struct tracker_sink sink;
	struct hash_key key;       /* also of hosts */
	struct mem_region *region; /* of the tables */
	struct hosts *hosts;
	struct novices *novices;
	struct pairs *pairs;
	struct addressbook *book;
	struct popular *popular;
	struct coverage *coverage;
	struct roles *standings;
	uint32_t outstanding_ms, memory_ms;

	uint64_t wall_ns;         /* of the latest packet or advance */
	uint64_t mono_ns, due_ns; /* monotonic; nothing is due before due_ns */
	uint32_t now_ms;          /* mono_ns in ms, wraps */
	bool paused;              /* ever */
	uint32_t paused_ms;       /* the latest pause ended then */

	/* TCP contacts waiting for an answer, per hashed source: spares established traffic the
	 * lookup. */
	uint32_t tcp_waiting;
	uint16_t waiting[WAITING_SLOTS];
	/* The same for novices: when the latest with this hash opened a TCP contact. */
	uint64_t newcomers_until_ns;
	uint32_t newcomer_ms[NEWCOMER_SLOTS];
	uint32_t welcome_s,
		welcomes; /* novices made hosts in that second because they were accepted */

	/* Spares media streams the look-up of each packet. */
	struct stream streams[STREAM_SLOTS];

	bool public_heard;
	uint32_t public_answer_ms; /* when anybody last heard from beyond the router */

	struct plain plain[PLAIN_SLOTS];

	struct way_out ways_out[WAYS_OUT];

	struct dhcp_question dhcp[DHCP_PLACES]; /* by VLAN */

	struct early early;

	struct forgers *forgers;
	struct visits *visits;
	struct stacks *stacks;
	struct claim claims[CLAIM_PLACES];
	unsigned next_claim;

	struct tracker_counts counts;
};

/* A contact that may be opening. */
struct reach {
	const struct packet *packet;
	const struct ip *src, *dst;
	const struct mac *src_mac; /* NULL if unknown */
	uint16_t src_port, dst_port;
	uint8_t kind, flags;
	bool is_traced; /* src is not what the packet says but who sent it */
};

/* Whose contact an answer would belong to. */
struct sought {
	const struct ip *src, *dst;
	uint16_t vlan, dst_port;
	uint8_t kind;
};

/* That contact, of a host or of a novice. */
struct standing {
	uint32_t index;        /* of the pair; PAIRS_NONE for a novice's */
	struct novice *novice; /* NULL for a host's */
	struct ip dst;
	uint32_t src_check;
	uint16_t dst_port;
	uint8_t kind, state; /* enum contact_kind, contact_outcome */
	bool is_waiting;
};

/* tracker.c */
/* Opens the contact unless it is known. */
void tracker_reach(struct tracker *tracker, const struct reach *reach);
/* Whether the contact is known; keeps it known if so. */
bool tracker_repeat(struct tracker *tracker, const struct reach *reach);
static inline uint64_t tracker_hash(const struct tracker *tracker, const struct ip *ip,
				    uint16_t vlan)
{
	return hash_address(&tracker->key, ip, vlan);
}
bool tracker_find(struct tracker *tracker, const struct sought *sought, struct standing *standing);
/* Settles (or settles anew) what was found; the state must differ. */
void tracker_answered(struct tracker *tracker, const struct standing *standing,
		      enum contact_outcome outcome);
/* Settles (or settles anew) and reports; the state must differ. */
void tracker_settle(struct tracker *tracker, uint32_t index, enum contact_outcome outcome);
void tracker_count_outcome(struct tracker *tracker, enum contact_outcome outcome);
bool tracker_is_waiting(const struct tracker *tracker, uint32_t index);
uint32_t tracker_delay_ms(const struct tracker *tracker, enum pair_queue queue);
enum pair_queue tracker_queue_of(unsigned kind);
/* Would an answer to this contact have been heard? */
bool tracker_is_blind(const struct tracker *tracker, const struct host *host, unsigned kind,
		      const struct ip *dst);
/* False for a silence that was told as OUTSTANDING and is given up now. */
bool tracker_is_news(const struct pair *pair, uint8_t previous);
/* Tells the sink about the pair, so long after its opening. */
void tracker_report(struct tracker *tracker, const struct pair *pair, uint8_t previous,
		    uint64_t elapsed_us);
/* A place for the pair, wherever it is or should be: *index in and out. */
struct pair *tracker_place(struct tracker *tracker, const struct pair_key *key, uint32_t *index,
			   struct host *host);
/* Puts it into a queue; its delay began at the pair's time of use. */
void tracker_wait(struct tracker *tracker, uint32_t index, enum pair_queue queue);
/* The host of a pair, NULL if the table has forgotten it. */
struct host *tracker_pair_host(struct tracker *tracker, const struct pair *pair);

/* tracker_flow.c */
/* The pair's host was let in, or at least its datagram. */
void tracker_visited(struct tracker *tracker, const struct pair *pair, const struct host *host,
		     uint32_t seq);
void tracker_tcp(struct tracker *tracker, const struct packet *packet);
void tracker_udp(struct tracker *tracker, const struct packet *packet);
void tracker_icmp(struct tracker *tracker, const struct packet *packet);
/* An ordinary segment while contacts are waiting: does it prove that we miss answers? */
void tracker_segment(struct tracker *tracker, const struct packet *packet);
/* CONTACT_TO_POPULAR or 0. */
uint8_t tracker_popularity(const struct tracker *tracker, const struct pair *pair, uint16_t vlan);

/* tracker_novice.c */
/* The contact of a source that is no host: held back, or it becomes one (not NULL) and the contact
 * is still to be opened. */
struct host *tracker_novice_reach(struct tracker *tracker, const struct reach *reach,
				  uint64_t src_hash);
bool tracker_novice_repeat(struct tracker *tracker, const struct reach *reach, uint64_t src_hash);
/* A host without contacts may have been a novice: what was held back is told. */
void tracker_novice_join(struct tracker *tracker, struct host *host, uint64_t src_hash);
bool tracker_novice_find(struct tracker *tracker, const struct sought *sought, uint64_t src_hash,
			 struct standing *standing);
/* May make a host of it: then the novice is gone. */
void tracker_novice_settle(struct tracker *tracker, struct novice *novice,
			   enum contact_outcome outcome);
/* An ordinary segment of a source that may be a novice: is it answered out of our sight? */
void tracker_novice_segment(struct tracker *tracker, const struct packet *packet,
			    uint64_t src_hash);

/* tracker_neighbor.c */
void tracker_neighbor(struct tracker *tracker, const struct packet *packet);
/* Nothing answered a neighbour contact where we could hear it: has its owner been heard since? */
bool tracker_owner_heard_since(const struct tracker *tracker, const struct host *host,
			       uint32_t index);
bool tracker_came_from_elsewhere(const struct tracker *tracker, const struct host *host,
				 const struct host_key *target);
uint8_t tracker_neighbor_flags(const struct tracker *tracker, struct host *host,
			       const struct reach *reach);

/* tracker_coverage.c */
/* What an opening contact proves about our view; CONTACT_BLIND if its silence will prove nothing, or 0. */
uint8_t tracker_watch_coverage(struct tracker *tracker, struct host *host,
			       const struct reach *reach);
/* A question for a neighbour: if it is the second in a row, nobody answered the first. */
void tracker_asked_again(struct tracker *tracker, const struct reach *reach);

/* tracker_standing.c */
/* Somebody (who; or the witness says it itself) attests a role. */
void tracker_attest(struct tracker *tracker, struct role_witness *witness, const struct ip *who);
/* A service that many use answered one of them. */
void tracker_watch_service(struct tracker *tracker, const struct standing *served,
			   const struct packet *packet);
/* One packet in COVERAGE_SAMPLE. */
void tracker_watch_roles(struct tracker *tracker, const struct packet *packet);

/* tracker_role.c */
/* The one way into the address book. */
void tracker_learn(struct tracker *tracker, const struct host_key *address, const struct mac *mac);
void tracker_watch_routing(struct tracker *tracker, const struct packet *packet);
void tracker_watch_dhcp(struct tracker *tracker, const struct packet *packet);
void tracker_watch_group(struct tracker *tracker, const struct packet *packet);
/* A public address answered. */
void tracker_watch_way_out(struct tracker *tracker, const struct packet *packet);
void tracker_watch_dns(struct tracker *tracker, const struct packet *packet);
void tracker_bind_mac(struct tracker *tracker, struct host *host, const struct mac *mac,
		      bool is_known_sender);

/* tracker_forge.c */
/* Whether the contact bears a name that is not its sender's: then it was opened in the sender's. */
bool tracker_is_traced(struct tracker *tracker, const struct reach *reach);
bool tracker_novice_is_borrowed(struct tracker *tracker, const struct novice *novice);
/* May the address book learn it? */
bool tracker_believes(struct tracker *tracker, const struct host_key *address,
		      const struct mac *mac);
/* The DHCP server gave it this address. */
void tracker_grant(struct tracker *tracker, const struct host_key *address, const struct mac *mac);
void tracker_let_doubts_end(const struct tracker *tracker, struct host *host);

#endif
