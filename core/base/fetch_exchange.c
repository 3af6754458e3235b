/* SPDX-License-Identifier: Apache-2.0 */
/* What a transfer's bytes mean for the request it serves.
 *
 * Firmware may forget its nonce at any time and says stale="false" all the same (amt-system-defense.md 1.4).  A 401 to
 * a request that went out with an old nonce is therefore answered once with the new one, and only then believed.
 *
 * All that a server can make grow is bounded here: headers, trailers and informational answers together, and
 * the body.  How long it may take is bounded by the deadline. */
#include "core/base/fetch_exchange.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/secret.h"

#define CHALLENGE_HEADER "WWW-Authenticate:"

struct exchange *exchange_new(size_t answer_max_bytes, const char *content_type, const char *body,
			      size_t length)
{
	struct exchange *exchange = mem_alloc(sizeof(*exchange));
	struct buf header;

	exchange->request = mem_alloc(length + 1);
	if (length)
		memcpy(exchange->request, body, length);
	exchange->request_length = length;
	buf_init(&exchange->answer, answer_max_bytes);
	buf_init(&header, EXCHANGE_TYPE_MAX_BYTES + 32);
	buf_format(&header, "Content-Type: %s", content_type);
	INVARIANT(!header.overflow && !strpbrk(header.text, "\r\n"));
	exchange->content_header = mem_text(header.text);
	buf_fini(&header);
	return exchange;
}

void exchange_free(struct exchange *exchange)
{
	if (!exchange)
		return;
	mem_free(exchange->request);
	mem_free(exchange->content_header);
	buf_fini(&exchange->answer);
	mem_free(exchange);
}

void exchange_begin(struct exchange *exchange)
{
	exchange->sends = 0;
	exchange->header_bytes = 0;
	exchange->challenged = false;
}

bool exchange_log_on(const struct exchange *exchange, struct exchange_server *server,
		     struct buf *header)
{
	struct logon_request request = {
		.user = server->user,
		.password = server->password ? secret_reveal(server->password) : "",
		.method = "POST",
		.path = server->path,
		.body = exchange->request,
		.body_length = exchange->request_length,
	};

	if (exchange->phase != PHASE_SEND || !server->user || !logon_is_known(&server->logon))
		return false;
	buf_text(header, "Authorization: ");
	logon_write(&server->logon, &request, header);
	INVARIANT(!header->overflow);
	return true;
}

bool exchange_leaves(struct exchange *exchange, const struct exchange_server *server)
{
	exchange->requests_sent++;
	/* An empty request for a challenge changes nothing over there. */
	if (exchange->phase == PHASE_CHALLENGE)
		return true;
	/* Once more in one transfer: the kept connection was dead. */
	if (exchange->sends++ > 0) {
		if (server->once) {
			err_set(&exchange->err, ERR_FAILED,
				"%s: the connection broke before the answer", server->url);
			return false;
		}
		exchange->resent = true;
	}
	exchange->sent = true;
	return true;
}

/* Asked before a challenge is answered, so a stranger at a known address learns nothing of ours. */
static bool is_stranger(struct exchange *exchange, const struct exchange_server *server)
{
	if (!server->realm || strcmp(server->realm, exchange->realm) == 0)
		return false;
	exchange->why = FETCH_WHY_STRANGER;
	exchange->sent = exchange->resent; /* what it has just got it has refused */
	err_set(&exchange->err, ERR_FAILED,
		"%s: another device answers there: its realm is \"%s\", not \"%s\"", server->url,
		exchange->realm, server->realm);
	return true;
}

static bool starts_with(const char *text, size_t length, const char *prefix)
{
	return length >= strlen(prefix) && strncasecmp(text, prefix, strlen(prefix)) == 0;
}

static bool take_challenge(struct exchange *exchange, struct exchange_server *server,
			   const char *value, size_t length)
{
	if (!logon_take_challenge(&server->logon, value, length))
		return true;
	exchange->challenged = true;
	snprintf(exchange->realm, sizeof(exchange->realm), "%s", server->logon.realm);
	if (!is_stranger(exchange, server))
		return true;
	logon_forget(&server->logon);
	return false;
}

/* A final status line opens a new answer: what an earlier one brought is dropped. */
bool exchange_take_header(struct exchange *exchange, struct exchange_server *server,
			  const char *bytes, size_t length)
{
	size_t name = strlen(CHALLENGE_HEADER);

	exchange->header_bytes += length;
	if (exchange->header_bytes > EXCHANGE_HEADERS_MAX_BYTES) {
		err_set(&exchange->err, ERR_LIMIT, "%s: headers larger than %d bytes", server->url,
			EXCHANGE_HEADERS_MAX_BYTES);
		return false;
	}
	if (starts_with(bytes, length, "HTTP/") && !starts_with(bytes, length, "HTTP/1.1 1")) {
		exchange->round_trips++;
		buf_clear(&exchange->answer);
	}
	if (server->user && starts_with(bytes, length, CHALLENGE_HEADER))
		return take_challenge(exchange, server, bytes + name, length - name);
	return true;
}

bool exchange_take_body(struct exchange *exchange, const struct exchange_server *server,
			const char *bytes, size_t length)
{
	buf_append(&exchange->answer, bytes, length);
	if (!exchange->answer.overflow)
		return true;
	err_set(&exchange->err, ERR_LIMIT, "%s: answer larger than %zu bytes", server->url,
		server->answer_max_bytes);
	return false;
}

bool exchange_goes_on(struct exchange *exchange, const struct exchange_server *server,
		      unsigned status)
{
	/* A server that lets strangers in gets the request itself now. */
	if (exchange->phase == PHASE_CHALLENGE && status >= 200 && status < 300) {
		exchange->phase = PHASE_SEND;
		return true;
	}
	if (status != 401 || !exchange->challenged)
		return false;
	/* Refused with a nonce that was given for this very request: the server means our credentials, unless it says
	 * that it has forgotten the nonce already. */
	if (exchange->fresh_nonce && (!server->logon.stale || exchange->asked_again))
		return false;
	exchange->asked_again = exchange->fresh_nonce;
	exchange->fresh_nonce = true;
	exchange->phase = PHASE_SEND;
	exchange->sent = exchange->resent; /* what was refused was not done */
	return true;
}

/* The exchange is the caller's own from here on: done may free the origin or post the next request. */
void exchange_deliver(struct exchange *exchange, unsigned status)
{
	struct fetch_answer answer = {
		.rc = exchange->err.code,
		.err = &exchange->err,
		.why = (uint8_t)exchange->why,
		.sent = exchange->sent,
		.resent = exchange->resent,
		.status = exchange->err.code ? 0 : status,
		.content_type = exchange->content_type,
		.realm = exchange->realm,
		.body = exchange->answer.text,
		.body_length = exchange->answer.length,
		.round_trips = exchange->round_trips,
		.at_ns = exchange->ended_ns,
	};

	exchange->done(exchange->arg, &answer);
	exchange_free(exchange);
}
