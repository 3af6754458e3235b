/* SPDX-License-Identifier: Apache-2.0 */
/* running.h - a simulator with one device in a child process, its control socket, and a plain
 * WS-Management client: for tests of what only shows on the network. */
#ifndef AMTSIM_TEST_RUNNING_H
#define AMTSIM_TEST_RUNNING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/amtsim/console.h"
#include "tests/amtsim/crypto.h"
#include "tests/amtsim/net.h"
#include "tests/amtsim/rack.h"
#include "tests/amtsim/server.h"
#include "tests/amtsim/text.h"
#include "tests/unit/amtsim/wire.h"

struct running {
	char folder[32], control[48];
	uint16_t port;
	pid_t child;
	struct text answer; /* of the last order or request */
};

static inline uint16_t running_free_port(void)
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

static inline void running_serve(const struct running *run, struct device_config *config,
				 const struct knobs *knobs, int ready_fd)
{
	struct net *net = net_new();
	struct rack *rack = rack_new();
	struct crypto_tls *tls = crypto_tls_new();
	struct server *server = server_new(net, tls);
	struct console *console = console_new(net, rack);
	const char *why;
	int ok;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	config->port = run->port;
	rack_add(rack, device_new(config, knobs, net_now_ns(net), &why));
	ok = server_add(server, rack_device(rack, 0)) == 0 &&
	     console_listen(console, run->control) == 0;
	if (ok && write(ready_fd, "r", 1) == 1)
		net_run(net);
	net_free(net);
	console_free(console);
	server_free(server);
	crypto_tls_free(tls);
	rack_free(rack);
	_exit(ok ? 0 : 1);
}

static inline void running_start(struct running *run, struct device_config *config,
				 const struct knobs *knobs)
{
	int ends[2];
	char ready;

	memset(run, 0, sizeof(*run));
	text_init(&run->answer, 1 << 20);
	snprintf(run->folder, sizeof(run->folder), "/tmp/amtsim-run-XXXXXX");
	assert_non_null(mkdtemp(run->folder));
	snprintf(run->control, sizeof(run->control), "%s/control", run->folder);
	run->port = running_free_port();
	assert_int_equal(pipe(ends), 0);
	run->child = fork();
	if (run->child == 0) {
		close(ends[0]);
		running_serve(run, config, knobs, ends[1]);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &ready, 1), 1);
	close(ends[0]);
}

/* What the simulator says to one line; must end with "ok". */
static inline const char *running_order(struct running *run, const char *line)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char bytes[4096];
	ssize_t got;

	text_clear(&run->answer);
	assert_true(text_copy(address.sun_path, sizeof(address.sun_path), run->control));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(send(fd, line, strlen(line), MSG_NOSIGNAL), strlen(line));
	assert_int_equal(send(fd, "\n", 1, MSG_NOSIGNAL), 1);
	shutdown(fd, SHUT_WR);
	while ((got = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		text_add(&run->answer, bytes, (size_t)got);
	close(fd);
	if (strncmp(line, "frame", 5) != 0 &&
	    (run->answer.len < 3 || strcmp(run->answer.bytes + run->answer.len - 3, "ok\n") != 0))
		fail_msg("%s: %s", line, run->answer.bytes);
	return run->answer.bytes;
}

/* A number the log shows as name=number. */
static inline unsigned long running_total(struct running *run, const char *name)
{
	const char *at = strstr(running_order(run, "log amt"), name);

	return at ? strtoul(at + strlen(name) + 1, NULL, 10) : 0;
}

static inline void running_stop(struct running *run)
{
	int status;

	running_order(run, "quit");
	waitpid(run->child, &status, 0);
	rmdir(run->folder);
	text_fini(&run->answer);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* --- the client --- */

static inline size_t running_keep(char *bytes, size_t size, size_t count, void *text)
{
	text_add(text, bytes, size * count);
	return size * count;
}

/* Digest over plain HTTP or TLS; one handle keeps its connection. */
static inline CURL *running_client(const struct running *run, bool tls, const char *user_password)
{
	CURL *curl = curl_easy_init();
	char url[64];

	assert_non_null(curl);
	snprintf(url, sizeof(url), "http%s://127.0.0.1:%u/wsman", tls ? "s" : "", run->port);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_DIGEST);
	curl_easy_setopt(curl, CURLOPT_USERPWD, user_password);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 10L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, running_keep);
	return curl;
}

/* HTTP status, 0 without an answer; the body is in run->answer. */
static inline long running_ask(struct running *run, CURL *client, const char *request)
{
	long status = 0;

	text_clear(&run->answer);
	curl_easy_setopt(client, CURLOPT_WRITEDATA, &run->answer);
	curl_easy_setopt(client, CURLOPT_POSTFIELDSIZE, (long)strlen(request));
	curl_easy_setopt(client, CURLOPT_COPYPOSTFIELDS, request);
	if (curl_easy_perform(client) == CURLE_OK)
		curl_easy_getinfo(client, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

#endif
