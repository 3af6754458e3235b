/* SPDX-License-Identifier: Apache-2.0 */
/* test_spray.c - who goes through public addresses in order is convicted, who has a list of peers is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/detectors/scene.h"

enum order { ASCENDING, DESCENDING, SHUFFLED, TRIPLES, PEERS };
enum answer { SILENT, REFUSED, ACCEPTED, HALF_ACCEPTED, NO_ROUTE };

struct spray {
	const char *name;
	enum order order;
	enum answer answer;
	const char *net;
	unsigned port, gap_us;
	bool tcp;
};

static struct ip target(const struct spray *spray, unsigned n)
{
	struct ip ip;

	switch (spray->order) {
	case ASCENDING:
		return scene_ip(spray->net, 10 + n);
	case DESCENDING:
		return scene_ip(spray->net, 200 - n);
	case SHUFFLED:
		return scene_ip(spray->net, 10 + n * 37 % 241);
	case TRIPLES: /* small clusters in networks of their own */
		ip = scene_peer("81.0.0.0", n / 3);
		ip.bytes[15] = (uint8_t)(66 + n % 3);
		return ip;
	default:
		return scene_peer("81.0.0.0", n);
	}
}

/* Somebody hears answers from the Internet. */
static void show_the_uplink_alive(struct scene *scene, uint64_t ms, unsigned n)
{
	struct ip other = wire_ip("10.0.0.99"), web = scene_peer("93.0.0.0", n);
	struct packet packet = wire_tcp(ms, &other, &web, 443, TCP_SYN);

	scene_see(scene, packet);
	scene_see(scene, wire_answer(ms, &packet, TCP_SYN | TCP_ACK));
}

static void run_spray_from(struct scene *scene, const char *from, const struct spray *spray,
			   unsigned hosts)
{
	struct ip src = wire_ip(from);

	for (unsigned n = 0; n < hosts; n++) {
		struct ip dst = target(spray, n);
		struct packet packet = spray->tcp ? wire_tcp(0, &src, &dst, spray->port, TCP_SYN)
						  : wire_udp(0, &src, &dst, spray->port);
		uint64_t at_us = (uint64_t)n * spray->gap_us, ms = at_us / 1000 + 30;

		packet.wall_ns = wire_ns(0) + at_us * 1000;
		if (spray->gap_us >= 100000)
			show_the_uplink_alive(scene, at_us / 1000, n);
		scene_see(scene, packet);
		if (spray->answer == ACCEPTED || (spray->answer == HALF_ACCEPTED && n % 2))
			scene_see(scene,
				  wire_answer(ms, &packet, spray->tcp ? TCP_SYN | TCP_ACK : 0));
		else if (spray->answer == REFUSED)
			scene_see(scene, wire_error(ms, &packet, 3, 3));
		else if (spray->answer == NO_ROUTE)
			scene_see(scene, wire_error(ms, &packet, 3, 0));
	}
	scene_wait(scene, 60000 + (uint64_t)hosts * spray->gap_us / 1000);
}

static void run_spray(struct scene *scene, const struct spray *spray, unsigned hosts)
{
	run_spray_from(scene, "10.0.0.5", spray, hosts);
}

