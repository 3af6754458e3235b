/* SPDX-License-Identifier: Apache-2.0 */
/* test_response_hand.c - a person cuts a machine off: the same path, the same brakes where they apply, and who and why. */
#include "core/isolation/response.h"

#include "tests/unit/isolation/response_bench.h"

#include "core/contact/host.h"

static struct buf said;
static struct err refusal;

/* asked of the bench; the answer in said or refusal */
static int by_hand(struct bench *bench, unsigned device, const char *channel)
{
	struct response_wish wish = { .asset = roster_at(bench->roster, device),
				      .channel = channel,
				      .who = "anna",
				      .why = "ransom note" };

	buf_clear(&said);
	err_clear(&refusal);
	return response_isolate(bench->response, &wish, bench->now_ns, &said, &refusal);
}

static void open_bench(struct bench *bench)
{
	bench_init(bench, 10);
	buf_init(&said, 4096);
}

static void close_bench(struct bench *bench)
{
	bench_fini(bench);
	buf_fini(&said);
}

static void a_person_isolates_by_the_same_steps_as_the_policy(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench);
	assert_int_equal(by_hand(&bench, BENCH_PC, NULL), 0);
	bench_expect(&bench, "d:isolate keep:applying i:applying ISOLATE");
	assert_string_equal(said.text,
			    "isolation 1 of pc-0 through channel \"repair\" is requested\n"
			    "as rule 6 \"worm\" says, it ends by itself 4h after it was applied");
	bench_settle(&bench);
	bench_expect(&bench, "keep:applied i:applied");
	assert_string_equal(bench.last.isolation.asked_by, "anna");
	assert_string_equal(bench.last.isolation.why, "ransom note");
	assert_string_equal(bench.last.isolation.approved_by, "anna");
	assert_int_equal(bench.last.isolation.incident, 0);
	assert_true(bench.devices[BENCH_PC].active);
	assert_int_equal(governor_used(bench.governor, bench.now_ns), 1);
	bench.devices[BENCH_PC].dropped = 3;
	bench_pass(&bench, 3);
	bench_expect(&bench, "INSPECT keep:proven i:proven");
	assert_int_equal(response_release(bench.response, 1, "by anna", bench.now_ns, NULL), 0);
	bench_settle(&bench);
	bench_expect(&bench, "keep:releasing i:releasing RELEASE keep:released i:released");
	assert_false(bench.devices[BENCH_PC].active);
	close_bench(&bench);
}

/* The sensor tells contacts of suspects alone. */
static void silence_of_who_was_no_suspect_proves_nothing(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench);
	assert_int_equal(by_hand(&bench, BENCH_PC, NULL), 0);
	bench_pass(&bench, 600);
	assert_int_equal(response_at(bench.response, 0)->state, ISOLATION_APPLIED);
	bench.devices[BENCH_PC].dropped = 1;
	bench_pass(&bench, 120);
	assert_int_equal(response_at(bench.response, 0)->state, ISOLATION_PROVEN);
	close_bench(&bench);
}

static void it_survives_a_restart_with_its_names(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench);
	assert_int_equal(by_hand(&bench, BENCH_PC, NULL), 0);
	bench_settle(&bench);
	bench_restart(&bench);
	bench_settle(&bench);
	assert_int_equal(response_count(bench.response), 1);
	assert_string_equal(response_at(bench.response, 0)->asked_by, "anna");
	assert_string_equal(response_at(bench.response, 0)->why, "ransom note");
	assert_int_equal(bench.devices[BENCH_PC].applied, 1);
	close_bench(&bench);
}

static void where_the_policy_wants_two_people_the_asker_is_the_first(void **state)
{
	struct bench bench;
	struct err err = { 0 };

	(void)state;
	open_bench(&bench);
	assert_int_equal(by_hand(&bench, BENCH_SERVER, NULL), 0);
	bench_expect(&bench, "d:propose keep:awaiting_approval i:awaiting_approval");
	assert_non_null(strstr(said.text, "waits for 1 more person: \"cordon approve 1\""));
	assert_int_equal(governor_used(bench.governor, bench.now_ns), 0);
	assert_int_equal(response_approve(bench.response, 1, "anna", bench.now_ns, &err),
			 ERR_FAILED);
	assert_non_null(strstr(err.text, "another person must"));
	assert_int_equal(by_hand(&bench, BENCH_SERVER, NULL), ERR_FAILED);
	assert_non_null(strstr(refusal.text, "waits for approval already"));
	assert_int_equal(response_approve(bench.response, 1, "bert", bench.now_ns, NULL), 0);
	bench_settle(&bench);
	assert_true(bench.devices[BENCH_SERVER].active);
	assert_int_equal(governor_used(bench.governor, bench.now_ns), 1);
	assert_string_equal(bench.last.isolation.approved_by, "anna, bert");
	close_bench(&bench);
}

static void the_witness_that_a_rule_wants_first_is_the_person(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench);
	assert_int_equal(by_hand(&bench, BENCH_WITNESS, NULL), 0);
	bench_expect(&bench, "d:isolate keep:applying i:applying ISOLATE");
	close_bench(&bench);
}

static void beyond_the_cap_it_is_done_and_said(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench);
	for (unsigned i = 10; i < 20; i++)
		assert_int_equal(by_hand(&bench, i, NULL), 0);
	assert_non_null(strstr(said.text, "10 isolations in the last hour, the limit is 10"));
	assert_int_equal(by_hand(&bench, 20, NULL), 0);
	bench_settle(&bench);
	assert_true(bench.devices[20].active);
	bench.diary[0] = '\0';
	bench_consider(&bench, BENCH_PC, 1, 14.2); /* automation has used up what it may */
	bench_expect(&bench, "d:isolate! keep:awaiting_approval i:awaiting_approval");
	close_bench(&bench);
}

