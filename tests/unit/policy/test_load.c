/* SPDX-License-Identifier: Apache-2.0 */
/* Every complaint about the form of a policy, as a person sees it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/policy/channel.h"
#include "tests/unit/policy/fixture.h"

#define CHANNELS   "channels: { r: [arp, dhcp] }\n"
#define ITEM(item) "channels:\n  r: [arp, dhcp, " item "]\nrules: [ { name: a, then: watch } ]\n"
#define WHEN(when) "rules:\n  - name: a\n    when: { " when " }\n    then: watch\n"
#define THEN(then) CHANNELS "rules:\n  - name: a\n    then: " then "\n"
#define GIVEN(given) \
	"rules: [ { name: a, then: watch } ]\nexpect:\n  - then: watch\n    given: { " given " }\n"

static const struct misfit cases[] = {
	{ "nothing at all", "",
	  "p:1:1: the policy is empty\n    1 | \n      | ^ a policy needs rules\n" },
	{ "only a comment", "# nothing\n",
	  "p:1:1: the policy is empty\n    1 | # nothing\n      | ^ a policy needs rules\n" },
	{ "no mapping", "- a\n",
	  "p:1:1: expected a mapping (key: value)\n    1 | - a\n      | ^\n" },
	{ "no rules", "name: x\n",
	  "p:1:1: a policy needs rules\n    1 | name: x\n      | ^ add \"rules:\"\n" },
	{ "empty rules", "rules: []\n",
	  "p:1:8: rules is a list\n    1 | rules: []\n      |        ^ write \"- name: ...\" for each\n" },
	{ "version of tomorrow", "version: 2\nrules: [ { name: a, then: watch } ]\n",
	  "p:1:10: a policy of version 2; this Cordon reads version 1\n    1 | version: 2\n"
	  "      |          ^ install the newer Cordon it was written for\n" },
	{ "key with a typing error", "ruels: []\nrules: [ { name: a, then: watch } ]\n",
	  "p:1:1: unknown key \"ruels\"\n    1 | ruels: []\n      | ^~~~~ did you mean \"rules\"?\n" },
	{ "rule without name", "rules:\n  - then: watch\n",
	  "p:2:5: a rule needs a name\n    2 |   - then: watch\n      |     ^ add \"name:\"; people and the ledger will read it\n" },
	{ "rule without answer", "rules:\n  - name: a\n",
	  "p:2:5: a rule needs an answer\n    2 |   - name: a\n      |     ^ add \"then: { watch: {} }\"\n" },

	{ "place with a typing error", ITEM("dns: rely"),
	  "p:2:23: unknown place \"rely\"\n    2 |   r: [arp, dhcp, dns: rely]\n      |                       ^~~~ did you mean \"relay\"?\n" },
	{ "place far from all", ITEM("dns: castle"),
	  "p:2:23: unknown place \"castle\"\n    2 |   r: [arp, dhcp, dns: castle]\n      |                       ^~~~~~ known: desk, relay, or a name under addresses:\n" },
	{ "host bits", ITEM("icmp: { to: 10.1.2.3/8 }"),
	  "p:2:30: \"10.1.2.3/8\" has bits set behind the prefix\n    2 |   r: [arp, dhcp, icmp: { to: 10.1.2.3/8 }]\n      |                              ^~~~~~~~~~ did you mean \"10.0.0.0/8\"?\n" },
	{ "no address", ITEM("dns: 10.1.2.300"),
	  "p:2:23: \"10.1.2.300\" is neither an address nor a prefix\n    2 |   r: [arp, dhcp, dns: 10.1.2.300]\n      |                       ^~~~~~~~~~ write 10.20.0.5, 10.20.0.0/16 or fd00::/8\n" },
	{ "network as DNS server", ITEM("dns: 10.1.0.0/16"),
	  "p:2:23: a network is no DNS server\n    2 |   r: [arp, dhcp, dns: 10.1.0.0/16]\n      |                       ^~~~~~~~~~~ name the servers one by one\n" },
	{ "half of it", ITEM("icmp: { to: 128.0.0.0/1 }"),
	  "p:2:30: with this an isolated machine could still reach far too many\n    2 |   r: [arp, dhcp, icmp: { to: 128.0.0.0/1 }]\n      |                              ^~~~~~~~~~~ name the repair servers, or their network\n" },
	{ "nobody's address", ITEM("icmp: { to: 127.0.0.1 }"),
	  "p:2:30: no repair server has this address\n    2 |   r: [arp, dhcp, icmp: { to: 127.0.0.1 }]\n      |                              ^~~~~~~~~ write the address that the server answers from\n" },
	{ "a group", ITEM("icmp: { to: 'ff02::1' }"),
	  "p:2:30: no repair server has this address\n    2 |   r: [arp, dhcp, icmp: { to: 'ff02::1' }]\n      |                              ^~~~~~~~~ write the address that the server answers from\n" },
	{ "a host name", ITEM("dns: ns1.example.com"),
	  "p:2:23: \"ns1.example.com\" is not looked up: firmware compares addresses\n    2 |   r: [arp, dhcp, dns: ns1.example.com]\n      |                       ^~~~~~~~~~~~~~~ write its address, or a name for it under addresses:\n" },
	{ "tcp to an address alone", ITEM("tcp: 10.0.0.5"),
	  "p:2:23: it takes \"to:\" and \"ports:\"\n    2 |   r: [arp, dhcp, tcp: 10.0.0.5]\n      |                       ^~~~~~~~ write { to: ADDRESS, ports: [443] }\n" },
	{ "icmp to an address alone", ITEM("icmp: 10.0.0.5"),
	  "p:2:24: it takes \"to:\"\n    2 |   r: [arp, dhcp, icmp: 10.0.0.5]\n      |                        ^~~~~~~~ write { to: ADDRESS }\n" },
	{ "the whole world", ITEM("icmp: { to: 0.0.0.0/0 }"),
	  "p:2:30: with this an isolated machine could still reach far too many\n    2 |   r: [arp, dhcp, icmp: { to: 0.0.0.0/0 }]\n      |                              ^~~~~~~~~ name the repair servers, or their network\n" },
	{ "port out of bounds", ITEM("tcp: { to: desk, ports: 0 }"),
	  "p:2:42: \"0\" is no port (1 to 65535)\n    2 |   r: [arp, dhcp, tcp: { to: desk, ports: 0 }]\n      |                                          ^ write 443 or \"8000-8010\"\n" },
	{ "ports the wrong way round", ITEM("tcp: { to: desk, ports: 9-8 }"),
	  "p:2:42: no port is in 9-8\n    2 |   r: [arp, dhcp, tcp: { to: desk, ports: 9-8 }]\n      |                                          ^~~ the lower port comes first\n" },
	{ "tcp without ports", ITEM("tcp: { to: desk }"),
	  "p:2:23: to which ports is not said\n    2 |   r: [arp, dhcp, tcp: { to: desk }]\n      |                       ^ add \"ports:\"\n" },
	{ "tcp to nobody", ITEM("tcp: { ports: 80 }"),
	  "p:2:23: to whom is not said\n    2 |   r: [arp, dhcp, tcp: { ports: 80 }]\n      |                       ^ add \"to:\"\n" },
	{ "icmp with ports", ITEM("icmp: { to: desk, ports: 80 }"),
	  "p:2:43: icmp has no ports\n    2 |   r: [arp, dhcp, icmp: { to: desk, ports: 80 }]\n      |                                           ^~ leave it out\n" },
	{ "bare dns", ITEM("dns"),
	  "p:2:18: dns to whom?\n    2 |   r: [arp, dhcp, dns]\n      |                  ^~~ write \"- dns: relay\"\n" },
	{ "arp with settings", ITEM("nd: desk"),
	  "p:2:22: \"nd\" has no settings\n    2 |   r: [arp, dhcp, nd: desk]\n      |                      ^~~~\n" },
	{ "unknown item", ITEM("dhpc"),
	  "p:2:18: unknown item \"dhpc\"\n    2 |   r: [arp, dhcp, dhpc]\n      |                  ^~~~ did you mean \"dhcp\"?\n" },

	{ "bare number", WHEN("confidence: 0.99"),
	  "p:3:25: \"0.99\" is no comparison\n    3 |     when: { confidence: 0.99 }\n      |                         ^~~~ write \">= 0.99\"\n" },
	{ "an empty comparison", WHEN("confidence: ''"),
	  "p:3:25: \"\" is no comparison\n    3 |     when: { confidence: '' }\n      |                         ^~~ write \">= 0.9999\", \"0.5..0.9\" or list\n" },
	{ "comma for a point", WHEN("confidence: '>= 0,99'"),
	  "p:3:25: \">= 0,99\" is no comparison\n    3 |     when: { confidence: '>= 0,99' }\n      |                         ^~~~~~~~~ write \">= 0.9999\", \"0.5..0.9\" or list\n" },
	{ "more than sure", WHEN("confidence: '> 1'"),
	  "p:3:25: this can never hold: confidence lies between 0 and 1\n    3 |     when: { confidence: '> 1' }\n      |                         ^~~~~\n" },
	{ "empty range", WHEN("contacts: 9..3"),
	  "p:3:23: this can never hold: contacts lies between 0 and 4294967295\n    3 |     when: { contacts: 9..3 }\n      |                       ^~~~\n" },
	{ "unknown role", WHEN("role: sevrer"),
	  "p:3:19: unknown role \"sevrer\"\n    3 |     when: { role: sevrer }\n      |                   ^~~~~~ did you mean \"server\"?\n" },
	{ "unknown kind", WHEN("kind: [worm, worn]"),
	  "p:3:26: unknown kind \"worn\"\n    3 |     when: { kind: [worm, worn] }\n      |                          ^~~~ did you mean \"worm\"?\n" },
	{ "unknown condition", WHEN("contcts: '> 5'"),
	  "p:3:13: unknown key \"contcts\"\n    3 |     when: { contcts: '> 5' }\n      |             ^~~~~~~ did you mean \"contacts\"?\n" },
	{ "unknown detector", WHEN("evidence: { any: [arpswep] }"),
	  "p:3:31: unknown detector \"arpswep\"\n    3 |     when: { evidence: { any: [arpswep] } }\n      |                               ^~~~~~~ did you mean \"arpsweep\"?\n" },
	{ "evidence of nothing", WHEN("evidence: {}"),
	  "p:3:23: evidence asks for nothing\n    3 |     when: { evidence: {} }\n      |                       ^ write { any: [arpsweep, trw] }\n" },
	{ "empty list", WHEN("tag: []"),
	  "p:3:18: an empty list would never hold\n    3 |     when: { tag: [] }\n      |                  ^\n" },
	{ "unknown day", WHEN("time: { days: [mon..fry] }"),
	  "p:3:28: unknown day \"mon..fry\"\n    3 |     when: { time: { days: [mon..fry] } }\n      |                            ^~~~~~~~ known: mon, tue, wed, thu, fri, sat, sun\n" },
	{ "unknown time", WHEN("time: { from: '8:00' }"),
	  "p:3:27: \"8:00\" is no time of day\n    3 |     when: { time: { from: '8:00' } }\n      |                           ^~~~~~ write \"08:00\", UTC\n" },
	{ "a time too long", WHEN("time: { from: '08:000' }"),
	  "p:3:27: \"08:000\" is no time of day\n    3 |     when: { time: { from: '08:000' } }\n      |                           ^~~~~~~~ write \"08:00\", UTC\n" },
	{ "a time without a colon", WHEN("time: { from: '08-00' }"),
	  "p:3:27: \"08-00\" is no time of day\n    3 |     when: { time: { from: '08-00' } }\n      |                           ^~~~~~~ write \"08:00\", UTC\n" },
	{ "25 o'clock", WHEN("time: { to: '24:01' }"),
	  "p:3:25: \"24:01\" is no time of day\n    3 |     when: { time: { to: '24:01' } }\n      |                         ^~~~~~~ write \"08:00\", UTC\n" },
	{ "empty span", WHEN("time: { from: '08:00', to: '08:00' }"),
	  "p:3:19: the span is empty: from and to are the same\n    3 |     when: { time: { from: '08:00', to: '08:00' } }\n      |                   ^ leave both out for the whole day\n" },
	{ "a time zone", WHEN("time: { zone: CET }"),
	  "p:3:21: unknown key \"zone\"\n    3 |     when: { time: { zone: CET } }\n      |                     ^~~~\n" },
	{ "not of nothing", WHEN("not: {}"),
	  "p:3:18: \"not\" of nothing would never hold\n    3 |     when: { not: {} }\n      |                  ^\n" },
	{ "not too deep", WHEN("not: { not: { not: { not: { not: { port: 1 } } } } }"),
	  "p:3:46: at most 4 \"not\" fit into one another\n    3 |     when: { not: { not: { not: { not: { not: { port: 1 } } } } } }\n      |                                              ^ split the rule\n" },

	{ "two answers", THEN("{ watch: {}, ignore: {} }"),
	  "p:4:24: a rule has exactly one answer, not 2\n    4 |     then: { watch: {}, ignore: {} }\n      |                        ^~~~~~ isolate, propose, block, limit, count, watch or ignore\n" },
	{ "no answer", THEN("{}"),
	  "p:4:11: a rule has exactly one answer, not 0\n    4 |     then: {}\n      |           ^ isolate, propose, block, limit, count, watch or ignore\n" },
	{ "unknown answer", THEN("{ isolat: {} }"),
	  "p:4:13: unknown key \"isolat\"\n    4 |     then: { isolat: {} }\n      |             ^~~~~~ did you mean \"isolate\"?\n" },
	{ "no channel", THEN("{ isolate: { for: 4h } }"),
	  "p:4:22: which channel stays open is not said\n    4 |     then: { isolate: { for: 4h } }\n      |                      ^ add \"channel: NAME\", a name under channels:\n" },
	{ "isolate with nothing", THEN("{ isolate: }"),
	  "p:4:13: expected a mapping (key: value)\n    4 |     then: { isolate: }\n      |             ^~~~~~~\n" },
	{ "too long", THEN("{ isolate: { channel: r, for: 31d } }"),
	  "p:4:41: \"for\" lies between 1m and 30d\n    4 |     then: { isolate: { channel: r, for: 31d } }\n      |                                         ^~~\n" },
	{ "too short", THEN("{ isolate: { channel: r, for: 59s } }"),
	  "p:4:41: \"for\" lies between 1m and 30d\n    4 |     then: { isolate: { channel: r, for: 59s } }\n      |                                         ^~~\n" },
	{ "no unit", THEN("{ propose: { channel: r, expires: 30 } }"),
	  "p:4:45: expected a duration, found \"30\"\n    4 |     then: { propose: { channel: r, expires: 30 } }\n      |                                             ^~ write it as 250ms, 10s, 30m, 4h or 7d\n" },
	{ "six approvals", THEN("{ propose: { channel: r, approvals: 6 } }"),
	  "p:4:47: expected a whole number from 1 to 5, found \"6\"\n    4 |     then: { propose: { channel: r, approvals: 6 } }\n      |                                               ^\n" },
	{ "witness", THEN("{ isolate: { channel: r, witness: befor } }"),
	  "p:4:45: unknown witness \"befor\"\n    4 |     then: { isolate: { channel: r, witness: befor } }\n      |                                             ^~~~~ did you mean \"before\"?\n" },
	{ "a measure without a port", THEN("{ block: { for: 4h } }"),
	  "p:4:20: which port is not said\n    4 |     then: { block: { for: 4h } }\n      |                    ^ write tcp: 445, or udp: 161\n" },
	{ "a measure of both", THEN("{ count: { tcp: 1, udp: 1 } }"),
	  "p:4:20: tcp and udp exclude each other\n    4 |     then: { count: { tcp: 1, udp: 1 } }\n      |                    ^ write tcp: 445, or udp: 161\n" },
	{ "no port at all", THEN("{ block: { tcp: 0 } }"),
	  "p:4:27: \"0\" is no port (1 to 65535)\n    4 |     then: { block: { tcp: 0 } }\n      |                           ^ write 443 or \"8000-8010\"\n" },
	{ "a limit without a rate", THEN("{ limit: { tcp: 445 } }"),
	  "p:4:20: how much goes through is not said\n    4 |     then: { limit: { tcp: 445 } }\n      |                    ^ add \"per_second: 5\"\n" },
	{ "a rate of nothing", THEN("{ limit: { tcp: 445, per_second: 0 } }"),
	  "p:4:44: expected a whole number from 1 to 100000, found \"0\"\n    4 |     then: { limit: { tcp: 445, per_second: 0 } }\n      |                                            ^\n" },
	{ "a rate that belongs to nothing", THEN("{ block: { tcp: 445, per_second: 5 } }"),
	  "p:4:32: unknown key \"per_second\"\n    4 |     then: { block: { tcp: 445, per_second: 5 } }\n      |                                ^~~~~~~~~~\n" },
	{ "watch with settings", THEN("{ watch: { for: 4h } }"),
	  "p:4:20: \"watch\" has no settings\n    4 |     then: { watch: { for: 4h } }\n      |                    ^ write {}\n" },

	{ "given no time", GIVEN("time: 'mon 9:00'"),
	  "p:4:20: \"mon 9:00\" is no day and time\n    4 |     given: { time: 'mon 9:00' }\n      |                    ^~~~~~~~~~ write \"mon 09:30\", UTC\n" },
	{ "given a time that is not a day's", GIVEN("time: 'mon-09:30'"),
	  "p:4:20: \"mon-09:30\" is no day and time\n    4 |     given: { time: 'mon-09:30' }\n      |                    ^~~~~~~~~~~ write \"mon 09:30\", UTC\n" },
	{ "given no address", GIVEN("host: 10.0.0.0/8"),
	  "p:4:20: \"10.0.0.0/8\" is no address\n    4 |     given: { host: 10.0.0.0/8 }\n      |                    ^~~~~~~~~~ write 10.20.0.23\n" },
	{ "given half evidence", GIVEN("evidence: [ { detector: trw } ]"),
	  "p:4:26: evidence needs detector and log_odds\n    4 |     given: { evidence: [ { detector: trw } ] }\n      |                          ^ write { detector: trw, log_odds: 9 }\n" },
	{ "given a negative statement", GIVEN("evidence: [ { detector: trw, log_odds: -1 } ]"),
	  "p:4:53: expected a number from 0 to 1000, found \"-1\"\n    4 |     given: { evidence: [ { detector: trw, log_odds: -1 } ] }\n      |                                                     ^~\n" },
	{ "given an unknown role", GIVEN("role: clown"),
	  "p:4:20: unknown role \"clown\"\n    4 |     given: { role: clown }\n      |                    ^~~~~ known: workstation, server, printer, phone, infrastructure, kiosk, lab, unknown\n" },
	{ "no answer expected", "rules: [ { name: a, then: watch } ]\nexpect: [ { given: {} } ]\n",
	  "p:2:11: an example needs the answer it expects\n    2 | expect: [ { given: {} } ]\n      |           ^ add \"then: isolate\"\n" },
	{ "an example of what",
	  "rules: [ { name: a, then: watch } ]\nexpect: [ { then: watch } ]\n",
	  "p:2:11: an example of what?\n    2 | expect: [ { then: watch } ]\n      |           ^ add \"given: { ... }\"\n" },
};

static void each_mistake_of_form_is_shown_where_it_is_with_its_remedy(void **state)
{
	(void)state;
	fixture_expect(cases, sizeof(cases) / sizeof(cases[0]));
}

static void all_mistakes_are_reported_at_once(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(
		&f,
		"channels: { r: [arp] }\n"
		"rules:\n"
		"  - { name: a, when: { role: sevrer, port: x }, then: { isolate: { channel: q } } }\n"
		"  - { name: a, then: watch }\n"
		"expect: [ { given: { kind: worn }, then: wach, rule: b } ]\n");
	assert_null(f.policy);
	assert_int_equal(complaints_count(f.complaints), 7);
	fixture_fini(&f);
}

static void a_channel_is_multiplied_out_to_destinations_and_ports(void **state)
{
	const struct channel *channel;
	struct fixture f;

	(void)state;
	fixture_init(&f, "addresses: { a: 10.1.0.0/16, b: [10.2.0.1, desk2], desk2: 10.9.9.9 }\n"
			 "rules: [ { name: a, then: watch } ]\n");
	assert_null(f.policy); /* names of names are refused */
	fixture_fini(&f);

	fixture_init(
		&f,
		"addresses: { a: 10.1.0.0/16, b: [10.2.0.1, 10.2.0.2] }\n"
		"channels:\n  r: [arp, dhcp, dns: desk, tcp: { to: [a, b], ports: [80, 8000-8010] }]\n"
		"  u: [arp, dhcp, nd, eapol, udp: { to: [relay, 'fd00::1'], ports: 53 }]\n"
		"rules: [ { name: a, then: watch } ]\n");
	assert_string_equal(f.said.text, "");
	assert_non_null(f.policy);
	assert_int_equal(policy_channel_count(f.policy), 2);
	channel = policy_channel(f.policy, "r");
	assert_ptr_equal(channel, policy_channel_at(f.policy, 0));
	assert_int_equal(channel->item_count, 2 + 1 + 3 * 2);
	assert_false(channel->unresolved);
	assert_int_equal(channel->items[2].kind, CHANNEL_DNS);
	assert_int_equal(channel->items[2].to.ip.bytes[15], 9);
	assert_int_equal(channel->items[3].to.bits, 112);
	assert_int_equal(channel->items[3].port_last, 80);
	assert_int_equal(channel->items[8].to.ip.bytes[15], 2);
	assert_int_equal(channel->items[8].port_first, 8000);
	assert_int_equal(channel->items[8].port_last, 8010);
	channel = policy_channel(f.policy, "u");
	assert_true(channel->unresolved); /* the relay */
	assert_int_equal(channel->item_count, 5);
	assert_int_equal(channel->items[4].to.ip.bytes[0], 0xfd);
	assert_null(policy_channel(f.policy, "v"));
	fixture_fini(&f);
}

