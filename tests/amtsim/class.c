/* SPDX-License-Identifier: Apache-2.0 */
/* Everything generic about instances: keys, selectors, nested references.  An instance is always
 * rendered and then looked at, so what Get shows and what a selector must name cannot differ. */
#include "tests/amtsim/class.h"

#include <stdio.h>
#include <string.h>

#include "tests/amtsim/acl.h"
#include "tests/amtsim/check.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/plain.h"
#include "tests/amtsim/envelope.h"
#include "tests/amtsim/xml.h"

/* Asked with an association filter only; has no instances of its own. */
static const char *const no_keys[] = { NULL };
const struct class_def class_all = {
	.name = "*",
	.schema = "http://schemas.dmtf.org/wbem/wscim/1/",
	.realms = REALM_BIT(REALM_DEFENSE), /* most of what is associated here */
	.keys = no_keys,
};

static const struct class_def *const classes[] = {
	&class_setup,
	&class_general,
	&class_software,
	&class_package,
	&class_chassis,
	&class_computer,
	&class_ethernet_port,
	&class_port_settings,
	&class_general_caps,
	&class_port_caps,
	&class_element_caps,
	&class_element_setting,
	&class_environment,
	&class_heuristics_settings,
	&class_heuristics_statistics,
	&class_presence_caps,
	&class_watchdog,
	&class_ether_filter,
	&class_ip_filter,
	&class_network_filter,
	&class_policy,
	&class_filter_in_policy,
	&class_interface_policy,
	&class_port_policy,
	&class_agent_policy,
	&class_environment_policy,
	&class_heuristic_policy,
	&class_default_policy,
	&class_statistics,
	&class_defense_service,
	&class_policy_in_service,
	&class_filter_collection,
	&class_listener,
	&class_subscription,
	&class_authorization,
	&class_all,
	&class_message_log,
	&class_audit_log,
	&class_tls_settings,
	&class_redirection,
	&class_kvm,
	&class_system_packaging,
	&class_chip,
	&class_memory,
	&class_processor,
	&class_bios,
	&class_card,
	&class_physical_package,
	&class_media,
	&class_power,
	&class_associated_power,
	&class_available_service,
	&class_power_capabilities,
	&class_os_power,
	&class_boot_capabilities,
	&class_boot_settings,
	&class_boot_sources,
	&class_boot_order,
	&class_boot,
	&class_clock,
	&class_host_setup,
	&class_consent,
	&class_kvm_settings,
	&class_record_log,
	&class_kerberos,
	&class_alarm,
	&class_policy_set,
	&class_certificate,
	&class_key_pair,
	&class_tls_context,
	&class_presence_server,
	&class_remote_context,
	&class_remote_applies,
	&class_remote_rule,
	&class_remote_password,
	&class_user_connection,
	&class_remote_access,
	&class_wifi,
	&class_wifi_settings,
	&class_dot1x,
	&class_ipv6,
	&class_listener_any,
	&class_alarm_clock,
	&class_cryptography,
	&class_remote_capabilities,
	&class_power_scheme,
	&class_tls_endpoints,
	&class_wifi_service,
	&class_kvm_service,
	&class_credential_context,
	&class_dependency,
	&class_host_addresses,
	&class_lan,
};

#define CLASSES (sizeof(classes) / sizeof(classes[0]))

void class_uri(const struct class_def *class_def, char *uri, size_t size)
{
	int len = snprintf(uri, size, "%s%s", class_def->schema, class_def->name);

	CHECK(len > 0 && (size_t)len < size);
}

const struct class_def *class_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < CLASSES; i++)
		if (strcmp(classes[i]->name, name) == 0)
			return classes[i];
	return NULL;
}

const struct class_def *class_by_uri(const char *uri)
{
	const char *slash = strrchr(uri, '/');
	const struct class_def *found = slash ? class_by_name(slash + 1) : NULL;
	char expected[SOAP_URI_BYTES];

	if (!found)
		return NULL;
	class_uri(found, expected, sizeof(expected));
	return strcmp(expected, uri) == 0 ? found : NULL;
}

