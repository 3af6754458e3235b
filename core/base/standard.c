/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/standard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void standard_open(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) != fd)
			return; /* no files at all here: whatever is opened next fails, too */
}

int standard_end(const char *program, int code)
{
	bool failed = ferror(stdout) != 0;

	errno = 0;
	if (fclose(stdout) == 0 && !failed)
		return code;
	/* Of an earlier write nobody knows any more why it failed. */
	fprintf(stderr, "%s: not all could be written to standard output: %s\n", program,
		errno ? strerror(errno) : "is its disk full?");
	return code ? code : 1;
}
