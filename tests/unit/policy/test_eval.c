/* SPDX-License-Identifier: Apache-2.0 */
/* Truth tables: one condition, the facts, whether it holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "core/policy/decision.h"
#include "tests/unit/policy/fixture.h"

/* The first rule has the condition, the second answers if it does not hold. */
static const struct {
	const char *when, *given;
	int holds;
} cases[] = {
	{ "log_odds: '>= 7'", "log_odds: 7", 1 },
	{ "log_odds: '>= 7'", "log_odds: 6.999", 0 },
	{ "log_odds: '> 7'", "log_odds: 7", 0 },
	{ "log_odds: '> 7'", "log_odds: 7.001", 1 },
	{ "log_odds: '<= 7'", "log_odds: 7", 1 },
	{ "log_odds: '< 7'", "log_odds: 7", 0 },
	{ "log_odds: '<7'", "log_odds: 6", 1 },
	{ "log_odds: 3..9", "log_odds: 3", 1 },
	{ "log_odds: '3 .. 9'", "log_odds: 9", 1 },
	{ "log_odds: 3..9", "log_odds: 9.1", 0 },
	{ "log_odds: -5..-1", "log_odds: -2", 1 },
	{ "log_odds: ['< 1', '> 9']", "log_odds: 5", 0 },
	{ "log_odds: ['< 1', '> 9']", "log_odds: 10", 1 },
	/* ln(0.9999 / 0.0001) = 9.21024 */
	{ "confidence: '>= 0.9999'", "log_odds: 9.2103", 1 },
	{ "confidence: '>= 0.9999'", "log_odds: 9.2102", 0 },
	{ "confidence: '>= 0.5'", "log_odds: 0", 1 },
	{ "confidence: '> 0.5'", "log_odds: 0", 0 },
	{ "confidence: '> 0.999999'", "log_odds: 700", 1 },
	{ "contacts: '>= 5'", "contacts: 5", 1 },
	{ "contacts: '>= 5'", "contacts: 4", 0 },
	{ "contacts: '< 5'", "", 1 },
	{ "kind: worm", "", 1 },
	{ "kind: worm", "kind: spam", 0 },
	{ "kind: [spam, worm]", "kind: spam", 1 },
	{ "role: unknown", "", 1 },
	{ "role: server", "role: server", 1 },
	{ "role: [server, phone]", "role: kiosk", 0 },
	{ "tag: a", "", 0 },
	{ "tag: a", "tags: [b, a]", 1 },
	{ "tag: [a, c]", "tags: [b, c]", 1 },
	{ "tags: [a, c]", "tags: [b, c]", 0 },
	{ "tags: [a, c]", "tags: [c, b, a]", 1 },
	{ "tags: a", "tags: [a, b, c, d, e, f, g, h]", 1 },
	{ "tags: h", "tags: [a, b, c, d, e, f, g, h]", 1 },
	{ "asset: pc-1", "asset: pc-1", 1 },
	{ "asset: pc-1", "asset: pc-11", 0 },
	{ "asset: [x, pc-1]", "", 0 },
	{ "host: 10.0.0.0/8", "host: 10.255.0.1", 1 },
	{ "host: 10.0.0.0/8", "host: 11.0.0.1", 0 },
	{ "host: 10.0.0.1", "host: 10.0.0.1", 1 },
	{ "host: 10.0.0.1", "host: 10.0.0.2", 0 },
	{ "host: 10.0.0.0/8", "", 0 },
	{ "host: [fd00::/8, 10.0.0.1]", "host: 'fd12::1'", 1 },
	{ "port: 445", "port: 445", 1 },
	{ "port: 445", "port: 446", 0 },
	{ "port: [139, 440-450]", "port: 450", 1 },
	{ "port: [139, 440-450]", "port: 451", 0 },
	{ "port: 0", "", 1 },
	{ "evidence: { any: [trw, arpsweep] }", "evidence: [ { detector: trw, log_odds: 1 } ]", 1 },
	{ "evidence: { any: [trw, arpsweep] }", "evidence: [ { detector: fanout, log_odds: 1 } ]",
	  0 },
	{ "evidence: { any: [trw] }", "evidence: [ { detector: trw, log_odds: 0 } ]", 0 },
	{ "evidence: { any: trw }", "", 0 },
	{ "evidence: { all: [trw, arpsweep] }", "evidence: [ { detector: trw, log_odds: 1 } ]", 0 },
	{ "evidence: { all: [trw, arpsweep] }",
	  "evidence: [ { detector: trw, log_odds: 1 }, { detector: arpsweep, log_odds: 1 } ]", 1 },
	{ "evidence: { none: [trw, arpsweep] }", "", 1 },
	{ "evidence: { none: [trw, arpsweep] }",
	  "evidence: [ { detector: arpsweep, log_odds: 1 } ]", 0 },
	{ "evidence: { any: [trw], none: [arpsweep] }",
	  "evidence: [ { detector: trw, log_odds: 1 }, { detector: arpsweep, log_odds: 1 } ]", 0 },
	{ "time: { days: [mon..fri] }", "time: 'fri 23:59'", 1 },
	{ "time: { days: [mon..fri] }", "time: 'sat 00:00'", 0 },
	{ "time: { days: sat..mon }", "time: 'sun 12:00'", 1 },
	{ "time: { days: sat..mon }", "time: 'tue 00:00'", 0 },
	{ "time: { days: [tue, thu] }", "time: 'thu 01:00'", 1 },
	{ "time: { days: [tue, thu] }", "time: 'wed 01:00'", 0 },
	{ "time: { from: '08:00', to: '18:00' }", "time: 'wed 08:00'", 1 },
	{ "time: { from: '08:00', to: '18:00' }", "time: 'wed 07:59'", 0 },
	{ "time: { from: '08:00', to: '18:00' }", "time: 'wed 18:00'", 0 },
	{ "time: { from: '08:00' }", "time: 'wed 23:59'", 1 },
	{ "time: { to: '08:00' }", "time: 'wed 00:00'", 1 },
	{ "time: { to: '24:00' }", "time: 'wed 23:59'", 1 },
	{ "time: { from: '22:00', to: '06:00' }", "time: 'wed 23:00'", 1 },
	{ "time: { from: '22:00', to: '06:00' }", "time: 'wed 05:59'", 1 },
	{ "time: { from: '22:00', to: '06:00' }", "time: 'wed 06:00'", 0 },
	{ "time: { days: fri, from: '22:00', to: '06:00' }", "time: 'sat 05:00'", 1 },
	{ "time: { days: fri, from: '22:00', to: '06:00' }", "time: 'fri 05:00'", 0 },
	{ "time: { days: sun, from: '22:00', to: '06:00' }", "time: 'mon 05:00'", 1 },
	{ "time: { days: mon, from: '12:00', to: '12:01' }", "",
	  1 }, /* Monday noon is the default */
	{ "not: { role: server }", "role: server", 0 },
	{ "not: { role: server }", "role: kiosk", 1 },
	{ "not: { role: server, tag: a }", "role: server", 1 },
	{ "not: { role: server, tag: a }", "role: server, tags: a", 0 },
	{ "not: { not: { role: server } }", "role: server", 1 },
	{ "role: server, tag: a, contacts: '> 3'", "role: server, tags: a, contacts: 4", 1 },
	{ "role: server, tag: a, contacts: '> 3'", "role: server, tags: a, contacts: 3", 0 },
	{ "role: server, tag: a, contacts: '> 3'", "role: server, tags: b, contacts: 4", 0 },
	{ "role: server, tag: a, contacts: '> 3'", "role: lab, tags: a, contacts: 4", 0 },
	{ "", "", 1 },
	/* log_odds given explicitly replaces the sum; otherwise it is the sum */
	{ "log_odds: 5..5",
	  "evidence: [ { detector: trw, log_odds: 2 }, { detector: fanout, log_odds: 3 } ]", 1 },
	{ "log_odds: 9..9", "log_odds: 9, evidence: [ { detector: trw, log_odds: 2 } ]", 1 },
};

