/* SPDX-License-Identifier: Apache-2.0 */
/* The whole simulator over loopback: a child process serves one device, the test talks HTTP with
 * digest to it and gives orders over its control socket. */
#include "tests/amtsim/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/amtsim/console.h"
#include "tests/amtsim/rack.h"
#include "tests/amtsim/httpauth.h"
#include "tests/amtsim/net.h"
#include "tests/amtsim/text.h"
#include "tests/unit/amtsim/wire.h"

#define RECEIVE_TIMEOUT_S 5
#define ANSWER_MAX_BYTES  65536

static char folder[] = "/tmp/amtsim-test-XXXXXX";
static char control_path[64];
static uint16_t port;
static pid_t child;

/* --- the child --- */

static uint16_t free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	close(fd);
	return ntohs(address.sin_port);
}

static void serve(int ready_fd)
{
	struct net *net = net_new();
	struct rack *rack = rack_new();
	struct server *server = server_new(net, NULL);
	struct console *console = console_new(net, rack);
	struct device_config config;
	struct knobs knobs;
	const char *why;
	int ok;

	device_config_init(&config);
	knobs_init(&knobs);
	config.port = port;
	rack_add(rack, device_new(&config, &knobs, net_now_ns(net), &why));
	ok = server_add(server, rack_device(rack, 0)) == 0 &&
	     console_listen(console, control_path) == 0;
	if (ok && write(ready_fd, "r", 1) == 1)
		net_run(net);
	net_free(net);
	console_free(console);
	server_free(server);
	rack_free(rack);
	_exit(ok ? 0 : 1);
}

static int start(void **state)
{
	int ends[2];
	char ready;

	(void)state;
	if (!mkdtemp(folder) || pipe(ends) < 0)
		return -1;
	snprintf(control_path, sizeof(control_path), "%s/control", folder);
	port = free_port();
	child = fork();
	if (child == 0) {
		close(ends[0]);
		serve(ends[1]);
	}
	close(ends[1]);
	if (read(ends[0], &ready, 1) != 1)
		return -1;
	close(ends[0]);
	return 0;
}

