/* SPDX-License-Identifier: Apache-2.0 */
/* Explanations word for word: they are what an analyst reads at three in the morning. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/policy/fixture.h"

#define MINUTE_NS (UINT64_C(60) * 1000000000)

static const char rules[] =
	"channels: { r: [arp, dhcp] }\n"
	"rules:\n"
	"  - name: numbers\n"
	"    when: { confidence: '>= 0.9999', log_odds: ['< -3', 3..4], contacts: '<= 2', port: [445, 80-90] }\n"
	"    then: watch\n"
	"  - name: words\n"
	"    when: { kind: [spam, worm], role: server, asset: [x, y], tag: [a, b], tags: [a, b], host: [10.0.0.0/8, 'fd00::1'] }\n"
	"    then: watch\n"
	"  - name: detectors\n"
	"    when: { evidence: { any: [trw, fanout], all: [arpsweep], none: [fanout] } }\n"
	"    then: watch\n"
	"  - name: time\n"
	"    when: { time: { days: [mon..wed, sun], from: '08:30', to: '18:00' } }\n"
	"    then: watch\n"
	"  - name: excepted\n"
	"    when: { not: { role: workstation } }\n"
	"    then: watch\n"
	"  - name: fires\n"
	"    when: { role: workstation, not: { tag: vip } }\n"
	"    then: { isolate: { channel: r } }\n"
	"  - name: rest\n"
	"    then: watch\n";

static void each_rule_gets_one_line_that_says_why(void **state)
{
	struct policy_input input = { .log_odds = 8,
				      .kind = "reconnaissance",
				      .contacts = 3,
				      .port = 22,
				      .role = "workstation",
				      .asset = "",
				      .tags = { "a" },
				      .evidence = { { "trw", 8 } },
				      .evidence_count = 1,
				      /* a Thursday */
				      .wall_ns = 9 * 60 * MINUTE_NS + 5 * MINUTE_NS };
	const uint8_t address[] = { 192, 0, 2, 7 };
	struct fixture f;
	struct buf out;

	(void)state;
	input.host.ip = ip_from_v4(address);
	fixture_init(&f, rules);
	assert_string_equal(f.said.text, "");
	buf_init(&out, 65536);
	policy_explain(f.policy, &input, &out);
	assert_string_equal(
		out.text,
		"rule 1 \"numbers\" does not fire: confidence 0.9996646499 is not >= 0.9999; log_odds 8 is not < -3 or 3..4; contacts 3 is not <= 2; port 22 is not 445 or 80-90\n"
		"rule 2 \"words\" does not fire: kind reconnaissance is not spam or worm; role workstation is not server; asset (none) is not x or y; tags a do not include a and b; host 192.0.2.7 is not in 10.0.0.0/8 or fd00::1\n"
		"rule 3 \"detectors\" does not fire: evidence of trw does not meet any of trw, fanout and all of arpsweep and none of fanout\n"
		"rule 4 \"time\" does not fire: thu 09:05 UTC is not in 08:30-18:00 of mon, tue, wed, sun\n"
		"rule 5 \"excepted\" does not fire: the exception applies (role workstation is workstation)\n"
		"rule 6 \"fires\" fires: role workstation is workstation; the exception does not apply (tags a do not include vip)\n"
		"rule 7 \"rest\" is not asked\n");
	buf_fini(&out);
	fixture_fini(&f);
}

static void a_rule_without_conditions_says_so_and_silence_has_a_name(void **state)
{
	struct policy_input input = { .kind = "worm", .role = "unknown", .asset = "" };
	struct fixture f;
	struct buf out;

	(void)state;
	fixture_init(
		&f,
		"rules:\n  - { name: a, when: { evidence: { any: trw }, tag: x }, then: ignore }\n"
		"  - { name: b, then: watch }\n");
	buf_init(&out, 65536);
	policy_explain(f.policy, &input, &out);
	assert_string_equal(
		out.text,
		"rule 1 \"a\" does not fire: evidence of nobody does not meet any of trw; tags (none) do not include x\n"
		"rule 2 \"b\" fires: it has no conditions\n");
	buf_fini(&out);
	fixture_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_gets_one_line_that_says_why),
		cmocka_unit_test(a_rule_without_conditions_says_so_and_silence_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
