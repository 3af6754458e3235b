/* SPDX-License-Identifier: Apache-2.0 */
/* No gap when one policy of ours takes the place of another (amt-system-defense.md 4.4).
 *
 * A port takes one policy of our owner, so the old one must go before the new one can come.  In between the port's
 * default policy is in force, if it has one: the new policy is made the default first and taken off last.  Where
 * somebody else's default is set, or firmware knows none, the gap of one round trip remains.
 *
 * A default of ours that a crash has left behind would keep a released machine cut off, so a release takes it off as
 * well and fails if it cannot (bind.c); and it never counts as an isolation, so that the isolation is made whole. */
#include "amt/act.h"
#include "amt/cim.h"
#include "amt/endpoint.h"
#include "amt/session.h"
#include "amt/transaction.h"

static const struct step_kind step_unhold;

static bool ask_hold(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;
	const struct endpoint *endpoint = act->endpoint;
	const struct inventory *inventory = &endpoint->inventory;

	if (release_has(&inventory->number, RELEASE_NO_DEFAULT_POLICY) ||
	    objects_default(&endpoint->objects, inventory_port_id(inventory, n)))
		return false;
	*call = (struct session_call){
		.op = WSMAN_CREATE,
		.class_name = SD_CLASS_DEFAULT,
		.body = sd_binding_write(SD_CLASS_DEFAULT, inventory->ports[n].reference,
					 act->set.policy.id),
	};
	return true;
}

static int take_hold(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;
	struct endpoint *endpoint = act->endpoint;

	/* Without it there is a gap, and that is still better than no isolation. */
	if (!result || (result->end == SESSION_REFUSED && !result->locked_out))
		return 0;
	if (result->end != SESSION_DONE && result->end != SESSION_UNKNOWN)
		return step_failed(result, err);
	objects_add_default(&endpoint->objects, inventory_port_id(&endpoint->inventory, n),
			    act->set.policy.id);
	transaction_undo(act->transaction, &step_unhold, n);
	return 0;
}

static const struct step_kind step_hold = { ask_hold, take_hold };

static bool ask_unhold(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;
	const struct endpoint *endpoint = act->endpoint;
	unsigned port = n % INVENTORY_PORTS;
	const struct sd_binding *held =
		objects_default(&endpoint->objects, inventory_port_id(&endpoint->inventory, port));

	if (!held || !objects_policy_is_ours(&endpoint->objects, held->policy_id))
		return false;
	*call = (struct session_call){
		.op = WSMAN_DELETE,
		.class_name = SD_CLASS_DEFAULT,
		.selectors =
			sd_binding_key(endpoint->inventory.ports[port].reference, held->policy_id),
	};
	return true;
}

/* n: the port, and for the second attempt INVENTORY_PORTS more.  What cannot be taken off now is found again: memory is thrown away, and every later act reads first. */
static int take_unhold(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;
	struct endpoint *endpoint = act->endpoint;

	if (!result)
		return 0;
	/* The second port is still to be set, and asking it would try our credentials once more. */
	if (result->locked_out && act->kind == ENFORCER_ISOLATE && !act->held &&
	    endpoint->inventory.port_count > 1)
		return step_failed(result, err);
	if (result->end == SESSION_DONE ||
	    (result->end == SESSION_REFUSED && fault_means_gone(&result->fault)))
		objects_remove_default(&endpoint->objects, inventory_port_id(&endpoint->inventory,
									     n % INVENTORY_PORTS));
	else if (n < INVENTORY_PORTS && !result->locked_out)
		transaction_then(act->transaction, &step_unhold, n + INVENTORY_PORTS);
	else
		endpoint->objects.known = false;
	return 0;
}

static const struct step_kind step_unhold = { ask_unhold, take_unhold };

void hold_steps(struct act *act)
{
	transaction_then(act->transaction, &step_hold, act->port);
}

void unhold_steps(struct act *act)
{
	transaction_then(act->transaction, &step_unhold, act->port);
}

void unhold_all_steps(struct act *act)
{
	for (uint32_t port = 0; port < act->endpoint->inventory.port_count; port++)
		transaction_then(act->transaction, &step_unhold, port);
}

void tidy_default_steps(struct act *act)
{
	const struct endpoint *endpoint = act->endpoint;
	const struct objects *objects = &endpoint->objects;

	for (uint32_t port = 0; port < endpoint->inventory.port_count; port++) {
		const struct sd_binding *binding =
			objects_binding(objects, inventory_port_id(&endpoint->inventory, port));

		if (binding && binding->active &&
		    objects_policy_is_ours(objects, binding->policy_id))
			transaction_then(act->transaction, &step_unhold, port);
	}
}
