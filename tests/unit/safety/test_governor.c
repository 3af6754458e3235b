/* SPDX-License-Identifier: Apache-2.0 */
#include "core/safety/governor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/units.h"

#define T0 s_to_ns(1700000000)

static const struct {
	const char *name;
	unsigned per_hour, started, minutes_later;
	bool allowed;
} cases[] = {
	{ "nothing started yet", 10, 0, 0, true },
	{ "one below the cap", 10, 9, 0, true },
	{ "at the cap", 10, 10, 0, false },
	{ "at the cap, an hour not yet over", 10, 10, 59, false },
	{ "at the cap, an hour later", 10, 10, 60, true },
	{ "zero forbids all", 0, 0, 0, false },
	{ "a cap beyond all sense is a thousand", 100000, 1000, 0, false },
	{ "people's isolations beyond the cap do not open it", 2, 1500, 30, false },
};

static void so_many_an_hour_and_no_more(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct governor *governor = governor_new(cases[c].per_hour);
		char reason[GOVERNOR_REASON_BYTES];

		print_message("  %s\n", cases[c].name);
		for (unsigned i = 0; i < cases[c].started; i++)
			governor_count(governor, T0);
		assert_int_equal(governor_allows(governor,
						 T0 + s_to_ns(60 * cases[c].minutes_later), reason),
				 cases[c].allowed);
		assert_int_equal(*reason == '\0', cases[c].allowed);
		governor_free(governor);
	}
}

static void the_window_slides(void **state)
{
	struct governor *governor = governor_new(3);
	char reason[GOVERNOR_REASON_BYTES];

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		governor_count(governor, T0 + s_to_ns(1200 * i));
	assert_int_equal(governor_used(governor, T0 + s_to_ns(2400)), 3);
	assert_false(governor_allows(governor, T0 + s_to_ns(3599), reason));
	assert_non_null(strstr(reason, "3 isolations in the last hour, the limit is 3"));
	assert_true(governor_allows(governor, T0 + s_to_ns(3600), reason));
	assert_int_equal(governor_used(governor, T0 + s_to_ns(4800)), 1);
	governor_free(governor);
}

static void what_a_restart_recalls_counts(void **state)
{
	struct governor *governor = governor_new(1);
	char reason[GOVERNOR_REASON_BYTES];

	(void)state;
	governor_recall(governor, T0);
	assert_false(governor_allows(governor, T0 + s_to_ns(10), reason));
	governor_free(governor);
}

static void a_clock_set_back_does_not_open_the_brake(void **state)
{
	struct governor *governor = governor_new(1);
	char reason[GOVERNOR_REASON_BYTES];

	(void)state;
	governor_count(governor, T0);
	assert_false(governor_allows(governor, T0 - s_to_ns(86400), reason));
	governor_free(governor);
}

static void a_blind_sensor_pauses_automation(void **state)
{
	struct governor *governor = governor_new(10);
	char reason[GOVERNOR_REASON_BYTES];

	(void)state;
	governor_set_blind(governor, "the capture ended");
	assert_true(governor_is_blind(governor));
	assert_false(governor_allows(governor, T0, reason));
	assert_non_null(strstr(reason, "the capture ended"));
	governor_set_blind(governor, NULL);
	assert_true(governor_allows(governor, T0, reason));
	governor_free(governor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_many_an_hour_and_no_more),
		cmocka_unit_test(the_window_slides),
		cmocka_unit_test(what_a_restart_recalls_counts),
		cmocka_unit_test(a_clock_set_back_does_not_open_the_brake),
		cmocka_unit_test(a_blind_sensor_pauses_automation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
