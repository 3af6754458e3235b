/* SPDX-License-Identifier: Apache-2.0 */
/* AMT_ActiveFilterStatistics: filters of the active policies only, as frozen by the last
 * UpdateStatistics (amt-system-defense.md 2.6).  Dependent is the three-level reference. */
#include "tests/amtsim/class.h"
#include "tests/amtsim/class_policy.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/names.h"

static const char *const ends_keys[] = { "Antecedent", "Dependent", NULL };

static size_t count_statistics(const struct device *device)
{
	unsigned port;
	size_t n = 0;

	for (port = 0; port < device_ports(device); port++)
		n += gate_statistics(defense_gate(device->defense, port));
	return n;
}

static void render_statistics(const struct device *device, size_t index, struct instance *instance)
{
	struct gate *gate = defense_gate(device->defense, 0);
	size_t policy, port = 0;
	struct gate_statistic now;

	if (index >= gate_statistics(gate)) {
		index -= gate_statistics(gate);
		gate = defense_gate(device->defense, 1);
		port = 1;
	}
	gate_statistic(gate, index, &now);
	policy = defense_find_policy(device->defense, gate_policy(gate));
	instance_datetime(instance, "ActivationTime", now.activated_ns);
	instance_reference(instance, "Antecedent", (struct object){ &class_ethernet_port, port });
	instance_reference(instance, "Dependent",
			   (struct object){ &class_filter_in_policy,
					    class_policy_first_member(device, policy) + index });
	instance_bool(instance, "FilterMatched", now.matched);
	instance_datetime(instance, "LastResetTime", now.reset_ns);
	instance_number(instance, "ReadCount", now.count);
}

const struct class_def class_statistics = {
	.name = "AMT_ActiveFilterStatistics",
	.schema = SCHEMA_AMT_URI,
	.defense = true,
	.keys = ends_keys,
	.count = count_statistics,
	.render = render_statistics,
};
