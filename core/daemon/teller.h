/* SPDX-License-Identifier: Apache-2.0 */
/* teller.h - tells each fact to all who keep or show facts: the store, the EVE file, the account for people.
 *
 * A write that fails stops nobody: it is logged, counted and described, and the first one is what teller_close() returns.  Where
 * facts are missing in ledger or EVE file there is a mark (FACT_GAP) as soon as there is room: which, from when to when, why. */
#ifndef CORDON_DAEMON_TELLER_H
#define CORDON_DAEMON_TELLER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct buf;
struct err;
struct fact;
struct log;
struct setup;
struct store;
struct teller;

/* All borrowed for good. */
struct teller_config {
	const struct setup *setup; /* which files; its assets go into the store */
	struct log *log;
	FILE *account;      /* NULL = none */
	const char *origin; /* of incidents, for the store */
	bool lasting;       /* EVE lines are added to those of the last run */
	bool dry_run;       /* isolations are on paper */
};

/* NULL and err if a file cannot be opened. */
struct teller *teller_new(const struct teller_config *config, struct err *err);
void teller_free(struct teller *teller);
struct store *teller_store(struct teller *teller); /* NULL if nothing is kept */
void teller_tell(struct teller *teller, const struct fact *fact);
/* Something else than a fact could not be written. */
void teller_failed(struct teller *teller, const struct err *err, uint64_t now_ns);
uint64_t teller_unwritten(const struct teller *teller); /* writes that failed so far */
/* A line for "cordon health" if there were any: who reads ledger or EVE file must learn that something is missing, also when
 * there is room again. */
void teller_describe(const struct teller *teller, struct buf *out);
/* Marks what is still missing, if there is room by now, and closes the EVE file; the first write error since the start is told here. */
int teller_close(struct teller *teller, struct err *err);

#endif
