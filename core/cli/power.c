/* SPDX-License-Identifier: Apache-2.0 */
/* power.c - cordon power: is a machine on, switch it, let it start from somewhere else; through its firmware, so that an isolated
 * or a broken machine obeys as well.  cordon log: what its firmware has written down.  cordon
 * consent: the person at its screen agrees to another start.
 *
 * The daemon does it: it keeps the order before it gives it, knows whether the machine is isolated, and orders it behind whatever else
 * it does there. */
#include "core/cli/power.h"

#include <stdbool.h>
#include <string.h>

#include "core/api/control.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/num.h"
#include "core/base/units.h"
#include "core/cli/command.h"
#include "core/cli/errand.h"
#include "core/cli/options.h"

#define WAIT_NS s_to_ns(60) /* firmware may take 35 s to answer, and 20 s to obey */

static bool write_line(const struct power_wish *wish, struct buf *line)
{
	if (wish->wish.act == REMEDY_READ_LOG)
		buf_format(line, "log %s", wish->pc);
	else if (wish->wish.act == REMEDY_GIVE_CODE)
		buf_format(line, "consent %s %06u", wish->pc, wish->wish.code);
	else if (wish->wish.act >= REMEDY_ASK_CONSENT)
		buf_format(line, "consent %s%s", wish->pc,
			   wish->wish.act == REMEDY_END_CONSENT ? " cancel" : "");
	else
		buf_format(line, "power %s %s %s %s %s", wish->pc, remedy_act_name(wish->wish.act),
			   remedy_boot_name(wish->wish.boot), *wish->confirm ? wish->confirm : "-",
			   wish->why);
	return !line->overflow && !strpbrk(line->text, "\r\n");
}

static int begin(const struct power_wish *wish, uint64_t *id, struct err *err)
{
	struct buf line, said;
	int rc;

	buf_init(&line, CONTROL_LINE_BYTES - 2);
	buf_init(&said, CONTROL_ANSWER_BYTES);
	if (write_line(wish, &line))
		rc = errand_begin(wish->control, line.text, id, &said, err);
	else
		rc = err_set(err, ERR_USAGE, "the request is too long or has a line break");
	if (rc == 0 && !remedy_only_looks(&wish->wish))
		fputs(said.text, wish->out);
	fflush(wish->out);
	buf_fini(&line);
	buf_fini(&said);
	return rc;
}

static int tell(const struct power_wish *wish, const struct errand_outcome *outcome)
{
	bool done = strcmp(outcome->state, "done") == 0;

	if (done && *outcome->said)
		fprintf(wish->out, "%s: %s\n", wish->pc, outcome->said);
	if ((done && wish->wish.act < REMEDY_ASK_CONSENT) || strcmp(outcome->state, "late") == 0)
		fprintf(wish->out, "%s is %s (%s)\n", wish->pc, outcome->power, outcome->device);
	if (!done)
		fprintf(wish->errors, "cordon: %s\n", outcome->said);
	return done ? EXIT_CODE_OK : EXIT_CODE_FAILURE;
}

/* Of two logs one may have been refused: the other is shown, and that is said. */
static int tell_log(const struct power_wish *wish, uint64_t id,
		    const struct errand_outcome *outcome, struct err *err)
{
	struct buf entries;
	int rc = 0;

	buf_init(&entries, CONTROL_ANSWER_BYTES);
	if (strcmp(outcome->state, "done") == 0)
		rc = errand_entries(wish->control, id, &entries, err);
	else
		rc = err_set(err, ERR_FAILED, "%s", outcome->said);
	if (rc == 0 && entries.length > 1)
		fputs(entries.text, wish->out);
	else if (rc == 0)
		fprintf(wish->out, "%s has written nothing down\n", wish->pc);
	if (rc == 0 && *outcome->said)
		fprintf(wish->errors, "cordon: %s\n", outcome->said);
	buf_fini(&entries);
	return rc;
}

static int through_daemon(const struct power_wish *wish)
{
	struct errand_outcome outcome = { .state = "" };
	struct err err = { 0 };
	uint64_t id;

	if (begin(wish, &id, &err) == 0 &&
	    errand_await(wish->control, id, wish->wait_ns, &outcome, &err) == 0) {
		if (wish->wish.act != REMEDY_READ_LOG)
			return tell(wish, &outcome);
		if (tell_log(wish, id, &outcome, &err) == 0)
			return EXIT_CODE_OK;
	}
	fprintf(wish->errors, "cordon: %s%s\n", err.text,
		control_is_open(wish->control) ? "" : "; without a daemon take --direct ASSETS");
	return err_exit_code(&err);
}

static bool take_time(const char *text, uint64_t *wait_ns, FILE *errors)
{
	if (!text || (num_duration_ns(text, wait_ns) && *wait_ns <= s_to_ns(600)))
		return true;
	fprintf(errors, "cordon: --wait needs a time such as 20s, at most 10m\n");
	return false;
}

