/* SPDX-License-Identifier: Apache-2.0 */
/* Policies on ports: AMT_InterfacePolicy with its four subclasses, one per owner, and the default
 * policy (amt-system-defense.md 2.5, 3.2).
 *
 * A client may create and delete all but that of environment detection, which a method makes. */
#include "tests/amtsim/class.h"

#include "tests/amtsim/chronicle.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/names.h"

static const char *const ends_keys[] = { "Antecedent", "Dependent", NULL };

static void render(const struct device *device, enum sd_owner owner, size_t index,
		   struct instance *instance)
{
	const struct sd_binding *binding = defense_binding(device->defense, owner, index);
	size_t policy = defense_find_policy(device->defense, binding->policy);

	instance_bool(instance, "Active", defense_is_active(device->defense, binding));
	instance_reference(instance, "Antecedent",
			   (struct object){ &class_ethernet_port, binding->port });
	instance_reference(instance, "Dependent", (struct object){ &class_policy, policy });
	if (owner != OWNER_DEFAULT)
		instance_bool(instance, "Enabled",
			      !binding->expired && defense_is_armed(device->defense, owner));
}

static const char *const binding_names[] = { "Active", "Antecedent", "Dependent", "Enabled", NULL };

static struct outcome create(struct device *device, enum sd_owner owner, struct input *input,
			     size_t *made)
{
	struct sd_binding binding = { .owner = owner };
	struct object port, policy;
	uint32_t status;

	input_allow(input, binding_names, device->knobs.input_order);
	if (!class_follow(device, input_element(input, "Antecedent"), &port) ||
	    !class_follow(device, input_element(input, "Dependent"), &policy) || input->wrong ||
	    port.class_def != &class_ethernet_port || policy.class_def != &class_policy)
		return class_bad_property(device);
	if (port.index == 1 && device->knobs.wireless == WIRELESS_UNSUPPORTED)
		return outcome_status(PT_UNSUPPORTED);
	binding.port = (unsigned)port.index;
	binding.policy = defense_policy(device->defense, policy.index)->id;
	status = defense_bind(device->defense, &binding, device->now_ns);
	if (status == PT_DUPLICATE)
		return outcome_fault(FAULT_EXISTS);
	if (status == PT_SUCCESS && owner == OWNER_DEFAULT)
		chronicle_audit(device, AUDIT_DEFENSE, AUDIT_DEFAULT_POLICY_SET, binding.policy);
	*made = defense_bindings(device->defense, owner) - 1;
	return outcome_status(status);
}

static struct outcome remove_nth(struct device *device, enum sd_owner owner, size_t index)
{
	struct sd_binding binding = *defense_binding(device->defense, owner, index);

	return outcome_status(defense_unbind(device->defense, &binding, device->now_ns));
}

const struct class_def class_interface_policy = {
	.name = "AMT_InterfacePolicy",
	.schema = SCHEMA_AMT_URI,
	.defense = true,
	.keys = ends_keys,
};

/* --- System Defense --- */

static size_t count_port(const struct device *device)
{
	return defense_bindings(device->defense, OWNER_SYSTEM_DEFENSE);
}

static void render_port(const struct device *device, size_t index, struct instance *instance)
{
	render(device, OWNER_SYSTEM_DEFENSE, index, instance);
}

static struct outcome create_port(struct device *device, struct input *input, size_t *made)
{
	return create(device, OWNER_SYSTEM_DEFENSE, input, made);
}

static struct outcome remove_port(struct device *device, size_t index)
{
	return remove_nth(device, OWNER_SYSTEM_DEFENSE, index);
}

const struct class_def class_port_policy = {
	.name = "AMT_NetworkPortSystemDefensePolicy",
	.schema = SCHEMA_AMT_URI,
	.super = "AMT_InterfacePolicy",
	.defense = true,
	.binding = true,
	.keys = ends_keys,
	.count = count_port,
	.render = render_port,
	.create = create_port,
	.remove = remove_port,
};

