/* SPDX-License-Identifier: Apache-2.0 */
/* Answers.  The channel is always named: which hole stays open in a wall is nothing to guess. */
#include "core/policy/load.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "core/base/invariant.h"
#include "core/base/num.h"
#include "core/base/units.h"
#include "core/base/yaml.h"
#include "core/policy/rule.h"

#define PROPOSAL_STANDS_NS (30 * 60 * NS_PER_S)

/* A duration within the bounds of its word. */
static void load_duration(struct loader *l, const struct yaml_node *mapping,
			  const struct word *word, uint64_t *value_ns)
{
	const struct yaml_node *node = yaml_find(mapping, word->name);
	char least[32], most[32];
	uint64_t least_ns = (uint64_t)word->least * NS_PER_S,
		 most_ns = (uint64_t)word->most * NS_PER_S;
	uint64_t read_ns;

	if (!yaml_get_duration_ns(l->yaml, node, &read_ns))
		return;
	if (read_ns >= least_ns && read_ns <= most_ns) {
		*value_ns = read_ns;
		return;
	}
	num_duration_text(least_ns, least, sizeof(least));
	num_duration_text(most_ns, most, sizeof(most));
	yaml_complain(l->yaml, node, "", "\"%s\" lies between %s and %s", word->name, least, most);
}

static void load_channel_name(struct loader *l, const struct yaml_node *node, struct rule *rule)
{
	const struct yaml_node *channel = yaml_find(node, "channel");
	const char *name;

	if (!channel) {
		yaml_complain(l->yaml, node, "add \"channel: NAME\", a name under channels:",
			      "which channel stays open is not said");
		return;
	}
	rule->channel_at = load_position(channel);
	name = load_text(l, channel, sizeof(rule->answer.channel) - 1);
	if (name)
		snprintf(rule->answer.channel, sizeof(rule->answer.channel), "%s", name);
}

static void load_isolate(struct loader *l, const struct yaml_node *node, struct rule *rule)
{
	const struct yaml_node *witness;
	int choice;

	if (!load_keys(l, node, SECTION_ISOLATE))
		return;
	load_channel_name(l, node, rule);
	load_duration(l, node, vocabulary_find(SECTION_ISOLATE, "for"), &rule->answer.hold_ns);
	witness = yaml_find(node, "witness");
	if (!witness)
		return;
	choice = load_choice(l, witness, "witness", CHOICES_WITNESS);
	if (choice >= 0)
		rule->answer.witness = (uint8_t)choice;
}

static void load_propose(struct loader *l, const struct yaml_node *node, struct rule *rule)
{
	const struct word *approvals = vocabulary_find(SECTION_PROPOSE, "approvals");
	uint32_t people = 1;

	rule->answer.expires_ns = PROPOSAL_STANDS_NS;
	if (load_keys(l, node, SECTION_PROPOSE)) {
		load_channel_name(l, node, rule);
		yaml_get_u32(l->yaml, yaml_find(node, "approvals"), (uint32_t)approvals->least,
			     (uint32_t)approvals->most, &people);
		load_duration(l, node, vocabulary_find(SECTION_PROPOSE, "expires"),
			      &rule->answer.expires_ns);
		load_duration(l, node, vocabulary_find(SECTION_PROPOSE, "for"),
			      &rule->answer.hold_ns);
	}
	rule->answer.approvals = (uint8_t)people;
}

static void load_measure_ports(struct loader *l, const struct yaml_node *node,
			       enum word_section section, struct measure *measure)
{
	const struct yaml_node *tcp = yaml_find(node, "tcp"), *udp = yaml_find(node, "udp");

	if (!tcp == !udp) {
		yaml_complain(l->yaml, node, "write tcp: 445, or udp: 161",
			      tcp ? "tcp and udp exclude each other" : "which port is not said");
		return;
	}
	measure->proto = tcp ? IPPROTO_TCP : IPPROTO_UDP;
	load_ports(l, tcp ? tcp : udp, vocabulary_find(section, tcp ? "tcp" : "udp"),
		   &measure->port_first, &measure->port_last);
}

static void load_measure(struct loader *l, const struct yaml_node *node, struct rule *rule)
{
	bool limit = rule->answer.verdict == VERDICT_LIMIT;
	enum word_section section = limit ? SECTION_LIMIT : SECTION_MEASURE;
	const struct word *rate = vocabulary_find(SECTION_LIMIT, "per_second");

	if (!load_keys(l, node, section))
		return;
	load_measure_ports(l, node, section, &rule->answer.measure);
	load_duration(l, node, vocabulary_find(section, "for"), &rule->answer.hold_ns);
	if (!limit)
		return;
	if (!yaml_find(node, "per_second"))
		yaml_complain(l->yaml, node, "add \"per_second: 5\"",
			      "how much goes through is not said");
	else
		yaml_get_u32(l->yaml, yaml_find(node, "per_second"), (uint32_t)rate->least,
			     (uint32_t)rate->most, &rule->answer.measure.per_s);
}

/* watch and ignore have no settings: "{}" or nothing. */
static void load_nothing(struct loader *l, const struct yaml_node *node, const char *name)
{
	bool nothing = !node || (yaml_kind(node) == YAML_SCALAR && !*yaml_text(node)) ||
		       (yaml_kind(node) == YAML_MAPPING && yaml_count(node) == 0);

	if (!nothing)
		yaml_complain(l->yaml, node, "write {}", "\"%s\" has no settings", name);
}

static void load_verdict(struct loader *l, const char *name, const struct yaml_node *node,
			 struct rule *rule)
{
	for (unsigned verdict = 0; verdict < VERDICTS; verdict++)
		if (strcmp(verdict_name(verdict), name) == 0)
			rule->answer.verdict = (uint8_t)verdict;
	switch (rule->answer.verdict) {
	case VERDICT_ISOLATE:
		load_isolate(l, node, rule);
		break;
	case VERDICT_PROPOSE:
		load_propose(l, node, rule);
		break;
	case VERDICT_COUNT:
	case VERDICT_LIMIT:
	case VERDICT_BLOCK:
		load_measure(l, node, rule);
		break;
	default:
		load_nothing(l, node, name);
	}
}

void load_answer(struct loader *l, const struct yaml_node *node, struct rule *rule)
{
	const char *name;

	/* "then: watch" reads well and can mean only one thing. */
	if (yaml_kind(node) == YAML_SCALAR &&
	    (strcmp(yaml_text(node), "watch") == 0 || strcmp(yaml_text(node), "ignore") == 0)) {
		load_verdict(l, yaml_text(node), NULL, rule);
		return;
	}
	if (!load_keys(l, node, SECTION_THEN))
		return;
	if (yaml_count(node) != 1) {
		yaml_complain(l->yaml, yaml_count(node) ? yaml_key(node, 1) : node,
			      "isolate, propose, block, limit, count, watch or ignore",
			      "a rule has exactly one answer, not %zu", yaml_count(node));
		return;
	}
	name = yaml_text(yaml_key(node, 0));
	if (vocabulary_find(SECTION_THEN, name))
		load_verdict(l, name, yaml_value(node, 0), rule);
}
