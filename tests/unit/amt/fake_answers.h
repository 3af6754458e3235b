/* SPDX-License-Identifier: Apache-2.0 */
/* fake_answers.h - what a scripted device answers to a request, in the words of WS-Management. */
#ifndef CORDON_TESTS_FAKE_ANSWERS_H
#define CORDON_TESTS_FAKE_ANSWERS_H

#include "tests/unit/amt/fake_objects.h"

#define FAKE_PORT_SELECTORS                                                                   \
	"<w:SelectorSet><w:Selector Name=\"CreationClassName\">CIM_EthernetPort</w:Selector>" \
	"<w:Selector Name=\"DeviceID\">Intel(r) AMT Ethernet Port 0</w:Selector></w:SelectorSet>"
#define FAKE_WIRELESS_SELECTORS                                                               \
	"<w:SelectorSet><w:Selector Name=\"CreationClassName\">CIM_EthernetPort</w:Selector>" \
	"<w:Selector Name=\"DeviceID\">Intel(r) AMT Ethernet Port 1</w:Selector></w:SelectorSet>"

static inline void fake_epr(struct buf *out, const char *element, const char *class_name,
			    const char *selectors)
{
	char uri[CIM_URI_BYTES];

	cim_uri(class_name, uri);
	buf_format(out,
		   "<h:%s><b:Address/><b:ReferenceParameters><w:ResourceURI>%s</w:ResourceURI>%s"
		   "</b:ReferenceParameters></h:%s>",
		   element, uri, selectors, element);
}

static inline void fake_open(struct buf *out, const char *class_name)
{
	char uri[CIM_URI_BYTES];

	cim_uri(class_name, uri);
	buf_format(out, "<h:%s xmlns:h=\"%s\">", class_name, uri);
}

static inline void fake_write_object(struct fake_device *device, const struct fake_object *object,
				     struct buf *out)
{
	char selectors[128];

	fake_open(out, object->class_name);
	if (fake_is_binding(object)) {
		snprintf(selectors, sizeof(selectors),
			 "<w:SelectorSet><w:Selector Name=\"InstanceID\">%s</w:Selector>"
			 "</w:SelectorSet>",
			 object->policy);
		buf_format(out, "<h:Active>%s</h:Active>",
			   fake_active_on(device, object->wireless) == object ? "true" : "false");
		fake_epr(out, "Antecedent", "CIM_EthernetPort",
			 object->wireless ? FAKE_WIRELESS_SELECTORS : FAKE_PORT_SELECTORS);
		fake_epr(out, "Dependent", "AMT_SystemDefensePolicy", selectors);
	} else {
		buf_format(out, "%s<h:InstanceID>%s</h:InstanceID>", object->inner, object->id);
	}
	for (unsigned i = 0; i < object->handle_count && !device->tell_no_handles; i++)
		buf_format(out, "<h:FilterCreationHandles>%u</h:FilterCreationHandles>",
			   object->handles[i]);
	buf_format(out, "</h:%s>", object->class_name);
}

/* A statistic's filter hangs three references deep. */
static inline void fake_statistic(struct buf *out, const char *filter_class, const char *selectors,
				  uint32_t packets)
{
	fake_open(out, "AMT_ActiveFilterStatistics");
	fake_epr(out, "Antecedent", "CIM_EthernetPort", FAKE_PORT_SELECTORS);
	buf_format(
		out,
		"<h:Dependent><b:Address/><b:ReferenceParameters><w:ResourceURI>x</w:ResourceURI><w:SelectorSet>"
		"<w:Selector Name=\"Antecedent\"><b:EndpointReference><b:Address/><b:ReferenceParameters>"
		"<w:ResourceURI>x/AMT_SystemDefensePolicy</w:ResourceURI><w:SelectorSet><w:Selector "
		"Name=\"InstanceID\">1</w:Selector></w:SelectorSet></b:ReferenceParameters></b:EndpointReference>"
		"</w:Selector><w:Selector Name=\"Dependent\"><b:EndpointReference><b:Address/>"
		"<b:ReferenceParameters><w:ResourceURI>x/%s</w:ResourceURI><w:SelectorSet>%s</w:SelectorSet>"
		"</b:ReferenceParameters></b:EndpointReference></w:Selector></w:SelectorSet>"
		"</b:ReferenceParameters></h:Dependent><h:ReadCount>%u</h:ReadCount>"
		"</h:AMT_ActiveFilterStatistics>",
		filter_class, selectors, packets);
}

