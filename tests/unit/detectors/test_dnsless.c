/* SPDX-License-Identifier: Apache-2.0 */
/* test_dnsless.c - addresses that no answer gave weigh a little; without a full view of a host's DNS
 * nothing is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/detectors/names.h"

#define CLIENT "10.0.0.5"

static void look_up(struct desk *desk, const char *name, const char *address, uint32_t ttl_s)
{
	desk_looks_up(desk,
		      &(struct look_up){
			      .client = CLIENT, .name = name, .address = address, .ttl_s = ttl_s });
}

/* The host has asked for a quarter of an hour: it is known well enough to be judged. */
static void watch_dns(struct desk *desk)
{
	for (unsigned minute = 0; minute < 15; minute++) {
		look_up(desk, "www.example.com", "93.184.216.34", 60);
		desk_pass(desk, 60);
	}
}

static void open_many(struct desk *desk, const char *first_three, unsigned port, unsigned count)
{
	for (unsigned n = 0; n < count; n++) {
		char address[48];

		snprintf(address, sizeof(address), "%s%u", first_three, 1 + n);
		desk_opens(desk, CLIENT, address, port);
		desk_pass(desk, 1);
	}
}

static void addresses_without_a_name_weigh_up_to_the_ceiling(void **state)
{
	static const struct {
		const char *name, *first_three;
		unsigned port, port_class;
		double least, most;
	} cases[] = {
		{ "file sharing of the Internet", "81.2.3.", 445, CLASS_WORM_PORT, 4.9, 6 },
		{ "file sharing next door", "10.0.1.", 445, CLASS_WORM_PORT, 4.9, 6 },
		{ "telnet", "81.2.3.", 23, CLASS_WORM_PORT, 4.9, 6 },
		{ "web servers", "81.2.3.", 80, CLASS_SERVICE_PORT, 3, 4 },
		{ "mail servers", "81.2.3.", 25, CLASS_SERVICE_PORT, 3, 4 },
		{ "web servers by IPv6", "2001:db8::", 443, CLASS_SERVICE_PORT, 3, 4 },
		{ "the last of the well-known ports", "81.2.3.", 1023, CLASS_SERVICE_PORT, 3, 4 },
		{ "the first behind them", "81.2.3.", 1024, 0, 0, 0 },
		{ "web servers next door", "10.0.1.", 80, 0, 0, 0 },
		{ "peer-to-peer", "81.2.3.", 6881, 0, 0, 0 },
		{ "clocks", "81.2.3.", 123, 0, 0, 0 },
		{ "a resolver's servers", "81.2.3.", 53, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk desk;

		desk_start(&desk, &detector_dnsless);
		watch_dns(&desk);
		open_many(&desk, cases[i].first_three, cases[i].port, 30);
		if (desk.highest < cases[i].least || desk.highest > cases[i].most)
			print_error("%s: %.1f\n", cases[i].name, desk.highest);
		assert_true(desk.highest >= cases[i].least && desk.highest <= cases[i].most);
		if (cases[i].most > 0)
			assert_int_equal(desk.latest.port_class, cases[i].port_class);
		desk_stop(&desk);
	}
}

static void a_learnt_address_weighs_nothing_while_it_is_remembered(void **state)
{
	static const struct {
		uint32_t ttl_s;
		uint64_t later_s;
		bool is_judged;
	} cases[] = {
		{ 60, 10, false },     { 60, 3500, false },  { 60, 3700, true },
		{ 7200, 7000, false }, { 7200, 7300, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk desk;

		desk_start(&desk, &detector_dnsless);
		watch_dns(&desk);
		for (unsigned n = 0; n < 30; n++) {
			char address[32];

			snprintf(address, sizeof(address), "81.2.3.%u", 1 + n);
			look_up(&desk, "cdn.example.com", address, cases[i].ttl_s);
		}
		desk_pass(&desk, cases[i].later_s);
		look_up(&desk, "www.example.com", "93.184.216.34", 60);
		open_many(&desk, "81.2.3.", 445, 30);
		if ((desk.statements > 0) != cases[i].is_judged)
			print_error("case %zu\n", i);
		assert_int_equal(desk.statements > 0, cases[i].is_judged);
		desk_stop(&desk);
	}
}

/* A quarter of an hour of names that have no address shows nobody's DNS. */
static void an_answer_without_an_address_is_none(void **state)
{
	static const struct look_up nothing = { .client = CLIENT, .name = "x.example.com" },
				    no_name = { .client = CLIENT,
						.name = "x.example.com",
						.rcode = 3 /* NXDOMAIN */ };

	(void)state;
	for (unsigned exists = 0; exists < 2; exists++) {
		struct desk desk;

		desk_start(&desk, &detector_dnsless);
		for (unsigned minute = 0; minute < 15; minute++) {
			desk_looks_up(&desk, exists ? &nothing : &no_name);
			desk_pass(&desk, 60);
		}
		open_many(&desk, "81.2.3.", 445, 30);
		assert_int_equal(desk.statements, 0);
		desk_stop(&desk);
	}
}

static void what_a_neighbour_tells_itself_is_learnt(void **state)
{
	(void)state;
	for (unsigned told = 0; told < 2; told++) {
		struct desk desk;

		desk_start(&desk, &detector_dnsless);
		watch_dns(&desk);
		for (unsigned n = 0; told && n < 30; n++) {
			struct observation o = { .kind = OBSERVED_NEIGHBOR_NAME };
			char address[32];

			snprintf(address, sizeof(address), "10.0.1.%u", 1 + n);
			o.contact = desk_contact_of(&desk, CLIENT, address, 5355);
			o.name.address_count = 1;
			o.name.addresses[0] = wire_ip(address);
			engine_observe(desk.engine, desk_host(&desk, &o.contact), &o);
		}
		open_many(&desk, "10.0.1.", 445, 30);
		assert_int_equal(desk.statements > 0, !told);
		desk_stop(&desk);
	}
}

static void only_a_host_whose_dns_is_seen_is_judged(void **state)
{
	struct desk desk;

	(void)state;
	desk_start(&desk, &detector_dnsless);
	open_many(&desk, "81.2.3.", 445, 30);
	assert_int_equal(desk.statements, 0); /* never asked anything */
	look_up(&desk, "www.example.com", "93.184.216.34", 60);
	open_many(&desk, "81.2.4.", 445, 30);
	assert_int_equal(desk.statements,
			 0); /* has asked for a minute: may know much from before */
	watch_dns(&desk);
	desk_pass(&desk, 4000);
	open_many(&desk, "81.2.5.", 445, 30);
	assert_int_equal(desk.statements, 0); /* has not asked for an hour */
	look_up(&desk, "www.example.com", "93.184.216.34", 60);
	open_many(&desk, "81.2.6.", 445, 30);
	assert_true(desk.statements > 0);
	desk_stop(&desk);
}

static void encrypted_dns_ends_the_judging(void **state)
{
	static const struct {
		const char *name, *address, *resolver_name;
		unsigned port;
	} cases[] = {
		{ "DNS over TLS", "81.9.9.9", NULL, 853 },
		{ "DNS over HTTPS at a known resolver", "1.1.1.1", NULL, 443 },
		{ "the same by IPv6", "2001:4860:4860::8844", NULL, 443 },
		{ "a resolver's name", NULL, "chrome.cloudflare-dns.com", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk desk;

		desk_start(&desk, &detector_dnsless);
		watch_dns(&desk);
		open_many(&desk, "81.2.3.", 445, 30);
		assert_true(desk.latest.log_odds > 4);
		if (cases[i].address)
			desk_opens(&desk, CLIENT, cases[i].address, cases[i].port);
		else
			look_up(&desk, cases[i].resolver_name, "104.16.248.249", 60);
		assert_true(desk.latest.log_odds <= 0); /* taken back */
		desk.statements = 0;
		open_many(&desk, "81.2.4.", 445, 30);
		if (desk.statements)
			print_error("%s\n", cases[i].name);
		assert_int_equal(desk.statements, 0);
		desk_stop(&desk);
	}
}

static void callers_and_repeated_ports_weigh_nothing(void **state)
{
	struct desk desk;

	(void)state;
	desk_start(&desk, &detector_dnsless);
	watch_dns(&desk);
	for (unsigned n = 0; n < 30; n++) {
		char address[32];

		snprintf(address, sizeof(address), "10.0.1.%u", 1 + n);
		desk_opens(&desk, address, CLIENT, 445);
	}
	open_many(&desk, "10.0.1.", 445, 30); /* calls back */
	assert_int_equal(desk.statements, 0);
	for (unsigned n = 0; n < 200; n++) {
		desk_opens(&desk, CLIENT, "10.0.2.1", n % 2 ? 445 : 139);
		desk_pass(&desk, 1);
	}
	assert_int_equal(desk.statements, 0); /* one address, one term */
	desk.roles = HOST_DNS_SERVER;
	open_many(&desk, "81.2.4.", 445, 30);
	assert_int_equal(desk.statements, 0);
	desk_stop(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_without_a_name_weigh_up_to_the_ceiling),
		cmocka_unit_test(a_learnt_address_weighs_nothing_while_it_is_remembered),
		cmocka_unit_test(an_answer_without_an_address_is_none),
		cmocka_unit_test(what_a_neighbour_tells_itself_is_learnt),
		cmocka_unit_test(only_a_host_whose_dns_is_seen_is_judged),
		cmocka_unit_test(encrypted_dns_ends_the_judging),
		cmocka_unit_test(callers_and_repeated_ports_weigh_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
