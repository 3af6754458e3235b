/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void an_empty_buf_is_an_empty_text(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 10);
	assert_string_equal(buf.text, "");
	buf_append(&buf, NULL, 0);
	buf_fini(&buf);
	buf_fini(&buf);
}

static void appends_grow_and_stay_terminated(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 100000);
	for (int i = 0; i < 1000; i++) {
		buf_char(&buf, 'a');
		buf_text(&buf, "bc");
		buf_format(&buf, "%d", i);
		assert_int_equal(strlen(buf.text), buf.length);
	}
	assert_memory_equal(buf.text, "abc0abc1abc2", 12);
	buf_fini(&buf);
}

static void the_ceiling_drops_whole_appends_and_all_later_ones(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 5);
	buf_text(&buf, "abc");
	buf_format(&buf, "%s", "def");
	assert_true(buf.overflow);
	buf_char(&buf, 'g'); /* would fit, but leave a hole */
	assert_string_equal(buf.text, "abc");
	buf_clear(&buf);
	assert_false(buf.overflow);
	buf_text(&buf, "abcde"); /* exactly the ceiling */
	assert_false(buf.overflow);
	assert_string_equal(buf.text, "abcde");
	buf_fini(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_buf_is_an_empty_text),
		cmocka_unit_test(appends_grow_and_stay_terminated),
		cmocka_unit_test(the_ceiling_drops_whole_appends_and_all_later_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
