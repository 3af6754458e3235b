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

/* A message of the network: key, then flags and checksum, enciphered. */
static const uint8_t message[] = { 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22,
				   0x11, 0x11, 0xc0, 0x4c, 0xbf, 0x06, 0x10 };

static void say(struct scene *scene, const struct ip *dst, uint64_t ms, const uint8_t *bytes,
		unsigned port_away)
{
	struct ip src = wire_ip("10.0.0.5");
	struct conficker_ports ports =
		conficker_ports_of(ip_v4_number(dst), 0, CONFICKER_PORTS_NMAP);
	struct packet packet = wire_udp(ms, &src, dst, ports.udp_fixed + port_away);

	packet.payload = bytes;
	packet.payload_length = bytes ? sizeof(message) : 0;
	scene_see(scene, packet);
}

static void a_match_that_is_a_message_too_counts_twice(void **state)
{
	uint8_t broken[sizeof(message)];
	const struct {
		const char *what;
		const uint8_t *bytes;
		unsigned port_away;
		double after[2]; /* at least, and below the next of them */
	} cases[] = {
		{ "a message", message, 0, { SUSPECT_NATS, CONVICT_NATS } },
		{ "a checksum that is wrong", broken, 0, { 6, SUSPECT_NATS } },
		{ "nothing", NULL, 0, { 6, SUSPECT_NATS } },
		{ "a message to another port", message, 1, { 0, 0 } },
	};

	(void)state;
	memcpy(broken, message, sizeof(message));
	broken[sizeof(message) - 1] ^= 1;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip bot = wire_ip("10.0.0.5");
		struct scene scene;

		scene_start(&scene);
		scene_meet(&scene, 0, &bot);
		for (unsigned n = 0; n < 2; n++) {
			struct ip dst = stranger(n);

			say(&scene, &dst, 1000 * (n + 1), cases[i].bytes, cases[i].port_away);
			if (scene.highest_by[DETECTOR_CONFICKER_P2P] < cases[i].after[n])
				fail_msg("%s: %.1f", cases[i].what, scene.highest);
			if (n == 0 &&
			    scene.highest_by[DETECTOR_CONFICKER_P2P] >= cases[i].after[1] &&
			    cases[i].after[1] > 0)
				fail_msg("%s: %.1f", cases[i].what, scene.highest);
		}
		assert_int_equal(scene.convicted > 0, i == 0);
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
		cmocka_unit_test(a_match_that_is_a_message_too_counts_twice),
		cmocka_unit_test(matches_amid_many_others_are_chance),
		cmocka_unit_test(a_busy_peer_to_peer_host_stays_innocent),
		cmocka_unit_test(what_cannot_match_takes_nothing_off),
		cmocka_unit_test(private_targets_are_not_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
