/* SPDX-License-Identifier: Apache-2.0 */
/* test_trw.c - worms are convicted within the promised number of contacts, look-alikes never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/random.h"
#include "core/base/units.h"
#include "core/contact/observation.h"
#include "tests/unit/detectors/scene.h"

enum answer { SILENT, RESET, ACCEPT, NO_ROUTE, UNREACHABLE };

struct scan {
	const char *first; /* target; the last byte counts up; NULL: peers in networks of their own */
	unsigned port;
	enum answer answer;
	bool bare, udp;
	unsigned hosts;
};

static void answer_to(struct scene *scene, const struct packet *packet, uint64_t ms,
		      enum answer answer)
{
	if (answer == RESET)
		scene_see(scene, wire_answer(ms, packet, TCP_RST | TCP_ACK));
	else if (answer == ACCEPT)
		scene_see(scene, wire_answer(ms, packet,
					     packet->kind == PACKET_TCP ? TCP_SYN | TCP_ACK : 0));
	else if (answer == NO_ROUTE)
		scene_see(scene, wire_error(ms, packet, 3, 0));
	else if (answer == UNREACHABLE)
		scene_see(scene, wire_error(ms, packet, 3, 3));
}

static uint64_t run_scan(struct scene *scene, const struct ip *src, const struct scan *scan,
			 uint64_t ms)
{
	for (unsigned n = 0; n < scan->hosts; n++, ms += 100) {
		struct ip dst = scan->first ? scene_ip(scan->first, 10 + n)
					    : scene_peer("81.0.0.0", n);
		struct packet packet = scan->udp ? wire_udp(ms, src, &dst, scan->port)
						 : wire_tcp(ms, src, &dst, scan->port, TCP_SYN);

		if (scan->bare)
			packet.marks &= (uint8_t)~PACKET_TCP_OPTIONS;
		scene_see(scene, packet);
		answer_to(scene, &packet, ms + 1, scan->answer);
	}
	scene_wait(scene, ms + 9000);
	return ms + 9000;
}

/* Somebody hears answers from the Internet all the time. */
static void keep_the_uplink_alive(struct scene *scene, uint64_t from_ms, uint64_t to_ms)
{
	struct ip other = wire_ip("10.0.0.99");

	for (uint64_t ms = from_ms, n = 0; ms < to_ms; ms += 1000, n++) {
		struct ip web = scene_ip("93.184.216.0", (unsigned)(n % 250));
		struct packet packet = wire_tcp(ms, &other, &web, 443, TCP_SYN);

		scene_see(scene, packet);
		scene_see(scene, wire_answer(ms, &packet, TCP_SYN | TCP_ACK));
	}
}

static void scans_convict_within_seven_contacts(void **state)
{
	static const struct {
		const char *name;
		struct scan scan;
		unsigned contacts;
	} cases[] = {
		{ "445 refused", { "10.0.1.0", 445, RESET, false, false, 40 }, 5 },
		{ "445 silent", { "10.0.1.0", 445, SILENT, false, false, 40 }, 6 },
		{ "445 of the Internet, silent", { "81.2.3.0", 445, SILENT, false, false, 40 }, 5 },
		{ "445 bare, even if accepted", { "10.0.1.0", 445, ACCEPT, true, false, 40 }, 5 },
		{ "telnet refused by ICMP", { "10.0.1.0", 23, UNREACHABLE, false, false, 40 }, 5 },
		{ "port 80 refused", { "10.0.1.0", 80, RESET, false, false, 40 }, 7 },
		{ "port 80 bare", { "81.2.3.0", 80, SILENT, true, false, 40 }, 5 },
		{ "a high port bare", { "10.0.1.0", 37215, SILENT, true, false, 40 }, 5 },
		{ "Slammer: UDP 1434 silent", { "10.0.1.0", 1434, SILENT, false, true, 40 }, 6 },
		{ "UDP 69 refused", { "10.0.1.0", 69, UNREACHABLE, false, true, 40 }, 7 },
	};
	struct ip worm = wire_ip("10.0.0.5");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;

		scene_start(&scene);
		run_scan(&scene, &worm, &cases[i].scan, 0);
		if (scene.contacts_at_conviction != cases[i].contacts)
			print_error("%s\n", cases[i].name);
		assert_int_equal(scene.contacts_at_conviction, cases[i].contacts);
		assert_int_equal(scene.latest.detector, DETECTOR_TRW);
		assert_int_equal(scene.latest.port, cases[i].scan.port);
		scene_stop(&scene);
	}
}

/* A fast scanner has opened more than what has failed yet: all of them are told. */
static void contacts_in_flight_are_judged_soon_and_counted(void **state)
{
	static const struct {
		unsigned gap_ms, contacts;
	} cases[] = { { 500, 5 }, { 100, 6 }, { 50, 6 }, { 25, 6 }, { 10, 8 }, { 1, 30 } };
	struct ip worm = wire_ip("10.0.0.5");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;
		uint64_t opened;

		scene_start(&scene);
		for (unsigned n = 0; n < 60; n++) {
			struct ip dst = scene_ip("10.0.1.0", 10 + n);

			scene_see(&scene,
				  wire_tcp(1 + n * cases[i].gap_ms, &worm, &dst, 445, TCP_SYN));
		}
		scene_wait(&scene, 60000);
		assert_true(scene.convicted > 0);
		opened = (scene.convicted_ns - wire_ns(1)) / ms_to_ns(cases[i].gap_ms) + 1;
		/* Time passes with packets: the next one may be the clock that shows the last as overdue. */
		assert_in_range(scene.contacts_at_conviction, opened - 1, opened);
		assert_true(scene.contacts_at_conviction <= cases[i].contacts);
		scene_stop(&scene);
	}
}

