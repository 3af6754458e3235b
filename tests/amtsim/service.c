/* SPDX-License-Identifier: Apache-2.0 */
/* Dispatch by Action.  An operation either fills a body or ends in a fault; composing the
 * envelope, counting messages and logging happen once, at the end.  Left out: fragments. */
#include "tests/amtsim/service.h"

#include <stdio.h>
#include <string.h>

#include "tests/amtsim/chronicle.h"
#include "tests/amtsim/class.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/enumeration.h"
#include "tests/amtsim/eventing.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/meddle.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/envelope.h"
#include "tests/amtsim/xml.h"

#define SMALLEST_ENVELOPE 50000 /* what release 3.0 insists on */
#define LEAST_TIMEOUT_MS  30000 /* amt-system-defense.md 5.1: shorter wishes are raised to this */
#define ACTION_BYTES      256

struct call {
	struct envelope_request request;
	enum verb verb;
	const struct class_def *class_def;
	const struct class_method *method;
	struct envelope_body body;
	uint32_t return_value;
};

void service_answer_init(struct service_answer *answer)
{
	*answer = (struct service_answer){ .http_status = 200 };
	text_init(&answer->xml, SOAP_ANSWER_MAX_BYTES);
}

void service_answer_fini(struct service_answer *answer)
{
	text_fini(&answer->xml);
}

/* --- what is asked --- */

static enum verb verb_of_action(const char *action)
{
	static const struct {
		const char *action;
		enum verb verb;
	} actions[] = {
		{ NS_TRANSFER "/Get", VERB_GET },
		{ NS_TRANSFER "/Put", VERB_PUT },
		{ NS_TRANSFER "/Create", VERB_CREATE },
		{ NS_TRANSFER "/Delete", VERB_DELETE },
		{ NS_ENUMERATION "/Enumerate", VERB_ENUMERATE },
		{ NS_ENUMERATION "/Pull", VERB_PULL },
		{ NS_ENUMERATION "/Release", VERB_RELEASE },
		{ NS_EVENTING "/Subscribe", VERB_SUBSCRIBE },
		{ NS_EVENTING "/Unsubscribe", VERB_UNSUBSCRIBE },
	};
	size_t i;

	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].action, action) == 0)
			return actions[i].verb;
	return VERB_UNKNOWN;
}

/* Action of a method is the resource URI, a slash, and the method's name. */
static const struct class_method *method_of_action(const struct class_def *class_def,
						   const struct envelope_request *request)
{
	const struct class_method *method = class_def->methods;
	size_t len = strlen(request->uri);

	if (!method || strncmp(request->action, request->uri, len) != 0 ||
	    request->action[len] != '/')
		return NULL;
	for (; method->name; method++)
		if (strcmp(method->name, request->action + len + 1) == 0)
			return method;
	return NULL;
}

static void classify(struct call *call)
{
	struct envelope_request *request = &call->request;

	if (!*request->action && xml_is(request->body, NS_IDENTITY, "Identify")) {
		call->verb = VERB_IDENTIFY;
		return;
	}
	call->verb = verb_of_action(request->action);
	call->class_def = class_by_uri(request->uri);
	if (call->verb == VERB_UNKNOWN && call->class_def) {
		call->method = method_of_action(call->class_def, request);
		if (call->method)
			call->verb = VERB_INVOKE;
	}
}

/* --- operations --- */

static struct outcome do_identify(struct device *device, struct call *call)
{
	char id = envelope_prefix(&call->body, NS_IDENTITY);

	text_printf(&call->body.xml, "<%c:IdentifyResponse>", id);
	envelope_element(&call->body, id, "ProtocolVersion", NS_WSMAN);
	envelope_element(&call->body, id, "ProductVendor", "Intel(r)");
	envelope_element(&call->body, id, "ProductVersion", device->profile.version);
	text_printf(&call->body.xml, "</%c:IdentifyResponse>", id);
	return outcome_ok();
}

static struct outcome do_get(struct device *device, struct call *call)
{
	struct object obj;
	struct outcome outcome;

	outcome = class_find(call->class_def, device, call->request.selectors, &obj);
	if (outcome.fault == FAULT_NONE)
		class_write_instance(&call->body, device, obj);
	return outcome;
}

