/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incident/incident.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/contact/contact.h"

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

static void what_two_classes_have_in_common_is_counted_once(void **state)
{
	struct incident incident = { .evidence_count = 3,
				     .evidence = { { .detector = 4,
						     .port_class = CLASS_SPREAD,
						     .contacts = 3,
						     .sample_count = 3 },
						   { .detector = 5,
						     .port_class = CLASS_CHAIN,
						     .contacts = 4,
						     .sample_count = 4 },
						   { .detector = 1,
						     .port_class = CLASS_NEIGHBOR,
						     .contacts = 2,
						     .sample_count = 2 } } };

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		for (unsigned n = 0; n < incident.evidence[i].sample_count; n++)
			incident.evidence[i].samples[n] = (struct evidence_sample){
				.dst = ip_from_v4((uint8_t[]){ 10, 0, 0, (uint8_t)n }),
				.contact_kind = i == 2 ? CONTACT_ARP : CONTACT_TCP,
				.dst_port = i == 2 ? 0 : 445,
			};
	assert_int_equal(incident_contacts(&incident, 2), 4);
	assert_int_equal(incident_contacts(&incident, 3), 6);
	incident.evidence[1].samples[0].dst_port = 139;
	assert_int_equal(incident_contacts(&incident, 2), 5);
}

static void what_only_strange_syns_say_is_strange(void **state)
{
	static const struct {
		uint8_t kind, flags[2];
		double second_nats;
		bool strange;
	} cases[] = {
		{ CONTACT_TCP, { CONTACT_STRANGE, CONTACT_STRANGE }, 5, true },
		{ CONTACT_TCP, { CONTACT_STRANGE, 0 }, 5, false },
		{ CONTACT_TCP, { CONTACT_STRANGE, 0 }, 0, true }, /* that one was taken back */
		{ CONTACT_TCP, { CONTACT_UNLEARNT, CONTACT_STRANGE }, 5, false },
		{ CONTACT_ARP, { CONTACT_DARK, CONTACT_DARK }, 5, false },
	};
	struct incident none = { .evidence_count = 0 };

	(void)state;
	assert_false(incident_is_strange(&none));
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct incident incident = { .evidence_count = 2,
					     .evidence = { { .log_odds = 9, .sample_count = 1 },
							   { .log_odds = cases[c].second_nats,
							     .sample_count = 1 } } };

		for (unsigned i = 0; i < 2; i++)
			incident.evidence[i].samples[0] =
				(struct evidence_sample){ .contact_kind = cases[c].kind,
							  .flags = cases[c].flags[i] };
		assert_int_equal(incident_is_strange(&incident), cases[c].strange);
	}
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
		cmocka_unit_test(what_two_classes_have_in_common_is_counted_once),
		cmocka_unit_test(what_only_strange_syns_say_is_strange),
		cmocka_unit_test(a_sum_of_contacts_does_not_wrap),
		cmocka_unit_test(every_state_has_its_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
