/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incident/score.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/units.h"
#include "core/detect/evidence.h"

#define HALF_LIFE_NS s_to_ns(60)
#define NOW_NS       s_to_ns(1000)

struct item {
	unsigned detector, port_class;
	double nats;
	unsigned age_s, half_life_min;
};

static size_t make_items(const struct item *from, struct evidence *items)
{
	size_t count = 0;

	for (; count < 4 && from[count].detector; count++)
		items[count] = (struct evidence){
			.detector = (uint8_t)from[count].detector,
			.port_class = (uint8_t)from[count].port_class,
			.half_life_min = (uint16_t)from[count].half_life_min,
			.log_odds = from[count].nats,
			.stated_ns = NOW_NS - s_to_ns(from[count].age_s),
		};
	return count;
}

static void assert_near(double value, double wanted, double tolerance)
{
	if (!(fabs(value - wanted) <= tolerance))
		fail_msg("%.12g instead of %.12g", value, wanted);
}

static const struct {
	const char *name;
	struct item items[4];
	double sum;
} cases[] = {
	{ "nothing is no evidence", { { 0, 0, 0, 0, 0 } }, 0 },
	{ "one item counts in full", { { 1, CLASS_NEIGHBOR, 9, 0, 0 } }, 9 },
	{ "classes add", { { 1, CLASS_NEIGHBOR, 9, 0, 0 }, { 2, CLASS_WORM_PORT, 5, 0, 0 } }, 14 },
	{ "a second detector of a class only nods",
	  { { 2, CLASS_WORM_PORT, 9, 0, 0 }, { 3, CLASS_WORM_PORT, 8, 0, 0 } },
	  9.7 },
	{ "the strongest counts whatever the order",
	  { { 2, CLASS_WORM_PORT, 8, 0, 0 }, { 3, CLASS_WORM_PORT, 9, 0, 0 } },
	  9.7 },
	{ "a third nods once more",
	  { { 2, CLASS_ICMP, 9, 0, 0 }, { 3, CLASS_ICMP, 8, 0, 0 }, { 4, CLASS_ICMP, 7, 0, 0 } },
	  10.4 },
	{ "what a list explains on both sides counts once: the failures nod",
	  { { 4, CLASS_SPREAD, 9, 0, 0 }, { 1, CLASS_NEIGHBOR, 7, 0, 0 } },
	  9.7 },
	{ "or the haste",
	  { { 4, CLASS_SPREAD, 7, 0, 0 },
	    { 1, CLASS_NEIGHBOR, 5, 0, 0 },
	    { 2, CLASS_WORM_PORT, 4, 0, 0 } },
	  9.7 },
	{ "a weak nod counts as what it is",
	  { { 2, CLASS_ICMP, 9, 0, 0 }, { 3, CLASS_ICMP, 0.2, 0, 0 } },
	  9.2 },
	{ "after a half-life half is left", { { 1, CLASS_NEIGHBOR, 8, 60, 0 } }, 4 },
	{ "a slow statement keeps its own pace", { { 1, CLASS_NEIGHBOR, 8, 600, 10 } }, 4 },
	{ "slow classes add among themselves",
	  { { 1, CLASS_NEIGHBOR, 8, 0, 9 }, { 2, CLASS_WORM_PORT, 5, 0, 9 } },
	  13 },
	{ "but not to the others: the greater sum counts",
	  { { 1, CLASS_NEIGHBOR, 8, 0, 9 }, { 2, CLASS_WORM_PORT, 5, 0, 0 } },
	  8 },
	{ "one contact stated twice is one",
	  { { 1, CLASS_NEIGHBOR, 9, 0, 9 }, { 1, CLASS_NEIGHBOR, 7, 0, 0 } },
	  9 },
	{ "each fades by its own age",
	  { { 1, CLASS_NEIGHBOR, 8, 120, 0 }, { 2, CLASS_WORM_PORT, 8, 60, 0 } },
	  6 },
};

static void levels_add_as_the_dossier_says(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct evidence items[4] = { 0 };
		size_t count = make_items(cases[c].items, items);

		print_message("  %s\n", cases[c].name);
		assert_near(score_sum(items, count, NOW_NS, HALF_LIFE_NS), cases[c].sum, 1e-9);
	}
}

