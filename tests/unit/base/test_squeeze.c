/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/random.h"
#include "core/base/span.h"
#include "core/base/squeeze.h"

#define LARGEST 2000

static void there_and_back(const uint8_t *bytes, size_t length)
{
	uint8_t back[LARGEST + 1];
	struct span span;
	struct buf buf;

	memset(back, 0xaa, sizeof(back));
	buf_init(&buf, 8 * LARGEST);
	squeeze(bytes, length, &buf);
	assert_false(buf.overflow);
	span = span_of(buf.text, buf.length);
	unsqueeze(&span, back, length);
	assert_int_equal(span.left, 0);
	assert_memory_equal(back, bytes, length);
	assert_int_equal(back[length], 0xaa);
	buf_fini(&buf);
}

static void whatever_goes_in_comes_back(void **state)
{
	uint8_t bytes[LARGEST], rare;

	(void)state;
	for (size_t length = 0; length < LARGEST; length += 1 + length / 9)
		for (unsigned kind = 0; kind < 5; kind++) {
			random_bytes(bytes, length);
			random_bytes(&rare, 1);
			for (size_t i = 0; i < length; i++)
				if (kind == 0)
					bytes[i] = 0;
				else if (kind > 1 && bytes[i] % (1u << kind))
					bytes[i] = 0;
			there_and_back(bytes, length);
		}
}

static void texts_in_fixed_places_shrink_to_little_more_than_themselves(void **state)
{
	char places[4][80] = { "AMT_NetworkPortSystemDefensePolicy", "Intel(r) AMT Ethernet Port 0",
			       "Intel(r) AMT Policy 3", "" };
	struct buf buf;

	(void)state;
	buf_init(&buf, 1000);
	squeeze(places, sizeof(places), &buf);
	assert_true(buf.length < 34 + 28 + 21 + 12);
	there_and_back((const uint8_t *)places, sizeof(places));
	buf_fini(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_goes_in_comes_back),
		cmocka_unit_test(texts_in_fixed_places_shrink_to_little_more_than_themselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
