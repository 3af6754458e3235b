/* SPDX-License-Identifier: Apache-2.0 */
/* soap.h - SOAP 1.2 envelopes, both ways, with hard limits.
 *
 * Reading turns bytes from a device, which may be anybody's, into a small tree owned by one
 * struct soap_message.  Refused: more than SOAP_BYTES_MAX bytes, more than SOAP_DEPTH_MAX
 * levels, a DOCTYPE (with it every entity that is not one of XML's five), text that is no
 * well-formed XML, a root that is no envelope.  Nothing is ever loaded from anywhere.  Names
 * are matched by namespace, never by prefix: firmware assigns prefixes per message
 * (amt-system-defense.md 5.2).
 *
 * Writing never fails half-way: a text that XML cannot carry marks the writer, and finishing
 * tells. */
#ifndef CORDON_AMT_SOAP_H
#define CORDON_AMT_SOAP_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

#define SOAP_BYTES_MAX      ((size_t)1 << 20)
#define SOAP_DEPTH_MAX      32
#define SOAP_NODES_MAX      32768
#define SOAP_NAMESPACES_MAX 64

#define SOAP_NS_ENVELOPE    "http://www.w3.org/2003/05/soap-envelope"
#define SOAP_NS_ADDRESSING  "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define SOAP_NS_WSMAN       "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define SOAP_NS_TRANSFER    "http://schemas.xmlsoap.org/ws/2004/09/transfer"
#define SOAP_NS_ENUMERATION "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
#define SOAP_NS_INSTANCE    "http://www.w3.org/2001/XMLSchema-instance"
#define SOAP_ANONYMOUS      "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"

struct soap_attribute {
	const char *name, *ns, *value; /* ns "" if unqualified */
	struct soap_attribute *next;
};

struct soap_scope {
	const char *prefix, *ns; /* prefix "" for the default namespace */
	struct soap_scope *next;
};

/* All text is owned by the message.  text is the content of an element without children, ""
 * otherwise. */
struct soap_node {
	const char *name, *ns, *text;
	struct soap_node *parent, *first, *last, *next;
	struct soap_attribute *attributes;
	struct soap_scope *scopes;
};

struct soap_message;

/* NULL and err if refused; the caller frees. */
struct soap_message *soap_read(const char *bytes, size_t length, struct err *err);
void soap_message_free(struct soap_message *message);
const struct soap_node *soap_header(const struct soap_message *message, const char *ns,
				    const char *name);
/* The first element inside Body; NULL if Body is empty. */
const struct soap_node *soap_body(const struct soap_message *message);

const struct soap_node *soap_child(const struct soap_node *node, const char *ns, const char *name);
bool soap_is(const struct soap_node *node, const char *ns, const char *name);
const char *soap_attribute_of(const struct soap_node *node, const char *ns,
			      const char *name); /* NULL if absent */
/* Resolves the text of node ("e:AlreadyExists") in the scope of node.  local points into the
 * text. */
bool soap_qname(const struct soap_node *node, const char **ns, const char **local);

struct soap_writer;

struct soap_writer *soap_writer_new(void);
void soap_open(struct soap_writer *writer, const char *name); /* with its prefix: "wsa:To" */
void soap_attribute(struct soap_writer *writer, const char *name, const char *value);
void soap_text(struct soap_writer *writer, const char *text);
void soap_close(struct soap_writer *writer);
void soap_leaf(struct soap_writer *writer, const char *name, const char *text);
/* Appends the document to out, frees the writer. */
int soap_finish(struct soap_writer *writer, struct buf *out, struct err *err);

#endif
