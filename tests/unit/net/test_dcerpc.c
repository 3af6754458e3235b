/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/dcerpc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/net/messages.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum { FIRST_LAST = 3, LITTLE = 0x10 };

/* As it is on the wire: worm-detection.md A.2. */
static const uint8_t srvsvc_le[] = { 0xc8, 0x4f, 0x32, 0x4b, 0x70, 0x16, 0xd3, 0x01,
				     0x12, 0x78, 0x5a, 0x47, 0xbf, 0x6e, 0xe1, 0x88 };
static const uint8_t other_le[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

static void put_header(struct bytes *b, unsigned type, unsigned flags)
{
	put8(b, 5);
	put8(b, 0);
	put8(b, type);
	put8(b, flags);
	put_le32(b, LITTLE);
	put_le16(b, 0); /* length: see finish() */
	put_le16(b, 0);
	put_le32(b, 7);
}

static void finish(struct bytes *b)
{
	set_le16(b, 8, b->length);
}

static void put_context(struct bytes *b, unsigned id, const uint8_t *uuid)
{
	put_le16(b, id);
	put_le16(b, 1);
	put(b, uuid, 16);
	put_le16(b, 3);
	put_le16(b, 0);
	put_zeros(b, 20);
}

static void put_bind(struct bytes *b, unsigned contexts)
{
	put_header(b, DCERPC_BIND, FIRST_LAST);
	put_zeros(b, 8);
	put_le32(b, contexts);
}

static void put_request(struct bytes *b, unsigned opnum)
{
	put_header(b, DCERPC_REQUEST, FIRST_LAST);
	put_le32(b, 0);
	put_le16(b, 1);
	put_le16(b, opnum);
}

static void put_string(struct bytes *b, const char *text)
{
	uint32_t chars = (uint32_t)strlen(text) + 1;

	put_le32(b, chars);
	put_le32(b, 0);
	put_le32(b, chars);
	put_utf16(b, text);
	put_le16(b, 0);
	put_zeros(b, chars % 2 ? 2 : 0);
}

static void put_canonicalize(struct bytes *b, const char *path)
{
	put_request(b, DCERPC_OP_PATH_CANONICALIZE);
	put_le32(b, 0x20000);
	put_string(b, "server");
	put_string(b, path);
	put_le32(b, 600);
	put_string(b, "");
	put_zeros(b, 8);
	finish(b);
}

static unsigned steps_of(const struct bytes *b)
{
	uint8_t *copy = exact(b, b->length);
	struct dcerpc_path path = { 0 };
	struct dcerpc_fragment f;
	unsigned steps;

	assert_true(dcerpc_read(copy + 1, b->length, &f));
	steps = dcerpc_parent_steps(copy + 1, &f, &path);
	free(copy);
	return steps;
}

static void interfaces_have_the_published_identifiers(void **state)
{
	static const struct {
		const struct dcerpc_uuid *uuid;
		const char *text;
		enum dcerpc_interface interface;
	} known[] = {
		{ &dcerpc_srvsvc, "4b324fc8-1670-01d3-1278-5a47bf6ee188", DCERPC_SRVSVC },
		{ &dcerpc_lsarpc, "3919286a-b10c-11d0-9ba8-00c04fd92ef5", DCERPC_LSARPC },
		{ &dcerpc_system_activator, "000001a0-0000-0000-c000-000000000046",
		  DCERPC_SYSTEM_ACTIVATOR },
		{ &dcerpc_remote_activation, "4d9f4ab8-7d1c-11cf-861e-0020af6e7c57",
		  DCERPC_REMOTE_ACTIVATION },
		{ &dcerpc_atsvc, "1ff70682-0a51-30e8-076d-740be8cee98b", DCERPC_ATSVC },
		{ &dcerpc_svcctl, "367abb81-9844-35f1-ad32-98f038001003", DCERPC_SVCCTL },
		{ &dcerpc_tasks, "86d35949-83c9-4044-b424-db363231fd0c", DCERPC_TASKS },
		{ &dcerpc_wbem_login, "f309ad18-d86a-11d0-a075-00c04fb68820", DCERPC_WBEM_LOGIN },
		{ &dcerpc_wbem_services, "9556dc99-828c-11cf-a37e-00aa003240c7",
		  DCERPC_WBEM_SERVICES },
		{ &dcerpc_remote_unknown, "00000131-0000-0000-c000-000000000046",
		  DCERPC_REMOTE_UNKNOWN },
		{ &dcerpc_remote_unknown2, "00000143-0000-0000-c000-000000000046",
		  DCERPC_REMOTE_UNKNOWN2 },
		{ &dcerpc_dispatch, "00020400-0000-0000-c000-000000000046", DCERPC_DISPATCH },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		char text[40] = "";

		for (size_t n = 0; n < 16; n++)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%02x",
				 n == 4 || n == 6 || n == 8 || n == 10 ? "-" : "",
				 known[i].uuid->bytes[n]);
		assert_string_equal(text, known[i].text);
		assert_int_equal(dcerpc_interface_of(known[i].uuid), known[i].interface);
	}
}

