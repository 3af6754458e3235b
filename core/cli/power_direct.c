/* SPDX-License-Identifier: Apache-2.0 */
/* power_direct.c - cordon power --direct: past the daemon, for the night in which there is none.
 *
 * Refused while one answers, for then the order would be in nobody's sequence and in no ledger.  What can be kept without a daemon is
 * kept: the list's never_isolate counts, a machine must be named twice because nobody knows whether it is isolated, and with --store
 * order and outcome stand in the ledger as the daemon would have put them there, marked as direct; what a crash leaves open there
 * the next daemon looks at.  Without --store it says that no ledger knows. */
#include <pwd.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "amt/amt.h"
#include "core/api/control.h"
#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/asset/said.h"
#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/base/units.h"
#include "core/cli/assets.h"
#include "core/cli/command.h"
#include "core/cli/power.h"
#include "core/isolation/machine.h"
#include "core/isolation/repair.h"
#include "core/safety/guard.h"
#include "core/store/store.h"

#define LOOK_NS s_to_ns(1)

struct errand {
	const struct power_wish *wish;
	const struct asset *asset;
	struct store *store; /* NULL: nothing is kept */
	struct repair repair;
	struct loop *loop;
	struct amt *amt;
	struct timer *look_again;
	uint64_t until_ns;
};

/* ---- keeping ----------------------------------------------------------------------------------- */

static const char *nobody(unsigned id)
{
	(void)id;
	return "";
}

static int open_store(struct errand *errand, struct err *err)
{
	struct store_terms terms = { .path = errand->wish->store,
				     .detector_name = nobody,
				     .origin = "direct" };

	if (!terms.path)
		return 0;
	errand->store = store_open(&terms, err);
	if (!errand->store)
		return ERR_FAILED;
	errand->repair.id = store_next_repair(errand->store);
	return 0;
}

/* First durable, then told. */
static int keep(const struct errand *errand, struct err *err)
{
	const struct repair *repair = &errand->repair;
	struct fact fact = { .type = FACT_REPAIR,
			     .wall_ns = clock_wall_ns(),
			     .host = repair->host,
			     .mac = repair->mac,
			     .repair = repair };
	const struct repair_journal *journal;

	if (!errand->store || remedy_only_looks(&repair->wish))
		return 0;
	journal = store_repairs(errand->store);
	if (repair->state != REPAIR_REFUSED && journal->keep(journal->self, repair, err) < 0)
		return ERR_FAILED;
	return store_fact(errand->store, &fact, err);
}

/* ---- whether it may be ------------------------------------------------------------------------- */

static int ask_guard(const struct errand *errand, struct err *err)
{
	const struct repair *repair = &errand->repair;
	struct guard *guard = guard_new(0);
	char reason[GUARD_REASON_BYTES];
	bool allowed = guard_allows(guard, &repair->host, &repair->mac, errand->asset, reason);

	guard_free(guard);
	return allowed ? 0
		       : err_set(err, ERR_FAILED, "%s is not switched: %s. If it must be, go there",
				 repair->asset, reason);
}

static int may_be(const struct errand *errand, struct err *err)
{
	const struct power_wish *wish = errand->wish;
	const char *name = errand->asset->name;

	if (!errand->asset->amt.present)
		return err_set(
			err, ERR_FAILED,
			"%s has no \"amt:\" in the list of assets: nothing can be done to it from here",
			name);
	if (!remedy_disturbs(&wish->wish))
		return 0;
	if (!*wish->why || strlen(wish->why) >= ISOLATION_WHY_BYTES)
		return err_set(err, ERR_USAGE, "say why with --reason, in less than %d bytes",
			       ISOLATION_WHY_BYTES);
	if (ask_guard(errand, err) < 0)
		return ERR_FAILED;
	if (strcmp(wish->confirm, name) != 0)
		return err_set(
			err, ERR_FAILED,
			"nobody knows whether %s is isolated, somebody may work there: say --confirm %s if it must be",
			name, name);
	return 0;
}

/* ---- the firmware ------------------------------------------------------------------------------ */

static void ask(struct errand *errand, struct remedy_wish wish);

static void look(void *arg)
{
	ask(arg, (struct remedy_wish){ .act = REMEDY_LOOK });
}

static void show_log(const struct power_wish *wish, const struct remedy_answer *answer)
{
	struct buf line;

	buf_init(&line, 512);
	for (size_t i = 0; i < answer->entry_count; i++) {
		buf_clear(&line);
		remedy_entry_text(&answer->entries[i], &line);
		fprintf(wish->out, "%s\n", line.text);
	}
	buf_fini(&line);
	if (answer->rc >= 0 && answer->entry_count == 0)
		fprintf(wish->out, "%s has written nothing down\n", wish->pc);
}

static void answered(void *arg, const struct remedy_answer *answer)
{
	struct errand *errand = arg;

	if (errand->wish->wish.act == REMEDY_READ_LOG)
		show_log(errand->wish, answer);
	repair_take(&errand->repair, answer, clock_wall_ns());
	if (errand->repair.state == REPAIR_ORDERED &&
	    loop_now_ns(errand->loop) < errand->until_ns) {
		timer_after_ns(errand->look_again, LOOK_NS);
		return;
	}
	if (errand->repair.state == REPAIR_ORDERED)
		repair_give_up(&errand->repair, clock_wall_ns());
	loop_stop(errand->loop);
}

