/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The definition, slowly: encode every code point and collect what is allowed. */
static size_t encode(uint32_t point, char *out)
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 63));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (char)(0xe0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 63));
		out[2] = (char)(0x80 | (point & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | point >> 18);
	out[1] = (char)(0x80 | (point >> 12 & 63));
	out[2] = (char)(0x80 | (point >> 6 & 63));
	out[3] = (char)(0x80 | (point & 63));
	return 4;
}

static void every_code_point_but_surrogates_is_accepted_whole_and_not_cut(void **state)
{
	char text[4];

	(void)state;
	for (uint32_t point = 0; point < 0x150000; point++) {
		size_t length = encode(point, text);
		size_t wanted = (point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff ? 0
											 : length;

		if (utf8_length(text, length) != wanted)
			fail_msg("code point U+%X", point);
		if (length > 1 && utf8_length(text, length - 1) != 0)
			fail_msg("code point U+%X, cut", point);
	}
}

static void forms_that_are_too_long_or_out_of_step_are_refused(void **state)
{
	static const char *const cases[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x9f\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf5\x80\x80\x80",
		"\xff",
		"\xfe",
		"\xc3(",
		"\xe2\x82(",
		"\xe2(\xa1",
		"\xf0\x9f\x98(",
		"\xf0\x9f(\x80",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(utf8_length(cases[i], strlen(cases[i])), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_but_surrogates_is_accepted_whole_and_not_cut),
		cmocka_unit_test(forms_that_are_too_long_or_out_of_step_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
