/* SPDX-License-Identifier: Apache-2.0 */
/* digest.h - SHA-256, SHA-1, MD5 and comparison in constant time.  SHA-1 only for Community ID, which
 * is no secret; MD5 only for HTTP digest logon, which firmware knows in no other form. */
#ifndef CORDON_BASE_DIGEST_H
#define CORDON_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_SHA256_BYTES 32
#define DIGEST_SHA1_BYTES   20
#define DIGEST_MD5_BYTES    16

struct digest_sha256 {
	uint8_t bytes[DIGEST_SHA256_BYTES];
};

void digest_sha256(const void *bytes, size_t length, struct digest_sha256 *sum);
void digest_sha1(const void *bytes, size_t length, uint8_t sum[DIGEST_SHA1_BYTES]);
void digest_md5(const void *bytes, size_t length, uint8_t sum[DIGEST_MD5_BYTES]);
/* Lower-case hex; text needs 65 bytes. */
void digest_sha256_text(const struct digest_sha256 *sum, char *text);
bool digest_equal(const void *a, const void *b, size_t length); /* constant time */
/* Standard base64 with padding (RFC 4648); text needs 4 * ((length + 2) / 3) + 1 bytes. */
void digest_base64(const void *bytes, size_t length, char *text);

#endif
