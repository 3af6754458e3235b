/* SPDX-License-Identifier: Apache-2.0 */
/* How many requests an isolation is, over TLS, by the simulator's own count: one write and one read on a machine that was
 * spoken to before; at most two exchanges more, for the challenge, when connection and nonce are gone. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/torture/bench.h"

struct count {
	unsigned requests, writes, challenges;
};

static struct count counted(struct bench *bench)
{
	return (struct count){ rig_logged(bench->rig, "amt", "total="),
			       rig_logged(bench->rig, "amt", "writes="),
			       rig_logged(bench->rig, "amt", "challenges=") };
}

static struct count cost(struct bench *bench, enum enforcer_act act, const struct plan *plan)
{
	struct count before = counted(bench), after;

	if (bench_act(bench, act, plan) < 0)
		fail_msg("%s", bench->text);
	after = counted(bench);
	return (struct count){ after.requests - before.requests, after.writes - before.writes,
			       after.challenges - before.challenges };
}

static struct bench *prepared(const struct plan *plan, const char *const *more)
{
	struct rig_options options = { .tls = true, .more = more };
	struct bench *bench = bench_new(&options, 5000);

	if (bench_act(bench, ENFORCER_PREPARE, plan) < 0)
		fail_msg("%s", bench->text);
	return bench;
}

static void a_warm_machine_costs_one_write_and_one_read(void **state)
{
	struct plan plan = bench_plan(8530);
	struct bench *bench = prepared(&plan, NULL);
	struct count isolated, released;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		isolated = cost(bench, ENFORCER_ISOLATE, &plan);
		assert_true(bench->result.active);
		assert_int_equal(isolated.requests, 2);
		assert_int_equal(isolated.writes, 1);
		assert_int_equal(isolated.challenges, 0);
		assert_int_equal(bench->result.round_trips, 2);
		released = cost(bench, ENFORCER_RELEASE, NULL);
		assert_int_equal(released.writes, 1);
		assert_int_equal(released.requests, 3); /* Delete, Enumerate, Pull */
		assert_int_equal(released.challenges, 0);
	}
	bench_free(bench);
}

static void a_closed_connection_costs_no_request(void **state)
{
	static const char *const soon[] = { "--set", "idle_s=1", NULL };
	struct timespec nap = { .tv_sec = 1, .tv_nsec = 400000000 };
	struct plan plan = bench_plan(8530);
	struct bench *bench = prepared(&plan, soon);
	struct count isolated;

	(void)state;
	nanosleep(&nap, NULL);
	isolated = cost(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(isolated.requests, 2);
	assert_int_equal(isolated.challenges, 0);
	bench_free(bench);
}

static void a_cold_machine_costs_two_more_at_most_for_the_challenge(void **state)
{
	struct plan plan = bench_plan(8530);
	struct bench *bench = prepared(&plan, NULL);
	struct count isolated;

	(void)state;
	rig_order(bench->rig, "reset amt");
	rig_order(bench->rig, "nonces amt");
	/* A power loss closes what is open; the simulator keeps connections, so they are closed by hand. */
	rig_order(bench->rig, "fault amt 401 match Create");
	isolated = cost(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	assert_int_equal(isolated.writes, 1);
	assert_true(isolated.challenges <= 2);
	assert_true(bench->result.round_trips <= 4);
	bench_free(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_warm_machine_costs_one_write_and_one_read),
		cmocka_unit_test(a_closed_connection_costs_no_request),
		cmocka_unit_test(a_cold_machine_costs_two_more_at_most_for_the_challenge),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
