/* SPDX-License-Identifier: Apache-2.0 */
/* assets_check.c - cordon assets check, cordon assets codes: can each machine's firmware isolate it, and if not, why?
 *
 * All devices are asked at once, each with one request in flight, and every answer is printed as it comes: one slow
 * machine does not hold up the list.  The exit code tells the worst grade, so that a script can watch a site. */
#include <stdbool.h>
#include <string.h>

#include "amt/amt.h"
#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/num.h"
#include "core/base/source.h"
#include "core/cli/assets.h"
#include "core/cli/command.h"
#include "core/cli/options.h"
#include "core/cli/policy_fit.h"
#include "core/policy/policy.h"
#include "core/store/db.h"
#include "core/store/readiness.h"

#define FILE_MAX_BYTES (16u << 20)
#define LINE_MAX_BYTES 16384
#define EXIT_GRADE_A   10 /* B is 11, F 15; A itself is 0 */

struct check {
	struct loop *loop;
	FILE *out, *errors;
	bool json;
	struct policy *policy; /* NULL: nothing is compiled */
	struct db *db;         /* NULL: nothing is kept */
	uint64_t now_ns;       /* wall, when the asking began */
	size_t waiting;
	unsigned worst;
};

struct question {
	struct check *check;
	const struct asset *asset;
};

static struct json *finding_json(const struct amt_finding *finding)
{
	const struct amt_code_row *row = amt_code_row(finding->code);
	char letter[2] = { amt_grade_letter(row->grade), '\0' };
	struct json *object = json_object_new();

	json_set_text(object, "code", row->code);
	json_set_text(object, "grade", letter);
	json_set_text(object, "text", finding->text);
	json_set_text(object, "remedy", row->remedy);
	return object;
}

static struct json *limits_json(const struct amt_report *report)
{
	struct json *object = json_object_new();

	json_set_u64(object, "policies", report->policies_max);
	json_set_u64(object, "policies_used", report->policies_used);
	json_set_u64(object, "policies_foreign", report->foreign_policies);
	json_set_u64(object, "filters", report->filters_max);
	json_set_u64(object, "filters_used", report->filters_used);
	json_set_u64(object, "transmit_filters", report->tx_filters_max);
	json_set_u64(object, "receive_filters", report->rx_filters_max);
	return object;
}

static void print_json(const struct question *question, const struct amt_report *report)
{
	char letter[2] = { amt_grade_letter(report->grade), '\0' }, when[CLOCK_TEXT_BYTES];
	struct json *object = json_object_new(), *findings = json_array_new();
	struct buf line;

	clock_text(question->check->now_ns, when, sizeof(when));
	json_set_text(object, "asset", question->asset->name);
	json_set_text(object, "asked", when);
	json_set_text(object, "grade", letter);
	json_set_text(object, "enforced_by", amt_enforcement_name(report->enforcement));
	json_set_text(object, "address", report->address);
	json_set_text(object, "release", report->release);
	json_set_text(object, "uuid", report->uuid);
	json_set_text(object, "realm", report->realm);
	for (unsigned i = 0; i < report->finding_count; i++)
		json_push(findings, finding_json(&report->findings[i]));
	json_set(object, "findings", findings);
	if (report->filters_max)
		json_set(object, "limits", limits_json(report));
	buf_init(&line, LINE_MAX_BYTES);
	json_write(object, &line);
	fprintf(question->check->out, "%s\n", line.text);
	buf_fini(&line);
	json_free(object);
}

static void print_words(const struct question *question, const struct amt_report *report)
{
	FILE *out = question->check->out;

	fprintf(out, "%-20s %c  %-8s  %s\n", question->asset->name, amt_grade_letter(report->grade),
		amt_enforcement_name(report->enforcement),
		*report->release ? report->release : "-");
	for (unsigned i = 0; i < report->finding_count; i++) {
		const struct amt_code_row *row = amt_code_row(report->findings[i].code);

		fprintf(out, "    %c %s: %s; %s\n", amt_grade_letter(row->grade), row->code,
			report->findings[i].text, row->remedy);
	}
}

