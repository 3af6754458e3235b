/* SPDX-License-Identifier: Apache-2.0 */
/* Release: disabling whatever of ours is enabled, on every port (amt-system-defense.md 4.7).
 *
 * On a device we know it is one Delete for each port and one reading back.  Memory says what should be there; only when
 * the device disagrees is it read again, once. */
#include <stdio.h>
#include <string.h>

#include "amt/act.h"
#include "amt/cim.h"
#include "amt/endpoint.h"
#include "amt/session.h"
#include "amt/transaction.h"

static const struct step_kind step_decide_release;

static struct cim_reference *port_to_release(const struct act *act, const char *port_id)
{
	const struct inventory *inventory = &act->endpoint->inventory;
	unsigned port = inventory_find_port(inventory, port_id);
	struct cim_reference *reference;

	if (port < inventory->port_count)
		return cim_reference_copy(inventory->ports[port].reference);
	/* A port that is not among the device's any more; its name alone is taken by firmware (4.4). */
	reference = cim_reference_new("CIM_EthernetPort");
	cim_select(reference, "DeviceID", port_id);
	return reference;
}

static bool ask_unbind(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;
	struct cim_reference *port = port_to_release(act, act->to_release[n].port_id);

	act->switched++;
	*call = (struct session_call){
		.op = WSMAN_DELETE,
		.class_name = SD_CLASS_BINDING,
		.selectors = sd_binding_key(port, act->to_release[n].policy_id),
	};
	cim_reference_free(port);
	return true;
}

/* Whatever the device said, reading back decides; its words are kept in case it meant them. */
static int take_unbind(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;

	(void)n;
	if (result->end == SESSION_NOT_SENT || result->end == SESSION_REFUSED)
		act->switched--;
	if (result->end == SESSION_NOT_SENT || result->locked_out)
		return step_failed(result, err);
	if (result->end != SESSION_DONE)
		step_failed(result, &act->refusal);
	return 0;
}

static const struct step_kind step_unbind = { ask_unbind, take_unbind };

/* On whatever port.  The first port's comes last: as long as it is there, the machine is cut off where that holds best. */
static void list_ours(struct act *act)
{
	const struct objects *objects = &act->endpoint->objects;
	const struct inventory *inventory = &act->endpoint->inventory;

	act->to_release_count = 0;
	for (unsigned port = inventory->port_count + 1; port-- > 0;)
		for (size_t i = 0; i < objects->binding_count; i++) {
			const struct sd_binding *binding = &objects->bindings[i];

			if (act->to_release_count < ACT_BINDINGS_MAX &&
			    strcmp(binding->owner_class, SD_CLASS_BINDING) == 0 &&
			    inventory_find_port(inventory, binding->port_id) == port &&
			    objects_policy_is_ours(objects, binding->policy_id))
				act->to_release[act->to_release_count++] = *binding;
		}
}

/* A binding to a policy that is newer than our memory: it may be ours all the same. */
static bool knows_all_policies(const struct objects *objects)
{
	for (size_t i = 0; i < objects->binding_count; i++)
		if (!objects_policy(objects, objects->bindings[i].policy_id))
			return false;
	return true;
}

static void read_and_decide_again(struct act *act)
{
	act->refreshed = true;
	act->endpoint->objects.known = false;
	survey_steps(act, true);
	transaction_then(act->transaction, &step_decide_release, 0);
}

static int take_released(void *arg, uint32_t n, const struct session_result *result,
			 struct err *err)
{
	struct act *act = arg;

	(void)n;
	(void)result;
	list_ours(act);
	if (act->to_release_count && !act->bind_repeated) {
		act->bind_repeated = true;
		err_clear(&act->refusal);
		transaction_then(act->transaction, &step_decide_release, 0);
		return 0;
	}
	if (act->to_release_count)
		return err_set(err, ERR_FAILED, "%s still has our policy enabled: %s",
			       act->endpoint->device,
			       *act->refusal.text ? act->refusal.text
						  : "it was enabled again by somebody");
	tell_active(act);
	return 0;
}

static const struct step_kind step_released = { NULL, take_released };

static int take_default_gone(void *arg, uint32_t n, const struct session_result *result,
			     struct err *err)
{
	struct act *act = arg;
	const struct objects *objects = &act->endpoint->objects;
	const struct inventory *inventory = &act->endpoint->inventory;

	(void)n;
	(void)result;
	for (unsigned port = 0; port < inventory->port_count; port++) {
		const struct sd_binding *left =
			objects_default(objects, inventory_port_id(inventory, port));

		if (left && objects_policy_is_ours(objects, left->policy_id))
			return err_set(
				err, ERR_FAILED,
				"%s still has a policy of ours as the default of %s; release it again",
				act->endpoint->device, inventory_port_words(inventory, port));
	}
	return 0;
}

static const struct step_kind step_default_gone = { NULL, take_default_gone };

static void say_released(struct act *act)
{
	const struct sd_binding *last = &act->to_release[act->to_release_count - 1];
	const struct inventory *inventory = &act->endpoint->inventory;
	const struct sd_policy *policy = objects_policy(&act->endpoint->objects, last->policy_id);
	unsigned port = inventory_find_port(inventory, last->port_id);

	snprintf(act->result.did, sizeof(act->result.did), "disabled policy %s on %s%s",
		 policy ? policy->name : "?",
		 port < inventory->port_count ? inventory_port_words(inventory, port)
					      : last->port_id,
		 act->to_release_count > 1 ? " and on its other port" : "");
}

static int decide_release(void *arg, uint32_t n, const struct session_result *result,
			  struct err *err)
{
	struct act *act = arg;
	struct objects *objects = &act->endpoint->objects;

	(void)n;
	(void)result;
	(void)err;
	list_ours(act);
	if (act->to_release_count) {
		say_released(act);
		/* The defaults first: they would be in force as soon as nothing else is. */
		unhold_all_steps(act);
		for (uint32_t i = 0; i < act->to_release_count; i++)
			transaction_then(act->transaction, &step_unbind, i);
		bindings_steps(act);
		transaction_then(act->transaction, &step_released, 0);
		transaction_then(act->transaction, &step_default_gone, 0);
	} else if (!act->bindings_fresh) {
		bindings_steps(act);
		transaction_then(act->transaction, &step_decide_release, 0);
	} else if (!knows_all_policies(objects) && !act->refreshed) {
		read_and_decide_again(act);
	} else {
		unhold_all_steps(act);
		transaction_then(act->transaction, &step_default_gone, 0);
		snprintf(act->result.did, sizeof(act->result.did),
			 "nothing of ours was enabled on %s",
			 inventory_port_words(&act->endpoint->inventory, 0));
		tell_active(act);
	}
	return 0;
}

static const struct step_kind step_decide_release = { NULL, decide_release };

void release_steps(struct act *act)
{
	survey_steps(act, false);
	transaction_then(act->transaction, &step_decide_release, 0);
}
