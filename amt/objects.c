/* SPDX-License-Identifier: Apache-2.0 */
/* The last known contents of a device.  Lists, searched from the front: a device holds 8
 * policies and 80 filters. */
#include "amt/objects.h"

#include <stdio.h>
#include <string.h>

#include "amt/session.h"
#include "core/base/err.h"
#include "core/base/mem.h"

#define HASH_DIGITS 5

static const char *const classes[OBJECTS_READS] = {
	[OBJECTS_POLICIES] = SD_CLASS_POLICY,
	[OBJECTS_ETHERNET_FILTERS] = SD_CLASS_ETHERNET_FILTER,
	[OBJECTS_IP_FILTERS] = SD_CLASS_IP_FILTER,
	[OBJECTS_BINDINGS] = SD_CLASS_BINDINGS,
	[OBJECTS_DEFAULT_BINDINGS] = SD_CLASS_DEFAULT,
};

void objects_fini(struct objects *objects)
{
	mem_free(objects->policies);
	mem_free(objects->filters);
	mem_free(objects->bindings);
	memset(objects, 0, sizeof(*objects));
}

void objects_thin_out(struct objects *objects)
{
	for (size_t i = 0; i < objects->policy_count; i++)
		if (sd_name_is_ours(objects->policies[i].name) &&
		    !objects->policies[i].handle_count)
			return;
	mem_free(objects->filters);
	objects->filters = NULL;
	objects->filter_count = 0;
}

void objects_call(enum objects_read read, struct session_call *call)
{
	*call = (struct session_call){ .op = WSMAN_ENUMERATE, .class_name = classes[read] };
}

void objects_add_policy(struct objects *objects, const struct sd_policy *policy)
{
	objects->policies =
		mem_resize(objects->policies, objects->policy_count + 1, sizeof(*policy));
	objects->policies[objects->policy_count++] = *policy;
}

void objects_add_filter(struct objects *objects, const struct sd_filter *filter)
{
	objects->filters = mem_resize(objects->filters, objects->filter_count + 1, sizeof(*filter));
	objects->filters[objects->filter_count++] = *filter;
}

static void add_binding(struct objects *objects, const struct sd_binding *binding)
{
	objects->bindings =
		mem_resize(objects->bindings, objects->binding_count + 1, sizeof(*binding));
	objects->bindings[objects->binding_count++] = *binding;
}

void objects_put_binding(struct objects *objects, const struct sd_binding *binding)
{
	size_t kept = 0;

	for (size_t i = 0; i < objects->binding_count; i++) {
		struct sd_binding *other = &objects->bindings[i];
		bool same_port = strcmp(other->port_id, binding->port_id) == 0;

		if (same_port && strcmp(other->owner_class, binding->owner_class) == 0)
			continue;
		other->active = other->active && !(same_port && binding->active);
		objects->bindings[kept++] = *other;
	}
	objects->binding_count = kept;
	add_binding(objects, binding);
}

static void drop_filters(struct objects *objects, bool ethernet)
{
	size_t kept = 0;

	for (size_t i = 0; i < objects->filter_count; i++)
		if (objects->filters[i].ethernet != ethernet)
			objects->filters[kept++] = objects->filters[i];
	objects->filter_count = kept;
}

static void take_item(struct objects *objects, enum objects_read read,
		      const struct cim_instance *item)
{
	struct sd_policy policy;
	struct sd_filter filter;
	struct sd_binding binding;

	if (read == OBJECTS_POLICIES && sd_policy_read(item, &policy))
		objects_add_policy(objects, &policy);
	else if ((read == OBJECTS_ETHERNET_FILTERS || read == OBJECTS_IP_FILTERS) &&
		 sd_filter_read(item, &filter))
		objects_add_filter(objects, &filter);
	else if ((read == OBJECTS_BINDINGS || read == OBJECTS_DEFAULT_BINDINGS) &&
		 sd_binding_read(item, &binding))
		add_binding(objects, &binding);
}

static bool is_default(const struct sd_binding *binding)
{
	return strcmp(binding->owner_class, SD_CLASS_DEFAULT) == 0;
}

/* Default policies are read apart; whether the one in memory is active is then not known any more. */
static void drop_bindings(struct objects *objects, bool defaults)
{
	size_t kept = 0;

	for (size_t i = 0; i < objects->binding_count; i++) {
		struct sd_binding *binding = &objects->bindings[i];

		if (is_default(binding) == defaults)
			continue;
		if (!defaults)
			binding->active = false;
		objects->bindings[kept++] = *binding;
	}
	objects->binding_count = kept;
}

static void empty_before(struct objects *objects, enum objects_read read)
{
	if (read == OBJECTS_POLICIES)
		objects->policy_count = 0;
	else if (read == OBJECTS_ETHERNET_FILTERS || read == OBJECTS_IP_FILTERS)
		drop_filters(objects, read == OBJECTS_ETHERNET_FILTERS);
	else
		drop_bindings(objects, read == OBJECTS_DEFAULT_BINDINGS);
}

int objects_take(struct objects *objects, enum objects_read read,
		 const struct session_result *result, struct err *err)
{
	/* Old firmware may not know default policies (1.1): then there are none. */
	bool optional = read == OBJECTS_DEFAULT_BINDINGS && result->end == SESSION_REFUSED &&
			!result->locked_out;

	if (result->end != SESSION_DONE && !optional)
		return err_set(err, result->err->code, "%s", result->err->text);
	empty_before(objects, read);
	for (size_t i = 0; i < result->item_count; i++)
		take_item(objects, read, result->items[i]);
	if (read == OBJECTS_READS - 1)
		objects->known = true;
	return 0;
}

