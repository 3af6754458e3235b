/* SPDX-License-Identifier: Apache-2.0 */
/* From incident to isolation: policy, guard, governor, in this order.
 *
 * The policy's verdict is told as it is; what safety made of it stands beside it as "refused".  A guard's no is final.
 * A governor's no, a doubt about who the host is, and a wish for a witness where there is no port to count, turn the act
 * into a proposal.  An
 * incident is decided again whenever it is told, but only a change is news.
 *
 * Where all that speaks against a host was sent by a TCP that never was its own, its firmware bears witness before it is
 * isolated, whatever the policy says: a scanner on it is counted there, a forger elsewhere is not (worm-detection.md D.3). */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "core/asset/roster.h"
#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/incident/score.h"
#include "core/isolation/measure.h"
#include "core/isolation/plan.h"
#include "core/isolation/response_running.h"
#include "core/safety/governor.h"
#include "core/safety/guard.h"

#define REFUSAL_BYTES 600

struct case_file {
	struct response *response;
	const struct incident *incident;
	const struct asset *asset; /* NULL if we do not answer for the host */
	struct decision decision;
	uint64_t now_ns;
	bool ask_people;             /* instead of acting at once */
	char refusal[REFUSAL_BYTES]; /* "" = none */
};

struct verdict_memory *response_memory(struct response *response, uint64_t incident)
{
	return &response->memories[incident % VERDICT_MEMORIES];
}

/* What the strongest evidence is about must have ports. */
static bool can_be_witnessed(const struct case_file *file)
{
	const struct evidence *first = &file->incident->evidence[0];

	return file->incident->evidence_count > 0 && first->port &&
	       (first->contact_kind == CONTACT_TCP || first->contact_kind == CONTACT_UDP);
}

static void decide(struct case_file *file)
{
	const struct response_parts *parts = &file->response->parts;
	struct policy_input input;

	file->asset = roster_find(parts->roster, &file->incident->host, &file->incident->mac);
	policy_input_from(&input, file->incident, file->asset, parts->detector_name, file->now_ns);
	policy_decide(parts->policy, &input, &file->decision);
	file->ask_people = file->decision.verdict == VERDICT_PROPOSE;
	if (file->decision.verdict == VERDICT_ISOLATE && incident_is_strange(file->incident) &&
	    can_be_witnessed(file))
		file->decision.witness = WITNESS_BEFORE;
}

/* ---- safety ------------------------------------------------------------------------------------ */

static bool channel_holds(struct case_file *file)
{
	struct plan plan;
	struct err err = { 0 };

	if (plan_from_decision(file->response->parts.policy, &file->decision, &plan, &err) == 0)
		return true;
	snprintf(file->refusal, sizeof(file->refusal), "%s", err.text);
	return false;
}

static bool guard_says_yes(struct case_file *file)
{
	const struct incident *incident = file->incident;
	char reason[GUARD_REASON_BYTES];

	if (!guard_allows(file->response->parts.guard, &incident->host, &incident->mac, file->asset,
			  reason))
		snprintf(file->refusal, sizeof(file->refusal), "%s", reason);
	return !*file->refusal;
}

/* Is it really this machine?  Doubts pause automation, they protect nobody for ever. */
static bool is_in_doubt(struct case_file *file)
{
	const struct incident *incident = file->incident;
	char reason[GUARD_REASON_BYTES];

	if (incident->doubt)
		snprintf(file->refusal, sizeof(file->refusal), "%s: a person must approve",
			 evidence_doubt_text(incident->doubt));
	else if (guard_is_in_doubt(file->response->parts.guard, &incident->host, file->now_ns,
				   reason))
		snprintf(file->refusal, sizeof(file->refusal), "%s", reason);
	else if (incident->mac_conflict)
		snprintf(
			file->refusal, sizeof(file->refusal),
			"frames of two MAC addresses bore this address, somebody may forge it: a person must approve");
	return *file->refusal;
}

/* False if nothing may be done; ask_people if only people may. */
static bool safety_allows(struct case_file *file)
{
	char reason[GOVERNOR_REASON_BYTES > GUARD_REASON_BYTES ? GOVERNOR_REASON_BYTES
							       : GUARD_REASON_BYTES];

	if (!channel_holds(file) || !guard_says_yes(file))
		return false;
	if (file->ask_people)
		return true;
	if (is_in_doubt(file)) {
		file->ask_people = true;
	} else if (guard_asks(file->response->parts.guard, &file->incident->host,
			      &file->incident->mac, reason)) {
		snprintf(file->refusal, sizeof(file->refusal), "%s", reason);
		file->ask_people = true;
	} else if (file->decision.witness == WITNESS_BEFORE && !can_be_witnessed(file)) {
		snprintf(
			file->refusal, sizeof(file->refusal),
			"there is no port whose packets the firmware could count: a person must approve");
		file->ask_people = true;
	} else if (file->decision.witness == WITNESS_BEFORE) {
		return true; /* counting holds nothing up; the brakes are asked when the witness has spoken */
	} else if (file->decision.verdict == VERDICT_COUNT) {
		/* Nothing is held up by counting, so the brakes have nothing to say. */
		return true;
	} else if (!governor_allows(file->response->parts.governor, file->now_ns, reason)) {
		snprintf(file->refusal, sizeof(file->refusal), "%s", reason);
		file->ask_people = true;
	}
	return true;
}

