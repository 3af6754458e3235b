/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/torture/rig.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/asset/asset.h"
#include "core/base/mem.h"
#include "core/base/num.h"

#define ANSWER_BYTES  (1u << 20)
#define ARGUMENTS_MAX 32

struct rig {
	pid_t process;
	int control;
	uint16_t port;
	unsigned devices;
	bool tls;
	char path[108], pin[65];
	char answer[ANSWER_BYTES];
};

static void die(const char *what)
{
	fprintf(stderr, "Bail out! rig: %s\n", what);
	exit(EXIT_FAILURE);
}

const char *rig_program(const char *name)
{
	static char path[512];
	const char *given = strcmp(name, "cordon-amtsim") == 0 ? getenv("CORDON_AMTSIM") : NULL;
	ssize_t length;

	if (given)
		return given;
	length = readlink("/proc/self/exe", path, sizeof(path) - 64);
	if (length <= 0)
		die("who am I?");
	path[length] = '\0';
	for (unsigned up = 0; up < 4; up++) {
		char *slash = strrchr(path, '/');

		if (!slash)
			break;
		snprintf(slash, 64, "/%s", name);
		if (access(path, X_OK) == 0)
			return path;
		*slash = '\0';
	}
	die("a program of this build is missing");
	return NULL;
}

uint16_t rig_free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) < 0)
		die("no free port");
	close(fd);
	return ntohs(address.sin_port);
}

static void run(const struct rig *rig, const char *const *arguments, int out)
{
	/* A test that fails leaves early; its simulator must not outlive the program. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(out, STDOUT_FILENO);
	(void)rig;
	execv(rig_program("cordon-amtsim"), (char *const *)(uintptr_t)arguments);
	_exit(127);
}

/* It says its certificate, then that it is ready. */
static void await_ready(struct rig *rig, int in)
{
	FILE *said = fdopen(in, "r");
	char line[256];

	while (said && fgets(line, sizeof(line), said)) {
		const char *sum = strstr(line, "sha256: ");

		if (sum && !*rig->pin)
			snprintf(rig->pin, sizeof(rig->pin), "%.64s", sum + 8);
		if (strncmp(line, "ready:", 6) == 0) {
			fclose(said);
			return;
		}
	}
	die("the simulator did not start");
}

static void start(struct rig *rig, const struct rig_options *options)
{
	const char *arguments[ARGUMENTS_MAX] = { "cordon-amtsim", "--control", rig->path,
						 "--port" };
	char port[8], count[12];
	size_t n = 4;
	int pipe_fds[2];

	snprintf(port, sizeof(port), "%u", rig->port);
	snprintf(count, sizeof(count), "%u", options->devices);
	arguments[n++] = port;
	if (options->tls)
		arguments[n++] = "--tls";
	if (options->devices) {
		arguments[n++] = "--count";
		arguments[n++] = count;
		arguments[n++] = "--spread";
	}
	for (const char *const *more = options->more; more && *more && n < ARGUMENTS_MAX - 1;
	     more++)
		arguments[n++] = *more;
	if (pipe(pipe_fds) < 0)
		die("no pipe");
	rig->process = fork();
	if (rig->process == 0)
		run(rig, arguments, pipe_fds[1]);
	close(pipe_fds[1]);
	await_ready(rig, pipe_fds[0]);
}

static void connect_control(struct rig *rig)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", rig->path);
	rig->control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(rig->control, (struct sockaddr *)&address, sizeof(address)) < 0)
		die("the simulator has no control socket");
}

struct rig *rig_new(const struct rig_options *options)
{
	static unsigned number;
	struct rig *rig = mem_alloc(sizeof(*rig));

	setenv("CORDON_TEST_PASSWORD", "P@ssw0rd", 1);
	rig->port = options->port ? options->port : rig_free_port();
	rig->devices = options->devices;
	rig->tls = options->tls;
	snprintf(rig->path, sizeof(rig->path), "/tmp/cordon-rig-%d-%u.sock", (int)getpid(),
		 number++);
	start(rig, options);
	connect_control(rig);
	return rig;
}

void rig_free(struct rig *rig)
{
	if (!rig)
		return;
	close(rig->control);
	kill(rig->process, SIGKILL);
	waitpid(rig->process, NULL, 0);
	unlink(rig->path);
	mem_free(rig);
}

static bool is_whole(const char *text, size_t length, bool one_line)
{
	if (!length || text[length - 1] != '\n')
		return false;
	return one_line || strcmp(text, "ok\n") == 0 || strncmp(text, "error", 5) == 0 ||
	       (length > 4 && strcmp(text + length - 4, "\nok\n") == 0);
}

const char *rig_order(struct rig *rig, const char *format, ...)
{
	char command[512];
	size_t length = 0, end;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command) - 1, format, arguments);
	va_end(arguments);
	end = strlen(command);
	command[end] = '\n';
	command[end + 1] = '\0';
	if (send(rig->control, command, strlen(command), MSG_NOSIGNAL) < 0)
		return NULL;
	do {
		ssize_t got = read(rig->control, rig->answer + length, ANSWER_BYTES - 1 - length);

		if (got <= 0)
			return NULL;
		length += (size_t)got;
		rig->answer[length] = '\0';
	} while (!is_whole(rig->answer, length, strncmp(command, "frame", 5) == 0));
	if (strncmp(rig->answer, "error", 5) == 0) {
		fprintf(stderr, "# %s# %s", command, rig->answer);
		die("the simulator refuses an order");
	}
	return rig->answer;
}

unsigned rig_logged(struct rig *rig, const char *device, const char *key)
{
	const char *text = rig_order(rig, "log %s", device);
	const char *at = text ? strstr(text, key) : NULL;
	char digits[12] = "";
	uint32_t value = 0;

	if (!at)
		return 0;
	at += strlen(key);
	snprintf(digits, sizeof(digits), "%.*s", (int)strspn(at, "0123456789"), at);
	if (!num_u32_between(digits, 0, UINT32_MAX, &value))
		die("the simulator's log has no such number");
	return value;
}

static uint8_t nibble(char digit)
{
	return (uint8_t)(digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10);
}

void rig_asset(const struct rig *rig, unsigned n, struct asset *asset)
{
	unsigned host = 256 + 1 + n; /* 127.0.1.1 and up */

	*asset = (struct asset){ 0 };
	snprintf(asset->name, sizeof(asset->name), rig->devices ? "amt-%u" : "amt", n);
	asset->amt = (struct asset_amt){ .present = true,
					 .port = rig->port,
					 .user = "admin",
					 .password_ref = "env:CORDON_TEST_PASSWORD" };
	if (rig->devices)
		snprintf(asset->amt.address, sizeof(asset->amt.address), "127.%u.%u.%u",
			 host >> 16 & 255, host >> 8 & 255, host & 255);
	else
		snprintf(asset->amt.address, sizeof(asset->amt.address), "127.0.0.1");
	if (!rig->tls)
		return;
	asset->amt.tls = ASSET_TLS_PIN;
	for (size_t i = 0; i < sizeof(asset->amt.pin_sha256); i++)
		asset->amt.pin_sha256[i] =
			(uint8_t)(nibble(rig->pin[2 * i]) << 4 | nibble(rig->pin[2 * i + 1]));
}

pid_t rig_process(const struct rig *rig)
{
	return rig->process;
}

uint16_t rig_port(const struct rig *rig)
{
	return rig->port;
}

unsigned rig_mentions(const char *text, const char *word)
{
	unsigned count = 0;

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		count++;
	return count;
}
