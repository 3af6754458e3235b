/* SPDX-License-Identifier: Apache-2.0 */
/* Sends everything, then reads until the simulator has answered and closed.  Small scripts only:
 * who pipelines frames by the thousand reads while writing, with a socket of his own. */
#include "tests/amtsim/order.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/amtsim/text.h"

#define LINES_MAX_BYTES   65536
#define ANSWERS_MAX_BYTES (64u << 20)

static int dial(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (!text_copy(address.sun_path, sizeof(address.sun_path), path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void read_all(int fd, struct text *out)
{
	char bytes[4096];
	ssize_t got;

	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		text_add(out, bytes, (size_t)got);
}

static void collect(char *const *words, struct text *lines)
{
	if (!*words)
		read_all(STDIN_FILENO, lines);
	for (; *words; words++)
		text_printf(lines, "%s%s", *words, words[1] ? " " : "\n");
}

static bool send_all(int fd, const struct text *lines)
{
	size_t done = 0;

	while (done < lines->len) {
		ssize_t sent = send(fd, lines->bytes + done, lines->len - done, MSG_NOSIGNAL);

		if (sent < 0)
			return false;
		done += (size_t)sent;
	}
	return shutdown(fd, SHUT_WR) == 0;
}

static bool has_error(const struct text *answers)
{
	return strncmp(answers->bytes, "error", 5) == 0 || strstr(answers->bytes, "\nerror");
}

int order_send(const char *path, char *const *words)
{
	int fd = dial(path), code = EXIT_FAILURE;
	struct text lines, answers;

	text_init(&lines, LINES_MAX_BYTES);
	text_init(&answers, ANSWERS_MAX_BYTES);
	if (fd >= 0)
		collect(words, &lines);
	if (fd < 0 || !send_all(fd, &lines)) {
		fprintf(stderr, "cordon-amtsim: %s: %s\n", path, strerror(errno));
		goto out;
	}
	read_all(fd, &answers);
	fputs(answers.bytes, stdout);
	code = has_error(&answers) ? EXIT_FAILURE : EXIT_SUCCESS;
out:
	if (fd >= 0)
		close(fd);
	text_fini(&answers);
	text_fini(&lines);
	return code;
}
