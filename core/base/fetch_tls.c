/* SPDX-License-Identifier: Apache-2.0 */
/* TLS as fetch_wire.c's transfers need it: versions, ciphers and certificates per origin, and the pin.
 *
 * A pin is compared by us and not by libcurl, which compares public keys: firmware's is of the leaf (amt-system-defense.md
 * 1.2).  Left out: revocation, which firmware cannot ask for. */
#include "core/base/fetch_tls.h"

#include <stdio.h>
#include <string.h>

#include <curl/curl.h>
#include <openssl/ssl.h>

#include "core/base/digest.h"
#include "core/base/err.h"
#include "core/base/fetch_wire.h"
#include "core/base/invariant.h"
#include "core/base/secret.h"

static bool leaf_digest(CURL *easy, struct digest_sha256 *sum)
{
	struct curl_tlssessioninfo *session = NULL;
	unsigned char *der = NULL;
	X509 *leaf;
	int length;

	if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || !session ||
	    session->backend != CURLSSLBACKEND_OPENSSL || !session->internals)
		return false;
	leaf = SSL_get1_peer_certificate(session->internals);
	if (!leaf)
		return false;
	length = i2d_X509(leaf, &der);
	if (length > 0)
		digest_sha256(der, (size_t)length, sum);
	OPENSSL_free(der);
	X509_free(leaf);
	return length > 0;
}

static bool is_pinned(const struct fetch_origin *origin)
{
	return origin->tls == FETCH_TLS_PIN || origin->tls == FETCH_TLS_LEGACY_PIN;
}

int fetch_tls_check(const struct fetch_origin *origin, void *easy, struct err *err)
{
	struct digest_sha256 seen;
	char seen_text[65], pin_text[65];

	if (!is_pinned(origin))
		return 0;
	if (!leaf_digest(easy, &seen))
		return err_set(err, ERR_FAILED, "%s: the server's certificate cannot be read",
			       origin->server.url);
	if (digest_equal(seen.bytes, origin->pin.bytes, sizeof(seen.bytes)))
		return 0;
	digest_sha256_text(&seen, seen_text);
	digest_sha256_text(&origin->pin, pin_text);
	return err_set(err, ERR_FAILED,
		       "%s: the certificate is not the pinned one (seen %s, pinned %s): "
		       "if it was renewed on purpose, pin the new one; else somebody is in between",
		       origin->server.url, seen_text, pin_text);
}

/* Firmware before release 12 knows no secure renegotiation (RFC 5746), which OpenSSL 3 insists on. */
static CURLcode allow_legacy(CURL *easy, void *ssl_ctx, void *arg)
{
	(void)easy;
	(void)arg;
	SSL_CTX_set_options(ssl_ctx, SSL_OP_LEGACY_SERVER_CONNECT);
	return CURLE_OK;
}

#define SET(easy, option, value) INVARIANT(curl_easy_setopt(easy, option, value) == CURLE_OK)

/* The key from memory: a reference may name something that is no file. */
static void show_certificate(const struct fetch_origin *origin, CURL *easy)
{
	const char *key = secret_reveal(origin->key);
	struct curl_blob blob = { .data = (void *)(uintptr_t)key,
				  .len = strlen(key),
				  .flags = CURL_BLOB_COPY };

	SET(easy, CURLOPT_SSLCERT, origin->certificate_file);
	SET(easy, CURLOPT_SSLKEY_BLOB, &blob);
}

/* curl shares kept connections between requests whose TLS options are equal, but firmware remembers the user
 * of a TLS connection (amt-system-defense.md 1.4): a word unknown to OpenSSL, which it skips, makes the
 * options of each origin differ. */
void fetch_tls_set(const struct fetch_origin *origin, void *easy)
{
	bool legacy = origin->tls == FETCH_TLS_LEGACY_PIN, verify = origin->tls == FETCH_TLS_VERIFY;
	char ciphers[64];

	snprintf(ciphers, sizeof(ciphers), "%s:ORIGIN%llu",
		 legacy ? "DEFAULT@SECLEVEL=0" : "DEFAULT", (unsigned long long)origin->number);

	SET(easy, CURLOPT_PROTOCOLS_STR, origin->tls == FETCH_TLS_NONE ? "http" : "https");
	SET(easy, CURLOPT_SSLVERSION,
	    legacy ? (long)CURL_SSLVERSION_TLSv1_0 : CURL_SSLVERSION_TLSv1_2);
	SET(easy, CURLOPT_SSL_CIPHER_LIST, ciphers);
	SET(easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
	SET(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
	SET(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	if (verify && origin->ca_file) {
		SET(easy, CURLOPT_CAINFO, origin->ca_file);
		SET(easy, CURLOPT_CAPATH, NULL);
	}
	if (legacy)
		SET(easy, CURLOPT_SSL_CTX_FUNCTION, allow_legacy);
	if (origin->certificate_file && origin->key)
		show_certificate(origin, easy);
}
