/* SPDX-License-Identifier: Apache-2.0 */
/* test_conficker_names.c - the lists are the worm's, name by name, and the set holds exactly them.
 *
 * The fast generator is compared with a plain one here that leaves nothing out: every sine, every
 * logarithm, and a reduction by long division. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>

#include <cmocka.h>

#include "core/base/digest.h"
#include "core/base/random.h"
#include "core/net/hash.h"
#include "detectors/conficker_names.h"

#define VECTORS      "../shared/vectors/conficker/"
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

__extension__ typedef unsigned __int128 uint128;

static const struct hash_key key = { { 0x1234, 0x5678 } };

/* Days since 1970 of a "2020-03-04" (H. Fliegel and T. van Flandern, CACM 1968). */
static int32_t day_of(const char *date)
{
	int y = (int)strtol(date, NULL, 10), m = (int)strtol(date + 5, NULL, 10),
	    d = (int)strtol(date + 8, NULL, 10);
	int a = (m - 14) / 12;

	return (1461 * (y + 4800 + a)) / 4 + (367 * (m - 2 - 12 * a)) / 12 -
	       (3 * ((y + 4900 + a) / 100)) / 4 + d - 32075 - 2440588;
}

static enum conficker_variant variant_of(const char *letter)
{
	return (enum conficker_variant)(letter[0] - 'a');
}

static void name_at(enum conficker_variant variant, int32_t day, uint32_t place,
		    char name[CONFICKER_NAME_BYTES])
{
	struct conficker_names names;

	conficker_names_start(&names, variant, day, CONFICKER_SINE_X87);
	while (place-- > 0)
		assert_true(conficker_names_next(&names, name));
}

/* Of the first count names, each with a line feed. */
static void digest_of_list(enum conficker_variant variant, int32_t day, uint32_t count,
			   char hex[65])
{
	char *text = calloc(count, CONFICKER_NAME_BYTES + 1), *at = text;
	struct conficker_names names;
	struct digest_sha256 sum;

	conficker_names_start(&names, variant, day, CONFICKER_SINE_X87);
	names.left = count;
	while (conficker_names_next(&names, at)) {
		at += strlen(at);
		*at++ = '\n';
	}
	digest_sha256(text, (size_t)(at - text), &sum);
	digest_sha256_text(&sum, hex);
	free(text);
}

/* ---- the plain generator --------------------------------------------------------------------- */

static const uint64_t plain_factor[] = { 0x64236735, 0x53125624, 0x4F3D859E };
static const double plain_addend[] = { 0.737565675, 0.626454564, 0.946270391 };

static double plain_sine(uint64_t argument)
{
	const uint128 half_pi = (uint128)0xC << 64 | 0x90FDAA22168C234C;
	uint128 rest = 0;
	unsigned quotient = 0;
	double f;

	for (int bit = 63 + 67; bit >= 0; bit--) {
		rest = rest * 2 + (bit >= 67 ? argument >> (bit - 67) & 1 : 0);
		quotient = quotient * 2 + (rest >= half_pi);
		rest -= rest >= half_pi ? half_pi : 0;
	}
	f = ldexp((double)rest, -67);
	if (rest * 2 > half_pi) {
		f = -ldexp((double)(half_pi - rest), -67);
		quotient++;
	}
	return (quotient & 2 ? -1 : 1) * (quotient & 1 ? cos(f) : sin(f));
}

static uint64_t plain_step(const struct conficker_names *names, uint64_t state)
{
	double d = (double)state, x = (double)(state * plain_factor[names->variant]);

	x = x + (names->sine == CONFICKER_SINE_X87 ? plain_sine((uint64_t)d) : sin(d));
	x = x * d;
	x = x + plain_addend[names->variant];
	x = x * d;
	x = log(d) + x;
	memcpy(&state, &x, sizeof(state));
	return state;
}

