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
	uint64_t opened_ns;
	uint16_t src_port, dst_port;
	uint8_t kind, flags;
};

struct waitings {
	struct waiting places[WAITING]; /* the oldest first */
	uint8_t count, zero[7];
};

/* The oldest are the first to be overdue: when all places are taken a newer one is not remembered. */
void waitings_add(struct waitings *waitings, const struct contact *contact);
void waitings_remove(struct waitings *waitings, const struct contact *contact);
void waitings_drop(struct waitings *waitings, unsigned place);
/* The contact in that place as it stands when the next one opens. */
void waitings_at(const struct waitings *waitings, unsigned place, const struct contact *next,
		 struct contact *contact);

#endif
