/* SPDX-License-Identifier: Apache-2.0 */
/* AMT_HeuristicPacketFilterSettings and ...Statistics of the wired port, releases 3.0 to 11
 * without 4 (amt-system-defense.md 2.8).  Instance names are a CHOICE. */
#include "tests/amtsim/class.h"

#include <string.h>

#include "tests/amtsim/chronicle.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/xml.h"

#define STATE_RUNNING  0
#define STATE_DISABLED 3

static const char *const id_keys[] = { "InstanceID", NULL };
static const char *const link_keys[] = { "ManagedElement", "SettingData", NULL };

static size_t one_if_there(const struct device *device)
{
	return device->profile.heuristics ? 1 : 0;
}

/* --- settings --- */

static void render_rate(const struct heuristics_rate *rate, const char *threshold,
			const char *clear, struct instance *instance)
{
	if (rate->threshold == 0)
		return;
	instance_number(instance, threshold, rate->threshold);
	instance_number(instance, clear, rate->clear_ms);
}

static void render_settings(const struct device *device, size_t index, struct instance *instance)
{
	const struct heuristics *h = &device->heuristics;

	(void)index;
	instance_bool(instance, "BlockAll", h->block_all);
	instance_bool(instance, "BlockOffensivePort", h->block_port);
	instance_text(instance, "ElementName", "Intel(r) AMT Heuristic Packet Filter Settings");
	instance_bool(instance, "Enabled", h->enabled);
	instance_number(instance, "EncounterTimeout", h->timeout_s);
	render_rate(&h->fast, "FastConnectionRateThreshold", "FastConnectionRateClearTime",
		    instance);
	instance_text(instance, "InstanceID", "Intel(r) AMT Heuristic Packet Filter Settings 0");
	render_rate(&h->slow, "SlowConnectionRateThreshold", "SlowConnectionRateClearTime",
		    instance);
}

/* Both values or none; `wrong` if the clear time is out of its range. */
static void read_rate(struct input *input, const char *const names[2], const uint32_t range_ms[2],
		      struct heuristics_rate *rate)
{
	bool has_threshold = input_number(input, names[0], UINT32_MAX, &rate->threshold);
	bool has_clear = input_number(input, names[1], range_ms[1], &rate->clear_ms);

	if (has_threshold != has_clear || (has_threshold && rate->threshold == 0) ||
	    (has_clear && rate->clear_ms < range_ms[0]))
		input->wrong = true;
}

static struct outcome put_settings(struct device *device, size_t index, struct input *input)
{
	static const char *const fast_names[] = { "FastConnectionRateThreshold",
						  "FastConnectionRateClearTime" };
	static const char *const slow_names[] = { "SlowConnectionRateThreshold",
						  "SlowConnectionRateClearTime" };
	static const uint32_t fast_ms[] = { 10, 1000 }, slow_ms[] = { 1000, 50000 };
	struct heuristics wanted = { .configured = true };

	(void)index;
	input_need_bool(input, "Enabled", &wanted.enabled);
	input_need_number(input, "EncounterTimeout", UINT16_MAX, &wanted.timeout_s);
	input_bool(input, "BlockAll", &wanted.block_all);
	input_bool(input, "BlockOffensivePort", &wanted.block_port);
	read_rate(input, fast_names, fast_ms, &wanted.fast);
	read_rate(input, slow_names, slow_ms, &wanted.slow);
	if (input->wrong || !wanted.fast.threshold == !wanted.slow.threshold)
		return class_bad_property(device);
	device->heuristics = wanted;
	defense_arm(device->defense, OWNER_HEURISTICS, false, device->now_ns);
	chronicle_audit(device, AUDIT_DEFENSE, AUDIT_HEURISTICS_SET, 0);
	return outcome_ok();
}

const struct class_def class_heuristics_settings = {
	.name = "AMT_HeuristicPacketFilterSettings",
	.schema = SCHEMA_AMT_URI,
	.defense = true,
	.heuristics = true,
	.keys = id_keys,
	.count = one_if_there,
	.render = render_settings,
	.put = put_settings,
};

/* --- CIM_ElementSettingData: how the settings are found from the wired port --- */

static void render_link(const struct device *device, size_t index, struct instance *instance)
{
	(void)device;
	(void)index;
	instance_number(instance, "IsCurrent", 1);
	instance_reference(instance, "ManagedElement", (struct object){ &class_ethernet_port, 0 });
	instance_reference(instance, "SettingData",
			   (struct object){ &class_heuristics_settings, 0 });
}

const struct class_def class_element_setting = {
	.name = "CIM_ElementSettingData",
	.schema = SCHEMA_CIM_URI,
	.defense = true,
	.heuristics = true,
	.keys = link_keys,
	.count = one_if_there,
	.render = render_link,
};

/* --- statistics --- */

static unsigned state(const struct device *device)
{
	if (device->heuristics.reason != REASON_NONE)
		return device->knobs.encounter_state;
	return device->heuristics.enabled ? STATE_RUNNING : STATE_DISABLED;
}

static void render_statistics(const struct device *device, size_t index, struct instance *instance)
{
	const struct heuristics *h = &device->heuristics;
	bool encounter = h->reason != REASON_NONE;

	(void)index;
	instance_bool(instance, "BlockedAll", encounter && h->block_all);
	if (encounter && h->block_port) {
		instance_number(instance, "BlockedOffensivePort", h->port);
		instance_number(instance, "BlockedOffensivePortProtocol", h->protocol);
	}
	instance_text(instance, "ElementName", "Intel(r) AMT Heuristic Packet Filter Statistics");
	instance_bool(instance, "EnabledPolicy",
		      encounter && defense_bindings(device->defense, OWNER_HEURISTICS) > 0);
	instance_text(instance, "InstanceID", "Intel(r) AMT Heuristic Packet Filter Statistics 0");
	instance_number(instance, "State", state(device));
	if (!encounter) /* null while running */
		return;
	instance_datetime(instance, "TimeStamp", h->since_ns);
	instance_number(instance, "TriggerReason", h->reason);
}

static struct outcome reset_statistics(struct device *device, size_t index, struct input *input,
				       struct method_output *output)
{
	const struct xml_node *first = xml_child(input->node, input->ns, "SelectedStatistics");

	(void)index;
	if (!first || strcmp(first->text, "All") != 0) {
		output->return_value = 1; /* unsupported */
		return outcome_ok();
	}
	heuristics_clear(&device->heuristics);
	defense_arm(device->defense, OWNER_HEURISTICS, false, device->now_ns);
	chronicle_audit(device, AUDIT_DEFENSE, AUDIT_HEURISTICS_CLEARED, 0);
	return outcome_ok();
}

static const char *const reset_inputs[] = { "SelectedStatistics", NULL };

static const struct class_method statistics_methods[] = {
	{ "ResetSelectedStats", true, reset_statistics, reset_inputs },
	{ NULL, false, NULL, NULL },
};

const struct class_def class_heuristics_statistics = {
	.name = "AMT_HeuristicPacketFilterStatistics",
	.schema = SCHEMA_AMT_URI,
	.defense = true,
	.heuristics = true,
	.keys = id_keys,
	.count = one_if_there,
	.render = render_statistics,
	.methods = statistics_methods,
};