static struct outcome do_create(struct device *device, struct call *call)
{
	const struct class_def *class_def = call->class_def;
	struct object obj = { class_def, 0 };
	struct outcome outcome;
	struct input input;
	char transfer;

	if (!class_def->create)
		return outcome_fault(FAULT_ACTION);
	input_init(&input, call->request.body, call->request.uri, class_def->name);
	if (input.wrong)
		return outcome_fault(FAULT_SCHEMA);
	outcome = outcome_status(device_charge_write(device, class_def->binding));
	if (outcome.fault == FAULT_NONE)
		outcome = class_def->create(device, &input, &obj.index);
	if (outcome.fault != FAULT_NONE)
		return outcome;
	transfer = envelope_prefix(&call->body, NS_TRANSFER);
	text_printf(&call->body.xml, "<%c:ResourceCreated>", transfer);
	class_write_reference(&call->body.xml, device, obj);
	text_printf(&call->body.xml, "</%c:ResourceCreated>", transfer);
	return outcome;
}

/* Answers with the whole new instance. */
static struct outcome do_put(struct device *device, struct call *call)
{
	const struct class_def *class_def = call->class_def;
	struct outcome outcome;
	struct object obj;
	struct input input;

	if (!class_def->put)
		return outcome_fault(FAULT_ACTION);
	outcome = class_find(class_def, device, call->request.selectors, &obj);
	if (outcome.fault != FAULT_NONE)
		return outcome;
	input_init(&input, call->request.body, call->request.uri, class_def->name);
	if (input.wrong)
		return outcome_fault(FAULT_SCHEMA);
	outcome = outcome_status(device_charge_write(device, class_def->binding));
	if (outcome.fault == FAULT_NONE)
		outcome = class_def->put(device, obj.index, &input);
	if (outcome.fault == FAULT_NONE)
		class_write_instance(&call->body, device, obj);
	return outcome;
}

static struct outcome do_delete(struct device *device, struct call *call)
{
	struct outcome outcome;
	struct object obj;

	if (!call->class_def->remove)
		return outcome_fault(FAULT_ACTION);
	if (!call->request.selectors || !call->request.selectors->first)
		return outcome_fault(FAULT_SELECTORS);
	outcome = class_find(call->class_def, device, call->request.selectors, &obj);
	if (outcome.fault != FAULT_NONE)
		return outcome;
	outcome = outcome_status(device_charge_write(device, call->class_def->binding));
	if (outcome.fault == FAULT_NONE)
		outcome = call->class_def->remove(device, obj.index);
	return outcome;
}

static void write_output(struct device *device, struct call *call, struct method_output *output)
{
	char prefix = envelope_prefix(&call->body, call->request.uri);

	instance_number(&output->values, "ReturnValue", output->return_value);
	text_printf(&call->body.xml, "<%c:%s_OUTPUT>", prefix, call->method->name);
	class_write_properties(&call->body, prefix, device, &output->values);
	text_printf(&call->body.xml, "</%c:%s_OUTPUT>", prefix, call->method->name);
	call->return_value = output->return_value;
}

static struct outcome do_invoke(struct device *device, struct call *call)
{
	char element[ACTION_BYTES];
	struct method_output output = { .return_value = PT_SUCCESS };
	struct outcome outcome;
	struct input input;
	struct object obj;

	outcome = class_find(call->class_def, device, call->request.selectors, &obj);
	if (outcome.fault != FAULT_NONE)
		return outcome;
	snprintf(element, sizeof(element), "%s_INPUT", call->method->name);
	input_init(&input, call->request.body, call->request.uri, element);
	if (call->method->inputs)
		input_allow(&input, call->method->inputs, device->knobs.input_order);
	if (input.wrong || input_has_empty(&input))
		return outcome_fault(FAULT_SCHEMA);
	instance_init(&output.values);
	if (call->method->write)
		output.return_value = device_charge_write(device, call->class_def->binding);
	if (output.return_value == PT_SUCCESS)
		outcome = call->method->run(device, obj.index, &input, &output);
	if (outcome.fault == FAULT_NONE)
		write_output(device, call, &output);
	instance_fini(&output.values);
	return outcome;
}

