/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that knows OpenSSL's functions (net.c passes an opaque session on).
 *
 * One key per kind of leaf for all devices keeps thousands of them cheap (CHOICE).  Left out:
 * revocation lists. */
#include "tests/amtsim/crypto.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tests/amtsim/check.h"

#define PIN_HEX_BYTES 65
#define LEAF_LIFE_S   (10L * 365 * 24 * 3600)

struct crypto_tls {
	const char *cert_path, *key_path; /* both or none; borrowed */
	X509_STORE *roots;                /* whom clients must descend from, or NULL */
	SSL_CTX *contexts[TLS_LEAVES];    /* NULL until needed */
	SSL_CTX *client;
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

static const char *load_files(struct crypto_tls *tls, SSL_CTX *context)
{
	if (SSL_CTX_use_certificate_chain_file(context, tls->cert_path) != 1)
		return "cannot read the certificate file (PEM expected)";
	if (SSL_CTX_use_PrivateKey_file(context, tls->key_path, SSL_FILETYPE_PEM) != 1)
		return "cannot read the key file (PEM expected), or it does not fit";
	return NULL;
}

static void make_identity(SSL_CTX *context, enum tls_leaf leaf)
{
	EVP_PKEY *key = leaf == TLS_LEAF_P384 ? EVP_EC_gen("P-384") : EVP_RSA_gen(2048);
	X509 *cert = key ? make_leaf(key) : NULL;

	CHECK(cert && SSL_CTX_use_certificate(context, cert) == 1 &&
	      SSL_CTX_use_PrivateKey(context, key) == 1);
	X509_free(cert);
	EVP_PKEY_free(key);
}

static SSL_CTX *new_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	CHECK(context);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	return context;
}

static SSL_CTX *context_of(struct crypto_tls *tls, enum tls_leaf leaf)
{
	SSL_CTX **place = &tls->contexts[tls->cert_path ? TLS_LEAF_RSA : leaf];

	if (*place)
		return *place;
	*place = new_context();
	if (tls->cert_path)
		CHECK(!load_files(tls, *place)); /* crypto_tls_use_files() has tried */
	else
		make_identity(*place, leaf);
	if (tls->roots)
		SSL_CTX_set1_verify_cert_store(*place, tls->roots);
	return *place;
}

struct crypto_tls *crypto_tls_new(void)
{
	struct crypto_tls *tls = calloc(1, sizeof(*tls));

	CHECK(tls);
	return tls;
}

void crypto_tls_free(struct crypto_tls *tls)
{
	int leaf;

	if (!tls)
		return;
	for (leaf = 0; leaf < TLS_LEAVES; leaf++)
		SSL_CTX_free(tls->contexts[leaf]);
	SSL_CTX_free(tls->client);
	X509_STORE_free(tls->roots);
	free(tls);
}

const char *crypto_tls_use_files(struct crypto_tls *tls, const char *cert_path,
				 const char *key_path)
{
	SSL_CTX *trial = new_context();
	const char *why;

	tls->cert_path = cert_path;
	tls->key_path = key_path;
	why = load_files(tls, trial);
	SSL_CTX_free(trial);
	return why;
}

const char *crypto_tls_trust(struct crypto_tls *tls, const char *roots_path)
{
	X509_STORE_free(tls->roots);
	tls->roots = X509_STORE_new();
	CHECK(tls->roots);
	return X509_STORE_load_file(tls->roots, roots_path) == 1
		       ? NULL
		       : "cannot read the trusted roots (PEM expected)";
}

const char *crypto_tls_pin(struct crypto_tls *tls, enum tls_leaf leaf)
{
	X509 *cert = SSL_CTX_get0_certificate(context_of(tls, leaf));
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int sum_len = 0;

	CHECK(X509_digest(cert, EVP_sha256(), sum, &sum_len) == 1);
	to_hex(sum, sum_len, tls->pin);
	return tls->pin;
}

static bool ends_with(const char *text, const char *end)
{
	size_t text_len = strlen(text), end_len = strlen(end);

	return text_len >= end_len && strcmp(text + text_len - end_len, end) == 0;
}

/* The chain is good already; the leaf must bear one of the trusted names. */
static int check_peer(int good, X509_STORE_CTX *chain)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx());
	const struct tls_terms *terms = SSL_get_app_data(ssl);
	X509_NAME *subject = X509_get_subject_name(X509_STORE_CTX_get_current_cert(chain));
	char name[256] = "";
	size_t i;

	if (!good || X509_STORE_CTX_get_error_depth(chain) > 0 || terms->trusted_count == 0)
		return good;
	X509_NAME_get_text_by_NID(subject, NID_commonName, name, sizeof(name));
	for (i = 0; i < terms->trusted_count; i++)
		if (ends_with(name, terms->trusted[i]))
			return 1;
	X509_STORE_CTX_set_error(chain, X509_V_ERR_APPLICATION_VERIFICATION);
	return 0;
}

struct ssl_st *crypto_tls_accept(struct crypto_tls *tls, const struct tls_terms *terms)
{
	static const int numbers[] = { TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION,
				       TLS1_3_VERSION };
	SSL *ssl = SSL_new(context_of(tls, terms->leaf));

	CHECK(ssl);
	SSL_set_min_proto_version(ssl, numbers[terms->least]);
	SSL_set_max_proto_version(ssl, numbers[terms->most]);
	if (terms->least < TLS_1_2) /* what old firmware speaks is below today's level 2 */
		SSL_set_cipher_list(ssl, "ALL:@SECLEVEL=0");
	if (terms->mutual) {
		SSL_set_app_data(ssl, (void *)(uintptr_t)terms);
		SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, check_peer);
	}
	return ssl;
}

struct ssl_st *crypto_tls_connect(struct crypto_tls *tls)
{
	SSL *ssl;

	if (!tls->client)
		tls->client = SSL_CTX_new(TLS_client_method());
	ssl = tls->client ? SSL_new(tls->client) : NULL;
	CHECK(ssl);
	return ssl;
}

void crypto_tls_goodbye(struct ssl_st *session)
{
	SSL_set_quiet_shutdown(session, 0);
	SSL_shutdown(session);
}
