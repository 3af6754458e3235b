/* SPDX-License-Identifier: Apache-2.0 */
#include "core/isolation/isolation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/random.h"
#include "core/base/units.h"

#define T0 s_to_ns(1700000000)

static struct isolation fresh(unsigned approvals, unsigned hold_s)
{
	return (struct isolation){
		.id = 1,
		.asset = "pc-1",
		.last_contact_ns = T0,
		.decision = { .verdict = approvals ? VERDICT_PROPOSE : VERDICT_ISOLATE,
			      .approvals = (uint8_t)approvals,
			      .hold_ns = s_to_ns(hold_s),
			      .expires_ns = s_to_ns(600),
			      .channel = "repair" },
	};
}

/* One letter per event:  S start, A approve, D deny, T tick, R release asked, H heard, C recalled, and answers:
 * k ok and active, n ok but not active, f failed, u unknown, w wrong settings, d active with drops that moved, p pretended,
 * b active while the sensor is blind, o active and open somewhere,
 * l not active but left enabled somewhere. */
static struct isolation_event event_of(char letter)
{
	struct isolation_event event = { .type = ISOLATION_ACT_DONE, .ok = true, .active = true };

	switch (letter) {
	case 'S':
		event = (struct isolation_event){ .type = ISOLATION_START };
		break;
	case 'A':
		event = (struct isolation_event){ .type = ISOLATION_APPROVE };
		break;
	case 'D':
		event = (struct isolation_event){ .type = ISOLATION_DENY, .reason = "no" };
		break;
	case 'T':
		event = (struct isolation_event){ .type = ISOLATION_TICK };
		break;
	case 'R':
		event = (struct isolation_event){ .type = ISOLATION_RELEASE_ASKED,
						  .reason = "cleaned" };
		break;
	case 'H':
		event = (struct isolation_event){ .type = ISOLATION_HOST_HEARD };
		break;
	case 'C':
		event = (struct isolation_event){ .type = ISOLATION_RECALLED };
		break;
	case 'k':
		break;
	case 'n':
		event.active = false;
		break;
	case 'f':
		event = (struct isolation_event){ .type = ISOLATION_ACT_DONE,
						  .reason = "no answer" };
		break;
	case 'u':
		event = (struct isolation_event){ .type = ISOLATION_ACT_DONE, .unknown = true };
		break;
	case 'w':
		event = (struct isolation_event){ .type = ISOLATION_ACT_DONE, .hopeless = true };
		break;
	case 'd':
		event.has_counters = true;
		event.dropped_transmit = 7;
		event.dropped_receive = 1;
		break;
	case 'p':
		event.pretended = true;
		break;
	case 'b':
		event.blind = true;
		break;
	case 'l':
		event.active = false;
		event.left = true;
		break;
	case 'o':
		event.open = "the wireless port is not cut off";
		break;
	default:
		fail_msg("no event '%c'", letter);
	}
	return event;
}

#define EVENTS "SADTRHCknfuwdpbol"

/* A tick comes when it is due; every other event at once. */
static enum isolation_action play(struct isolation *isolation, char letter, uint64_t *now_ns)
{
	struct isolation_event event = event_of(letter);

	if (letter == 'T' && isolation->due_ns > *now_ns)
		*now_ns = isolation->due_ns;
	return isolation_step(isolation, &event, *now_ns);
}

