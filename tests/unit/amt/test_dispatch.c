/* SPDX-License-Identifier: Apache-2.0 */
/* Whose turn it is, on virtual time: machines that answer, and machines that never do. */
#include "amt/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "tests/fakes/fake_loop.h"

#define MACHINES 2000

struct machine {
	struct dispatch_ticket ticket; /* first: a ticket is its machine */
	uint32_t answers, needs;       /* needs: answers until it is done; 0 = it never answers */
	uint64_t wanted_ns, done_ns;
};

struct fleet {
	struct loop *loop;
	struct timer *pulse;
	struct dispatch *dispatch;
	struct machine machines[MACHINES];
	size_t most, started, quiet;
	struct machine *order[MACHINES * 2];
};

static void go(void *arg, struct dispatch_ticket *ticket)
{
	struct fleet *fleet = arg;

	fleet->order[fleet->started++] = (struct machine *)(void *)ticket;
	if (dispatch_running(fleet->dispatch) > fleet->most)
		fleet->most = dispatch_running(fleet->dispatch);
}

static uint32_t progress(void *arg, const struct dispatch_ticket *ticket)
{
	(void)arg;
	return ((const struct machine *)(const void *)ticket)->answers;
}

static void quiet(void *arg)
{
	struct fleet *fleet = arg;

	assert_int_equal(dispatch_running(fleet->dispatch), 0);
	fleet->quiet++;
}

/* Every running machine that answers does so once in 100 ms. */
static void pulse(void *arg)
{
	struct fleet *fleet = arg;

	for (size_t i = 0; i < MACHINES; i++) {
		struct machine *machine = &fleet->machines[i];

		if (machine->ticket.state != DISPATCH_RUNNING || machine->needs == 0)
			continue;
		if (++machine->answers < machine->needs)
			continue;
		machine->done_ns = loop_now_ns(fleet->loop);
		dispatch_end(fleet->dispatch, &machine->ticket);
	}
	timer_after_ns(fleet->pulse, ms_to_ns(100));
}

static struct fleet *fleet_of(uint32_t total_max)
{
	struct fleet *fleet = mem_alloc(sizeof(*fleet));
	struct dispatch_owner owner = {
		.arg = fleet, .go = go, .progress = progress, .quiet = quiet
	};

	fleet->loop = loop_new();
	fleet->dispatch = dispatch_new(fleet->loop, total_max, &owner);
	fleet->pulse = loop_timer(fleet->loop, pulse, fleet);
	timer_after_ns(fleet->pulse, ms_to_ns(100));
	return fleet;
}

static void want(struct fleet *fleet, size_t i, uint32_t needs, enum dispatch_class class)
{
	struct machine *machine = &fleet->machines[i];

	machine->needs = needs;
	machine->answers = 0;
	machine->wanted_ns = loop_now_ns(fleet->loop);
	dispatch_want(fleet->dispatch, &machine->ticket, class);
}

static void fleet_end(struct fleet *fleet)
{
	for (size_t i = 0; i < MACHINES; i++)
		dispatch_end(fleet->dispatch, &fleet->machines[i].ticket);
	dispatch_free(fleet->dispatch);
	timer_free(fleet->pulse);
	loop_free(fleet->loop);
	mem_free(fleet);
}

static void dead_machines_do_not_delay_living_ones(void **state)
{
	struct fleet *fleet = fleet_of(4096);
	uint64_t latest_ns = 0;

	(void)state;
	for (size_t i = 0; i < MACHINES; i++)
		want(fleet, i, i % 10 < 3 ? 0 : 2, DISPATCH_URGENT);
	fake_loop_advance_ns(fleet->loop, s_to_ns(10));
	for (size_t i = 0; i < MACHINES; i++) {
		const struct machine *machine = &fleet->machines[i];

		if (machine->needs == 0)
			continue;
		assert_true(machine->done_ns > 0);
		if (machine->done_ns - machine->wanted_ns > latest_ns)
			latest_ns = machine->done_ns - machine->wanted_ns;
	}
	assert_true(latest_ns < s_to_ns(2));
	assert_int_equal(dispatch_running(fleet->dispatch), MACHINES * 3 / 10);
	fleet_end(fleet);
}

