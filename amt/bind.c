/* SPDX-License-Identifier: Apache-2.0 */
/* The switch: enabling a prepared policy on the wired port, and disabling it
 * (amt-system-defense.md 4.4, 4.5, 4.7).
 *
 * On a prepared device an isolation is one Create and one reading back; a release one Delete
 * and one reading back. Memory says what should be there; only when the device disagrees is it
 * read again, once.
 *
 * A port takes one policy of this owner, so an older one of ours is unbound first, while the new one
 * holds the port as its default (swap.c); if the new one is then refused the old is bound again.  A policy of somebody else in that place is
 * never removed: the act fails and says so. */
#include <stdio.h>
#include <string.h>

#include "amt/act.h"
#include "amt/cim.h"
#include "amt/endpoint.h"
#include "amt/session.h"
#include "amt/transaction.h"
#include "core/base/printable.h"

static const struct step_kind step_bind, step_verify, step_decide_bind, step_decide_release;

/* ---- who is active ---- */

static bool ask_foreign_name(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;
	const struct endpoint *endpoint = act->endpoint;
	const struct sd_binding *active =
		objects_active(&endpoint->objects, endpoint->inventory.port_id);

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
		 "the policy \"%s\" of another console is the active one on "
		 "the Ethernet port",
		 act->result.foreign_name);
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
		objects_active(&endpoint->objects, endpoint->inventory.port_id);
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

/* ---- isolate ---- */

static bool ask_unbind_old(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;

	(void)n;
	*call = (struct session_call){
		.op = WSMAN_DELETE,
		.class_name = SD_CLASS_BINDING,
		.selectors = sd_binding_key(act->old_port, act->old_policy.text),
	};
	return true;
}

static bool ask_bind_old(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;

	(void)n;
	*call = (struct session_call){
		.op = WSMAN_CREATE,
		.class_name = SD_CLASS_BINDING,
		.body = sd_binding_write(SD_CLASS_BINDING, act->old_port, act->old_policy.text),
	};
	return true;
}

static const struct step_kind step_bind_old = { ask_bind_old, NULL };

static int take_unbind_old(void *arg, uint32_t n, const struct session_result *result,
			   struct err *err)
{
	struct act *act = arg;

	(void)n;
	if (result->end == SESSION_REFUSED && !fault_means_gone(&result->fault))
		return step_failed(result, err);
	/* Even if the outcome is unknown the machine must not end up with neither policy. */
	if (result->end != SESSION_NOT_SENT)
		transaction_undo(act->transaction, &step_bind_old, 0);
	if (result->end == SESSION_NOT_SENT || result->end == SESSION_UNKNOWN)
		return step_failed(result, err);
	objects_remove_binding(&act->endpoint->objects, act->old_policy.text);
	return 0;
}

static const struct step_kind step_unbind_old = { ask_unbind_old, take_unbind_old };

static bool ask_bind(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;

	(void)n;
	act->switched++;
	*call = (struct session_call){
		.op = WSMAN_CREATE,
		.class_name = SD_CLASS_BINDING,
		.body = sd_binding_write(SD_CLASS_BINDING, act->endpoint->inventory.port,
					 act->set.policy.id),
	};
	return true;
}

/* Memory was wrong: somebody else removed or bound something since.  Read everything again,
 * once. */
static void start_over(struct act *act)
{
	act->refreshed = true;
	transaction_drop_waiting(act->transaction);
	endpoint_forget(act->endpoint);
	isolate_steps(act);
}

static bool ask_unbind_wrong(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;

	(void)n;
	*call = (struct session_call){
		.op = WSMAN_DELETE,
		.class_name = SD_CLASS_BINDING,
		.selectors = sd_binding_key(act->endpoint->inventory.port, act->set.policy.id),
	};
	return true;
}

static int take_unbind_wrong(void *arg, uint32_t n, const struct session_result *result,
			     struct err *err)
{
	(void)n;
	if (result->end != SESSION_DONE && result->end != SESSION_REFUSED)
		return step_failed(result, err);
	start_over(arg);
	return 0;
}

static const struct step_kind step_unbind_wrong = { ask_unbind_wrong, take_unbind_wrong };

