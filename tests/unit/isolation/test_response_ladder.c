/* SPDX-License-Identifier: Apache-2.0 */
/* From counting over blocking to isolating, and the witness that speaks before the act. */
#include "core/isolation/response.h"

#include "tests/unit/isolation/response_bench.h"

#include "core/contact/contact.h"
#include "core/contact/host.h"

#define COUNTS   5.0  /* above 0.99 */
#define BLOCKS   10.0 /* above 0.9999 */
#define ISOLATES 15.0

static const struct isolation *row_of(const struct bench *bench, uint64_t id)
{
	for (unsigned i = 0; i < bench->row_count; i++)
		if (bench->rows[i].id == id)
			return &bench->rows[i];
	fail_msg("no isolation %llu", (unsigned long long)id);
	return NULL;
}

static void counting_holds_nothing_up_and_is_proven_by_its_counter(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 0); /* automation may isolate nobody, but may count */
	bench_consider(&bench, BENCH_LAB, 1, COUNTS);
	bench_expect(&bench, "d:count keep:applying i:applying ISOLATE");
	bench_settle(&bench);
	assert_string_equal(bench.devices[BENCH_LAB].plan, "c445");
	bench_pass(&bench, 3600);
	assert_int_equal(row_of(&bench, 1)->state, ISOLATION_APPLIED);
	bench.devices[BENCH_LAB].counted = 3;
	bench_pass(&bench, 120);
	assert_int_equal(row_of(&bench, 1)->state, ISOLATION_PROVEN);
	assert_int_equal(bench.last.isolation.counted, 3);
	bench_fini(&bench);
}

static void a_machine_climbs_the_ladder_as_its_incident_grows(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_LAB, 1, COUNTS);
	bench_settle(&bench);
	bench_consider(&bench, BENCH_LAB, 1, BLOCKS);
	bench_settle(&bench);
	assert_string_equal(bench.devices[BENCH_LAB].plan, "b445");
	assert_int_equal(row_of(&bench, 1)->state, ISOLATION_RELEASED);
	assert_string_equal(row_of(&bench, 1)->reason, "isolation 2 holds in its place");
	bench_consider(&bench, BENCH_LAB, 1, ISOLATES);
	bench_settle(&bench);
	assert_string_equal(bench.devices[BENCH_LAB].plan, "repair");
	assert_int_equal(row_of(&bench, 2)->state, ISOLATION_RELEASED);
	assert_int_equal(row_of(&bench, 3)->state, ISOLATION_APPLIED);
	assert_int_equal(response_count(bench.response), 1);
	/* The lesser ended without an act: nothing was released in between. */
	assert_null(strstr(bench.diary, "RELEASE"));
	/* And down it does not go by itself. */
	bench_consider(&bench, BENCH_LAB, 1, BLOCKS);
	bench_settle(&bench);
	assert_int_equal(response_count(bench.response), 1);
	assert_string_equal(bench.devices[BENCH_LAB].plan, "repair");
	bench_fini(&bench);
}

static void a_measure_goes_on_until_the_stronger_holds(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_LAB, 1, BLOCKS);
	bench_settle(&bench);
	bench.dead = true;
	bench_consider(&bench, BENCH_LAB, 1, ISOLATES);
	bench_pass(&bench, 1200);
	assert_int_equal(row_of(&bench, 2)->state, ISOLATION_FAILED);
	assert_int_equal(row_of(&bench, 1)->ended_ns, 0);
	assert_true(bench.devices[BENCH_LAB].active);
	bench.dead = false;
	bench_pass(&bench, 3 * 3600);
	assert_int_equal(row_of(&bench, 1)->state, ISOLATION_RELEASED);
	assert_false(bench.devices[BENCH_LAB].active);
	bench_fini(&bench);
}

static void a_proposal_leaves_the_measure_in_force(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 1);
	bench_consider(&bench, BENCH_LAB, 1, BLOCKS);
	bench_settle(&bench);
	bench_consider(&bench, BENCH_LAB, 1, ISOLATES); /* beyond the cap */
	bench_settle(&bench);
	assert_int_equal(row_of(&bench, 2)->state, ISOLATION_AWAITING_APPROVAL);
	assert_int_equal(row_of(&bench, 1)->state, ISOLATION_APPLIED);
	assert_int_equal(response_approve(bench.response, 2, "anna", bench.now_ns, NULL), 0);
	bench_settle(&bench);
	assert_string_equal(bench.devices[BENCH_LAB].plan, "repair");
	assert_int_equal(row_of(&bench, 1)->state, ISOLATION_RELEASED);
	bench_fini(&bench);
}

