/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-made frames of both dialects; nothing in them exploits anything. */
#include "core/net/smb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/net/smb_frames.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* The first message of a finished frame. */
static struct smb_message first(struct bytes *b)
{
	struct smb_reader reader;
	struct smb_message m;

	finish_frame(b);
	smb_reader_init(&reader, b->at, b->length);
	assert_true(smb_next(&reader, &m));
	assert_int_equal(reader.whole_bytes, b->length);
	return m;
}

static void the_smb1_header_is_read(void **state)
{
	struct bytes b = { 0 };
	struct smb_message m;

	(void)state;
	put_smb1(&b, 0x2b, 0); /* ECHO */
	put_words(&b, 1);
	put_le16(&b, 1);
	put_le16(&b, 0);
	m = first(&b);
	assert_int_equal(m.version, SMB_V1);
	assert_int_equal(m.kind, SMB_OTHER);
	assert_int_equal(m.command, 0x2b);
	assert_int_equal(m.marks, 0);
	assert_int_equal(m.pid, 0x0001feff);
	assert_int_equal(m.tree, 0x0800);
	assert_int_equal(m.session, 0x0801);
	assert_int_equal(m.id, 0x41);
}

static void dialects_are_counted(void **state)
{
	struct bytes b = { 0 };
	struct smb_message m;

	(void)state;
	put_smb1(&b, 0x72, 0);
	put_words(&b, 0);
	put_le16(&b, 23);
	put(&b, "\2NT LM 0.12\0\2SMB 2.002\0", 23);
	m = first(&b);
	assert_int_equal(m.kind, SMB_NEGOTIATE);
	assert_int_equal(m.dialects, 2);
	assert_true(m.marks & SMB_OFFERS_SMB2);
}

static void the_user_of_a_plain_logon_is_told(void **state)
{
	static const struct {
		bool unicode;
		unsigned words;
		const char *name;
	} logons[] = {
		{ true, 13, "Administrator" },
		{ false, 13, "Administrator" },
		{ false, 10, "guest" },
		{ true, 13, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(logons); i++) {
		struct bytes b = { 0 };
		struct smb_message m;

		put_logon(&b, logons[i].words, logons[i].unicode, logons[i].name);
		m = first(&b);
		assert_int_equal(m.kind, SMB_SESSION_SETUP);
		assert_true(m.marks & SMB_HAS_NAME);
		assert_string_equal(m.name, logons[i].name);
		assert_false(m.marks & SMB_IS_BROKEN);
		assert_int_equal(smb_logon_of(&m), SMB_LOGON_NONE);
	}
}

static void the_user_of_an_ntlm_logon_is_told(void **state)
{
	static const struct {
		unsigned version;
		bool unicode;
	} ways[] = { { 1, true }, { 1, false }, { 2, true } };

	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct bytes b = { 0 };
		struct smb_message m;

		if (ways[i].version == 1)
			put_ntlm_logon(&b, "jane", ways[i].unicode);
		else
			put_smb2_logon(&b, "jane");
		m = first(&b);
		assert_int_equal(m.kind, SMB_SESSION_SETUP);
		assert_int_equal(m.ntlm_type, 3);
		assert_string_equal(m.name, "jane");
	}
}

static void an_ntlm_user_outside_the_blob_is_left_out(void **state)
{
	struct bytes b = { 0 };
	struct smb_message m;
	uint8_t *ntlm;

	(void)state;
	put_ntlm_logon(&b, "jane", true);
	finish_frame(&b);
	ntlm = memmem(b.at, b.length, "NTLMSSP", 8);
	assert_non_null(ntlm);
	memset(ntlm + 40, 0xff, 4); /* the user's offset */
	m = first(&b);
	assert_int_equal(m.ntlm_type, 3);
	assert_false(m.marks & SMB_HAS_NAME);
}

static const struct {
	const char *name;
	uint32_t status;
	bool is_dos;
	enum smb_logon logon;
} answers[] = {
	{ "success", 0, false, SMB_LOGON_GRANTED },
	{ "next leg", SMB_STATUS_MORE_PROCESSING, false, SMB_LOGON_GOES_ON },
	{ "failure", SMB_STATUS_LOGON_FAILURE, false, SMB_LOGON_FAILED },
	{ "wrong password", 0xc000006a, false, SMB_LOGON_FAILED },
	{ "locked out", SMB_STATUS_ACCOUNT_LOCKED_OUT, false, SMB_LOGON_LOCKED_OUT },
	{ "server is busy", 0xc00000d0, false, SMB_LOGON_ERROR },
	{ "wrong password as DOS says it", 0x00020002, true, SMB_LOGON_FAILED },
};

