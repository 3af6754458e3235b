/* SPDX-License-Identifier: Apache-2.0 */
/* eve.c - one fact, one line, at once: whoever follows the file sees it.
 *
 * Facts are rare, so before each it is looked whether the path still names the file: rotated away or removed, a new one is begun, and
 * nobody need signal.  A line is written whole or not at all: of what a full disk took of it the rest is cut off again, so that the
 * next line does not begin in the middle of one. */
#include "core/notify/eve.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/mem.h"

#define LINE_MAX_BYTES 65536

struct eve {
	int fd;
	bool torn; /* the file ends in the middle of a line */
	char *path;
	fact_detector_fn *detector_name;
};

static bool is_stdout(const char *path)
{
	return strcmp(path, "-") == 0;
}

/* Always at the end, wherever that is: who copies and empties the file leaves no hole.  Of a pipe whose reader sleeps or is not
 * there nothing waits: its facts are lost, and that is told. */
static int open_path(const char *path, int more)
{
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | more, 0666);
}

/* A reader that goes away takes its facts along, not us. */
static void outlive_reader(int fd)
{
	struct stat status;

	if (fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode))
		signal(SIGPIPE, SIG_IGN);
}

struct eve *eve_open(const char *path, bool append, fact_detector_fn *detector_name,
		     struct err *err)
{
	int fd = is_stdout(path) ? STDOUT_FILENO : open_path(path, append ? 0 : O_TRUNC);
	struct eve *eve;

	if (fd < 0) {
		err_set_errno(err, errno,
			      errno == ENXIO ? "%s: nobody reads from there, start the reader first"
					     : "%s: cannot write EVE JSON there",
			      path);
		return NULL;
	}
	if (!is_stdout(path))
		outlive_reader(fd);
	eve = mem_alloc(sizeof(*eve));
	eve->fd = fd;
	eve->path = mem_text(path);
	eve->detector_name = detector_name;
	return eve;
}

static bool is_still_there(const struct eve *eve)
{
	struct stat ours, named;

	if (is_stdout(eve->path) || fstat(eve->fd, &ours) != 0 || !S_ISREG(ours.st_mode))
		return true;
	return stat(eve->path, &named) == 0 && named.st_dev == ours.st_dev &&
	       named.st_ino == ours.st_ino;
}

/* Where no new file can be made the old one is better than none. */
static int follow(struct eve *eve, struct err *err)
{
	int fd;

	if (is_still_there(eve))
		return 0;
	fd = open_path(eve->path, 0);
	if (fd < 0)
		return err_set_errno(err, errno, "%s: was moved away, and a new one cannot be made",
				     eve->path);
	close(eve->fd);
	eve->fd = fd;
	eve->torn = false;
	return 0;
}

/* How many bytes went out. */
static size_t write_out(int fd, const char *bytes, size_t length)
{
	size_t done = 0;

	while (done < length) {
		ssize_t written = write(fd, bytes + done, length - done);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			break;
		done += (size_t)written;
	}
	return done;
}

static int write_line(struct eve *eve, const struct buf *line, struct err *err)
{
	size_t done;
	int why;
	off_t end;

	if (eve->torn && write_out(eve->fd, "\n", 1) == 1)
		eve->torn = false;
	done = eve->torn ? 0 : write_out(eve->fd, line->text, line->length);
	if (done == line->length)
		return 0;
	why = errno;
	end = done ? lseek(eve->fd, 0, SEEK_END) : 0;
	if (done && (end < (off_t)done || ftruncate(eve->fd, end - (off_t)done) != 0))
		eve->torn = true;
	return err_set_errno(err, why, "%s: cannot write", eve->path);
}

int eve_write(struct eve *eve, const struct fact *fact, struct err *err)
{
	struct json *object = fact_to_json(fact, eve->detector_name);
	struct err moved = { 0 };
	struct buf line;
	int rc;

	buf_init(&line, LINE_MAX_BYTES);
	json_write(object, &line);
	buf_char(&line, '\n');
	follow(eve, &moved);
	if (line.overflow)
		rc = err_set(err, ERR_LIMIT, "%s: a fact of more than %d bytes was not written",
			     eve->path, LINE_MAX_BYTES);
	else
		rc = write_line(eve, &line, err);
	if (rc == 0 && err_is_set(&moved))
		rc = err_set(err, moved.code, "%s", moved.text);
	buf_fini(&line);
	json_free(object);
	return rc;
}

int eve_close(struct eve *eve, struct err *err)
{
	int rc = 0;

	if (!eve)
		return 0;
	if (!is_stdout(eve->path) && close(eve->fd) != 0)
		rc = err_set_errno(err, errno, "%s: cannot write", eve->path);
	mem_free(eve->path);
	mem_free(eve);
	return rc;
}
