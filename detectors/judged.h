/* SPDX-License-Identifier: Apache-2.0 */
/* judged.h - the destinations of one host that carry a term of the walks of trw, and which: part of its slot.
 *
 * Rings: those of worm ports, which nothing else may push out, then others.  A destination pushed out may count again. */
#ifndef CORDON_DETECTORS_JUDGED_H
#define CORDON_DETECTORS_JUDGED_H

#include <stdbool.h>
#include <stdint.h>

struct contact;

#define JUDGED_WORM  20
#define JUDGED_OTHER 12
#define JUDGED_ALL   (JUDGED_WORM + JUDGED_OTHER)

/* A destination that carries a term. */
struct judged {
	uint16_t port;
	uint8_t port_class : 4, kind : 3; /* enum evidence_class, contact_kind */
	uint8_t slow : 1;                 /* in the slow walk as well */
	uint8_t tenths;                   /* of a nat */
};

struct judged_rings {
	uint16_t tags[JUDGED_ALL]; /* memo_tag() of the destination, 0 = free */
	struct judged judged[JUDGED_ALL];
	uint8_t next_worm, next_other;
};

/* NULL if it carries none. */
struct judged *judged_find(struct judged_rings *rings, uint16_t tag);
/* A place for it, in which another may have been; borrowed. */
struct judged *judged_take(struct judged_rings *rings, uint16_t tag, unsigned port_class);
void judged_drop(struct judged_rings *rings, const struct judged *judged);
/* Is it because of this very contact? */
bool judged_is_of(const struct judged *judged, const struct contact *contact);
/* How many hosts in a row have not answered a ping, this one included; as many to either side as row_most. */
unsigned judged_row(struct judged_rings *rings, const struct contact *contact, int row_most);

#endif