bool class_available(const struct class_def *class_def, const struct device *device)
{
	unsigned release = device->profile.major * 100 + device->profile.minor;

	if (release < class_def->since || (class_def->until && release >= class_def->until))
		return false;
	if (class_def == &class_default_policy && !device_has_default_policy(device))
		return false;
	if (class_def->heuristics && !device->profile.heuristics)
		return false;
	return !class_def->defense || device_has_defense(device);
}

size_t class_own(const struct class_def *class_def, const struct device *device)
{
	if (!class_available(class_def, device))
		return 0;
	if (class_def->plain)
		return plain_count(class_def->plain);
	if (!class_def->count)
		return 0;
	return class_def->count(device);
}

bool class_is_below(const struct class_def *class_def, const struct class_def *super)
{
	return class_def == super ||
	       (class_def->super && strcmp(class_def->super, super->name) == 0);
}

void class_render(struct object obj, const struct device *device, struct instance *instance)
{
	if (obj.class_def->plain)
		plain_render(obj.class_def->plain, obj.index, instance);
	else
		obj.class_def->render(device, obj.index, instance);
}

const struct class_def *class_at(size_t n)
{
	return n < CLASSES ? classes[n] : NULL;
}

size_t class_total(const struct class_def *class_def, const struct device *device)
{
	size_t i, total = 0;

	for (i = 0; i < CLASSES; i++)
		if (class_is_below(classes[i], class_def))
			total += class_own(classes[i], device);
	return total;
}

struct object class_nth(const struct class_def *class_def, const struct device *device, size_t n)
{
	size_t i;

	for (i = 0; i < CLASSES; i++) {
		size_t here;

		if (!class_is_below(classes[i], class_def))
			continue;
		here = class_own(classes[i], device);
		if (n < here)
			return (struct object){ classes[i], n };
		n -= here;
	}
	CHECK(false); /* n was not below class_total() */
	return (struct object){ NULL, 0 };
}

static bool is_key(const struct class_def *class_def, const char *name)
{
	size_t i;

	for (i = 0; class_def->keys[i]; i++)
		if (strcmp(class_def->keys[i], name) == 0)
			return true;
	return false;
}

static bool selector_fits(const struct instance *instance, const struct device *device,
			  const struct xml_node *selector)
{
	const struct property *property = instance_find(instance, xml_attr(selector, "Name"));
	const struct xml_node *reference;
	struct object target;

	if (!property)
		return false;
	if (property->kind != PROPERTY_REFERENCE)
		return strcmp(instance_value(instance, property), selector->text) == 0;
	reference = xml_child(selector, NS_ADDRESSING, "EndpointReference");
	return reference && class_follow(device, reference, &target) &&
	       target.class_def == property->target.class_def &&
	       target.index == property->target.index;
}

static bool all_fit(struct object obj, const struct device *device,
		    const struct xml_node *selectors)
{
	const struct xml_node *selector = selectors ? selectors->first : NULL;
	struct instance instance;
	bool fits = true;

	instance_init(&instance);
	class_render(obj, device, &instance);
	for (; selector && fits; selector = selector->next)
		fits = selector_fits(&instance, device, selector);
	instance_fini(&instance);
	return fits;
}

static bool selectors_are_keys(const struct class_def *class_def, const struct xml_node *selectors)
{
	const struct xml_node *selector = selectors ? selectors->first : NULL;

	for (; selector; selector = selector->next) {
		const char *name = xml_attr(selector, "Name");

		if (!xml_is(selector, NS_WSMAN, "Selector") || !name || !is_key(class_def, name))
			return false;
	}
	return true;
}

struct outcome class_find(const struct class_def *class_def, const struct device *device,
			  const struct xml_node *selectors, struct object *found)
{
	size_t total = class_total(class_def, device), n, hits = 0;

	if (!selectors_are_keys(class_def, selectors))
		return outcome_fault(FAULT_SELECTORS);
	for (n = 0; n < total; n++) {
		struct object obj = class_nth(class_def, device, n);

		if (all_fit(obj, device, selectors)) {
			*found = obj;
			hits++;
		}
	}
	if (hits == 0)
		return outcome_fault(device->knobs.no_instance == NO_INSTANCE_SELECTORS
					     ? FAULT_SELECTORS
					     : FAULT_DESTINATION);
	return hits == 1 ? outcome_ok() : outcome_fault(FAULT_SELECTORS);
}

