/* SPDX-License-Identifier: Apache-2.0 */
/* association.h - the association filter of DSP0227 (WS-CIM binding, "AssociatedInstances" and
 * "AssociationInstances"), which Intel's own framework asks on the all-classes URI
 * (amt-system-defense.md 5.3).
 *
 * Answers are found by looking at every instance that holds references: slow, exact, and right
 * whatever classes are added. */
#ifndef AMTSIM_ASSOCIATION_H
#define AMTSIM_ASSOCIATION_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/amtsim/instance.h"
#include "tests/amtsim/outcome.h"

struct device;
struct xml_node;

struct association_query {
	struct object object;           /* the one in the middle */
	bool links;                     /* wanted are the associations, not what they lead to */
	const struct class_def *via;    /* only this association class; NULL: any */
	const struct class_def *result; /* only instances of this class; NULL: any */
};

/* From the Filter element of an Enumerate. */
struct outcome association_read(const struct device *device, const struct xml_node *filter,
				struct association_query *query);
size_t association_total(const struct device *device, const struct association_query *query);
/* n is below association_total(). */
struct object association_nth(const struct device *device, const struct association_query *query,
			      size_t n);

#endif