static void a_bind_names_its_interfaces(void **state)
{
	struct bytes b = { 0 };
	struct dcerpc_fragment f;

	(void)state;
	put_bind(&b, 2);
	put_context(&b, 0, other_le);
	put_context(&b, 1, srvsvc_le);
	finish(&b);
	assert_true(dcerpc_read(b.at, b.length, &f));
	assert_int_equal(f.type, DCERPC_BIND);
	assert_int_equal(f.marks, DCERPC_FIRST | DCERPC_LAST);
	assert_int_equal(f.call_id, 7);
	assert_int_equal(f.contexts_claimed, 2);
	assert_int_equal(f.contexts_count, 2);
	assert_int_equal(f.contexts[0].interface.bytes[0], 4);
	assert_int_equal(f.contexts[1].id, 1);
	assert_int_equal(f.contexts[1].version_major, 3);
	assert_true(dcerpc_uuid_equal(&f.contexts[1].interface, &dcerpc_srvsvc));
}

static void a_bind_in_the_other_byte_order_reads_the_same(void **state)
{
	struct bytes b = { 0 };
	struct dcerpc_fragment f;

	(void)state;
	put(&b, "\5\0\13\3\0\0\0\0\0\110\0\0\0\0\0\11", 16);
	put_zeros(&b, 8);
	put(&b, "\1\0\0\0\0\5\1\0", 8);
	put(&b, dcerpc_srvsvc.bytes, 16);
	put_be32(&b, 0x00030000);
	put_zeros(&b, 20);
	assert_true(dcerpc_read(b.at, b.length, &f));
	assert_int_equal(f.marks, DCERPC_FIRST | DCERPC_LAST | DCERPC_BIG_ENDIAN);
	assert_int_equal(f.frag_bytes, b.length);
	assert_int_equal(f.call_id, 9);
	assert_int_equal(f.contexts_count, 1);
	assert_int_equal(f.contexts[0].id, 5);
	assert_int_equal(f.contexts[0].version_major, 3);
	assert_int_equal(dcerpc_interface_of(&f.contexts[0].interface), DCERPC_SRVSVC);
}

static void a_known_interface_is_found_among_many_others(void **state)
{
	(void)state;
	for (unsigned place = 0; place < 20; place++) {
		struct bytes b = { 0 };
		struct dcerpc_fragment f;
		unsigned found = 0;

		put_bind(&b, 20);
		for (unsigned i = 0; i < 20; i++)
			put_context(&b, i, i == place ? srvsvc_le : other_le);
		finish(&b);
		assert_true(dcerpc_read(b.at, b.length, &f));
		assert_int_equal(f.contexts_count, DCERPC_CONTEXTS_MAX);
		for (unsigned i = 0; i < f.contexts_count; i++)
			found += dcerpc_interface_of(&f.contexts[i].interface) == DCERPC_SRVSVC &&
				 f.contexts[i].id == place;
		assert_int_equal(found, 1);
		assert_false(f.marks & DCERPC_CUT);
	}
}

