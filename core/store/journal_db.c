/* SPDX-License-Identifier: Apache-2.0 */
/* journal_db.c - every field of an isolation in a column of its own, so that a later version can add some and an
 * analyst can ask SQL.  What recalling sets anew is not kept.  Numbers and texts are rows of two tables below: writing and reading share them and
 * cannot disagree. */
#include "core/store/journal_db.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/isolation/isolation.h"
#include "core/store/db.h"

struct field {
	const char *column;
	size_t offset, size;
};

#define FIELD(column, member)                                   \
	{                                                       \
		column, offsetof(struct isolation, member),     \
			sizeof(((struct isolation *)0)->member) \
	}

static const struct field numbers[] = {
	FIELD("id", id),
	FIELD("incident", incident),
	FIELD("vlan", host.vlan),
	FIELD("verdict", decision.verdict),
	FIELD("witness", decision.witness),
	FIELD("approvals_needed", decision.approvals),
	FIELD("rule", decision.rule),
	FIELD("hold_ns", decision.hold_ns),
	FIELD("expires_ns", decision.expires_ns),
	FIELD("state", state),
	FIELD("approvals", approvals),
	FIELD("attempts", attempts),
	FIELD("asked_ns", asked_ns),
	FIELD("applied_ns", applied_ns),
	FIELD("proven_ns", proven_ns),
	FIELD("ended_ns", ended_ns),
	FIELD("due_ns", due_ns),
	FIELD("hold_until_ns", hold_until_ns),
	FIELD("dropped_transmit", dropped_transmit),
	FIELD("dropped_receive", dropped_receive),
	FIELD("last_contact_ns", last_contact_ns),
};

static const struct field texts[] = {
	FIELD("asset", asset),
	FIELD("rule_name", decision.rule_name),
	FIELD("channel", decision.channel),
	FIELD("reason", reason),
	FIELD("approved_by", approved_by),
	FIELD("asked_by", asked_by),
	FIELD("why", why),
};

#define NUMBERS ((int)(sizeof(numbers) / sizeof(numbers[0])))
#define TEXTS   ((int)(sizeof(texts) / sizeof(texts[0])))
#define COLUMNS (NUMBERS + TEXTS + 3) /* and host, mac, dry_run */

/* Longer than any policy may ask for. */
#define LONGEST_NS s_to_ns(366 * 86400)

/* What a measure is about has a table of its own, so that older versions read the rest as before. */
static const char measures[] =
	"CREATE TABLE IF NOT EXISTS measures(isolation INTEGER PRIMARY KEY, proto INTEGER NOT NULL,"
	" port_first INTEGER NOT NULL, port_last INTEGER NOT NULL, per_s INTEGER NOT NULL)";

struct journal_db {
	bool dry_run;
	struct db_query *keep, *recall, *keep_measure, *recall_measure, *untold, *tell;
	struct journal interface;
};

static uint64_t number_of(const struct isolation *isolation, const struct field *field)
{
	const char *at = (const char *)isolation + field->offset;
	uint64_t wide = 0;
	uint32_t four;
	uint16_t two;

	switch (field->size) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		memcpy(&two, at, 2);
		return two;
	case 4:
		memcpy(&four, at, 4);
		return four;
	default:
		INVARIANT(field->size == 8);
		memcpy(&wide, at, 8);
		return wide;
	}
}

static void set_number(struct isolation *isolation, const struct field *field, uint64_t value)
{
	char *at = (char *)isolation + field->offset;
	uint32_t four = (uint32_t)value;
	uint16_t two = (uint16_t)value;
	uint8_t one = (uint8_t)value;

	switch (field->size) {
	case 1:
		memcpy(at, &one, 1);
		break;
	case 2:
		memcpy(at, &two, 2);
		break;
	case 4:
		memcpy(at, &four, 4);
		break;
	default:
		INVARIANT(field->size == 8);
		memcpy(at, &value, 8);
	}
}

static int keep_measure(struct journal_db *journal, const struct isolation *isolation,
			struct err *err)
{
	const struct measure *measure = &isolation->decision.measure;

	db_bind_u64(journal->keep_measure, 1, isolation->id);
	db_bind_u64(journal->keep_measure, 2, measure->proto);
	db_bind_u64(journal->keep_measure, 3, measure->port_first);
	db_bind_u64(journal->keep_measure, 4, measure->port_last);
	db_bind_u64(journal->keep_measure, 5, measure->per_s);
	return db_step(journal->keep_measure, err);
}

