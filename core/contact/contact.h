/* SPDX-License-Identifier: Apache-2.0 */
/* contact.h - one host reached for one service or neighbour, and how that ended.
 *
 * Made by the tracker only for first contacts: the first packet from a host to a (destination,
 * service) that it has not talked to inside the memory window.  A flat value of one cache line:
 * it crosses a process or a network unchanged.  Later retries of the same contact make no new
 * one. */
#ifndef CORDON_CONTACT_CONTACT_H
#define CORDON_CONTACT_CONTACT_H

#include <stdint.h>

#include "core/net/addr.h"

enum contact_kind {
	CONTACT_TCP,
	CONTACT_UDP,
	CONTACT_ICMP,
	CONTACT_ARP,
	CONTACT_ND,
	CONTACT_KINDS
};

enum contact_outcome {
	CONTACT_PENDING,     /* just opened */
	CONTACT_OUTSTANDING, /* still nothing after the provisional delay (250 ms) */
	CONTACT_ACCEPTED,    /* SYN-ACK, a reply, a neighbour's answer */
	CONTACT_REFUSED,     /* RST or ICMP unreachable that speaks about the target */
	CONTACT_IGNORED,     /* timeout */
	CONTACT_UNROUTED,    /* ICMP blames the network (no route, time exceeded), not src */
	CONTACT_UNKNOWN,     /* silence where an answer would not have been seen: no failure */
	CONTACT_OUTCOMES
};

enum contact_flag {
	CONTACT_BARE_SYN =
		1 << 0, /* SYN without TCP options, or with FIN: no operating system sends that */
	CONTACT_DARK = 1 << 1,       /* ARP/ND: no owner of the address is known */
	CONTACT_ASLEEP = 1 << 2,     /* ARP/ND: an owner is known but was not heard for long */
	CONTACT_SEQUENTIAL = 1 << 3, /* ARP/ND: next to the host's previous new target */
	CONTACT_BLIND = 1 << 4, /* we would miss an answer: silence means nothing, and is told as
				       * UNKNOWN instead of OUTSTANDING or IGNORED */
	CONTACT_FROM_ROUTER = 1 << 5, /* src is seen forwarding for others */
	CONTACT_TO_POPULAR = 1 << 6,  /* many hosts are served by this destination and port */
	CONTACT_BOOK_WARM = 1 << 7,   /* ARP/ND: the address book has listened long enough */
	CONTACT_BOOK_FULL = CONTACT_BARE_SYN, /* ARP/ND (no SYN): it has listened for a week */
	CONTACT_STRANGE = CONTACT_DARK, /* TCP: its SYN never belonged to the host (stacks.h) */
	CONTACT_UNLEARNT =
		CONTACT_ASLEEP, /* TCP: nothing is known yet of what belongs to the host */
};

struct contact {
	struct ip src, dst;
	uint64_t opened_ns;  /* wall time of the first packet */
	uint32_t elapsed_us; /* from opening to this outcome; saturates */
	uint32_t host;       /* index of src in the host table, for the engine */
	uint16_t vlan;
	uint16_t src_port, dst_port; /* 0 where there are none */
	uint8_t kind;                /* enum contact_kind */
	uint8_t outcome;             /* enum contact_outcome */
	uint8_t previous;            /* outcome reported before this one */
	uint8_t flags;               /* enum contact_flag */
	uint16_t roles;              /* of src at this moment, enum host_role of host.h */
	uint8_t coverage; /* of its VLAN at this moment, enum coverage_fault of coverage.h */
	uint8_t zero[3];
};

_Static_assert(sizeof(struct contact) == 64, "a contact is one cache line");

static inline const char *contact_kind_name(unsigned kind)
{
	static const char *const names[] = { "tcp", "udp", "icmp", "arp", "nd" };

	return kind < CONTACT_KINDS ? names[kind] : "?";
}

static inline const char *contact_outcome_name(unsigned outcome)
{
	static const char *const names[] = {
		"pending", "outstanding", "accepted", "refused", "ignored", "unrouted", "unknown",
	};

	return outcome < CONTACT_OUTCOMES ? names[outcome] : "?";
}

#endif
