/* SPDX-License-Identifier: Apache-2.0 */
/* nft is run as a program, once per change and once per reading: a few ms each, for one device and
 * on purpose without a library.  It blocks the simulator meanwhile. */
#include "tests/amtsim/enforce.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/nft_rules.h"
#include "tests/amtsim/text.h"

/* Exit codes of the child, besides those of nft. */
#define EXIT_NO_INTERFACE 125
#define EXIT_NO_NAMESPACE 126
#define EXIT_NO_NFT       127

#define RULES_MAX_BYTES   (256u * 1024)
#define LISTING_MAX_BYTES (256u * 1024)
#define COUNTERS_MAX      (SD_HANDLES_MAX + 3)

struct enforce {
	struct device *device;
	struct nft_target target;
	const char *netns;
	struct nft_counter seen[COUNTERS_MAX]; /* as last read */
	size_t seen_count;
	bool trying; /* to see whether it works at all */
	bool broken; /* said already */
};

/* --- running nft --- */

/* In the child: the other end of the pipes, the namespace, the program. */
static _Noreturn void become_nft(const struct enforce *enforce, int in, int out,
				 char *const arguments[])
{
	char path[256];
	int fd;

	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	if (enforce->netns) {
		snprintf(path, sizeof(path), "%s%s",
			 strchr(enforce->netns, '/') ? "" : "/run/netns/", enforce->netns);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
			_exit(EXIT_NO_NAMESPACE);
	}
	/* New kernels take rules for interfaces that may come one day. */
	if (enforce->trying && if_nametoindex(enforce->target.interface) == 0)
		_exit(EXIT_NO_INTERFACE);
	signal(SIGPIPE, SIG_DFL);
	setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1);
	execvp("nft", arguments);
	_exit(EXIT_NO_NFT);
}

static void feed(int fd, const struct text *input)
{
	size_t done = 0;

	while (done < input->len) {
		ssize_t sent = write(fd, input->bytes + done, input->len - done);

		if (sent <= 0)
			break;
		done += (size_t)sent;
	}
	close(fd);
}

static void drain(int fd, struct text *output)
{
	char bytes[4096];
	ssize_t got;

	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		text_add(output, bytes, (size_t)got);
	close(fd);
}

/* Exit code; input and output may be larger than a pipe, but never both. */
static int run_nft(const struct enforce *enforce, char *const arguments[], const struct text *input,
		   struct text *output)
{
	int in[2], out[2], status = 0;
	pid_t child;