static void ask(struct errand *errand, struct remedy_wish wish)
{
	const struct remedy *remedy = amt_remedy(errand->amt);

	remedy->act(remedy->self, errand->asset, &wish, answered, errand);
}

static void run(struct errand *errand)
{
	const struct power_wish *wish = errand->wish;
	struct amt_config config = { .wall_ns = clock_wall_ns,
				     .authorities = wish->authorities,
				     .certificate = wish->certificate,
				     .key_ref = wish->key_ref };
	struct log *log = log_new(stderr, LOG_LEVEL_ERROR);

	errand->loop = loop_new();
	errand->until_ns = loop_now_ns(errand->loop) + wish->wait_ns;
	errand->amt = amt_new(&config, errand->loop, log);
	errand->look_again = loop_timer(errand->loop, look, errand);
	ask(errand, wish->wish);
	loop_run(errand->loop);
	timer_free(errand->look_again);
	amt_free(errand->amt);
	loop_free(errand->loop);
	log_free(log);
}

/* ---- the whole --------------------------------------------------------------------------------- */

static int tell(const struct errand *errand)
{
	const struct repair *repair = &errand->repair;
	FILE *out = errand->wish->out;

	if (repair->wish.act == REMEDY_READ_LOG) {
		if (*repair->said)
			fprintf(errand->wish->errors, "cordon: %s\n", repair->said);
		return repair->state == REPAIR_DONE ? EXIT_CODE_OK : EXIT_CODE_FAILURE;
	}
	if (repair->state == REPAIR_DONE && *repair->said)
		fprintf(out, "%s: %s\n", repair->asset, repair->said);
	if ((repair->state == REPAIR_DONE && repair->wish.act < REMEDY_ASK_CONSENT) ||
	    repair->state == REPAIR_LATE)
		fprintf(out, "%s is %s (%s)\n", repair->asset, remedy_power_name(repair->power),
			repair->device);
	if (repair->state != REPAIR_DONE)
		fprintf(errand->wish->errors, "cordon: %s\n", repair->said);
	return repair->state == REPAIR_DONE ? EXIT_CODE_OK : EXIT_CODE_FAILURE;
}

static void describe(struct errand *errand)
{
	struct repair *repair = &errand->repair;
	const struct passwd *user = getpwuid(getuid());

	repair->wish = errand->wish->wish;
	repair->wish.code = 0;
	repair->direct = true;
	repair->asked_ns = clock_wall_ns();
	machine_of(errand->asset, NULL, &repair->host, &repair->mac);
	snprintf(repair->asset, sizeof(repair->asset), "%s", errand->asset->name);
	if (user)
		snprintf(repair->asked_by, sizeof(repair->asked_by), "%s", user->pw_name);
	else
		snprintf(repair->asked_by, sizeof(repair->asked_by), "uid-%u", getuid());
	snprintf(repair->why, sizeof(repair->why), "%.*s", ISOLATION_WHY_BYTES - 1,
		 errand->wish->why);
}

static void refuse(struct errand *errand, const struct err *why)
{
	errand->repair.id = 0;
	errand->repair.state = REPAIR_REFUSED;
	errand->repair.ended_ns = clock_wall_ns();
	snprintf(errand->repair.said, sizeof(errand->repair.said), "%.*s",
		 (int)sizeof(errand->repair.said) - 1, why->text);
	keep(errand, NULL);
}

static int order(struct errand *errand, struct err *err)
{
	struct err late = { 0 };

	describe(errand);
	if (open_store(errand, err) < 0)
		return ERR_FAILED;
	if (may_be(errand, err) < 0) {
		refuse(errand, err);
		return ERR_FAILED;
	}
	if (keep(errand, err) < 0)
		return ERR_FAILED;
	if (!remedy_only_looks(&errand->wish->wish))
		fprintf(errand->wish->errors, "cordon: past cordond, %s\n",
			errand->store ? "and marked so in the ledger" : "and in no ledger");
	run(errand);
	if (keep(errand, &late) < 0)
		fprintf(errand->wish->errors, "cordon: the outcome is not kept: %s\n", late.text);
	return 0;
}

int power_direct(const struct power_wish *wish)
{
	struct errand errand = { .wish = wish };
	struct err err = { 0 };
	struct roster *roster;
	int code = EXIT_CODE_OK;

	if (control_is_open(wish->control)) {
		fprintf(wish->errors,
			"cordon: a cordond answers at %s: leave out --direct, so that the ledger has it\n",
			wish->control);
		return EXIT_CODE_FAILURE;
	}
	roster = assets_read(wish->roster, wish->errors, &code);
	if (!roster)
		return code;
	errand.asset = roster_find_said(roster, wish->pc, &err);
	if (errand.asset && order(&errand, &err) == 0) {
		code = tell(&errand);
	} else {
		fprintf(wish->errors, "cordon: %s\n", err.text);
		code = err_exit_code(&err);
	}
	store_close(errand.store);
	roster_free(roster);
	return code;
}
