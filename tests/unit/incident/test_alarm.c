/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incident/alarm.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/units.h"
#include "core/detect/evidence.h"

#define T0 s_to_ns(1700000000)

static void assert_near(double value, double wanted)
{
	if (!(fabs(value - wanted) <= 1e-6))
		fail_msg("%.9g instead of %.9g", value, wanted);
}

static const struct {
	const char *name;
	unsigned convicted, after_min;
	double nats;
} cases[] = {
	{ "nobody", 0, 0, 0 },
	{ "the first says nothing about others", 1, 0, 0 },
	{ "the second gives ln 4", 2, 0, 1.3862943611 },
	{ "the third as much again", 3, 0, 2.7725887222 },
	{ "half of five are left after ten minutes", 5, 10, 2.0794415417 },
	{ "a quarter after twenty: no more than one", 4, 20, 0 },
	{ "never so much that one contact would do", 40, 0, ALARM_MOST_NATS },
};

static void each_further_convicted_host_gives_ln_4(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct alarm alarm = { 0 };

		print_message("  %s\n", cases[c].name);
		for (unsigned i = 0; i < cases[c].convicted; i++)
			alarm_note(&alarm, 445, T0);
		assert_near(alarm_nats(&alarm, 445, T0 + s_to_ns(60 * cases[c].after_min)),
			    cases[c].nats);
		assert_near(alarm_nats(&alarm, 3389, T0), 0);
		assert_near(alarm_nats(&alarm, 0, T0), 0);
	}
}

static const struct {
	const char *name;
	uint16_t port;
	uint32_t contacts;
	int first_min;
	uint16_t half_life_min;
	bool relieved, is_taken_back;
} items[] = {
	{ "two contacts on the port", 445, 2, 1, 0, true, false },
	{ "one contact", 445, 1, 1, 0, false, false },
	{ "another port", 22, 5, 1, 0, false, false },
	{ "neighbours asked for: no port", 0, 5, 1, 0, false, false },
	{ "began shortly before the first conviction", 445, 2, -29, 0, true, false },
	{ "began this morning", 445, 2, -60, 0, false, false },
	{ "a slow sum", 445, 5, 1, 10080, false, false },
	{ "taken back meanwhile", 445, 5, 1, 0, false, true },
};

static void only_what_belongs_to_the_outbreak_is_relieved(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(items) / sizeof(items[0]); c++) {
		struct evidence item = {
			.detector = DETECTOR_TRW,
			.port_class = CLASS_WORM_PORT,
			.log_odds = items[c].is_taken_back ? 0 : 5.8,
			.port = items[c].port,
			.contacts = items[c].contacts,
			.half_life_min = items[c].half_life_min,
			.first_contact_ns =
				items[c].first_min < 0
					? T0 - s_to_ns(60 * (unsigned)-items[c].first_min)
					: T0 + s_to_ns(60)
		};
		struct alarm alarm = { 0 };

		print_message("  %s\n", items[c].name);
		for (unsigned i = 0; i < 3; i++)
			alarm_note(&alarm, 445, T0);
		assert_near(alarm_relief(&alarm, &item, 1, T0),
			    items[c].relieved ? 2 * ALARM_STEP_NATS : 0);
	}
}

/* Evidence may be heard of in another order than it was stated. */
static void an_earlier_conviction_that_comes_later_makes_the_alarm_no_older(void **state)
{
	struct alarm alarm = { 0 };

	(void)state;
	alarm_note(&alarm, 445, T0 + s_to_ns(600));
	alarm_note(&alarm, 445, T0);
	assert_near(alarm_nats(&alarm, 445, T0 + s_to_ns(600)), ALARM_STEP_NATS);
}

static void a_full_table_gives_up_the_weakest(void **state)
{
	struct alarm alarm = { 0 };

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		alarm_note(&alarm, 445, T0);
	for (unsigned port = 1; port < 1000; port++)
		alarm_note(&alarm, (uint16_t)(1000 + port), T0);
	assert_near(alarm_nats(&alarm, 445, T0), 3 * ALARM_STEP_NATS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_further_convicted_host_gives_ln_4),
		cmocka_unit_test(only_what_belongs_to_the_outbreak_is_relieved),
		cmocka_unit_test(an_earlier_conviction_that_comes_later_makes_the_alarm_no_older),
		cmocka_unit_test(a_full_table_gives_up_the_weakest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
