/* SPDX-License-Identifier: Apache-2.0 */
/* assets.c - cordon assets, cordon assets check: the machines we answer for, and whether their firmware could isolate them.
 *
 * The check asks all devices at once, each with one request in flight, and prints every answer as it comes: one slow
 * machine does not hold up the list. */
#include <stdbool.h>
#include <string.h>

#include "amt/amt.h"
#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/source.h"
#include "core/cli/command.h"
#include "core/cli/options.h"

#define FILE_MAX_BYTES (16u << 20)

static struct roster *read_roster(int argc, char **argv, FILE *errors, int *code)
{
	struct complaints *list;
	struct roster *roster = NULL;
	struct source *source;
	struct err err = { 0 };
	struct buf text;

	if (argc < 1) {
		fprintf(errors, "cordon: name the file with the assets\n");
		*code = EXIT_CODE_USAGE;
		return NULL;
	}
	source = source_read(argv[0], FILE_MAX_BYTES, &err);
	if (!source) {
		fprintf(errors, "cordon: %s\n", err.text);
		*code = EXIT_CODE_FAILURE;
		return NULL;
	}
	list = complaints_new();
	roster = roster_read(source, list);
	if (complaints_count(list) > 0) {
		buf_init(&text, 1u << 20);
		complaints_print(list, source, &text);
		fputs(text.text, errors);
		buf_fini(&text);
		roster_free(roster);
		roster = NULL;
		*code = EXIT_CODE_CONFIG;
	}
	complaints_free(list);
	source_free(source);
	return roster;
}

int cli_assets(int argc, char **argv, FILE *out, FILE *errors)
{
	const struct cli_option options[] = { { NULL, NULL } };
	struct roster *roster;
	int code = EXIT_CODE_OK;

	if (!cli_options(&argc, argv, options, errors))
		return EXIT_CODE_USAGE;
	roster = read_roster(argc, argv, errors, &code);
	for (size_t i = 0; roster && i < roster_count(roster); i++) {
		const struct asset *asset = roster_at(roster, i);
		char ip[IP_TEXT_BYTES] = "-", mac[MAC_TEXT_BYTES] = "-", amt[96] = "no AMT";

		if (!ip_is_unspecified(&asset->ip))
			ip_text(&asset->ip, ip);
		if (!mac_is_zero(&asset->mac))
			mac_text(&asset->mac, mac);
		if (asset->amt.present)
			snprintf(amt, sizeof(amt), "AMT %s:%u", asset->amt.address, asset->amt.port);
		fprintf(out, "%-20s %-14s %-15s %-17s %s\n", asset->name, asset->role, ip, mac, amt);
	}
	roster_free(roster);
	return code;
}

struct survey {
	struct loop *loop;
	FILE *out;
	size_t waiting;
	unsigned not_ready;
};

struct question {
	struct survey *survey;
	const struct asset *asset;
};

static void answered(void *arg, const struct amt_report *report)
{
	static const char *const grades[] = { "ready", "degraded", "not ready" };
	struct question *question = arg;
	struct survey *survey = question->survey;
	const char *why = report->rc < 0 ? report->err->text : report->why;

	if (report->rc < 0 || report->grade == AMT_NOT_READY)
		survey->not_ready++;
	fprintf(survey->out, "%-20s %-10s %-12s %s\n", question->asset->name, grades[report->rc < 0 ? AMT_NOT_READY : report->grade],
		*report->release ? report->release : "-", why);
	if (--survey->waiting == 0)
		loop_stop(survey->loop);
}

static bool is_named(const struct asset *asset, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], asset->name) == 0)
			return true;
	return argc == 1;
}

static void ask_all(struct survey *survey, struct amt *amt, const struct roster *roster, int argc, char **argv)
{
	struct question *questions = mem_array(roster_count(roster) + 1, sizeof(*questions));
	size_t count = 0;

	for (size_t i = 0; i < roster_count(roster); i++)
		if (roster_at(roster, i)->amt.present && is_named(roster_at(roster, i), argc, argv))
			questions[count++] = (struct question){ survey, roster_at(roster, i) };
	survey->waiting = count;
	for (size_t i = 0; i < count; i++)
		amt_survey(amt, questions[i].asset, answered, &questions[i]);
	if (count > 0)
		loop_run(survey->loop);
	else
		fprintf(survey->out, "no asset with AMT\n");
	mem_free(questions);
}

int cli_assets_check(int argc, char **argv, FILE *out, FILE *errors)
{
	const struct cli_option options[] = { { NULL, NULL } };
	const struct amt_config config = { 0 };
	struct survey survey = { .out = out };
	struct roster *roster;
	struct log *log;
	struct amt *amt;
	int code = EXIT_CODE_OK;

	if (!cli_options(&argc, argv, options, errors))
		return EXIT_CODE_USAGE;
	roster = read_roster(argc, argv, errors, &code);
	if (!roster)
		return code;
	log = log_new(stderr, LOG_LEVEL_WARNING);
	survey.loop = loop_new();
	amt = amt_new(&config, survey.loop, log);
	ask_all(&survey, amt, roster, argc, argv);
	amt_free(amt);
	loop_free(survey.loop);
	log_free(log);
	roster_free(roster);
	return survey.not_ready ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
}
