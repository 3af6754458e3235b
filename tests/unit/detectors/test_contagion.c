/* SPDX-License-Identifier: Apache-2.0 */
/* test_contagion.c - who passes on what it got, or calls back, is suspected; servers are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/detectors/said.h"

static void reach(struct scene *scene, const char *from, const char *to, unsigned port, uint64_t ms)
{
	struct ip src = wire_ip(from), dst = wire_ip(to);
	struct packet packet = wire_tcp(ms, &src, &dst, port, TCP_SYN);

	scene_meet(scene, ms, &src);
	scene_see(scene, packet);
	scene_see(scene, wire_answer(ms, &packet, TCP_SYN | TCP_ACK));
}

static void chains_and_call_backs_are_noticed(void **state)
{
	static const struct {
		const char *name;
		unsigned hit_port, port;
		uint64_t after_ms;
		bool back; /* to the visitor itself */
		double level;
	} cases[] = {
		{ "the same port of another host", 445, 445, 74000, false, 4.0 },
		{ "after eleven minutes", 445, 445, 662000, false, 0 },
		{ "another port", 445, 443, 1000, false, 0 },
		{ "another worm's port", 445, 3389, 1000, false, 0 },
		{ "was never on a worm's port", 80, 80, 1000, false, 0 },
		{ "a high port of the visitor", 445, 4711, 2000, true, 4.0 },
		{ "the same after two minutes", 445, 4711, 122000, true, 0 },
		{ "a web page of the visitor", 445, 80, 2000, true, 0 },
		{ "a share of the visitor", 445, 445, 2000, true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double level;
		struct scene scene;

		scene_start(&scene);
		reach(&scene, "10.0.0.9", "10.0.0.5", cases[i].hit_port, 0);
		reach(&scene, "10.0.0.5", cases[i].back ? "10.0.0.9" : "10.0.0.7", cases[i].port,
		      cases[i].after_ms);
		level = scene.highest_by[DETECTOR_CONTAGION];
		if (level < cases[i].level - 0.1 || level > cases[i].level + 0.1)
			print_error("%s: %.1f\n", cases[i].name, level);
		assert_true(level >= cases[i].level - 0.1 && level <= cases[i].level + 0.1);
		scene_stop(&scene);
	}
}

static void the_second_generation_is_suspected_at_its_third_target(void **state)
{
	const uint64_t day_ms = 24 * 3600 * 1000;
	struct scene scene;

	(void)state;
	scene_start(&scene);
	reach(&scene, "10.0.0.80", "10.0.0.81", 80, 0);
	reach(&scene, "10.0.0.9", "10.0.0.5", 445, day_ms);
	reach(&scene, "10.0.0.5", "10.0.0.11", 445, day_ms + 70000);
	reach(&scene, "10.0.0.5", "10.0.0.12", 445, day_ms + 70100);
	assert_true(scene.highest_by[DETECTOR_CONTAGION] < SUSPECT_NATS);
	reach(&scene, "10.0.0.5", "10.0.0.13", 445, day_ms + 70200);
	assert_true(scene.highest_by[DETECTOR_CONTAGION] >= SUSPECT_NATS);
	for (unsigned n = 0; n < 20; n++) {
		struct ip src = wire_ip("10.0.0.5"), dst = scene_ip("10.0.0.0", 20 + n);

		scene_see(&scene, wire_tcp(day_ms + 70300 + n, &src, &dst, 445, TCP_SYN));
	}
	assert_true(scene.highest_by[DETECTOR_CONTAGION] < CONVICT_NATS);
	scene_stop(&scene);
}

