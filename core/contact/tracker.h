/* SPDX-License-Identifier: Apache-2.0 */
/* tracker.h - packets in, first contacts and their outcomes out.
 *
 * Time is the packets' own, made monotonic: steps back count as zero.  A contact is reported when
 * it opens (PENDING), once more when it is OUTSTANDING after outstanding_ns, and when it settles; a silence that was told
 * as OUTSTANDING is only counted when it is given up.  Late answers after IGNORED are reported as ACCEPTED or REFUSED while the memory still holds the
 * contact; a SYN-ACK after REFUSED or UNROUTED is reported too, so that a forged reset does not
 * stick. Method: first-contact rule of Jung et al. 2004 (worm-detection.md C.1), provisional
 * failure at 250 ms (C.2).
 *
 * Silence is evidence only where an answer would have been heard.  It is marked CONTACT_BLIND when
 * the source is known to be answered out of our sight, when nobody hears answers from beyond the
 * router (an outage), when the packets themselves paused for longer than a minute (a cut file, a
 * suspended sensor), and when the sensor does not see answers in this VLAN (coverage.h).  Such silence
 * is told as UNKNOWN: this is the one place where that is decided, and no detector takes it for failure.
 *
 * A source that has reached for one thing only is a novice: its contact is held back, and told with
 * its whole history when it reaches for a second, or when a private address accepts it (novices.h).  Who asks for a neighbour is a host
 * at once, because those questions are how a LAN is mapped.
 *
 * Memory is bounded: tables are fixed at start.  When the set of a contact table is full, the
 * settled contact longest unused goes first, then the oldest outstanding one (counted). */
#ifndef CORDON_CONTACT_TRACKER_H
#define CORDON_CONTACT_TRACKER_H

#include <stdint.h>

#include "core/net/hash.h"

struct contact;
struct coverage;
struct coverage_view;
struct host;
struct host_key;
struct hosts;
struct packet;
struct observation;
struct role_standing;
struct roles;
struct tracker;

struct tracker_config {
	struct hash_key key;
	uint32_t hosts_max;      /* 0 = default 65536 */
	uint32_t contacts_max;   /* 0 = default 262144 */
	uint32_t novices_max;    /* 0 = default 16384 */
	uint64_t outstanding_ns; /* 0 = 250 ms */
	uint64_t memory_ns;      /* 0 = 10 min: how long a contact stays known; at most 20 days */
};

struct tracker_sink {
	void *arg;
	/* Both are borrowed for the call; neither may call the tracker. */
	void (*contact)(void *arg, struct host *host, const struct contact *contact);
	/* How much is seen of a VLAN: coverage_sink.told of coverage.h.  May be NULL. */
	void (*coverage)(void *arg, const struct coverage_view *view, unsigned before);
	/* A role became better founded (roles.h).  May be NULL. */
	void (*standing)(void *arg, const struct role_standing *standing);
	/* A host got a role (router, DHCP or DNS server, disputed): told once per role and host,
	 * a dispute once a minute while it lasts.  May be NULL. */
	void (*role)(void *arg, const struct host *host, unsigned role);
	/* A station opened a contact in a name that is not its own: an OBSERVED_FORGERY of host, which is the sender.
	 * Told for each new name, and every ten seconds while it goes on.  May be NULL. */
	void (*forged)(void *arg, struct host *host, const struct observation *observation);
};

struct tracker_counts {
	uint64_t packets, accepted, refused, ignored, unrouted;
	uint64_t contacts;         /* reported */
	uint64_t held;             /* of novices, not reported (yet) */
	uint64_t contacts_evicted; /* outstanding ones given up because of memory */
	uint64_t time_steps_back;
	uint64_t borrowed; /* in a name that was not the sender's */
};

struct tracker *tracker_new(const struct tracker_config *config, const struct tracker_sink *sink);
void tracker_free(struct tracker *tracker);
void tracker_see(struct tracker *tracker, const struct packet *packet);
/* Lets time pass without packets (live idle), and at the end of a file settles what is due. */
void tracker_advance(struct tracker *tracker, uint64_t wall_ns);
struct hosts *tracker_hosts(struct tracker *tracker);
/* For what the capture knows: coverage_losses(). */
struct coverage *tracker_coverage(struct tracker *tracker);
/* Who has which role, so far. */
const struct roles *tracker_standings(const struct tracker *tracker);
/* The host, made if it is not known yet: no novice any more. */
struct host *tracker_meet(struct tracker *tracker, const struct host_key *key);
/* A public address whose frames come from a station that calls itself by an address of another network, or has also brought
 * answers of public addresses elsewhere: it is somewhere in the Internet, and none of ours. */
bool tracker_is_beyond(const struct tracker *tracker, const struct host_key *key,
		       const struct mac *mac);
/* Whether the frame that this MAC sent in that name is not the name's: then whatever it says is nobody's (routers
 * pass on what others said). */
bool tracker_is_forged(struct tracker *tracker, const struct host_key *name, const struct mac *mac);
/* The host that this one lately let in, before that wall time: it accepted its connection or was sent a datagram, and no
 * reset took that back.  NULL if nobody is known. */
const struct host *tracker_visitor(const struct tracker *tracker, const struct host *host,
				   uint64_t before_ns);
struct tracker_counts tracker_counts(const struct tracker *tracker);

#endif
