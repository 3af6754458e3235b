/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens that no encoder makes, among those that one does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/net/spnego.h"
#include "tests/unit/net/messages.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct token {
	const char *what, *bytes;
	size_t length;
	size_t from; /* so many bytes show it; 0 = it is possible */
};

static const struct token tokens[] = {
	{ "flags of two bits", "\x60\x06\x30\x04\x03\x02\x06\x40", 8, 0 },
	{ "no bits", "\x60\x05\x30\x03\x03\x01\x00", 7, 0 },
	{ "fewer bits than none", "\x60\x05\x30\x03\x03\x01\x07", 7, 7 },
	{ "in pieces, as only some may write them", "\x60\x07\x30\x05\x23\x03\x03\x01\x01", 9, 9 },
	{ "nine bits of eight unused", "\x60\x06\x30\x04\x03\x02\x09\x40", 8, 7 },
	{ "an answer", "\xa1\x07\x30\x05\x23\x03\x03\x01\x07", 9, 9 },
	{ "a length of 2 GiB", "\x60\x84\x80\x00\x00\x00", 6, 6 },
	{ "a length below that", "\x60\x84\x7f\xff\xff\xff", 6, 0 },
	{ "a length of five bytes", "\x60\x85\x01\x00\x00\x00\x00", 7, 0 },
	{ "inside what is not looked at", "\x60\x07\x04\x05\x23\x03\x03\x01\x07", 9, 0 },
	{ "something else", "\x23\x03\x03\x01\x07", 5, 0 },
};

static void a_token_is_judged_as_far_as_it_goes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(tokens); i++) {
		struct bytes b = { 0 };

		put(&b, tokens[i].bytes, tokens[i].length);
		for (size_t length = 0; length <= b.length; length++) {
			uint8_t *copy = exact(&b, length);
			bool expected = tokens[i].from && length >= tokens[i].from;

			if (spnego_is_impossible(span_of(copy + 1, length)) != expected)
				fail_msg("%s: %zu bytes", tokens[i].what, length);
			free(copy);
		}
	}
}

static void a_walk_ends(void **state)
{
	struct bytes b = { 0 };

	(void)state;
	put(&b, "\x60\x20", 2);
	while (b.length < 1000)
		put(&b, "\x30\x00", 2);
	put(&b, "\x03\x01\x07", 3);
	assert_false(spnego_is_impossible(span_of(b.at, b.length)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_judged_as_far_as_it_goes),
		cmocka_unit_test(a_walk_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
