/* SPDX-License-Identifier: Apache-2.0 */
/* Against a tiny HTTP server on the same loop: it reads one request (head and body), answers with the next line of
 * its script and keeps or closes the connection. */
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

static void close_peer(struct peer *peer)
{
	watch_free(peer->watch);
	close(peer->fd);
	buf_fini(&peer->input);
	peer->fd = -1;
}

static void answer(struct peer *peer)
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
static size_t request_length(const struct buf *input, size_t *head_length)
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

static void peer_readable(void *arg, int fd, unsigned ready)
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
	buf_consume(&peer->input, length);
	answer(peer);
}

static void peer_arrives(void *arg, int fd, unsigned ready)
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

static int listen_on_loopback(uint16_t *port)
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

static void too_slow(void *arg)
{
	struct stage *s = arg;

	loop_stop(s->loop); /* the test's own assertions say what is missing */
}

static void open_server(struct server *server, struct loop *loop, const struct step *script,
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

static void open_stage(struct stage *s, const struct step *script, unsigned steps)
{
	*s = (struct stage){ .loop = loop_new() };
	s->fetch = fetch_new(s->loop, 4);
	s->password = secret_from_bytes("P@ssw0rd", 8);
	open_server(&s->server, s->loop, script, steps);
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%u/wsman", s->server.port);
	s->guard = loop_timer(s->loop, too_slow, s);
	timer_after_ns(s->guard, 10 * NS_PER_S);
}

static void close_stage(struct stage *s)
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

static struct fetch_target target_of(const struct stage *s, const char *user)
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

static void keep(struct stage *s, const struct fetch_answer *a)
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

static void done(void *arg, const struct fetch_answer *a)
{
	struct stage *s = arg;

	keep(s, a);
	loop_stop(s->loop);
}

static void post_and_run(struct stage *s, const char *body)
{
	unsigned before = s->done;

	fetch_post(s->origin, "application/soap+xml", body, strlen(body), done, s);
	assert_int_equal(s->done, before); /* never before it returns */
	assert_true(fetch_origin_is_busy(s->origin));
	loop_run(s->loop);
	assert_int_equal(s->done, before + 1);
	assert_false(fetch_origin_is_busy(s->origin));
}

#define OK_HELLO "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 5\r\n\r\nhello"
#define CHALLENGE(nonce)                                                                           \
	"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"Digest:A4\",nonce=\"" nonce \
	"\",stale=\"false\",qop=\"auth-int, auth\"\r\nContent-Length: 7\r\nConnection: close\r\n\r\n<html/>"
#define COUNT(list) ((unsigned)(sizeof(list) / sizeof((list)[0])))

static void a_post_without_a_user_takes_one_exchange(void **state)
{
	static const struct step script[] = { { OK_HELLO, false } };
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, script, COUNT(script));
	target = target_of(&s, NULL);
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, "<wish/>");
	assert_int_equal(s.rc, 0);
	assert_int_equal(s.status, 200);
	assert_string_equal(s.body, "hello");
	assert_string_equal(s.content_type, "text/xml");
	assert_string_equal(s.realm, "");
	assert_int_equal(s.round_trips, 1);
	assert_true(s.sent);
	assert_string_equal(s.server.bodies.text, "<wish/>|");
	assert_non_null(strstr(s.server.heads.text, "POST /wsman HTTP/1.1\r\n"));
	assert_non_null(strstr(s.server.heads.text, "Content-Type: application/soap+xml\r\n"));
	assert_null(strstr(s.server.heads.text, "Expect"));
	close_stage(&s);
}

static void a_large_body_is_sent_whole_without_expect(void **state)
{
	static const struct step script[] = { { OK_HELLO, false } };
	const size_t length = 1200000; /* curl asks with Expect: from 1 MiB on */
	char *body = mem_alloc(length + 1);
	struct fetch_target target;
	struct stage s;

	(void)state;
	memset(body, 'b', length);
	open_stage(&s, script, COUNT(script));
	target = target_of(&s, NULL);
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, body);
	assert_int_equal(s.status, 200);
	assert_int_equal(s.server.bodies.length, length + 1);
	assert_null(strstr(s.server.heads.text, "Expect"));
	close_stage(&s);
	mem_free(body);
}

