/* SPDX-License-Identifier: Apache-2.0 */
/* The rest of what a console asks when it opens a machine: set-up, consent, KVM, certificates,
 * remote access, wireless, IPv6.  Only shown; a class without instances is there and empty, as on
 * a machine where nothing of it was set up, which is not the same as a class that firmware does
 * not know.  First releases as consoles assume them. */
#include "tests/amtsim/class.h"
#include "tests/amtsim/acl.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/plain.h"

static const char *const id_keys[] = { "InstanceID", NULL };
static const char *const name_keys[] = { "CreationClassName", "Name", "SystemCreationClassName",
					 "SystemName", NULL };
static const char *const device_keys[] = { "CreationClassName", "DeviceID",
					   "SystemCreationClassName", "SystemName", NULL };
static const char *const context_keys[] = { "ElementInContext", "ElementProvidingContext", NULL };
static const char *const policy_keys[] = { "ManagedElement", "PolicySet", NULL };

#define OF_THE_FIRMWARE                                      \
	{ "SystemCreationClassName", "CIM_ComputerSystem" }, \
	{                                                    \
		"SystemName", "Intel(r) AMT"                 \
	}

static size_t one(const struct device *device)
{
	(void)device;
	return 1;
}

/* --- set-up and consent --- */

static void render_setup(const struct device *device, size_t index, struct instance *instance)
{
	static const unsigned mode[] = { [MODE_ADMIN] = 2, [MODE_CLIENT] = 1, [MODE_PRE] = 0 };

	(void)index;
	instance_number(instance, "AllowedControlModes", 2);
	instance_number(instance, "AllowedControlModes", 1);
	instance_number(instance, "CertChainStatus", 0);
	instance_text(instance, "ConfigurationNonce", "AAECAwQFBgcICQoLDA0ODxAREhM=");
	instance_text(instance, "CreationClassName", "IPS_HostBasedSetupService");
	instance_number(instance, "CurrentControlMode", mode[device->config.mode]);
	instance_text(instance, "ElementName", "Intel(r) AMT Host Based Setup Service");
	instance_text(instance, "Name", "Intel(r) AMT Host Based Setup Service");
	instance_text(instance, "SystemCreationClassName", "CIM_ComputerSystem");
	instance_text(instance, "SystemName", "Intel(r) AMT");
}

const struct class_def class_host_setup = {
	.name = "IPS_HostBasedSetupService",
	.schema = SCHEMA_IPS_URI,
	.since = 602,
	.keys = name_keys,
	.count = one,
	.render = render_setup,
};

static const struct plain_line kvm[] = {
	{ "BackToBackFbMode", "false" },
	{ "DefaultScreen", "0" },
	{ "ElementName", "Intel(r) KVM Redirection Settings" },
	{ "EnabledByMEBx", "true" },
	{ "InstanceID", "Intel(r) KVM Redirection Settings" },
	{ "Is5900PortEnabled", "false" },
	{ "OptInPolicy", "false" },
	{ "OptInPolicyTimeout", "300" },
	{ "RFBPassword", "" },
	{ "SessionTimeout", "3" },
	PLAIN_END,
};

const struct class_def class_kvm_settings = {
	.name = "IPS_KVMRedirectionSettingData",
	.schema = SCHEMA_IPS_URI,
	.since = 600,
	.realms = REALM_BIT(REALM_REDIRECTION) | REALM_BIT(REALM_GENERAL),
	.keys = id_keys,
	.plain = kvm,
};

static const struct plain_line record_log[] = {
	{ "CurrentNumberOfRecords", "1" },
	{ "ElementName", "Intel(r) AMT Provisioning Record Log" },
	{ "EnabledState", "2" },
	{ "HealthState", "0" },
	{ "InstanceID", "Intel(r) AMT: RecordLog 1" },
	{ "LogState", "4" },
	{ "MaxNumberOfRecords", "1" },
	{ "Name", "Intel(r) AMT Provisioning Record Log" },
	{ "OverwritePolicy", "2" },
	{ "RequestedState", "12" },
	PLAIN_END,
};

const struct class_def class_record_log = {
	.name = "IPS_ProvisioningRecordLog",
	.schema = SCHEMA_IPS_URI,
	.since = 600,
	.keys = id_keys,
	.plain = record_log,
};

static const struct plain_line kerberos[] = {
	{ "ElementName", "Intel(r) AMT: Kerberos Settings" },
	{ "InstanceID", "Intel (r) AMT: Kerberos Settings" }, /* the space is recorded */
	{ "KrbEnabled", "false" },
	PLAIN_END,
};

const struct class_def class_kerberos = {
	.name = "AMT_KerberosSettingData",
	.schema = SCHEMA_AMT_URI,
	.keys = id_keys,
	.plain = kerberos,
};

const struct class_def class_alarm = {
	.name = "IPS_AlarmClockOccurrence",
	.schema = SCHEMA_IPS_URI,
	.since = 800,
	.keys = id_keys,
};

const struct class_def class_policy_set = {
	.name = "CIM_PolicySetAppliesToElement",
	.schema = SCHEMA_CIM_URI,
	.keys = policy_keys,
};

/* --- certificates: none but the one TLS runs with, which these do not show --- */

const struct class_def class_certificate = {
	.name = "AMT_PublicKeyCertificate",
	.schema = SCHEMA_AMT_URI,
	.keys = id_keys,
};

