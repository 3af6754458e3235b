/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/notify/account.h"

#define NOON_NS (UINT64_C(1772452800) * NS_PER_S) /* 2026-03-02T12:00:00Z */

/* What the account says about a fact; the caller frees it. */
static char *told(const struct fact *fact, bool colour)
{
	char *text = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);
	struct account *account = account_new(stream, colour);

	account_tell(account, fact);
	account_free(account);
	fclose(stream);
	return text;
}

static struct fact fact_of(unsigned type)
{
	struct fact fact = { .type = (uint8_t)type, .wall_ns = NOON_NS };

	assert_true(ip_parse("10.20.0.23", &fact.host.ip));
	return fact;
}

static struct incident convicted_incident(void)
{
	struct incident incident = { .id = 1,
				     .state = INCIDENT_CONVICTED,
				     .kind = EVIDENCE_WORM,
				     .log_odds = 14.5,
				     .contacts = 5,
				     .first_contact_ns = NOON_NS - 400 * NS_PER_MS,
				     .convicted_ns = NOON_NS,
				     .evidence_count = 1 };
	struct evidence *item = &incident.evidence[0];

	item->detector = DETECTOR_TRW;
	item->kind = EVIDENCE_WORM;
	item->port_class = CLASS_WORM_PORT;
	item->contact_kind = CONTACT_TCP;
	item->port = 445;
	item->log_odds = 14.5;
	item->contacts = 5;
	item->failed = 5;
	item->first_contact_ns = incident.first_contact_ns;
	item->last_contact_ns = NOON_NS;
	return incident;
}

static void a_conviction_says_who_why_and_after_how_much(void **state)
{
	struct incident incident = convicted_incident();
	struct fact fact = fact_of(FACT_INCIDENT);
	char *text;

	(void)state;
	fact.incident = &incident;
	text = told(&fact, false);
	assert_non_null(strstr(text, "12:00:00.000 10.20.0.23      CONVICTED"));
	assert_non_null(strstr(text, "445"));
	assert_non_null(strstr(text, "14.5 nats after 5 contacts, 0.40 s after the first"));
	assert_null(strstr(text, "coverage"));
	assert_null(strstr(text, "in doubt"));
	free(text);
	incident.evidence[0].coverage = COVERAGE_LOSSY;
	incident.state = INCIDENT_SUSPECTED;
	incident.doubt = DOUBT_CROWD;
	text = told(&fact, false);
	assert_non_null(strstr(text, "coverage: lossy"));
	assert_non_null(strstr(text, "in doubt: many hosts began the same at the same time"));
	free(text);
}

/* Evidence may be stated before the first contact that it names: then there is no such time. */
static void a_conviction_before_its_first_contact_tells_no_time(void **state)
{
	struct incident incident = convicted_incident();
	struct fact fact = fact_of(FACT_INCIDENT);
	char *text;

	(void)state;
	fact.incident = &incident;
	incident.convicted_ns = incident.first_contact_ns;
	text = told(&fact, false);
	assert_non_null(strstr(text, "after 5 contacts, 0.00 s after the first"));
	free(text);
	incident.convicted_ns = incident.first_contact_ns - 1;
	text = told(&fact, false);
	assert_non_null(strstr(text, "after 5 contacts\n"));
	free(text);
}

static void what_the_sensor_does_not_see_is_told_with_its_remedy(void **state)
{
	struct record_coverage coverage = { .view = { .vlan = 12, .faults = COVERAGE_NO_ANSWERS } };
	struct fact fact = { .type = FACT_COVERAGE, .wall_ns = NOON_NS, .coverage = &coverage };
	char *text = told(&fact, false);

	(void)state;
	assert_non_null(strstr(
		text,
		"12:00:00.000 sensor          coverage   one-sided: VLAN 12: the mirror shows only one"));
	assert_non_null(strstr(text, "mirror both directions"));
	free(text);
	coverage = (struct record_coverage){ .before = COVERAGE_NO_ANSWERS };
	text = told(&fact, false);
	assert_non_null(strstr(text, "full: both directions are seen"));
	free(text);
}