static inline void fake_statistics(struct fake_device *device, struct buf *out)
{
	fake_statistic(out, "AMT_IPHeadersFilter",
		       "<w:Selector Name=\"Name\">crd-x-t00</w:Selector>", 1000);
	fake_statistic(out, device->statistics_named ? "AMT_NetworkFilter" : "AMT_Other",
		       device->statistics_named
			       ? "<w:Selector Name=\"Name\">Default Tx</w:Selector>"
			       : "<w:Selector Name=\"InstanceID\">900</w:Selector>",
		       device->dropped_transmit);
	fake_statistic(out, device->statistics_named ? "AMT_NetworkFilter" : "AMT_Other",
		       device->statistics_named
			       ? "<w:Selector Name=\"Name\">Default Rx</w:Selector>"
			       : "<w:Selector Name=\"InstanceID\">901</w:Selector>",
		       device->dropped_receive);
}

static inline void fake_settings(struct fake_device *device, unsigned port, struct buf *out)
{
	fake_open(out, "AMT_EthernetPortSettings");
	buf_format(out,
		   "<h:InstanceID>Intel(r) AMT Ethernet Port Settings %u</h:InstanceID>%s"
		   "</h:AMT_EthernetPortSettings>",
		   port,
		   device->settings[port] ? device->settings[port]
					  : "<h:MACAddress>00-11-22-33-44-55</h:MACAddress>");
}

static inline bool fake_fixed(struct fake_device *device, const char *class_name, struct buf *out)
{
	const char *at = NULL;
	char text[512];

	if (strcmp(class_name, "AMT_SetupAndConfigurationService") == 0) {
		snprintf(text, sizeof(text),
			 "<h:ProvisioningMode>%u</h:ProvisioningMode><h:ProvisioningState>2"
			 "</h:ProvisioningState>",
			 device->mode);
		at = text;
	} else if (strcmp(class_name, "CIM_SoftwareIdentity") == 0) {
		snprintf(text, sizeof(text),
			 "<h:InstanceID>AMT</h:InstanceID><h:VersionString>%s</h:VersionString>",
			 device->release ? device->release : "12.0.67");
		at = text;
	} else if (strcmp(class_name, "CIM_ComputerSystemPackage") == 0) {
		snprintf(text, sizeof(text), "<h:PlatformGUID>%s</h:PlatformGUID>",
			 device->guid ? device->guid : "13AEE355D2BFBB6117A088AEDD7037EA");
		at = text;
	} else if (strcmp(class_name, "CIM_AssociatedPowerManagementService") == 0) {
		snprintf(text, sizeof(text), "<h:PowerState>%u</h:PowerState>",
			 device->power ? device->power : 2u);
		at = text;
	} else if (strcmp(class_name, "AMT_AuditLog") == 0) {
		at = device->audit;
	} else if (strcmp(class_name, "AMT_GeneralSettings") == 0) {
		snprintf(text, sizeof(text), "<h:DigestRealm>%s</h:DigestRealm>", device->realm);
		at = text;
	} else if (strcmp(class_name, "CIM_EthernetPort") == 0) {
		for (unsigned port = device->no_wired; port <= device->wireless; port++) {
			fake_open(out, class_name);
			buf_format(
				out,
				"<h:CreationClassName>CIM_EthernetPort</h:CreationClassName><h:DeviceID>Intel(r) "
				"AMT Ethernet Port %u</h:DeviceID><h:SystemCreationClassName>CIM_ComputerSystem"
				"</h:SystemCreationClassName><h:SystemName>Intel(r) AMT</h:SystemName></h:%s>",
				port, class_name);
		}
		return true;
	} else if (strcmp(class_name, "AMT_EthernetPortSettings") == 0) {
		for (unsigned port = device->no_wired; port <= device->wireless; port++)
			fake_settings(device, port, out);
		return true;
	} else if (strcmp(class_name, "AMT_GeneralSystemDefenseCapabilities") == 0) {
		snprintf(text, sizeof(text),
			 "<h:GlobalMaxSupportedFilters>%u</h:GlobalMaxSupportedFilters>"
			 "<h:GlobalMaxSupportedPolicies>8</h:GlobalMaxSupportedPolicies>",
			 device->filters_max);
		at = text;
	} else if (strcmp(class_name, "AMT_NetworkPortSystemDefenseCapabilities") == 0) {
		if (device->radio_limits) {
			fake_open(out, class_name);
			buf_format(out, "%s<h:InstanceID>Capabilities 1</h:InstanceID></h:%s>",
				   device->radio_limits, class_name);
		}
		at = "<h:IPv4_MaxTxFilters>28</h:IPv4_MaxTxFilters><h:IPv4_MaxTxCounters>8</h:IPv4_MaxTxCounters>"
		     "<h:IPv4_MaxRxFilters>32</h:IPv4_MaxRxFilters><h:IPv4_MaxRxCounters>8"
		     "</h:IPv4_MaxRxCounters>";
	}
	if (!at)
		return false;
	fake_open(out, class_name);
	buf_format(out, "%s</h:%s>", at, class_name);
	return true;
}

