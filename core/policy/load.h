/* SPDX-License-Identifier: Apache-2.0 */
/* load.h - YAML to rules.  Complains about form (words, types, bounds); whether the parts fit
 * together is check.h's question.  The lower half is shared by the load_*.c files only. */
#ifndef CORDON_POLICY_LOAD_H
#define CORDON_POLICY_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/policy/vocabulary.h"

struct complaints;
struct decision;
struct position;
struct policy;
struct policy_known;
struct prefix;
struct rule;
struct source;
struct texts;
struct when;
struct yaml;
struct yaml_node;

/* Fills an empty policy as far as it can be read. */
void load_policy(const struct source *source, const struct policy_known *known,
		 struct complaints *complaints, struct policy *policy);

/* A name of "addresses:". */
struct load_address {
	const char *name;
	size_t count;
	struct prefix *prefixes;
};

struct loader {
	struct yaml *yaml;
	struct policy *policy;
	const struct policy_known *known;
	struct complaints *complaints;
	size_t address_count;
	struct load_address *addresses;
};

/* Reads node, which must be a mapping with the words of a section; false if it is none at all. */
bool load_keys(struct loader *l, const struct yaml_node *node, enum word_section section);
struct position load_position(const struct yaml_node *node);
/* A scalar counts as a list of one.  0 after a complaint, also about an empty list. */
size_t load_list_count(struct loader *l, const struct yaml_node *node);
const struct yaml_node *load_list_item(const struct yaml_node *node, size_t index);
/* Complains about a word that is not in the list, with a suggestion or the list itself. */
void load_unknown(struct loader *l, const struct yaml_node *node, const char *what,
		  const char *const *valid);
/* The index of the node's word in a closed list, or -1 after a complaint; what names the list. */
int load_choice(struct loader *l, const struct yaml_node *node, const char *what,
		enum word_choices choices);
/* A text kept with the policy, of 1 to most bytes; NULL after a complaint or if absent. */
const char *load_text(struct loader *l, const struct yaml_node *node, size_t most);
bool load_detector(struct loader *l, const struct yaml_node *node, const char **name);
/* An address or a prefix; complains at the node and names the prefix that was probably meant. */
bool load_prefix(struct loader *l, const struct yaml_node *node, struct prefix *prefix);
/* "443" or "8000-8010". */
bool load_ports(struct loader *l, const struct yaml_node *node, const struct word *word,
		uint16_t *first, uint16_t *last);
/* "HH:MM" to minutes of the day; at most 24:00. */
bool load_minute(const char *text, uint16_t *minute);

void load_when(struct loader *l, const struct yaml_node *node, struct when *when, unsigned depth);
void load_answer(struct loader *l, const struct yaml_node *node, struct rule *rule);
void load_addresses(struct loader *l, const struct yaml_node *node);
void load_channels(struct loader *l, const struct yaml_node *node);
void load_examples(struct loader *l, const struct yaml_node *node);

#endif
