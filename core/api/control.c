/* SPDX-License-Identifier: Apache-2.0 */
/* control.c - a Unix socket, a line, an answer.
 *
 * Deliberately no framing, no session, no streaming: that is the HTTP interface's work.  This door exists so that an
 * operator on the machine can approve and release even when everything else is down. */
#include "core/api/control.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/printable.h"
#include "core/base/units.h"

#define CLIENTS_MAX   8
#define WORDS_MAX     (CONTROL_LINE_BYTES / 2)
#define CLIENT_TIME_S 5
#define GROUPS_MAX    256

struct client {
	struct control *control;
	int fd; /* -1 = free */
	size_t length;
	struct watch *watch;
	struct timer *limit;
	char who[64];
	char line[CONTROL_LINE_BYTES];
};

struct control {
	struct loop *loop;
	struct log *log;
	struct watch *watch;
	int fd;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	control_fn *fn;
	void *arg;
	bool has_group;
	gid_t group; /* whose members may ask too */
	struct log_limit strangers;
	struct client clients[CLIENTS_MAX];
};

static void client_close(struct client *client)
{
	if (client->fd < 0)
		return;
	watch_free(client->watch);
	timer_free(client->limit);
	close(client->fd);
	client->watch = NULL;
	client->limit = NULL;
	client->fd = -1;
}

static void client_late(void *arg)
{
	client_close(arg);
}

/* What is no text becomes a blank: reasons are kept, and shown on the terminals of others. */
static size_t split(char *line, char **words)
{
	size_t count = 0;
	char *rest = line, *word;

	printable(line, ' ');
	while (count < WORDS_MAX && (word = strsep(&rest, " ")) != NULL)
		if (*word)
			words[count++] = word;
	words[count] = NULL;
	return count;
}

static void send_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);

		if (sent <= 0)
			return; /* the asker went away: its loss */
		bytes += sent;
		length -= (size_t)sent;
	}
}

static void answer_line(struct client *client)
{
	struct control *control = client->control;
	char *words[WORDS_MAX + 1];
	struct err err = { 0 };
	struct buf answer, reply;

	buf_init(&answer, CONTROL_ANSWER_BYTES);
	buf_init(&reply, CONTROL_ANSWER_BYTES + ERR_TEXT_MAX_BYTES);
	if (split(client->line, words) == 0)
		err_set(&err, ERR_USAGE, "an empty request");
	else if (control->fn(control->arg, words, client->who, &answer, &err) == 0 &&
		 !answer.overflow)
		buf_format(&reply, "ok %s\n", answer.length ? answer.text : "");
	if (answer.overflow)
		err_set(&err, ERR_LIMIT,
			"the answer is longer than %u bytes; ask the store instead",
			CONTROL_ANSWER_BYTES);
	if (err_is_set(&err))
		buf_format(&reply, "error %s\n", err.text);
	send_all(client->fd, reply.text, reply.length);
	buf_fini(&answer);
	buf_fini(&reply);
}

static void client_ready(void *arg, int fd, unsigned ready)
{
	struct client *client = arg;
	ssize_t got = recv(fd, client->line + client->length,
			   sizeof(client->line) - 1 - client->length, 0);

	(void)ready;
	if (got <= 0) {
		client_close(client);
		return;
	}
	client->length += (size_t)got;
	client->line[client->length] = '\0';
	if (!memchr(client->line, '\n', client->length) &&
	    client->length < sizeof(client->line) - 1)
		return;
	answer_line(client);
	client_close(client);
}

/* As the machine's files say now: who was taken out of the group may not ask any more, whatever is still running. */
static bool is_member(const struct control *control, const struct passwd *user)
{
	gid_t groups[GROUPS_MAX];
	int count = GROUPS_MAX;

	if (!control->has_group || !user ||
	    getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0)
		return false;
	for (int i = 0; i < count; i++)
		if (groups[i] == control->group)
			return true;
	return false;
}

/* Nobody tells the caller more than that it was hung up on; who runs the machine can look it up. */
static void note_stranger(struct control *control, uid_t uid, const struct passwd *user)
{
	char text[128];

	snprintf(text, sizeof(text), "refused uid=%u user=%s", uid, user ? user->pw_name : "?");
	log_limited(control->log, &control->strangers, clock_monotonic_ns(), LOG_LEVEL_WARNING,
		    "control", text);
}

/* The name of the user behind a connection, or false if that user has no business here. */
static bool admit(struct control *control, int fd, char *who, size_t size)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);
	const struct passwd *user;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
		return false;
	user = getpwuid(peer.uid);
	if (peer.uid != 0 && peer.uid != geteuid() && !is_member(control, user)) {
		note_stranger(control, peer.uid, user);
		return false;
	}
	if (user)
		snprintf(who, size, "%s", user->pw_name);
	else
		snprintf(who, size, "uid-%u", peer.uid);
	return true;
}

static void somebody_calls(void *arg, int fd, unsigned ready)
{
	static const struct timeval patience = { .tv_sec = 1 };
	struct control *control = arg;
	struct client *client = NULL;
	int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

	(void)ready;
	if (connection < 0)
		return;
	for (size_t i = 0; i < CLIENTS_MAX && !client; i++)
		if (control->clients[i].fd < 0)
			client = &control->clients[i];
	if (!client || !admit(control, connection, client->who, sizeof(client->who))) {
		close(connection);
		return;
	}
	/* A client that does not read must not hold up the loop. */
	setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	client->fd = connection;
	client->length = 0;
	client->watch = loop_watch(control->loop, connection, LOOP_READ, client_ready, client);
	client->limit = loop_timer(control->loop, client_late, client);
	timer_after_ns(client->limit, s_to_ns(CLIENT_TIME_S));
}

