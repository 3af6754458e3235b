/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a decision; the ledger and other programs read them, so they never change. */
#include "core/policy/decision.h"

#include <stdio.h>

#include "core/base/buf.h"
#include "core/base/invariant.h"
#include "core/base/num.h"

const char *verdict_name(unsigned verdict)
{
	static const char *const names[VERDICTS] = {
		[VERDICT_IGNORE] = "ignore",   [VERDICT_WATCH] = "watch",
		[VERDICT_PROPOSE] = "propose", [VERDICT_ISOLATE] = "isolate",
		[VERDICT_COUNT] = "count",     [VERDICT_LIMIT] = "limit",
		[VERDICT_BLOCK] = "block",
	};

	INVARIANT(verdict < VERDICTS);
	return names[verdict];
}

bool verdict_is_measure(unsigned verdict)
{
	return verdict == VERDICT_COUNT || verdict == VERDICT_LIMIT || verdict == VERDICT_BLOCK;
}

bool verdict_acts(unsigned verdict)
{
	return verdict_is_measure(verdict) || verdict == VERDICT_PROPOSE ||
	       verdict == VERDICT_ISOLATE;
}

unsigned verdict_rung(unsigned verdict)
{
	static const unsigned rungs[VERDICTS] = {
		[VERDICT_IGNORE] = 0,  [VERDICT_WATCH] = 1, [VERDICT_COUNT] = 2,
		[VERDICT_LIMIT] = 3,   [VERDICT_BLOCK] = 4, [VERDICT_PROPOSE] = 5,
		[VERDICT_ISOLATE] = 5,
	};

	INVARIANT(verdict < VERDICTS);
	return rungs[verdict];
}

bool measure_equal(const struct measure *a, const struct measure *b)
{
	return a->proto == b->proto && a->port_first == b->port_first &&
	       a->port_last == b->port_last && a->per_s == b->per_s;
}

void measure_text(const struct measure *measure, char text[MEASURE_TEXT_BYTES])
{
	const char *proto = measure->proto == 17 ? "UDP" : "TCP";

	if (measure->port_first == measure->port_last)
		snprintf(text, MEASURE_TEXT_BYTES, "%s port %u", proto, measure->port_first);
	else
		snprintf(text, MEASURE_TEXT_BYTES, "%s ports %u-%u", proto, measure->port_first,
			 measure->port_last);
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

static void say_measure(const struct decision *decision, struct buf *out)
{
	const struct measure *measure = &decision->measure;
	char ports[MEASURE_TEXT_BYTES];

	measure_text(measure, ports);
	if (decision->verdict == VERDICT_LIMIT)
		buf_format(out, "let it %s at most %u %s a second to %s",
			   measure->proto == 17 ? "send" : "open", (unsigned)measure->per_s,
			   measure->proto == 17 ? "packets" : "connections", ports);
	else
		buf_format(out, "%s what it sends to %s", verdict_name(decision->verdict), ports);
	say_hold(decision, out);
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
	case VERDICT_COUNT:
	case VERDICT_LIMIT:
	case VERDICT_BLOCK:
		say_measure(decision, out);
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
