/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/torture/bench.h"

#include <stdio.h>
#include <string.h>

#include "amt/amt.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/units.h"

#define PATIENCE_S 30

static void out_of_patience(void *arg)
{
	struct bench *bench = arg;

	loop_stop(bench->loop);
}

static void start_client(struct bench *bench, uint32_t answer_timeout_ms)
{
	struct amt_config config = { .answer_timeout_ms = answer_timeout_ms,
				     .connect_timeout_ms = answer_timeout_ms };

	bench->amt = amt_new(&config, bench->loop, NULL);
	bench->enforcer = amt_enforcer(bench->amt);
}

struct bench *bench_new(const struct rig_options *options, uint32_t answer_timeout_ms)
{
	struct bench *bench = mem_alloc(sizeof(*bench));

	bench->rig = rig_new(options);
	rig_asset(bench->rig, 0, &bench->asset);
	bench->loop = loop_new();
	bench->patience = loop_timer(bench->loop, out_of_patience, bench);
	start_client(bench, answer_timeout_ms);
	return bench;
}

void bench_free(struct bench *bench)
{
	amt_free(bench->amt);
	timer_free(bench->patience);
	loop_free(bench->loop);
	rig_free(bench->rig);
	mem_free(bench);
}

void bench_restart(struct bench *bench, uint32_t answer_timeout_ms)
{
	amt_free(bench->amt);
	start_client(bench, answer_timeout_ms);
}

static void on_done(void *arg, const struct enforcer_result *result)
{
	struct bench *bench = arg;

	bench->answers++;
	bench->result = *result;
	snprintf(bench->text, sizeof(bench->text), "%s", result->err ? result->err->text : "");
	loop_stop(bench->loop);
}

int bench_act(struct bench *bench, enum enforcer_act act, const struct plan *plan)
{
	bench->answers = 0;
	bench->enforcer->act(bench->enforcer->self, act, &bench->asset, plan, on_done, bench);
	timer_after_ns(bench->patience, s_to_ns(PATIENCE_S));
	loop_run(bench->loop);
	timer_stop(bench->patience);
	if (bench->answers == 1)
		return bench->result.rc;
	snprintf(bench->text, sizeof(bench->text), "%u answers to %s", bench->answers,
		 enforcer_act_name(act));
	return ERR_GONE;
}

struct plan bench_plan(uint16_t port)
{
	struct plan plan = { .name = "repair", .drop_transmit = true, .drop_receive = true };

	for (uint8_t way = FILTER_TRANSMIT; way <= FILTER_RECEIVE; way++) {
		struct filter arp = { .direction = way, .ethertype = 0x0806, .label = "arp" };
		struct filter dhcp = { .direction = way,
				       .ethertype = 0x0800,
				       .proto = 17,
				       .label = "dhcp",
				       .local_port_first = 68,
				       .local_port_last = 68,
				       .remote_port_first = 67,
				       .remote_port_last = 67 };
		struct filter web = { .direction = way,
				      .ethertype = 0x0800,
				      .proto = 6,
				      .label = "web",
				      .has_remote = true,
				      .remote_port_first = port,
				      .remote_port_last = port };

		prefix_parse("10.0.0.5", &web.remote);
		plan.filters[plan.filter_count++] = arp;
		plan.filters[plan.filter_count++] = dhcp;
		plan.filters[plan.filter_count++] = web;
	}
	return plan;
}

const char *bench_wrong(struct bench *bench, unsigned foreign, unsigned channels, unsigned wanted)
{
	const char *objects = rig_order(bench->rig, "objects amt");
	unsigned policies, filters, bindings;

	if (!objects)
		return "the simulator is gone";
	policies = rig_mentions(objects, "name=crd-repair-");
	filters = rig_mentions(objects, "name=crd-") - policies;
	bindings = rig_mentions(objects, "binding sd ");
	if (rig_mentions(objects, "name=Foreign") != foreign ||
	    rig_mentions(objects, "binding agent ") != foreign)
		return "a foreign object was touched";
	if (policies != channels)
		return policies < channels ? "a policy of ours is missing"
					   : "a policy of ours too many";
	if (filters != 6 * channels)
		return filters < 6 * channels ? "a filter of ours is missing"
					      : "a filter of ours is an orphan or a double";
	if (bindings != wanted)
		return bindings < wanted ? "ours is not enabled" : "ours is still enabled";
	return NULL;
}
