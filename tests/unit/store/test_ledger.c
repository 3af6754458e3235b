/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/err.h"
#include "core/store/db.h"
#include "core/store/ledger.h"

struct scene {
	char path[64];
	struct db *db;
	struct ledger *ledger;
};

static void open_scene(struct scene *scene)
{
	struct err err = { 0 };
	int fd;

	snprintf(scene->path, sizeof(scene->path), "/tmp/cordon-ledger-XXXXXX");
	fd = mkstemp(scene->path);
	assert_true(fd >= 0);
	close(fd);
	scene->db = db_open(scene->path, &err);
	assert_non_null(scene->db);
	scene->ledger = ledger_new(scene->db, &err);
	assert_non_null(scene->ledger);
}

static void close_scene(struct scene *scene)
{
	char extra[80];

	ledger_free(scene->ledger);
	db_close(scene->db);
	unlink(scene->path);
	snprintf(extra, sizeof(extra), "%s-wal", scene->path);
	unlink(extra);
	snprintf(extra, sizeof(extra), "%s-shm", scene->path);
	unlink(extra);
}

static void append(struct scene *scene, const char *json)
{
	struct err err = { 0 };

	assert_int_equal(ledger_append(scene->ledger, json, strlen(json), &err), 0);
}

static void an_untouched_chain_holds(void **state)
{
	struct ledger_head head, own;
	struct scene scene;
	struct err err = { 0 };

	(void)state;
	open_scene(&scene);
	append(&scene, "{\"a\":1}");
	append(&scene, "{\"a\":2}");
	append(&scene, "{\"a\":3}");
	assert_int_equal(ledger_verify(scene.db, &head, &err), 0);
	own = ledger_head(scene.ledger);
	assert_int_equal(head.entries, 3);
	assert_memory_equal(head.hash.bytes, own.hash.bytes, sizeof(own.hash.bytes));
	close_scene(&scene);
}

/* Computed by hand: sha256(32 zero bytes || 00..01 || "x"). */
static void the_first_hash_is_what_the_header_says(void **state)
{
	struct digest_sha256 expected;
	uint8_t bytes[32 + 8 + 1] = { 0 };
	struct ledger_head head;
	struct scene scene;

	(void)state;
	bytes[39] = 1;
	bytes[40] = 'x';
	digest_sha256(bytes, sizeof(bytes), &expected);
	open_scene(&scene);
	append(&scene, "x");
	head = ledger_head(scene.ledger);
	assert_memory_equal(head.hash.bytes, expected.bytes, sizeof(expected.bytes));
	close_scene(&scene);
}

static void any_tampering_is_found_at_its_place(void **state)
{
	static const struct {
		const char *name, *sql, *says;
	} cases[] = {
		{ "a changed text", "UPDATE ledger SET json = '{\"a\":9}' WHERE sequence = 2",
		  "entry 2 was changed" },
		{ "a changed hash", "UPDATE ledger SET hash = zeroblob(32) WHERE sequence = 3",
		  "entry 3 was changed" },
		{ "a removed entry", "DELETE FROM ledger WHERE sequence = 2",
		  "entry 2 is missing" },
		{ "the first one gone", "DELETE FROM ledger WHERE sequence = 1",
		  "entry 1 is missing" },
		{ "two swapped",
		  "UPDATE ledger SET sequence = CASE sequence WHEN 1 THEN -2 ELSE -1 END WHERE sequence < 3;"
		  "UPDATE ledger SET sequence = -sequence WHERE sequence < 0",
		  "entry 1 was changed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ledger_head head;
		struct err err = { 0 };
		struct scene scene;

		open_scene(&scene);
		append(&scene, "{\"a\":1}");
		append(&scene, "{\"a\":2}");
		append(&scene, "{\"a\":3}");
		assert_int_equal(db_run(scene.db, cases[i].sql, &err), 0);
		if (ledger_verify(scene.db, &head, &err) == 0)
			fail_msg("%s was not noticed", cases[i].name);
		if (!strstr(err.text, cases[i].says))
			fail_msg("%s: said \"%s\"", cases[i].name, err.text);
		close_scene(&scene);
	}
}

static void a_new_process_goes_on_where_the_old_one_stopped(void **state)
{
	struct ledger_head head;
	struct scene scene;
	struct err err = { 0 };

	(void)state;
	open_scene(&scene);
	append(&scene, "one");
	ledger_free(scene.ledger);
	scene.ledger = ledger_new(scene.db, &err);
	append(&scene, "two");
	assert_int_equal(ledger_verify(scene.db, &head, &err), 0);
	assert_int_equal(head.entries, 2);
	close_scene(&scene);
}

static void a_store_of_a_newer_cordon_is_refused(void **state)
{
	struct err err = { 0 };
	struct scene scene;
	struct db *again;

	(void)state;
	open_scene(&scene);
	assert_int_equal(db_run(scene.db, "PRAGMA user_version = 99", &err), 0);
	again = db_open_read_only(scene.path, &err);
	assert_null(again);
	assert_non_null(strstr(err.text, "newer Cordon"));
	close_scene(&scene);
}

static void what_is_no_store_is_refused_with_its_name(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_null(db_open_read_only("/nowhere/at/all", &err));
	assert_non_null(strstr(err.text, "/nowhere/at/all"));
	err_clear(&err);
	assert_null(db_open("Makefile", &err));
	assert_non_null(strstr(err.text, "Makefile"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_untouched_chain_holds),
		cmocka_unit_test(the_first_hash_is_what_the_header_says),
		cmocka_unit_test(any_tampering_is_found_at_its_place),
		cmocka_unit_test(a_new_process_goes_on_where_the_old_one_stopped),
		cmocka_unit_test(a_store_of_a_newer_cordon_is_refused),
		cmocka_unit_test(what_is_no_store_is_refused_with_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
