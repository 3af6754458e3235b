/* SPDX-License-Identifier: Apache-2.0 */
/* Objects in arrays of pointers, because there are at most dozens.  Budgets (filters, counters,
 * handles) are checked when a policy is created, since only a policy gives filters a place in
 * the hardware. */
#include "tests/amtsim/defense.h"

#include <string.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/knobs.h"

#define MINUTE_NS       (60ull * 1000000000ull)
#define SPOOF_SLOTS     2 /* amt-system-defense.md 3.1 */
#define FIRST_POLICY_ID 1

struct defense {
	const struct knobs *knobs;
	void (*changed)(void *arg, unsigned port); /* NULL: nobody asks */
	void *arg;
	struct sd_filter **filters;
	struct sd_policy **policies;
	struct sd_binding **bindings; /* in order of creation */
	size_t filter_count, policy_count, binding_count;
	uint32_t next_handle, next_policy;
	bool armed[SD_OWNERS + 1];
	struct gate *gates[DEFENSE_PORTS];
	const struct sd_binding *active[DEFENSE_PORTS]; /* element of bindings, or NULL */
	uint64_t active_since_ns[DEFENSE_PORTS];
};

/* One more place at the end of an array of `count` pointers. */
static void *grow(void *array, size_t count)
{
	array = realloc(array, (count + 1) * sizeof(void *));
	CHECK(array);
	return array;
}

static void close_gap(void *array, size_t index, size_t *count)
{
	char *bytes = array;

	memmove(bytes + index * sizeof(void *), bytes + (index + 1) * sizeof(void *),
		(*count - index - 1) * sizeof(void *));
	(*count)--;
}

static void *copy_of(const void *bytes, size_t size)
{
	void *copy = malloc(size);

	CHECK(copy);
	memcpy(copy, bytes, size);
	return copy;
}

struct defense *defense_new(const struct knobs *knobs, gate_event_fn *event, void *arg)
{
	struct defense *defense = calloc(1, sizeof(*defense));
	unsigned port;

	CHECK(defense);
	defense->knobs = knobs;
	defense->arg = arg;
	defense->armed[OWNER_SYSTEM_DEFENSE] = defense->armed[OWNER_DEFAULT] = true;
	defense->next_handle = 1;
	defense->next_policy = FIRST_POLICY_ID;
	for (port = 0; port < DEFENSE_PORTS; port++)
		defense->gates[port] = gate_new(event, arg);
	return defense;
}

void defense_on_change(struct defense *defense, void (*changed)(void *arg, unsigned port))
{
	defense->changed = changed;
}

static void drop_objects(struct defense *defense)
{
	while (defense->filter_count > 0)
		free(defense->filters[--defense->filter_count]);
	while (defense->policy_count > 0)
		free(defense->policies[--defense->policy_count]);
	while (defense->binding_count > 0)
		free(defense->bindings[--defense->binding_count]);
	free(defense->filters);
	free(defense->policies);
	free(defense->bindings);
	defense->filters = NULL;
	defense->policies = NULL;
	defense->bindings = NULL;
	memset(defense->active, 0, sizeof(defense->active));
}

void defense_wipe(struct defense *defense, uint64_t now_ns)
{
	drop_objects(defense);
	defense_settle(defense, now_ns);
}

void defense_free(struct defense *defense)
{
	unsigned port;

	if (!defense)
		return;
	drop_objects(defense);
	for (port = 0; port < DEFENSE_PORTS; port++)
		gate_free(defense->gates[port]);
	free(defense);
}

/* --- filters --- */

uint32_t defense_add_filter(struct defense *defense, struct sd_filter *filter)
{
	if (defense->filter_count >= defense->knobs->max_filters)
		return PT_MAX_LIMIT_REACHED;
	filter->handle = defense->next_handle++;
	defense->filters = grow(defense->filters, defense->filter_count);
	defense->filters[defense->filter_count++] = copy_of(filter, sizeof(*filter));
	return PT_SUCCESS;
}

