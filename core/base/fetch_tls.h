/* SPDX-License-Identifier: Apache-2.0 */
/* fetch_tls.h - inside of fetch.h: how an origin's TLS is set up, and who answered.  easy is libcurl's transfer handle. */
#ifndef CORDON_BASE_FETCH_TLS_H
#define CORDON_BASE_FETCH_TLS_H

struct err;
struct fetch_origin;

void fetch_tls_set(const struct fetch_origin *origin, void *easy);
/* After the handshake, before anything is sent: the certificate is the pinned one, if one is pinned. */
int fetch_tls_check(const struct fetch_origin *origin, void *easy, struct err *err);

#endif
