/* SPDX-License-Identifier: Apache-2.0 */
/* Who the machine is: provisioning, general settings, versions, platform GUID.  Property sets
 * follow the recorded instances; values nobody needs are those of a fresh machine. */
#include "tests/amtsim/class.h"

#include <stdio.h>
#include <string.h>

#include "tests/amtsim/base64.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/text.h"

static size_t one(const struct device *device)
{
	(void)device;
	return 1;
}

/* --- AMT_SetupAndConfigurationService --- */

static const char *const service_keys[] = { "CreationClassName", "Name", "SystemCreationClassName",
					    "SystemName", NULL };

static void render_setup(const struct device *device, size_t index, struct instance *instance)
{
	static const unsigned mode[] = { [MODE_ADMIN] = 1, [MODE_CLIENT] = 4, [MODE_PRE] = 0 };

	(void)index;
	instance_text(instance, "CreationClassName", "AMT_SetupAndConfigurationService");
	instance_text(instance, "ElementName", "Intel(r) AMT Setup and Configuration Service");
	instance_number(instance, "EnabledState", 5);
	instance_text(instance, "Name", "Intel(r) AMT Setup and Configuration Service");
	instance_number(instance, "PasswordModel", 1);
	instance_number(instance, "ProvisioningMode", mode[device->config.mode]);
	instance_text(instance, "ProvisioningServerOTP",
		      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
	instance_number(instance, "ProvisioningState", device->config.mode == MODE_PRE ? 0 : 2);
	instance_number(instance, "RequestedState", 12);
	instance_text(instance, "SystemCreationClassName", "CIM_ComputerSystem");
	instance_text(instance, "SystemName", "Intel(r) AMT");
	instance_bool(instance, "ZeroTouchConfigurationEnabled", true);
}

static struct outcome commit(struct device *device, size_t index, struct input *input,
			     struct method_output *output)
{
	(void)index;
	(void)input;
	(void)output;
	device->config.mutual = device->tls_wish.mutual;
	memcpy(device->config.trusted, device->tls_wish.trusted, sizeof(device->config.trusted));
	return outcome_ok();
}

static struct outcome get_uuid(struct device *device, size_t index, struct input *input,
			       struct method_output *output)
{
	char text[BASE64_BYTES(16)];
	/* SMBIOS order: the first three fields little-endian (amt-out-of-band.md 1.4) */
	static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	uint8_t bytes[16];
	size_t i;

	(void)index;
	(void)input;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = device->config.uuid[order[i]];
	base64_encode(bytes, sizeof(bytes), text);
	instance_text(&output->values, "UUID", text);
	return outcome_ok();
}

static const char *const no_inputs[] = { NULL };

static const struct class_method setup_methods[] = {
	{ "CommitChanges", true, commit, no_inputs },
	{ "GetUuid", false, get_uuid, no_inputs },
	{ NULL, false, NULL, NULL },
};

const struct class_def class_setup = {
	.name = "AMT_SetupAndConfigurationService",
	.schema = SCHEMA_AMT_URI,
	.write_realms = REALM_BIT(REALM_ADMIN),
	.methods = setup_methods,
	.keys = service_keys,
	.count = one,
	.render = render_setup,
};

/* --- AMT_GeneralSettings --- */

static const char *const id_keys[] = { "InstanceID", NULL };

static void render_general_names(const struct device *device, struct instance *instance)
{
	instance_text(instance, "DigestRealm", device->config.realm);
	instance_text(instance, "DomainName", device->domain);
	instance_text(instance, "ElementName", "Intel(r) AMT: General Settings");
	instance_text(instance, "HostName", device->config.host_name);
	instance_text(instance, "HostOSFQDN", device->config.host_name);
	instance_text(instance, "InstanceID", "Intel(r) AMT: General Settings");
}

static void render_general(const struct device *device, size_t index, struct instance *instance)
{
	(void)index;
	instance_number(instance, "AMTNetworkEnabled", 1);
	instance_number(instance, "DDNSPeriodicUpdateInterval", 1440);
	instance_number(instance, "DDNSTTL", 900);
	instance_bool(instance, "DDNSUpdateByDHCPServerEnabled", true);
	instance_bool(instance, "DDNSUpdateEnabled", false);
	instance_number(instance, "DHCPv6ConfigurationTimeout", 0);
	render_general_names(device, instance);
	instance_number(instance, "IdleWakeTimeout", 65535);
	instance_bool(instance, "NetworkInterfaceEnabled", true);
	instance_bool(instance, "PingResponseEnabled", device->ping);
	instance_number(instance, "PowerSource", 0);
	instance_number(instance, "PreferredAddressFamily", 0);
	instance_number(instance, "PresenceNotificationInterval", 0);
	instance_number(instance, "PrivacyLevel", 0);
	instance_bool(instance, "RmcpPingResponseEnabled", device->rmcp_ping);
	instance_bool(instance, "SharedFQDN", true);
	instance_bool(instance, "WsmanOnlyMode", false);
}

static struct outcome put_general(struct device *device, size_t index, struct input *input)
{
	const char *host = input_text(input, "HostName"), *domain = input_text(input, "DomainName");
	bool ping = device->ping, rmcp_ping = device->rmcp_ping;

	(void)index;
	input_bool(input, "PingResponseEnabled", &ping);
	input_bool(input, "RmcpPingResponseEnabled", &rmcp_ping);
	if (input->wrong || (host && strlen(host) >= sizeof(device->config.host_name)) ||
	    (domain && strlen(domain) >= sizeof(device->domain)))
		return class_bad_property(device);
	if (host)
		text_copy(device->config.host_name, sizeof(device->config.host_name), host);
	if (domain)
		text_copy(device->domain, sizeof(device->domain), domain);
	device->ping = ping;
	device->rmcp_ping = rmcp_ping;
	return outcome_ok();
}

const struct class_def class_general = {
	.name = "AMT_GeneralSettings",
	.schema = SCHEMA_AMT_URI,
	.get_only = true,
	.write_realms = REALM_BIT(REALM_ADMIN),
	.put = put_general,
	.keys = id_keys,
	.count = one,
	.render = render_general,
};

/* --- CIM_SoftwareIdentity --- */

enum software {
	SOFTWARE_AMT,
	SOFTWARE_APPS,
	SOFTWARE_BUILD,
	SOFTWARE_SKU,
	SOFTWARE_VENDOR,
	SOFTWARE_ITEMS
};

static const char *const software_names[SOFTWARE_ITEMS] = { "AMT", "AMTApps", "Build Number", "Sku",
							    "VendorID" };

static size_t count_software(const struct device *device)
{
	(void)device;
	return SOFTWARE_ITEMS;
}

static const char *software_value(const struct device *device, enum software item)
{
	switch (item) {
	case SOFTWARE_BUILD:
		return "1700";
	case SOFTWARE_SKU:
		return "16392"; /* 0x4008, a corporate system */
	case SOFTWARE_VENDOR:
		return "8086";
	case SOFTWARE_AMT:
	case SOFTWARE_APPS:
	case SOFTWARE_ITEMS:
	default:
		return device->profile.version;
	}
}

static void render_software(const struct device *device, size_t index, struct instance *instance)
{
	instance_text(instance, "InstanceID", software_names[index]);
	instance_bool(instance, "IsEntity", true);
	instance_text(instance, "VersionString", software_value(device, (enum software)index));
}

const struct class_def class_software = {
	.name = "CIM_SoftwareIdentity",
	.schema = SCHEMA_CIM_URI,
	.keys = id_keys,
	.count = count_software,
	.render = render_software,
};

/* --- CIM_ComputerSystemPackage and its two ends --- */

static const char *const chassis_keys[] = { "CreationClassName", "Tag", NULL };
static const char *const computer_keys[] = { "CreationClassName", "Name", NULL };
static const char *const package_keys[] = { "Antecedent", "Dependent", NULL };

static void render_chassis(const struct device *device, size_t index, struct instance *instance)
{
	(void)device;
	(void)index;
	instance_number(instance, "ChassisPackageType", 3);
	instance_text(instance, "CreationClassName", "CIM_Chassis");
	instance_text(instance, "ElementName", "Managed System Chassis");
	instance_text(instance, "Manufacturer", "Cordon");
	instance_text(instance, "Model", "AMT simulator");
	instance_text(instance, "Tag", "CIM_Chassis");
}

static size_t two(const struct device *device)
{
	(void)device;
	return 2;
}

/* The machine, then its firmware (amt-out-of-band.md 1.4). */
static void render_computer(const struct device *device, size_t index, struct instance *instance)
{
	instance_text(instance, "CreationClassName", "CIM_ComputerSystem");
	instance_text(instance, "ElementName", index == 0 ? "Managed System" : "Intel(r) AMT");
	instance_number(instance, "EnabledState", device->powered || index == 1 ? 2 : 3);
	instance_text(instance, "Name", index == 0 ? "ManagedSystem" : "Intel(r) AMT");
}

static void render_package(const struct device *device, size_t index, struct instance *instance)
{
	char guid[33];
	size_t i;

	(void)index;
	for (i = 0; i < 16; i++)
		snprintf(guid + 2 * i, 3, "%02X", device->config.uuid[i]);
	instance_reference(instance, "Antecedent", (struct object){ &class_chassis, 0 });
	instance_reference(instance, "Dependent", (struct object){ &class_computer, 0 });
	instance_text(instance, "PlatformGUID", guid);
}

const struct class_def class_chassis = {
	.name = "CIM_Chassis",
	.schema = SCHEMA_CIM_URI,
	.keys = chassis_keys,
	.count = one,
	.render = render_chassis,
};

const struct class_def class_computer = {
	.name = "CIM_ComputerSystem",
	.schema = SCHEMA_CIM_URI,
	.keys = computer_keys,
	.count = two,
	.render = render_computer,
};

const struct class_def class_package = {
	.name = "CIM_ComputerSystemPackage",
	.schema = SCHEMA_CIM_URI,
	.super = "CIM_SystemPackaging",
	.keys = package_keys,
	.count = one,
	.render = render_package,
};
