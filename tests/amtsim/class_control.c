/* SPDX-License-Identifier: Apache-2.0 */
/* Power and clock, as far as a console opening a machine and switching it on, off or anew
 * sees them (amt-out-of-band.md 2.1, 5.3).
 *
 * The host follows a power request at once.  Left out: graceful requests (no agent runs in this host). */
#include "tests/amtsim/class.h"
#include "tests/amtsim/acl.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/plain.h"

static const char *const id_keys[] = { "InstanceID", NULL };
static const char *const service_keys[] = { "CreationClassName", "Name", "SystemCreationClassName",
					    "SystemName", NULL };
static const char *const no_inputs[] = { NULL };

static size_t one(const struct device *device)
{
	(void)device;
	return 1;
}

/* --- power --- */

enum power_state {
	POWER_ON = 2,
	POWER_CYCLE_SOFT = 5,
	POWER_OFF_SOFT = 8,
	POWER_RESET = 10,
	POWER_STATES = 17
};

enum power_answer {
	POWER_DONE = 0,
	POWER_UNSUPPORTED = 1,
	POWER_PARAMETER = 5,
	POWER_INVALID = 4097
};

static enum power_answer change_power(struct device *device, uint32_t state)
{
	switch (state) {
	case POWER_ON:
		if (device->powered)
			return POWER_INVALID;
		device_power(device, true, device->now_ns);
		return POWER_DONE;
	case POWER_OFF_SOFT:
	case POWER_CYCLE_SOFT:
	case POWER_RESET:
		if (!device->powered)
			return POWER_INVALID;
		device->powered = state != POWER_OFF_SOFT;
		if (device->powered)
			device_reset(device, RESTART_HOST, device->now_ns);
		return POWER_DONE;
	default:
		return state > 0 && state < POWER_STATES ? POWER_UNSUPPORTED : POWER_PARAMETER;
	}
}

static struct outcome request_power(struct device *device, size_t index, struct input *input,
				    struct method_output *output)
{
	const struct xml_node *element = input_element(input, "ManagedElement");
	struct object system;
	uint32_t state = 0;

	(void)index;
	input_need_number(input, "PowerState", UINT16_MAX, &state);
	if (input->wrong || !element)
		return outcome_fault(FAULT_SCHEMA);
	if (!class_follow(device, element, &system) || system.class_def != &class_computer)
		output->return_value = POWER_PARAMETER;
	else
		output->return_value = change_power(device, state);
	return outcome_ok();
}

static const char *const power_inputs[] = { "PowerState", "ManagedElement", "Time", "TimeoutPeriod",
					    NULL };

static const struct class_method power_methods[] = {
	{ "RequestPowerStateChange", false, request_power, power_inputs },
	{ NULL, false, NULL, NULL },
};

