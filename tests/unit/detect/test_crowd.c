/* SPDX-License-Identifier: Apache-2.0 */
/* test_crowd.c - who earned evidence alone, and who together with others. */
#include "core/detect/crowd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/units.h"
#include "core/detect/evidence.h"

#define T0_S 1000

static struct evidence evidence(unsigned host, unsigned port_class, unsigned first_s,
				unsigned last_s)
{
	uint8_t four[4] = { 10, 0, 0, (uint8_t)host };
	struct ip ip = ip_from_v4(four);

	return (struct evidence){ .host = host_key_of(&ip, 0),
				  .port_class = (uint8_t)port_class,
				  .log_odds = 8.7,
				  .contacts = 3,
				  .first_contact_ns = s_to_ns(T0_S + first_s),
				  .last_contact_ns = s_to_ns(T0_S + last_s) };
}

/* Others 1, 2, ... earn evidence at 100 s; then host 99 from its first to 130 s. */
static const struct {
	const char *what;
	unsigned others, their_class, their_contacts, first_s;
	bool they_are_excused, is_excused, is_lost;
} cases[] = {
	{ "alone", 0, CLASS_WORM_PORT, 3, 100, false, false, false },
	{ "with three others", 3, CLASS_WORM_PORT, 3, 100, false, false, false },
	{ "with four others", 4, CLASS_WORM_PORT, 3, 100, false, false, true },
	{ "with forty others", 40, CLASS_WORM_PORT, 3, 100, false, false, true },
	{ "it began within ten seconds after them", 4, CLASS_WORM_PORT, 3, 110, false, false,
	  true },
	{ "it began later", 4, CLASS_WORM_PORT, 3, 111, false, false, false },
	{ "they did something else", 4, CLASS_NEIGHBOR, 3, 100, false, false, false },
	{ "they did it once each", 4, CLASS_WORM_PORT, 1, 100, false, false, false },
	{ "they are excused", 4, CLASS_WORM_PORT, 3, 100, true, false, false },
	{ "it is excused", 4, CLASS_WORM_PORT, 3, 100, false, true, false },
};

static void a_crowd_is_four_others_at_the_same_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evidence own = evidence(99, CLASS_WORM_PORT, cases[i].first_s, 130);
		struct crowd *crowd = crowd_new();

		print_message("  %s\n", cases[i].what);
		for (unsigned n = 1; n <= cases[i].others; n++) {
			struct evidence other = evidence(n, cases[i].their_class, 100, 100);

			other.contacts = cases[i].their_contacts;
			crowd_join(crowd, &other, cases[i].they_are_excused);
		}
		assert_int_equal(crowd_join(crowd, &own, cases[i].is_excused), cases[i].is_lost);
		crowd_free(crowd);
	}
}

static struct evidence at_public(struct evidence evidence, unsigned n)
{
	uint8_t four[4] = { 81, (uint8_t)(n / 256), (uint8_t)n, 7 };

	evidence.host.ip = ip_from_v4(four);
	return evidence;
}

/* Decoys of the Internet hide no machine of the site, nor do they drive its crowd out. */
static void names_of_the_internet_are_no_company_for_a_private_one(void **state)
{
	static const struct {
		unsigned private_others, public_others;
		bool own_is_public, is_crowd;
	} mixes[] = {
		{ 0, 8, false, false },  { 3, 1000, false, false }, { 4, 1000, false, true },
		{ 0, 1000, true, true }, { 4, 0, true, true },      { 2, 2, true, true },
		{ 2, 1, true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mixes) / sizeof(mixes[0]); i++) {
		struct evidence own = evidence(99, CLASS_WORM_PORT, 100, 130), other;
		struct crowd *crowd = crowd_new();

		for (unsigned n = 1; n <= mixes[i].private_others; n++) {
			other = evidence(n, CLASS_WORM_PORT, 100, 100);
			crowd_join(crowd, &other, false);
		}
		for (unsigned n = 1; n <= mixes[i].public_others; n++) {
			other = at_public(evidence(0, CLASS_WORM_PORT, 100, 100), n);
			crowd_join(crowd, &other, false);
		}
		if (mixes[i].own_is_public)
			own = at_public(own, 5000);
		if (crowd_join(crowd, &own, false) != mixes[i].is_crowd)
			fail_msg("mix %zu", i);
		crowd_free(crowd);
	}
}

static void one_host_is_counted_once_and_leaves_when_it_is_cleared(void **state)
{
	struct evidence own = evidence(99, CLASS_WORM_PORT, 100, 130), other;
	struct crowd *crowd = crowd_new();

	(void)state;
	for (unsigned n = 0; n < 40; n++) {
		other = evidence(n % 4, CLASS_WORM_PORT, 100, 100 + n / 4);
		crowd_join(crowd, &other, false);
	}
	assert_true(crowd_join(crowd, &own, false));
	other.log_odds = 0;
	crowd_join(crowd, &other, false);
	assert_false(crowd_join(crowd, &own, false));
	crowd_free(crowd);
}

