/* SPDX-License-Identifier: Apache-2.0 */
/* Implication, condition by condition: a wide rule covers a narrow one if each condition of the
 * wide rule follows from some condition of the narrow one.  That is sound and finds the mistakes
 * people make (a general rule above a special one). Left out: what only several earlier rules
 * cover together, and that confidence and log_odds are one thing. */
#include "core/policy/cover.h"

#include <stddef.h>
#include <string.h>

#include "core/net/addr.h"
#include "core/policy/eval.h"
#include "core/policy/rule.h"

#define WEEK_MINUTES (7 * 1440u)

static bool interval_within(const struct interval *in, const struct interval *out)
{
	bool low = in->low > out->low || (in->low == out->low && (in->low_open || !out->low_open));
	bool high = in->high < out->high ||
		    (in->high == out->high && (in->high_open || !out->high_open));

	return low && high;
}

static bool intervals_within(const struct condition *in, const struct condition *out)
{
	for (size_t i = 0; i < in->count; i++) {
		bool found = false;

		for (size_t k = 0; k < out->count && !found; k++)
			found = interval_within(&in->intervals[i], &out->intervals[k]);
		if (!found)
			return false;
	}
	return true;
}

static bool interval_apart(const struct interval *a, const struct interval *b)
{
	return a->high < b->low || (a->high == b->low && (a->high_open || b->low_open));
}

static bool intervals_apart(const struct condition *a, const struct condition *b)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t k = 0; k < b->count; k++)
			if (!interval_apart(&a->intervals[i], &b->intervals[k]) &&
			    !interval_apart(&b->intervals[k], &a->intervals[i]))
				return false;
	return true;
}

static bool has_text(const struct texts *texts, const char *text)
{
	for (size_t i = 0; i < texts->count; i++)
		if (strcmp(texts->items[i], text) == 0)
			return true;
	return false;
}

static bool texts_within(const struct texts *in, const struct texts *out)
{
	for (size_t i = 0; i < in->count; i++)
		if (!has_text(out, in->items[i]))
			return false;
	return true;
}

static bool texts_meet(const struct texts *a, const struct texts *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (has_text(b, a->items[i]))
			return true;
	return false;
}

static bool prefix_within(const struct prefix *in, const struct prefix *out)
{
	return in->bits >= out->bits && prefix_contains(out, &in->ip);
}

static bool prefixes_within(const struct condition *in, const struct condition *out)
{
	for (size_t i = 0; i < in->count; i++) {
		bool found = false;

		for (size_t k = 0; k < out->count && !found; k++)
			found = prefix_within(&in->prefixes[i], &out->prefixes[k]);
		if (!found)
			return false;
	}
	return true;
}

static bool prefixes_apart(const struct condition *a, const struct condition *b)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t k = 0; k < b->count; k++)
			if (prefix_within(&a->prefixes[i], &b->prefixes[k]) ||
			    prefix_within(&b->prefixes[k], &a->prefixes[i]))
				return false;
	return true;
}

static bool evidence_within(const struct evidence_wanted *in, const struct evidence_wanted *out)
{
	bool any = out->any.count == 0 || texts_meet(&in->all, &out->any) ||
		   (in->any.count > 0 && texts_within(&in->any, &out->any));

	for (size_t i = 0; i < out->all.count; i++)
		if (!has_text(&in->all, out->all.items[i]) &&
		    !(in->any.count == 1 && has_text(&in->any, out->all.items[i])))
			return false;
	return any && texts_within(&out->none, &in->none);
}

/* Exact: there are only 10,080 minutes in a week. */
static bool time_within(const struct time_span *in, const struct time_span *out)
{
	for (unsigned minute = 0; minute < WEEK_MINUTES; minute++)
		if (eval_time(in, minute) && !eval_time(out, minute))
			return false;
	return true;
}

static bool time_apart(const struct time_span *a, const struct time_span *b)
{
	for (unsigned minute = 0; minute < WEEK_MINUTES; minute++)
		if (eval_time(a, minute) && eval_time(b, minute))
			return false;
	return true;
}

/* tag: any of them; tags: all of them. */
static bool tags_within(const struct condition *in, const struct condition *out)
{
	bool in_all = in->word->subject == SUBJECT_TAGS || in->texts.count == 1;
	bool out_all = out->word->subject == SUBJECT_TAGS;

	if (out_all)
		return in_all && texts_within(&out->texts, &in->texts);
	return in_all ? texts_meet(&in->texts, &out->texts) : texts_within(&in->texts, &out->texts);
}

