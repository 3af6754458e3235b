/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SCORE_TALLY_H
#define TESTS_SCORE_TALLY_H

/* The sums over all captures, and whether they are good enough. */

#include <stdbool.h>
#include <stddef.h>

#include "tests/score/verdict.h"

enum { CLASSES_MAX = 64 };

struct class_tally {
	const char *name; /* borrowed from the rows */
	unsigned *contacts;
	size_t count;
};

struct tally {
	const char *bar; /* see tally_selected(); borrowed */
	size_t total[LEVEL_COUNT];
	size_t ok[LEVEL_COUNT];
	size_t false_hosts[LEVEL_COUNT];
	size_t errors;
	size_t other_kind;
	size_t failed; /* rows under a bar that are not ok */
	struct class_tally classes[CLASSES_MAX];
	size_t class_count;
};

/* Is a row under a bar?  The bar is a comma-separated list of "level" or "level:class", as
 * "must:sweep-arp,must:hscan-tcp,never". */
bool tally_selected(const char *bar, const struct row *row);

void tally_add(struct tally *tally, const struct row *row, const struct verdict *verdict);

/* Prints the sums and the last line; returns true for PASS. */
bool tally_print(struct tally *tally);
void tally_fini(struct tally *tally);

#endif