static inline void fake_litter(const struct fake_device *device, const char *class_name,
			       struct buf *items)
{
	if (strcmp(class_name, "AMT_SystemDefensePolicy") != 0)
		return;
	for (unsigned n = 0; n < device->litter; n++) {
		fake_open(items, class_name);
		buf_format(
			items,
			"<h:InstanceID>%u</h:InstanceID><h:PolicyName>crd-l%u</h:PolicyName></h:%s>",
			100000 + n, n, class_name);
	}
}

/* Page n of an enumeration, two items a page, so that paging is always at work. */
static inline void fake_page(struct fake_device *device, const char *class_name, unsigned from,
			     struct buf *out)
{
	bool bindings = strcmp(class_name, "AMT_InterfacePolicy") == 0, more = false;
	unsigned seen = 0, given = 0;
	struct buf items;

	buf_init(&items, 1 << 20);
	if (from == 0)
		fake_litter(device, class_name, &items);
	if (strcmp(class_name, "AMT_ActiveFilterStatistics") == 0)
		fake_statistics(device, &items);
	else if (!fake_fixed(device, class_name, &items))
		for (size_t i = 0; i < FAKE_OBJECTS; i++) {
			struct fake_object *object = &device->objects[i];

			if (!object->used ||
			    (bindings ? !*object->policy ||
						strcmp(object->class_name, FAKE_DEFAULT) == 0
				      : strcmp(object->class_name, class_name) != 0) ||
			    seen++ < from)
				continue;
			more = given == 2;
			if (more)
				break;
			fake_write_object(device, object, &items);
			given++;
		}
	more = more || device->endless;
	buf_format(out, "<n:PullResponse>");
	if (more)
		buf_format(out, "<n:EnumerationContext>%s/%u</n:EnumerationContext>", class_name,
			   from + 2);
	buf_format(out, "<n:Items>%s</n:Items>%s</n:PullResponse>", items.text ? items.text : "",
		   more ? "" : "<n:EndOfSequence></n:EndOfSequence>");
	buf_fini(&items);
}

static inline void fake_fault(const char *subcode, const char *detail, unsigned status,
			      struct fake_device *device, struct buf *out)
{
	device->answer.status = status;
	buf_format(
		out,
		"<a:Fault><a:Code><a:Value>a:Sender</a:Value><a:Subcode><a:Value>w:%s</a:Value></a:Subcode>"
		"</a:Code><a:Reason><a:Text xml:lang=\"en-US\">no</a:Text></a:Reason><a:Detail>%s</a:Detail></a:Fault>",
		subcode, detail);
}

