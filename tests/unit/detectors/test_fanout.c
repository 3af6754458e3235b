/* SPDX-License-Identifier: Apache-2.0 */
/* test_fanout.c - haste among workstations is a suspicion, never a conviction. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/detectors/scene.h"

static void reach(struct scene *scene, const char *from, const struct ip *dst, unsigned port,
		  uint64_t ms)
{
	struct ip src = wire_ip(from);
	struct packet packet = wire_tcp(ms, &src, dst, port, TCP_SYN);

	scene_see(scene, packet);
	scene_see(scene, wire_answer(ms, &packet, TCP_SYN | TCP_ACK));
}

static void haste_on_ports_of_administration_is_suspicious(void **state)
{
	static const struct {
		const char *name, *net;
		unsigned port, gap_ms, peers;
		bool suspect;
	} cases[] = {
		{ "ten a second", "10.0.1.0", 445, 100, 20, true },
		{ "one in three seconds", "10.0.1.0", 5985, 3000, 20, true },
		{ "seven peers", "10.0.1.0", 3389, 100, 7, true },
		{ "an administrator at work", "10.0.1.0", 3389, 60000, 100, false },
		{ "a logon to its servers", "10.0.1.0", 445, 10, 3, false },
		{ "the web", "10.0.1.0", 443, 10, 100, false },
		{ "the Internet", "81.2.3.0", 22, 100, 100, false },
		{ "IPv6", "2001:db8:2::", 445, 100, 20, true },
		{ "IPv6 of others", "2001:db9:2::", 445, 100, 20, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;
		double highest;

		scene_start(&scene);
		for (unsigned n = 0; n < cases[i].peers; n++) {
			struct ip dst = scene_ip(cases[i].net, 10 + n);

			reach(&scene, ip_is_v4(&dst) ? "10.0.0.5" : "2001:db8:1::5", &dst,
			      cases[i].port, n * cases[i].gap_ms);
		}
		highest = scene.highest_by[DETECTOR_FANOUT];
		if ((highest >= SUSPECT_NATS) != cases[i].suspect)
			print_error("%s: %.1f\n", cases[i].name, highest);
		assert_int_equal(highest >= SUSPECT_NATS, cases[i].suspect);
		assert_true(scene.highest < CONVICT_NATS);
		scene_stop(&scene);
	}
}

static void what_is_answered_is_not_told_as_failed(void **state)
{
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 20; n++) {
		struct ip dst = scene_ip("10.0.1.0", 10 + n);

		reach(&scene, "10.0.0.5", &dst, 445, n * 100);
	}
	assert_int_equal(scene.latest.detector, DETECTOR_FANOUT);
	assert_true(scene.latest.contacts >= 3);
	assert_int_equal(scene.latest.failed, 0);
	scene_stop(&scene);
}

static void logons_in_the_morning_are_one_burst_each(void **state)
{
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 60; n++) {
		struct ip dst = scene_ip("10.0.1.0", 10 + n);

		reach(&scene, "10.0.0.5", &dst, 445, n / 3 * UINT64_C(600000) + n % 3 * 100);
	}
	assert_true(scene.highest_by[DETECTOR_FANOUT] < 3.0);
	scene_stop(&scene);
}

/* Colleagues who connect each other's shares every morning. */
static void whom_it_dealt_with_in_the_days_before_is_no_new_peer(void **state)
{
	static const struct {
		const char *name;
		unsigned days_after;
		bool suspect;
	} cases[] = {
		{ "the next morning", 1, false },
		{ "within the week", 6, false },
		{ "after a holiday", 8, true },
	};
	const uint64_t day_ms = 24 * 3600 * 1000;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;
		double slowly;

		scene_start(&scene);
		for (unsigned n = 0; n < 20; n++) {
			struct ip dst = scene_ip("10.0.1.0", 10 + n);

			reach(&scene, "10.0.0.5", &dst, 445, n * 60000);
		}
		slowly = scene.highest_by[DETECTOR_FANOUT];
		for (unsigned n = 0; n < 20; n++) {
			struct ip dst = scene_ip("10.0.1.0", 10 + n);

			reach(&scene, "10.0.0.5", &dst, 445,
			      cases[i].days_after * day_ms + n * 100);
		}
		assert_true(slowly < SUSPECT_NATS);
		if ((scene.highest_by[DETECTOR_FANOUT] >= SUSPECT_NATS) != cases[i].suspect)
			fail_msg("%s: %.1f", cases[i].name, scene.highest_by[DETECTOR_FANOUT]);
		scene_stop(&scene);
	}
}

static void servers_may(void **state)
{
	struct ip server = wire_ip("10.0.2.1");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 40; n++) {
		struct ip client = scene_ip("10.0.4.0", n);
		struct packet packet = wire_tcp(n, &client, &server, 445, TCP_SYN);

		scene_meet(&scene, n, &client);
		scene_see(&scene, packet);
		scene_see(&scene, wire_answer(n, &packet, TCP_SYN | TCP_ACK));
	}
	for (unsigned n = 0; n < 100; n++) {
		struct ip dst = scene_ip("10.0.1.0", 10 + n);

		reach(&scene, "10.0.2.1", &dst, 445, 1000 + n * 100);
	}
	assert_true(scene.highest_by[DETECTOR_FANOUT] <= 0);
	scene_stop(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(haste_on_ports_of_administration_is_suspicious),
		cmocka_unit_test(what_is_answered_is_not_told_as_failed),
		cmocka_unit_test(logons_in_the_morning_are_one_burst_each),
		cmocka_unit_test(whom_it_dealt_with_in_the_days_before_is_no_new_peer),
		cmocka_unit_test(servers_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