static int take_bind(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;

	(void)n;
	if (result->end == SESSION_NOT_SENT || result->end == SESSION_REFUSED)
		act->switched--;
	if (result->end == SESSION_NOT_SENT)
		return step_failed(result, err);
	if (result->end == SESSION_REFUSED) {
		if (act->refreshed || result->locked_out)
			return step_failed(result, err);
		start_over(act);
		return 0;
	}
	transaction_keep(act->transaction);
	/* A machine provisioned anew numbers its policies anew: what we enabled need not be ours. */
	if (endpoint_is_another(act->endpoint) && !act->refreshed) {
		transaction_drop_waiting(act->transaction);
		transaction_then(act->transaction, &step_unbind_wrong, 0);
	}
	return 0;
}

static const struct step_kind step_bind = { ask_bind, take_bind };

static bool ask_read_back(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;

	(void)n;
	*call = (struct session_call){
		.op = WSMAN_GET,
		.class_name = SD_CLASS_BINDING,
		.selectors = sd_binding_key(act->endpoint->inventory.port, act->set.policy.id),
	};
	return true;
}

static bool is_ours_and_active(const struct act *act, const struct session_result *result,
			       struct sd_binding *found)
{
	return result->end == SESSION_DONE && result->item_count == 1 &&
	       sd_binding_read(result->items[0], found) && found->active &&
	       strcmp(found->owner_class, SD_CLASS_BINDING) == 0 &&
	       strcmp(found->port_id, act->endpoint->inventory.port_id) == 0 &&
	       strcmp(found->policy_id, act->set.policy.id) == 0;
}

/* One request says it where ours is there and active, as it nearly always is.  Else all owners' bindings are read: to
 * see who is active instead, or because this firmware has no Get for them. */
static int take_read_back(void *arg, uint32_t n, const struct session_result *result,
			  struct err *err)
{
	struct act *act = arg;
	struct sd_binding found;

	(void)n;
	if (is_ours_and_active(act, result, &found)) {
		objects_put_binding(&act->endpoint->objects, &found);
		act->bindings_fresh = true;
		return 0;
	}
	if (result->end == SESSION_NOT_SENT || result->end == SESSION_UNKNOWN || result->locked_out)
		return step_failed(result, err);
	bindings_steps(act);
	return 0;
}

static const struct step_kind step_read_back = { ask_read_back, take_read_back };

static void bind_and_verify(struct act *act)
{
	transaction_then(act->transaction, &step_bind, 0);
	transaction_then(act->transaction, &step_read_back, 0);
	transaction_then(act->transaction, &step_verify, 0);
}

static const struct sd_binding *our_binding(const struct act *act)
{
	const struct endpoint *endpoint = act->endpoint;
	const struct sd_binding *binding =
		objects_binding(&endpoint->objects, endpoint->inventory.port_id);

	return binding && strcmp(binding->policy_id, act->set.policy.id) == 0 ? binding : NULL;
}

/* Enabled and not active, and nothing else is: its time has run out. */
static bool has_lapsed(const struct act *act)
{
	const struct endpoint *endpoint = act->endpoint;
	const struct sd_binding *ours = our_binding(act);

	return ours && !ours->active &&
	       !objects_active(&endpoint->objects, endpoint->inventory.port_id);
}

static void enable_anew(struct act *act)
{
	act->rearmed = true;
	snprintf(act->old_policy.text, sizeof(act->old_policy.text), "%s", act->set.policy.id);
	cim_reference_free(act->old_port);
	act->old_port = cim_reference_copy(act->endpoint->inventory.port);
	transaction_then(act->transaction, &step_unbind_old, 0);
	bind_and_verify(act);
}

static int take_verify(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;

	(void)n;
	(void)result;
	if (has_lapsed(act) && !act->rearmed) {
		enable_anew(act);
		return 0;
	}
	if (!our_binding(act)) {
		if (act->bind_repeated)
			return err_set(
				err, ERR_FAILED,
				"%s took the order to enable %s but does not list it as enabled; look "
				"whether another console is at work on it",
				act->endpoint->device, act->set.policy.name);
		act->bind_repeated = true;
		transaction_then(act->transaction, &step_decide_bind, 0);
		return 0;
	}
	snprintf(act->result.did, sizeof(act->result.did), "enabled policy %s on %s%s%s",
		 act->set.policy.name, inventory_port_words(&act->endpoint->inventory),
		 act->set.unguarded ? "; without anti-spoofing, which its port cannot do" : "",
		 act->set.widened
			 ? "; it limits all packets, for the coding of TCP flags is not known"
			 : "");
	act->result.ends_in_s = timeout_of(act);
	tell_active(act);
	return 0;
}

