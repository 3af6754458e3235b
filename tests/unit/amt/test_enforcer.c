/* SPDX-License-Identifier: Apache-2.0 */
/* The enforcer against a scripted device: what it costs, what it never touches, and what is
 * left after a failure at every single request. */
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
};

static void add(struct plan *plan, struct filter filter)
{
	plan->filters[plan->filter_count++] = filter;
}

/* ARP and DHCP, and TCP to one server per port; one filter each way. */
static struct plan repair(const char *name, unsigned ports)
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

static uint64_t wall(void)
{
	return (UINT64_C(1700000000) - 100000) * 1000000000;
}

static void start(struct bench *bench)
{
	struct endpoint_parts parts = { .loop = bench->loop,
					.source = fake_source(&bench->device),
					.precedence = 1000,
					.timeout_min = bench->timeout_min,
					.operation_ns = s_to_ns(280),
					.wall_ns = wall };

	bench->fleet = fleet_new(&parts);
	bench->enforcer = fleet_enforcer(bench->fleet);
}

static struct bench *bench_new(void)
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

static void bench_free(struct bench *bench)
{
	fleet_free(bench->fleet);
	fake_fini(&bench->device);
	loop_free(bench->loop);
	mem_free(bench);
}

/* A new controller that knows nothing, over the same device. */
static void restart(struct bench *bench)
{
	fleet_free(bench->fleet);
	start(bench);
}

static void on_done(void *arg, const struct enforcer_result *result)
{
	struct bench *bench = arg;

	bench->answers++;
	bench->result = *result;
	bench->text[0] = '\0';
	if (result->err)
		snprintf(bench->text, sizeof(bench->text), "%s", result->err->text);
}

static const struct enforcer_result *act(struct bench *bench, enum enforcer_act kind,
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

static void must(struct bench *bench, enum enforcer_act kind, const struct plan *plan)
{
	if (act(bench, kind, plan)->rc < 0)
		fail_msg("%s", bench->text);
}

static unsigned our_filters(const struct bench *bench)
{
	return fake_count(&bench->device, "AMT_IPHeadersFilter", "crd-") +
	       fake_count(&bench->device, "AMT_Hdr8021Filter", "crd-");
}

/* ---- what an act does and costs ---- */

static void preparing_writes_filters_and_a_disabled_policy(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 2);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	assert_int_equal(our_filters(bench), 8);
	assert_int_equal(fake_count(&bench->device, POLICY, "crd-repair-"), 1);
	assert_int_equal(fake_bound(&bench->device, ""), 0);
	assert_int_equal(bench->result.writes, 9);
	assert_int_equal(bench->device.writes, 9);
	assert_false(bench->result.active);
	assert_string_equal(bench->result.device, "AMT 12.0.67 at 10.0.0.23:16992");
	bench_free(bench);
}

static void preparing_again_writes_nothing_even_after_a_restart(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 2);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	must(bench, ENFORCER_PREPARE, &plan);
	assert_int_equal(bench->device.writes, 0);
	restart(bench);
	must(bench, ENFORCER_PREPARE, &plan);
	assert_int_equal(bench->device.writes, 0);
	assert_int_equal(bench->result.writes, 0);
	/* Firmware may keep the handles of a policy to itself. */
	bench->device.tell_no_handles = true;
	restart(bench);
	must(bench, ENFORCER_PREPARE, &plan);
	assert_int_equal(bench->device.writes, 0);
	bench_free(bench);
}

static void a_changed_channel_replaces_the_old_one_and_no_other(void **state)
{
	struct bench *bench = bench_new();
	struct plan repair2 = repair("repair", 2), repair3 = repair("repair", 3),
		    other = repair("strict", 0);

	(void)state;
	must(bench, ENFORCER_PREPARE, &repair2);
	must(bench, ENFORCER_PREPARE, &other);
	must(bench, ENFORCER_PREPARE, &repair3);
	assert_int_equal(fake_count(&bench->device, POLICY, "crd-repair-"), 1);
	assert_int_equal(fake_count(&bench->device, POLICY, "crd-strict-"), 1);
	assert_int_equal(our_filters(bench), 10 + 4);
	bench_free(bench);
}

static void channels_that_nobody_wants_any_more_are_cleaned_up(void **state)
{
	struct bench *bench = bench_new();
	struct plan old = repair("old", 1), held = repair("held", 0), kept = repair("kept", 2),
		    last = repair("last", 3);

	(void)state;
	must(bench, ENFORCER_PREPARE, &old);
	must(bench, ENFORCER_ISOLATE, &held);
	fake_foreign(&bench->device, "Lab", 1, NULL);
	/* One of the new ones fails: then nothing is cleaned up. */
	restart(bench);
	fake_fail(&bench->device, FAKE_FAULT, 16, true);
	assert_true(act(bench, ENFORCER_PREPARE, &kept)->rc < 0);
	fake_fail(&bench->device, FAKE_NONE, 0, false);
	last.complete = true;
	must(bench, ENFORCER_PREPARE, &last);
	assert_int_equal(fake_count(&bench->device, POLICY, "crd-old-"), 1);
	/* All well: what is not among them goes, but for what is in force and for what is not ours. */
	must(bench, ENFORCER_PREPARE, &kept);
	must(bench, ENFORCER_PREPARE, &last);
	assert_int_equal(fake_count(&bench->device, POLICY, "crd-old-"), 0);
	assert_int_equal(fake_count(&bench->device, POLICY, "crd-held-"), 1);
	assert_int_equal(fake_count(&bench->device, POLICY, "crd-kept-"), 1);
	assert_int_equal(fake_count(&bench->device, POLICY, "crd-last-"), 1);
	assert_int_equal(fake_count(&bench->device, POLICY, "Lab"), 1);
	assert_int_equal(our_filters(bench), 4 + 8 + 10);
	bench_free(bench);
}

