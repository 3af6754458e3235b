/* SPDX-License-Identifier: Apache-2.0 */
/* Power and the next start, against the firmware simulator: what is ordered happens once, what fails leaves nothing behind. */
#include "tests/e2e/amt_bench.h"

struct asked {
	struct bench *bench;
	int rc;
	bool unknown;
	unsigned state;
	char did[160];
};

static void on_power(void *arg, const struct remedy_answer *answer)
{
	struct asked *asked = arg;

	asked->rc = answer->rc;
	asked->unknown = answer->unknown;
	asked->state = answer->power;
	snprintf(asked->did, sizeof(asked->did), "%s", answer->did);
	snprintf(asked->bench->text, sizeof(asked->bench->text), "%s",
		 answer->err ? answer->err->text : "");
	asked->bench->answers++;
	loop_stop(asked->bench->loop);
}

static struct asked wish_for(struct bench *bench, struct remedy_wish wish)
{
	struct asked asked = { .bench = bench };

	bench->answers = 0;
	timer_after_ns(bench->patience, PATIENCE_S * NS_PER_S);
	amt_remedy(bench->amt)
		->act(amt_remedy(bench->amt)->self, &bench->asset, &wish, on_power, &asked);
	loop_run(bench->loop);
	if (bench->answers != 1)
		fail_msg("no answer within %d s", PATIENCE_S);
	return asked;
}

static struct asked power(struct bench *bench, unsigned act, unsigned boot)
{
	return wish_for(bench, (struct remedy_wish){ .act = (uint8_t)act, .boot = (uint8_t)boot });
}

static bool boot_says(struct bench *bench, const char *words)
{
	return strstr(order(bench, "boot amt"), words) != NULL;
}

static void a_machine_is_switched_as_ordered(void **state)
{
	static const struct {
		unsigned act, after, rc;
		const char *says;
	} steps[] = {
		{ REMEDY_LOOK, REMEDY_IS_ON, 0, "" },
		{ REMEDY_ON, REMEDY_IS_ON, 0, "on already" },
		{ REMEDY_OFF, REMEDY_IS_OFF, 0, "ordered: off" },
		{ REMEDY_OFF, REMEDY_IS_OFF, 0, "off already" },
		{ REMEDY_RESET, REMEDY_IS_OFF, 1, "does not offer that now" },
		{ REMEDY_ON, REMEDY_IS_ON, 0, "ordered: on" },
		{ REMEDY_RESET, REMEDY_IS_ON, 0, "ordered: reset" },
		{ REMEDY_CYCLE, REMEDY_IS_ON, 0, "ordered: cycle" },
	};
	static const char *const none[] = { NULL };
	struct bench *bench = bench_new(none);

	(void)state;
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct asked asked = power(bench, steps[i].act, REMEDY_BOOT_USUAL);

		if ((asked.rc < 0) != (steps[i].rc != 0) || asked.state != steps[i].after ||
		    !strstr(asked.rc < 0 ? bench->text : asked.did, steps[i].says))
			fail_msg("step %zu: %s, %s %s", i, remedy_power_name(asked.state),
				 asked.did, bench->text);
	}
	assert_true(boot_says(bench, "starts 3"));
	bench_free(bench);
}

static void the_next_start_and_only_that_comes_from_elsewhere(void **state)
{
	static const struct {
		unsigned boot;
		const char *last;
	} cases[] = {
		{ REMEDY_BOOT_NETWORK, "last network\n" },
		{ REMEDY_BOOT_DISK, "last disk\n" },
		{ REMEDY_BOOT_CD, "last cd\n" },
		{ REMEDY_BOOT_SETUP, "setup" },
	};
	static const char *const none[] = { NULL };
	struct bench *bench = bench_new(none);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct asked asked = power(bench, REMEDY_RESET, cases[i].boot);

		if (asked.rc < 0 || !boot_says(bench, cases[i].last))
			fail_msg("%zu: %s: %s", i, bench->text, bench->answer);
		power(bench, REMEDY_RESET, REMEDY_BOOT_USUAL);
		assert_false(boot_says(bench, cases[i].last) && i != 1);
	}
	assert_true(power(bench, REMEDY_ON, REMEDY_BOOT_NETWORK).rc < 0);
	power(bench, REMEDY_OFF, REMEDY_BOOT_USUAL);
	assert_int_equal(power(bench, REMEDY_ON, REMEDY_BOOT_NETWORK).rc, 0);
	assert_true(boot_says(bench, "last network\n"));
	bench_free(bench);
}