/* Many servers at once, each answering within the site's usual time, then later: never in between either. */
static void a_burst_of_sessions_that_are_answered_convicts_nobody(void **state)
{
	static const unsigned answer_ms[] = { 1, 10, 60 };
	struct ip client = wire_ip("10.0.0.5");

	(void)state;
	for (size_t i = 0; i < sizeof(answer_ms) / sizeof(answer_ms[0]); i++) {
		struct packet sent[60];
		struct scene scene;

		scene_start(&scene);
		for (unsigned ms = 0; ms < 200; ms++) {
			if (ms % 10 == 0 && ms / 10 < 12) {
				struct ip dst = scene_ip("10.0.1.0", 10 + ms / 10);

				sent[ms / 10] = wire_tcp(ms, &client, &dst, 445, TCP_SYN);
				scene_see(&scene, sent[ms / 10]);
			}
			if (ms >= answer_ms[i] && (ms - answer_ms[i]) % 10 == 0 &&
			    (ms - answer_ms[i]) / 10 < 12)
				scene_see(&scene, wire_answer(ms, &sent[(ms - answer_ms[i]) / 10],
							      TCP_SYN | TCP_ACK));
		}
		scene_wait(&scene, 9000);
		assert_int_equal(scene.convicted, 0);
		scene_stop(&scene);
	}
}

/* A script opens one service on 30 machines of a branch behind a slow line, which nobody had talked to. */
static bool convicts_a_burst_to_a_branch(unsigned port)
{
	struct ip admin = wire_ip("10.0.0.5");
	struct packet sent[30];
	struct scene scene;
	bool is_convicted;

	scene_start(&scene);
	for (unsigned ms = 0; ms < 800; ms += 20) {
		if (ms / 20 < 30) {
			struct ip dst = scene_ip("10.44.0.0", 20 + ms / 20 * 3);

			sent[ms / 20] = wire_tcp(ms, &admin, &dst, port, TCP_SYN);
			scene_see(&scene, sent[ms / 20]);
		}
		if (ms >= 140 && (ms - 140) / 20 < 30)
			scene_see(&scene,
				  wire_answer(ms, &sent[(ms - 140) / 20], TCP_SYN | TCP_ACK));
	}
	scene_wait(&scene, 9000);
	is_convicted = scene.convicted > 0;
	scene_stop(&scene);
	return is_convicted;
}

static void a_branch_never_heard_may_be_logged_on_to_at_once(void **state)
{
	(void)state;
	assert_false(convicts_a_burst_to_a_branch(5985));
	assert_false(convicts_a_burst_to_a_branch(22));
	/* Nor does file sharing differ from a worm that is as fast. */
	assert_true(convicts_a_burst_to_a_branch(445));
}

static void innocent_patterns_never_convict(void **state)
{
	static const struct {
		const char *name;
		struct scan scan;
		double below;
	} cases[] = {
		{ "a peer-to-peer client whose peers are gone",
		  { NULL, 6346, RESET, false, false, 200 },
		  CONVICT_NATS },
		{ "the same with silent peers",
		  { "10.0.1.0", 6881, SILENT, false, false, 200 },
		  CONVICT_NATS },
		{ "a ping tool on dead hosts",
		  { "10.0.1.0", 22000, UNREACHABLE, false, true, 200 },
		  CONVICT_NATS },
		{ "what passes firewalls, by address: relays that are censored",
		  { NULL, 443, RESET, false, false, 200 },
		  CONVICT_NATS },
		{ "no route to web servers",
		  { "81.2.3.0", 80, NO_ROUTE, false, false, 200 },
		  SUSPECT_NATS },
		{ "a web user without an uplink",
		  { "81.2.3.0", 443, SILENT, false, false, 200 },
		  1 },
		{ "a backup that reaches everybody",
		  { "10.0.1.0", 445, ACCEPT, false, false, 200 },
		  1 },
		{ "reports to collectors that are gone",
		  { "10.0.1.0", 514, SILENT, false, true, 200 },
		  CONVICT_NATS },
		{ "SNMP traps that nobody answers",
		  { "10.0.1.0", 162, SILENT, false, true, 4 },
		  SUSPECT_NATS },
	};
	struct ip host = wire_ip("10.0.0.5");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;

		scene_start(&scene);
		run_scan(&scene, &host, &cases[i].scan, 0);
		if (scene.highest_by[DETECTOR_TRW] >= cases[i].below)
			print_error("%s: %.1f\n", cases[i].name, scene.highest);
		assert_true(scene.highest_by[DETECTOR_TRW] < cases[i].below);
		assert_true(scene.highest < CONVICT_NATS);
		scene_stop(&scene);
	}
}

/* Of the Internet nobody has so many configured by their numbers. */
static void silence_of_services_of_the_internet_convicts_in_the_end(void **state)
{
	struct ip scanner = wire_ip("10.0.0.5");
	struct scan ntp = { NULL, 123, SILENT, false, true, 40 };
	struct scene scene;

	(void)state;
	scene_start(&scene);
	keep_the_uplink_alive(&scene, 0, 20000);
	run_scan(&scene, &scanner, &ntp, 20000);
	assert_int_equal(scene.contacts_at_conviction, 20);
	scene_stop(&scene);
}

