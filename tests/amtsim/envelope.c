/* SPDX-License-Identifier: Apache-2.0 */
/* The prefix layouts and the order of headers are those of the recorded answers: a to f always
 * declared, g and up for the body, xsi last; faults declare another set in another order.
 * Reason texts are our own words except where a client may show them anyway. */
#include "tests/amtsim/envelope.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/xml.h"

static const char *header(const struct xml_node *head, const char *ns, const char *name)
{
	const struct xml_node *node = xml_child(head, ns, name);

	return node ? node->text : "";
}

static double seconds_of(char unit, bool time)
{
	switch (unit) {
	case 'Y':
		return 365.0 * 86400;
	case 'M':
		return time ? 60 : 30.0 * 86400;
	case 'D':
		return 86400;
	case 'H':
		return 3600;
	default:
		return 1;
	}
}

/* An xs:duration: "PT60S", "PT60.000S" and "P0DT0H1M0S" are the forms that clients send for a minute.  False if the
 * text is none. */
static bool read_duration_ms(const char *text, uint32_t *duration_ms)
{
	double total_s = 0, part;
	bool time = false;
	char *end;

	*duration_ms = 0;
	if (*text++ != 'P' || !*text)
		return false;
	for (; *text; text = end + 1) {
		if (*text == 'T' && !time && text[1]) {
			time = true;
			end = (char *)text;
			continue;
		}
		part = strtod(text, &end);
		if (end == text || part < 0 || !*end || !strchr(time ? "HMS" : "YMD", *end))
			return false;
		total_s += part * seconds_of(*end, time);
	}
	*duration_ms = total_s < 86400 ? (uint32_t)(total_s * 1000) : 86400000u;
	return true;
}

static bool comes_twice(const struct xml_node *node)
{
	const struct xml_node *other = node->next;

	for (; other; other = other->next)
		if (xml_is(other, node->ns, node->name))
			return true;
	return false;
}

static bool must_understand(const struct xml_node *node)
{
	const char *must = xml_attr_ns(node, NS_SOAP, "mustUnderstand");

	return must && (strcmp(must, "true") == 0 || strcmp(must, "1") == 0);
}

/* OptionSet is documented as not supported, FragmentTransfer as not implemented; Locale has no
 * effect here. */
static bool is_understood(const struct xml_node *header)
{
	static const char *const addressing[] = { "Action",  "To",        "MessageID", "ReplyTo",
						  "FaultTo", "RelatesTo", "From",      NULL };
	static const char *const wsman[] = { "ResourceURI", "SelectorSet", "OperationTimeout",
					     "MaxEnvelopeSize", NULL };
	const char *const *known = strcmp(header->ns, NS_ADDRESSING) == 0 ? addressing
				   : strcmp(header->ns, NS_WSMAN) == 0    ? wsman
									  : NULL;

	for (; known && *known; known++)
		if (strcmp(*known, header->name) == 0)
			return true;
	return false;
}

static bool demands_more(const struct xml_node *head)
{
	const struct xml_node *header = head ? head->first : NULL;

	for (; header; header = header->next)
		if (must_understand(header) && !is_understood(header))
			return true;
	return false;
}

/* SOAP lets a header block come twice; addressing (2004/08, 3) and WS-Management do not. */
static bool repeats_a_header(const struct xml_node *head)
{
	const struct xml_node *header = head ? head->first : NULL;

	for (; header; header = header->next)
		if ((strcmp(header->ns, NS_ADDRESSING) == 0 || strcmp(header->ns, NS_WSMAN) == 0) &&
		    comes_twice(header))
			return true;
	return false;
}

/* What DSP0226 5.4 asks of every request besides Action and ResourceURI. */
static bool is_complete(const struct xml_node *head)
{
	const struct xml_node *reply = xml_child(head, NS_ADDRESSING, "ReplyTo");

	return *header(head, NS_ADDRESSING, "MessageID") && *header(head, NS_ADDRESSING, "To") &&
	       strcmp(header(reply, NS_ADDRESSING, "Address"), ANONYMOUS) == 0;
}

bool envelope_read(const struct xml_node *root, struct envelope_request *request)
{
	const struct xml_node *head, *body;
	const char *timeout;

	*request = (struct envelope_request){ 0 };
	if (!xml_is(root, NS_SOAP, "Envelope"))
		return false;
	head = xml_child(root, NS_SOAP, "Header");
	body = xml_child(root, NS_SOAP, "Body");
	if (!body || comes_twice(body) || (head && comes_twice(head)))
		return false;
	request->action = header(head, NS_ADDRESSING, "Action");
	request->message_id = header(head, NS_ADDRESSING, "MessageID");
	request->uri = header(head, NS_WSMAN, "ResourceURI");
	request->selectors = xml_child(head, NS_WSMAN, "SelectorSet");
	request->body = body->first;
	request->demands_more = demands_more(head);
	request->complete = is_complete(head);
	request->max_envelope =
		(uint32_t)strtoul(header(head, NS_WSMAN, "MaxEnvelopeSize"), NULL, 10);
	timeout = header(head, NS_WSMAN, "OperationTimeout");
	request->wrong = repeats_a_header(head) ||
			 (!read_duration_ms(timeout, &request->timeout_ms) && *timeout);
	return true;
}