const struct class_def class_key_pair = {
	.name = "AMT_PublicPrivateKeyPair",
	.schema = SCHEMA_AMT_URI,
	.keys = id_keys,
};

const struct class_def class_tls_context = {
	.name = "AMT_TLSCredentialContext",
	.schema = SCHEMA_AMT_URI,
	.super = "CIM_CredentialContext",
	.keys = context_keys,
};

/* --- remote access: never set up --- */

const struct class_def class_presence_server = {
	.name = "AMT_ManagementPresenceRemoteSAP",
	.schema = SCHEMA_AMT_URI,
	.since = 400,
	.keys = name_keys,
};

const struct class_def class_remote_context = {
	.name = "AMT_RemoteAccessCredentialContext",
	.schema = SCHEMA_AMT_URI,
	.since = 400,
	.keys = context_keys,
};

const struct class_def class_remote_applies = {
	.name = "AMT_RemoteAccessPolicyAppliesToMPS",
	.schema = SCHEMA_AMT_URI,
	.since = 400,
	.keys = policy_keys,
};

static const char *const rule_keys[] = { "CreationClassName", "PolicyRuleName",
					 "SystemCreationClassName", "SystemName", NULL };

const struct class_def class_remote_rule = {
	.name = "AMT_RemoteAccessPolicyRule",
	.schema = SCHEMA_AMT_URI,
	.since = 400,
	.keys = rule_keys,
};

const struct class_def class_remote_password = {
	.name = "AMT_MPSUsernamePassword",
	.schema = SCHEMA_AMT_URI,
	.since = 400,
	.keys = id_keys,
};

static const struct plain_line user_connection[] = {
	{ "CreationClassName", "AMT_UserInitiatedConnectionService" },
	{ "ElementName", "Intel(r) AMT User Initiated Connection Service" },
	{ "EnabledState", "32771" },
	{ "Name", "Intel(r) AMT User Initiated Connection Service" },
	OF_THE_FIRMWARE,
	PLAIN_END,
};

const struct class_def class_user_connection = {
	.name = "AMT_UserInitiatedConnectionService",
	.schema = SCHEMA_AMT_URI,
	.since = 400,
	.keys = name_keys,
	.plain = user_connection,
};

static const struct plain_line remote_access[] = {
	{ "CreationClassName", "AMT_RemoteAccessService" },
	{ "ElementName", "Intel(r) AMT Remote Access Service" },
	{ "Name", "Intel(r) AMT Remote Access Service" },
	OF_THE_FIRMWARE,
	PLAIN_END,
};

const struct class_def class_remote_access = {
	.name = "AMT_RemoteAccessService",
	.schema = SCHEMA_AMT_URI,
	.since = 400,
	.keys = name_keys,
	.plain = remote_access,
};

/* --- wireless and IPv6 --- */

static size_t wireless(const struct device *device)
{
	return device->knobs.wireless == WIRELESS_ABSENT ? 0 : 1;
}

static void render_wifi(const struct device *device, size_t index, struct instance *instance)
{
	(void)device;
	(void)index;
	instance_text(instance, "CreationClassName", "CIM_WiFiPort");
	instance_text(instance, "DeviceID", "WiFi Port 0");
	instance_text(instance, "ElementName", "WiFi Port 0");
	instance_number(instance, "EnabledState", 3);
	instance_number(instance, "HealthState", 5);
	instance_number(instance, "LinkTechnology", 11);
	instance_number(instance, "PortType", 0);
	instance_number(instance, "RequestedState", 3);
	instance_text(instance, "SystemCreationClassName", "CIM_ComputerSystem");
	instance_text(instance, "SystemName", "Intel(r) AMT");
}

const struct class_def class_wifi = {
	.name = "CIM_WiFiPort",
	.schema = SCHEMA_CIM_URI,
	.keys = device_keys,
	.count = wireless,
	.render = render_wifi,
};

const struct class_def class_wifi_settings = {
	.name = "CIM_WiFiEndpointSettings",
	.schema = SCHEMA_CIM_URI,
	.keys = id_keys,
};

const struct class_def class_dot1x = {
	.name = "CIM_IEEE8021xSettings",
	.schema = SCHEMA_CIM_URI,
	.keys = id_keys,
};

static const struct plain_line ipv6[] = {
	{ "CurrentDefaultRouter", "::" },
	{ "CurrentPrimaryDNS", "::" },
	{ "CurrentSecondaryDNS", "::" },
	{ "DefaultRouter", "::" },
	{ "ElementName", "Intel(r) IPS IPv6 Settings 0" },
	{ "IPv6Address", "::" },
	{ "InstanceID", "Intel(r) IPS IPv6 Settings 0" },
	{ "InterfaceIDType", "0" },
	{ "ManualInterfaceID", "0000000000000000" },
	{ "PrimaryDNS", "::" },
	{ "SecondaryDNS", "::" },
	PLAIN_END,
};

const struct class_def class_ipv6 = {
	.name = "IPS_IPv6PortSettings",
	.schema = SCHEMA_IPS_URI,
	.since = 600,
	.keys = id_keys,
	.plain = ipv6,
};

const struct class_def class_listener_any = {
	.name = "CIM_ListenerDestination",
	.schema = SCHEMA_CIM_URI,
	.realms = REALM_BIT(REALM_EVENTS),
	.keys = name_keys,
};
