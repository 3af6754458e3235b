/* SPDX-License-Identifier: Apache-2.0 */
/* sensor_main.c - cordon-sensor: detection alone, from an interface or a file, printed.
 *
 * Links the sensor strata and nothing of the controller: it knows no secrets and can do nothing to
 * anybody.  For trying detectors on a capture, and for measuring them. */
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/interrupt.h"
#include "core/base/random.h"
#include "core/base/standard.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/daemon/sensor.h"
#include "core/feed/counters.h"
#include "core/feed/feed.h"
#include "core/feed/record.h"
#include "core/net/capture.h"

#define FEED_RECORDS         1024
#define BATCH                256
#define FILTER_MAX_BYTES     4096
#define CAPTURE_BUFFER_BYTES (16u << 20)
#define IDLE_MS              100

static const char usage[] =
	"usage: cordon-sensor [--quiet] -r FILE [BPF expression]\n"
	"       cordon-sensor [--quiet] -i INTERFACE [BPF expression]\n"
	"\n"
	"Watches packets and prints what the detectors state.\n"
	"\n"
	"  -r FILE        read a capture file; - is standard input\n"
	"  -i INTERFACE   watch an interface until interrupted\n"
	"  -q, --quiet    print nothing but errors\n"
	"  -h, --help     this text\n"
	"  -V, --version  the version\n"
	"\n"
	"Exit codes: 0 ok, 1 failure (also a damaged file, after all that could be read), 2 wrong usage;\n"
	"-r FILE interrupted: 130 (Ctrl-C) or 143 (SIGTERM), after the totals.\n"
	"See also: cordon-sensor(1), cordond(8).\n";

struct options {
	const char *file, *interface;
	bool quiet;
	struct buf filter;
};

struct run {
	const struct options *options;
	struct capture *capture;
	struct sensor *sensor;
	struct feed *feed;
};

/* ---- printing ---- */

static void print_samples(const struct evidence *evidence)
{
	for (unsigned i = 0; i < evidence->sample_count; i++) {
		const struct evidence_sample *sample = &evidence->samples[i];
		char dst[IP_TEXT_BYTES];

		ip_text(&sample->dst, dst);
		printf("%s%s", i ? "," : " samples=", dst);
		if (sample->dst_port)
			printf(":%u", sample->dst_port);
		printf("/%s", contact_outcome_name(sample->outcome));
	}
}

static void print_evidence(const struct evidence *evidence)
{
	char when[CLOCK_TEXT_BYTES], host[IP_TEXT_BYTES], mac[MAC_TEXT_BYTES];

	clock_text(evidence->stated_ns, when, sizeof(when));
	ip_text(&evidence->host.ip, host);
	mac_text(&evidence->mac, mac);
	printf("%s evidence host=%s mac=%s vlan=%u detector=%s class=%s log_odds=%.2f contacts=%" PRIu32
	       " failed=%" PRIu32 " %s port=%u",
	       when, host, mac, evidence->host.vlan, sensor_detector_name(evidence->detector),
	       evidence_class_name(evidence->port_class), evidence->log_odds, evidence->contacts,
	       evidence->failed, contact_kind_name(evidence->contact_kind), evidence->port);
	print_samples(evidence);
	putchar('\n');
}

static void print_role(const struct record *record)
{
	static const char *const names[] = { "router",  "dhcp-server", "dns-server", "blind",
					     "suspect", "unicast",     "disputed" };
	char when[CLOCK_TEXT_BYTES], host[IP_TEXT_BYTES], mac[MAC_TEXT_BYTES];
	unsigned bit = 0;

	while (bit + 1 < sizeof(names) / sizeof(names[0]) && !(record->role.role >> bit & 1))
		bit++;
	clock_text(record->wall_ns, when, sizeof(when));
	ip_text(&record->role.host.ip, host);
	mac_text(&record->role.mac, mac);
	printf("%s role host=%s mac=%s vlan=%u role=%s\n", when, host, mac, record->role.host.vlan,
	       names[bit]);
}

static void print_coverage(const struct record *record)
{
	const struct coverage_view *view = &record->coverage.view;
	char when[CLOCK_TEXT_BYTES], words[COVERAGE_WORDS_BYTES];

	coverage_words(view->faults, words);
	clock_text(record->wall_ns, when, sizeof(when));
	printf("%s coverage vlan=%u see=%s packets=%" PRIu64 " answers_seen=%" PRIu32
	       " answers_missed=%" PRIu32 " questions_missed=%" PRIu32 " neighbors_asked=%" PRIu32
	       " neighbors_answered=%" PRIu32 " neighbors_missed=%" PRIu32 " dropped_percent=%u\n",
	       when, view->vlan, words, view->packets, view->answers_seen, view->answers_missed,
	       view->questions_missed, view->neighbors_asked, view->neighbors_answered,
	       view->neighbors_missed, view->dropped_percent);
}

