/* SPDX-License-Identifier: Apache-2.0 */
/* The next start of the host: settings, order of sources, role (amt-out-of-band.md 2.3).
 *
 * Changes need consent where consent is required for everything (2.5).  Members that are read-only may not come back in a
 * Put, as newer firmware wants it; what this machine cannot do is refused, and so is what would destroy data. */
#include <string.h>

#include "tests/amtsim/acl.h"
#include "tests/amtsim/class.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/plain.h"

enum boot_answer { BOOT_DONE = 0, BOOT_PARAMETER = 5, BOOT_NO_SUCH_SOURCE = 0x802 };

#define ROLE_NEXT 1 /* IsNextSingleUse */
#define ROLE_NONE 32768

static const char *const id_keys[] = { "InstanceID", NULL };
static const char *const service_keys[] = { "CreationClassName", "Name", "SystemCreationClassName",
					    "SystemName", NULL };

static size_t one(const struct device *device)
{
	(void)device;
	return 1;
}

static const struct plain_line boot_capabilities[] = {
	{ "BIOSPause", "false" },
	{ "BIOSReflash", "false" },
	{ "BIOSSetup", "true" },
	{ "ConfigurationDataReset", "false" },
	{ "ElementName", "Intel(r) AMT: Boot Capabilities" },
	{ "ForceCDorDVDBoot", "true" },
	{ "ForceDiagnosticBoot", "false" },
	{ "ForceHardDriveBoot", "true" },
	{ "ForceHardDriveSafeModeBoot", "false" },
	{ "ForcePXEBoot", "true" },
	{ "ForcedProgressEvents", "true" },
	{ "IDER", "true" },
	{ "InstanceID", "Intel(r) AMT:BootCapabilities 0" },
	{ "KeyboardLock", "true" },
	{ "PowerButtonLock", "false" },
	{ "ResetButtonLock", "false" },
	{ "SOL", "true" },
	{ "SleepButtonLock", "false" },
	{ "UserPasswordBypass", "true" },
	{ "VerbosityQuiet", "false" },
	{ "VerbosityScreenBlank", "false" },
	{ "VerbosityVerbose", "false" },
	PLAIN_END,
};

const struct class_def class_boot_capabilities = {
	.name = "AMT_BootCapabilities",
	.schema = SCHEMA_AMT_URI,
	.get_only = true,
	.keys = id_keys,
	.plain = boot_capabilities,
};

static void render_settings(const struct device *device, size_t index, struct instance *instance)
{
	const struct boot_settings *settings = &device->boot.settings;
	int flag;

	(void)index;
	for (flag = 0; flag < BOOT_FLAGS; flag++)
		instance_bool(instance, boot_flag_name((enum boot_flag)flag),
			      settings->flags[flag]);
	instance_number(instance, "BootMediaIndex", settings->media);
	instance_text(instance, "ElementName", "Intel(r) AMT Boot Configuration Settings");
	instance_number(instance, "FirmwareVerbosity", settings->verbosity);
	instance_number(instance, "IDERBootDevice", settings->ider_device);
	instance_text(instance, "InstanceID", "Intel(r) AMT:BootSettingData 0");
	instance_text(instance, "OwningEntity", "Intel(r) AMT");
}

