/* SPDX-License-Identifier: Apache-2.0 */
/* Pins and chains against another implementation: the openssl program, where there is one (else skipped). */
#include "core/base/fetch.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/num.h"
#include "core/base/secret.h"
#include "core/base/units.h"

#define P256 "ec_paramgen_curve:prime256v1"
#define P384 \
	"ec_paramgen_curve:secp384r1" /* firmware from release 22 on (amt-system-defense.md 1.2) */

/* `openssl s_server` hands us what the client sends and sends what we write. */
struct tls_server {
	char directory[64], key[96], certificate[96], port_text[8];
	bool ask_client;
	pid_t child;
	int to, from;
	uint8_t pin[32];
};

static bool make_certificate(struct tls_server *t, const char *curve)
{
	int status = -1, null;
	pid_t child;

	snprintf(t->directory, sizeof(t->directory), "/tmp/cordon-fetch-XXXXXX");
	assert_non_null(mkdtemp(t->directory));
	snprintf(t->key, sizeof(t->key), "%s/key", t->directory);
	snprintf(t->certificate, sizeof(t->certificate), "%s/certificate", t->directory);
	child = fork();
	if (child == 0) {
		null = open("/dev/null", O_RDWR);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execlp("openssl", "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", curve,
		       "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
		       "subjectAltName=IP:127.0.0.1", "-keyout", t->key, "-out", t->certificate,
		       (char *)NULL);
		_exit(127);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The digest as another program computes it: `openssl x509 -fingerprint -sha256`. */
static void read_pin(struct tls_server *t)
{
	char text[256] = "", hex[65], *at;
	int out[2];
	pid_t child;
	size_t used = 0;

	assert_int_equal(pipe(out), 0);
	child = fork();
	if (child == 0) {
		dup2(out[1], STDOUT_FILENO);
		execlp("openssl", "openssl", "x509", "-in", t->certificate, "-noout",
		       "-fingerprint", "-sha256", (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	assert_true(read(out[0], text, sizeof(text) - 1) > 0);
	close(out[0]);
	waitpid(child, NULL, 0);
	at = strchr(text, '=');
	assert_non_null(at);
	for (at++; *at && used < 64; at++)
		if (*at != ':')
			hex[used++] = *at;
	hex[used] = '\0';
	assert_true(num_hex(hex, t->pin, 32));
}

/* A port that was free a moment ago. */
static uint16_t free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	close(fd);
	return ntohs(address.sin_port);
}

static void start_tls_server(struct tls_server *t, const char *option)
{
	int in[2], out[2], null;
	char line[64] = "";

	snprintf(t->port_text, sizeof(t->port_text), "%u", free_port());
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	t->child = fork();
	if (t->child == 0) {
		null = open("/dev/null", O_WRONLY);
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execlp("openssl", "openssl", "s_server", "-accept", t->port_text, "-key", t->key,
		       "-cert", t->certificate, "-cipher", "DEFAULT@SECLEVEL=0", option,
		       t->ask_client ? "-Verify" : (char *)NULL, "1", "-verify_return_error",
		       "-CAfile", t->certificate, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	t->to = in[1];
	t->from = out[0];
	while (!strstr(line, "ACCEPT")) {
		ssize_t got = read(t->from, line, sizeof(line) - 1);

		assert_true(got > 0);
		line[got] = '\0';
	}
}

static void stop_tls_server(struct tls_server *t)
{
	kill(t->child, SIGKILL);
	waitpid(t->child, NULL, 0);
	close(t->to);
	close(t->from);
}

static void remove_certificate(struct tls_server *t)
{
	unlink(t->key);
	unlink(t->certificate);
	rmdir(t->directory);
}

struct stage {
	struct loop *loop;
	struct fetch *fetch;
	struct tls_server *server;
	struct watch *watch;
	struct timer *guard;
	struct buf seen; /* what reached the server */
	char url[64];
	unsigned done, requests;
	int rc;
	bool sent;
	unsigned why;
	char error[512];
};

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static unsigned count(const char *text, const char *what)
{
	unsigned found = 0;

	while ((text = strstr(text, what)) != NULL) {
		found++;
		text += strlen(what);
	}
	return found;
}

static void server_speaks(void *arg, int fd, unsigned ready)
{
	struct stage *s = arg;
	char bytes[4096];
	ssize_t got = read(fd, bytes, sizeof(bytes));

	(void)ready;
	if (got <= 0)
		return;
	buf_append(&s->seen, bytes, (size_t)got);
	while (count(s->seen.text, "<wish/>") > s->requests) {
		s->requests++;
		assert_int_equal(write(s->server->to, ANSWER, strlen(ANSWER)), strlen(ANSWER));
	}
}

static void too_slow(void *arg)
{
	struct stage *s = arg;

	loop_stop(s->loop);
}

static void open_stage(struct stage *s, struct tls_server *t, const char *server_option)
{
	*s = (struct stage){ .loop = loop_new(), .server = t };
	s->fetch = fetch_new(s->loop, 4);
	start_tls_server(t, server_option);
	buf_init(&s->seen, 1 << 16);
	s->watch = loop_watch(s->loop, t->from, LOOP_READ, server_speaks, s);
	s->guard = loop_timer(s->loop, too_slow, s);
	timer_after_ns(s->guard, 10 * NS_PER_S);
	snprintf(s->url, sizeof(s->url), "https://127.0.0.1:%s/wsman", t->port_text);
}

static void close_stage(struct stage *s)
{
	fetch_free(s->fetch);
	watch_free(s->watch);
	timer_free(s->guard);
	buf_fini(&s->seen);
	loop_free(s->loop);
	stop_tls_server(s->server);
}

static void done(void *arg, const struct fetch_answer *a)
{
	struct stage *s = arg;

	s->done++;
	s->rc = a->rc;
	s->sent = a->sent;
	s->why = a->why;
	snprintf(s->error, sizeof(s->error), "%s", a->err->text);
	loop_stop(s->loop);
}

static void post_and_run(struct stage *s, struct fetch_origin *origin)
{
	unsigned before = s->done;

	fetch_post(origin, "text/xml", "<wish/>", 7, done, s);
	loop_run(s->loop);
	assert_int_equal(s->done, before + 1);
}

static const struct tls_case {
	const char *name, *server_option;
	enum fetch_tls tls;
	bool pin_matches, ca_given, works;
} tls_cases[] = {
	{ "the pinned certificate", "-tls1_3", FETCH_TLS_PIN, true, false, true },
	{ "the pinned certificate, TLS 1.2", "-tls1_2", FETCH_TLS_PIN, true, false, true },
	{ "another certificate", "-tls1_3", FETCH_TLS_PIN, false, false, false },
	{ "another certificate, TLS 1.2", "-tls1_2", FETCH_TLS_PIN, false, false, false },
	{ "TLS 1.0 without leave", "-tls1", FETCH_TLS_PIN, true, false, false },
	{ "TLS 1.0 with leave", "-tls1", FETCH_TLS_LEGACY_PIN, true, false, true },
	{ "TLS 1.0 with leave, another certificate", "-tls1", FETCH_TLS_LEGACY_PIN, false, false,
	  false },
	{ "a chain we trust", "-tls1_3", FETCH_TLS_VERIFY, true, true, true },
	{ "a chain we do not trust", "-tls1_3", FETCH_TLS_VERIFY, true, false, false },
};

static void run_tls_case(struct tls_server *t, const struct tls_case *c)
{
	struct fetch_target target = { .tls = c->tls,
				       .connect_timeout_ms = 2000,
				       .answer_timeout_ms = 5000,
				       .answer_max_bytes = 200 };
	struct fetch_origin *origin;
	struct stage s;

	open_stage(&s, t, c->server_option);
	target.url = s.url;
	target.ca_file = c->ca_given ? t->certificate : NULL;
	memcpy(target.pin_sha256, t->pin, sizeof(t->pin));
	target.pin_sha256[31] ^= !c->pin_matches;
	origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, origin);
	if ((s.rc == 0) != c->works)
		fail_msg("%s: rc %d, %s", c->name, s.rc, s.error);
	assert_int_equal(s.sent, c->works);
	assert_int_equal(s.why, c->works ? FETCH_WHY_OTHER : FETCH_WHY_UNTRUSTED);
	if (!c->works) { /* let anything that was sent arrive */
		timer_after_ns(s.guard, 50 * NS_PER_MS);
		loop_run(s.loop);
	}
	assert_int_equal(count(s.seen.text, "POST "), c->works ? 1 : 0);
	if (!c->pin_matches)
		assert_non_null(strstr(s.error, "not the pinned one"));
	fetch_origin_free(origin);
	close_stage(&s);
}

static struct tls_server *tls_server_or_skip(const char *curve)
{
	struct tls_server *t = mem_alloc(sizeof(*t));

	if (!make_certificate(t, curve)) {
		remove_certificate(t);
		mem_free(t);
		skip();
	}
	read_pin(t);
	return t;
}

static void nothing_is_sent_unless_the_certificate_is_right(void **state)
{
	struct tls_server *t = tls_server_or_skip(P256);

	(void)state;
	for (size_t i = 0; i < sizeof(tls_cases) / sizeof(tls_cases[0]); i++)
		run_tls_case(t, &tls_cases[i]);
	remove_certificate(t);
	mem_free(t);
}

static void certificates_on_secp384r1_are_pinned_alike(void **state)
{
	struct tls_server *t = tls_server_or_skip(P384);

	(void)state;
	for (size_t i = 0; i < sizeof(tls_cases) / sizeof(tls_cases[0]); i++)
		if (tls_cases[i].tls == FETCH_TLS_PIN &&
		    !strstr(tls_cases[i].server_option, "-tls1 "))
			run_tls_case(t, &tls_cases[i]);
	remove_certificate(t);
	mem_free(t);
}

/* The server wants a certificate that its authority signed; ours signs itself and is its own authority. */
static void a_server_that_wants_our_certificate_gets_it(void **state)
{
	static const char *const versions[] = { "-tls1_2", "-tls1_3" };
	struct tls_server *t = tls_server_or_skip(P256);
	char reference[128];
	struct secret *key;

	(void)state;
	snprintf(reference, sizeof(reference), "file:%s", t->key);
	key = secret_resolve(reference, NULL);
	assert_non_null(key);
	t->ask_client = true;
	for (unsigned i = 0; i < 4; i++) {
		struct fetch_target target = { .tls = FETCH_TLS_PIN,
					       .connect_timeout_ms = 2000,
					       .answer_timeout_ms = 5000,
					       .answer_max_bytes = 200 };
		bool shown = i < 2;
		struct fetch_origin *origin;
		struct stage s;

		open_stage(&s, t, versions[i % 2]);
		target.url = s.url;
		memcpy(target.pin_sha256, t->pin, sizeof(t->pin));
		target.certificate_file = shown ? t->certificate : NULL;
		target.key = shown ? key : NULL;
		origin = fetch_origin_new(s.fetch, &target);
		post_and_run(&s, origin);
		if ((s.rc == 0) != shown)
			fail_msg("%s shown %d: rc %d, %s", versions[i % 2], shown, s.rc, s.error);
		assert_int_equal(s.requests, shown);
		fetch_origin_free(origin);
		close_stage(&s);
	}
	secret_free(key);
	remove_certificate(t);
	mem_free(t);
}

/* s_server talks to one client at a time: a second origin that does not share the kept connection of
 * the first has to wait until that is closed, and runs into its timeout. */
static void a_kept_tls_connection_serves_its_origin_alone(void **state)
{
	struct tls_server *t = tls_server_or_skip(P256);
	struct fetch_origin *first, *second;
	struct fetch_target target = { .tls = FETCH_TLS_PIN,
				       .connect_timeout_ms = 300,
				       .answer_timeout_ms = 300,
				       .answer_max_bytes = 200 };
	struct stage s;

	(void)state;
	open_stage(&s, t, "-tls1_3");
	target.url = s.url;
	memcpy(target.pin_sha256, t->pin, sizeof(t->pin));
	first = fetch_origin_new(s.fetch, &target);
	second = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, first);
	assert_int_equal(s.rc, 0);
	post_and_run(&s, first);
	assert_int_equal(s.rc, 0);
	post_and_run(&s, second);
	assert_int_equal(s.rc, ERR_GONE);
	assert_false(s.sent);
	assert_int_equal(count(s.seen.text, "POST "), 2);
	fetch_origin_free(first);
	fetch_origin_free(second);
	close_stage(&s);
	remove_certificate(t);
	mem_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_sent_unless_the_certificate_is_right),
		cmocka_unit_test(certificates_on_secp384r1_are_pinned_alike),
		cmocka_unit_test(a_server_that_wants_our_certificate_gets_it),
		cmocka_unit_test(a_kept_tls_connection_serves_its_origin_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
