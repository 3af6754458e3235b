/* SPDX-License-Identifier: Apache-2.0 */
/* What sits at a machine's address and means ill: every answer here is refused within the stated limits (1 MiB of body, 64 KiB of
 * headers, 32 levels, the answer's time) and leaves the process no larger.  The server is a process of its own that says
 * one thing to everybody; the client tries to isolate the machine, reading it first. */
#include "amt/amt.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/asset/asset.h"
#include "core/base/err.h"
#include "core/base/loop.h"
#include "core/base/units.h"
#include "tests/torture/bench.h"

#define ANSWER_TIMEOUT_MS 400
#define ENDS_WITHIN_S     8    /* a challenge, a request and a repetition, each within its time */
#define GROWTH_MAX_KIB    6144 /* an answer of 1 MiB while it grows, and what is read of it */
#define OK_HEAD           "HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml; charset=UTF-8\r\n"
#define ENVELOPE \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?><a:Envelope xmlns:a=\"http://www.w3.org/2003/05/soap-envelope\">"

/* ---- the server --------------------------------------------------------------------------------- */

/* False when the client has had enough. */
static bool say(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t sent = send(fd, text, left, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		text += sent;
		left -= (size_t)sent;
	}
	return true;
}

static void repeat(int fd, const char *text, size_t times)
{
	static char block[65536];
	size_t length = strlen(text), many = sizeof(block) / length - 1;

	if (times < many)
		many = times;
	block[0] = '\0';
	for (size_t i = 0; i < many; i++)
		memcpy(block + i * length, text, length + 1);
	while (times >= many && say(fd, block))
		times -= many;
	if (times < many)
		while (times-- && say(fd, text))
			;
}

static void drip(int fd, const char *text)
{
	struct timespec nap = { .tv_nsec = 20000000 };
	char one[2] = "";

	for (;;)
		for (const char *at = text; *at; at++) {
			one[0] = *at;
			if (!say(fd, one))
				return;
			nanosleep(&nap, NULL);
		}
}

static void body(int fd, const char *text)
{
	char head[128];

	snprintf(head, sizeof(head), OK_HEAD "Content-Length: %zu\r\n\r\n", strlen(text));
	if (say(fd, head))
		say(fd, text);
}

static void chunked(int fd)
{
	say(fd, OK_HEAD "Transfer-Encoding: chunked\r\n\r\n");
}

#define ENDLESS ((size_t)1 << 40)

static void entity_bomb(int fd, const char *request)
{
	(void)request;
	body(fd,
	     "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\">"
	     "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">"
	     "<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\"><!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\">"
	     "<!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\"><!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\">]><l>&g;</l>");
}

static void parameter_entities(int fd, const char *request)
{
	(void)request;
	body(fd,
	     "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY % a \"<!ENTITY &#37; b '&#37;a;'>\">%a;%b;]><l/>");
}

static void external_entity(int fd, const char *request)
{
	(void)request;
	body(fd,
	     "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><l>&x;</l>");
}

static void external_subset(int fd, const char *request)
{
	(void)request;
	body(fd, "<?xml version=\"1.0\"?><!DOCTYPE l SYSTEM \"http://127.0.0.1:9/x.dtd\"><l/>");
}

static void hundred_megabytes(int fd, const char *request)
{
	(void)request;
	say(fd, OK_HEAD "Content-Length: 104857600\r\n\r\n" ENVELOPE);
	repeat(fd, "<a:Body>x</a:Body>", 104857600 / 18);
}

static void hundred_megabytes_chunked(int fd, const char *request)
{
	(void)request;
	chunked(fd);
	repeat(fd, "0010\r\nxxxxxxxxxxxxxxxx\r\n", 104857600 / 16);
}

static void endless_until_close(int fd, const char *request)
{
	(void)request;
	say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
	repeat(fd, "garbage ", ENDLESS);
}

static void endless_small_chunks(int fd, const char *request)
{
	(void)request;
	chunked(fd);
	repeat(fd, "1\r\nx\r\n", ENDLESS);
}

static void endless_chunk_size(int fd, const char *request)
{
	(void)request;
	chunked(fd);
	repeat(fd, "0", ENDLESS);
}

static void endless_chunk_extension(int fd, const char *request)
{
	(void)request;
	chunked(fd);
	say(fd, "1;");
	repeat(fd, "name=value;", ENDLESS);
}

static void endless_trailer(int fd, const char *request)
{
	(void)request;
	chunked(fd);
	say(fd, "1\r\nx\r\n0\r\n");
	repeat(fd, "X-Trailer: yes\r\n", ENDLESS);
}

static void wrong_chunk_size(int fd, const char *request)
{
	(void)request;
	chunked(fd);
	say(fd, "FFFFFFFFFFFFFFFFFFFF\r\nx\r\n");
}

