/* SPDX-License-Identifier: Apache-2.0 */
/* detector.h - what a detector provides and may rely on.
 *
 * A detector watches contacts and states evidence; it never decides what happens to a host.  Its
 * memory of a host is a slot, so the packet path allocates nothing and forgetting a host needs
 * no call: a slot that is not all zero is kept as long as there is room (blocks.h), and a
 * suspect's is the last to go.  Life: settings read -> check -> memory zeroed -> see per
 * contact -> freed by the engine. */
#ifndef CORDON_DETECT_DETECTOR_H
#define CORDON_DETECT_DETECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/span.h"
#include "core/contact/contact.h"

struct observation;
struct detector_run; /* one configured detector, owned by the engine */
struct err;
struct evidence_visit;
struct param;

/* A bit for each outcome. */
enum detector_feed {
	FEED_OPENED = 1 << CONTACT_PENDING, /* a host reached for something */
	FEED_OUTSTANDING =
		1 << CONTACT_OUTSTANDING, /* nothing came back in the provisional delay */
	FEED_ACCEPTED = 1 << CONTACT_ACCEPTED,
	FEED_SETTLED = 1 << CONTACT_ACCEPTED | 1 << CONTACT_REFUSED | 1 << CONTACT_IGNORED |
		       1 << CONTACT_UNROUTED | 1 << CONTACT_UNKNOWN,
	FEED_OBSERVED =
		1 << CONTACT_OUTCOMES, /* what was said on top of contacts: goes to observe */
};

/* A bit for each kind of contact. */
enum detector_kinds {
	KINDS_TCP = 1 << CONTACT_TCP,
	KINDS_PORTS = 1 << CONTACT_TCP | 1 << CONTACT_UDP,
	KINDS_FLOWS = 1 << CONTACT_TCP | 1 << CONTACT_UDP | 1 << CONTACT_ICMP,
	KINDS_NEIGHBORS = 1 << CONTACT_ARP | 1 << CONTACT_ND,
};

#define HIGH_PORTS_MIN 1024

struct detector {
	const char *name; /* stable: policies and the ledger use it */
	const char *summary;
	unsigned id;    /* enum detector_id */
	unsigned kind;  /* enum evidence_kind */
	unsigned feeds; /* outcomes that see is called for, and whether observe is */
	unsigned kinds; /* of contacts that see is called for; 0 = all */
	unsigned flow_feeds; /* not 0: outcomes of KINDS_FLOWS that see is called for, instead of feeds */
	unsigned only_high_ports; /* a bit 1 << enum contact_kind: of those see is called for ports from HIGH_PORTS_MIN on */
	unsigned observes; /* a bit 1 << enum observation_kind for each that observe is called for; 0 = all */
	const struct param *params; /* ends with PARAM_END */
	size_t config_size;         /* filled from params, then constant */
	size_t state_size;          /* of the whole run, zeroed; 0 = none */
	size_t slot_size;           /* of each host, zeroed, owns no pointers */

	int (*check)(const void *config, struct err *err); /* may be NULL */
	bool (*is_idle)(const void *config); /* with these settings it finds nothing; may be NULL */
	/* NULL if the feeds do not ask for it. */
	void (*see)(struct detector_run *run, void *slot, const struct contact *contact);
	void (*observe)(struct detector_run *run, void *slot,
			const struct observation *observation);
	/* A slice of work that no packet need wait for, asked for while none come; false if there is none left.  *about is
	 * zeroed; filled with an earlier contact, that one is shown to see once more.  May be NULL. */
	bool (*rest)(struct detector_run *run, struct contact *about);
	void (*fini)(void *state); /* gives back what the state owns; may be NULL */
};

const void *detector_config(const struct detector_run *run);
void *detector_state(const struct detector_run *run); /* NULL without a state_size */
/* What the datagram says that opened this contact; empty if another packet did, or if it is no longer at hand. */
struct span detector_payload(const struct detector_run *run);
/* A number of the machine that has the host's address at this contact; 0 if unknown.  Addresses pass from one machine to
 * another within days: what is remembered for so long belongs to the machine. */
uint32_t detector_machine(const struct detector_run *run);
/* Whether the host was sent there by a name (named.h). */
bool detector_is_named(const struct detector_run *run, const struct contact *contact);

/* Levels that a walk may reach are capped: more certainty than this means nothing. */
#define WALK_CAP_NATS 40.0

/* The walk of one (host, class): a CUSUM in nats (Page 1954; reset form of worm-detection.md
 * C.2) and what carries it since it last stood at zero.  The embeddable part of a slot. */
struct walk {
	float level;
	/* Saturate.  failed: of them known to be refused or ignored, or still silent. */
	uint16_t contacts, failed;
	/* First contacts of this run, answered or not: those still in flight belong to the count that
	 * people are told.  Kept by the detector; 0 = contacts says it all. */
	uint16_t opened;
	uint16_t port;           /* of the latest contact that counted */
	uint8_t stated_quarters; /* level of the latest statement in quarter nats, 0 = none out */
	uint8_t stated_doubling; /* log2 of contacts at that statement */
	uint32_t stated_s;       /* wall, of that statement */
	/* Wall; opening of the first and latest contact that counted (or the latest fading). */
	uint64_t first_ns, last_ns;
};

/* One term of a walk. */
struct term {
	double nats;
	unsigned port_class; /* enum evidence_class */
	double cap_nats;     /* the walk's ceiling; 0 = WALK_CAP_NATS */
	/* Not 0: the walk is a slow one beside the ordinary one of the class, and fades so (evidence.h:
	 * half_life_min). */
	uint64_t half_life_ns;
	/* Takes back an earlier term of the same contact: it no longer counts, nor is it a
	 * sample. */
	bool takes_back;
	/* Who had reached the host before (evidence.h); borrowed for the call. */
	const struct evidence_visit *visits;
	unsigned visit_count;
	/* More about a contact that counts already: it is not counted again. */
	bool same_contact;
};

/* Adds a term to the walk and states the level if that is news (engine.h).  The floor is zero,
 * where the walk's memory starts anew.  A positive term counts its contact and keeps it as a
 * sample. */
void detector_walk(struct detector_run *run, struct walk *walk, const struct contact *contact,
		   const struct term *term);
/* The walk loses half of its level in each half-life without terms; 0 = never. */
void walk_fade(struct walk *walk, const struct contact *contact, uint64_t half_life_ns);
/* A contact that counted has ended: corrects the outcome kept in its sample. */
void detector_settled(struct detector_run *run, const struct contact *contact, unsigned port_class);
/* The same in a slow walk. */
void detector_settled_slowly(struct detector_run *run, const struct contact *contact,
			     unsigned port_class);

#endif
