/* SPDX-License-Identifier: Apache-2.0 */
/* instance.h - one CIM instance as a bag of properties, written in ASCII order of name
 * (amt-system-defense.md 5.2).  Arrays are the same name added several times, in order. */
#ifndef AMTSIM_INSTANCE_H
#define AMTSIM_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/amtsim/text.h"

struct class_def;

/* One instance of one class, by position; valid until the next change of the device. */
struct object {
	const struct class_def *class_def;
	size_t index;
};

enum property_kind { PROPERTY_TEXT, PROPERTY_REFERENCE, PROPERTY_DATETIME };

struct property {
	const char *name; /* static storage */
	enum property_kind kind;
	size_t value_at; /* into values, NUL-ended */
	struct object target;
};

#define INSTANCE_PROPERTIES 96

struct instance {
	struct text values;
	struct property properties[INSTANCE_PROPERTIES];
	size_t count;
};

void instance_init(struct instance *instance);
void instance_fini(struct instance *instance);

void instance_text(struct instance *instance, const char *name, const char *value);
void instance_number(struct instance *instance, const char *name, uint64_t value);
void instance_bool(struct instance *instance, const char *name, bool value);
void instance_reference(struct instance *instance, const char *name, struct object target);
void instance_datetime(struct instance *instance, const char *name, uint64_t wall_ns);

/* Stable sort by name. */
void instance_sort(struct instance *instance);
const struct property *instance_find(const struct instance *instance, const char *name);
const char *instance_value(const struct instance *instance, const struct property *property);

#endif
