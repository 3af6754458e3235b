/* SPDX-License-Identifier: Apache-2.0 */
/* repair_db.c - orders to firmware, a table beside that of the isolations.
 *
 * The table is made where it is missing, without a new number of the schema: an older Cordon reads the rest as before. */
#include "core/store/repair_db.h"

#include <stdio.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/store/db.h"

#define COLUMNS                                                                             \
	"id, asset, host, vlan, mac, act, boot, state, power, direct, isolation, asked_ns," \
	" ended_ns, asked_by, why, said, device"

static const char table[] =
	"CREATE TABLE IF NOT EXISTS repairs(id INTEGER PRIMARY KEY, asset TEXT NOT NULL, host TEXT NOT NULL,"
	" vlan INTEGER NOT NULL, mac TEXT NOT NULL, act INTEGER NOT NULL, boot INTEGER NOT NULL,"
	" state INTEGER NOT NULL, power INTEGER NOT NULL, direct INTEGER NOT NULL, isolation INTEGER NOT NULL,"
	" asked_ns INTEGER NOT NULL, ended_ns INTEGER NOT NULL, asked_by TEXT NOT NULL, why TEXT NOT NULL,"
	" said TEXT NOT NULL, device TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS repairs_told(repair INTEGER PRIMARY KEY, state INTEGER NOT NULL)";

struct repair_db {
	struct db_query *keep, *recall, *untold, *tell;
	struct repair_journal interface;
};

static int keep(void *self, const struct repair *repair, struct err *err)
{
	struct repair_db *journal = self;
	struct db_query *query = journal->keep;
	char host[IP_TEXT_BYTES], mac[MAC_TEXT_BYTES];

	ip_text(&repair->host.ip, host);
	mac_text(&repair->mac, mac);
	db_bind_u64(query, 1, repair->id);
	db_bind_text(query, 2, repair->asset);
	db_bind_text(query, 3, host);
	db_bind_u64(query, 4, repair->host.vlan);
	db_bind_text(query, 5, mac);
	db_bind_u64(query, 6, repair->wish.act);
	db_bind_u64(query, 7, repair->wish.boot);
	db_bind_u64(query, 8, repair->state);
	db_bind_u64(query, 9, repair->power);
	db_bind_u64(query, 10, repair->direct);
	db_bind_u64(query, 11, repair->isolation);
	db_bind_u64(query, 12, repair->asked_ns);
	db_bind_u64(query, 13, repair->ended_ns);
	db_bind_text(query, 14, repair->asked_by);
	db_bind_text(query, 15, repair->why);
	db_bind_text(query, 16, repair->said);
	db_bind_text(query, 17, repair->device);
	return db_step(query, err);
}

#define TAKE_TEXT(query, column, field) snprintf(field, sizeof(field), "%s", db_text(query, column))

/* What no daemon wrote must not reach who relies on it. */
static int read_row(struct db_query *query, struct repair *repair, struct err *err)
{
	uint64_t vlan = db_u64(query, 3), act = db_u64(query, 5), boot = db_u64(query, 6),
		 state = db_u64(query, 7), power = db_u64(query, 8);

	*repair = (struct repair){ .id = db_u64(query, 0),
				   .wish = { .act = (uint8_t)act, .boot = (uint8_t)boot },
				   .state = (uint8_t)state,
				   .power = (uint8_t)power,
				   .direct = db_u64(query, 9) != 0,
				   .isolation = db_u64(query, 10),
				   .asked_ns = db_u64(query, 11),
				   .ended_ns = db_u64(query, 12) };
	TAKE_TEXT(query, 1, repair->asset);
	TAKE_TEXT(query, 13, repair->asked_by);
	TAKE_TEXT(query, 14, repair->why);
	TAKE_TEXT(query, 15, repair->said);
	TAKE_TEXT(query, 16, repair->device);
	if (repair->id == 0 || repair->id > INT64_MAX || act >= REMEDY_ACTS ||
	    boot >= REMEDY_BOOTS || state >= REPAIR_STATES || power >= REMEDY_POWERS ||
	    vlan > UINT16_MAX || !ip_parse(db_text(query, 2), &repair->host.ip) ||
	    !mac_parse(db_text(query, 4), &repair->mac))
		return err_set(err, ERR_FAILED,
			       "journal: repair %llu cannot be read; was the store edited by hand?",
			       (unsigned long long)repair->id);
	repair->host.vlan = (uint16_t)vlan;
	return 0;
}

static int walk(struct db_query *query, void (*each)(void *arg, const struct repair *repair),
		void *arg, struct err *err)
{
	struct repair *rows = NULL;
	size_t count = 0;
	int rc;

	/* Read first, call afterwards: each() may keep(), which must not meet an open read. */
	while ((rc = db_step(query, err)) > 0) {
		rows = mem_resize(rows, count + 1, sizeof(*rows));
		rc = read_row(query, &rows[count], err);
		if (rc < 0) {
			db_reset(query);
			break;
		}
		count++;
	}
	for (size_t i = 0; rc == 0 && i < count; i++)
		each(arg, &rows[i]);
	mem_free(rows);
	return rc;
}

static int recall(void *self, void (*each)(void *arg, const struct repair *repair), void *arg,
		  struct err *err)
{
	struct repair_db *journal = self;

	return walk(journal->recall, each, arg, err);
}

static int untold(void *self, void (*each)(void *arg, const struct repair *repair), void *arg,
		  struct err *err)
{
	struct repair_db *journal = self;

	return walk(journal->untold, each, arg, err);
}

int repair_db_told(struct repair_db *journal, const struct repair *repair, struct err *err)
{
	if (repair->id == 0)
		return 0; /* was refused: no row */
	db_bind_u64(journal->tell, 1, repair->id);
	db_bind_u64(journal->tell, 2, repair->state);
	return db_step(journal->tell, err);
}

static int prepare(struct repair_db *journal, struct db *db, struct err *err)
{
	if (db_run(db, table, err) < 0)
		return ERR_FAILED;
	journal->keep = db_prepare(db,
				   "INSERT OR REPLACE INTO repairs(" COLUMNS
				   ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
				   err);
	journal->recall = db_prepare(
		db, "SELECT " COLUMNS " FROM repairs WHERE ended_ns = 0 ORDER BY id", err);
	journal->untold = db_prepare(
		db,
		"SELECT " COLUMNS " FROM repairs WHERE NOT EXISTS (SELECT 1 FROM repairs_told"
		" WHERE repair = repairs.id AND repairs_told.state = repairs.state) ORDER BY id",
		err);
	journal->tell = db_prepare(
		db, "INSERT OR REPLACE INTO repairs_told(repair, state) VALUES(?, ?)", err);
	return journal->keep && journal->recall && journal->untold && journal->tell ? 0
										    : ERR_FAILED;
}

struct repair_db *repair_db_new(struct db *db, struct err *err)
{
	struct repair_db *journal = mem_alloc(sizeof(*journal));

	journal->interface = (struct repair_journal){
		.self = journal, .keep = keep, .recall = recall, .untold = untold
	};
	if (prepare(journal, db, err) == 0)
		return journal;
	repair_db_free(journal);
	return NULL;
}

void repair_db_free(struct repair_db *journal)
{
	if (!journal)
		return;
	db_query_free(journal->keep);
	db_query_free(journal->recall);
	db_query_free(journal->untold);
	db_query_free(journal->tell);
	mem_free(journal);
}

const struct repair_journal *repair_db_interface(struct repair_db *journal)
{
	return &journal->interface;
}
