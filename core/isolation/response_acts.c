/* SPDX-License-Identifier: Apache-2.0 */
/* Around each step of an isolation: first keep, then tell, then act.
 *
 * A device is written to only when the wish is durable.  If the journal fails, the act counts as failed before it was
 * asked for, so the step's own back-off repeats it; reading a device needs no journal.  Left out: what the
 * step decides (isolation.c) and who may start one (response_decide.c). */
#include <stdio.h>
#include <string.h>

#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/base/invariant.h"
#include "core/isolation/enforcer.h"
#include "core/isolation/journal.h"
#include "core/isolation/machine.h"
#include "core/isolation/measure.h"
#include "core/isolation/plan.h"
#include "core/isolation/response_running.h"
#include "core/safety/governor.h"

static int keep(struct running *running, struct err *err)
{
	const struct journal *journal = running->response->parts.journal;

	return journal ? journal->keep(journal->self, &running->isolation, err) : 0;
}

/* answer: the enforcer's that led here, or NULL. */
static void tell(const struct running *running, const struct isolation *isolation,
		 const struct enforcer_result *answer, uint64_t now_ns)
{
	const struct response_parts *parts = &running->response->parts;
	struct fact_isolation told = { .isolation = *isolation,
				       .enforcer = parts->enforcer->name,
				       .dry_run = parts->dry_run };
	struct fact fact = { .type = FACT_ISOLATION,
			     .wall_ns = now_ns,
			     .host = isolation->host,
			     .mac = isolation->mac,
			     .isolation = &told };

	if (answer) {
		told.device = *answer->device ? answer->device : NULL;
		told.did = *answer->did ? answer->did : NULL;
		told.writes = answer->writes;
		told.reads = answer->reads;
	}
	parts->facts.tell(parts->facts.arg, &fact);
}

void response_tell_late(struct response *response, const struct isolation *isolation,
			uint64_t now_ns)
{
	struct running late = { .response = response };

	tell(&late, isolation, NULL, now_ns);
}

/* Loud: whoever reads facts must learn that a restart would not know of this. */
static void tell_not_kept(const struct running *running, const struct err *err, uint64_t now_ns)
{
	struct isolation loud = running->isolation;

	snprintf(loud.reason, sizeof(loud.reason), "%.150s", err->text);
	tell(running, &loud, NULL, now_ns);
}

static void answered(void *arg, const struct enforcer_result *result)
{
	struct running *running = arg;

	INVARIANT(!running->answered);
	running->answered = true;
	running->answer = *result;
	running->answer_err = result->err ? *result->err : (struct err){ 0 };
	running->answer.err = NULL;
	response_touch(running);
}

static int plan_for(const struct running *running, struct plan *plan, struct err *err)
{
	return plan_from_decision(running->response->parts.policy, &running->isolation.decision,
				  plan, err);
}

/* Hands the act to the enforcer; negative if that is impossible, then nothing was asked. */
static int ask(struct running *running, enum isolation_action action, struct err *err)
{
	static const enum enforcer_act acts[] = {
		[ISOLATION_DO_ISOLATE] = ENFORCER_ISOLATE,
		[ISOLATION_DO_INSPECT] = ENFORCER_INSPECT,
		[ISOLATION_DO_RELEASE] = ENFORCER_RELEASE,
	};
	const struct response_parts *parts = &running->response->parts;
	const struct asset *asset = roster_find_name(parts->roster, running->isolation.asset);
	struct asset hinted;
	struct plan plan;
	bool planned;

	if (!asset)
		return err_set(err, ERR_FAILED, "asset %s is no longer in the roster: put it back",
			       running->isolation.asset);
	planned = plan_for(running, &plan, action == ISOLATION_DO_ISOLATE ? err : NULL) == 0;
	if (action == ISOLATION_DO_ISOLATE && !planned)
		return ERR_CONFIG;
	hinted = machine_with_hint(asset, &running->isolation.host, &running->isolation.mac);
	parts->enforcer->act(parts->enforcer->self, acts[action], &hinted, planned ? &plan : NULL,
			     answered, running);
	return 0;
}

