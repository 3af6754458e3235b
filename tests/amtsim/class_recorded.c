/* SPDX-License-Identifier: Apache-2.0 */
/* Classes that recordings of real machines answer and nothing else here needs: shown, so that a
 * client which walks through all it knows meets no class missing that a machine of its release
 * has. */
#include "tests/amtsim/class.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/plain.h"

static const char *const id_keys[] = { "InstanceID", NULL };
static const char *const element_keys[] = { "ElementName", NULL };
static const char *const name_keys[] = { "CreationClassName", "Name", "SystemCreationClassName",
					 "SystemName", NULL };
static const char *const context_keys[] = { "ElementInContext", "ElementProvidingContext", NULL };
static const char *const ends_keys[] = { "Antecedent", "Dependent", NULL };

static const struct plain_line alarm_clock[] = {
	{ "CreationClassName", "AMT_AlarmClockService" },
	{ "ElementName", "Intel(r) AMT Alarm Clock Service" },
	{ "Name", "Intel(r) AMT Alarm Clock Service" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "ManagedSystem" },
	PLAIN_END,
};

const struct class_def class_alarm_clock = {
	.name = "AMT_AlarmClockService",
	.schema = SCHEMA_AMT_URI,
	.since = 800,
	.keys = name_keys,
	.plain = alarm_clock,
};

static const struct plain_line cryptography[] = {
	{ "ElementName", "Intel(r) AMT: Cryptographic Capabilities" },
	{ "HardwareAcceleration", "1" },
	{ "InstanceID", "Intel(r) AMT: Cryptographic Capabilities 0" },
	PLAIN_END,
};

const struct class_def class_cryptography = {
	.name = "AMT_CryptographicCapabilities",
	.schema = SCHEMA_AMT_URI,
	.keys = id_keys,
	.plain = cryptography,
};

static const struct plain_line remote_capabilities[] = {
	{ "ElementName", "Intel(r) AMT:Remote Access Capabilities" },
	{ "InstanceID", "Intel(r) AMT:Remote Access Capabilities" },
	{ "MaxMpsPerPolicy", "2" },
	{ "MaxTotalMpServers", "6" },
	{ "MaxTotalPolicies", "3" },
	{ "MaxTotalProxyEntryPoints", "15" },
	PLAIN_END,
};

const struct class_def class_remote_capabilities = {
	.name = "AMT_RemoteAccessCapabilities",
	.schema = SCHEMA_AMT_URI,
	.since = 400,
	.keys = id_keys,
	.plain = remote_capabilities,
};

static const struct plain_line power_schemes[] = {
	{ "Description", "Mobile: ON in S0" },
	{ "ElementName", "Intel(r) AMT Power Scheme" },
	{ "InstanceID", "SCHEME 0" },
	{ "SchemeGUID", "AAAAAAAAAAAAAAAAAAAAAA==" },
	PLAIN_NEXT,
	{ "Description", "Mobile: ON in S0, ME Wake in S3, S4-5 (AC only)" },
	{ "ElementName", "Intel(r) AMT Power Scheme" },
	{ "InstanceID", "SCHEME 1" },
	{ "SchemeGUID", "AAAAAAAAAAAAAAAAAAAAAQ==" },
	PLAIN_END,
};

const struct class_def class_power_scheme = {
	.name = "AMT_SystemPowerScheme",
	.schema = SCHEMA_AMT_URI,
	.keys = id_keys,
	.plain = power_schemes,
};

static const struct plain_line tls_endpoints[] = {
	{ "ElementName", "TLSProtocolEndpoint Instances Collection" },
	PLAIN_END,
};

const struct class_def class_tls_endpoints = {
	.name = "AMT_TLSProtocolEndpointCollection",
	.schema = SCHEMA_AMT_URI,
	.keys = element_keys,
	.plain = tls_endpoints,
};

static size_t wireless(const struct device *device)
{
	return device->knobs.wireless == WIRELESS_ABSENT ? 0 : 1;
}

static void render_wifi(const struct device *device, size_t index, struct instance *instance)
{
	(void)device;
	(void)index;
	instance_text(instance, "CreationClassName", "AMT_WiFiPortConfigurationService");
	instance_text(instance, "ElementName", "Intel(r) AMT WiFiPort Configuration Service");
	instance_number(instance, "EnabledState", 5);
	instance_number(instance, "HealthState", 5);
	instance_text(instance, "LastConnectedSsidUnderMeControl", "");
	instance_text(instance, "Name", "Intel(r) AMT WiFi Port Configuration Service");
	instance_number(instance, "NoHostCsmeSoftwarePolicy", 0);
	instance_number(instance, "RequestedState", 12);
	instance_text(instance, "SystemCreationClassName", "CIM_ComputerSystem");
	instance_text(instance, "SystemName", "Intel(r) AMT");
	instance_number(instance, "localProfileSynchronizationEnabled", 1);
}

const struct class_def class_wifi_service = {
	.name = "AMT_WiFiPortConfigurationService",
	.schema = SCHEMA_AMT_URI,
	.keys = name_keys,
	.count = wireless,
	.render = render_wifi,
};

static const struct plain_line kvm_service[] = {
	{ "CreationClassName", "CIM_RedirectionService" },
	{ "ElementName", "Intel(r) ME KVM Redirection Service" },
	{ "EnabledState", "3" },
	{ "MaxCurrentEnabledSAPs", "1" },
	{ "Name", "Intel(r) AMT KVM Redirection Service" },
	{ "RedirectionServiceType", "3" },
	{ "RequestedState", "12" },
	{ "SharingMode", "3" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	PLAIN_END,
};

const struct class_def class_kvm_service = {
	.name = "CIM_RedirectionService",
	.schema = SCHEMA_CIM_URI,
	.since = 600,
	.keys = name_keys,
	.plain = kvm_service,
};

const struct class_def class_credential_context = {
	.name = "CIM_CredentialContext",
	.schema = SCHEMA_CIM_URI,
	.keys = context_keys,
};

const struct class_def class_dependency = {
	.name = "CIM_ConcreteDependency",
	.schema = SCHEMA_CIM_URI,
	.keys = ends_keys,
};

static const struct plain_line host_addresses[] = {
	{ "DHCPEnabled", "false" },
	{ "ElementName", "Intel(r) AMT: Host IP Settings" },
	{ "InstanceID", "Intel(r) AMT: Host IP Settings" },
	PLAIN_END,
};

const struct class_def class_host_addresses = {
	.name = "IPS_HostIPSettings",
	.schema = SCHEMA_IPS_URI,
	.since = 600,
	.keys = id_keys,
	.plain = host_addresses,
};

static const struct plain_line lan[] = {
	{ "CreationClassName", "IPS_LANEndpoint" },
	{ "EnabledState", "2" },
	{ "LANType", "2" },
	{ "Name", "Intel(r) AMT LAN Endpoint" },
	{ "ProtocolType", "0" },
	{ "RequestedState", "12" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	PLAIN_END,
};

const struct class_def class_lan = {
	.name = "IPS_LANEndpoint",
	.schema = SCHEMA_IPS_URI,
	.since = 600,
	.keys = name_keys,
	.plain = lan,
};