static void names_are_beyond_forging(void **state)
{
	static const unsigned classes[] = { CLASS_NAME, CLASS_IDENTITY };

	(void)state;
	for (unsigned c = 0; c < 2; c++) {
		struct crowd *crowd = crowd_new();

		for (unsigned n = 1; n < 20; n++) {
			struct evidence each = evidence(n, classes[c], 100, 100);

			assert_false(crowd_join(crowd, &each, false));
		}
		crowd_free(crowd);
	}
}

static void one_message_each_makes_a_crowd(void **state)
{
	struct crowd *crowd = crowd_new();

	(void)state;
	for (unsigned n = 0; n < 20; n++) {
		struct evidence each = evidence(n, CLASS_CONTENT, 100 + n, 100 + n);

		each.contacts = 1;
		assert_int_equal(crowd_join(crowd, &each, false), n >= CROWD_OTHERS);
	}
	crowd_free(crowd);
}

/* ---- sums that gather for days ----------------------------------------------------------------- */

#define SLOW_CONVICTS 6 /* contacts with dark addresses: 16.8 nats */

static uint32_t draw(uint32_t *random)
{
	*random = *random * 1103515245 + 12345;
	return *random >> 16;
}

/* A contact a minute in a name at random.  How many names are convicted without a doubt. */
static unsigned convicted_of_forged(unsigned names, uint32_t seed)
{
	struct evidence each[1000];
	struct crowd *crowd = crowd_new();
	unsigned convicted = 0;

	for (unsigned n = 0; n < names; n++) {
		each[n] = evidence(n % 250, CLASS_NEIGHBOR, 0, 0);
		each[n].host.vlan = (uint16_t)(n / 250);
		each[n].contacts = 0;
		each[n].half_life_min = 10080;
	}
	for (unsigned minute = 1; minute < names * 20; minute++) {
		struct evidence *one = &each[draw(&seed) % names];

		if (one->contacts++ == 0)
			one->first_contact_ns = s_to_ns(T0_S + minute * 60);
		one->last_contact_ns = s_to_ns(T0_S + minute * 60);
		one->log_odds = 2.9 * one->contacts;
		convicted += !crowd_join(crowd, one, false) && one->contacts >= SLOW_CONVICTS;
	}
	crowd_free(crowd);
	return convicted;
}

static void names_forged_for_days_are_a_crowd(void **state)
{
	static const unsigned names[] = { 50, 200, 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (uint32_t seed = 1; seed <= 50; seed++)
			if (convicted_of_forged(names[i], seed))
				fail_msg("%u names, seed %u", names[i], seed);
}

/* Four others with three contacts each, or eight with two. */
static void in_days_a_crowd_begins_where_it_is_said_to(void **state)
{
	static const struct {
		unsigned others, contacts;
		bool crowd;
	} crowds[] = {
		{ 3, 3, false }, { 4, 3, true }, { 7, 2, false }, { 8, 2, true }, { 20, 1, false }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(crowds) / sizeof(crowds[0]); i++) {
		struct crowd *crowd = crowd_new();
		struct evidence worm = evidence(99, CLASS_NEIGHBOR, 0, 400);

		worm.half_life_min = 10080;
		worm.contacts = SLOW_CONVICTS;
		for (unsigned n = 0; n < crowds[i].others; n++) {
			struct evidence each = evidence(n, CLASS_NEIGHBOR, 10 * n, 300);

			each.half_life_min = 10080;
			each.contacts = crowds[i].contacts;
			crowd_join(crowd, &each, false);
		}
		if (crowd_join(crowd, &worm, false) != crowds[i].crowd)
			fail_msg("%u others with %u contacts", crowds[i].others,
				 crowds[i].contacts);
		crowd_free(crowd);
	}
}

static void an_office_with_a_few_failures_each_is_none(void **state)
{
	struct crowd *crowd = crowd_new();
	struct evidence worm = evidence(99, CLASS_NEIGHBOR, 0, 400);

	(void)state;
	for (unsigned n = 0; n < 7; n++) {
		struct evidence each = evidence(n, CLASS_NEIGHBOR, 10 * n, 300);

		each.half_life_min = 10080;
		each.contacts = n < 3 ? 3 : 2;
		assert_false(crowd_join(crowd, &each, false));
	}
	worm.half_life_min = 10080;
	worm.contacts = SLOW_CONVICTS;
	assert_false(crowd_join(crowd, &worm, false));
	crowd_free(crowd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crowd_is_four_others_at_the_same_time),
		cmocka_unit_test(names_of_the_internet_are_no_company_for_a_private_one),
		cmocka_unit_test(one_host_is_counted_once_and_leaves_when_it_is_cleared),
		cmocka_unit_test(one_message_each_makes_a_crowd),
		cmocka_unit_test(names_are_beyond_forging),
		cmocka_unit_test(names_forged_for_days_are_a_crowd),
		cmocka_unit_test(in_days_a_crowd_begins_where_it_is_said_to),
		cmocka_unit_test(an_office_with_a_few_failures_each_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
