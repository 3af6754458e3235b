/* SPDX-License-Identifier: Apache-2.0 */
/* Against the limits that are documented, so that a channel is not found too large on the day it is needed; what each
 * machine really holds is asked by "cordon assets check".  So this warns and refuses nothing. */
#include "core/cli/policy_fit.h"

#include "amt/amt.h"
#include "core/base/err.h"
#include "core/isolation/plan.h"
#include "core/policy/channel.h"
#include "core/policy/policy.h"

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
}
