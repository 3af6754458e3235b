/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/amtsim/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void whatever_the_room_the_text_is_whole(void **state)
{
	unsigned before, len;

	(void)state;
	for (before = 0; before < 140; before += 3) {
		for (len = 0; len < 140; len += 7) {
			struct text text;
			char part[160], expected[320];

			memset(part, 'x', len);
			part[len] = '\0';
			snprintf(expected, sizeof(expected), "%*s%s-%u", (int)before, "", part,
				 len);
			text_init(&text, 1024);
			text_printf(&text, "%*s", (int)before, "");
			text_printf(&text, "%s-%u", part, len);
			assert_string_equal(text.bytes, expected);
			assert_int_equal(text.len, strlen(expected));
			text_fini(&text);
		}
	}
}

static void past_the_ceiling_nothing_is_added(void **state)
{
	struct text text;

	(void)state;
	text_init(&text, 100);
	text_printf(&text, "%60s", "a");
	text_printf(&text, "%60s", "b");
	assert_true(text.overflow);
	assert_int_equal(text.len, 60);
	assert_int_equal(strlen(text.bytes), 60);
	text_puts(&text, "c");
	assert_int_equal(text.len, 60);
	text_clear(&text);
	text_printf(&text, "%100s", "d");
	assert_false(text.overflow);
	assert_int_equal(text.len, 100);
	text_fini(&text);
}

static void what_means_something_in_xml_is_escaped(void **state)
{
	static const struct {
		const char *plain, *escaped;
	} cases[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "<", "&lt;" },
		{ "a&b", "a&amp;b" },
		{ "\"<>&\"", "&quot;&lt;&gt;&amp;&quot;" },
		{ "end>", "end&gt;" },
		{ "\xC3\xA9<", "\xC3\xA9&lt;" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text text;

		text_init(&text, 256);
		text_xml(&text, cases[i].plain);
		assert_string_equal(text.bytes, cases[i].escaped);
		text_fini(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_the_room_the_text_is_whole),
		cmocka_unit_test(past_the_ceiling_nothing_is_added),
		cmocka_unit_test(what_means_something_in_xml_is_escaped),
	};

	return cmocka_run_group_tests_name("amtsim text", tests, NULL, NULL);
}
