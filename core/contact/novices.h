/* SPDX-License-Identifier: Apache-2.0 */
/* novices.h - sources that have reached for one thing so far.
 *
 * Most sources of a flood with forged addresses send a single packet.  Until a source reaches for a
 * second thing, or is let in by a neighbour, it is no host yet: its first contact waits here, in one cache line, and nobody is
 * asked about it.  With the second it becomes a host, and the first contact is told as if it had
 * been one all along (tracker_novice.c).
 *
 * A fixed table: sets of eight, no allocation after start.  When a set is full the source longest
 * unheard is forgotten with its one contact. */
#ifndef CORDON_CONTACT_NOVICES_H
#define CORDON_CONTACT_NOVICES_H

#include <stdint.h>

#include "core/net/addr.h"

enum novice_mark {
	NOVICE_HEARD = 1 << 0,  /* an answer came to it */
	NOVICE_BLIND = 1 << 1,  /* it goes on talking though no answer was seen */
	NOVICE_DIRECT = 1 << 2, /* its packet was for one station */
};

struct novice {
	struct ip src, dst;
	uint64_t opened_ns;  /* wall */
	uint32_t opened_ms;  /* the tracker's; wraps */
	uint32_t elapsed_us; /* from opening to the answer, once there is one */
	uint16_t vlan, src_port, dst_port;
	struct mac mac;             /* zero if unknown */
	uint8_t kind, state, flags; /* enum contact_kind, contact_outcome, contact_flag */
	uint8_t marks;              /* enum novice_mark */
};

_Static_assert(sizeof(struct novice) == 64, "a novice is one cache line");

struct mem_region;
struct novices;

struct novices *novices_new(struct mem_region *region, uint32_t capacity);
void novices_free(struct novices *novices);

/* hash is the keyed one of (src, vlan): hash_address().  NULL if unknown. */
struct novice *novices_find(struct novices *novices, uint64_t hash, const struct ip *src,
			    uint16_t vlan);
/* A place for a new one, to be filled whole; never NULL. */
struct novice *novices_place(struct novices *novices, uint64_t hash, uint32_t now_ms);
void novices_touch(struct novices *novices, const struct novice *novice, uint32_t now_ms);
uint32_t novices_used_ms(const struct novices *novices, const struct novice *novice);
void novices_remove(struct novices *novices, const struct novice *novice);

#endif