static void the_generator_is_the_plain_one(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (unsigned run = 0; run < 60; run++) {
		struct conficker_names names;
		uint64_t plain;

		conficker_names_start(&names, run % 3, 14000 + (int32_t)(random_step(&seed) % 6000),
				      run / 3 % 2);
		plain = names.state;
		for (unsigned step = 0; step < 5000; step++) {
			plain = plain_step(&names, plain);
			if (conficker_names_step(&names) != plain)
				fail_msg("run %u differs at step %u", run, step);
		}
	}
}

/* Variant A's factor is odd, so states can be made whose product is as small as wanted.  The logarithm
 * counts for small states only. */
static void small_products_where_sine_and_logarithm_count_are_the_plain_ones(void **state)
{
	uint64_t seed = 2, inverse = 1;
	unsigned sine_matters = 0;

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		inverse *= 2 - plain_factor[0] * inverse;
	for (unsigned run = 0; run < 40000; run++) {
		uint64_t product = random_step(&seed) >> (run % 64), at;
		struct conficker_names names;

		if (run % 5 == 0)
			product = (UINT64_C(1) << (50 + run / 5 % 8)) + random_step(&seed) % 9 - 4;
		for (unsigned sine = 0; sine < 2; sine++) {
			conficker_names_start(&names, CONFICKER_A, 0, sine);
			at = names.state = run % 3 ? product * inverse & INT64_MAX : product >> 1;
			if (conficker_names_step(&names) != plain_step(&names, at))
				fail_msg("differs at state %llx", (unsigned long long)at);
		}
		sine_matters += names.diverged;
	}
	assert_true(sine_matters > 1000);
}

/* ---- known names ----------------------------------------------------------------------------- */