static void consent_that_is_needed_is_said_before_anything_is_changed(void **state)
{
	static const char *const client[] = { "--release", "6.2", "--mode", "ccm", NULL };
	struct bench *bench = bench_new(client);

	(void)state;
	assert_true(power(bench, REMEDY_RESET, REMEDY_BOOT_NETWORK).rc < 0);
	assert_non_null(strstr(bench->text, "consent of a person at its screen"));
	assert_true(boot_says(bench, "starts 0"));
	/* Power alone needs none. */
	assert_int_equal(power(bench, REMEDY_RESET, REMEDY_BOOT_USUAL).rc, 0);
	assert_true(boot_says(bench, "starts 1"));
	bench_free(bench);
}

/* What the person at the screen reads out. */
static uint32_t code_on_screen(struct bench *bench)
{
	const char *code = strstr(order(bench, "consent amt"), "code ");

	if (!code)
		fail_msg("no code is shown: %s", bench->answer);
	return (uint32_t)strtoul(code + 5, NULL, 10);
}

static struct asked give(struct bench *bench, uint32_t code)
{
	return wish_for(bench, (struct remedy_wish){ .act = REMEDY_GIVE_CODE, .code = code });
}

static void the_person_at_the_screen_agrees_to_another_start(void **state)
{
	static const char *const client[] = { "--release", "6.2", "--mode", "ccm", NULL };
	struct bench *bench = bench_new(client);
	struct asked asked;
	uint32_t code;

	(void)state;
	assert_true(give(bench, 123456).rc < 0);
	assert_non_null(strstr(bench->text, "shows no code now: ask for consent first"));
	asked = power(bench, REMEDY_ASK_CONSENT, 0);
	assert_int_equal(asked.rc, 0);
	assert_non_null(strstr(asked.did, "a code of six digits is on its screen for 300 s"));
	code = code_on_screen(bench);
	/* Asked again it shows the same. */
	assert_int_equal(power(bench, REMEDY_ASK_CONSENT, 0).rc, 0);
	assert_int_equal(code_on_screen(bench), code);
	assert_true(power(bench, REMEDY_RESET, REMEDY_BOOT_NETWORK).rc < 0);
	asked = give(bench, code == 7 ? 8 : 7);
	assert_true(asked.rc < 0);
	assert_false(asked.unknown);
	assert_non_null(strstr(bench->text, "does not take this code"));
	asked = give(bench, code);
	assert_int_equal(asked.rc, 0);
	assert_non_null(strstr(asked.did, "has agreed: choose its next start within 120 s"));
	assert_non_null(strstr(power(bench, REMEDY_ASK_CONSENT, 0).did, "has agreed already"));
	assert_int_equal(power(bench, REMEDY_RESET, REMEDY_BOOT_NETWORK).rc, 0);
	assert_true(boot_says(bench, "last network"));
	assert_int_equal(power(bench, REMEDY_END_CONSENT, 0).rc, 0);
	assert_true(power(bench, REMEDY_RESET, REMEDY_BOOT_NETWORK).rc < 0);
	assert_non_null(strstr(power(bench, REMEDY_END_CONSENT, 0).did, "no consent to end"));
	bench_free(bench);
}

static void three_wrong_codes_end_it_and_that_is_said(void **state)
{
	static const char *const client[] = { "--release", "6.2", "--mode", "ccm", NULL };
	struct bench *bench = bench_new(client);
	uint32_t wrong;

	(void)state;
	assert_int_equal(power(bench, REMEDY_ASK_CONSENT, 0).rc, 0);
	wrong = code_on_screen(bench) == 7 ? 8 : 7;
	for (unsigned i = 0; i < 3; i++)
		assert_true(give(bench, wrong).rc < 0);
	assert_true(give(bench, wrong).rc < 0);
	assert_non_null(strstr(bench->text, "shows no code now"));
	assert_true(power(bench, REMEDY_ASK_CONSENT, 0).rc < 0);
	assert_non_null(strstr(bench->text, "too many wrong codes were sent; wait"));
	bench_free(bench);
}

