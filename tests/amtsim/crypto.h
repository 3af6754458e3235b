/* SPDX-License-Identifier: Apache-2.0 */
/* crypto.h - what the simulator needs of OpenSSL: MD5 for digest, and TLS with a leaf.
 *
 * TLS contexts are shared by all devices of one TLS level. */
#ifndef AMTSIM_CRYPTO_H
#define AMTSIM_CRYPTO_H

#include <stddef.h>

struct ssl_st;     /* OpenSSL's SSL */
struct crypto_tls; /* certificate, key and one context per TLS level */

#define MD5_HEX_BYTES 33 /* 32 lower-case digits and a NUL */

/* amt-system-defense.md 1.2: which protocol versions a release speaks. */
enum tls_level {
	TLS_LEVEL_OLD,    /* below 12: 1.0 and 1.1 */
	TLS_LEVEL_MIDDLE, /* 12 to 14: 1.1 and 1.2 */
	TLS_LEVEL_NEW,    /* from 15: 1.2 */
	TLS_LEVELS
};

void crypto_md5_hex(const void *bytes, size_t len, char hex[MD5_HEX_BYTES]);

/* Both paths NULL: makes a self-signed leaf, RSA-2048, or P-384 if `elliptic`.
 * NULL and a sentence in *why if that fails. */
struct crypto_tls *crypto_tls_new(const char *cert_path, const char *key_path, int elliptic,
				  const char **why);
void crypto_tls_free(struct crypto_tls *tls);
/* 64 lower-case hex digits: what a client pins. */
const char *crypto_tls_pin(const struct crypto_tls *tls);
/* A server session; owned by the caller (normally handed to a bufferevent). */
struct ssl_st *crypto_tls_accept(struct crypto_tls *tls, enum tls_level level);
/* Tells the peer that no more comes, so that an orderly close does not look like a cut. */
void crypto_tls_goodbye(struct ssl_st *session);

#endif