/* Actions as letters: . nothing, I isolate, L look (inspect), R release. */
static const struct {
	const char *name;
	unsigned approvals, hold_s;
	const char *events, *actions;
	unsigned state;
} lives[] = {
	{ "isolated, silent, proven", 0, 0, "SkTkTk", "I.L.L.", ISOLATION_PROVEN },
	{ "isolated, drops counted, proven at the first look", 0, 0, "SkTd", "I.L.",
	  ISOLATION_PROVEN },
	{ "heard all the time, never proven by silence", 0, 0, "SkTHkTHkTHkTHkTHk",
	  "I.L..L..L..L..L..", ISOLATION_APPLIED },
	{ "a blind sensor's silence proves nothing", 0, 0, "SkTbTbTbTb", "I.L.L.L.L.",
	  ISOLATION_APPLIED },
	{ "who is silent may speak where nothing cuts it off", 0, 0, "SoToToToTo", "I.I.L.L.I.",
	  ISOLATION_APPLIED },
	{ "until that is cut off too", 0, 0, "SoToTkTk", "I.I.L.L.", ISOLATION_PROVEN },
	{ "what is left enabled somewhere is not released", 0, 0, "SkRuTlnn", "I.R.LR..",
	  ISOLATION_RELEASED },
	{ "and applied anew while it should hold", 0, 0, "SkTl", "I.LI", ISOLATION_APPLYING },
	{ "a failed attempt to cut it off changes nothing", 0, 0, "SoTfTuTo", "I.I.L.L.",
	  ISOLATION_APPLIED },
	{ "a dry run is applied on paper, never proven", 0, 0, "SpTpT", "I....",
	  ISOLATION_APPLIED },
	{ "not even after a restart", 0, 0, "SpCpTp", "I.L.L.", ISOLATION_APPLIED },
	{ "two approvals", 2, 0, "SAA", "..I", ISOLATION_APPLYING },
	{ "one approval of two is not enough", 2, 0, "SA", "..", ISOLATION_AWAITING_APPROVAL },
	{ "denied", 2, 0, "SAD", "...", ISOLATION_REFUSED },
	{ "expired", 2, 0, "SAT", "...", ISOLATION_REFUSED },
	{ "taken back before it was approved", 1, 0, "SR", "..", ISOLATION_REFUSED },
	{ "the hold ends it", 0, 60, "SkTkTkTn", "I.L.L.R.", ISOLATION_RELEASED },
	{ "people end it", 0, 0, "SkRn", "I.R.", ISOLATION_RELEASED },
	{ "released while it is being applied", 0, 0, "SRkn", "I.R.", ISOLATION_RELEASED },
	{ "released while it is being applied in vain", 0, 0, "SRnn", "I.R.", ISOLATION_RELEASED },
	{ "released while it is being looked at", 0, 0, "SkTRkn", "I.L.R.", ISOLATION_RELEASED },
	{ "released while waiting for the next attempt", 0, 0, "SfRn", "I.R.", ISOLATION_RELEASED },
	{ "failure is tried again", 0, 0, "SfTk", "I.I.", ISOLATION_APPLIED },
	{ "six attempts, then failed", 0, 0, "SfTfTfTfTfTf", "I.I.I.I.I.I.", ISOLATION_FAILED },
	{ "wrong settings are not tried again", 0, 0, "Sw", "I.", ISOLATION_FAILED },
	{ "not active after all counts as failure", 0, 0, "SnTk", "I.I.", ISOLATION_APPLIED },
	{ "unknown: look before repeating", 0, 0, "SuTk", "I.L.", ISOLATION_APPLIED },
	{ "unknown, and it had not happened", 0, 0, "SuTnk", "I.LI.", ISOLATION_APPLIED },
	{ "unknown for long, then there", 0, 0, "SuTfTfTfTfTfTfTfTk", "I.L.L.L.L.L.L.L.L.",
	  ISOLATION_APPLIED },
	{ "unknown beyond the hold is released", 0, 60, "SuTfTfTfT", "I.L.L.L.R",
	  ISOLATION_RELEASING },
	{ "gone behind our back: isolated again", 0, 0, "SkTdTnk", "I.L.LI.", ISOLATION_APPLIED },
	{ "gone again and again: given up", 0, 0, "SkTnkTnkTnkTnkTnkTn", "I.LI.LI.LI.LI.LI.L.",
	  ISOLATION_FAILED },
	{ "a look that fails changes nothing", 0, 0, "SkTfTfTfTd", "I.L.L.L.L.", ISOLATION_PROVEN },
	{ "a release that fails is tried again", 0, 0, "SkRfTn", "I.R.R.", ISOLATION_RELEASED },
	{ "a release that fails goes on hourly", 0, 0, "SkRfTfTfTfTfTfTfTfTn",
	  "I.R.R.R.R.R.R.R.R.R.", ISOLATION_RELEASED },
	{ "a release of unknown outcome is looked at", 0, 0, "SkRuTn", "I.R.L.",
	  ISOLATION_RELEASED },
	{ "and repeated if it is still active", 0, 0, "SkRuTkn", "I.R.LR.", ISOLATION_RELEASED },
	{ "recalled while applying, and it had happened", 0, 0, "SCk", "IL.", ISOLATION_APPLIED },
	{ "recalled while applying, and it had not", 0, 0, "SCnk", "ILI.", ISOLATION_APPLIED },
	{ "recalled while proven", 0, 0, "SkTdCk", "I.L.L.", ISOLATION_PROVEN },
	{ "recalled while releasing, and it had happened", 0, 0, "SkRCn", "I.RL.",
	  ISOLATION_RELEASED },
	{ "recalled while releasing, and it had not", 0, 0, "SkRCkn", "I.RLR.",
	  ISOLATION_RELEASED },
	{ "recalled while waiting: nameless approvals do not count", 2, 0, "SACA", "....",
	  ISOLATION_AWAITING_APPROVAL },
	{ "answers nobody waits for change nothing", 1, 0, "Sknfud", "......",
	  ISOLATION_AWAITING_APPROVAL },
};

