/* SPDX-License-Identifier: Apache-2.0 */
/* Examples inside policies: a wrong one is found and shown, and every example of the shipped
 * policies is worth something: with its expectation changed it fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "core/base/err.h"
#include "tests/unit/policy/fixture.h"

#define RULES                                                                                                \
	"channels: { r: [arp, dhcp] }\n"                                                                     \
	"rules:\n"                                                                                           \
	"  - { name: workstations go, when: { role: workstation }, then: { isolate: { channel: r } } }\n"    \
	"  - { name: servers need two people, when: { role: server }, then: { propose: { channel: r } } }\n" \
	"expect:\n"

static const struct {
	const char *example, *said;
} cases[] = {
	{ "  - { given: { role: server }, then: isolate }\n",
	  "p:6:38: expected isolate, but rule 2 \"servers need two people\" answers propose\n"
	  "    6 |   - { given: { role: server }, then: isolate }\n"
	  "      |                                      ^~~~~~~ change the example, or the rule\n" },
	{ "  - { given: { role: lab }, then: ignore }\n",
	  "p:6:35: expected ignore, but no rule fires, which means watch\n"
	  "    6 |   - { given: { role: lab }, then: ignore }\n"
	  "      |                                   ^~~~~~ change the example, or the rule\n" },
	{ "  - { given: { role: server }, then: propose, rule: workstations go }\n",
	  "p:6:53: expected rule \"workstations go\", but rule 2 \"servers need two people\" answers propose\n"
	  "    6 |   - { given: { role: server }, then: propose, rule: workstations go }\n"
	  "      |                                                     ^~~~~~~~~~~~~~~ change the example, or the rule\n" },
	{ "  - { given: { role: lab }, then: watch, channel: r }\n",
	  "p:6:51: expected channel \"r\", but no rule fires, which means watch with no channel\n"
	  "    6 |   - { given: { role: lab }, then: watch, channel: r }\n"
	  "      |                                                   ^ change the example, or the rule\n" },
	{ "  - { given: { role: server }, then: propose, channel: r, rule: servers need two people }\n",
	  "" },
};

static void a_failed_example_says_what_was_expected_and_which_rule_answered(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[1024];
		struct fixture f;

		snprintf(text, sizeof(text), RULES "%s", cases[i].example);
		fixture_init(&f, text);
		assert_non_null(f.policy);
		assert_int_equal(f.examples, 1);
		assert_string_equal(f.said.text, cases[i].said);
		fixture_fini(&f);
	}
}

static const char *const shipped[] = { "policies/office.yaml", "policies/servers.yaml",
				       "policies/watch-only.yaml" };

static struct source *read_shipped(const char *path)
{
	struct err err = { 0 };
	struct source *source = source_read(path, (size_t)1 << 20, &err);

	if (!source)
		fail_msg("%s (run from the root of the repository)", err.text);
	return source;
}

static void shipped_policies_check_clean_and_their_examples_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++) {
		struct source *source = read_shipped(shipped[i]);
		struct fixture f;

		fixture_init(&f, source_text(source, NULL));
		assert_string_equal(f.said.text, "");
		assert_true(f.examples >= policy_rule_count(f.policy));
		fixture_fini(&f);
		source_free(source);
	}
}

/* The start of the next "then: WORD" of an example, or NULL. */
static char *next_expectation(char *from)
{
	char *found = strstr(from, "\n    then: ");

	return found ? found + strlen("\n    then: ") : NULL;
}

/* Replaces the word at "at" by another answer; both texts have room. */
static void flip(const char *text, size_t at, char *out, size_t size)
{
	size_t length = strcspn(text + at, "\n");
	const char *other = strncmp(text + at, "watch", 5) == 0 ? "ignore" : "watch";

	snprintf(out, size, "%.*s%s%s", (int)at, text, other, text + at + length);
}

static void a_shipped_policy_with_any_expectation_changed_fails(void **state)
{
	unsigned flipped = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++) {
		struct source *source = read_shipped(shipped[i]);
		char text[16384], changed[16400], *expect, *at;

		snprintf(text, sizeof(text), "%s", source_text(source, NULL));
		expect = strstr(text, "\nexpect:");
		assert_non_null(expect);
		for (at = next_expectation(expect); at; at = next_expectation(at)) {
			struct fixture f;

			flip(text, (size_t)(at - text), changed, sizeof(changed));
			fixture_init(&f, changed);
			assert_non_null(f.policy);
			assert_int_equal(complaints_count(f.complaints), 1);
			assert_non_null(strstr(f.said.text, "expected "));
			fixture_fini(&f);
			flipped++;
		}
		source_free(source);
	}
	assert_true(flipped >= 20);
}

/* As plain text, so that the test does not depend on what it tests. */
static void every_shipped_rule_is_named_by_an_example(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++) {
		struct source *source = read_shipped(shipped[i]);
		const char *text = source_text(source, NULL), *expect = strstr(text, "\nexpect:");
		const char *at = strstr(text, "\nrules:");

		while ((at = strstr(at, "\n  - name: ")) != NULL && at < expect) {
			char wanted[128];

			at += strlen("\n  - name: ");
			snprintf(wanted, sizeof(wanted), "\n    rule: %.*s\n",
				 (int)strcspn(at, "\n"), at);
			if (!strstr(expect, wanted))
				fail_msg("%s: no example for rule %s", shipped[i], wanted);
		}
		source_free(source);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failed_example_says_what_was_expected_and_which_rule_answered),
		cmocka_unit_test(shipped_policies_check_clean_and_their_examples_hold),
		cmocka_unit_test(a_shipped_policy_with_any_expectation_changed_fails),
		cmocka_unit_test(every_shipped_rule_is_named_by_an_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