static void going_from_address_to_address_convicts(void **state)
{
	static const struct {
		struct spray spray;
		unsigned contacts;
	} cases[] = {
		{ { "in flight", ASCENDING, SILENT, "63.55.11.0", 6892, 50, false }, 16 },
		{ { "downwards", DESCENDING, SILENT, "63.55.11.0", 6892, 50, false }, 16 },
		{ { "waiting for silence", ASCENDING, SILENT, "63.55.11.0", 6892, 400000, false },
		  9 },
		{ { "refused", ASCENDING, REFUSED, "63.55.11.0", 6892, 400000, false }, 9 },
		{ { "over TCP", ASCENDING, SILENT, "63.55.11.0", 9898, 50, true }, 16 },
		{ { "names of shared folders", ASCENDING, SILENT, "63.55.11.0", 137, 50, false },
		  16 },
		{ { "SNMP, slowly", ASCENDING, SILENT, "63.55.11.0", 161, 400000, false }, 9 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;

		scene_start(&scene);
		run_spray(&scene, &cases[i].spray, 60);
		if (scene.convicted == 0 || scene.contacts_at_conviction > cases[i].contacts)
			print_error("%s: %u\n", cases[i].spray.name, scene.contacts_at_conviction);
		assert_true(scene.convicted > 0);
		assert_true(scene.contacts_at_conviction <= cases[i].contacts);
		assert_true(scene.highest_by[DETECTOR_SPRAY] >= CONVICT_NATS);
		assert_int_equal(scene.latest.port_class,
				 cases[i].spray.port < 1024 ? CLASS_SERVICE_PORT : CLASS_HIGH_PORT);
		scene_stop(&scene);
	}
}

/* Whether anybody is there was never found out: each address weighs half. */
static void where_there_is_no_route_nobody_keeps_silent(void **state)
{
	static const struct {
		struct spray spray;
		bool convicted;
	} cases[] = {
		{ { "silent", ASCENDING, SILENT, "63.55.11.0", 6892, 400000, false }, true },
		{ { "no route", ASCENDING, NO_ROUTE, "63.55.11.0", 6892, 400000, false }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;

		scene_start(&scene);
		run_spray(&scene, &cases[i].spray, 12);
		if ((scene.highest_by[DETECTOR_SPRAY] >= CONVICT_NATS) != cases[i].convicted)
			fail_msg("%s: %.1f", cases[i].spray.name, scene.highest_by[DETECTOR_SPRAY]);
		scene_stop(&scene);
	}
}

static void a_silent_network_without_order_makes_a_suspect(void **state)
{
	static const struct spray spray = { "no order", SHUFFLED, SILENT, "81.2.3.0",
					    7000,       400000,   false };
	struct scene scene;

	(void)state;
	scene_start(&scene);
	run_spray(&scene, &spray, 60);
	assert_true(scene.highest_by[DETECTOR_SPRAY] >= SUSPECT_NATS);
	scene_stop(&scene);
}

static void other_orders_and_answers_do_not_convict(void **state)
{
	static const struct {
		struct spray spray;
		double below;
	} cases[] = {
		{ { "peers, all silent", PEERS, SILENT, "", 6346, 1000, false }, 1 },
		{ { "peers over TCP", PEERS, SILENT, "", 6346, 1000, true }, 1 },
		{ { "small clusters", TRIPLES, SILENT, "", 6000, 1000000, false }, SUSPECT_NATS },
		{ { "small clusters at once", TRIPLES, SILENT, "", 6000, 50, false },
		  SUSPECT_NATS },
		{ { "a cluster that answers", ASCENDING, ACCEPTED, "81.2.3.0", 27015, 100000,
		    false },
		  3 },
		{ { "half of a cluster answers", ASCENDING, HALF_ACCEPTED, "81.2.3.0", 27015,
		    400000, false },
		  3 },
		{ { "a driver looks for printers", ASCENDING, SILENT, "10.0.1.0", 8612, 200000,
		    false },
		  SUSPECT_NATS },
		{ { "a large silent network, no order", SHUFFLED, SILENT, "81.2.3.0", 7000, 400000,
		    false },
		  CONVICT_NATS },
		{ { "well-known ports of TCP are not ours", ASCENDING, SILENT, "81.2.3.0", 80, 50,
		    true },
		  1 },
		{ { "nor are name servers", ASCENDING, SILENT, "81.2.3.0", 53, 50, false }, 1 },
		{ { "inventory looks for devices of the site", ASCENDING, SILENT, "10.0.1.0", 161,
		    200000, false },
		  SUSPECT_NATS },
		{ { "time servers of a pool", PEERS, SILENT, "", 123, 100000, false }, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double highest;
		struct scene scene;

		scene_start(&scene);
		run_spray(&scene, &cases[i].spray, 60);
		highest = scene.highest_by[DETECTOR_SPRAY];
		if (highest >= cases[i].below)
			print_error("%s: %.1f\n", cases[i].spray.name, highest);
		assert_true(highest < cases[i].below);
		scene_stop(&scene);
	}
}

static void a_driver_may_look_for_printers_at_public_addresses_of_its_site(void **state)
{
	static const struct spray spray = { "printers", ASCENDING, SILENT, "130.20.7.0",
					    8612,       200000,    false };
	struct scene scene;

	(void)state;
	scene_start(&scene);
	run_spray_from(&scene, "130.20.5.9", &spray, 60);
	assert_true(scene.highest_by[DETECTOR_SPRAY] < SUSPECT_NATS);
	scene_stop(&scene);
	scene_start(&scene);
	run_spray_from(&scene, "130.21.5.9", &spray, 60);
	assert_true(scene.highest_by[DETECTOR_SPRAY] >= CONVICT_NATS);
	scene_stop(&scene);
}

static void two_ports_are_two_orders(void **state)
{
	struct ip src = wire_ip("10.0.0.5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 40; n++) {
		struct ip a = scene_ip("63.55.11.0", 10 + n), b = scene_peer("81.0.0.0", n);

		scene_see(&scene, wire_udp(n, &src, &a, 6892));
		scene_see(&scene, wire_udp(n, &src, &b, 6881));
	}
	assert_true(scene.convicted > 0);
	assert_int_equal(scene.contacts_at_conviction, 16);
	scene_stop(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(going_from_address_to_address_convicts),
		cmocka_unit_test(where_there_is_no_route_nobody_keeps_silent),
		cmocka_unit_test(a_silent_network_without_order_makes_a_suspect),
		cmocka_unit_test(other_orders_and_answers_do_not_convict),
		cmocka_unit_test(a_driver_may_look_for_printers_at_public_addresses_of_its_site),
		cmocka_unit_test(two_ports_are_two_orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
