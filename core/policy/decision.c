/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a decision; the ledger and other programs read them, so they never change. */
#include "core/policy/decision.h"

#include "core/base/buf.h"
#include "core/base/invariant.h"
#include "core/base/num.h"

const char *verdict_name(unsigned verdict)
{
	static const char *const names[VERDICTS] = {
		[VERDICT_IGNORE] = "ignore",
		[VERDICT_WATCH] = "watch",
		[VERDICT_PROPOSE] = "propose",
		[VERDICT_ISOLATE] = "isolate",
	};

	INVARIANT(verdict < VERDICTS);
	return names[verdict];
}

const char *decision_witness_name(unsigned witness)
{
	static const char *const names[] = {
		[WITNESS_NONE] = "none",
		[WITNESS_AFTER] = "after",
		[WITNESS_BEFORE] = "before",
	};

	INVARIANT(witness < sizeof(names) / sizeof(names[0]));
	return names[witness];
}

static void say_hold(const struct decision *decision, struct buf *out)
{
	char text[32];

	if (decision->hold_ns == 0) {
		buf_text(out, ", until people release it");
		return;
	}
	num_duration_text(decision->hold_ns, text, sizeof(text));
	buf_format(out, ", for %s", text);
}

static void say_propose(const struct decision *decision, struct buf *out)
{
	char text[32];

	num_duration_text(decision->expires_ns, text, sizeof(text));
	buf_format(out, "propose quarantine with channel \"%s\"", decision->channel);
	say_hold(decision, out);
	buf_format(out, "; %u %s must agree within %s", (unsigned)decision->approvals,
		   decision->approvals == 1 ? "person" : "people", text);
}

static void say_isolate(const struct decision *decision, struct buf *out)
{
	buf_format(out, "quarantine at once with channel \"%s\"", decision->channel);
	say_hold(decision, out);
	if (decision->witness != WITNESS_NONE)
		buf_format(out, "; the firmware bears witness %s it",
			   decision_witness_name(decision->witness));
}

void decision_sentence(const struct decision *decision, struct buf *out)
{
	switch (decision->verdict) {
	case VERDICT_IGNORE:
		buf_text(out, "ignore it");
		break;
	case VERDICT_WATCH:
		buf_text(out, "watch it");
		break;
	case VERDICT_PROPOSE:
		say_propose(decision, out);
		break;
	case VERDICT_ISOLATE:
		say_isolate(decision, out);
		break;
	default:
		INVARIANT(decision->verdict < VERDICTS);
	}
	if (decision->rule)
		buf_format(out, ", says rule %u \"%s\".", (unsigned)decision->rule,
			   decision->rule_name);
	else
		buf_text(out, ", because no rule fires.");
}