static const struct step_kind step_verify = { NULL, take_verify };

static int foreign_in_place(const struct act *act, const struct sd_binding *binding,
			    struct err *err)
{
	const struct sd_policy *policy =
		objects_policy(&act->endpoint->objects, binding->policy_id);

	return err_set(
		err, ERR_FAILED,
		"%s: another console has enabled its policy \"%s\" on the Ethernet port, and firmware "
		"takes only one; disable that policy in the other console",
		act->endpoint->device, policy && *policy->name ? policy->name : binding->policy_id);
}

static int decide_bind(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;
	struct objects *objects = &act->endpoint->objects;
	const struct sd_binding *binding =
		objects_binding(objects, act->endpoint->inventory.port_id);

	(void)n;
	(void)result;
	if (!binding) {
		bind_and_verify(act);
		unhold_steps(act);
	} else if (our_binding(act)) {
		if (!act->bindings_fresh)
			bindings_steps(act);
		transaction_then(act->transaction, &step_verify, 0);
		unhold_steps(act);
	} else if (objects_policy_is_ours(objects, binding->policy_id)) {
		snprintf(act->old_policy.text, sizeof(act->old_policy.text), "%s",
			 binding->policy_id);
		cim_reference_free(act->old_port);
		act->old_port = cim_reference_copy(act->endpoint->inventory.port);
		hold_steps(act);
		transaction_then(act->transaction, &step_unbind_old, 0);
		bind_and_verify(act);
		unhold_steps(act);
	} else if (!act->bindings_fresh) {
		bindings_steps(act);
		transaction_then(act->transaction, &step_decide_bind, 0);
	} else {
		return foreign_in_place(act, binding, err);
	}
	return 0;
}

static const struct step_kind step_decide_bind = { NULL, decide_bind };

void isolate_steps(struct act *act)
{
	prepare_steps(act);
	transaction_then(act->transaction, &step_decide_bind, 0);
}

/* ---- release ---- */

static bool ask_unbind(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;

	act->switched++;
	*call = (struct session_call){
		.op = WSMAN_DELETE,
		.class_name = SD_CLASS_BINDING,
		.selectors = sd_binding_key(act->endpoint->inventory.port, act->to_release[n].text),
	};
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

static void list_ours(struct act *act)
{
	const struct objects *objects = &act->endpoint->objects;

	act->to_release_count = 0;
	for (size_t i = 0; i < objects->binding_count && act->to_release_count < ACT_BINDINGS_MAX;
	     i++) {
		const struct sd_binding *binding = &objects->bindings[i];

		if (strcmp(binding->owner_class, SD_CLASS_BINDING) == 0 &&
		    strcmp(binding->port_id, act->endpoint->inventory.port_id) == 0 &&
		    objects_policy_is_ours(objects, binding->policy_id))
			memcpy(act->to_release[act->to_release_count++].text, binding->policy_id,
			       SD_ID_BYTES);
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
	const struct sd_binding *left = objects_default(objects, act->endpoint->inventory.port_id);

	(void)n;
	(void)result;
	if (!left || !objects_policy_is_ours(objects, left->policy_id))
		return 0;
	return err_set(err, ERR_FAILED, "%s still has a policy of ours as the default of its port",
		       act->endpoint->device);
}

static const struct step_kind step_default_gone = { NULL, take_default_gone };

static void say_released(struct act *act)
{
	const struct sd_policy *policy =
		objects_policy(&act->endpoint->objects, act->to_release[0].text);

	snprintf(act->result.did, sizeof(act->result.did), "disabled policy %s on %s",
		 policy ? policy->name : "?", inventory_port_words(&act->endpoint->inventory));
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
		/* The default first: it would be in force as soon as nothing else is. */
		unhold_steps(act);
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
		unhold_steps(act);
		transaction_then(act->transaction, &step_default_gone, 0);
		snprintf(act->result.did, sizeof(act->result.did),
			 "nothing of ours was enabled on %s",
			 inventory_port_words(&act->endpoint->inventory));
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
