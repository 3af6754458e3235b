/* SPDX-License-Identifier: Apache-2.0 */
/* readiness.h - the last grade of each machine, as words: written by who asked its firmware, read by who lists the
 * machines.  A table of its own beside the others, made when first needed. */
#ifndef CORDON_STORE_READINESS_H
#define CORDON_STORE_READINESS_H

#include <stdint.h>

struct db;
struct err;

/* Borrowed texts. */
struct readiness {
	const char *asset;
	const char *grade;       /* "A" to "F" */
	const char *enforcement; /* "firmware", "driver", "nobody" */
	const char *release;     /* "" if not told */
	const char *codes;       /* "no-tls wireless-beside"; the worst first */
	uint64_t asked_ns;       /* wall */
};

int readiness_keep(struct db *db, const struct readiness *readiness, struct err *err);
/* 1 found, 0 not known, negative on error.  take gets it, borrowed. */
int readiness_find(struct db *db, const char *asset,
		   void (*take)(void *arg, const struct readiness *readiness), void *arg,
		   struct err *err);

#endif
