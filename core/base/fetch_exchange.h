/* SPDX-License-Identifier: Apache-2.0 */
/* fetch_exchange.h - inside of fetch.h: one request from fetch_post() to done, over one or several transfers (a challenge,
 * a forgotten nonce), without knowing how bytes travel. */
#ifndef CORDON_BASE_FETCH_EXCHANGE_H
#define CORDON_BASE_FETCH_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/fetch.h"
#include "core/base/logon.h"

#define EXCHANGE_HEADERS_MAX_BYTES 65536
#define EXCHANGE_REALM_MAX_BYTES   (LOGON_TEXT_MAX_BYTES + 1)
#define EXCHANGE_TYPE_MAX_BYTES    128
#define EXCHANGE_PATH_MAX_BYTES    32

/* Who is asked, as the exchange sees it; owned by the origin. */
struct exchange_server {
	char *url, *user;              /* user: NULL for no logon */
	const struct secret *password; /* NULL = empty */
	char *realm;                   /* the only one we log on to; NULL = any */
	char path[EXCHANGE_PATH_MAX_BYTES];
	struct logon logon;
	bool once; /* what may have arrived is not sent again */
	size_t answer_max_bytes;
};

enum phase {
	PHASE_CHALLENGE, /* an empty request, to be given a nonce */
	PHASE_SEND,
};

struct exchange {
	fetch_done_fn *done;
	void *arg;
	char *request;
	size_t request_length;
	char *content_header;
	struct buf answer;
	char realm[EXCHANGE_REALM_MAX_BYTES], content_type[EXCHANGE_TYPE_MAX_BYTES];
	uint64_t deadline_ns, ended_ns;
	enum phase phase;
	size_t header_bytes; /* of this transfer */
	uint32_t sends;      /* of this transfer: more than one if a kept connection was dead */
	uint32_t requests_sent, round_trips;
	bool challenged; /* this transfer's answer brought a challenge that can be answered */
	bool sent, resent, fresh_nonce, asked_again;
	enum fetch_why why;
	struct err err;
};

struct exchange *exchange_new(size_t answer_max_bytes, const char *content_type, const char *body,
			      size_t length);
void exchange_free(struct exchange *exchange);
void exchange_begin(struct exchange *exchange); /* another transfer */
/* Writes an Authorization header if this transfer shall have one. */
bool exchange_log_on(const struct exchange *exchange, struct exchange_server *server,
		     struct buf *header);
/* The request is about to leave; false if it must not (err says why). */
bool exchange_leaves(struct exchange *exchange, const struct exchange_server *server);
/* False if the transfer shall end here (err says why). */
bool exchange_take_header(struct exchange *exchange, struct exchange_server *server,
			  const char *bytes, size_t length);
bool exchange_take_body(struct exchange *exchange, const struct exchange_server *server,
			const char *bytes, size_t length);
/* True if the answer was only a step on the way to the one that counts: another transfer is due. */
bool exchange_goes_on(struct exchange *exchange, const struct exchange_server *server,
		      unsigned status);
/* Calls done, frees the exchange. */
void exchange_deliver(struct exchange *exchange, unsigned status);

#endif
