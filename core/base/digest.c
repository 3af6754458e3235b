/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's one-shot digests behind types that cannot be mixed up. */
#include "core/base/digest.h"

#include <limits.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "core/base/invariant.h"
#include "core/base/num.h"

void digest_sha256(const void *bytes, size_t length, struct digest_sha256 *sum)
{
	INVARIANT(EVP_Digest(bytes, length, sum->bytes, NULL, EVP_sha256(), NULL) == 1);
}

void digest_sha1(const void *bytes, size_t length, uint8_t sum[DIGEST_SHA1_BYTES])
{
	INVARIANT(EVP_Digest(bytes, length, sum, NULL, EVP_sha1(), NULL) == 1);
}

void digest_md5(const void *bytes, size_t length, uint8_t sum[DIGEST_MD5_BYTES])
{
	INVARIANT(EVP_Digest(bytes, length, sum, NULL, EVP_md5(), NULL) == 1);
}

void digest_sha256_text(const struct digest_sha256 *sum, char *text)
{
	num_hex_text(sum->bytes, DIGEST_SHA256_BYTES, text);
}

bool digest_equal(const void *a, const void *b, size_t length)
{
	return CRYPTO_memcmp(a, b, length) == 0;
}

void digest_base64(const void *bytes, size_t length, char *text)
{
	INVARIANT(length <= INT_MAX / 2);
	text[0] = '\0';
	if (length)
		EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
}
