/* SPDX-License-Identifier: Apache-2.0 */
/* test_store.c - one store of captures and of the wire: what each left there, and what an older Cordon did. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/err.h"
#include "core/base/units.h"
#include "core/store/db.h"
#include "core/store/ledger.h"
#include "core/store/store.h"
#include "tests/unit/store/file.h"

#define T0 s_to_ns(1700000000)

static const char *detector(unsigned id)
{
	return id == DETECTOR_TRW ? "trw" : "?";
}

static struct store *open_as(const char *origin, bool dry_run)
{
	struct store_terms terms = {
		.path = path, .detector_name = detector, .origin = origin, .dry_run = dry_run
	};
	struct err err = { 0 };
	struct store *store = store_open(&terms, &err);

	if (!store)
		fail_msg("%s", err.text);
	return store;
}

static struct isolation isolation_of(uint64_t id, uint8_t state)
{
	struct isolation isolation = { .id = id,
				       .state = state,
				       .asked_ns = T0,
				       .ended_ns = state == ISOLATION_RELEASED ? T0 : 0,
				       .decision = { .verdict = VERDICT_ISOLATE } };

	snprintf(isolation.asset, sizeof(isolation.asset), "pc-%llu", (unsigned long long)id);
	assert_true(ip_parse("10.0.0.1", &isolation.host.ip));
	return isolation;
}

/* As a response does: first keep, then tell. */
static void isolate(struct store *store, uint64_t id, uint8_t state, bool dry_run)
{
	const struct journal *journal = store_journal(store);
	struct fact_isolation told = { .isolation = isolation_of(id, state),
				       .enforcer = "x",
				       .dry_run = dry_run };
	struct fact fact = { .type = FACT_ISOLATION, .wall_ns = T0, .isolation = &told };

	assert_int_equal(journal->keep(journal->self, &told.isolation, NULL), 0);
	assert_int_equal(store_fact(store, &fact, NULL), 0);
}

static void suspect(struct store *store, uint64_t id)
{
	struct incident incident = { .id = id, .state = INCIDENT_SUSPECTED };
	struct fact fact = { .type = FACT_INCIDENT, .wall_ns = T0, .incident = &incident };

	assert_int_equal(store_fact(store, &fact, NULL), 0);
}

static void count(void *arg, const struct isolation *isolation)
{
	unsigned *ids = arg;

	*ids = *ids * 10 + (unsigned)isolation->id;
}

static void count_start(void *arg, uint64_t started_ns)
{
	(void)started_ns;
	++*(unsigned *)arg;
}

/* The numbers of those that a daemon which enforces takes up. */
static unsigned taken_up(void)
{
	struct store *store = open_as("interface eth1", false);
	const struct journal *journal = store_journal(store);
	unsigned ids = 0, late = 0;

	assert_int_equal(journal->untold(journal->self, count, &late, NULL), 0);
	assert_int_equal(late, 0);
	assert_int_equal(journal->recall(journal->self, count, &ids, NULL), 0);
	store_close(store);
	return ids;
}

static void what_was_on_paper_is_never_taken_up_by_who_enforces(void **state)
{
	unsigned starts = 0;
	struct store *store;

	(void)state;
	make_path();
	store = open_as("capture /srv/old.pcap", true);
	isolate(store, 1, ISOLATION_APPLIED, true);
	isolate(store, 2, ISOLATION_RELEASED, true);
	store_close(store);
	store = open_as("interface eth1", false);
	isolate(store, 3, ISOLATION_APPLIED, false);
	isolate(store, 4, ISOLATION_RELEASED, false);
	assert_int_equal(store_next_isolation(store), 3); /* as it was opened */
	assert_int_equal(store_ended_starts(store, 0, count_start, &starts, NULL), 0);
	assert_int_equal(starts, 1); /* what was on paper does not count for the cap */
	store_close(store);
	assert_int_equal(taken_up(), 3);
	remove_path();
}

