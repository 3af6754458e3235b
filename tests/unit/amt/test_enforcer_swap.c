/* SPDX-License-Identifier: Apache-2.0 */
/* One isolation in the place of another without a gap, timeouts of the firmware, flash that is left in peace. */
#include "tests/unit/amt/enforcing.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_protects_its_flash_is_left_in_peace_but_for_what_is_urgent),
		cmocka_unit_test(a_dead_mans_switch_is_set_once_and_taken_back),
		cmocka_unit_test(one_isolation_takes_the_place_of_another_without_a_gap),
		cmocka_unit_test(firmware_without_default_policies_swaps_all_the_same),
		cmocka_unit_test(a_default_left_behind_is_no_isolation_and_keeps_nobody_cut_off),
		cmocka_unit_test(writes_are_never_repeated_by_the_transport),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
