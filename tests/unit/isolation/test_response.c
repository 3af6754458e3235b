/* SPDX-License-Identifier: Apache-2.0 */
#include "core/isolation/response.h"

#include "tests/unit/isolation/response_bench.h"

#include "core/contact/host.h"
#include "core/isolation/dryrun.h"

static void from_conviction_to_proof_and_release(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_PC, 1, 14.2);
	bench_expect(&bench, "d:isolate keep:applying i:applying ISOLATE");
	assert_string_equal(response_at(bench.response, 0)->asset, "pc-0");
	bench_settle(&bench);
	bench_expect(&bench, "keep:applied i:applied");
	assert_string_equal(bench.last.device, "AMT 12 at x");
	assert_int_equal(bench.last.writes, 1);
	bench.devices[BENCH_PC].dropped = 12;
	bench_pass(&bench, 3);
	bench_expect(&bench, "INSPECT keep:proven i:proven");
	assert_int_equal(bench.last.isolation.dropped_transmit, 12);
	bench_pass(&bench, 4 * 3600 + 10);
	assert_non_null(
		strstr(bench.diary, "keep:releasing i:releasing RELEASE keep:released i:released"));
	assert_false(bench.devices[BENCH_PC].active);
	assert_int_equal(response_count(bench.response), 0);
	bench_fini(&bench);
}

static void a_verdict_is_told_once(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_PC, 1, 2.0);
	bench_expect(&bench, "d:watch");
	for (unsigned i = 0; i < 5; i++)
		bench_consider(&bench, BENCH_PC, 1, 2.0 + i * 0.1);
	bench_expect(&bench, "");
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_settle(&bench);
	bench.diary[0] = '\0';
	for (unsigned i = 0; i < 5; i++)
		bench_consider(&bench, BENCH_PC, 1, 15.0 + i);
	bench_expect(&bench, "");
	assert_int_equal(response_count(bench.response), 1);
	bench_fini(&bench);
}

static void one_isolation_of_an_asset_at_a_time(void **state)
{
	struct bench bench;
	struct incident other;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_settle(&bench);
	bench.diary[0] = '\0';
	/* Another incident of the host, then one of the same MAC under a new address. */
	bench_consider(&bench, BENCH_PC, 2, 16);
	bench_expect(&bench, "d:isolate");
	other = bench_incident(BENCH_PC, 3, 16);
	other.host.ip.bytes[14] = 77;
	response_consider(bench.response, &other, bench.now_ns);
	bench_expect(&bench, "d:isolate");
	assert_int_equal(response_count(bench.response), 1);
	assert_int_equal(governor_used(bench.governor, bench.now_ns), 1);
	bench_fini(&bench);
}

static const struct {
	const char *name;
	unsigned device;
	double nats;
	const char *diary, *why;
} refusals[] = {
	{ "a marked asset", BENCH_NEVER, 15, "d:isolate!", "never_isolate" },
	{ "a marked asset, proposed", BENCH_NEVER, 7, "d:propose!", "never_isolate" },
	{ "a stranger", 100, 15, "d:isolate!", "no asset" },
	{ "the gateway", BENCH_PC2, 15, "d:isolate!", "a router" },
};

static void the_guard_has_the_last_word(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(refusals) / sizeof(refusals[0]); c++) {
		struct bench bench;
		struct host_key gateway = bench_host(BENCH_PC2);
		struct mac mac = bench_mac(BENCH_PC2);

		print_message("  %s\n", refusals[c].name);
		bench_init(&bench, 10);
		guard_learn(bench.guard, &(struct guard_role){ gateway, mac, HOST_ROUTER, true });
		bench_consider(&bench, refusals[c].device, 1, refusals[c].nats);
		bench_consider(&bench, refusals[c].device, 1, refusals[c].nats + 1);
		assert_non_null(strstr(bench.last_refused, refusals[c].why));
		bench_expect(&bench, refusals[c].diary);
		assert_int_equal(response_count(bench.response), 0);
		bench_fini(&bench);
	}
}

