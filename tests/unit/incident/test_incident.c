/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incident/incident.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void contacts_of_one_class_are_counted_once(void **state)
{
	struct incident incident = { .evidence_count = 3,
				     .evidence = { { .detector = 1,
						     .port_class = CLASS_NEIGHBOR,
						     .contacts = 5,
						     .failed = 5 },
						   { .detector = 2,
						     .port_class = CLASS_WORM_PORT,
						     .contacts = 6,
						     .failed = 4 },
						   { .detector = 3,
						     .port_class = CLASS_WORM_PORT,
						     .contacts = 9,
						     .failed = 3 } } };

	(void)state;
	assert_int_equal(incident_contacts(&incident, 0), 0);
	assert_int_equal(incident_contacts(&incident, 1), 5);
	assert_int_equal(incident_contacts(&incident, 2), 11);
	assert_int_equal(incident_contacts(&incident, 3), 14);
	assert_int_equal(incident_failed(&incident, 3), 9);
}

static void a_sum_of_contacts_does_not_wrap(void **state)
{
	struct incident incident = { .evidence_count = 2,
				     .evidence = { { .port_class = CLASS_NEIGHBOR,
						     .contacts = UINT32_MAX - 1 },
						   { .port_class = CLASS_ICMP, .contacts = 7 } } };

	(void)state;
	assert_int_equal(incident_contacts(&incident, 2), UINT32_MAX);
}

static void every_state_has_its_word(void **state)
{
	static const char *const words[] = { "open", "suspected", "convicted", "cleared",
					     "closed" };

	(void)state;
	for (unsigned i = 0; i < INCIDENT_STATES; i++)
		assert_string_equal(incident_state_name(i), words[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contacts_of_one_class_are_counted_once),
		cmocka_unit_test(a_sum_of_contacts_does_not_wrap),
		cmocka_unit_test(every_state_has_its_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