static void what_is_held_against_the_machine_is_named(void **state)
{
	struct incident incident = bench_incident(BENCH_PC, 7, 8.0);
	struct response_wish wish = { .incident = &incident, .who = "anna", .why = "" };
	struct bench bench;

	(void)state;
	open_bench(&bench);
	wish.asset = roster_at(bench.roster, BENCH_PC);
	assert_int_equal(response_isolate(bench.response, &wish, bench.now_ns, &said, NULL), 0);
	assert_int_equal(response_at(bench.response, 0)->incident, 7);
	bench_consider(&bench, BENCH_PC, 7, 15.0); /* convicted while it is cut off */
	bench_settle(&bench);
	assert_int_equal(response_count(bench.response), 1);
	assert_int_equal(bench.devices[BENCH_PC].applied, 1);
	/* Silence proves something now. */
	bench_pass(&bench, 30);
	assert_int_equal(response_at(bench.response, 0)->state, ISOLATION_PROVEN);
	close_bench(&bench);
}

static void a_measure_gives_way(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench);
	bench_consider(&bench, BENCH_LAB, 1, 9.5); /* blocks port 445 */
	bench_settle(&bench);
	assert_string_equal(bench.devices[BENCH_LAB].plan, "b445");
	assert_int_equal(by_hand(&bench, BENCH_LAB, NULL), 0);
	bench_settle(&bench);
	assert_string_equal(bench.devices[BENCH_LAB].plan, "repair");
	assert_int_equal(response_count(bench.response), 1);
	assert_int_equal(by_hand(&bench, BENCH_LAB, NULL), ERR_FAILED);
	assert_non_null(strstr(refusal.text, "is isolated already (isolation 2, applied)"));
	close_bench(&bench);
}

static void who_may_not_be_isolated_is_not_and_the_attempt_is_told(void **state)
{
	struct guard_role gateway = { .host = bench_host(BENCH_PC2),
				      .mac = bench_mac(BENCH_PC2),
				      .role = HOST_ROUTER,
				      .established = true };
	struct asset bare = { .name = "bare" };
	struct bench bench;

	(void)state;
	open_bench(&bench);
	assert_int_equal(by_hand(&bench, BENCH_NEVER, NULL), ERR_FAILED);
	bench_expect(&bench, "d:isolate!");
	assert_non_null(strstr(refusal.text, "is marked never_isolate. If it must be, unplug it"));
	guard_learn(bench.guard, &gateway);
	assert_int_equal(by_hand(&bench, BENCH_PC2, NULL), ERR_FAILED);
	assert_non_null(strstr(refusal.text, "it was seen to be a router"));
	assert_int_equal(by_hand(&bench, BENCH_PC, "quarantine"), ERR_FAILED);
	assert_non_null(strstr(refusal.text, "no channel \"quarantine\"; it has: repair"));
	bare.ip = bench_host(99).ip;
	roster_add(bench.roster, &bare);
	assert_int_equal(by_hand(&bench, BENCH_PCS, NULL), ERR_FAILED);
	assert_non_null(strstr(refusal.text, "has no \"amt:\" in the list of assets"));
	assert_int_equal(bench.asked_count, 0);
	assert_int_equal(bench.row_count, 0);
	assert_int_equal(governor_used(bench.governor, bench.now_ns), 0);
	close_bench(&bench);
}

static void two_that_are_known_by_their_mac_alone_are_not_taken_for_one(void **state)
{
	struct asset nomad = { .mac = bench_mac(77), .amt = { .present = true } };
	struct bench bench;

	(void)state;
	open_bench(&bench);
	snprintf(nomad.name, sizeof(nomad.name), "nomad-1");
	snprintf(nomad.amt.address, sizeof(nomad.amt.address), "nomad-1.example");
	roster_add(bench.roster, &nomad);
	snprintf(nomad.name, sizeof(nomad.name), "nomad-2");
	nomad.mac = bench_mac(78);
	roster_add(bench.roster, &nomad);
	assert_int_equal(by_hand(&bench, BENCH_PCS, NULL), 0);
	assert_int_equal(by_hand(&bench, BENCH_PCS + 1, NULL), 0);
	assert_int_equal(response_count(bench.response), 2);
	close_bench(&bench);
}

static void a_journal_that_fails_holds_the_act_up(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench);
	bench.keeps_left = 0;
	assert_int_equal(by_hand(&bench, BENCH_PC, NULL), 0);
	assert_int_equal(bench.asked_count, 0);
	assert_non_null(strstr(said.text, "is requested, but: the journal cannot be written"));
	close_bench(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_person_isolates_by_the_same_steps_as_the_policy),
		cmocka_unit_test(silence_of_who_was_no_suspect_proves_nothing),
		cmocka_unit_test(it_survives_a_restart_with_its_names),
		cmocka_unit_test(where_the_policy_wants_two_people_the_asker_is_the_first),
		cmocka_unit_test(the_witness_that_a_rule_wants_first_is_the_person),
		cmocka_unit_test(beyond_the_cap_it_is_done_and_said),
		cmocka_unit_test(what_is_held_against_the_machine_is_named),
		cmocka_unit_test(a_measure_gives_way),
		cmocka_unit_test(who_may_not_be_isolated_is_not_and_the_attempt_is_told),
		cmocka_unit_test(two_that_are_known_by_their_mac_alone_are_not_taken_for_one),
		cmocka_unit_test(a_journal_that_fails_holds_the_act_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