static void print_standing(const struct record *record)
{
	char when[CLOCK_TEXT_BYTES], host[IP_TEXT_BYTES];
	struct buf text;

	buf_init(&text, FILTER_MAX_BYTES);
	role_explain(&record->standing, &text);
	clock_text(record->wall_ns, when, sizeof(when));
	ip_text(&record->standing.host.ip, host);
	printf("%s standing host=%s vlan=%u %s\n", when, host, record->standing.host.vlan,
	       text.text);
	buf_fini(&text);
}

static void print_totals(const struct record_sensor *totals)
{
	printf("sensor");
	for (size_t i = 0; i < counters_table.count; i++)
		printf(" %s=%" PRIu64, counters_table.rows[i].word,
		       metric_value(&counters_table.rows[i], totals));
	putchar('\n');
}

/* While it runs only what is new of the coverage; at the end all of it. */
static void print_feed(const struct run *run, bool at_end)
{
	struct record record;

	while (feed_next(run->feed, &record)) {
		if (run->options->quiet)
			continue;
		if (record.type == RECORD_EVIDENCE)
			print_evidence(&record.evidence);
		else if (record.type == RECORD_ROLE)
			print_role(&record);
		else if (record.type == RECORD_STANDING)
			print_standing(&record);
		else if (record.type == RECORD_COVERAGE &&
			 (at_end || record.coverage.before != record.coverage.view.faults))
			print_coverage(&record);
		else if (record.type == RECORD_SENSOR)
			print_totals(&record.sensor);
	}
}

/* ---- running ---- */

static void on_frame(void *arg, const struct capture_frame *frame)
{
	struct run *run = arg;

	sensor_frame(run->sensor, frame);
}

static void wait_for_frames(const struct run *run)
{
	struct pollfd fd = { .fd = capture_descriptor(run->capture), .events = POLLIN };

	if (fd.fd < 0)
		return;
	if (poll(&fd, 1, IDLE_MS) == 0 && run->options->interface)
		sensor_advance(run->sensor, clock_wall_ns());
}

static int watch(struct run *run, struct err *err)
{
	int rc = 0;

	while (!interrupt_number() && rc >= 0) {
		rc = capture_read(run->capture, BATCH, on_frame, run, err);
		print_feed(run, false);
		if (rc == 0)
			wait_for_frames(run);
	}
	return rc == ERR_GONE && !err_is_set(err) ? 0 : rc < 0 ? rc : 0;
}

static struct hash_key hash_key_for(const struct options *options)
{
	/* Any constant: in replay equal input must give equal output. */
	struct hash_key key = { { UINT64_C(0x8a91f5c3d2764be1), UINT64_C(0x6b2d0e97c45a38f1) } };

	if (options->interface)
		random_bytes(&key, sizeof(key));
	return key;
}

static int run_sensor(const struct options *options, struct err *err)
{
	struct run run = { .options = options };
	struct capture_counts counts;
	struct sensor_config config;
	const char *filter = options->filter.length ? options->filter.text : NULL;
	int rc;

	run.capture = options->file ? capture_open_file(options->file, filter, err)
				    : capture_open_live(options->interface, filter,
							CAPTURE_BUFFER_BYTES, err);
	if (!run.capture)
		return err->code;
	run.feed = feed_queue_new(FEED_RECORDS);
	config = (struct sensor_config){ .key = hash_key_for(options), .feed = run.feed };
	run.sensor = sensor_new(&config);
	rc = watch(&run, err);
	counts = capture_counts(run.capture);
	sensor_report(run.sensor, &counts);
	print_feed(&run, true);
	sensor_free(run.sensor);
	feed_free(run.feed);
	capture_free(run.capture);
	return rc;
}

/* ---- command line ---- */

/* -1: go on; otherwise the exit code. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "+:r:i:qhV", names, NULL)) != -1) {
		switch (option) {
		case 'r':
			options->file = optarg;
			break;
		case 'i':
			options->interface = optarg;
			break;
		case 'q':
			options->quiet = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case 'V':
			puts("cordon-sensor " CORDON_VERSION);
			return 0;
		default:
			fprintf(stderr, "cordon-sensor: %s %s; see --help\n",
				option == ':' ? "a value is missing behind" : "unknown option",
				argv[optind - 1]);
			return 2;
		}
	}
	if (!options->file == !options->interface) {
		fputs("cordon-sensor: say what to watch, either -r FILE or -i INTERFACE\n", stderr);
		return 2;
	}
	for (int i = optind; i < argc; i++)
		buf_format(&options->filter, "%s%s", i > optind ? " " : "", argv[i]);
	return -1;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	struct err err = { 0 };
	int code;

	standard_open();
	buf_init(&options.filter, FILTER_MAX_BYTES);
	code = read_options(argc, argv, &options);
	if (code < 0) {
		interrupt_watch();
		run_sensor(&options, &err);
		if (err_is_set(&err))
			fprintf(stderr, "cordon-sensor: %s\n", err.text);
		code = err_exit_code(&err);
	}
	buf_fini(&options.filter);
	code = standard_end("cordon-sensor", code);
	/* An interface or a pipe is watched until somebody says stop, which is its ordinary end. */
	if (options.file && strcmp(options.file, "-") != 0)
		interrupt_end();
	return code;
}
