/* SPDX-License-Identifier: Apache-2.0 */
/* Getting a compiled plan onto a device, disabled, writing only what differs
 * (amt-system-defense.md 4.1 to 4.3, 4.7).
 *
 * Everything of ours is found again by name and content, so the act is the same whether it
 * starts on an empty device, after a crash in the middle, or on a device that is all right
 * already.  New objects are written before old ones are removed, unless the device has no room
 * for both.
 *
 * A create whose outcome is unknown is looked up by its name before it is asked a second time,
 * else a twin would stay behind.  Filters are not shared between policies: whether firmware
 * allows it is unknown. */
#include <stdio.h>
#include <string.h>

#include "amt/act.h"
#include "amt/cim.h"
#include "amt/endpoint.h"
#include "amt/session.h"
#include "amt/transaction.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/isolation/plan.h"

#define POLICY SD_HANDLES_MAX /* the index of the policy among what may be repeated */

static const struct step_kind step_create_filter, step_create_policy, step_prepared;
static void read_objects_and_decide(struct act *act);

bool fault_means_gone(const struct wsman_fault *fault)
{
	return strcmp(fault->subcode, "InvalidSelectors") == 0 ||
	       strcmp(fault->subcode, "DestinationUnreachable") == 0 ||
	       (fault->has_status && (fault->status == AMT_STATUS_NOT_FOUND ||
				      fault->status == AMT_STATUS_INVALID_HANDLE ||
				      fault->status == AMT_STATUS_NO_ASSOCIATION));
}

/* ---- reading ---- */

static bool ask_inventory(void *arg, uint32_t n, struct session_call *call)
{
	const struct act *act = arg;

	return inventory_call(&act->endpoint->inventory, n, call);
}

static int take_inventory(void *arg, uint32_t n, const struct session_result *result,
			  struct err *err)
{
	struct act *act = arg;
	struct endpoint *endpoint = act->endpoint;
	int rc = inventory_take(&endpoint->inventory, n, result, err);

	if (endpoint->inventory.known) {
		snprintf(endpoint->session_realm, sizeof(endpoint->session_realm), "%s",
			 session_realm(endpoint->session));
		endpoint_name_device(endpoint);
		if (rc == 0)
			rc = endpoint_recognise(endpoint, &act->asset, err);
	}
	return rc;
}

static bool ask_objects(void *arg, uint32_t n, struct session_call *call)
{
	(void)arg;
	objects_call(n, call);
	return true;
}

static int take_objects(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;

	if (n == OBJECTS_BINDINGS)
		act->bindings_fresh = result->end == SESSION_DONE;
	return objects_take(&act->endpoint->objects, n, result, err);
}

static const struct step_kind step_inventory = { ask_inventory, take_inventory };
static const struct step_kind step_objects = { ask_objects, take_objects };

static int think_objects(void *arg, uint32_t again, const struct session_result *result,
			 struct err *err)
{
	struct act *act = arg;

	(void)result;
	/* A survey reports a device without System Defense; there is nothing to enumerate then. */
	if (inventory_check(&act->endpoint->inventory, act->endpoint->device, err) < 0)
		return act->kind == ACT_SURVEY ? 0 : ERR_FAILED;
	if (act->endpoint->objects.known && !again)
		return 0;
	for (uint32_t n = 0; n < OBJECTS_READS; n++)
		transaction_then(act->transaction, &step_objects, n);
	return 0;
}

static const struct step_kind step_think_objects = { NULL, think_objects };

void identify_steps(struct act *act)
{
	if (!act->endpoint->inventory.known)
		for (uint32_t n = 0; n < INVENTORY_READS; n++)
			transaction_then(act->transaction, &step_inventory, n);
}

void survey_steps(struct act *act, bool objects_again)
{
	identify_steps(act);
	transaction_then(act->transaction, &step_think_objects, objects_again);
}

static bool ask_health(void *arg, uint32_t n, struct session_call *call)
{
	(void)arg;
	health_call(n, call);
	return true;
}

static int take_health(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;

	return health_take(&act->endpoint->health, n, result, err);
}

