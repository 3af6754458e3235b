/* SPDX-License-Identifier: Apache-2.0 */
/* AMT_SystemDefensePolicy, its methods, and what hangs on a policy (amt-system-defense.md 2.1,
 * 2.4, 2.5).
 *
 * CHOICES: the form of InstanceID, and that every policy owns AMT_NetworkFilter instances for its
 * two default filters and, if on, anti-spoofing, which are associated like other filters so that
 * their statistics can be read. */
#include "tests/amtsim/class_policy.h"

#include <stdio.h>
#include <string.h>

#include "tests/amtsim/class.h"
#include "tests/amtsim/chronicle.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/text.h"
#include "tests/amtsim/xml.h"

#define POLICY_ID_FORMAT "Intel(r) AMT Policy %u" /* a prefix of 20 characters */

static const char *const id_keys[] = { "InstanceID", NULL };
static const char *const ends_keys[] = { "Antecedent", "Dependent", NULL };

static size_t count_policies(const struct device *device)
{
	return defense_policies(device->defense);
}

static void render_default(const struct sd_default *rule, const char *const names[3],
			   struct instance *instance)
{
	instance_bool(instance, names[0], rule->drop);
	instance_bool(instance, names[1], rule->event);
	instance_bool(instance, names[2], rule->count);
}

static const char *const tx_names[3] = { "TxDefaultDrop", "TxDefaultMatchEvent", "TxDefaultCount" };
static const char *const rx_names[3] = { "RxDefaultDrop", "RxDefaultMatchEvent", "RxDefaultCount" };

static void render_policy(const struct device *device, size_t index, struct instance *instance)
{
	const struct sd_policy *policy = defense_policy(device->defense, index);
	char id[40];
	size_t i;

	snprintf(id, sizeof(id), POLICY_ID_FORMAT, policy->id);
	instance_number(instance, "AntiSpoofingSupport", policy->spoof);
	instance_text(instance, "ElementName", "Intel(r) AMT System Defense Policy");
	for (i = 0; i < policy->handle_count; i++)
		instance_number(instance, "FilterCreationHandles", policy->handles[i]);
	instance_text(instance, "InstanceID", id);
	instance_text(instance, "PolicyName", policy->name);
	instance_number(instance, "PolicyPrecedence", policy->precedence);
	render_default(&policy->when_unmatched[SD_TX], tx_names, instance);
	render_default(&policy->when_unmatched[SD_RX], rx_names, instance);
}

static void read_default(struct input *input, const char *const names[3], struct sd_default *rule)
{
	input_need_bool(input, names[0], &rule->drop);
	input_need_bool(input, names[1], &rule->event);
	input_need_bool(input, names[2], &rule->count);
}

static const char *const policy_arrays[] = { "FilterCreationHandles", NULL };
static const char *const policy_names[] = {
	"InstanceID",
	"ElementName",
	"Caption",
	"Description",
	"PolicyName",
	"PolicyPrecedence",
	"AntiSpoofingSupport",
	"FilterCreationHandles",
	"TxDefaultDrop",
	"TxDefaultMatchEvent",
	"TxDefaultCount",
	"RxDefaultDrop",
	"RxDefaultMatchEvent",
	"RxDefaultCount",
	NULL,
};

static struct outcome read_policy(const struct device *device, struct input *input,
				  struct sd_policy *policy)
{
	const struct xml_node *name = input_element(input, "PolicyName");
	uint32_t spoof = SPOOF_OFF;

	input_allow(input, policy_names, false);
	input_once(input, policy_arrays);
	input_number(input, "AntiSpoofingSupport", SPOOF_VALUES - 1, &spoof);
	input_need_number(input, "PolicyPrecedence", UINT32_MAX, &policy->precedence);
	policy->spoof = (enum sd_spoof)spoof;
	policy->handle_count =
		input_numbers(input, "FilterCreationHandles", policy->handles, SD_HANDLES_MAX);
	read_default(input, tx_names, &policy->when_unmatched[SD_TX]);
	read_default(input, rx_names, &policy->when_unmatched[SD_RX]);
	if (input->wrong)
		return class_bad_property(device);
	if (name && !text_copy(policy->name, sizeof(policy->name), name->text))
		return outcome_status(PT_INVALID_NAME);
	return outcome_ok();
}

