/* SPDX-License-Identifier: Apache-2.0 */
/* amt_bench.h - a client and a simulator of its own, for the tests of this folder: HTTP for the client, the control
 * socket (docs/amtsim.md) for what really happened inside.
 *
 * The simulator is $CORDON_AMTSIM, or cordon-amtsim two folders above the test; without it the tests are skipped. */
#ifndef CORDON_TESTS_AMT_BENCH_H
#define CORDON_TESTS_AMT_BENCH_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "amt/amt.h"
#include "core/asset/asset.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/num.h"
#include "core/base/units.h"
#include "core/isolation/plan.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define PATIENCE_S  20

struct bench {
	pid_t simulator;
	char socket_path[108], said_path[108];
	int control;
	struct loop *loop;
	struct timer *patience;
	struct amt *amt;
	const struct enforcer *enforcer;
	struct asset asset;
	struct enforcer_result result;
	struct amt_report report;
	char text[ERR_TEXT_MAX_BYTES];
	unsigned answers;
	char answer[65536]; /* of the last order */
};

static inline const char *simulator_path(void)
{
	static char path[512];
	const char *given = getenv("CORDON_AMTSIM");
	ssize_t length;

	if (given)
		return access(given, X_OK) == 0 ? given : NULL;
	length = readlink("/proc/self/exe", path, sizeof(path) - 64);
	if (length <= 0)
		return NULL;
	path[length] = '\0';
	for (unsigned up = 0; up < 3; up++)
		*strrchr(path, '/') = '\0';
	snprintf(path + strlen(path), 32, "/cordon-amtsim");
	return access(path, X_OK) == 0 ? path : NULL;
}

static inline uint16_t free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	close(fd);
	return ntohs(address.sin_port);
}