static const struct {
	const char *name;
	struct item items[4];
	bool convicts;
} verdicts[] = {
	{ "one class whose detector vouches for all", { { 1, CLASS_NEIGHBOR, 13.8, 0, 0 } }, true },
	{ "one class a hair below", { { 1, CLASS_NEIGHBOR, 13.79, 0, 0 } }, false },
	{ "two detectors of a class that nod to each other: no second witness",
	  { { 2, CLASS_WORM_PORT, 13.5, 0, 0 }, { 3, CLASS_WORM_PORT, 9, 0, 0 } },
	  false },
	{ "two capped classes together",
	  { { 4, CLASS_SPREAD, 9.2, 0, 0 }, { 5, CLASS_CHAIN, 9.2, 0, 0 } },
	  true },
	{ "fan-out and contagion, not yet enough",
	  { { 4, CLASS_SPREAD, 6.4, 0, 0 }, { 5, CLASS_CHAIN, 7, 0, 0 } },
	  false },
	{ "a second class that says next to nothing",
	  { { 1, CLASS_NEIGHBOR, 12, 0, 0 }, { 10, CLASS_NAME, 2.9, 0, 0 } },
	  false },
	{ "haste along a list of which some are gone",
	  { { 4, CLASS_SPREAD, 9.2, 0, 0 },
	    { 1, CLASS_NEIGHBOR, 9, 0, 0 },
	    { 2, CLASS_WORM_PORT, 3, 0, 0 } },
	  false },
	{ "haste beside a sweep that convicts by itself",
	  { { 4, CLASS_SPREAD, 9.2, 0, 0 }, { 1, CLASS_NEIGHBOR, 13.8, 0, 0 } },
	  true },
	{ "peers some of whom are neighbours that are gone",
	  { { 2, CLASS_HIGH_PORT, 9.2, 0, 0 }, { 1, CLASS_NEIGHBOR, 8.7, 0, 0 } },
	  false },
	{ "pings and polls of a list of which some are gone",
	  { { 2, CLASS_ICMP, 9.2, 0, 0 }, { 2, CLASS_SERVICE_PORT, 8.8, 0, 0 } },
	  false },
	{ "failures here and beyond the gateway",
	  { { 1, CLASS_NEIGHBOR, 8.7, 0, 0 }, { 2, CLASS_WORM_PORT, 5.8, 0, 0 } },
	  true },
	{ "ports that a worm made known are on no list",
	  { { 9, CLASS_HIGH_PORT, 9, 0, 0 }, { 1, CLASS_NEIGHBOR, 5.8, 0, 0 } },
	  true },
	{ "haste to addresses that nobody told",
	  { { 4, CLASS_SPREAD, 9.2, 0, 0 }, { 11, CLASS_WORM_PORT, 6, 0, 0 } },
	  true },
	{ "a second class that says something",
	  { { 1, CLASS_NEIGHBOR, 12, 0, 0 }, { 10, CLASS_NAME, 3.0, 0, 0 } },
	  true },
	{ "three weak classes",
	  { { 1, CLASS_NEIGHBOR, 5, 0, 0 },
	    { 2, CLASS_WORM_PORT, 5, 0, 0 },
	    { 3, CLASS_NAME, 5, 0, 0 } },
	  true },
	{ "faded below",
	  { { 1, CLASS_NEIGHBOR, 13.8, 60, 0 }, { 2, CLASS_WORM_PORT, 6, 0, 0 } },
	  false },
	{ "one slow class alone needs 16.8", { { 1, CLASS_NEIGHBOR, 16.7, 0, 10080 } }, false },
	{ "and has it", { { 1, CLASS_NEIGHBOR, 16.9, 0, 10080 } }, true },
	{ "two slow classes",
	  { { 1, CLASS_NEIGHBOR, 8.7, 0, 10080 }, { 2, CLASS_WORM_PORT, 5.8, 0, 10080 } },
	  true },
	{ "a slow class and a bad hour of the web",
	  { { 1, CLASS_NEIGHBOR, 11.6, 0, 10080 }, { 2, CLASS_SERVICE_PORT, 6.6, 0, 0 } },
	  false },
};

static void two_classes_convict_or_one_decisive(void **state)
{
	struct score_pace pace = { NOW_NS, HALF_LIFE_NS, 0 };

	(void)state;
	for (size_t c = 0; c < sizeof(verdicts) / sizeof(verdicts[0]); c++) {
		struct evidence items[4] = { 0 };
		size_t count = make_items(verdicts[c].items, items);

		print_message("  %s\n", verdicts[c].name);
		assert_int_equal(score_convicts(items, count, 13.8, &pace), verdicts[c].convicts);
	}
}

