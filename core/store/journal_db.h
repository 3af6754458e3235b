/* SPDX-License-Identifier: Apache-2.0 */
/* journal_db.h - isolation/journal.h on SQLite: one row per isolation, committed before keep() returns. */
#ifndef CORDON_STORE_JOURNAL_DB_H
#define CORDON_STORE_JOURNAL_DB_H

#include <stdbool.h>

#include "core/isolation/journal.h"

struct db;
struct err;
struct isolation;
struct journal_db;

/* db outlives it.  dry_run: what is kept is marked as on paper only, and then neither recalled nor told late by anybody. */
struct journal_db *journal_db_new(struct db *db, bool dry_run, struct err *err);
void journal_db_free(struct journal_db *journal);
/* Within the transaction that stores the fact of it. */
int journal_db_told(struct journal_db *journal, const struct isolation *isolation, struct err *err);
const struct journal *journal_db_interface(struct journal_db *journal);

#endif
