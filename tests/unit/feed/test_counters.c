/* SPDX-License-Identifier: Apache-2.0 */
/* test_counters.c - what the sensor counts has a word. */
#include "core/feed/counters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/feed/record.h"

/* A counter that is kept and never told is a row that is missing here. */
static void every_number_of_the_record_is_told_once(void **state)
{
	size_t numbers = offsetof(struct record_sensor, first_packet_ns) / sizeof(uint64_t);

	(void)state;
	assert_int_equal(counters_table.count, numbers);
	for (size_t i = 0; i < numbers; i++) {
		struct record_sensor counts = { 0 };
		uint64_t one = 1;
		unsigned told = 0;

		memcpy((char *)&counts + i * sizeof(uint64_t), &one, sizeof(one));
		for (size_t row = 0; row < counters_table.count; row++)
			told += metric_value(&counters_table.rows[row], &counts) == 1;
		assert_int_equal(told, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number_of_the_record_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