static void each_life_takes_its_course(void **state)
{
	static const char letters[] = { '.', 'I', 'L', 'R' };

	(void)state;
	for (size_t c = 0; c < sizeof(lives) / sizeof(lives[0]); c++) {
		struct isolation isolation = fresh(lives[c].approvals, lives[c].hold_s);
		uint64_t now_ns = T0;
		char actions[64] = "";

		for (size_t i = 0; lives[c].events[i]; i++)
			actions[i] = letters[play(&isolation, lives[c].events[i], &now_ns)];
		if (strcmp(actions, lives[c].actions) != 0 || isolation.state != lives[c].state)
			fail_msg("%s: %s and %s", lives[c].name, actions,
				 isolation_state_name(isolation.state));
	}
}

/* ---- times ------------------------------------------------------------------------------------- */

static void looks_come_after_2_5_10_30_and_60_seconds(void **state)
{
	static const unsigned wanted_s[] = { 2, 5, 10, 30, 60, 60, 60 };
	struct isolation isolation = fresh(0, 0);
	uint64_t now_ns = T0;

	(void)state;
	play(&isolation, 'S', &now_ns);
	play(&isolation, 'k', &now_ns);
	for (size_t i = 0; i < sizeof(wanted_s) / sizeof(wanted_s[0]); i++) {
		assert_int_equal(isolation.due_ns - now_ns, s_to_ns(wanted_s[i]));
		play(&isolation, 'T', &now_ns);
		play(&isolation, 'b', &now_ns);
	}
	play(&isolation, 'T', &now_ns);
	play(&isolation, 'd', &now_ns);
	assert_int_equal(isolation.state, ISOLATION_PROVEN);
	assert_int_equal(isolation.due_ns - now_ns, s_to_ns(3600));
}

static void attempts_back_off_1_5_30_and_120_seconds(void **state)
{
	static const unsigned wanted_s[] = { 1, 5, 30, 120, 120 };
	struct isolation isolation = fresh(0, 0);
	uint64_t now_ns = T0;

	(void)state;
	play(&isolation, 'S', &now_ns);
	for (size_t i = 0; i < sizeof(wanted_s) / sizeof(wanted_s[0]); i++) {
		play(&isolation, 'f', &now_ns);
		assert_int_equal(isolation.due_ns - now_ns, s_to_ns(wanted_s[i]));
		assert_int_equal(play(&isolation, 'T', &now_ns), ISOLATION_DO_ISOLATE);
	}
	play(&isolation, 'f', &now_ns);
	assert_int_equal(isolation.state, ISOLATION_FAILED);
	assert_string_equal(isolation.reason, "no answer");
}

