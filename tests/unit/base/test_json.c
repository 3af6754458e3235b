/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "core/base/buf.h"

static void assert_written(struct json *take_value, const char *wanted)
{
	struct buf out;

	buf_init(&out, 4096);
	json_write(take_value, &out);
	assert_string_equal(out.text, wanted);
	buf_fini(&out);
	json_free(take_value);
}

static void members_keep_the_order_of_setting(void **state)
{
	struct json *object = json_object_new(), *list = json_array_new();

	(void)state;
	json_set_text(object, "zeta", "z");
	json_set_u64(object, "alpha", 1);
	json_set_time(object, "never", 0);
	json_set_time(object, "begin", UINT64_C(1000000000));
	json_set_bool(object, "yes", true);
	json_set_text(object, "none", NULL);
	json_push_text(list, "a");
	json_push(list, json_object_new());
	json_set(object, "list", list);
	json_set_text(object, "zeta", "again");
	assert_written(
		object,
		"{\"zeta\":\"again\",\"alpha\":1,\"begin\":\"1970-01-01T00:00:01.000000+0000\",\"yes\":true,\"none\":null,"
		"\"list\":[\"a\",{}]}");
}

static void reals_are_rounded_without_noise(void **state)
{
	static const struct {
		double value;
		unsigned decimals;
		const char *wanted;
	} cases[] = {
		{ 14.199999999999999, 1, "14.2" },
		{ 0.1 + 0.2, 3, "0.3" },
		{ -0.0001, 2, "0.0" },
		{ 2.0 / 3, 4, "0.6667" },
		{ 3, 2, "3.0" },
		{ 1769860800.123456, 3, "1769860800.123" },
		{ 1e-6, 6, "1e-6" },
		{ INFINITY, 2, "null" },
		{ NAN, 2, "null" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *object = json_object_new();
		struct buf wanted;

		buf_init(&wanted, 100);
		buf_format(&wanted, "{\"x\":%s}", cases[i].wanted);
		json_set_real(object, "x", cases[i].value, cases[i].decimals);
		assert_written(object, wanted.text);
		buf_fini(&wanted);
	}
}

static void numbers_too_large_for_json_are_clamped(void **state)
{
	struct json *object = json_object_new();

	(void)state;
	json_set_u64(object, "x", UINT64_MAX);
	json_set_u64(object, "y", INT64_MAX);
	assert_written(object, "{\"x\":9223372036854775807,\"y\":9223372036854775807}");
}

static void names_from_the_wire_that_are_no_utf8_are_repaired(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{ "h\xc3\xb6st", "[\"h\xc3\xb6st\"]" },
		{ "h\xffst", "[\"h\xef\xbf\xbdst\"]" },
		{ "\xc0\x80", "[\"\xef\xbf\xbd\xef\xbf\xbd\"]" },                 /* overlong NUL */
		{ "\xed\xa0\x80", "[\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"]" }, /* surrogate */
		{ "\xf0\x9f\x98\x80\xe2\x82", "[\"\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\"]" },
		{ "\"\n\x01", "[\"\\\"\\n\\u0001\"]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *list = json_array_new();

		json_push_text(list, cases[i].text);
		assert_written(list, cases[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_keep_the_order_of_setting),
		cmocka_unit_test(reals_are_rounded_without_noise),
		cmocka_unit_test(numbers_too_large_for_json_are_clamped),
		cmocka_unit_test(names_from_the_wire_that_are_no_utf8_are_repaired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