static void incidents_bear_where_they_were_seen(void **state)
{
	struct db_query *query;
	struct store *store;
	struct db *db;

	(void)state;
	make_path();
	store = open_as("capture /srv/old.pcap", true);
	suspect(store, 1);
	store_close(store);
	store = open_as("interface eth1", false);
	suspect(store, 2);
	store_close(store);
	db = db_open_read_only(path, NULL);
	query = db_prepare(db, "SELECT origin FROM incidents ORDER BY id", NULL);
	assert_int_equal(db_step(query, NULL), 1);
	assert_string_equal(db_text(query, 0), "capture /srv/old.pcap");
	assert_int_equal(db_step(query, NULL), 1);
	assert_string_equal(db_text(query, 0), "interface eth1");
	db_query_free(query);
	db_close(db);
	remove_path();
}

/* Makes of the store what the version before wrote; entries of the ledger that are no JSON are left alone. */
static void make_older(void)
{
	struct db *db = db_open(path, NULL);

	assert_non_null(db);
	assert_int_equal(
		db_run(db,
		       "ALTER TABLE incidents DROP COLUMN origin; ALTER TABLE isolations DROP COLUMN dry_run;"
		       "ALTER TABLE isolations DROP COLUMN asked_by; ALTER TABLE isolations DROP COLUMN why;"
		       "INSERT INTO ledger VALUES(1000, 'edited by hand', x'00');"
		       "PRAGMA user_version = 2",
		       NULL),
		0);
	db_close(db);
}

static void what_was_on_paper_is_known_of_an_older_store_too(void **state)
{
	struct store *store;
	struct db *db;
	uint64_t number;

	(void)state;
	make_path();
	store = open_as("", true);
	isolate(store, 1, ISOLATION_APPLIED, true);
	suspect(store, 1);
	store_close(store);
	store = open_as("", false);
	isolate(store, 2, ISOLATION_APPLIED, false);
	store_close(store);
	make_older();
	db = db_open(path, NULL); /* upgrades */
	assert_non_null(db);
	assert_int_equal(db_run(db, "DELETE FROM ledger WHERE sequence = 1000", NULL), 0);
	assert_int_equal(db_number(db, "SELECT count(*) FROM incidents WHERE origin = ''", &number,
				   NULL),
			 0);
	assert_int_equal(number, 1);
	db_close(db);
	assert_int_equal(taken_up(), 2);
	remove_path();
}

static int suspect_or_fail(struct store *store, uint64_t id, struct err *err)
{
	struct incident incident = { .id = id, .state = INCIDENT_SUSPECTED };
	struct fact fact = { .type = FACT_INCIDENT, .wall_ns = T0, .incident = &incident };

	return store_fact(store, &fact, err);
}

/* First the row, then the way back fails, as a disk does; it is well again afterwards. */
static void a_ledger_goes_on_whole_after_a_disk_that_failed_twice(void **state)
{
	static const char breaks[] =
		"CREATE TRIGGER full BEFORE INSERT ON incidents BEGIN SELECT RAISE(ABORT, 'full'); END;"
		"CREATE TABLE aside AS SELECT hash FROM ledger WHERE sequence = 1;"
		"UPDATE ledger SET hash = x'00' WHERE sequence = 1",
			  mends[] =
				  "DROP TRIGGER full;"
				  "UPDATE ledger SET hash = (SELECT hash FROM aside) WHERE sequence = 1";
	struct ledger_head head;
	struct store *store;
	struct db *disk;

	(void)state;
	make_path();
	store = open_as("interface eth1", false);
	disk = db_open(path, NULL);
	suspect(store, 1);
	assert_int_equal(db_run(disk, breaks, NULL), 0);
	for (unsigned times = 0; times < 2; times++) {
		struct err err = { 0 };

		assert_true(suspect_or_fail(store, 2, &err) < 0);
		assert_true(err_is_set(&err));
	}
	assert_int_equal(db_run(disk, mends, NULL), 0);
	suspect(store, 2);
	assert_int_equal(ledger_verify(disk, &head, NULL), 0);
	assert_int_equal(head.entries, 2);
	db_close(disk);
	store_close(store);
	remove_path();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_on_paper_is_never_taken_up_by_who_enforces),
		cmocka_unit_test(incidents_bear_where_they_were_seen),
		cmocka_unit_test(what_was_on_paper_is_known_of_an_older_store_too),
		cmocka_unit_test(a_ledger_goes_on_whole_after_a_disk_that_failed_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
