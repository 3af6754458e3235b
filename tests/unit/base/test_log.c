/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/units.h"

struct stage {
	FILE *stream;
	char *text;
	size_t length;
	struct log *log;
};

static void open_stage(struct stage *stage, enum log_level most)
{
	*stage = (struct stage){ 0 };
	stage->stream = open_memstream(&stage->text, &stage->length);
	assert_non_null(stage->stream);
	stage->log = log_new(stage->stream, most);
}

static void close_stage(struct stage *stage)
{
	log_free(stage->log);
	fclose(stage->stream);
	free(stage->text);
}

static unsigned lines(const struct stage *stage)
{
	unsigned count = 0;

	for (size_t i = 0; i < stage->length; i++)
		count += stage->text[i] == '\n';
	return count;
}

static void a_line_has_time_level_topic_and_event(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage, LOG_LEVEL_INFO);
	log_line(stage.log, LOG_LEVEL_WARNING, "capture", "dropped packets=%d", 7);
	assert_true(stage.length > 32);
	assert_int_equal(stage.text[10], 'T');
	assert_string_equal(stage.text + 31, " warning capture dropped packets=7\n");
	close_stage(&stage);
}

static void levels_beyond_the_limit_and_null_logs_are_silent(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage, LOG_LEVEL_NOTICE);
	log_line(stage.log, LOG_LEVEL_INFO, "t", "no");
	assert_int_equal(stage.length, 0);
	log_line(stage.log, LOG_LEVEL_NOTICE, "t", "yes");
	assert_int_equal(lines(&stage), 1);
	log_line(NULL, LOG_LEVEL_ERROR, "t", "nobody");
	close_stage(&stage);
}

static void a_stranger_cannot_forge_a_line(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage, LOG_LEVEL_INFO);
	log_line(stage.log, LOG_LEVEL_INFO, "t", "name=%s", "x\n2026 error\033[31m");
	assert_int_equal(lines(&stage), 1);
	assert_null(strchr(stage.text, '\033'));
	close_stage(&stage);
}

static void a_flood_becomes_a_burst_then_one_counted_line_a_minute(void **state)
{
	struct log_limit limit = { 0 };
	struct stage stage;
	uint64_t now_ns = 5 * NS_PER_S;

	(void)state;
	open_stage(&stage, LOG_LEVEL_INFO);
	for (unsigned i = 0; i < 100; i++)
		log_limited(stage.log, &limit, now_ns, LOG_LEVEL_INFO, "t", "flood");
	assert_int_equal(lines(&stage), 10);
	now_ns += 60 * NS_PER_S;
	for (unsigned i = 0; i < 100; i++)
		log_limited(stage.log, &limit, now_ns, LOG_LEVEL_INFO, "t", "flood");
	assert_int_equal(lines(&stage), 11);
	assert_non_null(strstr(stage.text, "flood suppressed=90\n"));
	now_ns += 60 * NS_PER_S;
	log_limited(stage.log, &limit, now_ns, LOG_LEVEL_INFO, "t", "flood");
	assert_non_null(strstr(stage.text, "flood suppressed=99\n"));
	close_stage(&stage);
}

static void after_a_quiet_minute_there_is_a_new_burst(void **state)
{
	struct log_limit limit = { 0 };
	struct stage stage;

	(void)state;
	open_stage(&stage, LOG_LEVEL_INFO);
	for (unsigned minute = 1; minute <= 3; minute++)
		for (unsigned i = 0; i < 10; i++)
			log_limited(stage.log, &limit, minute * 60 * NS_PER_S, LOG_LEVEL_INFO, "t",
				    "x");
	assert_int_equal(lines(&stage), 30);
	close_stage(&stage);
}

static void wall_time_is_printed_in_eves_form(void **state)
{
	char text[CLOCK_TEXT_BYTES];

	(void)state;
	clock_text(UINT64_C(1769860800123456789), text, sizeof(text));
	assert_string_equal(text, "2026-01-31T12:00:00.123456+0000");
	clock_text(0, text, sizeof(text));
	assert_string_equal(text, "1970-01-01T00:00:00.000000+0000");
	clock_text(UINT64_MAX, text, sizeof(text));
	assert_string_equal(text, "2554-07-21T23:34:33.709551+0000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_time_level_topic_and_event),
		cmocka_unit_test(levels_beyond_the_limit_and_null_logs_are_silent),
		cmocka_unit_test(a_stranger_cannot_forge_a_line),
		cmocka_unit_test(a_flood_becomes_a_burst_then_one_counted_line_a_minute),
		cmocka_unit_test(after_a_quiet_minute_there_is_a_new_burst),
		cmocka_unit_test(wall_time_is_printed_in_eves_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