static void the_hold_runs_from_the_moment_of_application(void **state)
{
	struct isolation isolation = fresh(0, 14400);
	uint64_t now_ns = T0;

	(void)state;
	play(&isolation, 'S', &now_ns);
	now_ns += s_to_ns(30);
	play(&isolation, 'd', &now_ns);
	assert_int_equal(isolation.hold_until_ns, now_ns + s_to_ns(14400));
	while (isolation.state != ISOLATION_RELEASING) {
		play(&isolation, 'T', &now_ns);
		if (isolation.state != ISOLATION_RELEASING)
			play(&isolation, 'k', &now_ns);
	}
	assert_int_equal(now_ns, T0 + s_to_ns(14430));
	assert_string_equal(isolation.reason, "the hold is over");
}

/* The firmware ends it after 10 minutes: looked at two seconds later and asked for anew, not an hour later. */
static void what_ends_by_itself_is_asked_for_anew(void **state)
{
	struct isolation isolation = fresh(0, 0);
	struct isolation_event applied = {
		.type = ISOLATION_ACT_DONE, .ok = true, .active = true, .ends_in_s = 600
	};
	uint64_t now_ns = T0;

	(void)state;
	play(&isolation, 'S', &now_ns);
	isolation_step(&isolation, &applied, now_ns);
	assert_int_equal(play(&isolation, 'T', &now_ns), ISOLATION_DO_INSPECT);
	play(&isolation, 'd', &now_ns);
	assert_int_equal(isolation.state, ISOLATION_PROVEN);
	assert_int_equal(isolation.due_ns, T0 + s_to_ns(602));
	assert_int_equal(play(&isolation, 'T', &now_ns), ISOLATION_DO_INSPECT);
	assert_int_equal(play(&isolation, 'n', &now_ns), ISOLATION_DO_ISOLATE);
	isolation_step(&isolation, &applied, now_ns);
	/* A device whose clock is slow: no haste, the next look is an hour away. */
	now_ns += s_to_ns(700);
	isolation.asked = ISOLATION_DO_INSPECT;
	play(&isolation, 'd', &now_ns);
	assert_int_equal(isolation.due_ns, now_ns + s_to_ns(3600));
}

static void a_proven_host_that_is_heard_is_looked_at_within_a_minute(void **state)
{
	struct isolation isolation = fresh(0, 0);
	uint64_t now_ns = T0;

	(void)state;
	for (const char *events = "SkTdH"; *events; events++)
		play(&isolation, *events, &now_ns);
	assert_int_equal(isolation.due_ns, now_ns + s_to_ns(60));
	now_ns += s_to_ns(20);
	play(&isolation, 'H', &now_ns);
	assert_int_equal(isolation.due_ns, now_ns + s_to_ns(40));
}

static void silence_is_counted_from_the_last_contact(void **state)
{
	struct isolation isolation = fresh(0, 0);
	uint64_t now_ns = T0;

	(void)state;
	play(&isolation, 'S', &now_ns);
	play(&isolation, 'k', &now_ns);
	now_ns = T0 + s_to_ns(4);
	play(&isolation, 'H', &now_ns);
	now_ns = T0 + s_to_ns(8);
	play(&isolation, 'T', &now_ns);
	play(&isolation, 'k', &now_ns);
	assert_int_equal(isolation.state, ISOLATION_APPLIED);
	play(&isolation, 'T', &now_ns);
	play(&isolation, 'k', &now_ns);
	assert_int_equal(isolation.state, ISOLATION_PROVEN);
}

static void counters_that_stand_still_prove_nothing(void **state)
{
	struct isolation isolation = fresh(0, 0);
	uint64_t now_ns = T0;

	(void)state;
	for (const char *events = "SdTHd"; *events; events++)
		play(&isolation, *events, &now_ns);
	assert_int_equal(isolation.state, ISOLATION_APPLIED);
}

