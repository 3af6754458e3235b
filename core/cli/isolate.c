/* SPDX-License-Identifier: Apache-2.0 */
/* isolate.c - cordon health, hosts, stats, isolations, repairs, isolate, approve, deny, release: asked of the running daemon over its socket. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/api/control.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/num.h"
#include "core/cli/command.h"
#include "core/cli/options.h"

#define PATIENCE_MS 5000

/* What a person may ask: with nothing, with the number of an isolation, with a reason behind it, or with that or a machine. */
enum takes { NOTHING, ID, ID_AND_REASON, PC_AND_REASON };

/* Wrong words are told at once, whether a daemon answers or not. */
static bool words_fit(const char *request, enum takes takes, int argc, char **argv, FILE *errors)
{
	uint64_t id;

	if (takes == NOTHING)
		return cli_no_words(argc, argv, errors);
	if (takes == PC_AND_REASON && argc > 0)
		return true;
	if (takes == PC_AND_REASON) {
		fprintf(errors, "cordon: %s needs a machine, by name or address%s\n", request,
			strcmp(request, "release") == 0
				? ", or the number of an isolation: see \"cordon isolations\""
				: "");
		return false;
	}
	if (argc == 0 || !num_u64(argv[0], &id)) {
		fprintf(errors,
			"cordon: %s needs the number of an isolation: see \"cordon isolations\"\n",
			request);
		return false;
	}
	return takes == ID_AND_REASON || cli_no_words(argc - 1, argv + 1, errors);
}

/* One line there, one answer back. */
static int send_line(const char *path, const struct buf *line, FILE *out, FILE *errors)
{
	struct buf answer;
	struct err err = { 0 };
	int rc;

	buf_init(&answer, CONTROL_ANSWER_BYTES);
	if (line->overflow || strpbrk(line->text, "\r\n"))
		rc = err_set(&err, ERR_USAGE, "the request is too long or has a line break");
	else
		rc = control_ask(path, line->text, PATIENCE_MS, &answer, &err);
	if (rc == 0)
		fputs(answer.text, out);
	else
		fprintf(errors, "cordon: %s\n", err.text);
	buf_fini(&answer);
	return rc == 0 ? EXIT_CODE_OK : err_exit_code(&err);
}

/* request is the first word; the rest of argv follows it. */
static int ask(const char *request, enum takes takes, int argc, char **argv, FILE *out,
	       FILE *errors)
{
	const char *path = CLI_DEFAULT_CONTROL;
	const struct cli_option options[] = { { "control", &path }, { NULL, NULL } };
	struct buf line;
	int code;

	if (!cli_options(&argc, argv, options, errors) ||
	    !words_fit(request, takes, argc, argv, errors))
		return EXIT_CODE_USAGE;
	buf_init(&line, CONTROL_LINE_BYTES - 2);
	buf_text(&line, request);
	for (int i = 0; i < argc; i++)
		buf_format(&line, " %s", argv[i]);
	code = send_line(path, &line, out, errors);
	buf_fini(&line);
	return code;
}

static bool is_one_word(const char *word, const char *remedy, FILE *errors)
{
	if (*word && !strpbrk(word, " \t\r\n"))
		return true;
	fprintf(errors, "cordon: \"%s\" is not one word: %s\n", word, remedy);
	return false;
}

int cli_isolate(int argc, char **argv, FILE *out, FILE *errors)
{
	const char *path = CLI_DEFAULT_CONTROL, *channel = "-", *why = "";
	const struct cli_option options[] = {
		{ "channel", &channel }, { "why", &why }, { "control", &path }, { NULL, NULL }
	};
	struct buf line;
	int code;

	if (!cli_options(&argc, argv, options, errors) ||
	    !words_fit("isolate", PC_AND_REASON, argc, argv, errors) ||
	    !cli_no_words(argc - 1, argv + 1, errors) ||
	    !is_one_word(argv[0], "name the machine by its address or MAC", errors) ||
	    !is_one_word(channel, "name a channel of the policy", errors))
		return EXIT_CODE_USAGE;
	buf_init(&line, CONTROL_LINE_BYTES - 2);
	buf_format(&line, "isolate %s %s %s", argv[0], channel, why);
	code = send_line(path, &line, out, errors);
	buf_fini(&line);
	return code;
}

int cli_health(int argc, char **argv, FILE *out, FILE *errors)
{
	return ask("health", NOTHING, argc, argv, out, errors);
}

int cli_hosts(int argc, char **argv, FILE *out, FILE *errors)
{
	return ask("hosts", NOTHING, argc, argv, out, errors);
}

int cli_stats(int argc, char **argv, FILE *out, FILE *errors)
{
	return ask("stats", NOTHING, argc, argv, out, errors);
}

int cli_isolations(int argc, char **argv, FILE *out, FILE *errors)
{
	return ask("isolations", NOTHING, argc, argv, out, errors);
}

int cli_repairs(int argc, char **argv, FILE *out, FILE *errors)
{
	return ask("repairs", NOTHING, argc, argv, out, errors);
}

int cli_approve(int argc, char **argv, FILE *out, FILE *errors)
{
	return ask("approve", ID, argc, argv, out, errors);
}

int cli_deny(int argc, char **argv, FILE *out, FILE *errors)
{
	return ask("deny", ID_AND_REASON, argc, argv, out, errors);
}

int cli_release(int argc, char **argv, FILE *out, FILE *errors)
{
	return ask("release", PC_AND_REASON, argc, argv, out, errors);
}