static struct outcome create_policy(struct device *device, struct input *input, size_t *made)
{
	struct sd_policy policy = { 0 };
	struct outcome outcome = read_policy(device, input, &policy);

	if (outcome.fault != FAULT_NONE)
		return outcome;
	outcome = outcome_status(defense_add_policy(device->defense, &policy));
	if (outcome.fault != FAULT_NONE)
		return outcome;
	*made = defense_policies(device->defense) - 1;
	chronicle_audit(device, AUDIT_DEFENSE, AUDIT_POLICY_ADDED, policy.id);
	return outcome;
}

static struct outcome put_policy(struct device *device, size_t index, struct input *input)
{
	const struct sd_policy *old = defense_policy(device->defense, index);
	struct sd_policy policy = { .id = old->id, .timeout_min = old->timeout_min };
	struct outcome outcome;

	if (!device->knobs.put_objects)
		return outcome_fault(FAULT_ACTION);
	outcome = read_policy(device, input, &policy);
	if (outcome.fault != FAULT_NONE)
		return outcome;
	return outcome_status(defense_change_policy(device->defense, &policy));
}

static struct outcome remove_policy(struct device *device, size_t index)
{
	uint32_t id = defense_policy(device->defense, index)->id;
	uint32_t status = defense_remove_policy(device->defense, id);

	if (status == PT_SUCCESS)
		chronicle_audit(device, AUDIT_DEFENSE, AUDIT_POLICY_REMOVED, id);
	return outcome_status(status);
}

/* --- methods --- */

static struct outcome get_timeout(struct device *device, size_t index, struct input *input,
				  struct method_output *output)
{
	(void)input;
	if (!device->profile.timeouts)
		return outcome_fault(FAULT_ACTION);
	instance_number(&output->values, "Timeout",
			defense_policy(device->defense, index)->timeout_min);
	return outcome_ok();
}

static struct outcome set_timeout(struct device *device, size_t index, struct input *input,
				  struct method_output *output)
{
	uint32_t id = defense_policy(device->defense, index)->id, timeout_min = 0;

	if (!device->profile.timeouts)
		return outcome_fault(FAULT_ACTION);
	input_need_number(input, "Timeout", UINT32_MAX, &timeout_min);
	if (input->wrong)
		return class_bad_property(device);
	output->return_value = defense_set_timeout(device->defense, id, timeout_min);
	return outcome_ok();
}

static struct outcome update_statistics(struct device *device, size_t index, struct input *input,
					struct method_output *output)
{
	const struct xml_node *interface = input_element(input, "NetworkInterface");
	struct gate *gate;
	struct object port;
	bool reset = false;

	input_need_bool(input, "ResetOnRead", &reset);
	if (input->wrong || !interface)
		return class_bad_property(device);
	if (!class_follow(device, interface, &port) || port.class_def != &class_ethernet_port) {
		output->return_value = PT_INVALID_PARAMETER;
		return outcome_ok();
	}
	gate = defense_gate(device->defense, (unsigned)port.index);
	if (gate_policy(gate) != defense_policy(device->defense, index)->id) {
		output->return_value = device->knobs.inactive_status;
		return outcome_ok();
	}
	if (port.index == 0)
		device_refresh(device);
	gate_publish(gate, reset, device->now_ns);
	return outcome_ok();
}

static const char *const no_inputs[] = { NULL };
static const char *const timeout_inputs[] = { "Timeout", NULL };
static const char *const statistics_inputs[] = { "NetworkInterface", "ResetOnRead", NULL };

static const struct class_method policy_methods[] = {
	{ "GetTimeout", false, get_timeout, no_inputs },
	{ "SetTimeout", true, set_timeout, timeout_inputs },
	{ "UpdateStatistics", false, update_statistics, statistics_inputs },
	{ NULL, false, NULL, NULL },
};

const struct class_def class_policy = {
	.name = "AMT_SystemDefensePolicy",
	.schema = SCHEMA_AMT_URI,
	.defense = true,
	.keys = id_keys,
	.count = count_policies,
	.render = render_policy,
	.create = create_policy,
	.remove = remove_policy,
	.put = put_policy,
	.methods = policy_methods,
};