static void a_vertical_scan_never_convicts(void **state)
{
	static const enum answer answers[] = { RESET, SILENT, UNREACHABLE };
	struct ip scanner = wire_ip("10.0.0.5");

	(void)state;
	for (size_t a = 0; a < 3; a++)
		for (unsigned bare = 0; bare < 2; bare++) {
			struct scene scene;

			scene_start(&scene);
			for (unsigned n = 0; n < 3000; n++) {
				struct ip dst = scene_ip("10.0.1.0", 10 + n % 3);
				struct packet packet = wire_tcp(n * 10, &scanner, &dst,
								1 + n / 3 * 7 % 6000, TCP_SYN);

				if (bare)
					packet.marks &= (uint8_t)~PACKET_TCP_OPTIONS;
				scene_see(&scene, packet);
				answer_to(&scene, &packet, n * 10 + 1, answers[a]);
			}
			scene_wait(&scene, 60000);
			assert_true(scene.highest < CONVICT_NATS);
			scene_stop(&scene);
		}
}

/* What is closed says so, whatever else the machine offers. */
static void another_service_that_accepts_takes_no_failure_back(void **state)
{
	struct ip worm = wire_ip("10.0.0.5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 6; n++) {
		struct ip dst = scene_ip("10.0.1.0", 10 + n);
		struct packet closed = wire_tcp(n * 200, &worm, &dst, 445, TCP_SYN),
			      open = wire_tcp(n * 200 + 100, &worm, &dst, 80, TCP_SYN);

		scene_see(&scene, closed);
		answer_to(&scene, &closed, n * 200 + 1, RESET);
		scene_see(&scene, open);
		answer_to(&scene, &open, n * 200 + 101, ACCEPT);
	}
	assert_true(scene.highest_by[DETECTOR_TRW] >= CONVICT_NATS);
	scene_stop(&scene);
}

/* ---- lists --------------------------------------------------------------------------------------- */

/* A monitor reaches servers one after the other; those from the 13th on are gone. */
static double highest_of_list(unsigned gone, bool live_first)
{
	struct ip monitor = wire_ip("10.0.0.5");
	struct scan live = { "10.0.1.0", 135, ACCEPT, false, false, 12 },
		    dead = { "10.0.2.0", 135, SILENT, false, false, gone };
	struct scene scene;
	double highest;
	uint64_t ms = 0;

	scene_start(&scene);
	if (live_first)
		ms = run_scan(&scene, &monitor, &live, ms);
	run_scan(&scene, &monitor, &dead, ms);
	highest = scene.highest_by[DETECTOR_TRW];
	scene_stop(&scene);
	return highest;
}

static void who_met_twelve_that_accept_may_miss_a_rack(void **state)
{
	(void)state;
	assert_true(highest_of_list(6, true) < CONVICT_NATS);
	assert_true(highest_of_list(6, false) >= CONVICT_NATS);
	/* The credit is two failures, no more. */
	assert_true(highest_of_list(8, true) >= CONVICT_NATS);
}

/* Every other one answers so late that it has been taken for dead: in the end that is one that accepts like the others. */
static void who_is_late_is_company_like_who_is_not(void **state)
{
	static const struct {
		const char *name;
		unsigned late_ms;
	} cases[] = { { "all answer at once", 1 }, { "every other one is late", 600 } };
	struct ip monitor = wire_ip("10.0.0.5");
	struct scan dead = { "10.0.2.0", 135, SILENT, false, false, 6 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;

		scene_start(&scene);
		for (unsigned n = 0; n < 6; n++) {
			struct ip slow = scene_ip("10.0.1.0", 10 + n),
				  quick = scene_ip("10.0.1.0", 100 + n);
			struct packet first = wire_tcp(n * 1000, &monitor, &slow, 135, TCP_SYN);
			struct packet second =
				wire_tcp(n * 1000 + 500, &monitor, &quick, 135, TCP_SYN);

			scene_see(&scene, first);
			if (cases[i].late_ms < 500)
				answer_to(&scene, &first, n * 1000 + cases[i].late_ms, ACCEPT);
			scene_see(&scene, second);
			answer_to(&scene, &second, n * 1000 + 501, ACCEPT);
			if (cases[i].late_ms > 500)
				answer_to(&scene, &first, n * 1000 + cases[i].late_ms, ACCEPT);
		}
		run_scan(&scene, &monitor, &dead, 8000);
		if (scene.highest_by[DETECTOR_TRW] >= CONVICT_NATS)
			fail_msg("%s: %.1f", cases[i].name, scene.highest_by[DETECTOR_TRW]);
		scene_stop(&scene);
	}
}

static void credit_of_one_service_is_none_for_another(void **state)
{
	struct ip host = wire_ip("10.0.0.5");
	struct scan live = { "10.0.1.0", 22, ACCEPT, false, false, 12 },
		    dead = { "10.0.2.0", 445, RESET, false, false, 5 };
	struct scene scene;

	(void)state;
	scene_start(&scene);
	run_scan(&scene, &host, &dead, run_scan(&scene, &host, &live, 0));
	assert_true(scene.highest_by[DETECTOR_TRW] >= CONVICT_NATS);
	scene_stop(&scene);
}

