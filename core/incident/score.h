/* SPDX-License-Identifier: Apache-2.0 */
/* score.h - adding log-odds of several detectors, and letting them fade.
 *
 * Levels of different classes add.  Detectors that judged the same class of contacts saw the same contacts:
 * the strongest counts in full, each further one adds at most 0.7 nats (worm-detection.md F,
 * independence caution).  A level fades with a half-life since it was stated. */
#ifndef CORDON_INCIDENT_SCORE_H
#define CORDON_INCIDENT_SCORE_H

#include <stddef.h>
#include <stdint.h>

struct evidence;

#define SCORE_AGREEMENT_NATS 0.7

/* What is left of a statement at now_ns; half_life_ns 0 = nothing fades. */
double score_level(const struct evidence *item, uint64_t now_ns, uint64_t half_life_ns);
double score_sum(const struct evidence *items, size_t count, uint64_t now_ns, uint64_t half_life_ns);
/* 1 / (1 + e^-log_odds), at even prior odds. */
double score_confidence(double log_odds);

#endif
