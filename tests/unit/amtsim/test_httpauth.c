/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/amtsim/httpauth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define RFC_START                                                    \
	"Digest username=\"Mufasa\", realm=\"testrealm@host.com\", " \
	"nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", "

static void the_example_of_rfc_2617_is_accepted(void **state)
{
	/* RFC 2617 3.5 */
	static const char header[] = RFC_START "qop=auth, nc=00000001, cnonce=\"0a4f113b\", "
					       "response=\"6629fae49393a05397450978507c4ef1\", "
					       "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
	struct httpauth_request request = { "GET", "", 0 };
	struct httpauth_answer answer;
	char expected[MD5_HEX_BYTES];
	uint32_t count;

	(void)state;
	assert_true(httpauth_parse(header, &answer));
	httpauth_expect(&answer, "Circle Of Life", &request, expected);
	assert_string_equal(expected, answer.response);
	assert_true(httpauth_count(&answer, &count));
	assert_int_equal(count, 1);
	httpauth_expect(&answer, "circle of life", &request, expected);
	assert_string_not_equal(expected, answer.response);
}

static void auth_int_covers_the_body(void **state)
{
	struct httpauth_request one = { "POST", "<a/>", 4 }, other = { "POST", "<b/>", 4 };
	struct httpauth_answer answer = { .username = "admin",
					  .realm = "r",
					  .nonce = "n",
					  .uri = "/wsman",
					  .cnonce = "c",
					  .qop = "auth-int",
					  .nc = "00000001" };
	char first[MD5_HEX_BYTES], second[MD5_HEX_BYTES];

	(void)state;
	httpauth_expect(&answer, "p", &one, first);
	httpauth_expect(&answer, "p", &other, second);
	/* MD5(A1:n:00000001:c:auth-int:A2), A1 = MD5("admin:r:p"),
	 * A2 = MD5("POST:/wsman:" MD5("<a/>")), computed with another tool */
	assert_string_equal(first, "48368433a18c7843a171636d511375c8");
	assert_string_not_equal(first, second);
	answer.qop[4] = '\0';
	httpauth_expect(&answer, "p", &one, first);
	httpauth_expect(&answer, "p", &other, second);
	assert_string_equal(first, second);
}

static void odd_headers_are_read_or_refused(void **state)
{
	static const struct {
		const char *name, *header;
		int good;
	} cases[] = {
		{ "nc in quotes", RFC_START "qop=auth,nc=\"00000001\",cnonce=\"x\",response=\"y\"",
		  1 },
		{ "qop in quotes", RFC_START "qop=\"auth\",nc=00000001,cnonce=\"x\",response=\"y\"",
		  1 },
		{ "an unknown field",
		  RFC_START "qop=auth,nc=1,cnonce=\"x\",response=\"y\",z=\"1,2\"", 1 },
		{ "a name in capitals", RFC_START "QOP=auth,nc=1,cnonce=\"x\",Response=\"y\"", 1 },
		{ "no response", RFC_START "qop=auth,nc=1,cnonce=\"x\"", 0 },
		{ "nc without qop", RFC_START "nc=1,cnonce=\"x\",response=\"y\"", 0 },
		{ "neither qop nor nc nor cnonce", RFC_START "response=\"y\"", 1 },
		{ "qop without nc", RFC_START "qop=auth,cnonce=\"x\",response=\"y\"", 0 },
		{ "a field twice", RFC_START "qop=auth,nc=1,nc=2,cnonce=\"x\",response=\"y\"", 0 },
		{ "an open quote", RFC_START "qop=auth,nc=1,cnonce=\"x\",response=\"y", 0 },
		{ "another scheme", "Basic YWRtaW46YWRtaW4=", 0 },
		{ "nothing behind the scheme", "Digest ", 0 },
		{ "a value that is too long",
		  RFC_START "qop=auth-auth-auth-auth-auth,nc=1,"
			    "cnonce=\"x\",response=\"y\"",
		  0 },
	};
	struct httpauth_answer answer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (httpauth_parse(cases[i].header, &answer) != cases[i].good)
			fail_msg("%s", cases[i].name);
}

static void nc_is_eight_hex_digits(void **state)
{
	static const struct {
		const char *nc;
		int good;
		uint32_t value;
	} cases[] = {
		{ "00000001", 1, 1 }, { "0000000a", 1, 10 }, { "FFFFFFFF", 1, 0xFFFFFFFF },
		{ "0000001", 0, 0 },  { "000000001", 0, 0 }, { "0000000g", 0, 0 },
		{ "", 0, 0 },
	};
	struct httpauth_answer answer;
	uint32_t count = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		answer = (struct httpauth_answer){ .qop = "auth" };
		memcpy(answer.nc, cases[i].nc, strlen(cases[i].nc) + 1);
		assert_int_equal(httpauth_count(&answer, &count), cases[i].good);
		if (cases[i].good)
			assert_int_equal(count, cases[i].value);
	}
}

static void base64_is_the_standard_one(void **state)
{
	static const uint8_t bytes[] = { 0xC2, 0x56, 0xC4, 0xFB, 0xFF, 0x00 };
	char text[9];

	(void)state;
	httpauth_base64(bytes, sizeof(bytes), text);
	assert_string_equal(text, "wlbE+/8A");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_rfc_2617_is_accepted),
		cmocka_unit_test(auth_int_covers_the_body),
		cmocka_unit_test(odd_headers_are_read_or_refused),
		cmocka_unit_test(nc_is_eight_hex_digits),
		cmocka_unit_test(base64_is_the_standard_one),
	};

	return cmocka_run_group_tests_name("amtsim httpauth", tests, NULL, NULL);
}
