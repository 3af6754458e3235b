/* SPDX-License-Identifier: Apache-2.0 */
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/api/control.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/base/units.h"

static char path[64];
static struct loop *loop;

static int echo(void *arg, char *const *words, const char *who, struct buf *answer, struct err *err)
{
	unsigned *asked = arg;

	(*asked)++;
	if (strcmp(words[0], "who") == 0) {
		buf_text(answer, who);
		return 0;
	}
	if (strcmp(words[0], "count") == 0) {
		unsigned count = 0;

		while (words[count])
			count++;
		buf_format(answer, "%u words", count);
		return 0;
	}
	if (strcmp(words[0], "fail") == 0)
		return err_set(err, ERR_FAILED, "no such isolation: %s", words[1] ? words[1] : "?");
	if (strcmp(words[0], "long") == 0) {
		for (unsigned n = 0; n < (words[1] ? 500000u : 300000u); n++)
			buf_text(answer, words[1] ? "0123456789" : "0");
		return 0;
	}
	buf_format(answer, "%s|%s|%s", words[0], words[1] ? words[1] : "",
		   *who ? "known" : "unknown");
	return 0;
}

static void give_up(void *arg)
{
	loop_stop(arg);
}

/* The asker is another process, as in life: control_ask() waits. */
static int ask_from_a_child(const char *line, const char *expected, int expected_rc)
{
	pid_t child = fork();
	struct err err = { 0 };
	struct buf answer;
	int rc;

	if (child != 0)
		return (int)child;
	buf_init(&answer, 8 << 20);
	rc = control_ask(path, line, 2000, &answer, &err);
	if (strcmp(line, "long") == 0)
		_exit(rc != 0 || answer.length != 300001 || answer.overflow);
	if (rc != expected_rc || strcmp(rc == 0 ? answer.text : err.text, expected) != 0) {
		fprintf(stderr, "asked \"%s\": %d \"%s\" \"%s\"\n", line, rc, answer.text,
			err.text);
		_exit(1);
	}
	_exit(0);
}

static void child_ended(void *arg, int signal_number)
{
	(void)signal_number;
	loop_stop(arg);
}

static void expect_exchange(const char *line, const char *expected, int expected_rc)
{
	unsigned asked = 0;
	struct err err = { 0 };
	struct control *control = control_new(loop, NULL, path, echo, &asked, &err);
	struct signal_watch *ended = loop_signal(loop, SIGCHLD, child_ended, loop);
	struct timer *limit = loop_timer(loop, give_up, loop);
	int status = -1, child;

	assert_non_null(control);
	child = ask_from_a_child(line, expected, expected_rc);
	timer_after_ns(limit, s_to_ns(5));
	loop_run(loop);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(asked, 1);
	timer_free(limit);
	signal_watch_free(ended);
	control_free(control);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void a_line_gets_its_answer(void **state)
{
	(void)state;
	expect_exchange("release 7", "release|7|known\n", 0);
}

/* A reason is shown to whoever looks, and one of the group must not drive root's terminal. */
static void what_could_drive_a_terminal_does_not_come_in(void **state)
{
	(void)state;
	expect_exchange("release \033[31m\a7\x7f", "release|[31m|known\n", 0);
	expect_exchange("release \xc2\x9b"
			"31m",
			"release|31m|known\n", 0);
	expect_exchange("release \xff", "release||known\n", 0);
	expect_exchange("release fr\xc3\xbch", "release|fr\xc3\xbch|known\n", 0);
	expect_exchange("release\t7\r", "release|7|known\n", 0);
}

/* A reason is kept whole or refused, not cut off. */
static void as_many_words_arrive_as_a_line_holds(void **state)
{
	char line[CONTROL_LINE_BYTES] = "count";

	(void)state;
	for (size_t i = 5; i + 1 < sizeof(line) - 1; i += 2)
		memcpy(line + i, " x", 2);
	expect_exchange(line, "254 words\n", 0);
}

static void a_refusal_arrives_in_the_daemons_own_words(void **state)
{
	(void)state;
	expect_exchange("fail 7", "no such isolation: 7", ERR_FAILED);
}

static void a_long_answer_arrives_whole_or_not_at_all(void **state)
{
	(void)state;
	expect_exchange("long", "", 0);
	expect_exchange("long indeed and longer",
			"the answer is longer than 4194304 bytes; ask the store instead",
			ERR_FAILED);
}

static void nobody_there_is_a_clear_error(void **state)
{
	struct err err = { 0 };
	struct buf answer;

	(void)state;
	buf_init(&answer, 100);
	assert_true(control_ask("/nowhere/control", "isolations", 100, &answer, &err) < 0);
	assert_non_null(strstr(err.text, "no cordond answers at /nowhere/control"));
	buf_fini(&answer);
}

static void a_path_that_does_not_fit_is_refused_and_not_cut_off(void **state)
{
	const size_t room = sizeof(((struct sockaddr_un *)0)->sun_path);
	struct err err = { 0 };
	char name[256];

	(void)state;
	memset(name, 'x', sizeof(name));
	memcpy(name, "/tmp/", 5);
	for (unsigned more = 0; more < 2; more++) {
		name[room + more] = '\0';
		err_clear(&err);
		assert_null(control_new(loop, NULL, name, echo, NULL, &err));
		assert_non_null(strstr(err.text, "must be shorter than"));
		err_clear(&err);
		assert_int_equal(control_ask(name, "isolations", 100, NULL, &err), ERR_CONFIG);
		name[room + more] = 'x';
	}
}

/* connect(2) says of a file what it says of a dead socket. */
static void a_file_that_is_no_socket_is_left_alone(void **state)
{
	struct err err = { 0 };
	FILE *file = fopen(path, "w");

	(void)state;
	assert_non_null(file);
	fputs("a ledger", file);
	fclose(file);
	assert_null(control_new(loop, NULL, path, echo, NULL, &err));
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, "is no socket"));
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
}

