/* SPDX-License-Identifier: Apache-2.0 */
/* One request at a time per connection; what a mishap does to the answer is acted out here, after
 * the operation was (or was not) executed by service.c. */
#include "tests/amtsim/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/delivery.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/httpauth.h"
#include "tests/amtsim/web.h"
#include "tests/amtsim/net.h"
#include "tests/amtsim/page.h"
#include "tests/amtsim/redirection.h"
#include "tests/amtsim/text.h"
#include "tests/amtsim/service.h"

#define WIRE_MAX_BYTES  (8u << 20) /* tiny chunks multiply an answer */
#define MIDWAY_RESET_MS 30         /* so that the first half can arrive */
#define TOO_LONG_BYTES  100

struct endpoint {
	struct server *server;
	struct device *device;
	struct redirection *redirection; /* NULL: closed */
	unsigned connections;
	struct endpoint *next;
};

struct server {
	struct net *net;
	struct crypto_tls *tls;
	struct delivery *delivery;
	struct endpoint *endpoints;
};

/* What to do when the connection's timer fires. */
enum later { LATER_NOTHING, LATER_SEND, LATER_RESET };

struct session {
	struct endpoint *endpoint;
	struct net_conn *conn;
	bool logged_on; /* TLS: the digest session is remembered */
	uint32_t epoch; /* of the accounts, when it logged on */
	enum later later;
	bool close_after;
	bool encouraged;     /* 100 Continue was sent for the request under way */
	struct text waiting; /* the answer, when it is delayed */
};

/* --- sending --- */

static const char *server_header(const struct device *device)
{
	switch (device->knobs.server_header) {
	case SERVER_SHORT:
		return "AMT";
	case SERVER_NONE:
		return NULL;
	case SERVER_FULL:
	default:
		return device->profile.server;
	}
}

static void send_now(struct session *session, const struct text *wire, bool close)
{
	net_conn_write(session->conn, wire->bytes, wire->len);
	if (close)
		net_conn_close(session->conn);
}

static void send_later(struct session *session, const struct text *wire, uint32_t delay_ms)
{
	text_clear(&session->waiting);
	text_add(&session->waiting, wire->bytes, wire->len);
	session->later = LATER_SEND;
	net_conn_pause(session->conn, true);
	net_conn_after(session->conn, delay_ms);
}

static void send_answer(struct session *session, struct web_answer *answer, uint32_t delay_ms)
{
	struct device *device = session->endpoint->device;
	struct text wire;

	answer->server = server_header(device);
	answer->wall_s = (int64_t)(device->now_ns / 1000000000u);
	text_init(&wire, WIRE_MAX_BYTES);
	web_write(&wire, answer, &device->rng);
	session->close_after = answer->close;
	if (delay_ms > 0)
		send_later(session, &wire, delay_ms);
	else
		send_now(session, &wire, answer->close);
	text_fini(&wire);
}

static void send_page(struct session *session, unsigned status, const char *location)
{
	struct web_answer answer = {
		.status = status, .html = true, .close = status >= 400, .location = location
	};
	struct text page;

	text_init(&page, 4096);
	if (status >= 400)
		page_error(&page, status);
	answer.body = page.bytes;
	answer.body_len = page.len;
	send_answer(session, &answer, session->endpoint->device->knobs.slow_ms);
	text_fini(&page);
}

static void terms_of(const struct session *session, const char *path, struct account_terms *terms)
{
	struct device *device = session->endpoint->device;

	*terms = (struct account_terms){
		.user = device->config.user,
		.ha1 = device->admin_ha1,
		.acl = &device->acl,
		.realm = device->config.realm,
		.path = path,
		.knobs = &device->knobs,
		.rng = &device->rng,
		.offers_auth_int = device->knobs.qop == QOP_AUTH_INT ||
				   (device->knobs.qop == QOP_RELEASE && device->profile.auth_int),
		.remembered = session->logged_on && session->epoch == device->logon_epoch,
	};
}