static void a_flood_from_random_sources_convicts_nobody(void **state)
{
	uint64_t seed = 4242;
	struct scene scene;

	(void)state;
	printf("seed %llu\n", (unsigned long long)seed);
	scene_start(&scene);
	for (unsigned n = 0; n < 100000; n++) {
		uint64_t random = random_step(&seed);
		struct ip src = ip_from_v4((const uint8_t *)&random),
			  dst = ip_from_v4((const uint8_t *)&random + 4);
		struct packet packet =
			wire_tcp(0, &src, &dst, (unsigned)random_step(&seed) & 0xffff, TCP_SYN);

		packet.wall_ns = wire_ns(0) + n * UINT64_C(10000);
		packet.marks &= (uint8_t)~PACKET_TCP_OPTIONS;
		scene_see(&scene, packet);
	}
	scene_wait(&scene, 10000);
	assert_true(scene.highest < SUSPECT_NATS);
	scene_stop(&scene);
}

static void inbound_probes_make_no_suspect_of_the_victim(void **state)
{
	struct ip victim = wire_ip("10.0.0.5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 200; n++) {
		struct ip stranger = scene_ip("81.2.3.0", n);
		struct packet packet = wire_tcp(n * 100, &stranger, &victim, 445, TCP_SYN);

		scene_see(&scene, packet);
		scene_see(&scene, wire_answer(n * 100 + 1, &packet, TCP_RST | TCP_ACK));
	}
	assert_int_equal(scene.statements, 0);
	scene_stop(&scene);
}

static void a_resolver_may_ask_dead_servers(void **state)
{
	struct ip resolver = wire_ip("10.0.0.53"), client = wire_ip("10.0.0.5");
	struct packet query = wire_udp(0, &client, &resolver, 53);
	struct scan dead = { "81.2.3.0", 53, UNREACHABLE, false, true, 100 };
	struct scan worm = { "10.0.1.0", 445, RESET, false, false, 20 };
	struct scene scene;
	uint64_t ms;

	(void)state;
	scene_start(&scene);
	scene_see(&scene, query);
	scene_see(&scene, wire_answer(1, &query, 0));
	ms = run_scan(&scene, &resolver, &dead, 100);
	assert_int_equal(scene.statements, 0);
	/* The role covers what it serves, nothing else. */
	run_scan(&scene, &resolver, &worm, ms);
	assert_int_equal(scene.contacts_at_conviction, 5);
	scene_stop(&scene);
}

static void a_slow_answer_takes_the_provisional_failure_back(void **state)
{
	struct ip host = wire_ip("10.0.0.5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 40; n++) {
		struct ip dst = scene_ip("10.0.1.0", 10 + n);
		struct packet packet = wire_tcp(n * 1000, &host, &dst, 445, TCP_SYN);

		scene_see(&scene, packet);
		scene_see(&scene, wire_answer(n * 1000 + 600, &packet, TCP_SYN | TCP_ACK));
	}
	assert_true(scene.highest_by[DETECTOR_TRW] < 3.0);
	scene_stop(&scene);
}

static void successes_elsewhere_buy_no_credit_on_worm_ports(void **state)
{
	struct ip host = wire_ip("10.0.0.5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 30; n++) {
		struct ip dead = scene_ip("10.0.1.0", 10 + n), web = scene_ip("81.2.3.0", 10 + n);
		struct packet failing = wire_tcp(n * 100, &host, &dead, 445, TCP_SYN);
		struct packet fine = wire_tcp(n * 100 + 10, &host, &web, 443, TCP_SYN);

		scene_see(&scene, failing);
		scene_see(&scene, wire_answer(n * 100 + 1, &failing, TCP_RST | TCP_ACK));
		scene_see(&scene, fine);
		scene_see(&scene, wire_answer(n * 100 + 20, &fine, TCP_SYN | TCP_ACK));
	}
	assert_int_equal(scene.contacts_at_conviction, 5);
	scene_stop(&scene);
}

static void many_ports_of_one_accomplice_buy_one_credit(void **state)
{
	struct ip host = wire_ip("10.0.0.5"), accomplice = wire_ip("10.0.2.1");
	static const unsigned ports[] = { 445, 139, 135, 3389, 22, 23, 2323, 5985, 5986, 1433 };
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 10; n++) {
		struct ip dead = scene_ip("10.0.1.0", 10 + n);
		struct packet failing = wire_tcp(n * 100, &host, &dead, 445, TCP_SYN);
		struct packet fine = wire_tcp(n * 100 + 10, &host, &accomplice, ports[n], TCP_SYN);

		scene_see(&scene, failing);
		scene_see(&scene, wire_answer(n * 100 + 1, &failing, TCP_RST | TCP_ACK));
		scene_see(&scene, fine);
		scene_see(&scene, wire_answer(n * 100 + 20, &fine, TCP_SYN | TCP_ACK));
	}
	assert_true(scene.convicted > 0);
	/* Six failures; what succeeded in between is told as well. */
	assert_true(scene.contacts_at_conviction <= 12);
	scene_stop(&scene);
}

