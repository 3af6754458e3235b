/* SPDX-License-Identifier: Apache-2.0 */
/* test_arpsweep.c - sweeps are convicted within five questions, look-alikes never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/contact/observation.h"
#include "tests/unit/detectors/scene.h"

/* The host shows that unicast frames reach the sensor, answers of neighbours among them. */
static void show_unicast(struct scene *scene, const struct ip *host)
{
	struct ip peer = wire_ip("10.0.0.200");
	struct packet packet = wire_tcp(0, host, &peer, 80, TCP_SYN);

	scene_see(scene, wire_arp(0, host, &peer));
	scene_see(scene, wire_arp_reply(0, &peer, host));
	scene_see(scene, packet);
	scene_see(scene, wire_answer(0, &packet, TCP_SYN | TCP_ACK));
}

static void a_sweep_convicts_within_five_contacts_at_any_speed(void **state)
{
	static const struct {
		const char *name;
		int step;
		unsigned gap_us;
		bool unicast, full;
		unsigned contacts;
	} cases[] = {
		{ "WannaCry: ascending, ten a second", 1, 100000, true, false, 4 },
		{ "ascending, ten thousand a second", 1, 100, true, false, 4 },
		{ "the same behind a switch that hides unicast", 1, 100, false, false, 5 },
		{ "descending", -1, 100000, true, false, 4 },
		{ "descending behind such a switch", -1, 100, false, false, 5 },
		{ "every third address, ten a second", 3, 100000, true, false, 5 },
		{ "every third address, ten thousand a second", 3, 100, true, false, 10 },
		{ "the same, where the book has listened for a week", 3, 100, false, true, 5 },
		{ "one a minute", 3, 59000000, false, true, 5 },
		{ "one in ten seconds, and the sensor is new", 3, 10000000, true, false, 6 },
		{ "one a minute: soon as it has listened for ten", 3, 59000000, true, false, 13 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip worm = wire_ip("10.0.0.5");
		struct scene scene;
		uint64_t from_ms;

		scene_start(&scene);
		from_ms = cases[i].full ? scene_fill_book(&scene) : 0;
		if (cases[i].unicast)
			show_unicast(&scene, &worm);
		for (unsigned n = 0; n < 60; n++) {
			int first = cases[i].step < 0 ? 190 : 20;
			struct ip target =
				scene_ip("10.0.0.0", (unsigned)(first + (int)n * cases[i].step));
			struct packet packet = wire_arp(0, &worm, &target);

			packet.wall_ns =
				wire_ns(from_ms + 10) + (uint64_t)n * cases[i].gap_us * 1000;
			scene_see(&scene, packet);
		}
		tracker_advance(scene.tracker,
				wire_ns(from_ms + 2000) + UINT64_C(60) * cases[i].gap_us * 1000);
		assert_true(scene.convicted > 0);
		print_message("  %s\n", cases[i].name);
		assert_int_equal(scene.contacts_at_conviction, cases[i].contacts);
		assert_int_equal(scene.latest.detector, DETECTOR_ARPSWEEP);
		assert_true(scene.latest.sample_count == EVIDENCE_SAMPLES);
		/* In a run no time is lost: the last of these questions itself convicts. */
		if (abs(cases[i].step) == 1)
			assert_int_equal(scene.convicted_ns,
					 wire_ns(10) + (uint64_t)(cases[i].contacts - 1) *
							       cases[i].gap_us * 1000);
		scene_stop(&scene);
	}
}

static void be_told(struct scene *scene, const struct ip *host, const struct ip *address)
{
	struct observation observation = { .kind = OBSERVED_NAME };
	struct host_key key = host_key_of(host, 0);

	observation.contact = (struct contact){ .src = *host, .opened_ns = wire_ns(10) };
	observation.name.address_count = 1;
	observation.name.addresses[0] = *address;
	engine_observe(scene->engine, tracker_meet(scene->tracker, &key), &observation);
}

/* Management tools and PCs at logon reach for what the directory still has; a sweep makes up the addresses. */
static void neighbours_found_by_name_may_all_be_gone(void **state)
{
	static const struct {
		const char *name;
		unsigned told, asked;
		bool convicted;
	} cases[] = {
		{ "a list of names, of which all are gone", 20, 20, false },
		{ "the same by address", 0, 20, true },
		{ "a sweep by a host that was told some others", 4, 20, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip host = wire_ip("10.0.0.5"), other = wire_ip("10.0.0.6");
		struct scene scene;

		scene_start(&scene);
		show_unicast(&scene, &host);
		for (unsigned n = 0; n < 20; n++) {
			struct ip target = scene_ip("10.0.0.0", 20 + n * 3);

			/* What another was told is nothing to the host. */
			be_told(&scene, n < cases[i].told ? &host : &other, &target);
		}
		for (unsigned n = 0; n < cases[i].asked; n++) {
			struct ip target = scene_ip("10.0.0.0", 20 + n * 3);

			scene_see(&scene, wire_arp(20 + n * 100, &host, &target));
		}
		scene_wait(&scene, 9000);
		print_message("  %s\n", cases[i].name);
		assert_int_equal(scene.convicted > 0, cases[i].convicted);
		if (!cases[i].convicted)
			assert_true(scene.highest_by[DETECTOR_ARPSWEEP] < SUSPECT_NATS);
		scene_stop(&scene);
	}
}

/* A PC that is switched on and looks for some that are not, in no order. */
static void come_to_work(struct scene *scene, const struct ip *host, uint64_t ms, unsigned away)
{
	struct ip peer = wire_ip("10.0.0.200");
	struct packet packet = wire_tcp(ms, host, &peer, 80, TCP_SYN);

	scene_see(scene, wire_arp(ms, host, &peer));
	scene_see(scene, wire_arp_reply(ms, &peer, host));
	scene_see(scene, packet);
	scene_see(scene, wire_answer(ms + 1, &packet, TCP_SYN | TCP_ACK));
	for (unsigned n = 0; n < away; n++) {
		struct ip target = scene_ip("10.0.1.0", (host->bytes[15] * 7u + n * 12u) % 250u);

		scene_see(scene, wire_arp(ms + 10 + n, host, &target));
	}
	scene_wait(scene, ms + 2000);
}

/* To a sensor that watches an office come to work all who are still away are dark.  What others do tells how little that
 * means; but nobody looks for colleagues in the order of their addresses. */
static void in_the_first_morning_many_look_for_who_is_still_away(void **state)
{
	struct ip last = wire_ip("10.0.0.150");
	struct scene scene;
	uint64_t ms = 0;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 24; n++, ms += 20000) {
		struct ip host = scene_ip("10.0.0.0", 100 + n);

		come_to_work(&scene, &host, ms, 1 + n % 4);
	}
	come_to_work(&scene, &last, ms, 6);
	assert_int_equal(scene.convicted, 0);
	for (unsigned n = 0; n < 5; n++) {
		struct ip target = scene_ip("10.0.0.0", 230 + n);

		scene_see(&scene, wire_arp(ms + 11000 + n, &last, &target));
	}
	assert_true(scene.convicted > 0);
	scene_stop(&scene);
}

/* But who sweeps among quiet hosts is convicted, here by ten at once, and is no measure for the next. */
static void a_sweep_does_not_excuse_the_next(void **state)
{
	struct scene scene;
	uint64_t ms = 0;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 8; n++, ms += 20000) {
		struct ip host = scene_ip("10.0.0.0", 100 + n);
		unsigned before = scene.convicted;

		come_to_work(&scene, &host, ms, 10);
		assert_true(scene.convicted > before);
	}
	scene_stop(&scene);
}

