/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that dies with a policy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdalign.h>

#include "core/policy/keep.h"

static void pieces_are_zeroed_aligned_apart_and_freed_together(void **state)
{
	struct keep keep = { NULL };
	uint64_t *numbers = keep_array(&keep, 3, sizeof(*numbers));
	char *text = keep_text(&keep, "relay");
	void *nothing = keep_array(&keep, 0, 8);

	(void)state;
	assert_non_null(nothing);
	assert_int_equal((uintptr_t)numbers % alignof(max_align_t), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_true(numbers[i] == 0);
		numbers[i] = UINT64_MAX;
	}
	assert_string_equal(text, "relay");
	keep_fini(&keep);
	assert_null(keep.pieces);
	keep_fini(&keep); /* safe twice */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_zeroed_aligned_apart_and_freed_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
