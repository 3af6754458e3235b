/* SPDX-License-Identifier: Apache-2.0 */
/* The messages that open a Remote Desktop connection, cut anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/net/rdp.h"
#include "tests/unit/net/messages.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void frames_have_a_length_of_their_own(void **state)
{
	static const struct {
		const char *bytes;
		size_t length, frame;
	} cases[] = {
		{ "", 0, 4 },           { "\3", 1, 4 },
		{ "\3\0\1", 3, 4 },     { "\3\0\1\2", 4, 0x102 },
		{ "\3\0\0\4", 4, 0 },   { "\x16\3\1\2", 4, 0 },
		{ "\3\1\0\x20", 4, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(rdp_frame_bytes((const uint8_t *)cases[i].bytes, cases[i].length),
				 cases[i].frame);
}

static void messages_are_known_by_their_code(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		enum rdp_kind kind;
	} cases[] = {
		{ "\3\0\0\x0b\x06\xe0\0\0\0\0\0", 11, RDP_REQUEST },
		{ "\3\0\0\x0b\x06\xd0\0\0\x12\x34\0", 11, RDP_CONFIRM },
		{ "\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\0\0\0\0", 19, RDP_CONFIRM },
		{ "\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\2\0\0\0", 19, RDP_CONFIRM_SEALED },
		{ "\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\3\0\x08\0\2\0\0\0", 19, RDP_CONFIRM },
		{ "\3\0\0\x09\x02\xf0\x80\x7f\x65", 9, RDP_CONNECT },
		{ "\3\0\0\x08\x02\xf0\x80\x28", 8, RDP_OTHER },
		{ "\3\0\0\x05\x02", 5, RDP_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(rdp_read((const uint8_t *)cases[i].bytes, cases[i].length).kind,
				 cases[i].kind);
}

/* MS-RDPBCGR 2.2.1.3.4, with the blocks' length in one byte or two. */
static struct bytes connect_with(const char *channel, bool is_long, unsigned blocks_before)
{
	struct bytes b = { 0 };

	put(&b, "\3\0\0\0\x02\xf0\x80\x7f\x65", 9);
	put_zeros(&b, 30);
	put(&b, "Duca", 4);
	put(&b, is_long ? "\x81\x20" : "\x20", is_long ? 2 : 1);
	for (unsigned i = 0; i < blocks_before; i++)
		put(&b, "\x01\xc0\x08\0\0\0\0\0", 8);
	put(&b, "\x03\xc0\x14\0\x01\0\0\0", 8);
	put(&b, channel, 8);
	put_le32(&b, 0);
	return b;
}

static void the_servers_own_channel_is_found_once_its_name_is_there(void **state)
{
	(void)state;
	for (unsigned is_long = 0; is_long < 2; is_long++)
		for (unsigned before = 0; before < 3; before++) {
			struct bytes b = connect_with("MS_T120\0", is_long, before);

			for (size_t length = 0; length <= b.length; length++) {
				uint8_t *copy = exact(&b, length);

				assert_int_equal(rdp_read(copy + 1, length).asks_inner_channel,
						 length >= b.length - 4);
				free(copy);
			}
		}
}

static void other_channels_and_broken_blocks_are_not(void **state)
{
	struct bytes other = connect_with("rdpdr\0\0\0", false, 0);
	struct bytes broken = connect_with("MS_T120\0", false, 1);

	(void)state;
	assert_false(rdp_read(other.at, other.length).asks_inner_channel);
	broken.at[9 + 30 + 5 + 2] = 3; /* shorter than its own header */
	assert_false(rdp_read(broken.at, broken.length).asks_inner_channel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_have_a_length_of_their_own),
		cmocka_unit_test(messages_are_known_by_their_code),
		cmocka_unit_test(the_servers_own_channel_is_found_once_its_name_is_there),
		cmocka_unit_test(other_channels_and_broken_blocks_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
