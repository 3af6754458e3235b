/* SPDX-License-Identifier: Apache-2.0 */
/* test_portscan.c - who tries port after port of one host is reported, and never convicted for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/detect/detector.h"
#include "tests/unit/detectors/scene.h"

enum answer { SILENT, RESET, OPEN, OPEN_LATE };

struct scan {
	const char *name;
	enum answer answer;
	unsigned ports, first, step, targets;
	bool udp;
	unsigned src_port;
};

static void run_scan(struct scene *scene, const struct scan *scan)
{
	struct ip src = wire_ip("10.0.0.5");

	for (unsigned n = 0; n < scan->ports; n++) {
		struct ip dst = scene_ip("10.0.1.0", 1 + n % scan->targets);
		unsigned port = scan->first + n / scan->targets * scan->step;
		struct packet packet = scan->udp ? wire_udp(n * 1000, &src, &dst, port)
						 : wire_tcp(n * 1000, &src, &dst, port, TCP_SYN);

		if (scan->src_port)
			packet.src_port = (uint16_t)scan->src_port;
		scene_see(scene, packet);
		if (scan->answer == RESET)
			scene_see(scene, scan->udp ? wire_error(n * 1000 + 1, &packet, 3, 3)
						   : wire_answer(n * 1000 + 1, &packet,
								 TCP_RST | TCP_ACK));
		else if (scan->answer == OPEN)
			scene_see(scene, wire_answer(n * 1000 + 1, &packet, TCP_SYN | TCP_ACK));
		else if (scan->answer == OPEN_LATE)
			scene_see(scene, wire_answer(n * 1000 + 600, &packet, TCP_SYN | TCP_ACK));
	}
	scene_wait(scene, scan->ports * 1000 + 10000);
}

static void a_vertical_scan_is_reported_as_reconnaissance(void **state)
{
	static const struct scan cases[] = {
		{ "refused", RESET, 16, 20, 7, 1, false, 0 },
		{ "silent", SILENT, 16, 20, 7, 1, false, 0 },
		{ "a thousand", RESET, 1000, 20, 7, 1, false, 0 },
		{ "UDP", RESET, 16, 60, 7, 1, true, 0 },
		{ "high ports of UDP", RESET, 16, 20000, 113, 1, true, 0 },
		{ "UDP, behind the port of a name server", RESET, 16, 60, 7, 1, true, 53 },
		{ "two hosts at once", RESET, 30, 20, 7, 2, false, 0 },
		{ "high ports", RESET, 16, 20000, 113, 1, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;

		scene_start(&scene);
		run_scan(&scene, &cases[i]);
		if (scene.highest_by[DETECTOR_PORTSCAN] < SUSPECT_NATS)
			print_error("%s: %.1f\n", cases[i].name,
				    scene.highest_by[DETECTOR_PORTSCAN]);
		assert_true(scene.highest_by[DETECTOR_PORTSCAN] >= SUSPECT_NATS);
		assert_true(scene.highest_by[DETECTOR_PORTSCAN] > scene.highest_by[DETECTOR_TRW]);
		assert_true(scene.highest < CONVICT_NATS);
		scene_stop(&scene);
	}
	assert_int_equal(detector_portscan.kind, EVIDENCE_RECONNAISSANCE);
}

static void ordinary_use_of_many_ports_is_not(void **state)
{
	static const struct scan cases[] = {
		{ "passive FTP", OPEN, 300, 49152, 3, 1, false, 0 },
		{ "a slow server", OPEN_LATE, 60, 49152, 3, 1, false, 0 },
		{ "alternatives of a service that is down", RESET, 7, 80, 363, 1, false, 0 },
		{ "UDP services that never answer", SILENT, 40, 5000, 1, 1, true, 0 },
		{ "traceroute", RESET, 60, 33434, 1, 1, true, 0 },
		{ "answers of a name server that come too late", RESET, 60, 50000, 11, 1, true,
		  53 },
		{ "active FTP against a firewall", RESET, 40, 50000, 11, 1, false, 20 },
		{ "one port of many hosts", RESET, 200, 7000, 1, 200, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;

		scene_start(&scene);
		run_scan(&scene, &cases[i]);
		if (scene.highest_by[DETECTOR_PORTSCAN] >= 3.0)
			print_error("%s: %.1f\n", cases[i].name,
				    scene.highest_by[DETECTOR_PORTSCAN]);
		assert_true(scene.highest_by[DETECTOR_PORTSCAN] < 3.0);
		scene_stop(&scene);
	}
}

static void knock(struct scene *scene, const struct ip *dst, unsigned port, uint64_t ms,
		  bool is_late)
{
	struct ip src = wire_ip("10.0.0.5");
	struct packet packet = wire_tcp(ms, &src, dst, port, TCP_SYN);

	scene_see(scene, packet);
	scene_see(scene, is_late ? wire_answer(ms + 600, &packet, TCP_SYN | TCP_ACK)
				 : wire_answer(ms + 1, &packet, TCP_RST | TCP_ACK));
}

/* Closed ports here and there do not hide it. */
static void a_scan_among_many_hosts_is_seen(void **state)
{
	struct ip victim = wire_ip("10.0.1.1");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 16; n++) {
		struct ip other = scene_ip("10.0.2.0", 1 + n);

		knock(&scene, &victim, 20 + n * 7, n * 2000, false);
		knock(&scene, &other, 7000, n * 2000 + 1000, false);
	}
	assert_true(scene.highest_by[DETECTOR_PORTSCAN] >= SUSPECT_NATS);
	scene_stop(&scene);
}

static void a_port_that_answered_late_may_be_closed_some_day(void **state)
{
	const uint64_t day_ms = 24 * 3600 * 1000;
	struct ip victim = wire_ip("10.0.1.1");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 16; n++)
		knock(&scene, &victim, 20 + n * 7, n * 1000, true);
	assert_true(scene.highest_by[DETECTOR_PORTSCAN] < 3.0);
	for (unsigned n = 0; n < 16; n++)
		knock(&scene, &victim, 20 + n * 7, day_ms + n * 1000, false);
	assert_true(scene.highest_by[DETECTOR_PORTSCAN] >= SUSPECT_NATS);
	scene_stop(&scene);
}

static void dead_services_polled_all_day_stay_as_few_as_they_are(void **state)
{
	struct ip src = wire_ip("10.0.0.5"), dst = wire_ip("10.0.1.1");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 60; n++)
		for (unsigned port = 0; port < 5; port++) {
			uint64_t ms = n * UINT64_C(900000) + port;
			struct packet packet = wire_tcp(ms, &src, &dst, 7000 + port, TCP_SYN);

			scene_see(&scene, packet);
			scene_see(&scene, wire_answer(ms + 1, &packet, TCP_RST | TCP_ACK));
		}
	assert_true(scene.highest_by[DETECTOR_PORTSCAN] < 3.0);
	scene_stop(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vertical_scan_is_reported_as_reconnaissance),
		cmocka_unit_test(ordinary_use_of_many_ports_is_not),
		cmocka_unit_test(a_scan_among_many_hosts_is_seen),
		cmocka_unit_test(a_port_that_answered_late_may_be_closed_some_day),
		cmocka_unit_test(dead_services_polled_all_day_stay_as_few_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
