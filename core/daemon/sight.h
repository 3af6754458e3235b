/* SPDX-License-Identifier: Apache-2.0 */
/* sight.h - can the controller trust what it does not hear?
 *
 * Who isolates by what a sensor tells must know when the sensor tells less than there is: it is gone, it is silent, its
 * capture loses packets, its records do not get through.  Then automatic isolation pauses.  When the sensor is there again
 * it has everything to learn anew, so the pause lasts a stated time longer; losses end it at once when they end.
 *
 * A function of what was noted and the time. */
#ifndef CORDON_DAEMON_SIGHT_H
#define CORDON_DAEMON_SIGHT_H

#include <stdint.h>

#include "core/isolation/fact.h"

struct buf;
struct record_pulse;
struct sight;

struct sight_config {
	uint64_t pause_ns; /* how long after the sensor is back */
	uint64_t silent_ns; /* without a pulse it is silent; 0 = that is not judged (no clock of its own) */
	void *arg;
	/* Borrowed for the call. */
	void (*changed)(void *arg, const struct fact_sensor *state, uint64_t now_ns);
};

struct sight *sight_new(const struct sight_config *config);
void sight_free(struct sight *sight);
/* The sensor lives, and this is what it got and lost since it started. */
void sight_pulse(struct sight *sight, const struct record_pulse *pulse, uint64_t now_ns);
/* It is gone since then; why is for people. */
void sight_lost(struct sight *sight, const char *why, uint64_t since_ns, uint64_t now_ns);
void sight_advance(struct sight *sight, uint64_t now_ns);
/* Why automation pauses, for people; NULL if it does not. */
const char *sight_blind(const struct sight *sight);
/* A line for "cordon health"; nothing while the sensor sees. */
void sight_describe(const struct sight *sight, struct buf *out);

#endif
