/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void the_first_error_wins(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(err_set(&err, ERR_CONFIG, "cannot read %s", "a"), ERR_CONFIG);
	assert_int_equal(err_set(&err, ERR_LIMIT, "consequence"), ERR_LIMIT);
	assert_string_equal(err.text, "cannot read a");
	assert_int_equal(err.code, ERR_CONFIG);
	err_clear(&err);
	assert_false(err_is_set(&err));
	assert_int_equal(err_set(&err, ERR_LIMIT, "now"), ERR_LIMIT);
	assert_int_equal(err.code, ERR_LIMIT);
}

static void a_caller_who_does_not_care_passes_null(void **state)
{
	(void)state;
	err_clear(NULL);
	assert_false(err_is_set(NULL));
	assert_int_equal(err_set(NULL, ERR_GONE, "x"), ERR_GONE);
	assert_int_equal(err_set_errno(NULL, ENOENT, "x"), ERR_FAILED);
	err_prefix(NULL, "x");
}

static void errno_and_prefix_frame_the_text(void **state)
{
	struct err err = { 0 };

	(void)state;
	err_prefix(&err, "nothing to prefix");
	assert_false(err_is_set(&err));
	err_set_errno(&err, ENOENT, "cannot open %s", "x.yaml");
	err_prefix(&err, "policy %d", 7);
	assert_string_equal(err.text, "policy 7: cannot open x.yaml: No such file or directory");
}

static void a_long_or_hostile_text_stays_one_line_inside_its_room(void **state)
{
	struct err err = { 0 };
	char text[2000];

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "x\ny\033[31m", 8);
	text[sizeof(text) - 1] = '\0';
	err_set_errno(&err, EIO, "%s", text);
	err_prefix(&err, "p");
	assert_int_equal(strlen(err.text), ERR_TEXT_MAX_BYTES - 1);
	assert_null(strpbrk(err.text, "\n\033"));
	assert_memory_equal(err.text, "p: x y [31m", 11);
}

static void exit_codes_tell_usage_and_configuration_apart(void **state)
{
	static const struct {
		int code, exit_code;
	} cases[] = {
		{ ERR_NONE, 0 },   { ERR_FAILED, 1 }, { ERR_USAGE, 2 },
		{ ERR_CONFIG, 3 }, { ERR_LIMIT, 1 },  { ERR_GONE, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = { .code = cases[i].code };

		assert_int_equal(err_exit_code(&err), cases[i].exit_code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_error_wins),
		cmocka_unit_test(a_caller_who_does_not_care_passes_null),
		cmocka_unit_test(errno_and_prefix_frame_the_text),
		cmocka_unit_test(a_long_or_hostile_text_stays_one_line_inside_its_room),
		cmocka_unit_test(exit_codes_tell_usage_and_configuration_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
