/* SPDX-License-Identifier: Apache-2.0 */
/* delays.h - how long the networks of the site take to answer.
 *
 * Silence is judged against it: a branch office behind a slow line is late, not dead.  A zeroed part of a detector's state, with
 * a place for each /24 (IPv6 /64) that was heard; places are shared by chance, and then the slower one holds. */
#ifndef CORDON_DETECT_DELAYS_H
#define CORDON_DETECT_DELAYS_H

#include <stdbool.h>
#include <stdint.h>

struct contact;

#define DELAYS_PLACES 2048

struct delays {
	uint8_t ms[DELAYS_PLACES]; /* 0 = not heard */
};

/* Of any contact; those say something that are within the site: TCP that is accepted or
 * refused, and pings that are answered. */
void delays_hear(struct delays *delays, const struct contact *contact);
/* Has the network that the contact is for ever answered? */
bool delays_know(const struct delays *delays, const struct contact *contact);
/* Until when an answer from the network that the contact is for is no more than late: twice its usual time, at least least_ns. */
uint64_t delays_limit_ns(const struct delays *delays, const struct contact *contact,
			 uint64_t least_ns);

#endif