static void room_is_made_of_our_own_objects_only(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1), other = repair("strict", 0);
	char name[16];

	(void)state;
	must(bench, ENFORCER_PREPARE, &other);
	for (unsigned i = 0; i < 7; i++) {
		snprintf(name, sizeof(name), "Lab%u", i);
		fake_foreign(&bench->device, name, 1, NULL);
	}
	must(bench, ENFORCER_PREPARE, &plan);
	assert_int_equal(fake_count(&bench->device, POLICY, "Lab"), 7);
	assert_int_equal(fake_count(&bench->device, POLICY, "crd-repair-"), 1);
	assert_int_equal(fake_count(&bench->device, POLICY, "crd-strict-"), 0);
	/* What is in force is no room either. */
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(act(bench, ENFORCER_PREPARE, &other)->rc < 0);
	assert_non_null(strstr(bench->text, "no room"));
	assert_int_equal(fake_bound(&bench->device, "crd-repair-"), 1);
	assert_int_equal(fake_count(&bench->device, POLICY, "Lab"), 7);
	bench_free(bench);
}

static void isolating_a_prepared_device_is_one_write_and_one_read(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 2);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	assert_int_equal(bench->result.writes, 1);
	assert_int_equal(bench->result.reads, 1);
	assert_int_equal(bench->result.round_trips, 2);
	assert_int_equal(bench->device.requests, 2); /* Create, Get */
	assert_int_equal(bench->device.writes, 1);
	assert_int_equal(fake_bound(&bench->device, "crd-"), 1);
	/* Again: nothing to write, but never taken on trust. */
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	assert_int_equal(bench->result.writes, 0);
	assert_int_equal(bench->result.reads, 1);
	bench_free(bench);
}

static void firmware_that_gives_no_single_binding_is_asked_for_all_of_them(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 2);

	(void)state;
	bench->device.no_binding_get = true;
	must(bench, ENFORCER_PREPARE, &plan);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	assert_int_equal(bench->result.writes, 1);
	assert_int_equal(bench->device.requests, 4); /* Create, Get, Enumerate, Pull */
	bench_free(bench);
}

static void releasing_is_one_write_and_one_read_and_repeats_well(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	must(bench, ENFORCER_ISOLATE, &plan);
	must(bench, ENFORCER_RELEASE, NULL);
	assert_int_equal(bench->result.writes, 1);
	assert_int_equal(bench->result.reads, 1);
	assert_false(bench->result.active);
	assert_int_equal(fake_bound(&bench->device, ""), 0);
	must(bench, ENFORCER_RELEASE, NULL);
	assert_int_equal(bench->result.writes, 0);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(bench->result.writes, 1);
	bench_free(bench);
}

static void a_release_after_a_restart_finds_what_is_ours(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	restart(bench);
	must(bench, ENFORCER_RELEASE, NULL);
	assert_int_equal(bench->result.writes, 1);
	assert_int_equal(fake_bound(&bench->device, ""), 0);
	bench_free(bench);
}

static void another_channel_replaces_the_one_in_force(void **state)
{
	struct bench *bench = bench_new();
	struct plan a = repair("repair", 1), b = repair("strict", 0);

	(void)state;
	must(bench, ENFORCER_PREPARE, &a);
	must(bench, ENFORCER_PREPARE, &b);
	must(bench, ENFORCER_ISOLATE, &a);
	must(bench, ENFORCER_ISOLATE, &b);
	assert_true(bench->result.active);
	/* The new one holds the port as its default while the old one goes. */
	assert_int_equal(bench->result.writes, 4);
	assert_int_equal(fake_bound(&bench->device, "crd-strict-"), 1);
	assert_int_equal(fake_bound(&bench->device, "crd-repair-"), 0);
	bench_free(bench);
}

static void a_policy_that_outranks_ours_is_told_and_left_alone(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	fake_foreign(&bench->device, "Antivirus", 5000, AGENT_BINDING);
	must(bench, ENFORCER_PREPARE, &plan);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_false(bench->result.active);
	assert_true(bench->result.foreign_active);
	assert_string_equal(bench->result.foreign_name, "Antivirus");
	assert_int_equal(bench->result.writes, 1);
	must(bench, ENFORCER_INSPECT, NULL);
	assert_true(bench->result.foreign_active);
	must(bench, ENFORCER_RELEASE, NULL);
	assert_int_equal(fake_bound(&bench->device, "Antivirus"), 1);
	assert_int_equal(fake_count(&bench->device, POLICY, "Antivirus"), 1);
	bench_free(bench);
}

static void a_foreign_policy_in_our_place_is_never_removed(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	fake_foreign(&bench->device, "Lab", 5, BINDING);
	assert_true(act(bench, ENFORCER_ISOLATE, &plan)->rc < 0);
	assert_non_null(strstr(bench->text, "Lab"));
	assert_false(bench->result.unknown);
	assert_int_equal(fake_bound(&bench->device, "Lab"), 1);
	assert_int_equal(fake_bound(&bench->device, "crd-"), 0);
	must(bench, ENFORCER_RELEASE, NULL);
	assert_int_equal(fake_bound(&bench->device, "Lab"), 1);
	bench_free(bench);
}

static void objects_removed_behind_our_back_are_written_again(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	memset(bench->device.objects, 0, sizeof(bench->device.objects));
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	assert_int_equal(our_filters(bench), 6);
	/* And a binding that vanished is made again. */
	bench->device.objects[7].used = false;
	assert_int_equal(fake_bound(&bench->device, "crd-"), 0);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	bench_free(bench);
}

