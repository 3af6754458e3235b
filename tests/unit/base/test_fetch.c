/* SPDX-License-Identifier: Apache-2.0 */
/* One exchange: what is sent, how it is logged on, which answers count. */
#include "tests/unit/base/fetching.h"

static void a_post_without_a_user_takes_one_exchange(void **state)
{
	static const struct step script[] = { { OK_HELLO, false } };
	struct stage s;

	(void)state;
	open_stage_as(&s, script, COUNT(script), NULL);
	post_and_run(&s, "<wish/>");
	assert_int_equal(s.rc, 0);
	assert_int_equal(s.status, 200);
	assert_string_equal(s.body, "hello");
	assert_string_equal(s.content_type, "text/xml");
	assert_string_equal(s.realm, "");
	assert_int_equal(s.round_trips, 1);
	assert_true(s.sent);
	assert_string_equal(s.server.bodies.text, "<wish/>|");
	assert_non_null(strstr(s.server.heads.text, "POST /wsman HTTP/1.1\r\n"));
	assert_non_null(strstr(s.server.heads.text, "Content-Type: application/soap+xml\r\n"));
	assert_null(strstr(s.server.heads.text, "Expect"));
	close_stage(&s);
}

static void a_large_body_is_sent_whole_without_expect(void **state)
{
	static const struct step script[] = { { OK_HELLO, false } };
	const size_t length = 1200000; /* curl asks with Expect: from 1 MiB on */
	char *body = mem_alloc(length + 1);
	struct stage s;

	(void)state;
	memset(body, 'b', length);
	open_stage_as(&s, script, COUNT(script), NULL);
	post_and_run(&s, body);
	assert_int_equal(s.status, 200);
	assert_int_equal(s.server.bodies.length, length + 1);
	assert_null(strstr(s.server.heads.text, "Expect"));
	close_stage(&s);
	mem_free(body);
}

static void digest_asks_once_then_sends_its_answer_at_once(void **state)
{
	static const struct step script[] = {
		{ CHALLENGE("n1"), true },
		{ OK_HELLO, false },
		{ OK_HELLO, false },
		{ OK_HELLO, false },
	};
	struct stage s;

	(void)state;
	open_stage_as(&s, script, COUNT(script), "admin");
	post_and_run(&s, "<one/>");
	assert_int_equal(s.status, 200);
	assert_string_equal(s.body, "hello"); /* not the page of the 401 before it */
	assert_string_equal(s.realm, "Digest:A4");
	assert_int_equal(s.round_trips, 2);
	post_and_run(&s, "<two/>");
	assert_int_equal(s.round_trips, 1);
	post_and_run(&s, "<three/>");
	assert_int_equal(s.round_trips, 1);
	assert_string_equal(s.server.bodies.text, "|<one/>|<two/>|<three/>|");
	assert_non_null(strstr(s.server.heads.text, "nc=00000003"));
	assert_null(strstr(s.server.heads.text, "P@ssw0rd"));
	assert_null(strstr(s.server.heads.text, "Basic"));
	assert_int_equal(s.server.connections, 2); /* the challenge closed the first */
	close_stage(&s);
}

static void a_forgotten_nonce_is_answered_once_even_if_not_called_stale(void **state)
{
	static const struct step script[] = {
		{ CHALLENGE("n1"), true }, { OK_HELLO, false }, { CHALLENGE("n2"), true },
		{ OK_HELLO, false },       { OK_HELLO, false },
	};
	struct stage s;

	(void)state;
	open_stage_as(&s, script, COUNT(script), "admin");
	post_and_run(&s, "<one/>");
	post_and_run(&s, "<two/>");
	assert_int_equal(s.status, 200);
	assert_int_equal(s.round_trips, 2);
	post_and_run(&s, "<three/>");
	assert_int_equal(s.round_trips, 1);
	assert_string_equal(s.server.bodies.text, "|<one/>|<two/>|<two/>|<three/>|");
	close_stage(&s);
}

static void a_wrong_password_ends_as_401_without_a_loop(void **state)
{
	static const struct step script[] = {
		{ CHALLENGE("n1"), true },
		{ CHALLENGE("n2"), true },
		{ CHALLENGE("n3"), true },
		{ CHALLENGE("n4"), true },
	};
	struct stage s;

	(void)state;
	open_stage_as(&s, script, COUNT(script), "admin");
	post_and_run(&s, "<one/>");
	assert_int_equal(s.rc, 0);
	assert_int_equal(s.status, 401);
	assert_int_equal(s.server.requests, 2);
	post_and_run(&s, "<two/>"); /* starts over, with a fresh challenge */
	assert_int_equal(s.status, 401);
	assert_int_equal(s.server.requests, 4);
	close_stage(&s);
}

