/* SPDX-License-Identifier: Apache-2.0 */
/* heuristics.h - the worm detector that firmware had until 11 (amt-system-defense.md 2.8, 4.8). */
#ifndef AMTSIM_HEURISTICS_H
#define AMTSIM_HEURISTICS_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/amtsim/sd_filter.h"

struct frame;

/* TriggerReason (CHOICE). */
enum heuristics_reason { REASON_NONE, REASON_FAST, REASON_SLOW };

struct heuristics_rate {
	uint32_t threshold; /* connections; 0: not given */
	uint32_t clear_ms;
};

struct heuristics {
	bool configured; /* Put at least once */
	bool enabled;
	struct heuristics_rate fast, slow; /* one of them */
	bool block_all, block_port;
	uint32_t timeout_s; /* 0: until cleared */

	uint64_t window_ns;
	uint32_t window_count;
	enum heuristics_reason reason; /* not REASON_NONE: an encounter */
	uint64_t since_ns;
	uint8_t protocol; /* of what exceeded the rate */
	uint16_t port;
};

/* Shows a frame of the host; true if an encounter begins with it. */
bool heuristics_see(struct heuristics *h, const struct frame *frame, enum sd_direction direction,
		    uint64_t now_ns);
bool heuristics_blocks(const struct heuristics *h, const struct frame *frame,
		       enum sd_direction direction);
/* True if an encounter ends because its time is over. */
bool heuristics_tick(struct heuristics *h, uint64_t now_ns);
void heuristics_clear(struct heuristics *h);

#endif
