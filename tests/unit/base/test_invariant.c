/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/invariant.h"

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

static void a_broken_invariant_says_where_and_aborts(void **state)
{
	char text[512] = "";
	int out[2], status;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(out), 0);
	child = fork();
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 });
		signal(SIGABRT, SIG_DFL);
		dup2(out[1], STDERR_FILENO);
		INVARIANT(1 + 1 == 3);
		_exit(0);
	}
	close(out[1]);
	assert_true(read(out[0], text, sizeof(text) - 1) > 0);
	close(out[0]);
	waitpid(child, &status, 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(text, "test_invariant.c:"));
	assert_non_null(strstr(text, "1 + 1 == 3"));
}

static void one_that_holds_is_evaluated_once(void **state)
{
	int count = 0;

	(void)state;
	INVARIANT(++count == 1);
	assert_int_equal(count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_broken_invariant_says_where_and_aborts),
		cmocka_unit_test(one_that_holds_is_evaluated_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