static bool is_write(enum isolation_action action)
{
	return action == ISOLATION_DO_ISOLATE || action == ISOLATION_DO_RELEASE;
}

struct moment {
	const struct isolation_event *event;
	const struct enforcer_result *answer; /* NULL if no answer led to the event */
	uint64_t now_ns;
};

/* One step with its keeping and telling; err is set when the journal failed. */
static enum isolation_action step_once(struct running *running, const struct moment *moment,
				       struct err *err)
{
	const struct isolation_event *event = moment->event;
	uint64_t now_ns = moment->now_ns;
	struct isolation before = running->isolation;
	enum isolation_action action = isolation_step(&running->isolation, event, now_ns);
	bool news = running->isolation.state != before.state ||
		    before.asked_ns != running->isolation.asked_ns ||
		    running->isolation.approvals != before.approvals ||
		    strcmp(running->isolation.reason, before.reason) != 0 ||
		    strcmp(running->isolation.open, before.open) != 0;

	if (news || is_write(action) || event->type == ISOLATION_ACT_DONE ||
	    event->type == ISOLATION_CLOCK_SET)
		if (keep(running, err) < 0) {
			err_prefix(err, "the journal cannot be written");
			tell_not_kept(running, err, now_ns);
		}
	if (news && (!err_is_set(err) || !is_write(action)))
		tell(running, &running->isolation, moment->answer, now_ns);
	return action;
}

static void run(struct running *running, struct moment moment)
{
	struct isolation_event failure = { .type = ISOLATION_ACT_DONE };
	struct err err = { 0 }, why;

	for (;;) {
		enum isolation_action action = step_once(running, &moment, &err);

		response_touch(running);
		if (action == ISOLATION_DO_NOTHING)
			return;
		if ((!is_write(action) || !err_is_set(&err)) && ask(running, action, &err) == 0)
			return;
		failure.hopeless = err.code == ERR_CONFIG;
		why = err;
		failure.reason = why.text;
		err_clear(&err);
		moment.event = &failure;
		moment.answer = NULL;
	}
}

void response_step(struct running *running, const struct isolation_event *event, uint64_t now_ns)
{
	run(running, (struct moment){ .event = event, .now_ns = now_ns });
}

/* Why an answer is not what was hoped for, or NULL. */
static const char *reason_of(const struct running *running, char *text, size_t size)
{
	const struct enforcer_result *answer = &running->answer;

	if (answer->rc < 0)
		return *running->answer_err.text ? running->answer_err.text
						 : "the device did not answer as it should";
	if (answer->active || !answer->foreign_active)
		return NULL;
	snprintf(text, size, "another console's policy \"%s\" is the active one",
		 answer->foreign_name);
	return text;
}

void response_take_answer(struct running *running, uint64_t now_ns)
{
	const struct enforcer_result *answer = &running->answer;
	char text[96];
	struct isolation_event event = {
		.type = ISOLATION_ACT_DONE,
		.ok = answer->rc >= 0,
		.unknown = answer->unknown,
		.active = answer->active,
		.has_counters = answer->has_counters,
		.hopeless = answer->rc == ERR_CONFIG || answer->rc == ERR_USAGE,
		.pretended = running->response->parts.dry_run,
		/* Of others than suspects the sensor tells no contacts. */
		.blind = governor_is_blind(running->response->parts.governor) ||
			 running->isolation.incident == 0,
		.dropped_transmit = answer->dropped_transmit,
		.dropped_receive = answer->dropped_receive,
		.ends_in_s = answer->ends_in_s,
		.has_counted = answer->has_counted,
		.counted = answer->counted,
		.left = answer->left,
		.open = *answer->open ? answer->open : NULL,
		.reason = reason_of(running, text, sizeof(text)),
	};

	running->answered = false;
	run(running, (struct moment){ .event = &event, .answer = answer, .now_ns = now_ns });
}
