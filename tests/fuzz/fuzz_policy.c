/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a policy: complaints, never a crash; and what loads can decide, explain and run
 * its examples. */
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/invariant.h"
#include "core/base/source.h"
#include "core/policy/decision.h"
#include "core/policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libfyaml loses memory of its own after some syntax errors (see fuzz_yaml.c). */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml.so\n";
}

static void use(const struct policy *policy, struct complaints *complaints)
{
	const struct policy_input input = { .log_odds = 14,
					    .kind = "worm",
					    .contacts = 5,
					    .port = 445,
					    .asset = "pc-1",
					    .role = "workstation",
					    .tags = { "a" },
					    .evidence = { { "trw", 14 } },
					    .evidence_count = 1 };
	struct decision decision;
	struct buf out;

	policy_decide(policy, &input, &decision);
	INVARIANT(decision.verdict < VERDICTS && decision.rule <= policy_rule_count(policy));
	/* What isolates must have a channel that exists. */
	INVARIANT(!verdict_acts(decision.verdict) || verdict_is_measure(decision.verdict) ||
		  policy_channel(policy, decision.channel));
	buf_init(&out, (size_t)1 << 20);
	policy_explain(policy, &input, &out);
	decision_sentence(&decision, &out);
	buf_fini(&out);
	policy_run_examples(policy, complaints);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const detectors[] = { "arpsweep", "trw", NULL };
	const struct policy_known known = { .detectors = detectors };
	struct source *source = source_from_text("fuzz", (const char *)data, size);
	struct complaints *complaints = complaints_new();
	struct policy *policy = policy_load(source, &known, complaints);
	struct buf out;

	INVARIANT((policy != NULL) == (complaints_count(complaints) == 0));
	if (policy)
		use(policy, complaints);
	buf_init(&out, (size_t)1 << 20);
	complaints_print(complaints, source, &out);
	buf_fini(&out);
	policy_free(policy);
	complaints_free(complaints);
	source_free(source);
	return 0;
}
