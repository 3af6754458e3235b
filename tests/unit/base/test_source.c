/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/err.h"

static void assert_printed(const char *text, const struct complaint *complaints, size_t count,
			   const char *wanted)
{
	struct source *source = source_from_text("office.yaml", text, strlen(text));
	struct complaints *list = complaints_new();
	struct buf out;

	for (size_t i = 0; i < count; i++)
		complaints_add(list, &complaints[i]);
	buf_init(&out, 65536);
	complaints_print(list, source, &out);
	assert_string_equal(out.text, wanted);
	buf_fini(&out);
	complaints_free(list);
	source_free(source);
}

static void a_complaint_shows_its_line_a_caret_and_a_hint(void **state)
{
	const struct complaint complaint = { 2, 9, 6, "unknown word \"sevrer\"",
					     "did you mean \"server\"?" };

	(void)state;
	assert_printed("when:\n  role: sevrer\n", &complaint, 1,
		       "office.yaml:2:9: unknown word \"sevrer\"\n"
		       "    2 |   role: sevrer\n"
		       "      |         ^~~~~~ did you mean \"server\"?\n");
}

static void complaints_are_sorted_and_ties_keep_their_order(void **state)
{
	const struct complaint complaints[] = {
		{ 2, 1, 1, "c", "" },
		{ 1, 3, 1, "b", "" },
		{ 1, 1, 1, "a1", "" },
		{ 1, 1, 1, "a2", "" },
	};

	(void)state;
	assert_printed("abc\nd", complaints, 4,
		       "office.yaml:1:1: a1\n    1 | abc\n      | ^\n"
		       "office.yaml:1:1: a2\n    1 | abc\n      | ^\n"
		       "office.yaml:1:3: b\n    1 | abc\n      |   ^\n"
		       "office.yaml:2:1: c\n    2 | d\n      | ^\n");
}

static void positions_outside_the_text_are_survived(void **state)
{
	const struct complaint complaints[] = {
		{ 0, 0, 0, "no line", "" },
		{ 1, 99, 99, "behind the end", "" },
		{ 9, 1, 1, "no such line", "h" },
	};

	(void)state;
	assert_printed("ab\r\n", complaints, 3,
		       "office.yaml:0:0: no line\n"
		       "office.yaml:1:99: behind the end\n    1 | ab\n      |   ^\n"
		       "office.yaml:9:1: no such line\n      | h\n");
}

static void columns_are_characters_and_a_tab_is_one(void **state)
{
	const struct complaint complaint = { 1, 4, 9, "here", "" };

	(void)state;
	assert_printed("\t\xc3\xa4\xe2\x82\xac"
		       "bc",
		       &complaint, 1,
		       "office.yaml:1:4: here\n    1 |  \xc3\xa4\xe2\x82\xac"
		       "bc\n      |    ^~\n");
}

static void a_hostile_line_cannot_drive_the_terminal(void **state)
{
	const struct complaint complaint = { 1, 1, 1, "bad \033[31m", "\033c" };

	(void)state;
	assert_printed("\033[31m\xff\x07", &complaint, 1,
		       "office.yaml:1:1: bad ?[31m\n    1 | ?[31m??\n      | ^ ?c\n");
}

static void a_very_long_line_is_shown_through_a_window(void **state)
{
	struct complaints *list = complaints_new();
	struct source *source;
	struct buf out;
	char *text = malloc(100000);

	(void)state;
	memset(text, 'x', 100000);
	text[50000] = 'Y';
	source = source_from_text("long", text, 100000);
	complaints_add(list, &(struct complaint){ 1, 50001, 70000, "there", "" });
	buf_init(&out, 65536);
	complaints_print(list, source, &out);
	assert_false(out.overflow);
	assert_true(out.length < 500);
	/* the caret is below the Y */
	{
		const char *first = strchr(out.text, '\n') + 1, *second = strchr(first, '\n') + 1;

		assert_int_equal(strchr(first, 'Y') - first, strchr(second, '^') - second);
	}
	buf_fini(&out);
	source_free(source);
	complaints_free(list);
	free(text);
}

static void a_flood_of_complaints_is_capped(void **state)
{
	struct complaints *list = complaints_new();

	(void)state;
	for (unsigned i = 1; i <= 5000; i++)
		complaints_add(list, &(struct complaint){ .line = i, .column = 1, .length = 1 });
	assert_int_equal(complaints_count(list), 1000);
	assert_int_equal(complaints_at(list, 999)->line, 1000);
	assert_null(complaints_at(list, 1000));
	complaints_free(list);
}

static void files_are_read_whole_or_refused(void **state)
{
	char path[] = "/tmp/cordon-source-XXXXXX";
	int fd = mkstemp(path);
	struct err err = { 0 };
	struct source *source;
	size_t length;

	(void)state;
	assert_int_equal(write(fd, "0123456789", 10), 10);
	close(fd);
	source = source_read(path, 10, &err);
	assert_non_null(source);
	assert_string_equal(source_text(source, &length), "0123456789");
	assert_int_equal(length, 10);
	assert_string_equal(source_name(source), path);
	source_free(source);
	assert_null(source_read(path, 9, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	unlink(path);
	err_clear(&err);
	assert_null(source_read(path, 9, &err));
	assert_non_null(strstr(err.text, "No such file"));
	err_clear(&err);
	assert_null(source_read("/tmp", 9, &err));
	assert_non_null(strstr(err.text, "not a regular file"));
	err_clear(&err);
	assert_null(source_read("/dev/zero", 9, &err));
	assert_true(err_is_set(&err));
}

static void the_nearest_word_is_found_if_it_is_near(void **state)
{
	static const char *const words[] = { "server", "workstation", "printer", "dns", "to", NULL };
	static const struct {
		const char *word, *nearest;
	} cases[] = {
		{ "sevrer", "server" },
		{ "server", "server" },
		{ "servers", "server" },
		{ "worksation", "workstation" },
		{ "wrkstaton", "workstation" },
		{ "pritner", "printer" },
		{ "dsn", "dns" },
		{ "dnss", "dns" },
		{ "xyz", NULL },
		{ "tp", NULL },
		{ "", NULL },
		{ "serpents", NULL },
		{ "seeker", "server" },
		{ "clever", NULL },
	};
	char endless[200];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *nearest = source_nearest(cases[i].word, words);

		if (cases[i].nearest)
			assert_string_equal(nearest, cases[i].nearest);
		else
			assert_null(nearest);
	}
	memset(endless, 'a', sizeof(endless));
	endless[sizeof(endless) - 1] = '\0';
	assert_null(source_nearest(endless, words));
	assert_null(source_nearest("server", (const char *const[]){ endless, NULL }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_complaint_shows_its_line_a_caret_and_a_hint),
		cmocka_unit_test(complaints_are_sorted_and_ties_keep_their_order),
		cmocka_unit_test(positions_outside_the_text_are_survived),
		cmocka_unit_test(columns_are_characters_and_a_tab_is_one),
		cmocka_unit_test(a_hostile_line_cannot_drive_the_terminal),
		cmocka_unit_test(a_very_long_line_is_shown_through_a_window),
		cmocka_unit_test(a_flood_of_complaints_is_capped),
		cmocka_unit_test(files_are_read_whole_or_refused),
		cmocka_unit_test(the_nearest_word_is_found_if_it_is_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
