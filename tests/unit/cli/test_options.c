/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cli/options.h"

struct parsed {
	const char *store, *from;
	int argc;
	char *argv[8], *made[8];
	int made_count;
	char *said;
	size_t said_length;
	bool ok;
};

static void parse(struct parsed *parsed, int argc, const char *const *words)
{
	const struct cli_option options[] = { { "store", &parsed->store },
					      { "from", &parsed->from },
					      { NULL, NULL } };
	FILE *errors;

	memset(parsed, 0, sizeof(*parsed));
	errors = open_memstream(&parsed->said, &parsed->said_length);
	parsed->argc = argc;
	parsed->made_count = argc;
	for (int i = 0; i < argc; i++)
		parsed->argv[i] = parsed->made[i] = strdup(words[i]);
	parsed->ok = cli_options(&parsed->argc, parsed->argv, options, errors);
	fclose(errors);
}

static void forget(struct parsed *parsed)
{
	for (int i = 0; i < parsed->made_count; i++)
		free(parsed->made[i]);
	free(parsed->said);
}

static void options_may_stand_anywhere_and_leave_the_words(void **state)
{
	static const char *const words[] = { "7", "--store", "a.db", "cleaned", "--from=3", "up" };
	struct parsed parsed;

	(void)state;
	parse(&parsed, 6, words);
	assert_true(parsed.ok);
	assert_string_equal(parsed.store, "a.db");
	assert_string_equal(parsed.from, "3");
	assert_int_equal(parsed.argc, 3);
	assert_string_equal(parsed.argv[0], "7");
	assert_string_equal(parsed.argv[1], "cleaned");
	assert_string_equal(parsed.argv[2], "up");
	forget(&parsed);
}

static void an_unknown_option_is_named_with_the_valid_ones(void **state)
{
	static const char *const words[] = { "--stoer", "a.db" };
	struct parsed parsed;

	(void)state;
	parse(&parsed, 2, words);
	assert_false(parsed.ok);
	assert_non_null(strstr(parsed.said, "--stoer"));
	assert_non_null(strstr(parsed.said, "--store --from"));
	forget(&parsed);
}

static void a_missing_value_is_refused(void **state)
{
	static const char *const words[] = { "--store" };
	struct parsed parsed;

	(void)state;
	parse(&parsed, 1, words);
	assert_false(parsed.ok);
	assert_non_null(strstr(parsed.said, "needs a value"));
	forget(&parsed);
}

static void a_word_too_many_is_named(void **state)
{
	char word[] = "pc-23", *words[] = { word };
	char *said;
	size_t length;
	FILE *errors = open_memstream(&said, &length);

	(void)state;
	assert_true(cli_no_words(0, words, errors));
	assert_false(cli_no_words(1, words, errors));
	fclose(errors);
	assert_string_equal(said, "cordon: what is \"pc-23\"? see --help\n");
	free(said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_may_stand_anywhere_and_leave_the_words),
		cmocka_unit_test(an_unknown_option_is_named_with_the_valid_ones),
		cmocka_unit_test(a_missing_value_is_refused),
		cmocka_unit_test(a_word_too_many_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
