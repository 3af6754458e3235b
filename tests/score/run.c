/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/score/run.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void become(const char *cordond, const char *capture, const char *out,
			     const char *log)
{
	int null = open("/dev/null", O_RDWR);
	int errors = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	setpgid(0, 0);
	if (null >= 0 && errors >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(errors, STDERR_FILENO);
		execl(cordond, cordond, "-r", capture, "-o", out, (char *)NULL);
		perror(cordond);
	}
	_exit(127);
}

static enum run_end ending(int status)
{
	if (WIFSIGNALED(status))
		return RUN_CRASHED;
	return WEXITSTATUS(status) == 0 ? RUN_OK : RUN_FAILED;
}

/* A signal that waits for SIGCHLD keeps the wait short without polling. */
enum run_end run_cordond(const char *cordond, const char *capture, const char *out, const char *log,
			 unsigned timeout_s)
{
	struct timespec limit = { .tv_sec = timeout_s };
	sigset_t child, before;
	int status = 0;
	pid_t pid;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &before);
	pid = fork();
	if (pid < 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		return RUN_FAILED;
	}
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		become(cordond, capture, out, log);
	}
	if (sigtimedwait(&child, NULL, &limit) < 0 && waitpid(pid, &status, WNOHANG) == 0) {
		kill(-pid, SIGKILL); /* its children too */
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		sigprocmask(SIG_SETMASK, &before, NULL);
		return RUN_TIMEOUT;
	}
	waitpid(pid, &status, 0);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ending(status);
}