/* The child's standard output says "ready" on the pipe. */
static inline void start_simulator(struct bench *bench, const char *path,
				   const char *const *options)
{
	const char *arguments[24] = { path,         "--control", bench->socket_path,
				      "--ready-fd", "3",         "--port" };
	unsigned count = 6;
	char port[8], ready = 0;
	int pipe_fds[2];

	snprintf(port, sizeof(port), "%u", bench->asset.amt.port);
	arguments[count++] = port;
	while (*options && count < COUNT(arguments) - 1)
		arguments[count++] = *options++;
	assert_int_equal(pipe(pipe_fds), 0);
	bench->simulator = fork();
	if (bench->simulator == 0) {
		/* A test that fails leaves by longjmp; its simulator must not outlive the program. */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(pipe_fds[1], 3);
		if (!freopen(bench->said_path, "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(126);
		execv(path, (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
	close(pipe_fds[1]);
	if (read(pipe_fds[0], &ready, 1) != 1)
		fail_msg("the simulator did not start");
	close(pipe_fds[0]);
}

static inline void connect_control(struct bench *bench)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", bench->socket_path);
	bench->control = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(bench->control, (struct sockaddr *)&address, sizeof(address)), 0);
}

static inline bool answer_is_whole(const char *text, size_t length, bool one_line)
{
	if (!length || text[length - 1] != '\n')
		return false;
	return one_line || strcmp(text, "ok\n") == 0 || strncmp(text, "error", 5) == 0 ||
	       (length > 4 && strcmp(text + length - 4, "\nok\n") == 0);
}

/* What the simulator says to one command. */
static inline const char *order(struct bench *bench, const char *command)
{
	size_t length = 0;
	ssize_t got;

	assert_int_equal(write(bench->control, command, strlen(command)), (ssize_t)strlen(command));
	assert_int_equal(write(bench->control, "\n", 1), 1);
	do {
		got = read(bench->control, bench->answer + length,
			   sizeof(bench->answer) - 1 - length);
		if (got <= 0)
			fail_msg("the simulator fell silent after \"%s\"", command);
		length += (size_t)got;
		bench->answer[length] = '\0';
	} while (!answer_is_whole(bench->answer, length, strncmp(command, "frame ", 6) == 0));
	if (strncmp(bench->answer, "error", 5) == 0)
		fail_msg("%s: %s", command, bench->answer);
	return bench->answer;
}

static inline unsigned logged(struct bench *bench, const char *key)
{
	const char *at = strstr(order(bench, "log amt"), key);
	char digits[12] = "";
	uint32_t value = 0;

	if (!at)
		return 0;
	at += strlen(key);
	snprintf(digits, sizeof(digits), "%.*s", (int)strspn(at, "0123456789"), at);
	assert_true(num_u32_between(digits, 0, UINT32_MAX, &value));
	return value;
}

static inline unsigned mentions(const char *text, const char *word)
{
	unsigned count = 0;

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		count++;
	return count;
}

static inline void out_of_patience(void *arg)
{
	struct bench *bench = arg;

	loop_stop(bench->loop);
}

static inline void start_client(struct bench *bench)
{
	struct amt_config config = { .answer_timeout_ms = 2000,
				     .connect_timeout_ms = 2000,
				     .wall_ns = clock_wall_ns };

	bench->amt = amt_new(&config, bench->loop, NULL);
	bench->enforcer = amt_enforcer(bench->amt);
}

/* "certificate sha256: ...", if the simulator has one. */
static inline void read_pin(struct bench *bench)
{
	char text[1024] = "", *at;
	FILE *said = fopen(bench->said_path, "r");

	assert_non_null(said);
	assert_true(fread(text, 1, sizeof(text) - 1, said) > 0);
	fclose(said);
	at = strstr(text, "sha256");
	at = at ? strpbrk(at + 6, "0123456789abcdefABCDEF") : NULL;
	if (at && strspn(at, "0123456789abcdefABCDEF") >= 64) {
		at[64] = '\0';
		assert_true(num_hex(at, bench->asset.amt.pin_sha256, 32));
	}
}

static inline struct bench *bench_with_tls(const char *const *options, uint8_t tls)
{
	const char *path = simulator_path();
	struct bench *bench;

	if (!path)
		skip();
	setenv("CORDON_TEST_PASSWORD", "P@ssw0rd", 1);
	bench = mem_alloc(sizeof(*bench));
	snprintf(bench->socket_path, sizeof(bench->socket_path), "/tmp/cordon-e2e-%d.sock",
		 (int)getpid());
	snprintf(bench->said_path, sizeof(bench->said_path), "/tmp/cordon-e2e-%d.said",
		 (int)getpid());
	snprintf(bench->asset.name, sizeof(bench->asset.name), "pc1");
	bench->asset.amt = (struct asset_amt){ .present = true,
					       .address = "127.0.0.1",
					       .tls = tls,
					       .port = free_port(),
					       .user = "admin",
					       .password_ref = "env:CORDON_TEST_PASSWORD" };
	start_simulator(bench, path, options);
	connect_control(bench);
	read_pin(bench);
	bench->loop = loop_new();
	bench->patience = loop_timer(bench->loop, out_of_patience, bench);
	start_client(bench);
	return bench;
}

static inline struct bench *bench_new(const char *const *options)
{
	return bench_with_tls(options, ASSET_TLS_NONE);
}

static inline void bench_free(struct bench *bench)
{
	amt_free(bench->amt);
	timer_free(bench->patience);
	loop_free(bench->loop);
	close(bench->control);
	kill(bench->simulator, SIGTERM);
	waitpid(bench->simulator, NULL, 0);
	unlink(bench->socket_path);
	unlink(bench->said_path);
	mem_free(bench);
}

static inline void restart_client(struct bench *bench)
{
	amt_free(bench->amt);
	start_client(bench);
}

static inline void wait_for_answer(struct bench *bench)
{
	timer_after_ns(bench->patience, s_to_ns(PATIENCE_S));
	loop_run(bench->loop);
	timer_stop(bench->patience);
	assert_int_equal(bench->answers, 1);
}

static inline void on_done(void *arg, const struct enforcer_result *result)
{
	struct bench *bench = arg;

	bench->answers++;
	bench->result = *result;
	snprintf(bench->text, sizeof(bench->text), "%s", result->err ? result->err->text : "");
	loop_stop(bench->loop);
}

static inline int act(struct bench *bench, enum enforcer_act kind, const struct plan *plan)
{
	bench->answers = 0;
	bench->enforcer->act(bench->enforcer->self, kind, &bench->asset, plan, on_done, bench);
	wait_for_answer(bench);
	return bench->result.rc;
}

static inline void must(struct bench *bench, enum enforcer_act kind, const struct plan *plan)
{
	if (act(bench, kind, plan) < 0)
		fail_msg("%s", bench->text);
}

static inline void on_report(void *arg, const struct amt_report *report)
{
	struct bench *bench = arg;

	bench->answers++;
	bench->report = *report;
	loop_stop(bench->loop);
}

static inline const struct amt_report *survey(struct bench *bench)
{
	bench->answers = 0;
	amt_survey(bench->amt, &bench->asset, on_report, bench);
	wait_for_answer(bench);
	return &bench->report;
}

#endif