static void answers_come_whole_or_not_at_all(void **state)
{
	static const struct {
		struct step step;
		int rc;
		const char *body, *error;
	} cases[] = {
		{ { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0003\r\nabc\r\n0002\r\nde\r\n0\r\n\r\n",
		    false },
		  0,
		  "abcde",
		  "" },
		{ { "HTTP/1.1 100 Continue\r\n\r\n" OK_HELLO, false }, 0, "hello", "" },
		{ { "HTTP/1.1 200 OK\r\n\r\nuntil the end", true }, 0, "until the end", "" },
		{ { "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", true },
		  ERR_FAILED,
		  NULL,
		  "127.0.0.1" },
		{ { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0009\r\nabc", true },
		  ERR_FAILED,
		  NULL,
		  "127.0.0.1" },
		{ { "HTTP/1.1 200 OK\r\nContent-Length: 201\r\n\r\n"
		    "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
		    "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
		    "012345678901234567890",
		    false },
		  ERR_LIMIT,
		  NULL,
		  "larger than 200 bytes" },
		{ { "nonsense\r\n\r\n", true }, ERR_FAILED, NULL, "127.0.0.1" },
		{ { NULL, true }, ERR_FAILED, NULL, "127.0.0.1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fetch_target target;
		struct stage s;

		open_stage(&s, &cases[i].step, 1);
		target = target_of(&s, NULL);
		s.origin = fetch_origin_new(s.fetch, &target);
		post_and_run(&s, "<wish/>");
		assert_int_equal(s.rc, cases[i].rc);
		assert_true(s.sent);
		assert_non_null(strstr(s.error, cases[i].error));
		if (cases[i].body)
			assert_string_equal(s.body, cases[i].body);
		close_stage(&s);
	}
}

static void a_flood_of_headers_is_cut(void **state)
{
	struct step step = { NULL, false };
	struct fetch_target target;
	struct buf text;
	struct stage s;

	(void)state;
	buf_init(&text, 1 << 20);
	buf_text(&text, "HTTP/1.1 200 OK\r\n");
	for (unsigned i = 0; i < 2000; i++)
		buf_format(&text, "X-%u: 0123456789012345678901234567890123456789\r\n", i);
	step.answer = text.text;
	open_stage(&s, &step, 1);
	target = target_of(&s, NULL);
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, "<wish/>");
	assert_int_equal(s.rc, ERR_LIMIT);
	close_stage(&s);
	buf_fini(&text);
}

static void a_scheme_without_the_wanted_protection_is_refused(void **state)
{
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, NULL, 0);
	target = target_of(&s, "admin");
	target.tls = FETCH_TLS_PIN; /* but the URL says http: */
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, "<wish/>");
	assert_int_equal(s.rc, ERR_FAILED);
	assert_false(s.sent);
	assert_int_equal(s.server.connections, 0);
	close_stage(&s);
}

#define STRANGER                                                                                 \
	"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"Digest:B5\",nonce=\"x\"," \
	"stale=\"false\",qop=\"auth\"\r\nContent-Length: 7\r\nConnection: close\r\n\r\n<html/>"

static void a_stranger_at_the_address_gets_no_credentials(void **state)
{
	static const struct step script[] = {
		{ STRANGER, true },
		{ CHALLENGE("n1"), true },
		{ OK_HELLO, false },
		{ STRANGER, true },
	};
	struct stage s;

	(void)state;
	open_stage_as(&s, script, COUNT(script), "admin");
	fetch_origin_expect_realm(s.origin, "Digest:A4");
	post_and_run(&s, "<one/>");
	assert_int_equal(s.why, FETCH_WHY_STRANGER);
	assert_string_equal(s.realm, "Digest:B5");
	assert_false(s.sent);
	assert_null(strstr(s.server.heads.text, "Authorization"));
	post_and_run(&s, "<two/>");
	assert_int_equal(s.status, 200);
	post_and_run(&s, "<three/>");
	assert_int_equal(s.why, FETCH_WHY_STRANGER);
	assert_false(s.sent);
	assert_string_equal(s.server.bodies.text, "||<two/>|<three/>|");
	close_stage(&s);
}

static void redirects_are_answers_not_orders(void **state)
{
	static const struct step script[] = {
		{ "HTTP/1.1 303 See Other\r\nLocation: /logon.htm\r\nContent-Length: 0\r\n\r\n",
		  false },
	};
	struct stage s;

	(void)state;
	open_stage_as(&s, script, COUNT(script), NULL);
	post_and_run(&s, "<wish/>");
	assert_int_equal(s.status, 303);
	assert_int_equal(s.server.requests, 1);
	close_stage(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_post_without_a_user_takes_one_exchange),
		cmocka_unit_test(a_large_body_is_sent_whole_without_expect),
		cmocka_unit_test(digest_asks_once_then_sends_its_answer_at_once),
		cmocka_unit_test(a_forgotten_nonce_is_answered_once_even_if_not_called_stale),
		cmocka_unit_test(a_wrong_password_ends_as_401_without_a_loop),
		cmocka_unit_test(answers_come_whole_or_not_at_all),
		cmocka_unit_test(a_flood_of_headers_is_cut),
		cmocka_unit_test(a_scheme_without_the_wanted_protection_is_refused),
		cmocka_unit_test(a_stranger_at_the_address_gets_no_credentials),
		cmocka_unit_test(redirects_are_answers_not_orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