static void the_first_states_are_known(void **state)
{
	static const struct {
		const char *variant, *date;
		uint64_t states[7];
	} cases[] = {
		{ "a",
		  "2020-01-01",
		  { 0x00000000b46b360e, 0x47c186c9d12c8e72, 0x4bb3c461ee48fa93, 0x4b82ad9e604123a9,
		    0x4bb21c53d257f7fa, 0x4bb53c941ac31fe6, 0x4bb051d0fe0ded54 } },
		{ "b",
		  "2009-01-08",
		  { 0x00000000a371ecb0, 0x47b59e9ed7b669c1, 0x4bae1eb257f1baff, 0x4b84deccf810ea75,
		    0x4ba0c5e587a619cf, 0x4bb5d632cbf21e06, 0x4b9784b09c1be758 } },
		{ "c",
		  "2017-05-10",
		  { 0x00000000f257c728, 0x47d0ce43b6abbc4f, 0x4bb11ea3112e58a4, 0x4b9ff5449a7d284d,
		    0x4ba17ba4a89eccbc, 0x4bb2f473acdf4c31, 0x4bac91564dc38ce4 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conficker_names names;

		conficker_names_start(&names, variant_of(cases[i].variant), day_of(cases[i].date),
				      CONFICKER_SINE_X87);
		assert_true(names.state == cases[i].states[0]);
		for (unsigned step = 1; step < 7; step++)
			assert_true(conficker_names_step(&names) == cases[i].states[step]);
	}
}

static const struct {
	const char *variant, *date;
	uint32_t place;
	const char *name;
} known[] = {
	{ "a", "2020-01-01", 1, "fvqcih.net" },
	{ "a", "2020-01-01", 2, "nwyoodof.com" },
	{ "b", "2014-11-21", 1, "uhbqolxf.org" },
	{ "b", "2009-01-08", 24, "qimkwaify.ws" },
	{ "b", "2009-01-08", 28, "hcweu.org" },
	{ "b", "2009-03-08", 101, "jogli.com" },
	{ "b", "2009-03-18", 155, "qhflh.com" },
	{ "c", "2009-04-01", 1, "oubezepg.com.mx" },
	{ "c", "2009-04-01", 50000, "ebhbriayj.com.bo" },
	{ "c", "2017-05-10", 14096, "clsg.mu" },
};

static void names_that_were_published_are_at_their_place(void **state)
{
	char name[CONFICKER_NAME_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		name_at(variant_of(known[i].variant), day_of(known[i].date), known[i].place, name);
		assert_string_equal(name, known[i].name);
	}
}

/* As made when the lists were found right; deep, and through every suffix. */
static void whole_lists_have_not_changed(void **state)
{
	static const struct {
		enum conficker_variant variant;
		const char *date, *sum;
	} cases[] = {
		{ CONFICKER_A, "2020-07-05",
		  "b3dcb980753f87e3ccb818113eddf53740caf727fbdb96006922a6489870de54" },
		{ CONFICKER_C, "2009-04-01",
		  "9e994e0d0e447a7322f3870d2fca053a505344c4eebe89587c258f87dcf87af0" },
	};
	char hex[65];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t count = conficker_names_per_day(cases[i].variant);

		digest_of_list(cases[i].variant, day_of(cases[i].date), count, hex);
		assert_string_equal(hex, cases[i].sum);
	}
}

static void a_list_has_its_length_and_names_fit(void **state)
{
	(void)state;
	for (unsigned variant = CONFICKER_A; variant <= CONFICKER_C; variant++) {
		unsigned by_letters[32] = { 0 }, count = 0;
		struct conficker_names names;
		char name[CONFICKER_NAME_BYTES];

		conficker_names_start(&names, variant, 14335, CONFICKER_SINE_X87);
		for (; conficker_names_next(&names, name); count++) {
			assert_true(name[CONFICKER_NAME_MAX] == 0);
			by_letters[strcspn(name, ".")]++;
		}
		assert_int_equal(count, conficker_names_per_day(variant));
		assert_int_equal(count, variant == CONFICKER_C ? 50000 : 250);
		assert_true(by_letters[variant == CONFICKER_C ? 4 : 5] > 0);
		assert_true(by_letters[variant == CONFICKER_C ? 9 : 11] > 0);
		assert_int_equal(by_letters[variant == CONFICKER_C ? 10 : 4], 0);
	}
}

/* ---- the shared vectors ---------------------------------------------------------------------- */

static unsigned check_list(enum conficker_variant variant, char *line)
{
	char *rest = NULL, *date = strtok_r(line, "\t\n", &rest), *expected;
	struct conficker_names names;
	char name[CONFICKER_NAME_BYTES];
	unsigned checked = 0;

	conficker_names_start(&names, variant, day_of(date), CONFICKER_SINE_X87);
	while ((expected = strtok_r(NULL, "\t\n", &rest))) {
		assert_true(conficker_names_next(&names, name));
		assert_string_equal(name, expected);
		checked++;
	}
	return checked;
}

static unsigned check_place(enum conficker_variant variant, char *line)
{
	char *rest = NULL, *date = strtok_r(line, "\t\n", &rest),
	     *place = strtok_r(NULL, "\t\n", &rest);
	char name[CONFICKER_NAME_BYTES];

	name_at(variant, day_of(date), (uint32_t)strtoul(place, NULL, 10), name);
	assert_string_equal(name, strtok_r(NULL, "\t\n", &rest));
	return 1;
}

static unsigned check_wild(enum conficker_variant variant, char *line)
{
	(void)variant;
	return check_place(variant_of(line), line + 2);
}

static unsigned check_digest(enum conficker_variant variant, char *line)
{
	char *rest = NULL, *letter = strtok_r(line, "\t\n", &rest);
	char *date = strtok_r(NULL, "\t\n", &rest), hex[65];
	uint32_t count = (uint32_t)strtoul(strtok_r(NULL, "\t\n", &rest), NULL, 10);

	(void)variant;
	digest_of_list(variant_of(letter), day_of(date), count, hex);
	assert_string_equal(hex, strtok_r(NULL, "\t\n", &rest));
	return count;
}

static void every_shared_vector_is_reproduced(void **state)
{
	static const struct {
		const char *file;
		enum conficker_variant variant;
		unsigned (*check)(enum conficker_variant variant, char *line);
	} files[] = {
		{ VECTORS "dga-a.tsv", CONFICKER_A, check_list },
		{ VECTORS "dga-b.tsv", CONFICKER_B, check_list },
		{ VECTORS "dga-c-sample.tsv", CONFICKER_C, check_place },
		{ VECTORS "dga-wild.tsv", CONFICKER_B, check_wild },
		{ VECTORS "dga-stream.tsv", CONFICKER_B, check_digest },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		FILE *file = fopen(files[i].file, "r");
		char line[8192];
		unsigned checked = 0;

		if (!file)
			skip();
		while (fgets(line, sizeof(line), file))
			if (line[0] != '#' && line[0] != '\n')
				checked += files[i].check(files[i].variant, line);
		fclose(file);
		print_message("# %s: %u names\n", files[i].file, checked);
		assert_true(checked > 0);
	}
}

/* ---- shape ----------------------------------------------------------------------------------- */

static void every_name_has_the_shape_of_its_variant(void **state)
{
	(void)state;
	for (unsigned variant = CONFICKER_A; variant <= CONFICKER_C; variant++) {
		struct conficker_names names;
		char name[CONFICKER_NAME_BYTES], behind[CONFICKER_NAME_BYTES + 4];

		conficker_names_start(&names, variant, 14335, CONFICKER_SINE_X87);
		while (conficker_names_next(&names, name)) {
			snprintf(behind, sizeof(behind), "www.%s", name);
			assert_true(conficker_name_shape(name) >> variant & 1);
			assert_true(conficker_name_shape(behind) >> variant & 1);
		}
	}
}

static void what_could_be_on_no_list_has_no_shape(void **state)
{
	static const struct {
		const char *name;
		unsigned shape;
	} cases[] = {
		{ "abcd.com", 0 },
		{ "abcde.com", 3 },
		{ "abcde.cc", 2 },
		{ "abcd.cn", 4 },
		{ "abcde.cn", 6 },
		{ "abcdefghij.cn", 2 },
		{ "abcdefghijk.org", 3 },
		{ "abcdefghijkl.org", 0 },
		{ "abcde.com.br", 4 },
		{ "abcde.de", 0 },
		{ "abc1e.com", 0 },
		{ "a.b.abcde.com", 0 },
		{ "mail.abcde.com", 3 },
		{ "mail.com", 0 },
		{ "", 0 },
		{ ".", 0 },
		{ "abcde", 0 },
		{ "abcde.", 0 },
		{ "abcde.comcomcomcom", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (conficker_name_shape(cases[i].name) != cases[i].shape)
			print_error("%s: %u\n", cases[i].name, conficker_name_shape(cases[i].name));
		assert_int_equal(conficker_name_shape(cases[i].name), cases[i].shape);
	}
}

/* ---- the set --------------------------------------------------------------------------------- */

static bool finds(const struct conficker_set *set, const char *name, struct conficker_hit *hit)
{
	return conficker_set_find(set, name, strlen(name), hit);
}

static struct conficker_set *set_around(int32_t today)
{
	struct conficker_set *set = conficker_set_new(&key, CONFICKER_A, CONFICKER_C);

	conficker_set_aim(set, today);
	assert_true(conficker_set_build_some(set, UINT32_MAX));
	return set;
}

static uint32_t check_list_held(const struct conficker_set *set, enum conficker_variant variant,
				int32_t day, enum conficker_sine sine)
{
	struct conficker_names names;
	char name[CONFICKER_NAME_BYTES];
	struct conficker_hit hit;
	uint32_t count = 0;

	conficker_names_start(&names, variant, day, sine);
	for (; conficker_names_next(&names, name); count++) {
		assert_true(finds(set, name, &hit));
		assert_true(hit.variants & 1 << variant);
		assert_true(hit.first_day <= day && hit.last_day >= day);
		assert_int_equal(hit.letters, strcspn(name, "."));
	}
	return count;
}

static void the_set_holds_every_list_of_three_days_with_either_sine(void **state)
{
	int32_t today = day_of("2020-03-04");
	struct conficker_set *set = set_around(today);
	uint32_t count = 0;

	(void)state;
	for (int32_t day = today - 1; day <= today + 1; day++)
		for (unsigned variant = CONFICKER_A; variant <= CONFICKER_C; variant++)
			for (unsigned sine = 0; sine < 2; sine++)
				count += check_list_held(set, variant, day, sine);
	assert_int_equal(count, 303000);
	/* Both lists of C differ early on all these days; some names come twice. */
	assert_in_range(conficker_set_size(set), 230000, 303000);
	conficker_set_free(set);
}

static void the_list_of_a_where_sines_differ_is_held_twice(void **state)
{
	int32_t today = day_of("2020-03-04");
	struct conficker_set *set = set_around(today);
	struct conficker_names x87, accurate;
	char a[CONFICKER_NAME_BYTES], b[CONFICKER_NAME_BYTES];
	struct conficker_hit hit;
	unsigned place = 0, first = 0;

	(void)state;
	conficker_names_start(&x87, CONFICKER_A, today, CONFICKER_SINE_X87);
	conficker_names_start(&accurate, CONFICKER_A, today, CONFICKER_SINE_ACCURATE);
	while (conficker_names_next(&x87, a) && conficker_names_next(&accurate, b)) {
		place++;
		if (!first && strcmp(a, b) != 0)
			first = place;
		assert_true(finds(set, b, &hit));
	}
	assert_int_equal(first, 239);
	conficker_set_free(set);
}

static void names_are_found_as_people_write_them(void **state)
{
	static const struct {
		const char *asked;
		bool found;
		uint8_t letters;
	} cases[] = {
		{ "oubezepg.com.mx", true, 8 },
		{ "OubezePG.Com.MX", true, 8 },
		{ "oubezepg.com.mx.", true, 8 },
		{ "www.oubezepg.com.mx", true, 8 },
		{ "WWW.gzyh.nl.", true, 4 },
		{ "GZYH.NL", true, 4 },
		{ "a-very-long-label-in-front.gzyh.nl", true, 4 },
		{ "a.b.gzyh.nl", false, 0 },
		{ "gzyh.nl.", true, 4 },
		{ "gzyh.nl..", false, 0 },
		{ "gzyh..nl", false, 0 },
		{ "gzyh.n", false, 0 },
		{ "gzyh", false, 0 },
		{ "com.mx", false, 0 },
		{ "", false, 0 },
		{ ".", false, 0 },
		{ "www.", false, 0 },
		{ "xgzyh.nl", false, 0 },
		{ "gzyh.nl.example.com", false, 0 },
		{ "oubezepg1com.mx", false, 0 },
		{ "example.com", false, 0 },
	};
	struct conficker_set *set = set_around(day_of("2009-04-01"));

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conficker_hit hit = { .letters = 77 };

		if (finds(set, cases[i].asked, &hit) != cases[i].found)
			fail_msg("wrong answer for \"%s\"", cases[i].asked);
		assert_int_equal(hit.letters, cases[i].found ? cases[i].letters : 77);
		if (cases[i].found)
			assert_true(hit.variants == 1 << CONFICKER_C &&
				    hit.first_day == day_of("2009-04-01"));
	}
	conficker_set_free(set);
}

/* Generated the same way for another year: names of the right form that are not on our lists.
 * By chance 1.6e-4 of the four-letter names are (A.5.6). */
static void names_of_other_days_are_not_found(void **state)
{
	struct conficker_set *set = set_around(day_of("2009-04-01"));
	struct conficker_names names;
	char name[CONFICKER_NAME_BYTES];
	struct conficker_hit hit;
	unsigned found = 0;

	(void)state;
	conficker_names_start(&names, CONFICKER_C, day_of("2016-02-29"), CONFICKER_SINE_X87);
	while (conficker_names_next(&names, name)) {
		bool is_short = strcspn(name, ".") <= 5;

		found += finds(set, name, &hit);
		if (finds(set, name, &hit) && !is_short)
			fail_msg("%s is not of these days", name);
	}
	assert_true(found < 50);
	conficker_set_free(set);
}

static void slices_give_the_same_set_and_never_exceed_the_budget(void **state)
{
	struct conficker_set *whole = set_around(14335),
			     *sliced = conficker_set_new(&key, CONFICKER_A, CONFICKER_C);
	unsigned slices = 1;

	(void)state;
	assert_true(conficker_set_build_some(sliced, 10)); /* aims at nothing */
	assert_int_equal(conficker_set_size(sliced), 0);
	conficker_set_aim(sliced, 14335);
	while (!conficker_set_build_some(sliced, 1000))
		slices++;
	assert_in_range(slices, 200, 303);
	assert_int_equal(conficker_set_size(whole), conficker_set_size(sliced));
	assert_int_equal(check_list_held(sliced, CONFICKER_C, 14336, CONFICKER_SINE_ACCURATE),
			 50000);
	conficker_set_free(whole);
	conficker_set_free(sliced);
}

static void at_midnight_one_day_is_made_and_the_old_ones_stay_until_then(void **state)
{
	struct conficker_set *set = set_around(14335);
	unsigned slices = 1;
	char old[CONFICKER_NAME_BYTES], new[CONFICKER_NAME_BYTES];
	struct conficker_hit hit;

	(void)state;
	name_at(CONFICKER_B, 14334, 7, old);
	name_at(CONFICKER_B, 14337, 7, new);
	assert_true(conficker_set_build_some(set, 0));
	conficker_set_aim(set, 14336);
	for (; !conficker_set_build_some(set, 1000); slices++) {
		assert_true(finds(set, old, &hit) && hit.first_day == 14334 &&
			    hit.variants == 1 << CONFICKER_B);
		assert_false(finds(set, new, &hit));
	}
	assert_in_range(slices, 50, 102);
	assert_false(finds(set, old, &hit));
	assert_true(finds(set, new, &hit) && hit.last_day == 14337);
	conficker_set_free(set);
}

static void a_day_no_longer_wanted_is_dropped_in_the_middle(void **state)
{
	struct conficker_set *set = set_around(14335), *fresh = set_around(18000);
	struct conficker_hit hit;
	char old[CONFICKER_NAME_BYTES];

	(void)state;
	name_at(CONFICKER_B, 14335, 7, old);
	conficker_set_aim(set, 14336);
	assert_false(conficker_set_build_some(set, 50000));
	/* The clock was set back: everything is there. */
	conficker_set_aim(set, 14335);
	assert_true(conficker_set_build_some(set, UINT32_MAX));
	assert_true(finds(set, old, &hit));
	/* A jump far ahead, while the second list of C waits. */
	conficker_set_aim(set, 14336);
	assert_false(conficker_set_build_some(set, 50000));
	conficker_set_aim(set, 18000);
	assert_true(conficker_set_build_some(set, UINT32_MAX));
	assert_false(finds(set, old, &hit));
	assert_int_equal(conficker_set_size(set), conficker_set_size(fresh));
	assert_int_equal(check_list_held(set, CONFICKER_A, 18001, CONFICKER_SINE_X87), 250);
	conficker_set_free(set);
	conficker_set_free(fresh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_generator_is_the_plain_one),
		cmocka_unit_test(small_products_where_sine_and_logarithm_count_are_the_plain_ones),
		cmocka_unit_test(the_first_states_are_known),
		cmocka_unit_test(names_that_were_published_are_at_their_place),
		cmocka_unit_test(whole_lists_have_not_changed),
		cmocka_unit_test(a_list_has_its_length_and_names_fit),
		cmocka_unit_test(every_name_has_the_shape_of_its_variant),
		cmocka_unit_test(what_could_be_on_no_list_has_no_shape),
		cmocka_unit_test(every_shared_vector_is_reproduced),
		cmocka_unit_test(the_set_holds_every_list_of_three_days_with_either_sine),
		cmocka_unit_test(the_list_of_a_where_sines_differ_is_held_twice),
		cmocka_unit_test(names_are_found_as_people_write_them),
		cmocka_unit_test(names_of_other_days_are_not_found),
		cmocka_unit_test(slices_give_the_same_set_and_never_exceed_the_budget),
		cmocka_unit_test(at_midnight_one_day_is_made_and_the_old_ones_stay_until_then),
		cmocka_unit_test(a_day_no_longer_wanted_is_dropped_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