static void the_total_is_never_passed_however_many_are_dead(void **state)
{
	struct fleet *fleet = fleet_of(700);

	(void)state;
	for (size_t i = 0; i < MACHINES; i++)
		want(fleet, i, 0, DISPATCH_URGENT);
	fake_loop_advance_ns(fleet->loop, s_to_ns(60));
	assert_int_equal(fleet->most, 700);
	fleet_end(fleet);
}

static void the_urgent_overtake_an_inventory_that_runs(void **state)
{
	struct fleet *fleet = fleet_of(4096);
	struct machine *urgent = &fleet->machines[MACHINES - 1];

	(void)state;
	for (size_t i = 0; i < MACHINES - 1; i++)
		want(fleet, i, 13, DISPATCH_BACKGROUND);
	fake_loop_advance_ns(fleet->loop, ms_to_ns(150));
	assert_int_equal(dispatch_running(fleet->dispatch), 384); /* a quarter is kept free */
	want(fleet, MACHINES - 1, 2, DISPATCH_URGENT);
	fake_loop_advance_ns(fleet->loop, s_to_ns(30));
	assert_true(urgent->done_ns > 0 && urgent->done_ns - urgent->wanted_ns <= ms_to_ns(200));
	for (size_t i = 0; i < MACHINES; i++)
		assert_true(fleet->machines[i].done_ns > 0);
	fleet_end(fleet);
}

static void what_waits_may_become_urgent(void **state)
{
	struct fleet *fleet = fleet_of(1);

	(void)state;
	for (size_t i = 0; i < 4; i++)
		want(fleet, i, 1, DISPATCH_BACKGROUND);
	want(fleet, 3, 1, DISPATCH_URGENT);
	want(fleet, 3, 1, DISPATCH_BACKGROUND); /* and not less so again */
	want(fleet, 0, 1, DISPATCH_BACKGROUND); /* who asks twice keeps its place */
	fake_loop_advance_ns(fleet->loop, s_to_ns(1));
	assert_int_equal(fleet->started, 4);
	assert_ptr_equal(fleet->order[0], &fleet->machines[3]);
	assert_ptr_equal(fleet->order[1], &fleet->machines[0]);
	fleet_end(fleet);
}

static void suspects_wait_behind_and_take_half_at_most(void **state)
{
	struct fleet *fleet = fleet_of(100);

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		fleet->machines[i].ticket.suspect = i < 100;
		want(fleet, i, i < 100 ? 0 : 1, DISPATCH_NORMAL);
	}
	fake_loop_advance_ns(fleet->loop, s_to_ns(5));
	for (size_t i = 0; i < 100; i++)
		assert_true(fleet->order[i] >= &fleet->machines[100]);
	assert_int_equal(fleet->started, 150);
	assert_int_equal(dispatch_running(fleet->dispatch), 50);
	fleet_end(fleet);
}

static void quiet_is_told_once_after_a_crowd_and_not_after_a_few(void **state)
{
	struct fleet *fleet = fleet_of(4096);

	(void)state;
	for (size_t i = 0; i < 20; i++)
		want(fleet, i, 1, DISPATCH_URGENT);
	fake_loop_advance_ns(fleet->loop, s_to_ns(5));
	assert_int_equal(fleet->quiet, 0);
	for (size_t i = 0; i < 200; i++)
		want(fleet, i, 1, DISPATCH_URGENT);
	fake_loop_advance_ns(fleet->loop, ms_to_ns(600));
	want(fleet, 0, 9, DISPATCH_URGENT);
	fake_loop_advance_ns(fleet->loop, ms_to_ns(800)); /* it still runs */
	assert_int_equal(fleet->quiet, 0);
	fake_loop_advance_ns(fleet->loop, s_to_ns(5));
	assert_int_equal(fleet->quiet, 1);
	fleet_end(fleet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dead_machines_do_not_delay_living_ones),
		cmocka_unit_test(the_total_is_never_passed_however_many_are_dead),
		cmocka_unit_test(the_urgent_overtake_an_inventory_that_runs),
		cmocka_unit_test(what_waits_may_become_urgent),
		cmocka_unit_test(suspects_wait_behind_and_take_half_at_most),
		cmocka_unit_test(quiet_is_told_once_after_a_crowd_and_not_after_a_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
