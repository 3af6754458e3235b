/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void keys_fill_their_room_and_differ(void **state)
{
	uint8_t a[65] = { 0 }, b[65] = { 0 }, zero[8] = { 0 };

	(void)state;
	random_bytes(a, 64);
	random_bytes(b, 64);
	assert_memory_not_equal(a, b, 64);
	assert_memory_not_equal(a + 56, zero, 8);
	assert_int_equal(a[64], 0);
	random_bytes(a, 0);
}

/* First values for seed 1234567, as published with the algorithm in other languages' libraries. */
static void the_seeded_generator_is_splitmix64(void **state)
{
	static const uint64_t wanted[] = {
		UINT64_C(6457827717110365317),
		UINT64_C(3203168211198807973),
		UINT64_C(9817491932198370423),
	};
	uint64_t seed = 1234567;

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_true(random_step(&seed) == wanted[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_fill_their_room_and_differ),
		cmocka_unit_test(the_seeded_generator_is_splitmix64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