/* Told, and a click away: but no machine cuts off several people's traffic by itself. */
static void who_speaks_for_many_is_isolated_by_people_only(void **state)
{
	struct bench bench;
	struct host_key host = bench_host(BENCH_PC);
	struct mac mac = bench_mac(BENCH_PC);

	(void)state;
	bench_init(&bench, 10);
	guard_learn(bench.guard, &(struct guard_role){ host, mac, HOST_NAT, true });
	bench_consider(&bench, BENCH_PC, 1, 15);
	assert_non_null(strstr(bench.last_refused, "a NAT box"));
	bench_expect(&bench, "d:isolate! keep:awaiting_approval i:awaiting_approval");
	bench_fini(&bench);
}

static void doubts_about_the_identity_are_for_people(void **state)
{
	static const struct {
		const char *name, *why;
		bool conflict, doubt, disputed;
	} doubts[] = {
		{ "two MACs in the evidence", "frames of two MAC", true, false, false },
		{ "one of a crowd", "at the same time", false, true, false },
		{ "its address is disputed", "within ten minutes", false, false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(doubts) / sizeof(doubts[0]); i++) {
		struct incident incident = bench_incident(BENCH_PC, 1, 15);
		struct bench bench;

		print_message("  %s\n", doubts[i].name);
		bench_init(&bench, 10);
		incident.mac_conflict = doubts[i].conflict;
		incident.doubt = doubts[i].doubt ? DOUBT_CROWD : DOUBT_NONE;
		if (doubts[i].disputed)
			guard_doubt(bench.guard, &incident.host, bench.now_ns);
		response_consider(bench.response, &incident, bench.now_ns);
		bench_expect(&bench, "d:isolate! keep:awaiting_approval i:awaiting_approval");
		assert_non_null(strstr(bench.last_refused, doubts[i].why));
		assert_non_null(strstr(bench.last_refused, "a person must approve"));
		assert_int_equal(response_approve(bench.response, 1, "anna", bench.now_ns, NULL),
				 0);
		bench_settle(&bench);
		bench_expect(&bench, "keep:applying i:applying ISOLATE keep:applied i:applied");
		bench_fini(&bench);
	}
}

/* What waits because of a dispute goes on by itself when the dispute has ended and the host goes on. */
static void a_dispute_protects_nobody_for_ever(void **state)
{
	struct host_key host = bench_host(BENCH_PC);
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	guard_doubt(bench.guard, &host, bench.now_ns);
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_expect(&bench, "d:isolate! keep:awaiting_approval i:awaiting_approval");
	bench.now_ns += s_to_ns(601);
	bench_consider(&bench, BENCH_PC, 1, 16);
	bench_settle(&bench);
	bench_expect(&bench, "d:isolate keep:applying i:applying ISOLATE keep:applied i:applied");
	bench_fini(&bench);
}

static void beyond_the_cap_people_decide(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 2);
	bench_consider(&bench, 10, 1, 15);
	bench_consider(&bench, 11, 2, 15);
	bench_settle(&bench);
	bench.diary[0] = '\0';
	bench_consider(&bench, 12, 3, 15);
	bench_expect(&bench, "d:isolate! keep:awaiting_approval i:awaiting_approval");
	assert_non_null(strstr(bench.last_refused, "the limit is 2"));
	bench_consider(&bench, 12, 3, 17);
	bench_expect(&bench, "");
	assert_int_equal(response_approve(bench.response, 3, "anna", bench.now_ns, NULL), 0);
	bench_settle(&bench);
	bench_expect(&bench, "keep:applying i:applying ISOLATE keep:applied i:applied");
	/* People's isolations count too. */
	assert_int_equal(governor_used(bench.governor, bench.now_ns), 3);
	bench_fini(&bench);
}

static void what_waits_because_of_the_cap_goes_on_when_there_is_room(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 1);
	bench_consider(&bench, 10, 1, 15);
	bench_settle(&bench);
	bench.now_ns += s_to_ns(3590);
	bench_consider(&bench, 12, 2, 15);
	bench.diary[0] = '\0';
	bench.now_ns += s_to_ns(20);
	bench_consider(&bench, 12, 2, 16.5);
	bench_expect(&bench, "d:isolate keep:applying i:applying ISOLATE");
	bench_fini(&bench);
}

