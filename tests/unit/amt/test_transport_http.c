/* SPDX-License-Identifier: Apache-2.0 */
/* What goes over the wire around a message: the head of each request, byte for byte (amt-system-defense.md 1.3, 1.4). */
#include "amt/transport_http.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "amt/transport.h"
#include "core/asset/asset.h"
#include "core/base/err.h"
#include "core/base/loop.h"

#define REFUSAL                                                                              \
	"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest "                             \
	"realm=\"Digest:A4070000000000000000000000000000\", "                                \
	"nonce=\"TG2/gM0+AAAAAAAAWYxOdbnKl+MMHffX\",stale=\"false\",qop=\"auth-int, auth\""  \
	"\r\nContent-Type: text/html\r\nServer: AMT\r\nContent-Length: 7\r\nConnection: clo" \
	"se\r\n\r\n<html/>"
#define TAKEN                                                                      \
	"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml; charset=UTF-8\r\n" \
	"Transfer-Encoding: chunked\r\n\r\n0005\r\n<ok/>\r\n0\r\n\r\n"
#define MESSAGE "<wish/>"

struct wire {
	struct loop *loop;
	int heads; /* what the peer read, to here */
	pid_t peer;
	uint16_t port;
	long status;
};

/* Reads a request, passes on its bytes, answers. */
static void answer(int fd, int heads, const char *text)
{
	char bytes[4096];
	size_t length = 0, whole = 0;

	while (!whole || length < whole) {
		ssize_t got = read(fd, bytes + length, sizeof(bytes) - 1 - length);
		const char *end, *said;

		if (got <= 0)
			_exit(1);
		length += (size_t)got;
		bytes[length] = '\0';
		end = strstr(bytes, "\r\n\r\n");
		said = strstr(bytes, "Content-Length: ");
		if (end && said)
			whole = (size_t)(end + 4 - bytes) + strtoul(said + 16, NULL, 10);
	}
	if (write(heads, bytes, length) != (ssize_t)length ||
	    write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		_exit(1);
}

static void be_firmware(int listener, int heads)
{
	int fd = accept(listener, NULL, NULL);

	answer(fd, heads, REFUSAL);
	close(fd);
	fd = accept(listener, NULL, NULL);
	answer(fd, heads, TAKEN);
	answer(fd, heads, TAKEN);
	close(heads);
	pause();
	_exit(0);
}

static void start(struct wire *wire)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), ends[2];

	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 4), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	assert_int_equal(pipe(ends), 0);
	wire->port = ntohs(address.sin_port);
	wire->peer = fork();
	if (wire->peer == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		be_firmware(listener, ends[1]);
	}
	close(ends[1]);
	close(listener);
	wire->heads = ends[0];
}

static void on_done(void *arg, const struct transport_answer *got)
{
	struct wire *wire = arg;

	wire->status = got->rc < 0 ? -1 : (long)got->status;
	loop_stop(wire->loop);
}

static void post(struct wire *wire, const struct transport *transport)
{
	wire->status = 0;
	transport->post(transport->self, MESSAGE, strlen(MESSAGE), on_done, wire);
	loop_run(wire->loop);
	assert_int_equal(wire->status, 200);
}

static void read_all(int fd, char *text, size_t size)
{
	size_t length = 0;
	ssize_t got;

	while ((got = read(fd, text + length, size - 1 - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
}

/* Each run of hex digits behind name=" becomes a star: what is drawn by lot. */
static void hide(char *text, const char *name)
{
	for (char *at = strstr(text, name); at; at = strstr(at, name)) {
		size_t digits;

		at += strlen(name);
		digits = strspn(at, "0123456789abcdef");
		assert_int_equal(digits, 32);
		*at = '*';
		memmove(at + 1, at + digits, strlen(at + digits) + 1);
	}
}

#define HEAD                                                            \
	"POST /wsman HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAccept: */*\r\n" \
	"Content-Type: application/soap+xml;charset=UTF-8\r\n"
#define LOGON(nc)                                                                          \
	"Authorization: Digest username=\"admin\", "                                       \
	"realm=\"Digest:A4070000000000000000000000000000\", "                              \
	"nonce=\"TG2/gM0+AAAAAAAAWYxOdbnKl+MMHffX\", uri=\"/wsman\", cnonce=\"*\", nc=" nc \
	", qop=auth, response=\"*\"\r\n"

/* No Expect, no Transfer-Encoding, no Connection; nc and qop bare, the rest quoted. */
static void each_head_is_the_one_that_firmware_is_known_to_take(void **state)
{
	struct asset asset = { .name = "pc1",
			       .amt = { .present = true,
					.address = "127.0.0.1",
					.tls = ASSET_TLS_NONE,
					.user = "admin",
					.password_ref = "env:CORDON_TEST_PASSWORD" } };
	struct transport_source source;
	struct transport_http http;
	struct transport transport;
	struct wire wire = { .status = 0 };
	char heads[8192], wanted[2048];

	(void)state;
	setenv("CORDON_TEST_PASSWORD", "P@ssw0rd", 1);
	start(&wire);
	asset.amt.port = wire.port;
	wire.loop = loop_new();
	transport_http_init(&http, wire.loop, 4);
	http.connect_timeout_ms = http.answer_timeout_ms = 5000;
	source = transport_http_source(&http);
	assert_int_equal(source.open(source.arg, &asset, &transport, NULL), 0);
	post(&wire, &transport);
	post(&wire, &transport);
	read_all(wire.heads, heads, sizeof(heads));
	hide(heads, "cnonce=\"");
	hide(heads, "response=\"");
	snprintf(wanted, sizeof(wanted),
		 HEAD "Content-Length: 0\r\n\r\n" HEAD LOGON(
			 "00000001") "Content-Length: 7\r\n\r\n" MESSAGE HEAD
			 LOGON("00000002") "Content-Length: 7\r\n\r\n" MESSAGE,
		 wire.port, wire.port, wire.port);
	assert_string_equal(heads, wanted);
	transport.close(transport.self);
	transport_http_fini(&http);
	loop_free(wire.loop);
	close(wire.heads);
	kill(wire.peer, SIGKILL);
	waitpid(wire.peer, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_head_is_the_one_that_firmware_is_known_to_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
