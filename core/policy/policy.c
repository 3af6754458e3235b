/* SPDX-License-Identifier: Apache-2.0 */
/* The front: others need nothing else of this folder. */
#include "core/policy/policy.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/asset/asset.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/source.h"
#include "core/incident/incident.h"
#include "core/policy/check.h"
#include "core/policy/eval.h"
#include "core/policy/load.h"
#include "core/policy/rule.h"

#define INPUT_EVIDENCE                                  \
	(sizeof(((struct policy_input *)0)->evidence) / \
	 sizeof(((struct policy_input *)0)->evidence[0]))
#define INPUT_TAGS \
	(sizeof(((struct policy_input *)0)->tags) / sizeof(((struct policy_input *)0)->tags[0]))

void position_complain(const struct position *at, struct complaints *complaints, const char *hint,
		       const char *format, ...)
{
	struct complaint complaint = { .line = at->line,
				       .column = at->column,
				       .length = at->length };
	va_list args;

	va_start(args, format);
	vsnprintf(complaint.text, sizeof(complaint.text), format, args);
	va_end(args);
	snprintf(complaint.hint, sizeof(complaint.hint), "%s", hint);
	complaints_add(complaints, &complaint);
}

struct policy *policy_load(const struct source *source, const struct policy_known *known,
			   struct complaints *complaints)
{
	struct policy *policy = mem_alloc(sizeof(*policy));
	size_t before = complaints_count(complaints);

	load_policy(source, known, complaints, policy);
	check_policy(policy, complaints);
	if (complaints_count(complaints) == before)
		return policy;
	policy_free(policy);
	return NULL;
}

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	keep_fini(&policy->keep);
	mem_free(policy);
}

void policy_decide(const struct policy *policy, const struct policy_input *input,
		   struct decision *decision)
{
	*decision = (struct decision){ .verdict = VERDICT_WATCH };
	for (size_t i = 0; i < policy->rule_count; i++)
		if (eval_when(&policy->rules[i].when, input)) {
			*decision = policy->rules[i].answer;
			return;
		}
}

bool policy_decide_by_hand(const struct policy *policy, const struct policy_input *input,
			   struct decision *decision)
{
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];

		if ((rule->answer.verdict != VERDICT_ISOLATE &&
		     rule->answer.verdict != VERDICT_PROPOSE) ||
		    !eval_could_hold(&rule->when, input))
			continue;
		*decision = rule->answer;
		return true;
	}
	return false;
}

/* One entry per detector, the strongest: it may have judged several classes of contacts. */
static void input_evidence(struct policy_input *input, const char *detector, double log_odds)
{
	for (size_t i = 0; i < input->evidence_count; i++)
		if (strcmp(input->evidence[i].detector, detector) == 0) {
			if (log_odds > input->evidence[i].log_odds)
				input->evidence[i].log_odds = log_odds;
			return;
		}
	INVARIANT(input->evidence_count < INPUT_EVIDENCE);
	input->evidence[input->evidence_count++] =
		(struct policy_input_evidence){ .detector = detector, .log_odds = log_odds };
}

void policy_input_from(struct policy_input *input, const struct incident *incident,
		       const struct asset *asset, policy_detector_fn *name, uint64_t wall_ns)
{
	_Static_assert(INCIDENT_EVIDENCE <= INPUT_EVIDENCE, "all evidence must fit");
	_Static_assert(ASSET_TAGS <= INPUT_TAGS, "all tags must fit");
	size_t tags = 0;

	*input = (struct policy_input){ .log_odds = incident->log_odds,
					.kind = evidence_kind_name(incident->kind),
					.contacts = incident->contacts,
					.host = incident->host,
					.asset = asset ? asset->name : "",
					.role = asset ? asset->role : "unknown",
					.wall_ns = wall_ns };
	for (size_t i = 0; asset && i < ASSET_TAGS; i++)
		if (*asset->tags[i])
			input->tags[tags++] = asset->tags[i];
	for (size_t i = 0; i < incident->evidence_count; i++) {
		const struct evidence *evidence = &incident->evidence[i];
		const char *detector = name(evidence->detector);

		if (input->port == 0)
			input->port = evidence->port;
		if (detector)
			input_evidence(input, detector, evidence->log_odds);
	}
}

const struct channel *policy_channel(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->channel_count; i++)
		if (strcmp(policy->channels[i].name, name) == 0)
			return &policy->channels[i];
	return NULL;
}

size_t policy_channel_count(const struct policy *policy)
{
	return policy->channel_count;
}

const struct channel *policy_channel_at(const struct policy *policy, size_t index)
{
	INVARIANT(index < policy->channel_count);
	return &policy->channels[index];
}

size_t policy_rule_count(const struct policy *policy)
{
	return policy->rule_count;
}

const struct decision *policy_rule_answer(const struct policy *policy, size_t index)
{
	INVARIANT(index < policy->rule_count);
	return &policy->rules[index].answer;
}
