/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/amtsim/web.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/amtsim/rng.h"
#include "tests/amtsim/text.h"

#define POST    "POST /wsman HTTP/1.1\r\nHost: x\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

static void requests_are_read_or_refused(void **state)
{
	static const struct {
		const char *name, *bytes;
		enum web_state state;
		unsigned bad;
	} cases[] = {
		{ "a whole request", POST "Content-Length: 3\r\n\r\nabc", WEB_READY, 0 },
		{ "the head is not complete", POST "Content-Length: 3\r\n", WEB_MORE, 0 },
		{ "the body is not complete", POST "Content-Length: 3\r\n\r\nab", WEB_MORE, 0 },
		{ "GET without body", "GET / HTTP/1.0\r\n\r\n", WEB_READY, 0 },
		{ "POST without length", POST "\r\n", WEB_BAD, 400 },
		{ "two different lengths",
		  POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", WEB_BAD, 400 },
		{ "a length that is no number", POST "Content-Length: 3x\r\n\r\nabc", WEB_BAD,
		  400 },
		{ "a negative length", POST "Content-Length: -3\r\n\r\nabc", WEB_BAD, 400 },
		{ "too long a body", POST "Content-Length: 65537\r\n\r\n", WEB_BAD, 413 },
		{ "chunks", CHUNKED "3\r\nabc\r\n0\r\n\r\n", WEB_READY, 0 },
		{ "no chunk at all", CHUNKED "0\r\n\r\n", WEB_READY, 0 },
		{ "the size is not complete", CHUNKED "3", WEB_MORE, 0 },
		{ "the chunk is not complete", CHUNKED "3\r\nab", WEB_MORE, 0 },
		{ "the last chunk is missing", CHUNKED "3\r\nabc\r\n", WEB_MORE, 0 },
		{ "a chunk longer than it says", CHUNKED "3\r\nabcd\r\n0\r\n\r\n", WEB_BAD, 400 },
		{ "a size that is no number", CHUNKED "zz\r\n", WEB_BAD, 400 },
		{ "a size of many digits", CHUNKED "00000000003\r\nabc\r\n", WEB_BAD, 400 },
		{ "chunks without end", CHUNKED "FFFF\r\n", WEB_MORE, 0 },
		{ "too large a chunk", CHUNKED "FFFFF\r\n", WEB_BAD, 413 },
		{ "chunks and a length",
		  POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", WEB_BAD, 400 },
		{ "another coding", POST "Transfer-Encoding: gzip, chunked\r\n\r\n", WEB_BAD, 400 },
		{ "another protocol", "POST /wsman HTTP/2.0\r\n\r\n", WEB_BAD, 400 },
		{ "no path", "POST HTTP/1.1\r\n\r\n", WEB_BAD, 400 },
		{ "no method", " /wsman HTTP/1.1\r\n\r\n", WEB_BAD, 400 },
		{ "a header without colon", POST "nonsense\r\n\r\n", WEB_BAD, 400 },
	};
	struct web_request request;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum web_state got = web_parse(cases[i].bytes, strlen(cases[i].bytes), &request);

		if (got != cases[i].state || (got == WEB_BAD && request.bad_status != cases[i].bad))
			fail_msg("%s: %d %u", cases[i].name, got, request.bad_status);
	}
}

static void what_a_request_carries(void **state)
{
	static const char bytes[] = POST
		"authorization:  Digest a=\"b\" \r\nExpect: 100-continue\r\n"
		"Connection: Close\r\nContent-Length: 2\r\n\r\nokGET";
	struct web_request request;

	(void)state;
	assert_int_equal(web_parse(bytes, strlen(bytes), &request), WEB_READY);
	assert_string_equal(request.method, "POST");
	assert_string_equal(request.path, "/wsman");
	assert_string_equal(request.authorization, "Digest a=\"b\"");
	assert_true(request.close);
	assert_true(request.expects_continue);
	assert_memory_equal(request.body, "ok", 2);
	assert_int_equal(request.consumed, strlen(bytes) - 3);
}

static void the_path_of_an_absolute_uri_counts(void **state)
{
	static const char *const lines[] = {
		"POST /wsman HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
		"POST http://127.0.0.1:16992/wsman HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
		"POST https://amt.example/wsman HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
	};
	struct web_request request;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(web_parse(lines[i], strlen(lines[i]), &request), WEB_READY);
		assert_string_equal(request.path, "/wsman");
	}
	assert_string_equal(web_path("http://host"), "/");
}

static void chunks_are_joined(void **state)
{
	static const char bytes[] = CHUNKED "3\r\nabc\r\n02;x=y\r\nde\r\n0\r\n\r\nGET";
	struct web_request request;
	struct text body;

	(void)state;
	assert_int_equal(web_parse(bytes, strlen(bytes), &request), WEB_READY);
	assert_int_equal(request.consumed, strlen(bytes) - 3);
	text_init(&body, 64);
	web_unchunk(&request, &body);
	assert_string_equal(body.bytes, "abcde");
	text_fini(&body);
}