static const struct step_kind step_health = { ask_health, take_health };

void health_steps(struct act *act)
{
	for (uint32_t n = 0; n < HEALTH_READS; n++)
		transaction_then(act->transaction, &step_health, n);
}

void bindings_steps(struct act *act)
{
	transaction_then(act->transaction, &step_objects, OBJECTS_BINDINGS);
}

/* ---- removing ---- */

static bool ask_delete_policy(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;

	*call = (struct session_call){ .op = WSMAN_DELETE,
				       .class_name = SD_CLASS_POLICY,
				       .selectors = sd_by_id(SD_CLASS_POLICY,
							     act->stale.policies[n].text) };
	return true;
}

/* Once the new is written, failing to remove the old is no failure of the act: it is found
 * again next time. */
static int tolerate(struct act *act, const struct session_result *result, struct err *err)
{
	if (result->end == SESSION_DONE || (result->end == SESSION_REFUSED && !result->locked_out))
		return 0;
	if (!act->settled)
		return step_failed(result, err);
	transaction_drop_waiting(act->transaction);
	endpoint_forget_objects(act->endpoint);
	return 0;
}

static int take_delete_policy(void *arg, uint32_t n, const struct session_result *result,
			      struct err *err)
{
	struct act *act = arg;

	if (result->end == SESSION_DONE)
		objects_remove_policy(&act->endpoint->objects, act->stale.policies[n].text);
	return tolerate(act, result, err);
}

static bool ask_delete_filter(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;
	const struct objects *objects = &act->endpoint->objects;

	for (size_t i = 0; i < objects->filter_count; i++) {
		const struct sd_filter *filter = &objects->filters[i];

		/* Its policy may have refused to go. */
		if (strcmp(filter->id, act->stale.filters[n].text) != 0 ||
		    objects_filter_is_used(objects, filter))
			continue;
		*call = (struct session_call){ .op = WSMAN_DELETE,
					       .class_name = sd_filter_class(filter),
					       .selectors = sd_by_id(sd_filter_class(filter),
								     filter->id) };
		return true;
	}
	return false;
}

static int take_delete_filter(void *arg, uint32_t n, const struct session_result *result,
			      struct err *err)
{
	struct act *act = arg;

	if (!result)
		return 0;
	if (result->end == SESSION_DONE)
		objects_remove_filter(&act->endpoint->objects, act->stale.filters[n].text);
	return tolerate(act, result, err);
}

static const struct step_kind step_delete_policy = { ask_delete_policy, take_delete_policy };
static const struct step_kind step_delete_filter = { ask_delete_filter, take_delete_filter };

static void delete_steps(struct act *act)
{
	for (uint32_t n = 0; n < act->stale.policy_count; n++)
		transaction_then(act->transaction, &step_delete_policy, n);
	for (uint32_t n = 0; n < act->stale.filter_count; n++)
		transaction_then(act->transaction, &step_delete_filter, n);
}

/* ---- creating ---- */

static bool ask_undo_filter(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;
	const struct sd_filter *filter = &act->set.filters[n];

	*call = (struct session_call){ .op = WSMAN_DELETE,
				       .class_name = sd_filter_class(filter),
				       .selectors = sd_by_id(sd_filter_class(filter), filter->id) };
	return true;
}

static const struct step_kind step_undo_filter = { ask_undo_filter, NULL };

static bool ask_undo_policy(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;

	(void)n;
	*call = (struct session_call){ .op = WSMAN_DELETE,
				       .class_name = SD_CLASS_POLICY,
				       .selectors = sd_by_id(SD_CLASS_POLICY, act->set.policy.id) };
	return true;
}

static const struct step_kind step_undo_policy = { ask_undo_policy, NULL };

static void have_filter(struct act *act, uint32_t n)
{
	act->created[n] = true;
	act->wrote++;
	transaction_undo(act->transaction, &step_undo_filter, n);
}