/* ---- telling ----------------------------------------------------------------------------------- */

static void tell(const struct case_file *file)
{
	const struct response_parts *parts = &file->response->parts;
	const struct incident *incident = file->incident;
	struct fact_decision told = {
		.incident = incident->id,
		.decision = file->decision,
		.confidence = score_confidence(incident->log_odds),
		.log_odds = incident->log_odds,
		.asset = file->asset ? file->asset->name : "",
		.role = file->asset ? file->asset->role : "unknown",
		.refused = *file->refusal ? file->refusal : NULL,
		.dry_run = parts->dry_run,
	};
	struct fact fact = { .type = FACT_DECISION,
			     .wall_ns = file->now_ns,
			     .host = incident->host,
			     .mac = incident->mac,
			     .decision = &told };

	parts->facts.tell(parts->facts.arg, &fact);
}

static bool is_remembered(const struct verdict_memory *memory, const struct case_file *file)
{
	return memory->incident == file->incident->id && memory->state == file->incident->state &&
	       memory->verdict == file->decision.verdict && memory->rule == file->decision.rule;
}

static void remember(struct verdict_memory *memory, const struct case_file *file)
{
	*memory = (struct verdict_memory){ .incident = file->incident->id,
					   .state = file->incident->state,
					   .verdict = file->decision.verdict,
					   .rule = file->decision.rule,
					   .refused = *file->refusal != '\0' };
}

/* ---- acting ------------------------------------------------------------------------------------ */

static void set_approvals(struct case_file *file, struct decision *decision)
{
	*decision = file->decision;
	if (!file->ask_people) {
		decision->approvals = 0;
		return;
	}
	if (decision->approvals == 0)
		decision->approvals = 1;
	if (decision->expires_ns == 0)
		decision->expires_ns = PROPOSAL_NS;
}

/* Instead of the isolation its witness: the rest of the decision stays, for the isolation that may follow. */
static void set_witness(const struct case_file *file, struct decision *decision)
{
	const struct evidence *first = &file->incident->evidence[0];

	decision->verdict = VERDICT_COUNT;
	decision->measure = (struct measure){ .proto = first->contact_kind == CONTACT_UDP
							       ? IPPROTO_UDP
							       : IPPROTO_TCP,
					      .port_first = first->port,
					      .port_last = first->port };
}

static void start(struct case_file *file, struct running *waiting)
{
	struct isolation_event event = { .type = ISOLATION_START };
	struct isolation isolation = { .incident = file->incident->id,
				       .host = file->incident->host,
				       .mac = file->incident->mac,
				       .last_contact_ns = file->now_ns };

	if (!waiting) {
		isolation.id = file->response->next_id++;
		snprintf(isolation.asset, sizeof(isolation.asset), "%s", file->asset->name);
		waiting = response_add(file->response, &isolation);
	}
	set_approvals(file, &waiting->isolation.decision);
	if (!file->ask_people && file->decision.witness == WITNESS_BEFORE)
		set_witness(file, &waiting->isolation.decision);
	if (!file->ask_people && waiting->isolation.decision.verdict != VERDICT_COUNT)
		governor_count(file->response->parts.governor, file->now_ns);
	response_step(waiting, &event, file->now_ns);
}

static bool may_act_again(const struct verdict_memory *memory, uint64_t now_ns)
{
	return memory->refused || (memory->again_ns && memory->again_ns <= now_ns);
}

static bool is_step_up(const struct case_file *file, const struct running *running)
{
	/* Its witness is being heard already. */
	if (file->decision.witness == WITNESS_BEFORE &&
	    running->isolation.decision.witness == WITNESS_BEFORE)
		return false;
	return verdict_is_measure(running->isolation.decision.verdict) &&
	       running->isolation.state != ISOLATION_RELEASING &&
	       verdict_rung(file->decision.verdict) >
		       verdict_rung(running->isolation.decision.verdict);
}

void response_consider(struct response *response, const struct incident *incident, uint64_t now_ns)
{
	struct verdict_memory *memory = response_memory(response, incident->id);
	struct case_file file = { .response = response, .incident = incident, .now_ns = now_ns };
	struct running *running;
	bool known, was_refused, allowed = false;

	decide(&file);
	known = is_remembered(memory, &file);
	if (known && !may_act_again(memory, now_ns))
		return;
	running = response_find_running(response, file.asset ? file.asset->name : NULL,
					&incident->host);
	/* A measure gives way to more; it goes on until that holds. */
	if (running && is_step_up(&file, running))
		running = NULL;
	/* One is enough; but what waits for people need not wait longer when the policy no longer asks for them. */
	if (verdict_acts(file.decision.verdict) &&
	    (!running ||
	     (running->isolation.state == ISOLATION_AWAITING_APPROVAL && !file.ask_people)))
		allowed = safety_allows(&file);
	if (running && file.ask_people)
		allowed = false;
	was_refused = known && memory->refused;
	if (!known || !*file.refusal || !was_refused) {
		remember(memory, &file);
		tell(&file);
	}
	if (allowed)
		start(&file, running);
	response_sweep(response, now_ns);
}
