/* SPDX-License-Identifier: Apache-2.0 */
#include "core/safety/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/asset/asset.h"
#include "core/base/units.h"
#include "core/contact/host.h"

static struct host_key host(const char *text, unsigned vlan)
{
	struct ip ip;

	assert_true(ip_parse(text, &ip));
	return host_key_of(&ip, (uint16_t)vlan);
}

static struct mac mac(const char *text)
{
	struct mac value = { 0 };

	assert_true(!*text || mac_parse(text, &value));
	return value;
}

static struct asset pc(void)
{
	struct asset asset = { .name = "pc-23",
			       .role = "workstation",
			       .mac = mac("02:00:00:00:00:17") };

	assert_true(ip_parse("10.0.0.23", &asset.ip));
	return asset;
}

static void learn(struct guard *guard, struct host_key host, struct mac mac, unsigned role,
		  bool established)
{
	struct guard_role learnt = { host, mac, role, established };

	guard_learn(guard, &learnt);
}

/* A site: never 10.0.0.128/25 and one MAC; learnt: a router, a DHCP and a DNS server. */
static struct guard *site(void)
{
	struct guard *guard = guard_new(0);
	struct host_key router = host("10.0.0.1", 0), dhcp = host("10.0.0.2", 0),
			dns = host("10.0.0.3", 7);
	struct mac router_mac = mac("02:00:00:00:00:01"), none = { 0 },
		   listed = mac("02:00:00:00:00:99");
	struct prefix range;

	assert_true(prefix_parse("10.0.0.128/25", &range));
	guard_never_prefix(guard, &range, "servers live there");
	guard_never_mac(guard, &listed, "the director's");
	learn(guard, router, router_mac, HOST_ROUTER, true);
	learn(guard, dhcp, none, HOST_DHCP_SERVER, true);
	learn(guard, dns, none, HOST_DNS_SERVER, true);
	return guard;
}

static const struct {
	const char *name, *ip;
	unsigned vlan;
	const char *mac, *why;
} cases[] = {
	{ "an ordinary machine", "10.0.0.23", 0, "02:00:00:00:00:17", "" },
	{ "an ordinary machine whose MAC was not seen", "10.0.0.23", 0, "", "" },
	{ "inside the listed prefix", "10.0.0.200", 0, "02:00:00:00:00:17",
	  "never be isolated: servers live there" },
	{ "just outside the listed prefix", "10.0.0.127", 0, "02:00:00:00:00:17", "" },
	{ "a listed MAC", "10.0.0.23", 0, "02:00:00:00:00:99", "the director's" },
	{ "the router", "10.0.0.1", 0, "02:00:00:00:00:17", "seen to be a router" },
	{ "the router's MAC under another address", "10.0.0.50", 0, "02:00:00:00:00:01",
	  "seen to be a router" },
	{ "the DHCP server", "10.0.0.2", 0, "02:00:00:00:00:17", "a DHCP server" },
	{ "the DNS server, in its VLAN", "10.0.0.3", 7, "02:00:00:00:00:17", "a DNS server" },
	{ "the same address in another VLAN is another host", "10.0.0.3", 8, "02:00:00:00:00:17",
	  "" },
	{ "frames of a strange MAC", "10.0.0.23", 0, "02:00:00:00:00:66", "somebody may forge" },
};

static void some_are_never_isolated(void **state)
{
	struct guard *guard = site();

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct host_key key = host(cases[c].ip, cases[c].vlan);
		struct mac seen = mac(cases[c].mac);
		struct asset asset = pc();
		char reason[GUARD_REASON_BYTES];

		print_message("  %s\n", cases[c].name);
		assert_int_equal(guard_allows(guard, &key, &seen, &asset, reason),
				 *cases[c].why == '\0');
		assert_non_null(strstr(reason, cases[c].why));
	}
	guard_free(guard);
}

static void a_machine_that_is_no_asset_is_left_alone(void **state)
{
	struct guard *guard = guard_new(0);
	struct host_key key = host("10.0.0.23", 0);
	struct mac none = { 0 };
	char reason[GUARD_REASON_BYTES];

	(void)state;
	assert_false(guard_allows(guard, &key, &none, NULL, reason));
	assert_non_null(strstr(reason, "no asset"));
	guard_free(guard);
}

