/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing a compiled set with a device's contents.
 *
 * Names carry a hash, so most differences show in the name; the content is compared all the
 * same, for the hash is short and other consoles may change what is ours. */
#include "amt/reconcile.h"

#include <stdio.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/mem.h"

static bool policy_holds(const struct sd_policy *policy, const struct sd_filter *filter)
{
	uint32_t handle;

	if (!policy->handle_count)
		return true;
	if (!sd_filter_handle(filter, &handle))
		return false;
	for (unsigned i = 0; i < policy->handle_count; i++)
		if (policy->handles[i] == handle)
			return true;
	return false;
}

/* A filter on the device that can serve as the wanted one: inside that policy, or (policy
 * NULL) in no policy. */
static const struct sd_filter *find_filter(const struct objects *objects,
					   const struct sd_filter *wanted,
					   const struct sd_policy *policy)
{
	for (size_t i = 0; i < objects->filter_count; i++) {
		const struct sd_filter *found = &objects->filters[i];

		if (strcmp(found->name, wanted->name) != 0 || !sd_filter_agrees(wanted, found))
			continue;
		if (policy ? policy_holds(policy, found) : !objects_filter_is_used(objects, found))
			return found;
	}
	return NULL;
}

static bool take_ids(const struct objects *objects, struct sd_set *set,
		     const struct sd_policy *policy)
{
	bool all = true;

	for (unsigned i = 0; i < set->count; i++) {
		const struct sd_filter *found = find_filter(objects, &set->filters[i], policy);

		snprintf(set->filters[i].id, sizeof(set->filters[i].id), "%s",
			 found ? found->id : "");
		all = all && found;
	}
	return all;
}

int reconcile_fill_handles(struct sd_set *set, const char *device, struct err *err)
{
	for (unsigned i = 0; i < set->count; i++)
		if (!sd_filter_handle(&set->filters[i], &set->policy.handles[i]))
			return err_set(
				err, ERR_FAILED,
				"%s gave the filter %s the id \"%s\", which is no number; this "
				"firmware is not understood",
				device, set->filters[i].name, set->filters[i].id);
	set->policy.handle_count = set->count;
	return 0;
}

/* A found policy may not tell its handles; its name then vouches for them. */
static bool policy_matches(const struct sd_policy *wanted, const struct sd_policy *found)
{
	struct sd_policy told = *found;

	if (!told.handle_count) {
		memcpy(told.handles, wanted->handles, sizeof(told.handles));
		told.handle_count = wanted->handle_count;
	}
	return sd_policy_agrees(wanted, &told);
}

void reconcile_take_filters(const struct objects *objects, struct sd_set *set)
{
	take_ids(objects, set, NULL);
}

const struct sd_filter *reconcile_find_filter(const struct objects *objects,
					      const struct sd_filter *wanted)
{
	return find_filter(objects, wanted, NULL);
}

const struct sd_policy *reconcile_find_policy(const struct objects *objects,
					      const struct sd_policy *wanted)
{
	for (size_t i = 0; i < objects->policy_count; i++)
		if (strcmp(objects->policies[i].name, wanted->name) == 0 &&
		    policy_matches(wanted, &objects->policies[i]))
			return &objects->policies[i];
	return NULL;
}

static bool is_the_set(const struct objects *objects, struct sd_set *set,
		       const struct sd_policy *found)
{
	return strcmp(found->name, set->policy.name) == 0 && take_ids(objects, set, found) &&
	       reconcile_fill_handles(set, "", NULL) == 0 && policy_matches(&set->policy, found);
}

/* Of twins the one in force is kept, for the other can be removed. */
bool reconcile_find_set(const struct objects *objects, struct sd_set *set)
{
	for (int bound = 1; bound >= 0; bound--)
		for (size_t i = 0; i < objects->policy_count; i++) {
			const struct sd_policy *found = &objects->policies[i];

			if (objects_policy_is_bound(objects, found->id) == (bound != 0) &&
			    is_the_set(objects, set, found)) {
				memcpy(set->policy.id, found->id, sizeof(set->policy.id));
				return true;
			}
		}
	set->policy.id[0] = '\0';
	return false;
}

/* "crd-repair-1a2b3": the same channel, whatever the hash. */
static bool same_channel(const char *a, const char *b)
{
	const char *dash = strrchr(a, '-');

	return dash && strncmp(a, b, (size_t)(dash - a) + 1) == 0;
}

static void add_id(struct sd_id **ids, size_t *count, const char *id)
{
	*ids = mem_resize(*ids, *count + 1, sizeof(**ids));
	snprintf((*ids)[*count].text, sizeof((*ids)[*count].text), "%s", id);
	(*count)++;
}

static bool in_set(const struct sd_set *set, const char *filter_id)
{
	for (unsigned i = 0; i < set->count; i++)
		if (strcmp(set->filters[i].id, filter_id) == 0)
			return true;
	return false;
}

void stale_fini(struct stale *stale)
{
	mem_free(stale->policies);
	mem_free(stale->filters);
	memset(stale, 0, sizeof(*stale));
}

static bool is_kept(const struct stale_rule *rule, const char *policy_id)
{
	for (size_t i = 0; i < rule->keep_count; i++)
		if (strcmp(rule->keep[i].text, policy_id) == 0)
			return true;
	return false;
}

static bool may_go(const struct objects *objects, const struct sd_set *set,
		   const struct stale_rule *rule, const struct sd_policy *policy)
{
	return sd_name_is_ours(policy->name) && strcmp(policy->id, set->policy.id) != 0 &&
	       !objects_policy_is_bound(objects, policy->id) &&
	       strcmp(policy->name, rule->beside) != 0 &&
	       ((rule->others && !is_kept(rule, policy->id)) ||
		same_channel(policy->name, set->policy.name));
}

void reconcile_list_stale(const struct objects *objects, const struct sd_set *set,
			  const struct stale_rule *rule, struct stale *stale)
{
	struct objects rest = *objects;

	stale_fini(stale);
	/* What would be left decides which filters are then in no policy. */
	rest.policies = mem_array(objects->policy_count + 1, sizeof(*rest.policies));
	rest.policy_count = 0;
	for (size_t i = 0; i < objects->policy_count; i++) {
		const struct sd_policy *policy = &objects->policies[i];

		if (stale->policy_count < STALE_MAX && may_go(objects, set, rule, policy))
			add_id(&stale->policies, &stale->policy_count, policy->id);
		else
			rest.policies[rest.policy_count++] = *policy;
	}
	for (size_t i = 0; i < objects->filter_count && stale->filter_count < STALE_MAX; i++) {
		const struct sd_filter *filter = &objects->filters[i];

		if (sd_name_is_ours(filter->name) && !in_set(set, filter->id) &&
		    !objects_filter_is_used(&rest, filter))
			add_id(&stale->filters, &stale->filter_count, filter->id);
	}
	mem_free(rest.policies);
}
