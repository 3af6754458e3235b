/* SPDX-License-Identifier: Apache-2.0 */
/* What only shows on a connection: paths, the Server header, idleness, darkness. */
#include "tests/amtsim/server.h"

#include <errno.h>

#include "tests/unit/amtsim/running.h"

static struct running run;
static CURL *client;
static struct text heads;

static int open_run(void **state)
{
	struct device_config config;
	struct knobs knobs;

	(void)state;
	device_config_init(&config);
	knobs_init(&knobs);
	running_start(&run, &config, &knobs);
	client = running_client(&run, false, "admin:P@ssw0rd");
	text_init(&heads, 1 << 16);
	curl_easy_setopt(client, CURLOPT_HEADERFUNCTION, running_keep);
	curl_easy_setopt(client, CURLOPT_HEADERDATA, &heads);
	return 0;
}

static int close_run(void **state)
{
	(void)state;
	curl_easy_cleanup(client);
	text_fini(&heads);
	running_stop(&run);
	return 0;
}

static const char get[] = GET(AMT "AMT_GeneralSettings", "");

static void only_post_to_wsman_is_served(void **state)
{
	static const struct {
		const char *method, *path;
		long status;
	} cases[] = {
		{ "GET", "/", 303 },        { "GET", "/index.htm", 404 }, { "POST", "/", 404 },
		{ "POST", "/wsman2", 404 }, { "PUT", "/wsman", 405 },     { "GET", "/wsman", 405 },
		{ "POST", "/wsman", 200 },
	};
	char url[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", run.port, cases[i].path);
		curl_easy_setopt(client, CURLOPT_URL, url);
		curl_easy_setopt(client, CURLOPT_CUSTOMREQUEST, cases[i].method);
		if (running_ask(&run, client, get) != cases[i].status)
			fail_msg("%s %s", cases[i].method, cases[i].path);
	}
	running_order(&run, "set amt web_ui no");
	curl_easy_setopt(client, CURLOPT_CUSTOMREQUEST, "GET");
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", run.port);
	curl_easy_setopt(client, CURLOPT_URL, url);
	assert_int_equal(running_ask(&run, client, get), 404);
}

static void the_server_header_is_long_short_or_absent(void **state)
{
	static const struct {
		const char *order, *header; /* NULL: none */
	} cases[] = {
		{ "set amt server_header full",
		  "\r\nServer: Intel(R) Active Management Technology 12.0.67\r\n" },
		{ "set amt server_header short", "\r\nServer: AMT\r\n" },
		{ "set amt server_header none", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		running_order(&run, cases[i].order);
		text_clear(&heads);
		assert_int_equal(running_ask(&run, client, get), 200);
		if (cases[i].header)
			assert_non_null(strstr(heads.bytes, cases[i].header));
		else
			assert_null(strstr(heads.bytes, "Server:"));
	}
}

static int dial(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(run.port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval limit = { .tv_sec = 5 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void an_idle_connection_is_closed(void **state)
{
	char byte;
	int fd;

	(void)state;
	running_order(&run, "set amt idle_s 1");
	fd = dial();
	assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	close(fd);
}

/* The address lapsed: what a client meets is a choice. */
static void a_dark_device_is_silent_or_resets_until_it_has_an_address_again(void **state)
{
	(void)state;
	running_order(&run, "set amt lease_s 600");
	running_order(&run, "foreign amt action drop");
	assert_int_equal(running_ask(&run, client, get), 200);
	running_order(&run, "clock 600");
	curl_easy_setopt(client, CURLOPT_TIMEOUT_MS, 300L);
	assert_int_equal(running_ask(&run, client, get), 0);
	running_order(&run, "set amt dark_form reset");
	curl_easy_setopt(client, CURLOPT_TIMEOUT_MS, 5000L);
	assert_int_equal(running_ask(&run, client, get), 0);
	assert_non_null(strstr(running_order(&run, "status amt"), "dark yes"));
	running_order(&run, "unbind amt agent");
	assert_int_equal(running_ask(&run, client, get), 200);
}

static void an_answer_may_be_cut_inside_a_letter(void **state)
{
	static const char named[] = "h\xC3\xA9h\xC3\xA9-\xE2\x82\xAC";
	unsigned i;

	(void)state;
	running_order(&run, "set amt chunking tiny");
	assert_int_equal(running_ask(&run, client,
				     ENVELOPE(TRANSFER "Put", AMT "AMT_GeneralSettings", "",
					      "<AMT_GeneralSettings xmlns=\"" AMT
					      "AMT_GeneralSettings\"><HostName>h\xC3\xA9h\xC3\xA9-"
					      "\xE2\x82\xAC</HostName></AMT_GeneralSettings>")),
			 200);
	for (i = 0; i < 20; i++) { /* other boundaries each time */
		assert_int_equal(running_ask(&run, client, get), 200);
		assert_non_null(strstr(run.answer.bytes, named));
	}
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, open_run, close_run)
	const struct CMUnitTest tests[] = {
		CASE(only_post_to_wsman_is_served),
		CASE(the_server_header_is_long_short_or_absent),
		CASE(an_idle_connection_is_closed),
		CASE(a_dark_device_is_silent_or_resets_until_it_has_an_address_again),
		CASE(an_answer_may_be_cut_inside_a_letter),
	};

	return cmocka_run_group_tests_name("amtsim transport", tests, NULL, NULL);
}