	CHECK(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
	fflush(NULL);
	child = fork();
	CHECK(child >= 0);
	if (child == 0)
		become_nft(enforce, in[0], out[1], arguments);
	close(in[0]);
	close(out[1]);
	feed(in[1], input);
	drain(out[0], output);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int load(const struct enforce *enforce, const struct text *rules)
{
	static char nft[] = "nft", from[] = "-f", standard_input[] = "-";
	char *const arguments[] = { nft, from, standard_input, NULL };
	struct text output;
	int code;

	text_init(&output, LISTING_MAX_BYTES);
	code = run_nft(enforce, arguments, rules, &output);
	text_fini(&output);
	return code;
}

static void list_counters(struct enforce *enforce, struct text *listing)
{
	static char nft[] = "nft", list[] = "list", counters[] = "counters", table[] = "table",
		    netdev[] = "netdev";
	char *const arguments[] = {
		nft, list, counters, table, netdev, enforce->target.table, NULL
	};
	struct text nothing;

	text_init(&nothing, 1);
	run_nft(enforce, arguments, &nothing, listing);
	text_fini(&nothing);
}

/* --- rules --- */

static void complain(struct enforce *enforce, int code)
{
	if (code == 0)
		enforce->broken = false;
	else if (!enforce->broken)
		fprintf(stderr,
			"cordon-amtsim: nft refused the rules for %s: the interface does not obey the"
			" policy\n",
			enforce->target.interface);
	enforce->broken = code != 0;
}

static int apply(struct enforce *enforce)
{
	const struct defense *defense = enforce->device->defense;
	const struct sd_filter *filters[SD_HANDLES_MAX];
	uint32_t id = gate_policy(defense_gate(enforce->device->defense, 0));
	size_t index = defense_find_policy(defense, id), i;
	const struct sd_policy *policy = id ? defense_policy(defense, index) : NULL;
	struct text rules;
	int code;

	for (i = 0; policy && i < policy->handle_count; i++)
		filters[i] = defense_find_filter(defense, policy->handles[i]);
	text_init(&rules, RULES_MAX_BYTES);
	nft_rules_write(&rules, &enforce->target, policy, filters);
	code = load(enforce, &rules);
	text_fini(&rules);
	enforce->seen_count = 0;
	complain(enforce, code);
	return code;
}

static void on_change(void *arg)
{
	apply(arg);
}

/* --- counters --- */

static uint64_t last_seen(const struct enforce *enforce, uint32_t handle)
{
	size_t i;

	for (i = 0; i < enforce->seen_count; i++)
		if (enforce->seen[i].handle == handle)
			return enforce->seen[i].packets;
	return 0;
}

void enforce_poll(void *arg)
{
	struct enforce *enforce = arg;
	struct gate *gate = defense_gate(enforce->device->defense, 0);
	struct nft_counter counters[COUNTERS_MAX];
	struct text listing;
	size_t i, count;

	if (gate_policy(gate) == 0)
		return;
	text_init(&listing, LISTING_MAX_BYTES);
	list_counters(enforce, &listing);
	count = nft_rules_read(listing.bytes, counters, COUNTERS_MAX);
	text_fini(&listing);
	for (i = 0; i < count; i++) {
		uint64_t before = last_seen(enforce, counters[i].handle);

		if (counters[i].packets > before)
			gate_add(gate, counters[i].handle,
				 (uint32_t)(counters[i].packets - before));
	}
	memcpy(enforce->seen, counters, count * sizeof(counters[0]));
	enforce->seen_count = count;
}

/* --- life --- */

static const char *explain(int code)
{
	switch (code) {
	case EXIT_NO_INTERFACE:
		return "there is no such interface";
	case EXIT_NO_NAMESPACE:
		return "there is no such network namespace";
	case EXIT_NO_NFT:
		return "nft is not installed (package nftables)";
	default:
		return "nft refused the rules: is this run as root?";
	}
}

/* Loads rules that pass everything, to see whether it works. */
static int try(struct enforce *enforce)
{
	static const struct sd_policy harmless = { .id = 1 };
	struct text rules;
	int code;

	text_init(&rules, RULES_MAX_BYTES);
	nft_rules_write(&rules, &enforce->target, &harmless, NULL);
	nft_rules_write(&rules, &enforce->target, NULL, NULL);
	enforce->trying = true;
	code = load(enforce, &rules);
	enforce->trying = false;
	text_fini(&rules);
	return code;
}

struct enforce *enforce_new(struct device *device, const char *interface, const char *netns,
			    const char **why)
{
	struct enforce *enforce = calloc(1, sizeof(*enforce));
	int code;

	CHECK(enforce);
	enforce->device = device;
	enforce->netns = netns;
	nft_target_init(&enforce->target, interface);
	signal(SIGPIPE, SIG_IGN); /* an nft that ends early */
	enforce->target.port = device->config.port;
	memcpy(enforce->target.host_ipv4, device->config.ipv4, 4);
	enforce->target.zero_is_spoofed = device->knobs.spoof_zero;
	code = try(enforce);
	if (code != 0) {
		*why = explain(code);
		free(enforce);
		return NULL;
	}
	device->enforcer = (struct device_enforcer){ on_change, enforce_poll, enforce };
	apply(enforce);
	return enforce;
}

void enforce_free(struct enforce *enforce)
{
	struct text rules;

	if (!enforce)
		return;
	enforce->device->enforcer = (struct device_enforcer){ NULL, NULL, NULL };
	text_init(&rules, RULES_MAX_BYTES);
	nft_rules_write(&rules, &enforce->target, NULL, NULL);
	complain(enforce, load(enforce, &rules));
	text_fini(&rules);
	free(enforce);
}
