/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SCORE_MANIFEST_H
#define TESTS_SCORE_MANIFEST_H

/* A MANIFEST.tsv: who ought to be flagged in which capture.  Columns are found by the names in the
 * first line, so their order may change and others may be added.  "-" stands for nothing. */

#include <stdbool.h>
#include <stddef.h>

enum { TRUTH_MAX = 16 };

enum level {
	LEVEL_MUST,
	LEVEL_SHOULD,
	LEVEL_MAY,
	LEVEL_NEVER,
	LEVEL_ROBUST,
	LEVEL_COUNT,
};

struct truth {
	const char *ip;
	const char *mac; /* several joined by '+'; "" = unknown */
	double first_s;  /* start of the bad behaviour after the first packet; negative = unknown */
};

struct row {
	const char *file; /* with the directory */
	const char *name; /* without */
	const char *class_name;
	enum level level;
	struct truth truths[TRUTH_MAX];
	size_t truth_count;
};

struct manifest {
	struct row *rows;
	size_t count;
	/* Texts that the rows point into. */
	char **texts;
	size_t text_count;
};

/* Appends the rows of dir/MANIFEST.tsv; -1 after a message on standard error. */
int manifest_read(struct manifest *manifest, const char *dir);
void manifest_fini(struct manifest *manifest);

const char *level_name(enum level level);

#endif