static void the_answer_to_a_logon_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct bytes one = { 0 }, two = { 0 };
		struct smb_message m;

		put_smb1(&one, 0x73, answers[i].status);
		one.at[13] = 0x80;
		set_le16(&one, 14, answers[i].is_dos ? 0x8000 : 0xc000);
		put_words(&one, 0);
		put_le16(&one, 0);
		m = first(&one);
		assert_true(m.marks & SMB_IS_RESPONSE);
		if (smb_logon_of(&m) != answers[i].logon)
			fail_msg("SMB1: %s", answers[i].name);
		if (answers[i].is_dos)
			continue;
		put_smb2(&two, 1, 1, answers[i].status);
		put_le16(&two, 9);
		put_zeros(&two, 7);
		m = first(&two);
		assert_int_equal(m.status, answers[i].status);
		if (smb_logon_of(&m) != answers[i].logon)
			fail_msg("SMB2: %s", answers[i].name);
	}
}

static void shares_are_named(void **state)
{
	struct bytes one = { 0 }, old = { 0 }, two = { 0 };
	struct smb_message m;

	(void)state;
	put_tree_connect(&one, "\\\\10.0.0.9\\ADMIN$");
	m = first(&one);
	assert_int_equal(m.kind, SMB_TREE_CONNECT);
	assert_string_equal(m.name, "\\\\10.0.0.9\\ADMIN$");
	put_smb1(&old, 0x70, 0);
	set_le16(&old, 14, 0x4000); /* no Unicode */
	put_words(&old, 0);
	put_le16(&old, 16);
	put(&old, "\4\\\\h\\C$\0\4\0\4?????", 17);
	old.length--;
	m = first(&old);
	assert_int_equal(m.kind, SMB_TREE_CONNECT);
	assert_string_equal(m.name, "\\\\h\\C$");
	put_smb2_tree(&two, "\\\\h\\IPC$");
	m = first(&two);
	assert_int_equal(m.kind, SMB_TREE_CONNECT);
	assert_string_equal(m.name, "\\\\h\\IPC$");
}