static void each_condition_holds_exactly_when_it_says_so(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];
		struct fixture f;

		snprintf(text, sizeof(text),
			 "rules:\n  - name: asked\n    when: { %s }\n    then: ignore\n"
			 "expect:\n  - given: { %s }\n    then: %s\n",
			 cases[i].when, cases[i].given, cases[i].holds ? "ignore" : "watch");
		fixture_init(&f, text);
		if (!f.policy || complaints_count(f.complaints) || f.examples != 1) {
			print_error("%s given %s:\n%s", cases[i].when, cases[i].given, f.said.text);
			wrong++;
		}
		fixture_fini(&f);
	}
	assert_int_equal(wrong, 0);
}

static void the_first_rule_that_fires_decides(void **state)
{
	struct policy_input input = { .role = "server", .kind = "worm", .asset = "" };
	struct decision decision;
	struct fixture f;

	(void)state;
	fixture_init(
		&f,
		"channels: { r: [arp, dhcp] }\n"
		"rules:\n"
		"  - { name: one, when: { role: phone }, then: ignore }\n"
		"  - name: two\n    when: { role: server }\n"
		"    then: { propose: { channel: r, approvals: 2, expires: 45m, for: 1h30m } }\n"
		"  - name: three\n    when: { role: [server, lab] }\n"
		"    then: { isolate: { channel: r, for: 4h, witness: before } }\n"
		"  - name: four\n    when: { role: printer }\n    then: { propose: { channel: r } }\n");
	assert_string_equal(f.said.text, "");
	policy_decide(f.policy, &input, &decision);
	assert_int_equal(decision.verdict, VERDICT_PROPOSE);
	assert_int_equal(decision.rule, 2);
	assert_string_equal(decision.rule_name, "two");
	assert_string_equal(decision.channel, "r");
	assert_int_equal(decision.approvals, 2);
	assert_true(decision.expires_ns == UINT64_C(45) * 60 * 1000000000);
	assert_true(decision.hold_ns == UINT64_C(90) * 60 * 1000000000);

	input.role = "lab";
	policy_decide(f.policy, &input, &decision);
	assert_int_equal(decision.verdict, VERDICT_ISOLATE);
	assert_int_equal(decision.rule, 3);
	assert_int_equal(decision.witness, WITNESS_BEFORE);
	assert_int_equal(decision.approvals, 0);
	assert_true(decision.hold_ns == UINT64_C(4) * 3600 * 1000000000);

	input.role = "printer";
	policy_decide(f.policy, &input, &decision);
	assert_int_equal(decision.approvals, 1);
	assert_true(decision.hold_ns == 0);
	assert_true(decision.expires_ns == UINT64_C(30) * 60 * 1000000000);

	input.role = "kiosk";
	policy_decide(f.policy, &input, &decision);
	assert_int_equal(decision.verdict, VERDICT_WATCH);
	assert_int_equal(decision.rule, 0);
	assert_string_equal(decision.rule_name, "");
	assert_string_equal(decision.channel, "");
	fixture_fini(&f);
}

