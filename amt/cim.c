/* SPDX-License-Identifier: Apache-2.0 */
/* CIM instances between trees of XML and properties.
 *
 * Types are not on the wire, so a property keeps its text and the getter asks for a type: a
 * wrong type is then an absent value of one property, not a broken answer.  Left out:
 * xsi:type, qualifiers, class definitions. */
#include "amt/cim.h"

#include <stdio.h>
#include <string.h>

#include "amt/soap.h"
#include "core/base/buf.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/num.h"
#include "core/base/span.h"

#define URI_AMT "http://intel.com/wbem/wscim/1/amt-schema/1/"
#define URI_IPS "http://intel.com/wbem/wscim/1/ips-schema/1/"
#define URI_CIM "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"

static struct cim_reference *read_reference(const struct soap_node *node, unsigned nesting);
static struct cim_instance *read_instance(const struct soap_node *node, unsigned nesting);

void cim_uri(const char *class_name, char uri[CIM_URI_BYTES])
{
	const char *base = URI_CIM;

	if (strncmp(class_name, "AMT_", 4) == 0)
		base = URI_AMT;
	else if (strncmp(class_name, "IPS_", 4) == 0)
		base = URI_IPS;
	snprintf(uri, CIM_URI_BYTES, "%s%s", base, class_name);
}

const char *cim_class_of_uri(const char *uri)
{
	const char *slash = strrchr(uri, '/');

	return slash ? slash + 1 : uri;
}

struct cim_instance *cim_new(const char *class_name)
{
	struct cim_instance *instance = mem_alloc(sizeof(*instance));
	char uri[CIM_URI_BYTES];

	cim_uri(class_name, uri);
	instance->class_name = mem_text(class_name);
	instance->ns = mem_text(uri);
	return instance;
}

struct cim_instance *cim_input(const char *class_name, const char *method)
{
	struct cim_instance *instance = cim_new(class_name);
	char name[128];

	snprintf(name, sizeof(name), "%s_INPUT", method);
	mem_free(instance->class_name);
	instance->class_name = mem_text(name);
	return instance;
}

static void free_property(struct cim_property *property)
{
	mem_free(property->name);
	if (property->kind == CIM_TEXT)
		mem_free(property->text);
	else if (property->kind == CIM_REFERENCE)
		cim_reference_free(property->reference);
	else
		cim_free(property->embedded);
}

void cim_free(struct cim_instance *instance)
{
	if (!instance)
		return;
	for (size_t i = 0; i < instance->count; i++)
		free_property(&instance->properties[i]);
	mem_free(instance->properties);
	mem_free(instance->class_name);
	mem_free(instance->ns);
	mem_free(instance);
}

static struct cim_property *grow(struct cim_instance *instance, const char *name,
				 enum cim_kind kind)
{
	struct cim_property *property;

	if (instance->count == instance->room) {
		instance->room = instance->room ? instance->room * 2 : 16;
		instance->properties = mem_resize(instance->properties, instance->room,
						  sizeof(*instance->properties));
	}
	property = &instance->properties[instance->count++];
	memset(property, 0, sizeof(*property));
	property->name = mem_text(name);
	property->kind = (uint8_t)kind;
	return property;
}

void cim_add(struct cim_instance *instance, const char *name, const char *text)
{
	grow(instance, name, CIM_TEXT)->text = mem_text(text);
}

void cim_add_u32(struct cim_instance *instance, const char *name, uint32_t value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	cim_add(instance, name, text);
}

void cim_add_bool(struct cim_instance *instance, const char *name, bool value)
{
	cim_add(instance, name, value ? "true" : "false");
}

void cim_add_reference(struct cim_instance *instance, const char *name,
		       struct cim_reference *take_reference)
{
	grow(instance, name, CIM_REFERENCE)->reference = take_reference;
}

static const struct cim_property *find(const struct cim_instance *instance, const char *name,
				       size_t n)
{
	for (size_t i = 0; i < instance->count; i++)
		if (strcmp(instance->properties[i].name, name) == 0 && n-- == 0)
			return &instance->properties[i];
	return NULL;
}

