/* SPDX-License-Identifier: Apache-2.0 */
/* test_incidents.c - the list of incidents: what people did among what was seen, and stores of an older Cordon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/cli/command.h"
#include "core/store/db.h"

static char path[64], listed[8192];

static void make_store(const char *sql)
{
	int fd;
	struct db *db;

	snprintf(path, sizeof(path), "/tmp/cordon-incidents-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	db = db_open(path, NULL);
	assert_non_null(db);
	assert_int_equal(db_run(db, sql, NULL), 0);
	db_close(db);
}

static const char *list(const char *origin)
{
	char *argv[] = { (char[]){ "--store" }, path, (char[]){ "--origin" },
			 (char *)(uintptr_t)origin, NULL };
	FILE *out = fmemopen(listed, sizeof(listed), "w");

	assert_int_equal(cli_incidents(4, argv, out, stderr), EXIT_CODE_OK);
	fclose(out);
	return listed;
}

static const char rows[] =
	"INSERT INTO incidents VALUES(1, '10.0.0.1', 0, 'm', 'convicted', 'worm', 15.5, 5, 1, 1700000000000000000, 1, '',"
	" 'interface eth1');"
	"INSERT INTO incidents VALUES(2, '10.0.0.2', 0, 'm', 'suspected', 'worm', 7.5, 3, 1, 1500000000000000000, 0, '',"
	" 'capture /srv/100%_old.pcap');"
	"INSERT INTO isolations VALUES(7, 1, '10.0.0.1', 0, 'm', 'pc-1', 3, 0, 1, 0, '', 'repair', 0, 0, 4, 1, 1,"
	" 1700000000000000000, 0, 0, 0, 0, 0, 0, 0, 0, '', 'anna', 0, 'anna', 'it screams');"
	"INSERT INTO isolations VALUES(8, 1, '10.0.0.1', 0, 'm', 'pc-1', 3, 0, 1, 0, '', 'repair', 0, 0, 4, 1, 1,"
	" 1700000000000000000, 0, 0, 0, 0, 0, 0, 0, 0, '', '', 0, '', '');"
	"INSERT INTO isolations VALUES(9, 0, '::', 0, 'm', 'pc-3', 3, 0, 1, 0, '', 'repair', 0, 0, 4, 1, 1,"
	" 1600000000000000000, 0, 0, 0, 0, 0, 0, 0, 0, '', 'bert', 0, 'bert', '');";

static void people_stand_among_what_was_seen_newest_first(void **state)
{
	(void)state;
	make_store(rows);
	assert_string_equal(
		list(""),
		"1     2023-11-14T22:13:20  10.0.0.1         m                  convicted  worm              15.5 nats  "
		"5 contacts  interface eth1  isolation 7 by anna: it screams\n"
		"0     2020-09-13T12:26:40  -                m                  proven     by a person, nothing was held "
		"against it  isolation 9 by bert\n"
		"2     2017-07-14T02:40:00  10.0.0.2         m                  suspected  worm               7.5 nats  "
		"3 contacts  capture /srv/100%_old.pcap\n");
	assert_null(strstr(list("interface"), "10.0.0.2"));
	assert_non_null(strstr(list("eth1"), "10.0.0.1"));
	assert_non_null(strstr(list("person"), "isolation 9 by bert"));
	assert_non_null(strstr(list("100%_old.pcap"), "10.0.0.2"));
	assert_string_equal(list("10__old.pcap"), "no incidents of 10__old.pcap\n");
	assert_string_equal(list("%"), "no incidents of %\n");
	unlink(path);
}

static void a_store_of_an_older_cordon_is_listed_as_it_is(void **state)
{
	(void)state;
	make_store(
		"ALTER TABLE incidents DROP COLUMN origin; ALTER TABLE isolations DROP COLUMN dry_run;"
		"ALTER TABLE isolations DROP COLUMN asked_by; ALTER TABLE isolations DROP COLUMN why;"
		"INSERT INTO incidents VALUES(1, '10.0.0.1', 0, 'm', 'convicted', 'worm', 15.5, 5, 1,"
		" 1700000000000000000, 1, ''); PRAGMA user_version = 2");
	assert_non_null(strstr(list(""), "5 contacts  -\n"));
	assert_string_equal(list("interface"), "no incidents of interface\n");
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_stand_among_what_was_seen_newest_first),
		cmocka_unit_test(a_store_of_an_older_cordon_is_listed_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