static void the_cap_does_not_lower_the_bar_of_a_proposal(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 0);
	bench_consider(&bench, BENCH_PC, 1, 7);
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_expect(&bench, "d:propose keep:awaiting_approval i:awaiting_approval d:isolate!");
	assert_int_equal(response_at(bench.response, 0)->decision.approvals, 2);
	bench_fini(&bench);
}

static void what_people_denied_beyond_the_cap_is_not_asked_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 0);
	bench_consider(&bench, BENCH_PC, 1, 15);
	assert_int_equal(response_deny(bench.response, 1, "known", bench.now_ns, NULL), 0);
	bench.diary[0] = '\0';
	bench.now_ns += s_to_ns(3600);
	bench_consider(&bench, BENCH_PC, 1, 20);
	bench_expect(&bench, "");
	bench_fini(&bench);
}

static void a_blind_sensor_asks_people(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	governor_set_blind(bench.governor, "the capture stopped");
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_expect(&bench, "d:isolate! keep:awaiting_approval i:awaiting_approval");
	bench_fini(&bench);
}

static void without_a_port_to_count_people_decide(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_WITNESS, 1, 15);
	bench_expect(&bench, "d:isolate! keep:awaiting_approval i:awaiting_approval");
	assert_non_null(strstr(bench.last_refused, "no port"));
	bench_fini(&bench);
}

static void two_people_must_agree(void **state)
{
	struct bench bench;
	struct err err = { 0 };

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_SERVER, 1, 15);
	bench_expect(&bench, "d:propose keep:awaiting_approval i:awaiting_approval");
	assert_int_equal(response_approve(bench.response, 1, "anna", bench.now_ns, &err), 0);
	assert_int_not_equal(response_approve(bench.response, 1, "anna", bench.now_ns, &err), 0);
	assert_non_null(strstr(err.text, "anna has approved"));
	assert_int_not_equal(response_approve(bench.response, 1, "", bench.now_ns, NULL), 0);
	assert_int_not_equal(response_approve(bench.response, 9, "bert", bench.now_ns, NULL), 0);
	bench_expect(&bench, "keep:awaiting_approval i:awaiting_approval");
	assert_int_equal(response_approve(bench.response, 1, "ann", bench.now_ns, NULL), 0);
	bench_expect(&bench, "keep:applying i:applying ISOLATE");
	assert_string_equal(response_at(bench.response, 0)->approved_by, "anna, ann");
	err_clear(&err);
	assert_int_not_equal(response_approve(bench.response, 1, "carl", bench.now_ns, &err), 0);
	assert_non_null(strstr(err.text, "does not wait for approval, it is applying"));
	bench_fini(&bench);
}

static void part_of_a_name_is_another_person(void **state)
{
	static const char *const pairs[][2] = { { "anna", "ann" },
						{ "joanna", "anna" },
						{ "ann", "anna" } };

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct bench bench;

		bench_init(&bench, 10);
		bench_consider(&bench, BENCH_SERVER, 1, 15);
		assert_int_equal(
			response_approve(bench.response, 1, pairs[i][0], bench.now_ns, NULL), 0);
		assert_int_equal(
			response_approve(bench.response, 1, pairs[i][1], bench.now_ns, NULL), 0);
		assert_int_equal(response_at(bench.response, 0)->state, ISOLATION_APPLYING);
		bench_fini(&bench);
	}
}

static void a_proposal_expires_or_is_denied(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_SERVER, 1, 15);
	bench.diary[0] = '\0';
	bench_pass(&bench, 1801);
	bench_expect(&bench, "keep:refused i:refused");
	assert_non_null(
		strstr(bench.last.isolation.reason, "expired: 0 of 2 approvals within 30m"));
	bench_consider(&bench, BENCH_SERVER, 1, 18);
	bench_expect(&bench, "");
	bench.now_ns += s_to_ns(601);
	bench_consider(&bench, BENCH_SERVER, 1, 19);
	bench_expect(&bench, "d:propose keep:awaiting_approval i:awaiting_approval");
	assert_int_equal(response_deny(bench.response, 2, "it is the backup", bench.now_ns, NULL),
			 0);
	assert_string_equal(bench.last.isolation.reason, "it is the backup");
	bench.diary[0] = '\0';
	bench.now_ns += s_to_ns(3600);
	bench_consider(&bench, BENCH_SERVER, 1, 25);
	bench_expect(&bench, "");
	bench_fini(&bench);
}

