/* SPDX-License-Identifier: Apache-2.0 */
/* SOAP writing on libxml2's text writer: one line, UTF-8, escaped by the library.
 *
 * The library does not check that a text may stand in XML at all (control characters, broken
 * UTF-8); that is done here, because firmware answers such a request with anything from a
 * fault to silence. */
#include "amt/soap.h"

#include <string.h>

#include <libxml/xmlwriter.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/mem.h"

struct soap_writer {
	xmlBufferPtr bytes;
	xmlTextWriterPtr xml;
	bool failed;     /* the library refused: memory */
	bool unwritable; /* a text that XML cannot carry */
};

struct soap_writer *soap_writer_new(void)
{
	struct soap_writer *writer = mem_alloc(sizeof(*writer));

	writer->bytes = xmlBufferCreate();
	writer->xml = writer->bytes ? xmlNewTextWriterMemory(writer->bytes, 0) : NULL;
	writer->failed = !writer->xml ||
			 xmlTextWriterStartDocument(writer->xml, NULL, "UTF-8", NULL) < 0;
	return writer;
}

static bool is_writable(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if (*c < 0x20 && *c != '\t' && *c != '\n' && *c != '\r')
			return false;
	return xmlCheckUTF8((const unsigned char *)text) == 1;
}

static const xmlChar *checked(struct soap_writer *writer, const char *text)
{
	if (!is_writable(text)) {
		writer->unwritable = true;
		text = "";
	}
	return (const xmlChar *)text;
}

static void note(struct soap_writer *writer, int rc)
{
	if (rc < 0)
		writer->failed = true;
}

void soap_open(struct soap_writer *writer, const char *name)
{
	if (!writer->failed)
		note(writer, xmlTextWriterStartElement(writer->xml, checked(writer, name)));
}

void soap_attribute(struct soap_writer *writer, const char *name, const char *value)
{
	if (!writer->failed)
		note(writer, xmlTextWriterWriteAttribute(writer->xml, checked(writer, name),
							 checked(writer, value)));
}

void soap_text(struct soap_writer *writer, const char *text)
{
	if (!writer->failed)
		note(writer, xmlTextWriterWriteString(writer->xml, checked(writer, text)));
}

void soap_close(struct soap_writer *writer)
{
	if (!writer->failed)
		note(writer, xmlTextWriterEndElement(writer->xml));
}

void soap_leaf(struct soap_writer *writer, const char *name, const char *text)
{
	soap_open(writer, name);
	soap_text(writer, text);
	soap_close(writer);
}

/* libxml2 ends the document with a line break, which firmware never sends; neither do we. */
static void append_trimmed(struct buf *out, const xmlBuffer *bytes)
{
	const char *text = (const char *)bytes->content;
	size_t length = bytes->use;

	while (length && text[length - 1] == '\n')
		length--;
	buf_append(out, text, length);
}

int soap_finish(struct soap_writer *writer, struct buf *out, struct err *err)
{
	int rc = 0;

	if (!writer->failed)
		note(writer, xmlTextWriterEndDocument(writer->xml));
	if (writer->xml)
		xmlFreeTextWriter(writer->xml);
	if (writer->failed)
		rc = err_set(err, ERR_FAILED, "a SOAP request could not be written: out of memory");
	else if (writer->unwritable)
		rc = err_set(err, ERR_FAILED,
			     "a SOAP request could not be written: a name or value has control "
			     "characters or is not UTF-8; use plain letters, digits and dashes");
	else
		append_trimmed(out, writer->bytes);
	if (rc == 0 && out->overflow)
		rc = err_set(err, ERR_LIMIT, "a SOAP request is longer than %zu bytes",
			     out->ceiling);
	if (writer->bytes)
		xmlBufferFree(writer->bytes);
	mem_free(writer);
	return rc;
}