static bool filter_in_use(const struct defense *defense, uint32_t handle)
{
	size_t p, h;

	for (p = 0; p < defense->policy_count; p++)
		for (h = 0; h < defense->policies[p]->handle_count; h++)
			if (defense->policies[p]->handles[h] == handle)
				return true;
	return false;
}

static size_t filter_index(const struct defense *defense, uint32_t handle)
{
	size_t i;

	for (i = 0; i < defense->filter_count; i++)
		if (defense->filters[i]->handle == handle)
			return i;
	return SIZE_MAX;
}

uint32_t defense_change_filter(struct defense *defense, const struct sd_filter *filter)
{
	size_t index = filter_index(defense, filter->handle);

	if (index == SIZE_MAX)
		return PT_NOT_FOUND;
	if (filter_in_use(defense, filter->handle))
		return defense->knobs->in_use_status;
	*defense->filters[index] = *filter;
	return PT_SUCCESS;
}

uint32_t defense_remove_filter(struct defense *defense, uint32_t handle)
{
	size_t index = filter_index(defense, handle);

	if (filter_in_use(defense, handle))
		return defense->knobs->in_use_status;
	if (index == SIZE_MAX)
		return PT_NOT_FOUND;
	free(defense->filters[index]);
	close_gap(defense->filters, index, &defense->filter_count);
	return PT_SUCCESS;
}

size_t defense_filters(const struct defense *defense, enum sd_kind kind)
{
	size_t i, n = 0;

	for (i = 0; i < defense->filter_count; i++)
		n += defense->filters[i]->kind == kind;
	return n;
}

const struct sd_filter *defense_filter(const struct defense *defense, enum sd_kind kind,
				       size_t index)
{
	size_t i;

	for (i = 0; i < defense->filter_count; i++)
		if (defense->filters[i]->kind == kind && index-- == 0)
			return defense->filters[i];
	return NULL;
}

const struct sd_filter *defense_find_filter(const struct defense *defense, uint32_t handle)
{
	size_t index = filter_index(defense, handle);

	return index == SIZE_MAX ? NULL : defense->filters[index];
}

/* --- policies --- */

struct budget {
	uint32_t filters[2], counters[2]; /* by enum sd_direction */
};

static void charge(struct budget *budget, const struct sd_filter *filter, uint32_t ipv6_ratio)
{
	uint32_t slots = filter->kind == SD_IP && filter->ip_version == 6 ? ipv6_ratio : 1;

	budget->filters[filter->direction] += slots;
	if (sd_filter_counts(filter))
		budget->counters[filter->direction] += slots;
}

static uint32_t check_budget(const struct budget *budget, const struct knobs *knobs)
{
	if (budget->filters[SD_TX] > knobs->tx_filters ||
	    budget->filters[SD_RX] > knobs->rx_filters ||
	    budget->counters[SD_TX] > knobs->tx_counters ||
	    budget->counters[SD_RX] > knobs->rx_counters)
		return PT_MAX_LIMIT_REACHED;
	return PT_SUCCESS;
}

static uint32_t check_handle(const struct defense *defense, const struct sd_policy *policy,
			     size_t index)
{
	uint32_t handle = policy->handles[index];
	size_t i;

	if (!defense_find_filter(defense, handle))
		return PT_INVALID_HANDLE;
	for (i = 0; i < index; i++)
		if (policy->handles[i] == handle)
			return PT_DUPLICATE;
	if (!defense->knobs->share_filters && filter_in_use(defense, handle))
		return PT_NOT_PERMITTED;
	return PT_SUCCESS;
}

