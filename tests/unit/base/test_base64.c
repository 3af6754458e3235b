/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/digest.h"

/* RFC 4648, 10 */
static void the_vectors_of_the_standard_come_back(void **state)
{
	static const struct {
		const char *text, *bytes;
	} cases[] = { { "", "" },
		      { "Zg==", "f" },
		      { "Zm8=", "fo" },
		      { "Zm9v", "foo" },
		      { "Zm9vYg==", "foob" },
		      { "Zm9vYmE=", "fooba" },
		      { "Zm9vYmFy", "foobar" },
		      { " Zm9v\r\n\tYmFy ", "foobar" } };
	uint8_t bytes[8];
	size_t length;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(base64_read(cases[i].text, bytes, sizeof(bytes), &length));
		assert_int_equal(length, strlen(cases[i].bytes));
		assert_memory_equal(bytes, cases[i].bytes, length);
	}
}

static void whatever_was_written_is_read(void **state)
{
	uint8_t bytes[100], back[100];
	char text[140];
	size_t length;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + 251);
	for (size_t size = 0; size <= sizeof(bytes); size++) {
		digest_base64(bytes, size, text);
		assert_true(base64_read(text, back, size, &length));
		assert_int_equal(length, size);
		assert_memory_equal(back, bytes, size);
		if (size)
			assert_false(base64_read(text, back, size - 1, &length));
	}
}

static void what_is_none_is_refused(void **state)
{
	static const char *const cases[] = { "Z",    "Zg",   "Zg=",  "Zg===", "=Zg=", "Zg==Zg==",
					     "Zm9*", "Zm9-", "====", "Z===",  "Zg=a", "\x80m9v" };
	uint8_t bytes[16];
	size_t length;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (base64_read(cases[i], bytes, sizeof(bytes), &length))
			fail_msg("\"%s\" is taken", cases[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_the_standard_come_back),
		cmocka_unit_test(whatever_was_written_is_read),
		cmocka_unit_test(what_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
