/* SPDX-License-Identifier: Apache-2.0 */
/* test_said.c - the latest of each statement, and the strongest when there is no room for all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/detect/evidence.h"
#include "core/feed/said.h"

static struct evidence about(unsigned host, unsigned detector, unsigned port_class, double level)
{
	struct evidence evidence = { .detector = (uint8_t)detector,
				     .port_class = (uint8_t)port_class,
				     .log_odds = level };

	evidence.host.ip.bytes[15] = (uint8_t)host;
	evidence.host.ip.bytes[14] = (uint8_t)(host >> 8);
	return evidence;
}

static void note(struct said *said, unsigned host, unsigned detector, unsigned port_class,
		 double level)
{
	struct evidence evidence = about(host, detector, port_class, level);

	said_note(said, &evidence);
}

static unsigned count(const struct said *said, double *sum)
{
	const struct evidence *evidence;
	uint32_t index = 0;
	unsigned n = 0;

	*sum = 0;
	while ((evidence = said_next(said, &index)) != NULL) {
		n++;
		*sum += evidence->log_odds;
	}
	return n;
}

static void the_latest_of_each_statement_stands(void **state)
{
	struct said *said = said_new(64);
	struct evidence slow = about(1, DETECTOR_TRW, CLASS_WORM_PORT, 5);
	double sum;

	(void)state;
	assert_int_equal(count(said, &sum), 0);
	note(said, 1, DETECTOR_TRW, CLASS_WORM_PORT, 9);
	note(said, 1, DETECTOR_TRW, CLASS_WORM_PORT, 14);
	note(said, 1, DETECTOR_TRW, CLASS_WORM_PORT, 7); /* lower is the latest all the same */
	note(said, 1, DETECTOR_TRW, CLASS_HIGH_PORT, 4);
	note(said, 1, DETECTOR_ARPSWEEP, CLASS_NEIGHBOR, 8);
	note(said, 2, DETECTOR_TRW, CLASS_WORM_PORT, 3);
	slow.half_life_min = 60;
	said_note(said, &slow);
	assert_int_equal(count(said, &sum), 5);
	assert_true(sum == 7 + 4 + 8 + 3 + 5);
	note(said, 2, DETECTOR_TRW, CLASS_WORM_PORT, 0); /* taken back */
	assert_int_equal(count(said, &sum), 4);
	said_free(said);
}

static void who_is_forgotten_is_forgotten_wholly_and_alone(void **state)
{
	struct said *said = said_new(64);
	struct evidence one = about(1, 0, 0, 0);
	double sum;

	(void)state;
	note(said, 1, DETECTOR_TRW, CLASS_WORM_PORT, 9);
	note(said, 1, DETECTOR_ARPSWEEP, CLASS_NEIGHBOR, 8);
	note(said, 2, DETECTOR_TRW, CLASS_WORM_PORT, 3);
	said_forget(said, &one.host);
	assert_int_equal(count(said, &sum), 1);
	assert_true(sum == 3);
	said_free(said);
}

static void without_room_the_lowest_give_way(void **state)
{
	struct said *said = said_new(8); /* all statements share its places */
	double sum;

	(void)state;
	for (unsigned host = 1; host <= 1000; host++)
		note(said, host, DETECTOR_TRW, CLASS_WORM_PORT, host);
	assert_int_equal(count(said, &sum), 8);
	assert_true(sum == 993 + 994 + 995 + 996 + 997 + 998 + 999 + 1000);
	note(said, 1, DETECTOR_TRW, CLASS_WORM_PORT, 1);
	assert_true(count(said, &sum) == 8 && sum > 7971);
	said_free(said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_latest_of_each_statement_stands),
		cmocka_unit_test(who_is_forgotten_is_forgotten_wholly_and_alone),
		cmocka_unit_test(without_room_the_lowest_give_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
