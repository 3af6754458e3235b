/* SPDX-License-Identifier: Apache-2.0 */
/* test_trw_site.c - how soon a contact is judged depends on whether its target is within the site. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/units.h"
#include "tests/unit/detectors/scene.h"

static struct packet from_router(struct packet packet)
{
	struct ip router = wire_ip("10.0.0.1");

	packet.src_mac = wire_mac(&router);
	return packet;
}

/* Somebody surfs: answers of the Internet are heard, all through one router. */
static void surf(struct scene *scene, uint64_t from_ms, uint64_t to_ms)
{
	struct ip other = wire_ip("10.0.0.99");

	for (uint64_t ms = from_ms, n = 0; ms < to_ms; ms += 500, n++) {
		struct ip web = scene_peer("93.0.0.0", (unsigned)n);
		struct packet packet = wire_tcp(ms, &other, &web, 443, TCP_SYN);

		scene_see(scene, packet);
		scene_see(scene, from_router(wire_answer(ms, &packet, TCP_SYN | TCP_ACK)));
	}
}

struct sweep {
	const char *name, *src, *first;
	bool spreads; /* all over the first byte's network, else in a row */
	bool is_outsider;
	unsigned gap_ms, contacts;
};

static void run(const struct sweep *sweep)
{
	struct ip worm = wire_ip(sweep->src);
	struct scene scene;

	scene_start(&scene);
	if (!sweep->is_outsider)
		scene_meet(&scene, 0, &worm);
	surf(&scene, 0, 3000);
	for (unsigned n = 0; n < 60; n++) {
		struct ip dst = sweep->spreads ? scene_peer(sweep->first, n)
					       : scene_ip(sweep->first, 10 + n);
		struct packet packet =
			wire_tcp(3000 + n * sweep->gap_ms, &worm, &dst, 445, TCP_SYN);

		scene_see(&scene, sweep->is_outsider ? from_router(packet) : packet);
	}
	if (scene.contacts_at_conviction != sweep->contacts)
		print_error("%s\n", sweep->name);
	assert_int_equal(scene.contacts_at_conviction, sweep->contacts);
	scene_stop(&scene);
}

