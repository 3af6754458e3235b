/* SPDX-License-Identifier: Apache-2.0 */
/* A dead man's switch: a policy that the firmware itself ends after some minutes (amt-system-defense.md 2.1, 3.2).
 *
 * Should the controller die for good, nobody stays cut off for ever.  While it lives it finds a lapsed policy at its
 * next look and enables it anew, so the price is a gap of seconds.  The timeout belongs to the policy object, not to
 * its creation: it is set after a new policy was made, and compared when one is found.
 *
 * Left open by public sources, and survived either way: what a lapse leaves of the association (inactive or gone), and
 * whether enabling it again starts the time anew. */
#include "amt/act.h"
#include "amt/cim.h"
#include "amt/endpoint.h"
#include "amt/session.h"
#include "amt/transaction.h"

static const struct step_kind step_set_timeout;

static bool knows_timeouts(const struct act *act)
{
	return !release_has(&act->endpoint->inventory.number, RELEASE_NO_TIMEOUT);
}

static bool ask_set_timeout(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;
	struct cim_instance *input;

	(void)n;
	if (!knows_timeouts(act))
		return false;
	input = cim_input(SD_CLASS_POLICY, "SetTimeout");
	cim_add_u32(input, "Timeout", act->endpoint->parts->timeout_min);
	*call = (struct session_call){ .op = WSMAN_INVOKE,
				       .class_name = SD_CLASS_POLICY,
				       .method = "SetTimeout",
				       .body = input,
				       .selectors = sd_by_id(SD_CLASS_POLICY, act->set.policy.id) };
	return true;
}

/* Setting the same twice does no harm, so a lost answer is simply asked for again. */
static int take_set_timeout(void *arg, uint32_t n, const struct session_result *result,
			    struct err *err)
{
	struct act *act = arg;

	if (!result || result->end == SESSION_DONE)
		return 0;
	if (result->end == SESSION_UNKNOWN && n == 0) {
		transaction_then(act->transaction, &step_set_timeout, 1);
		return 0;
	}
	return step_failed(result, err);
}

static const struct step_kind step_set_timeout = { ask_set_timeout, take_set_timeout };

static bool ask_timeout(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;

	(void)n;
	if (!knows_timeouts(act))
		return false;
	*call = (struct session_call){ .op = WSMAN_INVOKE,
				       .class_name = SD_CLASS_POLICY,
				       .method = "GetTimeout",
				       .selectors = sd_by_id(SD_CLASS_POLICY, act->set.policy.id) };
	return true;
}

/* Firmware that does not tell is taken at its word when it took the order. */
static int take_timeout(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;
	uint32_t found = 0;

	(void)n;
	if (!result || (result->end == SESSION_REFUSED && !result->locked_out))
		return 0;
	if (result->end != SESSION_DONE)
		return step_failed(result, err);
	if (result->item_count && cim_u32(result->items[0], "Timeout", 0, &found) &&
	    found != act->endpoint->parts->timeout_min)
		transaction_then(act->transaction, &step_set_timeout, 0);
	return 0;
}

static const struct step_kind step_timeout = { ask_timeout, take_timeout };

void timeout_steps(struct act *act, bool is_new)
{
	if (!is_new)
		transaction_then(act->transaction, &step_timeout, 0);
	else if (act->endpoint->parts->timeout_min)
		transaction_then(act->transaction, &step_set_timeout, 0);
}

uint32_t timeout_of(const struct act *act)
{
	return knows_timeouts(act) ? act->endpoint->parts->timeout_min * 60u : 0;
}