static int address_of(const char *path, struct sockaddr_un *address, struct err *err)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address->sun_path))
		return err_set(
			err, ERR_CONFIG,
			"%s: the path of a control socket must be shorter than %zu characters",
			path, sizeof(address->sun_path));
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

static int call(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

/* Left by a daemon that was killed.  A mistyped path may name a store: that is refused the same way. */
static int remove_dead(const char *path, struct err *err)
{
	struct stat status;

	if (lstat(path, &status) == 0 && !S_ISSOCK(status.st_mode))
		return err_set(err, ERR_CONFIG,
			       "%s: is no socket and is left alone: name another path", path);
	unlink(path);
	return 0;
}

static int listen_at(const struct sockaddr_un *address, struct err *err)
{
	int fd = call(address);
	mode_t mask;
	int rc;

	if (fd >= 0) {
		close(fd);
		err_set(err, ERR_FAILED, "%s: another cordond answers there; stop it first",
			address->sun_path);
		return -1;
	}
	if (errno == ECONNREFUSED && remove_dead(address->sun_path, err) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mask = umask(0177);
	rc = fd < 0 ? -1 : bind(fd, (const struct sockaddr *)address, sizeof(*address));
	umask(mask);
	if (rc != 0 || listen(fd, CLIENTS_MAX) != 0) {
		err_set_errno(err, errno, "%s: cannot listen there", address->sun_path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

struct control *control_new(struct loop *loop, struct log *log, const char *path, control_fn *fn,
			    void *arg, struct err *err)
{
	struct sockaddr_un address;
	struct control *control;
	int fd;

	if (address_of(path, &address, err) < 0)
		return NULL;
	fd = listen_at(&address, err);
	if (fd < 0)
		return NULL;
	control = mem_alloc(sizeof(*control));
	control->loop = loop;
	control->log = log;
	control->fd = fd;
	control->fn = fn;
	control->arg = arg;
	memcpy(control->path, address.sun_path, sizeof(control->path));
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		control->clients[i] = (struct client){ .control = control, .fd = -1 };
	control->watch = loop_watch(loop, fd, LOOP_READ, somebody_calls, control);
	return control;
}

int control_admit(struct control *control, const char *name, struct err *err)
{
	const struct group *group = getgrnam(name);

	if (!group)
		return err_set(err, ERR_CONFIG,
			       "user.operators: there is no group \"%s\" on this machine", name);
	if (chown(control->path, (uid_t)-1, group->gr_gid) != 0 || chmod(control->path, 0660) != 0)
		return err_set_errno(
			err, errno,
			"%s: cannot be given to the group \"%s\": the controller's user must have it as its own",
			control->path, name);
	control->group = group->gr_gid;
	control->has_group = true;
	return 0;
}

void control_free(struct control *control)
{
	if (!control)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		client_close(&control->clients[i]);
	watch_free(control->watch);
	close(control->fd);
	unlink(control->path);
	mem_free(control);
}

static int wait_for_answer(int fd, uint32_t timeout_ms, struct buf *reply, const char *path,
			   struct err *err)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char bytes[4096];
	ssize_t got;

	for (;;) {
		if (poll(&wait, 1, (int)timeout_ms) <= 0)
			return err_set(err, ERR_FAILED, "%s: cordond did not answer within %u ms",
				       path, timeout_ms);
		got = recv(fd, bytes, sizeof(bytes), 0);
		if (got <= 0)
			return 0;
		buf_append(reply, bytes, (size_t)got);
	}
}

static int cannot_call(const char *path, int why, struct err *err)
{
	if (why == EACCES)
		return err_set(
			err, ERR_FAILED,
			"%s: only root, the user of cordond and the group that user.operators names may ask; try sudo",
			path);
	return err_set_errno(
		err, why,
		"no cordond answers at %s: start it with --control %s, or name its socket with --control",
		path, path);
}

int control_ask(const char *path, const char *line, uint32_t timeout_ms, struct buf *answer,
		struct err *err)
{
	struct sockaddr_un address;
	struct buf reply;
	int fd, rc;

	if (address_of(path, &address, err) < 0)
		return ERR_CONFIG;
	fd = call(&address);
	if (fd < 0)
		return cannot_call(path, errno, err);
	buf_init(&reply, CONTROL_ANSWER_BYTES + ERR_TEXT_MAX_BYTES);
	send_all(fd, line, strlen(line));
	send_all(fd, "\n", 1);
	rc = wait_for_answer(fd, timeout_ms, &reply, path, err);
	close(fd);
	if (rc == 0 && reply.length >= 3 && memcmp(reply.text, "ok ", 3) == 0)
		buf_append(answer, reply.text + 3, reply.length - 3);
	else if (rc == 0 && reply.length > 7 && memcmp(reply.text, "error ", 6) == 0)
		rc = err_set(err, ERR_FAILED, "%.*s", (int)(reply.length - 7), reply.text + 6);
	else if (rc == 0)
		rc = err_set(
			err, ERR_FAILED,
			"%s: cordond hung up without an answer (only root, its own user and the group user.operators may ask)",
			path);
	buf_fini(&reply);
	return rc;
}

bool control_is_open(const char *path)
{
	struct sockaddr_un address;
	int fd;

	if (address_of(path, &address, NULL) < 0)
		return false;
	fd = call(&address);
	if (fd >= 0)
		close(fd);
	return fd >= 0 || (errno != ENOENT && errno != ECONNREFUSED && errno != ENOTDIR);
}
