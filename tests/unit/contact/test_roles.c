/* SPDX-License-Identifier: Apache-2.0 */
/* test_roles.c - a role is as good as its witnesses: how many others, over how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/contact/roles.h"

#define STRETCH_MS (10u * 60 * 1000)

static struct role_witness witness_of(unsigned role, const char *host)
{
	struct role_witness witness = { .role = role };
	struct ip ip;

	assert_true(ip_parse(host, &ip));
	witness.host = host_key_of(&ip, 0);
	return witness;
}

static bool attest(struct roles *roles, struct role_witness witness, uint32_t who, uint32_t now_ms)
{
	witness.who = who * 7919;
	return roles_attest(roles, &witness, now_ms) != NULL;
}

static void it_takes_several_others_and_half_an_hour(void **state)
{
	static const struct {
		const char *name;
		unsigned role, witnesses, stretches;
		bool established;
	} cases[] = {
		{ "an accomplice, all day", HOST_ROUTER, 1, 144, false },
		{ "two, all day", HOST_DNS_SERVER, 2, 144, false },
		{ "everybody, at once", HOST_ROUTER, 100, 1, false },
		{ "everybody, for ten minutes more", HOST_DHCP_SERVER, 100, 2, false },
		{ "three, three times", HOST_ROUTER, 3, 3, true },
		{ "a PC with a virtual machine", HOST_NAT, 2, 144, false },
		{ "a NAT box", HOST_NAT, 3, 6, true },
		{ "a monitor of few", HOST_MONITOR, 8, 144, false },
		{ "a sweep of live hosts", HOST_MONITOR, 250, 5, false },
		{ "a monitor", HOST_MONITOR, 20, 6, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct role_witness witness = witness_of(cases[i].role, "10.0.0.1");
		struct roles *roles = roles_new(64);

		for (unsigned stretch = 0; stretch < cases[i].stretches; stretch++)
			for (unsigned who = 0; who < cases[i].witnesses; who++)
				attest(roles, witness, who + 1, stretch * STRETCH_MS + who);
		if (roles_find(roles, &witness.host, cases[i].role, 0)->established !=
		    cases[i].established)
			fail_msg("%s", cases[i].name);
		roles_free(roles);
	}
}

static void news_is_the_first_the_establishing_and_each_doubling(void **state)
{
	struct role_witness witness = witness_of(HOST_ROUTER, "10.0.0.1");
	struct roles *roles = roles_new(64);
	unsigned news = 0;

	(void)state;
	assert_true(attest(roles, witness, 1, 0));
	assert_false(attest(roles, witness, 1, STRETCH_MS)); /* the same one again */
	for (unsigned who = 2; who <= 100; who++)
		news += attest(roles, witness, who, 2 * STRETCH_MS);
	assert_in_range(news, 6, 8);
	assert_in_range(roles_find(roles, &witness.host, HOST_ROUTER, 0)->witnesses, 80, 125);
	roles_free(roles);
}

static void a_server_stands_for_each_of_its_services(void **state)
{
	struct role_witness witness = witness_of(HOST_SERVER, "10.0.0.1");
	struct roles *roles = roles_new(64);

	(void)state;
	witness.port = 445;
	assert_true(attest(roles, witness, 1, 0));
	witness.port = 88;
	assert_true(attest(roles, witness, 1, 0));
	assert_non_null(roles_find(roles, &witness.host, HOST_SERVER, 445));
	assert_null(roles_find(roles, &witness.host, HOST_SERVER, 80));
	roles_free(roles);
}

static void each_standing_is_walked_past_once(void **state)
{
	struct role_witness witness = witness_of(HOST_SERVER, "10.0.0.1");
	struct roles *roles = roles_new(256);
	const struct role_standing *standing;
	unsigned seen[64] = { 0 }, count = 0;
	uint32_t index = 0;

	(void)state;
	for (unsigned port = 1; port < 64; port++) {
		witness.port = (uint16_t)port;
		attest(roles, witness, port, 0);
	}
	while ((standing = roles_next(roles, &index)) != NULL && count++ < 1000)
		seen[standing->port]++;
	assert_int_equal(count, 63);
	for (unsigned port = 1; port < 64; port++)
		assert_int_equal(seen[port], 1);
	roles_free(roles);
}

static void a_flood_of_roles_displaces_no_established_one(void **state)
{
	struct role_witness gateway = witness_of(HOST_ROUTER, "10.0.0.1");
	struct roles *roles = roles_new(16);

	(void)state;
	for (unsigned stretch = 0; stretch < 3; stretch++)
		for (unsigned who = 1; who < 6; who++)
			attest(roles, gateway, who, stretch * STRETCH_MS);
	for (unsigned n = 0; n < 5000; n++) {
		struct role_witness forged = witness_of(HOST_DNS_SERVER, "10.9.0.0");

		forged.host.ip.bytes[14] = (uint8_t)(n >> 8);
		forged.host.ip.bytes[15] = (uint8_t)n;
		attest(roles, forged, n, 3 * STRETCH_MS);
	}
	assert_true(roles_find(roles, &gateway.host, HOST_ROUTER, 0)->established);
	roles_free(roles);
}

static void a_role_is_told_with_its_reason(void **state)
{
	static const struct {
		struct role_standing standing;
		const char *text;
	} cases[] = {
		{ { .role = HOST_ROUTER, .witnesses = 214, .established = 1 },
		  "gateway: 214 hosts sent it packets for other networks" },
		{ { .role = HOST_DHCP_SERVER, .witnesses = 1 },
		  "DHCP server: answered 1 DHCP client (not yet established)" },
		{ { .role = HOST_DNS_SERVER, .witnesses = 9, .established = 1 },
		  "DNS server: answered 9 hosts from port 53" },
		{ { .role = HOST_SERVER,
		    .witnesses = 12,
		    .port = 445,
		    .kind = CONTACT_TCP,
		    .established = 1 },
		  "server: TCP port 445 (SMB) answered 12 hosts" },
		{ { .role = HOST_SERVER,
		    .witnesses = 40,
		    .port = 88,
		    .kind = CONTACT_TCP,
		    .established = 1 },
		  "domain controller: TCP port 88 (Kerberos) answered 40 hosts" },
		{ { .role = HOST_MAIL_SERVER, .witnesses = 5, .port = 25, .established = 1 },
		  "mail server: TCP port 25 (SMTP) answered 5 hosts" },
		{ { .role = HOST_SERVER,
		    .witnesses = 5,
		    .port = 4242,
		    .kind = CONTACT_UDP,
		    .established = 1 },
		  "server: UDP port 4242 answered 5 hosts" },
		{ { .role = HOST_NAT, .witnesses = 3, .established = 1 },
		  "NAT: packets of 3 kinds of machines, some forwarded, bear its address" },
		{ { .role = HOST_MONITOR, .witnesses = 40, .established = 1 },
		  "monitor: 40 hosts answered its pings and SNMP, again and again" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out;

		buf_init(&out, 400);
		role_explain(&cases[i].standing, &out);
		assert_string_equal(out.text, cases[i].text);
		buf_fini(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_takes_several_others_and_half_an_hour),
		cmocka_unit_test(news_is_the_first_the_establishing_and_each_doubling),
		cmocka_unit_test(a_server_stands_for_each_of_its_services),
		cmocka_unit_test(each_standing_is_walked_past_once),
		cmocka_unit_test(a_flood_of_roles_displaces_no_established_one),
		cmocka_unit_test(a_role_is_told_with_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
