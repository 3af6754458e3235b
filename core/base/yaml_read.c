/* SPDX-License-Identifier: Apache-2.0 */
/* yaml_read.c - reads the tree: what is where, and what it should be.  Knows nothing of how it was built. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/num.h"
#include "core/base/source.h"
#include "core/base/yaml_node.h"

const struct yaml_node *yaml_root(const struct yaml *yaml)
{
	return yaml->root;
}

enum yaml_kind yaml_kind(const struct yaml_node *node)
{
	return node->kind;
}

unsigned yaml_line(const struct yaml_node *node)
{
	return node->line;
}

unsigned yaml_column(const struct yaml_node *node)
{
	return node->column;
}

const char *yaml_text(const struct yaml_node *node)
{
	return node && node->text ? node->text : "";
}

size_t yaml_count(const struct yaml_node *node)
{
	if (!node)
		return 0;
	return node->kind == YAML_MAPPING ? node->count / 2 : node->count;
}

static const struct yaml_node *part(const struct yaml_node *node, enum yaml_kind kind, size_t index)
{
	if (!node || node->kind != kind || index >= node->count)
		return NULL;
	return node->parts[index];
}

const struct yaml_node *yaml_item(const struct yaml_node *node, size_t index)
{
	return part(node, YAML_SEQUENCE, index);
}

const struct yaml_node *yaml_key(const struct yaml_node *node, size_t index)
{
	return part(node, YAML_MAPPING, 2 * index);
}

const struct yaml_node *yaml_value(const struct yaml_node *node, size_t index)
{
	return part(node, YAML_MAPPING, 2 * index + 1);
}

const struct yaml_node *yaml_find(const struct yaml_node *node, const char *key)
{
	if (!node || node->kind != YAML_MAPPING)
		return NULL;
	for (size_t i = 0; i < yaml_count(node); i++)
		if (strcmp(yaml_text(yaml_key(node, i)), key) == 0)
			return yaml_value(node, i);
	return NULL;
}

void yaml_complain(struct yaml *yaml, const struct yaml_node *node, const char *hint,
		   const char *format, ...)
{
	struct complaint complaint = { .line = 1, .column = 1, .length = 1 };
	va_list args;

	if (node) {
		complaint.line = node->line;
		complaint.column = node->column;
		complaint.length = node->columns;
	}
	if (hint)
		snprintf(complaint.hint, sizeof(complaint.hint), "%s", hint);
	va_start(args, format);
	vsnprintf(complaint.text, sizeof(complaint.text), format, args);
	va_end(args);
	complaints_add(yaml->complaints, &complaint);
}

static bool is_known(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

/* Which come with what is copied from a page: the blank that breaks no line, the one without width, the mark of byte order. */
static bool has_invisible(const char *text)
{
	return strstr(text, "\xc2\xa0") || strstr(text, "\xe2\x80\x8b") ||
	       strstr(text, "\xef\xbb\xbf");
}

static void complain_of_key(struct yaml *yaml, const struct yaml_node *key, const char *const *keys)
{
	const char *nearest = source_nearest(yaml_text(key), keys);
	char hint[128] = "";

	if (has_invisible(yaml_text(key)))
		snprintf(hint, sizeof(hint),
			 "it holds an invisible character: type its blanks anew");
	else if (nearest)
		snprintf(hint, sizeof(hint), "did you mean \"%s\"?", nearest);
	yaml_complain(yaml, key, hint, "unknown key \"%s\"", yaml_text(key));
}

bool yaml_known_keys(struct yaml *yaml, const struct yaml_node *node, const char *const *keys)
{
	bool well = true;

	if (!node || node->kind != YAML_MAPPING) {
		yaml_complain(yaml, node, NULL, "expected a mapping (key: value)");
		return false;
	}
	for (size_t i = 0; i < yaml_count(node); i++) {
		const struct yaml_node *key = yaml_key(node, i);

		if (key->kind == YAML_SCALAR && is_known(key->text, keys))
			continue;
		if (key->kind == YAML_SCALAR) /* others were complained of when parsed */
			complain_of_key(yaml, key, keys);
		well = false;
	}
	return well;
}

/* A scalar with something in it; expected names what should be there. */
static bool is_present(struct yaml *yaml, const struct yaml_node *node, const char *expected)
{
	if (!node)
		return false;
	if (node->kind != YAML_SCALAR) {
		yaml_complain(yaml, node, NULL, "expected %s, found a %s", expected,
			      node->kind == YAML_MAPPING ? "mapping" : "list");
		return false;
	}
	if (node->plain && node->text[0] == '\0') {
		yaml_complain(yaml, node, NULL, "expected %s, found nothing", expected);
		return false;
	}
	return true;
}

bool yaml_get_text(struct yaml *yaml, const struct yaml_node *node, const char **value)
{
	if (!is_present(yaml, node, "a text"))
		return false;
	*value = node->text;
	return true;
}

bool yaml_get_bool(struct yaml *yaml, const struct yaml_node *node, bool *value)
{
	if (!is_present(yaml, node, "true or false"))
		return false;
	if (strcmp(node->text, "true") != 0 && strcmp(node->text, "false") != 0) {
		yaml_complain(yaml, node, NULL, "expected true or false, found \"%s\"", node->text);
		return false;
	}
	*value = node->text[0] == 't';
	return true;
}

bool yaml_get_u32(struct yaml *yaml, const struct yaml_node *node, uint32_t least, uint32_t most,
		  uint32_t *value)
{
	if (!is_present(yaml, node, "a whole number"))
		return false;
	if (!num_u32_between(node->text, least, most, value)) {
		yaml_complain(yaml, node, NULL,
			      "expected a whole number from %u to %u, found \"%s\"", least, most,
			      node->text);
		return false;
	}
	return true;
}

bool yaml_get_double(struct yaml *yaml, const struct yaml_node *node, double least, double most,
		     double *value)
{
	double read;

	if (!is_present(yaml, node, "a number"))
		return false;
	if (!num_double(node->text, &read) || read < least || read > most) {
		yaml_complain(yaml, node, NULL, "expected a number from %g to %g, found \"%s\"",
			      least, most, node->text);
		return false;
	}
	*value = read;
	return true;
}

bool yaml_get_duration_ns(struct yaml *yaml, const struct yaml_node *node, uint64_t *value)
{
	if (!is_present(yaml, node, "a duration"))
		return false;
	if (!num_duration_ns(node->text, value)) {
		yaml_complain(yaml, node, "write it as 250ms, 10s, 30m, 4h or 7d",
			      "expected a duration, found \"%s\"", node->text);
		return false;
	}
	return true;
}
