/* SPDX-License-Identifier: Apache-2.0 */
/* test_company.c - who has met the living is believed a little, for a little while. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/detect/company.h"
#include "tests/unit/contact/wire.h"

#define TENTHS(nats) ((int)((nats)*10 + 0.5))

static struct companies companies;

static struct company_rule rule(unsigned about)
{
	return (struct company_rule){
		.met_nats = 1.4, .cap_nats = 5.8, .keep_ns = s_to_ns(600), .about = about
	};
}

static struct contact at(const char *host, unsigned s)
{
	return (struct contact){ .src = wire_ip(host), .opened_ns = wire_ns(s * 1000) };
}

static void meet(const char *host, unsigned count, unsigned s)
{
	struct company_rule of = rule(22);

	for (unsigned n = 0; n < count; n++) {
		struct contact contact = at(host, s);

		company_gain(&companies, &contact, &of, of.met_nats);
	}
}

static double use(const char *host, unsigned about, unsigned s, double nats)
{
	struct company_rule of = rule(about);
	struct contact contact = at(host, s);

	return company_use(&companies, &contact, &of, nats);
}

static bool has(const char *host, unsigned about, unsigned s)
{
	struct company_rule of = rule(about);
	struct contact contact = at(host, s);

	return company_has(&companies, &contact, &of);
}

static void credit_is_what_was_met_beyond_three_and_at_most_the_cap(void **state)
{
	static const struct {
		unsigned met;
		int tenths;
	} cases[] = { { 0, 0 }, { 3, 0 }, { 4, 14 }, { 7, 56 }, { 8, 58 }, { 200, 58 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		companies = (struct companies){ .places = { { .check = 0 } } };
		meet("10.0.0.5", cases[i].met, 0);
		assert_int_equal(has("10.0.0.5", 22, 0), cases[i].tenths > 4);
		assert_int_equal(TENTHS(use("10.0.0.5", 22, 0, 40)), cases[i].tenths);
	}
}

static void credit_is_spent(void **state)
{
	(void)state;
	companies = (struct companies){ .places = { { .check = 0 } } };
	meet("10.0.0.5", 20, 0);
	assert_int_equal(TENTHS(use("10.0.0.5", 22, 1, 2.9)), 29);
	assert_int_equal(TENTHS(use("10.0.0.5", 22, 2, 2.9)), 29);
	assert_false(has("10.0.0.5", 22, 3));
	assert_int_equal(TENTHS(use("10.0.0.5", 22, 3, 2.9)), 0);
}

static void credit_is_forgotten_and_nobody_elses(void **state)
{
	(void)state;
	companies = (struct companies){ .places = { { .check = 0 } } };
	meet("10.0.0.5", 20, 0);
	assert_false(has("10.0.0.6", 22, 1));
	assert_false(has("10.0.0.5", 445, 1));
	assert_true(has("10.0.0.5", 22, 600));
	assert_false(has("10.0.0.5", 22, 601));
	meet("10.0.0.5", 3, 601); /* the first three of the next occasion */
	assert_false(has("10.0.0.5", 22, 601));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(credit_is_what_was_met_beyond_three_and_at_most_the_cap),
		cmocka_unit_test(credit_is_spent),
		cmocka_unit_test(credit_is_forgotten_and_nobody_elses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
