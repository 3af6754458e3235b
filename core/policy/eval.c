/* SPDX-License-Identifier: Apache-2.0 */
/* One small question per subject.  Nothing here looks at a clock, allocates or remembers.  A
 * number that is not a number satisfies no comparison, so a broken score never isolates anybody
 * unless a "not" asks for that. */
#include "core/policy/eval.h"

#include <string.h>

#include "core/base/invariant.h"
#include "core/base/units.h"
#include "core/incident/score.h"
#include "core/policy/rule.h"

#define DAY_MINUTES  1440u
#define WEEK_MINUTES (7 * DAY_MINUTES)

static bool in_interval(const struct interval *in, double number)
{
	bool above = in->low_open ? number > in->low : number >= in->low;
	bool below = in->high_open ? number < in->high : number <= in->high;

	return above && below;
}

double eval_number(const struct condition *condition, const struct policy_input *input)
{
	switch (condition->word->subject) {
	case SUBJECT_CONFIDENCE:
		return score_confidence(input->log_odds);
	case SUBJECT_LOG_ODDS:
		return input->log_odds;
	case SUBJECT_CONTACTS:
		return input->contacts;
	default:
		INVARIANT(condition->word->subject == SUBJECT_PORT);
		return input->port;
	}
}

static bool any_interval(const struct condition *c, const struct policy_input *input)
{
	double number = eval_number(c, input);

	for (size_t i = 0; i < c->count; i++)
		if (in_interval(&c->intervals[i], number))
			return true;
	return false;
}

static bool any_text(const struct texts *texts, const char *value)
{
	for (size_t i = 0; i < texts->count; i++)
		if (value && strcmp(texts->items[i], value) == 0)
			return true;
	return false;
}

static bool has_tag(const struct policy_input *input, const char *tag)
{
	for (size_t i = 0; i < sizeof(input->tags) / sizeof(input->tags[0]) && input->tags[i]; i++)
		if (strcmp(input->tags[i], tag) == 0)
			return true;
	return false;
}

static size_t count_tags(const struct texts *texts, const struct policy_input *input)
{
	size_t count = 0;

	for (size_t i = 0; i < texts->count; i++)
		count += has_tag(input, texts->items[i]);
	return count;
}

static bool any_prefix(const struct condition *c, const struct policy_input *input)
{
	for (size_t i = 0; i < c->count; i++)
		if (prefix_contains(&c->prefixes[i], &input->host.ip))
			return true;
	return false;
}

bool eval_has_evidence(const struct policy_input *input, const char *detector)
{
	for (size_t i = 0; i < input->evidence_count; i++)
		if (input->evidence[i].log_odds > 0 &&
		    strcmp(input->evidence[i].detector, detector) == 0)
			return true;
	return false;
}

static size_t count_evidence(const struct texts *texts, const struct policy_input *input)
{
	size_t count = 0;

	for (size_t i = 0; i < texts->count; i++)
		count += eval_has_evidence(input, texts->items[i]);
	return count;
}

static bool evidence_holds(const struct evidence_wanted *wanted, const struct policy_input *input)
{
	return (wanted->any.count == 0 || count_evidence(&wanted->any, input) > 0) &&
	       count_evidence(&wanted->all, input) == wanted->all.count &&
	       count_evidence(&wanted->none, input) == 0;
}

unsigned eval_week_minute(uint64_t wall_ns)
{
	/* 1970-01-01 was a Thursday. */
	return (unsigned)((wall_ns / (60 * NS_PER_S) + 3 * DAY_MINUTES) % WEEK_MINUTES);
}

bool eval_time(const struct time_span *span, unsigned week_minute)
{
	unsigned day = week_minute / DAY_MINUTES, minute = week_minute % DAY_MINUTES;
	unsigned yesterday = (day + 6) % 7;

	if (span->from_minute < span->to_minute)
		return span->days >> day & 1 && minute >= span->from_minute &&
		       minute < span->to_minute;
	/* Past midnight: the span belongs to the day on which it began. */
	return (span->days >> day & 1 && minute >= span->from_minute) ||
	       (span->days >> yesterday & 1 && minute < span->to_minute);
}

bool eval_condition(const struct condition *c, const struct policy_input *input)
{
	switch (c->word->subject) {
	case SUBJECT_CONFIDENCE:
	case SUBJECT_LOG_ODDS:
	case SUBJECT_CONTACTS:
	case SUBJECT_PORT:
		return any_interval(c, input);
	case SUBJECT_KIND:
		return any_text(&c->texts, input->kind);
	case SUBJECT_ROLE:
		return any_text(&c->texts, input->role);
	case SUBJECT_ASSET:
		return any_text(&c->texts, input->asset);
	case SUBJECT_TAG:
		return count_tags(&c->texts, input) > 0;
	case SUBJECT_TAGS:
		return count_tags(&c->texts, input) == c->texts.count;
	case SUBJECT_HOST:
		return any_prefix(c, input);
	case SUBJECT_EVIDENCE:
		return evidence_holds(&c->evidence, input);
	case SUBJECT_TIME:
		return eval_time(&c->time, eval_week_minute(input->wall_ns));
	case SUBJECT_NOT:
		return !eval_when(&c->inner, input);
	default:
		INVARIANT(c->word->subject != SUBJECT_NONE);
		return false;
	}
}

bool eval_when(const struct when *when, const struct policy_input *input)
{
	for (size_t i = 0; i < when->count; i++)
		if (!eval_condition(&when->conditions[i], input))
			return false;
	return true;
}

/* What a machine was seen to do, against who it is and when. */
static bool is_about_conduct(const struct condition *c)
{
	switch (c->word->subject) {
	case SUBJECT_CONFIDENCE:
	case SUBJECT_LOG_ODDS:
	case SUBJECT_CONTACTS:
	case SUBJECT_PORT:
	case SUBJECT_KIND:
	case SUBJECT_EVIDENCE:
		return true;
	default:
		return false;
	}
}

static bool holds_anyway(const struct condition *c, const struct policy_input *input)
{
	if (c->word->subject == SUBJECT_NOT)
		return !eval_could_hold(&c->inner, input);
	return !is_about_conduct(c) && eval_condition(c, input);
}

static bool could_hold(const struct condition *c, const struct policy_input *input)
{
	if (c->word->subject != SUBJECT_NOT)
		return is_about_conduct(c) || eval_condition(c, input);
	for (size_t i = 0; i < c->inner.count; i++)
		if (!holds_anyway(&c->inner.conditions[i], input))
			return true;
	return false;
}

bool eval_could_hold(const struct when *when, const struct policy_input *input)
{
	for (size_t i = 0; i < when->count; i++)
		if (!could_hold(&when->conditions[i], input))
			return false;
	return true;
}