static void keep(struct check *check, const struct asset *asset, const struct amt_report *report)
{
	char letter[2] = { amt_grade_letter(report->grade), '\0' }, codes[512];
	struct readiness readiness = { .asset = asset->name,
				       .grade = letter,
				       .release = report->release,
				       .enforcement = amt_enforcement_name(report->enforcement),
				       .codes = codes,
				       .asked_ns = check->now_ns };
	struct err err = { 0 };

	amt_report_codes(report, codes, sizeof(codes));
	if (readiness_keep(check->db, &readiness, &err) < 0)
		fprintf(check->errors, "cordon: %s\n", err.text);
}

struct trial {
	struct amt_report *report;
	uint32_t plans, filters;
};

static void try_plan(void *arg, const struct plan *plan)
{
	struct trial *trial = arg;

	trial->filters += amt_report_plan(trial->report, plan);
	trial->plans++;
}

/* Do all channels and measures of the policy fit into this machine's firmware, each and together? */
static void try_policy(const struct check *check, struct amt_report *report)
{
	struct trial trial = { .report = report };

	policy_fit_each(check->policy, try_plan, &trial);
	amt_report_together(report, trial.plans, trial.filters);
}

static void tell(const struct question *question, const struct amt_report *report)
{
	struct check *check = question->check;

	if (check->json)
		print_json(question, report);
	else
		print_words(question, report);
	if (check->db)
		keep(check, question->asset, report);
	if (report->grade > check->worst)
		check->worst = report->grade;
}

static void answered(void *arg, const struct amt_report *asked)
{
	struct question *question = arg;
	struct check *check = question->check;
	struct amt_report report = *asked;

	if (check->policy)
		try_policy(check, &report);
	tell(question, &report);
	if (--check->waiting == 0)
		loop_stop(check->loop);
}

static void answer_without_amt(struct check *check, const struct asset *asset)
{
	struct question question = { check, asset };
	struct amt_report report = { .rc = 0 };

	amt_report_add(&report, AMT_NO_AMT, "the list of assets gives no firmware for it");
	tell(&question, &report);
}

static bool is_named(const struct asset *asset, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], asset->name) == 0)
			return true;
	return argc == 1;
}

static void ask_all(struct check *check, struct amt *amt, const struct roster *roster, int argc,
		    char **argv)
{
	struct question *questions = mem_array(roster_count(roster) + 1, sizeof(*questions));
	size_t count = 0;

	for (size_t i = 0; i < roster_count(roster); i++) {
		const struct asset *asset = roster_at(roster, i);

		if (!is_named(asset, argc, argv))
			continue;
		if (asset->amt.present)
			questions[count++] = (struct question){ check, asset };
		else
			answer_without_amt(check, asset);
	}
	check->waiting = count;
	for (size_t i = 0; i < count; i++)
		amt_survey(amt, questions[i].asset, answered, &questions[i]);
	if (count > 0)
		loop_run(check->loop);
	mem_free(questions);
}

/* ---- the line ---------------------------------------------------------------------------------- */

struct line {
	const char *policy, *store, *accept, *timeout, *authorities, *certificate, *key;
};

static struct policy *read_policy(const char *path, FILE *errors, int *code)
{
	struct complaints *list = complaints_new();
	struct policy *policy = NULL;
	struct err err = { 0 };
	struct source *source = source_read(path, FILE_MAX_BYTES, &err);

	*code = EXIT_CODE_FAILURE;
	if (source) {
		policy = policy_load(source, NULL, list);
		*code = policy ? EXIT_CODE_OK : EXIT_CODE_CONFIG;
	} else {
		fprintf(errors, "cordon: %s\n", err.text);
	}
	if (complaints_count(list) > 0)
		complaints_show(list, source, errors);
	complaints_free(list);
	source_free(source);
	return policy;
}

static bool all_are_known(const struct roster *roster, int argc, char **argv, FILE *errors)
{
	for (int i = 1; i < argc; i++)
		if (!roster_find_name(roster, argv[i])) {
			fprintf(errors, "cordon: no asset \"%s\" in %s\n", argv[i], argv[0]);
			return false;
		}
	return true;
}