static void where_no_consent_is_needed_nobody_is_disturbed(void **state)
{
	static const char *const releases[] = { "5.2", "12.0" };

	(void)state;
	for (size_t i = 0; i < COUNT(releases); i++) {
		const char *const options[] = { "--release", releases[i], NULL };
		struct bench *bench = bench_new(options);
		struct asked asked = power(bench, REMEDY_ASK_CONSENT, 0);

		/* Releases before 6.0 have no such thing. */
		assert_int_equal(asked.rc < 0, i == 0);
		assert_non_null(strstr(i ? asked.did : bench->text,
				       i ? "may be chosen without consent" : "none is needed"));
		assert_non_null(strstr(i ? order(bench, "consent amt") : "state not-started",
				       "state not-started"));
		bench_free(bench);
	}
}

/* Whatever answer is lost: nothing is sent twice, and what is called agreed is so. */
static void every_request_of_a_consent_may_fail(void **state)
{
	static const char *const kinds[] = { "reset-before", "reset-after", "garbage" };
	static const char *const client[] = { "--release", "6.2", "--mode", "ccm", NULL };
	unsigned cases = 0;

	(void)state;
	for (size_t k = 0; k < COUNT(kinds); k++)
		for (unsigned at = 1; at < 40; at++) {
			struct bench *bench = bench_new(client);
			struct asked asked;
			char command[64];
			uint32_t code;
			bool met;

			assert_int_equal(power(bench, REMEDY_ASK_CONSENT, 0).rc, 0);
			code = code_on_screen(bench);
			snprintf(command, sizeof(command), "fault amt %s at %u", kinds[k], at);
			order(bench, command);
			asked = give(bench, code);
			met = !strstr(order(bench, "faults amt"), "times=");
			order(bench, "clear amt");
			order(bench, "consent amt");
			if (asked.rc == 0 && !strstr(bench->answer, "state received"))
				fail_msg("%s at %u: called agreed: %s", kinds[k], at,
					 bench->answer);
			if (asked.rc < 0 && !asked.unknown &&
			    !strstr(bench->answer, "state displayed"))
				fail_msg("%s at %u: %s, and %s", kinds[k], at, bench->text,
					 bench->answer);
			bench_free(bench);
			if (!met)
				break;
			cases++;
		}
	print_message("# %u failures survived\n", cases);
	assert_true(cases >= 6);
}

static void old_firmware_is_asked_in_its_own_way(void **state)
{
	static const char *const releases[] = { "3.2.1", "5.2", "8.1", "10.0.56", "16.1" };

	(void)state;
	for (size_t i = 0; i < COUNT(releases); i++) {
		const char *const options[] = { "--release", releases[i], "--set", "plain_port=yes",
						NULL };
		struct bench *bench = bench_new(options);

		if (power(bench, REMEDY_RESET, REMEDY_BOOT_NETWORK).rc < 0 ||
		    !boot_says(bench, "last network"))
			fail_msg("%s: %s", releases[i], bench->text);
		bench_free(bench);
	}
}

static void an_isolated_machine_obeys_and_stays_isolated(void **state)
{
	static const char *const none[] = { NULL };
	struct bench *bench = bench_new(none);
	struct plan plan = { .name = "strict", .drop_transmit = true, .drop_receive = true };

	(void)state;
	for (uint8_t way = FILTER_TRANSMIT; way <= FILTER_RECEIVE; way++)
		plan.filters[plan.filter_count++] =
			(struct filter){ .direction = way, .ethertype = 0x0806, .label = "arp" };
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(power(bench, REMEDY_CYCLE, REMEDY_BOOT_NETWORK).rc, 0);
	must(bench, ENFORCER_INSPECT, NULL);
	assert_true(bench->result.active);
	bench_free(bench);
}

