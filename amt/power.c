/* SPDX-License-Identifier: Apache-2.0 */
/* Repairing by hand, below the operating system: is it on, switch it, and let its next start come from somewhere else
 * (amt-out-of-band.md 2.1, 2.3, 2.5).
 *
 * What a machine offers is asked, never assumed.  A next start is ordered in the sequence firmware wants - order cleared,
 * settings, role, source - and taken back if a later step fails, so that nobody's next start comes as a surprise.  A
 * power order is never repeated: if its answer is lost the outcome is told as not known.  Settings that destroy data are always
 * written as off.
 *
 * Left out: states that need an agent in the operating system (sleep, hibernate, graceful ends), storage and serial redirection. */
#include <stdio.h>
#include <string.h>

#include "amt/act.h"
#include "amt/cim.h"
#include "amt/consent.h"
#include "amt/endpoint.h"
#include "amt/history.h"
#include "amt/session.h"
#include "amt/transaction.h"
#include "core/base/buf.h"

#define CLASS_POWER    "CIM_PowerManagementService"
#define CLASS_SETTINGS "AMT_BootSettingData"
#define CLASS_ORDER    "CIM_BootConfigSetting"
#define CLASS_BOOT     "CIM_BootService"
#define ORDER_ID       "Intel(r) AMT: Boot Configuration 0"

#define STATES         32
#define ROLE_NEXT      1 /* single use */
#define ROLE_NONE      32768

/* The first is the class as it is, the second what old firmware lists it under (2.1). */
static const char *const state_classes[] = { "CIM_AssociatedPowerManagementService",
					     "CIM_ServiceAvailableToElement" };

static const uint32_t wanted_states[] = {
	[REMEDY_ON] = 2,
	[REMEDY_OFF] = 8,
	[REMEDY_CYCLE] = 5,
	[REMEDY_RESET] = 10,
};

static const struct {
	const char *words, *capability, *source; /* source NULL: a flag does it */
} boots[] = {
	[REMEDY_BOOT_NETWORK] = { "the network", "ForcePXEBoot", "Intel(r) AMT: Force PXE Boot" },
	[REMEDY_BOOT_DISK] = { "its disk", "ForceHardDriveBoot",
			       "Intel(r) AMT: Force Hard-drive Boot" },
	[REMEDY_BOOT_CD] = { "its CD drive", "ForceCDorDVDBoot",
			     "Intel(r) AMT: Force CD/DVD Boot" },
	[REMEDY_BOOT_SETUP] = { "its BIOS setup", "BIOSSetup", NULL },
};

static const struct step_kind step_state;

/* ---- state ------------------------------------------------------------------------------------- */

static uint8_t state_of(uint32_t power_state)
{
	switch (power_state) {
	case 2:
		return REMEDY_IS_ON;
	case 3:
	case 4:
	case 7:
		return REMEDY_ASLEEP;
	case 6:
	case 8:
	case 9:
	case 12:
	case 13:
		return REMEDY_IS_OFF;
	default:
		return REMEDY_UNKNOWN;
	}
}

static bool ask_state(void *arg, uint32_t n, struct session_call *call)
{
	(void)arg;
	*call = (struct session_call){ .op = WSMAN_ENUMERATE, .class_name = state_classes[n] };
	return true;
}

static bool only_looks(const struct act *act)
{
	return remedy_only_looks(&act->power) || act->power.act == REMEDY_WITHDRAW;
}

static bool offers(const struct cim_instance *item, uint32_t wanted)
{
	uint32_t offered;
	size_t n = 0;

	while (n < STATES && cim_u32(item, "AvailableRequestedPowerStates", n, &offered)) {
		if (offered == wanted)
			return true;
		n++;
	}
	return n == 0; /* it does not say */
}