static inline void fake_created(const struct fake_object *object, struct buf *out)
{
	buf_format(
		out,
		"<x:ResourceCreated><b:Address/><b:ReferenceParameters><w:ResourceURI>y</w:ResourceURI>"
		"<w:SelectorSet><w:Selector Name=\"InstanceID\">%s</w:Selector></w:SelectorSet>"
		"</b:ReferenceParameters></x:ResourceCreated>",
		object->id);
}

static inline void fake_note(struct fake_device *device, const char *sign, bool wireless)
{
	size_t length = strlen(device->bound_order);

	snprintf(device->bound_order + length, sizeof(device->bound_order) - length, "%s%d", sign,
		 wireless);
}

static inline struct fake_object *fake_binding_of(struct fake_device *device,
						  const char *class_name, bool wireless)
{
	for (size_t i = 0; i < FAKE_OBJECTS; i++)
		if (fake_is_binding(&device->objects[i]) &&
		    strcmp(device->objects[i].class_name, class_name) == 0 &&
		    device->objects[i].wireless == wireless)
			return &device->objects[i];
	return NULL;
}

/* The port that a binding's key names. */
static inline bool fake_key_is_wireless(const struct cim_reference *key)
{
	const struct cim_reference *port = cim_selector_reference(key, "Antecedent");
	const char *id = port ? cim_selector_text(port, "DeviceID") : NULL;

	return id && id[strlen(id) - 1] == '1';
}

static inline void fake_create_binding(struct fake_device *device, const struct cim_instance *body,
				       struct buf *out)
{
	const char *policy = cim_selector_text(cim_reference_of(body, "Dependent"), "InstanceID");
	const char *port = cim_selector_text(cim_reference_of(body, "Antecedent"), "DeviceID");
	bool wireless = port && port[strlen(port) - 1] == '1';
	struct fake_object *binding;

	fake_note(device, "", wireless);
	if (wireless && device->radio_refuses) {
		fake_fault("InternalError", "AMT-STATUS 2066", 500, device, out);
		return;
	}

	if (device->no_defaults && strcmp(body->class_name, FAKE_DEFAULT) == 0) {
		fake_fault("DestinationUnreachable", "", 400, device, out);
		return;
	}
	if (!fake_by_id(device, "AMT_SystemDefensePolicy", policy)) {
		fake_fault("InternalError", "AMT-STATUS 2053", 500, device, out);
		return;
	}
	if (fake_binding_of(device, body->class_name, wireless)) {
		fake_fault("AlreadyExists", "", 400, device, out);
		return;
	}
	binding = fake_add(device, body->class_name, "");
	snprintf(binding->policy, sizeof(binding->policy), "%s", policy);
	binding->wireless = wireless;
	fake_created(binding, out);
}

static inline void fake_create(struct fake_device *device, const struct cim_instance *body,
			       struct buf *out)
{
	bool policy = strcmp(body->class_name, "AMT_SystemDefensePolicy") == 0;
	struct fake_object *object;
	struct buf inner;

	if (cim_reference_of(body, "Antecedent")) {
		fake_create_binding(device, body, out);
		return;
	}
	if (!policy && fake_count(device, "AMT_IPHeadersFilter", "") +
				       fake_count(device, "AMT_Hdr8021Filter", "") >=
			       device->filters_max) {
		fake_fault("InternalError", "AMT-STATUS 23", 500, device, out);
		return;
	}
	object = fake_add(device, body->class_name,
			  cim_text(body, policy ? "PolicyName" : "Name", 0));
	buf_init(&inner, sizeof(object->inner) - 1);
	for (size_t i = 0; i < body->count; i++) {
		const struct cim_property *p = &body->properties[i];

		if (strcmp(p->name, "FilterCreationHandles") == 0)
			num_u32_between(p->text, 0, UINT32_MAX,
					&object->handles[object->handle_count++]);
		else if (strcmp(p->name, "InstanceID") != 0)
			buf_format(&inner, "<h:%s>%s</h:%s>", p->name, p->text, p->name);
	}
	snprintf(object->inner, sizeof(object->inner), "%s", inner.text ? inner.text : "");
	buf_fini(&inner);
	fake_created(object, out);
}