static void what_changed_is_said(void **state)
{
	struct incident incident = convicted_incident();
	struct outbreak_link link = { .attack_ns = NOON_NS,
				      .contact_ns = NOON_NS - 2500 * NS_PER_MS,
				      .port = 445,
				      .why = OUTBREAK_CALLED_BACK,
				      .generation = 2 };
	struct fault_state broken = { .broken = true, .hosts = 31, .live = 120 };
	struct fact_gap gap = { .writer = "ledger",
				.facts = { [FACT_INCIDENT] = 5, [FACT_DECISION] = 2 },
				.from_ns = NOON_NS - s_to_ns(60),
				.until_ns = NOON_NS,
				.why = "No space left on device" };
	struct fact_sensor back = { .state = SENSOR_BACK,
				    .why = "killed",
				    .since_ns = s_to_ns(10),
				    .until_ns = s_to_ns(12),
				    .resumes_ns = s_to_ns(72) };
	struct fact fact = fact_of(FACT_INCIDENT);
	char *text;

	(void)state;
	incident.was_kind = EVIDENCE_RECONNAISSANCE;
	incident.outbreak_nats = 2.8;
	fact.incident = &incident;
	text = told(&fact, false);
	assert_non_null(strstr(text, "it is now: worm (before: reconnaissance)"));
	assert_non_null(strstr(text, "others were convicted on this port, that adds 2.8 nats"));
	free(text);
	fact = fact_of(FACT_INFECTION);
	assert_true(ip_parse("10.20.0.9", &link.parent_host.ip) &&
		    ip_parse("10.20.0.7", &link.patient_zero_host.ip));
	fact.infection = &link;
	text = told(&fact, false);
	assert_non_null(strstr(
		text,
		"10.20.0.23      infected   by 10.20.0.9, which reached it on port 445 2.5 s before its own first"
		" attack and was called back\n"));
	assert_non_null(strstr(text, "generation 2, patient zero 10.20.0.7"));
	free(text);
	fact = fact_of(FACT_NETWORK);
	fact.network = &broken;
	text = told(&fact, false);
	assert_non_null(strstr(text, "31 of 120 hosts fail at once"));
	free(text);
	fact = fact_of(FACT_SENSOR);
	fact.sensor = &back;
	text = told(&fact, false);
	assert_non_null(strstr(text,
			       "sensor          back       after 2.0 s of which nothing is known; "
			       "automatic isolation goes on in 60 s"));
	free(text);
	fact = fact_of(FACT_GAP);
	fact.gap = &gap;
	text = told(&fact, false);
	assert_non_null(strstr(text, "gap        7 facts from 11:59:00 to 12:00:00 are missing in "
				     "the ledger: No space left on device\n"));
	free(text);
}

