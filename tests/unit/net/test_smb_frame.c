/* SPDX-License-Identifier: Apache-2.0 */
/* Where messages begin and end: chains, compounds, frames one behind the other, frames cut anywhere. */
#include "core/net/smb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/net/smb_frames.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void a_chain_gives_its_members_one_by_one(void **state)
{
	struct bytes b = { 0 };
	struct smb_reader reader;
	struct smb_message m;

	(void)state;
	put_chain(&b);
	finish_frame(&b);
	smb_reader_init(&reader, b.at, b.length);
	assert_true(smb_next(&reader, &m));
	assert_int_equal(m.kind, SMB_SESSION_SETUP);
	assert_string_equal(m.name, "jane");
	assert_true(smb_next(&reader, &m));
	assert_int_equal(m.kind, SMB_TREE_CONNECT);
	assert_int_equal(m.command, 0x75);
	assert_true(m.marks & SMB_IS_CHAINED);
	assert_string_equal(m.name, "\\\\h\\IPC$");
	assert_int_equal(m.id, 0x41);
	assert_false(smb_next(&reader, &m));
	assert_false(reader.is_lost);
}

/* LOCKING_ANDX after LOCKING_ANDX. */
static void chains_end(void **state)
{
	static const struct {
		const char *name;
		int distance;
		unsigned links, messages;
		bool broken;
	} chains[] = {
		{ "seven links", 7, 7, 8, false },        { "eight links", 7, 8, 8, true },
		{ "to itself", 0, 1, 1, true },           { "backwards", -7, 1, 1, true },
		{ "out of the frame", 3000, 1, 1, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(chains); i++) {
		struct bytes b = { 0 };
		struct smb_reader reader;
		struct smb_message m, last = { 0 };
		unsigned messages = 0;

		put_smb1(&b, 0x24, 0);
		for (unsigned n = 0; n <= chains[i].links; n++) {
			put_words(&b, 2);
			put_le16(&b, n < chains[i].links ? 0x24 : 0xff);
			put_le16(&b, (unsigned)((int)b.length - 7 + chains[i].distance));
			put_le16(&b, 0);
		}
		finish_frame(&b);
		smb_reader_init(&reader, b.at, b.length);
		while (messages < 20 && smb_next(&reader, &m)) {
			last = m;
			messages++;
		}
		if (messages != chains[i].messages ||
		    !!(last.marks & SMB_IS_BROKEN) != chains[i].broken)
			fail_msg("%s: %u messages, marks %#x", chains[i].name, messages,
				 last.marks);
	}
}

static void an_smb2_compound_gives_its_members_one_by_one(void **state)
{
	struct bytes b = { 0 };
	struct smb_reader reader;
	struct smb_message m;

	(void)state;
	put_smb2_tree(&b, "\\\\h\\IPC$");
	while ((b.length - 4) % 8)
		put8(&b, 0);
	set_le16(&b, 4 + 20, b.length - 4);
	append_smb2(&b, 13, 0, 0); /* ECHO */
	put_le32(&b, 4);
	finish_frame(&b);
	smb_reader_init(&reader, b.at, b.length);
	assert_true(smb_next(&reader, &m));
	assert_int_equal(m.kind, SMB_TREE_CONNECT);
	assert_int_equal(m.session, 0x1000);
	assert_int_equal(m.tree, 5);
	assert_int_equal(m.id, 9);
	assert_true(smb_next(&reader, &m));
	assert_int_equal(m.command, 13);
	assert_int_equal(m.marks, SMB_IS_CHAINED);
	assert_false(smb_next(&reader, &m));
	set_le16(&b, 4 + 20, 8); /* a member inside the header */
	memcpy(b.at + 4 + 8, "\376SMB", 4);
	m = first_message(&b);
	assert_true(m.marks & SMB_IS_BROKEN);
}

static void encrypted_messages_are_told_as_unreadable(void **state)
{
	static const char *const heads[] = { "\375SMB", "\374SMB" };

	(void)state;
	for (size_t i = 0; i < COUNT(heads); i++) {
		struct bytes b = { 0 };

		put_zeros(&b, 4);
		put(&b, heads[i], 4);
		put_zeros(&b, 60);
		assert_int_equal(first_message(&b).kind, SMB_UNREADABLE);
	}
}

static void frames_follow_each_other(void **state)
{
	static const uint8_t keep_alive[] = { 0x85, 0, 0, 0 };
	struct bytes b = { 0 }, one = { 0 }, two = { 0 };
	struct smb_reader reader;
	struct smb_message m;

	(void)state;
	put_tree_connect(&one, "\\\\h\\IPC$");
	finish_frame(&one);
	put_create(&two, "\\browser");
	finish_frame(&two);
	put(&b, one.at, one.length);
	put(&b, keep_alive, 4);
	put(&b, two.at, two.length);
	put(&b, two.at, 3);
	smb_reader_init(&reader, b.at, b.length);
	assert_true(smb_next(&reader, &m));
	assert_int_equal(m.kind, SMB_TREE_CONNECT);
	assert_true(smb_next(&reader, &m));
	assert_string_equal(m.name, "\\browser");
	assert_false(smb_next(&reader, &m));
	assert_false(reader.is_lost);
	assert_int_equal(reader.whole_bytes, one.length + 4 + two.length);
	b.at[one.length] = 'G';
	smb_reader_init(&reader, b.at, b.length);
	assert_true(smb_next(&reader, &m));
	assert_false(smb_next(&reader, &m));
	assert_true(reader.is_lost);
}

static void the_length_of_a_frame_is_known_early(void **state)
{
	static const struct {
		const char *bytes;
		size_t length, frame;
	} frames[] = {
		{ "", 0, 4 },
		{ "\0", 1, 4 },
		{ "\0\0\1", 3, 4 },
		{ "\0\0\1\0", 4, 260 },
		{ "\0\1\0\0\377S", 6, 65540 },
		{ "\0\0\0\100\376SMB", 8, 68 },
		{ "\0\0\0\100\376SMX", 8, 0 },
		{ "\0\0\0\100GET ", 8, 0 },
		{ "\0\0\0\3\377SM", 7, 0 },
		{ "\205\0\0\0", 4, 4 },
		{ "\201\0\0\104 ", 5, 72 },
		{ "GET / HTTP/1.1", 14, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(frames); i++)
		assert_int_equal(smb_frame_bytes((const uint8_t *)frames[i].bytes,
						 frames[i].length),
				 frames[i].frame);
}

static void parts_outside_the_frame_are_marked(void **state)
{
	static const struct {
		uint32_t offset, length;
		size_t slice;
	} parts[] = {
		{ 0xffff, 4, 0 },
		{ 63, 0xffff, 9 },
		{ 72, 1, 0 },
		{ 71, 2, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(parts); i++) {
		struct bytes b = { 0 };
		struct smb_message m;

		put_write(&b, 8, "rrpc call");
		set_le16(&b, 4 + 32 + 1 + 20, parts[i].length);
		set_le16(&b, 4 + 32 + 1 + 22, parts[i].offset);
		m = first_message(&b);
		assert_true(m.marks & SMB_IS_BROKEN);
		assert_int_equal(m.payload.length, parts[i].slice);
		assert_int_equal(m.payload_claimed, parts[i].length);
	}
}

static void check_cuts(const struct bytes *b)
{
	for (size_t cut = 0; cut < b->length; cut++) {
		uint8_t *copy = exact(b, cut);
		struct smb_reader reader;
		struct smb_message m;

		smb_reader_init(&reader, copy + 1, cut);
		while (smb_next(&reader, &m)) {
			assert_true(m.payload.offset + m.payload.length <= cut);
			assert_false(m.marks & SMB_IS_BROKEN);
			assert_true(m.payload.length == m.payload_claimed ||
				    (m.marks & SMB_IS_CUT));
		}
		assert_int_equal(reader.whole_bytes, 0);
		assert_false(reader.is_lost);
		free(copy);
	}
}

static void put_smb2_logon_of_jane(struct bytes *b)
{
	put_smb2_logon(b, "jane");
}
static void put_ntlm_logon_of_jane(struct bytes *b)
{
	put_ntlm_logon(b, "jane", true);
}
static void put_old_logon(struct bytes *b)
{
	put_logon(b, 13, true, "jane");
}
static void put_share(struct bytes *b)
{
	put_tree_connect(b, "\\\\h\\IPC$");
}
static void put_smb2_share(struct bytes *b)
{
	put_smb2_tree(b, "\\\\h\\IPC$");
}
static void put_pipe(struct bytes *b)
{
	put_create(b, "\\svcctl");
}
static void put_written(struct bytes *b)
{
	put_write(b, 8, "call");
}
static void put_transacted(struct bytes *b)
{
	put_pipe_transaction(b, SMB_PIPE_TRANSACT, "call");
}
static void put_ping(struct bytes *b)
{
	put_trans2(b, SMB_TRANS2_SESSION_SETUP);
}
static void put_large(struct bytes *b)
{
	put_nt_transact(b, 66512);
}
static void put_later(struct bytes *b)
{
	put_secondary(b, 0xa1, true);
}
static void put_called(struct bytes *b)
{
	put_pipe_call(b, "call");
}

static void a_frame_cut_anywhere_is_survived_and_marked(void **state)
{
	static void (*const frames[])(struct bytes *) = {
		put_smb2_logon_of_jane,
		put_ntlm_logon_of_jane,
		put_old_logon,
		put_share,
		put_smb2_share,
		put_pipe,
		put_written,
		put_transacted,
		put_ping,
		put_large,
		put_later,
		put_called,
		put_chain,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(frames); i++) {
		struct bytes b = { 0 };

		frames[i](&b);
		finish_frame(&b);
		check_cuts(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_gives_its_members_one_by_one),
		cmocka_unit_test(chains_end),
		cmocka_unit_test(an_smb2_compound_gives_its_members_one_by_one),
		cmocka_unit_test(encrypted_messages_are_told_as_unreadable),
		cmocka_unit_test(frames_follow_each_other),
		cmocka_unit_test(the_length_of_a_frame_is_known_early),
		cmocka_unit_test(parts_outside_the_frame_are_marked),
		cmocka_unit_test(a_frame_cut_anywhere_is_survived_and_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
