/* SPDX-License-Identifier: Apache-2.0 */
/* IPS_OptInService (amt-out-of-band.md 2.5): in Client Control Mode consent is needed for everything and cannot be
 * changed. */
#include "tests/amtsim/acl.h"
#include "tests/amtsim/class.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/names.h"

#define CODES 1000000

static const char *const name_keys[] = { "CreationClassName", "Name", "SystemCreationClassName",
					 "SystemName", NULL };
static const char *const no_inputs[] = { NULL };

static size_t one(const struct device *device)
{
	(void)device;
	return 1;
}

static void render_consent(const struct device *device, size_t index, struct instance *instance)
{
	const struct consent *consent = &device->consent;

	(void)index;
	instance_number(instance, "CanModifyOptInPolicy", device->config.mode != MODE_CLIENT);
	instance_text(instance, "CreationClassName", "IPS_OptInService");
	instance_text(instance, "ElementName", "Intel(r) AMT OptIn Service");
	instance_text(instance, "Name", "Intel(r) AMT OptIn Service");
	instance_number(instance, "OptInCodeTimeout", consent->code_timeout_s);
	instance_number(instance, "OptInDisplayTimeout", consent->display_timeout_s);
	instance_number(instance, "OptInRequired", device_consent_required(device));
	instance_number(instance, "OptInState", consent->state);
	instance_text(instance, "SystemCreationClassName", "CIM_ComputerSystem");
	instance_text(instance, "SystemName", "Intel(r) AMT");
}

static struct outcome put_consent(struct device *device, size_t index, struct input *input)
{
	struct consent *consent = &device->consent;
	uint32_t required = consent->required, code_s = consent->code_timeout_s,
		 display_s = consent->display_timeout_s;

	(void)index;
	input_number(input, "OptInRequired", UINT32_MAX, &required);
	input_number(input, "OptInCodeTimeout", 900, &code_s);
	input_number(input, "OptInDisplayTimeout", 900, &display_s);
	if (input->wrong || code_s < 10 || display_s < 10 ||
	    (required > CONSENT_KVM && required != CONSENT_ALL))
		return class_bad_property(device);
	if (device->config.mode == MODE_CLIENT && required != CONSENT_ALL)
		return outcome_status(PT_NOT_PERMITTED);
	consent->required = required;
	consent->code_timeout_s = code_s;
	consent->display_timeout_s = display_s;
	return outcome_ok();
}

static struct outcome start(struct device *device, size_t index, struct input *input,
			    struct method_output *output)
{
	(void)index;
	(void)input;
	output->return_value = consent_start(&device->consent, &device->rng, device->now_ns);
	return outcome_ok();
}

static struct outcome send_code(struct device *device, size_t index, struct input *input,
				struct method_output *output)
{
	uint32_t code = 0;

	(void)index;
	input_need_number(input, "OptInCode", CODES - 1, &code);
	if (input->wrong)
		return outcome_fault(FAULT_SCHEMA);
	output->return_value = consent_send(&device->consent, code, device->now_ns);
	return outcome_ok();
}

static struct outcome cancel(struct device *device, size_t index, struct input *input,
			     struct method_output *output)
{
	(void)index;
	(void)input;
	output->return_value = consent_cancel(&device->consent);
	if (output->return_value == CONSENT_DONE)
		boot_clear(&device->boot);
	return outcome_ok();
}

static const char *const code_inputs[] = { "OptInCode", NULL };

static const struct class_method consent_methods[] = {
	{ "StartOptIn", false, start, no_inputs },
	{ "SendOptInCode", false, send_code, code_inputs },
	{ "CancelOptIn", false, cancel, no_inputs },
	{ NULL, false, NULL, NULL },
};

const struct class_def class_consent = {
	.name = "IPS_OptInService",
	.schema = SCHEMA_IPS_URI,
	.since = 600,
	.realms = REALM_BIT(REALM_REDIRECTION) | REALM_BIT(REALM_REMOTE_CONTROL) |
		  REALM_BIT(REALM_GENERAL),
	.write_realms = REALM_BIT(REALM_REDIRECTION) | REALM_BIT(REALM_REMOTE_CONTROL),
	.keys = name_keys,
	.count = one,
	.render = render_consent,
	.put = put_consent,
	.methods = consent_methods,
};
