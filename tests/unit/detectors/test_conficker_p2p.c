/* SPDX-License-Identifier: Apache-2.0 */
/* test_conficker_p2p.c - three computed ports convict, chance does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/random.h"
#include "detectors/conficker_ports.h"
#include "tests/unit/detectors/scene.h"

static struct ip stranger(unsigned n)
{
	struct ip ip = scene_peer("81.0.0.0", n);

	ip.bytes[12] = 81;
	return ip;
}

/* A probe as the bot makes it. */
static void probe(struct scene *scene, const char *from, const struct ip *dst, unsigned which,
		  uint64_t ms)
{
	struct ip src = wire_ip(from);
	uint32_t week = conficker_ports_week(wire_ns(ms) / 1000000000u);
	struct conficker_ports ports =
		conficker_ports_of(ip_v4_number(dst), week, CONFICKER_PORTS_NMAP);

	if (which % 4 == 0)
		scene_see(scene, wire_udp(ms, &src, dst, ports.udp_fixed));
	else if (which % 4 == 1)
		scene_see(scene, wire_udp(ms, &src, dst, ports.udp_weekly));
	else if (which % 4 == 2)
		scene_see(scene, wire_tcp(ms, &src, dst, ports.tcp_fixed, TCP_SYN));
	else
		scene_see(scene, wire_tcp(ms, &src, dst, ports.tcp_weekly, TCP_SYN));
}

static void the_third_match_convicts_and_no_earlier_one(void **state)
{
	static const double below[] = { SUSPECT_NATS, CONVICT_NATS };

	(void)state;
	for (unsigned first = 0; first < 4; first++) {
		struct scene scene;

		scene_start(&scene);
		for (unsigned n = 0; n < 3; n++) {
			struct ip dst = stranger(n);

			probe(&scene, "10.0.0.5", &dst, first + n, 1000 * n);
			if (n < 2)
				assert_true(scene.highest_by[DETECTOR_CONFICKER_P2P] < below[n]);
		}
		assert_true(scene.highest_by[DETECTOR_CONFICKER_P2P] >= CONVICT_NATS);
		assert_int_equal(scene.contacts_at_conviction, 3);
		assert_int_equal(scene.latest.kind, EVIDENCE_WORM);
		scene_stop(&scene);
	}
}

static void matches_amid_many_others_are_chance(void **state)
{
	struct ip src = wire_ip("10.0.0.5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 250; n++) {
		struct ip dst = stranger(n);

		if (n % 25 == 0)
			probe(&scene, "10.0.0.5", &dst, n, 1000 * n);
		else
			scene_see(&scene, wire_udp(1000 * n, &src, &dst, 6881));
	}
	assert_true(scene.highest_by[DETECTOR_CONFICKER_P2P] < SUSPECT_NATS);
	scene_stop(&scene);
}

static void a_busy_peer_to_peer_host_stays_innocent(void **state)
{
	struct ip src = wire_ip("10.0.0.5");
	uint64_t seed = 77;
	struct scene scene;

	(void)state;
	printf("seed %llu\n", (unsigned long long)seed);
	scene_start(&scene);
	for (unsigned n = 0; n < 50000; n++) {
		struct ip dst = stranger(n);
		uint64_t random = random_step(&seed);

		memcpy(dst.bytes + 13, &random, 3);
		scene_see(&scene,
			  wire_udp(n * 10, &src, &dst, 2112 + (unsigned)(random >> 32) % 60000));
	}
	assert_true(scene.highest_by[DETECTOR_CONFICKER_P2P] < CONVICT_NATS);
	scene_stop(&scene);
}

/* Where no port is derived, none can fail to match. */
static void what_cannot_match_takes_nothing_off(void **state)
{
	static const struct {
		const char *name, *to;
		unsigned port;
		bool tcp, counts;
	} cases[] = {
		{ "peers of another network", "82.0.0.0", 6881, false, true },
		{ "the web", "82.0.0.0", 443, true, false },
		{ "name servers", "82.0.0.0", 53, false, false },
		{ "neighbours", "192.168.7.0", 6881, false, false },
		{ "ports too low", "82.0.0.0", 1500, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;

		scene_start(&scene);
		for (unsigned n = 0; n < 3; n++) {
			struct ip dst = stranger(n);

			probe(&scene, "10.0.0.5", &dst, n, 10000 * n);
			for (unsigned k = 0; k < 40; k++) {
				struct ip other = scene_ip(cases[i].to, 1 + n * 40 + k);
				struct ip src = wire_ip("10.0.0.5");
				uint64_t ms = 10000 * n + 100 + k * 100;

				scene_see(&scene,
					  cases[i].tcp ? wire_tcp(ms, &src, &other, cases[i].port,
								  TCP_SYN)
						       : wire_udp(ms, &src, &other, cases[i].port));
			}
		}
		if ((scene.highest_by[DETECTOR_CONFICKER_P2P] < CONVICT_NATS) != cases[i].counts)
			fail_msg("%s: %.1f", cases[i].name,
				 scene.highest_by[DETECTOR_CONFICKER_P2P]);
		scene_stop(&scene);
	}
}

static void private_targets_are_not_judged(void **state)
{
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 20; n++) {
		struct ip dst = scene_ip("192.168.7.0", n + 1);

		probe(&scene, "10.0.0.5", &dst, n, 1000 * n);
	}
	assert_true(scene.highest_by[DETECTOR_CONFICKER_P2P] <= 0);
	scene_stop(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_third_match_convicts_and_no_earlier_one),
		cmocka_unit_test(matches_amid_many_others_are_chance),
		cmocka_unit_test(a_busy_peer_to_peer_host_stays_innocent),
		cmocka_unit_test(what_cannot_match_takes_nothing_off),
		cmocka_unit_test(private_targets_are_not_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