/* Universities, and every network with IPv6. */
static void a_site_may_have_public_addresses(void **state)
{
	static const struct sweep sweeps[] = {
		{ "private, Internet", "10.0.0.5", "81.0.0.0", true, false, 10, 5 },
		{ "private, own", "10.0.0.5", "10.7.1.0", false, false, 30, 6 },
		{ "public, Internet", "130.20.5.9", "81.0.0.0", true, false, 10, 5 },
		{ "public, own", "130.20.5.9", "130.20.7.0", false, false, 30, 6 },
		{ "IPv6, Internet", "2001:db8:1::5", "2001:db9:7::", false, false, 10, 5 },
		{ "IPv6, own", "2001:db8:1::5", "2001:db8:2::", false, false, 30, 6 },
		{ "from the Internet", "81.5.5.5", "130.20.7.0", false, true, 30, 13 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++)
		run(&sweeps[i]);
}

struct reach {
	unsigned port;
	const char *first; /* spread over the first byte's network */
	unsigned contacts;
	double most_nats; /* 0: convicted */
};

/* One at a time, silent. */
static void reach_for(const struct reach *reach)
{
	struct ip worm = wire_ip("10.0.0.5");
	struct scene scene;

	scene_start(&scene);
	scene_meet(&scene, 0, &worm);
	surf(&scene, 0, 3000);
	for (unsigned n = 0; n < 30; n++) {
		struct ip dst = scene_peer(reach->first, n);

		surf(&scene, 3000 + n * 300, 3001 + n * 300);
		scene_see(&scene, wire_tcp(3000 + n * 300, &worm, &dst, reach->port, TCP_SYN));
	}
	if (scene.contacts_at_conviction != reach->contacts)
		print_error("port %u of %s\n", reach->port, reach->first);
	assert_int_equal(scene.contacts_at_conviction, reach->contacts);
	if (reach->most_nats > 0)
		assert_true(scene.highest < reach->most_nats);
	scene_stop(&scene);
}

static void what_is_exposed_in_the_internet_is_for_worms(void **state)
{
	static const struct reach reaches[] = {
		{ 37215, "81.0.0.0", 5, 0 },
		{ 6379, "81.0.0.0", 5, 0 },
		{ 2375, "81.0.0.0", 5, 0 },
		{ 5900, "81.0.0.0", 5, 0 },
		{ 81, "81.0.0.0", 5, 0 },
		{ 6379, "10.0.0.0", 7, 0 },
		{ 81, "10.0.0.0", 7, 0 },
		{ 37215, "10.0.0.0", 0, CONVICT_NATS },
		{ 6881, "81.0.0.0", 0, CONVICT_NATS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(reaches) / sizeof(reaches[0]); i++)
		reach_for(&reaches[i]);
}

/* What a cluster says of its nodes are addresses, and its client goes to all of them before the first can answer. */
static void clients_of_a_cluster_in_the_internet_reach_all_its_nodes_at_once(void **state)
{
	static const uint16_t ports[] = { 9200, 6379, 27017, 10250, 11211, 5900 };
	struct ip client = wire_ip("10.0.0.5");

	(void)state;
	for (size_t p = 0; p < sizeof(ports) / sizeof(ports[0]); p++) {
		struct packet packets[8];
		struct scene scene;

		scene_start(&scene);
		scene_meet(&scene, 0, &client);
		surf(&scene, 0, 3000);
		for (unsigned n = 0; n < 8; n++) {
			struct ip node = scene_peer("81.0.0.0", n);

			packets[n] = wire_tcp(3000 + n, &client, &node, ports[p], TCP_SYN);
			scene_see(&scene, packets[n]);
		}
		for (unsigned n = 0; n < 8; n++)
			scene_see(&scene, from_router(wire_answer(3060 + n, &packets[n],
								  TCP_SYN | TCP_ACK)));
		assert_true(scene.highest < CONVICT_NATS);
		scene_stop(&scene);
	}
}

/* A mirror shows one direction: clients go on talking on connections that nobody accepted. */
static void hear_no_answers(struct scene *scene, uint64_t from_ms)
{
	for (unsigned n = 0; n < 40; n++) {
		struct ip other = scene_ip("10.0.0.0", 50 + n % 8), web = scene_peer("93.0.0.0", n);
		uint64_t ms = from_ms + n * 50;

		scene_see(scene, wire_tcp(ms, &other, &web, 443, TCP_SYN));
		scene_see(scene, wire_tcp(ms + 20, &other, &web, 443, TCP_ACK));
	}
}

/* Where answers are not heard, what is in flight to the Internet says nothing, however many. */
static void half_a_failure_is_none_where_answers_are_not_heard(void **state)
{
	struct ip client = wire_ip("10.0.0.5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	scene_meet(&scene, 0, &client);
	hear_no_answers(&scene, 100);
	for (unsigned n = 0; n < 30; n++) {
		struct ip node = scene_peer("81.0.0.0", n);

		scene_see(&scene, wire_tcp(3000 + n, &client, &node, 9200, TCP_SYN));
	}
	assert_true(scene.highest <= 0);
	scene_stop(&scene);
}

/* The respite of logons in a branch that was never heard is not for services. */
static void a_service_in_a_branch_has_no_respite(void **state)
{
	struct ip worm = wire_ip("10.0.0.5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	scene_meet(&scene, 0, &worm);
	for (unsigned n = 0; n < 60; n++) {
		struct ip dst = scene_ip("10.7.1.0", 10 + n);

		scene_see(&scene, wire_tcp(3000 + n * 120, &worm, &dst, 6379, TCP_SYN));
	}
	assert_int_equal(scene.contacts_at_conviction, 8);
	scene_stop(&scene);
}

/* Ten silent peers a second on ports of their choice, every fifth on an exposed one. */
static void peers_may_have_chosen_an_exposed_port(void **state)
{
	struct ip peer = wire_ip("10.0.0.5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	scene_meet(&scene, 0, &peer);
	surf(&scene, 0, 3000);
	for (unsigned n = 0; n < 300; n++) {
		struct ip dst = scene_peer("81.0.0.0", n);

		if (n % 5 == 0)
			surf(&scene, 3000 + n * 100, 3001 + n * 100);
		scene_see(&scene, wire_tcp(3000 + n * 100, &peer, &dst,
					   n % 5 == 4 ? 6379 : 30000 + n * 7, TCP_SYN));
	}
	assert_int_equal(scene.convicted, 0);
	assert_true(scene.highest < CONVICT_NATS);
	scene_stop(&scene);
}

/* A program opens sessions to all eight machines of its cluster at once, by address. */
static void a_cluster_on_a_port_of_logons_is_answered_in_time(void **state)
{
	struct ip client = wire_ip("10.0.0.5");
	struct packet sent[8];
	struct scene scene;

	(void)state;
	scene_start(&scene);
	scene_meet(&scene, 0, &client);
	surf(&scene, 0, 3000);
	for (unsigned n = 0; n < 8; n++) {
		struct ip dst = scene_ip("52.17.3.0", 9 + n);

		sent[n] = wire_tcp(3000 + n, &client, &dst, 5900, TCP_SYN);
		scene_see(&scene, sent[n]);
	}
	for (unsigned n = 0; n < 8; n++)
		scene_see(&scene, wire_answer(3090 + n, &sent[n], TCP_SYN | TCP_ACK));
	scene_wait(&scene, 20000);
	assert_int_equal(scene.convicted, 0);
	scene_stop(&scene);
}

/* What is in flight: silent, or all answered after some time. */
struct flight {
	const char *name;
	unsigned port; /* 0: pings */
	unsigned gap_ms, answer_ms, contacts;
};

static struct packet reach_out(uint64_t ms, unsigned port, const struct ip *src,
			       const struct ip *dst)
{
	return port ? wire_tcp(ms, src, dst, port, TCP_SYN) : wire_icmp(ms, src, dst, 8, 0);
}

static struct packet reply_to(uint64_t ms, const struct packet *packet)
{
	struct packet reply = wire_answer(ms, packet, TCP_SYN | TCP_ACK);

	reply.icmp_type = 0;
	return reply;
}

static void fly(const struct flight *flight)
{
	struct ip src = wire_ip("10.0.0.5");
	struct packet sent[60];
	struct scene scene;
	unsigned opened = 0, answered = 0;

	scene_start(&scene);
	scene_meet(&scene, 0, &src);
	for (uint64_t ms = 1000; answered < 60 && ms < 9000; ms++) {
		if (opened < 60 && ms >= 1000 + opened * flight->gap_ms) {
			struct ip dst = scene_ip("10.44.0.0", 10 + opened);

			sent[opened] = reach_out(ms, flight->port, &src, &dst);
			scene_see(&scene, sent[opened++]);
		}
		if (flight->answer_ms && answered < opened &&
		    ms >= 1000 + answered * flight->gap_ms + flight->answer_ms)
			scene_see(&scene, reply_to(ms, &sent[answered++]));
	}
	scene_wait(&scene, 20000);
	if (scene.contacts_at_conviction != flight->contacts)
		print_error("%s\n", flight->name);
	assert_int_equal(scene.contacts_at_conviction, flight->contacts);
	scene_stop(&scene);
}

static void pings_and_services_in_flight_are_judged_too(void **state)
{
	static const struct flight flights[] = {
		{ "pings, 12/s", 0, 83, 0, 7 },
		{ "pings, 30/s", 0, 33, 0, 9 },
		{ "8080, 12/s", 8080, 83, 0, 9 },
		{ "8080, 30/s", 8080, 33, 0, 11 },
		{ "pings answered after 90 ms, 50/s", 0, 20, 90, 0 },
		{ "pings answered after 140 ms, 50/s", 0, 20, 140, 0 },
		{ "8080 answered after 90 ms, 200/s", 8080, 5, 90, 0 },
		{ "8080 answered after 140 ms, 50/s", 8080, 20, 140, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(flights) / sizeof(flights[0]); i++)
		fly(&flights[i]);
}

/* A bot of old knocks at a dozen doors of each host, 5 ms apart. */
static void a_host_in_flight_counts_once(void **state)
{
	static const uint16_t ports[] = { 135, 139, 445, 1433, 5985 };
	struct ip worm = wire_ip("10.0.0.5");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	scene_meet(&scene, 0, &worm);
	for (unsigned n = 0; n < 20; n++) {
		struct ip dst = scene_ip("10.44.0.0", 10 + n * 7);

		for (unsigned i = 0; i < 5; i++)
			scene_see(&scene,
				  wire_tcp(1000 + n * 125 + i * 5, &worm, &dst, ports[i], TCP_SYN));
	}
	assert_int_equal(scene.contacts_at_conviction, 6);
	scene_stop(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_may_have_public_addresses),
		cmocka_unit_test(what_is_exposed_in_the_internet_is_for_worms),
		cmocka_unit_test(clients_of_a_cluster_in_the_internet_reach_all_its_nodes_at_once),
		cmocka_unit_test(half_a_failure_is_none_where_answers_are_not_heard),
		cmocka_unit_test(a_service_in_a_branch_has_no_respite),
		cmocka_unit_test(peers_may_have_chosen_an_exposed_port),
		cmocka_unit_test(pings_and_services_in_flight_are_judged_too),
		cmocka_unit_test(a_host_in_flight_counts_once),
		cmocka_unit_test(a_cluster_on_a_port_of_logons_is_answered_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