static int keep(void *self, const struct isolation *isolation, struct err *err)
{
	struct journal_db *journal = self;
	char host[IP_TEXT_BYTES], mac[MAC_TEXT_BYTES];

	/* First, so that no row is ever without its measure. */
	if (verdict_is_measure(isolation->decision.verdict) &&
	    keep_measure(journal, isolation, err) < 0)
		return ERR_FAILED;
	for (int i = 0; i < NUMBERS; i++)
		db_bind_u64(journal->keep, i + 1, number_of(isolation, &numbers[i]));
	for (int i = 0; i < TEXTS; i++)
		db_bind_text(journal->keep, NUMBERS + i + 1,
			     (const char *)isolation + texts[i].offset);
	ip_text(&isolation->host.ip, host);
	mac_text(&isolation->mac, mac);
	db_bind_text(journal->keep, COLUMNS - 2, host);
	db_bind_text(journal->keep, COLUMNS - 1, mac);
	db_bind_u64(journal->keep, COLUMNS, journal->dry_run);
	return db_step(journal->keep, err);
}

/* What no daemon wrote must not reach who relies on it. */
static bool is_sane(const struct isolation *isolation)
{
	const struct decision *decision = &isolation->decision;

	return isolation->state < ISOLATION_STATES && verdict_acts(decision->verdict) &&
	       decision->witness <= WITNESS_BEFORE && decision->hold_ns <= LONGEST_NS &&
	       decision->expires_ns <= LONGEST_NS;
}

static bool read_numbers(struct db_query *query, struct isolation *isolation)
{
	bool fits = true;

	for (int i = 0; i < NUMBERS; i++) {
		uint64_t value = db_u64(query, i);

		set_number(isolation, &numbers[i], value);
		fits = fits && value <= INT64_MAX && number_of(isolation, &numbers[i]) == value;
	}
	return fits;
}

static int read_row(struct db_query *query, struct isolation *isolation, struct err *err)
{
	bool fits;

	memset(isolation, 0, sizeof(*isolation));
	fits = read_numbers(query, isolation);
	for (int i = 0; i < TEXTS; i++)
		snprintf((char *)isolation + texts[i].offset, texts[i].size, "%s",
			 db_text(query, NUMBERS + i));
	if (!fits || !is_sane(isolation) ||
	    !ip_parse(db_text(query, COLUMNS - 3), &isolation->host.ip) ||
	    !mac_parse(db_text(query, COLUMNS - 2), &isolation->mac))
		return err_set(
			err, ERR_FAILED,
			"journal: isolation %llu cannot be read; was the store edited by hand?",
			(unsigned long long)isolation->id);
	return 0;
}

static int read_measure(struct journal_db *journal, struct isolation *isolation, struct err *err)
{
	struct measure *measure = &isolation->decision.measure;
	int rc;

	if (!verdict_is_measure(isolation->decision.verdict))
		return 0;
	db_bind_u64(journal->recall_measure, 1, isolation->id);
	rc = db_step(journal->recall_measure, err);
	if (rc <= 0)
		return rc < 0 ? rc
			      : err_set(err, ERR_FAILED,
					"journal: measure %llu has lost what it is about",
					(unsigned long long)isolation->id);
	measure->proto = (uint8_t)db_u64(journal->recall_measure, 0);
	measure->port_first = (uint16_t)db_u64(journal->recall_measure, 1);
	measure->port_last = (uint16_t)db_u64(journal->recall_measure, 2);
	measure->per_s = (uint32_t)db_u64(journal->recall_measure, 3);
	db_reset(journal->recall_measure);
	return 0;
}

static int walk(struct journal_db *journal, struct db_query *query,
		void (*each)(void *arg, const struct isolation *isolation), void *arg,
		struct err *err)
{
	struct isolation *rows = NULL;
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
		rc = read_measure(journal, &rows[i], err);
	for (size_t i = 0; rc == 0 && i < count; i++)
		each(arg, &rows[i]);
	mem_free(rows);
	return rc;
}

static int recall(void *self, void (*each)(void *arg, const struct isolation *isolation), void *arg,
		  struct err *err)
{
	struct journal_db *journal = self;

	return walk(journal, journal->recall, each, arg, err);
}

