/* SPDX-License-Identifier: Apache-2.0 */
/* test_errand.c - who is let in by the neighbours that live works at a list; who comes to the ports of worms does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/units.h"
#include "detectors/errand.h"
#include "tests/unit/detectors/scene.h"

static struct errands errands;

static struct errand_rule rule(bool is_worm_port)
{
	return (struct errand_rule){ .keep_ns = s_to_ns(600), .is_worm_port = is_worm_port };
}

static struct contact at(const char *host, uint64_t s, unsigned port, unsigned outcome)
{
	return (struct contact){ .src = wire_ip(host),
				 .dst_port = (uint16_t)port,
				 .outcome = (uint8_t)outcome,
				 .opened_ns = wire_ns(s * 1000) };
}

static bool is_known(const char *host, uint64_t s)
{
	struct contact contact = at(host, s, 0, 0);
	struct errand_rule of = rule(false);

	return errand_is_known(&errands, &contact, &of);
}

static void two_at_one_service_make_an_errand(void **state)
{
	static const struct {
		const char *what;
		struct {
			unsigned port, outcome, s;
			bool worm;
		} met[7];
		unsigned asked_s;
		bool known;
	} cases[] = {
		{ "nobody", { { 0 } }, 1, false },
		{ "one", { { 502, CONTACT_ACCEPTED, 1, false } }, 1, false },
		{ "two",
		  { { 502, CONTACT_ACCEPTED, 1, false }, { 502, CONTACT_ACCEPTED, 1, false } },
		  600,
		  true },
		{ "two, long ago",
		  { { 502, CONTACT_ACCEPTED, 1, false }, { 502, CONTACT_ACCEPTED, 1, false } },
		  700,
		  false },
		{ "the second long after the first",
		  { { 502, CONTACT_ACCEPTED, 1, false }, { 502, CONTACT_ACCEPTED, 700, false } },
		  700,
		  false },
		{ "two, each at another service",
		  { { 80, CONTACT_ACCEPTED, 1, false }, { 631, CONTACT_ACCEPTED, 1, false } },
		  1,
		  false },
		{ "two peers, each at a high port of its own",
		  { { 51413, CONTACT_ACCEPTED, 1, false }, { 6881, CONTACT_ACCEPTED, 1, false } },
		  1,
		  true },
		{ "of four that live, two",
		  { { 0, CONTACT_PENDING, 1, false },
		    { 0, CONTACT_PENDING, 1, false },
		    { 0, CONTACT_PENDING, 1, false },
		    { 0, CONTACT_PENDING, 1, false },
		    { 80, CONTACT_ACCEPTED, 1, false },
		    { 80, CONTACT_ACCEPTED, 1, false } },
		  1,
		  true },
		{ "of five that live, two",
		  { { 0, CONTACT_PENDING, 1, false },
		    { 0, CONTACT_PENDING, 1, false },
		    { 0, CONTACT_PENDING, 1, false },
		    { 0, CONTACT_PENDING, 1, false },
		    { 0, CONTACT_PENDING, 1, false },
		    { 80, CONTACT_ACCEPTED, 1, false },
		    { 80, CONTACT_ACCEPTED, 1, false } },
		  1,
		  false },
		{ "two name servers",
		  { { 53, CONTACT_ACCEPTED, 1, false }, { 53, CONTACT_ACCEPTED, 1, false } },
		  1,
		  false },
		{ "two at a worm's port",
		  { { 445, CONTACT_ACCEPTED, 1, true }, { 445, CONTACT_ACCEPTED, 1, true } },
		  1,
		  false },
		{ "two elsewhere and one at a worm's port",
		  { { 502, CONTACT_ACCEPTED, 1, false },
		    { 445, CONTACT_ACCEPTED, 1, true },
		    { 502, CONTACT_ACCEPTED, 1, false } },
		  1,
		  true },
		{ "two elsewhere and two at a worm's port",
		  { { 502, CONTACT_ACCEPTED, 1, false },
		    { 502, CONTACT_ACCEPTED, 1, false },
		    { 445, CONTACT_ACCEPTED, 1, true },
		    { 445, CONTACT_ACCEPTED, 1, true } },
		  1,
		  false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&errands, 0, sizeof(errands));
		for (unsigned n = 0; n < 7 && cases[i].met[n].s; n++) {
			struct contact contact = at("10.0.0.5", cases[i].met[n].s,
						    cases[i].met[n].port, cases[i].met[n].outcome);
			struct errand_rule of = rule(cases[i].met[n].worm);

			if (cases[i].met[n].outcome == CONTACT_ACCEPTED)
				errand_let_in(&errands, &contact, &of);
			else
				errand_meet(&errands, &contact, &of);
		}
		if (is_known("10.0.0.5", cases[i].asked_s) != cases[i].known)
			print_error("%s\n", cases[i].what);
		assert_int_equal(is_known("10.0.0.5", cases[i].asked_s), cases[i].known);
		assert_false(is_known("10.0.0.6", cases[i].asked_s));
	}
}

static void that_it_becomes_known_is_told_once(void **state)
{
	struct contact contact = at("10.0.0.5", 1, 502, CONTACT_ACCEPTED);
	struct errand_rule of = rule(false);

	(void)state;
	memset(&errands, 0, sizeof(errands));
	assert_false(errand_let_in(&errands, &contact, &of));
	assert_true(errand_let_in(&errands, &contact, &of));
	assert_false(errand_let_in(&errands, &contact, &of));
}

/* ---- as arpsweep uses it ------------------------------------------------------------------------ */

