/* SPDX-License-Identifier: Apache-2.0 */
/* score.h - adding log-odds of several detectors, and letting them fade.
 *
 * Levels of different classes add.  Detectors that judged the same class of contacts saw the same contacts:
 * the strongest counts in full, each further one adds at most 0.7 nats (worm-detection.md F,
 * independence caution).  The same holds for each destination that several classes judged, as when users are refused by
 * machine after machine (content) that are reached in haste (spread): a level is laid on the samples by what each
 * of them brought, and of each destination the strongest part counts in full, each further one at most 0.7.
 *
 * Innocents with a list of addresses look like worms in two ways at once: what is capped because they do it all the time (haste of
 * fanout; peers and pings of trw; UDP rows within the site below port 1024 of spray), and failures at what is gone (arpsweep, trw elsewhere).  So of these two sides
 * the weaker one adds 0.7 for each of its statements, and is no second witness to the other.
 *
 * A level fades with a half-life since it was stated.  There are two sums, and the greater counts: of what was stated
 * lately, which fades at the reader's pace, and of the slow statements, each at its own (evidence.h: half_life_min), so
 * that a worm of one contact in ten minutes adds up all the same (D.1, E.4).  They are not mixed: who once looked for
 * three machines that are gone must not be convicted by a bad hour of the web days later. */
#ifndef CORDON_INCIDENT_SCORE_H
#define CORDON_INCIDENT_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evidence;

#define SCORE_AGREEMENT_NATS 0.7
/* Below this a class is no second witness; detectors do not state less either. */
#define SCORE_WITNESS_NATS 3.0
/* What a class of the slow sum needs on top when it stands alone: 16.8 instead of 13.8 (F: single-class verdicts over 200
 * first contacts per host and day). */
#define SCORE_SLOW_ALONE_NATS 3.0

/* What is left of a statement at now_ns; half_life_ns (the reader's pace) 0 = nothing fades. */
double score_level(const struct evidence *item, uint64_t now_ns, uint64_t half_life_ns);
double score_sum(const struct evidence *items, size_t count, uint64_t now_ns,
		 uint64_t half_life_ns);
/* The former of the two sums alone: is something going on right now? */
double score_recent(const struct evidence *items, size_t count, uint64_t now_ns,
		    uint64_t half_life_ns);
/* Two evidence classes or one decisive one (D.3, F): one of the sums reaches threshold_nats, and either two classes of it are
 * at SCORE_WITNESS_NATS each, or one detector vouches for the whole threshold alone (those that must not are capped
 * below it in their settings). */
struct score_pace {
	uint64_t now_ns, half_life_ns;
	double relief_nats; /* less is needed of the recent sum: an outbreak (alarm.h) */
};
bool score_convicts(const struct evidence *items, size_t count, double threshold_nats,
		    const struct score_pace *pace);
/* 1 / (1 + e^-log_odds), at even prior odds. */
double score_confidence(double log_odds);

#endif