static int take_state(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;
	uint32_t told;

	if (result->end != SESSION_DONE && (result->end != SESSION_REFUSED || result->locked_out))
		return step_failed(result, err);
	for (size_t i = 0; i < result->item_count; i++)
		if (cim_u32(result->items[i], "PowerState", 0, &told)) {
			act->power_state = state_of(told);
			act->power_offered =
				only_looks(act) ||
				offers(result->items[i], wanted_states[act->power.act]);
			return 0;
		}
	if (n == 0)
		transaction_then(act->transaction, &step_state, 1);
	else if (only_looks(act))
		return err_set(err, ERR_FAILED,
			       "%s does not tell whether it is on; give the AMT user the realm "
			       "Remote Control if it has not",
			       act->endpoint->device);
	return 0;
}

static const struct step_kind step_state = { ask_state, take_state };

/* ---- the next start ---------------------------------------------------------------------------- */

static bool ask_consent(void *arg, uint32_t n, struct session_call *call)
{
	(void)arg;
	(void)n;
	*call = (struct session_call){ .op = WSMAN_GET, .class_name = "IPS_OptInService" };
	return true;
}

/* Releases before 6.0 know no consent. */
static int take_consent(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;
	struct consent consent = { 0 };

	(void)n;
	if (result->end == SESSION_REFUSED && !result->locked_out)
		return 0;
	if (result->end != SESSION_DONE)
		return step_failed(result, err);
	if (result->item_count)
		consent_read(&consent, result->items[0]);
	if (!consent_is_missing(&consent))
		return 0;
	return err_set(err, ERR_FAILED,
		       "%s lets its next start be chosen only with the consent of a person at its "
		       "screen: \"cordon consent %s\"; or switch it without --boot",
		       act->endpoint->device, act->asset.name);
}

static const struct step_kind step_consent = { ask_consent, take_consent };

static bool ask_abilities(void *arg, uint32_t n, struct session_call *call)
{
	(void)arg;
	(void)n;
	*call = (struct session_call){ .op = WSMAN_GET, .class_name = "AMT_BootCapabilities" };
	return true;
}

static int take_abilities(void *arg, uint32_t n, const struct session_result *result,
			  struct err *err)
{
	struct act *act = arg;
	bool can = false;

	(void)n;
	if (result->end != SESSION_DONE)
		return step_failed(result, err);
	if (result->item_count)
		cim_bool(result->items[0], boots[act->power.boot].capability, &can);
	if (can)
		return 0;
	return err_set(err, ERR_FAILED,
		       "%s cannot be started from %s by its firmware (%s is off); choose another "
		       "--boot",
		       act->endpoint->device, boots[act->power.boot].words,
		       boots[act->power.boot].capability);
}

static const struct step_kind step_abilities = { ask_abilities, take_abilities };

static bool ask_settings(void *arg, uint32_t n, struct session_call *call)
{
	(void)arg;
	(void)n;
	*call = (struct session_call){ .op = WSMAN_GET, .class_name = CLASS_SETTINGS };
	return true;
}