static void endless_headers(int fd, const char *request)
{
	(void)request;
	say(fd, OK_HEAD);
	repeat(fd, "X-More: and more\r\n", ENDLESS);
}

static void endless_header_line(int fd, const char *request)
{
	(void)request;
	say(fd, OK_HEAD "X-Long: ");
	repeat(fd, "long", ENDLESS);
}

static void endless_informational(int fd, const char *request)
{
	(void)request;
	repeat(fd, "HTTP/1.1 100 Continue\r\nX-Wait: yes\r\n\r\n", ENDLESS);
}

static void deep_nesting(int fd, const char *request)
{
	(void)request;
	say(fd, OK_HEAD "Content-Length: 900000\r\n\r\n" ENVELOPE);
	repeat(fd, "<a:b>", 200000);
}

static void many_elements(int fd, const char *request)
{
	(void)request;
	say(fd, OK_HEAD "Connection: close\r\n\r\n" ENVELOPE "<a:Body>");
	repeat(fd, "<a:b/>", 170000);
}

static void many_attributes(int fd, const char *request)
{
	(void)request;
	say(fd, OK_HEAD "Connection: close\r\n\r\n" ENVELOPE "<a:Body");
	for (unsigned i = 0; i < 60000; i++) {
		char text[32];

		snprintf(text, sizeof(text), " a%u='x'", i);
		if (!say(fd, text))
			return;
	}
	say(fd, "/>");
}

static void many_namespaces(int fd, const char *request)
{
	(void)request;
	say(fd, OK_HEAD "Connection: close\r\n\r\n" ENVELOPE);
	for (unsigned i = 0; i < 20000; i++) {
		char text[64];

		snprintf(text, sizeof(text), "<n%u:b xmlns:n%u='u%u'/>", i, i, i);
		if (!say(fd, text))
			return;
	}
}

static void long_name(int fd, const char *request)
{
	(void)request;
	say(fd, OK_HEAD "Connection: close\r\n\r\n" ENVELOPE "<a:");
	repeat(fd, "name", 250000);
}

static void slow_headers(int fd, const char *request)
{
	(void)request;
	say(fd, OK_HEAD);
	drip(fd, "X-Slow: loris\r\n");
}

static void slow_body(int fd, const char *request)
{
	(void)request;
	say(fd, OK_HEAD "Content-Length: 900000\r\n\r\n");
	drip(fd, ENVELOPE);
}

static void slow_chunks(int fd, const char *request)
{
	(void)request;
	chunked(fd);
	drip(fd, "1\r\nx\r\n");
}

static void silence(int fd, const char *request)
{
	char byte;

	(void)request;
	while (recv(fd, &byte, 1, 0) > 0)
		;
}

static void old_http(int fd, const char *request)
{
	(void)request;
	say(fd, "<html>no status line at all</html>");
}

static void binary(int fd, const char *request)
{
	(void)request;
	repeat(fd, "\x16\x03\x01\xff\xfe\x80\n", 100000);
}

static void negative_length(int fd, const char *request)
{
	(void)request;
	say(fd, OK_HEAD "Content-Length: -1\r\n\r\nx");
}

static void huge_length(int fd, const char *request)
{
	(void)request;
	say(fd, OK_HEAD "Content-Length: 99999999999999999999999999\r\n\r\nx");
}

static void two_lengths(int fd, const char *request)
{
	(void)request;
	say(fd, OK_HEAD "Content-Length: 1\r\nContent-Length: 900000\r\n\r\nx");
}

static void packed(int fd, const char *request)
{
	(void)request;
	say(fd, OK_HEAD
	    "Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n\x1f\x8b\x08 packed packed..");
}

static void challenge_for_ever(int fd, const char *request)
{
	(void)request;
	say(fd,
	    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"Digest:A\",nonce=\"n\",stale=\"true\",qop=\"auth\"\r\n"
	    "Content-Length: 0\r\n\r\n");
}

static void endless_challenge(int fd, const char *request)
{
	(void)request;
	say(fd, "HTTP/1.1 401 Unauthorized\r\n");
	repeat(fd, "WWW-Authenticate: Digest realm=\"Digest:A\",nonce=\"n\",qop=\"auth\"\r\n",
	       ENDLESS);
}

