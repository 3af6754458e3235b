/* SPDX-License-Identifier: Apache-2.0 */
/* A context is a number written byte-reversed, as recorded: 0x02E2 is E2020000-0000-...  Every
 * page gets a new one and uses up the old.  Positions are kept, not copies: an object deleted
 * between two pages shifts the rest (CHOICE).  Pull without MaxElements returns all (the standard
 * says one; consoles rely on more, CHOICE). */
#include "tests/amtsim/enumeration.h"

#include <stdio.h>
#include <string.h>

#include "tests/amtsim/class.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/envelope.h"
#include "tests/amtsim/xml.h"

#define CONTEXT_BYTES 37
#define CONTEXT_TAIL  "-0000-0000-0000-000000000000"

static void write_context(struct envelope_body *body, char prefix, uint32_t number)
{
	char text[CONTEXT_BYTES];

	snprintf(text, sizeof(text), "%02X%02X%02X%02X" CONTEXT_TAIL, number & 0xFF,
		 number >> 8 & 0xFF, number >> 16 & 0xFF, number >> 24);
	envelope_element(body, prefix, "EnumerationContext", text);
}

static uint32_t read_context(const char *text)
{
	unsigned b[4] = { 0 };
	char check[CONTEXT_BYTES];
	size_t i;

	if (strlen(text) != CONTEXT_BYTES - 1)
		return 0;
	for (i = 0; i < 8; i++) {
		const char *digits = "0123456789ABCDEF";
		const char *digit = strchr(digits, text[i]);

		if (!digit)
			return 0;
		b[i / 2] = b[i / 2] << 4 | (unsigned)(digit - digits);
	}
	snprintf(check, sizeof(check), "%02X%02X%02X%02X" CONTEXT_TAIL, b[0], b[1], b[2], b[3]);
	return strcmp(check, text) == 0 ? b[0] | b[1] << 8 | b[2] << 16 | b[3] << 24 : 0;
}

/* A free place, or that of the oldest. */
static struct enumeration *place(struct device *device)
{
	struct enumeration *oldest = &device->open[0];
	size_t i;

	for (i = 0; i < device->knobs.contexts; i++) {
		if (device->open[i].number == 0)
			return &device->open[i];
		if (device->open[i].number < oldest->number)
			oldest = &device->open[i];
	}
	return oldest;
}

static struct enumeration *find(struct device *device, uint32_t number)
{
	size_t i;

	for (i = 0; i < DEVICE_CONTEXTS && number != 0; i++)
		if (device->open[i].number == number)
			return &device->open[i];
	return NULL;
}

static bool read_form(const struct xml_node *enumerate, enum enumeration_form *form)
{
	static const char *const words[] = { [FORM_OBJECT] = "EnumerateObject",
					     [FORM_REFERENCE] = "EnumerateEPR",
					     [FORM_BOTH] = "EnumerateObjectAndEPR" };
	const struct xml_node *mode = xml_child(enumerate, NS_WSMAN, "EnumerationMode");
	size_t i;

	*form = FORM_OBJECT;
	for (i = 0; mode && i < sizeof(words) / sizeof(words[0]); i++) {
		*form = (enum enumeration_form)i;
		if (strcmp(mode->text, words[i]) == 0)
			return true;
	}
	return !mode;
}

/* A filter belongs to the all-classes resource, and that resource to a filter. */
static struct outcome read_filter(const struct device *device, const struct class_def *class_def,
				  const struct xml_node *enumerate, struct enumeration *open)
{
	const struct xml_node *filter = xml_child(enumerate, NS_WSMAN, "Filter");

	if (!filter)
		filter = xml_child(enumerate, NS_ENUMERATION, "Filter");
	open->filtered = filter != NULL;
	if (open->filtered != (class_def == &class_all))
		return outcome_fault(FAULT_FILTER);
	return filter ? association_read(device, filter, &open->around) : outcome_ok();
}

static struct enumeration *asked_context(struct device *device, const struct xml_node *body)
{
	const struct xml_node *context = xml_child(body, NS_ENUMERATION, "EnumerationContext");

	return context ? find(device, read_context(context->text)) : NULL;
}

static bool page_size(const struct device *device, const struct xml_node *pull, size_t *size)
{
	const struct xml_node *node = xml_child(pull, NS_ENUMERATION, "MaxElements");
	uint32_t most = device->knobs.page_items;
	uint32_t asked = device->knobs.pull_default ? device->knobs.pull_default : UINT32_MAX;

	if (node && (!input_parse_number(node->text, UINT32_MAX, &asked) || asked == 0))
		return false;
	*size = most != 0 && most < asked ? most : asked;
	return true;
}

static size_t total_of(const struct enumeration *open, const struct device *device)
{
	return open->filtered ? association_total(device, &open->around)
			      : class_total(open->class_def, device);
}

