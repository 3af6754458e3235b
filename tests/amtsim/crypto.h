/* SPDX-License-Identifier: Apache-2.0 */
/* crypto.h - what the simulator needs of OpenSSL: MD5 for digest, and TLS with a leaf.
 *
 * All devices share one key per kind of leaf; what else differs between them is said per session. */
#ifndef AMTSIM_CRYPTO_H
#define AMTSIM_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>

struct ssl_st;     /* OpenSSL's SSL */
struct crypto_tls; /* certificates and keys */

#define MD5_HEX_BYTES 33 /* 32 lower-case digits and a NUL */

enum tls_version { TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 };
enum tls_leaf { TLS_LEAF_RSA, TLS_LEAF_P384, TLS_LEAVES }; /* RSA-2048, secp384r1 */

#define TLS_TRUSTED_NAMES 4
#define TLS_NAME_BYTES    64

/* What one device does at the handshake (amt-system-defense.md 1.2). */
struct tls_terms {
	enum tls_version least, most;
	enum tls_leaf leaf;
	bool mutual; /* the client needs a certificate under a trusted root */
	/* Common names it may bear, as suffixes; borrowed for the session.  None: any. */
	const char (*trusted)[TLS_NAME_BYTES];
	size_t trusted_count;
};

void crypto_md5_hex(const void *bytes, size_t len, char hex[MD5_HEX_BYTES]);

struct crypto_tls *crypto_tls_new(void);
void crypto_tls_free(struct crypto_tls *tls);
/* Both return NULL, or a sentence on what is wrong.  Without files a leaf is self-signed and made
 * when it is first needed; PEM files serve all kinds of leaf. */
const char *crypto_tls_use_files(struct crypto_tls *tls, const char *cert_path,
				 const char *key_path);
const char *crypto_tls_trust(struct crypto_tls *tls, const char *roots_path);
/* 64 lower-case hex digits: what a client pins. */
const char *crypto_tls_pin(struct crypto_tls *tls, enum tls_leaf leaf);
/* A server session; owned by the caller (normally handed to a bufferevent). */
struct ssl_st *crypto_tls_accept(struct crypto_tls *tls, const struct tls_terms *terms);
/* A client session that checks nothing: for event sinks. */
struct ssl_st *crypto_tls_connect(struct crypto_tls *tls);
/* Tells the peer that no more comes, so that an orderly close does not look like a cut. */
void crypto_tls_goodbye(struct ssl_st *session);

#endif