/* --- AMT_SystemDefensePolicyInService --- */

static void render_in_service(const struct device *device, size_t index, struct instance *instance)
{
	(void)device;
	instance_reference(instance, "Antecedent", (struct object){ &class_policy, index });
	instance_reference(instance, "Dependent", (struct object){ &class_defense_service, 0 });
}

const struct class_def class_policy_in_service = {
	.name = "AMT_SystemDefensePolicyInService",
	.schema = SCHEMA_AMT_URI,
	.defense = true,
	.keys = ends_keys,
	.count = count_policies,
	.render = render_in_service,
};

/* --- AMT_NetworkFilter: the built-in filters of each policy --- */

static const char *const network_keys[] = { "CreationClassName",       "Name",       "OwnerID",
					    "SystemCreationClassName", "SystemName", NULL };
static const char *const network_names[] = { "Default Tx Filter", "Default Rx Filter",
					     "Anti Spoofing Filter" };

static size_t built_in(const struct sd_policy *policy)
{
	return policy->spoof == SPOOF_OFF ? 2 : 3;
}

static size_t count_network(const struct device *device)
{
	size_t i, n = 0;

	if (!device->knobs.default_statistics)
		return 0;
	for (i = 0; i < defense_policies(device->defense); i++)
		n += built_in(defense_policy(device->defense, i));
	return n;
}

static void render_network(const struct device *device, size_t index, struct instance *instance)
{
	size_t i = 0;

	while (index >= built_in(defense_policy(device->defense, i)))
		index -= built_in(defense_policy(device->defense, i++));
	instance_text(instance, "CreationClassName", "AMT_NetworkFilter");
	instance_text(instance, "Name", network_names[index]);
	instance_number(instance, "OwnerID", defense_policy(device->defense, i)->id);
	instance_text(instance, "SystemCreationClassName", "CIM_ComputerSystem");
	instance_text(instance, "SystemName", "Intel(r) AMT");
}

const struct class_def class_network_filter = {
	.name = "AMT_NetworkFilter",
	.schema = SCHEMA_AMT_URI,
	.defense = true,
	.keys = network_keys,
	.count = count_network,
	.render = render_network,
};

/* --- AMT_FilterInSystemDefensePolicy --- */

static size_t members(const struct device *device, const struct sd_policy *policy)
{
	return policy->handle_count + (device->knobs.default_statistics ? built_in(policy) : 0);
}

size_t class_policy_first_member(const struct device *device, size_t policy_index)
{
	size_t i, n = 0;

	for (i = 0; i < policy_index; i++)
		n += members(device, defense_policy(device->defense, i));
	return n;
}

static size_t count_members(const struct device *device)
{
	return class_policy_first_member(device, defense_policies(device->defense));
}

static struct object filter_object(const struct device *device, uint32_t handle)
{
	enum sd_kind kind = defense_find_filter(device->defense, handle)->kind;
	size_t i = 0;

	while (defense_filter(device->defense, kind, i)->handle != handle)
		i++;
	return (struct object){ kind == SD_ETHER ? &class_ether_filter : &class_ip_filter, i };
}

static void render_member(const struct device *device, size_t index, struct instance *instance)
{
	const struct sd_policy *policy;
	struct object filter;
	size_t p, network = 0;

	for (p = 0; index >= members(device, defense_policy(device->defense, p)); p++) {
		index -= members(device, defense_policy(device->defense, p));
		network += built_in(defense_policy(device->defense, p));
	}
	policy = defense_policy(device->defense, p);
	if (index < policy->handle_count)
		filter = filter_object(device, policy->handles[index]);
	else
		filter = (struct object){ &class_network_filter,
					  network + index - policy->handle_count };
	instance_reference(instance, "Antecedent", (struct object){ &class_policy, p });
	instance_reference(instance, "Dependent", filter);
}

const struct class_def class_filter_in_policy = {
	.name = "AMT_FilterInSystemDefensePolicy",
	.schema = SCHEMA_AMT_URI,
	.defense = true,
	.keys = ends_keys,
	.count = count_members,
	.render = render_member,
};
