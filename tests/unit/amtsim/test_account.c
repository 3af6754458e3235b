/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/amtsim/account.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/amtsim/httpauth.h"
#include "tests/amtsim/knobs.h"
#include "tests/amtsim/rng.h"
#include "tests/amtsim/text.h"

#define SECOND_NS 1000000000ull

struct stage {
	struct account account;
	struct knobs knobs;
	struct rng rng;
	char ha1[MD5_HEX_BYTES];
	struct account_terms terms;
	char nonce[NONCE_BYTES];
	uint64_t now_ns;
};

static const struct httpauth_request covered = { "POST", "<body/>", 7 };

static void challenge(struct stage *stage)
{
	struct text text;
	const char *at;

	text_init(&text, 1024);
	account_challenge(&stage->account, &stage->terms, false, &text);
	at = strstr(text.bytes, "nonce=\"");
	assert_non_null(at);
	memcpy(stage->nonce, at + 7, 32);
	stage->nonce[32] = '\0';
	text_fini(&text);
}

static void open_stage(struct stage *stage)
{
	memset(stage, 0, sizeof(*stage));
	knobs_init(&stage->knobs);
	stage->now_ns = 5 * SECOND_NS;
	httpauth_ha1("admin", "Digest:00", "P@ssw0rd", stage->ha1);
	stage->terms = (struct account_terms){ .user = "admin",
					       .ha1 = stage->ha1,
					       .realm = "Digest:00",
					       .path = "/wsman",
					       .knobs = &stage->knobs,
					       .rng = &stage->rng };
	challenge(stage);
}

struct
try {
	const char *user, *password, *realm, *uri, *qop;
	uint32_t count;
};

static const struct try right = { "admin", "P@ssw0rd", "Digest:00", "/wsman", "auth", 1 };

static enum logon log_on(struct stage *stage, const struct try *try)
{
	struct httpauth_answer answer = { .cnonce = "c" };
	char expected[MD5_HEX_BYTES], header[1024];

	text_copy(answer.username, sizeof(answer.username), try->user);
	text_copy(answer.realm, sizeof(answer.realm), try->realm);
	text_copy(answer.uri, sizeof(answer.uri), try->uri);
	text_copy(answer.qop, sizeof(answer.qop), try->qop);
	text_copy(answer.nonce, sizeof(answer.nonce), stage->nonce);
	snprintf(answer.nc, sizeof(answer.nc), "%08x", try->count);
	httpauth_expect(&answer, try->password, &covered, expected);
	snprintf(header, sizeof(header),
		 "Digest username=\"%s\",realm=\"%s\",nonce=\"%s\",uri=\"%s\",qop=%s,nc=%s,"
		 "cnonce=\"c\",response=\"%s\"",
		 try->user, try->realm, stage->nonce, try->uri, try->qop, answer.nc, expected);
	return account_check(&stage->account, &stage->terms, header, &covered, stage->now_ns);
}

/* As programs older than RFC 2617 answer: no qop, no nc, no cnonce. */
static enum logon log_on_as_before(struct stage *stage, const char *uri)
{
	struct httpauth_answer answer = { .qop = "" };
	char expected[MD5_HEX_BYTES], header[1024];

	text_copy(answer.uri, sizeof(answer.uri), uri);
	text_copy(answer.username, sizeof(answer.username), "admin");
	text_copy(answer.realm, sizeof(answer.realm), "Digest:00");
	text_copy(answer.nonce, sizeof(answer.nonce), stage->nonce);
	httpauth_expect(&answer, "P@ssw0rd", &covered, expected);
	snprintf(header, sizeof(header),
		 "Digest username=\"admin\", realm=\"Digest:00\", nonce=\"%s\", uri=\"%s\","
		 " response=\"%s\", algorithm=\"MD5\"",
		 stage->nonce, uri, expected);
	return account_check(&stage->account, &stage->terms, header, &covered, stage->now_ns);
}

static void answers_without_qop_are_a_choice(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage);
	assert_int_equal(log_on_as_before(&stage, "/wsman"), LOGON_ASK);
	stage.knobs.old_digest = 1;
	assert_int_equal(log_on_as_before(&stage, "/wsman"), LOGON_OK);
	assert_int_equal(log_on_as_before(&stage, "/wsman"), LOGON_OK);
	stage.nonce[0] ^= 1;
	assert_int_equal(log_on_as_before(&stage, "/wsman"), LOGON_STALE);
}

static void the_uri_may_name_the_host(void **state)
{
	struct try try = right;
	struct stage stage;

	(void)state;
	open_stage(&stage);
	try.uri = "http://127.0.0.1:16992/wsman";
	assert_int_equal(log_on(&stage, &try), LOGON_OK);
	try.uri = "http://127.0.0.1:16992/wsman2";
	assert_int_equal(log_on(&stage, &try), LOGON_REFUSED);
}

