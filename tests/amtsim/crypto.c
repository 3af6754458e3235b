/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that knows OpenSSL's functions (server.c passes an opaque session on).
 *
 * One key for all devices keeps thousands of them cheap; a fleet whose pins must differ gives
 * --cert.  Old levels need security level 0, because that is what old firmware speaks. */
#include "tests/amtsim/crypto.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "tests/amtsim/check.h"

#define PIN_HEX_BYTES 65
#define LEAF_LIFE_S   (10L * 365 * 24 * 3600)

struct crypto_tls {
	SSL_CTX *level[TLS_LEVELS];
	X509 *cert;
	EVP_PKEY *key;
	char pin[PIN_HEX_BYTES];
};

static void to_hex(const unsigned char *bytes, size_t len, char *hex)
{
	size_t i;

	for (i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
}

void crypto_md5_hex(const void *bytes, size_t len, char hex[MD5_HEX_BYTES])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int sum_len = 0;

	CHECK(EVP_Digest(bytes, len, sum, &sum_len, EVP_md5(), NULL) == 1 && sum_len == 16);
	to_hex(sum, sum_len, hex);
}

static X509 *make_leaf(EVP_PKEY *key)
{
	X509 *cert = X509_new();
	X509_NAME *name;

	CHECK(cert);
	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), LEAF_LIFE_S);
	X509_set_pubkey(cert, key);
	name = X509_get_subject_name(cert);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				   (const unsigned char *)"AMT simulated device", -1, -1, 0);
	X509_set_issuer_name(cert, name);
	if (X509_sign(cert, key, EVP_sha256()) == 0) {
		X509_free(cert);
		return NULL;
	}
	return cert;
}

static int make_identity(struct crypto_tls *tls, int elliptic)
{
	tls->key = elliptic ? EVP_EC_gen("P-384") : EVP_RSA_gen(2048);
	tls->cert = tls->key ? make_leaf(tls->key) : NULL;
	return tls->cert ? 0 : -1;
}

static SSL_CTX *make_context(enum tls_level level)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	if (!context)
		return NULL;
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_min_proto_version(context, level == TLS_LEVEL_OLD      ? TLS1_VERSION
					       : level == TLS_LEVEL_MIDDLE ? TLS1_1_VERSION
									   : TLS1_2_VERSION);
	SSL_CTX_set_max_proto_version(context,
				      level == TLS_LEVEL_OLD ? TLS1_1_VERSION : TLS1_2_VERSION);
	if (level != TLS_LEVEL_NEW)
		SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
	return context;
}

static const char *fill_contexts(struct crypto_tls *tls, const char *cert, const char *key)
{
	int level;

	for (level = 0; level < TLS_LEVELS; level++) {
		SSL_CTX *context = tls->level[level] = make_context((enum tls_level)level);

		if (!context)
			return "cannot make a TLS context";
		if (cert && SSL_CTX_use_certificate_chain_file(context, cert) != 1)
			return "cannot read the certificate file (PEM expected)";
		if (cert && SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
			return "cannot read the key file (PEM expected), or it does not fit";
		if (!cert && (SSL_CTX_use_certificate(context, tls->cert) != 1 ||
			      SSL_CTX_use_PrivateKey(context, tls->key) != 1))
			return "cannot use the generated certificate";
	}
	return NULL;
}

struct crypto_tls *crypto_tls_new(const char *cert_path, const char *key_path, int elliptic,
				  const char **why)
{
	struct crypto_tls *tls = calloc(1, sizeof(*tls));
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int sum_len = 0;

	CHECK(tls);
	*why = NULL;
	if (!cert_path && make_identity(tls, elliptic) < 0)
		*why = "cannot make a self-signed certificate";
	if (!*why)
		*why = fill_contexts(tls, cert_path, key_path);
	if (*why) {
		crypto_tls_free(tls);
		return NULL;
	}
	if (X509_digest(SSL_CTX_get0_certificate(tls->level[0]), EVP_sha256(), sum, &sum_len) == 1)
		to_hex(sum, sum_len, tls->pin);
	return tls;
}

void crypto_tls_free(struct crypto_tls *tls)
{
	int level;

	if (!tls)
		return;
	for (level = 0; level < TLS_LEVELS; level++)
		SSL_CTX_free(tls->level[level]);
	X509_free(tls->cert);
	EVP_PKEY_free(tls->key);
	free(tls);
}

const char *crypto_tls_pin(const struct crypto_tls *tls)
{
	return tls->pin;
}

struct ssl_st *crypto_tls_accept(struct crypto_tls *tls, enum tls_level level)
{
	SSL *ssl = SSL_new(tls->level[level]);

	CHECK(ssl);
	return ssl;
}

void crypto_tls_goodbye(struct ssl_st *session)
{
	SSL_set_quiet_shutdown(session, 0);
	SSL_shutdown(session);
}
