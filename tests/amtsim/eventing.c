/* SPDX-License-Identifier: Apache-2.0 */
/* The event follows the one public recording.  Left out: logon at the sink, and Expires, which
 * firmware is said to ignore: a subscription lasts until it is ended. */
#include "tests/amtsim/eventing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/amtsim/alert.h"
#include "tests/amtsim/check.h"
#include "tests/amtsim/class.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/envelope.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/xml.h"

#define MODE_PUSH           NS_EVENTING "/DeliveryModes/Push"
#define MODE_ACK            "http://schemas.dmtf.org/wbem/wsman/1/wsman/PushWithAck"
#define ACTION_EVENT        "http://schemas.dmtf.org/wbem/wsman/1/wsman/Event"
#define ALERT_INDICATION    SCHEMA_CIM_URI "CIM_AlertIndication"
#define REFERENCE_MAX_BYTES 4096

/* --- Subscribe --- */

/* An element as it was, whatever prefixes it had.  Attributes are left out. */
static void copy_node(struct text *out, const struct xml_node *node)
{
	const struct xml_node *child;

	text_printf(out, "<r:%s xmlns:r=\"", node->name);
	text_xml(out, node->ns);
	text_puts(out, "\">");
	text_xml(out, node->text);
	for (child = node->first; child; child = child->next)
		copy_node(out, child);
	text_printf(out, "</r:%s>", node->name);
}

static char *copy_reference(const struct xml_node *notify)
{
	const struct xml_node *parameters = xml_child(notify, NS_ADDRESSING, "ReferenceParameters");
	const struct xml_node *child;
	struct text out;

	text_init(&out, REFERENCE_MAX_BYTES);
	for (child = parameters ? parameters->first : NULL; child; child = child->next)
		copy_node(&out, child);
	if (out.overflow)
		text_clear(&out);
	return out.bytes; /* what text_fini() would free */
}

static uint32_t most_subscriptions(const struct device *device)
{
	if (device->knobs.subscriptions)
		return device->knobs.subscriptions;
	return device->profile.major < 6 ? 6 : 9;
}

static struct outcome read_delivery(const struct device *device, const struct xml_node *delivery,
				    struct subscription *wanted)
{
	const char *mode = xml_attr(delivery, "Mode");
	const struct xml_node *notify = xml_child(delivery, NS_EVENTING, "NotifyTo");
	const struct xml_node *address = xml_child(notify, NS_ADDRESSING, "Address");
	struct sink sink;

	if (!address || !text_copy(wanted->sink, sizeof(wanted->sink), address->text) ||
	    !subscription_sink(wanted->sink, &sink) || (sink.tls && device->profile.major < 11))
		return outcome_fault(FAULT_SCHEMA);
	wanted->ack = mode && strcmp(mode, MODE_ACK) == 0;
	if (mode && !wanted->ack && strcmp(mode, MODE_PUSH) != 0)
		return outcome_fault(FAULT_DELIVERY);
	return outcome_ok();
}

struct outcome eventing_subscribe(struct device *device, const struct class_def *class_def,
				  const struct envelope_request *request,
				  struct envelope_body *body)
{
	const struct xml_node *delivery = xml_child(request->body, NS_EVENTING, "Delivery");
	struct subscription wanted = { .next = device->alerts.raised };
	struct object collection, made = { &class_subscription, device->subscriptions.count };
	struct outcome outcome;
	char e;

	if (class_def != &class_filter_collection)
		return outcome_fault(FAULT_ACTION);
	outcome = class_find(class_def, device, request->selectors, &collection);
	if (outcome.fault == FAULT_NONE)
		outcome = read_delivery(device, delivery, &wanted);
	if (outcome.fault != FAULT_NONE)
		return outcome;
	if (device->subscriptions.count >= most_subscriptions(device))
		return outcome_fault(FAULT_QUOTA);
	outcome = outcome_status(device_charge_write(device, false));
	if (outcome.fault != FAULT_NONE)
		return outcome;
	CHECK(text_copy(wanted.filter, sizeof(wanted.filter),
			class_filter_collection_name(collection.index)));
	wanted.reference = copy_reference(xml_child(delivery, NS_EVENTING, "NotifyTo"));
	subscription_add(&device->subscriptions, &wanted);
	e = envelope_prefix(body, NS_EVENTING);
	text_printf(&body->xml, "<%c:SubscribeResponse><%c:SubscriptionManager>", e, e);
	class_write_reference(&body->xml, device, made);
	text_printf(&body->xml, "</%c:SubscriptionManager><%c:Expires>PT0S</%c:Expires>", e, e, e);
	text_printf(&body->xml, "</%c:SubscribeResponse>", e);
	return outcome;
}

