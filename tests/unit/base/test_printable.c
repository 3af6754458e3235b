/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/printable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void what_drives_a_terminal_is_replaced_and_letters_stay(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{ "", "" },
		{ "a b~", "a b~" },
		{ "a\nb\r\t\001\037", "a?b????" },
		{ "\033[31mred\177", "?[31mred?" },
		{ "h\xc3\xb6st \xe2\x82\xac \xf0\x9f\x98\x80",
		  "h\xc3\xb6st \xe2\x82\xac \xf0\x9f\x98\x80" },
		{ "\xc2\x80\xc2\x9b\xc2\x9f"
		  "1m",
		  "??????1m" }, /* the same in eight bits */
		{ "\xc2\xa0\xc3\x80", "\xc2\xa0\xc3\x80" },
		{ "\x9b"
		  "1m\xff",
		  "?1m?" },
		{ "cut \xe2\x82", "cut ??" },
		{ "cut \xc2", "cut ?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s", cases[i].text);
		printable(text, '?');
		assert_string_equal(text, cases[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_drives_a_terminal_is_replaced_and_letters_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
