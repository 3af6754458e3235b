/* SPDX-License-Identifier: Apache-2.0 */
/* fetching.h - a tiny HTTP server on the same loop: it reads one request (head and body), answers with the next line of its
 * script and keeps or closes the connection. */
#ifndef CORDON_TESTS_BASE_FETCHING_H
#define CORDON_TESTS_BASE_FETCHING_H

#include "core/base/fetch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/units.h"

#define PEERS_MAX 8

struct server;

struct peer {
	struct server *server;
	int fd;
	struct watch *watch;
	struct buf input;
};

struct step {
	const char *answer; /* NULL: say nothing */
	bool close;
};

struct server {
	struct loop *loop;
	int fd;
	uint16_t port;
	struct watch *watch;
	struct peer peers[PEERS_MAX];
	const struct step *script; /* one step per request, over all connections */
	unsigned steps, requests, connections;
	struct buf heads;  /* heads of all requests, one behind the other */
	struct buf bodies; /* bodies, each followed by '|' */
};

static inline void close_peer(struct peer *peer)
{
	watch_free(peer->watch);
	close(peer->fd);
	buf_fini(&peer->input);
	peer->fd = -1;
}

static inline void answer(struct peer *peer)
{
	struct server *server = peer->server;
	const struct step *step;

	assert_true(server->requests < server->steps);
	step = &server->script[server->requests++];
	if (step->answer)
		assert_true(send(peer->fd, step->answer, strlen(step->answer), MSG_NOSIGNAL) > 0);
	if (step->close)
		close_peer(peer);
}

/* Length of the first whole request in the input, 0 if it is not there yet. */
static inline size_t request_length(const struct buf *input, size_t *head_length)
{
	const char *end = strstr(input->text, "\r\n\r\n");
	const char *length = strcasestr(input->text, "Content-Length: ");
	size_t body = 0;

	if (!end)
		return 0;
	if (length && length < end)
		body = strtoul(length + 16, NULL, 10);
	*head_length = (size_t)(end - input->text) + 4;
	return input->length >= *head_length + body ? *head_length + body : 0;
}

static inline void peer_readable(void *arg, int fd, unsigned ready)
{
	struct peer *peer = arg;
	struct server *server = peer->server;
	size_t head_length = 0, length;
	char bytes[65536];
	ssize_t got = recv(fd, bytes, sizeof(bytes), 0);

	(void)ready;
	if (got <= 0) {
		close_peer(peer);
		return;
	}
	buf_append(&peer->input, bytes, (size_t)got);
	length = request_length(&peer->input, &head_length);
	if (length == 0)
		return;
	buf_append(&server->heads, peer->input.text, head_length);
	buf_append(&server->bodies, peer->input.text + head_length, length - head_length);
	buf_char(&server->bodies, '|');
	memmove(peer->input.text, peer->input.text + length, peer->input.length - length + 1);
	peer->input.length -= length;
	answer(peer);
}

static inline void peer_arrives(void *arg, int fd, unsigned ready)
{
	struct server *server = arg;
	struct peer *peer = &server->peers[server->connections++];

	(void)ready;
	assert_true(server->connections <= PEERS_MAX);
	peer->server = server;
	peer->fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	assert_true(peer->fd >= 0);
	buf_init(&peer->input, 1 << 21);
	peer->watch = loop_watch(server->loop, peer->fd, LOOP_READ, peer_readable, peer);
}

