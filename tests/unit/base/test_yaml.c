/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/yaml.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/source.h"

struct stage {
	struct source *source;
	struct complaints *complaints;
	struct yaml *yaml;
	const struct yaml_node *root;
};

static void open_bytes(struct stage *stage, const char *text, size_t length)
{
	stage->source = source_from_text("t.yaml", text, length);
	stage->complaints = complaints_new();
	stage->yaml = yaml_parse(stage->source, stage->complaints);
	stage->root = stage->yaml ? yaml_root(stage->yaml) : NULL;
}

static void open_text(struct stage *stage, const char *text)
{
	open_bytes(stage, text, strlen(text));
}

static void close_stage(struct stage *stage)
{
	yaml_free(stage->yaml);
	complaints_free(stage->complaints);
	source_free(stage->source);
}

static void assert_complaint(const struct stage *stage, size_t index, unsigned line,
			     unsigned column, const char *text)
{
	const struct complaint *complaint = complaints_at(stage->complaints, index);

	assert_non_null(complaint);
	assert_int_equal(complaint->line, line);
	assert_int_equal(complaint->column, column);
	assert_non_null(strstr(complaint->text, text));
}

static void every_node_knows_its_place(void **state)
{
	const struct yaml_node *rules, *rule;
	struct stage s;

	(void)state;
	open_text(&s, "# comment\nname: office\nrules:\n  - { role: 'a b', n: [1, 2] }\n  -\n");
	assert_int_equal(complaints_count(s.complaints), 0);
	assert_int_equal(yaml_kind(s.root), YAML_MAPPING);
	assert_int_equal(yaml_count(s.root), 2);
	assert_string_equal(yaml_text(yaml_find(s.root, "name")), "office");
	assert_int_equal(yaml_line(yaml_find(s.root, "name")), 2);
	assert_int_equal(yaml_column(yaml_find(s.root, "name")), 7);
	rules = yaml_find(s.root, "rules");
	assert_int_equal(yaml_count(rules), 2);
	rule = yaml_item(rules, 0);
	assert_string_equal(yaml_text(yaml_key(rule, 0)), "role");
	assert_string_equal(yaml_text(yaml_value(rule, 0)), "a b");
	assert_int_equal(yaml_column(yaml_value(rule, 0)), 13);
	assert_int_equal(yaml_count(yaml_value(rule, 1)), 2);
	assert_int_equal(yaml_line(yaml_item(rules, 1)), 4); /* nothing there: where its list is */
	close_stage(&s);
}

static void looking_past_the_end_or_at_the_wrong_kind_finds_nothing(void **state)
{
	struct stage s;

	(void)state;
	open_text(&s, "a: [1]\n");
	assert_null(yaml_find(s.root, "b"));
	assert_null(yaml_find(NULL, "b"));
	assert_null(yaml_item(s.root, 0));
	assert_null(yaml_key(s.root, 1));
	assert_null(yaml_item(yaml_find(s.root, "a"), 1));
	assert_null(yaml_key(yaml_find(s.root, "a"), 0));
	assert_string_equal(yaml_text(s.root), "");
	assert_int_equal(yaml_count(NULL), 0);
	close_stage(&s);
}

static void an_empty_document_has_no_root(void **state)
{
	static const char *const cases[] = { "", "# only a comment\n", "---\n", "\n\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stage s;

		open_text(&s, cases[i]);
		assert_non_null(s.yaml);
		assert_null(s.root);
		assert_int_equal(complaints_count(s.complaints), 0);
		close_stage(&s);
	}
}