static void shares_are_told_apart(void **state)
{
	static const struct {
		const char *path;
		enum smb_share share;
	} paths[] = {
		{ "\\\\h\\ADMIN$", SMB_SHARE_ADMIN },
		{ "\\\\h\\admin$", SMB_SHARE_ADMIN },
		{ "ADMIN$", SMB_SHARE_ADMIN },
		{ "\\\\h\\IPC$", SMB_SHARE_IPC },
		{ "\\\\h\\c$", SMB_SHARE_DRIVE },
		{ "\\\\h\\Z$", SMB_SHARE_DRIVE },
		{ "\\\\h\\1$", SMB_SHARE_OTHER },
		{ "\\\\h\\cc$", SMB_SHARE_OTHER },
		{ "", SMB_SHARE_OTHER },
		{ "\\\\ADMIN$\\home", SMB_SHARE_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++)
		assert_int_equal(smb_share_of(paths[i].path), paths[i].share);
}

static void names_are_made_safe_to_print(void **state)
{
	struct bytes b = { 0 };
	struct smb_message m;

	(void)state;
	put_smb2(&b, 3, 0, 0);
	put_le16(&b, 9);
	put_le16(&b, 0);
	put_le16(&b, 72);
	put_le16(&b, 24);
	put_le16(&b, 0x1b); /* escape */
	put_le16(&b, 0xe9);
	put_le16(&b, 0x20ac);
	put_le16(&b, 0xd83d); /* a pair */
	put_le16(&b, 0xde00);
	put_le16(&b, 0xd83d); /* half of one */
	put_le16(&b, 'x');
	put_le16(&b, 0xdc00); /* the other halves of two */
	put_le16(&b, 0xdc01);
	put_le16(&b, 0x9b);
	put_le16(&b, 0);
	put_le16(&b, 'y');
	m = first(&b);
	assert_string_equal(m.name, "?\303\251\342\202\254\360\237\230\200?x???");
}

static void a_name_too_long_is_cut_at_a_character(void **state)
{
	struct bytes b = { 0 };
	struct smb_message m;

	(void)state;
	put_smb2(&b, 3, 0, 0);
	put_le16(&b, 9);
	put_le16(&b, 0);
	put_le16(&b, 72);
	put_le16(&b, 600);
	for (int i = 0; i < 300; i++)
		put_le16(&b, 0x20ac);
	m = first(&b);
	assert_int_equal(strlen(m.name), 252);
}

static void files_and_pipes_are_named_and_numbered(void **state)
{
	struct bytes b = { 0 }, answer = { 0 };
	struct smb_message m;

	(void)state;
	put_create(&b, "\\svcctl");
	m = first(&b);
	assert_int_equal(m.kind, SMB_OPEN);
	assert_string_equal(m.name, "\\svcctl");
	put_smb1(&answer, 0xa2, 0);
	answer.at[13] = 0x80;
	put_words(&answer, 34);
	put(&answer, "\377\0\0\0\0\1\100", 7); /* no further command, oplock, FID */
	put_zeros(&answer, 61);
	put_le16(&answer, 0);
	m = first(&answer);
	assert_true(m.marks & SMB_HAS_FILE);
	assert_int_equal(m.file, 0x4001);
}

static void smb2_files_are_named_and_numbered(void **state)
{
	struct bytes b = { 0 }, answer = { 0 };
	struct smb_message m;

	(void)state;
	put_smb2(&b, 5, 0, 0);
	put_le16(&b, 57);
	put_zeros(&b, 42);
	put_le16(&b, 64 + 56);
	put_le16(&b, 12);
	put_zeros(&b, 8);
	put_utf16(&b, "svcctl");
	m = first(&b);
	assert_int_equal(m.kind, SMB_OPEN);
	assert_string_equal(m.name, "svcctl");
	put_smb2(&answer, 5, 1, 0);
	put_le16(&answer, 89);
	put_zeros(&answer, 62 + 8);
	put_le32(&answer, 0x11223344);
	put_le32(&answer, 0x55667788);
	put_zeros(&answer, 8);
	m = first(&answer);
	assert_true(m.marks & SMB_HAS_FILE);
	assert_true(m.file == 0x5566778811223344u);
}

static void what_is_written_is_the_payload(void **state)
{
	static const struct {
		unsigned mode;
		const char *payload;
	} modes[] = {
		{ 0x0008, "rrpc call" },
		{ 0x000c, "pc call" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(modes); i++) {
		struct bytes b = { 0 };
		struct smb_message m;
		struct span payload;

		put_write(&b, modes[i].mode, "rrpc call");
		m = first(&b);
		payload = smb_payload(b.at, &m);
		assert_int_equal(m.kind, SMB_WRITE);
		assert_int_equal(m.file, 0x4001);
		assert_int_equal(payload.left, strlen(modes[i].payload));
		assert_int_equal(m.payload_claimed, payload.left);
		assert_memory_equal(payload.at, modes[i].payload, payload.left);
	}
}

static void smb2_writes_and_pipe_calls_have_payloads(void **state)
{
	struct bytes write = { 0 }, call = { 0 };
	struct smb_message m;

	(void)state;
	put_smb2(&write, 9, 0, 0);
	put_le16(&write, 49);
	put_le16(&write, 64 + 48);
	put_le32(&write, 4);
	put_zeros(&write, 8 + 8);
	put_le32(&write, 77);
	put_zeros(&write, 4 + 16);
	put(&write, "call", 4);
	m = first(&write);
	assert_int_equal(m.kind, SMB_WRITE);
	assert_int_equal(m.file, 77);
	assert_memory_equal(smb_payload(write.at, &m).at, "call", 4);
	put_pipe_call(&call, "call");
	m = first(&call);
	assert_int_equal(m.kind, SMB_IOCTL);
	assert_int_equal(m.ctl_code, SMB_FSCTL_PIPE_TRANSCEIVE);
	assert_int_equal(m.file, 78);
	assert_int_equal(m.payload.length, 4);
	assert_memory_equal(smb_payload(call.at, &m).at, "call", 4);
}

static void a_pipe_transaction_has_function_file_and_payload(void **state)
{
	struct bytes b = { 0 };
	struct smb_message m;

	(void)state;
	put_pipe_transaction(&b, SMB_PIPE_TRANSACT, "call");
	m = first(&b);
	assert_int_equal(m.kind, SMB_TRANSACTION);
	assert_int_equal(m.subcommand, SMB_PIPE_TRANSACT);
	assert_int_equal(m.file, 0x4001);
	assert_string_equal(m.name, "\\PIPE\\");
	assert_int_equal(m.counts.total_data, 4);
	assert_int_equal(m.counts.data, 4);
	assert_memory_equal(smb_payload(b.at, &m).at, "call", 4);
	assert_false(m.marks & (SMB_IS_CUT | SMB_IS_BROKEN));
}

static void a_trans2_session_setup_and_its_answer_are_told(void **state)
{
	struct bytes b = { 0 }, answer = { 0 };
	struct smb_message m;

	(void)state;
	put_trans2(&b, SMB_TRANS2_SESSION_SETUP);
	m = first(&b);
	assert_int_equal(m.kind, SMB_TRANSACTION2);
	assert_true(m.marks & SMB_HAS_SUBCOMMAND);
	assert_int_equal(m.subcommand, SMB_TRANS2_SESSION_SETUP);
	assert_int_equal(m.id, 65);
	assert_int_equal(m.counts.total_params, 12);
	put_smb1(&answer, 0x32, 0xc0000002);
	answer.at[13] = 0x80;
	answer.at[34] = 0x51;
	put_words(&answer, 0);
	put_le16(&answer, 0);
	m = first(&answer);
	assert_int_equal(m.kind, SMB_TRANSACTION2);
	assert_int_equal(m.id, 0x51);
	assert_int_equal(m.status, 0xc0000002);
	assert_false(m.marks & SMB_HAS_COUNTS);
}

static void large_transactions_tell_their_sizes(void **state)
{
	static const struct {
		unsigned command;
		bool wide;
		enum smb_kind kind;
	} secondaries[] = {
		{ 0x26, false, SMB_TRANSACTION },
		{ 0x33, false, SMB_TRANSACTION2 },
		{ 0xa1, true, SMB_NT_TRANSACT },
	};
	struct bytes b = { 0 };
	struct smb_message m;

	(void)state;
	put_nt_transact(&b, 66512);
	m = first(&b);
	assert_int_equal(m.kind, SMB_NT_TRANSACT);
	assert_int_equal(m.subcommand, 5);
	assert_int_equal(m.counts.total_data, 66512);
	assert_int_equal(m.counts.total_params, 30);
	assert_int_equal(m.counts.data, 8);
	for (size_t i = 0; i < COUNT(secondaries); i++) {
		struct bytes later = { 0 };

		put_secondary(&later, secondaries[i].command, secondaries[i].wide);
		m = first(&later);
		assert_int_equal(m.kind, secondaries[i].kind);
		assert_true(m.marks & SMB_IS_SECONDARY);
		assert_int_equal(m.counts.total_data, 5000);
		assert_int_equal(m.counts.data, 4);
		assert_int_equal(m.counts.data_displacement, 4096);
		assert_memory_equal(smb_payload(later.at, &m).at, "part", 4);
	}
}

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
	m = first(&b);
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
		assert_int_equal(first(&b).kind, SMB_UNREADABLE);
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
		m = first(&b);
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
		cmocka_unit_test(the_smb1_header_is_read),
		cmocka_unit_test(dialects_are_counted),
		cmocka_unit_test(the_user_of_a_plain_logon_is_told),
		cmocka_unit_test(the_user_of_an_ntlm_logon_is_told),
		cmocka_unit_test(an_ntlm_user_outside_the_blob_is_left_out),
		cmocka_unit_test(the_answer_to_a_logon_is_told),
		cmocka_unit_test(shares_are_named),
		cmocka_unit_test(shares_are_told_apart),
		cmocka_unit_test(names_are_made_safe_to_print),
		cmocka_unit_test(a_name_too_long_is_cut_at_a_character),
		cmocka_unit_test(files_and_pipes_are_named_and_numbered),
		cmocka_unit_test(smb2_files_are_named_and_numbered),
		cmocka_unit_test(what_is_written_is_the_payload),
		cmocka_unit_test(smb2_writes_and_pipe_calls_have_payloads),
		cmocka_unit_test(a_pipe_transaction_has_function_file_and_payload),
		cmocka_unit_test(a_trans2_session_setup_and_its_answer_are_told),
		cmocka_unit_test(large_transactions_tell_their_sizes),
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
