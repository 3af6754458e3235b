/* SPDX-License-Identifier: Apache-2.0 */
/* The table of words agrees with the documentation, with the lists of others and with the
 * parser. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/asset/asset.h"
#include "core/base/err.h"
#include "core/detect/evidence.h"
#include "core/policy/vocabulary.h"
#include "tests/unit/policy/fixture.h"

static void the_reference_in_the_documentation_is_the_table(void **state)
{
	struct err err = { 0 };
	struct source *source = source_read("docs/policy.md", (size_t)1 << 20, &err);
	const char *begin, *end;
	struct buf words;

	(void)state;
	if (!source)
		fail_msg("%s (run from the root of the repository)", err.text);
	begin = strstr(source_text(source, NULL), "<!-- words: begin -->\n");
	end = strstr(source_text(source, NULL), "<!-- words: end -->\n");
	assert_non_null(begin);
	assert_non_null(end);
	begin += strlen("<!-- words: begin -->\n");
	buf_init(&words, (size_t)1 << 20);
	vocabulary_markdown(&words);
	if (words.length != (size_t)(end - begin) || memcmp(words.text, begin, words.length) != 0)
		fail_msg("docs/policy.md is out of date: put the output of \"cordon policy words "
			 "--markdown\" between its marks");
	buf_fini(&words);
	source_free(source);
}

static void no_word_stands_twice_and_each_has_a_form_and_help(void **state)
{
	const char *keys[VOCABULARY_KEYS_MAX];

	(void)state;
	for (unsigned section = 0; section < SECTIONS; section++) {
		vocabulary_keys(section, keys);
		assert_non_null(keys[0]);
		for (size_t i = 0; keys[i]; i++) {
			const struct word *word = vocabulary_find(section, keys[i]);

			assert_string_equal(word->name, keys[i]);
			assert_true(*word->form && *word->help);
			for (size_t k = 0; k < i; k++)
				assert_string_not_equal(keys[k], keys[i]);
		}
	}
	assert_null(vocabulary_find(SECTION_WHEN, "channel"));
}

static void closed_lists_are_those_of_their_owners(void **state)
{
	const char *values[VOCABULARY_KEYS_MAX];
	size_t count = 0;

	(void)state;
	vocabulary_choices(CHOICES_ROLE, values);
	for (; asset_roles()[count]; count++)
		assert_string_equal(values[count], asset_roles()[count]);
	assert_null(values[count]);
	vocabulary_choices(CHOICES_KIND, values);
	for (unsigned kind = 0; kind < EVIDENCE_KINDS; kind++)
		assert_string_equal(values[kind], evidence_kind_name(kind));
	assert_null(values[EVIDENCE_KINDS]);
}

/* A row without meaning in the parser would be a promise that nobody keeps. */
static void every_condition_of_the_table_can_be_written_and_means_something(void **state)
{
	static const struct {
		const char *name, *value;
	} written[] = {
		{ "confidence", "'> 0.5'" },
		{ "log_odds", "'> 1'" },
		{ "contacts", "'> 1'" },
		{ "kind", "spam" },
		{ "role", "server" },
		{ "tag", "x" },
		{ "tags", "x" },
		{ "asset", "x" },
		{ "host", "10.0.0.1" },
		{ "port", "445" },
		{ "evidence", "{ any: trw }" },
		{ "time", "{ days: sun }" },
		{ "not", "{ role: unknown }" },
	};
	const char *keys[VOCABULARY_KEYS_MAX];

	(void)state;
	vocabulary_keys(SECTION_WHEN, keys);
	for (size_t i = 0; keys[i]; i++) {
		char text[256];
		struct fixture f;

		assert_true(i < sizeof(written) / sizeof(written[0]));
		assert_string_equal(keys[i], written[i].name);
		snprintf(text, sizeof(text),
			 "rules:\n  - { name: a, when: { %s: %s }, then: ignore }\n"
			 "expect: [ { given: {}, then: watch } ]\n",
			 keys[i], written[i].value);
		fixture_init(&f, text);
		assert_string_equal(f.said.text, "");
		assert_non_null(f.policy);
		fixture_fini(&f);
	}
}

static void the_words_for_a_terminal_name_every_section(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, (size_t)1 << 20);
	vocabulary_print(&out);
	assert_non_null(strstr(out.text, "Conditions: when\n  confidence  "));
	assert_non_null(strstr(out.text,
			       "role of the asset; unknown if we do not answer for the host: "
			       "workstation, server"));
	assert_false(out.overflow);
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reference_in_the_documentation_is_the_table),
		cmocka_unit_test(no_word_stands_twice_and_each_has_a_form_and_help),
		cmocka_unit_test(closed_lists_are_those_of_their_owners),
		cmocka_unit_test(every_condition_of_the_table_can_be_written_and_means_something),
		cmocka_unit_test(the_words_for_a_terminal_name_every_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