static void a_syntax_error_is_a_complaint_with_its_place(void **state)
{
	static const struct {
		const char *text;
		unsigned line, column;
		const char *complaint;
	} cases[] = {
		{ "a: b: c\n", 1, 5, "nested block mapping" },
		{ "a: [1, 2\nb: 3\n", 3, 1, "closing bracket" },
		{ "x: 'unterminated\n", 1, 5, "closing quote" },
		{ "a: 1\nb: 2\n---\nc: 3\n", 3, 1, "only one document" },
		{ "a: 1\nb: \xff\n", 2, 4, "not UTF-8" },
		{ "a: \xc3\xa4 \x07\n", 1, 6, "control characters" },
		{ "? a\n: 1\n", 1, 1, "write the key before its colon" },
		{ "a:\n  - ? b\n", 2, 5, "write the key before its colon" },
		{ "a: { ? b : c }\n", 1, 6, "write the key before its colon" },
		{ "?", 1, 1, "write the key before its colon" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stage s;

		open_text(&s, cases[i].text);
		assert_null(s.yaml);
		assert_complaint(&s, 0, cases[i].line, cases[i].column, cases[i].complaint);
		close_stage(&s);
	}
}

static void what_configuration_does_not_need_is_refused_all_at_once(void **state)
{
	struct stage s;

	(void)state;
	open_text(&s, "a: &x 1\nb: *x\nc: !!str 3\na: 2\n[k]: v\nd: \"\\0\"\ne: !t {a: 1}\n");
	assert_non_null(s.yaml);
	assert_int_equal(complaints_count(s.complaints), 7);
	assert_complaint(&s, 0, 1, 7, "anchors are not allowed");
	assert_complaint(&s, 1, 2, 4, "aliases are not allowed");
	assert_complaint(&s, 2, 3, 10, "tags are not allowed");
	assert_complaint(&s, 3, 5, 1, "a key must be a word");
	assert_complaint(&s, 4, 6, 4, "NUL");
	assert_complaint(&s, 5, 7, 7, "tags are not allowed");
	assert_complaint(&s, 6, 4, 1, "duplicate key \"a\", first on line 1");
	close_stage(&s);
}

static void nesting_has_a_limit_of_32(void **state)
{
	char text[80];

	(void)state;
	for (size_t depth = 31; depth <= 34; depth++) {
		struct stage s;

		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		open_bytes(&s, text, 2 * depth);
		assert_int_equal(s.yaml != NULL, depth <= 32);
		if (!s.yaml)
			assert_complaint(&s, 0, 1, 33, "deeper than 32");
		close_stage(&s);
	}
}

static void a_document_has_a_limit_of_4_mib(void **state)
{
	size_t length = ((size_t)4 << 20) + 1;
	char *text = malloc(length);
	struct stage s;

	(void)state;
	memset(text, '\n', length);
	open_bytes(&s, text, length);
	assert_null(s.yaml);
	assert_complaint(&s, 0, 1, 1, "4 MiB");
	close_stage(&s);
	open_bytes(&s, text, length - 1);
	assert_non_null(s.yaml);
	close_stage(&s);
	free(text);
}

static void unknown_keys_come_with_a_suggestion(void **state)
{
	static const char *const known[] = { "name", "when", "then", NULL };
	struct stage s;

	(void)state;
	open_text(&s, "name: x\nwehn: y\nzzzzz: 1\n");
	assert_false(yaml_known_keys(s.yaml, s.root, known));
	assert_int_equal(complaints_count(s.complaints), 2);
	assert_complaint(&s, 0, 2, 1, "unknown key \"wehn\"");
	assert_string_equal(complaints_at(s.complaints, 0)->hint, "did you mean \"when\"?");
	assert_int_equal(complaints_at(s.complaints, 0)->length, 4);
	assert_string_equal(complaints_at(s.complaints, 1)->hint, "");
	assert_false(yaml_known_keys(s.yaml, yaml_find(s.root, "name"), known));
	assert_complaint(&s, 2, 1, 7, "expected a mapping");
	close_stage(&s);
	open_text(&s, "then: x\nname: y\n");
	assert_true(yaml_known_keys(s.yaml, s.root, known));
	assert_int_equal(complaints_count(s.complaints), 0);
	close_stage(&s);
}

static void typed_readers_take_good_values(void **state)
{
	const char *text = NULL;
	bool truth = false;
	uint32_t number = 0;
	double real = 0;
	uint64_t ns = 0;
	struct stage s;

	(void)state;
	open_text(&s, "t: ''\nb: true\nn: 65535\nr: '0.999'\nd: 30m\n");
	assert_true(yaml_get_text(s.yaml, yaml_find(s.root, "t"), &text));
	assert_string_equal(text, "");
	assert_true(yaml_get_bool(s.yaml, yaml_find(s.root, "b"), &truth));
	assert_true(truth);
	assert_true(yaml_get_u32(s.yaml, yaml_find(s.root, "n"), 1, 65535, &number));
	assert_int_equal(number, 65535);
	assert_true(yaml_get_double(s.yaml, yaml_find(s.root, "r"), 0, 1, &real));
	assert_true(fabs(real - 0.999) < 1e-12);
	assert_true(yaml_get_duration_ns(s.yaml, yaml_find(s.root, "d"), &ns));
	assert_true(ns == UINT64_C(1800000000000));
	assert_int_equal(complaints_count(s.complaints), 0);
	close_stage(&s);
}

static void typed_readers_complain_and_keep_the_default(void **state)
{
	bool truth = true;
	uint32_t number = 7;
	double real = 7;
	uint64_t ns = 7;
	const char *text = "old";
	struct stage s;

	(void)state;
	open_text(&s, "t: [x]\nb: yes\nn: 65536\nr: 1.5\nd: 30\ne:\n");
	assert_false(yaml_get_text(s.yaml, yaml_find(s.root, "t"), &text));
	assert_false(yaml_get_bool(s.yaml, yaml_find(s.root, "b"), &truth));
	assert_false(yaml_get_u32(s.yaml, yaml_find(s.root, "n"), 1, 65535, &number));
	assert_false(yaml_get_double(s.yaml, yaml_find(s.root, "r"), 0, 1, &real));
	assert_false(yaml_get_duration_ns(s.yaml, yaml_find(s.root, "d"), &ns));
	assert_false(yaml_get_text(s.yaml, yaml_find(s.root, "e"), &text));
	assert_complaint(&s, 0, 1, 4, "expected a text, found a list");
	assert_complaint(&s, 1, 2, 4, "expected true or false, found \"yes\"");
	assert_complaint(&s, 2, 3, 4, "from 1 to 65535, found \"65536\"");
	assert_complaint(&s, 3, 4, 4, "from 0 to 1, found \"1.5\"");
	assert_complaint(&s, 4, 5, 4, "expected a duration, found \"30\"");
	assert_complaint(&s, 5, 6, 1, "found nothing");
	assert_true(truth && number == 7 && ns == 7 && real > 6 && strcmp(text, "old") == 0);
	close_stage(&s);
}

static void an_absent_node_keeps_the_default_without_complaint(void **state)
{
	uint32_t number = 7;
	struct stage s;

	(void)state;
	open_text(&s, "a: 1\n");
	assert_false(yaml_get_u32(s.yaml, yaml_find(s.root, "absent"), 1, 2, &number));
	assert_int_equal(number, 7);
	assert_int_equal(complaints_count(s.complaints), 0);
	close_stage(&s);
}

/* The mistakes of people who write YAML twice a year. */
static void a_usual_slip_comes_with_its_remedy(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *hint;
	} cases[] = {
		{ "a:\n  - b\n\t- c\n", 3, "blanks" },
		{ "when: { confidence: >= 0.9 }\n", 1, "quotes" },
		{ "name: @home\n", 1, "quotes" },
		{ "a: 1\nname:worm\n", 2, "blank" },
		{ "channels\nrules: 1\n", 1, "colon" },
		{ "a: { b: 1, c: [2 }\n", 1, "]" },
		{ "a: { b: 1\nc: 2\n", 2, "}" },
		{ "a: \"b\nc: d\n", 1, "quote" },
		{ "a: b: c\n", 1, "quotes" },
		{ "a:\n  - b: 1\n   c: 2\n", 3, "lines beside" },
		{ "a: \xe4\n", 1, "save the file as UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct complaint *complaint;
		struct stage s;

		open_text(&s, cases[i].text);
		complaint = complaints_at(s.complaints, 0);
		if (!complaint || complaint->line != cases[i].line ||
		    !strstr(complaint->hint, cases[i].hint))
			fail_msg("%s: line %u: %s: %s", cases[i].text,
				 complaint ? complaint->line : 0,
				 complaint ? complaint->text : "no complaint",
				 complaint ? complaint->hint : "");
		close_stage(&s);
	}
}

static void a_key_with_an_invisible_character_is_told_so(void **state)
{
	static const char *const keys[] = { "known", NULL };
	struct stage s;

	(void)state;
	open_text(&s, "known\xc2\xa0: 1\n");
	assert_false(yaml_known_keys(s.yaml, s.root, keys));
	assert_non_null(strstr(complaints_at(s.complaints, 0)->hint, "invisible"));
	close_stage(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_usual_slip_comes_with_its_remedy),
		cmocka_unit_test(a_key_with_an_invisible_character_is_told_so),
		cmocka_unit_test(every_node_knows_its_place),
		cmocka_unit_test(looking_past_the_end_or_at_the_wrong_kind_finds_nothing),
		cmocka_unit_test(an_empty_document_has_no_root),
		cmocka_unit_test(a_syntax_error_is_a_complaint_with_its_place),
		cmocka_unit_test(what_configuration_does_not_need_is_refused_all_at_once),
		cmocka_unit_test(nesting_has_a_limit_of_32),
		cmocka_unit_test(a_document_has_a_limit_of_4_mib),
		cmocka_unit_test(unknown_keys_come_with_a_suggestion),
		cmocka_unit_test(typed_readers_take_good_values),
		cmocka_unit_test(typed_readers_complain_and_keep_the_default),
		cmocka_unit_test(an_absent_node_keeps_the_default_without_complaint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
