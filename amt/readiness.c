/* SPDX-License-Identifier: Apache-2.0 */
/* The grade of a machine.  Not ready: an isolation would fail.  Degraded: it would work, but
 * something may weaken or outrank it, and a person should know before the night it matters. */
#include "amt/readiness.h"

#include <stdio.h>
#include <string.h>

#include "amt/endpoint.h"
#include "core/base/err.h"

/* The strongest policy of somebody else that is enabled on our port; NULL if none. */
static const struct sd_policy *foreign_rival(const struct endpoint *endpoint)
{
	const struct objects *objects = &endpoint->objects;
	const struct sd_policy *rival = NULL;

	for (size_t i = 0; i < objects->binding_count; i++) {
		const struct sd_binding *binding = &objects->bindings[i];
		const struct sd_policy *policy = objects_policy(objects, binding->policy_id);

		if (policy && !sd_name_is_ours(policy->name) &&
		    strcmp(binding->port_id, endpoint->inventory.port_id) == 0 &&
		    (!rival || policy->precedence > rival->precedence))
			rival = policy;
	}
	return rival;
}

static bool place_is_taken(const struct endpoint *endpoint)
{
	const struct sd_binding *binding =
		objects_binding(&endpoint->objects, endpoint->inventory.port_id);

	return binding && !objects_policy_is_ours(&endpoint->objects, binding->policy_id);
}

static void grade_objects(const struct endpoint *endpoint, struct amt_report *report)
{
	const struct sd_policy *rival = foreign_rival(endpoint);

	if (place_is_taken(endpoint)) {
		report->grade = AMT_NOT_READY;
		snprintf(report->why, sizeof(report->why),
			 "another console has enabled \"%s\" as the System Defense policy "
			 "of the wired port; disable it there",
			 rival ? rival->name : "?");
	} else if (rival && rival->precedence >= endpoint->parts->precedence) {
		report->grade = AMT_DEGRADED;
		snprintf(report->why, sizeof(report->why),
			 "the policy \"%s\" of another console has precedence %u and would "
			 "outrank ours (%u)",
			 rival->name, rival->precedence, endpoint->parts->precedence);
	} else if (endpoint->inventory.wireless) {
		report->grade = AMT_DEGRADED;
		snprintf(report->why, sizeof(report->why),
			 "the machine has wireless too, which firmware does not filter for "
			 "us: a machine that leaves the cable leaves the isolation");
	} else if (!endpoint->inventory.capabilities.given) {
		report->grade = AMT_DEGRADED;
		snprintf(report->why, sizeof(report->why),
			 "the device does not tell its filter limits; the documented ones "
			 "are assumed");
	}
}

static void count_objects(const struct endpoint *endpoint, struct amt_report *report)
{
	const struct objects *objects = &endpoint->objects;
	const struct sd_budget budget = sd_budget_of(&endpoint->inventory.capabilities);

	report->policies_max = endpoint->inventory.policies_max;
	report->filters_max = endpoint->inventory.filters_max;
	report->tx_filters_max = budget.tx_filters;
	report->rx_filters_max = budget.rx_filters;
	report->policies_used = (uint32_t)objects->policy_count;
	report->filters_used = (uint32_t)objects->filter_count;
	for (size_t i = 0; i < objects->policy_count; i++)
		report->foreign_policies += !sd_name_is_ours(objects->policies[i].name);
}

void readiness_report(const struct endpoint *endpoint, const struct err *err,
		      struct amt_report *report)
{
	const struct inventory *inventory = &endpoint->inventory;
	struct err why = { 0 };

	memset(report, 0, sizeof(*report));
	report->grade = AMT_NOT_READY;
	if (err_is_set(err)) {
		report->rc = err->code;
		report->err = err;
		snprintf(report->why, sizeof(report->why), "%.199s", err->text);
	}
	snprintf(report->release, sizeof(report->release), "%s", inventory->release);
	snprintf(report->uuid, sizeof(report->uuid), "%s", inventory->uuid);
	snprintf(report->realm, sizeof(report->realm), "%s", inventory->realm);
	report->admin_control_mode = inventory_is_admin_mode(inventory);
	report->wired_port = inventory->port && !inventory->wired_without_address;
	if (!inventory->known || report->rc < 0)
		return;
	if (inventory_check(inventory, endpoint->device, &why) < 0) {
		snprintf(report->why, sizeof(report->why), "%.199s", why.text);
		return;
	}
	report->grade = AMT_READY;
	count_objects(endpoint, report);
	grade_objects(endpoint, report);
}
