/* SPDX-License-Identifier: Apache-2.0 */
/* The running isolations and whoever moves them: time, answers, people, and the journal after a restart.
 *
 * Thousands may run at once (an order of people, a recall), so each call looks only at those that something has happened to
 * (response_index.c).  An ended one is swept at the end of each public call, never in the middle of one. */
#include "core/isolation/response.h"

#include <stdio.h>
#include <string.h>

#include "core/asset/roster.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/isolation/enforcer.h"
#include "core/isolation/journal.h"
#include "core/isolation/measure.h"
#include "core/isolation/plan.h"
#include "core/isolation/response_running.h"
#include "core/policy/channel.h"
#include "core/safety/governor.h"
#include "core/safety/guard.h"

/* How long a verdict rests after its isolation failed or nobody approved it. */
#define AGAIN_NS s_to_ns(600)

struct response *response_new(const struct response_parts *parts)
{
	struct response *response = mem_alloc(sizeof(*response));

	response->parts = *parts;
	response->next_id = parts->first_id ? parts->first_id : 1;
	return response;
}

void response_free(struct response *response)
{
	if (!response)
		return;
	while (response->preparing) {
		struct preparation *next = response->preparing->next;

		mem_free(response->preparing);
		response->preparing = next;
	}
	response_index_free(response);
	mem_free(response);
}

/* ---- the running ones -------------------------------------------------------------------------- */

static struct running *better(struct running *best, struct running *running)
{
	unsigned rung = verdict_rung(running->isolation.decision.verdict);
	unsigned best_rung = best ? verdict_rung(best->isolation.decision.verdict) : 0;

	if (isolation_has_ended(&running->isolation) || running == best)
		return best;
	return !best || rung > best_rung ||
			       (rung == best_rung && running->isolation.id < best->isolation.id)
		       ? running
		       : best;
}

struct running *response_find_running(const struct response *response, const char *asset,
				      const struct host_key *host)
{
	struct running *best = NULL, *running = NULL;

	while (asset && (running = response_of_asset(response, asset, running)) != NULL)
		best = better(best, running);
	running = NULL;
	while (host && (running = response_of_host(response, host, running)) != NULL)
		best = better(best, running);
	return best;
}

/* What people ended stays ended until the verdict changes; what failed may be tried again later, and a host that relapses
 * after its hold at once. */
static void note_end(struct response *response, const struct running *running, uint64_t now_ns)
{
	struct verdict_memory *memory = response_memory(response, running->isolation.incident);

	if (memory->incident != running->isolation.incident || running->isolation.superseded_by)
		return;
	memory->refused = false;
	if (!running->by_people)
		memory->again_ns =
			running->isolation.state == ISOLATION_RELEASED ? now_ns : now_ns + AGAIN_NS;
}

void response_sweep(struct response *response, uint64_t now_ns)
{
	const struct running_list *ended = response_ended(response);

	for (size_t i = 0; i < ended->count; i++)
		note_end(response, ended->items[i], now_ns);
	response_remove_ended(response);
}

const struct isolation *response_of(const struct response *response, const char *asset)
{
	const struct running *running = response_find_running(response, asset, NULL);

	return running ? &running->isolation : NULL;
}

size_t response_count(const struct response *response)
{
	return response->running.count;
}

const struct isolation *response_at(const struct response *response, size_t index)
{
	INVARIANT(index < response->running.count);
	return &response->running.items[index]->isolation;
}

/* ---- time -------------------------------------------------------------------------------------- */

void response_heard(struct response *response, const struct host_key *host, uint64_t now_ns)
{
	struct isolation_event event = { .type = ISOLATION_HOST_HEARD };
	struct running *running = NULL;

	while ((running = response_of_host(response, host, running)) != NULL)
		response_step(running, &event, now_ns);
}

void response_clock_set(struct response *response, uint64_t step_ns, uint64_t now_ns)
{
	struct isolation_event event = { .type = ISOLATION_CLOCK_SET, .step_ns = step_ns };

	for (size_t i = 0; i < response->running.count; i++)
		response_step(response->running.items[i], &event, now_ns);
}

static void take_preparations(struct response *response)
{
	struct preparation **link = &response->preparing;

	while (*link) {
		struct preparation *preparation = *link;

		if (!preparation->answered) {
			link = &preparation->next;
			continue;
		}
		*link = preparation->next;
		preparation->answer.err = &preparation->answer_err;
		if (response->parts.prepared)
			response->parts.prepared(response->parts.prepared_arg, preparation->asset,
						 preparation->channel, &preparation->answer);
		mem_free(preparation);
	}
}

/* What is overtaken waits for the other. */
static uint64_t wake_of(const struct running *running)
{
	uint64_t due_ns = running->isolation.due_ns, witness_ns = response_witness_ns(running);

	if (isolation_has_ended(&running->isolation) ||
	    response_is_overtaken(running->response, running))
		return 0;
	return witness_ns && (!due_ns || witness_ns < due_ns) ? witness_ns : due_ns;
}

static void wake_all(const struct running_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		response_wake(list->items[i], wake_of(list->items[i]));
}