const char *cim_text(const struct cim_instance *instance, const char *name, size_t n)
{
	const struct cim_property *property = find(instance, name, n);

	return property && property->kind == CIM_TEXT ? property->text : NULL;
}

const struct cim_reference *cim_reference_of(const struct cim_instance *instance, const char *name)
{
	const struct cim_property *property = find(instance, name, 0);

	return property && property->kind == CIM_REFERENCE ? property->reference : NULL;
}

/* White space around a number or truth value is none of it (XML Schema, whiteSpace collapse). */
static const char *collapsed(const char *text, char bytes[24])
{
	static const char blank[] = " \t\r\n";
	size_t length;

	if (!text)
		return "";
	text += strspn(text, blank);
	length = strcspn(text, blank);
	if (length >= 24 || text[length + strspn(text + length, blank)])
		return "";
	memcpy(bytes, text, length);
	bytes[length] = '\0';
	return bytes;
}

bool cim_u32(const struct cim_instance *instance, const char *name, size_t n, uint32_t *value)
{
	char bytes[24];

	return num_u32_between(collapsed(cim_text(instance, name, n), bytes), 0, UINT32_MAX, value);
}

bool cim_bool(const struct cim_instance *instance, const char *name, bool *value)
{
	char bytes[24];
	const char *text = collapsed(cim_text(instance, name, 0), bytes);

	/* XML Schema allows the digits too; nobody has seen firmware send them. */
	if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0)
		*value = true;
	else if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0)
		*value = false;
	else
		return false;
	return true;
}

struct cim_reference *cim_reference_new(const char *class_name)
{
	struct cim_reference *reference = mem_alloc(sizeof(*reference));
	char uri[CIM_URI_BYTES];

	cim_uri(class_name, uri);
	reference->uri = mem_text(uri);
	return reference;
}

void cim_reference_free(struct cim_reference *reference)
{
	if (!reference)
		return;
	for (size_t i = 0; i < reference->count; i++) {
		cim_reference_free(reference->selectors[i].reference);
		if (reference->one_block)
			continue;
		mem_free(reference->selectors[i].name);
		mem_free(reference->selectors[i].text);
	}
	if (!reference->one_block) {
		mem_free(reference->selectors);
		mem_free(reference->uri);
	}
	mem_free(reference);
}

static struct cim_selector *grow_selector(struct cim_reference *reference, const char *name)
{
	struct cim_selector *selector;

	INVARIANT(!reference->one_block);
	reference->selectors = mem_resize(reference->selectors, reference->count + 1,
					  sizeof(*reference->selectors));
	selector = &reference->selectors[reference->count++];
	memset(selector, 0, sizeof(*selector));
	selector->name = mem_text(name);
	return selector;
}

void cim_select(struct cim_reference *reference, const char *name, const char *text)
{
	grow_selector(reference, name)->text = mem_text(text);
}

void cim_select_reference(struct cim_reference *reference, const char *name,
			  struct cim_reference *take_reference)
{
	grow_selector(reference, name)->reference = take_reference;
}