static void send_challenge(struct session *session, const struct account_terms *terms, bool stale)
{
	struct device *device = session->endpoint->device;
	struct web_answer answer = { .status = 401, .html = true, .close = true };
	struct text page, challenge;

	text_init(&page, 4096);
	text_init(&challenge, 1024);
	page_logon_failed(&page);
	account_challenge(&device->account, terms, stale, &challenge);
	answer.authenticate = challenge.bytes;
	answer.body = page.bytes;
	answer.body_len = page.len;
	device->log.challenges++;
	send_answer(session, &answer, device->knobs.slow_ms);
	text_fini(&challenge);
	text_fini(&page);
}

/* --- mishaps --- */

static void hang(struct session *session)
{
	session->later = LATER_NOTHING;
	net_conn_pause(session->conn, true);
}

/* A whole answer made too long in its header, or cut in the middle. */
static void send_spoiled(struct session *session, struct web_answer *answer, enum mishap_kind kind)
{
	struct device *device = session->endpoint->device;
	struct text wire, padded;

	answer->server = server_header(device);
	answer->wall_s = (int64_t)(device->now_ns / 1000000000u);
	text_init(&wire, WIRE_MAX_BYTES);
	text_init(&padded, WIRE_MAX_BYTES);
	if (kind == MISHAP_WRONG_LENGTH) {
		text_add(&padded, answer->body, answer->body_len);
		while (padded.len < answer->body_len + TOO_LONG_BYTES)
			text_add(&padded, " ", 1);
		answer->body = padded.bytes;
		answer->body_len = padded.len;
		answer->chunking = CHUNKING_LENGTH;
	}
	web_write(&wire, answer, &device->rng);
	if (kind == MISHAP_WRONG_LENGTH)
		text_cut(&wire, wire.len - TOO_LONG_BYTES);
	else
		text_cut(&wire, wire.len / 2);
	send_now(session, &wire, kind != MISHAP_RESET_MIDWAY);
	if (kind == MISHAP_RESET_MIDWAY) {
		session->later = LATER_RESET;
		net_conn_pause(session->conn, true);
		net_conn_after(session->conn, MIDWAY_RESET_MS);
	}
	text_fini(&padded);
	text_fini(&wire);
}

static void send_body(struct session *session, struct web_answer *answer, const char *body)
{
	answer->status = 200;
	answer->body = body;
	answer->body_len = strlen(body);
	answer->chunking = CHUNKING_LENGTH;
	send_answer(session, answer, 0);
}

static void act_out(struct session *session, const struct service_answer *result,
		    struct web_answer *answer, const struct account_terms *terms)
{
	switch (result->mishap.kind) {
	case MISHAP_RESET_BEFORE:
	case MISHAP_RESET_AFTER:
		net_conn_reset(session->conn);
		break;
	case MISHAP_UNAUTHORIZED:
		account_forget_nonces(&session->endpoint->device->account);
		session->logged_on = false;
		send_challenge(session, terms, session->endpoint->device->knobs.stale);
		break;
	case MISHAP_HTML400:
		send_page(session, 400, NULL);
		break;
	case MISHAP_BLACKHOLE:
	case MISHAP_LOSE_ANSWER:
		hang(session);
		break;
	case MISHAP_EMPTY200:
		send_body(session, answer, "");
		break;
	case MISHAP_GARBAGE:
		send_body(session, answer, "<a:Envelope><not &xml; at < all");
		break;
	case MISHAP_RESET_MIDWAY:
	case MISHAP_TRUNCATE:
	case MISHAP_WRONG_LENGTH:
		send_spoiled(session, answer, result->mishap.kind);
		break;
	case MISHAP_HTTP503:
		send_page(session, 503, NULL);
		break;
	case MISHAP_NONE:
	case MISHAP_SLOW:
	case MISHAP_STATUS:
	case MISHAP_NOT_READY:
	case MISHAP_BUSY:
	case MISHAP_KINDS:
	default:
		send_answer(session, answer, result->delay_ms);
		break;
	}
}

