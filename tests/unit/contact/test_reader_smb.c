/* SPDX-License-Identifier: Apache-2.0 */
/* What conversations over SMB and RPC make the reader tell, and what they do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/contact/reading.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void say(struct reading *reading, struct bytes frame, unsigned id)
{
	finish_frame(&frame);
	set_smb_id(&frame, id);
	reading_say(reading, &frame);
}

static struct bytes answer_of(unsigned command, uint32_t status, unsigned id)
{
	struct bytes frame = { 0 };

	put_smb1(&frame, command, status);
	frame.at[4 + 9] |= 0x80;
	put_words(&frame, 0);
	put_le16(&frame, 0);
	finish_frame(&frame);
	set_smb_id(&frame, id);
	return frame;
}

static void answer(struct reading *reading, unsigned command, uint32_t status, unsigned id)
{
	struct bytes frame = answer_of(command, status, id);

	reading_answer(reading, &frame);
}

/* NT transaction: totals, data of this part, function. */
static struct bytes nt_primary(uint32_t total, unsigned part, unsigned function)
{
	struct bytes b = { 0 };

	put_nt_transact(&b, total);
	set_le16(&b, 4 + 32 + 1 + 27, part);
	set_le16(&b, 4 + 32 + 1 + 36, function);
	return b;
}

static struct bytes nt_secondary(unsigned total, unsigned part, unsigned place)
{
	struct bytes b = { 0 };

	put_secondary(&b, 0xa1, true);
	set_le16(&b, 4 + 32 + 1 + 3 + 4, total);
	set_le16(&b, 4 + 32 + 1 + 3 + 20, part);
	set_le16(&b, 4 + 32 + 1 + 3 + 28, place);
	return b;
}

