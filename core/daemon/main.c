/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - cordond: options, start, exit codes (0 ok, 1 failure, 2 usage, 3 bad configuration). */
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/standard.h"
#include "core/daemon/run.h"
#include "core/daemon/setup.h"
#include "core/net/capture.h"

static const char help[] =
	"usage: cordond [options] -r FILE [BPF expression]\n"
	"       cordond [options] -i INTERFACE [BPF expression]\n"
	"\n"
	"Watches a network for worms and, when told to enforce, cuts infected PCs off\n"
	"through their Intel AMT firmware.\n"
	"\n"
	"  -r FILE             read a capture (pcap, pcapng); time comes from the packets and\n"
	"                      nothing is ever sent; - is standard input, read as it comes\n"
	"  -i INTERFACE        listen on an interface\n"
	"  -c, --config FILE   settings (cordon.yaml); --settings prints them all\n"
	"  -p, --policy FILE   policy; without one Cordon only watches\n"
	"  -a, --assets FILE   the machines we answer for\n"
	"  -o, --eve FILE      write facts as EVE JSON lines; - is standard output\n"
	"  -s, --store FILE    keep ledger, incidents and isolations in this SQLite file\n"
	"      --control PATH  Unix socket for the command cordon\n"
	"      --enforce       really isolate (with -i or -r -); otherwise only write down\n"
	"  -q, --quiet         no account on standard output\n"
	"  -v, --verbose       more on standard error; twice for even more\n"
	"      --settings      print every setting with its default and end\n"
	"  -h, --help          this text\n"
	"  -V, --version       version\n"
	"\n"
	"Exit codes: 0 ok, 1 failure, 2 wrong usage, 3 bad configuration or policy;\n"
	"-r FILE interrupted: 130 (Ctrl-C) or 143 (SIGTERM), after what was read is told.\n"
	"See also: cordon(1), cordond(8).\n";

struct options {
	struct setup_paths paths;
	const char *file, *interface;
	bool enforce, quiet, only_print;
	int verbose;
	char filter[4096];
};

enum { OPTION_CONTROL = 256, OPTION_ENFORCE, OPTION_SETTINGS };

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "policy", required_argument, NULL, 'p' },
	{ "assets", required_argument, NULL, 'a' },
	{ "eve", required_argument, NULL, 'o' },
	{ "store", required_argument, NULL, 's' },
	{ "control", required_argument, NULL, OPTION_CONTROL },
	{ "enforce", no_argument, NULL, OPTION_ENFORCE },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "settings", no_argument, NULL, OPTION_SETTINGS },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void print_settings(void)
{
	struct buf text;

	buf_init(&text, 65536);
	config_describe(&text);
	fputs(text.text, stdout);
	buf_fini(&text);
}

/* Returns whether the letter was one of ours. */
static bool take_option(struct options *options, int letter)
{
	switch (letter) {
	case 'r':
		options->file = optarg;
		break;
	case 'i':
		options->interface = optarg;
		break;
	case 'c':
		options->paths.config = optarg;
		break;
	case 'p':
		options->paths.policy = optarg;
		break;
	case 'a':
		options->paths.assets = optarg;
		break;
	case 'o':
		options->paths.eve = optarg;
		break;
	case 's':
		options->paths.store = optarg;
		break;
	case OPTION_CONTROL:
		options->paths.control = optarg;
		break;
	case OPTION_ENFORCE:
		options->enforce = true;
		break;
	case 'q':
		options->quiet = true;
		break;
	case 'v':
		options->verbose++;
		break;
	case 'h':
		fputs(help, stdout);
		options->only_print = true;
		break;
	case 'V':
		puts("cordond " CORDON_VERSION);
		options->only_print = true;
		break;
	case OPTION_SETTINGS:
		print_settings();
		options->only_print = true;
		break;
	default:
		return false;
	}
	return true;
}

static int join_filter(struct options *options, int argc, char **argv, struct err *err)
{
	size_t at = 0;

	for (int i = optind; i < argc; i++) {
		at += (size_t)snprintf(options->filter + at, sizeof(options->filter) - at, "%s%s",
				       i > optind ? " " : "", argv[i]);
		if (at >= sizeof(options->filter))
			return err_set(err, ERR_USAGE,
				       "the BPF expression is longer than %zu characters",
				       sizeof(options->filter) - 1);
	}
	return 0;
}

