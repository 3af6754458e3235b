/* SPDX-License-Identifier: Apache-2.0 */
/* AMT_AgentPresenceWatchdog, its methods, AMT_AgentPresenceCapabilities
 * (amt-system-defense.md 2.10).  DeviceID is base64 of the GUID from release 6.0, hex before. */
#include "tests/amtsim/class.h"

#include <string.h>

#include "tests/amtsim/base64.h"
#include "tests/amtsim/chronicle.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/text.h"

#define GUID_TEXT_BYTES 33

static const char *const watchdog_keys[] = { "CreationClassName", "DeviceID",
					     "SystemCreationClassName", "SystemName", NULL };
static const char *const id_keys[] = { "InstanceID", NULL };

static size_t count_agents(const struct device *device)
{
	return device->presence.count;
}

static void print_guid(const struct device *device, const uint8_t guid[16], char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t i;

	if (device->profile.major >= 6) {
		base64_encode(guid, 16, text);
		return;
	}
	for (i = 0; i < 16; i++) {
		text[2 * i] = digits[guid[i] >> 4];
		text[2 * i + 1] = digits[guid[i] & 15];
	}
	text[32] = '\0';
}

static bool read_guid(const struct device *device, struct input *input, uint8_t guid[16])
{
	const char *text;
	size_t len;

	if (device->profile.major < 6)
		return input_hex(input, "DeviceID", guid, 16) && !input->wrong;
	text = input_text(input, "DeviceID");
	return text && base64_decode(text, guid, 16, &len) && len == 16;
}

static void render_agent(const struct device *device, size_t index, struct instance *instance)
{
	const struct agent *agent = &device->presence.agents[index];
	char guid[GUID_TEXT_BYTES];

	print_guid(device, agent->guid, guid);
	instance_text(instance, "CreationClassName", "AMT_AgentPresenceWatchdog");
	instance_number(instance, "CurrentState", agent->state);
	instance_text(instance, "DeviceID", guid);
	instance_text(instance, "ElementName", "Intel(r) AMT Agent Presence Watchdog");
	instance_text(instance, "MonitoredEntityDescription", agent->name);
	instance_number(instance, "StartupInterval", agent->startup_s);
	instance_text(instance, "SystemCreationClassName", "CIM_ComputerSystem");
	instance_text(instance, "SystemName", "Intel(r) AMT");
	instance_number(instance, "TimeoutInterval", agent->timeout_s);
}

static bool read_intervals(struct input *input, struct agent *agent)
{
	const char *name = input_text(input, "MonitoredEntityDescription");

	input_need_number(input, "StartupInterval", UINT16_MAX, &agent->startup_s);
	input_need_number(input, "TimeoutInterval", UINT16_MAX, &agent->timeout_s);
	return !input->wrong && (!name || text_copy(agent->name, sizeof(agent->name), name));
}

static struct outcome create_agent(struct device *device, struct input *input, size_t *made)
{
	struct agent agent = { .startup_s = 0 };
	uint32_t status;

	if (!read_guid(device, input, agent.guid) || !read_intervals(input, &agent))
		return class_bad_property(device);
	status = presence_add(&device->presence, &agent, device->now_ns);
	if (status == PT_DUPLICATE)
		return outcome_fault(FAULT_EXISTS);
	*made = device->presence.count - 1;
	if (status == PT_SUCCESS)
		chronicle_audit(device, AUDIT_AGENT, AUDIT_AGENT_ADDED, (uint32_t)*made);
	return outcome_status(status);
}

static struct outcome put_agent(struct device *device, size_t index, struct input *input)
{
	struct agent changed = device->presence.agents[index];

	if (!read_intervals(input, &changed))
		return class_bad_property(device);
	device->presence.agents[index] = changed;
	return outcome_ok();
}

static struct outcome remove_agent(struct device *device, size_t index)
{
	presence_remove(&device->presence, index);
	chronicle_audit(device, AUDIT_AGENT, AUDIT_AGENT_REMOVED, (uint32_t)index);
	return outcome_ok();
}

/* --- methods --- */

static struct outcome register_agent(struct device *device, size_t index, struct input *input,
				     struct method_output *output)
{
	struct agent *agent = &device->presence.agents[index];

	(void)input;
	output->return_value = presence_register(&device->presence, agent, device->now_ns);
	instance_number(&output->values, "SessionSequenceNumber", agent->sequence);
	instance_number(&output->values, "TimeoutInterval", agent->timeout_s);
	return outcome_ok();
}

