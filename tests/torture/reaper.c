/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded into the daemon (never linked into it): kills it with SIGKILL right before the n-th write or sync of a file,
 * counted from its start, n from REAPER_AT.  What SQLite has written until then is what a crash leaves. */
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset);

static void count_down(void)
{
	static long left = -1;

	if (left < 0) {
		const char *at = getenv("REAPER_AT");

		left = at ? strtol(at, NULL, 10) : 0;
	}
	if (left > 0 && --left == 0)
		kill(getpid(), SIGKILL);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset)
{
	static ssize_t (*real)(int, const void *, size_t, off64_t);

	if (!real)
		real = (ssize_t(*)(int, const void *, size_t, off64_t))(uintptr_t)dlsym(RTLD_NEXT,
											"pwrite64");
	count_down();
	return real(fd, bytes, count, offset);
}

int fdatasync(int fd)
{
	static int (*real)(int);

	if (!real)
		real = (int (*)(int))(uintptr_t)dlsym(RTLD_NEXT, "fdatasync");
	count_down();
	return real(fd);
}

int fsync(int fd)
{
	static int (*real)(int);

	if (!real)
		real = (int (*)(int))(uintptr_t)dlsym(RTLD_NEXT, "fsync");
	count_down();
	return real(fd);
}
