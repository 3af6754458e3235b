/* SPDX-License-Identifier: Apache-2.0 */
/* test_queue.c - records in order, the oldest lost first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/feed/feed.h"
#include "core/feed/record.h"

static void publish(struct feed *feed, uint64_t number)
{
	struct record record = { .type = RECORD_SENSOR, .wall_ns = number };

	feed_publish(feed, &record);
}

static void records_come_out_in_order_and_overflow_loses_the_oldest(void **state)
{
	static const struct {
		unsigned published, first, lost;
	} cases[] = {
		{ 0, 0, 0 }, { 1, 0, 0 }, { 4, 0, 0 }, { 5, 1, 1 }, { 11, 7, 7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct feed *feed = feed_queue_new(4);
		struct record record;

		for (unsigned n = 0; n < cases[i].published; n++)
			publish(feed, n);
		assert_int_equal(feed_lost(feed), cases[i].lost);
		for (unsigned n = cases[i].first; n < cases[i].published; n++) {
			assert_true(feed_next(feed, &record));
			assert_int_equal(record.wall_ns, n);
		}
		assert_false(feed_next(feed, &record));
		feed_free(feed);
	}
}

static void a_queue_that_is_read_now_and_then_loses_nothing(void **state)
{
	struct feed *feed = feed_queue_new(3);
	struct record record;
	uint64_t next = 0;

	(void)state;
	for (uint64_t n = 0; n < 100; n++) {
		publish(feed, n);
		if (n % 3 != 2)
			continue;
		while (feed_next(feed, &record))
			assert_int_equal(record.wall_ns, next++);
	}
	assert_int_equal(next, 99);
	assert_int_equal(feed_lost(feed), 0);
	feed_free(feed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_out_in_order_and_overflow_loses_the_oldest),
		cmocka_unit_test(a_queue_that_is_read_now_and_then_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
