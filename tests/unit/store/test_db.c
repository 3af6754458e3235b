/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
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
		       "ALTER TABLE incidents DROP COLUMN origin; ALTER TABLE isolations DROP COLUMN dry_run;"
		       "ALTER TABLE isolations DROP COLUMN asked_by; ALTER TABLE isolations DROP COLUMN why;"
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

/* Opens the store as somebody who may not write its folder; 0 if it could be read. */
static int read_as_a_stranger(const char *path)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct err err = { 0 };
		struct db *db;

		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(3);
		db = db_open_read_only(path, &err);
		_exit(db                                          ? number(db, "SELECT 7") != 7
		      : strstr(err.text, "copy it together with") ? 2
								  : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

static void a_store_is_read_where_nobody_may_write(void **state)
{
	char folder[] = "/tmp/cordon-evidence-XXXXXX", path[80], name[90];
	struct err err = { 0 };
	struct db *db;
	FILE *wal;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/what?is%%this.db", folder);
	db = db_open(path, &err);
	assert_non_null(db);
	db_close(db);
	chmod(path, 0444);
	chmod(folder, 0555);
	assert_int_equal(read_as_a_stranger(path), 0);
	chmod(folder, 0755);
	snprintf(name, sizeof(name), "%s-wal", path);
	wal = fopen(name, "w");
	assert_non_null(wal);
	fputs("not yet in the store", wal);
	fclose(wal);
	chmod(folder, 0555);
	assert_int_equal(read_as_a_stranger(path), 2);
	chmod(folder, 0755);
	remove_store(path);
	assert_int_equal(rmdir(folder), 0);
}

/* Opens the store in another process; 0 if that could be done. */
static int open_elsewhere(const char *path, struct db *(*open)(const char *, struct err *))
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct err err = { 0 };

		_exit(open(path, &err) ? 0 : strstr(err.text, "another cordond") ? 2 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

static void one_process_numbers_the_entries(void **state)
{
	char path[] = "/tmp/cordon-alone-XXXXXX";
	struct err err = { 0 };
	struct db *db;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	db = db_open_alone(path, &err);
	assert_non_null(db);
	assert_int_equal(open_elsewhere(path, db_open_alone), 2);
	assert_int_equal(open_elsewhere(path, db_open), 0);
	assert_int_equal(open_elsewhere(path, db_open_read_only), 0);
	db_close(db);
	assert_int_equal(open_elsewhere(path, db_open_alone), 0);
	remove_store(path);
}

static void a_folder_is_not_taken_for_a_store(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_null(db_open_read_only("/tmp", &err));
	assert_non_null(strstr(err.text, "is a directory"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_old_store_is_read_and_upgraded),
		cmocka_unit_test(a_store_is_read_where_nobody_may_write),
		cmocka_unit_test(one_process_numbers_the_entries),
		cmocka_unit_test(a_folder_is_not_taken_for_a_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
