/* SPDX-License-Identifier: Apache-2.0 */
/* AMT_EnvironmentDetectionSettingData (amt-system-defense.md 2.9): the list by Put, the policy by
 * method; firmware then keeps AMT_EnvironmentDetectionInterfacePolicy. */
#include "tests/amtsim/class.h"

#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/text.h"
#include "tests/amtsim/xml.h"

static const char *const id_keys[] = { "InstanceID", NULL };

static size_t one(const struct device *device)
{
	(void)device;
	return 1;
}

static void render(const struct device *device, size_t index, struct instance *instance)
{
	const struct environment *e = &device->environment;
	size_t i;

	(void)index;
	instance_number(instance, "DetectionAlgorithm", e->algorithm);
	for (i = 0; i < e->count; i++)
		instance_text(instance, "DetectionStrings", e->strings[i]);
	instance_text(instance, "ElementName", "Intel(r) AMT Environment Detection Settings");
	instance_text(instance, "InstanceID", "Intel(r) AMT Environment Detection Settings");
}

/* False if there are too many or one is too long. */
static bool read_strings(const struct input *input, struct environment *e)
{
	const struct xml_node *child;

	e->strings = calloc(ENVIRONMENT_STRINGS, sizeof(*e->strings));
	CHECK(e->strings);
	for (child = input->node->first; child; child = child->next) {
		if (!xml_is(child, input->ns, "DetectionStrings"))
			continue;
		if (e->count == ENVIRONMENT_STRINGS ||
		    !text_copy(e->strings[e->count++], ENVIRONMENT_STRING_BYTES, child->text))
			return false;
	}
	return true;
}

static struct outcome put(struct device *device, size_t index, struct input *input)
{
	struct environment wanted = device->environment;

	(void)index;
	wanted.strings = NULL;
	wanted.count = 0;
	input_need_number(input, "DetectionAlgorithm", 1, &wanted.algorithm);
	if (input->wrong || !read_strings(input, &wanted)) {
		environment_fini(&wanted);
		return class_bad_property(device);
	}
	environment_fini(&device->environment);
	device->environment = wanted;
	return outcome_ok();
}

static void unbind_all(struct device *device)
{
	while (defense_bindings(device->defense, OWNER_ENVIRONMENT) > 0) {
		struct sd_binding binding = *defense_binding(device->defense, OWNER_ENVIRONMENT, 0);

		defense_unbind(device->defense, &binding, device->now_ns);
	}
}

/* Without a policy there is no difference between inside and outside. */
static struct outcome set_policy(struct device *device, size_t index, struct input *input,
				 struct method_output *output)
{
	const struct xml_node *reference = input_element(input, "Policy");
	struct sd_binding binding = { .owner = OWNER_ENVIRONMENT };
	struct object policy;

	(void)index;
	if (!device_has_defense(device)) {
		output->return_value = PT_UNSUPPORTED;
		return outcome_ok();
	}
	if (reference &&
	    (!class_follow(device, reference, &policy) || policy.class_def != &class_policy)) {
		output->return_value = PT_INVALID_PARAMETER;
		return outcome_ok();
	}
	unbind_all(device);
	if (!reference)
		return outcome_ok();
	binding.policy = defense_policy(device->defense, policy.index)->id;
	output->return_value = defense_bind(device->defense, &binding, device->now_ns);
	return outcome_ok();
}

static struct outcome set_vpn(struct device *device, size_t index, struct input *input,
			      struct method_output *output)
{
	(void)index;
	input_need_bool(input, "Enable", &device->environment.vpn_routing);
	if (input->wrong)
		output->return_value = PT_INVALID_PARAMETER;
	return outcome_ok();
}

static const char *const policy_inputs[] = { "Policy", NULL };
static const char *const vpn_inputs[] = { "Enable", NULL };

static const struct class_method methods[] = {
	{ "SetSystemDefensePolicy", true, set_policy, policy_inputs },
	{ "EnableVpnRouting", true, set_vpn, vpn_inputs },
	{ NULL, false, NULL, NULL },
};

const struct class_def class_environment = {
	.name = "AMT_EnvironmentDetectionSettingData",
	.schema = SCHEMA_AMT_URI,
	.write_realms = REALM_BIT(REALM_ADMIN),
	.keys = id_keys,
	.count = one,
	.render = render,
	.put = put,
	.methods = methods,
};
