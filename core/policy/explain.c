/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions in words.  Whether one holds is asked of eval, never decided here, so that the
 * explanation cannot differ from the decision.  A rule that does not fire lists every condition
 * that failed, because mending one at a time is tiresome. */
#include <math.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/policy/eval.h"
#include "core/policy/policy.h"
#include "core/policy/rule.h"

static void say_texts(const struct texts *texts, const char *joiner, struct buf *out)
{
	for (size_t i = 0; i < texts->count; i++)
		buf_format(out, "%s%s", i ? joiner : "", texts->items[i]);
}

/* Ten digits: enough to tell 0.99989999 from 0.9999. */
static void say_interval(const struct condition *c, const struct interval *in, struct buf *out)
{
	if (c->word->subject == SUBJECT_PORT) {
		buf_format(out, "%.0f", in->low);
		if (in->high > in->low)
			buf_format(out, "-%.0f", in->high);
	} else if (isinf(in->high)) {
		buf_format(out, "%s %.10g", in->low_open ? ">" : ">=", in->low);
	} else if (isinf(in->low)) {
		buf_format(out, "%s %.10g", in->high_open ? "<" : "<=", in->high);
	} else {
		buf_format(out, "%.10g..%.10g", in->low, in->high);
	}
}

static void say_number(const struct condition *c, const struct policy_input *input, const char *is,
		       struct buf *out)
{
	buf_format(out, "%s %.10g %s ", c->word->name, eval_number(c, input), is);
	for (size_t i = 0; i < c->count; i++) {
		buf_text(out, i ? " or " : "");
		say_interval(c, &c->intervals[i], out);
	}
}

static const char *value_of(const struct condition *c, const struct policy_input *input)
{
	const char *value = c->word->subject == SUBJECT_KIND   ? input->kind
			    : c->word->subject == SUBJECT_ROLE ? input->role
							       : input->asset;

	return value && *value ? value : "(none)";
}

static void say_tags(const struct condition *c, const struct policy_input *input, bool holds,
		     struct buf *out)
{
	bool all = c->word->subject == SUBJECT_TAGS;

	buf_text(out, "tags ");
	for (size_t i = 0; i < sizeof(input->tags) / sizeof(input->tags[0]) && input->tags[i]; i++)
		buf_format(out, "%s%s", i ? ", " : "", input->tags[i]);
	buf_format(out, "%s %sinclude ", input->tags[0] ? "" : "(none)", holds ? "" : "do not ");
	say_texts(&c->texts, all ? " and " : " or ", out);
}

static void say_host(const struct condition *c, const struct policy_input *input, const char *is,
		     struct buf *out)
{
	char text[PREFIX_TEXT_BYTES];

	ip_text(&input->host.ip, text);
	buf_format(out, "host %s %s in ", text, is);
	for (size_t i = 0; i < c->count; i++) {
		if (c->prefixes[i].bits == 128)
			ip_text(&c->prefixes[i].ip, text);
		else
			prefix_text(&c->prefixes[i], text);
		buf_format(out, "%s%s", i ? " or " : "", text);
	}
}

static void say_spoken(const struct policy_input *input, struct buf *out)
{
	size_t count = 0;

	buf_text(out, "evidence of ");
	for (size_t i = 0; i < input->evidence_count; i++)
		if (eval_has_evidence(input, input->evidence[i].detector))
			buf_format(out, "%s%s", count++ ? ", " : "", input->evidence[i].detector);
	if (count == 0)
		buf_text(out, "nobody");
}

static void say_evidence(const struct condition *c, const struct policy_input *input, bool holds,
			 struct buf *out)
{
	const struct evidence_wanted *wanted = &c->evidence;
	const char *joiner = "";

