/* SPDX-License-Identifier: Apache-2.0 */
/* Values go to one text, so an instance costs two allocations whatever its size. */
#include "tests/amtsim/instance.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "tests/amtsim/check.h"

#define VALUES_MAX_BYTES 65536

void instance_init(struct instance *instance)
{
	text_init(&instance->values, VALUES_MAX_BYTES);
	instance->count = 0;
}

void instance_fini(struct instance *instance)
{
	text_fini(&instance->values);
}

static struct property *add(struct instance *instance, const char *name, enum property_kind kind)
{
	struct property *property;

	CHECK(instance->count < INSTANCE_PROPERTIES);
	property = &instance->properties[instance->count++];
	*property = (struct property){ .name = name, .kind = kind };
	property->value_at = instance->values.len;
	return property;
}

static void end_value(struct instance *instance)
{
	text_add(&instance->values, "", 1);
	CHECK(!instance->values.overflow);
}

void instance_text(struct instance *instance, const char *name, const char *value)
{
	add(instance, name, PROPERTY_TEXT);
	text_puts(&instance->values, value);
	end_value(instance);
}

void instance_number(struct instance *instance, const char *name, uint64_t value)
{
	add(instance, name, PROPERTY_TEXT);
	text_printf(&instance->values, "%" PRIu64, value);
	end_value(instance);
}

void instance_bool(struct instance *instance, const char *name, bool value)
{
	instance_text(instance, name, value ? "true" : "false");
}

void instance_reference(struct instance *instance, const char *name, struct object target)
{
	add(instance, name, PROPERTY_REFERENCE)->target = target;
	end_value(instance);
}

void instance_datetime(struct instance *instance, const char *name, uint64_t wall_ns)
{
	time_t seconds = (time_t)(wall_ns / 1000000000u);
	char stamp[32];
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &utc);
	add(instance, name, PROPERTY_DATETIME);
	text_puts(&instance->values, stamp);
	end_value(instance);
}

void instance_sort(struct instance *instance)
{
	size_t i, j;

	for (i = 1; i < instance->count; i++) {
		struct property moving = instance->properties[i];

		for (j = i; j > 0 && strcmp(instance->properties[j - 1].name, moving.name) > 0; j--)
			instance->properties[j] = instance->properties[j - 1];
		instance->properties[j] = moving;
	}
}

const struct property *instance_find(const struct instance *instance, const char *name)
{
	size_t i;

	for (i = 0; i < instance->count; i++)
		if (strcmp(instance->properties[i].name, name) == 0)
			return &instance->properties[i];
	return NULL;
}

const char *instance_value(const struct instance *instance, const struct property *property)
{
	return instance->values.bytes + property->value_at;
}
