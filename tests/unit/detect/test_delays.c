/* SPDX-License-Identifier: Apache-2.0 */
/* test_delays.c - what each network's answers teach about waiting for the next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/detect/delays.h"
#include "tests/unit/contact/wire.h"

static struct contact answer(const char *from, unsigned after_ms)
{
	struct contact contact = { .src = wire_ip("10.0.0.5"),
				   .dst = wire_ip(from),
				   .kind = CONTACT_TCP,
				   .outcome = CONTACT_ACCEPTED,
				   .elapsed_us = after_ms * 1000 };

	return contact;
}

static void hear(struct delays *delays, const char *from, unsigned after_ms)
{
	struct contact contact = answer(from, after_ms);

	delays_hear(delays, &contact);
}

static uint64_t limit_ms(const struct delays *delays, const char *of)
{
	struct contact contact = answer(of, 0);

	return delays_limit_ns(delays, &contact, ms_to_ns(25)) / NS_PER_MS;
}

static void a_slow_network_is_waited_for(void **state)
{
	struct delays delays = { { 0 } };

	(void)state;
	assert_int_equal(limit_ms(&delays, "10.44.0.9"), 25);
	hear(&delays, "10.44.0.1", 140);
	assert_in_range(limit_ms(&delays, "10.44.0.9"), 280, 282);
	assert_int_equal(limit_ms(&delays, "10.45.0.9"), 25); /* the one beside it is another */
	hear(&delays, "10.46.0.1", 3);
	assert_int_equal(limit_ms(&delays, "10.46.0.9"), 25);
}

/* Whichever part of their numbers they share. */
static void few_networks_share_a_place(void **state)
{
	unsigned shared = 0;

	(void)state;
	for (unsigned n = 1; n < 256; n++) {
		struct delays delays = { { 0 } };
		struct contact second = answer("10.20.0.9", 0), third = second;

		hear(&delays, "10.20.0.1", 140);
		second.dst.bytes[13] = (uint8_t)(second.dst.bytes[13] + n);
		third.dst.bytes[14] = (uint8_t)(third.dst.bytes[14] + n);
		shared += delays_know(&delays, &second) + delays_know(&delays, &third);
	}
	assert_true(shared <= 2);
}

static void one_quick_answer_does_not_hide_a_slow_network(void **state)
{
	struct delays delays = { { 0 } };

	(void)state;
	hear(&delays, "10.44.0.1", 140);
	hear(&delays, "10.44.0.2", 1);
	assert_true(limit_ms(&delays, "10.44.0.9") > 200);
	for (unsigned i = 0; i < 60; i++)
		hear(&delays, "10.44.0.2", 1);
	assert_int_equal(limit_ms(&delays, "10.44.0.9"), 25);
}

static void a_site_of_public_addresses_is_heard_too(void **state)
{
	struct delays delays = { { 0 } };
	struct contact contact = answer("130.20.7.1", 140);

	(void)state;
	contact.src = wire_ip("130.20.5.9");
	delays_hear(&delays, &contact);
	assert_true(limit_ms(&delays, "130.20.7.9") >= 280);
}

static void a_ping_that_is_answered_tells_the_way(void **state)
{
	struct delays delays = { { 0 } };
	struct contact contact = answer("10.44.0.1", 140);

	(void)state;
	contact.kind = CONTACT_ICMP;
	delays_hear(&delays, &contact);
	assert_true(limit_ms(&delays, "10.44.0.9") >= 280);
}

static void what_says_nothing_about_the_site_is_not_heard(void **state)
{
	struct contact other[5];

	(void)state;
	other[0] = answer("10.44.0.1", 1200); /* the SYN was sent again */
	other[1] = answer("81.2.3.4", 140);
	other[2] = answer("10.44.0.1", 140);
	other[2].kind = CONTACT_UDP;
	other[3] = answer("10.44.0.1", 140);
	other[3].outcome = CONTACT_OUTSTANDING;
	other[4] = answer("10.44.0.1", 140); /* by a router that has looked for it */
	other[4].kind = CONTACT_ICMP;
	other[4].outcome = CONTACT_REFUSED;
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		static const struct delays none;
		struct delays delays = { { 0 } };

		delays_hear(&delays, &other[i]);
		assert_memory_equal(&delays, &none, sizeof(none));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slow_network_is_waited_for),
		cmocka_unit_test(few_networks_share_a_place),
		cmocka_unit_test(one_quick_answer_does_not_hide_a_slow_network),
		cmocka_unit_test(a_site_of_public_addresses_is_heard_too),
		cmocka_unit_test(a_ping_that_is_answered_tells_the_way),
		cmocka_unit_test(what_says_nothing_about_the_site_is_not_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