static void success_at_a_popular_service_buys_nothing(void **state)
{
	struct ip host = wire_ip("10.0.0.5"), server = wire_ip("10.0.2.1");
	struct scan scan = { "10.0.1.0", 445, RESET, false, false, 3 };
	struct scan rest = { "10.0.3.0", 445, RESET, false, false, 10 };
	struct packet packet;

	(void)state;
	for (unsigned clients = 0; clients <= 40; clients += 40) {
		struct scene scene;
		uint64_t ms;

		scene_start(&scene);
		for (unsigned n = 0; n < clients; n++) {
			struct ip client = scene_ip("10.0.4.0", n);

			packet = wire_tcp(n, &client, &server, 445, TCP_SYN);
			scene_see(&scene, packet);
			scene_see(&scene, wire_answer(n, &packet, TCP_SYN | TCP_ACK));
		}
		ms = run_scan(&scene, &host, &scan, 100);
		packet = wire_tcp(ms, &host, &server, 445, TCP_SYN);
		scene_see(&scene, packet);
		scene_see(&scene, wire_answer(ms, &packet, TCP_SYN | TCP_ACK));
		run_scan(&scene, &host, &rest, ms);
		assert_int_equal(scene.contacts_at_conviction, clients ? 6 : 7);
		scene_stop(&scene);
	}
}

static void a_weaker_failure_of_a_judged_host_changes_nothing(void **state)
{
	struct ip host = wire_ip("10.0.0.5");
	struct scan worm = { "10.0.1.0", 445, RESET, false, false, 4 };
	struct scan web = { "10.0.1.0", 80, RESET, false, false, 4 };
	struct scene scene;
	unsigned statements;
	uint64_t ms;

	(void)state;
	scene_start(&scene);
	ms = run_scan(&scene, &host, &worm, 0);
	statements = scene.statements;
	run_scan(&scene, &host, &web, ms);
	assert_int_equal(scene.statements, statements);
	scene_stop(&scene);
	/* The other way round the stronger term takes the place of the weaker one. */
	scene_start(&scene);
	ms = run_scan(&scene, &host, &web, 0);
	run_scan(&scene, &host, &worm, ms);
	assert_int_equal(scene.latest.port_class, CLASS_WORM_PORT);
	assert_true(scene.latest.log_odds > 11.5 && scene.highest < 11.7);
	scene_stop(&scene);
}

/* Slow servers that are later found closed on another port: an answer ends a term, it earns no immunity. */
static void a_host_whose_term_was_taken_back_may_fail_again(void **state)
{
	struct ip host = wire_ip("10.0.0.5");
	struct scan other = { "10.0.1.0", 8080, RESET, false, false, 6 };
	struct scene scene;
	uint64_t ms = 0;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 6; n++, ms += 1000) {
		struct ip dst = scene_ip("10.0.1.0", 10 + n);
		struct packet packet = wire_tcp(ms, &host, &dst, 80, TCP_SYN);

		scene_see(&scene, packet);
		scene_wait(&scene, ms + 300);
		scene_see(&scene, wire_answer(ms + 400, &packet, TCP_SYN | TCP_ACK));
	}
	assert_int_equal(scene.statements, 0); /* one at a time is below what is stated */
	run_scan(&scene, &host, &other, ms);
	assert_int_equal(scene.latest.contacts, 6);
	assert_true(scene.latest.log_odds > 13.1 && scene.latest.log_odds < 13.3);
	scene_stop(&scene);
}

static void silence_counts_again_when_the_uplink_is_known_to_work(void **state)
{
	struct ip host = wire_ip("10.0.0.5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 12; n++) {
		struct ip dst = scene_ip("81.2.3.0", 10 + n);

		keep_the_uplink_alive(&scene, n * 2000, n * 2000 + 1000);
		scene_see(&scene, wire_tcp(n * 2000 + 1000, &host, &dst, 80, TCP_SYN));
	}
	scene_wait(&scene, 30000);
	assert_int_equal(scene.contacts_at_conviction, 7);
	scene_stop(&scene);
}

/* A driver that looks for its printer all over the network, and every PC says that there is none; magic packets, and who is
 * awake says that nobody takes them. */
static void who_looks_for_a_printer_or_wakes_machines_is_no_suspect(void **state)
{
	static const unsigned ports[] = { 137, 161, 3702, 8612, 7, 9 };
	struct ip client = wire_ip("10.0.0.5");

	(void)state;
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		struct scan scan = { .port = ports[i],
				     .hosts = 100,
				     .first = "10.0.1.0",
				     .answer = UNREACHABLE,
				     .udp = true };
		struct scene scene;

		scene_start(&scene);
		run_scan(&scene, &client, &scan, 0);
		assert_int_equal(scene.convicted, 0);
		assert_true(scene.highest_by[DETECTOR_TRW] <= 9.2);
		scene_stop(&scene);
	}
}

/* A monitor's list of machines is never quite up to date; on other ports it is judged like anybody. */
static void a_monitor_may_poll_dead_machines_and_nothing_else(void **state)
{
	static const struct {
		uint16_t port;
		bool convicted;
	} cases[] = { { 161, false }, { 445, true } };
	struct ip monitor = wire_ip("10.0.0.5");
	struct host_key key = host_key_of(&monitor, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scan scan = {
			.port = cases[i].port, .hosts = 30, .first = "10.0.1.0", .answer = RESET
		};
		struct scene scene;

		scene_start(&scene);
		tracker_meet(scene.tracker, &key)->roles |= HOST_MONITOR;
		run_scan(&scene, &monitor, &scan, 0);
		assert_int_equal(scene.convicted > 0, cases[i].convicted);
		assert_int_equal(scene.statements > 0, cases[i].convicted);
		scene_stop(&scene);
	}
}

