/* SPDX-License-Identifier: Apache-2.0 */
/* power.c - cordon power: is a machine on, switch it, let it start from somewhere else; through its firmware, so that an isolated
 * or a broken machine obeys as well.
 *
 * The daemon does it: it keeps the order before it gives it, knows whether the machine is isolated, and orders it behind whatever else
 * it does there.  The command asks and then asks how it went, so that a slow firmware keeps no place of the socket. */
#include "core/cli/power.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "core/api/control.h"
#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/num.h"
#include "core/base/units.h"
#include "core/cli/command.h"
#include "core/cli/options.h"

#define WAIT_NS     s_to_ns(60) /* firmware may take 35 s to answer, and 20 s to obey */
#define PATIENCE_MS 5000

static void pause_ms(long ms)
{
	struct timespec time = { .tv_nsec = ms * 1000000 };

	nanosleep(&time, NULL);
}

/* "repair 7 of pc-23: reset": 7 */
static bool number_of(const char *text, uint64_t *id)
{
	char digits[24];
	size_t length;

	if (strncmp(text, "repair ", 7) != 0)
		return false;
	length = strspn(text + 7, "0123456789");
	if (length == 0 || length >= sizeof(digits))
		return false;
	memcpy(digits, text + 7, length);
	digits[length] = '\0';
	return num_u64(digits, id);
}

static int begin(const struct power_wish *wish, uint64_t *id, struct err *err)
{
	struct buf line, answer;
	int rc;

	buf_init(&line, CONTROL_LINE_BYTES - 2);
	buf_init(&answer, CONTROL_ANSWER_BYTES);
	buf_format(&line, "power %s %s %s %s %s", wish->pc, remedy_act_name(wish->wish.act),
		   remedy_boot_name(wish->wish.boot), *wish->confirm ? wish->confirm : "-",
		   wish->why);
	if (line.overflow || strpbrk(line.text, "\r\n"))
		rc = err_set(err, ERR_USAGE, "the request is too long or has a line break");
	else
		rc = control_ask(wish->control, line.text, PATIENCE_MS, &answer, err);
	if (rc == 0 && !number_of(answer.text, id))
		rc = err_set(err, ERR_FAILED, "cordond answers what is not understood: %.80s",
			     answer.text);
	if (rc == 0 && wish->wish.act != REMEDY_LOOK)
		fputs(answer.text, wish->out);
	fflush(wish->out);
	buf_fini(&line);
	buf_fini(&answer);
	return rc;
}

struct outcome {
	char state[16], power[16], device[72], said[400];
};

/* Up to the separator into field; what follows it, NULL if there is none. */
static const char *cut(const char *text, char separator, char *field, size_t size)
{
	const char *end = strchr(text, separator);
	size_t length = end ? (size_t)(end - text) : 0;

	if (!end || length >= size)
		return NULL;
	memcpy(field, text, length);
	field[length] = '\0';
	return end + 1;
}

/* "done on AMT 12.0.67 at 10.0.0.1:16992|ordered: reset" and the line's end */
static bool read_outcome(const char *text, struct outcome *outcome)
{
	const char *rest = cut(text, ' ', outcome->state, sizeof(outcome->state));

	rest = rest ? cut(rest, ' ', outcome->power, sizeof(outcome->power)) : NULL;
	rest = rest ? cut(rest, '|', outcome->device, sizeof(outcome->device)) : NULL;
	return rest && cut(rest, '\n', outcome->said, sizeof(outcome->said));
}

/* 0: asked; the outcome may not be there yet. */
static int ask_outcome(const char *control, uint64_t id, struct outcome *outcome, struct err *err)
{
	struct buf answer;
	char line[48];
	int rc;

	snprintf(line, sizeof(line), "repair %llu", (unsigned long long)id);
	buf_init(&answer, CONTROL_ANSWER_BYTES);
	rc = control_ask(control, line, PATIENCE_MS, &answer, err);
	if (rc == 0 && !read_outcome(answer.text, outcome))
		rc = err_set(err, ERR_FAILED, "cordond answers what is not understood: %.80s",
			     answer.text);
	buf_fini(&answer);
	return rc;
}

static bool is_over(const struct outcome *outcome)
{
	return strcmp(outcome->state, "requested") != 0 && strcmp(outcome->state, "ordered") != 0;
}

/* A daemon that is being started anew is waited for as well. */
static int await(const struct power_wish *wish, uint64_t id, struct outcome *outcome,
		 struct err *err)
{
	uint64_t until_ns = clock_monotonic_ns() + wish->wait_ns;
	int rc;

	for (;;) {
		err_clear(err);
		rc = ask_outcome(wish->control, id, outcome, err);
		if (rc == 0 && is_over(outcome))
			return 0;
		if (clock_monotonic_ns() >= until_ns)
			break;
		pause_ms(200);
	}
	return rc < 0 ? rc
		      : err_set(err, ERR_FAILED,
				"repair %llu is under way still (%s): \"cordon repairs\" tells how it ends",
				(unsigned long long)id, outcome->state);
}

static int tell(const struct power_wish *wish, const struct outcome *outcome)
{
	bool done = strcmp(outcome->state, "done") == 0;

	if (done && *outcome->said)
		fprintf(wish->out, "%s: %s\n", wish->pc, outcome->said);
	if (done || strcmp(outcome->state, "late") == 0)
		fprintf(wish->out, "%s is %s (%s)\n", wish->pc, outcome->power, outcome->device);
	if (!done)
		fprintf(wish->errors, "cordon: %s\n", outcome->said);
	return done ? EXIT_CODE_OK : EXIT_CODE_FAILURE;
}

static int through_daemon(const struct power_wish *wish)
{
	struct outcome outcome = { .state = "" };
	struct err err = { 0 };
	uint64_t id;

	if (begin(wish, &id, &err) == 0 && await(wish, id, &outcome, &err) == 0)
		return tell(wish, &outcome);
	fprintf(wish->errors, "cordon: %s\n", err.text);
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