static const struct plain_line power[] = {
	{ "CreationClassName", "CIM_PowerManagementService" },
	{ "ElementName", "Intel(r) AMT Power Management Service" },
	{ "EnabledState", "5" },
	{ "Name", "Intel(r) AMT Power Management Service" },
	{ "RequestedState", "12" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	PLAIN_END,
};

const struct class_def class_power = {
	.name = "CIM_PowerManagementService",
	.schema = SCHEMA_CIM_URI,
	.realms = REALM_BIT(REALM_REMOTE_CONTROL),
	.keys = service_keys,
	.plain = power,
	.methods = power_methods,
};

static const char *const link_keys[] = { "ServiceProvided", "UserOfService", NULL };

static void render_associated(const struct device *device, size_t index, struct instance *instance)
{
	static const unsigned when_on[] = { 10, 8, 5, 0 }, when_off[] = { 2, 0 };
	const unsigned *state = device->powered ? when_on : when_off;

	(void)index;
	for (; *state; state++)
		instance_number(instance, "AvailableRequestedPowerStates", *state);
	instance_number(instance, "PowerState", device->powered ? POWER_ON : POWER_OFF_SOFT);
	instance_reference(instance, "ServiceProvided", (struct object){ &class_power, 0 });
	instance_reference(instance, "UserOfService", (struct object){ &class_computer, 0 });
}

const struct class_def class_associated_power = {
	.name = "CIM_AssociatedPowerManagementService",
	.schema = SCHEMA_CIM_URI,
	.super = "CIM_ServiceAvailableToElement",
	.keys = link_keys,
	.count = one,
	.render = render_associated,
};

const struct class_def class_available_service = {
	.name = "CIM_ServiceAvailableToElement",
	.schema = SCHEMA_CIM_URI,
	.keys = link_keys,
};

static const struct plain_line power_capabilities[] = {
	{ "ElementName", "Power Management Capabilities" },
	{ "InstanceID", "Intel(r) AMT:PowerManagementCapabilities 0" },
	{ "PowerChangeCapabilities", "2" },
	{ "PowerChangeCapabilities", "3" },
	{ "PowerChangeCapabilities", "4" },
	{ "PowerChangeCapabilities", "8" },
	{ "PowerStatesSupported", "5" },
	{ "PowerStatesSupported", "8" },
	{ "PowerStatesSupported", "2" },
	{ "PowerStatesSupported", "10" },
	PLAIN_END,
};

const struct class_def class_power_capabilities = {
	.name = "CIM_PowerManagementCapabilities",
	.schema = SCHEMA_CIM_URI,
	.keys = id_keys,
	.plain = power_capabilities,
};

static void render_os_power(const struct device *device, size_t index, struct instance *instance)
{
	(void)index;
	instance_text(instance, "CreationClassName", "IPS_PowerManagementService");
	instance_text(instance, "ElementName", "Intel(r) AMT Power Management Service");
	instance_number(instance, "EnabledState", 5);
	instance_text(instance, "Name", "Intel(r) AMT Power Management Service");
	instance_number(instance, "OSPowerSavingState", device->powered ? 2 : 0);
	instance_number(instance, "RequestedState", 12);
	instance_text(instance, "SystemCreationClassName", "CIM_ComputerSystem");
	instance_text(instance, "SystemName", "Intel(r) AMT");
}

const struct class_def class_os_power = {
	.name = "IPS_PowerManagementService",
	.schema = SCHEMA_IPS_URI,
	.since = 1000,
	.keys = service_keys,
	.count = one,
	.render = render_os_power,
};

/* --- clock --- */

static int64_t clock_s(const struct device *device)
{
	return (int64_t)(device->now_ns / 1000000000u) - device->knobs.clock_behind_s +
	       device->clock_off_s;
}

static struct outcome read_clock(struct device *device, size_t index, struct input *input,
				 struct method_output *output)
{
	(void)index;
	(void)input;
	instance_number(&output->values, "Ta0", (uint32_t)clock_s(device));
	return outcome_ok();
}

/* Ta0 is what the device said, Tm1 and Tm2 the console's clock before and after. */
static struct outcome set_clock(struct device *device, size_t index, struct input *input,
				struct method_output *output)
{
	uint32_t ta0 = 0, tm1 = 0, tm2 = 0;

	(void)index;
	(void)output;
	input_need_number(input, "Ta0", UINT32_MAX, &ta0);
	input_need_number(input, "Tm1", UINT32_MAX, &tm1);
	input_need_number(input, "Tm2", UINT32_MAX, &tm2);
	if (input->wrong || tm2 < tm1)
		return outcome_fault(FAULT_SCHEMA);
	device->clock_off_s += (int64_t)tm1 + (tm2 - tm1) / 2 - (int64_t)ta0;
	return outcome_ok();
}

static const char *const clock_inputs[] = { "Ta0", "Tm1", "Tm2", NULL };

static const struct class_method clock_methods[] = {
	{ "GetLowAccuracyTimeSynch", false, read_clock, no_inputs },
	{ "SetHighAccuracyTimeSynch", true, set_clock, clock_inputs },
	{ NULL, false, NULL, NULL },
};

static const struct plain_line clock_service[] = {
	{ "CreationClassName", "AMT_TimeSynchronizationService" },
	{ "ElementName", "Intel(r) AMT Time Synchronization Service" },
	{ "EnabledState", "5" },
	{ "LocalTimeSyncEnabled", "0" },
	{ "Name", "Intel(r) AMT Time Synchronization Service" },
	{ "RequestedState", "12" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ "TimeSource", "0" },
	PLAIN_END,
};

const struct class_def class_clock = {
	.name = "AMT_TimeSynchronizationService",
	.schema = SCHEMA_AMT_URI,
	.write_realms = REALM_BIT(REALM_TIME),
	.keys = service_keys,
	.plain = clock_service,
	.methods = clock_methods,
};
