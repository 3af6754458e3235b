/* SPDX-License-Identifier: Apache-2.0 */
/* What the device says it can hold (amt-system-defense.md 2.7): the numbers are the knobs the
 * store enforces.  Instance names are CHOICES. */
#include "tests/amtsim/class.h"

#include <stdio.h>

#include "tests/amtsim/device.h"
#include "tests/amtsim/names.h"

static const char *const id_keys[] = { "InstanceID", NULL };
static const char *const link_keys[] = { "Capabilities", "ManagedElement", NULL };
static const char *const service_keys[] = { "CreationClassName", "Name", "SystemCreationClassName",
					    "SystemName", NULL };

static size_t one(const struct device *device)
{
	(void)device;
	return 1;
}

static void render_general(const struct device *device, size_t index, struct instance *instance)
{
	(void)index;
	instance_text(instance, "ElementName", "Intel(r) AMT System Defense Capabilities");
	instance_number(instance, "GlobalMaxSupportedFilters", device->knobs.max_filters);
	instance_number(instance, "GlobalMaxSupportedPolicies", device->knobs.max_policies);
	instance_text(instance, "InstanceID", "Intel(r) AMT:General System Defense Capabilities");
}

const struct class_def class_general_caps = {
	.name = "AMT_GeneralSystemDefenseCapabilities",
	.schema = SCHEMA_AMT_URI,
	.defense = true,
	.keys = id_keys,
	.count = one,
	.render = render_general,
};

/* A wireless port that cannot filter has no capability instance. */
static size_t count_ports(const struct device *device)
{
	return device->knobs.wireless == WIRELESS_PRESENT ? 2 : 1;
}

static void render_port(const struct device *device, size_t port, struct instance *instance)
{
	struct knobs own = device->knobs;
	const struct knobs *k = &own;
	char id[64];

	/* The driver's, which need not be the network controller's. */
	if (port == 1 && own.wireless_filters)
		own.tx_filters = own.rx_filters = own.wireless_filters;
	if (port == 1)
		own.tx_counters = own.rx_counters = own.wireless_counters;

	snprintf(id, sizeof(id), "Intel(r) AMT:Network Port System Defense Capabilities %zu", port);
	instance_text(instance, "ElementName", "Intel(r) AMT Port System Defense Capabilities");
	instance_bool(instance, "IPv4_AntiSpoofingCapable", k->anti_spoofing != 0);
	instance_number(instance, "IPv4_MaxRxCounters", k->rx_counters);
	instance_number(instance, "IPv4_MaxRxFilters", k->rx_filters);
	instance_number(instance, "IPv4_MaxTxCounters", k->tx_counters);
	instance_number(instance, "IPv4_MaxTxFilters", k->tx_filters);
	instance_text(instance, "InstanceID", id);
	if (!device->profile.ipv6_filters)
		return;
	instance_bool(instance, "IPv6_AntiSpoofingCapable", false);
	instance_number(instance, "IPv6_MaxRxCounters", k->rx_counters / k->ipv6_ratio);
	instance_number(instance, "IPv6_MaxRxFilters", k->rx_filters / k->ipv6_ratio);
	instance_number(instance, "IPv6_MaxTxCounters", k->tx_counters / k->ipv6_ratio);
	instance_number(instance, "IPv6_MaxTxFilters", k->tx_filters / k->ipv6_ratio);
	instance_number(instance, "IPv6_to_IPv4_Ratio", k->ipv6_ratio);
}

const struct class_def class_port_caps = {
	.name = "AMT_NetworkPortSystemDefenseCapabilities",
	.schema = SCHEMA_AMT_URI,
	.defense = true,
	.keys = id_keys,
	.count = count_ports,
	.render = render_port,
};

static void render_link(const struct device *device, size_t port, struct instance *instance)
{
	(void)device;
	instance_reference(instance, "Capabilities", (struct object){ &class_port_caps, port });
	instance_reference(instance, "ManagedElement",
			   (struct object){ &class_ethernet_port, port });
}

const struct class_def class_element_caps = {
	.name = "CIM_ElementCapabilities",
	.schema = SCHEMA_CIM_URI,
	.defense = true,
	.keys = link_keys,
	.count = count_ports,
	.render = render_link,
};

static void render_service(const struct device *device, size_t index, struct instance *instance)
{
	(void)device;
	(void)index;
	instance_text(instance, "CreationClassName", "AMT_SystemDefenseService");
	instance_text(instance, "ElementName", "Intel(r) AMT System Defense Service");
	instance_text(instance, "Name", "Intel(r) AMT System Defense Service");
	instance_text(instance, "SystemCreationClassName", "CIM_ComputerSystem");
	instance_text(instance, "SystemName", "Intel(r) AMT");
}

const struct class_def class_defense_service = {
	.name = "AMT_SystemDefenseService",
	.schema = SCHEMA_AMT_URI,
	.defense = true,
	.keys = service_keys,
	.count = one,
	.render = render_service,
};
