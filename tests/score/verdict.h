/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SCORE_VERDICT_H
#define TESTS_SCORE_VERDICT_H

/* One capture judged: what was said against what ought to have been said. */

#include <stdbool.h>
#include <stddef.h>

#include "tests/score/eve.h"
#include "tests/score/manifest.h"
#include "tests/score/run.h"

enum outcome {
	OUTCOME_OK,
	OUTCOME_LATE, /* all found, but with more contacts than the bar of the class */
	OUTCOME_MISS,
	OUTCOME_FALSE, /* somebody convicted whom the list does not name */
	OUTCOME_ERROR, /* no file, or cordond failed */
	OUTCOME_COUNT,
};

struct verdict {
	enum outcome outcome;
	size_t found;       /* truths convicted; on "should" rows: reported */
	size_t false_count; /* convictions of others */
	unsigned contacts;  /* most of any convicted truth; 0 = none */
	double seconds;     /* longest from first_s to conviction; negative = unknown */
	bool other_kind;    /* a truth of a "must" row is called something else than a worm */
};

const char *outcome_name(enum outcome outcome);

/* The most contacts that a class may take on rows of that level; 0 = no bar. */
unsigned bar_contacts(const char *class_name, enum level level);

/* The finding of a truth, or NULL. */
const struct finding *verdict_finding(const struct truth *truth, const struct findings *findings);

struct verdict verdict_of(const struct row *row, enum run_end end, const struct findings *findings);

#endif
