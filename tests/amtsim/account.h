/* SPDX-License-Identifier: Apache-2.0 */
/* account.h - the logon side of one device: nonces it gave out, failures, locks
 * (amt-system-defense.md 1.4). */
#ifndef AMTSIM_ACCOUNT_H
#define AMTSIM_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/amtsim/acl.h"

struct httpauth_answer;
struct httpauth_request;
struct knobs;
struct rng;
struct text;

#define ACCOUNT_NONCES 8
#define NONCE_BYTES    33 /* 32 characters of base64 and a NUL */

struct nonce {
	char value[NONCE_BYTES];
	uint32_t last_count; /* nc of the last request */
	uint32_t uses;
};

struct account {
	struct nonce nonces[ACCOUNT_NONCES]; /* a ring: more parallel logons push out old ones */
	unsigned next;
	struct lockout lockout; /* of the administrator; other accounts have their own */
	uint32_t refused_total;
	uint32_t who; /* handle of the account that logged on last, 0 the administrator */
};

struct account_terms {
	const char *user, *realm;
	const char *ha1;       /* of the administrator */
	const struct acl *acl; /* other accounts, or NULL */
	const char *path;      /* of the request: the digest uri must name it */
	const struct knobs *knobs;
	struct rng *rng;
	bool offers_auth_int;
	bool remembered; /* this connection has logged on before and may skip the nonce */
};

enum logon {
	LOGON_OK,
	LOGON_ASK,     /* no usable credentials: challenge */
	LOGON_STALE,   /* right password, but the nonce is unknown, lost or used up */
	LOGON_REFUSED, /* wrong, or locked */
};

/* `authorization` is the header's value, "" if absent. */
enum logon account_check(struct account *account, const struct account_terms *terms,
			 const char *authorization, const struct httpauth_request *request,
			 uint64_t now_ns);
/* The same for an answer read elsewhere, whose nonce the caller has checked: redirection. */
enum logon account_answer(struct account *account, const struct account_terms *terms,
			  const struct httpauth_answer *answer,
			  const struct httpauth_request *request, uint64_t now_ns);
/* Appends the value of WWW-Authenticate with a fresh nonce. */
void account_challenge(struct account *account, const struct account_terms *terms, bool stale,
		       struct text *out);
void account_forget_nonces(struct account *account);

#endif
