/* SPDX-License-Identifier: Apache-2.0 */
/* Around each order: who may, then keep, then tell, then ask the firmware.
 *
 * Who switches a machine off cuts off whoever works at it, so the guard's no counts as for an isolation, and a machine that is
 * not isolated must be named twice.  Where the policy wants several to agree before a machine is cut off, they agree to its isolation;
 * one person switches it then.  What disturbs a machine that is not isolated counts with the governor, as an isolation by hand does.
 *
 * Left out: graceful ends; a queue of orders for one machine. */
#include "core/isolation/repairs.h"

#include <stdio.h>
#include <string.h>

#include "core/asset/roster.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/incident/incident.h"
#include "core/isolation/machine.h"
#include "core/isolation/response.h"
#include "core/safety/governor.h"
#include "core/safety/guard.h"

/* Firmware needs up to 10 s (amt-out-of-band.md 2.1); the state is read that often and that long. */
#define LOOK_NS     s_to_ns(1)
#define PATIENCE_NS s_to_ns(20)

/* Who only looks gets a number, too, to ask how it went, but none of those that the ledger counts. */
#define FIRST_LOOK (UINT64_C(1) << 52)

enum errand {
	ERRAND_NONE,
	ERRAND_ORDER,  /* as wished */
	ERRAND_LOOK,   /* after the order: is it there? */
	ERRAND_INQUIRE /* after a restart */
};

/* Lives at one address: the remedy's answer comes to it. */
struct place {
	struct repairs *repairs;
	struct repair repair; /* id 0 = free */
	uint8_t waiting_for;  /* enum errand whose answer is awaited */
	bool answered;
	struct remedy_answer answer;
	struct err answer_err;
	char did[REPAIR_SAID_BYTES], device[REPAIR_DEVICE_BYTES];
	uint64_t look_ns, until_ns;   /* wall */
	struct remedy_entry *entries; /* READ_LOG; NULL = none */
	size_t entry_count;
};

struct repairs {
	struct repairs_parts parts;
	uint64_t next_id, next_look;
	struct repairs_counts counts;
	struct place places[REPAIRS_MAX];
};

struct repairs *repairs_new(const struct repairs_parts *parts)
{
	struct repairs *repairs = mem_alloc(sizeof(*repairs));

	repairs->parts = *parts;
	repairs->next_id = parts->first_id ? parts->first_id : 1;
	repairs->next_look = FIRST_LOOK;
	for (size_t i = 0; i < REPAIRS_MAX; i++)
		repairs->places[i].repairs = repairs;
	return repairs;
}

void repairs_free(struct repairs *repairs)
{
	for (size_t i = 0; repairs && i < REPAIRS_MAX; i++)
		mem_free(repairs->places[i].entries);
	mem_free(repairs);
}

/* ---- keeping and telling ----------------------------------------------------------------------- */

static bool is_order(const struct repair *repair)
{
	return !remedy_only_looks(&repair->wish);
}

static void tell(const struct repairs *repairs, const struct repair *repair, uint64_t now_ns)
{
	struct fact fact = { .type = FACT_REPAIR,
			     .wall_ns = now_ns,
			     .host = repair->host,
			     .mac = repair->mac,
			     .repair = repair };

	repairs->parts.facts.tell(repairs->parts.facts.arg, &fact);
}

static int keep(const struct repairs *repairs, const struct repair *repair, struct err *err)
{
	const struct repair_journal *journal = repairs->parts.journal;

	return journal ? journal->keep(journal->self, repair, err) : 0;
}

static void count(struct repairs *repairs, const struct repair *repair)
{
	switch (repair->state) {
	case REPAIR_DONE:
		repairs->counts.done++;
		break;
	case REPAIR_FAILED:
		repairs->counts.failed++;
		break;
	case REPAIR_REFUSED:
		repairs->counts.refused++;
		break;
	case REPAIR_LATE:
	case REPAIR_UNKNOWN:
		repairs->counts.unknown++;
		break;
	}
}