/* Asks for the neighbour; one that lives answers, and what it says at the port. */
static void reach(struct scene *scene, uint64_t ms, const struct ip *host, const struct ip *target,
		  unsigned port, unsigned flags)
{
	struct packet packet = port ? wire_tcp(ms + 1, host, target, (uint16_t)port, TCP_SYN)
				    : wire_icmp(ms + 1, host, target, 8, 0);

	scene_see(scene, wire_arp(ms, host, target));
	scene_see(scene, wire_arp_reply(ms, target, host));
	scene_see(scene, packet);
	scene_see(scene, port ? wire_answer(ms + 2, &packet, flags)
			      : wire_icmp(ms + 2, target, host, 0, 0));
}

static void the_neighbours_that_live_tell_what_the_others_were_for(void **state)
{
	static const struct {
		const char *what;
		unsigned count, each_lives; /* every so manieth */
		unsigned port, flags;
		unsigned step;
		bool convicted;
	} cases[] = {
		{ "a backup over forty machines, half of them off", 40, 2, 9102, TCP_SYN | TCP_ACK,
		  3, false },
		{ "the same in order of the addresses", 40, 2, 9102, TCP_SYN | TCP_ACK, 1, false },
		{ "a control system, two in three are off", 18, 3, 502, TCP_SYN | TCP_ACK, 1,
		  false },
		{ "a worm at port 445", 40, 2, 445, TCP_SYN | TCP_ACK, 1, true },
		{ "a worm that looks for web servers, which few have", 40, 2, 80, TCP_RST | TCP_ACK,
		  1, true },
		{ "one that pings first", 40, 2, 0, 0, 1, true },
		{ "a sweep through a block where one in ten lives", 120, 10, 8080,
		  TCP_SYN | TCP_ACK, 1, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip host = wire_ip("10.0.0.5");
		struct scene scene;

		scene_start(&scene);
		for (unsigned n = 0; n < cases[i].count; n++) {
			struct ip target = scene_ip("10.0.0.0", 20 + n * cases[i].step);
			uint64_t ms = 1000 + (uint64_t)n * 300;

			if (n % cases[i].each_lives == 0)
				reach(&scene, ms, &host, &target, cases[i].port, cases[i].flags);
			else
				scene_see(&scene, wire_arp(ms, &host, &target));
			scene_wait(&scene, ms + 299);
		}
		if ((scene.convicted > 0) != cases[i].convicted)
			print_error("%s: %f\n", cases[i].what, scene.highest);
		assert_int_equal(scene.convicted > 0, cases[i].convicted);
		scene_stop(&scene);
	}
}

/* Four that are gone, then some that live: the four are seen in another light. */
static void what_was_granted_before_weighs_as_if_it_had_been_known(void **state)
{
	struct ip host = wire_ip("10.0.0.5"), peer = wire_ip("10.0.0.200");
	struct scene scene;
	double before;

	(void)state;
	scene_start(&scene);
	reach(&scene, 1, &host, &peer, 9102, TCP_SYN | TCP_ACK);
	for (unsigned n = 0; n < 4; n++) {
		struct ip target = scene_ip("10.0.0.0", 20 + n * 7);

		scene_see(&scene, wire_arp(100 + n * 300, &host, &target));
	}
	scene_wait(&scene, 2000);
	before = scene.latest.log_odds;
	assert_true(before > 10 && before < CONVICT_NATS);
	peer = wire_ip("10.0.0.201");
	reach(&scene, 2001, &host, &peer, 9102, TCP_SYN | TCP_ACK);
	assert_true(scene.latest.log_odds < 4);
	assert_int_equal(scene.latest.contacts, 4);
	assert_int_equal(scene.latest.contact_kind, CONTACT_ARP);
	scene_stop(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_at_one_service_make_an_errand),
		cmocka_unit_test(that_it_becomes_known_is_told_once),
		cmocka_unit_test(the_neighbours_that_live_tell_what_the_others_were_for),
		cmocka_unit_test(what_was_granted_before_weighs_as_if_it_had_been_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
