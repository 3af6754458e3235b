/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/err.h"
#include "core/store/db.h"

static uint64_t number(struct db *db, const char *sql)
{
	struct err err = { 0 };
	uint64_t value = 0;

	assert_int_equal(db_number(db, sql, &value, &err), 0);
	return value;
}

static void remove_store(const char *path)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char name[80];

	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
}

/* A store of the first version: read as it is, upgraded by who may write, nothing lost. */
static void an_old_store_is_read_and_upgraded(void **state)
{
	char path[] = "/tmp/cordon-upgrade-XXXXXX";
	struct err err = { 0 };
	struct db *db;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	db = db_open(path, &err);
	assert_non_null(db);
	assert_int_equal(
		db_run(db,
		       "DROP TABLE infections; PRAGMA user_version = 1; INSERT INTO assets VALUES('a', 'b', '', '', '')",
		       &err),
		0);
	db_close(db);
	db = db_open_read_only(path, &err);
	assert_non_null(db);
	assert_int_equal(number(db, "SELECT count(*) FROM assets"), 1);
	assert_int_equal(number(db, "PRAGMA user_version"), 1);
	db_close(db);
	db = db_open(path, &err);
	assert_non_null(db);
	assert_int_equal(number(db, "SELECT count(*) FROM assets"), 1);
	assert_int_equal(number(db, "SELECT count(*) FROM infections"), 0);
	assert_true(number(db, "PRAGMA user_version") >= 2);
	assert_int_equal(db_run(db, "PRAGMA user_version = 1000", &err), 0);
	db_close(db);
	assert_null(db_open(path, &err));
	remove_store(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(an_old_store_is_read_and_upgraded) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