static void why_people_released_outlives_failures(void **state)
{
	struct isolation isolation = fresh(0, 0);
	uint64_t now_ns = T0;

	(void)state;
	for (const char *events = "SkRfTf"; *events; events++)
		play(&isolation, *events, &now_ns);
	assert_string_equal(isolation.reason, "cleaned; not yet: no answer");
	play(&isolation, 'T', &now_ns);
	play(&isolation, 'n', &now_ns);
	assert_string_equal(isolation.reason, "cleaned");
}

static void what_stays_open_is_not_tried_for_ever(void **state)
{
	struct isolation isolation = fresh(0, 0);
	uint64_t now_ns = T0;
	unsigned closings = 0;

	(void)state;
	play(&isolation, 'S', &now_ns);
	play(&isolation, 'o', &now_ns);
	for (unsigned look = 0; look < 1000; look++) {
		closings += play(&isolation, 'T', &now_ns) == ISOLATION_DO_ISOLATE;
		play(&isolation, 'o', &now_ns);
		if (look == 3)
			assert_int_equal(closings, 2);
	}
	assert_int_equal(closings, ISOLATION_ATTEMPTS_MAX);
	assert_true(*isolation.open);
	assert_int_equal(isolation.state, ISOLATION_APPLIED);
}

/* ---- every state, every event; and long random lives -------------------------------------------- */

static void check(const struct isolation *before, const struct isolation *after,
		  enum isolation_action action)
{
	bool ended = isolation_has_ended(after);

	assert_true(after->state < ISOLATION_STATES);
	assert_true(after->attempts <= ISOLATION_ATTEMPTS_MAX);
	if (isolation_has_ended(before))
		assert_memory_equal(before, after, sizeof(*after));
	assert_int_equal(ended, after->ended_ns != 0);
	if (after->state == ISOLATION_PROVEN)
		assert_true(after->applied_ns && after->proven_ns >= after->applied_ns);
	if (after->state == ISOLATION_PROVEN && before->state != ISOLATION_PROVEN)
		assert_int_equal(before->state, ISOLATION_APPLIED);
	if (after->state == ISOLATION_APPLIED)
		assert_true(after->applied_ns && !after->proven_ns);
	/* Nothing is asked twice at a time, and nothing ends with a question open. */
	if (action != ISOLATION_DO_NOTHING)
		assert_int_equal(after->asked, action);
	if (ended)
		assert_int_equal(after->asked, ISOLATION_DO_NOTHING);
	/* The truth is not better than the device's word; what is in force may be asked for again where something is open. */
	if (action == ISOLATION_DO_ISOLATE && !*before->open)
		assert_string_equal(isolation_truth(after->state), "requested");
	/* A way out: time, an answer or people. */
	if (!ended && after->asked_ns && after->state != ISOLATION_APPLIED)
		assert_true(after->due_ns || after->asked);
}

static void every_state_takes_every_event(void **state)
{
	/* A way into each state, by its number. */
	static const char *const ways[ISOLATION_STATES][3] = {
		[ISOLATION_AWAITING_APPROVAL] = { "S", "SA", "SC" },
		[ISOLATION_QUEUED] = { "SAAf", "SAAu", "SAAC" },
		[ISOLATION_APPLYING] = { "SAA", "SAAuTn", "SAAfT" },
		[ISOLATION_APPLIED] = { "SAAk", "SAAkT", "SAAp" },
		[ISOLATION_PROVEN] = { "SAAkTd", "SAAkTdT", "SAAkTkTk" },
		[ISOLATION_RELEASING] = { "SAAkR", "SAAR", "SAAkRu" },
		[ISOLATION_RELEASED] = { "SAAkRn", NULL, NULL },
		[ISOLATION_FAILED] = { "SAAw", NULL, NULL },
		[ISOLATION_REFUSED] = { "SD", "SR", "ST" },
	};

	(void)state;
	for (unsigned s = 0; s < ISOLATION_STATES; s++)
		for (unsigned way = 0; way < 3 && ways[s][way]; way++)
			for (const char *event = EVENTS; *event; event++) {
				struct isolation isolation = fresh(2, 7200), before;
				enum isolation_action action;
				uint64_t now_ns = T0;

				for (const char *at = ways[s][way]; *at; at++)
					play(&isolation, *at, &now_ns);
				assert_int_equal(isolation.state, s);
				before = isolation;
				action = play(&isolation, *event, &now_ns);
				check(&before, &isolation, action);
			}
}

