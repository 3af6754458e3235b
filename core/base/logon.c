/* SPDX-License-Identifier: Apache-2.0 */
/* Digest logon.  libcurl does it too, but keeps the nonce inside a transfer handle of several KiB; with thousands
 * of machines that are asked once an hour the nonce must outlive the handle.
 *
 * Left out: SHA-256 and -sess (no firmware offers them), user names outside ASCII, Authentication-Info. */
#include "core/base/logon.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/base/digest.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/num.h"
#include "core/base/random.h"
#include "core/base/slab.h"

#define HEX_BYTES       LOGON_ACCOUNT_BYTES
#define INPUT_MAX_BYTES 4096

_Static_assert(HEX_BYTES == 2 * DIGEST_MD5_BYTES + 1, "an MD5 in hex");

struct parameter {
	char name[16], text[LOGON_TEXT_MAX_BYTES + 1];
	bool too_long;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void add_char(struct parameter *parameter, size_t *at, char c)
{
	if (*at >= LOGON_TEXT_MAX_BYTES) {
		parameter->too_long = true;
		return;
	}
	parameter->text[(*at)++] = c;
	parameter->text[*at] = '\0';
}

static const char *read_text(const char *at, const char *end, struct parameter *parameter)
{
	bool quoted = at < end && *at == '"';
	size_t length = 0;

	at += quoted;
	for (; at < end; at++) {
		if (quoted ? *at == '"' : *at == ',' || is_space(*at))
			return at + quoted;
		if (quoted && *at == '\\' && at + 1 < end)
			at++;
		add_char(parameter, &length, *at);
	}
	return at;
}

/* name=text or name="text"; NULL at the end. */
static const char *next_parameter(const char *at, const char *end, struct parameter *parameter)
{
	size_t length = 0;

	memset(parameter, 0, sizeof(*parameter));
	while (at < end && (is_space(*at) || *at == ','))
		at++;
	if (at == end)
		return NULL;
	for (; at < end && *at != '=' && *at != ','; at++)
		if (length < sizeof(parameter->name) - 1 && !is_space(*at))
			parameter->name[length++] = *at;
	if (at == end || *at == ',')
		return at;
	do
		at++;
	while (at < end && is_space(*at));
	return read_text(at, end, parameter);
}

static bool lists(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (*list) {
		size_t span = strcspn(list, ", \t");

		if (span == length && strncasecmp(list, word, length) == 0)
			return true;
		list += span + strspn(list + span, ", \t");
	}
	return false;
}

struct challenge {
	struct parameter realm, nonce, opaque;
	bool has_realm, has_opaque, auth, auth_int, stale, unusable;
};

static void take_parameter(struct challenge *challenge, const struct parameter *parameter)
{
	bool realm = strcasecmp(parameter->name, "realm") == 0,
	     nonce = strcasecmp(parameter->name, "nonce") == 0,
	     opaque = strcasecmp(parameter->name, "opaque") == 0;

	if (realm || nonce || opaque) {
		*(realm   ? &challenge->realm
		  : nonce ? &challenge->nonce
			  : &challenge->opaque) = *parameter;
		challenge->has_realm |= realm;
		challenge->has_opaque |= opaque;
		challenge->unusable |= parameter->too_long;
	} else if (strcasecmp(parameter->name, "qop") == 0) {
		challenge->auth = lists(parameter->text, "auth");
		challenge->auth_int = lists(parameter->text, "auth-int");
		challenge->unusable |= !challenge->auth && !challenge->auth_int;
	} else if (strcasecmp(parameter->name, "algorithm") == 0) {
		challenge->unusable |= strcasecmp(parameter->text, "MD5") != 0;
	} else if (strcasecmp(parameter->name, "stale") == 0) {
		challenge->stale = strcasecmp(parameter->text, "true") == 0;
	}
}

/* What goes back between quotes must not end them early: such a challenge comes from no firmware. */
static bool is_quotable(const char *text)
{
	for (; *text; text++)
		if (*text == '"' || *text == '\\' || (unsigned char)*text < ' ')
			return false;
	return true;
}

static bool is_usable(const struct challenge *challenge)
{
	return !challenge->unusable && challenge->has_realm && *challenge->nonce.text &&
	       is_quotable(challenge->realm.text) && is_quotable(challenge->nonce.text) &&
	       is_quotable(challenge->opaque.text);
}

static char *put(char **at, const char *text)
{
	char *place = *at;

	*at = stpcpy(place, text) + 1;
	return place;
}

static void keep(struct logon *logon, const struct challenge *challenge)
{
	size_t bytes = strlen(challenge->realm.text) + strlen(challenge->nonce.text) +
		       strlen(challenge->opaque.text) + 3;
	char *at = slab_take(logon->slab, bytes);
	struct logon found = { .slab = logon->slab,
			       .piece_bytes = bytes,
			       .auth = challenge->auth,
			       .auth_int = challenge->auth_int,
			       .stale = challenge->stale };

	found.realm = put(&at, challenge->realm.text);
	found.nonce = put(&at, challenge->nonce.text);
	found.opaque = challenge->has_opaque ? put(&at, challenge->opaque.text) : NULL;
	/* A new nonce of the same realm asks for the same account. */
	if (logon->realm && strcmp(logon->realm, found.realm) == 0)
		memcpy(found.account, logon->account, sizeof(found.account));
	logon_forget(logon);
	*logon = found;
	mem_wipe(&found, sizeof(found));
}

bool logon_take_challenge(struct logon *logon, const char *value, size_t length)
{
	const char *at = value, *end = value + length;
	struct challenge challenge = { 0 };
	struct parameter parameter;

	while (at < end && is_space(*at))
		at++;
	if (end - at < 7 || strncasecmp(at, "Digest", 6) != 0 || !is_space(at[6]))
		return false;
	at += 7;
	while ((at = next_parameter(at, end, &parameter)) != NULL)
		take_parameter(&challenge, &parameter);
	if (!is_usable(&challenge))
		return false;
	keep(logon, &challenge);
	return true;
}

bool logon_is_known(const struct logon *logon)
{
	return logon->nonce != NULL;
}

void logon_forget(struct logon *logon)
{
	struct slab *slab = logon->slab;

	slab_give(slab, logon->realm, logon->piece_bytes);
	mem_wipe(logon, sizeof(*logon));
	logon->slab = slab;
}

static void hash(const void *bytes, size_t length, char hex[HEX_BYTES])
{
	uint8_t sum[DIGEST_MD5_BYTES];

	digest_md5(bytes, length, sum);
	num_hex_text(sum, sizeof(sum), hex);
}

static void hash_text(const struct buf *text, char hex[HEX_BYTES])
{
	INVARIANT(!text->overflow);
	hash(text->text, text->length, hex);
}

struct proof {
	char counter[9], client_nonce[33], response[HEX_BYTES];
	const char *qop; /* NULL: the older form without */
};

/* The same for every request until the realm changes. */
static const char *account_hash(struct logon *logon, const struct logon_request *request)
{
	struct buf text;

	if (*logon->account)
		return logon->account;
	buf_init(&text, 2 * INPUT_MAX_BYTES);
	buf_text(&text, request->user);
	buf_char(&text, ':');
	buf_text(&text, logon->realm);
	buf_char(&text, ':');
	buf_text(&text, request->password);
	hash_text(&text, logon->account);
	mem_wipe(text.text, text.length);
	buf_fini(&text);
	return logon->account;
}

static void hash_request(const struct logon_request *request, bool with_body, char hex[HEX_BYTES])
{
	char body[HEX_BYTES];
	struct buf text;

	buf_init(&text, INPUT_MAX_BYTES);
	buf_format(&text, "%s:%s", request->method, request->path);
	if (with_body) {
		hash(request->body, request->body_length, body);
		buf_format(&text, ":%s", body);
	}
	hash_text(&text, hex);
	buf_fini(&text);
}

static void prove(struct logon *logon, const struct logon_request *request, struct proof *proof)
{
	const char *account = account_hash(logon, request);
	char what[HEX_BYTES];
	uint8_t random[16];
	struct buf text;

	proof->qop = logon->auth ? "auth" : logon->auth_int ? "auth-int" : NULL;
	random_bytes(random, sizeof(random));
	num_hex_text(random, sizeof(random), proof->client_nonce);
	snprintf(proof->counter, sizeof(proof->counter), "%08x", ++logon->uses);
	hash_request(request, proof->qop && !logon->auth, what);
	buf_init(&text, INPUT_MAX_BYTES);
	if (proof->qop)
		buf_format(&text, "%s:%s:%s:%s:%s:%s", account, logon->nonce, proof->counter,
			   proof->client_nonce, proof->qop, what);
	else
		buf_format(&text, "%s:%s:%s", account, logon->nonce, what);
	hash_text(&text, proof->response);
	mem_wipe(text.text, text.length);
	buf_fini(&text);
}

/* RFC 7616 3.4: quotes and backslashes of a user's name are escaped. */
static void write_user(const char *user, struct buf *value)
{
	buf_format(value, "Digest username=\"");
	for (; *user; user++) {
		if (*user == '"' || *user == '\\')
			buf_char(value, '\\');
		buf_char(value, *user);
	}
	buf_char(value, '"');
}

void logon_write(struct logon *logon, const struct logon_request *request, struct buf *value)
{
	struct proof proof;

	INVARIANT(logon_is_known(logon));
	prove(logon, request, &proof);
	write_user(request->user, value);
	buf_format(value, ", realm=\"%s\", nonce=\"%s\", uri=\"%s\"", logon->realm, logon->nonce,
		   request->path);
	if (proof.qop)
		buf_format(value, ", cnonce=\"%s\", nc=%s, qop=%s", proof.client_nonce,
			   proof.counter, proof.qop);
	buf_format(value, ", response=\"%s\"", proof.response);
	if (logon->opaque)
		buf_format(value, ", opaque=\"%s\"", logon->opaque);
}
