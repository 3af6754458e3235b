/* SPDX-License-Identifier: Apache-2.0 */
/* isolate.c - cordon health, hosts, isolations, approve, deny, release: asked of the running daemon over its socket. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/api/control.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/num.h"
#include "core/cli/command.h"
#include "core/cli/options.h"

#define DEFAULT_CONTROL "/run/cordon/control"
#define PATIENCE_MS     5000

/* What a person may ask: with the number of an isolation, with a reason behind it, or with nothing. */
enum takes { NOTHING, ID, ID_AND_REASON };

/* Wrong words are told at once, whether a daemon answers or not. */
static bool words_fit(const char *request, enum takes takes, int argc, char **argv, FILE *errors)
{
	uint64_t id;

	if (takes == NOTHING)
		return cli_no_words(argc, argv, errors);
	if (argc == 0 || !num_u64(argv[0], &id)) {
		fprintf(errors,
			"cordon: %s needs the number of an isolation: see \"cordon isolations\"\n",
			request);
		return false;
	}
	return takes == ID_AND_REASON || cli_no_words(argc - 1, argv + 1, errors);
}

/* request is the first word; the rest of argv follows it. */
static int ask(const char *request, enum takes takes, int argc, char **argv, FILE *out,
	       FILE *errors)
{
	const char *path = DEFAULT_CONTROL;
	const struct cli_option options[] = { { "control", &path }, { NULL, NULL } };
	struct buf line, answer;
	struct err err = { 0 };
	int rc;

	if (!cli_options(&argc, argv, options, errors) ||
	    !words_fit(request, takes, argc, argv, errors))
		return EXIT_CODE_USAGE;
	buf_init(&line, CONTROL_LINE_BYTES - 2);
	buf_init(&answer, 256u * 1024);
	buf_text(&line, request);
	for (int i = 0; i < argc; i++)
		buf_format(&line, " %s", argv[i]);
	if (line.overflow || (line.length && strchr(line.text, '\n')))
		rc = err_set(&err, ERR_USAGE, "the request is too long or has a line break");
	else
		rc = control_ask(path, line.text, PATIENCE_MS, &answer, &err);
	if (rc == 0)
		fputs(answer.text, out);
	else
		fprintf(errors, "cordon: %s\n", err.text);
	buf_fini(&line);
	buf_fini(&answer);
	return rc == 0 ? EXIT_CODE_OK : err_exit_code(&err);
}

int cli_health(int argc, char **argv, FILE *out, FILE *errors)
{
	return ask("health", NOTHING, argc, argv, out, errors);
}

int cli_hosts(int argc, char **argv, FILE *out, FILE *errors)
{
	return ask("hosts", NOTHING, argc, argv, out, errors);
}

int cli_isolations(int argc, char **argv, FILE *out, FILE *errors)
{
	return ask("isolations", NOTHING, argc, argv, out, errors);
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
	return ask("release", ID_AND_REASON, argc, argv, out, errors);
}
