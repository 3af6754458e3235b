/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/num.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void whole_numbers_are_strict(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t value;
	} cases[] = {
		{ "0", true, 0 },
		{ "007", true, 7 },
		{ "18446744073709551615", true, UINT64_MAX },
		{ "18446744073709551616", false, 0 },
		{ "99999999999999999999999", false, 0 },
		{ "", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "+1", false, 0 },
		{ "-1", false, 0 },
		{ "0x10", false, 0 },
		{ "1e3", false, 0 },
		{ "1.0", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t value = 0;

		assert_int_equal(num_u64(cases[i].text, &value), cases[i].ok);
		assert_true(value == cases[i].value);
	}
}

static void bounds_are_inclusive(void **state)
{
	uint32_t value = 99;

	(void)state;
	assert_false(num_u32_between("0", 1, 3, &value));
	assert_false(num_u32_between("4", 1, 3, &value));
	assert_false(num_u32_between("4294967297", 1, UINT32_MAX, &value));
	assert_int_equal(value, 99);
	assert_true(num_u32_between("1", 1, 3, &value));
	assert_true(num_u32_between("3", 1, 3, &value));
	assert_int_equal(value, 3);
}

static void decimals_are_strict_and_finite(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		double value;
	} cases[] = {
		{ "0", true, 0 },       { "-2.5", true, -2.5 }, { "1e-6", true, 1e-6 },
		{ "2E+3", true, 2000 }, { "1e400", false, 0 },  { "inf", false, 0 },
		{ "nan", false, 0 },    { "0x1p3", false, 0 },  { ".5", false, 0 },
		{ "5.", false, 0 },     { "1e", false, 0 },     { "+1", false, 0 },
		{ "1,5", false, 0 },    { "", false, 0 },       { "-", false, 0 },
		{ "1 ", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		double value = 0;

		assert_int_equal(num_double(cases[i].text, &value), cases[i].ok);
		assert_true(fabs(value - cases[i].value) < 1e-15);
	}
}

static void durations_need_a_unit(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t ns;
	} cases[] = {
		{ "0", true, 0 },
		{ "250ms", true, 250000000 },
		{ "10s", true, 10000000000 },
		{ "30m", true, 1800000000000 },
		{ "4h", true, 14400000000000 },
		{ "7d", true, 604800000000000 },
		{ "1h30m", true, 5400000000000 },
		{ "10", false, 0 },
		{ "10 s", false, 0 },
		{ "s", false, 0 },
		{ "10S", false, 0 },
		{ "-1s", false, 0 },
		{ "1.5h", false, 0 },
		{ "30m1h", false, 0 },
		{ "1s1s", false, 0 },
		{ "1h30", false, 0 },
		{ "", false, 0 },
		{ "213504d", false, 0 },
		{ "18446744073709551615ns", true, UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t ns = 0;

		assert_int_equal(num_duration_ns(cases[i].text, &ns), cases[i].ok);
		assert_true(ns == cases[i].ns);
	}
}

static void durations_are_printed_for_people(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "0s" },
		{ 250000000, "250ms" },
		{ 1500, "1500ns" },
		{ 2000, "2us" },
		{ 1000000000, "1s" },
		{ 1900000000, "1s" },
		{ 60000000000, "1m" },
		{ 90000000000, "90s" },
		{ 150000000000, "2m30s" },
		{ 5400000000000, "1h30m" },
		{ 14400000000000, "4h" },
		{ 90061000000000, "1d1h1m1s" },
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		num_duration_text(cases[i].ns, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

static void a_printed_duration_reads_back_to_the_second(void **state)
{
	char text[32];
	uint64_t ns;

	(void)state;
	for (uint64_t s = 1; s < 300000; s = s * 7 / 5 + 1) {
		num_duration_text(s * 1000000000, text, sizeof(text));
		assert_true(num_duration_ns(text, &ns));
		assert_true(ns == s * 1000000000);
	}
}

static void a_text_too_small_for_a_duration_is_cut_not_overrun(void **state)
{
	char text[5] = "####";

	(void)state;
	num_duration_text(90061000000000, text, 4);
	assert_string_equal(text, "1d1");
	assert_int_equal(text[4], '\0');
}

static void hex_has_exactly_the_wanted_length(void **state)
{
	uint8_t bytes[2] = { 0 };

	(void)state;
	assert_true(num_hex("aBcD", bytes, 2));
	assert_int_equal(bytes[0], 0xab);
	assert_int_equal(bytes[1], 0xcd);
	assert_false(num_hex("abc", bytes, 2));
	assert_false(num_hex("abcde", bytes, 2));
	assert_false(num_hex("abcdef", bytes, 2));
	assert_false(num_hex("abcg", bytes, 2));
	assert_true(num_hex("", bytes, 0));
}

static void hex_is_written_in_lower_case(void **state)
{
	static const uint8_t bytes[] = { 0x00, 0xaB, 0x9f };
	char text[7];

	(void)state;
	num_hex_text(bytes, sizeof(bytes), text);
	assert_string_equal(text, "00ab9f");
	num_hex_text(bytes, 0, text);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers_are_strict),
		cmocka_unit_test(bounds_are_inclusive),
		cmocka_unit_test(decimals_are_strict_and_finite),
		cmocka_unit_test(durations_need_a_unit),
		cmocka_unit_test(durations_are_printed_for_people),
		cmocka_unit_test(a_printed_duration_reads_back_to_the_second),
		cmocka_unit_test(a_text_too_small_for_a_duration_is_cut_not_overrun),
		cmocka_unit_test(hex_has_exactly_the_wanted_length),
		cmocka_unit_test(hex_is_written_in_lower_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