/* Colleagues who connect each other's shares every morning. */
static void whom_it_dealt_with_before_is_no_news(void **state)
{
	const uint64_t day_ms = 24 * 3600 * 1000;
	struct scene scene;
	double first_day;

	(void)state;
	scene_start(&scene);
	for (unsigned day = 0; day < 4; day++) {
		reach(&scene, "10.0.0.9", "10.0.0.5", 445, day * day_ms);
		for (unsigned n = 0; n < 4; n++) {
			static const char *const colleagues[] = { "10.0.0.11", "10.0.0.12",
								  "10.0.0.13", "10.0.0.14" };

			reach(&scene, "10.0.0.5", colleagues[n], 445, day * day_ms + 1000 + n);
		}
		if (day == 0)
			first_day = scene.highest_by[DETECTOR_CONTAGION];
	}
	assert_true(first_day > 0 && first_day <= 4.5);
	assert_true(scene.highest_by[DETECTOR_CONTAGION] <= first_day);
	scene_stop(&scene);
}

/* Or what an administrator does after each logon would be a chain. */
static void whom_it_knew_from_another_port_is_no_news(void **state)
{
	(void)state;
	for (unsigned known = 0; known < 2; known++) {
		struct scene scene;

		scene_start(&scene);
		if (known)
			reach(&scene, "10.0.0.5", "10.0.0.11", 3389, 0);
		reach(&scene, "10.0.0.9", "10.0.0.5", 445, 60000);
		reach(&scene, "10.0.0.5", "10.0.0.11", 445, 70000);
		assert_int_equal(scene.highest_by[DETECTOR_CONTAGION] > 0, !known);
		scene_stop(&scene);
	}
}

static void servers_and_untouched_hosts_are_not(void **state)
{
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 4; n++) {
		struct ip client = scene_ip("10.0.0.0", 20 + n), server = wire_ip("10.0.0.2");
		struct packet packet = wire_tcp(n, &client, &server, 445, TCP_SYN);

		scene_meet(&scene, n, &client);
		scene_see(&scene, packet);
		scene_see(&scene, wire_answer(n, &packet, TCP_SYN | TCP_ACK));
	}
	for (unsigned n = 0; n < 8; n++) {
		struct ip server = wire_ip("10.0.0.2"), clean = wire_ip("10.0.0.3");
		struct ip dst = scene_ip("10.0.0.0", 40 + n);

		scene_see(&scene, wire_tcp(1000 + n, &server, &dst, 445, TCP_SYN));
		scene_see(&scene, wire_tcp(1000 + n, &clean, &dst, 445, TCP_SYN));
	}
	assert_true(scene.highest_by[DETECTOR_CONTAGION] <= 0);
	scene_stop(&scene);
}

/* Nobody is there. */
static void knock(struct scene *scene, const char *from, const char *to, unsigned port, uint64_t ms)
{
	struct ip src = wire_ip(from), dst = wire_ip(to);

	scene_see(scene, wire_tcp(ms, &src, &dst, port, TCP_SYN));
}

static void a_target_counts_once_whichever_of_its_ports_is_reached_for(void **state)
{
	static const struct {
		const char *name;
		struct {
			const char *target;
			unsigned port;
		} knocks[4];
		double level;
	} cases[] = {
		{ "two targets", { { "10.0.0.11", 445 }, { "10.0.0.12", 445 } }, 5.5 },
		{ "the first once more",
		  { { "10.0.0.11", 445 }, { "10.0.0.12", 445 }, { "10.0.0.11", 139 } },
		  5.5 },
		{ "the second once more",
		  { { "10.0.0.11", 445 }, { "10.0.0.12", 445 }, { "10.0.0.12", 139 } },
		  5.5 },
		{ "a third on the other port",
		  { { "10.0.0.11", 445 }, { "10.0.0.12", 445 }, { "10.0.0.13", 139 } },
		  7.0 },
	};
	const uint64_t day_ms = 24 * 3600 * 1000;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;
		double level;

		scene_start(&scene);
		reach(&scene, "10.0.0.80", "10.0.0.81", 80, 0);
		reach(&scene, "10.0.0.9", "10.0.0.5", 445, day_ms);
		reach(&scene, "10.0.0.9", "10.0.0.5", 139, day_ms + 10);
		for (size_t k = 0; k < 4 && cases[i].knocks[k].target; k++)
			knock(&scene, "10.0.0.5", cases[i].knocks[k].target,
			      cases[i].knocks[k].port, day_ms + 1000 + k * 100);
		level = scene.highest_by[DETECTOR_CONTAGION];
		if (level < cases[i].level - 0.1 || level > cases[i].level + 0.1)
			fail_msg("%s: %.1f", cases[i].name, level);
		scene_stop(&scene);
	}
}

