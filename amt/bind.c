/* SPDX-License-Identifier: Apache-2.0 */
/* The switch: enabling a prepared policy on a machine's ports (amt-system-defense.md 4.4, 4.5).
 *
 * On a prepared device an isolation is one Create and one reading back for each port. Memory says what should be there;
 * only when the device disagrees is it read again, once.
 *
 * The firmware's own port comes first and whole, the wireless after it: what is ordered there goes to the host's driver,
 * may be refused, and may even cut us off where we speak over it (3.4).
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

static const struct step_kind step_bind, step_verify, step_decide_bind;

static struct cim_reference *this_port(const struct act *act)
{
	return act->endpoint->inventory.ports[act->port].reference;
}

static const char *this_port_id(const struct act *act)
{
	return inventory_port_id(&act->endpoint->inventory, act->port);
}

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
	objects_remove_binding(&act->endpoint->objects, this_port_id(act), act->old_policy.text);
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
		.body = sd_binding_write(SD_CLASS_BINDING, this_port(act), act->set.policy.id),
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
		.selectors = sd_binding_key(this_port(act), act->set.policy.id),
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
		/* That it has this policy was just seen, at its first port. */
		if (act->refreshed || result->locked_out || (act->port && act->same_beside))
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
		.selectors = sd_binding_key(this_port(act), act->set.policy.id),
	};
	return true;
}

static bool is_ours_and_active(const struct act *act, const struct session_result *result,
			       struct sd_binding *found)
{
	return result->end == SESSION_DONE && result->item_count == 1 &&
	       sd_binding_read(result->items[0], found) && found->active &&
	       strcmp(found->owner_class, SD_CLASS_BINDING) == 0 &&
	       strcmp(found->port_id, this_port_id(act)) == 0 &&
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
	const struct sd_binding *binding = objects_binding(&endpoint->objects, this_port_id(act));

	return binding && strcmp(binding->policy_id, act->set.policy.id) == 0 ? binding : NULL;
}

/* Enabled and not active, and nothing else is: its time has run out. */
static bool has_lapsed(const struct act *act)
{
	const struct endpoint *endpoint = act->endpoint;
	const struct sd_binding *ours = our_binding(act);

	return ours && !ours->active && !objects_active(&endpoint->objects, this_port_id(act));
}

static void enable_anew(struct act *act)
{
	act->rearmed = true;
	snprintf(act->old_policy.text, sizeof(act->old_policy.text), "%s", act->set.policy.id);
	cim_reference_free(act->old_port);
	act->old_port = cim_reference_copy(this_port(act));
	transaction_then(act->transaction, &step_unbind_old, 0);
	bind_and_verify(act);
}

static int verify_beside(struct act *act, struct err *err)
{
	size_t length = strlen(act->result.did);

	if (!our_binding(act)->active)
		return err_set(
			err, ERR_FAILED,
			"another console's policy outranks ours there; lower its precedence, or raise "
			"amt.precedence in cordon.yaml");
	snprintf(act->result.did + length, sizeof(act->result.did) - length, "; and on %s",
		 inventory_port_words(&act->endpoint->inventory, 1));
	return 0;
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
	if (act->port)
		return verify_beside(act, err);
	snprintf(act->result.did, sizeof(act->result.did), "enabled policy %s on %s%s%s",
		 act->set.policy.name, inventory_port_words(&act->endpoint->inventory, 0),
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

	return err_set(err, ERR_FAILED,
		       "%s: another console has enabled its policy \"%s\" on %s, and firmware "
		       "takes only one; disable that policy in the other console",
		       act->endpoint->device,
		       policy && *policy->name ? policy->name : binding->policy_id,
		       inventory_port_words(&act->endpoint->inventory, act->port));
}

static int decide_bind(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;
	struct objects *objects = &act->endpoint->objects;
	const struct sd_binding *binding = objects_binding(objects, this_port_id(act));

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
		act->old_port = cim_reference_copy(this_port(act));
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

/* The isolation holds; what happens at the second port cannot change that any more (fleet.c). */
static int go_beside(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;

	(void)n;
	(void)result;
	(void)err;
	if (prepare_beside_steps(act))
		transaction_then(act->transaction, &step_decide_bind, 0);
	else if (endpoint_leaves_beside(act->endpoint))
		tell_beside(act);
	return 0;
}

static const struct step_kind step_go_beside = { NULL, go_beside };

void isolate_steps(struct act *act)
{
	act->port = 0;
	prepare_steps(act);
	transaction_then(act->transaction, &step_decide_bind, 0);
	transaction_then(act->transaction, &step_go_beside, 0);
}
