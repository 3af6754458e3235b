/* SPDX-License-Identifier: Apache-2.0 */

/* cordon-score: runs cordond over labelled captures and says how well it did.
 *
 * One line per capture, then sums, then PASS or FAIL.  Exit code 1 when a row under the bar is not
 * ok, 2 when the captures or their list cannot be read. */

#include <errno.h>
#include <getopt.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/score/tally.h"

enum { TIMEOUT_S = 120 };

struct options {
	const char *cordond;
	const char *bar;
	unsigned timeout_s;
};

static int usage(void)
{
	fputs("usage: cordon-score [--cordond PATH] [--bar LEVEL[:CLASS],...] [--timeout S] DIR...\n"
	      "DIR, or each DIR/*/, holds captures and a MANIFEST.tsv.\n"
	      "The default bar is must:sweep-arp,must:hscan-tcp,never.\n",
	      stderr);
	return 2;
}

static int read_tree(struct manifest *manifest, const char *dir)
{
	char pattern[4096];
	glob_t found;
	int rc = 0;
	size_t i;

	snprintf(pattern, sizeof(pattern), "%s/MANIFEST.tsv", dir);
	if (access(pattern, R_OK) == 0)
		return manifest_read(manifest, dir);
	snprintf(pattern, sizeof(pattern), "%s/*/MANIFEST.tsv", dir);
	if (glob(pattern, 0, NULL, &found) != 0) {
		fprintf(stderr, "%s: no MANIFEST.tsv here or one folder below\n", dir);
		return -1;
	}
	for (i = 0; i < found.gl_pathc && rc == 0; i++) {
		*strrchr(found.gl_pathv[i], '/') = '\0';
		rc = manifest_read(manifest, found.gl_pathv[i]);
	}
	globfree(&found);
	return rc;
}

static void print_truths(const struct row *row, const struct findings *findings)
{
	size_t t;

	for (t = 0; t < row->truth_count; t++) {
		const struct finding *f = verdict_finding(&row->truths[t], findings);

		if (!f)
			printf(" %s=-", row->truths[t].ip);
		else
			printf(" %s=%s%s/%u", row->truths[t].ip, f->convicted ? "" : "suspected ",
			       *f->kind ? f->kind : "?", f->contacts);
	}
}

static void print_others(const struct row *row, const struct findings *findings)
{
	size_t i, t;

	for (i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->hosts[i];

		for (t = 0; t < row->truth_count; t++) {
			if (verdict_finding(&row->truths[t], findings) == f)
				break;
		}
		if (t == row->truth_count && f->convicted)
			printf(" !%s=%s/%u", *f->ip ? f->ip : f->mac, f->kind, f->contacts);
	}
}

static void print_log(const char *log)
{
	FILE *file = fopen(log, "r");
	char line[200] = "", last[200] = "";

	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		memcpy(last, line, sizeof(last));
	fclose(file);
	last[strcspn(last, "\n")] = '\0';
	if (*last)
		printf(" (%s)", last);
}

static void print_row(const struct row *row, const struct verdict *v,
		      const struct findings *findings)
{
	char seconds[16] = "-";

	if (v->seconds >= 0)
		snprintf(seconds, sizeof(seconds), "%.2f", v->seconds);
	printf("%-5s %-36s %-16s %-6s %2zu/%zu %4u %8s ", outcome_name(v->outcome), row->name,
	       row->class_name, level_name(row->level), v->found, row->truth_count, v->contacts,
	       seconds);
	if (row->level == LEVEL_ROBUST)
		return;
	print_truths(row, findings);
	print_others(row, findings);
}

static void score_row(const struct row *row, const struct options *options, const char *scratch,
		      struct tally *tally)
{
	static const char *const ends[] = { "", " exit code", " CRASHED", " TIMEOUT" };
	struct findings *findings = calloc(1, sizeof(*findings));
	char out[4096], log[4096];
	enum run_end end = RUN_FAILED;
	struct verdict verdict;

	snprintf(out, sizeof(out), "%s/out.json", scratch);
	snprintf(log, sizeof(log), "%s/log", scratch);
	if (!findings)
		abort();
	if (access(row->file, R_OK) != 0) {
		verdict = (struct verdict){ .outcome = OUTCOME_ERROR, .seconds = -1 };
		print_row(row, &verdict, findings);
		printf(" file: %s", strerror(errno));
	} else {
		end = run_cordond(options->cordond, row->file, out, log, options->timeout_s);
		if (eve_read(findings, out) < 0 && end == RUN_OK)
			end = RUN_FAILED;
		/* A capture that ends within a packet is a failure for scripts, but what it holds was judged to
		 * the end: the counters were told. */
		verdict = verdict_of(
			row, end == RUN_FAILED && findings->first_packet >= 0 ? RUN_OK : end,
			findings);
		print_row(row, &verdict, findings);
		printf("%s", ends[end]);
		if (end != RUN_OK)
			print_log(log);
	}
	printf("\n");
	fflush(stdout);
	unlink(out);
	unlink(log);
	tally_add(tally, row, &verdict);
	free(findings);
}

static int score(const struct manifest *manifest, const struct options *options)
{
	struct tally tally = { .bar = options->bar };
	char scratch[] = "/tmp/cordon-score-XXXXXX";
	bool pass;
	size_t i;

	if (!mkdtemp(scratch)) {
		perror(scratch);
		return 2;
	}
	printf("%-5s %-36s %-16s %-6s %4s %4s %8s  %s\n", "", "capture", "class", "level", "hits",
	       "cont", "seconds", "truth=kind/contacts !others");
	for (i = 0; i < manifest->count; i++)
		score_row(&manifest->rows[i], options, scratch, &tally);
	pass = tally_print(&tally);
	tally_fini(&tally);
	rmdir(scratch);
	return pass ? 0 : 1;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "cordond", required_argument, NULL, 'c' },
		{ "bar", required_argument, NULL, 'b' },
		{ "timeout", required_argument, NULL, 't' },
		{ 0 },
	};
	struct options options = { "build/gcc/cordond", "must:sweep-arp,must:hscan-tcp,never",
				   TIMEOUT_S };
	struct manifest manifest = { 0 };
	int option, rc = 0;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (option == 'c')
			options.cordond = optarg;
		else if (option == 'b')
			options.bar = optarg;
		else if (option == 't')
			options.timeout_s = (unsigned)strtoul(optarg, NULL, 10);
		else
			return usage();
	}
	if (optind == argc || !options.timeout_s)
		return usage();
	for (; optind < argc && rc == 0; optind++)
		rc = read_tree(&manifest, argv[optind]);
	rc = rc < 0 ? 2 : score(&manifest, &options);
	manifest_fini(&manifest);
	return rc;
}
