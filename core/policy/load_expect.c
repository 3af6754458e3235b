/* SPDX-License-Identifier: Apache-2.0 */
/* The examples of a policy: facts of an incident that might happen, in the words that conditions
 * use. */
#include "core/policy/load.h"

#include <stdio.h>
#include <string.h>

#include "core/asset/asset.h"
#include "core/base/units.h"
#include "core/base/yaml.h"
#include "core/detect/evidence.h"
#include "core/policy/rule.h"

#define NAME_MOST  63
#define GIVEN_TAGS (sizeof(((struct policy_input *)0)->tags) / sizeof(const char *))
#define GIVEN_EVIDENCE \
	(sizeof(((struct policy_input *)0)->evidence) / sizeof(struct policy_input_evidence))

/* 1970-01-05 was a Monday; any week serves, because conditions see only day and time. */
#define MONDAY_NS (4 * UINT64_C(86400) * NS_PER_S)
#define MINUTE_NS (60 * NS_PER_S)

static void given_choice(struct loader *l, const struct yaml_node *node, const struct word *word,
			 const char **value)
{
	if (load_choice(l, node, word->name, word->choices) >= 0)
		*value = keep_text(&l->policy->keep, yaml_text(node));
}

static void given_tags(struct loader *l, const struct yaml_node *node, struct policy_input *given)
{
	size_t count = load_list_count(l, node), used = 0;

	if (count > GIVEN_TAGS) {
		yaml_complain(l->yaml, load_list_item(node, GIVEN_TAGS), "", "at most %zu tags",
			      GIVEN_TAGS);
		count = GIVEN_TAGS;
	}
	for (size_t i = 0; i < count; i++) {
		given->tags[used] = load_text(l, load_list_item(node, i), ASSET_WORD_BYTES - 1);
		used += given->tags[used] != NULL;
	}
}

static void given_host(struct loader *l, const struct yaml_node *node, struct policy_input *given)
{
	const char *text;

	if (yaml_get_text(l->yaml, node, &text) && !ip_parse(text, &given->host.ip))
		yaml_complain(l->yaml, node, "write 10.20.0.23", "\"%s\" is no address", text);
}

static void given_statement(struct loader *l, const struct yaml_node *node,
			    struct policy_input *given)
{
	const struct word *word = vocabulary_find(SECTION_STATEMENT, "log_odds");
	struct policy_input_evidence *out = &given->evidence[given->evidence_count];
	const struct yaml_node *detector, *log_odds;

	if (!load_keys(l, node, SECTION_STATEMENT))
		return;
	detector = yaml_find(node, "detector");
	log_odds = yaml_find(node, "log_odds");
	if (!detector || !log_odds)
		yaml_complain(l->yaml, node, "write { detector: trw, log_odds: 9 }",
			      "evidence needs detector and log_odds");
	else if (load_detector(l, detector, &out->detector) &&
		 yaml_get_double(l->yaml, log_odds, word->least, word->most, &out->log_odds))
		given->evidence_count++;
}

static void given_evidence(struct loader *l, const struct yaml_node *node,
			   struct policy_input *given)
{
	size_t count = yaml_count(node);

	if (yaml_kind(node) != YAML_SEQUENCE) {
		yaml_complain(l->yaml, node, "write [ { detector: trw, log_odds: 9 } ]",
			      "evidence is a list");
		return;
	}
	if (count > GIVEN_EVIDENCE) {
		yaml_complain(l->yaml, yaml_item(node, GIVEN_EVIDENCE), "",
			      "at most %zu pieces of evidence", GIVEN_EVIDENCE);
		count = GIVEN_EVIDENCE;
	}
	for (size_t i = 0; i < count; i++)
		given_statement(l, yaml_item(node, i), given);
	for (size_t i = 0; i < given->evidence_count; i++)
		given->log_odds += given->evidence[i].log_odds;
}

/* "mon 09:30" */
static void given_time(struct loader *l, const struct yaml_node *node, struct policy_input *given)
{
	const char *days[VOCABULARY_KEYS_MAX], *text;
	uint16_t minute;

	if (!yaml_get_text(l->yaml, node, &text))
		return;
	vocabulary_choices(CHOICES_DAY, days);
	for (unsigned day = 0; days[day]; day++)
		if (strncmp(text, days[day], 3) == 0 && text[3] == ' ' &&
		    load_minute(text + 4, &minute)) {
			given->wall_ns = MONDAY_NS + (day * UINT64_C(1440) + minute) * MINUTE_NS;
			return;
		}
	yaml_complain(l->yaml, node, "write \"mon 09:30\", UTC", "\"%s\" is no day and time", text);
}

