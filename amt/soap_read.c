/* SPDX-License-Identifier: Apache-2.0 */
/* SOAP reading on libxml2's SAX2 events, into a tree in an arena of ours.
 *
 * Why events and not libxml2's own tree: every limit can be enforced at the event that breaks
 * it, before anything is stored, and no libxml2 type leaves this file.  Left out: processing
 * instructions and comments (skipped), mixed content (text beside child elements is dropped;
 * WS-Management has none). */
#include "amt/soap.h"

#include <stdint.h>
#include <string.h>

#include <libxml/parser.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/mem.h"

#define CHUNK_BYTES 16384

struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(max_align_t) char bytes[];
};

struct soap_message {
	struct chunk *chunks;
	struct soap_node *root;
	size_t nodes;
	const char *namespaces[SOAP_NAMESPACES_MAX];
	size_t namespace_count;
};

struct reading {
	struct soap_message *message;
	xmlParserCtxtPtr parser;
	struct soap_node *at;
	struct buf text;
	unsigned depth;
	const char *refused; /* the first limit that was broken */
};

static void *keep(struct soap_message *message, size_t size)
{
	struct chunk *chunk = message->chunks;
	void *at;

	size = (size + 15) & ~(size_t)15;
	if (!chunk || chunk->size - chunk->used < size) {
		size_t room = size > CHUNK_BYTES ? size : CHUNK_BYTES;

		chunk = mem_alloc(sizeof(*chunk) + room);
		chunk->size = room;
		chunk->next = message->chunks;
		message->chunks = chunk;
	}
	at = chunk->bytes + chunk->used;
	chunk->used += size;
	return at;
}

static const char *keep_text(struct soap_message *message, const char *text, size_t length)
{
	char *copy;

	if (!length)
		return "";
	copy = keep(message, length + 1);
	memcpy(copy, text, length);
	return copy;
}

static void refuse(struct reading *reading, const char *why)
{
	if (!reading->refused)
		reading->refused = why;
	xmlStopParser(reading->parser);
}

/* The same few namespaces come back thousands of times. */
static const char *keep_namespace(struct reading *reading, const xmlChar *ns)
{
	struct soap_message *message = reading->message;
	const char *text = ns ? (const char *)ns : "";
	size_t i;

	for (i = 0; i < message->namespace_count; i++)
		if (strcmp(message->namespaces[i], text) == 0)
			return message->namespaces[i];
	if (i == SOAP_NAMESPACES_MAX) {
		refuse(reading, "too many namespaces");
		return "";
	}
	message->namespaces[i] = keep_text(message, text, strlen(text));
	message->namespace_count++;
	return message->namespaces[i];
}

static void take_scopes(struct reading *reading, struct soap_node *node, int count,
			const xmlChar **pairs)
{
	for (int i = 0; i < count && !reading->refused; i++) {
		const char *prefix = pairs[2 * i] ? (const char *)pairs[2 * i] : "";
		struct soap_scope *scope = keep(reading->message, sizeof(*scope));

		scope->prefix = keep_text(reading->message, prefix, strlen(prefix));
		scope->ns = keep_namespace(reading, pairs[2 * i + 1]);
		scope->next = node->scopes;
		node->scopes = scope;
	}
}

/* libxml2 hands five pointers per attribute: name, prefix, namespace, begin and end of the
 * value. */
static void take_attributes(struct reading *reading, struct soap_node *node, int count,
			    const xmlChar **five)
{
	for (int i = 0; i < count && !reading->refused; i++, five += 5) {
		struct soap_attribute *attribute = keep(reading->message, sizeof(*attribute));

		attribute->name = keep_text(reading->message, (const char *)five[0],
					    strlen((const char *)five[0]));
		attribute->ns = keep_namespace(reading, five[2]);
		attribute->value = keep_text(reading->message, (const char *)five[3],
					     (size_t)(five[4] - five[3]));
		attribute->next = node->attributes;
		node->attributes = attribute;
	}
}

static void hang(struct reading *reading, struct soap_node *node)
{
	struct soap_node *parent = reading->at;

	node->parent = parent;
	if (!parent)
		reading->message->root = node;
	else if (!parent->first)
		parent->first = node;
	else
		parent->last->next = node;
	if (parent)
		parent->last = node;
	reading->at = node;
}

static void on_start(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *ns,
		     int scopes, const xmlChar **scope_pairs, int attributes, int defaulted,
		     const xmlChar **attribute_fives)
{
	struct reading *reading = arg;
	struct soap_node *node;

	(void)prefix;
	(void)defaulted;
	if (reading->refused)
		return;
	if (++reading->depth > SOAP_DEPTH_MAX) {
		refuse(reading, "nested too deeply");
		return;
	}
	if (++reading->message->nodes > SOAP_NODES_MAX) {
		refuse(reading, "too many elements");
		return;
	}
	node = keep(reading->message, sizeof(*node));
	node->name = keep_text(reading->message, (const char *)name, strlen((const char *)name));
	node->ns = keep_namespace(reading, ns);
	node->text = "";
	take_scopes(reading, node, scopes, scope_pairs);
	take_attributes(reading, node, attributes, attribute_fives);
	hang(reading, node);
	buf_clear(&reading->text);
}