static void anti_spoofing_is_a_word_and_no_destination(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, "channels:\n  r: [arp, dhcp, anti_spoofing]\n  s: [arp, dhcp]\n"
			 "rules: [ { name: a, then: watch } ]\n");
	assert_string_equal(f.said.text, "");
	assert_true(policy_channel(f.policy, "r")->anti_spoofing);
	assert_int_equal(policy_channel(f.policy, "r")->item_count, 2);
	assert_false(policy_channel(f.policy, "s")->anti_spoofing);
	fixture_fini(&f);
	fixture_init(&f, "channels: { r: [arp, dhcp, anti_spoofing: yes, anti-spoofing] }\n"
			 "rules: [ { name: a, then: watch } ]\n");
	assert_null(f.policy);
	assert_int_equal(complaints_count(f.complaints), 2);
	assert_non_null(strstr(f.said.text, "\"anti_spoofing\" has no settings"));
	assert_non_null(strstr(f.said.text, "did you mean \"anti_spoofing\"?"));
	fixture_fini(&f);
}

static void a_channel_has_at_most_64_destinations(void **state)
{
	char text[2048] = "channels:\n  r: [arp, dhcp, tcp: { to: [";
	size_t used = strlen(text);
	struct fixture f;

	(void)state;
	for (unsigned i = 1; i <= 31; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "10.0.0.%u, ", i);
	snprintf(text + used, sizeof(text) - used,
		 "10.0.1.0/24], ports: [80, 443] }]\nrules: [ { name: a, then: watch } ]\n");
	fixture_init(&f, text);
	assert_null(f.policy);
	assert_int_equal(complaints_count(f.complaints), 1);
	assert_non_null(strstr(f.said.text, "more than 64 destinations"));
	fixture_fini(&f);

	/* However many there are, it is said once. */
	used = (size_t)snprintf(text, sizeof(text), "channels:\n  r: [arp, dhcp, icmp: { to: [");
	for (unsigned i = 1; i <= 80; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "10.0.0.%u, ", i);
	snprintf(text + used, sizeof(text) - used,
		 "10.0.1.0/24] }]\nrules: [ { name: a, then: watch } ]\n");
	fixture_init(&f, text);
	assert_int_equal(complaints_count(f.complaints), 2);
	assert_non_null(strstr(f.said.text, "more than 64 addresses"));
	fixture_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_of_form_is_shown_where_it_is_with_its_remedy),
		cmocka_unit_test(all_mistakes_are_reported_at_once),
		cmocka_unit_test(a_channel_is_multiplied_out_to_destinations_and_ports),
		cmocka_unit_test(anti_spoofing_is_a_word_and_no_destination),
		cmocka_unit_test(a_channel_has_at_most_64_destinations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
