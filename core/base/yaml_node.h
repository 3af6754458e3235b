/* SPDX-License-Identifier: Apache-2.0 */
/* yaml_node.h - the tree, between who builds it (yaml.c) and who reads it (yaml_read.c); nobody else includes it. */
#ifndef CORDON_BASE_YAML_NODE_H
#define CORDON_BASE_YAML_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/yaml.h"

struct yaml_node {
	enum yaml_kind kind;
	bool plain; /* a scalar without quotes: empty means that nothing is there */
	unsigned line, column, columns;
	char *text;               /* scalars: NUL-terminated */
	struct yaml_node **parts; /* items, or key, value, key, value ... */
	size_t count, capacity;   /* of parts */
};

struct yaml {
	struct complaints *complaints;
	struct yaml_node *root;
};

#endif