static int untold(void *self, void (*each)(void *arg, const struct isolation *isolation), void *arg,
		  struct err *err)
{
	struct journal_db *journal = self;

	return walk(journal, journal->untold, each, arg, err);
}

int journal_db_told(struct journal_db *journal, const struct isolation *isolation, struct err *err)
{
	db_bind_u64(journal->tell, 1, isolation->id);
	db_bind_u64(journal->tell, 2, isolation->state);
	return db_step(journal->tell, err);
}

/* What a store of an earlier version holds counts as told.  No number of the schema changes for it. */
static int make_told(struct db *db, struct err *err)
{
	uint64_t tables;

	if (db_number(db, "SELECT count(*) FROM sqlite_master WHERE name = 'told'", &tables, err) <
	    0)
		return ERR_FAILED;
	return tables ? 0
		      : db_run(db,
			       "BEGIN; CREATE TABLE told(isolation INTEGER PRIMARY KEY, state INTEGER NOT NULL);"
			       "INSERT INTO told SELECT id, state FROM isolations; COMMIT",
			       err);
}

/* "id, incident, ..., host, mac, dry_run" and as many question marks. */
static void column_list(char *names, size_t names_size, char *marks, size_t marks_size)
{
	size_t at = 0, mark = 0;

	for (int i = 0; i < NUMBERS + TEXTS; i++) {
		const char *column = i < NUMBERS ? numbers[i].column : texts[i - NUMBERS].column;

		at += (size_t)snprintf(names + at, names_size - at, "%s, ", column);
		mark += (size_t)snprintf(marks + mark, marks_size - mark, "?, ");
		INVARIANT(at < names_size && mark < marks_size);
	}
	snprintf(names + at, names_size - at, "host, mac, dry_run");
	snprintf(marks + mark, marks_size - mark, "?, ?, ?");
}

struct journal_db *journal_db_new(struct db *db, bool dry_run, struct err *err)
{
	struct journal_db *journal = mem_alloc(sizeof(*journal));
	char names[768], marks[256], sql[1280];

	journal->dry_run = dry_run;
	journal->interface = (struct journal){
		.self = journal, .keep = keep, .recall = recall, .untold = untold
	};
	if (make_told(db, err) < 0)
		goto fail;
	column_list(names, sizeof(names), marks, sizeof(marks));
	snprintf(sql, sizeof(sql), "INSERT OR REPLACE INTO isolations(%s) VALUES(%s)", names,
		 marks);
	journal->keep = db_prepare(db, sql, err);
	snprintf(sql, sizeof(sql),
		 "SELECT %s FROM isolations WHERE ended_ns = 0 AND dry_run = 0 ORDER BY id", names);
	journal->recall = journal->keep ? db_prepare(db, sql, err) : NULL;
	if (journal->recall && db_run(db, measures, err) == 0)
		journal->keep_measure =
			db_prepare(db,
				   "INSERT OR REPLACE INTO measures(isolation, proto, port_first,"
				   " port_last, per_s) VALUES(?, ?, ?, ?, ?)",
				   err);
	if (journal->keep_measure)
		journal->recall_measure =
			db_prepare(db,
				   "SELECT proto, port_first, port_last, per_s FROM measures"
				   " WHERE isolation = ?",
				   err);
	snprintf(
		sql, sizeof(sql),
		"SELECT %s FROM isolations WHERE dry_run = 0 AND NOT EXISTS (SELECT 1 FROM told WHERE told.isolation ="
		" isolations.id AND told.state = isolations.state) ORDER BY id",
		names);
	journal->untold = journal->recall_measure ? db_prepare(db, sql, err) : NULL;
	journal->tell =
		journal->untold
			? db_prepare(db,
				     "INSERT OR REPLACE INTO told(isolation, state) VALUES(?, ?)",
				     err)
			: NULL;
	if (journal->tell)
		return journal;
fail:
	journal_db_free(journal);
	return NULL;
}

void journal_db_free(struct journal_db *journal)
{
	if (!journal)
		return;
	db_query_free(journal->keep);
	db_query_free(journal->recall);
	db_query_free(journal->keep_measure);
	db_query_free(journal->recall_measure);
	db_query_free(journal->untold);
	db_query_free(journal->tell);
	mem_free(journal);
}

const struct journal *journal_db_interface(struct journal_db *journal)
{
	return &journal->interface;
}
