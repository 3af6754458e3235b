/* SPDX-License-Identifier: Apache-2.0 */
/* The closed lists of words about assets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "core/asset/asset.h"

static void every_role_fits_and_unknown_is_one_of_them(void **state)
{
	const char *const *roles = asset_roles();
	unsigned unknown = 0;

	(void)state;
	for (; *roles; roles++) {
		assert_true(strlen(*roles) < ASSET_WORD_BYTES);
		unknown += strcmp(*roles, "unknown") == 0;
	}
	assert_int_equal(unknown, 1);
}

static void the_words_for_tls_are_in_the_order_of_the_enum(void **state)
{
	(void)state;
	assert_string_equal(asset_tls_words()[ASSET_TLS_NONE], "none");
	assert_string_equal(asset_tls_words()[ASSET_TLS_VERIFY], "verify");
	assert_string_equal(asset_tls_words()[ASSET_TLS_PIN], "pin");
	assert_string_equal(asset_tls_words()[ASSET_TLS_LEGACY_PIN], "legacy");
	assert_null(asset_tls_words()[ASSET_TLS_LEGACY_PIN + 1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_role_fits_and_unknown_is_one_of_them),
		cmocka_unit_test(the_words_for_tls_are_in_the_order_of_the_enum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
