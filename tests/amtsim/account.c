/* SPDX-License-Identifier: Apache-2.0 */
/* A failure is a wrong password or user under a nonce we gave out; an unknown nonce says nothing
 * about the password, so it never locks anybody.  CHOICE: a repeated nc counts as a used-up
 * nonce. */
#include "tests/amtsim/account.h"

#include <string.h>

#include "tests/amtsim/httpauth.h"
#include "tests/amtsim/knobs.h"
#include "tests/amtsim/rng.h"
#include "tests/amtsim/text.h"
#include "tests/amtsim/web.h"

static struct nonce *find(struct account *account, const char *value)
{
	size_t i;

	for (i = 0; i < ACCOUNT_NONCES; i++)
		if (*account->nonces[i].value && strcmp(account->nonces[i].value, value) == 0)
			return &account->nonces[i];
	return NULL;
}

/* Who claims to log on: what there is to know of the account. */
struct claim {
	const char *ha1; /* NULL: there is no such account, or not for the network */
	struct lockout *lockout;
	uint32_t handle;
};

static struct claim claim_of(struct account *account, const struct account_terms *terms,
			     const char *user)
{
	struct acl_entry *entry;

	if (strcmp(user, terms->user) == 0)
		return (struct claim){ terms->ha1, &account->lockout, 0 };
	entry = terms->acl ? acl_by_user(terms->acl, user) : NULL;
	if (!entry || !entry->enabled || entry->access == ACCESS_LOCAL)
		return (struct claim){ NULL, NULL, 0 };
	return (struct claim){ entry->ha1, &entry->lockout, entry->handle };
}

static bool password_fits(const struct account_terms *terms, const struct claim *claim,
			  const struct httpauth_answer *answer,
			  const struct httpauth_request *request)
{
	char expected[MD5_HEX_BYTES];

	if (!claim->ha1 || strcmp(answer->realm, terms->realm) != 0 ||
	    strcmp(web_path(answer->uri), terms->path) != 0)
		return false;
	if (*answer->qop && strcmp(answer->qop, "auth") != 0 &&
	    !(terms->offers_auth_int && strcmp(answer->qop, "auth-int") == 0))
		return false;
	httpauth_expect_ha1(answer, claim->ha1, request, expected);
	return strcmp(expected, answer->response) == 0;
}

static bool nonce_is_good(struct nonce *nonce, bool counted, uint32_t count,
			  const struct account_terms *terms)
{
	if (!nonce || (counted && count <= nonce->last_count))
		return false;
	if (terms->knobs->nonce_uses != 0 && nonce->uses >= terms->knobs->nonce_uses)
		return false;
	if (rng_below(terms->rng, 100) < terms->knobs->nonce_loss_percent) {
		nonce->value[0] = '\0';
		return false;
	}
	nonce->last_count = count;
	nonce->uses++;
	return true;
}

/* A name that nobody has cannot be locked. */
static void count_failure(struct lockout *lockout, const struct knobs *knobs, uint64_t now_ns)
{
	if (!lockout)
		return;
	lockout->failures++;
	if (knobs->lock_after != 0 && lockout->failures >= knobs->lock_after) {
		lockout->locked_until_ns = now_ns + knobs->lock_s * 1000000000ull;
		lockout->failures = 0;
	}
}

enum logon account_answer(struct account *account, const struct account_terms *terms,
			  const struct httpauth_answer *answer,
			  const struct httpauth_request *request, uint64_t now_ns)
{
	struct claim claim = claim_of(account, terms, answer->username);

	if (claim.lockout && now_ns < claim.lockout->locked_until_ns)
		return LOGON_REFUSED;
	if (!password_fits(terms, &claim, answer, request)) {
		account->refused_total++;
		count_failure(claim.lockout, terms->knobs, now_ns);
		return LOGON_REFUSED;
	}
	claim.lockout->failures = 0;
	account->who = claim.handle;
	return LOGON_OK;
}

enum logon account_check(struct account *account, const struct account_terms *terms,
			 const char *authorization, const struct httpauth_request *request,
			 uint64_t now_ns)
{
	struct httpauth_answer answer;
	struct claim claim;
	struct nonce *nonce;
	uint32_t count;

	if (!*authorization)
		return LOGON_ASK;
	if (!httpauth_parse(authorization, &answer) || !httpauth_count(&answer, &count) ||
	    (!*answer.qop && !terms->knobs->old_digest))
		return LOGON_ASK;
	claim = claim_of(account, terms, answer.username);
	if (claim.lockout && now_ns < claim.lockout->locked_until_ns)
		return LOGON_REFUSED;
	nonce = find(account, answer.nonce);
	if (!password_fits(terms, &claim, &answer, request)) {
		account->refused_total += nonce != NULL;
		count_failure(nonce ? claim.lockout : NULL, terms->knobs, now_ns);
		return LOGON_REFUSED;
	}
	if (!terms->remembered && !nonce_is_good(nonce, *answer.qop, count, terms))
		return LOGON_STALE;
	claim.lockout->failures = 0;
	account->who = claim.handle;
	return LOGON_OK;
}

/* Six random bytes, six zero bytes, twelve random bytes: the shape seen in the recordings. */
static void make_nonce(struct rng *rng, char value[NONCE_BYTES])
{
	uint8_t bytes[24] = { 0 };
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		if (i < 6 || i >= 12)
			bytes[i] = (uint8_t)rng_next(rng);
	httpauth_base64(bytes, sizeof(bytes), value);
}

void account_challenge(struct account *account, const struct account_terms *terms, bool stale,
		       struct text *out)
{
	struct nonce *nonce = &account->nonces[account->next];

	account->next = (account->next + 1) % ACCOUNT_NONCES;
	*nonce = (struct nonce){ .last_count = 0 };
	make_nonce(terms->rng, nonce->value);
	text_printf(out, "Digest realm=\"%s\", nonce=\"%s\",stale=\"%s\",qop=\"%s\"", terms->realm,
		    nonce->value, stale ? "true" : "false",
		    terms->offers_auth_int ? "auth-int, auth" : "auth");
}

void account_forget_nonces(struct account *account)
{
	memset(account->nonces, 0, sizeof(account->nonces));
}
