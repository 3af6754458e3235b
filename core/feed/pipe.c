/* SPDX-License-Identifier: Apache-2.0 */
/* pipe.c - the writer's backlog is a ring of encoded messages, sent many at a time; the reader takes one message a call.
 *
 * Message boundaries are the kernel's: nothing has to be put together, and a torn record is one bad message, not the end of
 * all that follow.  Left out: waiting for room.  The sensor looks again at its next tick. */
#include "core/feed/pipe.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/err.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/feed/feed.h"
#include "core/feed/record.h"
#include "core/feed/transport.h"

#define AT_ONCE    32
#define ROOM_BYTES (1 << 20)

struct message {
	uint32_t length;
	uint8_t bytes[WIRE_MAX_BYTES];
};

struct pipe {
	struct feed feed;
	int fd;
	/* of the writer */
	struct message *ring;
	size_t capacity, first, count;
	bool gone;
	/* of the reader */
	enum wire_way way;
	uint64_t now_ns;
	enum wire_fault fault;
};

int pipe_pair(int ends[2], struct err *err)
{
	int room = ROOM_BYTES;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
		return err_set_errno(err, errno, "no socket pair between sensor and controller");
	/* As much as the kernel allows; less only means that the backlog is used earlier. */
	for (unsigned i = 0; i < 2; i++)
		(void)setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	return 0;
}

static void pipe_free(struct feed *feed)
{
	struct pipe *pipe = (struct pipe *)feed;

	mem_free(pipe->ring);
	mem_free(pipe);
}

/* ---- writing ----------------------------------------------------------------------------------- */

static bool is_chatter(const struct record *record)
{
	return record->type == RECORD_HEARD || record->type == RECORD_SENSOR ||
	       record->type == RECORD_COVERAGE || record->type == RECORD_PULSE ||
	       record->type == RECORD_COUNTS;
}

static void pipe_publish(struct feed *feed, const struct record *record)
{
	struct pipe *pipe = (struct pipe *)feed;
	struct message *message;

	if (pipe->count >= pipe->capacity / 2 && is_chatter(record)) {
		feed->lost++;
		return;
	}
	if (pipe->count == pipe->capacity) {
		pipe->first = (pipe->first + 1) % pipe->capacity;
		pipe->count--;
		feed->lost++;
	}
	message = &pipe->ring[(pipe->first + pipe->count++) % pipe->capacity];
	message->length = (uint32_t)wire_write(record, message->bytes);
}

/* Returns how many were sent; 0 when there is no room or nobody to read. */
static size_t send_some(struct pipe *pipe)
{
	struct mmsghdr headers[AT_ONCE];
	struct iovec parts[AT_ONCE];
	size_t count = pipe->count < AT_ONCE ? pipe->count : AT_ONCE;
	int sent;

	memset(headers, 0, sizeof(headers));
	for (size_t i = 0; i < count; i++) {
		struct message *message = &pipe->ring[(pipe->first + i) % pipe->capacity];

		parts[i] = (struct iovec){ message->bytes, message->length };
		headers[i].msg_hdr.msg_iov = &parts[i];
		headers[i].msg_hdr.msg_iovlen = 1;
	}
	do
		sent = sendmmsg(pipe->fd, headers, (unsigned)count, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS)
		pipe->gone = true;
	return sent < 0 ? 0 : (size_t)sent;
}

int pipe_flush(struct feed *writer)
{
	struct pipe *pipe = (struct pipe *)writer;
	size_t sent;

	while (pipe->count > 0 && !pipe->gone) {
		sent = send_some(pipe);
		if (sent == 0)
			break;
		pipe->first = (pipe->first + sent) % pipe->capacity;
		pipe->count -= sent;
	}
	return pipe->gone ? ERR_GONE : (int)pipe->count;
}

static const struct transport writer_transport = { .free = pipe_free, .publish = pipe_publish };

struct feed *pipe_writer_new(int fd, size_t backlog_max)
{
	struct pipe *pipe = mem_alloc(sizeof(*pipe));

	INVARIANT(backlog_max > 1);
	pipe->feed.transport = &writer_transport;
	pipe->fd = fd;
	pipe->ring = mem_array(backlog_max, sizeof(*pipe->ring));
	pipe->capacity = backlog_max;
	return &pipe->feed;
}

/* ---- reading ----------------------------------------------------------------------------------- */

/* A malformed message ends this look: who sends nothing else must not keep us from other work.  So does an empty one, which
 * cannot be told from the end. */
static bool pipe_next(struct feed *feed, struct record *record)
{
	struct pipe *pipe = (struct pipe *)feed;
	uint8_t bytes[WIRE_MAX_BYTES];
	enum wire_fault fault;
	ssize_t length;

	do /* MSG_TRUNC: the true length of a message that is longer than any record */
		length = recv(pipe->fd, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_TRUNC);
	while (length < 0 && errno == EINTR);
	if (length < 0)
		return false;
	fault = (size_t)length > sizeof(bytes)
			? WIRE_LENGTH
			: wire_read(bytes, (size_t)length, pipe->way, record);
	if (fault != WIRE_FINE) {
		pipe->fault = fault;
		pipe->feed.malformed++;
		return false;
	}
	if (pipe->now_ns)
		wire_not_later(record, pipe->now_ns);
	return true;
}

static const struct transport reader_transport = { .free = pipe_free, .next = pipe_next };

struct feed *pipe_reader_new(int fd, enum wire_way way)
{
	struct pipe *pipe = mem_alloc(sizeof(*pipe));

	pipe->feed.transport = &reader_transport;
	pipe->fd = fd;
	pipe->way = way;
	return &pipe->feed;
}

void pipe_set_now(struct feed *reader, uint64_t now_ns)
{
	((struct pipe *)reader)->now_ns = now_ns;
}

enum wire_fault pipe_latest_fault(const struct feed *reader)
{
	return ((const struct pipe *)reader)->fault;
}
