/* SPDX-License-Identifier: Apache-2.0 */
/* The examples are run through the same decision as incidents are; nothing here knows how rules
 * work.  A failure names the rule that answered, because that is where one looks first. */
#include <stdio.h>
#include <string.h>

#include "core/base/source.h"
#include "core/policy/policy.h"
#include "core/policy/rule.h"

/* "rule 2 "servers need two people" answers propose" */
static void say_answer(const struct decision *decision, char *text, size_t size)
{
	if (decision->rule)
		snprintf(text, size, "rule %u \"%s\" answers %s", (unsigned)decision->rule,
			 decision->rule_name, verdict_name(decision->verdict));
	else
		snprintf(text, size, "no rule fires, which means watch");
}

static void run(const struct policy *policy, const struct example *example,
		struct complaints *complaints)
{
	struct decision decision;
	char answer[128];

	policy_decide(policy, &example->given, &decision);
	say_answer(&decision, answer, sizeof(answer));
	if (decision.verdict != example->verdict)
		position_complain(&example->at, complaints, "change the example, or the rule",
				  "expected %s, but %s", verdict_name(example->verdict), answer);
	else if (example->rule && strcmp(example->rule, decision.rule_name) != 0)
		position_complain(&example->rule_at, complaints, "change the example, or the rule",
				  "expected rule \"%s\", but %s", example->rule, answer);
	else if (example->channel && strcmp(example->channel, decision.channel) != 0)
		position_complain(&example->channel_at, complaints,
				  "change the example, or the rule",
				  "expected channel \"%s\", but %s with %s%s", example->channel,
				  answer, *decision.channel ? "channel " : "no channel",
				  decision.channel);
}

size_t policy_run_examples(const struct policy *policy, struct complaints *complaints)
{
	for (size_t i = 0; i < policy->example_count; i++)
		run(policy, &policy->examples[i], complaints);
	return policy->example_count;
}