static void digest_asks_once_then_sends_its_answer_at_once(void **state)
{
	static const struct step script[] = {
		{ CHALLENGE("n1"), true },
		{ OK_HELLO, false },
		{ OK_HELLO, false },
		{ OK_HELLO, false },
	};
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, script, COUNT(script));
	target = target_of(&s, "admin");
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, "<one/>");
	assert_int_equal(s.status, 200);
	assert_string_equal(s.body, "hello"); /* not the page of the 401 before it */
	assert_string_equal(s.realm, "Digest:A4");
	assert_int_equal(s.round_trips, 2);
	post_and_run(&s, "<two/>");
	assert_int_equal(s.round_trips, 1);
	post_and_run(&s, "<three/>");
	assert_int_equal(s.round_trips, 1);
	assert_string_equal(s.server.bodies.text, "|<one/>|<two/>|<three/>|");
	assert_non_null(strstr(s.server.heads.text, "nc=00000003"));
	assert_null(strstr(s.server.heads.text, "P@ssw0rd"));
	assert_null(strstr(s.server.heads.text, "Basic"));
	assert_int_equal(s.server.connections, 2); /* the challenge closed the first */
	close_stage(&s);
}

static void a_forgotten_nonce_is_answered_once_even_if_not_called_stale(void **state)
{
	static const struct step script[] = {
		{ CHALLENGE("n1"), true }, { OK_HELLO, false }, { CHALLENGE("n2"), true },
		{ OK_HELLO, false },       { OK_HELLO, false },
	};
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, script, COUNT(script));
	target = target_of(&s, "admin");
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, "<one/>");
	post_and_run(&s, "<two/>");
	assert_int_equal(s.status, 200);
	assert_int_equal(s.round_trips, 2);
	post_and_run(&s, "<three/>");
	assert_int_equal(s.round_trips, 1);
	assert_string_equal(s.server.bodies.text, "|<one/>|<two/>|<two/>|<three/>|");
	close_stage(&s);
}

static void a_wrong_password_ends_as_401_without_a_loop(void **state)
{
	static const struct step script[] = {
		{ CHALLENGE("n1"), true },
		{ CHALLENGE("n2"), true },
		{ CHALLENGE("n3"), true },
		{ CHALLENGE("n4"), true },
	};
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, script, COUNT(script));
	target = target_of(&s, "admin");
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, "<one/>");
	assert_int_equal(s.rc, 0);
	assert_int_equal(s.status, 401);
	assert_int_equal(s.server.requests, 2);
	post_and_run(&s, "<two/>"); /* starts over, with a fresh challenge */
	assert_int_equal(s.status, 401);
	assert_int_equal(s.server.requests, 4);
	close_stage(&s);
}