/* An outcome that cannot be kept is told all the same; a restart will ask the machine again. */
static void publish(struct repairs *repairs, const struct repair *repair, uint64_t now_ns)
{
	struct err err = { 0 };

	if (!is_order(repair))
		return;
	count(repairs, repair);
	keep(repairs, repair, &err);
	tell(repairs, repair, now_ns);
}

/* ---- asking the firmware ----------------------------------------------------------------------- */

static void copy_entries(struct place *place, const struct remedy_answer *answer)
{
	if (answer->rc < 0 || answer->entry_count == 0)
		return;
	place->entries = mem_array(answer->entry_count, sizeof(*place->entries));
	memcpy(place->entries, answer->entries, answer->entry_count * sizeof(*place->entries));
	place->entry_count = answer->entry_count;
}

static void answered(void *arg, const struct remedy_answer *answer)
{
	struct place *place = arg;

	INVARIANT(!place->answered);
	place->answered = true;
	place->answer = *answer;
	place->answer_err = answer->err ? *answer->err : (struct err){ 0 };
	snprintf(place->did, sizeof(place->did), "%s", answer->did ? answer->did : "");
	snprintf(place->device, sizeof(place->device), "%s", answer->device ? answer->device : "");
	place->answer.err = err_is_set(&place->answer_err) ? &place->answer_err : NULL;
	copy_entries(place, answer);
	place->answer.did = place->did;
	place->answer.device = place->device;
}

static void no_such_asset(struct place *place)
{
	struct err err = { 0 };
	struct remedy_answer answer = {
		.rc = err_set(&err, ERR_FAILED, "asset %s is no longer in the roster: put it back",
			      place->repair.asset),
		.err = &err
	};

	answered(place, &answer);
}

static void ask(struct place *place, enum errand errand, struct remedy_wish wish)
{
	const struct repairs_parts *parts = &place->repairs->parts;
	const struct asset *asset = roster_find_name(parts->roster, place->repair.asset);
	struct asset hinted;

	place->waiting_for = (uint8_t)errand;
	if (!asset) {
		no_such_asset(place);
		return;
	}
	hinted = machine_with_hint(asset, &place->repair.host, &place->repair.mac);
	parts->remedy->act(parts->remedy->self, &hinted, &wish, answered, place);
}

static void take_answer(struct place *place, uint64_t now_ns)
{
	struct repair *repair = &place->repair;
	uint8_t before = repair->state, errand = place->waiting_for;

	place->answered = false;
	place->waiting_for = ERRAND_NONE;
	if (errand == ERRAND_INQUIRE)
		repair_take_look(repair, &place->answer, now_ns);
	else
		repair_take(repair, &place->answer, now_ns);
	if (repair->state == REPAIR_ORDERED) {
		place->look_ns = now_ns + LOOK_NS;
		if (errand == ERRAND_ORDER)
			place->until_ns = now_ns + PATIENCE_NS;
		if (now_ns >= place->until_ns)
			repair_give_up(repair, now_ns);
	}
	if (repair->state != before)
		publish(place->repairs, repair, now_ns);
}

uint64_t repairs_advance(struct repairs *repairs, uint64_t now_ns)
{
	uint64_t wake_ns = 0;

	for (size_t i = 0; i < REPAIRS_MAX; i++) {
		struct place *place = &repairs->places[i];

		if (place->answered)
			take_answer(place, now_ns);
		if (!place->repair.id || place->waiting_for ||
		    place->repair.state != REPAIR_ORDERED)
			continue;
		if (place->look_ns <= now_ns)
			ask(place, ERRAND_LOOK, (struct remedy_wish){ .act = REMEDY_LOOK });
		else if (!wake_ns || place->look_ns < wake_ns)
			wake_ns = place->look_ns;
	}
	return wake_ns;
}

void repairs_clock_set(struct repairs *repairs, uint64_t step_ns)
{
	for (size_t i = 0; i < REPAIRS_MAX; i++) {
		repairs->places[i].look_ns += step_ns;
		repairs->places[i].until_ns += step_ns;
	}
}

/* ---- whether it may be ------------------------------------------------------------------------- */

struct order {
	struct repairs *repairs;
	const struct repairs_wish *asked;
	const struct isolation *isolation; /* wanted or in force; NULL = none */
	struct repair repair;
	uint64_t now_ns;
};

