/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions.  A comparison is a text with its operator, so that "at least" and "more than" are
 * said and not guessed; a bare number is refused with the text that was probably meant.  A
 * condition that can never hold is a mistake, found here where it is written. */
#include "core/policy/load.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/asset/asset.h"
#include "core/base/invariant.h"
#include "core/base/num.h"
#include "core/base/yaml.h"
#include "core/policy/rule.h"

#define DEPTH_MAX   4
#define ALL_DAYS    0x7f
#define DAY_MINUTES 1440

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " ");
}

/* "a..b", both ends inside. */
static bool parse_range(const char *text, struct interval *out)
{
	const char *dots = strstr(text, "..");
	char low[32];
	size_t length;

	if (!dots || (size_t)(dots - text) >= sizeof(low))
		return false;
	length = (size_t)(dots - text);
	while (length && text[length - 1] == ' ')
		length--;
	memcpy(low, text, length);
	low[length] = '\0';
	return num_double(low, &out->low) && num_double(skip_blanks(dots + 2), &out->high);
}

static bool parse_comparison(const char *text, struct interval *out)
{
	bool greater = text[0] == '>', equal = text[0] && text[1] == '=';
	double value;

	*out = (struct interval){ .low = -INFINITY, .high = INFINITY };
	if (text[0] != '>' && text[0] != '<')
		return parse_range(text, out);
	if (!num_double(skip_blanks(text + 1 + equal), &value))
		return false;
	if (greater) {
		out->low = value;
		out->low_open = !equal;
	} else {
		out->high = value;
		out->high_open = !equal;
	}
	return true;
}

static bool can_hold(const struct interval *in, const struct word *word)
{
	if (in->low > in->high || in->low > word->most || in->high < word->least)
		return false;
	if (in->low_open && in->low >= fmin(in->high, word->most))
		return false;
	return !(in->high_open && in->high <= fmax(in->low, word->least));
}

static bool load_interval(struct loader *l, const struct yaml_node *node, const struct word *word,
			  struct interval *out)
{
	char hint[128];
	const char *text;
	double number;

	if (!yaml_get_text(l->yaml, node, &text))
		return false;
	if (!parse_comparison(text, out)) {
		bool bare = num_double(text, &number);

		snprintf(hint, sizeof(hint), "write %s%.40s%s", bare ? "\">= " : "",
			 bare ? text : word->form, bare ? "\"" : "");
		yaml_complain(l->yaml, node, hint, "\"%s\" is no comparison", text);
		return false;
	}
	if (!can_hold(out, word)) {
		yaml_complain(l->yaml, node, "",
			      "this can never hold: %s lies between %.0f and %.0f", word->name,
			      word->least, word->most);
		return false;
	}
	return true;
}

static void load_numbers(struct loader *l, const struct yaml_node *node, struct condition *c)
{
	size_t count = load_list_count(l, node);
	uint16_t first, last;

	c->intervals = keep_array(&l->policy->keep, count, sizeof(*c->intervals));
	for (size_t i = 0; i < count; i++) {
		const struct yaml_node *item = load_list_item(node, i);
		struct interval *out = &c->intervals[c->count];

		if (c->word->subject != SUBJECT_PORT)
			c->count += load_interval(l, item, c->word, out);
		else if (load_ports(l, item, c->word, &first, &last))
			c->intervals[c->count++] = (struct interval){ .low = first, .high = last };
	}
}

static void load_words(struct loader *l, const struct yaml_node *node, struct condition *c)
{
	size_t count = load_list_count(l, node);
	size_t most = c->word->subject == SUBJECT_ASSET ? ASSET_NAME_BYTES : ASSET_WORD_BYTES;
	const char *text;

	c->texts.items = keep_array(&l->policy->keep, count, sizeof(*c->texts.items));
	for (size_t i = 0; i < count; i++) {
		const struct yaml_node *item = load_list_item(node, i);

		if (c->word->choices != CHOICES_NONE &&
		    load_choice(l, item, c->word->name, c->word->choices) < 0)
			continue;
		text = load_text(l, item, most - 1);
		if (text)
			c->texts.items[c->texts.count++] = text;
	}
}

static void load_hosts(struct loader *l, const struct yaml_node *node, struct condition *c)
{
	size_t count = load_list_count(l, node);

	c->prefixes = keep_array(&l->policy->keep, count, sizeof(*c->prefixes));
	for (size_t i = 0; i < count; i++)
		c->count += load_prefix(l, load_list_item(node, i), &c->prefixes[c->count]);
}

static void load_detectors(struct loader *l, const struct yaml_node *node, struct texts *out)
{
	size_t count;

	if (!node)
		return;
	count = load_list_count(l, node);
	out->items = keep_array(&l->policy->keep, count, sizeof(*out->items));
	for (size_t i = 0; i < count; i++)
		out->count += load_detector(l, load_list_item(node, i), &out->items[out->count]);
}

