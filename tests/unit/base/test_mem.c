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
	uint64_t *table = mem_table(count, 64);

	(void)state;
	assert_int_equal((uintptr_t)table % ((size_t)2 << 20), 0);
	assert_int_equal(table[0], 0);
	assert_int_equal(table[count * 8 - 1], 0);
	table[count * 8 - 1] = 7;
	mem_free_table(table, count, 64);
	mem_free_table(NULL, count, 64);
	mem_free_table(mem_table(0, 8), 0, 8);
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
		cmocka_unit_test(a_table_is_aligned_zeroed_and_costs_only_what_is_touched),
		cmocka_unit_test(wiping_leaves_zeros),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