static bool is_about_tags(const struct condition *c)
{
	return c->word->subject == SUBJECT_TAG || c->word->subject == SUBJECT_TAGS;
}

static bool condition_implies(const struct condition *in, const struct condition *out)
{
	if (is_about_tags(in) && is_about_tags(out))
		return tags_within(in, out);
	if (in->word->subject != out->word->subject)
		return false;
	switch (in->word->subject) {
	case SUBJECT_CONFIDENCE:
	case SUBJECT_LOG_ODDS:
	case SUBJECT_CONTACTS:
	case SUBJECT_PORT:
		return intervals_within(in, out);
	case SUBJECT_KIND:
	case SUBJECT_ROLE:
	case SUBJECT_ASSET:
		return texts_within(&in->texts, &out->texts);
	case SUBJECT_HOST:
		return prefixes_within(in, out);
	case SUBJECT_EVIDENCE:
		return evidence_within(&in->evidence, &out->evidence);
	case SUBJECT_TIME:
		return time_within(&in->time, &out->time);
	case SUBJECT_NOT:
		return cover_implies(&out->inner, &in->inner);
	default:
		return false;
	}
}

/* No input satisfies both. */
static bool condition_excludes(const struct condition *a, const struct condition *b)
{
	if (a->word->subject != b->word->subject)
		return false;
	switch (a->word->subject) {
	case SUBJECT_CONFIDENCE:
	case SUBJECT_LOG_ODDS:
	case SUBJECT_CONTACTS:
	case SUBJECT_PORT:
		return intervals_apart(a, b);
	case SUBJECT_KIND:
	case SUBJECT_ROLE:
	case SUBJECT_ASSET:
		return !texts_meet(&a->texts, &b->texts);
	case SUBJECT_HOST:
		return prefixes_apart(a, b);
	case SUBJECT_TIME:
		return time_apart(&a->time, &b->time);
	case SUBJECT_EVIDENCE:
		return texts_meet(&a->evidence.all, &b->evidence.none) ||
		       texts_meet(&b->evidence.all, &a->evidence.none);
	default:
		return false;
	}
}

static bool when_excludes(const struct when *a, const struct when *b)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t k = 0; k < b->count; k++)
			if (condition_excludes(&a->conditions[i], &b->conditions[k]))
				return true;
	return false;
}

/* A condition that everything satisfies, such as confidence ">= 0". */
static bool always_holds(const struct condition *c)
{
	struct interval whole = { .low = c->word->least, .high = c->word->most };
	static const struct time_span week = { .days = 0x7f, .to_minute = 1440 };

	/* The bounds of log_odds limit what may be written, not what may happen. */
	if (c->count && c->intervals && c->word->subject != SUBJECT_LOG_ODDS)
		for (size_t i = 0; i < c->count; i++)
			if (interval_within(&whole, &c->intervals[i]))
				return true;
	return c->word->subject == SUBJECT_TIME && time_within(&week, &c->time);
}

static bool when_implies_condition(const struct when *narrow, const struct condition *wide)
{
	if (always_holds(wide))
		return true;
	for (size_t i = 0; i < narrow->count; i++)
		if (condition_implies(&narrow->conditions[i], wide))
			return true;
	return wide->word->subject == SUBJECT_NOT && when_excludes(narrow, &wide->inner);
}

bool cover_implies(const struct when *narrow, const struct when *wide)
{
	for (size_t i = 0; i < wide->count; i++)
		if (!when_implies_condition(narrow, &wide->conditions[i]))
			return false;
	return true;
}

static bool evidence_impossible(const struct evidence_wanted *wanted)
{
	return texts_meet(&wanted->all, &wanted->none) ||
	       (wanted->any.count && texts_within(&wanted->any, &wanted->none));
}

bool cover_impossible(const struct when *when)
{
	for (size_t i = 0; i < when->count; i++) {
		const struct condition *c = &when->conditions[i];

		if (c->word->subject == SUBJECT_NOT && cover_implies(when, &c->inner))
			return true;
		if (c->word->subject == SUBJECT_EVIDENCE && evidence_impossible(&c->evidence))
			return true;
	}
	return false;
}