static void load_evidence(struct loader *l, const struct yaml_node *node, struct condition *c)
{
	if (!load_keys(l, node, SECTION_EVIDENCE))
		return;
	if (yaml_count(node) == 0)
		yaml_complain(l->yaml, node, "write { any: [arpsweep, trw] }",
			      "evidence asks for nothing");
	load_detectors(l, yaml_find(node, "any"), &c->evidence.any);
	load_detectors(l, yaml_find(node, "all"), &c->evidence.all);
	load_detectors(l, yaml_find(node, "none"), &c->evidence.none);
}

/* The day of a text's first three letters; 7 if none. */
static unsigned day_of(const char *text)
{
	const char *days[VOCABULARY_KEYS_MAX];
	unsigned day = 0;

	vocabulary_choices(CHOICES_DAY, days);
	while (day < 7 && strncmp(days[day], text, 3) != 0)
		day++;
	return day;
}

/* "sat" or "mon..fri"; "sat..mon" goes round the end of the week. */
static bool parse_days(const char *text, uint8_t *days)
{
	bool range = strlen(text) == 8 && text[3] == '.' && text[4] == '.';
	unsigned first = day_of(text), last = range ? day_of(text + 5) : first;

	if ((!range && strlen(text) != 3) || first > 6 || last > 6)
		return false;
	for (unsigned day = first;; day = (day + 1) % 7) {
		*days |= (uint8_t)(1u << day);
		if (day == last)
			return true;
	}
}

static void load_days(struct loader *l, const struct yaml_node *node, struct time_span *time)
{
	size_t count = load_list_count(l, node);
	const char *days[VOCABULARY_KEYS_MAX], *text;

	time->days = 0;
	for (size_t i = 0; i < count; i++) {
		const struct yaml_node *item = load_list_item(node, i);

		if (yaml_get_text(l->yaml, item, &text) && !parse_days(text, &time->days))
			load_unknown(l, item, "day", vocabulary_choices(CHOICES_DAY, days));
	}
}

static void load_clock(struct loader *l, const struct yaml_node *node, uint16_t *minute)
{
	const char *text;

	if (yaml_get_text(l->yaml, node, &text) && !load_minute(text, minute))
		yaml_complain(l->yaml, node, "write \"08:00\", UTC", "\"%s\" is no time of day",
			      text);
}

static void load_time(struct loader *l, const struct yaml_node *node, struct condition *c)
{
	struct time_span *time = &c->time;

	*time = (struct time_span){ .days = ALL_DAYS, .to_minute = DAY_MINUTES };
	if (!load_keys(l, node, SECTION_TIME))
		return;
	if (yaml_find(node, "days"))
		load_days(l, yaml_find(node, "days"), time);
	load_clock(l, yaml_find(node, "from"), &time->from_minute);
	load_clock(l, yaml_find(node, "to"), &time->to_minute);
	if (time->from_minute == time->to_minute)
		yaml_complain(l->yaml, node, "leave both out for the whole day",
			      "the span is empty: from and to are the same");
}

static void load_not(struct loader *l, const struct yaml_node *node, struct condition *c,
		     unsigned depth)
{
	if (depth >= DEPTH_MAX) {
		yaml_complain(l->yaml, node, "split the rule",
			      "at most %d \"not\" fit into one another", DEPTH_MAX);
		return;
	}
	load_when(l, node, &c->inner, depth + 1);
	if (yaml_kind(node) == YAML_MAPPING && yaml_count(node) == 0)
		yaml_complain(l->yaml, node, "", "\"not\" of nothing would never hold");
}

static void load_condition(struct loader *l, const struct yaml_node *node, struct condition *c,
			   unsigned depth)
{
	switch (c->word->subject) {
	case SUBJECT_CONFIDENCE:
	case SUBJECT_LOG_ODDS:
	case SUBJECT_CONTACTS:
	case SUBJECT_PORT:
		load_numbers(l, node, c);
		break;
	case SUBJECT_KIND:
	case SUBJECT_ROLE:
	case SUBJECT_TAG:
	case SUBJECT_TAGS:
	case SUBJECT_ASSET:
		load_words(l, node, c);
		break;
	case SUBJECT_HOST:
		load_hosts(l, node, c);
		break;
	case SUBJECT_EVIDENCE:
		load_evidence(l, node, c);
		break;
	case SUBJECT_TIME:
		load_time(l, node, c);
		break;
	case SUBJECT_NOT:
		load_not(l, node, c, depth);
		break;
	case SUBJECT_NONE:
		INVARIANT(c->word->subject != SUBJECT_NONE);
	}
}

void load_when(struct loader *l, const struct yaml_node *node, struct when *when, unsigned depth)
{
	if (!node || !load_keys(l, node, SECTION_WHEN))
		return;
	when->conditions =
		keep_array(&l->policy->keep, yaml_count(node), sizeof(*when->conditions));
	for (size_t i = 0; i < yaml_count(node); i++) {
		struct condition *c = &when->conditions[when->count];

		c->word = vocabulary_find(SECTION_WHEN, yaml_text(yaml_key(node, i)));
		if (!c->word)
			continue;
		when->count++;
		c->at = load_position(yaml_key(node, i));
		if (yaml_value(node, i))
			load_condition(l, yaml_value(node, i), c, depth);
	}
}
