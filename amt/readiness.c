/* SPDX-License-Identifier: Apache-2.0 */
/* What the endpoint knows, as the values that grade.c judges. */
#include "amt/readiness.h"

#include <stdio.h>
#include <string.h>

#include "amt/endpoint.h"
#include "amt/grade.h"
#include "amt/session.h"
#include "core/base/err.h"
#include "core/base/units.h"

/* The strongest policy of somebody else that is enabled on our port; NULL if none. */
static const struct sd_policy *foreign_rival(const struct endpoint *endpoint)
{
	const struct objects *objects = &endpoint->objects;
	const struct sd_policy *rival = NULL;

	for (size_t i = 0; i < objects->binding_count; i++) {
		const struct sd_binding *binding = &objects->bindings[i];
		const struct sd_policy *policy = objects_policy(objects, binding->policy_id);

		if (policy && !sd_name_is_ours(policy->name) &&
		    strcmp(binding->port_id, inventory_port_id(&endpoint->inventory, 0)) == 0 &&
		    (!rival || policy->precedence > rival->precedence))
			rival = policy;
	}
	return rival;
}

/* Of somebody else, where ours must go on this port; NULL if the place is free or ours. */
static const struct sd_policy *taker(const struct endpoint *endpoint, unsigned port)
{
	static const struct sd_policy unnamed = { .name = "?" };
	const struct sd_binding *binding =
		objects_binding(&endpoint->objects, inventory_port_id(&endpoint->inventory, port));
	const struct sd_policy *policy =
		binding ? objects_policy(&endpoint->objects, binding->policy_id) : NULL;

	if (!binding || objects_policy_is_ours(&endpoint->objects, binding->policy_id))
		return NULL;
	return policy ? policy : &unnamed;
}

static void count_objects(const struct objects *objects, struct grade_survey *survey)
{
	survey->objects_known = objects->known;
	survey->policies_used = (uint32_t)objects->policy_count;
	survey->filters_used = (uint32_t)objects->filter_count;
	for (size_t i = 0; i < objects->policy_count; i++)
		survey->policies_ours += sd_name_is_ours(objects->policies[i].name);
	for (size_t i = 0; i < objects->filter_count; i++)
		survey->filters_ours += sd_name_is_ours(objects->filters[i].name);
	survey->foreign_policies = survey->policies_used - survey->policies_ours;
}

static void tell_who_and_limits(const struct endpoint *endpoint, struct amt_report *report)
{
	const struct inventory *inventory = &endpoint->inventory;
	const struct sd_budget budget =
		sd_budget_of(&inventory->ports[0].capabilities, &inventory->number);

	snprintf(report->address, sizeof(report->address), "%s", endpoint->address);
	snprintf(report->release, sizeof(report->release), "%s", inventory->release);
	snprintf(report->uuid, sizeof(report->uuid), "%s", inventory->uuid);
	snprintf(report->realm, sizeof(report->realm), "%s", inventory->realm);
	if (!inventory_has_defense(inventory))
		return;
	report->policies_max = inventory->policies_max;
	report->filters_max = inventory->filters_max;
	report->tx_filters_max = budget.tx_filters;
	report->rx_filters_max = budget.rx_filters;
	report->tx_counters = budget.tx_counters;
	report->rx_counters = budget.rx_counters;
	report->v6_tx_filters_max = budget.v6_tx_filters;
	report->v6_rx_filters_max = budget.v6_rx_filters;
	report->v6_ratio = budget.v6_ratio;
	report->anti_spoofing = budget.anti_spoofing;
}

void readiness_report(const struct endpoint *endpoint, const struct err *err, uint64_t now_ns,
		      struct amt_report *report)
{
	const struct sd_policy *rival = foreign_rival(endpoint), *beside = taker(endpoint, 1);
	struct grade_survey survey = {
		.trouble = endpoint->trouble,
		.settings_wrong = !endpoint->session,
		.another_device = endpoint->another_device,
		.failure = err_is_set(err) ? err->text : NULL,
		.tls = endpoint->tls,
		.inventory = &endpoint->inventory,
		.health = &endpoint->health,
		.foreign_in_place = taker(endpoint, 0) != NULL,
		.taken_beside = beside ? beside->name : NULL,
		.open = endpoint_leaves_beside(endpoint)
				? "the wireless port is left alone: amt.wireless in cordon.yaml is off"
				: endpoint->open,
		.rival = rival ? rival->name : NULL,
		.rival_precedence = rival ? rival->precedence : 0,
		.our_precedence = endpoint->parts->precedence,
		.flash_protected_s =
			endpoint->session
				? session_flash_protected_ns(endpoint->session, now_ns) / NS_PER_S
				: 0,
		.wall_s = endpoint->parts->wall_ns ? endpoint->parts->wall_ns() / NS_PER_S : 0,
	};

	memset(report, 0, sizeof(*report));
	if (err_is_set(err)) {
		report->rc = err->code;
		report->err = err;
	}
	count_objects(&endpoint->objects, &survey);
	tell_who_and_limits(endpoint, report);
	report->policies_used = survey.policies_used;
	report->filters_used = survey.filters_used;
	report->foreign_policies = survey.foreign_policies;
	report->foreign_filters = survey.filters_used - survey.filters_ours;
	grade(&survey, report);
}