static void an_endless_head_is_refused(void **state)
{
	char *bytes = malloc(WEB_HEAD_MAX_BYTES);
	struct web_request request;

	(void)state;
	memset(bytes, 'a', WEB_HEAD_MAX_BYTES);
	assert_int_equal(web_parse(bytes, WEB_HEAD_MAX_BYTES - 1, &request), WEB_MORE);
	assert_int_equal(web_parse(bytes, WEB_HEAD_MAX_BYTES, &request), WEB_BAD);
	free(bytes);
}

/* Undoes chunking the strict way; counts the chunks. */
static void unchunk(const struct text *wire, struct text *body, unsigned *chunks)
{
	const char *p = wire->bytes;

	for (*chunks = 0;; (*chunks)++) {
		char *end;
		size_t size = strtoul(p, &end, 16);

		assert_memory_equal(end, "\r\n", 2);
		if (size == 0) {
			assert_string_equal(p, "0\r\n\r\n");
			return;
		}
		assert_int_equal(end - p, 4);
		assert_int_equal(strspn(p, "0123456789ABCDEF"), 4);
		text_add(body, end + 2, size);
		p = end + 2 + size;
		assert_memory_equal(p, "\r\n", 2);
		p += 2;
	}
}

static void chunks_carry_the_body_whatever_the_boundaries(void **state)
{
	static const struct {
		enum web_chunking how;
		unsigned least, most;
	} cases[] = {
		{ CHUNKING_FIRMWARE, 4, 4 },
		{ CHUNKING_ONE, 1, 1 },
		{ CHUNKING_TINY, 304, 2128 },
		{ CHUNKING_RANDOM, 2, 2128 },
	};
	char sent[2128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sent); i++)
		sent[i] = (char)('a' + i % 26);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rng rng = { 5 };
		struct text wire, body;
		unsigned chunks;

		text_init(&wire, 1 << 20);
		text_init(&body, 1 << 20);
		web_write_chunks(&wire, sent, sizeof(sent), cases[i].how, &rng);
		unchunk(&wire, &body, &chunks);
		assert_int_equal(body.len, sizeof(sent));
		assert_memory_equal(body.bytes, sent, sizeof(sent));
		assert_in_range(chunks, cases[i].least, cases[i].most);
		text_fini(&body);
		text_fini(&wire);
	}
}

static void the_firmware_form_is_cut_as_recorded(void **state)
{
	char sent[2128] = { 0 };
	struct rng rng = { 0 };
	struct text wire;

	(void)state;
	text_init(&wire, 1 << 20);
	web_write_chunks(&wire, sent, sizeof(sent), CHUNKING_FIRMWARE, &rng);
	assert_memory_equal(wire.bytes, "0220\r\n", 6);
	assert_memory_equal(wire.bytes + 6 + 544 + 2, "02FA\r\n", 6);
	assert_memory_equal(wire.bytes + wire.len - 5 - 2 - 60 - 6, "003C\r\n", 6);
	text_fini(&wire);
}

static void a_401_has_the_recorded_headers_in_order(void **state)
{
	static const char expected[] = "HTTP/1.1 401 Unauthorized\r\n"
				       "WWW-Authenticate: Digest x\r\n"
				       "Content-Type: text/html\r\n"
				       "Server: AMT\r\n"
				       "Content-Length: 3\r\n"
				       "Connection: close\r\n"
				       "\r\n<p>";
	struct web_answer answer = { .status = 401,
				     .html = true,
				     .close = true,
				     .server = "AMT",
				     .authenticate = "Digest x",
				     .body = "<p>",
				     .body_len = 3 };
	struct rng rng = { 0 };
	struct text wire;

	(void)state;
	text_init(&wire, 4096);
	web_write(&wire, &answer, &rng);
	assert_string_equal(wire.bytes, expected);
	text_fini(&wire);
}

static void a_soap_answer_has_the_recorded_headers_in_order(void **state)
{
	static const char expected[] = "HTTP/1.1 200 OK\r\n"
				       "Date: Mon, 31 Jan 2022 10:23:04 GMT\r\n"
				       "Server: AMT\r\n"
				       "X-Frame-Options: DENY\r\n"
				       "Content-Type: application/soap+xml; charset=UTF-8\r\n"
				       "Transfer-Encoding: chunked\r\n"
				       "\r\n0004\r\n<a/>\r\n0\r\n\r\n";
	struct web_answer answer = {
		.status = 200, .server = "AMT", .wall_s = 1643624584, .body = "<a/>", .body_len = 4
	};
	struct rng rng = { 0 };
	struct text wire;

	(void)state;
	text_init(&wire, 4096);
	web_write(&wire, &answer, &rng);
	assert_string_equal(wire.bytes, expected);
	text_fini(&wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_read_or_refused),
		cmocka_unit_test(what_a_request_carries),
		cmocka_unit_test(the_path_of_an_absolute_uri_counts),
		cmocka_unit_test(chunks_are_joined),
		cmocka_unit_test(an_endless_head_is_refused),
		cmocka_unit_test(chunks_carry_the_body_whatever_the_boundaries),
		cmocka_unit_test(the_firmware_form_is_cut_as_recorded),
		cmocka_unit_test(a_401_has_the_recorded_headers_in_order),
		cmocka_unit_test(a_soap_answer_has_the_recorded_headers_in_order),
	};

	return cmocka_run_group_tests_name("amtsim web", tests, NULL, NULL);
}
