/* SPDX-License-Identifier: Apache-2.0 */
/* fetch.h - HTTP requests on the loop (libcurl multi): digest authentication, keep-alive, pinned TLS, limits.
 *
 * A fetch_origin is one server with its credentials and at most one connection and one request in flight.
 * done is called exactly once per accepted request, from the loop, never before fetch_post()
 * returns; the answer it gets is borrowed until it returns.  Freeing an origin cancels its request without
 * calling done, also from inside done; fetch_free() must not be called from done.  "Expect:" is never sent;
 * the body always has a Content-Length.
 *
 * The first request of an origin with a user goes out with an empty body to fetch the challenge (the credentials are
 * never sent otherwise than as a digest).  A refused old nonce is answered once with the new one,
 * whether the server called it stale or not.  An idle origin is small: connections, of which few are kept, and
 * transfer handles are shared.  A kept connection that turns out dead before any byte of an
 * answer came is replaced and the request sent once more ("resent"), unless the origin was told not to. */
#ifndef CORDON_BASE_FETCH_H
#define CORDON_BASE_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct fetch;
struct fetch_origin;
struct loop;
struct secret;

enum fetch_tls {
	FETCH_TLS_NONE,       /* plain HTTP */
	FETCH_TLS_VERIFY,     /* TLS 1.2 or newer, chain and name verified */
	FETCH_TLS_PIN,        /* TLS 1.2 or newer, leaf certificate has this SHA-256 */
	FETCH_TLS_LEGACY_PIN, /* TLS 1.0 and weak ciphers allowed: firmware before release 12; pinned */
};

struct fetch_target {
	const char *url;               /* copied */
	const char *user;              /* copied; NULL for no authentication */
	const struct secret *password; /* borrowed for the origin's life */
	enum fetch_tls tls;
	const char *ca_file;          /* for VERIFY; NULL = the system's */
	const char *certificate_file; /* PEM, shown to a server that asks for one; NULL = none */
	const struct secret *key;     /* PEM, of that certificate; borrowed for the origin's life */
	uint8_t pin_sha256[32];       /* for PIN: of the leaf certificate's DER */
	/* From the start of the request, which may have waited for its turn; the second covers all. */
	uint32_t connect_timeout_ms, answer_timeout_ms;
	size_t answer_max_bytes;
};

/* Why no answer came, as far as that can be told. */
enum fetch_why {
	FETCH_WHY_OTHER,
	FETCH_WHY_UNREACHABLE, /* no connection */
	FETCH_WHY_UNTRUSTED,   /* TLS: wrong certificate, or no common version; nothing was sent */
	FETCH_WHY_STRANGER,    /* another digest realm than expected; no credentials were sent */
};

struct fetch_answer {
	int rc;                   /* 0, or a negative err code: no complete answer arrived;
	                                * ERR_GONE for a timeout, ERR_LIMIT for an answer too large */
	const struct err *err;    /* text for rc < 0 */
	uint8_t why;              /* enum fetch_why, for rc < 0 */
	bool sent;                /* rc < 0: the request may have reached the server */
	bool resent;              /* the server may have seen the request twice */
	unsigned status;          /* HTTP status, 0 for rc < 0 */
	const char *content_type; /* "" if absent */
	const char *realm;        /* of the last digest challenge, "" if none */
	const char *body;         /* NUL-terminated */
	size_t body_length;
	uint32_t round_trips; /* HTTP exchanges used, challenge included */
	uint64_t at_ns;       /* when it ended, by the loop's clock */
};

typedef void fetch_done_fn(void *arg, const struct fetch_answer *answer);

/* Ignores SIGPIPE for the process, which TLS needs, and lets it open as many descriptors as it may.  At most
 * connections_max requests run at once, the others wait in order. */
struct fetch *fetch_new(struct loop *loop, size_t connections_max);
size_t fetch_connections_max(
	const struct fetch *fetch);   /* less than asked for if descriptors are short */
void fetch_free(struct fetch *fetch); /* origins must be freed before */
/* For a quiet moment after a crowd: closes the kept connections and drops what the transfers shared, unless one runs.
 * Origins keep what they know. */
void fetch_rest(struct fetch *fetch);

struct fetch_origin *fetch_origin_new(struct fetch *fetch, const struct fetch_target *target);
void fetch_origin_free(struct fetch_origin *origin);
/* From the next request on: a server whose digest challenge names another realm gets no credentials.  "" = any. */
void fetch_origin_expect_realm(struct fetch_origin *origin, const char *realm);
/* From the next request on: what may have reached the server is not sent a second time. */
void fetch_origin_send_once(struct fetch_origin *origin, bool once);
/* body is copied.  Never call while busy. */
void fetch_post(struct fetch_origin *origin, const char *content_type, const char *body,
		size_t length, fetch_done_fn *done, void *arg);

#endif
