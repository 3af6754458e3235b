/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the parts of a policy fit together; names, channels, rules that never fire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "tests/unit/policy/fixture.h"

#define CHANNEL(items) "channels: { r: [" items "] }\nrules: [ { name: a, then: watch } ]\n"

static const struct misfit cases[] = {
	{ "the DHCP trap", CHANNEL("arp"),
	  "p:1:13: channel \"r\" lets no DHCP through: the firmware shares the host's lease and learns it from the host's DHCP, so when the lease ends the machine can be neither repaired nor released\n"
	  "    1 | channels: { r: [arp] }\n      |             ^ add \"- dhcp\"\n" },
	{ "no ARP", CHANNEL("dhcp"),
	  "p:1:13: channel \"r\" lets no ARP through: the isolated machine could not find its repair servers, nor the network the address that host and firmware share\n"
	  "    1 | channels: { r: [dhcp] }\n      |             ^ add \"- arp\"\n" },
	{ "IPv6 without ND", CHANNEL("arp, dhcp, dns: 'fd00::1'"),
	  "p:1:13: channel \"r\" names an IPv6 address that cannot be reached without neighbour discovery\n"
	  "    1 | channels: { r: [arp, dhcp, dns: 'fd00::1'] }\n      |             ^ add \"- nd\"\n" },
	{ "a mistyped item is one mistake, not two", CHANNEL("arp, dhpc"),
	  "p:1:22: unknown item \"dhpc\"\n    1 | channels: { r: [arp, dhpc] }\n      |                      ^~~~ did you mean \"dhcp\"?\n" },
	{ "unknown channel",
	  "channels: { repair: [arp, dhcp] }\nrules:\n  - name: a\n    then: { isolate: { channel: repare } }\n",
	  "p:4:33: unknown channel \"repare\"\n    4 |     then: { isolate: { channel: repare } }\n      |                                 ^~~~~~ did you mean \"repair\"?\n" },
	{ "no channel at all", "rules:\n  - name: a\n    then: { isolate: { channel: repair } }\n",
	  "p:3:33: unknown channel \"repair\"\n    3 |     then: { isolate: { channel: repair } }\n      |                                 ^~~~~~ there is no channel at all: define it first\n" },
	{ "two rules of one name",
	  "rules:\n  - name: a\n    when: { port: 1 }\n    then: watch\n  - name: a\n    then: watch\n",
	  "p:5:11: rule \"a\" is already on line 2\n    5 |   - name: a\n      |           ^ give it another name\n" },
	{ "covered rule",
	  "rules:\n  - name: all servers\n    when: { role: server }\n    then: watch\n  - name: sure\n"
	  "    when: { role: server, confidence: '> 0.9' }\n    then: ignore\n",
	  "p:5:11: rule \"sure\" can never fire: rule \"all servers\" on line 2 covers it\n    5 |   - name: sure\n      |           ^~~~ move it up, or narrow the other one\n" },
	{ "covered, since what is excepted lies elsewhere",
	  "rules:\n  - name: a\n    when: { host: 10.0.0.0/8, not: { host: 10.1.0.0/16 } }\n    then: watch\n"
	  "  - name: b\n    when: { host: 10.1.2.0/24 }\n    then: watch\n"
	  "  - name: c\n    when: { host: 10.2.0.0/16 }\n    then: ignore\n",
	  "p:8:11: rule \"c\" can never fire: rule \"a\" on line 2 covers it\n    8 |   - name: c\n      |           ^ move it up, or narrow the other one\n" },
	{ "behind a rule without conditions",
	  "rules:\n  - name: all\n    then: watch\n  - name: more\n    then: ignore\n",
	  "p:4:11: rule \"more\" can never fire: rule \"all\" on line 2 covers it\n    4 |   - name: more\n      |           ^~~~ move it up, or narrow the other one\n" },
	{ "a broken rule covers nothing",
	  "rules:\n  - name: a\n    when: { rolle: server }\n    then: watch\n  - name: b\n    then: ignore\n",
	  "p:3:13: unknown key \"rolle\"\n    3 |     when: { rolle: server }\n      |             ^~~~~ did you mean \"role\"?\n" },
	{ "contradiction by not",
	  "rules:\n  - name: a\n    when: { role: server, not: { role: [server, phone] } }\n    then: watch\n",
	  "p:2:11: rule \"a\" can never fire: its conditions contradict each other\n    2 |   - name: a\n      |           ^\n" },
	{ "contradiction of evidence",
	  "rules:\n  - name: a\n    when: { evidence: { any: [trw], none: [trw, fanout] } }\n    then: watch\n",
	  "p:2:11: rule \"a\" can never fire: its conditions contradict each other\n    2 |   - name: a\n      |           ^\n" },
	{ "unknown rule in an example",
	  "rules: [ { name: first, then: watch } ]\nexpect: [ { given: {}, then: watch, rule: frist } ]\n",
	  "p:2:43: unknown rule \"frist\"\n    2 | expect: [ { given: {}, then: watch, rule: frist } ]\n      |                                           ^~~~~ did you mean \"first\"?\n" },
	{ "unknown channel in an example",
	  "rules: [ { name: a, then: watch } ]\nexpect: [ { given: {}, then: watch, channel: r } ]\n",
	  "p:2:46: unknown channel \"r\"\n    2 | expect: [ { given: {}, then: watch, channel: r } ]\n      |                                              ^ there is no channel at all: define it first\n" },
};

static void each_misfit_is_shown_with_its_reason_and_remedy(void **state)
{
	(void)state;
	fixture_expect(cases, sizeof(cases) / sizeof(cases[0]));
}

static void names_and_tags_that_no_asset_has_are_complained_of(void **state)
{
	struct asset asset = { .name = "pc-23",
			       .role = "workstation",
			       .tags = { "finance", "vip" } };
	struct roster *roster = roster_new();
	struct fixture f;

	(void)state;
	roster_add(roster, &asset);
	fixture_init(
		&f,
		"rules:\n  - name: a\n    when: { asset: [pc-23, pc-32], tag: vip, not: { tags: [finanze] } }\n"
		"    then: watch\n");
	assert_non_null(f.policy);
	policy_check_assets(f.policy, roster, f.complaints);
	fixture_said(&f);
	assert_string_equal(
		f.said.text,
		"p:3:13: unknown asset \"pc-32\"\n"
		"    3 |     when: { asset: [pc-23, pc-32], tag: vip, not: { tags: [finanze] } }\n"
		"      |             ^~~~~ did you mean \"pc-23\"?\n"
		"p:3:53: unknown tag \"finanze\"\n"
		"    3 |     when: { asset: [pc-23, pc-32], tag: vip, not: { tags: [finanze] } }\n"
		"      |                                                     ^~~~ did you mean \"finance\"?\n");
	fixture_fini(&f);
	roster_free(roster);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_misfit_is_shown_with_its_reason_and_remedy),
		cmocka_unit_test(names_and_tags_that_no_asset_has_are_complained_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