static void transactions_are_held_to_their_totals(void **state)
{
	static const struct {
		const char *what;
		unsigned total, first, function;   /* of the primary */
		unsigned later_total, part, place; /* of its secondary; 0 = none */
		unsigned oversize, contradiction, reserved;
	} cases[] = {
		{ "whole", 8, 8, 2, 0, 0, 0, 0, 0, 0 },
		{ "in two parts", 5000, 4996, 3, 5000, 4, 4996, 0, 0, 0 },
		{ "at the limit", 65535, 8, 3, 0, 0, 0, 0, 0, 0 },
		{ "above the limit", 65536, 8, 3, 0, 0, 0, 1, 0, 0 },
		{ "reserved function", 8, 8, 5, 0, 0, 0, 0, 0, 1 },
		{ "no function", 8, 8, 0, 0, 0, 0, 0, 0, 1 },
		{ "unknown function", 8, 8, 9, 0, 0, 0, 0, 0, 1 },
		{ "first part beyond the end", 8, 9, 2, 0, 0, 0, 0, 1, 0 },
		{ "second part beyond the end", 5000, 8, 2, 5000, 4, 4997, 0, 1, 0 },
		{ "a part after the last", 4304, 4304, 2, 276, 276, 0, 0, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading reading;
		struct bytes b = nt_primary(cases[i].total, cases[i].first, cases[i].function);

		reading_start(&reading, 445);
		if (cases[i].total > 65535) {
			b.at[4 + 32 + 1 + 7] = 0;
			b.at[4 + 32 + 1 + 7 + 2] = 1;
		}
		say(&reading, b, 0x41);
		if (cases[i].part)
			say(&reading,
			    nt_secondary(cases[i].later_total, cases[i].part, cases[i].place),
			    0x41);
		if (reading.acts[SMB_NT_TRANS_OVERSIZE] != cases[i].oversize ||
		    reading.acts[SMB_TRANS_CONTRADICTION] != cases[i].contradiction ||
		    reading.acts[SMB_NT_TRANS_RESERVED] != cases[i].reserved)
			fail_msg("%s: %u %u %u", cases[i].what, reading.acts[SMB_NT_TRANS_OVERSIZE],
				 reading.acts[SMB_TRANS_CONTRADICTION],
				 reading.acts[SMB_NT_TRANS_RESERVED]);
		reading_stop(&reading);
	}
}

static void a_secondary_of_another_kind_contradicts_its_primary(void **state)
{
	/* Trans2 secondaries of an NT transaction; of another id they say nothing. */
	for (unsigned id = 0x41; id <= 0x42; id++) {
		struct reading reading;
		struct bytes b = { 0 };

		(void)state;
		reading_start(&reading, 445);
		put_secondary(&b, 0x33, false);
		say(&reading, nt_primary(9000, 8, 2), 0x41);
		say(&reading, b, id);
		assert_int_equal(reading.acts[SMB_TRANS_CONTRADICTION], id == 0x41);
		reading_stop(&reading);
	}
}

/* Of a transaction that still waits for its data, and only of that. */
static void a_write_into_a_transaction_by_the_number_of_its_file_is_told(void **state)
{
	static const struct {
		const char *what;
		unsigned total, id, told;
	} cases[] = {
		{ "its message has the file's number", 5000, 0x4001, 1 },
		{ "another number", 5000, 0x41, 0 },
		{ "it is complete", 8, 0x4001, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading reading;
		struct bytes write = { 0 };

		reading_start(&reading, 445);
		say(&reading, nt_primary(cases[i].total, 8, 2), cases[i].id);
		put_write(&write, 8, "shift");
		say(&reading, write, 0x42);
		if (reading.acts[SMB_TRANS_CONTRADICTION] != cases[i].told)
			fail_msg("%s", cases[i].what);
		reading_stop(&reading);
	}
}

static void after_a_gap_no_primary_is_remembered(void **state)
{
	struct reading reading;

	(void)state;
	reading_start(&reading, 445);
	say(&reading, nt_primary(8, 8, 2), 0x41);
	reading.sent += 70000;
	say(&reading, nt_secondary(276, 276, 0), 0x41);
	assert_int_equal(reading.acts[SMB_TRANS_CONTRADICTION], 0);
	reading_stop(&reading);
}

static void the_implant_is_asked_and_answers(void **state)
{
	static const struct {
		unsigned subcommand, id, answer_id;
		unsigned asked, answered;
	} cases[] = {
		{ 0x0e, 0x41, 0x51, 1, 1 }, { 0x0e, 0x41, 0x41, 1, 0 }, { 0x0e, 0x41, 0x61, 1, 0 },
		{ 0x0e, 0x51, 0x51, 1, 0 }, { 0x05, 0x41, 0x51, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading reading;
		struct bytes b = { 0 };

		reading_start(&reading, 445);
		put_trans2(&b, cases[i].subcommand);
		say(&reading, b, cases[i].id);
		answer(&reading, 0x32, 0xc0000002, cases[i].answer_id);
		assert_int_equal(reading.acts[SMB_IMPLANT_PING], cases[i].asked);
		assert_int_equal(reading.acts[SMB_IMPLANT_ANSWER], cases[i].answered);
		if (cases[i].asked)
			assert_true(ip_equal(&reading.last.contact.src, &reading.client));
		reading_stop(&reading);
	}
}

static void refused_logons_are_told_with_their_user(void **state)
{
	static const struct {
		uint32_t status;
		unsigned told;
		bool accepted, locked;
	} cases[] = {
		{ 0, 1, true, false },           { 0xc000006d, 1, false, false },
		{ 0xc0000234, 1, false, true },  { 0xc0000016, 0, false, false },
		{ 0xc000000d, 0, false, false },
	};
	uint32_t jane = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading reading;
		struct bytes b = { 0 };

		reading_start(&reading, 445);
		put_logon(&b, 13, true, i % 2 ? "Jane" : "jane");
		say(&reading, b, 1);
		answer(&reading, 0x73, cases[i].status, 1);
		assert_int_equal(reading.logons, cases[i].told);
		if (cases[i].told) {
			assert_int_equal(reading.last.logon.accepted, cases[i].accepted);
			assert_int_equal(reading.last.logon.locked_out, cases[i].locked);
			assert_true(reading.last.logon.user_hash != 0);
			assert_true(jane == 0 || jane == reading.last.logon.user_hash);
			jane = reading.last.logon.user_hash;
			assert_true(ip_equal(&reading.last.contact.dst, &reading.server));
		}
		reading_stop(&reading);
	}
}

static void writing_to_an_administrative_share_is_told_once_per_file(void **state)
{
	static const struct {
		const char *share;
		uint32_t status;
		unsigned connects, writes;
	} cases[] = {
		{ "\\\\h\\ADMIN$", 0, 1, 1 },          { "\\\\h\\C$", 0, 1, 1 },
		{ "\\\\h\\ADMIN$", 0xc0000022, 1, 0 }, { "\\\\h\\IPC$", 0, 0, 0 },
		{ "\\\\h\\share", 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading reading;
		struct bytes tree = { 0 }, file = { 0 };

		reading_start(&reading, 445);
		put_tree_connect(&tree, cases[i].share);
		put_write(&file, 0, "text");
		say(&reading, tree, 9);
		answer(&reading, 0x75, cases[i].status, 9);
		say(&reading, file, 10);
		say(&reading, file, 11);
		assert_int_equal(reading.acts[SMB_ADMIN_SHARE], cases[i].connects);
		assert_int_equal(reading.acts[SMB_ADMIN_WRITE], cases[i].writes);
		reading_stop(&reading);
	}
}

/* ---- procedures --------------------------------------------------------------------------------- */

static void calls_of_known_interfaces_are_told(void **state)
{
	static const struct {
		const char *what, *uuid;
		unsigned opnum, filler, interface, calls;
		bool climbs, endless;
	} cases[] = {
		{ "service", UUID_SVCCTL, 12, 4, RPC_SVCCTL, 1, false, false },
		{ "upgrade", UUID_LSARPC, 9, 100, RPC_LSARPC, 1, false, false },
		{ "activation", UUID_ACTIVATOR, 4, 600, RPC_ACTIVATION, 1, false, false },
		{ "endless server", UUID_ACTIVATOR, 4, 0, RPC_ACTIVATION, 1, false, true },
		{ "other", "0123456789abcdef", 31, 4, RPC_OTHER, 0, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading reading;
		struct bytes b = { 0 }, stub = { 0 };

		put_zeros(&stub, cases[i].filler);
		if (cases[i].endless) {
			put_utf16(&stub, "\\\\");
			for (unsigned n = 0; n < 300; n++)
				put_utf16(&stub, "F");
			put_utf16(&stub, "\\C$");
		}
		put_rpc_bind(&b, cases[i].uuid, 1);
		put_rpc_call(&b, cases[i].opnum, &stub);
		reading_start(&reading, 135);
		reading_say(&reading, &b);
		assert_int_equal(reading.calls, cases[i].calls);
		if (cases[i].calls) {
			assert_int_equal(reading.last.rpc.interface, cases[i].interface);
			assert_int_equal(reading.last.rpc.opnum, cases[i].opnum);
			assert_int_equal(reading.last.rpc.stub_bytes, stub.length);
			assert_int_equal(reading.last.rpc.endless_server, cases[i].endless);
		}
		reading_stop(&reading);
	}
}

#define UUID_ATSVC    "\x82\x06\xf7\x1f\x51\x0a\xe8\x30\x07\x6d\x74\x0b\xe8\xce\xe9\x8b"
#define UUID_TASKS    "\x49\x59\xd3\x86\xc9\x83\x44\x40\xb4\x24\xdb\x36\x32\x31\xfd\x0c"
#define UUID_WMI      "\x99\xdc\x56\x95\x8c\x82\xcf\x11\xa3\x7e\x00\xaa\x00\x32\x40\xc7"
#define UUID_DISPATCH "\x00\x04\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"
#define UUID_UNKNOWN2 "\x43\x01\x00\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"

/* Over a port of its own, as all of them are called today; the first of each kind on a connection makes it be read. */
static void what_a_call_has_the_server_run_is_told(void **state)
{
	static const struct {
		const char *what, *uuid;
		unsigned opnum, calls, interface, runs;
	} cases[] = {
		{ "a service is opened", UUID_SVCCTL, 16, 1, RPC_SVCCTL, RUNS_NOTHING },
		{ "a service is started", UUID_SVCCTL, 19, 1, RPC_SVCCTL, RUNS_NOTHING },
		{ "a service is made", UUID_SVCCTL, 12, 1, RPC_SVCCTL, RUNS_JOB },
		{ "a service is made another", UUID_SVCCTL, 11, 1, RPC_SVCCTL, RUNS_JOB },
		{ "a job is added", UUID_ATSVC, 0, 1, RPC_ATSVC, RUNS_JOB },
		{ "jobs are listed", UUID_ATSVC, 2, 1, RPC_ATSVC, RUNS_NOTHING },
		{ "a task is registered", UUID_TASKS, 1, 1, RPC_TASKS, RUNS_JOB },
		{ "the version is asked for", UUID_TASKS, 0, 1, RPC_TASKS, RUNS_NOTHING },
		{ "a method is executed", UUID_WMI, 24, 1, RPC_WMI, RUNS_COMMAND },
		{ "a query", UUID_WMI, 20, 0, 0, 0 },
		{ "a program is controlled", UUID_DISPATCH, 6, 1, RPC_AUTOMATION, RUNS_COMMAND },
		{ "names of its methods", UUID_DISPATCH, 5, 0, 0, 0 },
		{ "an object is released", UUID_UNKNOWN2, 5, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading reading;
		struct bytes b = { 0 }, stub = { 0 };

		put_zeros(&stub, 40);
		put_rpc_bind(&b, cases[i].uuid, 1);
		put_rpc_call(&b, cases[i].opnum, &stub);
		reading_start(&reading, 49670);
		reading_say(&reading, &b);
		if (reading.calls != cases[i].calls ||
		    (reading.calls && (reading.last.rpc.interface != cases[i].interface ||
				       reading.last.rpc.runs != cases[i].runs)))
			fail_msg("%s: %u calls", cases[i].what, reading.calls);
		reading_stop(&reading);
	}
}

/* Windows asks for more interfaces of an object that it holds already. */
static void a_connection_to_an_object_is_read_on_when_another_interface_is_bound(void **state)
{
	struct reading reading;
	struct bytes first = { 0 }, later = { 0 }, stub = { 0 };

	(void)state;
	put_zeros(&stub, 40);
	put_rpc_bind(&first, UUID_UNKNOWN2, 1);
	put_rpc_call(&first, 3, &stub);
	put_rpc_bind(&later, UUID_WMI, 1);
	later.at[2] = 14; /* alter context */
	put_rpc_call(&later, 24, &stub);
	reading_start(&reading, 49670);
	reading_say(&reading, &first);
	assert_int_equal(reading.calls, 0);
	reading_say(&reading, &later);
	assert_int_equal(reading.calls, 1);
	assert_int_equal(reading.last.rpc.runs, RUNS_COMMAND);
	reading_stop(&reading);
}

static void a_host_name_of_ordinary_length_is_not_endless(void **state)
{
	struct reading reading;
	struct bytes b = { 0 }, stub = { 0 };

	(void)state;
	put_utf16(&stub, "\\\\server.example.com\\share\\");
	for (unsigned n = 0; n < 300; n++)
		put_utf16(&stub, "F");
	put_rpc_bind(&b, UUID_ACTIVATOR, 1);
	put_rpc_call(&b, 4, &stub);
	reading_start(&reading, 135);
	reading_say(&reading, &b);
	assert_false(reading.last.rpc.endless_server);
	reading_stop(&reading);
}

static void only_climbing_paths_climb(void **state)
{
	static const struct {
		const char *path;
		bool climbs;
	} cases[] = {
		{ "\\share\\file", false },
		{ "\\a\\..\\..\\b", true },
		{ "C:\\a.b..c", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading reading;
		struct bytes b = srvsvc_call(cases[i].path);

		reading_start(&reading, 135);
		reading_say(&reading, &b);
		assert_int_equal(reading.calls, 1);
		assert_int_equal(reading.last.rpc.climbs, cases[i].climbs);
		reading_stop(&reading);
	}
}

/* Through a pipe, the fragment in pieces of any size. */
static void calls_through_a_pipe_are_put_together(void **state)
{
	(void)state;
	for (unsigned size = 10; size < 60; size += 7) {
		struct reading reading;
		struct bytes call = srvsvc_call("\\a\\..\\..\\b");

		reading_start(&reading, 445);
		for (size_t at = 0; at < call.length; at += size) {
			unsigned length =
				(unsigned)(call.length - at < size ? call.length - at : size);
			struct bytes write = { 0 };

			put_write(&write, 0, "");
			set_le16(&write, 4 + 32 + 1 + 20, length);
			put(&write, call.at + at, length);
			set_le16(&write, 4 + 32 + 1 + 28, length);
			say(&reading, write, 20);
		}
		assert_int_equal(reading.calls, 1);
		assert_true(reading.last.rpc.climbs);
		reading_stop(&reading);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transactions_are_held_to_their_totals),
		cmocka_unit_test(a_secondary_of_another_kind_contradicts_its_primary),
		cmocka_unit_test(a_write_into_a_transaction_by_the_number_of_its_file_is_told),
		cmocka_unit_test(after_a_gap_no_primary_is_remembered),
		cmocka_unit_test(the_implant_is_asked_and_answers),
		cmocka_unit_test(refused_logons_are_told_with_their_user),
		cmocka_unit_test(writing_to_an_administrative_share_is_told_once_per_file),
		cmocka_unit_test(calls_of_known_interfaces_are_told),
		cmocka_unit_test(what_a_call_has_the_server_run_is_told),
		cmocka_unit_test(
			a_connection_to_an_object_is_read_on_when_another_interface_is_bound),
		cmocka_unit_test(a_host_name_of_ordinary_length_is_not_endless),
		cmocka_unit_test(only_climbing_paths_climb),
		cmocka_unit_test(calls_through_a_pipe_are_put_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