static inline bool fake_in_use(const struct fake_device *device, const struct fake_object *object)
{
	uint32_t handle = 0;

	num_u32_between(object->id, 0, UINT32_MAX, &handle);
	for (size_t i = 0; i < FAKE_OBJECTS; i++) {
		const struct fake_object *other = &device->objects[i];

		if (!other->used || object->policy[0])
			continue;
		if (strcmp(other->policy, object->id) == 0)
			return true;
		for (unsigned h = 0; h < other->handle_count; h++)
			if (other->handles[h] == handle)
				return true;
	}
	return false;
}

static inline void fake_delete(struct fake_device *device, const char *class_name,
			       const struct cim_reference *key, struct buf *out)
{
	const struct cim_reference *dependent = cim_selector_reference(key, "Dependent");
	const char *id = cim_selector_text(dependent ? dependent : key, "InstanceID");
	struct fake_object *object = NULL;

	for (size_t i = 0; i < FAKE_OBJECTS; i++) {
		struct fake_object *other = &device->objects[i];

		if (other->used && strcmp(other->class_name, class_name) == 0 &&
		    (!dependent || other->wireless == fake_key_is_wireless(key)) &&
		    strcmp(dependent ? other->policy : other->id, id) == 0)
			object = other;
	}
	if (dependent)
		fake_note(device, "-", fake_key_is_wireless(key));
	if (!object)
		fake_fault("InvalidSelectors", "", 400, device, out);
	else if (fake_in_use(device, object))
		fake_fault("InternalError", "AMT-STATUS 16", 500, device, out);
	else
		object->used = false;
}

static inline void fake_get(struct fake_device *device, const char *class_name,
			    const struct cim_reference *key, struct buf *out)
{
	const struct cim_reference *dependent = key ? cim_selector_reference(key, "Dependent")
						    : NULL;
	const char *id = key ? cim_selector_text(dependent ? dependent : key, "InstanceID") : NULL;
	struct fake_object *object = id && !dependent ? fake_by_id(device, class_name, id) : NULL;

	for (size_t i = 0; i < FAKE_OBJECTS && dependent && id && !device->no_binding_get; i++)
		if (device->objects[i].used &&
		    strcmp(device->objects[i].class_name, class_name) == 0 &&
		    device->objects[i].wireless == fake_key_is_wireless(key) &&
		    strcmp(device->objects[i].policy, id) == 0)
			object = &device->objects[i];

	if (object)
		fake_write_object(device, object, out);
	else if (id && strcmp(class_name, "AMT_EthernetPortSettings") == 0)
		fake_settings(device, id[strlen(id) - 1] == '1', out);
	else if (!fake_fixed(device, class_name, out))
		fake_fault("DestinationUnreachable", "", 400, device, out);
}

struct fake_request {
	const char *op; /* the last part of the Action */
	char class_name[64], id[32];
	struct cim_reference *key;
	const struct soap_node *body;
};

static inline struct cim_reference *fake_key(const struct soap_message *message)
{
	/* The selectors stand in the header as they would inside a reference. */
	const struct soap_node *set = soap_header(message, SOAP_NS_WSMAN, "SelectorSet");
	struct soap_node parameters, node = { .name = "x", .ns = "", .text = "" };

	if (!set)
		return NULL;
	parameters = *set->parent;
	parameters.name = "ReferenceParameters";
	parameters.ns = SOAP_NS_ADDRESSING;
	parameters.next = NULL;
	node.first = &parameters;
	return cim_reference_read(&node);
}

static inline bool fake_is_write(const char *op)
{
	return strcmp(op, "Create") == 0 || strcmp(op, "Delete") == 0 || strcmp(op, "Put") == 0;
}

