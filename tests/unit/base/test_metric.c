/* SPDX-License-Identifier: Apache-2.0 */
/* test_metric.c - the bytes that Prometheus reads. */
#include "core/base/metric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"

struct numbers {
	uint64_t first, second;
};

static void a_number_is_told_with_its_help_and_type(void **state)
{
	static const struct metric rows[] = {
		METRIC_COUNT(struct numbers, first, "What grows."),
		METRIC_LEVEL(struct numbers, second, "What goes up and down."),
	};
	static const struct metric_table table = { "cordon_test", rows, 2 };
	struct numbers numbers = { 7, UINT64_MAX };
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	metric_describe(&table, &numbers, &out);
	assert_string_equal(out.text, "# HELP cordon_test_first_total What grows.\n"
				      "# TYPE cordon_test_first_total counter\n"
				      "cordon_test_first_total 7\n"
				      "# HELP cordon_test_second What goes up and down.\n"
				      "# TYPE cordon_test_second gauge\n"
				      "cordon_test_second 18446744073709551615\n");
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_told_with_its_help_and_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