static uint32_t check_policy(const struct defense *defense, const struct sd_policy *policy)
{
	struct budget budget = { { 1, 1 }, { 0, 0 } }; /* the default filters */
	bool spoof_counts = policy->spoof == SPOOF_COUNT || policy->spoof == SPOOF_BOTH;
	size_t i;

	budget.counters[SD_TX] = policy->when_unmatched[SD_TX].count + (spoof_counts ? 1u : 0u);
	budget.counters[SD_RX] = policy->when_unmatched[SD_RX].count;
	if (policy->spoof != SPOOF_OFF && !defense->knobs->anti_spoofing)
		return PT_UNSUPPORTED;
	if (policy->spoof != SPOOF_OFF)
		budget.filters[SD_TX] += SPOOF_SLOTS;
	for (i = 0; i < policy->handle_count; i++) {
		uint32_t status = check_handle(defense, policy, i);

		if (status)
			return status;
		charge(&budget, defense_find_filter(defense, policy->handles[i]),
		       defense->knobs->ipv6_ratio);
	}
	return check_budget(&budget, defense->knobs);
}

uint32_t defense_add_policy(struct defense *defense, struct sd_policy *policy)
{
	uint32_t status;

	if (defense->policy_count >= defense->knobs->max_policies)
		return PT_MAX_LIMIT_REACHED;
	status = check_policy(defense, policy);
	if (status)
		return status;
	policy->id = defense->next_policy++;
	defense->policies = grow(defense->policies, defense->policy_count);
	defense->policies[defense->policy_count++] = copy_of(policy, sizeof(*policy));
	return PT_SUCCESS;
}

static bool policy_in_use(const struct defense *defense, uint32_t id)
{
	size_t i;

	for (i = 0; i < defense->binding_count; i++)
		if (defense->bindings[i]->policy == id)
			return true;
	return false;
}

/* Its own filters do not count as shared with itself, so the check is made without it. */
uint32_t defense_change_policy(struct defense *defense, const struct sd_policy *policy)
{
	size_t index = defense_find_policy(defense, policy->id);
	struct sd_policy before;
	uint32_t status;

	if (index == SIZE_MAX)
		return PT_NOT_FOUND;
	if (policy_in_use(defense, policy->id))
		return defense->knobs->in_use_status;
	before = *defense->policies[index];
	defense->policies[index]->handle_count = 0;
	status = check_policy(defense, policy);
	*defense->policies[index] = status ? before : *policy;
	return status;
}

uint32_t defense_remove_policy(struct defense *defense, uint32_t id)
{
	size_t index = defense_find_policy(defense, id);

	if (index == SIZE_MAX)
		return PT_NOT_FOUND;
	if (policy_in_use(defense, id))
		return defense->knobs->in_use_status;
	free(defense->policies[index]);
	close_gap(defense->policies, index, &defense->policy_count);
	return PT_SUCCESS;
}

size_t defense_policies(const struct defense *defense)
{
	return defense->policy_count;
}

const struct sd_policy *defense_policy(const struct defense *defense, size_t index)
{
	return index < defense->policy_count ? defense->policies[index] : NULL;
}

size_t defense_find_policy(const struct defense *defense, uint32_t id)
{
	size_t i;

	for (i = 0; i < defense->policy_count; i++)
		if (defense->policies[i]->id == id)
			return i;
	return SIZE_MAX;
}

uint32_t defense_set_timeout(struct defense *defense, uint32_t id, uint32_t timeout_min)
{
	size_t index = defense_find_policy(defense, id);

	if (index == SIZE_MAX)
		return PT_NOT_FOUND;
	if (timeout_min > 65535)
		return PT_INVALID_PARAMETER;
	defense->policies[index]->timeout_min = timeout_min;
	return PT_SUCCESS;
}

/* --- bindings --- */

size_t defense_bindings(const struct defense *defense, enum sd_owner owner)
{
	size_t i, n = 0;

	for (i = 0; i < defense->binding_count; i++)
		n += defense->bindings[i]->owner == owner;
	return n;
}

const struct sd_binding *defense_binding(const struct defense *defense, enum sd_owner owner,
					 size_t index)
{
	size_t i;

	for (i = 0; i < defense->binding_count; i++)
		if (defense->bindings[i]->owner == owner && index-- == 0)
			return defense->bindings[i];
	return NULL;
}