/* ---- one term per contact ---------------------------------------------------------------------- */

/* Destinations first to last, each brought as much as the others unless said otherwise. */
struct seen {
	unsigned detector, port_class;
	double nats;
	unsigned first, last;
	unsigned first_tenths; /* what the first one brought, of 10 that each other did; 0 = 10 */
};

static void make_seen(const struct seen *from, struct evidence *item)
{
	*item = (struct evidence){ .detector = (uint8_t)from->detector,
				   .port_class = (uint8_t)from->port_class,
				   .log_odds = from->nats,
				   .stated_ns = NOW_NS };
	for (unsigned n = from->first; n && n <= from->last; n++)
		item->samples[item->sample_count++] = (struct evidence_sample){
			.dst = ip_from_v4((uint8_t[]){ 10, 0, 0, (uint8_t)n }),
			.tenths = n == from->first && from->first_tenths
					  ? (uint8_t)from->first_tenths
					  : 10,
		};
}

static const struct {
	const char *name;
	struct seen items[3];
	double sum;
} shared[] = {
	{ "other destinations are other contacts",
	  { { 4, CLASS_SPREAD, 9, 1, 3, 0 }, { 13, CLASS_CONTENT, 8, 4, 7, 0 } },
	  17 },
	{ "of the same ones the stronger counts, the other nods for each",
	  { { 4, CLASS_SPREAD, 9, 1, 3, 0 }, { 13, CLASS_CONTENT, 6, 1, 3, 0 } },
	  9 + 3 * 0.7 },
	{ "the same in the other order",
	  { { 13, CLASS_CONTENT, 6, 1, 3, 0 }, { 4, CLASS_SPREAD, 9, 1, 3, 0 } },
	  9 + 3 * 0.7 },
	{ "a weak nod counts as what it is",
	  { { 4, CLASS_SPREAD, 9, 1, 3, 0 }, { 13, CLASS_CONTENT, 0.9, 1, 3, 0 } },
	  9.9 },
	{ "what only one of them saw counts in full",
	  { { 4, CLASS_SPREAD, 9, 3, 5, 0 }, { 13, CLASS_CONTENT, 8, 1, 4, 0 } },
	  2 + 2 + (3 + 0.7) + (3 + 0.7) + 3 },
	{ "each destination with what it brought",
	  { { 4, CLASS_SPREAD, 9, 1, 3, 40 }, { 13, CLASS_CONTENT, 8, 1, 1, 0 } },
	  (8 + 0.7) + 1.5 + 1.5 },
	{ "three classes",
	  { { 4, CLASS_SPREAD, 9, 1, 3, 0 },
	    { 13, CLASS_CONTENT, 6, 1, 3, 0 },
	    { 11, CLASS_WORM_PORT, 6, 1, 3, 0 } },
	  9 + 6 * 0.7 },
	{ "who had come before is no destination",
	  { { 4, CLASS_SPREAD, 9, 1, 3, 0 }, { 5, CLASS_CHAIN, 8, 1, 3, 0 } },
	  17 },
	{ "nor is a name, or the server that is asked for it",
	  { { 12, CLASS_CONTENT, 9, 1, 1, 0 }, { 10, CLASS_NAME, 8, 1, 1, 0 } },
	  17 },
	{ "without samples nothing is known to be the same",
	  { { 4, CLASS_SPREAD, 9, 1, 3, 0 }, { 13, CLASS_CONTENT, 6, 0, 0, 0 } },
	  15 },
};

static void a_contact_that_two_classes_judged_counts_once(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(shared) / sizeof(shared[0]); c++) {
		struct evidence items[3];
		size_t count = 0;

		print_message("  %s\n", shared[c].name);
		for (; count < 3 && shared[c].items[count].detector; count++)
			make_seen(&shared[c].items[count], &items[count]);
		assert_near(score_sum(items, count, NOW_NS, HALF_LIFE_NS), shared[c].sum, 1e-9);
	}
}

