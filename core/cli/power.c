/* SPDX-License-Identifier: Apache-2.0 */
/* power.c - cordon power: is a machine on, switch it, let it start from somewhere else; through its firmware, so that an isolated
 * or a broken machine obeys as well.
 *
 * The firmware says yes at once and acts within seconds, so the state is looked at until it is as ordered or patience is
 * over.  It speaks to the firmware itself, beside a daemon that may do so too: firmware takes both. */
#include <stdbool.h>
#include <string.h>

#include "amt/amt.h"
#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/base/num.h"
#include "core/base/units.h"
#include "core/cli/assets.h"
#include "core/cli/command.h"
#include "core/cli/options.h"

#define WAIT_NS UINT64_C(20000000000)
#define LOOK_NS UINT64_C(1000000000)

static const char *const act_words[] = { "state", "on", "off", "cycle", "reset" };
static const char *const boot_words[] = { "usual", "network", "disk", "cd", "setup" };

struct errand {
	struct loop *loop;
	struct amt *amt;
	struct timer *look_again;
	const struct asset *asset;
	struct amt_power_wish wish;
	FILE *out, *errors;
	uint64_t until_ns;
	bool ordered; /* what follows only looks */
	int code;
};

static int word_of(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], word) == 0)
			return (int)i;
	return -1;
}

static bool is_as_ordered(const struct errand *errand, unsigned state)
{
	return errand->wish.act == AMT_POWER_LOOK ||
	       state == (errand->wish.act == AMT_POWER_OFF ? AMT_POWER_IS_OFF : AMT_POWER_IS_ON);
}

static void end(struct errand *errand, int code)
{
	errand->code = code;
	loop_stop(errand->loop);
}

static void answered(void *arg, const struct amt_power_answer *answer)
{
	struct errand *errand = arg;
	bool done = is_as_ordered(errand, answer->state);

	if (answer->rc < 0) {
		fprintf(errand->errors, "cordon: %s%s\n", answer->err->text,
			answer->unknown ? "; it may have obeyed all the same: look at its state"
					: "");
		end(errand, EXIT_CODE_FAILURE);
		return;
	}
	if (!errand->ordered && *answer->did)
		fprintf(errand->out, "%s: %s\n", errand->asset->name, answer->did);
	errand->ordered = true;
	if (!done && loop_now_ns(errand->loop) < errand->until_ns) {
		timer_after_ns(errand->look_again, LOOK_NS);
		return;
	}
	fprintf(errand->out, "%s is %s (%s)\n", errand->asset->name,
		amt_power_state_name(answer->state), answer->device);
	if (!done)
		fprintf(errand->errors,
			"cordon: it took the order and is not there yet; look again, or wait longer with --wait\n");
	end(errand, done ? EXIT_CODE_OK : EXIT_CODE_FAILURE);
}

static void look(void *arg)
{
	struct errand *errand = arg;
	struct amt_power_wish only_look = { .act = AMT_POWER_LOOK };

	amt_power(errand->amt, errand->asset, &only_look, answered, errand);
}

static int run(struct errand *errand, const struct amt_config *config, uint64_t wait_ns)
{
	struct log *log = log_new(stderr, LOG_LEVEL_ERROR);

	errand->loop = loop_new();
	errand->until_ns = loop_now_ns(errand->loop) + wait_ns;
	errand->amt = amt_new(config, errand->loop, log);
	errand->look_again = loop_timer(errand->loop, look, errand);
	amt_power(errand->amt, errand->asset, &errand->wish, answered, errand);
	loop_run(errand->loop);
	timer_free(errand->look_again);
	amt_free(errand->amt);
	loop_free(errand->loop);
	log_free(log);
	return errand->code;
}

static bool take_wish(struct errand *errand, int argc, char **argv, const char *from)
{
	const char *word = argc > 2 ? argv[2] : act_words[AMT_POWER_LOOK];
	int act = word_of(word, act_words, sizeof(act_words) / sizeof(act_words[0])),
	    boot = word_of(from, boot_words, sizeof(boot_words) / sizeof(boot_words[0]));

	if (argc < 2 || argc > 3 || act < 0)
		fprintf(errand->errors, "cordon: power takes FILE PC [on | off | cycle | reset]\n");
	else if (boot < 0)
		fprintf(errand->errors,
			"cordon: --boot takes network, disk, cd or setup, not \"%s\"\n", from);
	else if (boot > 0 && (act == AMT_POWER_LOOK || act == AMT_POWER_OFF))
		fprintf(errand->errors, "cordon: --boot goes with on, cycle or reset\n");
	else {
		errand->wish = (struct amt_power_wish){ (uint8_t)act, (uint8_t)boot };
		return true;
	}
	return false;
}

static bool take_time(const char *text, uint64_t *wait_ns, FILE *errors)
{
	if (!text || (num_duration_ns(text, wait_ns) && *wait_ns <= s_to_ns(600)))
		return true;
	fprintf(errors, "cordon: --wait needs a time such as 20s, at most 10m\n");
	return false;
}

int cli_power(int argc, char **argv, FILE *out, FILE *errors)
{
	const char *from = boot_words[AMT_BOOT_USUAL], *wait = NULL;
	struct amt_config config = { .wall_ns = clock_wall_ns };
	const struct cli_option options[] = {
		{ "boot", &from },
		{ "wait", &wait },
		{ "authorities", &config.authorities },
		{ "certificate", &config.certificate },
		{ "key", &config.key_ref },
		{ NULL, NULL },
	};
	struct errand errand = { .out = out, .errors = errors };
	uint64_t wait_ns = WAIT_NS;
	struct roster *roster;
	int code = EXIT_CODE_OK;

	if (!cli_options(&argc, argv, options, errors) || !take_wish(&errand, argc, argv, from) ||
	    !take_time(wait, &wait_ns, errors))
		return EXIT_CODE_USAGE;
	roster = assets_read(argv[0], errors, &code);
	if (!roster)
		return code;
	errand.asset = roster_find_name(roster, argv[1]);
	if (errand.asset) {
		code = run(&errand, &config, wait_ns);
	} else {
		fprintf(errors, "cordon: no asset \"%s\" in %s\n", argv[1], argv[0]);
		code = EXIT_CODE_USAGE;
	}
	roster_free(roster);
	return code;
}