/* A measure leaves the machine at work. */
static bool is_cut_off(const struct order *order)
{
	const struct isolation *isolation = order->isolation;

	return isolation && !verdict_is_measure(isolation->decision.verdict) &&
	       (isolation->state == ISOLATION_APPLIED || isolation->state == ISOLATION_PROVEN);
}

static int ask_guard(const struct order *order, struct err *err)
{
	char reason[GUARD_REASON_BYTES];

	if (guard_allows(order->repairs->parts.guard, &order->repair.host, &order->repair.mac,
			 order->asked->asset, reason))
		return 0;
	return err_set(err, ERR_FAILED, "%s is not switched: %s. If it must be, go there",
		       order->asked->asset->name, reason);
}

static unsigned people_wanted(const struct order *order)
{
	const struct policy *policy = order->repairs->parts.policy;
	struct incident nothing = { .host = order->repair.host };
	struct decision decision;
	struct policy_input input;

	policy_input_from(&input, order->asked->incident ? order->asked->incident : &nothing,
			  order->asked->asset, order->repairs->parts.detector_name, order->now_ns);
	return policy_decide_by_hand(policy, &input, &decision) ? decision.approvals : 1;
}

static int ask_confirmation(const struct order *order, struct err *err)
{
	const char *name = order->asked->asset->name, *said = order->asked->confirm;
	unsigned people = people_wanted(order);

	if (people > 1)
		return err_set(
			err, ERR_FAILED,
			"the policy wants %u people to agree before %s is cut off: \"cordon isolate %s\" first, one may "
			"switch it then",
			people, name, name);
	if (strcmp(said, name) == 0)
		return 0;
	if (*said)
		return err_set(err, ERR_FAILED, "--confirm says %s, and the machine is %s", said,
			       name);
	if (order->isolation && !verdict_is_measure(order->isolation->decision.verdict))
		return err_set(
			err, ERR_FAILED,
			"isolation %llu of %s is not in force (%s), somebody may work there: wait for it, or say --confirm %s",
			(unsigned long long)order->isolation->id, name,
			isolation_state_name(order->isolation->state), name);
	return err_set(
		err, ERR_FAILED,
		"%s is not isolated, somebody may work there: say --confirm %s if it must be all the same",
		name, name);
}

static const struct place *under_way(const struct repairs *repairs, const char *asset)
{
	for (size_t i = 0; i < REPAIRS_MAX; i++) {
		const struct place *place = &repairs->places[i];

		if (place->repair.id && is_order(&place->repair) &&
		    !repair_has_ended(&place->repair) && strcmp(place->repair.asset, asset) == 0)
			return place;
	}
	return NULL;
}

static int check_words(const struct order *order, struct err *err)
{
	const struct repairs_wish *asked = order->asked;

	if (strlen(asked->why) >= ISOLATION_WHY_BYTES)
		return err_set(err, ERR_USAGE, "the reason is longer than %d bytes",
			       ISOLATION_WHY_BYTES - 1);
	if (remedy_disturbs(&asked->wish) && !*asked->why)
		return err_set(err, ERR_USAGE,
			       "say why with --reason: it stands in the ledger beside your name");
	return 0;
}

static int check_running(const struct order *order, struct err *err)
{
	const struct asset *asset = order->asked->asset;
	const struct place *other = under_way(order->repairs, asset->name);

	if (!other || !is_order(&order->repair))
		return 0;
	return err_set(err, ERR_FAILED,
		       "repair %llu of %s is under way (%s, asked by %s): \"cordon repairs\"",
		       (unsigned long long)other->repair.id, asset->name,
		       remedy_act_name(other->repair.wish.act), other->repair.asked_by);
}

static int may_be(const struct order *order, struct err *err)
{
	const struct asset *asset = order->asked->asset;

	if (!asset->amt.present)
		return err_set(
			err, ERR_FAILED,
			"%s has no \"amt:\" in the list of assets: nothing can be done to it from here",
			asset->name);
	if (!order->repairs->parts.remedy)
		return err_set(
			err, ERR_FAILED,
			"cordond runs without --enforce and sends nothing: start it with that, or stop it and take --direct");
	if (check_words(order, err) < 0 || check_running(order, err) < 0)
		return ERR_FAILED;
	if (!remedy_disturbs(&order->asked->wish))
		return 0;
	if (ask_guard(order, err) < 0)
		return ERR_FAILED;
	return is_cut_off(order) ? 0 : ask_confirmation(order, err);
}

