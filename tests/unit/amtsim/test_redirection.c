/* SPDX-License-Identifier: Apache-2.0 */
/* Serial over LAN as a console speaks it, over loopback. */
#include "tests/amtsim/redirection.h"

#include "tests/amtsim/httpauth.h"
#include "tests/unit/amtsim/running.h"

static struct running run;
static uint16_t port;

static void open_release(const char *release)
{
	struct device_config config;
	struct knobs knobs;

	device_config_init(&config);
	knobs_init(&knobs);
	text_copy(config.release, sizeof(config.release), release);
	port = config.redirection_port = running_free_port();
	running_start(&run, &config, &knobs);
}

static int open_run(void **state)
{
	(void)state;
	open_release("14.0");
	return 0;
}

static int close_run(void **state)
{
	(void)state;
	running_stop(&run);
	return 0;
}

static int dial(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval limit = { .tv_sec = 5 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void say(int fd, const void *bytes, size_t len)
{
	assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
}

/* Exactly so many bytes, into `bytes`. */
static void hear(int fd, uint8_t *bytes, size_t len)
{
	assert_int_equal(recv(fd, bytes, len, MSG_WAITALL), len);
}

static bool is_closed(int fd)
{
	char byte;

	return recv(fd, &byte, 1, 0) <= 0;
}

static void start_sol(int fd)
{
	uint8_t reply[13];

	say(fd, "\x10\0\0\0SOL ", 8);
	hear(fd, reply, sizeof(reply));
	assert_memory_equal(reply, "\x11\0\0\0\1\0\x0e\0\x57\1\0\0\0", 13);
}

static void put_text(struct text *out, const char *string)
{
	uint8_t len = (uint8_t)strlen(string);

	text_add(out, &len, 1);
	text_add(out, string, len);
}

static void say_auth(int fd, uint8_t type, const struct text *data)
{
	uint8_t head[9] = { 0x13, 0, 0, 0, type, (uint8_t)data->len, (uint8_t)(data->len >> 8) };

	say(fd, head, sizeof(head));
	say(fd, data->bytes, data->len);
}

/* A length byte and that many characters. */
static void hear_text(int fd, char *out, size_t size)
{
	uint8_t len;

	hear(fd, &len, 1);
	assert_true(len < size);
	hear(fd, (uint8_t *)out, len);
	out[len] = '\0';
}

/* Status of the last 0x14. */
static uint8_t log_on(int fd, const char *user, const char *password)
{
	struct httpauth_answer a = {
		.uri = "/RedirectionService", .cnonce = "c", .nc = "00000002", .qop = "auth"
	};
	struct httpauth_request covered = { "POST", "", 0 };
	char qop[16], response[MD5_HEX_BYTES];
	struct text data;
	uint8_t head[9];

	text_init(&data, 1024);
	text_copy(a.username, sizeof(a.username), user);
	put_text(&data, user);
	text_add(&data, "\0\0", 2);
	put_text(&data, a.uri);
	text_add(&data, "\0\0\0\0", 4);
	assert_int_equal(data.len, strlen(user) + 19 + 8);
	say_auth(fd, 4, &data);
	hear(fd, head, sizeof(head));
	assert_memory_equal(head, "\x14\1\0\0\4", 5); /* a challenge */
	hear_text(fd, a.realm, sizeof(a.realm));
	hear_text(fd, a.nonce, sizeof(a.nonce));
	hear_text(fd, qop, sizeof(qop));
	assert_string_equal(qop, "auth");
	assert_int_equal(strlen(a.nonce), 32);
	httpauth_expect(&a, password, &covered, response);
	text_clear(&data);
	put_text(&data, user);
	put_text(&data, a.realm);
	put_text(&data, a.nonce);
	put_text(&data, a.uri);
	put_text(&data, a.cnonce);
	put_text(&data, a.nc);
	put_text(&data, response);
	put_text(&data, a.qop);
	say_auth(fd, 4, &data);
	hear(fd, head, sizeof(head));
	text_fini(&data);
	return head[1];
}

/* MaxTx 10000, TxTimeout 100, overflow 0, HostRx 10000, flush 100, heartbeat in ms. */
static void open_sol(int fd, uint8_t heartbeat_ms)
{
	uint8_t start[24] = "\x20\0\0\0\0\0\0\0\x10\x27\x64\0\0\0\x10\x27\x64\0", reply[23];

	start[18] = heartbeat_ms;
	say(fd, start, sizeof(start));
	hear(fd, reply, sizeof(reply));
	assert_memory_equal(reply, "\x21\0", 2);
}

static void a_console_logs_on_and_the_host_echoes(void **state)
{
	uint8_t bytes[16];
	int fd = dial();

	(void)state;
	start_sol(fd);
	assert_int_equal(log_on(fd, "admin", "P@ssw0rd"), 0);
	open_sol(fd, 0);
	hear(fd, bytes, 10);
	assert_int_equal(bytes[0], 0x29);
	assert_int_equal(bytes[9], 4); /* the host is on */
	say(fd, "\x28\0\0\0\0\0\0\0\3\0abc", 13);
	hear(fd, bytes, 13);
	assert_memory_equal(bytes, "\x2a\0\0\0\1\0\0\0\3\0abc", 13);
	say(fd, "\x2b\0\0\0\0\0\0\0\x27\0\0\0\0\0\0\0\0\0\x1b\0\0\0", 22); /* no answer to these */
	say(fd, "\x24\0\0\0\0\0\0\0", 8);
	hear(fd, bytes, 8);
	assert_int_equal(bytes[0], 0x25);
	say(fd, "\x22\0\0\0\0\0\0\0", 8);
	hear(fd, bytes, 8);
	assert_int_equal(bytes[0], 0x23);
	say(fd, "\x12\0\0\0", 4);
	assert_true(is_closed(fd));
	close(fd);
}

static void heartbeats_come_as_asked_for(void **state)
{
	uint8_t bytes[10];
	unsigned i;
	int fd = dial();

	(void)state;
	start_sol(fd);
	assert_int_equal(log_on(fd, "admin", "P@ssw0rd"), 0);
	open_sol(fd, 50);
	hear(fd, bytes, 10);
	for (i = 0; i < 3; i++) {
		hear(fd, bytes, 8);
		assert_int_equal(bytes[0], 0x2B);
		assert_int_equal(bytes[4], i + 1); /* the sequence grows */
	}
	close(fd);
}

static void who_may_not_is_turned_away(void **state)
{
	uint8_t reply[4];
	int fd = dial(), second;

	(void)state;
	start_sol(fd);
	second = dial();
	say(second, "\x10\0\0\0SOL ", 8);
	hear(second, reply, 4);
	assert_memory_equal(reply, "\x11\2\0\0", 4); /* busy */
	assert_true(is_closed(second));
	close(second);
	assert_int_equal(log_on(fd, "admin", "wrong"), 1);
	assert_true(is_closed(fd));
	close(fd);
	fd = dial();
	say(fd, "\x10\0\0\0IDER", 8);
	hear(fd, reply, 4);
	assert_memory_equal(reply, "\x11\3\0\0", 4); /* unsupported */
	close(fd);
	fd = dial();
	start_sol(fd);
	say(fd, "\x28\0\0\0\0\0\0\0\3\0abc", 13); /* before logon */
	assert_true(is_closed(fd));
	close(fd);
}

static void the_switches_of_the_service_count(void **state)
{
	static const char off[] = ENVELOPE(
		AMT "AMT_RedirectionService/RequestStateChange", AMT "AMT_RedirectionService", "",
		"<RequestStateChange_INPUT xmlns=\"" AMT "AMT_RedirectionService\">"
		"<RequestedState>32769</RequestedState></RequestStateChange_INPUT>");
	static const char deaf[] =
		ENVELOPE(TRANSFER "Put", AMT "AMT_RedirectionService", "",
			 "<AMT_RedirectionService xmlns=\"" AMT "AMT_RedirectionService\">"
			 "<ListenerEnabled>false</ListenerEnabled></AMT_RedirectionService>");
	CURL *client = running_client(&run, false, "admin:P@ssw0rd");
	uint8_t reply[4];
	int fd;

	(void)state;
	assert_int_equal(running_ask(&run, client, off), 200); /* IDE-R only */
	fd = dial();
	say(fd, "\x10\0\0\0SOL ", 8);
	hear(fd, reply, 4);
	assert_memory_equal(reply, "\x11\3\0\0", 4);
	close(fd);
	assert_int_equal(running_ask(&run, client, deaf), 200);
	fd = dial();
	assert_true(is_closed(fd));
	close(fd);
	curl_easy_cleanup(client);
}

static void a_password_in_clear_text_is_for_old_firmware(void **state)
{
	static const struct {
		const char *release, *types;
		uint8_t types_len, status;
	} cases[] = { { "11.8", "\1\4", 2, 0 }, { "12.0", "\4", 1, 2 } };
	uint8_t bytes[16];
	struct text data;
	size_t i;

	(void)state;
	text_init(&data, 256);
	put_text(&data, "admin");
	put_text(&data, "P@ssw0rd");
	for (i = 0; i < 2; i++) {
		int fd;

		running_stop(&run);
		open_release(cases[i].release);
		fd = dial();
		say(fd, "\x10\0\0\0SOL ", 8);
		hear(fd, bytes, 13);
		say(fd, "\x13\0\0\0\0\0\0\0\0", 9);
		hear(fd, bytes, 9u + cases[i].types_len);
		assert_int_equal(bytes[5], cases[i].types_len);
		assert_memory_equal(bytes + 9, cases[i].types, cases[i].types_len);
		say_auth(fd, 1, &data);
		hear(fd, bytes, 9);
		if (bytes[1] != cases[i].status)
			fail_msg("%s: %u", cases[i].release, bytes[1]);
		close(fd);
	}
	text_fini(&data);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, open_run, close_run)
	const struct CMUnitTest tests[] = {
		CASE(a_console_logs_on_and_the_host_echoes),
		CASE(heartbeats_come_as_asked_for),
		CASE(who_may_not_is_turned_away),
		CASE(the_switches_of_the_service_count),
		CASE(a_password_in_clear_text_is_for_old_firmware),
	};

	return cmocka_run_group_tests_name("amtsim redirection", tests, NULL, NULL);
}
