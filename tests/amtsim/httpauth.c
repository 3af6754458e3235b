/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 2617 3.2.2.  Left out: MD5-sess and other algorithms, which AMT does not offer. */
#include "tests/amtsim/httpauth.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "tests/amtsim/text.h"

#define HASH_INPUT_MAX 1024

struct field {
	const char *name;
	size_t offset, size;
	bool required;
};

/* clang-format off */
#define FIELD(member, must)                                                                   \
	{ #member, offsetof(struct httpauth_answer, member),                                  \
	  sizeof(((struct httpauth_answer *)0)->member), must }
/* clang-format on */

static const struct field fields[] = {
	FIELD(username, true), FIELD(realm, true),    FIELD(nonce, true),
	FIELD(uri, true),      FIELD(response, true), FIELD(cnonce, false),
	FIELD(qop, false),     FIELD(nc, false),      FIELD(algorithm, false),
};

static const char *skip_blank(const char *p)
{
	while (*p == ' ' || *p == '\t')
		p++;
	return p;
}

static char *field_place(struct httpauth_answer *answer, const char *name, size_t len, size_t *size)
{
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strlen(fields[i].name) == len && strncasecmp(fields[i].name, name, len) == 0) {
			*size = fields[i].size;
			return (char *)answer + fields[i].offset;
		}
	}
	*size = 0;
	return NULL;
}

/* Copies a token or quoted string to `out` (may be NULL); returns what follows, or NULL. */
static const char *read_value(const char *p, char *out, size_t size)
{
	bool quoted = *p == '"';
	size_t n = 0;

	if (quoted)
		p++;
	while (*p && (quoted ? *p != '"' : *p != ',' && *p != ' ' && *p != '\t')) {
		if (quoted && *p == '\\' && p[1])
			p++;
		if (out && n + 1 >= size)
			return NULL;
		if (out)
			out[n++] = *p;
		p++;
	}
	if (quoted && *p++ != '"')
		return NULL;
	if (out)
		out[n] = '\0';
	return skip_blank(p);
}

static const char *read_field(const char *p, struct httpauth_answer *answer)
{
	const char *name = p, *equals = strchr(p, '=');
	size_t len, size;
	char *out;

	if (!equals)
		return NULL;
	len = (size_t)(equals - name);
	while (len > 0 && isblank((unsigned char)name[len - 1]))
		len--;
	out = field_place(answer, name, len, &size);
	if (out && *out)
		return NULL;
	return read_value(skip_blank(equals + 1), out, size);
}

static bool complete(const struct httpauth_answer *answer)
{
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].required && !*((const char *)answer + fields[i].offset))
			return false;
	/* nc and cnonce belong to qop (RFC 2617 3.2.2) */
	return !*answer->qop == !*answer->nc && !*answer->qop == !*answer->cnonce;
}

bool httpauth_parse(const char *value, struct httpauth_answer *answer)
{
	const char *p = skip_blank(value);

	*answer = (struct httpauth_answer){ 0 };
	if (strncasecmp(p, "Digest", 6) != 0 || (p[6] != ' ' && p[6] != '\t'))
		return false;
	p = skip_blank(p + 6);
	while (*p) {
		p = read_field(p, answer);
		if (!p || (*p && *p != ','))
			return false;
		while (*p == ',')
			p = skip_blank(p + 1);
	}
	return complete(answer);
}

bool httpauth_count(const struct httpauth_answer *answer, uint32_t *count)
{
	size_t i;
	uint32_t n = 0;

	*count = 0;
	if (!*answer->qop)
		return true;
	if (strlen(answer->nc) != 8)
		return false;
	for (i = 0; i < 8; i++) {
		int c = tolower((unsigned char)answer->nc[i]);

		if (!isxdigit(c))
			return false;
		n = n << 4 | (uint32_t)(isdigit(c) ? c - '0' : c - 'a' + 10);
	}
	*count = n;
	return true;
}

static void hash_text(struct text *input, char hex[MD5_HEX_BYTES])
{
	crypto_md5_hex(input->bytes, input->len, hex);
	text_clear(input);
}

void httpauth_expect(const struct httpauth_answer *answer, const char *password,
		     const struct httpauth_request *request, char hex[MD5_HEX_BYTES])
{
	char ha1[MD5_HEX_BYTES];

	httpauth_ha1(answer->username, answer->realm, password, ha1);
	httpauth_expect_ha1(answer, ha1, request, hex);
}

void httpauth_ha1(const char *user, const char *realm, const char *password,
		  char ha1[MD5_HEX_BYTES])
{
	struct text input;

	text_init(&input, HASH_INPUT_MAX);
	text_printf(&input, "%s:%s:%s", user, realm, password);
	hash_text(&input, ha1);
	text_fini(&input);
}

void httpauth_expect_ha1(const struct httpauth_answer *answer, const char *ha1,
			 const struct httpauth_request *request, char hex[MD5_HEX_BYTES])
{
	char ha2[MD5_HEX_BYTES], body[MD5_HEX_BYTES];
	struct text input;

	text_init(&input, HASH_INPUT_MAX);
	text_printf(&input, "%s:%s", request->method, answer->uri);
	if (strcmp(answer->qop, "auth-int") == 0) {
		crypto_md5_hex(request->body, request->body_len, body);
		text_printf(&input, ":%s", body);
	}
	hash_text(&input, ha2);
	if (*answer->qop)
		text_printf(&input, "%s:%s:%s:%s:%s:%s", ha1, answer->nonce, answer->nc,
			    answer->cnonce, answer->qop, ha2);
	else
		text_printf(&input, "%s:%s:%s", ha1, answer->nonce, ha2);
	hash_text(&input, hex);
	text_fini(&input);
}

void httpauth_base64(const uint8_t *bytes, size_t len, char *out)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i;

	for (i = 0; i + 2 < len; i += 3) {
		uint32_t group = (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 |
				 bytes[i + 2];

		*out++ = alphabet[group >> 18];
		*out++ = alphabet[group >> 12 & 63];
		*out++ = alphabet[group >> 6 & 63];
		*out++ = alphabet[group & 63];
	}
	*out = '\0';
}