static void what_a_killed_daemon_left_is_taken_over(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct control *control;

	(void)state;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	control = control_new(loop, NULL, path, echo, NULL, NULL);
	assert_non_null(control);
	control_free(control);
}

static void a_second_daemon_is_refused(void **state)
{
	unsigned asked = 0;
	struct err err = { 0 };
	struct control *first = control_new(loop, NULL, path, echo, &asked, &err), *second;

	(void)state;
	assert_non_null(first);
	second = control_new(loop, NULL, path, echo, &asked, &err);
	assert_null(second);
	assert_non_null(strstr(err.text, "another cordond"));
	control_free(first);
}

/* Asks as somebody else; whether the answer was who that is. */
static bool is_answered(const char *name)
{
	const struct passwd *user = getpwnam(name);
	struct timer *limit = loop_timer(loop, give_up, loop);
	struct signal_watch *ended = loop_signal(loop, SIGCHLD, child_ended, loop);
	int status = -1;
	pid_t child;

	assert_non_null(user);
	child = fork();
	if (child == 0) {
		char expected[64];
		struct buf answer;

		snprintf(expected, sizeof(expected), "%s\n", name);
		buf_init(&answer, 100);
		if (setgid(user->pw_gid) != 0 || setgroups(0, NULL) != 0 ||
		    setuid(user->pw_uid) != 0)
			_exit(2);
		_exit(control_ask(path, "who", 2000, &answer, NULL) < 0 ||
		      strcmp(answer.text, expected) != 0);
	}
	timer_after_ns(limit, s_to_ns(5));
	loop_run(loop);
	assert_int_equal(waitpid(child, &status, 0), child);
	timer_free(limit);
	signal_watch_free(ended);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) == 0;
}

static void members_of_one_group_are_answered_under_their_own_names(void **state)
{
	unsigned asked = 0;
	struct err err = { 0 };
	struct control *control;
	char *told = NULL;
	size_t length = 0;
	FILE *stream;
	struct log *log;

	(void)state;
	if (geteuid() != 0 || !getpwnam("daemon") || !getpwnam("bin") || !getgrnam("daemon"))
		skip();
	stream = open_memstream(&told, &length);
	log = log_new(stream, LOG_LEVEL_WARNING);
	control = control_new(loop, log, path, echo, &asked, &err);
	assert_non_null(control);
	assert_true(is_answered("root"));
	assert_false(is_answered("daemon"));
	assert_true(control_admit(control, "no-such-group", &err) < 0);
	assert_non_null(strstr(err.text, "there is no group \"no-such-group\""));
	assert_int_equal(control_admit(control, "daemon", NULL), 0);
	assert_true(is_answered("daemon"));
	assert_true(is_answered("root"));
	assert_false(is_answered("bin"));
	assert_int_equal(chmod(path, 0666), 0); /* should somebody open it wide */
	assert_false(is_answered("bin"));
	control_free(control);
	log_free(log);
	fclose(stream);
	assert_non_null(strstr(told, "refused uid=2 user=bin"));
	/* Not who the kernel kept from the socket. */
	assert_ptr_equal(strstr(told, "refused"),
			 strrchr(told, '\n') - strlen("refused uid=2 user=bin"));
	free(told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_gets_its_answer),
		cmocka_unit_test(what_could_drive_a_terminal_does_not_come_in),
		cmocka_unit_test(as_many_words_arrive_as_a_line_holds),
		cmocka_unit_test(a_refusal_arrives_in_the_daemons_own_words),
		cmocka_unit_test(a_long_answer_arrives_whole_or_not_at_all),
		cmocka_unit_test(nobody_there_is_a_clear_error),
		cmocka_unit_test(a_path_that_does_not_fit_is_refused_and_not_cut_off),
		cmocka_unit_test(a_file_that_is_no_socket_is_left_alone),
		cmocka_unit_test(what_a_killed_daemon_left_is_taken_over),
		cmocka_unit_test(a_second_daemon_is_refused),
		cmocka_unit_test(members_of_one_group_are_answered_under_their_own_names),
	};
	int failed;

	snprintf(path, sizeof(path), "/tmp/cordon-control-%d", (int)getpid());
	loop = loop_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	loop_free(loop);
	return failed;
}