static void an_asset_may_be_marked(void **state)
{
	struct guard *guard = guard_new(0);
	struct host_key key = host("10.0.0.23", 0);
	struct asset asset = pc();
	char reason[GUARD_REASON_BYTES];

	(void)state;
	asset.never_isolate = true;
	assert_false(guard_allows(guard, &key, &asset.mac, &asset, reason));
	assert_non_null(strstr(reason, "never_isolate"));
	guard_free(guard);
}

static void a_listed_machine_is_safe_under_another_address_too(void **state)
{
	struct guard *guard = site();
	struct host_key key = host("10.0.0.23", 0);
	struct asset asset = pc();
	char reason[GUARD_REASON_BYTES];

	(void)state;
	assert_true(ip_parse("10.0.0.129", &asset.ip));
	assert_false(guard_allows(guard, &key, &asset.mac, &asset, reason));
	guard_free(guard);
}

/* A router with an address of its own that offers more besides: whatever was learnt first does not hide the rest. */
static void what_a_machine_may_be_does_not_hide_what_it_is(void **state)
{
	struct guard *guard = guard_new(0);
	struct host_key other = host("10.0.0.23", 0), router = host("10.0.0.1", 0);
	struct asset asset = pc();
	char reason[GUARD_REASON_BYTES];

	(void)state;
	learn(guard, other, asset.mac, HOST_DNS_SERVER, false);
	assert_true(guard_allows(guard, &other, &asset.mac, &asset, reason));
	learn(guard, router, asset.mac, HOST_ROUTER, true);
	assert_false(guard_allows(guard, &other, &asset.mac, &asset, reason));
	assert_non_null(strstr(reason, "a router"));
	guard_free(guard);
}

static void a_flood_of_forged_roles_displaces_nobody(void **state)
{
	struct guard *guard = guard_new(4);
	struct host_key router = host("10.0.0.1", 0);
	struct asset asset = pc();
	char reason[GUARD_REASON_BYTES];

	(void)state;
	learn(guard, router, (struct mac){ { 0 } }, HOST_ROUTER, true);
	for (unsigned i = 0; i < 100; i++) {
		char text[16];
		struct host_key key;

		snprintf(text, sizeof(text), "10.9.0.%u", i);
		key = host(text, 0);
		learn(guard, key, (struct mac){ { 0 } }, HOST_DNS_SERVER, true);
		learn(guard, router, (struct mac){ { 0 } }, HOST_ROUTER, true);
	}
	assert_false(guard_allows(guard, &router, &asset.mac, &asset, reason));
	assert_int_equal(guard_forgotten(guard), 97);
	guard_free(guard);
}

static void what_is_not_established_gives_way(void **state)
{
	struct guard *guard = guard_new(2);
	struct host_key router = host("10.0.0.1", 0), forged = host("10.0.0.8", 0),
			other = host("10.0.0.9", 0);
	struct mac none = { { 0 } };
	struct asset asset = pc();
	char reason[GUARD_REASON_BYTES];

	(void)state;
	learn(guard, forged, none, HOST_DNS_SERVER, false);
	learn(guard, other, none, HOST_DNS_SERVER, true);
	learn(guard, router, none, HOST_ROUTER, true);
	assert_false(guard_allows(guard, &router, &none, &asset, reason));
	assert_false(guard_allows(guard, &other, &none, &asset, reason));
	assert_false(guard_asks(guard, &forged, &none, reason));
	guard_free(guard);
}