static void write_item(struct envelope_body *body, const struct device *device,
		       const struct enumeration *open, size_t n)
{
	struct object obj = open->filtered ? association_nth(device, &open->around, n)
					   : class_nth(open->class_def, device, n);

	if (open->form == FORM_BOTH)
		text_puts(&body->xml, "<c:Item>");
	if (open->form != FORM_REFERENCE)
		class_write_instance(body, device, obj);
	if (open->form != FORM_OBJECT) {
		text_puts(&body->xml, "<b:EndpointReference>");
		class_write_reference(&body->xml, device, obj);
		text_puts(&body->xml, "</b:EndpointReference>");
	}
	if (open->form == FORM_BOTH)
		text_puts(&body->xml, "</c:Item>");
}

/* The context of the next page comes before the items, as recorded.  Items and end are
 * WS-Enumeration's in a PullResponse, WS-Management's in an optimized EnumerateResponse
 * (DSP0226 8.2.3). */
static void write_page(struct device *device, struct enumeration *open, size_t size, char items,
		       struct envelope_body *body)
{
	char prefix = envelope_prefix(body, NS_ENUMERATION);
	size_t total = total_of(open, device), n, end;
	bool last;

	end = open->at < total && total - open->at > size ? open->at + size : total;
	last = end >= total && !(device->knobs.late_end && open->at < total);
	open->number = last ? 0 : ++device->contexts;
	if (!last)
		write_context(body, prefix, open->number);
	else if (items != prefix)
		text_printf(&body->xml, "<%c:EnumerationContext></%c:EnumerationContext>", prefix,
			    prefix);
	text_printf(&body->xml, "<%c:Items>", items);
	for (n = open->at; n < end; n++)
		write_item(body, device, open, n);
	text_printf(&body->xml, "</%c:Items>", items);
	open->at = end;
	if (last)
		text_printf(&body->xml, "<%c:EndOfSequence></%c:EndOfSequence>", items, items);
}

/* Optimization: at most MaxElements items (1 if not given, DSP0226 8.2.3). */
static bool wants_items(const struct device *device, const struct xml_node *enumerate, size_t *size)
{
	const struct xml_node *most = xml_child(enumerate, NS_WSMAN, "MaxElements");
	uint32_t asked = 1;

	if (!device->knobs.optimize || !xml_child(enumerate, NS_WSMAN, "OptimizeEnumeration"))
		return false;
	if (most && !input_parse_number(most->text, UINT32_MAX, &asked))
		return false;
	*size = asked;
	return asked > 0;
}

struct outcome enumeration_open(struct device *device, const struct class_def *class_def,
				const struct envelope_request *request, struct envelope_body *body)
{
	struct enumeration fresh = { .class_def = class_def };
	struct enumeration *open;
	struct outcome outcome;
	char prefix;
	size_t size;

	if (!xml_is(request->body, NS_ENUMERATION, "Enumerate"))
		return outcome_fault(FAULT_SCHEMA);
	if (!read_form(request->body, &fresh.form))
		return outcome_fault(FAULT_MODE);
	outcome = read_filter(device, class_def, request->body, &fresh);
	if (outcome.fault != FAULT_NONE)
		return outcome;
	open = place(device);
	*open = fresh;
	prefix = envelope_prefix(body, NS_ENUMERATION);
	text_printf(&body->xml, "<%c:EnumerateResponse>", prefix);
	if (wants_items(device, request->body, &size)) {
		write_page(device, open, size, 'c', body);
	} else {
		open->number = ++device->contexts;
		write_context(body, prefix, open->number);
	}
	text_printf(&body->xml, "</%c:EnumerateResponse>", prefix);
	return outcome_ok();
}

struct outcome enumeration_pull(struct device *device, const struct envelope_request *request,
				struct envelope_body *body)
{
	struct enumeration *open;
	size_t size;
	char prefix;

	if (!xml_is(request->body, NS_ENUMERATION, "Pull") ||
	    !page_size(device, request->body, &size))
		return outcome_fault(FAULT_SCHEMA);
	open = asked_context(device, request->body);
	if (!open)
		return outcome_fault(FAULT_CONTEXT);
	prefix = envelope_prefix(body, NS_ENUMERATION);
	text_printf(&body->xml, "<%c:PullResponse>", prefix);
	write_page(device, open, size, prefix, body);
	text_printf(&body->xml, "</%c:PullResponse>", prefix);
	return outcome_ok();
}

struct outcome enumeration_release(struct device *device, const struct envelope_request *request)
{
	struct enumeration *open = asked_context(device, request->body);

	if (!open)
		return outcome_fault(FAULT_CONTEXT);
	open->number = 0;
	return outcome_ok();
}
