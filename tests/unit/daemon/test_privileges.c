/* SPDX-License-Identifier: Apache-2.0 */
/* test_privileges.c - what a confined process can no longer do; each case is a child that tries. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/err.h"
#include "core/daemon/privileges.h"

static int mute[2], line[2];

static int opens_a_file(void)
{
	return open("/etc/hostname", O_RDONLY) < 0 && errno == EPERM ? 0 : 1;
}

static int opens_a_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? 2 : 1;
}

static int runs_a_program(void)
{
	char *const words[] = { NULL };

	execve("/bin/true", words, words);
	return 2;
}

static int forks(void)
{
	return fork() < 0 ? 2 : 1;
}

static int kills_another(void)
{
	kill(getppid(), 0);
	return 2;
}

static int makes_code(void)
{
	void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return code == MAP_FAILED && errno == EPERM ? 0 : 1;
}

static int sends_frames(void)
{
	if (send(mute[0], "x", 1, 0) >= 0 || errno != EPERM)
		return 1;
	return write(mute[0], "x", 1) < 0 && errno == EPERM ? 0 : 1;
}

/* The kernel takes 32 bits of a register for a descriptor, the filter sees all 64. */
static int sends_frames_by_another_number(void)
{
	static const int calls[] = { SYS_write, SYS_sendto };

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		for (unsigned bit = 32; bit < 64; bit++)
			if (syscall(calls[i], (UINT64_C(1) << bit) | (unsigned)mute[0], "x", 1, 0,
				    NULL, 0) >= 0 ||
			    errno != EPERM)
				return 1;
	return 0;
}

static int copies_the_descriptor(void)
{
	return dup(mute[0]) < 0 && errno == EPERM ? 0 : 1;
}

static int works(void)
{
	char *memory = malloc(1 << 20);
	char text[4];

	if (!memory)
		return 1;
	memset(memory, 1, 1 << 20);
	free(memory);
	return send(line[0], "x", 1, 0) == 1 && recv(line[1], text, sizeof(text), 0) == 1 ? 0 : 1;
}

static int aborts(void)
{
	abort();
}

enum { CALM = 0, KILLED = 1000, ABORTED };

static int outcome_of(int (*act)(void), bool is_sensor)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct err err = { 0 };
		int rc = is_sensor ? privileges_confine_sensor(mute[0], &err)
				   : privileges_confine_controller(&err);

		signal(SIGABRT, SIG_DFL);
		_exit(rc < 0 ? 99 : act());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS    ? KILLED
		       : WTERMSIG(status) == SIGABRT ? ABORTED
						     : -1;
	return WEXITSTATUS(status);
}

static void a_sensor_can_work_and_nothing_else(void **state)
{
	static const struct {
		int (*act)(void);
		int outcome;
	} cases[] = {
		{ works, CALM },
		{ opens_a_file, CALM },
		{ makes_code, CALM },
		{ sends_frames, CALM },
		{ sends_frames_by_another_number, CALM },
		{ copies_the_descriptor, CALM },
		{ aborts, ABORTED },
		{ opens_a_socket, KILLED },
		{ runs_a_program, KILLED },
		{ forks, KILLED },
		{ kills_another, KILLED },
	};

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, mute), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, line), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(outcome_of(cases[i].act, true), cases[i].outcome);
}

static void a_controller_runs_no_programs(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(runs_a_program, false), KILLED);
	assert_int_equal(outcome_of(works, false), CALM);
	assert_int_equal(outcome_of(opens_a_socket, false), 1); /* it may */
}

static int gives_up(void)
{
	const struct privileges_user nobody = { true, 65534, 65534 };
	struct err err = { 0 };

	if (privileges_drop(PRIVILEGES_SENSOR, &nobody, &err) < 0)
		return 1;
	if (getuid() == 0 || geteuid() == 0 || setuid(0) == 0)
		return 2;
	return open("/proc/self/mem", O_RDWR) >= 0 ? 3 : 0; /* not dumpable: root's */
}

static void who_gives_up_root_does_not_get_it_back(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	if (geteuid() != 0)
		skip();
	pid = fork();
	if (pid == 0)
		_exit(gives_up());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void a_user_who_does_not_exist_is_named(void **state)
{
	struct privileges_user user;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(privileges_find_user("no-such-user-here", &user, &err), ERR_CONFIG);
	assert_non_null(strstr(err.text, "no-such-user-here"));
	assert_false(user.found);
	assert_int_equal(privileges_find_user("root", &user, NULL), 0);
	assert_int_equal(user.uid, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sensor_can_work_and_nothing_else),
		cmocka_unit_test(a_controller_runs_no_programs),
		cmocka_unit_test(who_gives_up_root_does_not_get_it_back),
		cmocka_unit_test(a_user_who_does_not_exist_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