static void a_request_says_operation_and_stub(void **state)
{
	struct bytes b = { 0 };
	struct dcerpc_fragment f;

	(void)state;
	put_request(&b, 12);
	put(&b, "stub", 4);
	finish(&b);
	put(&b, "the next fragment", 17);
	assert_true(dcerpc_read(b.at, b.length, &f));
	assert_int_equal(f.opnum, 12);
	assert_int_equal(f.context_id, 1);
	assert_int_equal(f.frag_bytes, 28);
	assert_int_equal(f.stub_length, 4);
	assert_memory_equal(b.at + f.stub_offset, "stub", 4);
	assert_false(f.marks & DCERPC_CUT);
}

static void an_object_identifier_is_not_of_the_stub(void **state)
{
	struct bytes b = { 0 };
	struct dcerpc_fragment f;

	(void)state;
	put_request(&b, 0);
	b.at[3] |= 0x80;
	put_zeros(&b, 16);
	put(&b, "stub", 4);
	finish(&b);
	assert_true(dcerpc_read(b.at, b.length, &f));
	assert_int_equal(f.stub_length, 4);
	assert_memory_equal(b.at + f.stub_offset, "stub", 4);
}

static void the_security_trailer_is_not_of_the_stub(void **state)
{
	static const struct {
		unsigned level;
		bool sealed;
	} levels[] = { { 5, false }, { 6, true } };

	(void)state;
	for (size_t i = 0; i < COUNT(levels); i++) {
		struct bytes b = { 0 };
		struct dcerpc_fragment f;

		put_request(&b, 31);
		put(&b, "stub", 4);
		put_zeros(&b, 4); /* padding */
		put8(&b, 10);
		put8(&b, levels[i].level);
		put_le16(&b, 4);
		put_le32(&b, 0);
		put(&b, "0123456789abcdef", 16);
		finish(&b);
		set_le16(&b, 10, 16);
		assert_true(dcerpc_read(b.at, b.length, &f));
		assert_int_equal(f.stub_length, 4);
		assert_int_equal(!!(f.marks & DCERPC_SEALED), levels[i].sealed);
		set_le16(&b, 10, 60000); /* a token longer than the fragment */
		assert_true(dcerpc_read(b.at, b.length, &f));
		assert_true(f.marks & DCERPC_CUT);
	}
}

static const struct {
	const char *path;
	unsigned steps;
} paths[] = {
	{ "", 0 },
	{ "\\share\\folder\\file.txt", 0 },
	{ "\\a\\..\\..\\b", 2 },
	{ "/a/../b", 1 },
	{ "..\\b", 1 },
	{ "\\a\\..", 1 },
	{ "..", 1 },
	{ "\\a.\\.b\\..c\\d..\\e", 0 },
	{ "\\...\\", 0 },
	{ "\\.\\", 0 },
	{ "C:\\Documents v1..2\\x", 0 },
};

static void parent_directory_steps_are_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct bytes b = { 0 };
		unsigned steps;

		put_canonicalize(&b, paths[i].path);
		steps = steps_of(&b);
		if (steps != paths[i].steps)
			fail_msg("\"%s\": %u steps", paths[i].path, steps);
	}
}

/* The stub of a call from one place to another, as a fragment of its own. */
static unsigned steps_of_part(const struct bytes *call, size_t from, size_t to,
			      struct dcerpc_path *path)
{
	struct dcerpc_fragment f;
	struct bytes b = { 0 };

	put_request(&b, DCERPC_OP_PATH_CANONICALIZE);
	b.at[3] = (uint8_t)((from == 24 ? 1 : 0) | (to == call->length ? 2 : 0));
	put(&b, call->at + from, to - from);
	finish(&b);
	assert_true(dcerpc_read(b.at, b.length, &f));
	return dcerpc_parent_steps(b.at, &f, path);
}