static bool is_due(const struct isolation *isolation, uint64_t now_ns)
{
	return isolation->due_ns && isolation->due_ns <= now_ns;
}

uint64_t response_advance(struct response *response, uint64_t now_ns)
{
	struct isolation_event tick = { .type = ISOLATION_TICK };
	const struct running_list *due;

	take_preparations(response);
	due = response_take_due(response, now_ns);
	for (size_t i = 0; i < due->count; i++) {
		struct running *running = due->items[i];

		if (running->answered)
			response_take_answer(running, now_ns);
		if (is_due(&running->isolation, now_ns) &&
		    !response_is_overtaken(response, running))
			response_step(running, &tick, now_ns);
	}
	for (size_t i = 0; i < due->count; i++)
		response_climb(due->items[i], now_ns);
	wake_all(due);
	wake_all(&response->touched);
	response_sweep(response, now_ns);
	return response_next_wake_ns(response);
}

/* ---- people ------------------------------------------------------------------------------------ */

static struct running *find_id(const struct response *response, uint64_t id, struct err *err)
{
	struct running *running = response_find_id(response, id);

	if (!running)
		err_set(err, ERR_GONE, "no isolation %llu is running", (unsigned long long)id);
	return running;
}

static struct running *find_waiting(const struct response *response, uint64_t id, struct err *err)
{
	struct running *running = find_id(response, id, err);

	if (running && running->isolation.state != ISOLATION_AWAITING_APPROVAL) {
		err_set(err, ERR_FAILED, "isolation %llu does not wait for approval, it is %s",
			(unsigned long long)id, isolation_state_name(running->isolation.state));
		return NULL;
	}
	return running;
}

/* Whether a person stands in "anna, bert". */
static bool is_named(const char *names, const char *who)
{
	size_t length = strlen(who);

	for (const char *at = names; (at = strstr(at, who)); at += length)
		if ((at == names || at[-1] == ' ') && (at[length] == '\0' || at[length] == ','))
			return true;
	return false;
}

static int add_name(struct isolation *isolation, const char *who, struct err *err)
{
	char *names = isolation->approved_by;
	size_t length = strlen(names);

	if (!who || !*who || strpbrk(who, ", "))
		return err_set(
			err, ERR_USAGE,
			"an approval needs the name of the person, without commas and blanks");
	if (is_named(names, who))
		return err_set(err, ERR_FAILED,
			       "%s has approved isolation %llu already: another person must", who,
			       (unsigned long long)isolation->id);
	if (length + strlen(who) + 3 > sizeof(isolation->approved_by))
		return err_set(err, ERR_LIMIT, "isolation %llu has no room for another name",
			       (unsigned long long)isolation->id);
	snprintf(names + length, sizeof(isolation->approved_by) - length, "%s%s",
		 length ? ", " : "", who);
	return 0;
}

/* People may go beyond the governor, nobody beyond the guard: it is asked again, much may have been learnt since. */
static int ask_guard(const struct response *response, const struct running *running,
		     struct err *err)
{
	const struct isolation *isolation = &running->isolation;
	const struct asset *asset = roster_find_name(response->parts.roster, isolation->asset);
	char reason[GUARD_REASON_BYTES];

	if (guard_allows(response->parts.guard, &isolation->host, &isolation->mac, asset, reason))
		return 0;
	return err_set(err, ERR_FAILED, "isolation %llu is refused: %s",
		       (unsigned long long)isolation->id, reason);
}

int response_approve(struct response *response, uint64_t isolation, const char *who,
		     uint64_t now_ns, struct err *err)
{
	struct isolation_event event = { .type = ISOLATION_APPROVE };
	struct running *running = find_waiting(response, isolation, err);
	struct err refusal = { 0 };
	int rc = 0;

	if (!running)
		return ERR_FAILED;
	if (ask_guard(response, running, &refusal) < 0) {
		event.type = ISOLATION_DENY;
		event.reason = refusal.text;
		rc = err_set(err, refusal.code, "%s", refusal.text);
	} else if (add_name(&running->isolation, who, err) < 0) {
		return ERR_FAILED;
	}
	if (rc == 0 && running->isolation.approvals + 1 >= running->isolation.decision.approvals)
		governor_count(response->parts.governor, now_ns);
	response_step(running, &event, now_ns);
	response_sweep(response, now_ns);
	return rc;
}

int response_deny(struct response *response, uint64_t isolation, const char *reason,
		  uint64_t now_ns, struct err *err)
{
	struct isolation_event event = { .type = ISOLATION_DENY, .reason = reason };
	struct running *running = find_waiting(response, isolation, err);

	if (!running)
		return ERR_FAILED;
	running->by_people = true;
	response_step(running, &event, now_ns);
	response_sweep(response, now_ns);
	return 0;
}

int response_release(struct response *response, uint64_t isolation, const char *reason,
		     uint64_t now_ns, struct err *err)
{
	struct isolation_event event = { .type = ISOLATION_RELEASE_ASKED, .reason = reason };
	struct running *running = find_id(response, isolation, err);

	if (!running)
		return ERR_GONE;
	running->by_people = true;
	response_step(running, &event, now_ns);
	response_sweep(response, now_ns);
	return 0;
}

