/* SPDX-License-Identifier: Apache-2.0 */
/* isolate.c - cordon health, hosts, isolations, approve, deny, release: asked of the running daemon over its socket. */
#include <string.h>

#include "core/api/control.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/cli/command.h"
#include "core/cli/options.h"

#define DEFAULT_CONTROL "/run/cordon/control"
#define PATIENCE_MS     5000

/* request is the first word; the rest of argv follows it. */
static int ask(const char *request, int argc, char **argv, FILE *out, FILE *errors)
{
	const char *path = DEFAULT_CONTROL;
	const struct cli_option options[] = { { "control", &path }, { NULL, NULL } };
	struct buf line, answer;
	struct err err = { 0 };
	int rc;

	if (!cli_options(&argc, argv, options, errors))
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
	return ask("health", argc, argv, out, errors);
}

int cli_hosts(int argc, char **argv, FILE *out, FILE *errors)
{
	return ask("hosts", argc, argv, out, errors);
}

int cli_isolations(int argc, char **argv, FILE *out, FILE *errors)
{
	return ask("isolations", argc, argv, out, errors);
}

int cli_approve(int argc, char **argv, FILE *out, FILE *errors)
{
	return ask("approve", argc, argv, out, errors);
}

int cli_deny(int argc, char **argv, FILE *out, FILE *errors)
{
	return ask("deny", argc, argv, out, errors);
}

int cli_release(int argc, char **argv, FILE *out, FILE *errors)
{
	return ask("release", argc, argv, out, errors);
}