static void answers_come_whole_or_not_at_all(void **state)
{
	static const struct {
		struct step step;
		int rc;
		const char *body, *error;
	} cases[] = {
		{ { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0003\r\nabc\r\n0002\r\nde\r\n0\r\n\r\n",
		    false },
		  0,
		  "abcde",
		  "" },
		{ { "HTTP/1.1 100 Continue\r\n\r\n" OK_HELLO, false }, 0, "hello", "" },
		{ { "HTTP/1.1 200 OK\r\n\r\nuntil the end", true }, 0, "until the end", "" },
		{ { "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", true },
		  ERR_FAILED,
		  NULL,
		  "127.0.0.1" },
		{ { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0009\r\nabc", true },
		  ERR_FAILED,
		  NULL,
		  "127.0.0.1" },
		{ { "HTTP/1.1 200 OK\r\nContent-Length: 201\r\n\r\n"
		    "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
		    "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
		    "012345678901234567890",
		    false },
		  ERR_LIMIT,
		  NULL,
		  "larger than 200 bytes" },
		{ { "nonsense\r\n\r\n", true }, ERR_FAILED, NULL, "127.0.0.1" },
		{ { NULL, true }, ERR_FAILED, NULL, "127.0.0.1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fetch_target target;
		struct stage s;

		open_stage(&s, &cases[i].step, 1);
		target = target_of(&s, NULL);
		s.origin = fetch_origin_new(s.fetch, &target);
		post_and_run(&s, "<wish/>");
		assert_int_equal(s.rc, cases[i].rc);
		assert_true(s.sent);
		assert_non_null(strstr(s.error, cases[i].error));
		if (cases[i].body)
			assert_string_equal(s.body, cases[i].body);
		close_stage(&s);
	}
}

static void a_flood_of_headers_is_cut(void **state)
{
	struct step step = { NULL, false };
	struct fetch_target target;
	struct buf text;
	struct stage s;

	(void)state;
	buf_init(&text, 1 << 20);
	buf_text(&text, "HTTP/1.1 200 OK\r\n");
	for (unsigned i = 0; i < 2000; i++)
		buf_format(&text, "X-%u: 0123456789012345678901234567890123456789\r\n", i);
	step.answer = text.text;
	open_stage(&s, &step, 1);
	target = target_of(&s, NULL);
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, "<wish/>");
	assert_int_equal(s.rc, ERR_LIMIT);
	close_stage(&s);
	buf_fini(&text);
}

static void a_silent_server_runs_into_the_timeout(void **state)
{
	static const struct step script[] = { { NULL, false } };
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, script, COUNT(script));
	target = target_of(&s, NULL);
	target.answer_timeout_ms = 60;
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, "<wish/>");
	assert_int_equal(s.rc, ERR_GONE);
	assert_true(s.sent);
	assert_true(timer_is_running(s.guard));
	close_stage(&s);
}

static void a_refused_connection_has_sent_nothing(void **state)
{
	struct fetch_target target;
	uint16_t port;
	struct stage s;

	(void)state;
	open_stage(&s, NULL, 0);
	close(listen_on_loopback(&port));
	snprintf(s.url, sizeof(s.url), "http://127.0.0.1:%u/wsman", port);
	target = target_of(&s, NULL);
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, "<wish/>");
	assert_int_equal(s.rc, ERR_FAILED);
	assert_false(s.sent);
	assert_int_equal(s.round_trips, 0);
	close_stage(&s);
}

static void a_lost_challenge_has_sent_nothing_that_matters(void **state)
{
	static const struct step script[] = { { NULL, true } };
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, script, COUNT(script));
	target = target_of(&s, "admin");
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, "<wish/>");
	assert_int_equal(s.rc, ERR_FAILED);
	assert_false(s.sent);
	assert_string_equal(s.server.bodies.text, "|");
	close_stage(&s);
}

static void a_scheme_without_the_wanted_protection_is_refused(void **state)
{
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, NULL, 0);
	target = target_of(&s, "admin");
	target.tls = FETCH_TLS_PIN; /* but the URL says http: */
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, "<wish/>");
	assert_int_equal(s.rc, ERR_FAILED);
	assert_false(s.sent);
	assert_int_equal(s.server.connections, 0);
	close_stage(&s);
}

static void a_kept_connection_is_used_again_and_replaced_when_dead(void **state)
{
	static const struct step script[] = {
		{ OK_HELLO, false },
		{ OK_HELLO, false },
		{ NULL, true },
		{ OK_HELLO, false },
	};
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, script, COUNT(script));
	target = target_of(&s, NULL);
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, "<one/>");
	post_and_run(&s, "<two/>");
	assert_int_equal(s.server.connections, 1);
	assert_false(s.resent);
	post_and_run(&s, "<three/>");
	assert_int_equal(s.status, 200);
	assert_true(s.resent);
	assert_int_equal(s.server.connections, 2);
	assert_string_equal(s.server.bodies.text, "<one/>|<two/>|<three/>|<three/>|");
	close_stage(&s);
}