static size_t text_size(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static size_t size_of_copy(const struct cim_reference *reference)
{
	size_t size = sizeof(*reference) + reference->count * sizeof(*reference->selectors) +
		      text_size(reference->uri);

	for (size_t i = 0; i < reference->count; i++)
		size += text_size(reference->selectors[i].name) +
			text_size(reference->selectors[i].text);
	return size;
}

/* Moves at behind the text it puts there. */
static char *put_text(char **at, const char *text)
{
	char *copy = *at;

	if (!text)
		return NULL;
	memcpy(copy, text, text_size(text));
	*at += text_size(text);
	return copy;
}

struct cim_reference *cim_reference_copy(const struct cim_reference *reference)
{
	struct cim_reference *copy;
	char *at;

	if (!reference)
		return NULL;
	copy = mem_alloc(size_of_copy(reference));
	copy->selectors = (struct cim_selector *)(copy + 1);
	copy->count = reference->count;
	copy->one_block = true;
	at = (char *)(copy->selectors + copy->count);
	copy->uri = put_text(&at, reference->uri);
	for (size_t i = 0; i < reference->count; i++) {
		copy->selectors[i].name = put_text(&at, reference->selectors[i].name);
		copy->selectors[i].text = put_text(&at, reference->selectors[i].text);
		copy->selectors[i].reference =
			cim_reference_copy(reference->selectors[i].reference);
	}
	return copy;
}

static void pack_text(struct buf *to, const char *text)
{
	buf_append(to, text, strlen(text) + 1);
}

static const char *unpack_text(struct span *from)
{
	const char *text = (const char *)from->at;
	const uint8_t *end = from->left ? memchr(from->at, 0, from->left) : NULL;

	INVARIANT(end && span_skip(from, (size_t)(end - from->at) + 1));
	return text;
}

void cim_reference_pack(const struct cim_reference *reference, struct buf *to)
{
	pack_text(to, cim_class_of_uri(reference->uri));
	for (size_t i = 0; i < reference->count; i++)
		if (reference->selectors[i].text) {
			pack_text(to, reference->selectors[i].name);
			pack_text(to, reference->selectors[i].text);
		}
	pack_text(to, "");
}

struct cim_reference *cim_reference_unpack(struct span *from)
{
	struct cim_reference *reference = cim_reference_new(unpack_text(from));
	const char *name;

	while (*(name = unpack_text(from)))
		cim_select(reference, name, unpack_text(from));
	return reference;
}

static const struct cim_selector *find_selector(const struct cim_reference *reference,
						const char *name)
{
	for (size_t i = 0; i < reference->count; i++)
		if (strcmp(reference->selectors[i].name, name) == 0)
			return &reference->selectors[i];
	return NULL;
}

const char *cim_selector_text(const struct cim_reference *reference, const char *name)
{
	const struct cim_selector *selector = find_selector(reference, name);

	return selector ? selector->text : NULL;
}

const struct cim_reference *cim_selector_reference(const struct cim_reference *reference,
						   const char *name)
{
	const struct cim_selector *selector = find_selector(reference, name);

	return selector ? selector->reference : NULL;
}

static bool read_selector(const struct soap_node *node, struct cim_reference *reference,
			  unsigned nesting)
{
	const char *name = soap_attribute_of(node, "", "Name");
	const struct soap_node *inner = soap_child(node, SOAP_NS_ADDRESSING, "EndpointReference");
	struct cim_reference *nested;

	if (!inner) {
		cim_select(reference, name ? name : "", node->text);
		return true;
	}
	nested = read_reference(inner, nesting + 1);
	if (nested)
		cim_select_reference(reference, name ? name : "", nested);
	return nested != NULL;
}

static bool read_selectors(const struct soap_node *set, struct cim_reference *reference,
			   unsigned nesting)
{
	for (const struct soap_node *node = set->first; node; node = node->next)
		if (soap_is(node, SOAP_NS_WSMAN, "Selector") &&
		    !read_selector(node, reference, nesting))
			return false;
	return true;
}

static struct cim_reference *read_reference(const struct soap_node *node, unsigned nesting)
{
	const struct soap_node *parameters =
		soap_child(node, SOAP_NS_ADDRESSING, "ReferenceParameters");
	const struct soap_node *uri, *set;
	struct cim_reference *reference;

	if (!parameters || nesting > CIM_NESTING)
		return NULL;
	uri = soap_child(parameters, SOAP_NS_WSMAN, "ResourceURI");
	set = soap_child(parameters, SOAP_NS_WSMAN, "SelectorSet");
	reference = mem_alloc(sizeof(*reference));
	reference->uri = mem_text(uri ? uri->text : "");
	if (set && !read_selectors(set, reference, nesting)) {
		cim_reference_free(reference);
		return NULL;
	}
	return reference;
}

struct cim_reference *cim_reference_read(const struct soap_node *node)
{
	return read_reference(node, 0);
}

static bool is_nil(const struct soap_node *node)
{
	const char *nil = soap_attribute_of(node, SOAP_NS_INSTANCE, "nil");

	return nil && (strcmp(nil, "true") == 0 || strcmp(nil, "1") == 0);
}

static bool read_property(const struct soap_node *node, struct cim_instance *instance,
			  unsigned nesting)
{
	struct cim_reference *reference;
	struct cim_instance *embedded;

	if (is_nil(node))
		return true;
	if (!node->first) {
		cim_add(instance, node->name, node->text);
		return true;
	}
	if (soap_child(node, SOAP_NS_ADDRESSING, "ReferenceParameters")) {
		reference = read_reference(node, 0);
		if (reference)
			cim_add_reference(instance, node->name, reference);
		return reference != NULL;
	}
	embedded = read_instance(node, nesting + 1);
	if (embedded)
		grow(instance, node->name, CIM_EMBEDDED)->embedded = embedded;
	return embedded != NULL;
}

static struct cim_instance *read_instance(const struct soap_node *node, unsigned nesting)
{
	struct cim_instance *instance;

	if (nesting > CIM_NESTING)
		return NULL;
	instance = mem_alloc(sizeof(*instance));
	instance->class_name = mem_text(node->name);
	instance->ns = mem_text(node->ns);
	for (const struct soap_node *child = node->first; child; child = child->next)
		if (!read_property(child, instance, nesting)) {
			cim_free(instance);
			return NULL;
		}
	return instance;
}

/* An item that is a reference itself (EnumerationMode EnumerateEPR): its selectors have names
 * that a property could not carry. */
static struct cim_instance *read_reference_item(const struct soap_node *node)
{
	struct cim_reference *reference = read_reference(node, 0);
	struct cim_instance *instance;

	if (!reference)
		return NULL;
	instance = mem_alloc(sizeof(*instance));
	instance->class_name = mem_text(node->name);
	instance->ns = mem_text(node->ns);
	cim_add_reference(instance, node->name, reference);
	return instance;
}

struct cim_instance *cim_read(const struct soap_node *node)
{
	if (soap_child(node, SOAP_NS_ADDRESSING, "ReferenceParameters"))
		return read_reference_item(node);
	return read_instance(node, 0);
}

static void write_reference(const struct cim_reference *reference, struct soap_writer *writer);

void cim_selectors_write(const struct cim_reference *reference, struct soap_writer *writer)
{
	soap_open(writer, "wsman:SelectorSet");
	for (size_t i = 0; i < reference->count; i++) {
		const struct cim_selector *selector = &reference->selectors[i];

		soap_open(writer, "wsman:Selector");
		soap_attribute(writer, "Name", selector->name);
		if (selector->reference) {
			soap_open(writer, "wsa:EndpointReference");
			write_reference(selector->reference, writer);
			soap_close(writer);
		} else {
			soap_text(writer, selector->text);
		}
		soap_close(writer);
	}
	soap_close(writer);
}

static void write_reference(const struct cim_reference *reference, struct soap_writer *writer)
{
	soap_leaf(writer, "wsa:Address", SOAP_ANONYMOUS);
	soap_open(writer, "wsa:ReferenceParameters");
	soap_leaf(writer, "wsman:ResourceURI", reference->uri);
	cim_selectors_write(reference, writer);
	soap_close(writer);
}

static void write_property(const struct cim_property *property, struct soap_writer *writer)
{
	char name[128];

	snprintf(name, sizeof(name), "r:%s", property->name);
	soap_open(writer, name);
	if (property->kind == CIM_TEXT)
		soap_text(writer, property->text);
	else if (property->kind == CIM_REFERENCE)
		write_reference(property->reference, writer);
	else
		for (size_t i = 0; i < property->embedded->count; i++)
			write_property(&property->embedded->properties[i], writer);
	soap_close(writer);
}

void cim_write(const struct cim_instance *instance, struct soap_writer *writer)
{
	char name[128];

	snprintf(name, sizeof(name), "r:%s", instance->class_name);
	soap_open(writer, name);
	soap_attribute(writer, "xmlns:r", instance->ns);
	for (size_t i = 0; i < instance->count; i++)
		write_property(&instance->properties[i], writer);
	soap_close(writer);
}