/* The first of a cluster of five asks for the others, which have the addresses next to its own and are not there yet.  Who goes on
 * from there is a sweep all the same, and who begins elsewhere is one as soon as ever. */
static void the_first_of_a_cluster_asks_for_those_next_to_it(void **state)
{
	static const struct {
		unsigned own, first, count, contacts; /* 0: not convicted */
	} cases[] = {
		{ 50, 51, 4, 0 }, { 54, 53, 4, 0 },  { 50, 51, 5, 5 },
		{ 50, 52, 4, 4 }, { 50, 100, 4, 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip member = scene_ip("10.0.0.0", cases[i].own);
		int step = cases[i].own > cases[i].first ? -1 : 1;
		struct scene scene;
		uint64_t now_ms;

		scene_start(&scene);
		show_unicast(&scene, &member);
		now_ms = scene_warm_up(&scene);
		for (int n = 0; n < (int)cases[i].count; n++) {
			struct ip target =
				scene_ip("10.0.0.0", (unsigned)((int)cases[i].first + n * step));

			scene_see(&scene, wire_arp(now_ms + (uint64_t)n, &member, &target));
		}
		tracker_advance(scene.tracker, wire_ns(now_ms + 3000));
		assert_int_equal(scene.convicted > 0, cases[i].contacts > 0);
		assert_int_equal(scene.contacts_at_conviction, cases[i].contacts);
		scene_stop(&scene);
	}
}

static void a_warm_book_convicts_without_hearing_unicast(void **state)
{
	struct ip worm = wire_ip("10.0.0.5");
	struct scene scene;
	uint64_t now_ms;

	(void)state;
	scene_start(&scene);
	now_ms = scene_warm_up(&scene);
	for (unsigned n = 0; n < 5; n++) {
		struct ip target = scene_ip("10.0.0.0", 20 + n * 7);

		scene_see(&scene, wire_arp(now_ms + n * 100, &worm, &target));
	}
	assert_int_equal(scene.contacts_at_conviction, 5);
	scene_stop(&scene);
}

/* One dark address in three hours, among live ones that are asked for again and again. */
static void a_slow_sweep_gathers_in_a_sum_of_its_own(void **state)
{
	struct ip worm = wire_ip("10.0.0.5"), router = wire_ip("10.0.0.1");
	struct scene scene;
	uint64_t now_ms;

	(void)state;
	scene_start(&scene);
	now_ms = scene_fill_book(&scene);
	for (unsigned n = 0; n < 12; n++) {
		struct ip target = scene_ip("10.0.0.0", 20 + n * 7);

		now_ms += 3 * 3600 * 1000;
		scene_see(&scene, wire_arp(now_ms, &worm, &router));
		scene_see(&scene, wire_arp_reply(now_ms + 1, &router, &worm));
		scene_see(&scene, wire_arp(now_ms + 60000, &worm, &target));
		if (n == 3)
			assert_true(scene.convicted == 0);
	}
	assert_true(scene.convicted > 0);
	assert_int_equal(scene.latest.half_life_min, 7 * 24 * 60);
	assert_true(scene.latest.log_odds > 20);
	scene_stop(&scene);
}

/* The same machine looks for the same dead neighbours all week; sleeping ones, however many, weigh one dark address. */
static void what_is_looked_for_again_or_sleeps_does_not_gather(void **state)
{
	struct ip host = wire_ip("10.0.0.5");
	struct scene scene;
	uint64_t now_ms;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 40; n++) {
		struct ip sleeper = scene_ip("10.0.0.0", 100 + n);

		scene_see(&scene, wire_arp(n, &sleeper, &sleeper));
	}
	now_ms = scene_fill_book(&scene);
	for (unsigned n = 0; n < 400; n++) {
		struct ip dead = scene_ip("10.0.0.0", 20 + n % 3),
			  sleeper = scene_ip("10.0.0.0", 100 + n % 40);

		now_ms += 20 * 60 * 1000;
		scene_see(&scene, wire_arp(now_ms, &host, &dead));
		scene_see(&scene, wire_arp(now_ms + 5, &host, &sleeper));
		scene_wait(&scene, now_ms + 5000);
	}
	assert_true(scene.highest < 13);
	scene_stop(&scene);
}

