/* SPDX-License-Identifier: Apache-2.0 */
/* test_pipe.c - the feed over a socket pair: order, no waiting, what is lost first, what a hostile writer can do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/err.h"
#include "core/feed/feed.h"
#include "core/feed/pipe.h"
#include "core/feed/record.h"

#define BACKLOG 64

struct line {
	int ends[2];
	struct feed *writer, *reader;
};

static struct line line_new(void)
{
	struct line line;
	struct err err = { 0 };

	assert_int_equal(pipe_pair(line.ends, &err), 0);
	line.writer = pipe_writer_new(line.ends[0], BACKLOG);
	line.reader = pipe_reader_new(line.ends[1], WIRE_TO_CONTROLLER);
	return line;
}

static void line_free(struct line *line)
{
	feed_free(line->writer);
	feed_free(line->reader);
	close(line->ends[0]);
	close(line->ends[1]);
}

static void publish(struct line *line, unsigned type, uint64_t number)
{
	struct record record = { .type = (uint8_t)type, .wall_ns = number };

	if (type == RECORD_EVIDENCE)
		record.evidence.detector = DETECTOR_TRW;
	feed_publish(line->writer, &record);
}

static void records_arrive_in_order(void **state)
{
	struct line line = line_new();
	struct record record;

	(void)state;
	assert_false(feed_next(line.reader, &record));
	for (uint64_t n = 1; n <= 40; n++)
		publish(&line, RECORD_EVIDENCE, n);
	assert_false(feed_next(line.reader, &record)); /* nothing leaves before the flush */
	assert_int_equal(pipe_flush(line.writer), 0);
	for (uint64_t n = 1; n <= 40; n++) {
		assert_true(feed_next(line.reader, &record));
		assert_int_equal(record.wall_ns, n);
		assert_int_equal(record.evidence.detector, DETECTOR_TRW);
	}
	assert_false(feed_next(line.reader, &record));
	assert_int_equal(feed_malformed(line.reader), 0);
	assert_int_equal(feed_lost(line.writer), 0);
	line_free(&line);
}

/* Fills the socket until records stay behind. */
static uint64_t fill(struct line *line)
{
	uint64_t n = 0;

	do
		publish(line, RECORD_EVIDENCE, ++n);
	while (pipe_flush(line->writer) == 0);
	return n;
}

static void a_reader_that_sleeps_costs_chatter_first_and_never_time(void **state)
{
	struct line line = line_new();
	struct record record;
	uint64_t n = fill(&line), evidence = n, got = 0, chatter = 0;

	(void)state;
	/* One waits already; up to half of the backlog is open to all. */
	for (unsigned i = 1; i < BACKLOG; i++)
		publish(&line, RECORD_PULSE, ++n);
	assert_int_equal(feed_lost(line.writer), BACKLOG / 2);
	for (unsigned i = 0; i < BACKLOG / 2; i++, evidence++)
		publish(&line, RECORD_EVIDENCE, ++n);
	assert_int_equal(feed_lost(line.writer), BACKLOG / 2);
	publish(&line, RECORD_EVIDENCE, ++n); /* now the oldest goes: the evidence that waited */
	assert_int_equal(feed_lost(line.writer), BACKLOG / 2 + 1);
	assert_int_equal(pipe_flush(line.writer), BACKLOG);
	while (feed_next(line.reader, &record) ||
	       (pipe_flush(line.writer) >= 0 && feed_next(line.reader, &record))) {
		got += record.type == RECORD_EVIDENCE;
		chatter += record.type == RECORD_PULSE;
	}
	assert_int_equal(got, evidence);
	assert_int_equal(chatter, BACKLOG / 2 - 1);
	line_free(&line);
}

static void a_reader_that_is_gone_is_noticed(void **state)
{
	struct line line = line_new();

	(void)state;
	close(line.ends[1]);
	publish(&line, RECORD_PULSE, 1);
	assert_int_equal(pipe_flush(line.writer), ERR_GONE);
	assert_int_equal(pipe_flush(line.writer), ERR_GONE);
	line.ends[1] = dup(line.ends[0]);
	line_free(&line);
}

static void what_a_hostile_writer_sends_is_counted_and_the_next_record_is_read(void **state)
{
	static const struct {
		size_t length;
		enum wire_fault fault;
	} cases[] = {
		{ 0, WIRE_TORN },
		{ 1, WIRE_TORN },
		{ 23, WIRE_TORN },
		{ 24, WIRE_FOREIGN },
		{ WIRE_MAX_BYTES, WIRE_FOREIGN },
		{ WIRE_MAX_BYTES + 1, WIRE_LENGTH },
		{ 16 * WIRE_MAX_BYTES, WIRE_LENGTH },
	};
	static const uint8_t junk[16 * WIRE_MAX_BYTES] = { 0xff, 0xff };
	struct line line = line_new();
	struct record record;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(send(line.ends[0], junk, cases[i].length, 0), cases[i].length);
		publish(&line, RECORD_PULSE, i + 1);
		assert_int_equal(pipe_flush(line.writer), 0);
		assert_false(feed_next(line.reader, &record));
		assert_int_equal(feed_malformed(line.reader), i + 1);
		assert_int_equal(pipe_latest_fault(line.reader), cases[i].fault);
		assert_true(feed_next(line.reader, &record));
		assert_int_equal(record.wall_ns, i + 1);
	}
	line_free(&line);
}

static void the_reader_takes_no_time_from_the_future(void **state)
{
	struct line line = line_new();
	struct record record;

	(void)state;
	pipe_set_now(line.reader, 100);
	publish(&line, RECORD_EVIDENCE, 101);
	publish(&line, RECORD_EVIDENCE, 99);
	pipe_flush(line.writer);
	assert_true(feed_next(line.reader, &record));
	assert_int_equal(record.wall_ns, 100);
	assert_true(feed_next(line.reader, &record));
	assert_int_equal(record.wall_ns, 99);
	line_free(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_arrive_in_order),
		cmocka_unit_test(a_reader_that_sleeps_costs_chatter_first_and_never_time),
		cmocka_unit_test(a_reader_that_is_gone_is_noticed),
		cmocka_unit_test(
			what_a_hostile_writer_sends_is_counted_and_the_next_record_is_read),
		cmocka_unit_test(the_reader_takes_no_time_from_the_future),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
