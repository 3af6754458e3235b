/* SPDX-License-Identifier: Apache-2.0 */
/* test_known.c - what was added is known until it runs out; hosts, texts and sorts of facts stay apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/detect/known.h"
#include "tests/unit/contact/wire.h"

#define SETS 64

static struct known_set sets[SETS];

static struct known_table empty_table(void)
{
	memset(sets, 0, sizeof(sets));
	return (struct known_table){ .sets = sets, .count = SETS };
}

static struct host_key host(const char *address, unsigned vlan)
{
	struct ip ip = wire_ip(address);

	return host_key_of(&ip, (uint16_t)vlan);
}

static void an_entry_is_known_until_it_runs_out(void **state)
{
	struct known_table table = empty_table();
	struct host_key key = host("10.0.0.5", 0);
	uint64_t name = known_text(&key, "example.com", 1);

	(void)state;
	assert_false(known_has(&table, name, 1000));
	assert_false(known_add(&table, name, 1000, 60));
	assert_true(known_has(&table, name, 1000));
	assert_true(known_has(&table, name, 1060));
	assert_false(known_has(&table, name, 1062));
	assert_false(known_add(&table, name, 1062, 60));
	assert_true(known_add(&table, name, 1063, 10));
	assert_true(known_has(&table, name, 1120)); /* a shorter stay does not shorten */
	assert_true(known_add(&table, name, 1100, 60));
	assert_true(known_has(&table, name, 1160)); /* a longer one lengthens */
	assert_false(known_add(&table, known_text(&key, "end.example", 1), UINT32_MAX - 1, 3600));
	assert_true(known_has(&table, known_text(&key, "end.example", 1), UINT32_MAX - 1));
}

static void everything_that_differs_makes_another_fingerprint(void **state)
{
	struct host_key a = host("10.0.0.5", 0), b = host("10.0.0.6", 0), c = host("10.0.0.5", 9);
	struct ip x = wire_ip("81.2.3.4"), y = wire_ip("81.2.3.5"), z = wire_ip("2001:db8::4");
	uint64_t prints[] = {
		known_text(&a, "example.com", 1),
		known_text(&b, "example.com", 1),
		known_text(&c, "example.com", 1),
		known_text(&a, "example.com", 2),
		known_text(&a, "example.co", 1),
		known_text(&a, "example.comm", 1),
		known_text(&a, "", 1),
		known_text(&a, "example.com.example.com", 1),
		known_address(&a, &x, 1),
		known_address(&a, &y, 1),
		known_address(&a, &z, 1),
		known_address(&b, &x, 1),
		known_address(&c, &x, 1),
		known_address(&a, &x, 2),
	};
	size_t count = sizeof(prints) / sizeof(prints[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			assert_true((uint32_t)prints[i] != (uint32_t)prints[j]);
	assert_true(known_text(&a, "example.com", 1) == prints[0]);
}

static void a_full_table_forgets_what_would_run_out_first(void **state)
{
	struct known_table table = empty_table();
	struct host_key key = host("10.0.0.5", 0);
	unsigned kept_long = 0, kept_short = 0;

	(void)state;
	for (unsigned n = 0; n < 4096; n++) {
		struct ip ip = ip_from_v4((uint8_t[]){ 81, 2, (uint8_t)(n >> 8), (uint8_t)n });

		known_add(&table, known_address(&key, &ip, 1), 1000, n < 128 ? 9000 : 60);
	}
	for (unsigned n = 0; n < 4096; n++) {
		struct ip ip = ip_from_v4((uint8_t[]){ 81, 2, (uint8_t)(n >> 8), (uint8_t)n });
		bool is_known = known_has(&table, known_address(&key, &ip, 1), 1000);

		*(n < 128 ? &kept_long : &kept_short) += is_known;
	}
	assert_int_equal(kept_long, 128);
	assert_int_equal(kept_long + kept_short, SETS * KNOWN_WAYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_known_until_it_runs_out),
		cmocka_unit_test(everything_that_differs_makes_another_fingerprint),
		cmocka_unit_test(a_full_table_forgets_what_would_run_out_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
