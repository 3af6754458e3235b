/* SPDX-License-Identifier: Apache-2.0 */
/* The ladder: count, limit, block, isolate.  A machine may have one measure in force and something stronger on its way;
 * firmware holds one policy of ours, so what has come to hold replaces the lesser, which then ends without an act.
 *
 * The witness ("isolate: { witness: before }") is a count that runs first: when the machine's own firmware has counted a
 * packet to the port in question, the isolation starts; if it has seen none within a minute, people are asked, for then
 * somebody may be forging the machine's address.  Left out: more than one port. */
#include <stdio.h>
#include <string.h>

#include "core/asset/roster.h"
#include "core/base/num.h"
#include "core/base/units.h"
#include "core/isolation/response_running.h"
#include "core/safety/governor.h"
#include "core/safety/guard.h"

#define WITNESS_NS s_to_ns(60)

static bool cuts_off_more(const struct running *a, const struct running *b)
{
	return verdict_rung(a->isolation.decision.verdict) >
	       verdict_rung(b->isolation.decision.verdict);
}

static bool is_in_force(const struct running *running)
{
	return running->isolation.state == ISOLATION_APPLIED ||
	       running->isolation.state == ISOLATION_PROVEN;
}

static struct running *stronger(const struct response *response, const struct running *than)
{
	struct running *running = NULL;

	while ((running = response_of_asset(response, than->isolation.asset, running)) != NULL)
		if (cuts_off_more(running, than) && !isolation_has_ended(&running->isolation))
			return running;
	return NULL;
}

bool response_is_overtaken(const struct response *response, const struct running *running)
{
	const struct running *other = stronger(response, running);

	return other && other->isolation.state != ISOLATION_AWAITING_APPROVAL;
}

/* ---- the witness ------------------------------------------------------------------------------- */

static bool is_witness(const struct isolation *isolation)
{
	return isolation->decision.verdict == VERDICT_COUNT &&
	       isolation->decision.witness == WITNESS_BEFORE;
}

/* Much may have been learnt since the decision. */
static bool people_must_agree(const struct response *response, char reason[GOVERNOR_REASON_BYTES],
			      uint64_t now_ns)
{
	return !governor_allows(response->parts.governor, now_ns, reason);
}

static bool may_isolate(const struct response *response, const struct isolation *isolation)
{
	const struct asset *asset = roster_find_name(response->parts.roster, isolation->asset);
	char reason[GUARD_REASON_BYTES];

	return asset && guard_allows(response->parts.guard, &isolation->host, &isolation->mac,
				     asset, reason);
}

static void start_isolation(struct response *response, const struct running *witness,
			    const char *why_people, uint64_t now_ns)
{
	const struct isolation *counted = &witness->isolation;
	struct isolation_event event = { .type = ISOLATION_START };
	struct isolation isolation = { .id = response->next_id++,
				       .incident = counted->incident,
				       .host = counted->host,
				       .mac = counted->mac,
				       .decision = counted->decision,
				       .last_contact_ns = counted->last_contact_ns };

	snprintf(isolation.asset, sizeof(isolation.asset), "%s", counted->asset);
	isolation.decision.verdict = VERDICT_ISOLATE;
	isolation.decision.measure = (struct measure){ 0 };
	if (why_people) {
		isolation.decision.approvals = 1;
		isolation.decision.expires_ns = PROPOSAL_NS;
		snprintf(isolation.reason, sizeof(isolation.reason), "%s", why_people);
	} else {
		governor_count(response->parts.governor, now_ns);
	}
	response_step(response_add(response, &isolation), &event, now_ns);
}

static void hear(struct response *response, struct running *witness, uint64_t now_ns)
{
	const struct isolation *isolation = &witness->isolation;
	char ports[MEASURE_TEXT_BYTES], why[GOVERNOR_REASON_BYTES + 128];
	bool seen = isolation->state == ISOLATION_PROVEN;

	witness->witnessed = true;
	response_touch(witness); /* it has spoken: it is not kept longer than that */
	if (!may_isolate(response, isolation))
		return;
	measure_text(&isolation->decision.measure, ports);
	if (!seen)
		snprintf(
			why, sizeof(why),
			"its own firmware has counted no packet to %s in a minute: somebody may be "
			"using its address",
			ports);
	if (seen && !people_must_agree(response, why, now_ns))
		start_isolation(response, witness, NULL, now_ns);
	else
		start_isolation(response, witness, why, now_ns);
}

static void step_witness(struct response *response, struct running *running, uint64_t now_ns)
{
	const struct isolation *isolation = &running->isolation;
	struct isolation_event done = { .type = ISOLATION_RELEASE_ASKED,
					.reason = "the witness was heard" };

	if (!is_witness(isolation) || !is_in_force(running) || stronger(response, running))
		return;
	if (running->witnessed) {
		/* Whoever refused what it spoke for need not be asked again until the verdict changes. */
		running->by_people = true;
		response_step(running, &done, now_ns);
	} else if (isolation->state == ISOLATION_PROVEN ||
		   isolation->applied_ns + WITNESS_NS <= now_ns) {
		hear(response, running, now_ns);
	}
}

/* ---- the ladder -------------------------------------------------------------------------------- */

static void supersede_lesser(const struct running *holds, uint64_t now_ns)
{
	struct isolation_event event = { .type = ISOLATION_SUPERSEDED, .by = holds->isolation.id };
	struct running *running = NULL;

	while ((running = response_of_asset(holds->response, holds->isolation.asset, running)) !=
	       NULL)
		if (cuts_off_more(holds, running) && !running->isolation.superseded_by &&
		    !isolation_has_ended(&running->isolation))
			response_step(running, &event, now_ns);
}

void response_climb(struct running *running, uint64_t now_ns)
{
	if (is_in_force(running))
		supersede_lesser(running, now_ns);
	step_witness(running->response, running, now_ns);
}

uint64_t response_witness_ns(const struct running *running)
{
	const struct isolation *isolation = &running->isolation;

	if (!is_witness(isolation) || running->witnessed || !is_in_force(running) ||
	    stronger(running->response, running))
		return 0;
	return isolation->applied_ns + WITNESS_NS;
}