/* --- the port's default policy --- */

static size_t count_default(const struct device *device)
{
	return defense_bindings(device->defense, OWNER_DEFAULT);
}

static void render_default(const struct device *device, size_t index, struct instance *instance)
{
	render(device, OWNER_DEFAULT, index, instance);
}

static struct outcome create_default(struct device *device, struct input *input, size_t *made)
{
	return create(device, OWNER_DEFAULT, input, made);
}

static struct outcome remove_default(struct device *device, size_t index)
{
	return remove_nth(device, OWNER_DEFAULT, index);
}

const struct class_def class_default_policy = {
	.name = "AMT_NetworkPortDefaultSystemDefensePolicy",
	.schema = SCHEMA_AMT_URI,
	.defense = true,
	.binding = true,
	.keys = ends_keys,
	.count = count_default,
	.render = render_default,
	.create = create_default,
	.remove = remove_default,
};

/* --- the other owners: enabled when their trigger says so --- */

static size_t count_agent(const struct device *device)
{
	return defense_bindings(device->defense, OWNER_AGENT_PRESENCE);
}

static void render_agent(const struct device *device, size_t index, struct instance *instance)
{
	render(device, OWNER_AGENT_PRESENCE, index, instance);
}

static struct outcome create_agent(struct device *device, struct input *input, size_t *made)
{
	return create(device, OWNER_AGENT_PRESENCE, input, made);
}

static struct outcome remove_agent(struct device *device, size_t index)
{
	return remove_nth(device, OWNER_AGENT_PRESENCE, index);
}

const struct class_def class_agent_policy = {
	.name = "AMT_AgentPresenceInterfacePolicy",
	.schema = SCHEMA_AMT_URI,
	.super = "AMT_InterfacePolicy",
	.defense = true,
	.keys = ends_keys,
	.binding = true,
	.count = count_agent,
	.render = render_agent,
	.create = create_agent,
	.remove = remove_agent,
};

static size_t count_environment(const struct device *device)
{
	return defense_bindings(device->defense, OWNER_ENVIRONMENT);
}

static void render_environment(const struct device *device, size_t index, struct instance *instance)
{
	render(device, OWNER_ENVIRONMENT, index, instance);
}

const struct class_def class_environment_policy = {
	.name = "AMT_EnvironmentDetectionInterfacePolicy",
	.schema = SCHEMA_AMT_URI,
	.super = "AMT_InterfacePolicy",
	.defense = true,
	.keys = ends_keys,
	.count = count_environment,
	.render = render_environment,
};

static size_t count_heuristic(const struct device *device)
{
	return defense_bindings(device->defense, OWNER_HEURISTICS);
}

static void render_heuristic(const struct device *device, size_t index, struct instance *instance)
{
	render(device, OWNER_HEURISTICS, index, instance);
}

/* The settings must have been written once; creating it turns the detector on (4.8). */
static struct outcome create_heuristic(struct device *device, struct input *input, size_t *made)
{
	struct outcome outcome;

	if (!device->heuristics.configured)
		return outcome_status(PT_NOT_READY);
	outcome = create(device, OWNER_HEURISTICS, input, made);
	if (outcome.fault == FAULT_NONE)
		device->heuristics.enabled = true;
	return outcome;
}

static struct outcome remove_heuristic(struct device *device, size_t index)
{
	return remove_nth(device, OWNER_HEURISTICS, index);
}

const struct class_def class_heuristic_policy = {
	.name = "AMT_HeuristicPacketFilterInterfacePolicy",
	.schema = SCHEMA_AMT_URI,
	.super = "AMT_InterfacePolicy",
	.defense = true,
	.keys = ends_keys,
	.heuristics = true,
	.binding = true,
	.count = count_heuristic,
	.render = render_heuristic,
	.create = create_heuristic,
	.remove = remove_heuristic,
};
