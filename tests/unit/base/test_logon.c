/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/logon.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/digest.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct logon_request mufasa = {
	.user = "Mufasa",
	.password = "CircleOfLife",
	.method = "GET",
	.path = "/dir/index.html",
	.body = "<b/>",
	.body_length = 4,
};

static bool take(struct logon *logon, const char *challenge)
{
	return logon_take_challenge(logon, challenge, strlen(challenge));
}

/* MD5(MD5(user:realm:password):nonce:MD5(method:path)), computed by another program. */
static void without_qop_the_older_form_is_written(void **state)
{
	struct logon logon = { 0 };
	struct buf value;

	(void)state;
	assert_true(take(
		&logon,
		" Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2af0e8b11d0f600bfb0c093\", "
		"opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"\r\n"));
	buf_init(&value, 4096);
	logon_write(&logon, &mufasa, &value);
	assert_non_null(strstr(value.text, "response=\"32d182e9f34c69cfb33990fc8e6acdef\""));
	assert_non_null(strstr(value.text, "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""));
	assert_null(strstr(value.text, "qop"));
	buf_fini(&value);
	logon_forget(&logon);
}

static void md5(const char *text, char hex[33])
{
	uint8_t sum[DIGEST_MD5_BYTES];

	digest_md5(text, strlen(text), sum);
	for (size_t i = 0; i < sizeof(sum); i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
}

/* From what was sent alone, as a server does. */
static void check_response(const char *value, const char *qop, const char *counter,
			   const char *body)
{
	char account[33], what[33], hash[33], client_nonce[33], text[512], wanted[64];
	const char *at = strstr(value, "cnonce=\"");

	assert_non_null(at);
	snprintf(client_nonce, sizeof(client_nonce), "%.32s", at + 8);
	md5("Mufasa:R:CircleOfLife", account);
	md5(body, hash);
	snprintf(text, sizeof(text), "GET:/dir/index.html%s%s", *body ? ":" : "",
		 *body ? hash : "");
	md5(text, what);
	snprintf(text, sizeof(text), "%s:N:%s:%s:%s:%s", account, counter, client_nonce, qop, what);
	md5(text, hash);
	snprintf(wanted, sizeof(wanted), "response=\"%s\"", hash);
	assert_non_null(strstr(value, wanted));
	snprintf(wanted, sizeof(wanted), "nc=%s, qop=%s", counter, qop);
	assert_non_null(strstr(value, wanted));
}

static void every_use_of_a_nonce_is_counted_and_proved(void **state)
{
	static const struct {
		const char *challenge, *qop, *body;
	} cases[] = {
		{ "Digest realm=\"R\",nonce=\"N\",stale=\"false\",qop=\"auth\"", "auth", "" },
		{ "digest qop=\"auth-int, auth\" , nonce=N,realm=R", "auth", "" },
		{ "Digest realm=\"R\",nonce=\"N\",qop=\"auth-int\",algorithm=MD5", "auth-int",
		  "<b/>" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct logon logon = { 0 };
		struct buf value;

		assert_true(take(&logon, cases[i].challenge));
		buf_init(&value, 4096);
		logon_write(&logon, &mufasa, &value);
		check_response(value.text, cases[i].qop, "00000001", cases[i].body);
		buf_clear(&value);
		logon_write(&logon, &mufasa, &value);
		check_response(value.text, cases[i].qop, "00000002", cases[i].body);
		buf_fini(&value);
		logon_forget(&logon);
	}
}

static void what_cannot_be_answered_changes_nothing(void **state)
{
	static const char *const cases[] = {
		"",
		"Digest",
		"Digest ",
		"Basic realm=\"R\"",
		"Negotiate",
		"Digestion realm=\"R\",nonce=\"N\"",
		"Digest realm=\"R\"",
		"Digest nonce=\"N\"",
		"Digest realm=\"R\",nonce=\"\"",
		"Digest realm=\"R\",nonce=\"N\",algorithm=SHA-256",
		"Digest realm=\"R\",nonce=\"N\",algorithm=MD5-sess",
		"Digest realm=\"R\",nonce=\"N\",qop=\"other\"",
		"Digest realm=\"a\\\"b\",nonce=\"N\"",
		"Digest realm=\"R\",nonce=\"N\\\\\"",
		"Digest realm=,nonce=",
		"Digest =,=,==,\"",
		"Digest realm=\"R,nonce=\"N",
	};
	struct logon logon = { 0 };

	(void)state;
	assert_true(take(&logon, "Digest realm=\"R\",nonce=\"N\",qop=\"auth\""));
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (take(&logon, cases[i]))
			fail_msg("taken: %s", cases[i]);
		assert_string_equal(logon.nonce, "N");
	}
	logon_forget(&logon);
	assert_false(logon_is_known(&logon));
}

static void an_endless_nonce_is_not_taken(void **state)
{
	struct logon logon = { 0 };
	struct buf text;

	(void)state;
	buf_init(&text, 65536);
	buf_text(&text, "Digest realm=\"R\",nonce=\"");
	for (unsigned i = 0; i < LOGON_TEXT_MAX_BYTES + 1; i++)
		buf_char(&text, 'x');
	buf_text(&text, "\"");
	assert_false(take(&logon, text.text));
	buf_fini(&text);
}

static void a_users_quotes_are_escaped(void **state)
{
	struct logon_request request = mufasa;
	struct logon logon = { 0 };
	struct buf value;

	(void)state;
	request.user = "a\"b\\c";
	assert_true(take(&logon, "Digest realm=\"R\",nonce=\"N\",qop=\"auth\",stale=true"));
	assert_true(logon.stale);
	buf_init(&value, 4096);
	logon_write(&logon, &request, &value);
	assert_non_null(strstr(value.text, "username=\"a\\\"b\\\\c\","));
	buf_fini(&value);
	logon_forget(&logon);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_qop_the_older_form_is_written),
		cmocka_unit_test(every_use_of_a_nonce_is_counted_and_proved),
		cmocka_unit_test(what_cannot_be_answered_changes_nothing),
		cmocka_unit_test(an_endless_nonce_is_not_taken),
		cmocka_unit_test(a_users_quotes_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
