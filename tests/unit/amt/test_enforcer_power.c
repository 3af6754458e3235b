/* SPDX-License-Identifier: Apache-2.0 */
/* What firmware says to a power order, and what a person is told. */
#include "tests/unit/amt/enforcing.h"

struct heard {
	struct bench *bench;
	int rc;
	bool unknown;
	unsigned state;
};

static void on_power(void *arg, const struct remedy_answer *answer)
{
	struct heard *heard = arg;

	heard->rc = answer->rc;
	heard->unknown = answer->unknown;
	heard->state = answer->power;
	heard->bench->answers++;
	snprintf(heard->bench->text, sizeof(heard->bench->text), "%s",
		 answer->err ? answer->err->text : answer->did);
}

static struct heard power(struct bench *bench, unsigned act)
{
	struct heard heard = { .bench = bench };

	bench->answers = bench->device.requests = 0;
	fleet_remedy(bench->fleet)
		->act(bench->fleet, &bench->asset, &(struct remedy_wish){ .act = (uint8_t)act },
		      on_power, &heard);
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
		heard = power(bench, REMEDY_RESET);
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
		assert_string_equal(remedy_power_name(power(bench, REMEDY_LOOK).state),
				    cases[i].word);
	}
	bench_free(bench);
}

static void an_order_whose_answer_is_lost_is_not_given_again(void **state)
{
	struct bench *bench = bench_new();
	struct heard heard;

	(void)state;
	power(bench, REMEDY_LOOK);
	fake_fail(&bench->device, FAKE_DONE_NO_ANSWER, 3, false);
	heard = power(bench, REMEDY_CYCLE);
	assert_true(heard.rc < 0);
	assert_true(heard.unknown);
	assert_int_equal(bench->device.power_orders, 1);
	bench_free(bench);
}

/* What was answered, in order: a letter each. */
struct order {
	char letters[16];
	unsigned count;
};

struct letter {
	struct order *order;
	char letter;
};

static void note_power(void *arg, const struct remedy_answer *answer)
{
	const struct letter *letter = arg;

	assert_int_equal(answer->rc, 0);
	letter->order->letters[letter->order->count++] = letter->letter;
}

static void note_act(void *arg, const struct enforcer_result *result)
{
	const struct letter *letter = arg;

	assert_true(result->rc >= 0);
	letter->order->letters[letter->order->count++] = letter->letter;
}

/* Asks for all of them at once: l looks, p resets, i isolates, r releases, a inspects. */
static void ask_all(struct bench *bench, struct letter *letters, const char *asked)
{
	const struct remedy *remedy = fleet_remedy(bench->fleet);
	struct plan plan = repair("repair", 1);

	for (size_t i = 0; asked[i]; i++) {
		struct remedy_wish wish = { .act = asked[i] == 'p' ? REMEDY_RESET : REMEDY_LOOK };

		letters[i].letter = asked[i];
		if (asked[i] == 'p' || asked[i] == 'l')
			remedy->act(remedy->self, &bench->asset, &wish, note_power, &letters[i]);
		else
			bench->enforcer->act(bench->enforcer->self,
					     asked[i] == 'i'   ? ENFORCER_ISOLATE
					     : asked[i] == 'r' ? ENFORCER_RELEASE
							       : ENFORCER_INSPECT,
					     &bench->asset, &plan, note_act, &letters[i]);
	}
	fake_loop_advance_ns(bench->loop, 300 * UINT64_C(1000000000));
}

/* A machine that is reset first may come back and spread before it is cut off. */
static void a_machine_is_cut_off_before_it_is_switched(void **state)
{
	static const struct {
		const char *asked, *answered;
	} cases[] = {
		{ "pi", "ip" },   { "ppi", "ipp" },   { "rpi", "rip" },
		{ "pr", "pr" },   { "ipr", "ipr" },   { "pri", "pri" },
		{ "pai", "pai" }, { "rppi", "ripp" }, { "lp", "lp" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench *bench = bench_new();
		struct order order = { .count = 0 };
		struct letter letters[8];

		for (size_t k = 0; k < COUNT(letters); k++)
			letters[k].order = &order;
		ask_all(bench, letters, cases[i].asked);
		assert_string_equal(order.letters, cases[i].answered);
		bench_free(bench);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_standards_method_returns_is_told_in_its_words),
		cmocka_unit_test(states_are_told_in_four_words),
		cmocka_unit_test(an_order_whose_answer_is_lost_is_not_given_again),
		cmocka_unit_test(a_machine_is_cut_off_before_it_is_switched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