/* The stranger's policy has got the number that ours had. */
static void a_machine_provisioned_anew_is_not_bound_to_a_strangers_policy(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	memset(bench->device.objects, 0, sizeof(bench->device.objects));
	bench->device.realm = "Digest:2";
	bench->device.next_id = 12;
	fake_foreign(&bench->device, "Stranger", 1, NULL);
	assert_non_null(fake_by_id(&bench->device, POLICY, "13"));
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	assert_int_equal(fake_bound(&bench->device, "Stranger"), 0);
	assert_int_equal(fake_bound(&bench->device, "crd-repair-"), 1);
	bench_free(bench);
}

static void counters_are_found_by_name_or_by_exclusion(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	must(bench, ENFORCER_ISOLATE, &plan);
	bench->device.dropped_transmit = 70;
	bench->device.dropped_receive = 5;
	bench->device.statistics_named = true;
	must(bench, ENFORCER_INSPECT, &plan);
	assert_true(bench->result.active);
	assert_true(bench->result.has_counters);
	assert_int_equal(bench->result.dropped_transmit, 70);
	assert_int_equal(bench->result.dropped_receive, 5);
	assert_int_equal(bench->result.writes, 0);
	bench->device.statistics_named = false;
	must(bench, ENFORCER_INSPECT, &plan);
	assert_int_equal(bench->result.dropped_transmit, 75);
	assert_int_equal(bench->result.dropped_receive, 0);
	assert_non_null(strstr(bench->result.did, "direction"));
	bench_free(bench);
}

static void a_device_that_cannot_is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *name;
		unsigned mode;
		bool absent, wrong;
		unsigned filters;
		const char *word;
	} cases[] = {
		{ "client control mode", 4, false, false, 80, "Client Control Mode" },
		{ "no System Defense", 1, true, false, 80, "no System Defense" },
		{ "wrong password", 1, false, true, 80, "password" },
		{ "full", 1, false, false, 3, "no room" },
	};
	struct plan plan = repair("repair", 1);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench *bench = bench_new();

		bench->device.mode = cases[i].mode;
		bench->device.no_system_defense = cases[i].absent;
		bench->device.password_wrong = cases[i].wrong;
		bench->device.filters_max = cases[i].filters;
		assert_true(act(bench, ENFORCER_ISOLATE, &plan)->rc < 0);
		if (!strstr(bench->text, cases[i].word))
			fail_msg("%s: %s", cases[i].name, bench->text);
		assert_non_null(strstr(bench->text, "10.0.0.23"));
		assert_int_equal(our_filters(bench), 0);
		bench_free(bench);
	}
}

static void a_wrong_password_is_tried_once_until_it_changes(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);
	struct enforcer_result *result = &bench->result;

	(void)state;
	bench->device.password_wrong = true;
	bench->answers = 0;
	for (unsigned i = 0; i < 5; i++)
		bench->enforcer->act(bench->enforcer->self, ENFORCER_ISOLATE, &bench->asset, &plan,
				     on_done, bench);
	fake_loop_advance_ns(bench->loop, 1000000000);
	assert_int_equal(bench->answers, 5);
	assert_int_equal(bench->device.requests, 1);
	assert_true(result->rc < 0);
	fake_loop_advance_ns(bench->loop, 86400 * UINT64_C(1000000000));
	assert_true(act(bench, ENFORCER_ISOLATE, &plan)->rc < 0);
	assert_int_equal(bench->device.requests, 0); /* since the act was asked for */
	bench->device.password_wrong = false;
	snprintf(bench->asset.amt.user, sizeof(bench->asset.amt.user), "another");
	must(bench, ENFORCER_ISOLATE, &plan);
	bench_free(bench);
}

/* Changed on the device, or locked by somebody else's attempts: it may pass, so it is asked again, ever more seldom. */
static void a_password_that_was_good_is_tried_again_after_a_while(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);
	unsigned tries = 0;

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	bench->device.password_wrong = true;
	assert_true(act(bench, ENFORCER_ISOLATE, &plan)->rc < 0);
	assert_int_equal(bench->device.requests, 2); /* a fresh nonce may be forgotten too */
	for (unsigned act70s = 0; act70s < 52; act70s++) {
		assert_true(act(bench, ENFORCER_ISOLATE, &plan)->rc < 0);
		assert_in_range(bench->device.requests, 0, 1);
		tries += bench->device.requests;
	}
	assert_in_range(tries, 5, 6); /* in an hour: after 1, 3, 7, 15, 30, 45 minutes */
	bench->device.password_wrong = false;
	fake_loop_advance_ns(bench->loop, 901 * UINT64_C(1000000000));
	must(bench, ENFORCER_ISOLATE, &plan);
	bench_free(bench);
}

/* Firmware may forget its nonces at any moment; that must not look like a wrong password. */
static void one_401_to_good_credentials_is_no_refusal(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	restart(bench);
	fake_fail(&bench->device, FAKE_401, 2, false);
	must(bench, ENFORCER_PREPARE, &plan);
	for (unsigned at = 1; at <= 3; at++) {
		fake_fail(&bench->device, FAKE_401, at, false);
		must(bench, ENFORCER_ISOLATE, &plan);
		assert_true(bench->result.active);
		assert_int_equal(fake_bound(&bench->device, "crd-"), 1);
		fake_fail(&bench->device, FAKE_NONE, 0, false);
		must(bench, ENFORCER_RELEASE, NULL);
	}
	bench_free(bench);
}

