/* SPDX-License-Identifier: Apache-2.0 */
/* The enforcer against a scripted device: what an act does, what it costs, what it never touches.  test_enforcer_*.c
 * beside it go on. */
#include "tests/unit/amt/enforcing.h"

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

static void what_a_device_calls_things_stays_on_one_line(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	bench->device.release = "12.0\n1.1.1.1";
	fake_foreign(&bench->device,
		     "Anti\nvirus \xc2\x9b"
		     "31m",
		     5000, AGENT_BINDING);
	must(bench, ENFORCER_PREPARE, &plan);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_string_equal(bench->result.device, "AMT 12.0?1.1.1.1 at 10.0.0.23:16992");
	assert_string_equal(bench->result.foreign_name, "Anti?virus ??31m");
	assert_non_null(strstr(bench->result.did, "Anti?virus"));
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

/* No firmware holds so much; whoever answers in its place must not bring down the others. */
static void a_device_that_holds_thousands_of_policies_ends_nothing_but_its_own_act(void **state)
{
	static const struct {
		unsigned litter;
		const char *says; /* NULL: all is well */
	} cases[] = { { 100, NULL }, { 1000, "has no room" }, { 2100, "does not end" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench *bench = bench_new();
		struct plan plan = repair("repair", 1);

		bench->device.litter = cases[i].litter;
		act(bench, ENFORCER_PREPARE, &plan);
		if (cases[i].says ? !strstr(bench->text, cases[i].says) : bench->result.rc != 0)
			fail_msg("%u: %s", cases[i].litter, bench->text);
		assert_true(bench->result.writes < 300);
		bench_free(bench);
	}
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
		cmocka_unit_test(what_a_device_calls_things_stays_on_one_line),
		cmocka_unit_test(a_foreign_policy_in_our_place_is_never_removed),
		cmocka_unit_test(objects_removed_behind_our_back_are_written_again),
		cmocka_unit_test(a_machine_provisioned_anew_is_not_bound_to_a_strangers_policy),
		cmocka_unit_test(counters_are_found_by_name_or_by_exclusion),
		cmocka_unit_test(a_device_that_cannot_is_refused_with_the_reason),
		cmocka_unit_test(
			a_device_that_holds_thousands_of_policies_ends_nothing_but_its_own_act),
		cmocka_unit_test(slow_pages_are_read_to_their_end_and_endless_ones_given_up),
		cmocka_unit_test(a_full_queue_answers_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
