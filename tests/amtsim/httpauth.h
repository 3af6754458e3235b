/* SPDX-License-Identifier: Apache-2.0 */
/* httpauth.h - HTTP digest access authentication as AMT does it (RFC 2617, MD5;
 * amt-system-defense.md 1.4).  Pure: nonces and locks are in account.h. */
#ifndef AMTSIM_HTTPAUTH_H
#define AMTSIM_HTTPAUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/amtsim/crypto.h"

struct httpauth_answer {
	char username[64];
	char realm[64];
	char nonce[64];
	char uri[256];
	char response[40];
	char cnonce[128];
	char qop[16]; /* "" in the form of RFC 2069, which has no nc and cnonce either */
	char nc[16];  /* as sent, quotes removed */
	char algorithm[16];
};

/* What the response covers besides the header itself. */
struct httpauth_request {
	const char *method;
	const void *body;
	size_t body_len;
};

/* Reads the value of an Authorization header.  False if it is not a complete digest answer,
 * names a field twice, or a field is too long. */
bool httpauth_parse(const char *value, struct httpauth_answer *answer);

/* nc as a number; false unless it is exactly eight hex digits.  0 without qop. */
bool httpauth_count(const struct httpauth_answer *answer, uint32_t *count);

/* The response a holder of `password` would send. */
void httpauth_expect(const struct httpauth_answer *answer, const char *password,
		     const struct httpauth_request *request, char hex[MD5_HEX_BYTES]);

/* The same from HA1, 32 hex digits, which is all that some accounts store. */
void httpauth_expect_ha1(const struct httpauth_answer *answer, const char *ha1,
			 const struct httpauth_request *request, char hex[MD5_HEX_BYTES]);
void httpauth_ha1(const char *user, const char *realm, const char *password,
		  char ha1[MD5_HEX_BYTES]);

/* Standard base64 of whole groups: len must be a multiple of 3. */
void httpauth_base64(const uint8_t *bytes, size_t len, char *out);

#endif