static void a_sweep_of_ipv6_neighbours_is_the_same(void **state)
{
	struct ip worm = wire_ip("fe80::5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 6; n++) {
		struct ip target = scene_ip("fe80::", 32 + n);

		scene_see(&scene, wire_solicit(n, &worm, &target));
	}
	assert_int_equal(scene.contacts_at_conviction, 5);
	assert_int_equal(scene.latest.contact_kind, CONTACT_ND);
	scene_stop(&scene);
}

/* ---- look-alikes (worm-detection.md D.2) ---- */

static void ask_unknown(struct scene *scene, const struct ip *asker, uint64_t start_ms,
			unsigned count, bool in_order)
{
	for (unsigned n = 0; n < count; n++) {
		struct ip target = scene_ip("10.0.0.0", 20 + (in_order ? n : n * 37 % 150));

		scene_see(scene, wire_arp(start_ms + n * 10, asker, &target));
	}
	scene_wait(scene, start_ms + count * 10 + 3000);
}

static void a_router_may_ask_for_anybody(void **state)
{
	struct ip gateway = wire_ip("10.0.0.1"), client = wire_ip("10.0.0.5"),
		  web = wire_ip("93.184.216.34");
	struct scene scene;
	struct packet packet;

	(void)state;
	scene_start(&scene);
	scene_see(&scene, wire_arp(0, &gateway, &client));
	packet = wire_tcp(1, &client, &web, 80, TCP_SYN);
	packet.dst_mac = wire_mac(&gateway);
	scene_see(&scene, packet);
	ask_unknown(&scene, &gateway, 10, 200, true);
	/* One accomplice makes no gateway yet: it is shown, and does not reach suspicion. */
	assert_true(scene.highest > 3 && scene.highest < SUSPECT_NATS);
	scene_stop(&scene);
	scene_start(&scene);
	scene_see(&scene, wire_arp(0, &gateway, &client));
	for (unsigned n = 0; n < 3 * 64 * 20; n++) {
		packet.wall_ns = wire_ns(1 + n * 1000);
		packet.src = scene_ip("10.0.0.0", 20 + n % 20);
		packet.src_mac = wire_mac(&packet.src);
		packet.tcp_flags = n < 20 ? TCP_SYN : TCP_ACK;
		scene_see(&scene, packet);
	}
	ask_unknown(&scene, &gateway, 4000000, 200, true);
	assert_int_equal(scene.statements, 0);
	scene_stop(&scene);
}