bool class_follow(const struct device *device, const struct xml_node *reference,
		  struct object *found)
{
	const struct xml_node *parameters, *uri, *selectors;
	const struct class_def *class_def;

	parameters = xml_child(reference, NS_ADDRESSING, "ReferenceParameters");
	uri = xml_child(parameters, NS_WSMAN, "ResourceURI");
	selectors = xml_child(parameters, NS_WSMAN, "SelectorSet");
	class_def = uri ? class_by_uri(uri->text) : NULL;
	return class_def && selectors &&
	       class_find(class_def, device, selectors, found).fault == FAULT_NONE;
}

static void write_selector(struct text *xml, const struct device *device,
			   const struct instance *instance, const char *key)
{
	const struct property *property = instance_find(instance, key);

	CHECK(property);
	text_printf(xml, "<c:Selector Name=\"%s\">", key);
	if (property->kind == PROPERTY_REFERENCE) {
		text_puts(xml, "<b:EndpointReference>");
		class_write_reference(xml, device, property->target);
		text_puts(xml, "</b:EndpointReference>");
	} else {
		text_xml(xml, instance_value(instance, property));
	}
	text_puts(xml, "</c:Selector>");
}

void class_write_reference(struct text *xml, const struct device *device, struct object obj)
{
	struct instance instance;
	size_t i;

	instance_init(&instance);
	class_render(obj, device, &instance);
	text_printf(xml,
		    "<b:Address>" ANONYMOUS "</b:Address><b:ReferenceParameters>"
		    "<c:ResourceURI>%s%s</c:ResourceURI><c:SelectorSet>",
		    obj.class_def->schema, obj.class_def->name);
	for (i = 0; obj.class_def->keys[i]; i++)
		write_selector(xml, device, &instance, obj.class_def->keys[i]);
	text_puts(xml, "</c:SelectorSet></b:ReferenceParameters>");
	instance_fini(&instance);
}

static void write_property(struct envelope_body *body, char prefix, const struct device *device,
			   const struct instance *instance, const struct property *property)
{
	const char *value = instance_value(instance, property);

	if (property->kind == PROPERTY_TEXT) {
		envelope_element(body, prefix, property->name, value);
		return;
	}
	text_printf(&body->xml, "<%c:%s>", prefix, property->name);
	if (property->kind == PROPERTY_REFERENCE)
		class_write_reference(&body->xml, device, property->target);
	else
		envelope_element(body, envelope_prefix(body, NS_COMMON), "Datetime", value);
	text_printf(&body->xml, "</%c:%s>", prefix, property->name);
}

void class_write_properties(struct envelope_body *body, char prefix, const struct device *device,
			    struct instance *instance)
{
	size_t i;

	for (i = 0; i < instance->count; i++)
		write_property(body, prefix, device, instance, &instance->properties[i]);
}

void class_write_instance(struct envelope_body *body, const struct device *device,
			  struct object obj)
{
	char uri[SOAP_URI_BYTES];
	struct instance instance;
	char prefix;

	class_uri(obj.class_def, uri, sizeof(uri));
	prefix = envelope_prefix(body, uri);
	instance_init(&instance);
	class_render(obj, device, &instance);
	instance_sort(&instance);
	text_printf(&body->xml, "<%c:%s>", prefix, obj.class_def->name);
	class_write_properties(body, prefix, device, &instance);
	text_printf(&body->xml, "</%c:%s>", prefix, obj.class_def->name);
	instance_fini(&instance);
}

struct outcome class_bad_property(const struct device *device)
{
	if (device->knobs.schema_form == SCHEMA_FAULT)
		return outcome_fault(FAULT_SCHEMA);
	return outcome_status(PT_INVALID_PARAMETER);
}