struct outcome eventing_unsubscribe(struct device *device, const struct class_def *class_def,
				    const struct envelope_request *request)
{
	struct outcome outcome;
	struct object found;

	if (class_def != &class_subscription)
		return outcome_fault(FAULT_ACTION);
	if (!request->selectors)
		return outcome_fault(FAULT_SELECTORS);
	outcome = class_find(class_def, device, request->selectors, &found);
	if (outcome.fault == FAULT_NONE)
		subscription_remove(&device->subscriptions, found.index);
	return outcome;
}

/* --- the event --- */

static void write_header(struct text *out, struct device *device,
			 const struct subscription *subscription)
{
	text_puts(out, "<a:Header><b:To>" ANONYMOUS "</b:To><b:ReplyTo><b:Address>" ANONYMOUS
		       "</b:Address></b:ReplyTo>");
	if (subscription->ack)
		text_puts(out, "<c:AckRequested></c:AckRequested>");
	text_printf(out,
		    "<b:Action a:mustUnderstand=\"true\">" ACTION_EVENT "</b:Action>"
		    "<b:MessageID>uuid:00000000-8086-8086-8086-%012" PRIX64 "</b:MessageID>"
		    "<c:ResourceURI>" ALERT_INDICATION "</c:ResourceURI>",
		    ++device->messages);
	text_puts(out, subscription->reference);
	text_puts(out, "</a:Header>");
}

static const char managed_system[] =
	"http://Interop/(instance)CIM_ComputerSystem.CreationClassName=(string)&quot;"
	"CIM_ComputerSystem&quot;,Name=(string)&quot;ManagedSystem&quot;";

static void write_stamp(struct text *out, uint64_t wall_ns)
{
	time_t seconds = (time_t)(wall_ns / 1000000000u);
	char stamp[32];
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S.000Z", &utc);
	text_puts(out, stamp);
}

static void write_alert(struct text *out, const struct alert *alert)
{
	text_printf(out,
		    "<g:CIM_AlertIndication><g:AlertType>8</g:AlertType><g:AlertingElementFormat>2"
		    "</g:AlertingElementFormat><g:AlertingManagedElement>%s"
		    "</g:AlertingManagedElement><g:IndicationFilterName>%s"
		    "</g:IndicationFilterName><g:IndicationIdentifier>Intel(r):%" PRIu32
		    "</g:IndicationIdentifier><g:IndicationTime><h:Datetime>",
		    managed_system, alert->filter, alert->number);
	write_stamp(out, alert->at_ns);
	text_printf(out,
		    "</h:Datetime></g:IndicationTime><g:Message></g:Message><g:MessageArguments>%s"
		    "</g:MessageArguments><g:MessageArguments>%s</g:MessageArguments><g:MessageID>"
		    "%s</g:MessageID><g:OtherAlertingElementFormat></g:OtherAlertingElementFormat>"
		    "<g:OtherSeverity></g:OtherSeverity><g:OwningEntity>Intel(r) AMT"
		    "</g:OwningEntity><g:PerceivedSeverity>2</g:PerceivedSeverity>"
		    "<g:ProbableCause>0</g:ProbableCause><g:SystemName>Intel(r) AMT</g:SystemName>"
		    "</g:CIM_AlertIndication>",
		    alert->argument, managed_system, alert->message_id);
}

void eventing_write(struct text *out, struct device *device,
		    const struct subscription *subscription, const struct alert *alert)
{
	text_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a:Envelope"
		       " xmlns:a=\"" NS_SOAP "\" xmlns:b=\"" NS_ADDRESSING "\""
		       " xmlns:c=\"" NS_WSMAN "\" xmlns:d=\"" NS_TRUST "\""
		       " xmlns:e=\"" NS_SECURITY "\" xmlns:f=\"" NS_BINDING "\""
		       " xmlns:g=\"" ALERT_INDICATION "\" xmlns:h=\"" NS_COMMON "\""
		       " xmlns:xsi=\"" NS_XSI "\">");
	write_header(out, device, subscription);
	text_puts(out, "<a:Body>");
	write_alert(out, alert);
	text_puts(out, "</a:Body></a:Envelope>");
}