/* What the grades mean for the exit code. */
static int code_of(unsigned worst, const char *accept)
{
	if (worst == AMT_GRADE_A || worst <= (unsigned)(*accept - 'A'))
		return EXIT_CODE_OK;
	return EXIT_GRADE_A + (int)worst;
}

static bool take_line(struct line *line, struct amt_config *config, FILE *errors)
{
	uint64_t timeout_ns = 0;

	if (strlen(line->accept) != 1 || *line->accept < 'A' || *line->accept > 'F') {
		fprintf(errors, "cordon: --accept needs a grade from A to F, not \"%s\"\n",
			line->accept);
		return false;
	}
	if (line->timeout && (!num_duration_ns(line->timeout, &timeout_ns) || timeout_ns == 0 ||
			      timeout_ns > UINT64_C(600000000000))) {
		fprintf(errors, "cordon: --timeout needs a time such as 10s, at most 10m\n");
		return false;
	}
	if (!line->certificate != !line->key) {
		fprintf(errors, "cordon: --certificate and --key belong together\n");
		return false;
	}
	config->answer_timeout_ms = (uint32_t)(timeout_ns / 1000000);
	config->authorities = line->authorities;
	config->certificate = line->certificate;
	config->key_ref = line->key;
	return true;
}

static int run(struct check *check, const struct amt_config *config, const struct roster *roster,
	       int argc, char **argv)
{
	struct log *log = log_new(stderr, LOG_LEVEL_ERROR);
	struct amt *amt;

	check->loop = loop_new();
	check->now_ns = clock_wall_ns();
	amt = amt_new(config, check->loop, log);
	ask_all(check, amt, roster, argc, argv);
	amt_free(amt);
	loop_free(check->loop);
	log_free(log);
	return EXIT_CODE_OK;
}

int cli_assets_check(int argc, char **argv, FILE *out, FILE *errors)
{
	struct line line = { .accept = "A" };
	const struct cli_option options[] = {
		{ "policy", &line.policy },
		{ "store", &line.store },
		{ "accept", &line.accept },
		{ "timeout", &line.timeout },
		{ "authorities", &line.authorities },
		{ "certificate", &line.certificate },
		{ "key", &line.key },
		{ NULL, NULL },
	};
	struct amt_config config = { .wall_ns = clock_wall_ns };
	struct check check = { .out = out,
			       .errors = errors,
			       .json = cli_flag(&argc, argv, "json") };
	struct roster *roster;
	struct err err = { 0 };
	int code = EXIT_CODE_OK;

	if (!cli_options(&argc, argv, options, errors) || !take_line(&line, &config, errors))
		return EXIT_CODE_USAGE;
	roster = assets_read(argc > 0 ? argv[0] : NULL, errors, &code);
	if (roster && !all_are_known(roster, argc, argv, errors))
		code = EXIT_CODE_USAGE;
	if (roster && code == EXIT_CODE_OK && line.policy)
		check.policy = read_policy(line.policy, errors, &code);
	if (roster && code == EXIT_CODE_OK && line.store &&
	    !(check.db = db_open(line.store, &err))) {
		fprintf(errors, "cordon: %s\n", err.text);
		code = EXIT_CODE_FAILURE;
	}
	if (roster && code == EXIT_CODE_OK) {
		run(&check, &config, roster, argc, argv);
		code = code_of(check.worst, line.accept);
	}
	db_close(check.db);
	policy_free(check.policy);
	roster_free(roster);
	return code;
}

int cli_assets_codes(int argc, char **argv, FILE *out, FILE *errors)
{
	const struct cli_option options[] = { { NULL, NULL } };

	if (!cli_options(&argc, argv, options, errors) || !cli_no_words(argc, argv, errors))
		return EXIT_CODE_USAGE;
	for (unsigned code = 0; code < AMT_CODES; code++) {
		const struct amt_code_row *row = amt_code_row(code);

		fprintf(out, "%c  %-24s %s\n", amt_grade_letter(row->grade), row->code,
			row->remedy);
	}
	return EXIT_CODE_OK;
}
