/* SPDX-License-Identifier: Apache-2.0 */
/* AMT_TLSSettingData and the redirection switches: settings by Put
 * (amt-system-defense.md 1.2, amt-out-of-band.md 3.6, 7.4).
 *
 * TLS settings wait for AMT_SetupAndConfigurationService.CommitChanges. */
#include "tests/amtsim/class.h"

#include <string.h>

#include "tests/amtsim/device.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/text.h"
#include "tests/amtsim/xml.h"

static const char *const id_keys[] = { "InstanceID", NULL };
static const char *const service_keys[] = { "CreationClassName", "Name", "SystemCreationClassName",
					    "SystemName", NULL };

static size_t one(const struct device *device)
{
	(void)device;
	return 1;
}

/* --- AMT_TLSSettingData: 0 the network's side, 1 the host's --- */

static size_t two(const struct device *device)
{
	(void)device;
	return 2;
}

static void render_tls(const struct device *device, size_t index, struct instance *instance)
{
	static const char *const names[] = { "Intel(r) AMT 802.3 TLS Settings",
					     "Intel(r) AMT LMS TLS Settings" };
	const struct device_tls_wish *wish = &device->tls_wish;
	size_t i;

	instance_bool(instance, "AcceptNonSecureConnections", index == 1);
	instance_text(instance, "ElementName", names[index]);
	instance_bool(instance, "Enabled", index == 0 && device->config.tls);
	instance_text(instance, "InstanceID", names[index]);
	instance_bool(instance, "MutualAuthentication", index == 0 && wish->mutual);
	if (device->profile.major * 100 + device->profile.minor >= 1601)
		instance_bool(instance, "NonSecureConnectionsSupported", false);
	for (i = 0; index == 0 && i < TLS_TRUSTED_NAMES && *wish->trusted[i]; i++)
		instance_text(instance, "TrustedCN", wish->trusted[i]);
}

static struct outcome put_tls(struct device *device, size_t index, struct input *input)
{
	struct device_tls_wish wish = { 0 };
	const struct xml_node *child;
	bool enabled = false, plain = false;
	size_t names = 0;

	input_need_bool(input, "Enabled", &enabled);
	input_bool(input, "AcceptNonSecureConnections", &plain);
	input_bool(input, "MutualAuthentication", &wish.mutual);
	for (child = input->node->first; child; child = child->next) {
		if (!xml_is(child, input->ns, "TrustedCN"))
			continue;
		if (names == TLS_TRUSTED_NAMES ||
		    !text_copy(wish.trusted[names++], TLS_NAME_BYTES, child->text))
			return outcome_status(PT_INVALID_PARAMETER);
	}
	if (input->wrong)
		return class_bad_property(device);
	/* The listener cannot change its nature while it listens (CHOICE). */
	if (index == 1 || enabled != device->config.tls)
		return outcome_status(PT_NOT_PERMITTED);
	device->tls_wish = wish;
	return outcome_ok();
}

const struct class_def class_tls_settings = {
	.name = "AMT_TLSSettingData",
	.schema = SCHEMA_AMT_URI,
	.get_only = true,
	.realms = REALM_BIT(REALM_ADMIN),
	.keys = id_keys,
	.count = two,
	.render = render_tls,
	.put = put_tls,
};

/* --- AMT_RedirectionService --- */

#define REDIRECTION_OFF  32768u
#define REDIRECTION_BOTH 32771u

static void render_redirection(const struct device *device, size_t index, struct instance *instance)
{
	(void)index;
	instance_text(instance, "CreationClassName", "AMT_RedirectionService");
	instance_text(instance, "ElementName", "Intel(r) AMT Redirection Service");
	instance_number(instance, "EnabledState", REDIRECTION_OFF + device->redirection);
	instance_bool(instance, "ListenerEnabled", device->redirection_listens);
	instance_text(instance, "Name", "Intel(r) AMT Redirection Service");
	instance_text(instance, "SystemCreationClassName", "CIM_ComputerSystem");
	instance_text(instance, "SystemName", "Intel(r) AMT");
}