static void requested_applied_and_proven_are_three_words(void **state)
{
	static const struct {
		unsigned state;
		uint64_t dropped;
		const char *word, *says;
	} cases[] = {
		{ ISOLATION_APPLYING, 0, "requested", "through amt" },
		{ ISOLATION_APPLIED, 0, "APPLIED", "not yet proven" },
		{ ISOLATION_PROVEN, 7, "PROVEN", "has dropped 7 packets" },
		{ ISOLATION_PROVEN, 0, "PROVEN", "hears nothing more" },
		{ ISOLATION_RELEASED, 0, "RELEASED", "isolation 4" },
		{ ISOLATION_FAILED, 0, "FAILED", "isolation 4" },
		{ ISOLATION_AWAITING_APPROVAL, 0, "WAITING", "cordon approve 4" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fact_isolation told_isolation = {
			.isolation = { .id = 4,
				       .state = (uint8_t)cases[i].state,
				       .dropped_transmit = cases[i].dropped },
			.enforcer = "amt"
		};
		struct fact fact = fact_of(FACT_ISOLATION);
		char *text;

		fact.isolation = &told_isolation;
		text = told(&fact, false);
		if (!strstr(text, cases[i].word) || !strstr(text, cases[i].says))
			fail_msg("state %u: \"%s\"", cases[i].state, text);
		free(text);
	}
}

static void a_refusal_by_safety_is_loud(void **state)
{
	struct fact_decision decision = { .decision = { .verdict = VERDICT_ISOLATE,
							.rule = 3,
							.rule_name = "r",
							.channel = "repair" },
					  .asset = "pc-23",
					  .role = "workstation",
					  .refused = "it is the gateway",
					  .confidence = 0.99999 };
	struct fact fact = fact_of(FACT_DECISION);
	char *text;

	(void)state;
	fact.decision = &decision;
	text = told(&fact, false);
	assert_non_null(strstr(text, "REFUSED"));
	assert_non_null(strstr(text, "it is the gateway"));
	free(text);
}

static void a_decision_is_told_with_what_it_takes(void **state)
{
	static const struct {
		struct decision decision;
		const char *told, *not_told;
	} cases[] = {
		{ { .verdict = VERDICT_ISOLATE,
		    .channel = "repair",
		    .hold_ns = UINT64_C(14400000000000) },
		  "decision   isolate with channel \"repair\" for 4h (no rule matched)\n",
		  "approval" },
		{ { .verdict = VERDICT_PROPOSE,
		    .channel = "repair",
		    .approvals = 2,
		    .rule = 3,
		    .rule_name = "r" },
		  "decision   propose with channel \"repair\", 2 approvals needed (rule 3 \"r\")\n",
		  "a second" },
		{ { .verdict = VERDICT_PROPOSE, .channel = "repair", .approvals = 1 },
		  ", 1 approval needed",
		  "approvals" },
		{ { .verdict = VERDICT_LIMIT, .measure = { .per_s = 5 } },
		  " to 5 a second",
		  "channel" },
		{ { .verdict = VERDICT_WATCH,
		    .channel = "repair",
		    .approvals = 2,
		    .measure = { .per_s = 5 } },
		  "decision   watch (no rule matched)\n",
		  "dry run" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fact_decision decision = { .decision = cases[i].decision,
						  .role = "unknown",
						  .dry_run = cases[i].decision.approvals == 1 };
		struct fact fact = fact_of(FACT_DECISION);
		char *text;

		fact.decision = &decision;
		text = told(&fact, false);
		if (!strstr(text, cases[i].told) || strstr(text, cases[i].not_told))
			fail_msg("%zu: %s", i, text);
		assert_int_equal(strstr(text, "[dry run: nothing is sent]") != NULL,
				 decision.dry_run);
		free(text);
	}
}

static void requests_are_told_where_there_were_any(void **state)
{
	static const struct {
		uint32_t writes, reads;
		const char *told;
	} cases[] = {
		{ 0, 0, NULL },
		{ 1, 0, "requests: 1 write, 0 read-backs\n" },
		{ 0, 1, "requests: 0 writes, 1 read-back\n" },
		{ 2, 3, "requests: 2 writes, 3 read-backs\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fact_isolation isolation = { .enforcer = "amt",
						    .writes = cases[i].writes,
						    .reads = cases[i].reads };
		struct fact fact = fact_of(FACT_ISOLATION);
		char *text;

		fact.isolation = &isolation;
		text = told(&fact, false);
		if (cases[i].told ? !strstr(text, cases[i].told) : strstr(text, "requests") != NULL)
			fail_msg("%zu: %s", i, text);
		free(text);
	}
}

static void a_role_is_told_once(void **state)
{
	struct role_standing standing = { .role = HOST_ROUTER };
	struct fact fact = fact_of(FACT_ROLE);
	char *text, *second;

	(void)state;
	fact.role = &standing;
	text = told(&fact, false);
	second = strstr(text, "role ");
	assert_non_null(second);
	assert_string_equal(strchr(text, '\n'), "\n"); /* one line */
	free(text);
}

static void a_repair_is_told_with_who_asked_first_and_what_was_done_last(void **state)
{
	struct repair repair = { .id = 7,
				 .asset = "pc-23",
				 .wish = { REMEDY_RESET, REMEDY_BOOT_NETWORK, 0 },
				 .asked_by = "anna",
				 .why = "it hangs" };
	struct fact fact = fact_of(FACT_REPAIR);
	char *text;

	(void)state;
	fact.repair = &repair;
	text = told(&fact, false);
	assert_string_equal(
		text,
		"12:00:00.000 10.20.0.23      repair     reset, next start from network of pc-23 (7) is requested\n"
		"                             asked by: anna: it hangs\n");
	free(text);
	repair.state = REPAIR_UNKNOWN;
	snprintf(repair.said, sizeof(repair.said), "look");
	snprintf(repair.device, sizeof(repair.device), "AMT 12 at x");
	text = told(&fact, false);
	assert_string_equal(
		text,
		"12:00:00.000 10.20.0.23      repair     reset, next start from network of pc-23 (7) is unknown: look\n"
		"                             device: AMT 12 at x\n");
	free(text);
}

static void plain_text_has_no_escapes_and_colour_ends_what_it_begins(void **state)
{
	struct incident incident = convicted_incident();
	struct fact fact = fact_of(FACT_INCIDENT);
	char *plain, *coloured;

	(void)state;
	fact.incident = &incident;
	plain = told(&fact, false);
	coloured = told(&fact, true);
	assert_null(strchr(plain, '\033'));
	assert_non_null(strstr(coloured, "\033[1;31mCONVICTED"));
	assert_non_null(strstr(coloured, "\033[0m"));
	free(plain);
	free(coloured);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_conviction_says_who_why_and_after_how_much),
		cmocka_unit_test(what_changed_is_said),
		cmocka_unit_test(requested_applied_and_proven_are_three_words),
		cmocka_unit_test(a_conviction_before_its_first_contact_tells_no_time),
		cmocka_unit_test(what_the_sensor_does_not_see_is_told_with_its_remedy),
		cmocka_unit_test(a_refusal_by_safety_is_loud),
		cmocka_unit_test(a_decision_is_told_with_what_it_takes),
		cmocka_unit_test(requests_are_told_where_there_were_any),
		cmocka_unit_test(a_role_is_told_once),
		cmocka_unit_test(a_repair_is_told_with_who_asked_first_and_what_was_done_last),
		cmocka_unit_test(plain_text_has_no_escapes_and_colour_ends_what_it_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