static void the_guard_is_asked_again_when_people_approve(void **state)
{
	struct bench bench;
	struct host_key host = bench_host(BENCH_SERVER);
	struct mac mac = bench_mac(BENCH_SERVER);
	struct err err = { 0 };

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_SERVER, 1, 15);
	guard_learn(bench.guard, &(struct guard_role){ host, mac, HOST_DHCP_SERVER, true });
	bench.diary[0] = '\0';
	assert_int_not_equal(response_approve(bench.response, 1, "anna", bench.now_ns, &err), 0);
	assert_non_null(strstr(err.text, "a DHCP server"));
	bench_expect(&bench, "keep:refused i:refused");
	bench_fini(&bench);
}

static void a_stricter_verdict_no_longer_waits_for_people(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_PC, 1, 7);
	bench_expect(&bench, "d:propose keep:awaiting_approval i:awaiting_approval");
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_expect(&bench, "d:isolate keep:applying i:applying ISOLATE");
	assert_int_equal(response_count(bench.response), 1);
	assert_int_equal(response_at(bench.response, 0)->decision.hold_ns, s_to_ns(4 * 3600));
	bench_fini(&bench);
}

static void no_act_without_a_journal(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench.keeps_left = 0;
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_settle(&bench);
	assert_null(strstr(bench.diary, "ISOLATE"));
	assert_non_null(
		strstr(bench.last.isolation.reason, "the journal cannot be written: disk full"));
	bench.keeps_left = UINT32_MAX;
	bench_pass(&bench, 2);
	assert_true(bench.devices[BENCH_PC].active);
	bench.keeps_left = 0;
	bench.diary[0] = '\0';
	assert_int_equal(response_release(bench.response, 1, "clean", bench.now_ns, NULL), 0);
	bench_settle(&bench);
	assert_null(strstr(bench.diary, "RELEASE"));
	assert_true(bench.devices[BENCH_PC].active);
	bench.keeps_left = UINT32_MAX;
	bench_pass(&bench, 2);
	assert_false(bench.devices[BENCH_PC].active);
	assert_string_equal(bench.last.isolation.reason, "clean");
	bench_fini(&bench);
}

/* keep comes before each write, whatever goes wrong. */
static void the_wish_is_kept_before_every_write(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench.unknown = true;
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_pass(&bench, 20);
	bench.unknown = false;
	bench.dead = true;
	bench_pass(&bench, 200);
	response_release(bench.response, 1, "clean", bench.now_ns, NULL);
	bench_pass(&bench, 10);
	bench.dead = false;
	bench_pass(&bench, 4000);
	assert_int_equal(response_count(bench.response), 0);
	for (const char *at = bench.diary; (at = strstr(at, "ISOLATE")); at++)
		assert_memory_equal(at - 11, "i:applying ", 11);
	for (const char *at = bench.diary; (at = strstr(at, " RELEASE")); at++)
		assert_true(memcmp(at - 14, "keep:releasing", 14) == 0 ||
			    memcmp(at - 11, "i:releasing", 11) == 0);
	bench_fini(&bench);
}

static void an_act_of_unknown_outcome_is_not_repeated_blindly(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench.unknown = true;
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_settle(&bench);
	bench.unknown = false;
	bench_pass(&bench, 2);
	bench_expect(
		&bench,
		"d:isolate keep:applying i:applying ISOLATE keep:queued i:queued INSPECT keep:applied i:applied");
	bench_fini(&bench);
}

static void wrong_settings_are_not_tried_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench.dead = true;
	bench.failure = ERR_CONFIG;
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_settle(&bench);
	bench_expect(&bench, "d:isolate keep:applying i:applying ISOLATE keep:failed i:failed");
	bench_fini(&bench);
}

static void a_blind_sensor_cannot_prove_by_silence(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_PC, 1, 15);
	governor_set_blind(bench.governor, "the capture stopped");
	bench_pass(&bench, 300);
	assert_int_equal(response_at(bench.response, 0)->state, ISOLATION_APPLIED);
	governor_set_blind(bench.governor, NULL);
	bench_pass(&bench, 120);
	assert_int_equal(response_at(bench.response, 0)->state, ISOLATION_PROVEN);
	bench_fini(&bench);
}