static void redirect(int fd, const char *request)
{
	(void)request;
	say(fd, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n");
}

/* An enumeration whose pages never end: valid, as long as one looks at a single page; and before it, a mode. */
static void endless_enumeration(int fd, const char *request)
{
	bool pull = strstr(request, "enumeration/Pull<") != NULL;
	const char *id = strstr(request, "MessageID>");
	char text[2048];

	if (strstr(request, "transfer/Get<")) {
		snprintf(
			text, sizeof(text),
			ENVELOPE
			"<a:Header><b:RelatesTo xmlns:b=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\">%.*s</b:RelatesTo>"
			"</a:Header><a:Body><h:AMT_SetupAndConfigurationService xmlns:h=\"http://intel.com/wbem/wscim/1/amt-schema/1/"
			"AMT_SetupAndConfigurationService\"><h:ProvisioningMode>1</h:ProvisioningMode><h:ProvisioningState>2"
			"</h:ProvisioningState></h:AMT_SetupAndConfigurationService></a:Body></a:Envelope>",
			id ? (int)strcspn(id + 10, "<") : 0, id ? id + 10 : "");
		body(fd, text);
		return;
	}
	snprintf(
		text, sizeof(text),
		ENVELOPE
		"<a:Header><b:RelatesTo xmlns:b=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\">%.*s</b:RelatesTo>"
		"</a:Header><a:Body><g:%s xmlns:g=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\">"
		"<g:EnumerationContext>01000000-0000-0000-0000-000000000000</g:EnumerationContext>%s</g:%s></a:Body></a:Envelope>",
		id ? (int)strcspn(id + 10, "<") : 0, id ? id + 10 : "",
		pull ? "PullResponse" : "EnumerateResponse",
		pull ? "<g:Items><h:X xmlns:h=\"urn:x\"><h:N>1</h:N></h:X></g:Items>" : "",
		pull ? "PullResponse" : "EnumerateResponse");
	body(fd, text);
}

/* Each page within the time of an answer, and never the last. */
static void endless_slow_enumeration(int fd, const char *request)
{
	if (strstr(request, "enumeration/Pull<"))
		usleep(ANSWER_TIMEOUT_MS * 700);
	endless_enumeration(fd, request);
}

/* Right names, wrong contents: elements where text should be, text for numbers, references to nothing. */
static void wrong_types(int fd, const char *request)
{
	const char *id = strstr(request, "MessageID>");
	char text[2048];

	snprintf(
		text, sizeof(text),
		ENVELOPE
		"<a:Header><b:RelatesTo xmlns:b=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\">%.*s</b:RelatesTo>"
		"</a:Header><a:Body><h:AMT_SetupAndConfigurationService xmlns:h=\"http://intel.com/wbem/wscim/1/amt-schema/1/"
		"AMT_SetupAndConfigurationService\"><h:ProvisioningMode><h:x/></h:ProvisioningMode><h:ProvisioningState>two"
		"</h:ProvisioningState><h:ProvisioningState>99999999999999999999</h:ProvisioningState>"
		"</h:AMT_SetupAndConfigurationService></a:Body></a:Envelope>",
		id ? (int)strcspn(id + 10, "<") : 0, id ? id + 10 : "");
	body(fd, text);
}

static const struct {
	const char *name;
	void (*answer)(int fd, const char *request);
} cases[] = {
	{ "entity bomb", entity_bomb },
	{ "parameter entities", parameter_entities },
	{ "external entity", external_entity },
	{ "external subset", external_subset },
	{ "100 MB body", hundred_megabytes },
	{ "100 MB in chunks", hundred_megabytes_chunked },
	{ "endless body", endless_until_close },
	{ "endless small chunks", endless_small_chunks },
	{ "endless chunk size", endless_chunk_size },
	{ "endless chunk extension", endless_chunk_extension },
	{ "endless trailer", endless_trailer },
	{ "wrong chunk size", wrong_chunk_size },
	{ "endless headers", endless_headers },
	{ "endless header line", endless_header_line },
	{ "endless 100 Continue", endless_informational },
	{ "deep nesting", deep_nesting },
	{ "many elements", many_elements },
	{ "many attributes", many_attributes },
	{ "many namespaces", many_namespaces },
	{ "a name of a megabyte", long_name },
	{ "slow headers", slow_headers },
	{ "slow body", slow_body },
	{ "slow chunks", slow_chunks },
	{ "silence", silence },
	{ "HTTP 0.9", old_http },
	{ "binary", binary },
	{ "negative length", negative_length },
	{ "huge length", huge_length },
	{ "two lengths", two_lengths },
	{ "packed", packed },
	{ "401 for ever", challenge_for_ever },
	{ "endless challenges", endless_challenge },
	{ "redirect", redirect },
	{ "endless enumeration", endless_enumeration },
	{ "endless enumeration of slow pages", endless_slow_enumeration },
	{ "wrong types", wrong_types },
};

static bool read_request(int fd, char *request, size_t size)
{
	size_t length = 0;

	request[0] = '\0';
	for (;;) {
		const char *end = strstr(request, "\r\n\r\n"),
			   *said = strcasestr(request, "Content-Length: ");
		ssize_t got;

		if (end && said &&
		    length >= (size_t)(end + 4 - request) + strtoul(said + 16, NULL, 10))
			return true;
		got = length < size - 1 ? recv(fd, request + length, size - 1 - length, 0) : 0;
		if (got <= 0)
			return false;
		length += (size_t)got;
		request[length] = '\0';
	}
}

static void serve(int listener, size_t which)
{
	static char request[65536];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int fd = accept(listener, NULL, NULL), on = 1;

		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		/* One process each: a client that gives up must not wait for the end of the last answer. */
		if (fd >= 0 && fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			while (read_request(fd, request, sizeof(request)))
				cases[which].answer(fd, request);
			_exit(0);
		}
		close(fd);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

static pid_t start_server(size_t which, uint16_t *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t child;

	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 16), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	*port = ntohs(address.sin_port);
	child = fork();
	if (child == 0) {
		setpgid(0, 0);
		serve(listener, which);
	}
	setpgid(child, child);
	close(listener);
	return child;
}

/* ---- the client ------------------------------------------------------------------------------------ */

struct attempt {
	struct loop *loop;
	struct enforcer_result result;
	char text[ERR_TEXT_MAX_BYTES];
	bool answered;
};

static void on_done(void *arg, const struct enforcer_result *result)
{
	struct attempt *attempt = arg;

	attempt->result = *result;
	attempt->answered = true;
	snprintf(attempt->text, sizeof(attempt->text), "%s", result->err ? result->err->text : "");
	loop_stop(attempt->loop);
}

static void out_of_patience(void *arg)
{
	struct attempt *attempt = arg;

	loop_stop(attempt->loop);
}

/* VmRSS or VmHWM of this process. */
static long kib_of(const char *key)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long kib = 0;

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, key, strlen(key)) == 0)
			kib = strtol(line + strlen(key), NULL, 10);
	if (file)
		fclose(file);
	return kib;
}

