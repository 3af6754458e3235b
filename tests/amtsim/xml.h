/* SPDX-License-Identifier: Apache-2.0 */
/* xml.h - one SOAP request as a small tree.
 *
 * Refuses document types and entities, never touches the network, and stops at fixed limits.
 * All strings live as long as the document and are valid UTF-8. */
#ifndef AMTSIM_XML_H
#define AMTSIM_XML_H

#include <stdbool.h>
#include <stddef.h>

struct xml_doc;

struct xml_attr {
	const char *ns; /* "" when in no namespace */
	const char *name;
	const char *value;
	struct xml_attr *next;
};

struct xml_node {
	const char *ns;   /* "" when in no namespace */
	const char *name; /* local name */
	const char *text; /* direct character data, white space trimmed at both ends */
	struct xml_attr *attrs;
	struct xml_node *first;
	struct xml_node *next;
};

#define XML_BYTES_MAX 65536
#define XML_DEPTH_MAX 32
#define XML_NODES_MAX 4096 /* elements and attributes together */

/* Returns NULL and a fixed sentence in *why for anything that is not acceptable. */
struct xml_doc *xml_parse(const char *bytes, size_t len, const char **why);
void xml_free(struct xml_doc *doc);
const struct xml_node *xml_root(const struct xml_doc *doc);

/* First child of that name and namespace, or NULL.  `node` may be NULL. */
const struct xml_node *xml_child(const struct xml_node *node, const char *ns, const char *name);
bool xml_is(const struct xml_node *node, const char *ns, const char *name);
/* Attribute by local name in no namespace, or NULL. */
const char *xml_attr(const struct xml_node *node, const char *name);
/* Attribute by namespace and local name, or NULL. */
const char *xml_attr_ns(const struct xml_node *node, const char *ns, const char *name);

#endif
