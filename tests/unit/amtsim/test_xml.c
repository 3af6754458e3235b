/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/amtsim/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/amtsim/text.h"

static struct xml_doc *parse(const char *text)
{
	const char *why;

	return xml_parse(text, strlen(text), &why);
}

static void names_are_resolved_whatever_the_prefix(void **state)
{
	static const char *const forms[] = {
		"<a:r xmlns:a='urn:x'><a:c k='v'> text </a:c></a:r>",
		"<r xmlns='urn:x'><c k='v'>te<!-- no -->xt</c></r>",
		("<?xml version=\"1.0\"?>"
		 "<z:r xmlns:z='urn:x'><z:c k='v'>te<![CDATA[xt]]></z:c></z:r>"),
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct xml_doc *doc = parse(forms[i]);
		const struct xml_node *child;

		assert_non_null(doc);
		assert_true(xml_is(xml_root(doc), "urn:x", "r"));
		child = xml_child(xml_root(doc), "urn:x", "c");
		assert_non_null(child);
		assert_string_equal(child->text, "text");
		assert_string_equal(xml_attr(child, "k"), "v");
		assert_null(xml_child(xml_root(doc), "urn:y", "c"));
		xml_free(doc);
	}
}

static void what_is_not_plain_xml_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"text",
		"<a>",
		"<a></b>",
		"<a/><b/>",
		"<a b=c/>",
		"<p:a/>x",
		"<a>&nbsp;</a>",
		"<!DOCTYPE a><a/>",
		"<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
		"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
		"<a>\xff\xfe</a>",
		"<a>\x01</a>",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parse(bad[i]))
			fail_msg("accepted: %s", bad[i]);
}

/* `n` elements, nested or side by side, inside one root. */
static struct text elements(unsigned n, bool nested)
{
	struct text text;
	unsigned i;

	text_init(&text, 1 << 20);
	text_puts(&text, "<r>");
	for (i = 0; i < n; i++)
		text_puts(&text, nested ? "<a>" : "<a/>");
	for (i = 0; nested && i < n; i++)
		text_puts(&text, "</a>");
	text_puts(&text, "</r>");
	return text;
}

static void limits_hold_exactly(void **state)
{
	static const struct {
		const char *name;
		unsigned n;
		bool nested, good;
	} cases[] = {
		{ "as deep as allowed", XML_DEPTH_MAX - 1, true, true },
		{ "one deeper", XML_DEPTH_MAX, true, false },
		{ "as many as allowed", XML_NODES_MAX - 1, false, true },
		{ "one more", XML_NODES_MAX, false, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text text = elements(cases[i].n, cases[i].nested);
		struct xml_doc *doc = parse(text.bytes);

		if ((doc != NULL) != cases[i].good)
			fail_msg("%s", cases[i].name);
		xml_free(doc);
		text_fini(&text);
	}
}

static void too_many_bytes_are_refused(void **state)
{
	char *big = malloc(XML_BYTES_MAX + 2);
	struct xml_doc *doc;
	const char *why;

	(void)state;
	memset(big, ' ', XML_BYTES_MAX + 2);
	memcpy(big, "<a/>", 4);
	doc = xml_parse(big, XML_BYTES_MAX, &why);
	assert_non_null(doc);
	xml_free(doc);
	assert_null(xml_parse(big, XML_BYTES_MAX + 1, &why));
	assert_non_null(why);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_resolved_whatever_the_prefix),
		cmocka_unit_test(what_is_not_plain_xml_is_refused),
		cmocka_unit_test(limits_hold_exactly),
		cmocka_unit_test(too_many_bytes_are_refused),
	};

	return cmocka_run_group_tests_name("amtsim xml", tests, NULL, NULL);
}
