/* SPDX-License-Identifier: Apache-2.0 */
/* What firmware says to a power order, and what a person is told. */
#include "tests/unit/amt/enforcing.h"

struct heard {
	struct bench *bench;
	int rc;
	bool unknown;
	unsigned state;
};

static void on_power(void *arg, const struct amt_power_answer *answer)
{
	struct heard *heard = arg;

	heard->rc = answer->rc;
	heard->unknown = answer->unknown;
	heard->state = answer->state;
	heard->bench->answers++;
	snprintf(heard->bench->text, sizeof(heard->bench->text), "%s",
		 answer->err ? answer->err->text : answer->did);
}

static struct heard power(struct bench *bench, unsigned act)
{
	struct heard heard = { .bench = bench };

	bench->answers = bench->device.requests = 0;
	fleet_power(bench->fleet, &bench->asset,
		    &(struct fleet_power){ { .act = (uint8_t)act }, on_power, &heard });
	fake_loop_advance_ns(bench->loop, 70 * UINT64_C(1000000000));
	assert_int_equal(bench->answers, 1);
	return heard;
}

/* The standard's numbers are not those of AMT's own methods: 2 there is "not ready", here "unknown error". */
static void what_the_standards_method_returns_is_told_in_its_words(void **state)
{
	static const struct {
		unsigned returns;
		bool ok;
		const char *says;
	} cases[] = {
		{ 0, true, "ordered: reset" },
		{ 4096, true, "ordered: reset" },
		{ 1, false, "1, not supported" },
		{ 2, false, "2, failed" },
		{ 6, false, "in use; end the redirection session" },
		{ 4097, false, "not possible in its present state" },
		{ 4099, false, "busy; try again" },
		{ 32768 + 2, false, "the firmware is still starting" },
		{ 32768 + 2081, false, "AMT status 2081" },
	};
	struct bench *bench = bench_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct heard heard;

		bench->device.power_returns = cases[i].returns;
		heard = power(bench, AMT_POWER_RESET);
		if ((heard.rc == 0) != cases[i].ok || heard.unknown ||
		    !strstr(bench->text, cases[i].says))
			fail_msg("%u: %s", cases[i].returns, bench->text);
		assert_int_equal(bench->device.power_orders, i + 1);
	}
	bench_free(bench);
}

static void states_are_told_in_four_words(void **state)
{
	static const struct {
		unsigned told;
		const char *word;
	} cases[] = { { 2, "on" },     { 3, "asleep" },  { 4, "asleep" },
		      { 7, "asleep" }, { 6, "off" },     { 8, "off" },
		      { 12, "off" },   { 1, "unknown" }, { 99, "unknown" } };
	struct bench *bench = bench_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bench->device.power = cases[i].told;
		assert_string_equal(amt_power_state_name(power(bench, AMT_POWER_LOOK).state),
				    cases[i].word);
	}
	bench_free(bench);
}

static void an_order_whose_answer_is_lost_is_not_given_again(void **state)
{
	struct bench *bench = bench_new();
	struct heard heard;

	(void)state;
	power(bench, AMT_POWER_LOOK);
	fake_fail(&bench->device, FAKE_DONE_NO_ANSWER, 3, false);
	heard = power(bench, AMT_POWER_CYCLE);
	assert_true(heard.rc < 0);
	assert_true(heard.unknown);
	assert_int_equal(bench->device.power_orders, 1);
	bench_free(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_standards_method_returns_is_told_in_its_words),
		cmocka_unit_test(states_are_told_in_four_words),
		cmocka_unit_test(an_order_whose_answer_is_lost_is_not_given_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