static void slow_pages_are_read_to_their_end_and_endless_ones_given_up(void **state)
{
	struct plan plan = repair("repair", 20); /* two filters a page */
	struct bench *bench = bench_new();
	uint64_t began_ns;

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	restart(bench);
	bench->device.answer_ns = s_to_ns(8);
	bench->answers = 0;
	bench->enforcer->act(bench->enforcer->self, ENFORCER_ISOLATE, &bench->asset, &plan, on_done,
			     bench);
	fake_loop_advance_ns(bench->loop, s_to_ns(1800));
	assert_int_equal(bench->answers, 1);
	assert_int_equal(bench->result.rc, 0);
	bench->device.answer_ns = s_to_ns(29);
	bench->device.endless = true;
	restart(bench);
	bench->answers = 0;
	began_ns = loop_now_ns(bench->loop);
	bench->enforcer->act(bench->enforcer->self, ENFORCER_INSPECT, &bench->asset, NULL, on_done,
			     bench);
	while (!bench->answers && loop_now_ns(bench->loop) - began_ns < s_to_ns(3600))
		fake_loop_advance_ns(bench->loop, s_to_ns(1));
	assert_true(bench->result.rc < 0);
	assert_non_null(strstr(bench->text, "amt.answer_timeout_s"));
	assert_non_null(strstr(bench->text, "had not ended after 290 s"));
	/* One read before, of the mode; then 280 s and the answer that was on its way. */
	assert_in_range(loop_now_ns(bench->loop) - began_ns, s_to_ns(300), s_to_ns(350));
	bench_free(bench);
}

static void a_full_queue_answers_too(void **state)
{
	struct bench *bench = bench_new();
	unsigned refused = 0;

	(void)state;
	bench->answers = 0;
	for (unsigned i = 0; i < ENDPOINT_QUEUE_MAX + 5; i++)
		bench->enforcer->act(bench->enforcer->self, ENFORCER_INSPECT, &bench->asset, NULL,
				     on_done, bench);
	for (unsigned i = 0; i < 200; i++) {
		unsigned before = bench->answers;

		fake_loop_advance_ns(bench->loop, 20000000);
		refused += bench->answers != before && bench->result.rc < 0;
	}
	assert_int_equal(bench->answers, ENDPOINT_QUEUE_MAX + 5);
	assert_true(refused > 0);
	bench_free(bench);
}

static void on_report(void *arg, const struct amt_report *report)
{
	struct bench *bench = arg;

	bench->report = *report;
	bench->answers++;
}

static const struct amt_report *survey(struct bench *bench)
{
	bench->answers = 0;
	fleet_survey(bench->fleet, &bench->asset, on_report, bench);
	fake_loop_advance_ns(bench->loop, 60 * UINT64_C(1000000000));
	assert_int_equal(bench->answers, 1);
	return &bench->report;
}

static void a_survey_grades_the_machine(void **state)
{
	struct bench *bench = bench_new();

	(void)state;
	bench->asset.amt.tls = ASSET_TLS_PIN;
	assert_int_equal(survey(bench)->grade, AMT_GRADE_A);
	assert_int_equal(bench->report.finding_count, 0);
	assert_int_equal(bench->report.enforcement, AMT_BY_FIRMWARE);
	assert_string_equal(bench->report.release, "12.0.67");
	assert_string_equal(bench->report.uuid, "55e3ae13-bfd2-61bb-17a0-88aedd7037ea");
	assert_int_equal(bench->report.tx_filters_max, 27);
	assert_int_equal(bench->report.rx_filters_max, 31);
	fake_foreign(&bench->device, "Antivirus", 5000, AGENT_BINDING);
	assert_int_equal(survey(bench)->grade, AMT_GRADE_D);
	assert_int_equal(bench->report.foreign_policies, 1);
	assert_int_equal(bench->report.findings[0].code, AMT_FOREIGN_OUTRANKS);
	assert_non_null(strstr(bench->report.findings[0].text, "Antivirus"));
	fake_foreign(&bench->device, "Lab", 1, BINDING);
	assert_int_equal(survey(bench)->grade, AMT_GRADE_E);
	assert_int_equal(bench->report.findings[0].code, AMT_FOREIGN_IN_PLACE);
	bench->device.mode = 4;
	assert_int_equal(survey(bench)->grade, AMT_GRADE_F);
	assert_int_equal(bench->report.rc, 0);
	assert_int_equal(bench->report.findings[0].code, AMT_CLIENT_CONTROL_MODE);
	fake_fail(&bench->device, FAKE_UNREACHABLE, 1, true);
	assert_true(survey(bench)->rc < 0);
	assert_int_equal(bench->report.findings[0].code, AMT_UNREACHABLE);
	bench_free(bench);
}

static void a_survey_asks_for_the_clock_and_the_audit_log(void **state)
{
	struct bench *bench = bench_new();

	(void)state;
	bench->asset.amt.tls = ASSET_TLS_PIN;
	bench->device.clock = "1700000000";
	bench->device.audit =
		"<h:AuditState>8</h:AuditState><h:PercentageFree>0</h:PercentageFree>";
	survey(bench);
	assert_int_equal(bench->report.finding_count, 2);
	assert_int_equal(bench->report.findings[0].code, AMT_AUDIT_LOG_FULL);
	assert_int_equal(bench->report.findings[1].code, AMT_CLOCK_WRONG);
	assert_non_null(strstr(bench->report.findings[1].text, "100000 s ahead"));
	bench_free(bench);
}

static void a_survey_does_not_cost_the_next_isolation_anything(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	survey(bench);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(bench->result.writes, 1);
	assert_int_equal(bench->result.reads, 1);
	must(bench, ENFORCER_RELEASE, NULL);
	/* Unless what was prepared is gone. */
	memset(bench->device.objects, 0, sizeof(bench->device.objects));
	survey(bench);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(fake_bound(&bench->device, "crd-repair-"), 1);
	bench_free(bench);
}