static void a_score_that_is_no_number_isolates_nobody(void **state)
{
	struct policy_input input = { .log_odds = NAN };
	struct decision decision;
	struct fixture f;

	(void)state;
	fixture_init(
		&f,
		"channels: { r: [arp, dhcp] }\nrules:\n"
		"  - { name: a, when: { confidence: '>= 0.1' }, then: { isolate: { channel: r } } }\n"
		"  - { name: b, when: { log_odds: '< 9' }, then: { isolate: { channel: r } } }\n"
		"  - { name: c, when: { role: server }, then: { isolate: { channel: r } } }\n");
	policy_decide(f.policy, &input, &decision); /* its texts are NULL, too */
	assert_int_equal(decision.verdict, VERDICT_WATCH);
	fixture_fini(&f);
}

/* Of the machine in question the role is server, the tag a, the time Monday noon; what it did nobody knows. */
static void what_a_person_asks_for_is_decided_by_who_the_machine_is(void **state)
{
	static const struct {
		const char *when;
		int holds;
	} rows[] = {
		{ "confidence: '>= 0.9999'", 1 },
		{ "evidence: { all: [trw, arpsweep] }, kind: worm, contacts: '> 90', port: 445",
		  1 },
		{ "role: server", 1 },
		{ "role: workstation", 0 },
		{ "role: workstation, confidence: '>= 0.9999'", 0 },
		{ "tag: a", 1 },
		{ "tag: b", 0 },
		{ "host: 10.0.0.0/8", 1 },
		{ "host: 192.0.2.0/24", 0 },
		{ "time: { days: mon }", 1 },
		{ "time: { days: tue }", 0 },
		{ "not: { role: server }", 0 },
		{ "not: { role: workstation }", 1 },
		{ "not: { kind: worm }", 1 },
		{ "not: { role: server, kind: worm }", 1 },
		{ "not: { role: workstation, kind: worm }", 1 },
		{ "not: { not: { kind: worm } }", 1 },
		{ "not: { not: { role: workstation, kind: worm } }", 0 },
		{ "not: { not: { role: server, kind: worm } }", 1 },
	};
	struct policy_input input = { .kind = "",
				      .asset = "x",
				      .role = "server",
				      .tags = { "a" },
				      .wall_ns = UINT64_C(1772452800000000000) };

	(void)state;
	assert_true(ip_parse("10.0.0.1", &input.host.ip));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct decision decision;
		char text[512];
		struct fixture f;

		snprintf(
			text, sizeof(text),
			"channels: { r: [arp, dhcp] }\nrules:\n"
			"  - { name: measures do not count, when: { contacts: '>= 77', tag: z }, then: { count: { tcp: 445 } } }\n"
			"  - { name: asked, when: { %s }, then: { isolate: { channel: r, for: 2h } } }\n",
			rows[i].when);
		fixture_init(&f, text);
		if (!f.policy)
			fail_msg("%s", f.said.text);
		if (policy_decide_by_hand(f.policy, &input, &decision) != rows[i].holds)
			fail_msg("%s", rows[i].when);
		if (rows[i].holds)
			assert_string_equal(decision.rule_name, "asked");
		fixture_fini(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_person_asks_for_is_decided_by_who_the_machine_is),
		cmocka_unit_test(each_condition_holds_exactly_when_it_says_so),
		cmocka_unit_test(the_first_rule_that_fires_decides),
		cmocka_unit_test(a_score_that_is_no_number_isolates_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