/* ---- who was sent there by a name -------------------------------------------------------------- */

static void be_told(struct scene *scene, const struct ip *who, const struct ip *address)
{
	struct host_key key = host_key_of(who, 0);
	struct observation observation = { .kind = OBSERVED_NAME };

	observation.contact.src = *who;
	observation.contact.opened_ns = wire_ns(0);
	observation.name.address_count = 1;
	observation.name.addresses[0] = *address;
	engine_observe(scene->engine, tracker_meet(scene->tracker, &key), &observation);
}

static void be_told_all(struct scene *scene, const struct ip *who, const struct scan *scan)
{
	for (unsigned n = 0; n < scan->hosts; n++) {
		struct ip dst = scan->first ? scene_ip(scan->first, 10 + n)
					    : scene_peer("81.0.0.0", n);

		be_told(scene, who, &dst);
	}
}

static void hosts_found_by_name_may_all_be_down(void **state)
{
	static const struct {
		const char *name;
		struct scan scan;
		bool named, convicted;
	} cases[] = {
		{ "a link checker", { NULL, 80, RESET, false, false, 40 }, true, false },
		{ "the same by address", { NULL, 80, RESET, false, false, 40 }, false, true },
		{ "a mail relay", { NULL, 25, UNREACHABLE, false, false, 40 }, true, false },
		{ "file servers", { "10.0.1.0", 445, SILENT, false, false, 40 }, true, false },
		{ "by address", { "10.0.1.0", 445, SILENT, false, false, 40 }, false, true },
		{ "a raw scanner", { NULL, 443, SILENT, true, false, 40 }, true, true },
	};
	struct ip host = wire_ip("10.0.0.5");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;
		double highest;

		scene_start(&scene);
		if (cases[i].named)
			be_told_all(&scene, &host, &cases[i].scan);
		run_scan(&scene, &host, &cases[i].scan, 0);
		highest = scene.highest_by[DETECTOR_TRW];
		if (cases[i].convicted ? highest < CONVICT_NATS : highest >= CONVICT_NATS - 9.2)
			fail_msg("%s: %.1f", cases[i].name, highest);
		scene_stop(&scene);
	}
}

/* Skype and its like: first the peer's own port, then those that firewalls let out. */
/* A monitor logs on to each machine, then looks for a web server. */
static void who_is_let_in_may_find_other_services_closed(void **state)
{
	static const struct {
		const char *name, *first;
		unsigned port, logon;
		bool bare, convicted;
	} cases[] = {
		{ "checked by logon and web", "10.0.1.0", 80, 22, false, false },
		{ "found by web alone", "10.0.1.0", 80, 0, false, true },
		{ "let in on a port of browsing", "10.0.1.0", 80, 443, false, true },
		{ "by a scanner's own packets", "10.0.1.0", 80, 22, true, true },
		{ "on the Internet", "81.2.3.0", 80, 22, false, true },
	};
	struct ip monitor = wire_ip("10.0.0.5");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scan logon = { cases[i].first, cases[i].logon, ACCEPT, false, false, 30 },
			    web = { cases[i].first, cases[i].port, RESET, cases[i].bare, false, 30 };
		struct scene scene;
		uint64_t ms = 0;

		scene_start(&scene);
		if (cases[i].logon)
			ms = run_scan(&scene, &monitor, &logon, 0);
		run_scan(&scene, &monitor, &web, ms);
		if ((scene.highest_by[DETECTOR_TRW] >= CONVICT_NATS) != cases[i].convicted)
			fail_msg("%s: %.1f", cases[i].name, scene.highest_by[DETECTOR_TRW]);
		scene_stop(&scene);
	}
}

static void within_a_machine_nobody_spreads(void **state)
{
	struct ip self = wire_ip("127.0.0.1");
	struct scan nodes = { "127.0.0.0", 22, RESET, false, false, 30 };
	struct scene scene;

	(void)state;
	scene_start(&scene);
	run_scan(&scene, &self, &nodes, 0);
	assert_true(scene.highest < SUSPECT_NATS);
	scene_stop(&scene);
}

static void peers_are_tried_on_the_ports_of_browsing_too(void **state)
{
	static const unsigned ports[] = { 33033, 443, 80 };
	struct ip client = wire_ip("10.0.0.5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 60; n++) {
		struct ip peer = scene_peer("81.0.0.0", n % 40);
		unsigned port = n < 40 ? ports[n % 3] : ports[1 + n % 2];
		struct packet packet = wire_tcp(n * 300, &client, &peer, port, TCP_SYN);

		scene_see(&scene, packet);
		answer_to(&scene, &packet, n * 300 + 20, RESET);
	}
	scene_wait(&scene, 60000);
	assert_true(scene.statements > 0);
	assert_int_equal(scene.convicted, 0);
	scene_stop(&scene);
}

/* A program that logs on to several machines of the Internet opens all sessions at once; a sweep meets nobody. */
static void several_remote_logons_at_once_are_no_sweep(void **state)
{
	static const struct {
		unsigned port, hosts;
		enum answer answer;
		bool convicted;
	} cases[] = {
		{ 22, 9, ACCEPT, false }, { 5986, 9, ACCEPT, false }, { 445, 9, ACCEPT, true },
		{ 22, 12, SILENT, true }, { 3389, 12, SILENT, true },
	};
	struct ip admin = wire_ip("10.0.0.5");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct packet sent[12];
		struct scene scene;

		scene_start(&scene);
		for (unsigned n = 0; n < cases[i].hosts; n++) {
			struct ip dst = scene_peer("81.0.0.0", n);

			sent[n] = wire_tcp(n, &admin, &dst, cases[i].port, TCP_SYN);
			scene_see(&scene, sent[n]);
		}
		for (unsigned n = 0; n < cases[i].hosts; n++)
			answer_to(&scene, &sent[n], 100 + n, cases[i].answer);
		scene_wait(&scene, 9000);
		assert_int_equal(scene.convicted > 0, cases[i].convicted);
		scene_stop(&scene);
	}
}