static void remove_binding(struct defense *defense, size_t index)
{
	unsigned port = defense->bindings[index]->port;

	if (defense->active[port] == defense->bindings[index])
		defense->active[port] = NULL;
	free(defense->bindings[index]);
	close_gap(defense->bindings, index, &defense->binding_count);
}

static size_t find_binding(const struct defense *defense, enum sd_owner owner, unsigned port)
{
	size_t i;

	for (i = 0; i < defense->binding_count; i++)
		if (defense->bindings[i]->owner == owner && defense->bindings[i]->port == port)
			return i;
	return SIZE_MAX;
}

/* What fits the network controller need not fit the driver of the wireless card. */
static uint32_t check_wireless(const struct defense *defense, const struct sd_policy *policy)
{
	const struct knobs *knobs = defense->knobs;
	struct budget budget = { { 1, 1 }, { 0, 0 } };
	size_t i;

	budget.counters[SD_TX] = policy->when_unmatched[SD_TX].count;
	budget.counters[SD_RX] = policy->when_unmatched[SD_RX].count;
	for (i = 0; i < policy->handle_count; i++)
		charge(&budget, defense_find_filter(defense, policy->handles[i]),
		       knobs->ipv6_ratio);
	for (i = SD_TX; i <= SD_RX; i++)
		if ((knobs->wireless_filters && budget.filters[i] > knobs->wireless_filters) ||
		    budget.counters[i] > knobs->wireless_counters)
			return PT_MAX_LIMIT_REACHED;
	return PT_SUCCESS;
}

uint32_t defense_bind(struct defense *defense, const struct sd_binding *binding, uint64_t now_ns)
{
	size_t old = find_binding(defense, binding->owner, binding->port);
	struct sd_binding *made;

	CHECK(binding->port < DEFENSE_PORTS);
	if (defense_find_policy(defense, binding->policy) == SIZE_MAX)
		return PT_NOT_FOUND;
	if (binding->port == 1 &&
	    check_wireless(defense,
			   defense->policies[defense_find_policy(defense, binding->policy)]))
		return PT_MAX_LIMIT_REACHED;
	if (old != SIZE_MAX && (defense->knobs->second_binding != SECOND_REPLACE ||
				defense->bindings[old]->policy == binding->policy))
		return PT_DUPLICATE;
	if (old != SIZE_MAX)
		remove_binding(defense, old);
	made = copy_of(binding, sizeof(*binding));
	made->since_ns = now_ns;
	made->expired = false;
	defense->bindings = grow(defense->bindings, defense->binding_count);
	defense->bindings[defense->binding_count++] = made;
	defense_settle(defense, now_ns);
	return PT_SUCCESS;
}

uint32_t defense_unbind(struct defense *defense, const struct sd_binding *binding, uint64_t now_ns)
{
	size_t index = find_binding(defense, binding->owner, binding->port);

	if (index == SIZE_MAX || defense->bindings[index]->policy != binding->policy)
		return PT_NO_ASSOCIATION;
	remove_binding(defense, index);
	defense_settle(defense, now_ns);
	return PT_SUCCESS;
}

void defense_arm(struct defense *defense, enum sd_owner owner, bool armed, uint64_t now_ns)
{
	if (defense->armed[owner] == armed)
		return;
	defense->armed[owner] = armed;
	defense_settle(defense, now_ns);
}

bool defense_is_armed(const struct defense *defense, enum sd_owner owner)
{
	return defense->armed[owner];
}

bool defense_is_active(const struct defense *defense, const struct sd_binding *binding)
{
	return defense->active[binding->port] == binding;
}

/* --- which policy is active --- */

static const struct sd_policy *policy_of(const struct defense *defense,
					 const struct sd_binding *binding)
{
	size_t index = defense_find_policy(defense, binding->policy);

	CHECK(index != SIZE_MAX); /* a bound policy cannot be removed */
	return defense->policies[index];
}

