/* SPDX-License-Identifier: Apache-2.0 */
/* Logons as they are answered, and when they look like guessing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/detectors/said.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct observation logon(unsigned server, uint64_t ms, uint32_t user, bool accepted)
{
	struct observation o = said_to(server, ms, OBSERVED_LOGON);

	o.logon = (struct observed_logon){ .accepted = accepted, .user_hash = user };
	return o;
}

static void guessing_makes_a_suspect_and_no_more(void **state)
{
	static const struct {
		const char *what;
		unsigned users, servers, rounds;
		bool suspect;
		uint16_t roles;
	} cases[] = {
		{ "four users", 4, 1, 1, false, 0 },
		{ "five users", 5, 1, 1, true, 0 },
		{ "two targets", 1, 2, 1, false, 0 },
		{ "three targets", 1, 3, 1, true, 0 },
		{ "a stale password", 1, 1, 1000, false, 0 },
		{ "a dictionary of users, on a terminal server", 200, 1, 1, true, HOST_SERVER },
		{ "a dictionary of users, on an address translator", 200, 1, 1, true, HOST_NAT },
		{ "a domain", 20, 20, 1, true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		uint64_t ms = 0;

		scene_start(&scene);
		for (unsigned n = 0; n < cases[i].rounds * cases[i].users * cases[i].servers;
		     n++, ms += 500) {
			struct observation o = logon(n / cases[i].users % cases[i].servers, ms,
						     100 + n % cases[i].users, false);

			o.contact.roles = cases[i].roles;

			scene_said(&scene, &o);
		}
		if ((scene.highest >= SUSPECT_NATS) != cases[i].suspect || scene.highest > 9.3)
			fail_msg("%s: %.1f", cases[i].what, scene.highest);
		if (cases[i].suspect)
			assert_int_equal(scene.latest.kind, EVIDENCE_BRUTE_FORCE);
		scene_stop(&scene);
	}
}

static void a_dictionary_of_names_convicts_unless_somebody_is_let_in(void **state)
{
	static const struct {
		const char *what;
		unsigned servers, let_in_each; /* of so many names one is let in, 0: none */
		bool convict;
	} cases[] = {
		{ "one server", 1, 0, true },
		{ "four servers in turn", 4, 0, true },
		{ "a few are let in", 1, 15, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		unsigned names = 0;

		scene_start(&scene);
		for (; names < 100 && !scene.convicted; names++) {
			bool let_in = cases[i].let_in_each &&
				      names % cases[i].let_in_each == cases[i].let_in_each - 1;
			struct observation o =
				logon(names % cases[i].servers, names * 1000, 100 + names, let_in);

			scene_said(&scene, &o);
		}
		if (!!scene.convicted != cases[i].convict || names < 23 ||
		    (scene.convicted && names > 40))
			fail_msg("%s: %u", cases[i].what, names);
		scene_stop(&scene);
	}
}

/* Who logs on through an address translator is not known. */
static void a_router_guesses_nothing(void **state)
{
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 200; n++) {
		struct observation o = logon(n % 20, n * UINT64_C(500), 100 + n, false);

		o.contact.roles = HOST_ROUTER;
		scene_said(&scene, &o);
	}
	assert_true(scene.highest <= 0);
	scene_stop(&scene);
}

static void failures_far_apart_fade(void **state)
{
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 50; n++) {
		struct observation o = logon(1, n * UINT64_C(600000), 100 + n, false);

		scene_said(&scene, &o);
	}
	assert_true(scene.highest < SUSPECT_NATS);
	scene_stop(&scene);
}

static void accepted_logons_take_off(void **state)
{
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 100; n++) {
		struct observation o = logon(1, n * 100, 100 + n / 3, n % 3 != 0);

		scene_said(&scene, &o);
	}
	assert_true(scene.highest < SUSPECT_NATS);
	scene_stop(&scene);
}