static inline int listen_on_loopback(uint16_t *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

/* What a test sees of its requests. */
struct stage {
	struct loop *loop;
	struct fetch *fetch;
	struct fetch_origin *origin;
	struct secret *password;
	struct server server;
	struct timer *guard;
	char url[64];
	unsigned done;
	int rc;
	bool sent, resent;
	unsigned why;
	unsigned status;
	uint32_t round_trips;
	char body[256], realm[64], content_type[64], error[512];
};

static inline void too_slow(void *arg)
{
	struct stage *s = arg;

	loop_stop(s->loop); /* the test's own assertions say what is missing */
}

static inline void open_server(struct server *server, struct loop *loop, const struct step *script,
			       unsigned steps)
{
	server->loop = loop;
	server->script = script;
	server->steps = steps;
	server->fd = listen_on_loopback(&server->port);
	server->watch = loop_watch(loop, server->fd, LOOP_READ, peer_arrives, server);
	for (unsigned i = 0; i < PEERS_MAX; i++)
		server->peers[i].fd = -1;
	buf_init(&server->heads, 1 << 20);
	buf_init(&server->bodies, 1 << 21);
}

static inline void open_stage(struct stage *s, const struct step *script, unsigned steps)
{
	*s = (struct stage){ .loop = loop_new() };
	s->fetch = fetch_new(s->loop, 4);
	s->password = secret_from_bytes("P@ssw0rd", 8);
	open_server(&s->server, s->loop, script, steps);
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%u/wsman", s->server.port);
	s->guard = loop_timer(s->loop, too_slow, s);
	timer_after_ns(s->guard, 10 * NS_PER_S);
}

static inline void close_stage(struct stage *s)
{
	fetch_origin_free(s->origin);
	fetch_free(s->fetch);
	for (unsigned i = 0; i < PEERS_MAX; i++)
		if (s->server.peers[i].fd >= 0)
			close_peer(&s->server.peers[i]);
	watch_free(s->server.watch);
	close(s->server.fd);
	buf_fini(&s->server.heads);
	buf_fini(&s->server.bodies);
	timer_free(s->guard);
	secret_free(s->password);
	loop_free(s->loop);
}

static inline struct fetch_target target_of(const struct stage *s, const char *user)
{
	return (struct fetch_target){
		.url = s->url,
		.user = user,
		.password = s->password,
		.connect_timeout_ms = 2000,
		.answer_timeout_ms = 5000,
		.answer_max_bytes = 200,
	};
}

/* The stage with its one origin, as that user (NULL: nobody). */
static inline void open_stage_as(struct stage *s, const struct step *script, unsigned steps,
				 const char *user)
{
	struct fetch_target target;

	open_stage(s, script, steps);
	target = target_of(s, user);
	s->origin = fetch_origin_new(s->fetch, &target);
}

static inline void keep(struct stage *s, const struct fetch_answer *a)
{
	s->done++;
	s->rc = a->rc;
	s->sent = a->sent;
	s->why = a->why;
	s->resent = a->resent;
	s->status = a->status;
	s->round_trips = a->round_trips;
	snprintf(s->body, sizeof(s->body), "%s", a->body);
	snprintf(s->realm, sizeof(s->realm), "%s", a->realm);
	snprintf(s->content_type, sizeof(s->content_type), "%s", a->content_type);
	snprintf(s->error, sizeof(s->error), "%s", a->err->text);
	assert_int_equal(strlen(a->body), a->body_length);
}

static inline void done(void *arg, const struct fetch_answer *a)
{
	struct stage *s = arg;

	keep(s, a);
	loop_stop(s->loop);
}

static inline void post_and_run(struct stage *s, const char *body)
{
	unsigned before = s->done;

	fetch_post(s->origin, "application/soap+xml", body, strlen(body), done, s);
	assert_int_equal(s->done, before); /* never before it returns */
	loop_run(s->loop);
	assert_int_equal(s->done, before + 1);
}

#define OK_HELLO "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 5\r\n\r\nhello"
#define CHALLENGE(nonce)                                                                           \
	"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"Digest:A4\",nonce=\"" nonce \
	"\",stale=\"false\",qop=\"auth-int, auth\"\r\nContent-Length: 7\r\nConnection: close\r\n\r\n<html/>"
#define COUNT(list) ((unsigned)(sizeof(list) / sizeof((list)[0])))

#endif