/* Four different ones would make it a server. */
static void who_comes_by_four_times_is_one_visitor(void **state)
{
	static const char *const visitors[] = { "10.0.0.9", "10.0.0.20", "10.0.0.21", "10.0.0.22" };

	(void)state;
	for (unsigned different = 0; different < 2; different++) {
		struct scene scene;

		scene_start(&scene);
		for (unsigned n = 0; n < 4; n++)
			reach(&scene, visitors[different ? n : 0], "10.0.0.5", 445,
			      n * UINT64_C(3600000));
		reach(&scene, "10.0.0.5", "10.0.0.7", 445, 3 * 3600000 + 1000);
		assert_int_equal(scene.highest_by[DETECTOR_CONTAGION] > 0, !different);
		scene_stop(&scene);
	}
}

static void a_refused_visit_is_no_visit(void **state)
{
	struct ip worm = wire_ip("10.0.0.9"), host = wire_ip("10.0.0.5");
	struct packet packet = wire_tcp(0, &worm, &host, 445, TCP_SYN);
	struct scene scene;

	(void)state;
	scene_start(&scene);
	scene_see(&scene, packet);
	scene_see(&scene, wire_answer(1, &packet, TCP_RST | TCP_ACK));
	reach(&scene, "10.0.0.5", "10.0.0.7", 445, 1000);
	assert_true(scene.highest_by[DETECTOR_CONTAGION] <= 0);
	scene_stop(&scene);
}

/* One has another run something; or comes by its shares, if how is RUNS_NOTHING. */
struct act {
	const char *by, *on;
	unsigned how;
	uint64_t ms;
};

static void acted(struct scene *scene, const struct act *act)
{
	struct observation o = said_to(1, act->ms, OBSERVED_RPC);

	if (act->how == RUNS_NOTHING) {
		reach(scene, act->by, act->on, 445, act->ms);
		return;
	}
	o.contact.src = wire_ip(act->by);
	o.contact.dst = wire_ip(act->on);
	o.contact.dst_port = 49670;
	o.rpc.interface = act->how == RUNS_JOB ? RPC_TASKS : RPC_WMI;
	o.rpc.runs = (uint8_t)act->how;
	scene_said(scene, &o);
}

#define A "10.0.0.9"
#define B "10.0.0.5"
#define C "10.0.0.7"
#define D "10.0.0.8"

