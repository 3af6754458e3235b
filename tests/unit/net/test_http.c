/* SPDX-License-Identifier: Apache-2.0 */
/* First lines of requests: what they are, and from which byte on that is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/net/http.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static enum http_line line_of(const char *line, size_t length)
{
	return http_line_of((const uint8_t *)line, length);
}

static void a_line_is_unfinished_until_its_target_ends(void **state)
{
	static const struct {
		const char *line;
		size_t from; /* so many bytes decide */
		enum http_line is;
	} cases[] = {
		{ "GET /scripts/root.exe?/c+dir HTTP/1.0\r\n", 24, HTTP_WORM },
		{ "GET /cmd.exe?/C+dir\r\n", 15, HTTP_WORM },
		{ "GET /index.html HTTP/1.0\r\n", 16, HTTP_ORDINARY },
		{ "GET /old\r\n", 10, HTTP_ORDINARY },
		{ "GET http://example.com/ HTTP/1.0\r\n", 5, HTTP_ORDINARY },
		{ "GEM /", 3, HTTP_ORDINARY },
		{ "POST /cmd.exe?/c+dir HTTP/1.0\r\n", 1, HTTP_ORDINARY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t length = 1; length <= strlen(cases[i].line); length++)
			if (line_of(cases[i].line, length) !=
			    (length < cases[i].from ? HTTP_UNFINISHED : cases[i].is))
				fail_msg("%s: %zu bytes", cases[i].line, length);
}

static void a_line_without_end_is_given_up(void **state)
{
	char line[HTTP_LINE_BYTES];

	(void)state;
	memset(line, 'a', sizeof(line));
	memcpy(line, "GET /", 5);
	assert_int_equal(line_of(line, sizeof(line) - 1), HTTP_UNFINISHED);
	assert_int_equal(line_of(line, sizeof(line)), HTTP_ORDINARY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_unfinished_until_its_target_ends),
		cmocka_unit_test(a_line_without_end_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