static bool take_words(struct power_wish *wish, int argc, char **argv, const char *boot)
{
	const char *act = argc > 1 ? argv[1] : remedy_act_name(REMEDY_LOOK);
	struct err err = { 0 };

	if (argc < 1 || argc > 2)
		err_set(&err, ERR_USAGE, "power takes PC [on | off | cycle | reset]");
	else if (!*argv[0] || strpbrk(argv[0], " \t\r\n") || strpbrk(wish->confirm, " \t\r\n"))
		err_set(&err, ERR_USAGE,
			"\"%s\" is not one word: name the machine by its address or MAC", argv[0]);
	else if (remedy_wish_of(act, boot, &wish->wish, &err))
		wish->pc = argv[0];
	if (err_is_set(&err))
		fprintf(wish->errors, "cordon: %s\n", err.text);
	return !err_is_set(&err);
}

static bool fits_way(const struct power_wish *wish)
{
	const char *only_direct = wish->store         ? "--store"
				  : wish->authorities ? "--authorities"
				  : wish->certificate ? "--certificate"
				  : wish->key_ref     ? "--key"
						      : NULL;

	if (wish->roster || !only_direct)
		return true;
	fprintf(wish->errors, "cordon: %s goes with --direct: cordond has its own in cordon.yaml\n",
		only_direct);
	return false;
}

int cli_power(int argc, char **argv, FILE *out, FILE *errors)
{
	const char *boot = remedy_boot_name(REMEDY_BOOT_USUAL), *wait = NULL;
	struct power_wish wish = { .confirm = "",
				   .why = "",
				   .control = CLI_DEFAULT_CONTROL,
				   .wait_ns = WAIT_NS,
				   .out = out,
				   .errors = errors };
	const struct cli_option options[] = {
		{ "boot", &boot },
		{ "reason", &wish.why },
		{ "why", &wish.why },
		{ "confirm", &wish.confirm },
		{ "wait", &wait },
		{ "control", &wish.control },
		{ "direct", &wish.roster },
		{ "store", &wish.store },
		{ "authorities", &wish.authorities },
		{ "certificate", &wish.certificate },
		{ "key", &wish.key_ref },
		{ NULL, NULL },
	};

	if (!cli_options(&argc, argv, options, errors) || !take_words(&wish, argc, argv, boot) ||
	    !take_time(wait, &wish.wait_ns, errors) || !fits_way(&wish))
		return EXIT_CODE_USAGE;
	return wish.roster ? power_direct(&wish) : through_daemon(&wish);
}

/* What looks, or asks a person, takes fewer words than what switches. */
static int run_plain(int argc, char **argv, struct power_wish *wish)
{
	const char *wait = NULL;
	const struct cli_option options[] = {
		{ "wait", &wait },
		{ "control", &wish->control },
		{ "direct", &wish->roster },
		{ "authorities", &wish->authorities },
		{ "certificate", &wish->certificate },
		{ "key", &wish->key_ref },
		{ NULL, NULL },
	};
	bool consent = wish->wish.act == REMEDY_ASK_CONSENT;
	struct err err = { 0 };

	if (!cli_options(&argc, argv, options, wish->errors))
		return EXIT_CODE_USAGE;
	if (argc < 1 || argc > 1 + consent || !*argv[0] || strpbrk(argv[0], " \t\r\n"))
		err_set(&err, ERR_USAGE, "%s takes one machine, by name, address or MAC%s",
			remedy_act_name(wish->wish.act), consent ? ", and a code or cancel" : "");
	else if (consent)
		remedy_consent_of(argc > 1 ? argv[1] : "", &wish->wish, &err);
	if (err_is_set(&err)) {
		fprintf(wish->errors, "cordon: %s\n", err.text);
		return EXIT_CODE_USAGE;
	}
	wish->pc = argv[0];
	if (!take_time(wait, &wish->wait_ns, wish->errors) || !fits_way(wish))
		return EXIT_CODE_USAGE;
	return wish->roster ? power_direct(wish) : through_daemon(wish);
}

static struct power_wish plain_wish(unsigned act, FILE *out, FILE *errors)
{
	return (struct power_wish){ .wish = { .act = (uint8_t)act },
				    .confirm = "",
				    .why = "",
				    .control = CLI_DEFAULT_CONTROL,
				    .wait_ns = WAIT_NS,
				    .out = out,
				    .errors = errors };
}

int cli_log(int argc, char **argv, FILE *out, FILE *errors)
{
	struct power_wish wish = plain_wish(REMEDY_READ_LOG, out, errors);

	return run_plain(argc, argv, &wish);
}

int cli_consent(int argc, char **argv, FILE *out, FILE *errors)
{
	struct power_wish wish = plain_wish(REMEDY_ASK_CONSENT, out, errors);

	return run_plain(argc, argv, &wish);
}