static inline void fake_pull(struct fake_device *device, const struct fake_request *request,
			     struct buf *out)
{
	const char *context =
		soap_child(request->body, SOAP_NS_ENUMERATION, "EnumerationContext")->text;
	const char *slash = strchr(context, '/');
	char class_name[64];
	uint32_t from = 0;

	if (!slash || !num_u32_between(slash + 1, 0, 1000, &from))
		return;
	snprintf(class_name, sizeof(class_name), "%.*s", (int)(slash - context), context);
	fake_page(device, class_name, from, out);
}

static inline void fake_timeout(struct fake_device *device, const struct fake_request *request,
				struct buf *out)
{
	const char *id = request->key ? cim_selector_text(request->key, "InstanceID") : "";
	struct fake_object *policy = fake_by_id(device, "AMT_SystemDefensePolicy", id);
	struct cim_instance *input = request->body ? cim_read(request->body) : NULL;

	device->timeouts += strcmp(request->op, "SetTimeout") == 0;
	if (policy && input && strcmp(request->op, "SetTimeout") == 0)
		cim_u32(input, "Timeout", 0, &policy->timeout_min);
	buf_format(
		out,
		"<h:%s_OUTPUT xmlns:h=\"u\"><h:ReturnValue>%u</h:ReturnValue><h:Timeout>%u</h:Timeout></h:%s_OUTPUT>",
		request->op, policy ? 0u : 2068u, policy ? policy->timeout_min : 0, request->op);
	cim_free(input);
}

static inline void fake_execute(struct fake_device *device, const struct fake_request *request,
				struct buf *out)
{
	struct cim_instance *body;

	if (device->scripted && device->scripted(device, request, out))
		return;
	if (device->no_system_defense && strstr(request->class_name, "SystemDefense")) {
		fake_fault("DestinationUnreachable", "", 400, device, out);
	} else if (strcmp(request->op, "Get") == 0) {
		fake_get(device, request->class_name, request->key, out);
	} else if (device->settings_by_name && strcmp(request->op, "Enumerate") == 0 &&
		   strcmp(request->class_name, "AMT_EthernetPortSettings") == 0) {
		fake_fault("ActionNotSupported", "", 400, device, out);
	} else if (strcmp(request->op, "Enumerate") == 0) {
		buf_format(out,
			   "<n:EnumerateResponse><n:EnumerationContext>%s/0</n:EnumerationContext>"
			   "</n:EnumerateResponse>",
			   request->class_name);
	} else if (strcmp(request->op, "Pull") == 0) {
		fake_pull(device, request, out);
	} else if (strcmp(request->op, "Delete") == 0) {
		fake_delete(device, request->class_name, request->key, out);
	} else if (strcmp(request->op, "Create") == 0) {
		body = cim_read(request->body);
		fake_create(device, body, out);
		cim_free(body);
	} else if (strcmp(request->op, "SetTimeout") == 0 ||
		   strcmp(request->op, "GetTimeout") == 0) {
		fake_timeout(device, request, out);
	} else if (strcmp(request->op, "RequestPowerStateChange") == 0) {
		device->power_orders++;
		buf_format(out,
			   "<h:RequestPowerStateChange_OUTPUT xmlns:h=\"u\"><h:ReturnValue>%u"
			   "</h:ReturnValue></h:RequestPowerStateChange_OUTPUT>",
			   device->power_returns);
	} else if (strcmp(request->op, "GetLowAccuracyTimeSynch") == 0) {
		if (device->clock)
			buf_format(
				out,
				"<h:GetLowAccuracyTimeSynch_OUTPUT xmlns:h=\"u\"><h:ReturnValue>0</h:ReturnValue>"
				"<h:Ta0>%s</h:Ta0></h:GetLowAccuracyTimeSynch_OUTPUT>",
				device->clock);
		else
			fake_fault("DestinationUnreachable", "", 400, device, out);
	} else {
		buf_format(
			out,
			"<h:UpdateStatistics_OUTPUT xmlns:h=\"u\"><h:ReturnValue>0</h:ReturnValue>"
			"</h:UpdateStatistics_OUTPUT>");
	}
}

#endif
