/* SPDX-License-Identifier: Apache-2.0 */
/* From a person's wish to an isolation: guard, policy, governor, in this order.
 *
 * A person stands for the evidence, so of the policy's rules only who the machine is and when counts; the first that could
 * isolate it says through which channel, for how long, and how many must agree.  The guard's no is final as ever.  The governor
 * has no say, but counts: what people isolate uses up what automation may.  Refusals are facts like all others: the ledger knows
 * who tried.
 *
 * Left out: measures; whoever is sure enough to ask is sure enough to isolate. */
#include <stdio.h>
#include <string.h>

#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/base/buf.h"
#include "core/base/num.h"
#include "core/incident/incident.h"
#include "core/incident/score.h"
#include "core/isolation/enforcer.h"
#include "core/isolation/machine.h"
#include "core/isolation/measure.h"
#include "core/isolation/plan.h"
#include "core/isolation/response_running.h"
#include "core/policy/channel.h"
#include "core/safety/governor.h"
#include "core/safety/guard.h"

struct wish {
	struct response *response;
	const struct response_wish *asked;
	struct host_key host; /* unspecified if nobody knows */
	struct mac mac;
	struct decision decision;
	uint64_t now_ns;
};

/* ---- what the policy says ---------------------------------------------------------------------- */

static int complain_of_channel(const struct policy *policy, const char *said, struct err *err)
{
	char names[256] = "";
	size_t at = 0;

	for (size_t i = 0; i < policy_channel_count(policy) && at < sizeof(names); i++)
		at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s", i ? ", " : "",
				       policy_channel_at(policy, i)->name);
	if (said)
		return err_set(err, ERR_FAILED, "the policy has no channel \"%s\"; it has: %s",
			       said, names);
	return err_set(
		err, ERR_FAILED,
		"no rule of the policy isolates such a machine: say --channel; there are: %s",
		names);
}

static int choose_channel(struct wish *wish, struct err *err)
{
	const struct policy *policy = wish->response->parts.policy;
	const char *channel = wish->asked->channel;

	if (policy_channel_count(policy) == 0)
		return err_set(
			err, ERR_CONFIG,
			"the policy has no channel that an isolated machine could be repaired through: set \"policy:\" in "
			"cordon.yaml (policies/office.yaml is one to start from) and reload");
	if (!channel && *wish->decision.channel)
		return 0;
	if (!channel && policy_channel_count(policy) == 1)
		channel = policy_channel_at(policy, 0)->name;
	if (!channel || !policy_channel(policy, channel))
		return complain_of_channel(policy, channel, err);
	snprintf(wish->decision.channel, sizeof(wish->decision.channel), "%s", channel);
	return 0;
}

static void ask_policy(struct wish *wish)
{
	const struct response_parts *parts = &wish->response->parts;
	struct incident nothing = { .host = wish->host };
	struct decision *decision = &wish->decision;
	struct policy_input input;

	policy_input_from(&input, wish->asked->incident ? wish->asked->incident : &nothing,
			  wish->asked->asset, parts->detector_name, wish->now_ns);
	if (!policy_decide_by_hand(parts->policy, &input, decision))
		*decision = (struct decision){ .verdict = VERDICT_ISOLATE };
	/* The person is the witness that a rule may want first. */
	if (decision->witness == WITNESS_BEFORE)
		decision->witness = WITNESS_AFTER;
	if (decision->approvals <= 1) {
		decision->verdict = VERDICT_ISOLATE;
		decision->approvals = 1;
	} else if (decision->expires_ns == 0) {
		decision->expires_ns = PROPOSAL_NS;
	}
}

/* ---- whether it may be ------------------------------------------------------------------------- */

static int look_for_another(const struct wish *wish, struct err *err)
{
	const char *name = wish->asked->asset->name;
	const struct running *other = response_find_running(
		wish->response, name, ip_is_unspecified(&wish->host.ip) ? NULL : &wish->host);
	unsigned long long id;

	if (!other || verdict_is_measure(other->isolation.decision.verdict))
		return 0;
	id = (unsigned long long)other->isolation.id;
	if (other->isolation.state == ISOLATION_AWAITING_APPROVAL)
		return err_set(
			err, ERR_FAILED,
			"isolation %llu of %s waits for approval already: \"cordon approve %llu\"",
			id, name, id);
	if (other->isolation.state == ISOLATION_RELEASING)
		return err_set(
			err, ERR_FAILED,
			"isolation %llu of %s is being released: ask again when it is gone from \"cordon isolations\"",
			id, name);
	return err_set(
		err, ERR_FAILED,
		"%s is isolated already (isolation %llu, %s): for another channel release it first",
		name, id, isolation_state_name(other->isolation.state));
}

static int ask_guard(const struct wish *wish, struct err *err)
{
	const struct response_parts *parts = &wish->response->parts;
	const struct asset *asset = wish->asked->asset;
	char reason[GUARD_REASON_BYTES];

	if (guard_allows(parts->guard, &wish->host, &wish->mac, asset, reason))
		return 0;
	return err_set(err, ERR_FAILED,
		       "%s is not isolated: %s. If it must be, unplug it or close its switch port",
		       asset->name, reason);
}