static unsigned found(const struct bench *bench, enum amt_code code)
{
	unsigned count = 0;

	for (unsigned i = 0; i < bench->report.finding_count; i++)
		count += bench->report.findings[i].code == code;
	return count;
}

static void without_a_wired_port_the_driver_is_asked_and_that_is_said(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	bench->device.wireless = true;
	survey(bench);
	assert_int_equal(bench->report.enforcement, AMT_BY_FIRMWARE);
	assert_int_equal(found(bench, AMT_WIRELESS_BESIDE), 1);
	bench->device.no_wired = true;
	survey(bench);
	assert_int_equal(bench->report.enforcement, AMT_BY_DRIVER);
	assert_int_equal(bench->report.findings[0].code, AMT_WIRELESS_ONLY);
	assert_int_equal(bench->report.grade, AMT_GRADE_D);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	assert_non_null(strstr(bench->result.did, "wireless port, where the host's own driver"));
	must(bench, ENFORCER_RELEASE, NULL);
	assert_int_equal(fake_bound(&bench->device, ""), 0);
	bench_free(bench);
}

/* ---- who answers ---- */

static void another_machine_at_the_address_is_found_out_before_any_write(void **state)
{
	static const struct {
		const char *name, *uuid, *realm, *guid;
		bool found_out;
	} cases[] = {
		{ "nobody is named", "", "", NULL, false },
		{ "the right UUID", "55e3ae13-bfd2-61bb-17a0-88aedd7037ea", "", NULL, false },
		{ "the same in the other byte order", "13aee355-d2bf-bb61-17a0-88aedd7037ea", "",
		  NULL, false },
		{ "another UUID", "55e3ae13-bfd2-61bb-17a0-88aedd7037eb", "", NULL, true },
		{ "a board without UUID", "55e3ae13-bfd2-61bb-17a0-88aedd7037eb", "",
		  "00000000000000000000000000000000", false },
		{ "the right realm", "", "Digest:1", NULL, false },
		{ "another realm", "", "Digest:9", NULL, true },
	};
	struct plan plan = repair("repair", 1);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench *bench = bench_new();

		snprintf(bench->asset.amt.uuid, sizeof(bench->asset.amt.uuid), "%s", cases[i].uuid);
		snprintf(bench->asset.amt.realm, sizeof(bench->asset.amt.realm), "%s",
			 cases[i].realm);
		bench->device.guid = cases[i].guid;
		act(bench, ENFORCER_ISOLATE, &plan);
		if ((bench->result.rc < 0) != cases[i].found_out)
			fail_msg("%s: rc %d %s", cases[i].name, bench->result.rc, bench->text);
		if (cases[i].found_out)
			assert_int_equal(bench->device.writes, 0);
		survey(bench);
		assert_int_equal(found(bench, AMT_ANOTHER_DEVICE), cases[i].found_out);
		bench_free(bench);
	}
}

static void a_prepared_switch_is_not_thrown_on_a_machine_that_took_the_address(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	bench->device.realm = "Digest:7";
	bench->device.guid = "0102030405060708090A0B0C0D0E0F10";
	assert_true(act(bench, ENFORCER_ISOLATE, &plan)->rc < 0);
	assert_int_equal(bench->device.writes, 0);
	assert_int_equal(fake_bound(&bench->device, ""), 0);
	/* The same board under a new realm was provisioned anew: that is still our machine. */
	bench->device.guid = NULL;
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(fake_bound(&bench->device, "crd-"), 1);
	bench_free(bench);
}

static void a_machine_with_a_new_lease_is_found_again(void **state)
{
	static const struct {
		const char *name, *heard, *also, *realm;
		bool pinned, was_known, found;
	} cases[] = {
		{ "heard elsewhere, realm given", "10.0.0.77", "", "Digest:1", false, false, true },
		{ "heard elsewhere, known from before", "10.0.0.77", "", "", false, true, true },
		{ "heard elsewhere, pinned", "10.0.0.77", "", "", true, false, true },
		{ "heard elsewhere, nothing to know it by", "10.0.0.77", "", "", false, false,
		  false },
		{ "among the given addresses", "", "10.0.0.77", "Digest:1", false, false, true },
		{ "not there either", "10.0.0.78", "10.0.0.79", "Digest:1", false, false, false },
		{ "somebody else there", "10.0.0.77", "", "Digest:8", false, false, false },
		{ "no other place", "", "", "Digest:1", false, false, false },
	};
	struct plan plan = repair("repair", 1);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench *bench = bench_new();

		if (cases[i].was_known)
			must(bench, ENFORCER_PREPARE, &plan);
		snprintf(bench->device.address, sizeof(bench->device.address), "10.0.0.77");
		snprintf(bench->asset.amt.realm, sizeof(bench->asset.amt.realm), "%s",
			 cases[i].realm);
		snprintf(bench->asset.amt.also[0], sizeof(bench->asset.amt.also[0]), "%s",
			 cases[i].also);
		bench->asset.amt.tls = cases[i].pinned ? ASSET_TLS_PIN : ASSET_TLS_NONE;
		if (*cases[i].heard)
			assert_true(ip_parse(cases[i].heard, &bench->asset.amt.heard));
		act(bench, ENFORCER_ISOLATE, &plan);
		if ((bench->result.rc == 0) != cases[i].found)
			fail_msg("%s: rc %d %s", cases[i].name, bench->result.rc, bench->text);
		assert_int_equal(fake_bound(&bench->device, "crd-"), cases[i].found);
		if (!cases[i].found) {
			assert_int_equal(bench->device.writes, 0);
			assert_non_null(strstr(bench->result.device, "10.0.0.23"));
			assert_false(bench->result.unknown);
		} else {
			assert_string_equal(bench->result.device, "AMT 12.0.67 at 10.0.0.77:16992");
			must(bench, ENFORCER_RELEASE, NULL);
			assert_int_equal(bench->result.writes, 1);
		}
		bench_free(bench);
	}
}

