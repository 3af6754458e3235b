/* SPDX-License-Identifier: Apache-2.0 */
/* test_repair_db.c - orders to firmware survive the process, whole, and what nobody was told of is told. */
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
#include "core/store/store.h"
#include "tests/unit/store/file.h"

#define T0 s_to_ns(1700000000)

static const char *detector(unsigned id)
{
	(void)id;
	return "?";
}

static struct store *open_store(void)
{
	struct store_terms terms = { .path = path, .detector_name = detector, .origin = "" };
	struct err err = { 0 };
	struct store *store = store_open(&terms, &err);

	if (!store)
		fail_msg("%s", err.text);
	return store;
}

static struct repair whole(uint64_t id)
{
	struct repair repair = { .id = id,
				 .mac = { { 2, 0, 0, 0, 0, 23 } },
				 .asset = "pc-23",
				 .wish = { REMEDY_CYCLE, REMEDY_BOOT_SETUP, 0 },
				 .state = REPAIR_ORDERED,
				 .power = REMEDY_ASLEEP,
				 .direct = true,
				 .isolation = 9,
				 .asked_ns = T0,
				 .asked_by = "anna",
				 .why = "it's \"broken\"",
				 .said = "ordered: cycle",
				 .device = "AMT 12 at x" };

	assert_true(ip_parse("10.20.0.23", &repair.host.ip));
	repair.host.vlan = 20;
	return repair;
}

static void keep(struct store *store, const struct repair *repair)
{
	const struct repair_journal *journal = store_repairs(store);

	assert_int_equal(journal->keep(journal->self, repair, NULL), 0);
}

static void tell(struct store *store, const struct repair *repair)
{
	struct fact fact = { .type = FACT_REPAIR, .wall_ns = T0, .repair = repair };

	assert_int_equal(store_fact(store, &fact, NULL), 0);
}

struct found {
	struct repair repair;
	unsigned count;
};

static void note(void *arg, const struct repair *repair)
{
	struct found *found = arg;

	found->repair = *repair;
	found->count++;
}

static struct found look(struct store *store, bool untold)
{
	const struct repair_journal *journal = store_repairs(store);
	struct found found = { .count = 0 };
	struct err err = { 0 };

	if ((untold ? journal->untold : journal->recall)(journal->self, note, &found, &err) < 0)
		fail_msg("%s", err.text);
	return found;
}

static void an_order_comes_back_as_it_was_kept(void **state)
{
	struct repair repair = whole(4), back;
	struct store *store;

	(void)state;
	make_path();
	store = open_store();
	assert_int_equal(store_next_repair(store), 1);
	keep(store, &repair);
	store_close(store);
	store = open_store();
	back = look(store, false).repair;
	assert_int_equal(look(store, false).count, 1);
	assert_memory_equal(&back, &repair, sizeof(back));
	assert_int_equal(store_next_repair(store), 5);
	store_close(store);
	remove_path();
}

static void what_has_ended_is_not_recalled(void **state)
{
	struct repair repair = whole(1);
	struct store *store;

	(void)state;
	make_path();
	store = open_store();
	keep(store, &repair);
	repair.state = REPAIR_DONE;
	repair.ended_ns = T0 + 1;
	keep(store, &repair);
	assert_int_equal(look(store, false).count, 0);
	store_close(store);
	remove_path();
}

static void each_state_that_was_kept_is_told_once(void **state)
{
	struct repair repair = whole(1);
	struct store *store;

	(void)state;
	make_path();
	store = open_store();
	keep(store, &repair);
	assert_int_equal(look(store, true).count, 1);
	tell(store, &repair);
	assert_int_equal(look(store, true).count, 0);
	repair.state = REPAIR_DONE;
	keep(store, &repair);
	assert_int_equal(look(store, true).repair.state, REPAIR_DONE);
	tell(store, &repair);
	assert_int_equal(look(store, true).count, 0);
	/* A refusal has no number, and takes none. */
	repair.id = 0;
	repair.state = REPAIR_REFUSED;
	tell(store, &repair);
	assert_int_equal(look(store, true).count, 0);
	store_close(store);
	remove_path();
}

static void count_start(void *arg, uint64_t started_ns)
{
	unsigned *count = arg;

	assert_int_equal(started_ns, T0);
	(*count)++;
}

/* The hourly cap must not forget over a restart whom people cut off by a switch. */
static void orders_to_machines_that_were_at_work_are_remembered_for_the_cap(void **state)
{
	static const struct {
		struct remedy_wish wish;
		uint64_t isolation;
	} cases[] = { { { REMEDY_OFF, 0, 0 }, 0 },             /* counts */
		      { { REMEDY_ON, REMEDY_BOOT_CD, 0 }, 0 }, /* counts */
		      { { REMEDY_ON, 0, 0 }, 0 },              /* disturbs nobody */
		      { { REMEDY_RESET, 0, 0 }, 5 } };         /* has been counted */
	unsigned count = 0;
	struct store *store;

	(void)state;
	make_path();
	store = open_store();
	for (unsigned i = 0; i < 4; i++) {
		struct repair repair = whole(i + 1);

		repair.wish = cases[i].wish;
		repair.isolation = cases[i].isolation;
		keep(store, &repair);
	}
	assert_int_equal(store_ended_starts(store, T0, count_start, &count, NULL), 0);
	assert_int_equal(count, 2);
	assert_int_equal(store_ended_starts(store, T0 + 1, count_start, &count, NULL), 0);
	assert_int_equal(count, 2);
	store_close(store);
	remove_path();
}

static void a_row_that_makes_no_sense_is_refused(void **state)
{
	static const char *const edits[] = {
		"act = 99",     "boot = 5",   "state = 7", "power = 4",
		"vlan = 65536", "host = 'x'", "mac = 'x'", "act = 256"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		const struct repair_journal *journal;
		struct repair repair = whole(1);
		struct found found = { .count = 0 };
		struct err err = { 0 };
		struct store *store;
		struct db *db;
		char sql[80];

		make_path();
		store = open_store();
		keep(store, &repair);
		store_close(store);
		db = db_open(path, NULL);
		snprintf(sql, sizeof(sql), "UPDATE repairs SET %s", edits[i]);
		assert_int_equal(db_run(db, sql, NULL), 0);
		db_close(db);
		store = open_store();
		journal = store_repairs(store);
		if (journal->recall(journal->self, note, &found, &err) == 0)
			fail_msg("%s is believed", edits[i]);
		assert_non_null(strstr(err.text, "repair 1 cannot be read"));
		assert_int_equal(found.count, 0);
		store_close(store);
		remove_path();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_comes_back_as_it_was_kept),
		cmocka_unit_test(what_has_ended_is_not_recalled),
		cmocka_unit_test(each_state_that_was_kept_is_told_once),
		cmocka_unit_test(orders_to_machines_that_were_at_work_are_remembered_for_the_cap),
		cmocka_unit_test(a_row_that_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