static void steps_are_found_wherever_a_call_is_cut_into_fragments(void **state)
{
	static const char *const climbing[] = { "\\a\\..\\..\\b", "/a/../b", "..\\b", "\\a\\.." };

	(void)state;
	for (size_t i = 0; i < COUNT(climbing); i++) {
		struct bytes call = { 0 };

		put_canonicalize(&call, climbing[i]);
		for (size_t size = 1; size < call.length - 24; size++) {
			struct dcerpc_path path = { 0 };
			unsigned steps = 0;

			for (size_t at = 24; at < call.length; at += size)
				steps += steps_of_part(
					&call, at,
					call.length - at < size ? call.length : at + size, &path);
			if (!steps)
				fail_msg("\"%s\" in fragments of %zu", climbing[i], size);
		}
	}
}

static void no_step_appears_where_ordinary_paths_are_cut(void **state)
{
	static const char *const ordinary[] = { "\\share\\folder\\file.txt",
						"\\...\\a..\\..b\\.\\" };

	(void)state;
	for (size_t i = 0; i < COUNT(ordinary); i++) {
		struct bytes call = { 0 };

		put_canonicalize(&call, ordinary[i]);
		for (size_t size = 1; size < call.length - 24; size++) {
			struct dcerpc_path path = { 0 };

			for (size_t at = 24; at < call.length; at += size)
				assert_int_equal(steps_of_part(&call, at,
							       call.length - at < size ? call.length
										       : at + size,
							       &path),
						 0);
		}
	}
}