static void given_number(struct loader *l, const struct yaml_node *node, const struct word *word,
			 struct policy_input *given)
{
	uint32_t number;

	if (word->subject == SUBJECT_LOG_ODDS)
		yaml_get_double(l->yaml, node, word->least, word->most, &given->log_odds);
	else if (!yaml_get_u32(l->yaml, node, (uint32_t)word->least, (uint32_t)word->most, &number))
		return;
	else if (word->subject == SUBJECT_PORT)
		given->port = (uint16_t)number;
	else
		given->contacts = number;
}

static void given_fact(struct loader *l, const struct yaml_node *node, const struct word *word,
		       struct policy_input *given)
{
	const char *name;

	switch (word->subject) {
	case SUBJECT_ROLE:
		given_choice(l, node, word, &given->role);
		break;
	case SUBJECT_KIND:
		given_choice(l, node, word, &given->kind);
		break;
	case SUBJECT_TAGS:
		given_tags(l, node, given);
		break;
	case SUBJECT_ASSET:
		name = load_text(l, node, ASSET_NAME_BYTES - 1);
		given->asset = name ? name : "";
		break;
	case SUBJECT_HOST:
		given_host(l, node, given);
		break;
	case SUBJECT_EVIDENCE:
		given_evidence(l, node, given);
		break;
	case SUBJECT_TIME:
		given_time(l, node, given);
		break;
	default:
		given_number(l, node, word, given);
	}
}

static void load_given(struct loader *l, const struct yaml_node *node, struct policy_input *given)
{
	const char *const last = "log_odds";

	*given = (struct policy_input){ .kind = evidence_kind_name(EVIDENCE_WORM),
					.asset = "",
					.role = "unknown",
					.wall_ns = MONDAY_NS + 12 * 60 * MINUTE_NS };
	if (!load_keys(l, node, SECTION_GIVEN))
		return;
	for (size_t i = 0; i < yaml_count(node); i++) {
		const char *name = yaml_text(yaml_key(node, i));
		const struct word *word = vocabulary_find(SECTION_GIVEN, name);

		if (word && yaml_value(node, i) && strcmp(name, last) != 0)
			given_fact(l, yaml_value(node, i), word, given);
	}
	/* In the end, so that it replaces the sum of the evidence. */
	if (yaml_find(node, last))
		given_fact(l, yaml_find(node, last), vocabulary_find(SECTION_GIVEN, last), given);
}

static void load_example(struct loader *l, const struct yaml_node *node)
{
	struct example *example = &l->policy->examples[l->policy->example_count];
	const struct yaml_node *then, *rule, *channel;
	int verdict;

	if (!load_keys(l, node, SECTION_EXAMPLE))
		return;
	load_text(l, yaml_find(node, "name"), 255);
	if (!yaml_find(node, "given"))
		yaml_complain(l->yaml, node, "add \"given: { ... }\"", "an example of what?");
	load_given(l, yaml_find(node, "given"), &example->given);
	then = yaml_find(node, "then");
	if (!then) {
		yaml_complain(l->yaml, node, "add \"then: isolate\"",
			      "an example needs the answer it expects");
		return;
	}
	example->at = load_position(then);
	verdict = load_choice(l, then, "answer", CHOICES_VERDICT);
	if (verdict < 0)
		return;
	example->verdict = (uint8_t)verdict;
	rule = yaml_find(node, "rule");
	example->rule = load_text(l, rule, NAME_MOST);
	if (rule)
		example->rule_at = load_position(rule);
	channel = yaml_find(node, "channel");
	example->channel = load_text(l, channel, CHANNEL_NAME_BYTES - 1);
	if (channel)
		example->channel_at = load_position(channel);
	l->policy->example_count++;
}

void load_examples(struct loader *l, const struct yaml_node *node)
{
	if (!node)
		return;
	if (yaml_kind(node) != YAML_SEQUENCE) {
		yaml_complain(l->yaml, node, "write \"- given: ...\" for each", "expect is a list");
		return;
	}
	l->policy->examples =
		keep_array(&l->policy->keep, yaml_count(node), sizeof(*l->policy->examples));
	for (size_t i = 0; i < yaml_count(node); i++)
		load_example(l, yaml_item(node, i));
}