static void after_a_restart_the_ladder_stands_as_before(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_LAB, 1, BLOCKS);
	bench_settle(&bench);
	bench_consider(&bench, BENCH_LAB, 1, ISOLATES);
	bench.acts_left = 1; /* the firmware obeys, and the power goes */
	bench_settle(&bench);
	assert_int_equal(row_of(&bench, 1)->ended_ns, 0);
	bench_restart(&bench);
	bench_settle(&bench);
	assert_int_equal(response_count(bench.response), 1);
	assert_int_equal(row_of(&bench, 1)->state, ISOLATION_RELEASED);
	assert_int_equal(row_of(&bench, 2)->state, ISOLATION_APPLIED);
	bench_fini(&bench);
}

/* ---- the witness ------------------------------------------------------------------------------- */

static void consider_smb(struct bench *bench)
{
	struct incident incident = bench_incident(BENCH_WITNESS, 1, 15);

	incident.evidence[0].port = 445;
	incident.evidence[0].contact_kind = CONTACT_TCP;
	response_consider(bench->response, &incident, bench->now_ns);
	bench_settle(bench);
}

static void what_its_own_firmware_has_counted_is_isolated(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	consider_smb(&bench);
	assert_string_equal(bench.devices[BENCH_WITNESS].plan, "c445");
	assert_null(strstr(bench.last_refused, "witness"));
	bench.devices[BENCH_WITNESS].counted = 7;
	bench_pass(&bench, 5);
	assert_string_equal(bench.devices[BENCH_WITNESS].plan, "repair");
	assert_int_equal(row_of(&bench, 1)->state, ISOLATION_RELEASED);
	assert_int_equal(row_of(&bench, 2)->decision.verdict, VERDICT_ISOLATE);
	assert_string_equal(row_of(&bench, 2)->decision.channel, "repair");
	assert_int_equal(row_of(&bench, 2)->hold_until_ns - row_of(&bench, 2)->applied_ns,
			 s_to_ns(3600));
	/* The same verdict again starts nothing more. */
	consider_smb(&bench);
	assert_int_equal(response_count(bench.response), 1);
	bench_fini(&bench);
}

static void what_it_has_not_seen_is_left_to_people(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	consider_smb(&bench);
	bench_pass(&bench, 120);
	assert_int_equal(row_of(&bench, 2)->state, ISOLATION_AWAITING_APPROVAL);
	assert_non_null(strstr(row_of(&bench, 2)->reason, "TCP port 445"));
	assert_string_equal(bench.devices[BENCH_WITNESS].plan, "c445");
	assert_int_equal(response_deny(bench.response, 2, "forged", bench.now_ns, NULL), 0);
	bench_settle(&bench);
	assert_int_equal(row_of(&bench, 1)->state, ISOLATION_RELEASED);
	assert_false(bench.devices[BENCH_WITNESS].active);
	consider_smb(&bench);
	assert_int_equal(response_count(bench.response), 0);
	bench_fini(&bench);
}

/* The policy wants no witness there, but the frames may be another's. */
static void who_speaks_by_a_strange_tcp_is_asked_for_a_witness_first(void **state)
{
	for (unsigned strange = 0; strange < 2; strange++) {
		struct incident incident = bench_incident(BENCH_LAB, 1, ISOLATES);
		struct evidence *item = &incident.evidence[0];
		struct bench bench;

		(void)state;
		bench_init(&bench, 10);
		item->port = 80;
		item->contact_kind = CONTACT_TCP;
		item->sample_count = 1;
		item->samples[0].contact_kind = CONTACT_TCP;
		item->samples[0].flags = strange ? CONTACT_STRANGE : 0;
		response_consider(bench.response, &incident, bench.now_ns);
		bench_settle(&bench);
		assert_string_equal(bench.devices[BENCH_LAB].plan, strange ? "c80" : "repair");
		/* Its firmware counts nothing: people are asked. */
		bench_pass(&bench, 70);
		if (strange)
			assert_int_equal(row_of(&bench, 2)->state, ISOLATION_AWAITING_APPROVAL);
		bench_fini(&bench);
	}
}

static void the_brakes_are_asked_when_the_witness_has_spoken(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 0);
	consider_smb(&bench);
	bench.devices[BENCH_WITNESS].counted = 7;
	bench_pass(&bench, 5);
	assert_int_equal(row_of(&bench, 2)->state, ISOLATION_AWAITING_APPROVAL);
	assert_string_equal(bench.devices[BENCH_WITNESS].plan, "c445");
	bench_fini(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counting_holds_nothing_up_and_is_proven_by_its_counter),
		cmocka_unit_test(a_machine_climbs_the_ladder_as_its_incident_grows),
		cmocka_unit_test(a_measure_goes_on_until_the_stronger_holds),
		cmocka_unit_test(a_proposal_leaves_the_measure_in_force),
		cmocka_unit_test(after_a_restart_the_ladder_stands_as_before),
		cmocka_unit_test(what_its_own_firmware_has_counted_is_isolated),
		cmocka_unit_test(what_it_has_not_seen_is_left_to_people),
		cmocka_unit_test(who_speaks_by_a_strange_tcp_is_asked_for_a_witness_first),
		cmocka_unit_test(the_brakes_are_asked_when_the_witness_has_spoken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