static int connect_to(const struct sockaddr *address, socklen_t len)
{
	struct timeval limit = { .tv_sec = RECEIVE_TIMEOUT_S };
	int fd = socket(address->sa_family, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	assert_int_equal(connect(fd, address, len), 0);
	return fd;
}

/* Sends one line, returns everything up to "ok" or "error", in `out`. */
static void order(const char *line, struct text *out)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char bytes[4096];
	ssize_t got;
	int fd;

	assert_true(text_copy(address.sun_path, sizeof(address.sun_path), control_path));
	fd = connect_to((struct sockaddr *)&address, sizeof(address));
	assert_int_equal(send(fd, line, strlen(line), MSG_NOSIGNAL), strlen(line));
	assert_int_equal(send(fd, "\n", 1, MSG_NOSIGNAL), 1);
	shutdown(fd, SHUT_WR);
	while ((got = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		text_add(out, bytes, (size_t)got);
	close(fd);
}

static void must_obey(const char *line)
{
	struct text out;

	text_init(&out, 1 << 20);
	order(line, &out);
	if (out.len < 3 || strcmp(out.bytes + out.len - 3, "ok\n") != 0)
		fail_msg("%s: %s", line, out.bytes);
	text_fini(&out);
}

static int stop(void **state)
{
	int status;

	(void)state;
	must_obey("quit");
	waitpid(child, &status, 0);
	rmdir(folder);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int clear(void **state)
{
	(void)state;
	must_obey("clear amt");
	return 0;
}

/* --- the client --- */

struct answer {
	struct text head, body; /* body with its chunks undone */
	unsigned status;
	bool complete;
	int error; /* errno of a broken connection */
};

static int dial(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return connect_to((struct sockaddr *)&address, sizeof(address));
}

static void answer_init(struct answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	text_init(&answer->head, ANSWER_MAX_BYTES);
	text_init(&answer->body, ANSWER_MAX_BYTES);
}

static void answer_fini(struct answer *answer)
{
	text_fini(&answer->head);
	text_fini(&answer->body);
}

static bool take_byte(int fd, struct answer *answer, char *byte)
{
	ssize_t got = recv(fd, byte, 1, 0);

	if (got < 0)
		answer->error = errno;
	return got == 1;
}

static bool take_bytes(int fd, struct answer *answer, size_t n)
{
	char byte;

	while (n-- > 0) {
		if (!take_byte(fd, answer, &byte))
			return false;
		text_add(&answer->body, &byte, 1);
	}
	return true;
}

static bool take_line(int fd, struct answer *answer, struct text *line)
{
	char byte;

	text_clear(line);
	do {
		if (!take_byte(fd, answer, &byte))
			return false;
		text_add(line, &byte, 1);
	} while (byte != '\n');
	return true;
}

static bool take_chunks(int fd, struct answer *answer, struct text *line)
{
	size_t size;

	do {
		if (!take_line(fd, answer, line))
			return false;
		size = strtoul(line->bytes, NULL, 16);
		if (!take_bytes(fd, answer, size) || !take_line(fd, answer, line))
			return false;
	} while (size > 0);
	return true;
}

static void take_answer(int fd, struct answer *answer)
{
	const char *length;
	struct text line;

	text_init(&line, ANSWER_MAX_BYTES);
	while (take_line(fd, answer, &line) && strcmp(line.bytes, "\r\n") != 0)
		text_add(&answer->head, line.bytes, line.len);
	if (answer->head.len > 12)
		answer->status = (unsigned)strtoul(answer->head.bytes + 9, NULL, 10);
	length = strstr(answer->head.bytes, "Content-Length: ");
	if (strstr(answer->head.bytes, "Transfer-Encoding: chunked"))
		answer->complete = take_chunks(fd, answer, &line);
	else if (length)
		answer->complete = take_bytes(fd, answer, strtoul(length + 16, NULL, 10));
	text_fini(&line);
}

static void post(int fd, const char *authorization, const char *body)
{
	struct text out;

	text_init(&out, ANSWER_MAX_BYTES);
	text_printf(&out, "POST /wsman HTTP/1.1\r\nHost: x\r\n%sContent-Length: %zu\r\n\r\n%s",
		    authorization, strlen(body), body);
	assert_int_equal(send(fd, out.bytes, out.len, MSG_NOSIGNAL), out.len);
	text_fini(&out);
}

static void copy_quoted(const struct answer *answer, const char *name, char *out, size_t size)
{
	const char *at = strstr(answer->head.bytes, name);
	size_t len;

	assert_non_null(at);
	at += strlen(name) + 2;
	len = strcspn(at, "\"");
	assert_true(len < size);
	memcpy(out, at, len);
	out[len] = '\0';
}

struct login {
	char realm[64], nonce[64];
	uint32_t count;
};

static void ask_nonce(struct login *login)
{
	struct answer answer;
	int fd = dial();

	answer_init(&answer);
	post(fd, "", "<x/>");
	take_answer(fd, &answer);
	assert_int_equal(answer.status, 401);
	assert_true(answer.complete);
	copy_quoted(&answer, "realm", login->realm, sizeof(login->realm));
	copy_quoted(&answer, "nonce", login->nonce, sizeof(login->nonce));
	login->count = 0;
	answer_fini(&answer);
	close(fd);
}

static void post_as(int fd, struct login *login, const char *body)
{
	struct httpauth_request request = { "POST", body, strlen(body) };
	struct httpauth_answer a = {
		.username = "admin", .uri = "/wsman", .cnonce = "c", .qop = "auth"
	};
	char expected[MD5_HEX_BYTES], header[512];

	text_copy(a.realm, sizeof(a.realm), login->realm);
	text_copy(a.nonce, sizeof(a.nonce), login->nonce);
	snprintf(a.nc, sizeof(a.nc), "%08x", ++login->count);
	httpauth_expect(&a, "P@ssw0rd", &request, expected);
	snprintf(
		header, sizeof(header),
		"Authorization: Digest username=\"admin\",realm=\"%s\",nonce=\"%s\",uri=\"/wsman\","
		"cnonce=\"c\",nc=%s,qop=auth,response=\"%s\"\r\n",
		a.realm, a.nonce, a.nc, expected);
	post(fd, header, body);
}

/* One logged-on request on a connection of its own. */
static void ask(const char *body, struct answer *answer)
{
	struct login login;
	int fd;

	ask_nonce(&login);
	fd = dial();
	answer_init(answer);
	post_as(fd, &login, body);
	take_answer(fd, answer);
	close(fd);
}

/* --- the tests --- */

static const char get[] = GET(AMT "AMT_GeneralSettings", "");
static const char create[] = ETHER_FILTER("f", "<HdrProtocolID8021>2054</HdrProtocolID8021>");

static void strangers_get_a_401_and_are_cut_off(void **state)
{
	struct answer answer;
	int fd = dial();
	char byte;

	(void)state;
	answer_init(&answer);
	post(fd, "", get);
	take_answer(fd, &answer);
	assert_int_equal(answer.status, 401);
	assert_non_null(strstr(answer.head.bytes, "\r\nWWW-Authenticate: Digest realm=\"Digest:"));
	assert_non_null(strstr(answer.head.bytes, ",stale=\"false\",qop=\"auth\"\r\n"));
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	answer_fini(&answer);
	close(fd);
}

static void the_root_leads_to_the_logon_page(void **state)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
	struct answer answer;
	int fd = dial();

	(void)state;
	answer_init(&answer);
	assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
	take_answer(fd, &answer);
	assert_int_equal(answer.status, 303);
	assert_non_null(strstr(answer.head.bytes, "Location: /logon.htm\r\n"));
	assert_int_equal(answer.body.len, 0);
	answer_fini(&answer);
	close(fd);
}

static void a_connection_serves_several_requests(void **state)
{
	struct login login;
	unsigned i;
	int fd;

	(void)state;
	ask_nonce(&login);
	fd = dial();
	for (i = 0; i < 3; i++) {
		struct answer answer;

		answer_init(&answer);
		post_as(fd, &login, get);
		take_answer(fd, &answer);
		assert_int_equal(answer.status, 200);
		assert_true(answer.complete);
		assert_non_null(strstr(answer.body.bytes, login.realm));
		answer_fini(&answer);
	}
	close(fd);
}

static void a_request_may_arrive_byte_by_byte(void **state)
{
	static const char request[] =
		"POST /wsman HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n<x/>";
	struct answer answer;
	int fd = dial();
	size_t i;

	(void)state;
	answer_init(&answer);
	for (i = 0; i < strlen(request); i++)
		assert_int_equal(send(fd, request + i, 1, MSG_NOSIGNAL), 1);
	take_answer(fd, &answer);
	assert_int_equal(answer.status, 401);
	answer_fini(&answer);
	close(fd);
}

static void the_nonce_may_go_at_any_moment(void **state)
{
	struct login login;
	struct answer answer;
	int fd;

	(void)state;
	ask_nonce(&login);
	must_obey("nonces amt");
	fd = dial();
	answer_init(&answer);
	post_as(fd, &login, get);
	take_answer(fd, &answer);
	assert_int_equal(answer.status, 401);
	answer_fini(&answer);
	close(fd);
}

static unsigned long filters(void)
{
	struct text out;
	const char *at;
	unsigned long n = 0;

	text_init(&out, 1 << 20);
	order("objects amt", &out);
	for (at = out.bytes; (at = strstr(at, "filter ")); at++)
		n++;
	text_fini(&out);
	return n;
}

static void mishaps_hit_the_answer_and_only_late_ones_execute(void **state)
{
	static const struct {
		const char *order;
		unsigned status;
		bool complete, reset, executed;
	} cases[] = {
		{ "fault amt reset-before", 0, false, true, false },
		{ "fault amt 401", 401, true, false, false },
		{ "fault amt html400", 400, true, false, false },
		{ "fault amt status 16", 500, true, false, false },
		{ "fault amt not-ready", 500, true, false, false },
		{ "fault amt reset-after", 0, false, true, true },
		{ "fault amt reset-midway", 200, false, true, true },
		{ "fault amt empty200", 200, true, false, true },
		{ "fault amt truncate", 200, false, false, true },
		{ "fault amt wrong-length", 200, false, false, true },
		{ "fault amt garbage", 200, true, false, true },
		{ "fault amt slow 20", 200, true, false, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned long before = filters();
		struct answer answer;

		must_obey(cases[i].order);
		ask(create, &answer);
		if (answer.status != cases[i].status || answer.complete != cases[i].complete ||
		    (answer.error == ECONNRESET) != cases[i].reset ||
		    (filters() == before + 1) != cases[i].executed)
			fail_msg("%s: status %u complete %d error %d", cases[i].order,
				 answer.status, answer.complete, answer.error);
		answer_fini(&answer);
	}
}

static void too_many_connections_are_closed(void **state)
{
	int fds[4];
	ssize_t got;
	char byte;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		fds[i] = dial();
	got = recv(fds[3], &byte, 1, 0);
	assert_true(got == 0 || (got < 0 && errno == ECONNRESET));
	assert_int_equal(recv(fds[0], &byte, 1, MSG_DONTWAIT), -1);
	for (i = 0; i < 4; i++)
		close(fds[i]);
}

static void frames_are_judged_in_the_order_they_come(void **state)
{
	struct text out;

	(void)state;
	must_obey("foreign amt precedence 7 action drop");
	text_init(&out, 1 << 20);
	order("frame amt tx ffffffffffff0200000000010806\nframe amt tx 00\n"
	      "frame nobody tx ffffffffffff0200000000010806\n"
	      "frame amt rx ffffffffffff0200000000010806",
	      &out);
	assert_string_equal(out.bytes, "drop default\nerror a frame is at least 14 bytes of hex\n"
				       "error no such device\ndrop default\n");
	text_clear(&out);
	must_obey("unbind amt agent");
	order("frame amt tx ffffffffffff0200000000010806", &out);
	assert_string_equal(out.bytes, "pass no-policy\n");
	text_fini(&out);
}

static void a_wrong_order_is_explained(void **state)
{
	static const char *const wrong[] = { "nonsense",       "status",
					     "status nobody",  "fault amt x",
					     "fault amt slow", "fault amt 401 at 0",
					     "set amt x 1",    "set amt lock_after many",
					     "clock later",    "mode amt x" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct text out;

		text_init(&out, 4096);
		order(wrong[i], &out);
		if (strncmp(out.bytes, "error ", 6) != 0)
			fail_msg("%s: %s", wrong[i], out.bytes);
		text_fini(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strangers_get_a_401_and_are_cut_off),
		cmocka_unit_test(the_root_leads_to_the_logon_page),
		cmocka_unit_test(a_connection_serves_several_requests),
		cmocka_unit_test(a_request_may_arrive_byte_by_byte),
		cmocka_unit_test(the_nonce_may_go_at_any_moment),
		cmocka_unit_test_teardown(mishaps_hit_the_answer_and_only_late_ones_execute, clear),
		cmocka_unit_test(too_many_connections_are_closed),
		cmocka_unit_test(frames_are_judged_in_the_order_they_come),
		cmocka_unit_test(a_wrong_order_is_explained),
	};

	return cmocka_run_group_tests_name("amtsim server", tests, start, stop);
}