static int read_options(struct options *options, int argc, char **argv, struct err *err)
{
	int letter;

	memset(options, 0, sizeof(*options));
	opterr = 0;
	while ((letter = getopt_long(argc, argv, "+:r:i:c:p:a:o:s:qvhV", long_options, NULL)) !=
	       -1) {
		if (letter == ':')
			return err_set(err, ERR_USAGE, "%s needs a value; see --help",
				       argv[optind - 1]);
		if (!take_option(options, letter))
			return err_set(err, ERR_USAGE, "unknown option %s; see --help",
				       argv[optind - 1]);
		if (options->only_print)
			return 0;
	}
	return join_filter(options, argc, argv, err);
}

/* What the command line says wins over the file. */
static int check_options(const struct options *options, struct setup *setup, struct err *err)
{
	struct config *config = &setup->config;
	bool is_record = options->file && strcmp(options->file, "-") != 0;

	if (options->file)
		config->interface[0] = '\0';
	if (options->interface)
		snprintf(config->interface, sizeof(config->interface), "%s", options->interface);
	if (options->filter[0])
		snprintf(config->filter, sizeof(config->filter), "%s", options->filter);
	if (options->file && options->interface)
		return err_set(err, ERR_USAGE, "give -r or -i, not both");
	if (!options->file && !*config->interface)
		return err_set(err, ERR_USAGE,
			       "nothing to watch: give -r FILE or -i INTERFACE; see --help");
	/* Yesterday's capture must not cut off anybody today. */
	if (options->enforce && is_record)
		return err_set(
			err, ERR_USAGE,
			"--enforce works on the wire (-i, or -r - for a live stream), not on a recorded file");
	if (options->enforce)
		config->enforce = true;
	if (is_record)
		config->enforce = false;
	return 0;
}

static int watch_capture(const struct options *options, const struct run *run, struct err *err)
{
	const char *filter = run->setup->config.filter;
	struct capture *capture = capture_open_file(options->file, *filter ? filter : NULL, err);
	int rc;

	if (!capture)
		return err->code;
	rc = capture_descriptor(capture) < 0 ? run_replay(run, capture, err)
					     : run_stream(run, capture, err);
	capture_free(capture);
	return rc;
}

static int read_everything(void *arg, struct setup *setup, struct err *err)
{
	const struct options *options = arg;
	int rc = setup_read(setup, &options->paths, stderr, err);

	return rc < 0 ? rc : check_options(options, setup, err);
}

/* For the store, where incidents of many captures may lie: in full, whatever folder it was named from. */
static void name_origin(const char *file, char *origin, size_t size)
{
	char whole[PATH_MAX];

	if (strcmp(file, "-") == 0)
		snprintf(origin, size, "pipe");
	else
		snprintf(origin, size, "capture %s", realpath(file, whole) ? whole : file);
}

/* Returns the exit code; what went wrong before the wire was opened is in err. */
static int watch(struct options *options, struct setup *setup, struct log *log, struct err *err)
{
	/* Standard output belongs to the JSON if that is where it goes. */
	bool quiet = options->quiet || strcmp(setup->config.eve, "-") == 0;
	FILE *account = quiet ? NULL : stdout;
	char origin[PATH_MAX + 16];
	struct run run = { .setup = setup, .log = log, .account = account, .origin = origin };
	struct live live = { .setup = setup,
			     .log = log,
			     .account = account,
			     .reload = read_everything,
			     .arg = options };

	if (!options->file)
		return run_live(&live);
	name_origin(options->file, origin, sizeof(origin));
	watch_capture(options, &run, err);
	return err_exit_code(err);
}

int main(int argc, char **argv)
{
	struct options options;
	struct setup setup;
	struct err err = { 0 };
	struct log *log;
	int rc, code = 0;

	standard_open();
	memset(&setup, 0, sizeof(setup));
	rc = read_options(&options, argc, argv, &err);
	if (rc == 0 && options.only_print)
		return standard_end("cordond", 0);
	log = log_new(stderr, options.verbose > 1 ? LOG_LEVEL_DEBUG
			      : options.verbose   ? LOG_LEVEL_INFO
						  : LOG_LEVEL_WARNING);
	if (rc == 0)
		rc = read_everything(&options, &setup, &err);
	if (rc == 0)
		code = watch(&options, &setup, log, &err);
	if (err_is_set(&err))
		fprintf(stderr, "cordond: %s\n", err.text);
	setup_fini(&setup);
	log_free(log);
	code = standard_end("cordond", rc < 0 ? err_exit_code(&err) : code);
	interrupt_end();
	return code;
}
