/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that knows libxml2.
 *
 * The pull reader is copied into a tree of our own, because the rest of the simulator then needs
 * neither the library nor its ownership rules.  A document type is refused twice: by a search
 * before parsing (nothing of it is ever interpreted) and by node type (in case the search was
 * fooled).  Left out: comments, processing instructions, qualified names inside text. */
#include "tests/amtsim/xml.h"

#include <libxml/xmlreader.h>
#include <string.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/text.h"

#define BLOCK_BYTES 8192
/* Copies of names cost more than the request itself, but not without bound. */
#define ARENA_BYTES_MAX (8 * XML_BYTES_MAX)

struct block {
	struct block *next;
	size_t used, size;
	char bytes[];
};

struct xml_doc {
	struct block *blocks;
	size_t arena_bytes;
	size_t nodes;
	const char *why;
	struct xml_node *root;
	struct xml_node *open[XML_DEPTH_MAX];
	struct xml_node *last[XML_DEPTH_MAX]; /* youngest child of open[i] */
	struct text texts[XML_DEPTH_MAX];
	size_t depth;
};

static void *take(struct xml_doc *doc, size_t bytes)
{
	struct block *b = doc->blocks;
	void *p;

	bytes = (bytes + 15) & ~(size_t)15;
	if (bytes > ARENA_BYTES_MAX || doc->arena_bytes > ARENA_BYTES_MAX - bytes) {
		doc->why = "the request needs too much memory";
		return NULL;
	}
	if (!b || b->size - b->used < bytes) {
		size_t size = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;

		b = malloc(sizeof(*b) + size);
		CHECK(b);
		b->next = doc->blocks;
		b->used = 0;
		b->size = size;
		doc->blocks = b;
	}
	p = b->bytes + b->used;
	b->used += bytes;
	doc->arena_bytes += bytes;
	return p;
}