void envelope_body_init(struct envelope_body *body)
{
	text_init(&body->xml, SOAP_ANSWER_MAX_BYTES);
	body->ns_count = 0;
}

void envelope_body_fini(struct envelope_body *body)
{
	text_fini(&body->xml);
}

char envelope_prefix(struct envelope_body *body, const char *uri)
{
	unsigned i;

	for (i = 0; i < body->ns_count; i++)
		if (strcmp(body->ns[i], uri) == 0)
			return (char)('g' + i);
	CHECK(i < SOAP_BODY_NAMESPACES);
	CHECK(text_copy(body->ns[i], sizeof(body->ns[i]), uri));
	body->ns_count++;
	return (char)('g' + i);
}

void envelope_element(struct envelope_body *body, char prefix, const char *name, const char *text)
{
	text_printf(&body->xml, "<%c:%s>", prefix, name);
	text_xml(&body->xml, text);
	text_printf(&body->xml, "</%c:%s>", prefix, name);
}

static void write_headers(struct text *out, const struct envelope_head *head)
{
	if (!*head->action) { /* Identify has no addressing */
		text_puts(out, "<a:Header></a:Header>");
		return;
	}
	text_puts(out, "<a:Header><b:To>" ANONYMOUS "</b:To><b:RelatesTo>");
	text_xml(out, head->relates_to);
	text_puts(out, "</b:RelatesTo><b:Action a:mustUnderstand=\"true\">");
	text_xml(out, head->action);
	text_printf(out,
		    "</b:Action><b:MessageID>uuid:00000000-8086-8086-8086-%012" PRIX64
		    "</b:MessageID>",
		    head->message_number);
	if (head->uri) {
		text_puts(out, "<c:ResourceURI>");
		text_xml(out, head->uri);
		text_puts(out, "</c:ResourceURI>");
	}
	text_puts(out, "</a:Header>");
}

void envelope_write(struct text *out, const struct envelope_head *head,
		    const struct envelope_body *body)
{
	unsigned i;

	text_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a:Envelope"
		       " xmlns:a=\"" NS_SOAP "\" xmlns:b=\"" NS_ADDRESSING "\""
		       " xmlns:c=\"" NS_WSMAN "\" xmlns:d=\"" NS_TRUST "\""
		       " xmlns:e=\"" NS_SECURITY "\" xmlns:f=\"" NS_BINDING "\"");
	for (i = 0; i < body->ns_count; i++)
		text_printf(out, " xmlns:%c=\"%s\"", (char)('g' + i), body->ns[i]);
	text_puts(out, " xmlns:xsi=\"" NS_XSI "\">");
	write_headers(out, head);
	text_puts(out, "<a:Body>");
	text_add(out, body->xml.bytes, body->xml.len);
	text_puts(out, "</a:Body></a:Envelope>");
}

struct fault_row {
	const char *name;
	unsigned http;
	const char *code;    /* a: the SOAP namespace */
	const char *subcode; /* fault layout: b addressing, c enumeration, e wsman */
	const char *action;
	const char *text;
};

