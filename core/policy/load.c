/* SPDX-License-Identifier: Apache-2.0 */
/* The top level of a policy file.  Reading goes on after a mistake wherever something sensible
 * is left to read, so that one run shows all of them. */
#include "core/policy/load.h"

#include <stdio.h>
#include <string.h>

#include "core/base/source.h"
#include "core/base/yaml.h"
#include "core/policy/rule.h"

static void load_rule_name(struct loader *l, const struct yaml_node *node, struct rule *rule)
{
	const struct yaml_node *name = yaml_find(node, "name");
	const char *text;

	if (!name) {
		yaml_complain(l->yaml, node, "add \"name:\"; people and the ledger will read it",
			      "a rule needs a name");
		return;
	}
	rule->at = load_position(name);
	text = load_text(l, name, sizeof(rule->answer.rule_name) - 1);
	if (text)
		snprintf(rule->answer.rule_name, sizeof(rule->answer.rule_name), "%s", text);
}

static void load_rule_parts(struct loader *l, const struct yaml_node *node, struct rule *rule)
{
	const struct yaml_node *then;

	if (!load_keys(l, node, SECTION_RULE))
		return;
	load_rule_name(l, node, rule);
	load_when(l, yaml_find(node, "when"), &rule->when, 0);
	then = yaml_find(node, "then");
	if (then)
		load_answer(l, then, rule);
	else
		yaml_complain(l->yaml, node, "add \"then: { watch: {} }\"",
			      "a rule needs an answer");
}

static void load_rule(struct loader *l, const struct yaml_node *node)
{
	struct rule *rule = &l->policy->rules[l->policy->rule_count++];
	size_t before = complaints_count(l->complaints);

	rule->at = load_position(node);
	rule->answer.verdict = VERDICT_WATCH;
	rule->answer.rule = (uint32_t)l->policy->rule_count;
	load_rule_parts(l, node, rule);
	rule->incomplete = complaints_count(l->complaints) != before;
}

static void load_rules(struct loader *l, const struct yaml_node *node)
{
	if (yaml_kind(node) != YAML_SEQUENCE || yaml_count(node) == 0) {
		yaml_complain(l->yaml, node, "write \"- name: ...\" for each", "rules is a list");
		return;
	}
	l->policy->rules =
		keep_array(&l->policy->keep, yaml_count(node), sizeof(*l->policy->rules));
	for (size_t i = 0; i < yaml_count(node); i++)
		load_rule(l, yaml_item(node, i));
}

static void load_file(struct loader *l, const struct yaml_node *root)
{
	const struct word *version = vocabulary_find(SECTION_FILE, "version");
	uint32_t number;

	if (!load_keys(l, root, SECTION_FILE))
		return;
	if (yaml_get_u32(l->yaml, yaml_find(root, "version"), (uint32_t)version->least, UINT32_MAX,
			 &number) &&
	    number > version->most)
		yaml_complain(l->yaml, yaml_find(root, "version"),
			      "install the newer Cordon it was written for",
			      "a policy of version %u; this Cordon reads version %u", number,
			      (unsigned)version->most);
	l->policy->name = load_text(l, yaml_find(root, "name"), 255);
	load_addresses(l, yaml_find(root, "addresses"));
	load_channels(l, yaml_find(root, "channels"));
	if (yaml_find(root, "rules"))
		load_rules(l, yaml_find(root, "rules"));
	else
		yaml_complain(l->yaml, root, "add \"rules:\"", "a policy needs rules");
	load_examples(l, yaml_find(root, "expect"));
}

void load_policy(const struct source *source, const struct policy_known *known,
		 struct complaints *complaints, struct policy *policy)
{
	static const struct complaint empty = { .line = 1,
						.column = 1,
						.length = 1,
						.text = "the policy is empty",
						.hint = "a policy needs rules" };
	struct loader l = { .policy = policy, .known = known, .complaints = complaints };

	l.yaml = yaml_parse(source, complaints);
	if (l.yaml && yaml_root(l.yaml))
		load_file(&l, yaml_root(l.yaml));
	else if (l.yaml)
		complaints_add(complaints, &empty);
	yaml_free(l.yaml);
}
