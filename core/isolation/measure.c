/* SPDX-License-Identifier: Apache-2.0 */
/* A measure leaves both defaults open and names what the machine itself sends to some ports, once per IP version; each
 * filter counts, so that the machine's own firmware bears witness of what it held up or saw.
 *
 * Left out: what others send to the machine; a worm spreads by what it sends. */
#include "core/isolation/measure.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/invariant.h"
#include "core/isolation/plan.h"
#include "core/policy/decision.h"
#include "core/policy/policy.h"

enum { ETHERTYPE_V4 = 0x0800, ETHERTYPE_V6 = 0x86dd };

static enum filter_action action_of(unsigned verdict)
{
	switch (verdict) {
	case VERDICT_BLOCK:
		return FILTER_DROP;
	case VERDICT_LIMIT:
		return FILTER_RATE_LIMIT;
	default:
		INVARIANT(verdict == VERDICT_COUNT);
		return FILTER_PASS;
	}
}

/* Short, because firmware keeps six letters of it: "b445" blocks TCP 445, "B161" UDP 161. */
static void name_plan(const struct decision *decision, struct plan *plan)
{
	const struct measure *measure = &decision->measure;
	char letter = verdict_name(decision->verdict)[0];

	if (measure->proto == IPPROTO_UDP)
		letter = (char)(letter - 'a' + 'A');
	snprintf(plan->name, sizeof(plan->name), "%c%u", letter, measure->port_first);
	if (measure->port_last != measure->port_first)
		snprintf(plan->name + strlen(plan->name), sizeof(plan->name) - strlen(plan->name),
			 "-%u", measure->port_last);
}

static void plan_from_measure(const struct decision *decision, struct plan *plan)
{
	static const uint16_t versions[] = { ETHERTYPE_V4, ETHERTYPE_V6 };
	const struct measure *measure = &decision->measure;
	bool limit = decision->verdict == VERDICT_LIMIT;

	memset(plan, 0, sizeof(*plan));
	name_plan(decision, plan);
	for (unsigned i = 0; i < 2; i++) {
		struct filter *filter = &plan->filters[plan->filter_count++];

		*filter = (struct filter){ .direction = FILTER_TRANSMIT,
					   .action = (uint8_t)action_of(decision->verdict),
					   .count = true,
					   .ethertype = versions[i],
					   .proto = measure->proto,
					   .remote_port_first = measure->port_first,
					   .remote_port_last = measure->port_last,
					   .opening = limit && measure->proto == IPPROTO_TCP,
					   .rate_per_s = limit ? measure->per_s : 0 };
		snprintf(filter->label, sizeof(filter->label), "tx-%u-%s", measure->port_first,
			 i ? "v6" : "v4");
	}
}

int plan_from_decision(const struct policy *policy, const struct decision *decision,
		       struct plan *plan, struct err *err)
{
	const struct channel *channel;

	INVARIANT(verdict_acts(decision->verdict));
	if (verdict_is_measure(decision->verdict)) {
		plan_from_measure(decision, plan);
		return 0;
	}
	channel = policy_channel(policy, decision->channel);
	if (!channel)
		return err_set(err, ERR_CONFIG, "the policy has no channel \"%s\" any more",
			       decision->channel);
	return plan_from_channel(channel, plan, err);
}
