/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/num.h"

static void sha256_has_the_values_of_fips_180(void **state)
{
	static const struct {
		const char *text, *hex;
	} cases[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	};
	struct digest_sha256 sum;
	char text[65];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		digest_sha256(cases[i].text, strlen(cases[i].text), &sum);
		digest_sha256_text(&sum, text);
		assert_string_equal(text, cases[i].hex);
	}
}

static void sha1_has_the_value_of_fips_180(void **state)
{
	uint8_t sum[DIGEST_SHA1_BYTES], wanted[DIGEST_SHA1_BYTES];

	(void)state;
	assert_true(num_hex("a9993e364706816aba3e25717850c26c9cd0d89d", wanted, sizeof(wanted)));
	digest_sha1("abc", 3, sum);
	assert_memory_equal(sum, wanted, sizeof(sum));
}

static void base64_has_the_values_of_rfc_4648(void **state)
{
	static const struct {
		const char *text, *encoded;
	} cases[] = {
		{ "", "" },        { "f", "Zg==" },          { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foobar", "Zm9vYmFy" },
	};
	char text[16];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		digest_base64(cases[i].text, strlen(cases[i].text), text);
		assert_string_equal(text, cases[i].encoded);
	}
}

static void equality_looks_at_every_byte(void **state)
{
	(void)state;
	assert_true(digest_equal("abcd", "abcd", 4));
	assert_false(digest_equal("abcd", "abce", 4));
	assert_false(digest_equal("bbcd", "abcd", 4));
	assert_true(digest_equal("a", "b", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_has_the_values_of_fips_180),
		cmocka_unit_test(sha1_has_the_value_of_fips_180),
		cmocka_unit_test(base64_has_the_values_of_rfc_4648),
		cmocka_unit_test(equality_looks_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