/* After a crash of the controller between the wish and the switch. */
static void a_next_start_that_nobody_ordered_any_more_is_taken_back(void **state)
{
	static const char *const none[] = { NULL };
	struct bench *bench = bench_new(none);
	struct remedy_wish wish = { REMEDY_RESET, REMEDY_BOOT_NETWORK, 0 };
	const struct remedy *remedy = amt_remedy(bench->amt);
	struct asked asked = { .bench = bench };

	(void)state;
	order(bench, "fault amt blackhole match RequestPowerStateChange");
	remedy->act(remedy->self, &bench->asset, &wish, on_power, &asked);
	timer_after_ns(bench->patience, NS_PER_S);
	loop_run(bench->loop); /* until it waits for the answer to the reset */
	assert_true(boot_says(bench, "next network"));
	restart_client(bench);
	order(bench, "clear amt");
	asked = power(bench, REMEDY_WITHDRAW, REMEDY_BOOT_USUAL);
	assert_int_equal(asked.rc, 0);
	assert_int_equal(asked.state, REMEDY_IS_ON);
	assert_string_equal(asked.did, "its next start comes from where it usually does");
	assert_false(boot_says(bench, "next network"));
	assert_true(boot_says(bench, "starts 0"));
	/* And where nothing is left it does no harm. */
	assert_int_equal(power(bench, REMEDY_WITHDRAW, REMEDY_BOOT_USUAL).rc, 0);
	bench_free(bench);
}

/* Never twice, and no start from elsewhere that nobody ordered any more. */
static void every_request_may_fail_and_nothing_happens_twice(void **state)
{
	static const char *const kinds[] = { "reset-before", "reset-after", "status 1", "garbage" };
	static const char *const none[] = { NULL };
	struct bench *bench = bench_new(none);
	unsigned cases = 0;

	(void)state;
	power(bench, REMEDY_LOOK, REMEDY_BOOT_USUAL);
	for (size_t k = 0; k < COUNT(kinds); k++)
		for (unsigned at = 1; at < 40; at++) {
			char command[64];
			unsigned before, after;
			struct asked asked;
			bool met;

			order(bench, "clear amt");
			order(bench, "reset amt host");
			order(bench, "boot amt");
			before = (unsigned)strtoul(strstr(bench->answer, "starts ") + 7, NULL, 10);
			snprintf(command, sizeof(command), "fault amt %s at %u", kinds[k], at);
			order(bench, command);
			asked = power(bench, REMEDY_RESET, REMEDY_BOOT_NETWORK);
			met = !strstr(order(bench, "faults amt"), "times=");
			order(bench, "boot amt");
			after = (unsigned)strtoul(strstr(bench->answer, "starts ") + 7, NULL, 10);
			if (after > before + 1 || (asked.rc == 0 && after != before + 1) ||
			    (asked.rc < 0 && !asked.unknown && after != before))
				fail_msg("%s at %u: rc %d, unknown %d, %u starts", kinds[k], at,
					 asked.rc, asked.unknown, after - before);
			if (strstr(bench->answer, "next network"))
				fail_msg("%s at %u: the next start would still come from the "
					 "network: %s",
					 kinds[k], at, bench->text);
			if (!met)
				break;
			cases++;
		}
	print_message("# %u failures survived\n", cases);
	assert_true(cases > 20);
	bench_free(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_is_switched_as_ordered),
		cmocka_unit_test(the_next_start_and_only_that_comes_from_elsewhere),
		cmocka_unit_test(consent_that_is_needed_is_said_before_anything_is_changed),
		cmocka_unit_test(the_person_at_the_screen_agrees_to_another_start),
		cmocka_unit_test(three_wrong_codes_end_it_and_that_is_said),
		cmocka_unit_test(where_no_consent_is_needed_nobody_is_disturbed),
		cmocka_unit_test(every_request_of_a_consent_may_fail),
		cmocka_unit_test(old_firmware_is_asked_in_its_own_way),
		cmocka_unit_test(an_isolated_machine_obeys_and_stays_isolated),
		cmocka_unit_test(a_next_start_that_nobody_ordered_any_more_is_taken_back),
		cmocka_unit_test(every_request_may_fail_and_nothing_happens_twice),
	};

	signal(SIGPIPE, SIG_IGN);
	if (!simulator_path()) {
		print_message("# there is no simulator\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