static int take_created_id(const struct session_result *result, const char *name,
			   char id[SD_ID_BYTES], struct err *err)
{
	const char *text = cim_selector_text(result->created, "InstanceID");

	if (!text || !*text || strlen(text) >= SD_ID_BYTES)
		return err_set(
			err, ERR_FAILED,
			"the device created %s but did not say under which id; this firmware is "
			"not understood",
			name);
	memcpy(id, text, strlen(text) + 1);
	return 0;
}

/* After an uncertain create the list was read again: is it there? */
static int think_filter(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;
	struct sd_filter *filter = &act->set.filters[n];
	const struct sd_filter *found = reconcile_find_filter(&act->endpoint->objects, filter);

	(void)result;
	(void)err;
	if (!found) {
		transaction_then(act->transaction, &step_create_filter, n);
		return 0;
	}
	memcpy(filter->id, found->id, sizeof(filter->id));
	have_filter(act, n);
	return 0;
}

static const struct step_kind step_think_filter = { NULL, think_filter };

static bool ask_create_filter(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;
	const struct sd_filter *filter = &act->set.filters[n];

	*call = (struct session_call){ .op = WSMAN_CREATE,
				       .class_name = sd_filter_class(filter),
				       .body = sd_filter_write(filter) };
	return true;
}

static int take_create_filter(void *arg, uint32_t n, const struct session_result *result,
			      struct err *err)
{
	struct act *act = arg;
	struct sd_filter *filter = &act->set.filters[n];
	int rc;

	if (result->end == SESSION_UNKNOWN && !act->repeated[n]) {
		act->repeated[n] = true;
		transaction_then(act->transaction, &step_objects,
				 filter->ethernet ? OBJECTS_ETHERNET_FILTERS : OBJECTS_IP_FILTERS);
		transaction_then(act->transaction, &step_think_filter, n);
		return 0;
	}
	if (result->end != SESSION_DONE)
		return step_failed(result, err);
	act->twins = act->twins || result->twice;
	rc = take_created_id(result, filter->name, filter->id, err);
	if (rc < 0)
		return rc;
	objects_add_filter(&act->endpoint->objects, filter);
	have_filter(act, n);
	return 0;
}

static const struct step_kind step_create_filter = { ask_create_filter, take_create_filter };

static void have_policy(struct act *act)
{
	act->wrote++;
	transaction_undo(act->transaction, &step_undo_policy, 0);
}

static int think_policy(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;
	const struct sd_policy *found =
		reconcile_find_policy(&act->endpoint->objects, &act->set.policy);

	(void)n;
	(void)result;
	(void)err;
	if (!found) {
		transaction_then(act->transaction, &step_create_policy, 0);
		return 0;
	}
	memcpy(act->set.policy.id, found->id, sizeof(act->set.policy.id));
	have_policy(act);
	return 0;
}

static const struct step_kind step_think_policy = { NULL, think_policy };

static bool ask_create_policy(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;

	(void)n;
	if (reconcile_fill_handles(&act->set, act->endpoint->device, &act->refusal) < 0)
		return false;
	*call = (struct session_call){ .op = WSMAN_CREATE,
				       .class_name = SD_CLASS_POLICY,
				       .body = sd_policy_write(&act->set.policy) };
	return true;
}

static int take_create_policy(void *arg, uint32_t n, const struct session_result *result,
			      struct err *err)
{
	struct act *act = arg;
	int rc;

	(void)n;
	if (!result)
		return err_set(err, act->refusal.code, "%s", act->refusal.text);
	if (result->end == SESSION_UNKNOWN && !act->repeated[POLICY]) {
		act->repeated[POLICY] = true;
		transaction_then(act->transaction, &step_objects, OBJECTS_POLICIES);
		transaction_then(act->transaction, &step_think_policy, 0);
		return 0;
	}
	if (result->end != SESSION_DONE)
		return step_failed(result, err);
	act->twins = act->twins || result->twice;
	rc = take_created_id(result, act->set.policy.name, act->set.policy.id, err);
	if (rc < 0)
		return rc;
	objects_add_policy(&act->endpoint->objects, &act->set.policy);
	have_policy(act);
	return 0;
}

static const struct step_kind step_create_policy = { ask_create_policy, take_create_policy };

static int think_settled(void *arg, uint32_t n, const struct session_result *result,
			 struct err *err)
{
	struct act *act = arg;