/* ---- at start ---------------------------------------------------------------------------------- */

static void recalled(void *arg, const struct isolation *isolation)
{
	struct response *response = arg;

	if (isolation_has_ended(isolation))
		return;
	response_add(response, isolation);
	if (isolation->id >= response->next_id)
		response->next_id = isolation->id + 1;
	if (isolation->state != ISOLATION_AWAITING_APPROVAL)
		governor_recall(response->parts.governor, isolation->asked_ns);
}

struct late {
	struct response *response;
	uint64_t now_ns;
};

static void tell_late(void *arg, const struct isolation *isolation)
{
	const struct late *late = arg;

	response_tell_late(late->response, isolation, late->now_ns);
}

int response_recall(struct response *response, uint64_t now_ns, struct err *err)
{
	struct late late = { response, now_ns };
	const struct journal *journal = response->parts.journal;
	struct isolation_event event = { .type = ISOLATION_RECALLED };

	INVARIANT(response->running.count == 0);
	if (!journal)
		return 0;
	if (journal->untold && journal->untold(journal->self, tell_late, &late, err) < 0)
		return ERR_FAILED;
	if (journal->recall(journal->self, recalled, response, err) < 0)
		return ERR_FAILED;
	for (size_t i = 0; i < response->running.count; i++)
		response_step(response->running.items[i], &event, now_ns);
	response_sweep(response, now_ns);
	return 0;
}

static void prepared(void *arg, const struct enforcer_result *result)
{
	struct preparation *preparation = arg;

	preparation->answered = true;
	preparation->answer = *result;
	if (result->err)
		preparation->answer_err = *result->err;
}

static void tell_no_plan(struct response *response, const struct asset *asset, const char *channel,
			 const struct err *err)
{
	struct enforcer_result result = { .rc = err->code, .err = err };

	if (response->parts.prepared)
		response->parts.prepared(response->parts.prepared_arg, asset, channel, &result);
}

static void prepare_plan(struct response *response, const struct asset *asset,
			 const struct plan *plan)
{
	const struct enforcer *enforcer = response->parts.enforcer;
	struct preparation *preparation;

	preparation = mem_alloc(sizeof(*preparation));
	preparation->response = response;
	preparation->asset = asset;
	snprintf(preparation->channel, sizeof(preparation->channel), "%s", plan->name);
	preparation->next = response->preparing;
	response->preparing = preparation;
	enforcer->act(enforcer->self, ENFORCER_PREPARE, asset, plan, prepared, preparation);
}

/* One plan is held back, so that the last can say it is the last. */
struct stager {
	struct response *response;
	const struct asset *asset;
	struct plan plan; /* waits */
	bool waiting, incomplete;
	size_t asked;
};

static void stage(struct stager *stager, const struct plan *plan)
{
	if (stager->waiting)
		prepare_plan(stager->response, stager->asset, &stager->plan);
	stager->asked += stager->waiting;
	stager->waiting = plan != NULL;
	if (plan)
		stager->plan = *plan;
}

static void stage_last(struct stager *stager)
{
	stager->plan.complete = !stager->incomplete;
	stage(stager, NULL);
}

static void stage_channel(struct stager *stager, const struct channel *channel)
{
	struct plan plan;
	struct err err = { 0 };

	if (plan_from_channel(channel, &plan, &err) == 0) {
		stage(stager, &plan);
		return;
	}
	stager->incomplete = true;
	tell_no_plan(stager->response, stager->asset, channel->name, &err);
}

/* The measure of a rule, unless an earlier rule has the same. */
static void stage_measure(struct stager *stager, size_t rule)
{
	const struct policy *policy = stager->response->parts.policy;
	const struct decision *wanted = policy_rule_answer(policy, rule);
	struct plan plan;

	if (!verdict_is_measure(wanted->verdict))
		return;
	for (size_t i = 0; i < rule; i++) {
		const struct decision *earlier = policy_rule_answer(policy, i);

		if (earlier->verdict == wanted->verdict &&
		    measure_equal(&earlier->measure, &wanted->measure))
			return;
	}
	if (plan_from_decision(policy, wanted, &plan, NULL) == 0)
		stage(stager, &plan);
}

static size_t prepare_asset(struct response *response, const struct asset *asset)
{
	const struct policy *policy = response->parts.policy;
	struct stager stager = { .response = response, .asset = asset };

	for (size_t i = 0; i < policy_channel_count(policy); i++)
		stage_channel(&stager, policy_channel_at(policy, i));
	for (size_t i = 0; i < policy_rule_count(policy); i++)
		stage_measure(&stager, i);
	stage_last(&stager);
	return stager.asked;
}

/* A machine that is never isolated needs no filters: its flash is left alone. */
size_t response_prepare(struct response *response)
{
	const struct response_parts *parts = &response->parts;
	size_t asked = 0;

	for (size_t i = 0; i < roster_count(parts->roster); i++) {
		const struct asset *asset = roster_at(parts->roster, i);

		if (!asset->never_isolate && (asset->amt.present || parts->dry_run))
			asked += prepare_asset(response, asset);
	}
	return asked;
}