static void reset_peak(void)
{
	FILE *file = fopen("/proc/self/clear_refs", "w");

	if (!file)
		return;
	fputs("5", file);
	fclose(file);
}

static void try_one(struct attempt *attempt, uint16_t port)
{
	struct amt_config config = { .answer_timeout_ms = ANSWER_TIMEOUT_MS,
				     .connect_timeout_ms = ANSWER_TIMEOUT_MS };
	struct asset asset = { .name = "pc1",
			       .amt = { .present = true,
					.address = "127.0.0.1",
					.port = port,
					.user = "admin",
					.password_ref = "env:CORDON_TEST_PASSWORD" } };
	struct plan plan = bench_plan(8530);
	struct timer *patience;
	struct amt *amt;

	memset(attempt, 0, sizeof(*attempt));
	attempt->loop = loop_new();
	patience = loop_timer(attempt->loop, out_of_patience, attempt);
	amt = amt_new(&config, attempt->loop, NULL);
	amt_enforcer(amt)->act(amt_enforcer(amt)->self, ENFORCER_ISOLATE, &asset, &plan, on_done,
			       attempt);
	timer_after_ns(patience, s_to_ns(ENDS_WITHIN_S));
	loop_run(attempt->loop);
	amt_free(amt);
	timer_free(patience);
	loop_free(attempt->loop);
}

static void every_hostile_answer_is_refused_in_time_and_without_growth(void **state)
{
	long most = 0, before;
	uint16_t port = 0;

	(void)state;
	setenv("CORDON_TEST_PASSWORD", "P@ssw0rd", 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pid_t server = start_server(i, &port);
		struct attempt attempt;
		long grown;

		reset_peak();
		before = kib_of("VmRSS:");
		try_one(&attempt, port);
		grown = kib_of("VmHWM:") - before;
		kill(-server, SIGKILL);
		waitpid(server, NULL, 0);
		if (!attempt.answered)
			fail_msg("%s: not refused within %d s", cases[i].name, ENDS_WITHIN_S);
		if (attempt.result.rc >= 0 || attempt.result.active)
			fail_msg("%s: taken for an isolation", cases[i].name);
		if (strstr(attempt.text, "root:"))
			fail_msg("%s: %s", cases[i].name, attempt.text);
#if !defined(__SANITIZE_ADDRESS__)
		if (i > 0 && grown > GROWTH_MAX_KIB)
			fail_msg("%s: the process grew by %ld KiB", cases[i].name, grown);
#endif
		most = i > 0 && grown > most ? grown : most;
	}
	print_message("# %zu kinds refused; the process never grew by more than %ld KiB\n",
		      sizeof(cases) / sizeof(cases[0]), most);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_hostile_answer_is_refused_in_time_and_without_growth),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