static void what_protects_its_flash_is_left_in_peace_but_for_what_is_urgent(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1), strict = repair("strict", 0);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	bench->device.flash_protected = true;
	assert_true(act(bench, ENFORCER_PREPARE, &strict)->rc < 0);
	assert_int_equal(bench->device.writes, 1);
	assert_non_null(strstr(bench->text, "protects its flash"));
	assert_true(act(bench, ENFORCER_PREPARE, &strict)->rc < 0);
	assert_int_equal(bench->device.requests, 0);
	survey(bench);
	assert_int_equal(found(bench, AMT_FLASH_PROTECTED), 1);
	assert_true(act(bench, ENFORCER_ISOLATE, &plan)->rc < 0);
	assert_true(bench->device.writes > 0);
	bench->device.flash_protected = false;
	must(bench, ENFORCER_ISOLATE, &plan);
	must(bench, ENFORCER_PREPARE, &strict);
	bench_free(bench);
}

static void a_dead_mans_switch_is_set_once_and_taken_back(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);
	const struct fake_object *policy;

	(void)state;
	bench->timeout_min = 90;
	restart(bench);
	must(bench, ENFORCER_PREPARE, &plan);
	policy = fake_by_id(&bench->device, POLICY, bench->device.objects[6].id);
	assert_non_null(policy);
	assert_int_equal(policy->timeout_min, 90);
	must(bench, ENFORCER_PREPARE, &plan);
	assert_int_equal(bench->device.timeouts, 1);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(bench->result.ends_in_s, 90 * 60);
	assert_int_equal(bench->result.writes, 1);
	/* Another setting: the same policy, another timeout. */
	bench->timeout_min = 0;
	restart(bench);
	must(bench, ENFORCER_PREPARE, &plan);
	assert_int_equal(policy->timeout_min, 0);
	assert_int_equal(bench->device.timeouts, 2);
	assert_int_equal(bench->result.writes, 1);
	/* Releases before 4 have none. */
	bench->timeout_min = 90;
	bench->device.release = "3.2.1";
	restart(bench);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(bench->result.ends_in_s, 0);
	assert_int_equal(bench->device.timeouts, 2);
	bench_free(bench);
}

static void one_isolation_takes_the_place_of_another_without_a_gap(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1), strict = repair("strict", 0);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	must(bench, ENFORCER_PREPARE, &strict);
	must(bench, ENFORCER_ISOLATE, &plan);
	bench->device.gaps = 0;
	must(bench, ENFORCER_ISOLATE, &strict);
	assert_true(bench->result.active);
	assert_int_equal(bench->device.gaps, 0);
	assert_int_equal(bench->device.writes, 4);
	assert_int_equal(fake_count(&bench->device, FAKE_DEFAULT, ""), 0);
	assert_int_equal(fake_bound(&bench->device, "crd-strict-"), 1);
	/* Somebody else's default stays, and so does the gap. */
	fake_foreign(&bench->device, "Lab", 1, FAKE_DEFAULT);
	restart(bench);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(fake_count(&bench->device, FAKE_DEFAULT, ""), 1);
	bench_free(bench);
}

static void firmware_without_default_policies_swaps_all_the_same(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1), strict = repair("strict", 0);

	(void)state;
	bench->device.no_defaults = true;
	must(bench, ENFORCER_ISOLATE, &plan);
	must(bench, ENFORCER_ISOLATE, &strict);
	assert_int_equal(fake_bound(&bench->device, "crd-strict-"), 1);
	bench->device.release = "5.2.1";
	restart(bench);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(fake_bound(&bench->device, "crd-repair-"), 1);
	bench_free(bench);
}

/* The controller dies after each request of a swap; the next one finds what it left. */
static void a_default_left_behind_is_no_isolation_and_keeps_nobody_cut_off(void **state)
{
	struct plan plan = repair("repair", 1), strict = repair("strict", 0);

	(void)state;
	for (unsigned at = 1; at <= 5; at++)
		for (unsigned release = 0; release < 2; release++) {
			struct bench *bench = bench_new();

			must(bench, ENFORCER_PREPARE, &strict);
			must(bench, ENFORCER_ISOLATE, &plan);
			fake_fail(&bench->device, FAKE_DONE_NO_ANSWER, at, true);
			bench->answers = 0;
			bench->enforcer->act(bench->enforcer->self, ENFORCER_ISOLATE, &bench->asset,
					     &strict, on_done, bench);
			fake_loop_advance_ns(bench->loop, UINT64_C(1000000) * (2 * at + 1));
			fake_fail(&bench->device, FAKE_NONE, 0, false);
			restart(bench);
			must(bench, release ? ENFORCER_RELEASE : ENFORCER_ISOLATE,
			     release ? NULL : &strict);
			assert_int_equal(fake_count(&bench->device, FAKE_DEFAULT, ""), 0);
			assert_int_equal(fake_bound(&bench->device, ""), !release);
			assert_int_equal(fake_bound(&bench->device, "crd-strict-"), !release);
			bench_free(bench);
		}
}

static void writes_are_never_repeated_by_the_transport(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	must(bench, ENFORCER_ISOLATE, &plan);
	must(bench, ENFORCER_RELEASE, NULL);
	assert_int_equal(bench->device.writes_repeatable, 0);
	assert_true(bench->device.reads_repeatable > 10);
	bench_free(bench);
}