static void a_dhcp_server_may_probe_before_it_offers(void **state)
{
	struct ip server = wire_ip("10.0.0.2"), nobody = wire_ip("0.0.0.0"),
		  all = wire_ip("255.255.255.255");
	struct packet ask = wire_udp(0, &nobody, &all, 67), offer = wire_udp(1, &server, &all, 68);
	struct scene scene;

	(void)state;
	scene_start(&scene);
	ask.src_port = 68;
	ask.src_mac = (struct mac){ { 2, 9, 9, 9, 9, 9 } };
	offer.src_port = 67;
	scene_see(&scene, ask);
	scene_see(&scene, offer);
	show_unicast(&scene, &server);
	ask_unknown(&scene, &server, 10, 100, false);
	assert_true(scene.highest < SUSPECT_NATS);
	scene_stop(&scene);
}

static void unseen_answers_in_a_cold_book_prove_nothing(void **state)
{
	struct ip monitor = wire_ip("10.0.0.5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	ask_unknown(&scene, &monitor, 10, 100, false);
	assert_true(scene.highest < SUSPECT_NATS);
	scene_stop(&scene);
}

/* Two servers side by side are what everybody asks for first. */
static void servers_side_by_side_are_no_run_where_answers_are_not_seen(void **state)
{
	struct ip client = wire_ip("10.0.0.5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	ask_unknown(&scene, &client, 10, 2, true);
	assert_int_equal(scene.statements, 0);
	scene_stop(&scene);
}

/* What a router asks for comes out of order, with neighbours by chance. */
static void a_burst_out_of_order_with_neighbours_in_it_is_no_sweep(void **state)
{
	struct ip gateway = wire_ip("10.0.0.1");
	struct scene scene;
	unsigned at = 3;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 200; n++) {
		struct ip target;

		/* Each fourth pair lies side by side, each twelfth is followed by a third. */
		at = n % 4 == 1 || n % 12 == 2 ? at + 1 : (at * 37 + 11) % 250;
		target = scene_ip("10.0.0.0", at);
		scene_see(&scene, wire_arp(10 + n, &gateway, &target));
	}
	scene_wait(&scene, 5000);
	assert_true(scene.highest < CONVICT_NATS);
	scene_stop(&scene);
}

/* Answers are not seen, but a question that is asked again was not answered. */
static void questions_asked_again_convict_where_answers_are_not_seen(void **state)
{
	struct ip worm = wire_ip("10.0.0.5"), talker = wire_ip("10.0.0.250");

	(void)state;
	for (unsigned again = 0; again < 2; again++) {
		struct scene scene;
		uint64_t ms = 0;

		scene_start(&scene);
		for (; ms < 11 * 60000; ms += 60000)
			scene_see(&scene, wire_arp(ms, &talker, &worm));
		for (unsigned n = 0; n < 6; n++) {
			struct ip target = scene_ip("10.0.0.0", 20 + n * 7);

			scene_see(&scene, wire_arp(ms + n * 100, &worm, &target));
		}
		assert_int_equal(scene.statements, 0);
		for (unsigned n = 0; again && n < 6; n++) {
			struct ip target = scene_ip("10.0.0.0", 20 + n * 7);

			scene_see(&scene, wire_arp(ms + 1000 + n * 100, &worm, &target));
		}
		scene_wait(&scene, ms + 5000);
		assert_int_equal(scene.contacts_at_conviction, again ? 5 : 0);
		scene_stop(&scene);
	}
}

/* A program calls all members of its cluster at once, and then the same ones again. */
static void many_asked_for_at_once_are_a_list(void **state)
{
	static const struct {
		const char *name;
		unsigned at_once, later, step;
		bool full, convicted;
	} cases[] = {
		{ "nine members of a cluster that are gone", 9, 0, 7, false, false },
		{ "ten", 10, 0, 7, false, true },
		{ "nine, and then one more", 9, 1, 7, false, true },
		{ "six in order", 6, 0, 1, false, true },
		{ "nine, where the book has listened for a week", 9, 0, 7, true, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip host = wire_ip("10.0.0.5");
		struct scene scene;
		uint64_t from_ms;

		scene_start(&scene);
		from_ms = cases[i].full ? scene_fill_book(&scene) : 10;
		show_unicast(&scene, &host);
		for (unsigned round = 0; round < 4; round++)
			for (unsigned n = 0; n < cases[i].at_once; n++) {
				struct ip target = scene_ip("10.0.0.0", 20 + n * cases[i].step);

				scene_see(&scene,
					  wire_arp(from_ms + round * 1000 + n, &host, &target));
			}
		for (unsigned n = 0; n < cases[i].later; n++) {
			struct ip target = scene_ip("10.0.0.0", 130 + n * 7);

			scene_see(&scene, wire_arp(from_ms + 5000 + n, &host, &target));
		}
		scene_wait(&scene, from_ms + 9000);
		if ((scene.convicted > 0) != cases[i].convicted)
			print_error("%s: %f\n", cases[i].name, scene.highest);
		assert_int_equal(scene.convicted > 0, cases[i].convicted);
		scene_stop(&scene);
	}
}

static void a_walk_through_live_neighbours_takes_everything_back(void **state)
{
	struct ip monitor = wire_ip("10.0.0.5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	show_unicast(&scene, &monitor);
	for (unsigned n = 0; n < 100; n++) {
		struct ip target = scene_ip("10.0.0.0", 20 + n);

		scene_see(&scene, wire_arp(n * 10, &monitor, &target));
		scene_see(&scene, wire_arp_reply(n * 10 + 1, &target, &monitor));
	}
	scene_wait(&scene, 5000);
	assert_true(scene.highest < SUSPECT_NATS);
	assert_true(scene.statements == 0 || scene.latest.log_odds < 1);
	scene_stop(&scene);
}

/* A monitor of a list in order, of which a few in a row were taken away; a worm among as many that live only gets that far. */
static void the_company_of_the_living_excuses_a_few(void **state)
{
	static const struct {
		const char *name;
		unsigned live, dark, gap_ms, contacts; /* of the conviction; 0 = none */
	} cases[] = {
		{ "a list with five gone", 20, 5, 300, 0 },
		{ "the same, faster than silence", 10, 5, 10, 0 },
		{ "a sweep through a dense block", 20, 40, 300, 7 },
		{ "two beside the one it has met", 2, 40, 300, 4 },
		{ "a sweep of the dark", 0, 40, 300, 4 },
	};
	struct ip asker = wire_ip("10.0.0.5");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;

		scene_start(&scene);
		show_unicast(&scene, &asker);
		for (unsigned n = 0; n <= cases[i].live + cases[i].dark; n++) {
			struct ip target = scene_ip("10.0.0.0", 20 + n);

			scene_see(&scene, wire_arp(1000 + n * cases[i].gap_ms, &asker, &target));
			if (n < cases[i].live || n == cases[i].live + cases[i].dark)
				scene_see(&scene, wire_arp_reply(1001 + n * cases[i].gap_ms,
								 &target, &asker));
		}
		scene_wait(&scene, 60000);
		if (scene.contacts_at_conviction != cases[i].contacts)
			print_error("%s: %u\n", cases[i].name, scene.contacts_at_conviction);
		assert_int_equal(scene.contacts_at_conviction, cases[i].contacts);
		scene_stop(&scene);
	}
}

static void one_dead_neighbour_asked_for_all_day_weighs_once(void **state)
{
	struct ip client = wire_ip("10.0.0.5"), dead = wire_ip("10.0.0.77");

	(void)state;
	for (unsigned warm = 0; warm < 2; warm++) {
		struct scene scene;
		uint64_t ms = 0;

		scene_start(&scene);
		show_unicast(&scene, &client);
		if (warm)
			ms = scene_warm_up(&scene);
		/* Every 11 minutes: each time a first contact again, but never a new target. */
		for (unsigned round = 0; round < 130; round++, ms += 11 * 60000) {
			scene_see(&scene, wire_arp(ms, &client, &dead));
			scene_see(&scene, wire_arp(ms + 1000, &client, &dead));
			scene_wait(&scene, ms + 50000);
		}
		assert_true(scene.highest < 3.0);
		scene_stop(&scene);
	}
}

static void a_laptop_from_another_network_asks_for_few(void **state)
{
	struct ip laptop = wire_ip("192.168.7.20");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	show_unicast(&scene, &laptop);
	for (unsigned round = 0; round < 20; round++)
		for (unsigned n = 0; n < 4; n++) {
			struct ip old = scene_ip("192.168.7.0", 1 + n * 40);

			scene_see(&scene, wire_arp(round * 3000 + n * 100, &laptop, &old));
		}
	scene_wait(&scene, 70000);
	assert_true(scene.highest < CONVICT_NATS);
	scene_stop(&scene);
}

static void announcements_and_probes_weigh_nothing(void **state)
{
	struct ip nobody = wire_ip("0.0.0.0");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 1; n < 200; n++) {
		struct ip address = scene_ip("10.0.0.0", n);

		scene_see(&scene, wire_arp(n, &nobody, &address));
		scene_see(&scene, wire_arp(n, &address, &address));
	}
	scene_wait(&scene, 5000);
	assert_int_equal(scene.statements, 0);
	scene_stop(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours_found_by_name_may_all_be_gone),
		cmocka_unit_test(a_sweep_convicts_within_five_contacts_at_any_speed),
		cmocka_unit_test(in_the_first_morning_many_look_for_who_is_still_away),
		cmocka_unit_test(a_sweep_does_not_excuse_the_next),
		cmocka_unit_test(the_first_of_a_cluster_asks_for_those_next_to_it),
		cmocka_unit_test(a_warm_book_convicts_without_hearing_unicast),
		cmocka_unit_test(a_slow_sweep_gathers_in_a_sum_of_its_own),
		cmocka_unit_test(what_is_looked_for_again_or_sleeps_does_not_gather),
		cmocka_unit_test(a_sweep_of_ipv6_neighbours_is_the_same),
		cmocka_unit_test(a_router_may_ask_for_anybody),
		cmocka_unit_test(a_dhcp_server_may_probe_before_it_offers),
		cmocka_unit_test(unseen_answers_in_a_cold_book_prove_nothing),
		cmocka_unit_test(servers_side_by_side_are_no_run_where_answers_are_not_seen),
		cmocka_unit_test(a_burst_out_of_order_with_neighbours_in_it_is_no_sweep),
		cmocka_unit_test(many_asked_for_at_once_are_a_list),
		cmocka_unit_test(questions_asked_again_convict_where_answers_are_not_seen),
		cmocka_unit_test(a_walk_through_live_neighbours_takes_everything_back),
		cmocka_unit_test(the_company_of_the_living_excuses_a_few),
		cmocka_unit_test(one_dead_neighbour_asked_for_all_day_weighs_once),
		cmocka_unit_test(a_laptop_from_another_network_asks_for_few),
		cmocka_unit_test(announcements_and_probes_weigh_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