static void path_calls_are_known_by_their_arguments(void **state)
{
	static const struct {
		const char *what;
		unsigned opnum;
		size_t cut;
		bool is_one;
	} cases[] = {
		{ "canonicalize", 31, 0, true },
		{ "its arguments, read as a comparison", 32, 0, false },
		{ "cut behind the path", 31, 20, false },
		{ "another operation", 30, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct dcerpc_fragment f;
		struct bytes b = { 0 };

		put_canonicalize(&b, "\\a\\..\\b");
		set_le16(&b, 22, cases[i].opnum);
		b.length -= cases[i].cut;
		finish(&b);
		assert_true(dcerpc_read(b.at, b.length, &f));
		if (dcerpc_is_path_call(b.at, &f) != cases[i].is_one)
			fail_msg("%s", cases[i].what);
	}
}

static void a_comparison_has_two_paths(void **state)
{
	struct bytes b = { 0 };

	(void)state;
	put_request(&b, DCERPC_OP_PATH_COMPARE);
	put_le32(&b, 0); /* no server name */
	put_string(&b, "\\a");
	put_string(&b, "\\b\\..");
	put_zeros(&b, 8);
	finish(&b);
	assert_int_equal(steps_of(&b), 1);
}

static void other_operations_have_no_paths(void **state)
{
	struct bytes b = { 0 };

	(void)state;
	put_canonicalize(&b, "\\a\\..\\..\\b");
	set_le16(&b, 22, 30);
	assert_int_equal(steps_of(&b), 0);
	set_le16(&b, 22, 32);
	assert_int_equal(steps_of(&b), 2);
	b.at[2] = DCERPC_RESPONSE;
	assert_int_equal(steps_of(&b), 0);
}

static void steps_are_found_behind_unusual_padding_and_in_later_fragments(void **state)
{
	(void)state;
	for (unsigned odd = 0; odd < 5; odd++) {
		struct bytes b = { 0 };

		put_request(&b, DCERPC_OP_PATH_CANONICALIZE);
		b.at[3] = odd == 4 ? 2 : 3; /* last only: not the first fragment */
		put_le32(&b, 0xffffffff);
		put_zeros(&b, odd);
		put_utf16(&b, "x\\..\\..\\y");
		finish(&b);
		assert_int_equal(steps_of(&b), 2);
	}
}

static void hostile_string_counts_are_survived(void **state)
{
	static const uint32_t counts[][3] = {
		{ 0xffffffff, 0, 0xffffffff },
		{ 4, 0xffffffff, 2 },
		{ 4, 5, 2 },
		{ 4, 4, 2 },
		{ 0, 0, 2 },
		{ 0x80000000, 0, 0x80000000 },
		{ 9, 0, 9 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++) {
		struct bytes b = { 0 };

		put_request(&b, DCERPC_OP_PATH_CANONICALIZE);
		put_le32(&b, 0);
		for (size_t n = 0; n < 3; n++)
			put_le32(&b, counts[i][n]);
		put_utf16(&b, ".."); /* no separators: for the walk alone */
		finish(&b);
		assert_int_equal(steps_of(&b), 0);
	}
}

static void what_is_not_dcerpc_is_refused(void **state)
{
	static const struct {
		size_t at;
		unsigned value;
	} wrong[] = {
		{ 0, 4 }, { 1, 2 }, { 2, 20 }, { 4, 0x20 }, { 8, 15 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct bytes b = { 0 };
		struct dcerpc_fragment f;

		put_header(&b, DCERPC_REQUEST, FIRST_LAST);
		finish(&b);
		assert_true(dcerpc_read(b.at, b.length, &f));
		b.at[wrong[i].at] = (uint8_t)wrong[i].value;
		assert_false(dcerpc_read(b.at, b.length, &f));
	}
}

static void check_cuts(const struct bytes *b)
{
	for (size_t cut = 0; cut <= b->length; cut++) {
		uint8_t *copy = exact(b, cut);
		struct dcerpc_path path = { 0 };
		struct dcerpc_fragment f;
		bool read = dcerpc_read(copy + 1, cut, &f);

		assert_int_equal(read, cut >= 16);
		if (read) {
			assert_int_equal(!!(f.marks & DCERPC_CUT), cut < b->length);
			assert_true(f.stub_offset + f.stub_length <= cut);
			(void)dcerpc_parent_steps(copy + 1, &f, &path);
			(void)dcerpc_is_path_call(copy + 1, &f);
		}
		free(copy);
	}
}

static void a_fragment_cut_anywhere_is_survived(void **state)
{
	struct bytes bind = { 0 }, request = { 0 };

	(void)state;
	put_bind(&bind, 2);
	put_context(&bind, 0, other_le);
	put_context(&bind, 1, srvsvc_le);
	finish(&bind);
	check_cuts(&bind);
	put_canonicalize(&request, "\\a\\..\\b");
	check_cuts(&request);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interfaces_have_the_published_identifiers),
		cmocka_unit_test(a_bind_names_its_interfaces),
		cmocka_unit_test(a_bind_in_the_other_byte_order_reads_the_same),
		cmocka_unit_test(a_known_interface_is_found_among_many_others),
		cmocka_unit_test(a_request_says_operation_and_stub),
		cmocka_unit_test(an_object_identifier_is_not_of_the_stub),
		cmocka_unit_test(the_security_trailer_is_not_of_the_stub),
		cmocka_unit_test(parent_directory_steps_are_counted),
		cmocka_unit_test(steps_are_found_wherever_a_call_is_cut_into_fragments),
		cmocka_unit_test(no_step_appears_where_ordinary_paths_are_cut),
		cmocka_unit_test(path_calls_are_known_by_their_arguments),
		cmocka_unit_test(a_comparison_has_two_paths),
		cmocka_unit_test(other_operations_have_no_paths),
		cmocka_unit_test(steps_are_found_behind_unusual_padding_and_in_later_fragments),
		cmocka_unit_test(hostile_string_counts_are_survived),
		cmocka_unit_test(what_is_not_dcerpc_is_refused),
		cmocka_unit_test(a_fragment_cut_anywhere_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