static void a_dead_device_is_given_up_and_may_be_tried_again_later(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench.dead = true;
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_pass(&bench, 600);
	assert_int_equal(bench.last.isolation.state, ISOLATION_FAILED);
	assert_int_equal(bench.last.isolation.attempts, ISOLATION_ATTEMPTS_MAX);
	assert_string_equal(bench.last.isolation.reason, "the device does not answer");
	bench.diary[0] = '\0';
	bench_consider(&bench, BENCH_PC, 1, 18);
	bench_expect(&bench, "");
	bench.dead = false;
	bench.now_ns += s_to_ns(601);
	bench_consider(&bench, BENCH_PC, 1, 20);
	bench_settle(&bench);
	bench_expect(&bench, "d:isolate keep:applying i:applying ISOLATE keep:applied i:applied");
	bench_fini(&bench);
}

static void what_people_released_stays_released(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_pass(&bench, 10);
	assert_int_equal(response_release(bench.response, 1, "cleaned (anna)", bench.now_ns, NULL),
			 0);
	bench_settle(&bench);
	assert_int_equal(bench.last.isolation.state, ISOLATION_RELEASED);
	assert_string_equal(bench.last.isolation.reason, "cleaned (anna)");
	bench_consider(&bench, BENCH_PC, 1, 25);
	assert_int_equal(response_count(bench.response), 0);
	/* A new incident is a new story. */
	bench_consider(&bench, BENCH_PC, 2, 15);
	assert_int_equal(response_count(bench.response), 1);
	bench_fini(&bench);
}

static void a_relapse_after_the_hold_is_isolated_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_pass(&bench, 4 * 3600 + 60);
	assert_int_equal(response_count(bench.response), 0);
	bench_consider(&bench, BENCH_PC, 1, 22);
	assert_int_equal(response_count(bench.response), 1);
	bench_fini(&bench);
}

/* NTP finds out that it is tomorrow: nobody is let go for that. */
static void a_clock_that_is_set_forward_ends_no_hold(void **state)
{
	const uint64_t day_ns = s_to_ns(86400);
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_answer(&bench);
	response_advance(bench.response, bench.now_ns);
	assert_int_equal(response_at(bench.response, 0)->state, ISOLATION_APPLIED);
	bench.now_ns += day_ns;
	response_clock_set(bench.response, day_ns, bench.now_ns);
	response_advance(bench.response, bench.now_ns);
	assert_int_equal(response_count(bench.response), 1);
	assert_int_equal(response_at(bench.response, 0)->state, ISOLATION_APPLIED);
	bench_pass(&bench, 4 * 3600 - 60);
	assert_int_equal(response_count(bench.response), 1);
	bench_pass(&bench, 120);
	assert_int_equal(response_count(bench.response), 0);
	bench_fini(&bench);
}

static void an_answer_is_not_lost_while_the_host_is_heard(void **state)
{
	struct bench bench;
	struct host_key host = bench_host(BENCH_PC);

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_PC, 1, 15);
	bench_answer(&bench);
	response_heard(bench.response, &host, bench.now_ns);
	response_advance(bench.response, bench.now_ns);
	assert_int_equal(response_at(bench.response, 0)->state, ISOLATION_APPLIED);
	bench_fini(&bench);
}

static void a_dry_run_is_never_proven(void **state)
{
	struct bench bench;
	struct dryrun *dryrun = dryrun_new();
	struct response_parts parts;

	(void)state;
	bench_init(&bench, 10);
	parts = (struct response_parts){
		.policy = bench.policy,
		.roster = bench.roster,
		.guard = bench.guard,
		.governor = bench.governor,
		.enforcer = dryrun_enforcer(dryrun),
		.facts = { &bench, bench_tell },
		.detector_name = bench_detector,
		.dry_run = true,
		.first_id = 7,
	};
	response_free(bench.response);
	bench.response = response_new(&parts);
	bench_consider(&bench, BENCH_PC, 1, 15);
	dryrun_answer(dryrun);
	response_advance(bench.response, bench.now_ns);
	bench_expect(&bench, "d:isolate i:applying i:applied");
	assert_int_equal(bench.last.isolation.id, 7);
	assert_string_equal(bench.last.enforcer, "dry-run");
	assert_true(bench.last.dry_run);
	bench.now_ns += s_to_ns(3600);
	response_advance(bench.response, bench.now_ns);
	assert_int_equal(dryrun_answer(dryrun), 0);
	bench_expect(&bench, "");
	bench_fini(&bench);
	dryrun_free(dryrun);
}