/* A branch behind a slow line, known from one connection before: sessions to all its PCs, a quarter of them off. */
static void a_branch_office_is_late_and_not_dead(void **state)
{
	struct ip admin = wire_ip("10.0.0.5"), known = wire_ip("10.44.0.1");
	struct packet first = wire_tcp(0, &admin, &known, 443, TCP_SYN), sent[12];
	struct scene scene;

	(void)state;
	scene_start(&scene);
	scene_meet(&scene, 0, &admin);
	scene_see(&scene, first);
	scene_see(&scene, wire_answer(140, &first, TCP_SYN | TCP_ACK));
	for (unsigned ms = 1000; ms < 1700; ms += 20) {
		unsigned n = (ms - 1000) / 20;

		if (n < 12) {
			struct ip dst = scene_ip("10.44.0.0", 20 + n);

			sent[n] = wire_tcp(ms, &admin, &dst, 5985, TCP_SYN);
			scene_see(&scene, sent[n]);
		}
		if (n >= 7 && n < 19 && n % 4)
			scene_see(&scene, wire_answer(ms, &sent[n - 7], TCP_SYN | TCP_ACK));
	}
	scene_wait(&scene, 9000);
	assert_int_equal(scene.convicted, 0);
	scene_stop(&scene);
}

/* In order over a network, or here and there in a list of machines. */
static void pings_convict_who_walks_from_host_to_host(void **state)
{
	static const struct {
		const char *network;
		unsigned step, contacts;
	} walks[] = {
		{ "10.0.1.0", 1, 5 },
		{ "10.0.1.0", 3, 0 },
		{ "62.7.8.0", 1, 6 }, /* where line testers ping clusters */
		{ "62.7.8.0", 3, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		struct ip pinger = wire_ip("10.0.0.5");
		struct scene scene;

		scene_start(&scene);
		keep_the_uplink_alive(&scene, 0, 14000);
		scene_meet(&scene, 14000, &pinger);
		for (unsigned n = 0; n < 40; n++) {
			struct ip dst = scene_ip(walks[i].network, 10 + n * walks[i].step);

			scene_see(&scene, wire_icmp(15000 + n * 300, &pinger, &dst, 8, 0));
		}
		scene_wait(&scene, 60000);
		assert_int_equal(scene.contacts_at_conviction, walks[i].contacts);
		assert_true(scene.highest >= SUSPECT_NATS);
		scene_stop(&scene);
	}
}

/* It asks the same machines day and night whether they live. */
static void a_monitor_may_ping_dead_machines_in_a_row(void **state)
{
	struct ip monitor = wire_ip("10.0.0.5");
	struct host_key key = host_key_of(&monitor, 0);
	struct scene scene;

	(void)state;
	scene_start(&scene);
	tracker_meet(scene.tracker, &key)->roles |= HOST_MONITOR;
	for (unsigned n = 0; n < 40; n++) {
		struct ip dst = scene_ip("10.0.1.0", 10 + n);

		scene_see(&scene, wire_icmp(1000 + n * 300, &monitor, &dst, 8, 0));
	}
	scene_wait(&scene, 60000);
	assert_int_equal(scene.statements, 0);
	scene_stop(&scene);
}

static struct packet echo_of(uint64_t ms, const struct packet *ping)
{
	struct packet reply = wire_answer(ms, ping, 0);

	reply.icmp_type = 0;
	return reply;
}

/* In the Internet there is no order to see, but lists are of few networks, and most of what is on them answers. */
static void pings_of_made_up_addresses_convict_where_pings_are_answered(void **state)
{
	static const struct {
		const char *name;
		unsigned per_network, answered_each; /* of so many one answers; 0: none */
		bool others_hear, is_worm;
	} cases[] = {
		{ "random addresses, one of twenty lives", 1, 20, false, true },
		{ "random addresses, none lives, somebody else is answered", 1, 0, true, true },
		{ "pings are let out for nobody", 1, 0, false, false },
		{ "twelve clusters of an operator that never answer", 7, 0, true, false },
		{ "a list of which a fifth answers", 1, 5, true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip pinger = wire_ip("10.0.0.5"), other = wire_ip("10.0.0.6"),
			  known = wire_ip("8.8.8.8");
		struct packet heard = wire_icmp(500, &other, &known, 8, 0);
		struct scene scene;

		scene_start(&scene);
		keep_the_uplink_alive(&scene, 0, 3000);
		scene_meet(&scene, 3000, &pinger);
		scene_meet(&scene, 3000, &other);
		heard.wall_ns = wire_ns(3100);
		scene_see(&scene, heard);
		if (cases[i].others_hear)
			scene_see(&scene, echo_of(3110, &heard));
		for (unsigned n = 0; n < 84; n++) {
			struct ip dst = scene_peer("81.0.0.0", n / cases[i].per_network);
			struct packet ping;

			dst.bytes[15] = (uint8_t)(1 + 3 * (n % cases[i].per_network));
			ping = wire_icmp(4000 + n * 300, &pinger, &dst, 8, 0);
			scene_see(&scene, ping);
			if (cases[i].answered_each && n % cases[i].answered_each == 3)
				scene_see(&scene, echo_of(4010 + n * 300, &ping));
		}
		scene_wait(&scene, 60000);
		if (scene.contacts_at_conviction > 45 ||
		    !!scene.contacts_at_conviction != cases[i].is_worm)
			fail_msg("%s: %u", cases[i].name, scene.contacts_at_conviction);
		scene_stop(&scene);
	}
}

/* A router says that it knows no way: once for each network, and for names and the Internet not at all. */
static void networks_that_are_not_there_make_a_suspect(void **state)
{
	static const struct {
		const char *name, *base;
		unsigned port, step;
		bool is_suspect;
	} cases[] = {
		{ "a worm over networks of the site", "10.9.0.0", 445, 256, true },
		{ "servers of one network behind a tunnel that is down", "10.9.0.0", 445, 1,
		  false },
		{ "web servers of such networks", "10.9.0.0", 80, 256, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip host = wire_ip("10.0.0.5");
		struct scene scene;

		scene_start(&scene);
		for (unsigned n = 0; n < 60; n++) {
			struct ip dst = wire_ip(cases[i].base);
			struct packet packet;

			dst.bytes[14] = (uint8_t)(n * cases[i].step / 256);
			dst.bytes[15] = (uint8_t)(n % 200 + 1);
			packet = wire_tcp(n * 400, &host, &dst, cases[i].port, TCP_SYN);
			scene_see(&scene, packet);
			answer_to(&scene, &packet, n * 400 + 1, NO_ROUTE);
		}
		scene_wait(&scene, 40000);
		if ((scene.highest >= SUSPECT_NATS) != cases[i].is_suspect ||
		    scene.highest >= CONVICT_NATS)
			fail_msg("%s: %.1f", cases[i].name, scene.highest);
		scene_stop(&scene);
	}
}

/* Windows tries 139 beside 445: the hosts count. */
static void two_ports_of_a_host_are_one_contact_more_at_most(void **state)
{
	struct ip worm = wire_ip("10.0.0.5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 40; n++) {
		struct ip dst = scene_peer("81.0.0.0", n / 2);

		scene_see(&scene, wire_tcp(n * 50, &worm, &dst, n % 2 ? 139 : 445, TCP_SYN));
	}
	assert_int_equal(scene.contacts_at_conviction, 5);
	scene_stop(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scans_convict_within_seven_contacts),
		cmocka_unit_test(contacts_in_flight_are_judged_soon_and_counted),
		cmocka_unit_test(a_burst_of_sessions_that_are_answered_convicts_nobody),
		cmocka_unit_test(a_branch_never_heard_may_be_logged_on_to_at_once),
		cmocka_unit_test(innocent_patterns_never_convict),
		cmocka_unit_test(silence_of_services_of_the_internet_convicts_in_the_end),
		cmocka_unit_test(a_vertical_scan_never_convicts),
		cmocka_unit_test(another_service_that_accepts_takes_no_failure_back),
		cmocka_unit_test(who_met_twelve_that_accept_may_miss_a_rack),
		cmocka_unit_test(who_is_late_is_company_like_who_is_not),
		cmocka_unit_test(credit_of_one_service_is_none_for_another),
		cmocka_unit_test(a_flood_from_random_sources_convicts_nobody),
		cmocka_unit_test(inbound_probes_make_no_suspect_of_the_victim),
		cmocka_unit_test(a_resolver_may_ask_dead_servers),
		cmocka_unit_test(who_looks_for_a_printer_or_wakes_machines_is_no_suspect),
		cmocka_unit_test(a_monitor_may_poll_dead_machines_and_nothing_else),
		cmocka_unit_test(a_slow_answer_takes_the_provisional_failure_back),
		cmocka_unit_test(successes_elsewhere_buy_no_credit_on_worm_ports),
		cmocka_unit_test(many_ports_of_one_accomplice_buy_one_credit),
		cmocka_unit_test(success_at_a_popular_service_buys_nothing),
		cmocka_unit_test(a_weaker_failure_of_a_judged_host_changes_nothing),
		cmocka_unit_test(a_host_whose_term_was_taken_back_may_fail_again),
		cmocka_unit_test(silence_counts_again_when_the_uplink_is_known_to_work),
		cmocka_unit_test(hosts_found_by_name_may_all_be_down),
		cmocka_unit_test(who_is_let_in_may_find_other_services_closed),
		cmocka_unit_test(within_a_machine_nobody_spreads),
		cmocka_unit_test(peers_are_tried_on_the_ports_of_browsing_too),
		cmocka_unit_test(several_remote_logons_at_once_are_no_sweep),
		cmocka_unit_test(a_branch_office_is_late_and_not_dead),
		cmocka_unit_test(a_monitor_may_ping_dead_machines_in_a_row),
		cmocka_unit_test(pings_convict_who_walks_from_host_to_host),
		cmocka_unit_test(pings_of_made_up_addresses_convict_where_pings_are_answered),
		cmocka_unit_test(networks_that_are_not_there_make_a_suspect),
		cmocka_unit_test(two_ports_of_a_host_are_one_contact_more_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
