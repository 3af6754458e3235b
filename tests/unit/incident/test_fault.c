/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incident/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/units.h"
#include "core/detect/evidence.h"

#define T0 s_to_ns(1700000000)

static struct evidence gains(unsigned number, unsigned port_class, unsigned port)
{
	uint8_t four[4] = { 10, 0, (uint8_t)(number >> 8), (uint8_t)number };
	struct ip ip = ip_from_v4(four);

	return (struct evidence){ .host = host_key_of(&ip, 0),
				  .detector = DETECTOR_TRW,
				  .port_class = (uint8_t)port_class,
				  .port = (uint16_t)port,
				  .log_odds = 4 };
}

static const struct {
	const char *name;
	unsigned live, hosts, ports, port_class, over_s;
	bool broken;
} cases[] = {
	{ "a quarter of the hosts on many ports at once", 100, 25, 8, CLASS_SERVICE_PORT, 1, true },
	{ "a fifth is not more than a fifth", 100, 20, 8, CLASS_SERVICE_PORT, 1, false },
	{ "one port is a worm, however many", 100, 90, 1, CLASS_WORM_PORT, 1, false },
	{ "so is asking for neighbours", 100, 90, 8, CLASS_NEIGHBOR, 1, false },
	{ "half of them on one port: a worm beside a few others", 100, 60, 2, CLASS_WORM_PORT, 1,
	  false },
	{ "the same hosts over five minutes", 100, 25, 8, CLASS_SERVICE_PORT, 300, false },
	{ "four of a handful", 6, 4, 4, CLASS_SERVICE_PORT, 1, false },
	{ "all of a handful", 6, 6, 6, CLASS_SERVICE_PORT, 1, true },
};

static void many_at_once_without_a_common_port_are_a_fault(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct fault *fault = fault_new();
		unsigned changes = 0;

		print_message("  %s\n", cases[c].name);
		for (unsigned i = 0; i < cases[c].hosts; i++) {
			struct evidence item =
				gains(i, cases[c].port_class, 80 + i % cases[c].ports);
			uint64_t at_ns = T0 + s_to_ns(cases[c].over_s) * i / cases[c].hosts;

			changes += fault_note(fault, &item, cases[c].live, at_ns);
		}
		{
			struct evidence item = gains(0, cases[c].port_class, 80);

			changes += fault_note(fault, &item, cases[c].live,
					      T0 + s_to_ns(cases[c].over_s) + ms_to_ns(200));
		}
		assert_int_equal(fault_state(fault).broken, cases[c].broken);
		assert_int_equal(fault_state(fault).is_for_all, cases[c].broken);
		assert_int_equal(changes, cases[c].broken);
		fault_free(fault);
	}
}

/* Four are without a doubt before there is a crowd (core/detect/crowd.h). */
static void a_crowd_in_doubt_stops_scoring_for_itself_alone(void **state)
{
	struct evidence item = gains(0, CLASS_SERVICE_PORT, 80);
	struct fault *fault = fault_new();
	const struct host_key *hosts;

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		item = gains(i, CLASS_SERVICE_PORT, 80 + i);
		item.doubt = i < 4 ? DOUBT_NONE : DOUBT_CROWD;
		fault_note(fault, &item, 100, T0 + i * ms_to_ns(100));
	}
	assert_true(fault_state(fault).broken);
	assert_false(fault_state(fault).is_for_all);
	assert_true(fault_stops(fault, &item));
	item = gains(50, CLASS_WORM_PORT, 445);
	assert_false(fault_stops(fault, &item));
	assert_int_equal(fault_hosts(fault, &hosts), 36);
	/* One of the four goes on, and is one of the crowd by now. */
	item = gains(0, CLASS_SERVICE_PORT, 80);
	item.doubt = DOUBT_CROWD;
	fault_note(fault, &item, 100, T0 + s_to_ns(5));
	assert_int_equal(fault_hosts(fault, &hosts), 37);
	fault_free(fault);
}

static void it_is_over_when_they_are_quiet(void **state)
{
	struct fault *fault = fault_new();
	const struct host_key *hosts;

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		struct evidence item = gains(i, CLASS_SERVICE_PORT, 80 + i);

		fault_note(fault, &item, 100, T0 + i * ms_to_ns(100));
	}
	assert_true(fault_state(fault).broken);
	assert_false(fault_advance(fault, T0 + s_to_ns(8)));
	assert_true(fault_advance(fault, T0 + s_to_ns(15)));
	assert_false(fault_state(fault).broken);
	assert_int_equal(fault_hosts(fault, &hosts), 40);
	assert_int_equal(fault_state(fault).hosts, 40);
	assert_false(fault_advance(fault, T0 + s_to_ns(16)));
	fault_free(fault);
}

/* One of long ago takes nobody along. */
static void who_gained_before_the_window_is_no_part_of_it(void **state)
{
	struct fault *fault = fault_new();
	const struct host_key *hosts;
	unsigned noted = 0;

	(void)state;
	for (; noted < 11; noted++) {
		struct evidence item = gains(noted, CLASS_SERVICE_PORT, 80 + noted);

		fault_note(fault, &item, 100, T0 + (noted ? s_to_ns(8) : 0));
	}
	for (; !fault_state(fault).broken && noted < 100; noted++) {
		struct evidence item = gains(noted, CLASS_SERVICE_PORT, 80 + noted);

		fault_note(fault, &item, 100, T0 + s_to_ns(11) + noted * ms_to_ns(100));
	}
	assert_in_range(noted, 22, 27);
	assert_int_equal(fault_state(fault).hosts, noted - 1);
	assert_int_equal(fault_hosts(fault, &hosts), noted - 1);
	fault_free(fault);
}

/* Otherwise it would come and go with each failure at the edge. */
static void it_lasts_as_long_as_the_look_that_found_it(void **state)
{
	struct fault *fault = fault_new();
	unsigned hosts = 0;
	uint64_t since_ns = 0;

	(void)state;
	while (!fault_state(fault).broken) {
		struct evidence item = gains(hosts, CLASS_SERVICE_PORT, 80 + hosts);

		since_ns = T0 + hosts++ * ms_to_ns(100);
		fault_note(fault, &item, 100, since_ns);
	}
	assert_in_range(hosts, 21, 25);
	assert_false(fault_advance(fault, since_ns + s_to_ns(9)));
	assert_true(fault_state(fault).broken);
	assert_true(fault_advance(fault, since_ns + s_to_ns(10)));
	fault_free(fault);
}

static void a_flood_of_names_takes_no_more_room(void **state)
{
	struct fault *fault = fault_new();
	const struct host_key *hosts;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		struct evidence item = gains(i, CLASS_SERVICE_PORT, i);

		fault_note(fault, &item, 1000000, T0 + i * 100);
	}
	assert_true(fault_hosts(fault, &hosts) <= 1024);
	fault_free(fault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_at_once_without_a_common_port_are_a_fault),
		cmocka_unit_test(a_crowd_in_doubt_stops_scoring_for_itself_alone),
		cmocka_unit_test(it_is_over_when_they_are_quiet),
		cmocka_unit_test(who_gained_before_the_window_is_no_part_of_it),
		cmocka_unit_test(it_lasts_as_long_as_the_look_that_found_it),
		cmocka_unit_test(a_flood_of_names_takes_no_more_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
