/* SPDX-License-Identifier: Apache-2.0 */
/* test_sight.c - when automation pauses because the sensor tells less than there is, and when it goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/units.h"
#include "core/daemon/sight.h"
#include "core/feed/record.h"

#define T0   UINT64_C(1772452800000000000)
#define S(n) (T0 + s_to_ns(n))

struct heard {
	unsigned count;
	struct fact_sensor latest;
	char why[200];
};

static void note(void *arg, const struct fact_sensor *state, uint64_t now_ns)
{
	struct heard *heard = arg;

	(void)now_ns;
	heard->count++;
	heard->latest = *state;
	snprintf(heard->why, sizeof(heard->why), "%s", state->why);
}

static struct sight *sight_with(struct heard *heard)
{
	struct sight_config config = {
		.pause_ns = s_to_ns(60), .silent_ns = s_to_ns(5), .arg = heard, .changed = note
	};

	return sight_new(&config);
}

static void beat(struct sight *sight, uint64_t frames, uint64_t dropped, uint64_t lost,
		 uint64_t now_ns)
{
	struct record_pulse pulse = { frames, dropped, lost };

	sight_pulse(sight, &pulse, now_ns);
	sight_advance(sight, now_ns);
}

static void a_sensor_that_was_gone_leaves_a_gap_and_a_pause(void **state)
{
	struct heard heard = { 0 };
	struct sight *sight = sight_with(&heard);

	(void)state;
	beat(sight, 10, 0, 0, S(0));
	assert_null(sight_blind(sight));
	sight_lost(sight, "killed", S(1), S(1));
	sight_lost(sight, "killed again", S(2), S(2)); /* it is gone already */
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.latest.state, SENSOR_BLIND);
	assert_int_equal(heard.latest.since_ns, S(1));
	assert_int_equal(heard.latest.until_ns, 0);
	assert_string_equal(sight_blind(sight), "killed");

	beat(sight, 1, 0, 0, S(4));
	assert_int_equal(heard.latest.state, SENSOR_BACK);
	assert_int_equal(heard.latest.since_ns, S(1));
	assert_int_equal(heard.latest.until_ns, S(4));
	assert_int_equal(heard.latest.resumes_ns, S(64));
	for (unsigned s = 5; s < 64; s++)
		beat(sight, s, 0, 0, S(s));
	assert_non_null(sight_blind(sight));
	assert_int_equal(heard.count, 2);
	beat(sight, 64, 0, 0, S(64));
	assert_null(sight_blind(sight));
	assert_int_equal(heard.count, 3);
	assert_int_equal(heard.latest.state, SENSOR_SEES);
	sight_free(sight);
}

static void people_are_told_why_and_until_when(void **state)
{
	struct heard heard = { 0 };
	struct sight *sight = sight_with(&heard);
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	sight_describe(sight, &text);
	assert_int_equal(text.length, 0);
	sight_lost(sight, "killed", S(1), S(1));
	sight_describe(sight, &text);
	assert_string_equal(
		text.text,
		"blind     since 2026-03-02T12:00:01, automatic isolation pauses: killed\n");
	beat(sight, 1, 0, 0, S(2));
	sight_describe(sight, &text);
	assert_non_null(strstr(text.text, "goes on at 2026-03-02T12:01:02 (killed)"));
	buf_fini(&text);
	sight_free(sight);
}

static void a_sensor_that_dies_again_while_it_learns_starts_the_pause_anew(void **state)
{
	struct heard heard = { 0 };
	struct sight *sight = sight_with(&heard);

	(void)state;
	sight_lost(sight, "killed", S(1), S(1));
	beat(sight, 1, 0, 0, S(2));
	sight_lost(sight, "killed", S(30), S(30));
	assert_int_equal(heard.latest.since_ns, S(30));
	beat(sight, 1, 0, 0, S(31));
	assert_int_equal(heard.latest.resumes_ns, S(91));
	sight_free(sight);
}

static void silence_is_blindness_but_not_before_the_first_pulse(void **state)
{
	struct heard heard = { 0 };
	struct sight *sight = sight_with(&heard);

	(void)state;
	sight_advance(sight, S(100));
	assert_null(sight_blind(sight));
	beat(sight, 1, 0, 0, S(100));
	sight_advance(sight, S(105));
	assert_null(sight_blind(sight));
	sight_advance(sight, S(106));
	assert_non_null(strstr(sight_blind(sight), "silent"));
	assert_int_equal(heard.latest.since_ns, S(100));
	sight_free(sight);
}

static void losses_blind_while_they_last(void **state)
{
	static const struct {
		uint64_t frames, dropped, lost;
		bool blind;
	} cases[] = {
		{ 10000, 0, 0, false },    { 10000, 100, 0, false }, { 500, 100, 0, false },
		{ 10000, 1000, 0, false }, { 10000, 1001, 0, true }, { 500, 101, 0, true },
		{ 10000, 0, 1, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard heard = { 0 };
		struct sight *sight = sight_with(&heard);

		beat(sight, 1000, 500, 7, S(0));
		beat(sight, 1000 + cases[i].frames, 500 + cases[i].dropped, 7 + cases[i].lost,
		     S(4));
		assert_null(sight_blind(sight)); /* not yet looked at */
		beat(sight, 1000 + cases[i].frames, 500 + cases[i].dropped, 7 + cases[i].lost,
		     S(5));
		assert_int_equal(sight_blind(sight) != NULL, cases[i].blind);
		beat(sight, 1000 + cases[i].frames, 500 + cases[i].dropped, 7 + cases[i].lost,
		     S(10));
		assert_null(sight_blind(sight));
		assert_int_equal(heard.count, cases[i].blind ? 2 : 0);
		sight_free(sight);
	}
}

static void counters_that_start_anew_are_no_losses(void **state)
{
	struct heard heard = { 0 };
	struct sight *sight = sight_with(&heard);

	(void)state;
	beat(sight, 1000000, 5000, 3, S(0));
	beat(sight, 10, 0, 0, S(5));
	beat(sight, 20, 0, 0, S(10));
	assert_null(sight_blind(sight));
	assert_int_equal(heard.count, 0);
	sight_free(sight);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sensor_that_was_gone_leaves_a_gap_and_a_pause),
		cmocka_unit_test(people_are_told_why_and_until_when),
		cmocka_unit_test(a_sensor_that_dies_again_while_it_learns_starts_the_pause_anew),
		cmocka_unit_test(silence_is_blindness_but_not_before_the_first_pulse),
		cmocka_unit_test(losses_blind_while_they_last),
		cmocka_unit_test(counters_that_start_anew_are_no_losses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