/* --- requests --- */

static void serve_wsman(struct session *session, const struct web_request *request,
			const struct account_terms *terms)
{
	struct device *device = session->endpoint->device;
	struct web_answer answer = { 0 };
	struct service_answer result;

	service_answer_init(&result);
	service_handle(device, request->body, request->body_len, &result);
	if (result.html && result.mishap.kind == MISHAP_NONE) {
		send_page(session, result.http_status, NULL);
	} else {
		answer.status = result.http_status;
		answer.close = request->close || result.http_status != 200;
		answer.body = result.xml.bytes;
		answer.body_len = result.xml.len;
		/* Faults were recorded as a single chunk. */
		answer.chunking = (enum web_chunking)device->knobs.chunking;
		if (answer.chunking == CHUNKING_FIRMWARE && result.http_status != 200)
			answer.chunking = CHUNKING_ONE;
		if (request->old)
			answer.chunking = CHUNKING_LENGTH;
		act_out(session, &result, &answer, terms);
	}
	service_answer_fini(&result);
}

static void serve_post(struct session *session, const struct web_request *request)
{
	struct device *device = session->endpoint->device;
	struct httpauth_request covered = { request->method, request->body, request->body_len };
	struct account_terms terms;
	enum logon logon;

	terms_of(session, request->path, &terms);
	logon = account_check(&device->account, &terms, request->authorization, &covered,
			      device->now_ns);
	if (logon != LOGON_OK) {
		session->logged_on = false;
		send_challenge(session, &terms, logon == LOGON_STALE && device->knobs.stale);
		return;
	}
	/* amt-system-defense.md 1.4: from 6.0, TLS only */
	session->logged_on = device->config.tls && device->knobs.tls_memory &&
			     device->profile.major >= 6;
	session->epoch = device->logon_epoch;
	device->caller.handle = device->account.who;
	net_conn_peer(session->conn, device->caller.peer, sizeof(device->caller.peer));
	serve_wsman(session, request, &terms);
}

static void serve(struct session *session, const struct web_request *request)
{
	struct device *device = session->endpoint->device;

	device_tick(device, net_now_ns(session->endpoint->server->net));
	if (device_is_dark(device) && device->knobs.dark_form == DARK_RESET)
		net_conn_reset(session->conn);
	else if (device_is_dark(device))
		hang(session);
	else if (strcmp(request->method, "GET") == 0 && strcmp(request->path, "/") == 0 &&
		 device->knobs.web_ui)
		send_page(session, 303, "/logon.htm");
	else if (strcmp(request->path, "/wsman") != 0)
		send_page(session, 404, NULL);
	else if (strcmp(request->method, "POST") != 0)
		send_page(session, 405, NULL);
	else
		serve_post(session, request);
}

/* --- connections --- */

static void *on_open(void *arg, struct net_conn *conn)
{
	struct endpoint *endpoint = arg;
	struct device *device = endpoint->device;
	struct session *session;

	device->log.connections++;
	if (endpoint->connections >= device->knobs.max_connections)
		return NULL;
	session = calloc(1, sizeof(*session));
	CHECK(session);
	session->endpoint = endpoint;
	session->conn = conn;
	text_init(&session->waiting, WIRE_MAX_BYTES);
	endpoint->connections++;
	net_conn_idle(conn, device->knobs.idle_s);
	return session;
}

static bool refuses(const struct session *session, const struct web_request *request,
		    unsigned *status)
{
	const struct knobs *knobs = &session->endpoint->device->knobs;

	*status = request->chunked ? 400 : 417;
	return (request->chunked && !knobs->chunked_requests) ||
	       (request->expects_continue && knobs->expect_continue == EXPECT_REFUSE);
}

static void encourage(struct session *session, const struct web_request *request)
{
	static const char line[] = "HTTP/1.1 100 Continue\r\n\r\n";

	if (session->encouraged || !request->expects_continue ||
	    session->endpoint->device->knobs.expect_continue != EXPECT_ANSWER)
		return;
	session->encouraged = true;
	net_conn_write(session->conn, line, sizeof(line) - 1);
}