/* ---- doing it ---------------------------------------------------------------------------------- */

static void describe_order(struct order *order)
{
	const struct repairs_wish *asked = order->asked;
	struct repair *repair = &order->repair;

	machine_of(asked->asset, asked->incident, &repair->host, &repair->mac);
	repair->wish = asked->wish;
	repair->wish.code = 0;
	repair->asked_ns = order->now_ns;
	snprintf(repair->asset, sizeof(repair->asset), "%s", asked->asset->name);
	snprintf(repair->asked_by, sizeof(repair->asked_by), "%s", asked->who);
	snprintf(repair->why, sizeof(repair->why), "%.*s", ISOLATION_WHY_BYTES - 1, asked->why);
	order->isolation = response_of(order->repairs->parts.response, repair->asset);
	repair->isolation = is_cut_off(order) ? order->isolation->id : 0;
}

static void refuse(struct order *order, const struct err *why)
{
	struct repair *repair = &order->repair;

	if (!is_order(repair))
		return;
	repair->state = REPAIR_REFUSED;
	repair->ended_ns = order->now_ns;
	snprintf(repair->said, sizeof(repair->said), "%.*s", (int)sizeof(repair->said) - 1,
		 why->text);
	count(order->repairs, repair);
	tell(order->repairs, repair, order->now_ns);
}

/* What nobody needs to hear of any more goes first. */
static bool goes_before(const struct repair *repair, const struct repair *other)
{
	return is_order(repair) != is_order(other) ? !is_order(repair) : repair->id < other->id;
}

/* A free place, else that of one that has ended. */
static struct place *find_place(struct repairs *repairs, struct err *err)
{
	struct place *best = NULL;

	for (size_t i = 0; i < REPAIRS_MAX; i++) {
		struct place *place = &repairs->places[i];

		if (!place->repair.id)
			return place;
		if (repair_has_ended(&place->repair) && !place->waiting_for &&
		    (!best || goes_before(&place->repair, &best->repair)))
			best = place;
	}
	if (!best)
		err_set(err, ERR_LIMIT,
			"%d repairs are under way at once: wait for some of them, \"cordon repairs\"",
			REPAIRS_MAX);
	return best;
}

/* Durable, then told; an order that cannot be kept is not given. */
static int keep_first(struct order *order, struct err *err)
{
	struct repair *repair = &order->repair;

	repair->id = is_order(repair) ? order->repairs->next_id : order->repairs->next_look++;
	if (!is_order(repair))
		return 0;
	if (keep(order->repairs, repair, err) < 0) {
		err_prefix(err, "the journal cannot be written, so nothing was sent");
		repair->id = 0;
		return ERR_FAILED;
	}
	order->repairs->next_id++;
	order->repairs->counts.asked++;
	tell(order->repairs, repair, order->now_ns);
	return 0;
}

static void say(const struct order *order, struct buf *said)
{
	struct governor *governor = order->repairs->parts.governor;
	char reason[GOVERNOR_REASON_BYTES], act[REPAIR_ACT_BYTES];

	repair_act_text(&order->repair.wish, act);
	buf_format(said, "repair %llu of %s: %s", (unsigned long long)order->repair.id,
		   order->repair.asset, act);
	if (!remedy_disturbs(&order->repair.wish))
		return;
	if (order->repair.isolation)
		buf_format(said, " (isolation %llu holds)",
			   (unsigned long long)order->repair.isolation);
	else if (!governor_allows(governor, order->now_ns, reason))
		buf_format(said, "\nnote, for what the policy wants from now on: %s", reason);
}

uint64_t repairs_ask(struct repairs *repairs, const struct repairs_wish *asked, uint64_t now_ns,
		     struct buf *said, struct err *err)
{
	struct order order = { .repairs = repairs, .asked = asked, .now_ns = now_ns };
	struct place *place = NULL;
	struct err why = { 0 };

