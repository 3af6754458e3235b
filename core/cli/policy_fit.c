/* SPDX-License-Identifier: Apache-2.0 */
/* Against the limits that are documented, so that a channel is not found too large on the day it is needed; what each
 * machine really holds is asked by "cordon assets check".  So this warns and refuses nothing. */
#include "core/cli/policy_fit.h"

#include "amt/amt.h"
#include "core/base/err.h"
#include "core/isolation/measure.h"
#include "core/isolation/plan.h"
#include "core/policy/channel.h"
#include "core/policy/decision.h"
#include "core/policy/policy.h"

/* Two rules may have the same measure. */
static bool is_new_measure(const struct policy *policy, size_t rule)
{
	const struct decision *answer = policy_rule_answer(policy, rule);

	for (size_t i = 0; i < rule; i++) {
		const struct decision *earlier = policy_rule_answer(policy, i);

		if (earlier->verdict == answer->verdict &&
		    measure_equal(&earlier->measure, &answer->measure))
			return false;
	}
	return verdict_is_measure(answer->verdict);
}

void policy_fit_each(const struct policy *policy, policy_plan_fn *take, void *arg)
{
	struct plan plan;

	for (size_t i = 0; i < policy_channel_count(policy); i++) {
		const struct channel *channel = policy_channel_at(policy, i);

		if (!channel->unresolved && plan_from_channel(channel, &plan, NULL) == 0)
			take(arg, &plan);
	}
	for (size_t i = 0; i < policy_rule_count(policy); i++)
		if (is_new_measure(policy, i) &&
		    plan_from_decision(policy, policy_rule_answer(policy, i), &plan, NULL) == 0)
			take(arg, &plan);
}

struct total {
	uint32_t plans;
	struct amt_need need; /* of one plan; filters of all */
};

static void add_up(void *arg, const struct plan *plan)
{
	struct total *total = arg;
	uint32_t before = total->need.filters;

	amt_plan_need(plan, &total->need, NULL);
	total->need.filters += before;
	total->plans++;
}

static void print_together(const struct policy *policy, FILE *out, FILE *errors)
{
	struct total total = { .plans = 0 };
	const struct amt_need *need = &total.need;
	bool fits;

	policy_fit_each(policy, add_up, &total);
	if (total.plans < 2)
		return;
	fits = need->filters <= need->filters_fit && total.plans <= need->policies_fit;
	fprintf(fits ? out : errors,
		"%sall channels and measures together take %u of %u policies and %u of %u filters%s\n",
		fits ? "" : "warning: ", total.plans, need->policies_fit, need->filters,
		need->filters_fit,
		fits ? "" : "; what does not fit is written when it is needed, which takes longer");
}

static void print_need(const struct channel *channel, const struct amt_need *need, FILE *out)
{
	fprintf(out, "channel \"%s\" takes %u of %u transmit and %u of %u receive filters",
		channel->name, need->transmit, need->transmit_fit, need->receive,
		need->receive_fit);
	if (need->v6)
		fprintf(out,
			"; %u each way are for IPv6, and firmware may count each several times",
			need->v6);
	fprintf(out, "\n");
}

static void print_channel(const struct channel *channel, FILE *out, FILE *errors)
{
	struct err err = { 0 };
	struct amt_need need;
	struct plan plan;

	if (channel->unresolved)
		fprintf(out, "channel \"%s\" names a place whose address is not known here\n",
			channel->name);
	else if (plan_from_channel(channel, &plan, &err) < 0 ||
		 amt_plan_need(&plan, &need, &err) < 0)
		fprintf(errors, "warning: %s\n", err.text);
	else
		print_need(channel, &need, out);
}

void policy_fit_print(const struct policy *policy, FILE *out, FILE *errors)
{
	for (size_t i = 0; i < policy_channel_count(policy); i++)
		print_channel(policy_channel_at(policy, i), out, errors);
	print_together(policy, out, errors);
}
