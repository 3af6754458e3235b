/* SPDX-License-Identifier: Apache-2.0 */
/* One walk counts and finds.  Left out: Role, ResultRole and IncludeResultProperty, which no
 * client at hand sends. */
#include "tests/amtsim/association.h"

#include <stdint.h>
#include <string.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/class.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/xml.h"

#define DIALECT "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"

/* False if a class is named that is not there. */
static bool read_class(const struct xml_node *kind, const char *name,
		       const struct class_def **class_def)
{
	const struct xml_node *node = xml_child(kind, NS_BINDING, name);

	*class_def = node ? class_by_name(node->text) : NULL;
	return !node || *class_def;
}

struct outcome association_read(const struct device *device, const struct xml_node *filter,
				struct association_query *query)
{
	const char *dialect = xml_attr(filter, "Dialect");
	const struct xml_node *kind = xml_child(filter, NS_BINDING, "AssociatedInstances");

	*query = (struct association_query){ .links = !kind };
	if (!dialect || strcmp(dialect, DIALECT) != 0)
		return outcome_fault(FAULT_FILTER);
	if (!kind)
		kind = xml_child(filter, NS_BINDING, "AssociationInstances");
	if (!kind || !read_class(kind, "AssociationClassName", &query->via) ||
	    !read_class(kind, "ResultClassName", &query->result))
		return outcome_fault(FAULT_FILTER);
	if (!class_follow(device, xml_child(kind, NS_BINDING, "Object"), &query->object))
		return outcome_fault(FAULT_FILTER);
	return outcome_ok();
}

static bool same(struct object a, struct object b)
{
	return a.class_def == b.class_def && a.index == b.index;
}

/* The other end, if the instance refers to the object at all. */
static bool leads_on(const struct instance *instance, struct object from, struct object *to)
{
	bool refers = false, has_other = false;
	size_t i;

	for (i = 0; i < instance->count; i++) {
		const struct property *property = &instance->properties[i];

		if (property->kind != PROPERTY_REFERENCE)
			continue;
		if (!refers && same(property->target, from)) {
			refers = true;
		} else {
			*to = property->target;
			has_other = true;
		}
	}
	return refers && has_other;
}

static bool is_wanted(const struct class_def *class_def, const struct class_def *wanted)
{
	return !wanted || class_is_below(class_def, wanted);
}

static bool hit(const struct device *device, const struct association_query *query,
		struct object link, struct object *found)
{
	struct instance instance;
	struct object other;
	bool leads;

	instance_init(&instance);
	class_render(link, device, &instance);
	leads = leads_on(&instance, query->object, &other);
	instance_fini(&instance);
	if (!leads)
		return false;
	*found = query->links ? link : other;
	return is_wanted(found->class_def, query->result);
}

/* The n-th hit, or the number of hits if there are not that many. */
static size_t walk(const struct device *device, const struct association_query *query, size_t n,
		   struct object *found)
{
	const struct class_def *class_def;
	size_t c, i, hits = 0;

	for (c = 0; (class_def = class_at(c)); c++) {
		size_t own = is_wanted(class_def, query->via) ? class_own(class_def, device) : 0;

		for (i = 0; i < own; i++) {
			if (!hit(device, query, (struct object){ class_def, i }, found))
				continue;
			if (hits++ == n)
				return hits;
		}
	}
	return hits;
}

size_t association_total(const struct device *device, const struct association_query *query)
{
	struct object found;

	return walk(device, query, SIZE_MAX, &found);
}

struct object association_nth(const struct device *device, const struct association_query *query,
			      size_t n)
{
	struct object found = { NULL, 0 };

	CHECK(walk(device, query, n, &found) == n + 1);
	return found;
}