/* A worm that plays a role gains a question, not an exemption. */
static void a_role_in_doubt_and_machines_that_speak_for_others_need_people(void **state)
{
	static const struct {
		unsigned role;
		bool established, allows, asks;
		const char *why;
	} rows[] = {
		{ HOST_ROUTER, false, true, true, "it may be a router: a person must approve" },
		{ HOST_DNS_SERVER, false, true, true, "may be a DNS server" },
		{ HOST_ROUTER, true, false, false, "" },
		{ HOST_NAT, true, true, true, "was seen to be a NAT box" },
		{ HOST_NAT, false, true, false, "" },
		{ HOST_MONITOR, true, true, true, "a monitor" },
		{ HOST_MONITOR, false, true, false, "" },
		{ HOST_SERVER, true, true, false, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guard *guard = guard_new(0);
		struct host_key key = host("10.0.0.23", 0);
		struct asset asset = pc();
		char reason[GUARD_REASON_BYTES];

		learn(guard, key, asset.mac, rows[i].role, rows[i].established);
		assert_int_equal(guard_allows(guard, &key, &asset.mac, &asset, reason),
				 rows[i].allows);
		assert_int_equal(guard_asks(guard, &key, &asset.mac, reason), rows[i].asks);
		assert_non_null(strstr(reason, rows[i].why));
		guard_free(guard);
	}
}

static void other_roles_protect_nobody(void **state)
{
	struct guard *guard = guard_new(0);
	struct host_key key = host("10.0.0.23", 0);
	struct asset asset = pc();
	char reason[GUARD_REASON_BYTES];

	(void)state;
	learn(guard, key, asset.mac, HOST_SUSPECT | HOST_BLIND | HOST_UNICAST_SEEN, true);
	assert_true(guard_allows(guard, &key, &asset.mac, &asset, reason));
	guard_free(guard);
}

static void a_disputed_address_is_for_people_for_ten_minutes(void **state)
{
	struct guard *guard = guard_new(0);
	struct host_key key = host("10.0.0.23", 0), other = host("10.0.0.23", 7);
	char reason[GUARD_REASON_BYTES];

	(void)state;
	assert_false(guard_is_in_doubt(guard, &key, s_to_ns(100), reason));
	guard_doubt(guard, &key, s_to_ns(100));
	assert_true(guard_is_in_doubt(guard, &key, s_to_ns(699), reason));
	assert_non_null(strstr(reason, "two MAC"));
	assert_non_null(strstr(reason, "a person must approve"));
	assert_false(guard_is_in_doubt(guard, &other, s_to_ns(100), reason));
	assert_false(guard_is_in_doubt(guard, &key, s_to_ns(700), reason));
	assert_string_equal(reason, "");
	guard_doubt(guard, &key, s_to_ns(650));
	assert_true(guard_is_in_doubt(guard, &key, s_to_ns(1200), reason));
	guard_free(guard);
}

static void a_few_thousand_disputes_put_nobody_else_in_doubt(void **state)
{
	struct guard *guard = guard_new(0);
	struct host_key other = host("10.0.0.23", 0);
	char reason[GUARD_REASON_BYTES];

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		uint8_t four[4] = { 11, 0, (uint8_t)(i >> 8), (uint8_t)i };
		struct ip ip = ip_from_v4(four);
		struct host_key disputed = host_key_of(&ip, 0);

		guard_doubt(guard, &disputed, s_to_ns(101));
		assert_true(guard_is_in_doubt(guard, &disputed, s_to_ns(102), reason));
	}
	assert_false(guard_is_in_doubt(guard, &other, s_to_ns(102), reason));
	guard_free(guard);
}

/* Who disputes more addresses than there is room for makes automation pause for all of them, not for none. */
static void a_flood_of_disputes_pushes_nobody_out(void **state)
{
	struct guard *guard = guard_new(0);
	struct host_key key = host("10.0.0.23", 0);
	char reason[GUARD_REASON_BYTES];

	(void)state;
	guard_doubt(guard, &key, s_to_ns(100));
	for (unsigned i = 0; i < 100000; i++) {
		uint8_t four[4] = { 11, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i };
		struct ip ip = ip_from_v4(four);
		struct host_key forged = host_key_of(&ip, 0);

		guard_doubt(guard, &forged, s_to_ns(101));
		if (i % 1000 == 0)
			assert_true(guard_is_in_doubt(guard, &forged, s_to_ns(102), reason));
	}
	assert_true(guard_is_in_doubt(guard, &key, s_to_ns(699), reason));
	key = host("10.0.0.24", 0);
	assert_true(guard_is_in_doubt(guard, &key, s_to_ns(699), reason));
	assert_non_null(strstr(reason, "more addresses are in dispute"));
	assert_false(guard_is_in_doubt(guard, &key, s_to_ns(701), reason));
	guard_free(guard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(some_are_never_isolated),
		cmocka_unit_test(what_is_not_established_gives_way),
		cmocka_unit_test(a_role_in_doubt_and_machines_that_speak_for_others_need_people),
		cmocka_unit_test(a_machine_that_is_no_asset_is_left_alone),
		cmocka_unit_test(an_asset_may_be_marked),
		cmocka_unit_test(a_listed_machine_is_safe_under_another_address_too),
		cmocka_unit_test(what_a_machine_may_be_does_not_hide_what_it_is),
		cmocka_unit_test(a_flood_of_forged_roles_displaces_nobody),
		cmocka_unit_test(other_roles_protect_nobody),
		cmocka_unit_test(a_disputed_address_is_for_people_for_ten_minutes),
		cmocka_unit_test(a_few_thousand_disputes_put_nobody_else_in_doubt),
		cmocka_unit_test(a_flood_of_disputes_pushes_nobody_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
