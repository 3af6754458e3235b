/* SPDX-License-Identifier: Apache-2.0 */
/* test_missed.c - the card's counters since the start, whatever becomes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/daemon/missed.h"

static char folder[] = "/tmp/cordon-missed-XXXXXX";
static char counters[2][192];

static int make(void **state)
{
	char path[128];

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/eth7", folder);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/eth7/statistics", folder);
	mkdir(path, 0700);
	snprintf(counters[0], sizeof(counters[0]), "%s/rx_missed_errors", path);
	snprintf(counters[1], sizeof(counters[1]), "%s/rx_fifo_errors", path);
	return 0;
}

static int clean(void **state)
{
	char path[128];

	(void)state;
	unlink(counters[0]);
	unlink(counters[1]);
	snprintf(path, sizeof(path), "%s/eth7/statistics", folder);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/eth7", folder);
	rmdir(path);
	return rmdir(folder);
}

static void set(unsigned which, const char *text)
{
	FILE *file = fopen(counters[which], "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void only_what_was_missed_since_the_start_counts(void **state)
{
	static const struct {
		const char *missed, *fifo;
		uint64_t count;
	} cases[] = {
		{ "1000\n", "7\n", 0 }, { "1001\n", "7\n", 1 },     { "1001\n", "20\n", 14 },
		{ "3\n", "20\n", 13 },  { "nonsense\n", "7\n", 0 }, { "", "", 0 },
	};
	struct missed *missed;

	(void)state;
	set(0, "1000\n");
	set(1, "7\n");
	missed = missed_new(folder, "eth7");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set(0, cases[i].missed);
		set(1, cases[i].fifo);
		assert_int_equal(missed_count(missed), cases[i].count);
	}
	missed_free(missed);
}

static void an_interface_without_counters_misses_nothing(void **state)
{
	struct missed *missed = missed_new(folder, "any");

	(void)state;
	assert_int_equal(missed_count(missed), 0);
	missed_free(missed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_was_missed_since_the_start_counts),
		cmocka_unit_test(an_interface_without_counters_misses_nothing),
	};

	return cmocka_run_group_tests(tests, make, clean);
}