static bool changes(const struct call *call)
{
	return call->verb == VERB_CREATE || call->verb == VERB_DELETE || call->verb == VERB_PUT ||
	       call->verb == VERB_SUBSCRIBE || call->verb == VERB_UNSUBSCRIBE ||
	       (call->method && call->method->write);
}

static bool permitted(const struct device *device, const struct call *call)
{
	const struct class_def *class_def = call->class_def;
	uint32_t needed = class_def->realms ? class_def->realms : REALM_BIT(REALM_GENERAL);

	if (changes(call) && class_def->write_realms)
		needed = class_def->write_realms;
	if (class_def->defense)
		needed = REALM_BIT(REALM_DEFENSE);
	return !device->knobs.realms || (device_caller_realms(device) & needed) != 0;
}

static bool is_audited(const struct class_def *class_def)
{
	return class_def->defense || class_def == &class_authorization;
}

static struct outcome precheck(const struct device *device, const struct call *call)
{
	const struct envelope_request *request = &call->request;

	if (call->verb == VERB_IDENTIFY)
		return outcome_ok();
	if (!*request->action || !*request->uri)
		return outcome_fault(FAULT_HEADER);
	if (request->wrong)
		return outcome_fault(FAULT_WRONG_HEADER);
	if (device->knobs.strict_headers && !request->complete)
		return outcome_fault(FAULT_HEADER);
	if (request->demands_more)
		return outcome_fault(FAULT_UNDERSTAND);
	if (device->profile.big_envelope_only && request->max_envelope != 0 &&
	    request->max_envelope < SMALLEST_ENVELOPE)
		return outcome_fault(FAULT_ENCODING);
	if (!call->class_def)
		return outcome_fault(FAULT_DESTINATION);
	if (!permitted(device, call))
		return outcome_fault(FAULT_DENIED);
	if (changes(call) && is_audited(call->class_def) && chronicle_audit_blocks(device))
		return outcome_status(PT_AUDIT_FAIL);
	if (!class_available(call->class_def, device) &&
	    (device->knobs.absent_form == ABSENT_FAULT ||
	     (call->verb != VERB_ENUMERATE && call->verb != VERB_PULL)))
		return outcome_fault(FAULT_DESTINATION);
	if (call->verb == VERB_ENUMERATE && call->class_def->get_only &&
	    !device_lists_singletons(device))
		return outcome_fault(FAULT_ACTION);
	return outcome_ok();
}

static struct outcome execute(struct device *device, struct call *call)
{
	struct outcome outcome = precheck(device, call);

	if (outcome.fault != FAULT_NONE)
		return outcome;
	switch (call->verb) {
	case VERB_IDENTIFY:
		return do_identify(device, call);
	case VERB_GET:
		return do_get(device, call);
	case VERB_CREATE:
		return do_create(device, call);
	case VERB_DELETE:
		return do_delete(device, call);
	case VERB_ENUMERATE:
		return enumeration_open(device, call->class_def, &call->request, &call->body);
	case VERB_PULL:
		return enumeration_pull(device, &call->request, &call->body);
	case VERB_RELEASE:
		return enumeration_release(device, &call->request);
	case VERB_INVOKE:
		return do_invoke(device, call);
	case VERB_PUT:
		return do_put(device, call);
	case VERB_SUBSCRIBE:
		return eventing_subscribe(device, call->class_def, &call->request, &call->body);
	case VERB_UNSUBSCRIBE:
		return eventing_unsubscribe(device, call->class_def, &call->request);
	case VERB_UNKNOWN:
	case VERBS:
	default:
		return outcome_fault(FAULT_ACTION);
	}
}

/* --- the answer --- */

/* Which number firmware has for which mistake is unknown: each is a knob. */
static uint32_t dialect(const struct knobs *knobs, uint32_t status)
{
	switch (status) {
	case PT_MAX_LIMIT_REACHED:
		return knobs->limit_status;
	case PT_INVALID_NAME:
		return knobs->name_status;
	case PT_INVALID_PARAMETER:
		return knobs->property_status;
	case PT_INVALID_HANDLE:
		return knobs->handle_status;
	case PT_DUPLICATE:
		return knobs->duplicate_status;
	default:
		return status;
	}
}