/* A person goes round the machines and mistypes at each of them. */
static void whoever_is_let_in_under_that_name_had_mistyped(void **state)
{
	static const struct {
		const char *what;
		uint32_t let_in_as;
		bool suspect;
	} cases[] = {
		{ "the same user", 100, false },
		{ "another user", 101, true },
		{ "nobody", 0, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		scene_start(&scene);
		for (unsigned server = 1; server < 20; server++) {
			struct observation no = logon(server, server * 1000, 100, false),
					   yes = logon(server, server * 1000 + 500,
						       cases[i].let_in_as, true);

			scene_said(&scene, &no);
			if (cases[i].let_in_as)
				scene_said(&scene, &yes);
		}
		if ((scene.highest >= SUSPECT_NATS) != cases[i].suspect)
			fail_msg("%s: %.1f", cases[i].what, scene.highest);
		scene_stop(&scene);
	}
}

/* With what a round of many machines weighs by itself (fanout's ceiling, 9.2). */
static void a_round_with_some_refusals_is_no_guessing(void **state)
{
	static const struct {
		const char *what;
		unsigned refuse_from, refuse_to; /* of twenty machines */
		bool stays_below;
	} cases[] = {
		{ "two in a row", 10, 11, true },
		{ "two at the start", 0, 1, true },
		{ "half of them", 10, 19, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		scene_start(&scene);
		for (unsigned server = 0; server < 20; server++) {
			bool refused = server >= cases[i].refuse_from &&
				       server <= cases[i].refuse_to;
			struct observation o = logon(1 + server, server * 1000, 100, !refused);

			scene_said(&scene, &o);
		}
		if ((scene.highest + 9.2 < CONVICT_NATS) != cases[i].stays_below)
			fail_msg("%s: %.1f", cases[i].what, scene.highest);
		scene_stop(&scene);
	}
}

/* no and yes: what the nth machine says to the same person. */
static void being_let_in_pays_for_mistakes(void **state)
{
	static const struct {
		const char *what;
		unsigned let_in_before; /* machines */
		const char *answers;    /* n: the next machine refuses; y: it lets in after all */
		bool suspect;
	} cases[] = {
		{ "three refuse", 0, "nnn", true },
		{ "two refuse", 0, "nn", false },
		{ "three, after many that did not", 20, "nnn", false },
		{ "four, after many that did not", 20, "nnnn", true },
		{ "the second lets in after all", 0, "nnynn", false },
		{ "it refused one user and lets in another", 0, "nnann", true },
		{ "three more after one that let in", 0, "nnynnn", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned server = 0;
		struct scene scene;
		uint64_t ms = 0;

		scene_start(&scene);
		for (; server < cases[i].let_in_before; server++, ms += 500) {
			struct observation o = logon(1 + server, ms, 100, true);

			scene_said(&scene, &o);
		}
		for (const char *answer = cases[i].answers; *answer; answer++, ms += 500) {
			struct observation o;

			server += *answer == 'n';
			o = logon(server, ms, *answer == 'a' ? 101 : 100, *answer != 'n');
			scene_said(&scene, &o);
		}
		if ((scene.highest >= SUSPECT_NATS) != cases[i].suspect)
			fail_msg("%s: %.2f", cases[i].what, scene.highest);
		scene_stop(&scene);
	}
}

static void one_account_buys_no_innocence(void **state)
{
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 40; n++) {
		struct observation no = logon(1, n * 100, 1000 + n, false),
				   yes = logon(2, n * 100 + 50, 100, true);

		scene_said(&scene, &yes);
		scene_said(&scene, &no);
	}
	assert_true(scene.highest >= SUSPECT_NATS);
	scene_stop(&scene);
}

static void lockouts_weigh_more_than_refusals(void **state)
{
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 3; n++) {
		struct observation o = logon(1, n * 100, 100 + n, false);

		o.logon.locked_out = true;
		scene_said(&scene, &o);
	}
	assert_true(scene.highest >= SUSPECT_NATS);
	scene_stop(&scene);
}

static void ssh_sessions_speak_by_their_rate(void **state)
{
	static const struct {
		const char *what;
		unsigned sessions, servers;
		uint64_t every_ms;
		bool mirrored, suspect;
	} cases[] = {
		{ "guessing", 40, 1, 200, false, true },
		{ "guessing slowly", 60, 1, 2000, false, true },
		{ "a person", 10, 1, 3000, false, false },
		{ "monitoring", 300, 1, 10000, false, false },
		{ "one play over many hosts", 200, 100, 100, false, false },
		{ "a mirrored session", 40, 1, 200, true, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		scene_start(&scene);
		for (unsigned n = 0; n < cases[i].sessions; n++) {
			struct observation o =
				logon(n % cases[i].servers, n * cases[i].every_ms, 0, false);

			o.logon.sealed = true;
			o.contact.dst_port = 902;
			o.contact.src_port = (uint16_t)(40000 + (cases[i].mirrored ? 0 : n));
			scene_said(&scene, &o);
		}
		if ((scene.highest >= SUSPECT_NATS) != cases[i].suspect || scene.highest > 9.3)
			fail_msg("%s: %.1f", cases[i].what, scene.highest);
		scene_stop(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guessing_makes_a_suspect_and_no_more),
		cmocka_unit_test(a_dictionary_of_names_convicts_unless_somebody_is_let_in),
		cmocka_unit_test(a_router_guesses_nothing),
		cmocka_unit_test(failures_far_apart_fade),
		cmocka_unit_test(accepted_logons_take_off),
		cmocka_unit_test(whoever_is_let_in_under_that_name_had_mistyped),
		cmocka_unit_test(a_round_with_some_refusals_is_no_guessing),
		cmocka_unit_test(being_let_in_pays_for_mistakes),
		cmocka_unit_test(one_account_buys_no_innocence),
		cmocka_unit_test(lockouts_weigh_more_than_refusals),
		cmocka_unit_test(ssh_sessions_speak_by_their_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
