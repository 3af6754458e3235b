/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-made frames of both dialects; nothing in them exploits anything. */
#include "core/net/smb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/net/smb_frames.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void the_smb1_header_is_read(void **state)
{
	struct bytes b = { 0 };
	struct smb_message m;

	(void)state;
	put_smb1(&b, 0x2b, 0); /* ECHO */
	put_words(&b, 1);
	put_le16(&b, 1);
	put_le16(&b, 0);
	m = first_message(&b);
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
	m = first_message(&b);
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
		m = first_message(&b);
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
		m = first_message(&b);
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
	m = first_message(&b);
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
		m = first_message(&one);
		assert_true(m.marks & SMB_IS_RESPONSE);
		if (smb_logon_of(&m) != answers[i].logon)
			fail_msg("SMB1: %s", answers[i].name);
		if (answers[i].is_dos)
			continue;
		put_smb2(&two, 1, 1, answers[i].status);
		put_le16(&two, 9);
		put_zeros(&two, 7);
		m = first_message(&two);
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
	m = first_message(&one);
	assert_int_equal(m.kind, SMB_TREE_CONNECT);
	assert_string_equal(m.name, "\\\\10.0.0.9\\ADMIN$");
	put_smb1(&old, 0x70, 0);
	set_le16(&old, 14, 0x4000); /* no Unicode */
	put_words(&old, 0);
	put_le16(&old, 16);
	put(&old, "\4\\\\h\\C$\0\4\0\4?????", 17);
	old.length--;
	m = first_message(&old);
	assert_int_equal(m.kind, SMB_TREE_CONNECT);
	assert_string_equal(m.name, "\\\\h\\C$");
	put_smb2_tree(&two, "\\\\h\\IPC$");
	m = first_message(&two);
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
	m = first_message(&b);
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
	m = first_message(&b);
	assert_int_equal(strlen(m.name), 252);
}

static void files_and_pipes_are_named_and_numbered(void **state)
{
	struct bytes b = { 0 }, answer = { 0 };
	struct smb_message m;

	(void)state;
	put_create(&b, "\\svcctl");
	m = first_message(&b);
	assert_int_equal(m.kind, SMB_OPEN);
	assert_string_equal(m.name, "\\svcctl");
	put_smb1(&answer, 0xa2, 0);
	answer.at[13] = 0x80;
	put_words(&answer, 34);
	put(&answer, "\377\0\0\0\0\1\100", 7); /* no further command, oplock, FID */
	put_zeros(&answer, 61);
	put_le16(&answer, 0);
	m = first_message(&answer);
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
	m = first_message(&b);
	assert_int_equal(m.kind, SMB_OPEN);
	assert_string_equal(m.name, "svcctl");
	put_smb2(&answer, 5, 1, 0);
	put_le16(&answer, 89);
	put_zeros(&answer, 62 + 8);
	put_le32(&answer, 0x11223344);
	put_le32(&answer, 0x55667788);
	put_zeros(&answer, 8);
	m = first_message(&answer);
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
		m = first_message(&b);
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
	m = first_message(&write);
	assert_int_equal(m.kind, SMB_WRITE);
	assert_int_equal(m.file, 77);
	assert_memory_equal(smb_payload(write.at, &m).at, "call", 4);
	put_pipe_call(&call, "call");
	m = first_message(&call);
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
	m = first_message(&b);
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
	m = first_message(&b);
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
	m = first_message(&answer);
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
	m = first_message(&b);
	assert_int_equal(m.kind, SMB_NT_TRANSACT);
	assert_int_equal(m.subcommand, 5);
	assert_int_equal(m.counts.total_data, 66512);
	assert_int_equal(m.counts.total_params, 30);
	assert_int_equal(m.counts.data, 8);
	for (size_t i = 0; i < COUNT(secondaries); i++) {
		struct bytes later = { 0 };

		put_secondary(&later, secondaries[i].command, secondaries[i].wide);
		m = first_message(&later);
		assert_int_equal(m.kind, secondaries[i].kind);
		assert_true(m.marks & SMB_IS_SECONDARY);
		assert_int_equal(m.counts.total_data, 5000);
		assert_int_equal(m.counts.data, 4);
		assert_int_equal(m.counts.data_displacement, 4096);
		assert_memory_equal(smb_payload(later.at, &m).at, "part", 4);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