static unsigned http_status(const struct knobs *knobs, enum fault fault)
{
	if (fault == FAULT_DENIED)
		return knobs->denied_http;
	return fault == FAULT_INTERNAL ? knobs->status_http : envelope_fault_http(fault);
}

static void compose(struct device *device, const struct call *call, struct outcome outcome,
		    struct service_answer *answer)
{
	char action[ACTION_BYTES] = "-"; /* a fault brings its own */
	struct envelope_head head = {
		.relates_to = call->request.message_id,
		.action = action,
		.uri = *call->request.uri ? call->request.uri : NULL,
		.message_number = ++device->messages,
	};

	answer->http_status = http_status(&device->knobs, outcome.fault);
	if (outcome.fault != FAULT_NONE) {
		envelope_write_fault(&answer->xml, &head, outcome);
		return;
	}
	action[0] = '\0';
	if (*call->request.action)
		snprintf(action, sizeof(action), "%sResponse", call->request.action);
	envelope_write(&answer->xml, &head, &call->body);
}

static void record(struct device *device, const struct call *call, struct outcome outcome)
{
	struct operation operation = {
		.at_ns = device->now_ns,
		.verb = call->verb,
		.class_name = call->class_def ? call->class_def->name : "",
		.method = call->method ? call->method->name : NULL,
		.outcome = outcome,
		.return_value = call->return_value,
	};

	operation.write = changes(call);
	oplog_add(&device->log, &operation);
}

/* Slowness by knob or mishap.  What takes longer than the client's patience ends in TimedOut, by
 * then executed, unless the firmware is of the kind that answers late. */
static struct outcome delay(struct device *device, const struct call *call,
			    struct service_answer *answer, struct outcome outcome)
{
	const struct knobs *knobs = &device->knobs;
	uint32_t patience_ms = call->request.timeout_ms;

	answer->delay_ms = knobs->slow_ms;
	if (knobs->slow_max_ms > knobs->slow_ms)
		answer->delay_ms += rng_below(&device->rng, knobs->slow_max_ms - knobs->slow_ms);
	if (answer->mishap.kind == MISHAP_SLOW)
		answer->delay_ms += answer->mishap.value;
	if (patience_ms < LEAST_TIMEOUT_MS)
		patience_ms = LEAST_TIMEOUT_MS;
	if (answer->delay_ms <= patience_ms || knobs->overrun == OVERRUN_LATE)
		return outcome;
	answer->delay_ms = patience_ms;
	return outcome_fault(FAULT_TIMED_OUT);
}

static void answer_call(struct device *device, struct call *call, struct service_answer *answer)
{
	struct mishap_target target;
	struct outcome outcome;

	classify(call);
	target = (struct mishap_target){ verb_name(call->verb),
					 call->class_def ? call->class_def->name : "",
					 call->method ? call->method->name : "" };
	answer->mishap = mishap_take(&device->mishaps, &target, &device->rng);
	if (answer->mishap.kind == MISHAP_STATUS) {
		outcome = outcome_status(answer->mishap.value);
	} else if (answer->mishap.kind == MISHAP_NOT_READY) {
		outcome = outcome_status(PT_NOT_READY);
	} else if (answer->mishap.kind == MISHAP_BUSY) {
		outcome = outcome_fault(FAULT_BUSY);
	} else if (mishap_is_early(answer->mishap.kind)) {
		return; /* never reached the service */
	} else {
		outcome = execute(device, call);
		if (outcome.fault == FAULT_INTERNAL)
			outcome.status = dialect(&device->knobs, outcome.status);
		meddle_perhaps(device);
		device_tick(device, device->now_ns);
	}
	record(device, call, outcome);
	outcome = delay(device, call, answer, outcome);
	compose(device, call, outcome, answer);
}

void service_handle(struct device *device, const char *body, size_t len,
		    struct service_answer *answer)
{
	struct call call = { .verb = VERB_UNKNOWN };
	struct xml_doc *doc;
	const char *why;

	doc = xml_parse(body, len, &why);
	if (!doc || !envelope_read(xml_root(doc), &call.request)) {
		answer->http_status = 400;
		answer->html = true;
		xml_free(doc);
		return;
	}
	envelope_body_init(&call.body);
	answer_call(device, &call, answer);
	envelope_body_fini(&call.body);
	xml_free(doc);
}