/* From wherever it is, a device that obeys and people who release bring it to an end. */
static void assert_can_end(struct isolation isolation, uint64_t now_ns)
{
	for (unsigned i = 0; i < 20 && !isolation_has_ended(&isolation); i++) {
		bool looks = isolation.asked == ISOLATION_DO_INSPECT ||
			     isolation.asked == ISOLATION_DO_RELEASE;

		if (isolation.asked)
			play(&isolation,
			     looks && isolation.state == ISOLATION_RELEASING ? 'n' : 'k', &now_ns);
		else
			play(&isolation, 'R', &now_ns);
	}
	assert_true(isolation_has_ended(&isolation));
}

static void random_lives_keep_the_rules(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 2000; seed++) {
		uint64_t dice = seed, now_ns = T0;
		struct isolation isolation = fresh((unsigned)(seed % 3), seed % 2 ? 300 : 0);

		play(&isolation, 'S', &now_ns);
		for (unsigned i = 0; i < 60; i++) {
			/* Mostly what really happens: an answer when one is awaited, else time. */
			uint64_t roll = random_step(&dice);
			const char *likely = isolation.asked ? "kknfud" : "TTTTHA";
			char letter = roll % 4 ? likely[roll / 4 % 6]
					       : EVENTS[roll / 4 % (sizeof(EVENTS) - 1)];
			struct isolation before = isolation;
			enum isolation_action action = play(&isolation, letter, &now_ns);

			check(&before, &isolation, action);
			if (before.asked && letter != 'C' && !strchr("knfuwdpbol", letter) &&
			    action != ISOLATION_DO_NOTHING)
				fail_msg("seed %llu: '%c' asked while an answer was awaited",
					 (unsigned long long)seed, letter);
			now_ns += ms_to_ns(random_step(&dice) % 3000);
		}
		assert_can_end(isolation, now_ns);
	}
	print_message("  seeds 1 to 2000\n");
}

static void every_state_has_its_words(void **state)
{
	static const char *const words[ISOLATION_STATES][2] = {
		{ "awaiting_approval", "requested" },
		{ "queued", "requested" },
		{ "applying", "requested" },
		{ "applied", "applied" },
		{ "proven", "proven" },
		{ "releasing", "applied" },
		{ "released", "ended" },
		{ "failed", "ended" },
		{ "refused", "ended" },
	};

	(void)state;
	for (unsigned i = 0; i < ISOLATION_STATES; i++) {
		assert_string_equal(isolation_state_name(i), words[i][0]);
		assert_string_equal(isolation_truth(i), words[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_life_takes_its_course),
		cmocka_unit_test(looks_come_after_2_5_10_30_and_60_seconds),
		cmocka_unit_test(attempts_back_off_1_5_30_and_120_seconds),
		cmocka_unit_test(the_hold_runs_from_the_moment_of_application),
		cmocka_unit_test(what_ends_by_itself_is_asked_for_anew),
		cmocka_unit_test(a_proven_host_that_is_heard_is_looked_at_within_a_minute),
		cmocka_unit_test(silence_is_counted_from_the_last_contact),
		cmocka_unit_test(counters_that_stand_still_prove_nothing),
		cmocka_unit_test(why_people_released_outlives_failures),
		cmocka_unit_test(every_state_takes_every_event),
		cmocka_unit_test(what_stays_open_is_not_tried_for_ever),
		cmocka_unit_test(random_lives_keep_the_rules),
		cmocka_unit_test(every_state_has_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
