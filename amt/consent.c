/* SPDX-License-Identifier: Apache-2.0 */
/* consent.c - a six-digit code is shown on the machine's own screen, the person there tells it to us, we send it back.
 *
 * The state is read before each order, because orders that do not fit it are answered by numbers without public meaning, and after
 * the code, because only the state says that it was right.  Three wrong codes end it and firmware slows further attempts, so a code is
 * never sent twice. */
#include "amt/consent.h"

#include <stdio.h>
#include <string.h>

#include "amt/act.h"
#include "amt/cim.h"
#include "amt/endpoint.h"
#include "amt/session.h"
#include "amt/transaction.h"

#define CLASS_CONSENT    "IPS_OptInService"
#define REQUIRED_FOR_ALL UINT32_MAX

enum { NOT_STARTED, REQUESTED, DISPLAYED, RECEIVED, IN_SESSION }; /* OptInState */

void consent_read(struct consent *consent, const struct cim_instance *item)
{
	*consent = (struct consent){ .shown_s = 300, .agreed_s = 120 }; /* their defaults */
	cim_u32(item, "OptInRequired", 0, &consent->required);
	cim_u32(item, "OptInState", 0, &consent->state);
	cim_u32(item, "OptInDisplayTimeout", 0, &consent->shown_s);
	cim_u32(item, "OptInCodeTimeout", 0, &consent->agreed_s);
}

bool consent_is_missing(const struct consent *consent)
{
	return consent->required == REQUIRED_FOR_ALL && consent->state < RECEIVED;
}

static bool ask_state(void *arg, uint32_t n, struct session_call *call)
{
	(void)arg;
	(void)n;
	*call = (struct session_call){ .op = WSMAN_GET, .class_name = CLASS_CONSENT };
	return true;
}

static int say(struct act *act, const char *text)
{
	snprintf(act->result.did, sizeof(act->result.did), "%s", text);
	return 0;
}

static int refuse(const struct act *act, const char *why, struct err *err)
{
	return err_set(err, ERR_FAILED, "%s: %s", act->endpoint->device, why);
}

static int say_shown(struct act *act, const struct consent *consent)
{
	snprintf(
		act->result.did, sizeof(act->result.did),
		"a code of six digits is on its screen for %u s: have it told to you, then \"cordon consent %s "
		"CODE\"",
		consent->shown_s, act->asset.name);
	return 0;
}

/* ---- orders ------------------------------------------------------------------------------------ */

static bool ask_method(void *arg, uint32_t n, struct session_call *call)
{
	static const char *const methods[] = {
		[REMEDY_ASK_CONSENT] = "StartOptIn",
		[REMEDY_GIVE_CODE] = "SendOptInCode",
		[REMEDY_END_CONSENT] = "CancelOptIn",
	};
	struct act *act = arg;
	struct cim_instance *input = NULL;

	(void)n;
	if (act->power.act == REMEDY_GIVE_CODE) {
		input = cim_input(CLASS_CONSENT, "SendOptInCode");
		cim_add_u32(input, "OptInCode", act->power.code);
	}
	act->switched++;
	*call = (struct session_call){ .op = WSMAN_INVOKE,
				       .class_name = CLASS_CONSENT,
				       .method = methods[act->power.act],
				       .body = input };
	return true;
}

static int told_no(struct act *act, const struct session_result *result, struct err *err)
{
	bool blocked = result->fault.has_status && result->fault.status == 3;

	if (act->power.act == REMEDY_ASK_CONSENT && blocked)
		return refuse(
			act,
			"too many wrong codes were sent; wait some minutes, it shows none before",
			err);
	if (act->power.act == REMEDY_GIVE_CODE)
		return refuse(
			act,
			"it does not take this code; the third wrong one ends it: have it read out again",
			err);
	return step_failed(result, err);
}

static int take_method(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;

	(void)n;
	if (result->end == SESSION_NOT_SENT || result->end == SESSION_REFUSED)
		act->switched--;
	if (result->end == SESSION_REFUSED && !result->locked_out &&
	    strcmp(result->fault.subcode, "ReturnValue") == 0)
		return told_no(act, result, err);
	return result->end == SESSION_DONE ? 0 : step_failed(result, err);
}

static const struct step_kind step_method = { ask_method, take_method };

/* ---- before and after -------------------------------------------------------------------------- */

static int check(struct act *act, const struct session_result *result, struct consent *consent,
		 struct err *err)
{
	if (result->end == SESSION_REFUSED && !result->locked_out)
		return refuse(act,
			      "it knows no user consent (releases before 6.0), so none is needed",
			      err);
	if (result->end != SESSION_DONE)
		return step_failed(result, err);
	*consent = (struct consent){ 0 };
	if (result->item_count)
		consent_read(consent, result->items[0]);
	return 0;
}

static int take_after(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;
	struct consent consent;

	(void)n;
	if (check(act, result, &consent, err) < 0)
		return ERR_FAILED;
	if (act->power.act == REMEDY_END_CONSENT)
		return say(act,
			   "the consent has ended, and with it what was chosen for its next start");
	if (act->power.act == REMEDY_ASK_CONSENT && consent.state == DISPLAYED)
		return say_shown(act, &consent);
	if (act->power.act == REMEDY_ASK_CONSENT)
		return refuse(act, "it took the order, and shows no code: ask again", err);
	if (consent.state < RECEIVED)
		return refuse(act, "it took the code, and does not count it as consent: ask again",
			      err);
	snprintf(act->result.did, sizeof(act->result.did),
		 "the person at its screen has agreed: choose its next start within %u s",
		 consent.agreed_s);
	return 0;
}

static const struct step_kind step_after = { ask_state, take_after };

static void go(struct act *act)
{
	transaction_then(act->transaction, &step_method, 0);
	transaction_then(act->transaction, &step_after, 0);
}

static int take_before(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;
	struct consent consent;

	(void)n;
	if (check(act, result, &consent, err) < 0)
		return ERR_FAILED;
	switch (act->power.act) {
	case REMEDY_ASK_CONSENT:
		if (consent.required != REQUIRED_FOR_ALL)
			return say(act, "nothing: its next start may be chosen without consent");
		if (consent.state >= RECEIVED)
			return say(act, "nothing: the person at its screen has agreed already");
		if (consent.state == DISPLAYED)
			return say_shown(act, &consent);
		break;
	case REMEDY_GIVE_CODE:
		if (consent.state != DISPLAYED)
			return refuse(act, "it shows no code now: ask for consent first", err);
		break;
	default:
		if (consent.state == NOT_STARTED)
			return say(act, "nothing: there is no consent to end");
	}
	go(act);
	return 0;
}

static const struct step_kind step_before = { ask_state, take_before };

void consent_steps(struct act *act)
{
	transaction_then(act->transaction, &step_before, 0);
}
