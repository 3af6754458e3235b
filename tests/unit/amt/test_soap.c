/* SPDX-License-Identifier: Apache-2.0 */
#include "amt/soap.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "amt/cim.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/mem.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define OPEN        "<a:Envelope xmlns:a=\"" SOAP_NS_ENVELOPE "\"><a:Body>"
#define CLOSE       "</a:Body></a:Envelope>"

static void text_is_read_as_it_was_meant(void **state)
{
	static const struct {
		const char *name, *body, *text;
	} cases[] = {
		{ "plain", "<x>abc</x>", "abc" },
		{ "the five entities", "<x>&lt;&amp;&gt;&apos;&quot;</x>", "<&>'\"" },
		{ "character references", "<x>&#65;&#x42;</x>", "AB" },
		{ "CDATA", "<x><![CDATA[<a>]]></x>", "<a>" },
		{ "two pieces", "<x>a<![CDATA[b]]>c</x>", "abc" },
		{ "comment inside", "<x>a<!-- no -->b</x>", "ab" },
		{ "empty", "<x/>", "" },
		{ "a parent has no text", "<x> a <y/> b </x>", "" },
		{ "UTF-8", "<x>\xc3\xa4</x>", "\xc3\xa4" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[512];
		struct soap_message *message;

		snprintf(text, sizeof(text), OPEN "%s" CLOSE, cases[i].body);
		message = soap_read(text, strlen(text), NULL);
		if (!message || strcmp(soap_body(message)->text, cases[i].text) != 0)
			fail_msg("%s", cases[i].name);
		soap_message_free(message);
	}
}

static void attributes_are_decoded(void **state)
{
	static const char text[] = OPEN "<x Name='a&amp;&lt;b&#67;' xml:lang=\"en\"/>" CLOSE;
	struct soap_message *message = soap_read(text, strlen(text), NULL);

	(void)state;
	assert_non_null(message);
	assert_string_equal(soap_attribute_of(soap_body(message), "", "Name"), "a&<bC");
	assert_null(soap_attribute_of(soap_body(message), "", "lang"));
	soap_message_free(message);
}

static void hostile_texts_are_refused(void **state)
{
	static const struct {
		const char *name, *text, *why;
	} cases[] = {
		{ "nothing", "", "well-formed" },
		{ "a DOCTYPE", "<!DOCTYPE a>" OPEN CLOSE, "DOCTYPE" },
		{ "an entity bomb",
		  "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c "
		  "\"&b;&b;&b;&b;&b;&b;&b;&b;\">]>" OPEN "<x>&c;&c;&c;&c;</x>" CLOSE,
		  "DOCTYPE" },
		{ "a file",
		  "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" OPEN
		  "<x>&x;</x>" CLOSE,
		  "DOCTYPE" },
		{ "an external DTD", "<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/x.dtd\">" OPEN CLOSE,
		  "DOCTYPE" },
		{ "an unknown entity", OPEN "<x>&foo;</x>" CLOSE, "well-formed" },
		{ "cut", OPEN "<x>abc</x>", "well-formed" },
		{ "cut in a name", OPEN "<x>abc</", "well-formed" },
		{ "two roots", OPEN CLOSE OPEN CLOSE, "well-formed" },
		{ "crossed", OPEN "<x><y></x></y>" CLOSE, "well-formed" },
		{ "an undeclared prefix is no envelope", "<a:Envelope><a:Body/></a:Envelope>", "" },
		{ "broken UTF-8", OPEN "<x>\xff\xfe</x>" CLOSE, "well-formed" },
		{ "a control character", OPEN "<x>\x01</x>" CLOSE, "well-formed" },
		{ "HTML", "<html><body>401</body></html>", "envelope" },
		{ "SOAP 1.1",
		  "<a:Envelope xmlns:a=\"http://schemas.xmlsoap.org/soap/envelope/\"><a:Body/></a:Envelope>",
		  "envelope" },
		{ "no body", "<a:Envelope xmlns:a=\"" SOAP_NS_ENVELOPE "\"/>", "Body" },
		{ "JSON", "{\"a\":1}", "well-formed" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = { 0 };

		if (soap_read(cases[i].text, strlen(cases[i].text), &err))
			fail_msg("%s was read", cases[i].name);
		if (!strstr(err.text, cases[i].why))
			fail_msg("%s: %s", cases[i].name, err.text);
	}
}

static bool reads_repeated(const char *open, const char *close, size_t times)
{
	struct soap_message *message;
	struct buf text;

	buf_init(&text, (size_t)64 << 20);
	buf_text(&text, OPEN);
	for (size_t i = 0; i < times; i++)
		buf_text(&text, open);
	for (size_t i = 0; i < times; i++)
		buf_text(&text, close);
	buf_text(&text, CLOSE);
	message = soap_read(text.text, text.length, NULL);
	soap_message_free(message);
	buf_fini(&text);
	return message != NULL;
}

static void limits_hold_exactly(void **state)
{
	(void)state;
	/* Envelope and Body are two of the levels and of the elements. */
	assert_true(reads_repeated("<x>", "</x>", SOAP_DEPTH_MAX - 2));
	assert_false(reads_repeated("<x>", "</x>", SOAP_DEPTH_MAX - 1));
	assert_false(reads_repeated("<x>", "</x>", 100000));
	assert_true(reads_repeated("<x/>", "", SOAP_NODES_MAX - 2));
	assert_false(reads_repeated("<x/>", "", SOAP_NODES_MAX - 1));
	assert_true(reads_repeated("0123456789", "", 100000));
	/* 10 MB */
	assert_false(reads_repeated("0123456789", "", 1000000));
}

static void too_many_namespaces_are_refused(void **state)
{
	struct soap_message *message;
	struct buf text;

	(void)state;
	buf_init(&text, 1 << 20);
	buf_text(&text, OPEN);
	for (unsigned i = 0; i < SOAP_NAMESPACES_MAX + 1; i++)
		buf_format(&text, "<x xmlns=\"urn:%u\"/>", i);
	buf_text(&text, CLOSE);
	message = soap_read(text.text, text.length, NULL);
	assert_null(message);
	buf_fini(&text);
}

static void qnames_resolve_in_their_scope(void **state)
{
	static const char text[] = OPEN
		"<x xmlns:p='urn:1'><y xmlns:p='urn:2'>p:in</y><z>p:out</z><w>q:no</w></x>" CLOSE;
	struct soap_message *message = soap_read(text, strlen(text), NULL);
	const struct soap_node *x = soap_body(message);
	const char *ns, *local;

	(void)state;
	assert_true(soap_qname(soap_child(x, "", "y"), &ns, &local));
	assert_string_equal(ns, "urn:2");
	assert_string_equal(local, "in");
	assert_true(soap_qname(soap_child(x, "", "z"), &ns, &local));
	assert_string_equal(ns, "urn:1");
	assert_false(soap_qname(soap_child(x, "", "w"), &ns, &local));
	soap_message_free(message);
}

static void what_is_written_is_escaped_or_refused(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} cases[] = {
		{ "plain", true }, { "<&>\"'", true }, { "\xc3\xa4", true },  { "", true },
		{ "\x01", false }, { "\xff", false },  { "\x1b[31m", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct soap_writer *writer = soap_writer_new();
		struct soap_message *message;
		struct buf out;

		buf_init(&out, 4096);
		soap_open(writer, "s:Envelope");
		soap_attribute(writer, "xmlns:s", SOAP_NS_ENVELOPE);
		soap_open(writer, "s:Body");
		soap_open(writer, "x");
		soap_attribute(writer, "n", cases[i].text);
		soap_text(writer, cases[i].text);
		assert_int_equal(soap_finish(writer, &out, NULL) == 0, cases[i].ok);
		if (cases[i].ok) {
			message = soap_read(out.text, out.length, NULL);
			assert_non_null(message);
			assert_string_equal(soap_body(message)->text, cases[i].text);
			assert_string_equal(soap_attribute_of(soap_body(message), "", "n"),
					    cases[i].text);
			soap_message_free(message);
		}
		buf_fini(&out);
	}
}

/* ---- answers of real machines, where the shared folder is present ---- */

/* The address of a reference carries no meaning (dossier 5.1) and is not kept. */
static size_t node_texts(const struct soap_node *node)
{
	size_t length = soap_is(node, SOAP_NS_ADDRESSING, "Address") ? 0 : strlen(node->text);

	for (const struct soap_node *child = node->first; child; child = child->next)
		length += node_texts(child);
	return length;
}

static size_t instance_texts(const struct cim_instance *instance);

static size_t reference_texts(const struct cim_reference *reference)
{
	size_t length = strlen(reference->uri);

	for (size_t i = 0; i < reference->count; i++)
		length += reference->selectors[i].text
				  ? strlen(reference->selectors[i].text)
				  : reference_texts(reference->selectors[i].reference);
	return length;
}

static size_t instance_texts(const struct cim_instance *instance)
{
	size_t length = 0;

	for (size_t i = 0; i < instance->count; i++) {
		const struct cim_property *p = &instance->properties[i];

		length += p->kind == CIM_TEXT        ? strlen(p->text)
			  : p->kind == CIM_REFERENCE ? reference_texts(p->reference)
						     : instance_texts(p->embedded);
	}
	return length;
}

struct walk {
	unsigned files, instances;
};

static void check_instance(const struct soap_node *node, const char *path, struct walk *walk)
{
	struct cim_instance *instance = cim_read(node);

	if (!instance)
		fail_msg("%s: %s is not read as an instance", path, node->name);
	if (instance_texts(instance) != node_texts(node))
		fail_msg("%s: %s loses text: %zu of %zu bytes", path, node->name,
			 instance_texts(instance), node_texts(node));
	cim_free(instance);
	walk->instances++;
}

static void check_body(const struct soap_node *body, const char *path, struct walk *walk)
{
	const struct soap_node *items;

	if (!body || strcmp(body->ns, SOAP_NS_ENVELOPE) == 0 ||
	    strcmp(body->ns, SOAP_NS_TRANSFER) == 0)
		return;
	if (strcmp(body->ns, SOAP_NS_ENUMERATION) != 0) {
		check_instance(body, path, walk);
		return;
	}
	items = soap_child(body, SOAP_NS_ENUMERATION, "Items");
	for (const struct soap_node *item = items ? items->first : NULL; item; item = item->next)
		check_instance(item, path, walk);
}

static void check_file(const char *path, struct walk *walk)
{
	struct soap_message *message;
	struct err err = { 0 };
	char *text = mem_alloc(SOAP_BYTES_MAX);
	FILE *file = fopen(path, "rb");
	size_t length;

	assert_non_null(file);
	length = fread(text, 1, SOAP_BYTES_MAX, file);
	fclose(file);
	message = soap_read(text, length, &err);
	if (!message)
		fail_msg("%s: %s", path, err.text);
	check_body(soap_body(message), path, walk);
	soap_message_free(message);
	mem_free(text);
	walk->files++;
}

static void walk_folder(const char *folder, struct walk *walk)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[512];

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		size_t length = strlen(entry->d_name);

		if (entry->d_name[0] == '.' || snprintf(path, sizeof(path), "%s/%s", folder,
							entry->d_name) >= (int)sizeof(path))
			continue;
		if (length > 4 && strcmp(entry->d_name + length - 4, ".xml") == 0)
			check_file(path, walk);
		else if (!strchr(entry->d_name, '.'))
			walk_folder(path, walk);
	}
	closedir(dir);
}

static void every_recorded_answer_is_read_without_loss(void **state)
{
	struct walk walk = { 0 };

	(void)state;
	walk_folder("../shared/vectors/wsman", &walk);
	if (!walk.files)
		skip();
	print_message("%u files, %u instances\n", walk.files, walk.instances);
	assert_true(walk.instances > walk.files / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_read_as_it_was_meant),
		cmocka_unit_test(attributes_are_decoded),
		cmocka_unit_test(hostile_texts_are_refused),
		cmocka_unit_test(limits_hold_exactly),
		cmocka_unit_test(too_many_namespaces_are_refused),
		cmocka_unit_test(qnames_resolve_in_their_scope),
		cmocka_unit_test(what_is_written_is_escaped_or_refused),
		cmocka_unit_test(every_recorded_answer_is_read_without_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