static void who_was_run_and_then_runs_others_is_convicted_by_the_third(void **state)
{
	static const struct {
		const char *what;
		struct act acts[6];
		double level;
	} cases[] = {
		{ "three others",
		  { { A, B, RUNS_JOB, 0 },
		    { B, C, RUNS_JOB, 70000 },
		    { B, D, RUNS_JOB, 71000 },
		    { B, "10.0.0.6", RUNS_JOB, 72000 } },
		  CONVICT_NATS },
		{ "two others",
		  { { A, B, RUNS_JOB, 0 }, { B, C, RUNS_JOB, 70000 }, { B, D, RUNS_JOB, 71000 } },
		  9.2 },
		{ "one other",
		  { { A, B, RUNS_JOB, 0 }, { B, C, RUNS_JOB, 70000 }, { B, C, RUNS_JOB, 71000 } },
		  4.6 },
		{ "who ran it, too",
		  { { A, B, RUNS_JOB, 0 }, { B, A, RUNS_JOB, 70000 }, { B, C, RUNS_JOB, 71000 } },
		  4.6 },
		{ "nobody ran it", { { B, C, RUNS_JOB, 70000 }, { B, D, RUNS_JOB, 71000 } }, 0 },
		{ "eleven minutes later",
		  { { A, B, RUNS_JOB, 0 }, { B, C, RUNS_JOB, 662000 }, { B, D, RUNS_JOB, 663000 } },
		  0 },
		{ "it ran another first",
		  { { B, "10.0.0.6", RUNS_JOB, 0 },
		    { A, B, RUNS_JOB, 3600000 },
		    { B, C, RUNS_JOB, 3670000 },
		    { B, D, RUNS_JOB, 3671000 } },
		  0 },
		{ "who ran it runs it every ten minutes",
		  { { A, B, RUNS_JOB, 0 },
		    { A, B, RUNS_JOB, 600000 },
		    { A, B, RUNS_JOB, 1200000 },
		    { B, C, RUNS_JOB, 1270000 },
		    { B, D, RUNS_JOB, 1271000 } },
		  0 },
		{ "it was asked by a monitor",
		  { { A, B, RUNS_COMMAND, 0 },
		    { B, C, RUNS_JOB, 70000 },
		    { B, D, RUNS_JOB, 71000 } },
		  0 },
		{ "commands, and shares for what they say",
		  { { A, B, RUNS_NOTHING, 0 },
		    { A, B, RUNS_COMMAND, 100 },
		    { B, C, RUNS_NOTHING, 70000 },
		    { B, C, RUNS_COMMAND, 70100 },
		    { B, D, RUNS_NOTHING, 71000 },
		    { B, D, RUNS_COMMAND, 71100 } },
		  9.2 },
		{ "an inventory that was just installed",
		  { { A, B, RUNS_JOB, 0 },
		    { B, C, RUNS_COMMAND, 70100 },
		    { B, D, RUNS_COMMAND, 71100 } },
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;
		double level;

		scene_start(&scene);
		for (unsigned n = 0; n < 6 && cases[i].acts[n].by; n++)
			acted(&scene, &cases[i].acts[n]);
		level = scene.highest_by[DETECTOR_CONTAGION];
		if (level < cases[i].level - 0.1 || level > cases[i].level + 0.1)
			fail_msg("%s: %.1f nats", cases[i].what, level);
		scene_stop(&scene);
	}
}

/* What its connections to a worm's port weighed is part of it. */
static void a_target_counts_once_for_the_visit_and_the_run(void **state)
{
	struct act first = { A, B, RUNS_JOB, 100 }, onward = { B, C, RUNS_JOB, 70100 },
		   further = { B, D, RUNS_JOB, 70200 }, last = { B, "10.0.0.6", RUNS_JOB, 70300 };
	struct ip infector = wire_ip(A);
	struct scene scene;

	(void)state;
	scene_start(&scene);
	reach(&scene, A, B, 445, 0);
	acted(&scene, &first);
	reach(&scene, B, C, 445, 70000);
	assert_true(scene.highest_by[DETECTOR_CONTAGION] < 4.1);
	acted(&scene, &onward);
	acted(&scene, &further);
	assert_true(scene.highest_by[DETECTOR_CONTAGION] > 9.1 &&
		    scene.highest_by[DETECTOR_CONTAGION] < 9.3);
	acted(&scene, &last);
	assert_int_equal(scene.latest.detector, DETECTOR_CONTAGION);
	assert_int_equal(scene.latest.visit_count, 1);
	assert_true(ip_equal(&scene.latest.visits[0].by, &infector));
	scene_stop(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains_and_call_backs_are_noticed),
		cmocka_unit_test(the_second_generation_is_suspected_at_its_third_target),
		cmocka_unit_test(whom_it_dealt_with_before_is_no_news),
		cmocka_unit_test(whom_it_knew_from_another_port_is_no_news),
		cmocka_unit_test(servers_and_untouched_hosts_are_not),
		cmocka_unit_test(a_target_counts_once_whichever_of_its_ports_is_reached_for),
		cmocka_unit_test(who_comes_by_four_times_is_one_visitor),
		cmocka_unit_test(a_refused_visit_is_no_visit),
		cmocka_unit_test(who_was_run_and_then_runs_others_is_convicted_by_the_third),
		cmocka_unit_test(a_target_counts_once_for_the_visit_and_the_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
