/* SPDX-License-Identifier: Apache-2.0 */
/* fetch_wire.h - inside of fetch.h: how the bytes of one transfer travel.
 *
 * A transfer is one HTTP request and its answer; what it means is fetch_exchange.h's, whose turn it is fetch.c's. */
#ifndef CORDON_BASE_FETCH_WIRE_H
#define CORDON_BASE_FETCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/digest.h"
#include "core/base/fetch.h"
#include "core/base/fetch_exchange.h"

struct loop;
struct secret;
struct wire;
struct wire_handle;

/* Owned by fetch.c.  The wire changes handle and fd, and the exchange by its functions. */
struct fetch_origin {
	struct fetch *fetch;
	struct wire *wire;
	struct fetch_origin *waiting_next;
	struct wire_handle *handle; /* NULL unless a transfer runs */
	int fd;                     /* last used; -1 = none */
	uint64_t number;            /* no other's */
	struct exchange_server server;
	char *ca_file, *certificate_file;
	const struct secret *key;
	enum fetch_tls tls;
	struct digest_sha256 pin;
	uint32_t connect_timeout_ms, answer_timeout_ms;
	bool running;
	struct exchange *exchange; /* NULL while idle */
};

struct wire_user {
	void *arg;
	/* complete: an answer came, whatever it says; else the exchange's err tells why not.  May start another
	 * transfer of this origin or of another, or free any. */
	void (*ended)(void *arg, struct fetch_origin *origin, bool complete, unsigned status);
	void (*delivered)(void *arg); /* all that had ended was told */
};

struct wire *wire_new(struct loop *loop, const struct wire_user *user);
void wire_free(struct wire *wire); /* no transfer runs */
/* How many connections may be open, idle ones included. */
void wire_keep(struct wire *wire, size_t connections);
/* As just made: no connections, no spare handles.  No transfer runs. */
void wire_rest(struct wire *wire);
void wire_start(struct fetch_origin *origin); /* the next transfer of its exchange */
void wire_end(struct fetch_origin *origin);   /* of one that runs: no more is heard of it */
bool wire_is_delivering(const struct wire *wire);

#endif