static void only_the_right_answer_logs_on(void **state)
{
	static const struct {
		const char *name;
		struct try try;
		bool auth_int;
		enum logon logon;
	} cases[] = {
		{ "all is right",
		  { "admin", "P@ssw0rd", "Digest:00", "/wsman", "auth", 1 },
		  false,
		  LOGON_OK },
		{ "another user",
		  { "root", "P@ssw0rd", "Digest:00", "/wsman", "auth", 1 },
		  false,
		  LOGON_REFUSED },
		{ "another password",
		  { "admin", "p@ssw0rd", "Digest:00", "/wsman", "auth", 1 },
		  false,
		  LOGON_REFUSED },
		{ "another realm",
		  { "admin", "P@ssw0rd", "Digest:01", "/wsman", "auth", 1 },
		  false,
		  LOGON_REFUSED },
		{ "another path",
		  { "admin", "P@ssw0rd", "Digest:00", "/", "auth", 1 },
		  false,
		  LOGON_REFUSED },
		{ "auth-int, not offered",
		  { "admin", "P@ssw0rd", "Digest:00", "/wsman", "auth-int", 1 },
		  false,
		  LOGON_REFUSED },
		{ "auth-int, offered",
		  { "admin", "P@ssw0rd", "Digest:00", "/wsman", "auth-int", 1 },
		  true,
		  LOGON_OK },
		{ "nc zero",
		  { "admin", "P@ssw0rd", "Digest:00", "/wsman", "auth", 0 },
		  false,
		  LOGON_STALE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stage stage;

		open_stage(&stage);
		stage.terms.offers_auth_int = cases[i].auth_int;
		if (log_on(&stage, &cases[i].try) != cases[i].logon)
			fail_msg("%s", cases[i].name);
	}
}

static void a_nonce_serves_with_a_growing_nc_only(void **state)
{
	struct stage stage;
	struct try try = right;

	(void)state;
	open_stage(&stage);
	assert_int_equal(log_on(&stage, &try), LOGON_OK);
	assert_int_equal(log_on(&stage, &try), LOGON_STALE);
	try.count = 2;
	assert_int_equal(log_on(&stage, &try), LOGON_OK);
	account_forget_nonces(&stage.account);
	try.count = 3;
	assert_int_equal(log_on(&stage, &try), LOGON_STALE);
	stage.terms.remembered = true; /* TLS: the connection is logged on */
	assert_int_equal(log_on(&stage, &try), LOGON_OK);
}

static void a_used_up_or_lost_nonce_is_stale(void **state)
{
	struct stage stage;
	struct try try = right;

	(void)state;
	open_stage(&stage);
	stage.knobs.nonce_uses = 1;
	assert_int_equal(log_on(&stage, &try), LOGON_OK);
	try.count = 2;
	assert_int_equal(log_on(&stage, &try), LOGON_STALE);
	open_stage(&stage);
	stage.knobs.nonce_loss_percent = 100;
	assert_int_equal(log_on(&stage, &right), LOGON_STALE);
}

static void repeated_failures_lock_the_account_for_a_while(void **state)
{
	struct stage stage;
	struct try wrong = right, try = right;
	unsigned i;

	(void)state;
	open_stage(&stage);
	wrong.password = "guess";
	for (i = 0; i < 4; i++)
		assert_int_equal(log_on(&stage, &wrong), LOGON_REFUSED);
	assert_int_equal(log_on(&stage, &try), LOGON_OK); /* starts the count anew */
	for (i = 0; i < 5; i++)
		assert_int_equal(log_on(&stage, &wrong), LOGON_REFUSED);
	try.count = 2;
	assert_int_equal(log_on(&stage, &try), LOGON_REFUSED);
	stage.now_ns += 60 * SECOND_NS - 1;
	assert_int_equal(log_on(&stage, &try), LOGON_REFUSED);
	stage.now_ns += 1;
	assert_int_equal(log_on(&stage, &try), LOGON_OK);
}

static void an_unknown_nonce_never_locks(void **state)
{
	struct stage stage;
	struct try wrong = right;
	unsigned i;

	(void)state;
	open_stage(&stage);
	account_forget_nonces(&stage.account);
	wrong.password = "guess";
	for (i = 0; i < 20; i++)
		log_on(&stage, &wrong);
	challenge(&stage);
	assert_int_equal(log_on(&stage, &right), LOGON_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_without_qop_are_a_choice),
		cmocka_unit_test(the_uri_may_name_the_host),
		cmocka_unit_test(only_the_right_answer_logs_on),
		cmocka_unit_test(a_nonce_serves_with_a_growing_nc_only),
		cmocka_unit_test(a_used_up_or_lost_nonce_is_stale),
		cmocka_unit_test(repeated_failures_lock_the_account_for_a_while),
		cmocka_unit_test(an_unknown_nonce_never_locks),
	};

	return cmocka_run_group_tests_name("amtsim account", tests, NULL, NULL);
}
