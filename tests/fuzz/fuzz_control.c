/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a request on the control socket, in two pieces: at most one line answers, and it begins with ok or error. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/api/control.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/invariant.h"
#include "core/base/log.h"
#include "core/base/loop.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct asker {
	struct loop *loop;
	char reply[4096];
	size_t length;
};

static int answer_words(void *arg, char *const *words, const char *who, struct buf *answer,
			struct err *err)
{
	size_t count = 0, bytes = 0;

	(void)arg;
	INVARIANT(*who);
	for (; words[count]; count++) {
		INVARIANT(*words[count] && !strpbrk(words[count], " \t\r\n"));
		bytes += strlen(words[count]);
	}
	INVARIANT(count > 0 && bytes < CONTROL_LINE_BYTES);
	if (strcmp(words[0], "fail") == 0)
		return err_set(err, ERR_FAILED, "no");
	buf_format(answer, "%zu", count);
	return 0;
}

static void hear(void *arg, int fd, unsigned ready)
{
	struct asker *asker = arg;
	ssize_t got =
		recv(fd, asker->reply + asker->length, sizeof(asker->reply) - asker->length - 1, 0);

	(void)ready;
	if (got > 0)
		asker->length += (size_t)got;
	else
		loop_stop(asker->loop);
}

static void say(int fd, const uint8_t *data, size_t size)
{
	if (size && send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return; /* it has answered and hung up */
}

static int call(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	INVARIANT(fd >= 0);
	INVARIANT(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	return fd;
}

static void ask(struct loop *loop, const char *path, const uint8_t *data, size_t size)
{
	struct asker asker = { .loop = loop };
	size_t first = data[0] < size ? data[0] : size;
	int fd = call(path);
	struct watch *watch = loop_watch(loop, fd, LOOP_READ, hear, &asker);

	say(fd, data + 1, first > 0 ? first - 1 : 0);
	say(fd, data + (first > 0 ? first : 1), size - (first > 0 ? first : 1));
	shutdown(fd, SHUT_WR);
	loop_run(loop);
	watch_free(watch);
	close(fd);
	if (!asker.length)
		return;
	INVARIANT(strncmp(asker.reply, "ok ", 3) == 0 || strncmp(asker.reply, "error ", 6) == 0);
	INVARIANT(memchr(asker.reply, '\n', asker.length) == asker.reply + asker.length - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char folder[] = "/tmp/cordon-fuzz-XXXXXX", path[64];
	struct loop *loop;
	struct control *control;
	struct log *log;
	struct err err = { 0 };

	if (size == 0)
		return 0;
	INVARIANT(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/socket", folder);
	loop = loop_new();
	log = log_new(stderr, LOG_LEVEL_ERROR);
	control = control_new(loop, log, path, answer_words, NULL, &err);
	INVARIANT(control);
	ask(loop, path, data, size);
	control_free(control);
	log_free(log);
	loop_free(loop);
	unlink(path);
	rmdir(folder);
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	return 0;
}
