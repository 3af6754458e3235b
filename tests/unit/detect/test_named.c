/* SPDX-License-Identifier: Apache-2.0 */
/* test_named.c - which addresses count as told by a name, to whom, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/observation.h"
#include "core/detect/named.h"
#include "core/net/dns.h"
#include "tests/unit/contact/wire.h"

#define MACHINE 0x0c4d0005u
#define OTHER   0x0c4d0006u

static struct named *named;

static int start(void **state)
{
	(void)state;
	named = calloc(1, sizeof(*named));
	return named ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	free(named);
	return 0;
}

static struct contact contact_of(const char *src, const char *dst, uint64_t after_s)
{
	struct contact contact = { .src = wire_ip(src),
				   .dst = wire_ip(dst),
				   .opened_ns = wire_ns(0) + s_to_ns(after_s) };

	return contact;
}

static void tell_after(const char *who, const char *address, uint32_t machine, uint32_t ttl_s,
		       uint64_t after_s)
{
	struct observation observation = { .kind = OBSERVED_NAME };

	observation.contact = contact_of(who, "10.0.0.53", after_s);
	observation.name.ttl_s = ttl_s;
	observation.name.address_count = 1;
	observation.name.addresses[0] = wire_ip(address);
	named_hear(named, &observation, machine);
}

static void tell(const char *who, const char *address, uint32_t machine, uint32_t ttl_s)
{
	tell_after(who, address, machine, ttl_s, 0);
}

static bool is_named(const char *who, const char *address, uint32_t machine, uint64_t after_s)
{
	struct contact contact = contact_of(who, address, after_s);

	return named_has(named, &contact, machine);
}

static void a_public_address_is_told_to_everybody(void **state)
{
	(void)state;
	tell("10.0.0.5", "81.2.3.4", MACHINE, 60);
	assert_true(is_named("10.0.0.5", "81.2.3.4", MACHINE, 1));
	assert_true(is_named("10.0.0.6", "81.2.3.4", OTHER, 1));
	assert_false(is_named("10.0.0.5", "81.2.3.5", MACHINE, 1));
}

static void an_address_of_the_site_is_told_to_the_machine_that_asked(void **state)
{
	(void)state;
	tell("2001:db8::5", "10.0.1.4", MACHINE, 60);
	assert_true(is_named("10.0.0.5", "10.0.1.4", MACHINE, 1));
	assert_false(is_named("10.0.0.6", "10.0.1.4", OTHER, 1));
}

static void without_a_mac_it_is_told_to_the_address_that_asked(void **state)
{
	(void)state;
	tell("10.0.0.5", "10.0.1.4", 0, 60);
	assert_true(is_named("10.0.0.5", "10.0.1.4", 0, 1));
	assert_true(is_named("10.0.0.5", "10.0.1.4", MACHINE, 1)); /* seen only later */
	assert_false(is_named("10.0.0.6", "10.0.1.4", 0, 1));
}

static void it_is_remembered_for_an_hour_at_least_and_a_day_at_most(void **state)
{
	(void)state;
	tell("10.0.0.5", "81.2.3.4", MACHINE, 1);
	tell("10.0.0.5", "81.2.3.5", MACHINE, 7200);
	tell("10.0.0.5", "81.2.3.6", MACHINE, UINT32_MAX);
	assert_true(is_named("10.0.0.5", "81.2.3.4", MACHINE, 3500));
	assert_false(is_named("10.0.0.5", "81.2.3.4", MACHINE, 3700));
	assert_true(is_named("10.0.0.5", "81.2.3.5", MACHINE, 7100));
	assert_true(is_named("10.0.0.5", "81.2.3.6", MACHINE, 86000));
	assert_false(is_named("10.0.0.5", "81.2.3.6", MACHINE, 87000));
}

static void what_is_told_meanwhile_makes_nothing_forgotten(void **state)
{
	const uint64_t day_s = 86400;

	(void)state;
	for (uint64_t hour = 0; hour < 24; hour++) {
		uint64_t now_s = hour * 3600;

		memset(named, 0, sizeof(*named));
		tell_after("10.0.0.5", "81.2.3.4", MACHINE, UINT32_MAX, now_s);
		for (uint64_t later_s = 3600; later_s <= 5 * day_s; later_s += 3600) {
			tell_after("10.0.0.6", "81.2.3.5", OTHER, 1, now_s + later_s);
			assert_int_equal(is_named("10.0.0.5", "81.2.3.4", MACHINE, now_s + later_s),
					 later_s <= day_s);
			assert_true(is_named("10.0.0.6", "81.2.3.5", OTHER, now_s + later_s));
		}
	}
}

static void what_is_no_answer_tells_nothing(void **state)
{
	struct observation observation = { .kind = OBSERVED_NAME };

	(void)state;
	observation.contact = contact_of("10.0.0.5", "10.0.0.53", 0);
	observation.name.address_count = 1;
	observation.name.addresses[0] = wire_ip("81.2.3.4");
	observation.name.rcode = OBSERVED_UNANSWERED;
	named_hear(named, &observation, MACHINE);
	observation.name.rcode = DNS_NOERROR;
	observation.kind = OBSERVED_NEIGHBOR_NAME; /* anybody may claim one */
	named_hear(named, &observation, MACHINE);
	assert_false(is_named("10.0.0.5", "81.2.3.4", MACHINE, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_public_address_is_told_to_everybody, start, stop),
		cmocka_unit_test_setup_teardown(
			an_address_of_the_site_is_told_to_the_machine_that_asked, start, stop),
		cmocka_unit_test_setup_teardown(without_a_mac_it_is_told_to_the_address_that_asked,
						start, stop),
		cmocka_unit_test_setup_teardown(
			it_is_remembered_for_an_hour_at_least_and_a_day_at_most, start, stop),
		cmocka_unit_test_setup_teardown(what_is_told_meanwhile_makes_nothing_forgotten,
						start, stop),
		cmocka_unit_test_setup_teardown(what_is_no_answer_tells_nothing, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
