/* SPDX-License-Identifier: Apache-2.0 */
#include "core/isolation/measure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/source.h"
#include "core/isolation/plan.h"
#include "core/policy/decision.h"
#include "core/policy/policy.h"
#include "tests/unit/isolation/filter_text.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct {
	struct decision decision;
	const char *name, *first, *second;
} cases[] = {
	{ { .verdict = VERDICT_COUNT, .measure = { 6, 445, 445, 0 } },
	  "c445",
	  "tx-445-v4: transmit pass tcp to any:445",
	  "tx-445-v6: transmit pass tcp to any:445" },
	{ { .verdict = VERDICT_BLOCK, .measure = { 17, 161, 161, 0 } },
	  "B161",
	  "tx-161-v4: transmit drop udp to any:161",
	  "tx-161-v6: transmit drop udp to any:161" },
	{ { .verdict = VERDICT_LIMIT, .measure = { 6, 8000, 8010, 5 } },
	  "l8000-8010",
	  "tx-8000-v4: transmit limit 5/s tcp opening to any:8000-8010",
	  "tx-8000-v6: transmit limit 5/s tcp opening to any:8000-8010" },
	{ { .verdict = VERDICT_LIMIT, .measure = { 17, 161, 161, 9 } },
	  "L161",
	  "tx-161-v4: transmit limit 9/s udp to any:161",
	  "tx-161-v6: transmit limit 9/s udp to any:161" },
};

static void expect_filter(const struct filter *filter, uint16_t ethertype, const char *expected)
{
	char text[FILTER_TEXT_BYTES], line[FILTER_TEXT_BYTES + 24];

	filter_text(filter, text);
	snprintf(line, sizeof(line), "%s: %s", filter->label, text);
	assert_string_equal(line, expected);
	assert_int_equal(filter->ethertype, ethertype);
	assert_true(filter->count);
	assert_int_equal(filter_check(filter, NULL), 0);
}

static void a_measure_is_two_counting_filters_over_open_defaults(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct plan plan;

		assert_int_equal(plan_from_decision(NULL, &cases[i].decision, &plan, NULL), 0);
		assert_string_equal(plan.name, cases[i].name);
		assert_false(plan.drop_transmit || plan.drop_receive);
		assert_int_equal(plan.filter_count, 2);
		expect_filter(&plan.filters[0], 0x0800, cases[i].first);
		expect_filter(&plan.filters[1], 0x86dd, cases[i].second);
	}
}

static void an_isolation_is_its_channel(void **state)
{
	static const char text[] =
		"channels: { repair: [arp, dhcp] }\nrules: [ { name: w, then: { watch: {} } } ]\n";
	struct source *source = source_from_text("p", text, strlen(text));
	struct complaints *complaints = complaints_new();
	struct policy *policy = policy_load(source, NULL, complaints);
	struct decision decision = { .verdict = VERDICT_ISOLATE, .channel = "repair" };
	struct err err = { 0 };
	struct plan plan;

	(void)state;
	assert_non_null(policy);
	assert_int_equal(plan_from_decision(policy, &decision, &plan, NULL), 0);
	assert_true(plan.drop_transmit && plan.drop_receive);
	assert_int_equal(plan.filter_count, 4);
	snprintf(decision.channel, sizeof(decision.channel), "gone");
	assert_true(plan_from_decision(policy, &decision, &plan, &err) < 0);
	assert_non_null(strstr(err.text, "gone"));
	policy_free(policy);
	complaints_free(complaints);
	source_free(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_measure_is_two_counting_filters_over_open_defaults),
		cmocka_unit_test(an_isolation_is_its_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
