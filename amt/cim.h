/* SPDX-License-Identifier: Apache-2.0 */
/* cim.h - CIM instances and references as WS-CIM carries them (DSP0230; amt-system-defense.md
 * 2 and 5.2).
 *
 * An instance is a class name and properties in order; an array is a repeated property, a null
 * property is absent.  A value is text, a reference, or an embedded instance (a datetime is
 * one: its only property says which form it has).  A reference is a resource and selectors; a
 * selector's value is text or again a reference, at most CIM_NESTING deep
 * (AMT_ActiveFilterStatistics needs three).
 *
 * Instances and references own everything in them.  Getters lend. */
#ifndef CORDON_AMT_CIM_H
#define CORDON_AMT_CIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct soap_node;
struct soap_writer;
struct span;

#define CIM_URI_BYTES 160
#define CIM_NESTING   4

struct cim_reference;

struct cim_selector {
	char *name;
	char *text; /* NULL if the value is a reference */
	struct cim_reference *reference;
};

struct cim_reference {
	char *uri; /* of the resource's class; "" if not given */
	struct cim_selector *selectors;
	uint32_t count;
	bool one_block; /* a copy: texts and selectors lie behind it */
};

struct cim_instance;

enum cim_kind { CIM_TEXT, CIM_REFERENCE, CIM_EMBEDDED };

struct cim_property {
	char *name;
	uint8_t kind; /* enum cim_kind */
	union {
		char *text;
		struct cim_reference *reference;
		struct cim_instance *embedded;
	};
};

struct cim_instance {
	char *class_name;
	char *ns;
	struct cim_property *properties;
	size_t count, room;
};

/* The resource URI of a class, which is its XML namespace too.  The prefix before '_' tells
 * the schema. */
void cim_uri(const char *class_name, char uri[CIM_URI_BYTES]);
/* The part of a URI after the last '/'. */
const char *cim_class_of_uri(const char *uri);

struct cim_instance *cim_new(const char *class_name);
/* The <method>_INPUT of a class. */
struct cim_instance *cim_input(const char *class_name, const char *method);
void cim_free(struct cim_instance *instance);
void cim_add(struct cim_instance *instance, const char *name, const char *text);
void cim_add_u32(struct cim_instance *instance, const char *name, uint32_t value);
void cim_add_bool(struct cim_instance *instance, const char *name, bool value);
/* The reference becomes the instance's. */
void cim_add_reference(struct cim_instance *instance, const char *name,
		       struct cim_reference *take_reference);

/* The n-th property of that name (n counts array elements from 0); NULL if there is none of
 * that kind. */
const char *cim_text(const struct cim_instance *instance, const char *name, size_t n);
const struct cim_reference *cim_reference_of(const struct cim_instance *instance, const char *name);
/* False if absent, not of the type or out of bounds; the value is then left alone. */
bool cim_u32(const struct cim_instance *instance, const char *name, size_t n, uint32_t *value);
bool cim_bool(const struct cim_instance *instance, const char *name, bool *value);

struct cim_reference *cim_reference_new(const char *class_name);
void cim_reference_free(struct cim_reference *reference);
/* One allocation; it takes no further selectors. */
struct cim_reference *cim_reference_copy(const struct cim_reference *reference);
/* As texts in a row, for what is kept long; selectors that are references are left out. */
void cim_reference_pack(const struct cim_reference *reference, struct buf *to);
struct cim_reference *cim_reference_unpack(struct span *from);
void cim_select(struct cim_reference *reference, const char *name, const char *text);
void cim_select_reference(struct cim_reference *reference, const char *name,
			  struct cim_reference *take_reference);
const char *cim_selector_text(const struct cim_reference *reference,
			      const char *name); /* NULL if absent */
const struct cim_reference *cim_selector_reference(const struct cim_reference *reference,
						   const char *name);

/* NULL where the node is no instance or nests too deeply.  An item that is an endpoint reference
 * becomes an instance whose only property, of the same name, is that reference. */
struct cim_instance *cim_read(const struct soap_node *node);
/* node holds ReferenceParameters (an EPR). */
struct cim_reference *cim_reference_read(const struct soap_node *node);
/* With the prefixes that wsman.c declares: wsa, wsman, and r for the class.  The children of
 * an embedded instance are written in the class namespace: enough for what we send. */
void cim_write(const struct cim_instance *instance, struct soap_writer *writer);
void cim_selectors_write(const struct cim_reference *reference, struct soap_writer *writer);

#endif