static const char *keep(struct xml_doc *doc, const char *bytes, size_t len)
{
	char *copy = take(doc, len + 1);

	if (!copy)
		return "";
	memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

static const char *keep_string(struct xml_doc *doc, const xmlChar *string)
{
	if (!string || !*string)
		return "";
	return keep(doc, (const char *)string, strlen((const char *)string));
}

static const char *keep_trimmed(struct xml_doc *doc, const struct text *text)
{
	static const char blank[] = " \t\r\n";
	size_t start = 0, end = text->len;

	while (start < end && strchr(blank, text->bytes[start]))
		start++;
	while (end > start && strchr(blank, text->bytes[end - 1]))
		end--;
	return end > start ? keep(doc, text->bytes + start, end - start) : "";
}

static bool count_node(struct xml_doc *doc)
{
	if (++doc->nodes > XML_NODES_MAX)
		doc->why = "too many elements";
	return !doc->why;
}

static void read_attrs(struct xml_doc *doc, struct xml_node *node, xmlTextReaderPtr reader)
{
	while (xmlTextReaderMoveToNextAttribute(reader) == 1) {
		struct xml_attr *attr;

		if (!count_node(doc))
			break;
		if (xmlTextReaderIsNamespaceDecl(reader) == 1)
			continue;
		attr = take(doc, sizeof(*attr));
		if (!attr)
			break;
		attr->ns = keep_string(doc, xmlTextReaderConstNamespaceUri(reader));
		attr->name = keep_string(doc, xmlTextReaderConstLocalName(reader));
		attr->value = keep_string(doc, xmlTextReaderConstValue(reader));
		attr->next = node->attrs;
		node->attrs = attr;
	}
	xmlTextReaderMoveToElement(reader);
}

static void close_element(struct xml_doc *doc)
{
	if (doc->depth == 0)
		return;
	doc->depth--;
	doc->open[doc->depth]->text = keep_trimmed(doc, &doc->texts[doc->depth]);
	text_fini(&doc->texts[doc->depth]);
}

static void link_element(struct xml_doc *doc, struct xml_node *node)
{
	if (doc->depth == 0) {
		doc->root = node;
		return;
	}
	if (doc->last[doc->depth - 1])
		doc->last[doc->depth - 1]->next = node;
	else
		doc->open[doc->depth - 1]->first = node;
	doc->last[doc->depth - 1] = node;
}

static void open_element(struct xml_doc *doc, xmlTextReaderPtr reader)
{
	bool empty = xmlTextReaderIsEmptyElement(reader) == 1;
	struct xml_node *node;

	if (doc->depth == XML_DEPTH_MAX) {
		doc->why = "elements nested too deeply";
		return;
	}
	if (!count_node(doc))
		return;
	node = take(doc, sizeof(*node));
	if (!node)
		return;
	*node = (struct xml_node){ .text = "" };
	node->ns = keep_string(doc, xmlTextReaderConstNamespaceUri(reader));
	node->name = keep_string(doc, xmlTextReaderConstLocalName(reader));
	link_element(doc, node);
	read_attrs(doc, node, reader);
	doc->open[doc->depth] = node;
	doc->last[doc->depth] = NULL;
	text_init(&doc->texts[doc->depth], XML_BYTES_MAX);
	doc->depth++;
	if (empty)
		close_element(doc);
}

static void add_text(struct xml_doc *doc, xmlTextReaderPtr reader)
{
	const xmlChar *value = xmlTextReaderConstValue(reader);

	if (doc->depth > 0 && value)
		text_puts(&doc->texts[doc->depth - 1], (const char *)value);
}

static void take_event(struct xml_doc *doc, xmlTextReaderPtr reader)
{
	switch (xmlTextReaderNodeType(reader)) {
	case XML_READER_TYPE_ELEMENT:
		open_element(doc, reader);
		break;
	case XML_READER_TYPE_END_ELEMENT:
		close_element(doc);
		break;
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA:
	case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
	case XML_READER_TYPE_WHITESPACE:
		add_text(doc, reader);
		break;
	case XML_READER_TYPE_DOCUMENT_TYPE:
	case XML_READER_TYPE_ENTITY:
	case XML_READER_TYPE_ENTITY_REFERENCE:
		doc->why = "document types and entities are not accepted";
		break;
	default:
		break;
	}
}

static void quiet(void *arg, const char *message, xmlParserSeverities severity,
		  xmlTextReaderLocatorPtr where)
{
	(void)arg;
	(void)message;
	(void)severity;
	(void)where;
}

static void read_all(struct xml_doc *doc, const char *bytes, size_t len)
{
	const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
	xmlTextReaderPtr reader;
	int more = 1;

	reader = xmlReaderForMemory(bytes, (int)len, NULL, "UTF-8", options);
	CHECK(reader);
	xmlTextReaderSetErrorHandler(reader, quiet, NULL);
	while (!doc->why && (more = xmlTextReaderRead(reader)) == 1)
		take_event(doc, reader);
	if (!doc->why && (more != 0 || !doc->root || doc->depth != 0))
		doc->why = "not well-formed XML";
	xmlFreeTextReader(reader);
}

struct xml_doc *xml_parse(const char *bytes, size_t len, const char **why)
{
	struct xml_doc *doc;

	*why = NULL;
	if (len == 0 || len > XML_BYTES_MAX)
		*why = "empty or too large";
	else if (memmem(bytes, len, "<!DOCTYPE", 9) || memmem(bytes, len, "<!ENTITY", 8))
		*why = "document types and entities are not accepted";
	if (*why)
		return NULL;
	doc = calloc(1, sizeof(*doc));
	CHECK(doc);
	read_all(doc, bytes, len);
	if (doc->why) {
		*why = doc->why;
		xml_free(doc);
		return NULL;
	}
	return doc;
}

void xml_free(struct xml_doc *doc)
{
	struct block *next;

	if (!doc)
		return;
	while (doc->depth > 0)
		text_fini(&doc->texts[--doc->depth]);
	for (; doc->blocks; doc->blocks = next) {
		next = doc->blocks->next;
		free(doc->blocks);
	}
	free(doc);
}

const struct xml_node *xml_root(const struct xml_doc *doc)
{
	return doc->root;
}

bool xml_is(const struct xml_node *node, const char *ns, const char *name)
{
	return node && strcmp(node->name, name) == 0 && strcmp(node->ns, ns) == 0;
}

const struct xml_node *xml_child(const struct xml_node *node, const char *ns, const char *name)
{
	const struct xml_node *child;

	for (child = node ? node->first : NULL; child; child = child->next)
		if (xml_is(child, ns, name))
			return child;
	return NULL;
}

const char *xml_attr_ns(const struct xml_node *node, const char *ns, const char *name)
{
	const struct xml_attr *attr;

	for (attr = node ? node->attrs : NULL; attr; attr = attr->next)
		if (strcmp(attr->name, name) == 0 && strcmp(attr->ns, ns) == 0)
			return attr->value;
	return NULL;
}

const char *xml_attr(const struct xml_node *node, const char *name)
{
	return xml_attr_ns(node, "", name);
}
