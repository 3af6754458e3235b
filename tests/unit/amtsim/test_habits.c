/* SPDX-License-Identifier: Apache-2.0 */
/* Habits of HTTP clients against a running simulator: chunked requests, Expect, absolute URIs,
 * connections kept and closed.  What firmware makes of the first two is not known, so the knobs
 * show both (amt-system-defense.md 1.3). */
#include "tests/unit/amtsim/running.h"

#define ADMIN "admin:P@ssw0rd"
#define ASKED GET(AMT "AMT_GeneralSettings", "")

static struct running run;

static int start(void **state)
{
	struct device_config config;
	struct knobs knobs;

	(void)state;
	device_config_init(&config);
	knobs_init(&knobs);
	running_start(&run, &config, &knobs);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	running_stop(&run);
	return 0;
}

/* The status of one request with that header and, if not NULL, that request target. */
static long ask_with(const char *header, const char *target)
{
	struct curl_slist *headers = curl_slist_append(NULL, header);
	CURL *client = running_client(&run, false, ADMIN);
	long status;

	curl_easy_setopt(client, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(client, CURLOPT_EXPECT_100_TIMEOUT_MS, 100L);
	if (target)
		curl_easy_setopt(client, CURLOPT_REQUEST_TARGET, target);
	status = running_ask(&run, client, ASKED);
	curl_easy_cleanup(client);
	curl_slist_free_all(headers);
	return status;
}

static void chunked_requests_are_a_choice(void **state)
{
	(void)state;
	assert_int_equal(ask_with("Transfer-Encoding: chunked", NULL), 400);
	running_order(&run, "set amt chunked_requests accept");
	assert_int_equal(ask_with("Transfer-Encoding: chunked", NULL), 200);
	assert_non_null(strstr(run.answer.bytes, "GetResponse"));
	running_order(&run, "set amt qop auth-int"); /* whose hash covers the body */
	assert_int_equal(ask_with("Transfer-Encoding: chunked", NULL), 200);
	running_order(&run, "set amt qop release");
}

static void expectations_are_a_choice(void **state)
{
	(void)state;
	assert_int_equal(ask_with("Expect: 100-continue", NULL), 200);
	running_order(&run, "set amt expect_continue answer");
	assert_int_equal(ask_with("Expect: 100-continue", NULL), 200);
	running_order(&run, "set amt expect_continue refuse");
	assert_int_equal(ask_with("Expect: 100-continue", NULL), 417);
	running_order(&run, "set amt expect_continue silent");
}

static void the_target_may_name_the_host(void **state)
{
	(void)state;
	assert_int_equal(ask_with("X-Nothing: 1", "http://127.0.0.1/wsman"), 200);
	assert_int_equal(ask_with("X-Nothing: 1", "http://127.0.0.1/other"), 404);
}

static void connections_are_kept_unless_the_client_says_close(void **state)
{
	static const struct {
		const char *header;
		unsigned long connections;
	} cases[] = {
		{ "Connection: keep-alive", 2 }, /* the 401 closes the first */
		{ "Connection: close", 6 },
		{ "Connection: TE, close", 6 },
	};
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned long before = running_total(&run, "connections");
		struct curl_slist *headers = curl_slist_append(NULL, cases[i].header);
		CURL *client = running_client(&run, false, ADMIN);

		curl_easy_setopt(client, CURLOPT_HTTPHEADER, headers);
		for (n = 0; n < 5; n++)
			assert_int_equal(running_ask(&run, client, ASKED), 200);
		curl_easy_cleanup(client);
		curl_slist_free_all(headers);
		assert_int_equal(running_total(&run, "connections") - before, cases[i].connections);
	}
}

static void http_1_0_gets_a_length_and_no_chunks(void **state)
{
	CURL *client = running_client(&run, false, ADMIN);

	(void)state;
	curl_easy_setopt(client, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_0);
	curl_easy_setopt(client, CURLOPT_HEADER, 1L);
	assert_int_equal(running_ask(&run, client, ASKED), 200);
	assert_non_null(strstr(run.answer.bytes, "GetResponse"));
	assert_null(strstr(run.answer.bytes, "chunked"));
	assert_non_null(strstr(run.answer.bytes, "Content-Length"));
	curl_easy_cleanup(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunked_requests_are_a_choice),
		cmocka_unit_test(expectations_are_a_choice),
		cmocka_unit_test(http_1_0_gets_a_length_and_no_chunks),
		cmocka_unit_test(the_target_may_name_the_host),
		cmocka_unit_test(connections_are_kept_unless_the_client_says_close),
	};

	return cmocka_run_group_tests_name("amtsim habits", tests, start, stop);
}