/* ---- torture: every request fails once, in every way ---- */

enum scene {
	PREPARE_EMPTY,
	PREPARE_STALE,
	ISOLATE_PREPARED,
	ISOLATE_EMPTY,
	ISOLATE_OTHER,
	RELEASE_KNOWN,
	RELEASE_COLD,
	SCENES
};
static const char *const scene_names[] = {
	"prepare on an empty device", "prepare over an old channel",  "isolate a prepared device",
	"isolate an empty device",    "isolate over another channel", "release",
	"release after a restart"
};
static const enum enforcer_act scene_acts[] = { ENFORCER_PREPARE, ENFORCER_PREPARE,
						ENFORCER_ISOLATE, ENFORCER_ISOLATE,
						ENFORCER_ISOLATE, ENFORCER_RELEASE,
						ENFORCER_RELEASE };

static struct bench *set_scene(enum scene scene, const struct plan *plan)
{
	struct bench *bench = bench_new();
	struct plan old = repair("repair", 2), other = repair("strict", 0);

	fake_foreign(&bench->device, "Lab", 7, NULL);
	fake_foreign(&bench->device, "Agent", 1, AGENT_BINDING);
	if (scene == PREPARE_STALE)
		must(bench, ENFORCER_PREPARE, &old);
	if (scene == ISOLATE_OTHER)
		must(bench, ENFORCER_ISOLATE, &other);
	if (scene == ISOLATE_PREPARED || scene == ISOLATE_OTHER || scene == RELEASE_KNOWN)
		must(bench, ENFORCER_PREPARE, plan);
	if (scene == RELEASE_KNOWN || scene == RELEASE_COLD)
		must(bench, ENFORCER_ISOLATE, plan);
	if (scene == RELEASE_COLD)
		restart(bench);
	return bench;
}

static void check_scene(struct bench *bench, enum scene scene, const struct plan *plan,
			const char *what)
{
	bool bound = scene_acts[scene] == ENFORCER_ISOLATE;

	if (fake_bound(&bench->device, "crd-repair-") != (bound ? 1 : 0) ||
	    fake_bound(&bench->device, "crd-") != (bound ? 1 : 0))
		fail_msg("%s: wrong binding", what);
	if (fake_bound(&bench->device, "Agent") != 1 ||
	    fake_count(&bench->device, POLICY, "Lab") != 1 ||
	    fake_count(&bench->device, POLICY, "Agent") != 1)
		fail_msg("%s: foreign objects were touched", what);
	/* What is left over is found and removed by the next preparation, and then all is as if nothing had happened. */
	must(bench, ENFORCER_PREPARE, plan);
	if (fake_count(&bench->device, POLICY, "crd-repair-") != 1)
		fail_msg("%s: %u policies", what,
			 fake_count(&bench->device, POLICY, "crd-repair-"));
	if (fake_count(&bench->device, FAKE_DEFAULT, ""))
		fail_msg("%s: a default is left", what);
	if (our_filters(bench) != plan->filter_count + (scene == ISOLATE_OTHER ? 4u : 0u))
		fail_msg("%s: %u filters", what, our_filters(bench));
}

/* Returns false when the act has fewer requests than that. */
static bool torture(enum scene scene, enum fake_failure failure, unsigned at, bool and_after)
{
	struct plan plan = repair("repair", 1);
	struct bench *bench = set_scene(scene, &plan);
	bool reached;
	char what[160];

	snprintf(what, sizeof(what), "%s, failure %d at request %u%s", scene_names[scene], failure,
		 at, and_after ? " and after" : "");
	fake_fail(&bench->device, failure, at, and_after);
	act(bench, scene_acts[scene], &plan);
	reached = bench->device.requests >= at;
	/* One lost or spoilt answer is mended inside the act: looked up, or asked again. */
	if (!and_after && scene != ISOLATE_OTHER &&
	    (failure == FAKE_LOST || failure == FAKE_DONE_NO_ANSWER ||
	     failure == FAKE_DONE_GARBAGE || failure == FAKE_CUT) &&
	    bench->result.rc < 0)
		fail_msg("%s: %s", what, bench->text);
	/* An answer of success is the truth even in bad weather. */
	if (bench->result.rc == 0 && scene_acts[scene] == ENFORCER_ISOLATE)
		assert_int_equal(fake_bound(&bench->device, "crd-repair-"), 1);
	if (bench->result.rc == 0 && scene_acts[scene] == ENFORCER_RELEASE)
		assert_int_equal(fake_bound(&bench->device, "crd-") +
					 fake_count(&bench->device, FAKE_DEFAULT, ""),
				 0);
	if (bench->result.rc < 0 && !bench->result.unknown && scene == ISOLATE_PREPARED)
		assert_int_equal(fake_bound(&bench->device, "crd-"), 0);
	fake_fail(&bench->device, FAKE_NONE, 0, false);
	if (bench->result.rc < 0 && act(bench, scene_acts[scene], &plan)->rc < 0)
		fail_msg("%s: the second try failed: %s", what, bench->text);
	check_scene(bench, scene, &plan, what);
	bench_free(bench);
	return reached;
}

/* A 401 to credentials that were never accepted is a wrong password, and final. */
static unsigned first_of(unsigned scene, unsigned failure)
{
	bool trusted = scene != PREPARE_EMPTY && scene != ISOLATE_EMPTY && scene != RELEASE_COLD;

	return failure == FAKE_401 && !trusted ? 2 : 1;
}