static bool echoes_read_only(struct input *input)
{
	static const char *const names[] = {
		"WinREBootEnabled",     "UEFILocalPBABootEnabled",
		"UEFIHTTPSBootEnabled", "SecureBootControlEnabled",
		"BootguardStatus",      "OptionsCleared",
		"BIOSLastStatus",       "UefiBootParametersArray",
		"RPEEnabled",           "RSEPassword",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (input_element(input, names[i]))
			return true;
	return false;
}

static struct outcome put_settings(struct device *device, size_t index, struct input *input)
{
	struct boot_settings settings = { .verbosity = 0 };
	bool destroys = false;
	int flag;

	(void)index;
	if (!device_may_redirect(device))
		return outcome_fault(FAULT_DENIED);
	for (flag = 0; flag < BOOT_FLAGS; flag++) {
		input_bool(input, boot_flag_name((enum boot_flag)flag), &settings.flags[flag]);
		if (settings.flags[flag] && !boot_flag_possible((enum boot_flag)flag))
			return class_bad_property(device);
	}
	input_bool(input, "SecureErase", &destroys);
	input_number(input, "BootMediaIndex", UINT16_MAX, &settings.media);
	input_number(input, "FirmwareVerbosity", 3, &settings.verbosity);
	input_number(input, "IDERBootDevice", 1, &settings.ider_device);
	if (input->wrong || destroys || echoes_read_only(input))
		return class_bad_property(device);
	device->boot.settings = settings;
	return outcome_ok();
}

const struct class_def class_boot_settings = {
	.name = "AMT_BootSettingData",
	.schema = SCHEMA_AMT_URI,
	.get_only = true,
	.realms = REALM_BIT(REALM_REMOTE_CONTROL) | REALM_BIT(REALM_GENERAL),
	.write_realms = REALM_BIT(REALM_REMOTE_CONTROL),
	.keys = id_keys,
	.count = one,
	.render = render_settings,
	.put = put_settings,
};

static const struct plain_line boot_sources[] = {
	{ "ElementName", "Intel(r) AMT: Boot Source" },
	{ "FailThroughSupported", "2" },
	{ "InstanceID", "Intel(r) AMT: Force Hard-drive Boot" },
	{ "StructuredBootString", "CIM:Hard-Disk:1" },
	PLAIN_NEXT,
	{ "ElementName", "Intel(r) AMT: Boot Source" },
	{ "FailThroughSupported", "2" },
	{ "InstanceID", "Intel(r) AMT: Force PXE Boot" },
	{ "StructuredBootString", "CIM:Network:1" },
	PLAIN_NEXT,
	{ "ElementName", "Intel(r) AMT: Boot Source" },
	{ "FailThroughSupported", "2" },
	{ "InstanceID", "Intel(r) AMT: Force CD/DVD Boot" },
	{ "StructuredBootString", "CIM:CD/DVD:1" },
	PLAIN_END,
};

const struct class_def class_boot_sources = {
	.name = "CIM_BootSourceSetting",
	.schema = SCHEMA_CIM_URI,
	.keys = id_keys,
	.plain = boot_sources,
};

static const struct plain_line boot_order[] = {
	{ "ElementName", "Intel(r) AMT: Boot Configuration" },
	{ "InstanceID", "Intel(r) AMT: Boot Configuration 0" },
	PLAIN_END,
};

static struct outcome change_order(struct device *device, size_t index, struct input *input,
				   struct method_output *output)
{
	const struct xml_node *source = input_element(input, "Source");
	struct object found;

	(void)index;
	if (!device_may_redirect(device))
		return outcome_fault(FAULT_DENIED);
	if (!source)
		device->boot.source = BOOT_UNSET;
	else if (class_follow(device, source, &found) && found.class_def == &class_boot_sources)
		device->boot.source = (enum boot_source)found.index;
	else
		output->return_value = BOOT_NO_SUCH_SOURCE;
	return outcome_ok();
}

static const char *const order_inputs[] = { "Source", NULL };

static const struct class_method order_methods[] = {
	{ "ChangeBootOrder", true, change_order, order_inputs },
	{ NULL, false, NULL, NULL },
};

const struct class_def class_boot_order = {
	.name = "CIM_BootConfigSetting",
	.schema = SCHEMA_CIM_URI,
	.keys = id_keys,
	.plain = boot_order,
	.realms = REALM_BIT(REALM_REMOTE_CONTROL) | REALM_BIT(REALM_GENERAL),
	.write_realms = REALM_BIT(REALM_REMOTE_CONTROL),
	.methods = order_methods,
};

static const struct plain_line boot[] = {
	{ "CreationClassName", "CIM_BootService" },
	{ "ElementName", "Intel(r) AMT Boot Service" },
	{ "EnabledState", "2" },
	{ "Name", "Intel(r) AMT Boot Service" },
	{ "OperationalStatus", "0" },
	{ "RequestedState", "12" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	PLAIN_END,
};

static struct outcome set_role(struct device *device, size_t index, struct input *input,
			       struct method_output *output)
{
	const struct xml_node *setting = input_element(input, "BootConfigSetting");
	struct object found;
	uint32_t role = 0;

	(void)index;
	if (!device_may_redirect(device))
		return outcome_fault(FAULT_DENIED);
	input_need_number(input, "Role", UINT16_MAX, &role);
	if (input->wrong || !setting)
		return outcome_fault(FAULT_SCHEMA);
	if (!class_follow(device, setting, &found) || found.class_def != &class_boot_order ||
	    (role != ROLE_NEXT && role != ROLE_NONE))
		output->return_value = BOOT_PARAMETER;
	else
		device->boot.next = role == ROLE_NEXT;
	return outcome_ok();
}

static const char *const role_inputs[] = { "BootConfigSetting", "Role", NULL };

static const struct class_method boot_methods[] = {
	{ "SetBootConfigRole", true, set_role, role_inputs },
	{ NULL, false, NULL, NULL },
};

const struct class_def class_boot = {
	.name = "CIM_BootService",
	.schema = SCHEMA_CIM_URI,
	.keys = service_keys,
	.plain = boot,
	.realms = REALM_BIT(REALM_REMOTE_CONTROL) | REALM_BIT(REALM_GENERAL),
	.write_realms = REALM_BIT(REALM_REMOTE_CONTROL),
	.methods = boot_methods,
};
