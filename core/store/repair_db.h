/* SPDX-License-Identifier: Apache-2.0 */
/* repair_db.h - the journal of isolation/repair.h on SQLite: one row per order, committed before keep() returns. */
#ifndef CORDON_STORE_REPAIR_DB_H
#define CORDON_STORE_REPAIR_DB_H

#include "core/isolation/repair.h"

struct db;
struct err;
struct repair_db;

struct repair_db *repair_db_new(struct db *db, struct err *err); /* db outlives it */
void repair_db_free(struct repair_db *journal);
/* Within the transaction that stores the fact of it. */
int repair_db_told(struct repair_db *journal, const struct repair *repair, struct err *err);
const struct repair_journal *repair_db_interface(struct repair_db *journal);

#endif