	(void)n;
	(void)result;
	(void)err;
	transaction_keep(act->transaction);
	act->settled = true;
	endpoint_remember(act->endpoint, &act->set);
	if (act->twins && act->kind == ENFORCER_PREPARE) {
		act->twins = false;
		transaction_drop_waiting(act->transaction);
		read_objects_and_decide(act);
		if (!act->port)
			transaction_then(act->transaction, &step_prepared, 0);
	}
	return 0;
}

static const struct step_kind step_settled = { NULL, think_settled };

/* ---- deciding ---- */

static unsigned missing_filters(const struct sd_set *set)
{
	unsigned missing = 0;

	for (unsigned i = 0; i < set->count; i++)
		missing += !*set->filters[i].id;
	return missing;
}

static bool fits(const struct act *act, size_t freed_policies, size_t freed_filters)
{
	const struct inventory *inventory = &act->endpoint->inventory;
	const struct objects *objects = &act->endpoint->objects;

	return objects->policy_count - freed_policies + 1 <= inventory->policies_max &&
	       objects->filter_count - freed_filters + missing_filters(&act->set) <=
		       inventory->filters_max;
}

static int no_room(const struct act *act, struct err *err)
{
	const struct inventory *inventory = &act->endpoint->inventory;
	const struct objects *objects = &act->endpoint->objects;

	return err_set(
		err, ERR_LIMIT,
		"%s has no room: %zu of %u filters and %zu of %u policies are used, %u more filters "
		"and a policy are needed; release isolations that hold old policies, or remove objects of other "
		"consoles",
		act->endpoint->device, objects->filter_count, inventory->filters_max,
		objects->policy_count, inventory->policies_max, missing_filters(&act->set));
}

static void create_steps(struct act *act)
{
	for (uint32_t n = 0; n < act->set.count; n++)
		if (!*act->set.filters[n].id)
			transaction_then(act->transaction, &step_create_filter, n);
	transaction_then(act->transaction, &step_create_policy, 0);
	timeout_steps(act, true);
	transaction_then(act->transaction, &step_settled, 0);
}

/* The last preparation of a policy's channels cleans up what none of them is; unless one failed, for then the old is
 * better than nothing. */
static void list_stale(struct act *act)
{
	struct endpoint *endpoint = act->endpoint;
	bool complete = act->kind == ENFORCER_PREPARE && act->plan->complete;
	struct sd_id keep[ENDPOINT_PREPARED_MAX];
	struct stale_rule rule = { .others = complete && !endpoint->unprepared,
				   .keep = keep,
				   .keep_count = endpoint->prepared_count,
				   .beside = act->beside };

	for (size_t i = 0; i < endpoint->prepared_count; i++)
		memcpy(keep[i].text, endpoint->prepared[i].policy_id, sizeof(keep[i].text));
	if (complete)
		endpoint->unprepared = false;
	reconcile_list_stale(&endpoint->objects, &act->set, &rule, &act->stale);
}

static int think_writes(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;
	const struct objects *objects = &act->endpoint->objects;
	bool there = reconcile_find_set(objects, &act->set), tidy = act->kind == ENFORCER_PREPARE;

	(void)n;
	(void)result;
	if (there) {
		think_settled(act, 0, NULL, NULL);
		list_stale(act);
		if (tidy) {
			timeout_steps(act, false);
			tidy_default_steps(act);
			delete_steps(act);
		}
		return 0;
	}
	reconcile_take_filters(objects, &act->set);
	list_stale(act);
	if (!fits(act, 0, 0)) {
		if (!fits(act, act->stale.policy_count, act->stale.filter_count))
			reconcile_list_stale(objects, &act->set,
					     &(struct stale_rule){ .others = true,
								   .beside = act->beside },
					     &act->stale);
		if (!fits(act, act->stale.policy_count, act->stale.filter_count))
			return no_room(act, err);
		delete_steps(act);
		create_steps(act);
		return 0;
	}
	create_steps(act);
	/* An isolation does not wait for tidying up. */
	if (tidy) {
		tidy_default_steps(act);
		delete_steps(act);
	}
	return 0;
}