static void a_rest_closes_what_is_kept_open_and_forgets_no_nonce(void **state)
{
	static const struct step script[] = {
		{ CHALLENGE("n1"), true },
		{ OK_HELLO, false },
		{ OK_HELLO, false },
	};
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, script, COUNT(script));
	target = target_of(&s, "admin");
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, "<one/>");
	assert_int_equal(s.server.connections, 2);
	fetch_rest(s.fetch);
	post_and_run(&s, "<two/>");
	assert_int_equal(s.status, 200);
	assert_int_equal(s.round_trips, 1);
	assert_false(s.resent);
	assert_int_equal(s.server.connections, 3);
	fetch_post(s.origin, "text/xml", "<three/>", 8, done, &s);
	fetch_rest(s.fetch); /* not while somebody waits for an answer */
	assert_true(fetch_origin_is_busy(s.origin));
	close_stage(&s);
}

static void what_may_have_arrived_is_not_sent_again_where_that_is_asked(void **state)
{
	static const struct step script[] = { { OK_HELLO, false },
					      { NULL, true },
					      { OK_HELLO, false } };
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, script, COUNT(script));
	target = target_of(&s, NULL);
	s.origin = fetch_origin_new(s.fetch, &target);
	fetch_origin_send_once(s.origin, true);
	post_and_run(&s, "<one/>");
	post_and_run(&s, "<two/>");
	assert_int_equal(s.rc, ERR_FAILED);
	assert_true(s.sent);
	assert_false(s.resent);
	post_and_run(&s, "<three/>");
	assert_int_equal(s.status, 200);
	assert_string_equal(s.server.bodies.text, "<one/>|<two/>|<three/>|");
	close_stage(&s);
}

#define STRANGER                                                                                 \
	"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"Digest:B5\",nonce=\"x\"," \
	"stale=\"false\",qop=\"auth\"\r\nContent-Length: 7\r\nConnection: close\r\n\r\n<html/>"

static void a_stranger_at_the_address_gets_no_credentials(void **state)
{
	static const struct step script[] = {
		{ STRANGER, true },
		{ CHALLENGE("n1"), true },
		{ OK_HELLO, false },
		{ STRANGER, true },
	};
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, script, COUNT(script));
	target = target_of(&s, "admin");
	s.origin = fetch_origin_new(s.fetch, &target);
	fetch_origin_expect_realm(s.origin, "Digest:A4");
	post_and_run(&s, "<one/>");
	assert_int_equal(s.why, FETCH_WHY_STRANGER);
	assert_string_equal(s.realm, "Digest:B5");
	assert_false(s.sent);
	assert_null(strstr(s.server.heads.text, "Authorization"));
	post_and_run(&s, "<two/>");
	assert_int_equal(s.status, 200);
	post_and_run(&s, "<three/>");
	assert_int_equal(s.why, FETCH_WHY_STRANGER);
	assert_false(s.sent);
	assert_string_equal(s.server.bodies.text, "||<two/>|<three/>|");
	close_stage(&s);
}

static void redirects_are_answers_not_orders(void **state)
{
	static const struct step script[] = {
		{ "HTTP/1.1 303 See Other\r\nLocation: /logon.htm\r\nContent-Length: 0\r\n\r\n",
		  false },
	};
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, script, COUNT(script));
	target = target_of(&s, NULL);
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, "<wish/>");
	assert_int_equal(s.status, 303);
	assert_int_equal(s.server.requests, 1);
	close_stage(&s);
}

static void never(void *arg, const struct fetch_answer *a)
{
	(void)arg;
	(void)a;
	fail_msg("done was called after its origin was freed");
}

static void freeing_an_origin_cancels_without_done(void **state)
{
	static const struct step script[] = { { NULL, false } };
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, script, COUNT(script));
	target = target_of(&s, NULL);
	s.origin = fetch_origin_new(s.fetch, &target);
	fetch_post(s.origin, "text/xml", "x", 1, never, NULL);
	timer_after_ns(s.guard, 30 * NS_PER_MS);
	loop_run(s.loop);
	assert_int_equal(s.server.requests, 1);
	fetch_origin_free(s.origin);
	s.origin = NULL;
	timer_after_ns(s.guard, 30 * NS_PER_MS);
	loop_run(s.loop);
	close_stage(&s);
}

