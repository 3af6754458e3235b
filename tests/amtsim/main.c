/* SPDX-License-Identifier: Apache-2.0 */
/* cordon-amtsim: options in, devices on the network, until Ctrl-C.  Exit codes: 0 ended in order,
 * 1 something failed, 2 wrong usage. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/amtsim/console.h"
#include "tests/amtsim/crypto.h"
#include "tests/amtsim/enforce.h"
#include "tests/amtsim/rack.h"
#include "tests/amtsim/net.h"
#include "tests/amtsim/cmdline.h"
#include "tests/amtsim/script.h"
#include "tests/amtsim/server.h"

#define ENFORCE_POLL_MS 1000

/* A device needs a listener and a few connections. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "cordon-amtsim: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

static void say_ready(const struct options *options, const struct rack *rack,
		      struct crypto_tls *tls)
{
	if (rack_leaves(rack, TLS_LEAF_RSA))
		printf("certificate sha256: %s\n", crypto_tls_pin(tls, TLS_LEAF_RSA));
	if (rack_leaves(rack, TLS_LEAF_P384))
		printf("certificate sha256: %s%s\n", crypto_tls_pin(tls, TLS_LEAF_P384),
		       rack_leaves(rack, TLS_LEAF_RSA) ? " (P-384, release 22)" : "");
	printf("ready: %zu devices\n", rack_count(rack));
	fflush(stdout);
	if (options->ready_fd >= 0) {
		if (write(options->ready_fd, "ready\n", 6) != 6)
			fprintf(stderr, "cordon-amtsim: ready-fd: %s\n", strerror(errno));
		close(options->ready_fd);
	}
}

static int add_all(struct server *server, const struct rack *rack)
{
	size_t i;

	for (i = 0; i < rack_count(rack); i++) {
		struct device *device = rack_device(rack, i);

		if (server_add(server, device) < 0) {
			fprintf(stderr, "cordon-amtsim: cannot listen on %s port %u: %s\n",
				device->config.address, device->config.port, strerror(errno));
			return -1;
		}
	}
	return 0;
}

static int run(const struct options *options, struct rack *rack, struct crypto_tls *tls)
{
	struct net *net = net_new();
	struct server *server = server_new(net, tls);
	struct console *console = console_new(net, rack);
	int code = EXIT_FAILURE;
	struct enforce *enforce = NULL;
	const char *no;
	char why[512];

	if (add_all(server, rack) < 0)
		goto out;
	if (options->console_path && console_listen(console, options->console_path) < 0) {
		fail(options->console_path, strerror(errno));
		goto out;
	}
	if (options->enforce_on) {
		enforce =
			enforce_new(rack_device(rack, 0), options->enforce_on, options->netns, &no);
		if (!enforce) {
			fail(options->enforce_on, no);
			goto out;
		}
		net_every(net, ENFORCE_POLL_MS, enforce_poll, enforce);
	}
	if (options->script_path &&
	    script_run(options->script_path, rack, net, why, sizeof(why)) < 0) {
		fprintf(stderr, "cordon-amtsim: %s\n", why);
		goto out;
	}
	say_ready(options, rack, tls);
	net_run(net);
	code = EXIT_SUCCESS;
out:
	enforce_free(enforce);
	net_free(net);
	console_free(console);
	server_free(server);
	return code;
}

static const char *prepare_tls(struct crypto_tls *tls, const struct options *options,
			       const struct rack *rack)
{
	const char *why = NULL;
	size_t i;

	if (options->cert_path)
		why = crypto_tls_use_files(tls, options->cert_path, options->key_path);
	if (!why && options->roots_path)
		return crypto_tls_trust(tls, options->roots_path);
	for (i = 0; !why && i < rack_count(rack); i++)
		if (rack_device(rack, i)->config.mutual)
			why = "mutual TLS needs --client-ca FILE";
	return why;
}

int main(int argc, char **argv)
{
	struct rack *rack = rack_new();
	struct crypto_tls *tls = crypto_tls_new();
	struct options options;
	const char *why;
	int code;

	raise_descriptor_limit();
	code = cmdline_read(argc, argv, &options, rack);
	if (code >= 0)
		goto out;
	why = prepare_tls(tls, &options, rack);
	code = why ? fail("TLS", why) : run(&options, rack, tls);
out:
	crypto_tls_free(tls);
	rack_free(rack);
	return code;
}