static void every_request_may_fail_in_every_way(void **state)
{
	unsigned runs = 0;

	(void)state;
	for (unsigned scene = 0; scene < SCENES; scene++)
		for (unsigned failure = FAKE_UNREACHABLE; failure < FAKE_FAILURES; failure++)
			for (unsigned and_after = 0; and_after < 2; and_after++)
				for (unsigned at = first_of(scene, failure);
				     torture(scene, failure, at, and_after); at++)
					runs++;
	print_message("%u failures injected\n", runs);
	assert_true(runs > 500);
}

/* A failed preparation undoes what it wrote, if the device still listens. */
static void an_isolation_overtakes_a_survey_that_runs_and_loses_nothing(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 2);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	bench->answers = 0;
	bench->device.requests = 0;
	fleet_survey(bench->fleet, &bench->asset, on_report, bench);
	fake_loop_advance_ns(bench->loop, 4500000);
	assert_int_equal(bench->device.requests, 5);
	bench->enforcer->act(bench->enforcer->self, ENFORCER_ISOLATE, &bench->asset, &plan, on_done,
			     bench);
	fake_loop_advance_ns(bench->loop, 5000000);
	/* The request in flight, one write, one read; then the survey from its beginning. */
	assert_int_equal(bench->answers, 1);
	assert_int_equal(bench->result.rc, 0);
	assert_int_equal(bench->result.writes, 1);
	assert_int_equal(bench->result.reads, 1);
	fake_loop_advance_ns(bench->loop, 70 * UINT64_C(1000000000));
	assert_int_equal(bench->answers, 2);
	assert_int_equal(bench->report.rc, 0);
	assert_int_equal(bench->report.filters_used, our_filters(bench));
	must(bench, ENFORCER_RELEASE, NULL);
	bench_free(bench);
}

static void a_refused_step_leaves_the_device_as_it_was(void **state)
{
	struct plan plan = repair("repair", 2);

	(void)state;
	for (unsigned nth = 1; nth <= 9; nth++) {
		struct bench *bench = bench_new();
		unsigned reads;

		/* Every write is preceded by the same reads. */
		must(bench, ENFORCER_INSPECT, NULL);
		act(bench, ENFORCER_INSPECT, NULL);
		reads = 10;
		fake_fail(&bench->device, FAKE_FAULT, reads + nth, false);
		if (act(bench, ENFORCER_PREPARE, &plan)->rc == 0)
			fail_msg("write %u: no failure", nth);
		assert_int_equal(our_filters(bench), 0);
		assert_int_equal(fake_count(&bench->device, POLICY, "crd-"), 0);
		assert_non_null(strstr(bench->text, "AMT status 1"));
		bench_free(bench);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(preparing_writes_filters_and_a_disabled_policy),
		cmocka_unit_test(preparing_again_writes_nothing_even_after_a_restart),
		cmocka_unit_test(a_changed_channel_replaces_the_old_one_and_no_other),
		cmocka_unit_test(channels_that_nobody_wants_any_more_are_cleaned_up),
		cmocka_unit_test(room_is_made_of_our_own_objects_only),
		cmocka_unit_test(isolating_a_prepared_device_is_one_write_and_one_read),
		cmocka_unit_test(firmware_that_gives_no_single_binding_is_asked_for_all_of_them),
		cmocka_unit_test(releasing_is_one_write_and_one_read_and_repeats_well),
		cmocka_unit_test(a_release_after_a_restart_finds_what_is_ours),
		cmocka_unit_test(another_channel_replaces_the_one_in_force),
		cmocka_unit_test(a_policy_that_outranks_ours_is_told_and_left_alone),
		cmocka_unit_test(a_foreign_policy_in_our_place_is_never_removed),
		cmocka_unit_test(objects_removed_behind_our_back_are_written_again),
		cmocka_unit_test(a_machine_provisioned_anew_is_not_bound_to_a_strangers_policy),
		cmocka_unit_test(counters_are_found_by_name_or_by_exclusion),
		cmocka_unit_test(a_device_that_cannot_is_refused_with_the_reason),
		cmocka_unit_test(a_wrong_password_is_tried_once_until_it_changes),
		cmocka_unit_test(a_password_that_was_good_is_tried_again_after_a_while),
		cmocka_unit_test(one_401_to_good_credentials_is_no_refusal),
		cmocka_unit_test(slow_pages_are_read_to_their_end_and_endless_ones_given_up),
		cmocka_unit_test(a_full_queue_answers_too),
		cmocka_unit_test(a_survey_grades_the_machine),
		cmocka_unit_test(a_survey_asks_for_the_clock_and_the_audit_log),
		cmocka_unit_test(a_survey_does_not_cost_the_next_isolation_anything),
		cmocka_unit_test(without_a_wired_port_the_driver_is_asked_and_that_is_said),
		cmocka_unit_test(another_machine_at_the_address_is_found_out_before_any_write),
		cmocka_unit_test(
			a_prepared_switch_is_not_thrown_on_a_machine_that_took_the_address),
		cmocka_unit_test(a_machine_with_a_new_lease_is_found_again),
		cmocka_unit_test(what_protects_its_flash_is_left_in_peace_but_for_what_is_urgent),
		cmocka_unit_test(a_dead_mans_switch_is_set_once_and_taken_back),
		cmocka_unit_test(one_isolation_takes_the_place_of_another_without_a_gap),
		cmocka_unit_test(firmware_without_default_policies_swaps_all_the_same),
		cmocka_unit_test(a_default_left_behind_is_no_isolation_and_keeps_nobody_cut_off),
		cmocka_unit_test(writes_are_never_repeated_by_the_transport),
		cmocka_unit_test(an_isolation_overtakes_a_survey_that_runs_and_loses_nothing),
		cmocka_unit_test(a_refused_step_leaves_the_device_as_it_was),
		cmocka_unit_test(every_request_may_fail_in_every_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