static void free_in_done(void *arg, const struct fetch_answer *a)
{
	struct stage *s = arg;

	fetch_origin_free(s->origin);
	s->origin = NULL;
	keep(s, a); /* the answer outlives its origin until we return */
	loop_stop(s->loop);
}

static void post_in_done(void *arg, const struct fetch_answer *a)
{
	struct stage *s = arg;

	fetch_post(s->origin, "text/xml", "<next/>", 7, free_in_done, s);
	keep(s, a);
}

static void done_may_post_the_next_request_or_free_the_origin(void **state)
{
	static const struct step script[] = { { OK_HELLO, false }, { OK_HELLO, false } };
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, script, COUNT(script));
	target = target_of(&s, NULL);
	s.origin = fetch_origin_new(s.fetch, &target);
	fetch_post(s.origin, "text/xml", "<first/>", 8, post_in_done, &s);
	loop_run(s.loop);
	assert_int_equal(s.done, 2);
	assert_string_equal(s.body, "hello");
	assert_string_equal(s.server.bodies.text, "<first/>|<next/>|");
	close_stage(&s);
}

static void count_done(void *arg, const struct fetch_answer *a)
{
	struct stage *s = arg;

	keep(s, a);
	if (s->done == 6)
		loop_stop(s->loop);
}

static void more_requests_than_connections_wait_their_turn(void **state)
{
	static const struct step script[] = {
		{ OK_HELLO, false }, { OK_HELLO, false }, { OK_HELLO, false },
		{ OK_HELLO, false }, { OK_HELLO, false }, { OK_HELLO, false },
	};
	struct fetch_origin *origins[7];
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, script, COUNT(script)); /* 4 connections */
	target = target_of(&s, NULL);
	for (unsigned i = 0; i < 7; i++) {
		origins[i] = fetch_origin_new(s.fetch, &target);
		fetch_post(origins[i], "text/xml",
			   i < 4   ? "a"
			   : i < 6 ? "b"
				   : "never",
			   i < 6 ? 1 : 5, i < 6 ? count_done : never, &s);
	}
	fetch_origin_free(origins[6]); /* leaves the line */
	loop_run(s.loop);
	assert_int_equal(s.done, 6);
	assert_string_equal(s.server.bodies.text, "a|a|a|a|b|b|");
	assert_true(s.server.connections <= 4);
	for (unsigned i = 0; i < 6; i++)
		fetch_origin_free(origins[i]);
	close_stage(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_post_without_a_user_takes_one_exchange),
		cmocka_unit_test(a_large_body_is_sent_whole_without_expect),
		cmocka_unit_test(digest_asks_once_then_sends_its_answer_at_once),
		cmocka_unit_test(a_forgotten_nonce_is_answered_once_even_if_not_called_stale),
		cmocka_unit_test(a_wrong_password_ends_as_401_without_a_loop),
		cmocka_unit_test(answers_come_whole_or_not_at_all),
		cmocka_unit_test(a_flood_of_headers_is_cut),
		cmocka_unit_test(a_silent_server_runs_into_the_timeout),
		cmocka_unit_test(a_refused_connection_has_sent_nothing),
		cmocka_unit_test(a_lost_challenge_has_sent_nothing_that_matters),
		cmocka_unit_test(a_scheme_without_the_wanted_protection_is_refused),
		cmocka_unit_test(a_kept_connection_is_used_again_and_replaced_when_dead),
		cmocka_unit_test(a_rest_closes_what_is_kept_open_and_forgets_no_nonce),
		cmocka_unit_test(what_may_have_arrived_is_not_sent_again_where_that_is_asked),
		cmocka_unit_test(a_stranger_at_the_address_gets_no_credentials),
		cmocka_unit_test(redirects_are_answers_not_orders),
		cmocka_unit_test(freeing_an_origin_cancels_without_done),
		cmocka_unit_test(done_may_post_the_next_request_or_free_the_origin),
		cmocka_unit_test(more_requests_than_connections_wait_their_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