struct prepared {
	unsigned count, failed;
};

static void count_prepared(void *arg, const struct asset *asset, const char *channel,
			   const struct enforcer_result *result)
{
	struct prepared *prepared = arg;

	assert_true(strcmp(channel, "repair") == 0 || strcmp(channel, "b445") == 0 ||
		    strcmp(channel, "c445") == 0);
	assert_false(asset->never_isolate);
	prepared->count++;
	prepared->failed += result->rc < 0 && result->err->text[0];
}

static void every_asset_is_prepared_before_it_is_needed(void **state)
{
	struct bench bench;
	struct prepared prepared = { 0 };
	struct response_parts parts;

	(void)state;
	bench_init(&bench, 10);
	parts = (struct response_parts){ .policy = bench.policy,
					 .roster = bench.roster,
					 .enforcer = &bench.enforcer,
					 .prepared = count_prepared,
					 .prepared_arg = &prepared };
	response_free(bench.response);
	bench.response = response_new(&parts);
	/* The channel, and the two measures of the policy. */
	assert_int_equal(response_prepare(bench.response), 3 * (BENCH_PCS - 1));
	assert_int_equal(prepared.count, 0);
	assert_int_equal(bench.complete, BENCH_PCS - 1);
	bench.dead = true;
	bench_answer(&bench);
	response_advance(bench.response, bench.now_ns);
	assert_int_equal(prepared.count, 3 * (BENCH_PCS - 1));
	assert_int_equal(prepared.failed, 3 * (BENCH_PCS - 1));
	bench_fini(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_conviction_to_proof_and_release),
		cmocka_unit_test(a_verdict_is_told_once),
		cmocka_unit_test(one_isolation_of_an_asset_at_a_time),
		cmocka_unit_test(the_guard_has_the_last_word),
		cmocka_unit_test(doubts_about_the_identity_are_for_people),
		cmocka_unit_test(a_dispute_protects_nobody_for_ever),
		cmocka_unit_test(who_speaks_for_many_is_isolated_by_people_only),
		cmocka_unit_test(beyond_the_cap_people_decide),
		cmocka_unit_test(what_waits_because_of_the_cap_goes_on_when_there_is_room),
		cmocka_unit_test(the_cap_does_not_lower_the_bar_of_a_proposal),
		cmocka_unit_test(what_people_denied_beyond_the_cap_is_not_asked_again),
		cmocka_unit_test(a_blind_sensor_asks_people),
		cmocka_unit_test(without_a_port_to_count_people_decide),
		cmocka_unit_test(two_people_must_agree),
		cmocka_unit_test(part_of_a_name_is_another_person),
		cmocka_unit_test(a_proposal_expires_or_is_denied),
		cmocka_unit_test(the_guard_is_asked_again_when_people_approve),
		cmocka_unit_test(a_stricter_verdict_no_longer_waits_for_people),
		cmocka_unit_test(no_act_without_a_journal),
		cmocka_unit_test(the_wish_is_kept_before_every_write),
		cmocka_unit_test(an_act_of_unknown_outcome_is_not_repeated_blindly),
		cmocka_unit_test(wrong_settings_are_not_tried_again),
		cmocka_unit_test(a_blind_sensor_cannot_prove_by_silence),
		cmocka_unit_test(a_dead_device_is_given_up_and_may_be_tried_again_later),
		cmocka_unit_test(what_people_released_stays_released),
		cmocka_unit_test(a_relapse_after_the_hold_is_isolated_again),
		cmocka_unit_test(a_clock_that_is_set_forward_ends_no_hold),
		cmocka_unit_test(an_answer_is_not_lost_while_the_host_is_heard),
		cmocka_unit_test(a_dry_run_is_never_proven),
		cmocka_unit_test(every_asset_is_prepared_before_it_is_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
