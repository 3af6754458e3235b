/* SPDX-License-Identifier: Apache-2.0 */
/* evidence.h - what one detector says about one host, in nats, and because of what.
 *
 * A statement is the detector's current level for (host, detector, port class, slow or not): a newer one replaces
 * the older, so losing or repeating one does no harm.  Flat: crosses a process or a network
 * unchanged.  Levels of different classes add up, but where two detectors judged the same destination, which the samples
 * tell, only the stronger term counts in full (core/incident/score). */
#ifndef CORDON_DETECT_EVIDENCE_H
#define CORDON_DETECT_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/net/addr.h"

/* Stable numbers: policies, ledger and other processes use them.  Never reuse one. */
enum detector_id {
	DETECTOR_ARPSWEEP = 1,
	DETECTOR_TRW = 2,
	DETECTOR_PORTSCAN = 3,
	DETECTOR_FANOUT = 4,
	DETECTOR_CONTAGION = 5,
	DETECTOR_DARKNET = 6,
	DETECTOR_MAILBURST = 7,
	DETECTOR_CONFICKER_DGA = 8,
	DETECTOR_CONFICKER_P2P = 9,
	DETECTOR_DNSFAIL = 10,
	DETECTOR_DNSLESS = 11,
	DETECTOR_CONTENT = 12,
	DETECTOR_LOGONFAIL = 13,
	DETECTOR_SPRAY = 14,
	DETECTOR_SPOOF = 15,
	DETECTOR_IDS_MAX = 64
};

enum evidence_kind {
	EVIDENCE_WORM,
	EVIDENCE_RECONNAISSANCE,
	EVIDENCE_BRUTE_FORCE,
	EVIDENCE_SPOOFING,
	EVIDENCE_SPAM,
	EVIDENCE_KINDS
};

/* Which contacts were judged; one term per contact within a class. */
enum evidence_class {
	CLASS_NEIGHBOR,     /* ARP and ND */
	CLASS_WORM_PORT,    /* TCP/UDP services that worms use */
	CLASS_SERVICE_PORT, /* other well-known services */
	CLASS_HIGH_PORT,    /* everything else: peer-to-peer programs live here too */
	CLASS_ICMP,
	CLASS_NAME,     /* names looked up */
	CLASS_CONTENT,  /* what was said */
	CLASS_SPREAD,   /* to whom and how fast; whether or not it succeeded */
	CLASS_IDENTITY, /* in whose name */
	CLASS_CHAIN,    /* in answer to what was done to the host before */
	EVIDENCE_CLASSES
};

/* Why the host may not be who did it. */
enum evidence_doubt {
	DOUBT_NONE,
	DOUBT_CROWD, /* many others gave the same evidence at the same time, and nobody infected them */
	DOUBT_DISOWNED, /* it resets connections begun in its name */
	EVIDENCE_DOUBTS
};

#define EVIDENCE_SAMPLES 8

struct evidence_sample {
	struct ip dst;
	uint64_t opened_ns; /* wall */
	uint16_t src_port, dst_port;
	uint8_t contact_kind, outcome, flags;
	uint8_t tenths; /* of a nat, that it brought when it was judged; saturates */
};

/* Somebody who had reached this host before, on a port that it uses now itself. */
struct evidence_visit {
	struct ip by;
	uint64_t at_ns; /* wall */
	uint16_t port;
	uint8_t called_back; /* this host then opened a connection to a high port of it: to fetch something */
	uint8_t zero[5];
};

#define EVIDENCE_VISITS 4

struct evidence {
	struct host_key host;
	struct mac mac;     /* the host's, zero if unknown */
	uint8_t detector;   /* enum detector_id */
	uint8_t kind;       /* enum evidence_kind */
	uint8_t port_class; /* enum evidence_class */
	uint8_t sample_count;
	uint16_t port;        /* the port most contacts went to, 0 if none */
	uint8_t contact_kind; /* enum contact_kind of the judged contacts */
	uint8_t coverage; /* enum coverage_fault: what we did not see of the host's VLAN when this was stated */
	uint8_t doubt; /* enum evidence_doubt */
	uint8_t zero[1];
	double log_odds;   /* nats; at least 0 */
	uint32_t contacts; /* distinct first contacts since the walk last stood at zero */
	uint32_t failed;   /* of them: refused, ignored or still unanswered */
	uint64_t first_contact_ns,
		last_contact_ns; /* wall; opening of the first and latest of them */
	uint64_t stated_ns;      /* wall time of the packet or timeout that led to this statement */
	/* Not 0: a second statement beside the ordinary one, of a sum that gathers for days and so finds slow scans; the
	 * level loses half in this time.  0: it fades at the reader's own pace. */
	uint16_t half_life_min;
	uint8_t visit_count;
	uint8_t zero_behind[5];
	struct evidence_sample samples[EVIDENCE_SAMPLES]; /* the earliest of them */
	struct evidence_visit visits[EVIDENCE_VISITS]; /* of a detector that knows; in no order */
};

/* It crosses a process border: nothing in it leads out of a table. */
bool evidence_is_well_formed(const struct evidence *evidence);
const char *evidence_kind_name(unsigned kind); /* "worm", "reconnaissance", ... */
/* A sentence for people; "" for none. */
const char *evidence_doubt_text(unsigned doubt);
const char *evidence_class_name(unsigned port_class);

#endif
