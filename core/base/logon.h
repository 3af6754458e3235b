/* SPDX-License-Identifier: Apache-2.0 */
/* logon.h - HTTP digest logon (RFC 7616, RFC 2617): reads a server's challenge, writes our answer to it.
 *
 * A struct logon is what is remembered between requests, a few hundred bytes, so that thousands of quiet servers can be
 * asked again without a new challenge.  Zeroed it knows nothing.  MD5 only, as firmware speaks it; qop
 * "auth" is taken before "auth-int", and none at all is fine too. */
#ifndef CORDON_BASE_LOGON_H
#define CORDON_BASE_LOGON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct slab;

#define LOGON_TEXT_MAX_BYTES \
	512 /* of a realm, nonce or opaque; a challenge with a longer one is not taken */

#define LOGON_ACCOUNT_BYTES 33

struct logon {
	struct slab *slab;            /* the owner's, for the texts; NULL = ordinary memory */
	char *realm, *nonce, *opaque; /* one piece, from realm on; opaque may be NULL */
	size_t piece_bytes;
	/* Hash of user, realm and password, as secret as the last; "" = not needed yet. */
	char account[LOGON_ACCOUNT_BYTES];
	uint32_t uses; /* of the nonce */
	bool auth, auth_int, stale;
};

struct logon_request {
	const char *user, *password, *method, *path, *body;
	size_t body_length;
};

/* The value of a WWW-Authenticate header, not NUL-terminated.  False and unchanged if it is no digest challenge
 * that can be answered. */
bool logon_take_challenge(struct logon *logon, const char *value, size_t length);
bool logon_is_known(const struct logon *logon);
/* The value of the Authorization header; counts a use of the nonce.  Never without a challenge.  User and password are the
 * same until logon_forget(). */
void logon_write(struct logon *logon, const struct logon_request *request, struct buf *value);
void logon_forget(struct logon *logon);

#endif
