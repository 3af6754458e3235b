/* SPDX-License-Identifier: Apache-2.0 */
/* db.h - the embedded store (SQLite, WAL): open, migrate, statements, transactions.  The only file that knows SQLite; the
 * other rooms of core/store speak through it. */
#ifndef CORDON_STORE_DB_H
#define CORDON_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct db_query;
struct err;

/* Makes the file (mode 0600) and the schema if needed, not the folder; refuses a schema newer than it knows.
 * synchronous=FULL: a commit is on disk when it returns. */
struct db *db_open(const char *path, struct err *err);
/* The same for who numbers the ledger's entries: refused while another process has it open so.  Until closed, or the process ends. */
struct db *db_open_alone(const char *path, struct err *err);
/* Also from a folder that the caller may not write, if the store was closed in order. */
struct db *db_open_read_only(const char *path, struct err *err);
void db_close(struct db *db);

int db_begin(struct db *db, struct err *err);
int db_commit(struct db *db, struct err *err);
void db_rollback(struct db *db);
int db_run(struct db *db, const char *sql, struct err *err);
/* One number from a query that gives one; 0 for no row. */
int db_number(struct db *db, const char *sql, uint64_t *value, struct err *err);

/* Prepared once, used many times; owned by the caller, freed before the db. */
struct db_query *db_prepare(struct db *db, const char *sql, struct err *err);
void db_query_free(struct db_query *query);
void db_bind_u64(struct db_query *query, int place, uint64_t value); /* places count from 1 */
void db_bind_real(struct db_query *query, int place, double value);
void db_bind_text(struct db_query *query, int place, const char *text); /* copied */
void db_bind_bytes(struct db_query *query, int place, const void *bytes, size_t length);
/* 1 a row, 0 done (the query is then reset), negative on error (reset too). */
int db_step(struct db_query *query, struct err *err);
void db_reset(struct db_query *query);
uint64_t db_u64(struct db_query *query, int column); /* columns count from 0 */
double db_real(struct db_query *query, int column);
/* Borrowed until the next step; "" for NULL. */
const char *db_text(struct db_query *query, int column);
const void *db_bytes(struct db_query *query, int column, size_t *length);

#endif
