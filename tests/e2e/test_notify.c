/* SPDX-License-Identifier: Apache-2.0 */
/* test_notify.c - what cordond tells the service manager: this test is one. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_S 20

struct manager {
	char folder[64], path[96];
	int fd;
	pid_t daemon;
};

static void listen_for(struct manager *manager)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(manager->folder, sizeof(manager->folder), "/tmp/cordon-notify-XXXXXX");
	assert_non_null(mkdtemp(manager->folder));
	snprintf(manager->path, sizeof(manager->path), "%s/socket", manager->folder);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", manager->path);
	manager->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(manager->fd >= 0);
	assert_int_equal(bind(manager->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	setsockopt(manager->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

static void start(struct manager *manager)
{
	char program[256];

	snprintf(program, sizeof(program), "%s/cordond", getenv("OUT"));
	manager->daemon = fork();
	assert_true(manager->daemon >= 0);
	if (manager->daemon > 0)
		return;
	setenv("NOTIFY_SOCKET", manager->path, 1);
	setenv("WATCHDOG_USEC", "400000", 1);
	unsetenv("WATCHDOG_PID");
	execl(program, program, "-q", "-i", "lo", (char *)NULL);
	_exit(127);
}

static void wait_for(struct manager *manager, const char *words)
{
	char text[512];
	ssize_t length;

	do {
		length = recv(manager->fd, text, sizeof(text) - 1, 0);
		assert_true(length > 0); /* else it never came */
		text[length] = '\0';
	} while (!strstr(text, words));
}

static void it_says_when_it_is_ready_that_it_lives_and_that_it_stops(void **state)
{
	struct manager manager;
	int status;

	(void)state;
	if (geteuid() != 0 || !getenv("OUT"))
		skip(); /* opening an interface needs root */
	listen_for(&manager);
	start(&manager);
	wait_for(&manager, "READY=1");
	wait_for(&manager, "WATCHDOG=1");
	wait_for(&manager, "WATCHDOG=1");
	kill(manager.daemon, SIGHUP);
	wait_for(&manager, "RELOADING=1");
	wait_for(&manager, "READY=1");
	kill(manager.daemon, SIGTERM);
	wait_for(&manager, "STOPPING=1");
	assert_int_equal(waitpid(manager.daemon, &status, 0), manager.daemon);
	assert_int_equal(status, 0);
	close(manager.fd);
	unlink(manager.path);
	rmdir(manager.folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_when_it_is_ready_that_it_lives_and_that_it_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