	describe_order(&order);
	if (may_be(&order, &why) == 0)
		place = find_place(repairs, &why);
	if (!place || keep_first(&order, &why) < 0) {
		refuse(&order, &why);
		err_set(err, why.code, "%s", why.text);
		return 0;
	}
	if (remedy_disturbs(&asked->wish) && !order.repair.isolation)
		governor_count(repairs->parts.governor, now_ns);
	mem_free(place->entries);
	*place = (struct place){ .repairs = repairs, .repair = order.repair };
	ask(place, ERRAND_ORDER, asked->wish);
	say(&order, said);
	return order.repair.id;
}

/* ---- at start ---------------------------------------------------------------------------------- */

struct recalling {
	struct repairs *repairs;
	uint64_t now_ns;
};

/* What may wait in the firmware for the next start is taken back, unless the firmware had said yes: then it is used up. */
static void recalled(void *arg, const struct repair *repair)
{
	const struct recalling *recalling = arg;
	struct repairs *repairs = recalling->repairs;
	struct remedy_wish wish = { .act = repair->state == REPAIR_REQUESTED && repair->wish.boot
						   ? REMEDY_WITHDRAW
						   : REMEDY_LOOK };
	struct place *place = find_place(repairs, NULL);

	if (repair->id >= repairs->next_id)
		repairs->next_id = repair->id + 1;
	if (!place)
		return; /* stays in the journal for the next start */
	mem_free(place->entries);
	*place = (struct place){ .repairs = repairs, .repair = *repair };
	ask(place, ERRAND_INQUIRE, wish);
}

static void tell_late(void *arg, const struct repair *repair)
{
	const struct recalling *recalling = arg;

	tell(recalling->repairs, repair, recalling->now_ns);
}

int repairs_recall(struct repairs *repairs, uint64_t now_ns, struct err *err)
{
	const struct repair_journal *journal = repairs->parts.journal;
	struct recalling recalling = { repairs, now_ns };

	if (!journal || !repairs->parts.remedy)
		return 0;
	if (journal->untold(journal->self, tell_late, &recalling, err) < 0)
		return ERR_FAILED;
	return journal->recall(journal->self, recalled, &recalling, err);
}

/* ---- asked about ------------------------------------------------------------------------------- */

static const struct place *place_of(const struct repairs *repairs, uint64_t id)
{
	for (size_t i = 0; id && i < REPAIRS_MAX; i++)
		if (repairs->places[i].repair.id == id)
			return &repairs->places[i];
	return NULL;
}

const struct repair *repairs_find(const struct repairs *repairs, uint64_t id)
{
	const struct place *place = place_of(repairs, id);

	return place ? &place->repair : NULL;
}

const struct remedy_entry *repairs_entries(const struct repairs *repairs, uint64_t id,
					   size_t *count)
{
	const struct place *place = place_of(repairs, id);

	*count = place ? place->entry_count : 0;
	return place ? place->entries : NULL;
}

void repairs_drop_entries(struct repairs *repairs, uint64_t id)
{
	for (size_t i = 0; id && i < REPAIRS_MAX; i++) {
		struct place *place = &repairs->places[i];

		if (place->repair.id != id)
			continue;
		mem_free(place->entries);
		place->entries = NULL;
		place->entry_count = 0;
	}
}

const struct repair *repairs_after(const struct repairs *repairs, uint64_t id)
{
	const struct repair *next = NULL;

	for (size_t i = 0; i < REPAIRS_MAX; i++) {
		const struct repair *repair = &repairs->places[i].repair;

		if (repair->id > id && is_order(repair) && (!next || repair->id < next->id))
			next = repair;
	}
	return next;
}

struct repairs_counts repairs_counts(const struct repairs *repairs)
{
	struct repairs_counts counts = repairs->counts;

	for (size_t i = 0; i < REPAIRS_MAX; i++) {
		const struct repair *repair = &repairs->places[i].repair;

		counts.running += repair->id && is_order(repair) && !repair_has_ended(repair);
	}
	return counts;
}
