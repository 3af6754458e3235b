/* SPDX-License-Identifier: Apache-2.0 */
/* gate.h - pass or drop: the packet gate of one port (amt-system-defense.md 3.3, 2.6).
 *
 * A gate holds copies of the active policy and its filters, the live counters, and the
 * counters as last published by UpdateStatistics.  Time is an argument. */
#ifndef AMTSIM_GATE_H
#define AMTSIM_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/amtsim/sd_filter.h"

struct gate;

/* Special handles (amt-system-defense.md 3.6). */
#define HANDLE_DEFAULT_RX 0xFFFFFFFDu
#define HANDLE_DEFAULT_TX 0xFFFFFFFCu
#define HANDLE_SPOOF      0xFFFFFFFAu

enum verdict_reason {
	VERDICT_NO_POLICY,
	VERDICT_FILTER, /* `handle` decided: the dropping one, or the first that matched */
	VERDICT_RATE,   /* `handle` is over its rate */
	VERDICT_DEFAULT,
	VERDICT_SPOOF,
	VERDICT_HEURISTICS, /* not the policy: the worm detector blocks */
};

struct verdict {
	bool drop;
	enum verdict_reason reason;
	uint32_t handle;
};

/* Raised at most once per filter until gate_publish().  A rate limit raises its event when it
 * first limits (CHOICE), everything else when it first matches. */
struct gate_event {
	uint32_t handle; /* may be a special one */
	enum sd_direction direction;
	bool drop, rate;
};

typedef void gate_event_fn(void *arg, const struct gate_event *event);

/* What a console can read of one filter. */
struct gate_statistic {
	uint32_t handle;
	uint32_t count; /* as of the last publish; wraps at 32 bits (CHOICE) */
	bool matched;
	uint64_t activated_ns, reset_ns;
	uint32_t live_count; /* what publish would show now: control socket only */
};

struct gate_rules {
	uint32_t rate_overshoot;
	bool list_defaults;
	bool zero_is_spoofed;
};

struct gate *gate_new(gate_event_fn *event, void *arg);
void gate_free(struct gate *gate);

/* Makes `policy` active with `filters` (count of policy->handle_count, in that order); all
 * counters start at zero.  NULL for no policy. */
void gate_activate(struct gate *gate, const struct sd_policy *policy,
		   const struct sd_filter *const *filters, uint64_t now_ns);
/* Id of the active policy, 0 for none. */
uint32_t gate_policy(const struct gate *gate);

/* host_ipv4: what anti-spoofing compares with (CHOICE), all zero if unknown. */
struct verdict gate_judge(struct gate *gate, const struct frame *frame, enum sd_direction direction,
			  const uint8_t host_ipv4[4], uint64_t now_ns);
/* What would happen, without counting; rate limits pass. */
bool gate_would_drop(const struct gate *gate, const struct frame *frame,
		     enum sd_direction direction);
void gate_set_rules(struct gate *gate, const struct gate_rules *rules);

/* Packets that somebody else compared with a filter or a default (by special handle). */
void gate_add(struct gate *gate, uint32_t handle, uint32_t packets);

/* UpdateStatistics: shows the live counters and re-arms events; `reset` zeroes them after. */
void gate_publish(struct gate *gate, bool reset, uint64_t now_ns);
/* Power loss: counters, windows and latches start anew. */
void gate_forget(struct gate *gate, uint64_t now_ns);

size_t gate_statistics(const struct gate *gate);
void gate_statistic(const struct gate *gate, size_t index, struct gate_statistic *out);

#endif
