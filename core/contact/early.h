/* SPDX-License-Identifier: Apache-2.0 */
/* early.h - answers that arrive before their question.
 *
 * A mirror that merges two directions, or a card with a queue for each, delivers them as it likes: within a network, where
 * answers take a fraction of a millisecond, a SYN-ACK may come before its SYN.  Taken by the letter such an answer has no
 * question and the question no answer, and the sensor would think itself half deaf.  So answers without a question are kept for
 * a moment. */
#ifndef CORDON_CONTACT_EARLY_H
#define CORDON_CONTACT_EARLY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/net/packet.h"

#define EARLY_PLACES 64
#define EARLY_MS     20

struct early_answer {
	struct packet packet; /* its payload is gone */
	uint32_t at_ms;
	bool is_taken;
};

struct early {
	struct early_answer places[EARLY_PLACES];
	uint32_t latest_ms;
	bool any;
};

/* TCP and echo replies; the latest of those that share a place stays. */
void early_note(struct early *early, const struct packet *answer, uint32_t now_ms);
/* The answer to this question, once; NULL if there is none.  Valid until the next note. */
const struct packet *early_take(struct early *early, const struct packet *question,
				uint32_t now_ms);

/* Spares the look-up where everything comes in order. */
static inline bool early_has(const struct early *early, uint32_t now_ms)
{
	return early->any && now_ms - early->latest_ms <= EARLY_MS;
}

#endif