static bool is_one_of(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

/* Newer firmware refuses what is read-only if it comes back (2.3). */
static struct cim_instance *settings_for(const struct cim_instance *found, unsigned boot)
{
	static const char *const read_only[] = { "WinREBootEnabled",
						 "UEFILocalPBABootEnabled",
						 "UEFIHTTPSBootEnabled",
						 "SecureBootControlEnabled",
						 "BootguardStatus",
						 "OptionsCleared",
						 "BIOSLastStatus",
						 "UefiBootParametersArray",
						 "RPEEnabled",
						 "RSEPassword",
						 NULL };
	struct cim_instance *wanted = cim_new(CLASS_SETTINGS);

	for (size_t i = 0; i < found->count; i++) {
		const struct cim_property *property = &found->properties[i];
		const char *text = property->kind == CIM_TEXT ? property->text : NULL;

		if (!text || is_one_of(property->name, read_only))
			continue;
		if (strcmp(property->name, "BIOSSetup") == 0 && boot == REMEDY_BOOT_SETUP)
			text = "true";
		else if (strcmp(text, "true") == 0)
			text = strcmp(property->name, "EnforceSecureBoot") == 0 ? text : "false";
		else if (strcmp(property->name, "BootMediaIndex") == 0 ||
			 strcmp(property->name, "UefiBootNumberOfParams") == 0 ||
			 strcmp(property->name, "PlatformErase") == 0)
			text = strcmp(text, "false") == 0 ? text : "0";
		cim_add(wanted, property->name, text);
	}
	if (boot == REMEDY_BOOT_SETUP && !cim_text(wanted, "BIOSSetup", 0))
		cim_add_bool(wanted, "BIOSSetup", true);
	return wanted;
}

static int take_settings(void *arg, uint32_t n, const struct session_result *result,
			 struct err *err)
{
	struct act *act = arg;

	(void)n;
	if (result->end != SESSION_DONE)
		return step_failed(result, err);
	if (result->item_count != 1)
		return err_set(err, ERR_FAILED,
			       "%s does not tell its boot settings; start it without --boot",
			       act->endpoint->device);
	cim_free(act->boot_settings);
	act->boot_settings = settings_for(result->items[0], act->power.boot);
	return 0;
}

static const struct step_kind step_settings = { ask_settings, take_settings };

static bool ask_order(void *arg, uint32_t sourced, struct session_call *call)
{
	struct act *act = arg;
	const char *source = boots[act->power.boot].source;
	struct cim_instance *input;

	if (sourced && !source)
		return false;
	input = cim_input(CLASS_ORDER, "ChangeBootOrder");
	if (sourced)
		cim_add_reference(input, "Source", sd_by_id("CIM_BootSourceSetting", source));
	*call = (struct session_call){ .op = WSMAN_INVOKE,
				       .class_name = CLASS_ORDER,
				       .method = "ChangeBootOrder",
				       .body = input,
				       .selectors = sd_by_id(CLASS_ORDER, ORDER_ID) };
	return true;
}

static int take_order(void *arg, uint32_t sourced, const struct session_result *result,
		      struct err *err)
{
	(void)arg;
	(void)sourced;
	return result && result->end != SESSION_DONE ? step_failed(result, err) : 0;
}

static const struct step_kind step_order = { ask_order, take_order };

static bool ask_put(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;

	(void)n;
	*call = (struct session_call){ .op = WSMAN_PUT,
				       .class_name = CLASS_SETTINGS,
				       .body = act->boot_settings };
	act->boot_settings = NULL;
	return true;
}

static const struct step_kind step_put = { ask_put, NULL };

static bool ask_role(void *arg, uint32_t role, struct session_call *call)
{
	struct cim_instance *input = cim_input(CLASS_BOOT, "SetBootConfigRole");

	(void)arg;
	cim_add_reference(input, "BootConfigSetting", sd_by_id(CLASS_ORDER, ORDER_ID));
	cim_add_u32(input, "Role", role);
	*call = (struct session_call){ .op = WSMAN_INVOKE,
				       .class_name = CLASS_BOOT,
				       .method = "SetBootConfigRole",
				       .body = input };
	return true;
}

static const struct step_kind step_withdraw = { ask_role, NULL };

static int take_withdrawal(void *arg, uint32_t role, const struct session_result *result,
			   struct err *err)
{
	struct act *act = arg;

	(void)role;
	if (result->end != SESSION_DONE)
		return step_failed(result, err);
	snprintf(act->result.did, sizeof(act->result.did),
		 "its next start comes from where it usually does");
	return 0;
}

static const struct step_kind step_withdraw_by_hand = { ask_role, take_withdrawal };

/* Whatever became of it, a failure from here on takes it back. */
static int take_role(void *arg, uint32_t role, const struct session_result *result, struct err *err)
{
	struct act *act = arg;

	(void)role;
	if (result->end != SESSION_REFUSED && result->end != SESSION_NOT_SENT)
		transaction_undo(act->transaction, &step_withdraw, ROLE_NONE);
	return result->end != SESSION_DONE ? step_failed(result, err) : 0;
}

static const struct step_kind step_role = { ask_role, take_role };

/* ---- the switch -------------------------------------------------------------------------------- */

static bool ask_power(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;
	struct cim_reference *machine = cim_reference_new("CIM_ComputerSystem");
	struct cim_instance *input = cim_input(CLASS_POWER, "RequestPowerStateChange");

	(void)n;
	cim_select(machine, "CreationClassName", "CIM_ComputerSystem");
	cim_select(machine, "Name", "ManagedSystem");
	cim_add_u32(input, "PowerState", wanted_states[act->power.act]);
	cim_add_reference(input, "ManagedElement", machine);
	act->switched++;
	*call = (struct session_call){ .op = WSMAN_INVOKE,
				       .class_name = CLASS_POWER,
				       .method = "RequestPowerStateChange",
				       .body = input };
	return true;
}

static int take_power(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;
	bool boot = act->power.boot != REMEDY_BOOT_USUAL;

	(void)n;
	if (result->end == SESSION_NOT_SENT || result->end == SESSION_REFUSED)
		act->switched--;
	if (result->end != SESSION_DONE)
		return step_failed(result, err);
	transaction_keep(act->transaction);
	snprintf(act->result.did, sizeof(act->result.did), "ordered: %s%s%s",
		 remedy_act_name(act->power.act), boot ? ", next start from " : "",
		 boot ? boots[act->power.boot].words : "");
	return 0;
}

static const struct step_kind step_power = { ask_power, take_power };

static int refuse(const struct act *act, const char *why, struct err *err)
{
	return err_set(err, ERR_FAILED, "%s: %s", act->endpoint->device, why);
}

/* With the state known: is there anything to do, and does it make sense? */
static int think_power(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;
	bool boot = act->power.boot != REMEDY_BOOT_USUAL, on = act->power_state == REMEDY_IS_ON;

	(void)n;
	(void)result;
	if (act->power.act == REMEDY_WITHDRAW)
		transaction_then(act->transaction, &step_withdraw_by_hand, ROLE_NONE);
	if (only_looks(act))
		return 0;
	if (act->power.act == REMEDY_ON && on)
		return boot ? refuse(act,
				     "it is on; take reset or cycle to let it start from somewhere else",
				     err)
			    : snprintf(act->result.did, sizeof(act->result.did),
				       "nothing: it is on already") < 0;
	if (act->power.act == REMEDY_OFF && act->power_state == REMEDY_IS_OFF)
		return snprintf(act->result.did, sizeof(act->result.did),
				"nothing: it is off already") < 0;
	if (!act->power_offered)
		return refuse(
			act,
			"its firmware does not offer that now; look at its state, and take on for "
			"a machine that is off",
			err);
	if (boot) {
		transaction_then(act->transaction, &step_consent, 0);
		transaction_then(act->transaction, &step_abilities, 0);
		transaction_then(act->transaction, &step_settings, 0);
		transaction_then(act->transaction, &step_order, false);
		transaction_then(act->transaction, &step_put, 0);
		transaction_then(act->transaction, &step_role, ROLE_NEXT);
		transaction_then(act->transaction, &step_order, true);
	}
	transaction_then(act->transaction, &step_power, 0);
	transaction_then(act->transaction, &step_state, 0);
	return 0;
}

static const struct step_kind step_think_power = { NULL, think_power };

void power_steps(struct act *act)
{
	identify_steps(act);
	if (act->power.act == REMEDY_READ_LOG) {
		history_steps(act);
		return;
	}
	if (act->power.act >= REMEDY_ASK_CONSENT) {
		consent_steps(act);
		return;
	}
	transaction_then(act->transaction, &step_state, 0);
	transaction_then(act->transaction, &step_think_power, 0);
}