static void on_end(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *ns)
{
	struct reading *reading = arg;
	struct soap_node *node = reading->at;

	(void)name;
	(void)prefix;
	(void)ns;
	if (reading->refused || !node)
		return;
	if (!node->first)
		node->text = keep_text(reading->message,
				       reading->text.text ? reading->text.text : "",
				       reading->text.length);
	buf_clear(&reading->text);
	reading->at = node->parent;
	reading->depth--;
}

static void on_text(void *arg, const xmlChar *text, int length)
{
	struct reading *reading = arg;

	if (!reading->refused && length > 0)
		buf_append(&reading->text, text, (size_t)length);
}

static void on_doctype(void *arg, const xmlChar *name, const xmlChar *public_id,
		       const xmlChar *system_id)
{
	(void)name;
	(void)public_id;
	(void)system_id;
	refuse(arg, "it has a DOCTYPE, which SOAP forbids");
}

/* Without it libxml2 would print to standard error whatever a stranger sends. */
static void on_error(void *arg, xmlErrorPtr error)
{
	(void)arg;
	(void)error;
}

static int parse(struct reading *reading, const char *bytes, size_t length)
{
	xmlSAXHandler events = {
		.initialized = XML_SAX2_MAGIC,
		.internalSubset = on_doctype,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.serror = on_error,
	};
	int rc;

	reading->parser = xmlCreatePushParserCtxt(&events, reading, NULL, 0, NULL);
	if (!reading->parser)
		return -1;
	/* NOENT makes libxml2 decode the five built-in entities in attribute values; others cannot exist here,
	 * because they need a DOCTYPE. */
	xmlCtxtUseOptions(reading->parser, XML_PARSE_NONET | XML_PARSE_NOENT);
	rc = xmlParseChunk(reading->parser, bytes, (int)length, 1);
	if (!reading->parser->wellFormed)
		rc = -1;
	xmlFreeParserCtxt(reading->parser);
	reading->parser = NULL;
	return rc;
}

static const char *check_shape(const struct soap_message *message)
{
	if (!message->root || !soap_is(message->root, SOAP_NS_ENVELOPE, "Envelope"))
		return "its root is not a SOAP 1.2 envelope";
	if (!soap_child(message->root, SOAP_NS_ENVELOPE, "Body"))
		return "its envelope has no Body";
	return NULL;
}

struct soap_message *soap_read(const char *bytes, size_t length, struct err *err)
{
	struct reading reading = { 0 };
	const char *why;

	if (length > SOAP_BYTES_MAX) {
		err_set(err, ERR_LIMIT,
			"a SOAP answer of %zu bytes was refused: at most %zu are read", length,
			SOAP_BYTES_MAX);
		return NULL;
	}
	reading.message = mem_alloc(sizeof(*reading.message));
	buf_init(&reading.text, SOAP_BYTES_MAX);
	if (parse(&reading, bytes, length) != 0 && !reading.refused)
		reading.refused = "it is no well-formed XML";
	buf_fini(&reading.text);
	why = reading.refused ? reading.refused : check_shape(reading.message);
	if (!why)
		return reading.message;
	err_set(err, ERR_FAILED, "a SOAP answer was refused: %s", why);
	soap_message_free(reading.message);
	return NULL;
}

void soap_message_free(struct soap_message *message)
{
	struct chunk *next;

	if (!message)
		return;
	for (struct chunk *chunk = message->chunks; chunk; chunk = next) {
		next = chunk->next;
		mem_free(chunk);
	}
	mem_free(message);
}

const struct soap_node *soap_header(const struct soap_message *message, const char *ns,
				    const char *name)
{
	const struct soap_node *header = soap_child(message->root, SOAP_NS_ENVELOPE, "Header");

	return header ? soap_child(header, ns, name) : NULL;
}

const struct soap_node *soap_body(const struct soap_message *message)
{
	return soap_child(message->root, SOAP_NS_ENVELOPE, "Body")->first;
}

bool soap_is(const struct soap_node *node, const char *ns, const char *name)
{
	return strcmp(node->name, name) == 0 && strcmp(node->ns, ns) == 0;
}

const struct soap_node *soap_child(const struct soap_node *node, const char *ns, const char *name)
{
	for (const struct soap_node *child = node->first; child; child = child->next)
		if (soap_is(child, ns, name))
			return child;
	return NULL;
}

const char *soap_attribute_of(const struct soap_node *node, const char *ns, const char *name)
{
	for (const struct soap_attribute *a = node->attributes; a; a = a->next)
		if (strcmp(a->name, name) == 0 && strcmp(a->ns, ns) == 0)
			return a->value;
	return NULL;
}

static const char *scope_of(const struct soap_node *node, const char *prefix, size_t length)
{
	for (; node; node = node->parent)
		for (const struct soap_scope *scope = node->scopes; scope; scope = scope->next)
			if (strlen(scope->prefix) == length &&
			    memcmp(scope->prefix, prefix, length) == 0)
				return scope->ns;
	return NULL;
}

bool soap_qname(const struct soap_node *node, const char **ns, const char **local)
{
	const char *text = node->text + strspn(node->text, " \t\r\n");
	const char *colon = strchr(text, ':');
	const char *found = scope_of(node, text, colon ? (size_t)(colon - text) : 0);

	*local = colon ? colon + 1 : text;
	*ns = found ? found : "";
	return found || !colon;
}
