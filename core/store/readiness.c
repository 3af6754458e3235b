/* SPDX-License-Identifier: Apache-2.0 */
/* readiness.c - one row per machine.  No number of the schema changes for it: who does not know the table does not miss it. */
#include "core/store/readiness.h"

#include "core/base/err.h"
#include "core/store/db.h"

static const char table[] =
	"CREATE TABLE IF NOT EXISTS readiness(asset TEXT PRIMARY KEY, grade TEXT NOT NULL,"
	" enforcement TEXT NOT NULL, release TEXT NOT NULL, codes TEXT NOT NULL,"
	" asked_ns INTEGER NOT NULL)";

int readiness_keep(struct db *db, const struct readiness *readiness, struct err *err)
{
	struct db_query *query;
	int rc;

	if (db_run(db, table, err) < 0)
		return ERR_FAILED;
	query = db_prepare(
		db,
		"INSERT OR REPLACE INTO readiness(asset, grade, enforcement, release, codes, asked_ns)"
		" VALUES(?, ?, ?, ?, ?, ?)",
		err);
	if (!query)
		return ERR_FAILED;
	db_bind_text(query, 1, readiness->asset);
	db_bind_text(query, 2, readiness->grade);
	db_bind_text(query, 3, readiness->enforcement);
	db_bind_text(query, 4, readiness->release);
	db_bind_text(query, 5, readiness->codes);
	db_bind_u64(query, 6, readiness->asked_ns);
	rc = db_step(query, err);
	db_query_free(query);
	return rc;
}

int readiness_find(struct db *db, const char *asset,
		   void (*take)(void *arg, const struct readiness *readiness), void *arg,
		   struct err *err)
{
	struct db_query *query;
	struct readiness found = { .asset = asset };
	uint64_t tables;
	int rc;

	if (db_number(db, "SELECT count(*) FROM sqlite_master WHERE name = 'readiness'", &tables,
		      err) < 0)
		return ERR_FAILED;
	query = tables ? db_prepare(
				 db,
				 "SELECT grade, enforcement, release, codes, asked_ns FROM readiness"
				 " WHERE asset = ?",
				 err)
		       : NULL;
	if (!query)
		return tables ? ERR_FAILED : 0;
	db_bind_text(query, 1, asset);
	rc = db_step(query, err);
	if (rc > 0) {
		found.grade = db_text(query, 0);
		found.enforcement = db_text(query, 1);
		found.release = db_text(query, 2);
		found.codes = db_text(query, 3);
		found.asked_ns = db_u64(query, 4);
		take(arg, &found);
	}
	db_query_free(query);
	return rc;
}