static void expire(struct defense *defense, uint64_t now_ns)
{
	size_t i = 0;

	while (i < defense->binding_count) {
		struct sd_binding *binding = defense->bindings[i];
		uint64_t timeout_ns = policy_of(defense, binding)->timeout_min * MINUTE_NS;

		/* A default policy has no end: it is what remains. */
		if (binding->owner != OWNER_DEFAULT && timeout_ns > 0 &&
		    now_ns - binding->since_ns >= timeout_ns)
			binding->expired = true;
		if (binding->expired && defense->knobs->timeout_leaves == TIMEOUT_GONE)
			remove_binding(defense, i);
		else
			i++;
	}
}

/* Firmware is said to be arbitrary on a tie. */
static bool outranks(const struct defense *defense, const struct sd_binding *newer,
		     const struct sd_binding *older)
{
	uint32_t a = policy_of(defense, newer)->precedence;
	uint32_t b = policy_of(defense, older)->precedence;

	return a > b || (a == b && defense->knobs->ties == TIES_NEWER);
}

static const struct sd_binding *choose(const struct defense *defense, unsigned port)
{
	const struct sd_binding *best = NULL, *fallback = NULL;
	size_t i;

	for (i = 0; i < defense->binding_count; i++) {
		const struct sd_binding *b = defense->bindings[i];

		if (b->port != port || b->expired || !defense->armed[b->owner])
			continue;
		if (b->owner == OWNER_DEFAULT)
			fallback = b;
		else if (!best || outranks(defense, b, best))
			best = b;
	}
	return best ? best : fallback;
}

static void activate(struct defense *defense, unsigned port, uint64_t now_ns)
{
	const struct sd_binding *binding = defense->active[port];
	const struct sd_filter *filters[SD_HANDLES_MAX];
	const struct sd_policy *policy;
	size_t i;

	if (!binding) {
		gate_activate(defense->gates[port], NULL, NULL, now_ns);
		return;
	}
	policy = policy_of(defense, binding);
	for (i = 0; i < policy->handle_count; i++) {
		filters[i] = defense_find_filter(defense, policy->handles[i]);
		CHECK(filters[i]); /* a used filter cannot be removed */
	}
	gate_activate(defense->gates[port], policy, filters, now_ns);
}

void defense_settle(struct defense *defense, uint64_t now_ns)
{
	struct gate_rules rules = { defense->knobs->rate_overshoot,
				    defense->knobs->default_statistics,
				    defense->knobs->spoof_zero };
	unsigned port;

	expire(defense, now_ns);
	for (port = 0; port < DEFENSE_PORTS; port++) {
		struct gate *gate = defense->gates[port];
		uint32_t id;

		gate_set_rules(gate, &rules);
		defense->active[port] = choose(defense, port);
		id = defense->active[port] ? defense->active[port]->policy : 0;
		if (gate_policy(gate) != id) {
			activate(defense, port, now_ns);
			defense->active_since_ns[port] = id ? now_ns : 0;
			if (defense->changed)
				defense->changed(defense->arg, port);
		}
	}
}

void defense_power_lost(struct defense *defense, uint64_t now_ns)
{
	size_t i;
	unsigned port;

	for (i = 0; i < defense->binding_count; i++)
		if (!defense->bindings[i]->expired && defense->knobs->timeout_restarts)
			defense->bindings[i]->since_ns = now_ns;
	for (port = 0; port < DEFENSE_PORTS && !defense->knobs->keep_counters; port++)
		gate_forget(defense->gates[port], now_ns);
}

struct gate *defense_gate(struct defense *defense, unsigned port)
{
	CHECK(port < DEFENSE_PORTS);
	return defense->gates[port];
}

uint64_t defense_active_since(const struct defense *defense, unsigned port)
{
	return defense->active_since_ns[port];
}