	say_spoken(input, out);
	buf_text(out, holds ? " meets " : " does not meet ");
	if (wanted->any.count) {
		buf_text(out, "any of ");
		say_texts(&wanted->any, ", ", out);
		joiner = " and ";
	}
	if (wanted->all.count) {
		buf_format(out, "%sall of ", joiner);
		say_texts(&wanted->all, ", ", out);
		joiner = " and ";
	}
	if (wanted->none.count) {
		buf_format(out, "%snone of ", joiner);
		say_texts(&wanted->none, ", ", out);
	}
}

static void say_time(const struct condition *c, const struct policy_input *input, const char *is,
		     struct buf *out)
{
	unsigned now = eval_week_minute(input->wall_ns);
	const struct time_span *span = &c->time;
	const char *days[VOCABULARY_KEYS_MAX];
	bool first = true;

	vocabulary_choices(CHOICES_DAY, days);
	buf_format(out, "%s %02u:%02u UTC %s in %02u:%02u-%02u:%02u of ", days[now / 1440],
		   now % 1440 / 60, now % 60, is, span->from_minute / 60u, span->from_minute % 60u,
		   span->to_minute / 60u, span->to_minute % 60u);
	for (unsigned day = 0; day < 7; day++)
		if (span->days >> day & 1) {
			buf_format(out, "%s%s", first ? "" : ", ", days[day]);
			first = false;
		}
}

static void say_conditions(const struct when *when, const struct policy_input *input, bool holding,
			   struct buf *out);

static void say_not(const struct condition *c, const struct policy_input *input, bool holds,
		    struct buf *out)
{
	buf_format(out, "the exception %s (", holds ? "does not apply" : "applies");
	say_conditions(&c->inner, input, !holds, out);
	buf_char(out, ')');
}

static void say_condition(const struct condition *c, const struct policy_input *input, bool holds,
			  struct buf *out)
{
	const char *is = holds ? "is" : "is not";

	switch (c->word->subject) {
	case SUBJECT_CONFIDENCE:
	case SUBJECT_LOG_ODDS:
	case SUBJECT_CONTACTS:
	case SUBJECT_PORT:
		say_number(c, input, is, out);
		break;
	case SUBJECT_TAG:
	case SUBJECT_TAGS:
		say_tags(c, input, holds, out);
		break;
	case SUBJECT_HOST:
		say_host(c, input, is, out);
		break;
	case SUBJECT_EVIDENCE:
		say_evidence(c, input, holds, out);
		break;
	case SUBJECT_TIME:
		say_time(c, input, is, out);
		break;
	case SUBJECT_NOT:
		say_not(c, input, holds, out);
		break;
	default:
		buf_format(out, "%s %s %s ", c->word->name, value_of(c, input), is);
		say_texts(&c->texts, " or ", out);
	}
}

/* Those that hold, or those that do not. */
static void say_conditions(const struct when *when, const struct policy_input *input, bool holding,
			   struct buf *out)
{
	bool first = true;

	for (size_t i = 0; i < when->count; i++) {
		const struct condition *c = &when->conditions[i];

		if (eval_condition(c, input) != holding)
			continue;
		buf_text(out, first ? "" : "; ");
		say_condition(c, input, holding, out);
		first = false;
	}
}

static void say_rule(const struct rule *rule, const struct policy_input *input, bool fires,
		     struct buf *out)
{
	buf_format(out, "%s: ", fires ? "fires" : "does not fire");
	if (rule->when.count == 0)
		buf_text(out, "it has no conditions");
	say_conditions(&rule->when, input, fires, out);
}

void policy_explain(const struct policy *policy, const struct policy_input *input, struct buf *out)
{
	bool decided = false;

	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct rule *rule = &policy->rules[i];
		bool fires = !decided && eval_when(&rule->when, input);

		buf_format(out, "rule %zu \"%s\" ", i + 1, rule->answer.rule_name);
		if (decided)
			buf_text(out, "is not asked");
		else
			say_rule(rule, input, fires, out);
		buf_char(out, '\n');
		decided |= fires;
	}
}
