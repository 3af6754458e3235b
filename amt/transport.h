/* SPDX-License-Identifier: Apache-2.0 */
/* transport.h - interface: one request to one device, one answer.
 *
 * Above it nobody knows of HTTP libraries; tests put a scripted device here, a relay of
 * client-initiated connections would be another. */
#ifndef CORDON_AMT_TRANSPORT_H
#define CORDON_AMT_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct asset;
struct err;

/* Why there is no answer, as far as it can be told. */
enum transport_why {
	TRANSPORT_OTHER,
	TRANSPORT_UNREACHABLE,
	TRANSPORT_UNTRUSTED, /* TLS: not the certificate or the version we want; nothing was sent */
	TRANSPORT_STRANGER,  /* another digest realm than expected; no credentials were sent */
};

/* Borrowed until the callback returns. */
struct transport_answer {
	int rc; /* 0, or negative: no complete answer */
	const struct err *err;
	uint8_t why;     /* enum transport_why; rc < 0 */
	bool sent;       /* rc < 0: the device may have got the request */
	bool resent;     /* the device may have got it twice */
	unsigned status; /* HTTP status */
	const char *body;
	size_t length;
	const char *realm; /* of the last digest challenge; "" if none */
	uint32_t round_trips;
	uint64_t at_ns; /* when it ended: monotonic, of the clock that session_ask() is given */
};

typedef void transport_done_fn(void *arg, const struct transport_answer *answer);

struct transport {
	void *self;
	/* body is copied.  done exactly once, never before post returns; one request at a time. */
	void (*post)(void *self, const char *body, size_t length, transport_done_fn *done,
		     void *arg);
	/* Both hold from the next request on.  Once: what may have arrived is not sent again.  A
	 * device that challenges with another realm gets no credentials; "" = any realm. */
	void (*send_once)(void *self, bool once);
	void (*expect_realm)(void *self, const char *realm);
	/* The asset's password is another by now than the one in use; NULL: never. */
	bool (*renewed)(void *self, const struct asset *asset);
	void (*close)(void *self); /* frees self; a request in flight gets no answer */
};

/* Where transports come from.  open may be called again for the same asset after close. */
struct transport_source {
	void *arg;
	/* Nobody is spoken to for a while; NULL if there is nothing to do then. */
	void (*rest)(void *arg);
	int (*open)(void *arg, const struct asset *asset, struct transport *transport,
		    struct err *err);
};

#endif
