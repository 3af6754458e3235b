/* SPDX-License-Identifier: Apache-2.0 */
/* rein.c - fixed messages over a socket pair. */
#include "core/daemon/rein.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/err.h"

int rein_pair(int ends[2], struct err *err)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
		return err_set_errno(err, errno, "no socket pair for a child");
	return 0;
}

void rein_tell(int end, const struct rein *message)
{
	(void)!send(end, message, sizeof(*message), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void rein_say(int end, enum rein_word word)
{
	struct rein message = { .word = word };

	rein_tell(end, &message);
}

enum rein_result rein_hear(int end, struct rein *message)
{
	ssize_t length;

	do
		length = recv(end, message, sizeof(*message), MSG_DONTWAIT | MSG_TRUNC);
	while (length < 0 && errno == EINTR);
	if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return REIN_NOTHING;
	if (length != sizeof(*message) || message->word == 0 || message->word >= REIN_WORDS)
		return REIN_CLOSED;
	message->why[sizeof(message->why) - 1] = '\0';
	return REIN_GOT;
}
