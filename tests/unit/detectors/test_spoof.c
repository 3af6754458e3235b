/* SPDX-License-Identifier: Apache-2.0 */
/* test_spoof.c - how many forged names make a forger. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/detectors/said.h"

static struct observation forgery(unsigned name, uint64_t ms, bool is_address_known,
				  bool is_new_name)
{
	struct observation o = said_to(name, ms, OBSERVED_FORGERY);

	o.contact.kind = CONTACT_ARP;
	o.forgery = (struct observed_forgery){ .is_address_known = is_address_known,
					       .is_new_name = is_new_name };
	return o;
}

static void names_make_a_forger(void **state)
{
	static const struct {
		const char *what;
		unsigned names, apart_min;
		bool known, suspect, convicted;
	} cases[] = {
		{ "one name, as in a failover", 1, 0, true, false, false },
		{ "two names", 2, 0, true, true, false },
		{ "four names", 4, 0, true, true, true },
		{ "four names in a day", 4, 6 * 60, true, false, false },
		{ "a hundred from a MAC without an address", 100, 0, false, true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;

		print_message("  %s\n", cases[i].what);
		scene_start(&scene);
		for (unsigned n = 0; n < cases[i].names; n++) {
			struct observation o =
				forgery(n, 1000 + n + (uint64_t)n * cases[i].apart_min * 60000,
					cases[i].known, true);

			scene_said(&scene, &o);
		}
		assert_int_equal(scene.highest >= SUSPECT_NATS, cases[i].suspect);
		assert_int_equal(scene.convicted > 0, cases[i].convicted);
		assert_int_equal(scene.latest.kind, EVIDENCE_SPOOFING);
		scene_stop(&scene);
	}
}

static void a_flood_in_one_name_makes_a_suspect_and_no_more(void **state)
{
	(void)state;
	for (unsigned flood = 0; flood <= 1; flood++) {
		struct scene scene;

		scene_start(&scene);
		for (unsigned n = 0; n < 20; n++) {
			struct observation o = forgery(1, 1000 + n * 10000, true, n == 0);

			o.forgery.is_flood = flood && n > 0;
			scene_said(&scene, &o);
		}
		assert_int_equal(scene.highest >= SUSPECT_NATS, flood);
		assert_int_equal(scene.convicted, 0);
		if (flood)
			assert_int_equal(scene.latest.contacts, 1);
		scene_stop(&scene);
	}
}

static void the_number_of_names_is_told_anew_and_does_not_grow_by_repetition(void **state)
{
	struct scene scene;
	struct observation o;

	(void)state;
	scene_start(&scene);
	for (unsigned n = 0; n < 100; n++) {
		o = forgery(n, 1000 + n, true, true);
		scene_said(&scene, &o);
	}
	assert_int_equal(scene.latest.contacts, 64); /* at each doubling */
	o = forgery(7, 12000, true, false);
	scene_said(&scene, &o);
	assert_int_equal(scene.latest.contacts, 100);
	assert_int_equal(scene.latest.sample_count, EVIDENCE_SAMPLES);
	scene_stop(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_make_a_forger),
		cmocka_unit_test(a_flood_in_one_name_makes_a_suspect_and_no_more),
		cmocka_unit_test(the_number_of_names_is_told_anew_and_does_not_grow_by_repetition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
