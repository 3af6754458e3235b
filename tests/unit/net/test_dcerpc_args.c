/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of a call, however its fragments divide them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/net/dcerpc_args.h"
#include "tests/unit/net/messages.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void put_string(struct bytes *b, unsigned room, unsigned before, unsigned chars)
{
	put_zeros(b, (4 - b->length % 4) % 4);
	put_le32(b, room);
	put_le32(b, before);
	put_le32(b, chars);
	put_zeros(b, chars < 100 ? chars * 2 : 200);
}

static struct dcerpc_args read_cut(const struct bytes *b, const char *shape, size_t cut)
{
	struct dcerpc_args args = { 0 };

	dcerpc_args_read(&args, shape, b->at, cut, false);
	dcerpc_args_read(&args, shape, b->at + cut, b->length - cut, false);
	return args;
}

static void arguments_are_read_wherever_the_stub_is_cut(void **state)
{
	struct bytes b = { 0 };

	(void)state;
	put_le32(&b, 0x20000);
	put_string(&b, 5, 0, 5);
	put_string(&b, 9, 1, 8);
	put_zeros(&b, (2 - b.length % 2) % 2);
	put_le16(&b, 6);
	put_zeros(&b, (4 - b.length % 4) % 4);
	put_le32(&b, 0x01020304);
	put(&b, "\0\0\0\0\0\0\1\0", 8);
	for (size_t cut = 0; cut <= b.length; cut++) {
		struct dcerpc_args args = read_cut(&b, "ushwc", cut);

		assert_int_equal(args.count, 5);
		assert_int_equal(args.values[0], 5);
		assert_int_equal(args.values[1], 8);
		assert_int_equal(args.values[2], 6);
		assert_int_equal(args.values[3], 0x01020304);
		assert_int_equal(args.values[4], 1);
	}
}

static void a_string_that_is_missing_has_no_characters(void **state)
{
	struct bytes b = { 0 };
	struct dcerpc_args args;

	(void)state;
	put_le32(&b, 0);
	put_zeros(&b, 8);
	args = read_cut(&b, "uc", 3);
	assert_int_equal(args.count, 2);
	assert_int_equal(args.values[0], 0);
	assert_int_equal(args.values[1], 0);
}

static void a_length_is_known_before_the_characters_come(void **state)
{
	struct bytes b = { 0 };
	struct dcerpc_args args;

	(void)state;
	put_string(&b, 70000, 0, 70000);
	args = read_cut(&b, "sw", 12);
	assert_int_equal(args.count, 1);
	assert_int_equal(args.values[0], 70000);
}

static void counts_that_contradict_end_the_reading(void **state)
{
	static const unsigned counts[][3] = {
		{ 4, 0, 5 },
		{ 4, 5, 0 },
		{ 4, UINT32_MAX, 6 },
		{ 4, 3, UINT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++) {
		struct bytes b = { 0 };

		put_string(&b, counts[i][0], counts[i][1], counts[i][2]);
		put_le32(&b, 7);
		assert_int_equal(read_cut(&b, "sw", 5).count, 0);
	}
}

static void nothing_is_read_behind_what_is_missing(void **state)
{
	struct dcerpc_args args = { 0 };

	(void)state;
	dcerpc_args_read(&args, "ww", (const uint8_t *)"\1\0\0\0", 4, false);
	dcerpc_args_lose(&args);
	dcerpc_args_read(&args, "ww", (const uint8_t *)"\1\0\0\0", 4, false);
	assert_int_equal(args.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_are_read_wherever_the_stub_is_cut),
		cmocka_unit_test(a_string_that_is_missing_has_no_characters),
		cmocka_unit_test(a_length_is_known_before_the_characters_come),
		cmocka_unit_test(counts_that_contradict_end_the_reading),
		cmocka_unit_test(nothing_is_read_behind_what_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
