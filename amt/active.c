/* SPDX-License-Identifier: Apache-2.0 */
/* Whose policy is active (amt-system-defense.md 3.2, 4.5).
 *
 * The first port decides: there the isolation must hold.  What is not so at the second (inventory.h) is told beside it. */
#include <stdio.h>
#include <string.h>

#include "amt/act.h"
#include "amt/cim.h"
#include "amt/endpoint.h"
#include "amt/session.h"
#include "amt/transaction.h"
#include "core/base/printable.h"

static bool ask_foreign_name(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;
	const struct endpoint *endpoint = act->endpoint;
	const struct sd_binding *active =
		objects_active(&endpoint->objects, inventory_port_id(&endpoint->inventory, 0));

	(void)n;
	if (!active)
		return false;
	*call = (struct session_call){ .op = WSMAN_GET,
				       .class_name = SD_CLASS_POLICY,
				       .selectors = sd_by_id(SD_CLASS_POLICY, active->policy_id) };
	return true;
}

static void tell_foreign(struct act *act, const char *name)
{
	act->result.foreign_active = true;
	snprintf(act->result.foreign_name, sizeof(act->result.foreign_name), "%s",
		 *name ? name : "(unnamed)");
	printable(act->result.foreign_name, '?');
	snprintf(act->result.did, sizeof(act->result.did),
		 "the policy \"%s\" of another console is the active one on %s",
		 act->result.foreign_name, inventory_port_words(&act->endpoint->inventory, 0));
}

/* A policy we have not seen before: it may even be ours, made before a restart. */
static int take_foreign_name(void *arg, uint32_t n, const struct session_result *result,
			     struct err *err)
{
	struct act *act = arg;
	struct sd_policy policy;

	(void)n;
	(void)err;
	if (!result || result->end != SESSION_DONE || !result->item_count ||
	    !sd_policy_read(result->items[0], &policy)) {
		tell_foreign(act, "");
		return 0;
	}
	if (sd_name_is_ours(policy.name))
		act->result.active = act->kind == ENFORCER_INSPECT;
	else
		tell_foreign(act, policy.name);
	return 0;
}

static const struct step_kind step_foreign_name = { ask_foreign_name, take_foreign_name };

void tell_active(struct act *act)
{
	const struct endpoint *endpoint = act->endpoint;
	const struct sd_binding *active =
		objects_active(&endpoint->objects, inventory_port_id(&endpoint->inventory, 0));
	const struct sd_policy *policy =
		active ? objects_policy(&endpoint->objects, active->policy_id) : NULL;

	act->result.active = act->result.foreign_active = false;
	/* A default of ours is what an interrupted swap has left (swap.c), not an isolation. */
	if (!active || (policy && sd_name_is_ours(policy->name) &&
			strcmp(active->owner_class, SD_CLASS_DEFAULT) == 0))
		return;
	if (!policy)
		transaction_then(act->transaction, &step_foreign_name, 0);
	else if (!sd_name_is_ours(policy->name))
		tell_foreign(act, policy->name);
	else
		act->result.active = act->kind != ENFORCER_ISOLATE ||
				     strcmp(policy->id, act->set.policy.id) == 0;
}

bool beside_is_active(const struct act *act)
{
	const struct endpoint *endpoint = act->endpoint;
	const struct sd_binding *active =
		objects_active(&endpoint->objects, inventory_port_id(&endpoint->inventory, 1));

	return active && strcmp(active->owner_class, SD_CLASS_BINDING) == 0 &&
	       objects_policy_is_ours(&endpoint->objects, active->policy_id);
}

static bool is_bound_beside(const struct endpoint *endpoint)
{
	const struct sd_binding *binding =
		objects_binding(&endpoint->objects, inventory_port_id(&endpoint->inventory, 1));

	return binding && objects_policy_is_ours(&endpoint->objects, binding->policy_id);
}

void tell_beside(struct act *act)
{
	const struct endpoint *endpoint = act->endpoint;
	struct enforcer_result *result = &act->result;

	result->left = false;
	if (endpoint->inventory.port_count < 2)
		return;
	result->left = !result->active && is_bound_beside(endpoint);
	if (!result->active || beside_is_active(act))
		return;
	if (endpoint_leaves_beside(endpoint))
		snprintf(result->open, sizeof(result->open),
			 "the wireless port is not cut off: amt.wireless in cordon.yaml is off");
	else if (endpoint->open)
		snprintf(result->open, sizeof(result->open), "%s", endpoint->open);
	else
		snprintf(result->open, sizeof(result->open),
			 "%.32s is not cut off: no policy of ours is active there",
			 inventory_port_name(&endpoint->inventory, 1));
}