static struct outcome assert_presence(struct device *device, size_t index, struct input *input,
				      struct method_output *output)
{
	struct agent *agent = &device->presence.agents[index];
	uint32_t sequence = 0;

	input_need_number(input, "SequenceNumber", UINT32_MAX, &sequence);
	output->return_value = presence_assert(&device->presence, agent, sequence, device->now_ns);
	return outcome_ok();
}

static struct outcome assert_shutdown(struct device *device, size_t index, struct input *input,
				      struct method_output *output)
{
	struct agent *agent = &device->presence.agents[index];
	uint32_t sequence = 0;

	input_need_number(input, "SequenceNumber", UINT32_MAX, &sequence);
	output->return_value = presence_shutdown(&device->presence, agent, sequence);
	return outcome_ok();
}

static struct outcome add_action(struct device *device, size_t index, struct input *input,
				 struct method_output *output)
{
	struct agent_action action = { .defense = SWITCH_NONE };
	uint32_t defense = 0;

	input_need_number(input, "OldState", AGENT_ANY, &action.from);
	input_need_number(input, "NewState", AGENT_ANY, &action.to);
	input_need_bool(input, "EventOnTransition", &action.event);
	if (input_number(input, "ActionSd", SWITCH_DEACTIVATE, &defense))
		action.defense = (enum agent_switch)defense;
	if (input->wrong || action.from == 0 || action.to == 0) {
		output->return_value = PT_INVALID_PARAMETER;
		return outcome_ok();
	}
	output->return_value =
		presence_add_action(&device->presence, &device->presence.agents[index], &action);
	if (output->return_value == PT_SUCCESS)
		chronicle_audit(device, AUDIT_AGENT, AUDIT_AGENT_ACTION, (uint32_t)index);
	return outcome_ok();
}

static struct outcome delete_actions(struct device *device, size_t index, struct input *input,
				     struct method_output *output)
{
	(void)input;
	(void)output;
	presence_drop_actions(&device->presence.agents[index]);
	return outcome_ok();
}

static const char *const no_inputs[] = { NULL };
static const char *const sequence_inputs[] = { "SequenceNumber", NULL };
static const char *const action_inputs[] = { "OldState", "NewState",  "EventOnTransition",
					     "ActionSd", "ActionEac", NULL };

static const struct class_method methods[] = {
	{ "RegisterAgent", false, register_agent, no_inputs },
	{ "AssertPresence", false, assert_presence, sequence_inputs },
	{ "AssertShutdown", false, assert_shutdown, sequence_inputs },
	{ "AddAction", true, add_action, action_inputs },
	{ "DeleteAllActions", true, delete_actions, no_inputs },
	{ NULL, false, NULL, NULL },
};

const struct class_def class_watchdog = {
	.name = "AMT_AgentPresenceWatchdog",
	.schema = SCHEMA_AMT_URI,
	.realms = REALM_BIT(REALM_AGENT_REMOTE) | REALM_BIT(REALM_AGENT_LOCAL),
	.keys = watchdog_keys,
	.count = count_agents,
	.render = render_agent,
	.create = create_agent,
	.remove = remove_agent,
	.put = put_agent,
	.methods = methods,
};

/* --- AMT_AgentPresenceCapabilities --- */

static size_t one(const struct device *device)
{
	(void)device;
	return 1;
}

static void render_capabilities(const struct device *device, size_t index,
				struct instance *instance)
{
	(void)device;
	(void)index;
	instance_text(instance, "ElementName", "Intel(r) AMT Agent Presence Capabilities");
	instance_text(instance, "InstanceID", "Intel(r) AMT:Agent Presence Capabilities");
	instance_number(instance, "MaxEacAgents", 0);
	instance_number(instance, "MaxTotalActions", PRESENCE_ACTIONS);
	instance_number(instance, "MaxTotalAgents", PRESENCE_AGENTS);
	instance_number(instance, "MinGuaranteedActionListSize", AGENT_ACTIONS_MIN);
}

const struct class_def class_presence_caps = {
	.name = "AMT_AgentPresenceCapabilities",
	.schema = SCHEMA_AMT_URI,
	.realms = REALM_BIT(REALM_AGENT_REMOTE) | REALM_BIT(REALM_AGENT_LOCAL),
	.keys = id_keys,
	.count = one,
	.render = render_capabilities,
};
