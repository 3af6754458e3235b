/* SPDX-License-Identifier: Apache-2.0 */
/* waiting.h - the contacts of one host that nobody has answered yet: the oldest few of them, part of a detector's slot. */
#ifndef CORDON_DETECTORS_WAITING_H
#define CORDON_DETECTORS_WAITING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/net/addr.h"

struct contact;

#define WAITING 8

struct waiting {
	struct ip dst;
	uint64_t opened_ns; /* 0 = free */
	uint16_t src_port, dst_port;
	uint8_t kind, flags;
};

/* The oldest are the first to be overdue: when all places are taken a newer one is not remembered. */
void waiting_add(struct waiting places[WAITING], const struct contact *contact);
void waiting_remove(struct waiting places[WAITING], const struct contact *contact);
/* The contact in that place as it stands when the next one opens; false if the place is free. */
bool waiting_at(const struct waiting *place, const struct contact *next, struct contact *contact);

#endif
