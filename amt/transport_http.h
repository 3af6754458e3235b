/* SPDX-License-Identifier: Apache-2.0 */
/* transport_http.h - the transport of the LAN: HTTP POST to /wsman with digest authentication,
 * on core/base/fetch.h. */
#ifndef CORDON_AMT_TRANSPORT_HTTP_H
#define CORDON_AMT_TRANSPORT_HTTP_H

#include <stdint.h>

#include "amt/transport.h"

struct err;
struct fetch;
struct loop;
struct secret;
struct slab;

struct transport_http {
	struct fetch *fetch; /* owned */
	uint32_t connect_timeout_ms, answer_timeout_ms;
	/* Copied.  authorities: PEM file for tls "verify", NULL = the system's.  certificate: PEM file shown
	 * to firmware that asks for one (mutual TLS), with key, a secret's reference. */
	char *authorities, *certificate, *key_ref;
	struct slab *slab;  /* of the transports */
	struct secret *key; /* resolved when the first transport is opened */
};

void transport_http_init(struct transport_http *http, struct loop *loop, uint32_t connections_max);
/* All its transports must be closed before. */
void transport_http_fini(struct transport_http *http);
/* Borrows http. */
uint32_t transport_http_connections_max(const struct transport_http *http); /* that are possible */
struct transport_source transport_http_source(struct transport_http *http);

#endif
