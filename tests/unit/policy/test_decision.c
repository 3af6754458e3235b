/* SPDX-License-Identifier: Apache-2.0 */
/* The words of decisions, which the ledger keeps, and the sentence for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/buf.h"
#include "core/policy/decision.h"

#define HOUR_NS (UINT64_C(3600) * 1000000000)

static void verdicts_and_witnesses_have_their_stable_words(void **state)
{
	(void)state;
	assert_string_equal(verdict_name(VERDICT_IGNORE), "ignore");
	assert_string_equal(verdict_name(VERDICT_WATCH), "watch");
	assert_string_equal(verdict_name(VERDICT_PROPOSE), "propose");
	assert_string_equal(verdict_name(VERDICT_ISOLATE), "isolate");
	assert_string_equal(decision_witness_name(WITNESS_NONE), "none");
	assert_string_equal(decision_witness_name(WITNESS_AFTER), "after");
	assert_string_equal(decision_witness_name(WITNESS_BEFORE), "before");
}

static const struct {
	struct decision decision;
	const char *said;
} cases[] = {
	{ { .verdict = VERDICT_WATCH }, "watch it, because no rule fires." },
	{ { .verdict = VERDICT_IGNORE, .rule = 1, .rule_name = "x" },
	  "ignore it, says rule 1 \"x\"." },
	{ { .verdict = VERDICT_ISOLATE, .rule = 2, .rule_name = "w", .channel = "repair" },
	  "quarantine at once with channel \"repair\", until people release it, says rule 2 \"w\"." },
	{ { .verdict = VERDICT_ISOLATE,
	    .rule = 2,
	    .rule_name = "w",
	    .channel = "repair",
	    .hold_ns = 4 * HOUR_NS,
	    .witness = WITNESS_AFTER },
	  "quarantine at once with channel \"repair\", for 4h; the firmware bears witness after it, says rule 2 \"w\"." },
	{ { .verdict = VERDICT_COUNT, .measure = { 6, 445, 445, 0 }, .rule = 1, .rule_name = "c" },
	  "count what it sends to TCP port 445, until people release it, says rule 1 \"c\"." },
	{ { .verdict = VERDICT_BLOCK,
	    .measure = { 17, 161, 162, 0 },
	    .hold_ns = HOUR_NS,
	    .rule = 1,
	    .rule_name = "b" },
	  "block what it sends to UDP ports 161-162, for 1h, says rule 1 \"b\"." },
	{ { .verdict = VERDICT_LIMIT,
	    .measure = { 6, 445, 445, 5 },
	    .hold_ns = HOUR_NS,
	    .rule = 1,
	    .rule_name = "l" },
	  "let it open at most 5 connections a second to TCP port 445, for 1h, says rule 1 \"l\"." },
	{ { .verdict = VERDICT_LIMIT,
	    .measure = { 17, 161, 161, 9 },
	    .hold_ns = HOUR_NS,
	    .rule = 1,
	    .rule_name = "l" },
	  "let it send at most 9 packets a second to UDP port 161, for 1h, says rule 1 \"l\"." },
	{ { .verdict = VERDICT_PROPOSE,
	    .rule = 3,
	    .rule_name = "s",
	    .channel = "r",
	    .approvals = 1,
	    .expires_ns = HOUR_NS / 2 },
	  "propose quarantine with channel \"r\", until people release it; 1 person must agree within 30m, says rule 3 \"s\"." },
	{ { .verdict = VERDICT_PROPOSE,
	    .rule = 3,
	    .rule_name = "s",
	    .channel = "r",
	    .approvals = 2,
	    .expires_ns = HOUR_NS,
	    .hold_ns = HOUR_NS },
	  "propose quarantine with channel \"r\", for 1h; 2 people must agree within 1h, says rule 3 \"s\"." },
};

static void the_ladder_has_an_order(void **state)
{
	static const unsigned ladder[] = { VERDICT_IGNORE, VERDICT_WATCH, VERDICT_COUNT,
					   VERDICT_LIMIT,  VERDICT_BLOCK, VERDICT_ISOLATE };

	(void)state;
	for (size_t i = 1; i < sizeof(ladder) / sizeof(ladder[0]); i++) {
		assert_true(verdict_rung(ladder[i]) > verdict_rung(ladder[i - 1]));
		assert_int_equal(verdict_acts(ladder[i]), i >= 2);
		assert_int_equal(verdict_is_measure(ladder[i]), i >= 2 && i <= 4);
	}
	assert_int_equal(verdict_rung(VERDICT_PROPOSE), verdict_rung(VERDICT_ISOLATE));
}

static void a_decision_reads_as_one_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out;

		buf_init(&out, 1024);
		decision_sentence(&cases[i].decision, &out);
		assert_string_equal(out.text, cases[i].said);
		buf_fini(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_and_witnesses_have_their_stable_words),
		cmocka_unit_test(the_ladder_has_an_order),
		cmocka_unit_test(a_decision_reads_as_one_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
