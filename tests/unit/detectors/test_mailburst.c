/* SPDX-License-Identifier: Apache-2.0 */
/* test_mailburst.c - a spam bot is convicted at its eleventh server, a mail user never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/detect/detector.h"
#include "tests/unit/detectors/scene.h"

struct mail {
	const char *name;
	unsigned port, servers, gap_ms;
	bool one_network, fails;
};

static void send_mail(struct scene *scene, const char *from, const struct mail *mail, uint64_t ms)
{
	struct ip src = wire_ip(from);

	for (unsigned n = 0; n < mail->servers; n++, ms += mail->gap_ms) {
		struct ip dst = mail->one_network ? scene_ip("81.2.3.0", n)
						  : scene_peer("81.0.0.0", n);
		struct packet packet = wire_tcp(ms, &src, &dst, mail->port, TCP_SYN);

		scene_see(scene, packet);
		scene_see(scene, wire_answer(ms + 1, &packet,
					     mail->fails ? TCP_RST | TCP_ACK : TCP_SYN | TCP_ACK));
	}
	scene_wait(scene, ms + 10000);
}

static void spam_bots_are_convicted(void **state)
{
	static const struct mail cases[] = {
		{ "all accept", 25, 40, 100, false, false },
		{ "all refuse", 25, 40, 100, false, true },
		{ "slowly", 25, 40, 60000, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;

		scene_start(&scene);
		send_mail(&scene, "10.0.0.5", &cases[i], 0);
		if (scene.highest_by[DETECTOR_MAILBURST] < CONVICT_NATS)
			print_error("%s: %.1f\n", cases[i].name,
				    scene.highest_by[DETECTOR_MAILBURST]);
		assert_true(scene.highest_by[DETECTOR_MAILBURST] >= CONVICT_NATS);
		if (!cases[i].fails && cases[i].gap_ms == 100)
			assert_int_equal(scene.contacts_at_conviction, 8);
		scene_stop(&scene);
	}
	assert_int_equal(detector_mailburst.kind, EVIDENCE_SPAM);
}

static void mail_users_are_not(void **state)
{
	static const struct {
		struct mail mail;
		double below;
	} cases[] = {
		{ { "five accounts", 587, 5, 60000, false, false }, 3 },
		{ { "one provider with two hundred addresses", 25, 200, 60000, true, false }, 1 },
		{ { "three servers", 25, 3, 1000, false, false }, 1 },
		{ { "many accounts in a day", 465, 40, 1800000, false, false }, 3 },
		{ { "handing in to everybody", 587, 100, 1000, false, false }, CONVICT_NATS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;

		scene_start(&scene);
		send_mail(&scene, "10.0.0.5", &cases[i].mail, 0);
		if (scene.highest_by[DETECTOR_MAILBURST] >= cases[i].below)
			print_error("%s: %.1f\n", cases[i].mail.name,
				    scene.highest_by[DETECTOR_MAILBURST]);
		assert_true(scene.highest_by[DETECTOR_MAILBURST] < cases[i].below);
		scene_stop(&scene);
	}
}

static void a_router_sends_the_mail_of_many_people(void **state)
{
	static const struct mail out = { "", 25, 40, 100, false, false };
	struct ip router = wire_ip("10.0.0.25");
	struct host_key key = host_key_of(&router, 0);
	struct scene scene;

	(void)state;
	scene_start(&scene);
	tracker_meet(scene.tracker, &key)->roles |= HOST_ROUTER;
	send_mail(&scene, "10.0.0.25", &out, 100);
	assert_true(scene.highest_by[DETECTOR_MAILBURST] <= 0);
	scene_stop(&scene);
}

/* By 0.6 nats, the first three by nothing; wherever in the network the servers stand. */
static void a_network_counts_once(void **state)
{
	static const struct {
		const char *name, *base;
		unsigned networks, servers_each,
			changes; /* which byte of the address tells networks apart */
		double nats;
	} cases[] = {
		{ "three networks", "81.0.0.1", 3, 1, 14, 0 },
		{ "eight", "81.0.0.1", 8, 1, 14, 3.0 },
		{ "eight with three servers each", "81.0.0.1", 8, 3, 14, 3.0 },
		{ "fifteen, one after the other", "81.0.0.1", 15, 3, 14, 7.2 },
		{ "eight of IPv6", "2001:db8::1", 8, 3, 7, 3.0 },
		{ "one of IPv6 with many servers", "2001:db8::1", 1, 200, 7, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip client =
			wire_ip(strchr(cases[i].base, ':') ? "2001:db8:1::5" : "10.0.0.5");
		struct scene scene;
		uint64_t ms = 0;
		double level;

		scene_start(&scene);
		for (unsigned n = 0; n < cases[i].networks * cases[i].servers_each;
		     n++, ms += 100) {
			struct ip dst = wire_ip(cases[i].base);
			struct packet packet;

			dst.bytes[cases[i].changes] = (uint8_t)(1 + n % cases[i].networks);
			dst.bytes[ip_is_v4(&dst) ? 15 : 13] = (uint8_t)(1 + n / cases[i].networks);
			packet = wire_tcp(ms, &client, &dst, 587, TCP_SYN);
			scene_see(&scene, packet);
			scene_see(&scene, wire_answer(ms + 1, &packet, TCP_SYN | TCP_ACK));
		}
		level = scene.highest_by[DETECTOR_MAILBURST];
		if (level < cases[i].nats - 0.3 || level > cases[i].nats + 0.3)
			fail_msg("%s: %.2f", cases[i].name, level);
		scene_stop(&scene);
	}
}

static void mail_servers_may_but_one_accomplice_makes_none(void **state)
{
	static const struct mail out = { "", 25, 40, 100, false, false };
	struct ip server = wire_ip("10.0.0.25");

	(void)state;
	for (unsigned clients = 1; clients <= 2; clients++) {
		struct scene scene;

		scene_start(&scene);
		for (unsigned n = 0; n < clients * 5; n++) {
			struct ip client = scene_ip("10.0.4.0", 1 + n % clients);
			struct packet packet = wire_tcp(n, &client, &server, 25, TCP_SYN);

			scene_meet(&scene, n, &client);
			scene_see(&scene, packet);
			scene_see(&scene, wire_answer(n, &packet, TCP_SYN | TCP_ACK));
		}
		send_mail(&scene, "10.0.0.25", &out, 100);
		assert_int_equal(scene.highest_by[DETECTOR_MAILBURST] >= CONVICT_NATS,
				 clients == 1);
		scene_stop(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spam_bots_are_convicted),
		cmocka_unit_test(mail_users_are_not),
		cmocka_unit_test(a_router_sends_the_mail_of_many_people),
		cmocka_unit_test(a_network_counts_once),
		cmocka_unit_test(mail_servers_may_but_one_accomplice_makes_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