static const struct step_kind step_think_writes = { NULL, think_writes };

static void read_objects_and_decide(struct act *act)
{
	for (uint32_t read = 0; read < OBJECTS_READS; read++)
		transaction_then(act->transaction, &step_objects, read);
	transaction_then(act->transaction, &step_think_writes, 0);
}

static struct sd_budget budget_of(const struct act *act, unsigned port)
{
	const struct endpoint *endpoint = act->endpoint;
	const struct inventory *inventory = &endpoint->inventory;
	/* A second port that says nothing of itself is taken for the like of the first. */
	bool told = inventory->ports[port].capabilities.given;
	struct sd_budget budget =
		sd_budget_of(&inventory->ports[told ? port : 0].capabilities, &inventory->number);

	budget.flag_coding = endpoint->parts->flag_coding;
	return budget;
}

/* What fits one port need not fit the other: then each has a policy of its own, and neither is the other's leftover. */
static void look_beside(struct act *act)
{
	const struct inventory_port *ports = act->endpoint->inventory.ports;
	struct sd_budget there = budget_of(act, !act->port);
	struct sd_set *other;

	act->beside[0] = '\0';
	act->same_beside = act->endpoint->inventory.port_count < 2 ||
			   endpoint_leaves_beside(act->endpoint) || !ports[1].capabilities.given ||
			   memcmp(&ports[0].capabilities, &ports[1].capabilities,
				  sizeof(ports[0].capabilities)) == 0;
	if (act->same_beside)
		return;
	other = mem_alloc(sizeof(*other));
	if (sd_compile(act->plan, &there, act->endpoint->parts->precedence, other, NULL) == 0)
		memcpy(act->beside, other->policy.name, sizeof(act->beside));
	act->same_beside = strcmp(act->beside, act->set.policy.name) == 0;
	mem_free(other);
}

static int think_compile(void *arg, uint32_t n, const struct session_result *result,
			 struct err *err)
{
	struct act *act = arg;
	struct endpoint *endpoint = act->endpoint;
	struct sd_budget budget = budget_of(act, act->port);
	int rc = inventory_check(&endpoint->inventory, endpoint->device, err);

	(void)n;
	(void)result;
	if (rc == 0)
		rc = sd_compile(act->plan, &budget, endpoint->parts->precedence, &act->set, err);
	if (rc < 0)
		return rc;
	look_beside(act);
	if (act->kind != ENFORCER_PREPARE && endpoint->objects.known &&
	    endpoint_prepared(endpoint, &act->set))
		return 0;
	read_objects_and_decide(act);
	return 0;
}

static const struct step_kind step_compile = { NULL, think_compile };

void prepare_steps(struct act *act)
{
	INVARIANT(act->plan);
	identify_steps(act);
	transaction_then(act->transaction, &step_compile, 0);
}

bool prepare_beside_steps(struct act *act)
{
	act->held = true;
	if (act->endpoint->inventory.port_count < 2 || endpoint_leaves_beside(act->endpoint))
		return false;
	act->port = 1;
	act->wrote_first = act->wrote;
	act->settled = act->twins = act->bind_repeated = act->rearmed = false;
	memset(act->created, 0, sizeof(act->created));
	memset(act->repeated, 0, sizeof(act->repeated));
	if (!act->same_beside)
		transaction_then(act->transaction, &step_compile, 0);
	return true;
}

static int think_prepared(void *arg, uint32_t n, const struct session_result *result,
			  struct err *err)
{
	struct act *act = arg;

	(void)n;
	(void)result;
	(void)err;
	snprintf(act->result.did, sizeof(act->result.did),
		 act->wrote ? "wrote policy %s with %u filters, disabled"
			    : "policy %s with %u filters was there already",
		 act->set.policy.name, act->set.count);
	prepare_beside_steps(act);
	return 0;
}

static const struct step_kind step_prepared = { NULL, think_prepared };

void prepare_all_steps(struct act *act)
{
	prepare_steps(act);
	transaction_then(act->transaction, &step_prepared, 0);
}
