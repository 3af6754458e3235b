/* SPDX-License-Identifier: Apache-2.0 */
/* test_eve.c - the file of facts: rotated, removed, and on a full disk. */
#include "core/notify/eve.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/err.h"

static char folder[64], path[80], moved[80];

static const char *nobody(unsigned id)
{
	(void)id;
	return "?";
}

static struct eve *open_eve(void)
{
	struct err err = { 0 };
	struct eve *eve;

	snprintf(folder, sizeof(folder), "/tmp/cordon-eve-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/eve.json", folder);
	snprintf(moved, sizeof(moved), "%s/eve.json.1", folder);
	eve = eve_open(path, true, nobody, &err);
	if (!eve)
		fail_msg("%s", err.text);
	return eve;
}

static void close_eve(struct eve *eve)
{
	eve_close(eve, NULL);
	unlink(path);
	unlink(moved);
	assert_int_equal(rmdir(folder), 0);
}

/* A short fact that bears its number; what eve_write() returned. */
static int tell(struct eve *eve, uint32_t number, struct err *err)
{
	struct fact_sensor state = { .state = SENSOR_BLIND };
	struct fact fact = { .type = FACT_SENSOR, .sensor = &state };
	char why[32];

	snprintf(why, sizeof(why), "fact %u", number);
	state.why = why;
	err_clear(err);
	return eve_write(eve, &fact, err);
}

/* The numbers of the facts in the file, in order; fails at a line that is none. */
static unsigned numbers(const char *of)
{
	FILE *file = fopen(of, "r");
	unsigned all = 0;
	char line[512];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		const char *at = strstr(line, "\"why\":\"fact ");

		if (line[0] != '{' || !at || strcmp(line + strlen(line) - 3, "}}\n") != 0)
			fail_msg("a torn line: %s", line);
		all = all * 10 + (unsigned)(at[strlen("\"why\":\"fact ")] - '0');
	}
	fclose(file);
	return all;
}

static void a_file_that_was_rotated_away_is_begun_anew(void **unused)
{
	struct eve *eve = open_eve();
	struct err err = { 0 };

	(void)unused;
	assert_int_equal(tell(eve, 1, &err), 0);
	assert_int_equal(rename(path, moved), 0);
	assert_int_equal(tell(eve, 2, &err), 0);
	assert_int_equal(numbers(moved), 1);
	assert_int_equal(numbers(path), 2);
	unlink(path);
	assert_int_equal(tell(eve, 3, &err), 0);
	assert_int_equal(numbers(path), 3);
	assert_int_equal(truncate(path, 0), 0); /* copied and emptied */
	assert_int_equal(tell(eve, 4, &err), 0);
	assert_int_equal(numbers(path), 4);
	close_eve(eve);
}

static void where_no_new_one_can_be_made_the_old_one_goes_on_and_that_is_said(void **unused)
{
	struct eve *eve = open_eve();
	struct err err = { 0 };

	(void)unused;
	assert_int_equal(tell(eve, 1, &err), 0);
	assert_int_equal(rename(path, moved), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(tell(eve, 2, &err) < 0);
	assert_non_null(strstr(err.text, "was moved away"));
	assert_int_equal(numbers(moved), 12);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(tell(eve, 3, &err), 0);
	assert_int_equal(numbers(path), 3);
	close_eve(eve);
}

static void a_full_disk_leaves_no_half_line(void **unused)
{
	struct eve *eve = open_eve();
	struct rlimit before, full;
	struct err err = { 0 };
	struct stat status;

	(void)unused;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(tell(eve, 1, &err), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	full = before;
	full.rlim_cur = (rlim_t)status.st_size + 20; /* room for a part of the next */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	assert_true(tell(eve, 2, &err) < 0);
	assert_non_null(strstr(err.text, path));
	assert_true(tell(eve, 3, &err) < 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(tell(eve, 4, &err), 0);
	assert_int_equal(numbers(path), 14);
	close_eve(eve);
}

/* The controller must isolate on, whoever sleeps at the other end; a signal ends the test if it waits. */
static void a_reader_that_sleeps_or_is_not_there_holds_up_nobody(void **unused)
{
	struct err err = { 0 };
	struct eve *eve = open_eve(); /* for its folder */
	unsigned written = 0;
	char bytes[65536];
	int reader;

	(void)unused;
	assert_int_equal(eve_close(eve, NULL), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(10);
	assert_null(eve_open(path, true, nobody, &err));
	assert_non_null(strstr(err.text, "nobody reads"));
	err_clear(&err);
	reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(reader >= 0);
	eve = eve_open(path, true, nobody, &err);
	assert_non_null(eve);
	while (written < 10000 && tell(eve, written, &err) == 0)
		written++;
	assert_in_range(written, 100, 9999);
	assert_non_null(strstr(err.text, path));
	/* Awake again: what comes is whole lines. */
	while (read(reader, bytes, sizeof(bytes)) > 0)
		;
	err_clear(&err);
	assert_int_equal(tell(eve, 1, &err), 0);
	written = (unsigned)read(reader, bytes, sizeof(bytes) - 1);
	assert_in_range(written, 2, 65534);
	assert_int_equal(bytes[written - 1], '\n');
	bytes[written] = '\0';
	assert_non_null(strstr(bytes, "{"));
	assert_true(bytes[0] == '{' || bytes[0] == '\n');
	close(reader);
	assert_true(tell(eve, 1, &err) < 0); /* and not the end of the process */
	alarm(0);
	close_eve(eve);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_was_rotated_away_is_begun_anew),
		cmocka_unit_test(where_no_new_one_can_be_made_the_old_one_goes_on_and_that_is_said),
		cmocka_unit_test(a_full_disk_leaves_no_half_line),
		cmocka_unit_test(a_reader_that_sleeps_or_is_not_there_holds_up_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