static struct outcome put_redirection(struct device *device, size_t index, struct input *input)
{
	uint32_t state = REDIRECTION_OFF + device->redirection;
	bool listens = false;

	(void)index;
	input_need_bool(input, "ListenerEnabled", &listens);
	input_number(input, "EnabledState", REDIRECTION_BOTH, &state);
	if (input->wrong || state < REDIRECTION_OFF)
		return class_bad_property(device);
	device->redirection_listens = listens;
	return outcome_ok(); /* the state itself is changed by the method only */
}

static struct outcome change_redirection(struct device *device, size_t index, struct input *input,
					 struct method_output *output)
{
	uint32_t state = 0;

	(void)index;
	input_need_number(input, "RequestedState", UINT16_MAX, &state);
	if (input->wrong || state < REDIRECTION_OFF || state > REDIRECTION_BOTH)
		output->return_value = 5; /* CIM: invalid parameter */
	else
		device->redirection = (uint8_t)(state - REDIRECTION_OFF);
	return outcome_ok();
}

/* Nobody is ever connected. */
static struct outcome end_session(struct device *device, size_t index, struct input *input,
				  struct method_output *output)
{
	uint32_t type = 0;

	(void)device;
	(void)index;
	input_need_number(input, "SessionType", 1, &type);
	output->return_value = input->wrong ? PT_INVALID_PARAMETER : PT_NOT_FOUND;
	return outcome_ok();
}

static const char *const state_inputs[] = { "RequestedState", "TimeoutPeriod", NULL };
static const char *const type_inputs[] = { "SessionType", NULL };

static const struct class_method redirection_methods[] = {
	{ "RequestStateChange", true, change_redirection, state_inputs },
	{ "TerminateSession", false, end_session, type_inputs },
	{ NULL, false, NULL, NULL },
};

const struct class_def class_redirection = {
	.name = "AMT_RedirectionService",
	.schema = SCHEMA_AMT_URI,
	.realms = REALM_BIT(REALM_REDIRECTION),
	.keys = service_keys,
	.count = one,
	.render = render_redirection,
	.put = put_redirection,
	.methods = redirection_methods,
};

/* --- CIM_KVMRedirectionSAP --- */

static void render_kvm(const struct device *device, size_t index, struct instance *instance)
{
	(void)index;
	instance_text(instance, "CreationClassName", "CIM_KVMRedirectionSAP");
	instance_text(instance, "ElementName", "KVM Redirection Service Access Point");
	instance_number(instance, "EnabledState", device->kvm_enabled ? 6 : 3);
	instance_number(instance, "KVMProtocol", 4);
	instance_text(instance, "Name", "KVM Redirection Service Access Point");
	instance_number(instance, "RequestedState", device->kvm_enabled ? 2 : 3);
	instance_text(instance, "SystemCreationClassName", "CIM_ComputerSystem");
	instance_text(instance, "SystemName", "ManagedSystem");
}

static struct outcome change_kvm(struct device *device, size_t index, struct input *input,
				 struct method_output *output)
{
	uint32_t state = 0;

	(void)index;
	input_need_number(input, "RequestedState", UINT16_MAX, &state);
	if (input->wrong || (state != 2 && state != 3))
		output->return_value = 5;
	else
		device->kvm_enabled = state == 2;
	return outcome_ok();
}

static const struct class_method kvm_methods[] = {
	{ "RequestStateChange", true, change_kvm, state_inputs },
	{ NULL, false, NULL, NULL },
};

const struct class_def class_kvm = {
	.name = "CIM_KVMRedirectionSAP",
	.since = 600,
	.schema = SCHEMA_CIM_URI,
	.realms = REALM_BIT(REALM_REDIRECTION),
	.keys = service_keys,
	.count = one,
	.render = render_kvm,
	.methods = kvm_methods,
};