void objects_remove_policy(struct objects *objects, const char *id)
{
	size_t kept = 0;

	for (size_t i = 0; i < objects->policy_count; i++)
		if (strcmp(objects->policies[i].id, id) != 0)
			objects->policies[kept++] = objects->policies[i];
	objects->policy_count = kept;
}

void objects_remove_filter(struct objects *objects, const char *id)
{
	size_t kept = 0;

	for (size_t i = 0; i < objects->filter_count; i++)
		if (strcmp(objects->filters[i].id, id) != 0)
			objects->filters[kept++] = objects->filters[i];
	objects->filter_count = kept;
}

void objects_remove_binding(struct objects *objects, const char *port_id, const char *policy_id)
{
	size_t kept = 0;

	for (size_t i = 0; i < objects->binding_count; i++)
		if (strcmp(objects->bindings[i].policy_id, policy_id) != 0 ||
		    strcmp(objects->bindings[i].port_id, port_id) != 0 ||
		    strcmp(objects->bindings[i].owner_class, SD_CLASS_BINDING) != 0)
			objects->bindings[kept++] = objects->bindings[i];
	objects->binding_count = kept;
}

void objects_add_default(struct objects *objects, const char *port_id, const char *policy_id)
{
	struct sd_binding binding = { .owner_class = SD_CLASS_DEFAULT };

	snprintf(binding.port_id, sizeof(binding.port_id), "%s", port_id);
	snprintf(binding.policy_id, sizeof(binding.policy_id), "%s", policy_id);
	add_binding(objects, &binding);
}

void objects_remove_default(struct objects *objects, const char *port_id)
{
	size_t kept = 0;

	for (size_t i = 0; i < objects->binding_count; i++)
		if (!is_default(&objects->bindings[i]) ||
		    strcmp(objects->bindings[i].port_id, port_id) != 0)
			objects->bindings[kept++] = objects->bindings[i];
	objects->binding_count = kept;
}

const struct sd_policy *objects_policy(const struct objects *objects, const char *id)
{
	for (size_t i = 0; i < objects->policy_count; i++)
		if (strcmp(objects->policies[i].id, id) == 0)
			return &objects->policies[i];
	return NULL;
}

bool objects_policy_is_ours(const struct objects *objects, const char *id)
{
	const struct sd_policy *policy = objects_policy(objects, id);

	return policy && sd_name_is_ours(policy->name);
}

bool objects_policy_is_bound(const struct objects *objects, const char *id)
{
	for (size_t i = 0; i < objects->binding_count; i++)
		if (strcmp(objects->bindings[i].policy_id, id) == 0)
			return true;
	return false;
}

static bool shares_hash(const struct sd_policy *policy, const struct sd_filter *filter)
{
	const char *dash = strrchr(policy->name, '-');

	return sd_name_is_ours(policy->name) && dash &&
	       strncmp(filter->name + strlen(SD_NAME_PREFIX), dash + 1, HASH_DIGITS) == 0;
}

static bool has_handle(const struct sd_policy *policy, uint32_t handle)
{
	for (unsigned i = 0; i < policy->handle_count; i++)
		if (policy->handles[i] == handle)
			return true;
	return false;
}

static bool names_filter(const struct sd_policy *policy, const struct sd_filter *filter)
{
	uint32_t handle;

	if (policy->handle_count == 0)
		return shares_hash(policy, filter);
	if (!sd_filter_handle(filter, &handle))
		return true;
	return has_handle(policy, handle);
}

bool objects_filter_is_used(const struct objects *objects, const struct sd_filter *filter)
{
	for (size_t i = 0; i < objects->policy_count; i++)
		if (names_filter(&objects->policies[i], filter))
			return true;
	return false;
}

const struct sd_binding *objects_binding(const struct objects *objects, const char *port_id)
{
	for (size_t i = 0; i < objects->binding_count; i++)
		if (strcmp(objects->bindings[i].port_id, port_id) == 0 &&
		    strcmp(objects->bindings[i].owner_class, SD_CLASS_BINDING) == 0)
			return &objects->bindings[i];
	return NULL;
}

const struct sd_binding *objects_default(const struct objects *objects, const char *port_id)
{
	for (size_t i = 0; i < objects->binding_count; i++)
		if (is_default(&objects->bindings[i]) &&
		    strcmp(objects->bindings[i].port_id, port_id) == 0)
			return &objects->bindings[i];
	return NULL;
}

const struct sd_binding *objects_active(const struct objects *objects, const char *port_id)
{
	for (size_t i = 0; i < objects->binding_count; i++)
		if (objects->bindings[i].active &&
		    strcmp(objects->bindings[i].port_id, port_id) == 0)
			return &objects->bindings[i];
	return NULL;
}

bool objects_filter_is_ours(const struct objects *objects, const char *id)
{
	struct sd_filter filter = { 0 };
	uint32_t handle;

	for (size_t i = 0; i < objects->filter_count; i++)
		if (strcmp(objects->filters[i].id, id) == 0)
			return sd_name_is_ours(objects->filters[i].name);
	snprintf(filter.id, sizeof(filter.id), "%s", id);
	if (!sd_filter_handle(&filter, &handle))
		return false;
	for (size_t i = 0; i < objects->policy_count; i++)
		if (sd_name_is_ours(objects->policies[i].name) &&
		    has_handle(&objects->policies[i], handle))
			return true;
	return false;
}
