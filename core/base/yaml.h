/* SPDX-License-Identifier: Apache-2.0 */
/* yaml.h - a YAML document whose every node knows its line and column (libfyaml).
 *
 * Only what configuration needs: mappings, sequences, scalars; no anchors, aliases, tags or multiple
 * documents; depth and size are limited.  Nodes belong to the document.  Mistakes are added to the
 * complaints given at parsing, so that a reader can report all of them. */
#ifndef CORDON_BASE_YAML_H
#define CORDON_BASE_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct complaints;
struct source;
struct yaml;
struct yaml_node;

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

/* NULL after a syntax error (added to complaints); both arguments outlive the document.
 * Duplicate keys, aliases and tags are complaints too. */
struct yaml *yaml_parse(const struct source *source, struct complaints *complaints);
void yaml_free(struct yaml *yaml);
const struct yaml_node *yaml_root(const struct yaml *yaml); /* NULL for an empty document */

enum yaml_kind yaml_kind(const struct yaml_node *node);
unsigned yaml_line(const struct yaml_node *node);
unsigned yaml_column(const struct yaml_node *node);
const char *yaml_text(const struct yaml_node *node); /* scalar; "" otherwise */

size_t yaml_count(const struct yaml_node *node); /* items or pairs */
const struct yaml_node *yaml_item(const struct yaml_node *node, size_t index);
const struct yaml_node *yaml_key(const struct yaml_node *node, size_t index);
const struct yaml_node *yaml_value(const struct yaml_node *node, size_t index);
const struct yaml_node *yaml_find(const struct yaml_node *node, const char *key); /* or NULL */

/* Complains at a node. */
void yaml_complain(struct yaml *yaml, const struct yaml_node *node, const char *hint,
		   const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Complains about each key of a mapping that is not in the NULL-terminated list, with a suggestion;
 * complains if node is no mapping.  Returns whether all was well. */
bool yaml_known_keys(struct yaml *yaml, const struct yaml_node *node, const char *const *keys);
/* Typed reading: complain and return false when the node is not of the form.  A NULL node returns
 * false without complaint (absent: the default stays). */
bool yaml_get_text(struct yaml *yaml, const struct yaml_node *node, const char **value);
bool yaml_get_bool(struct yaml *yaml, const struct yaml_node *node, bool *value);
bool yaml_get_u32(struct yaml *yaml, const struct yaml_node *node, uint32_t least, uint32_t most,
		  uint32_t *value);
bool yaml_get_double(struct yaml *yaml, const struct yaml_node *node, double least, double most,
		     double *value);
bool yaml_get_duration_ns(struct yaml *yaml, const struct yaml_node *node, uint64_t *value);

#endif
