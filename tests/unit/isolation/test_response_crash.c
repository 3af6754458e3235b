/* SPDX-License-Identifier: Apache-2.0 */
/* The process is killed at every step of a campaign, once for each, before and after the device obeyed; the next one
 * takes up what the journal holds.  In the end no machine is cut off that should not be, and none was forgotten. */
#include "core/isolation/response.h"

#include "tests/unit/isolation/response_bench.h"

/* Two machines; one is released by people at the tenth second. */
static void campaign(struct bench *bench)
{
	bench_consider(bench, BENCH_PC, 1, 15);
	bench_consider(bench, BENCH_PC2, 2, 15);
	bench_pass(bench, 10);
	if (!bench->power_gone && response_count(bench->response) == 2)
		response_release(bench->response, 1, "clean", bench->now_ns, NULL);
	bench_pass(bench, 10);
}

static const struct isolation *row_of(const struct bench *bench, const char *asset)
{
	for (unsigned i = 0; i < bench->row_count; i++)
		if (strcmp(bench->rows[i].asset, asset) == 0)
			return &bench->rows[i];
	return NULL;
}

/* Device and journal agree, each asset has one row, and each device was switched on once. */
static void expect_convergence(const struct bench *bench, unsigned device, const char *asset)
{
	const struct isolation *row = row_of(bench, asset);
	bool wanted = row && (row->state == ISOLATION_APPLIED || row->state == ISOLATION_PROVEN);

	if (row)
		assert_true(wanted || row->state == ISOLATION_RELEASED);
	assert_int_equal(bench->devices[device].active, wanted);
	assert_true(bench->devices[device].applied <= 1);
}

static void a_crash_at_any_act_loses_and_doubles_nothing(void **state)
{
	unsigned steps = 0;

	(void)state;
	for (unsigned dies_at = 1; dies_at < 40; dies_at++) {
		struct bench bench;

		bench_init(&bench, 10);
		bench.acts_left = dies_at;
		campaign(&bench);
		if (!bench.power_gone) {
			bench_fini(&bench);
			break;
		}
		steps++;
		bench_restart(&bench);
		bench_pass(&bench, 300);
		assert_int_equal(bench.row_count, 2);
		expect_convergence(&bench, BENCH_PC, "pc-0");
		expect_convergence(&bench, BENCH_PC2, "pc-1");
		assert_true(bench.devices[BENCH_PC2].active);
		bench_fini(&bench);
	}
	print_message("  killed at %u acts\n", steps);
	assert_true(steps >= 6);
}

/* The process dies after a keep and before the act it announces: a device was never asked. */
static void a_crash_between_journal_and_act_is_made_good(void **state)
{
	unsigned steps = 0;

	(void)state;
	for (unsigned keeps = 1; keeps < 40; keeps++) {
		struct bench bench;
		bool over;

		bench_init(&bench, 10);
		bench.keeps_left = keeps;
		bench_consider(&bench, BENCH_PC, 1, 15);
		/* Questions asked after the last keep never left the machine. */
		while (bench.keeps_left && bench.now_ns < BENCH_T0 + s_to_ns(20)) {
			bench_answer(&bench);
			bench.now_ns += s_to_ns(1);
			response_advance(bench.response, bench.now_ns);
			if (bench.now_ns == BENCH_T0 + s_to_ns(12))
				response_release(bench.response, 1, "clean", bench.now_ns, NULL);
		}
		over = bench.keeps_left > 0;
		bench.keeps_left = UINT32_MAX;
		steps += !over;
		bench_restart(&bench);
		bench_pass(&bench, 300);
		assert_int_equal(bench.row_count, 1);
		expect_convergence(&bench, BENCH_PC, "pc-0");
		bench_fini(&bench);
		if (over)
			break;
	}
	print_message("  killed after %u keeps\n", steps);
	assert_true(steps >= 4);
}

static void a_restart_goes_on_with_ids_and_the_cap(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_pass(&bench, 1);
	bench_restart(&bench);
	assert_int_equal(governor_used(bench.governor, bench.now_ns), 1);
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_consider(&bench, BENCH_PC2, 2, 15);
	assert_int_equal(response_count(bench.response), 2);
	assert_int_equal(response_at(bench.response, 1)->id, 2);
	bench_fini(&bench);
}

static void a_waiting_proposal_survives_a_restart(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_SERVER, 1, 15);
	response_approve(bench.response, 1, "anna", bench.now_ns, NULL);
	bench_restart(&bench);
	assert_int_not_equal(response_approve(bench.response, 1, "anna", bench.now_ns, NULL), 0);
	assert_int_equal(response_approve(bench.response, 1, "bert", bench.now_ns, NULL), 0);
	assert_int_equal(response_at(bench.response, 0)->state, ISOLATION_APPLYING);
	bench_fini(&bench);
}

static void an_asset_that_left_the_roster_is_not_forgotten(void **state)
{
	struct bench bench;
	struct roster *whole, *empty = roster_new();

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_pass(&bench, 1);
	whole = bench.roster;
	bench.roster = empty;
	bench_restart(&bench);
	bench_pass(&bench, 3600);
	assert_int_equal(response_count(bench.response), 1);
	bench.roster = whole;
	bench_restart(&bench);
	bench_pass(&bench, 4 * 3600);
	assert_int_equal(response_count(bench.response), 0);
	assert_false(bench.devices[BENCH_PC].active);
	roster_free(empty);
	bench_fini(&bench);
}

static void a_channel_that_left_the_policy_cannot_be_applied(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_PC, 1, 15);
	snprintf(bench.rows[0].decision.channel, sizeof(bench.rows[0].decision.channel), "gone");
	bench_restart(&bench);
	bench_settle(&bench);
	assert_int_equal(bench.last.isolation.state, ISOLATION_FAILED);
	assert_non_null(strstr(bench.last.isolation.reason, "no channel \"gone\""));
	bench_fini(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crash_at_any_act_loses_and_doubles_nothing),
		cmocka_unit_test(a_crash_between_journal_and_act_is_made_good),
		cmocka_unit_test(a_restart_goes_on_with_ids_and_the_cap),
		cmocka_unit_test(a_waiting_proposal_survives_a_restart),
		cmocka_unit_test(a_channel_that_left_the_policy_cannot_be_applied),
		cmocka_unit_test(an_asset_that_left_the_roster_is_not_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
