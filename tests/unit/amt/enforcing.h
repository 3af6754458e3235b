/* SPDX-License-Identifier: Apache-2.0 */
/* enforcing.h - the bench of the enforcer's tests: one machine on a scripted device and a loop without real time. */
#ifndef CORDON_TESTS_ENFORCING_H
#define CORDON_TESTS_ENFORCING_H

#include "amt/fleet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/units.h"
#include "core/isolation/plan.h"
#include "tests/fakes/fake_loop.h"
#include "tests/unit/amt/fake_device.h"

#define COUNT(list)   (sizeof(list) / sizeof((list)[0]))
#define POLICY        "AMT_SystemDefensePolicy"
#define BINDING       "AMT_NetworkPortSystemDefensePolicy"
#define AGENT_BINDING "AMT_AgentPresenceInterfacePolicy"

struct bench {
	struct loop *loop;
	struct fake_device device;
	struct fleet *fleet;
	const struct enforcer *enforcer;
	struct asset asset;
	struct enforcer_result result;
	struct amt_report report;
	char text[ERR_TEXT_MAX_BYTES];
	unsigned answers;
	uint16_t timeout_min;
	bool cable_only;
};

static inline void add(struct plan *plan, struct filter filter)
{
	plan->filters[plan->filter_count++] = filter;
}

/* ARP and DHCP, and TCP to one server per port; one filter each way. */
static inline struct plan repair(const char *name, unsigned ports)
{
	struct plan plan = { .drop_transmit = true, .drop_receive = true };

	snprintf(plan.name, sizeof(plan.name), "%s", name);
	for (uint8_t way = FILTER_TRANSMIT; way <= FILTER_RECEIVE; way++) {
		add(&plan,
		    (struct filter){ .direction = way, .ethertype = 0x0806, .label = "arp" });
		add(&plan, (struct filter){ .direction = way,
					    .ethertype = 0x0800,
					    .proto = 17,
					    .label = "dhcp",
					    .local_port_first = 68,
					    .local_port_last = 68,
					    .remote_port_first = 67,
					    .remote_port_last = 67 });
		for (uint16_t i = 0; i < ports; i++) {
			struct filter filter = { .direction = way,
						 .ethertype = 0x0800,
						 .proto = 6,
						 .label = "web",
						 .has_remote = true };

			prefix_parse("10.0.0.5", &filter.remote);
			/* No two next to each other: those would become one range. */
			filter.remote_port_first = filter.remote_port_last =
				(uint16_t)(8000 + 2 * i);
			add(&plan, filter);
		}
	}
	return plan;
}

static inline uint64_t wall(void)
{
	return (UINT64_C(1700000000) - 100000) * 1000000000;
}

static inline void start(struct bench *bench)
{
	struct endpoint_parts parts = { .loop = bench->loop,
					.source = fake_source(&bench->device),
					.precedence = 1000,
					.timeout_min = bench->timeout_min,
					.cable_only = bench->cable_only,
					.operation_ns = s_to_ns(280),
					.wall_ns = wall };

	bench->fleet = fleet_new(&parts);
	bench->enforcer = fleet_enforcer(bench->fleet);
}

static inline struct bench *bench_new(void)
{
	struct bench *bench = mem_alloc(sizeof(*bench));

	bench->loop = loop_new();
	fake_init(&bench->device, bench->loop);
	bench->asset.amt = (struct asset_amt){
		.present = true, .address = "10.0.0.23", .port = 16992, .user = "u"
	};
	snprintf(bench->asset.name, sizeof(bench->asset.name), "pc1");
	start(bench);
	return bench;
}

static inline void bench_free(struct bench *bench)
{
	fleet_free(bench->fleet);
	fake_fini(&bench->device);
	loop_free(bench->loop);
	mem_free(bench);
}

/* A new controller that knows nothing, over the same device. */
static inline void restart(struct bench *bench)
{
	fleet_free(bench->fleet);
	start(bench);
}

static inline void on_done(void *arg, const struct enforcer_result *result)
{
	struct bench *bench = arg;

	bench->answers++;
	bench->result = *result;
	bench->text[0] = '\0';
	if (result->err)
		snprintf(bench->text, sizeof(bench->text), "%s", result->err->text);
}

static inline const struct enforcer_result *act(struct bench *bench, enum enforcer_act kind,
						const struct plan *plan)
{
	bench->answers = 0;
	bench->device.requests = bench->device.writes = 0;
	bench->enforcer->act(bench->enforcer->self, kind, &bench->asset, plan, on_done, bench);
	assert_int_equal(bench->answers, 0);
	fake_loop_advance_ns(bench->loop, 70 * UINT64_C(1000000000));
	assert_int_equal(bench->answers, 1);
	return &bench->result;
}

static inline void must(struct bench *bench, enum enforcer_act kind, const struct plan *plan)
{
	if (act(bench, kind, plan)->rc < 0)
		fail_msg("%s", bench->text);
}

static inline unsigned our_filters(const struct bench *bench)
{
	return fake_count(&bench->device, "AMT_IPHeadersFilter", "crd-") +
	       fake_count(&bench->device, "AMT_Hdr8021Filter", "crd-");
}

static inline void on_report(void *arg, const struct amt_report *report)
{
	struct bench *bench = arg;

	bench->report = *report;
	bench->answers++;
}

static inline const struct amt_report *survey(struct bench *bench)
{
	bench->answers = 0;
	fleet_survey(bench->fleet, &bench->asset, on_report, bench);
	fake_loop_advance_ns(bench->loop, 60 * UINT64_C(1000000000));
	assert_int_equal(bench->answers, 1);
	return &bench->report;
}

static inline unsigned found(const struct bench *bench, enum amt_code code)
{
	unsigned count = 0;

	for (unsigned i = 0; i < bench->report.finding_count; i++)
		count += bench->report.findings[i].code == code;
	return count;
}

#endif
