/* SPDX-License-Identifier: Apache-2.0 */
/* class.h - what the simulator knows of a CIM class, and references between instances.
 *
 * A class is one constant struct in a class_*.c and one line in class.c.  Instances are found by
 * position; a position holds only until the device changes. */
#ifndef AMTSIM_CLASS_H
#define AMTSIM_CLASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/amtsim/instance.h"
#include "tests/amtsim/outcome.h"

struct device;
struct input;
struct envelope_body;
struct plain_line;
struct xml_node;

/* What a method gives back besides ReturnValue: filled by the method. */
struct method_output {
	struct instance values; /* may stay empty */
	uint32_t return_value;
};

struct class_method {
	const char *name;
	bool write; /* counts as a change of the device */
	struct outcome (*run)(struct device *device, size_t index, struct input *input,
			      struct method_output *output);
	const char *const *inputs; /* its parameters in the schema's order; NULL: not checked */
};

struct class_def {
	const char *name;
	const char *schema;    /* URI up to the class name */
	const char *super;     /* class whose Enumerate and Get show these instances too, or NULL */
	bool defense;          /* belongs to System Defense: absent without that feature */
	bool binding;          /* writes are association writes */
	bool heuristics;       /* belongs to the worm detector */
	uint32_t realms;       /* REALM_BIT of those whose accounts may read; 0 is General Info */
	uint32_t write_realms; /* the same for changes; 0 is as for reading */
	bool get_only;         /* release 10 refuses to enumerate it (amt-out-of-band.md 1.2) */
	unsigned since,
		until; /* releases that have it: major * 100 + minor, until exclusive, 0 any */
	const char *const *keys; /* ASCII order, NULL-ended */
	size_t (*count)(const struct device *device);
	void (*render)(const struct device *device, size_t index, struct instance *instance);
	struct outcome (*create)(struct device *device, struct input *input, size_t *made);
	struct outcome (*remove)(struct device *device, size_t index);
	const struct plain_line *plain; /* instead of count and render, or NULL */
	/* The whole new instance; leaves out what cannot be written. */
	struct outcome (*put)(struct device *device, size_t index, struct input *input);
	const struct class_method *methods; /* NULL-named end, or NULL */
};

/* One a line, so that additions do not meet. */
/* clang-format off */
extern const struct class_def
	class_agent_policy,
	class_alarm,
	class_alarm_clock,
	class_all,
	class_associated_power,
	class_audit_log,
	class_authorization,
	class_available_service,
	class_bios,
	class_boot,
	class_boot_capabilities,
	class_boot_order,
	class_boot_settings,
	class_boot_sources,
	class_card,
	class_certificate,
	class_chassis,
	class_chip,
	class_clock,
	class_computer,
	class_consent,
	class_credential_context,
	class_cryptography,
	class_default_policy,
	class_defense_service,
	class_dependency,
	class_dot1x,
	class_element_caps,
	class_element_setting,
	class_environment,
	class_environment_policy,
	class_ether_filter,
	class_ethernet_port,
	class_filter_collection,
	class_filter_in_policy,
	class_general,
	class_general_caps,
	class_heuristic_policy,
	class_heuristics_settings,
	class_heuristics_statistics,
	class_host_addresses,
	class_host_setup,
	class_interface_policy,
	class_ip_filter,
	class_ipv6,
	class_kerberos,
	class_key_pair,
	class_kvm,
	class_kvm_service,
	class_kvm_settings,
	class_lan,
	class_listener,
	class_listener_any,
	class_media,
	class_memory,
	class_message_log,
	class_network_filter,
	class_os_power,
	class_package,
	class_physical_package,
	class_policy,
	class_policy_in_service,
	class_policy_set,
	class_port_caps,
	class_port_policy,
	class_port_settings,
	class_power,
	class_power_capabilities,
	class_power_scheme,
	class_presence_caps,
	class_presence_server,
	class_processor,
	class_record_log,
	class_redirection,
	class_remote_access,
	class_remote_applies,
	class_remote_capabilities,
	class_remote_context,
	class_remote_password,
	class_remote_rule,
	class_setup,
	class_software,
	class_statistics,
	class_subscription,
	class_system_packaging,
	class_tls_context,
	class_tls_endpoints,
	class_tls_settings,
	class_user_connection,
	class_watchdog,
	class_wifi,
	class_wifi_service,
	class_wifi_settings;
/* clang-format on */

const struct class_def *class_by_uri(const char *uri);
const struct class_def *class_by_name(const char *name);
/* Writes the resource URI. */
void class_uri(const struct class_def *class_def, char *uri, size_t size);
bool class_available(const struct class_def *class_def, const struct device *device);

/* The classes one by one; NULL after the last. */
const struct class_def *class_at(size_t n);
/* The same class, or its direct subclass. */
bool class_is_below(const struct class_def *class_def, const struct class_def *super);
/* Instances of the class itself. */
size_t class_own(const struct class_def *class_def, const struct device *device);
void class_render(struct object obj, const struct device *device, struct instance *instance);

/* Instances of a class and its subclasses, numbered through. */
size_t class_total(const struct class_def *class_def, const struct device *device);
struct object class_nth(const struct class_def *class_def, const struct device *device, size_t n);

/* The one instance that all selectors name (a subset of the keys is enough, as in practice). */
struct outcome class_find(const struct class_def *class_def, const struct device *device,
			  const struct xml_node *selectors, struct object *found);
/* Follows an endpoint reference; false if it leads nowhere. */
bool class_follow(const struct device *device, const struct xml_node *reference,
		  struct object *found);

/* <p:Class>properties in ASCII order</p:Class> */
void class_write_instance(struct envelope_body *body, const struct device *device,
			  struct object obj);
/* Content of an endpoint reference, without an element around it. */
void class_write_reference(struct text *xml, const struct device *device, struct object obj);
/* Properties as they stand, with the given prefix: a method's answer is in the order of its
 * definition, ReturnValue last, as recorded. */
void class_write_properties(struct envelope_body *body, char prefix, const struct device *device,
			    struct instance *instance);

/* InstanceID of the n-th CIM_FilterCollection. */
const char *class_filter_collection_name(size_t index);

/* For bad properties: AMT-STATUS 36 or SchemaValidationError, by knob. */
struct outcome class_bad_property(const struct device *device);

#endif
