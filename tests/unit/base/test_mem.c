/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/mem.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void memory_is_zeroed_and_never_null(void **state)
{
	uint8_t *bytes = mem_array(1000, 3), zero[3000] = { 0 };
	void *nothing = mem_alloc(0);

	(void)state;
	assert_memory_equal(bytes, zero, sizeof(zero));
	assert_non_null(nothing);
	mem_free(bytes);
	mem_free(nothing);
	mem_free(NULL);
}

static void resizing_keeps_what_was_there(void **state)
{
	char *text = mem_text("worm");

	(void)state;
	text = mem_resize(text, 1000, 1000);
	assert_string_equal(text, "worm");
	mem_free(text);
	assert_null(mem_text(NULL));
}

static void a_product_that_overflows_ends_the_program(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 });
		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		mem_array(SIZE_MAX / 2, 3);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void a_table_is_aligned_zeroed_and_costs_only_what_is_touched(void **state)
{
	size_t count = (size_t)1 << 32; /* 256 GiB of address space */
	struct mem_region *region = mem_region_new();
	uint64_t *table = mem_table(region, count, 64);

	(void)state;
	assert_int_equal((uintptr_t)table % ((size_t)2 << 20), 0);
	assert_int_equal(table[0], 0);
	assert_int_equal(table[count * 8 - 1], 0);
	table[count * 8 - 1] = 7;
	mem_region_free(region);
	mem_region_free(NULL);
}

static void tables_of_a_region_lie_side_by_side_and_apart_from_each_other(void **state)
{
	struct mem_region *region = mem_region_new();
	unsigned char *previous = mem_table(region, 0, 8), *first = NULL;

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		unsigned char *table = mem_table(region, i, 1000 + i);

		assert_int_equal((uintptr_t)table % 64, 0);
		assert_true(i == 0 || table == previous + ((i - 1) * (999 + i) + 63) / 64 * 64);
		for (size_t at = 0; at < i * (1000 + i); at++)
			assert_int_equal(table[at], 0);
		memset(table, 0xff, i * (1000 + i));
		first = first ? first : table;
		previous = table;
	}
	/* What does not fit behind them is mapped apart, and leaves them alone. */
	memset(mem_table(region, 65, 1 << 20), 0, 65 << 20);
	assert_int_equal(previous[0], 0xff);
	mem_region_free(region);
}

static void wiping_leaves_zeros(void **state)
{
	char text[] = "secret", zero[sizeof(text)] = { 0 };

	(void)state;
	mem_wipe(text, sizeof(text));
	assert_memory_equal(text, zero, sizeof(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_never_null),
		cmocka_unit_test(resizing_keeps_what_was_there),
		cmocka_unit_test(a_product_that_overflows_ends_the_program),
		cmocka_unit_test(tables_of_a_region_lie_side_by_side_and_apart_from_each_other),
		cmocka_unit_test(a_table_is_aligned_zeroed_and_costs_only_what_is_touched),
		cmocka_unit_test(wiping_leaves_zeros),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