static int may_begin(const struct wish *wish, struct err *err)
{
	const struct asset *asset = wish->asked->asset;
	struct plan plan;

	if (strlen(wish->asked->why) >= ISOLATION_WHY_BYTES)
		return err_set(err, ERR_USAGE, "the reason is longer than %d bytes",
			       ISOLATION_WHY_BYTES - 1);
	if (look_for_another(wish, err) < 0 || ask_guard(wish, err) < 0)
		return ERR_FAILED;
	if (!asset->amt.present)
		return err_set(
			err, ERR_FAILED,
			"%s has no \"amt:\" in the list of assets, so nothing can cut it off from here: unplug it or close its "
			"switch port",
			asset->name);
	return plan_from_decision(wish->response->parts.policy, &wish->decision, &plan, err);
}

/* ---- doing it ---------------------------------------------------------------------------------- */

static void tell(const struct wish *wish, const char *refused)
{
	const struct response_parts *parts = &wish->response->parts;
	const struct incident *incident = wish->asked->incident;
	const struct asset *asset = wish->asked->asset;
	struct fact_decision told = { .decision = wish->decision,
				      .asset = asset->name,
				      .role = asset->role,
				      .asked_by = wish->asked->who,
				      .why = wish->asked->why,
				      .refused = refused,
				      .dry_run = parts->dry_run };
	struct fact fact = { .type = FACT_DECISION,
			     .wall_ns = wish->now_ns,
			     .host = wish->host,
			     .mac = wish->mac,
			     .decision = &told };

	if (incident) {
		told.incident = incident->id;
		told.log_odds = incident->log_odds;
		told.confidence = score_confidence(incident->log_odds);
	}
	parts->facts.tell(parts->facts.arg, &fact);
}

static struct running *begin(struct wish *wish)
{
	struct isolation_event event = { .type = ISOLATION_START };
	struct response *response = wish->response;
	struct isolation isolation = { .id = response->next_id++,
				       .host = wish->host,
				       .mac = wish->mac,
				       .decision = wish->decision,
				       .approvals = 1,
				       .last_contact_ns = wish->now_ns };
	struct running *running;

	if (wish->asked->incident)
		isolation.incident = wish->asked->incident->id;
	snprintf(isolation.asset, sizeof(isolation.asset), "%s", wish->asked->asset->name);
	snprintf(isolation.asked_by, sizeof(isolation.asked_by), "%s", wish->asked->who);
	snprintf(isolation.approved_by, sizeof(isolation.approved_by), "%s", wish->asked->who);
	snprintf(isolation.why, sizeof(isolation.why), "%s", wish->asked->why);
	if (isolation.approvals >= isolation.decision.approvals)
		governor_count(response->parts.governor, wish->now_ns);
	running = response_add(response, &isolation);
	response_step(running, &event, wish->now_ns);
	return running;
}

static void say_begun(const struct isolation *isolation, struct buf *said)
{
	unsigned long long id = (unsigned long long)isolation->id;
	unsigned missing = isolation->decision.approvals - isolation->approvals;
	char hold[32];

	buf_format(said, "isolation %llu of %s through channel \"%s\"", id, isolation->asset,
		   isolation->decision.channel);
	if (isolation->state == ISOLATION_AWAITING_APPROVAL) {
		buf_format(said, " waits for %u more %s: \"cordon approve %llu\"", missing,
			   missing == 1 ? "person" : "people", id);
	} else {
		buf_format(said, " is %s%s%s", isolation_truth(isolation->state),
			   *isolation->reason ? ", but: " : "", isolation->reason);
	}
	if (isolation->decision.rule)
		buf_format(said, "\nas rule %u \"%s\" says", isolation->decision.rule,
			   isolation->decision.rule_name);
	num_duration_text(isolation->decision.hold_ns, hold, sizeof(hold));
	if (isolation->decision.hold_ns)
		buf_format(said, "%sit ends by itself %s after it was applied",
			   isolation->decision.rule ? ", " : "\n", hold);
	else
		buf_format(said, "%sit holds until released",
			   isolation->decision.rule ? ", " : "\n");
}

/* What would have held up automation is said, not obeyed. */
static void say_doubts(const struct wish *wish, struct buf *said)
{
	const struct response_parts *parts = &wish->response->parts;
	char reason[GOVERNOR_REASON_BYTES > GUARD_REASON_BYTES ? GOVERNOR_REASON_BYTES
							       : GUARD_REASON_BYTES];

	if (guard_is_in_doubt(parts->guard, &wish->host, wish->now_ns, reason) ||
	    guard_asks(parts->guard, &wish->host, &wish->mac, reason))
		buf_format(said, "\nnote: %s", reason);
	if (!governor_allows(parts->governor, wish->now_ns, reason))
		buf_format(said, "\nnote, for what the policy wants from now on: %s", reason);
	if (parts->dry_run)
		buf_text(said,
			 "\nnote: on paper only, cordond runs without --enforce and sends nothing");
}

int response_isolate(struct response *response, const struct response_wish *asked, uint64_t now_ns,
		     struct buf *said, struct err *err)
{
	struct wish wish = { .response = response, .asked = asked, .now_ns = now_ns };
	struct err refusal = { 0 };

	machine_of(asked->asset, asked->incident, &wish.host, &wish.mac);
	ask_policy(&wish);
	if (choose_channel(&wish, &refusal) < 0 || may_begin(&wish, &refusal) < 0) {
		tell(&wish, refusal.text);
		return err_set(err, refusal.code, "%s", refusal.text);
	}
	tell(&wish, NULL);
	say_begun(&begin(&wish)->isolation, said);
	say_doubts(&wish, said);
	response_sweep(response, now_ns);
	return 0;
}
