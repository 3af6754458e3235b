/* SPDX-License-Identifier: Apache-2.0 */
/* test_clock.c - a clock that is set back, and the time that goes on. */
#include "core/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/units.h"

#define S(n) (UINT64_C(1700000000000000000) + s_to_ns(n))

static void an_ordinary_clock_passes_as_it_is(void **state)
{
	static const unsigned seconds[] = { 0, 1, 1, 5, 4, 3600, 3599, 3545, 3600, 90000 };
	struct clock_line line = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
		assert_int_equal(clock_line_ns(&line, S(seconds[i])), S(seconds[i]));
}

static void after_a_step_back_time_goes_on_and_makes_up_for_it(void **state)
{
	struct clock_line line = { 0 };
	uint64_t before_ns, now_ns = 0;

	(void)state;
	clock_line_ns(&line, S(7200));
	assert_int_equal(clock_line_ns(&line, S(0)), S(7200));
	for (unsigned i = 1; i <= 3600; i++) {
		before_ns = now_ns;
		now_ns = clock_line_ns(&line, S(i));
		/* A hold of minutes is late by seconds. */
		assert_true(i == 1 || now_ns - before_ns >= s_to_ns(15) / 16);
	}
	assert_true(now_ns > S(7200 + 3300) && now_ns < S(7200 + 3400));
	for (unsigned i = 3601; i <= 40u * 3600; i++)
		now_ns = clock_line_ns(&line, S(i));
	assert_int_equal(now_ns, S(40 * 3600)); /* caught up */
	assert_int_equal(line.ahead_ns, 0);
}

static void a_step_forward_ends_it_at_once(void **state)
{
	struct clock_line line = { 0 };

	(void)state;
	clock_line_ns(&line, S(7200));
	clock_line_ns(&line, S(0));
	clock_line_ns(&line, S(10));
	assert_int_equal(clock_line_ns(&line, S(7300)), S(7300));
	assert_int_equal(clock_line_ns(&line, S(7301)), S(7301));
}

/* What was captured before the step is read after the clock was looked at. */
static void packets_from_before_the_step_do_not_throw_time_ahead(void **state)
{
	struct clock_line line = { 0 };

	(void)state;
	clock_line_ns(&line, S(7200));
	assert_int_equal(clock_line_ns(&line, S(0)), S(7200));
	assert_int_equal(clock_line_ns(&line, S(7201)), S(7201));
	assert_int_equal(clock_line_ns(&line, S(1)), S(7201));
	assert_true(clock_line_ns(&line, S(17)) >= S(7216));
}

static void a_second_step_adds_to_the_first(void **state)
{
	struct clock_line line = { 0 };

	(void)state;
	clock_line_ns(&line, S(7200));
	clock_line_ns(&line, S(3600));
	assert_int_equal(clock_line_ns(&line, S(0)), S(7200));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ordinary_clock_passes_as_it_is),
		cmocka_unit_test(after_a_step_back_time_goes_on_and_makes_up_for_it),
		cmocka_unit_test(a_step_forward_ends_it_at_once),
		cmocka_unit_test(packets_from_before_the_step_do_not_throw_time_ahead),
		cmocka_unit_test(a_second_step_adds_to_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