static const struct fault_row rows[FAULTS] = {
	[FAULT_DESTINATION] = { "DestinationUnreachable", 400, "a:Sender",
				"b:DestinationUnreachable", ACTION_FAULT_ADDRESSING,
				"There is no resource at the destination of this request." },
	[FAULT_ACTION] = { "ActionNotSupported", 400, "a:Sender", "b:ActionNotSupported",
			   ACTION_FAULT_ADDRESSING, "The resource cannot do this action." },
	[FAULT_SELECTORS] = { "InvalidSelectors", 400, "a:Sender", "e:InvalidSelectors",
			      ACTION_FAULT_WSMAN, "The selectors name no resource." },
	[FAULT_EXISTS] = { "AlreadyExists", 400, "a:Sender", "e:AlreadyExists", ACTION_FAULT_WSMAN,
			   "A resource of this identity exists already." },
	[FAULT_INTERNAL] = { "InternalError", 500, "a:Receiver", "e:InternalError",
			     ACTION_FAULT_WSMAN, "The service could not carry out the request." },
	[FAULT_SCHEMA] = { "SchemaValidationError", 400, "a:Sender", "e:SchemaValidationError",
			   ACTION_FAULT_WSMAN,
			   "The supplied SOAP violates the corresponding XML schema definition." },
	[FAULT_CONTEXT] = { "InvalidEnumerationContext", 400, "a:Sender",
			    "c:InvalidEnumerationContext", ACTION_FAULT_WSMAN,
			    "The enumeration context is unknown or used up." },
	[FAULT_UNDERSTAND] = { "MustUnderstand", 400, "a:MustUnderstand", NULL, ACTION_FAULT_WSMAN,
			       "A header was not understood." },
	[FAULT_ENCODING] = { "EncodingLimit", 400, "a:Sender", "e:EncodingLimit",
			     ACTION_FAULT_WSMAN, "MaxEnvelopeSize is too small." },
	[FAULT_TIMED_OUT] = { "TimedOut", 500, "a:Receiver", "e:TimedOut", ACTION_FAULT_WSMAN,
			      "The operation took longer than OperationTimeout allows." },
	[FAULT_BUSY] = { "Concurrency", 500, "a:Sender", "e:Concurrency", ACTION_FAULT_WSMAN,
			 "Another operation is under way." },
	[FAULT_DELIVERY] = { "DeliveryModeRequestedUnavailable", 400, "a:Sender",
			     "f:DeliveryModeRequestedUnavailable", NS_EVENTING "/fault",
			     "This mode of delivery is not offered." },
	[FAULT_QUOTA] = { "QuotaLimit", 400, "a:Sender", "e:QuotaLimit", ACTION_FAULT_WSMAN,
			  "There is no room for more." },
	[FAULT_DENIED] = { "AccessDenied", 400, "a:Sender", "e:AccessDenied", ACTION_FAULT_WSMAN,
			   "The account may not use this resource." },
	[FAULT_MODE] = { "UnsupportedFeature", 400, "a:Sender", "e:UnsupportedFeature",
			 ACTION_FAULT_WSMAN, "This enumeration mode is not known." },
	[FAULT_FILTER] = { "FilterDialectRequestedUnavailable", 400, "a:Sender",
			   "c:FilterDialectRequestedUnavailable", ACTION_FAULT_WSMAN,
			   "This enumeration filter is not known." },
	[FAULT_HEADER] = { "MessageInformationHeaderRequired", 400, "a:Sender",
			   "b:MessageInformationHeaderRequired", ACTION_FAULT_ADDRESSING,
			   "A required header is missing." },
	[FAULT_WRONG_HEADER] = { "InvalidMessageInformationHeader", 400, "a:Sender",
				 "b:InvalidMessageInformationHeader", ACTION_FAULT_ADDRESSING,
				 "A header is not valid and cannot be processed." },
};

unsigned envelope_fault_http(enum fault fault)
{
	return fault == FAULT_NONE ? 200 : rows[fault].http;
}

const char *envelope_fault_name(enum fault fault)
{
	return fault == FAULT_NONE ? "ok" : rows[fault].name;
}

static void write_fault_start(struct text *out)
{
	text_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a:Envelope"
		       " xmlns:g=\"" NS_BINDING "\" xmlns:f=\"" NS_EVENTING "\""
		       " xmlns:e=\"" NS_WSMAN "\" xmlns:d=\"" NS_TRANSFER "\""
		       " xmlns:c=\"" NS_ENUMERATION "\" xmlns:b=\"" NS_ADDRESSING "\""
		       " xmlns:a=\"" NS_SOAP "\" xmlns:h=\"" NS_TRUST "\""
		       " xmlns:i=\"" NS_SECURITY "\" xmlns:xsi=\"" NS_XSI "\">");
}

void envelope_write_fault(struct text *out, const struct envelope_head *head,
			  struct outcome outcome)
{
	const struct fault_row *row = &rows[outcome.fault];
	struct envelope_head fault_head = *head;

	CHECK(outcome.fault != FAULT_NONE);
	fault_head.action = row->action;
	fault_head.uri = NULL;
	write_fault_start(out);
	write_headers(out, &fault_head);
	text_printf(out, "<a:Body><a:Fault><a:Code><a:Value>%s</a:Value>", row->code);
	if (row->subcode)
		text_printf(out, "<a:Subcode><a:Value>%s</a:Value></a:Subcode>", row->subcode);
	text_printf(out, "</a:Code><a:Reason><a:Text xml:lang=\"en-US\">%s</a:Text></a:Reason>",
		    row->text);
	text_puts(out, "<a:Detail>");
	if (outcome.fault == FAULT_INTERNAL)
		text_printf(out, "AMT-STATUS %u", outcome.status);
	text_puts(out, "</a:Detail></a:Fault></a:Body></a:Envelope>");
}