static void serve_whole(struct session *session, struct web_request *request)
{
	struct text body;

	session->encouraged = false;
	text_init(&body, WEB_BODY_MAX_BYTES);
	if (request->chunked) {
		web_unchunk(request, &body);
		request->body = body.bytes;
		request->body_len = body.len;
	}
	serve(session, request);
	text_fini(&body);
}

static size_t on_bytes(void *state, const char *bytes, size_t len)
{
	struct session *session = state;
	struct web_request request;
	enum web_state got = web_parse(bytes, len, &request);

	if (request.head_done && refuses(session, &request, &request.bad_status))
		got = WEB_BAD;
	switch (got) {
	case WEB_READY:
		serve_whole(session, &request);
		return request.consumed;
	case WEB_BAD:
		send_page(session, request.bad_status, NULL);
		return len;
	case WEB_MORE:
	default:
		if (request.head_done)
			encourage(session, &request);
		return 0;
	}
}

static void on_timer(void *state)
{
	struct session *session = state;
	enum later later = session->later;

	session->later = LATER_NOTHING;
	if (later == LATER_RESET) {
		net_conn_reset(session->conn);
	} else if (later == LATER_SEND) {
		net_conn_pause(session->conn, false);
		send_now(session, &session->waiting, session->close_after);
	}
}

static void on_closed(void *state)
{
	struct session *session = state;

	session->endpoint->connections--;
	text_fini(&session->waiting);
	free(session);
}

static const struct tls_terms *secure(void *arg)
{
	struct endpoint *endpoint = arg;

	return device_tls(endpoint->device);
}

static const struct net_handler handler = { on_open, on_bytes, on_timer, on_closed, secure };

struct server *server_new(struct net *net, struct crypto_tls *tls)
{
	struct server *server = calloc(1, sizeof(*server));

	CHECK(server);
	server->net = net;
	server->tls = tls;
	server->delivery = delivery_new(net, tls);
	return server;
}

void server_free(struct server *server)
{
	struct endpoint *endpoint;

	if (!server)
		return;
	while ((endpoint = server->endpoints)) {
		server->endpoints = endpoint->next;
		redirection_free(endpoint->redirection);
		free(endpoint);
	}
	delivery_free(server->delivery);
	free(server);
}

static int open_endpoint(struct endpoint *endpoint)
{
	struct device *device = endpoint->device;
	struct net_listen listen = {
		.address = device->config.address,
		.port = device->config.port,
		.tls = device->config.tls ? endpoint->server->tls : NULL,
		.handler = &handler,
		.arg = endpoint,
		.bytes_max = WEB_HEAD_MAX_BYTES + WEB_BODY_MAX_BYTES,
	};

	CHECK(!listen.tls == !device->config.tls);
	return net_listen(endpoint->server->net, &listen);
}

/* The device has another address now, as after DHCP gave it one. */
static int move(void *arg)
{
	struct endpoint *endpoint = arg;

	net_unlisten(endpoint->server->net, endpoint);
	return open_endpoint(endpoint);
}

int server_add(struct server *server, struct device *device)
{
	struct endpoint *endpoint = calloc(1, sizeof(*endpoint));

	CHECK(endpoint);
	endpoint->server = server;
	endpoint->device = device;
	if (open_endpoint(endpoint) < 0) {
		free(endpoint);
		return -1;
	}
	if (device->config.redirection_port) {
		endpoint->redirection = redirection_new(server->net, server->tls, device);
		if (!endpoint->redirection) {
			net_unlisten(server->net, endpoint);
			free(endpoint);
			return -1;
		}
	}
	endpoint->next = server->endpoints;
	server->endpoints = endpoint;
	device->move = move;
	device->move_arg = endpoint;
	delivery_watch(server->delivery, device);
	return 0;
}
