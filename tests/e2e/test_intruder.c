/* SPDX-License-Identifier: Apache-2.0 */
/* test_intruder.c - a sensor that was taken over, played from outside: this test takes the sensor's end of the feed from the
 * supervisor (root may) and writes into it what an intruder would. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/err.h"
#include "core/base/random.h"
#include "core/feed/record.h"
#include "core/feed/wire.h"

#define TRIES 100

struct daemon {
	pid_t pid;
	int feed; /* the sensor's end */
	char eve[64];
};

static void wait_a_little(void)
{
	usleep(100000);
}

static unsigned lines_with(const struct daemon *daemon, const char *what)
{
	FILE *file = fopen(daemon->eve, "r");
	char line[8192];
	unsigned count = 0;

	while (file && fgets(line, sizeof(line), file))
		count += strstr(line, what) != NULL;
	if (file)
		fclose(file);
	return count;
}

static bool comes(const struct daemon *daemon, const char *what, unsigned least)
{
	for (unsigned i = 0; i < TRIES; i++, wait_a_little())
		if (lines_with(daemon, what) >= least)
			return true;
	return false;
}

/* The supervisor's children in order of start. */
static unsigned children(pid_t parent, pid_t *pids, unsigned max)
{
	char path[64], text[256] = "", *at = text, *end;
	FILE *file;
	unsigned count = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent, (int)parent);
	file = fopen(path, "r");
	if (file) {
		(void)!fgets(text, sizeof(text), file);
		fclose(file);
	}
	for (long pid = strtol(at, &end, 10); end != at && count < max;
	     at = end, pid = strtol(at, &end, 10))
		pids[count++] = (pid_t)pid;
	return count;
}

static bool runs_program(pid_t pid)
{
	char path[64], text[256] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	file = fopen(path, "r");
	if (file) {
		(void)!fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	return strstr(text, "cordond") != NULL;
}

/* The supervisor makes the feed before the reins: its two lowest such sockets, the sensor's first. */
static int take_feed(pid_t supervisor)
{
	int pidfd = (int)syscall(SYS_pidfd_open, supervisor, 0);

	for (int fd = 3; pidfd >= 0 && fd < 32; fd++) {
		int taken = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0), type = 0;
		socklen_t size = sizeof(type);

		if (taken >= 0 && getsockopt(taken, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
		    type == SOCK_SEQPACKET) {
			close(pidfd);
			return taken;
		}
		if (taken >= 0)
			close(taken);
	}
	if (pidfd >= 0)
		close(pidfd);
	return -1;
}

static void start(struct daemon *daemon)
{
	char program[256];
	pid_t pids[4];
	int file;

	snprintf(program, sizeof(program), "%s/cordond", getenv("OUT"));
	snprintf(daemon->eve, sizeof(daemon->eve), "/tmp/cordon-intruder-XXXXXX");
	file = mkstemp(daemon->eve);
	assert_true(file >= 0);
	close(file);
	daemon->pid = fork();
	assert_true(daemon->pid >= 0);
	if (daemon->pid == 0) {
		/* A filter that nothing passes: the honest sensor has nothing to say. */
		execl(program, program, "-q", "-i", "lo", "-o", daemon->eve, "ether proto 0x9999",
		      (char *)NULL);
		_exit(127);
	}
	for (unsigned i = 0; i < TRIES; i++, wait_a_little())
		if (children(daemon->pid, pids, 4) == 2 && runs_program(pids[1]))
			break;
	wait_a_little();
	daemon->feed = take_feed(daemon->pid);
}

static void stop(struct daemon *daemon)
{
	int status;

	if (daemon->feed >= 0)
		close(daemon->feed);
	kill(daemon->pid, SIGTERM);
	assert_int_equal(waitpid(daemon->pid, &status, 0), daemon->pid);
	assert_int_equal(status, 0);
	unlink(daemon->eve);
}

static void whoever_sends_nonsense_is_replaced_and_the_controller_goes_on(void **state)
{
	static const uint8_t nonsense[4096] = { 0xde, 0xad };
	struct daemon daemon;
	pid_t before[4], after[4];

	(void)state;
	if (geteuid() != 0 || !getenv("OUT"))
		skip();
	start(&daemon);
	if (daemon.feed < 0) {
		stop(&daemon);
		skip(); /* a kernel that lends no descriptors */
	}
	assert_int_equal(children(daemon.pid, before, 4), 2);
	for (unsigned i = 0; i < 7; i++)
		assert_true(send(daemon.feed, nonsense, 1 + 600 * i, 0) >= 0);
	usleep(300000);
	assert_int_equal(lines_with(&daemon, "\"state\":\"blind\""),
			 0); /* seven may be an accident */
	assert_true(send(daemon.feed, nonsense, 24, 0) >= 0);
	assert_true(comes(
		&daemon,
		"\"state\":\"blind\",\"why\":\"the sensor was ended: what it told was malformed\"",
		1));
	assert_true(comes(&daemon, "\"state\":\"back\"", 1));
	assert_int_equal(children(daemon.pid, after, 4), 2);
	assert_int_equal(after[0], before[1]); /* the controller, now the elder */
	assert_int_not_equal(after[1], before[0]);
	stop(&daemon);
}

/* Every byte of every type, at random, with a true head: nothing may hurt the controller. */
static void whatever_bytes_records_bear_the_controller_lives(void **state)
{
	static const unsigned types[] = { RECORD_EVIDENCE, RECORD_ROLE,     RECORD_SENSOR,
					  RECORD_HEARD,    RECORD_STANDING, RECORD_COVERAGE,
					  RECORD_PULSE };
	struct daemon daemon;
	pid_t before[4], after[4];
	uint64_t seed = 7;

	(void)state;
	if (geteuid() != 0 || !getenv("OUT"))
		skip();
	start(&daemon);
	if (daemon.feed < 0) {
		stop(&daemon);
		skip();
	}
	assert_int_equal(children(daemon.pid, before, 4), 2);
	for (unsigned i = 0; i < 2000; i++) {
		struct record record = { .type = (uint8_t)types[random_step(&seed) % 7] };
		uint8_t bytes[WIRE_MAX_BYTES];
		size_t length = wire_write(&record, bytes);

		for (size_t at = 8; at < length; at++)
			if (random_step(&seed) % 8 == 0)
				bytes[at] = (uint8_t)random_step(&seed);
		/* A full socket is the sensor's loss, not ours. */
		(void)!send(daemon.feed, bytes, length, MSG_DONTWAIT);
		if (i % 50 == 0)
			usleep(2000);
	}
	wait_a_little();
	children(daemon.pid, after, 4);
	assert_true(after[0] == before[1] || after[1] == before[1]);
	stop(&daemon);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_sends_nonsense_is_replaced_and_the_controller_goes_on),
		cmocka_unit_test(whatever_bytes_records_bear_the_controller_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