/* A script with an outdated password, let loose on five machines: haste and refusals are one and the same five contacts. */
static void haste_and_refused_users_on_the_same_machines_convict_nobody(void **state)
{
	static const struct seen script[] = { { 4, CLASS_SPREAD, 6.4, 4, 5, 0 },
					      { 13, CLASS_CONTENT, 9.2, 2, 5, 0 } };
	static const struct seen apart[] = { { 4, CLASS_SPREAD, 6.4, 4, 5, 0 },
					     { 13, CLASS_CONTENT, 9.2, 6, 9, 0 } };
	struct score_pace pace = { NOW_NS, HALF_LIFE_NS, 0 };
	struct evidence items[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++)
		make_seen(&script[i], &items[i]);
	assert_false(score_convicts(items, 2, 13.8, &pace));
	for (unsigned i = 0; i < 2; i++)
		make_seen(&apart[i], &items[i]);
	assert_true(score_convicts(items, 2, 13.8, &pace));
}

/* Management processors polled in order, of which some are gone: the order of the list is no witness against it. */
static void a_row_within_the_site_is_no_second_witness_beside_failures(void **state)
{
	static const struct {
		const char *name;
		struct seen row, failures;
		bool is_far, convicts;
	} rows[] = {
		{ "a list in order, of which some are gone",
		  { 14, CLASS_SERVICE_PORT, 6.0, 1, 4, 0 },
		  { 1, CLASS_NEIGHBOR, 9.9, 5, 8, 0 },
		  false,
		  false },
		{ "a row in the Internet",
		  { 14, CLASS_SERVICE_PORT, 6.0, 1, 4, 0 },
		  { 1, CLASS_NEIGHBOR, 9.9, 5, 8, 0 },
		  true,
		  true },
		{ "a row on a high port",
		  { 14, CLASS_HIGH_PORT, 6.0, 1, 4, 0 },
		  { 1, CLASS_NEIGHBOR, 9.9, 5, 8, 0 },
		  false,
		  true },
		{ "failures that convict by themselves",
		  { 14, CLASS_SERVICE_PORT, 6.0, 1, 4, 0 },
		  { 1, CLASS_NEIGHBOR, 13.8, 5, 8, 0 },
		  false,
		  true },
	};
	struct score_pace pace = { NOW_NS, HALF_LIFE_NS, 0 };

	(void)state;
	for (size_t c = 0; c < sizeof(rows) / sizeof(rows[0]); c++) {
		struct evidence items[2];

		print_message("  %s\n", rows[c].name);
		make_seen(&rows[c].row, &items[0]);
		make_seen(&rows[c].failures, &items[1]);
		for (unsigned i = 0; i < 2; i++)
			items[i].host.ip = ip_from_v4((uint8_t[]){ 10, 0, 0, 200 });
		for (unsigned n = 0; rows[c].is_far && n < items[0].sample_count; n++)
			items[0].samples[n].dst = ip_from_v4((uint8_t[]){ 23, 4, 5, (uint8_t)n });
		assert_int_equal(score_convicts(items, 2, 13.8, &pace), rows[c].convicts);
	}
}

static void a_statement_from_the_future_has_not_faded(void **state)
{
	struct evidence item = { .detector = 1, .log_odds = 5, .stated_ns = NOW_NS + 1 };

	(void)state;
	assert_near(score_level(&item, NOW_NS, HALF_LIFE_NS), 5, 0);
}

static void without_a_half_life_nothing_fades(void **state)
{
	struct evidence item = { .detector = 1, .log_odds = 5, .stated_ns = 1 };

	(void)state;
	assert_near(score_level(&item, NOW_NS, 0), 5, 0);
}

static void confidence_is_the_logistic_of_log_odds(void **state)
{
	(void)state;
	assert_near(score_confidence(0), 0.5, 1e-12);
	assert_near(score_confidence(13.8), 0.99999898437, 1e-10);
	assert_near(score_confidence(800), 1, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_add_as_the_dossier_says),
		cmocka_unit_test(two_classes_convict_or_one_decisive),
		cmocka_unit_test(a_contact_that_two_classes_judged_counts_once),
		cmocka_unit_test(haste_and_refused_users_on_the_same_machines_convict_nobody),
		cmocka_unit_test(a_row_within_the_site_is_no_second_witness_beside_failures),
		cmocka_unit_test(a_statement_from_the_future_has_not_faded),
		cmocka_unit_test(without_a_half_life_nothing_fades),
		cmocka_unit_test(confidence_is_the_logistic_of_log_odds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
