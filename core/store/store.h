/* SPDX-License-Identifier: Apache-2.0 */
/* store.h - the record that outlives the process: incidents, isolations (the journal), assets, ledger. */
#ifndef CORDON_STORE_STORE_H
#define CORDON_STORE_STORE_H

#include "core/isolation/fact.h"
#include "core/isolation/journal.h"
#include "core/store/ledger.h"

struct err;
struct readiness;
struct store;

struct store_terms {
	const char *path;
	fact_detector_fn *detector_name;
	const char *origin; /* of its incidents: "capture /srv/old.pcap", "interface eth1", "pipe" */
	bool dry_run;       /* its isolations are on paper: nobody takes them up after a restart */
};

/* One process at a time: two would give the same numbers to entries of the ledger.  The terms' texts are borrowed for good. */
struct store *store_open(const struct store_terms *terms, struct err *err);
void store_close(struct store *store);
/* Appends to the ledger and updates the table of its subject, in one transaction. */
int store_fact(struct store *store, const struct fact *fact, struct err *err);
const struct journal *store_journal(struct store *store);
const struct repair_journal *store_repairs(struct store *store);
/* What the survey of one machine found (readiness.h). */
int store_readiness(struct store *store, const struct readiness *readiness, struct err *err);
/* The next free numbers, so that a new process does not give an old incident's number again. */
uint64_t store_next_incident(const struct store *store);
uint64_t store_next_isolation(const struct store *store);
uint64_t store_next_repair(const struct store *store);
/* When each isolation that has ended, but those on paper, since was started, and each order to a machine that was not isolated: the
 * hourly cap must not forget them over a restart. */
int store_ended_starts(struct store *store, uint64_t since_ns,
		       void (*each)(void *arg, uint64_t started_ns), void *arg, struct err *err);

#endif
