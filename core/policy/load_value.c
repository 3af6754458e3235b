/* SPDX-License-Identifier: Apache-2.0 */
/* Values that occur in more than one place of a policy: words of closed lists, addresses, ports,
 * times of day.  Each complaint says how the value should have been written. */
#include "core/policy/load.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/base/num.h"
#include "core/base/source.h"
#include "core/base/yaml.h"
#include "core/policy/rule.h"

bool load_keys(struct loader *l, const struct yaml_node *node, enum word_section section)
{
	const char *keys[VOCABULARY_KEYS_MAX];

	if (!node)
		return false;
	yaml_known_keys(l->yaml, node, vocabulary_keys(section, keys));
	return yaml_kind(node) == YAML_MAPPING;
}

struct position load_position(const struct yaml_node *node)
{
	size_t length = strlen(yaml_text(node));

	return (struct position){ .line = yaml_line(node),
				  .column = yaml_column(node),
				  .length = length ? (unsigned)length : 1 };
}

size_t load_list_count(struct loader *l, const struct yaml_node *node)
{
	if (yaml_kind(node) == YAML_SCALAR)
		return 1;
	if (yaml_kind(node) == YAML_SEQUENCE && yaml_count(node) > 0)
		return yaml_count(node);
	yaml_complain(l->yaml, node, "",
		      yaml_kind(node) == YAML_MAPPING ? "expected one value or a list"
						      : "an empty list would never hold");
	return 0;
}

const struct yaml_node *load_list_item(const struct yaml_node *node, size_t index)
{
	return yaml_kind(node) == YAML_SCALAR ? node : yaml_item(node, index);
}

void load_unknown(struct loader *l, const struct yaml_node *node, const char *what,
		  const char *const *valid)
{
	const char *near = source_nearest(yaml_text(node), valid);
	char hint[128];
	size_t used = 0;

	if (near) {
		snprintf(hint, sizeof(hint), "did you mean \"%s\"?", near);
	} else {
		hint[0] = '\0';
		for (size_t i = 0; valid[i] && used < sizeof(hint); i++)
			used += (size_t)snprintf(hint + used, sizeof(hint) - used, "%s%s",
						 i ? ", " : "known: ", valid[i]);
	}
	yaml_complain(l->yaml, node, hint, "unknown %s \"%s\"", what, yaml_text(node));
}

int load_choice(struct loader *l, const struct yaml_node *node, const char *what,
		enum word_choices choices)
{
	const char *values[VOCABULARY_KEYS_MAX], *text;

	if (!yaml_get_text(l->yaml, node, &text))
		return -1;
	vocabulary_choices(choices, values);
	for (int i = 0; values[i]; i++)
		if (strcmp(values[i], text) == 0)
			return i;
	load_unknown(l, node, what, values);
	return -1;
}

const char *load_text(struct loader *l, const struct yaml_node *node, size_t most)
{
	const char *text;

	if (!node || !yaml_get_text(l->yaml, node, &text))
		return NULL;
	if (*text && strlen(text) <= most)
		return keep_text(&l->policy->keep, text);
	yaml_complain(l->yaml, node, "",
		      *text ? "at most %zu bytes fit here" : "expected a text of 1 to %zu bytes",
		      most);
	return NULL;
}

static bool is_listed(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(*list, text) == 0)
			return true;
	return false;
}

bool load_detector(struct loader *l, const struct yaml_node *node, const char **name)
{
	const char *text;

	if (!yaml_get_text(l->yaml, node, &text))
		return false;
	if (l->known && l->known->detectors && !is_listed(text, l->known->detectors)) {
		load_unknown(l, node, "detector", l->known->detectors);
		return false;
	}
	*name = keep_text(&l->policy->keep, text);
	return true;
}

bool load_prefix(struct loader *l, const struct yaml_node *node, struct prefix *prefix)
{
	char meant[PREFIX_TEXT_BYTES], hint[128];
	const char *text;

	if (!yaml_get_text(l->yaml, node, &text))
		return false;
	if (prefix_parse(text, prefix))
		return true;
	if (prefix_meant(text, meant)) {
		snprintf(hint, sizeof(hint), "did you mean \"%s\"?", meant);
		yaml_complain(l->yaml, node, hint, "\"%s\" has bits set behind the prefix", text);
	} else {
		yaml_complain(l->yaml, node, "write 10.20.0.5, 10.20.0.0/16 or fd00::/8",
			      "\"%s\" is neither an address nor a prefix", text);
	}
	return false;
}

static bool ports_parse(const char *text, const struct word *word, uint32_t *first, uint32_t *last)
{
	uint32_t least = (uint32_t)word->least, most = (uint32_t)word->most;
	const char *dash = strchr(text, '-');
	char low[8];

	if (!dash) {
		if (!num_u32_between(text, least, most, first))
			return false;
		*last = *first;
		return true;
	}
	if ((size_t)(dash - text) >= sizeof(low))
		return false;
	memcpy(low, text, (size_t)(dash - text));
	low[dash - text] = '\0';
	return num_u32_between(low, least, most, first) &&
	       num_u32_between(dash + 1, least, most, last);
}

bool load_ports(struct loader *l, const struct yaml_node *node, const struct word *word,
		uint16_t *first, uint16_t *last)
{
	uint32_t low, high;
	const char *text;

	if (!yaml_get_text(l->yaml, node, &text))
		return false;
	if (!ports_parse(text, word, &low, &high)) {
		yaml_complain(l->yaml, node, "write 443 or \"8000-8010\"",
			      "\"%s\" is no port (%.0f to %.0f)", text, word->least, word->most);
		return false;
	}
	if (low > high) {
		yaml_complain(l->yaml, node, "the lower port comes first", "no port is in %s",
			      text);
		return false;
	}
	*first = (uint16_t)low;
	*last = (uint16_t)high;
	return true;
}

bool load_minute(const char *text, uint16_t *minute)
{
	unsigned hours, minutes;

	if (strlen(text) != 5 || text[2] != ':')
		return false;
	for (size_t i = 0; i < 5; i++)
		if (i != 2 && !isdigit((unsigned char)text[i]))
			return false;
	hours = (unsigned)(text[0] - '0') * 10 + (unsigned)(text[1] - '0');
	minutes = (unsigned)(text[3] - '0') * 10 + (unsigned)(text[4] - '0');
	if (minutes > 59 || hours * 60 + minutes > 24 * 60)
		return false;
	*minute = (uint16_t)(hours * 60 + minutes);
	return true;
}
