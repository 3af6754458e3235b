/* SPDX-License-Identifier: Apache-2.0 */
/* One exchange, however its bytes arrive: the reader must tell the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/contact/reading.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void a_message_cut_into_segments_of_any_size_is_read(void **state)
{
	(void)state;
	for (uint32_t size = 1; size < 80; size++) {
		struct reading reading;
		struct bytes call = srvsvc_call("\\a\\..\\..\\b");

		reading_start(&reading, 135);
		for (uint32_t at = 0; at < call.length; at += size)
			reading_send(&reading, at, call.at + at,
				     (uint32_t)call.length - at < size ? (uint32_t)call.length - at
								       : size);
		assert_int_equal(reading.calls, 1);
		assert_true(reading.last.rpc.climbs);
		reading_stop(&reading);
	}
}

/* Pieces in the order they arrive; each may come twice or overlap. */
static void pieces_out_of_order_repeated_and_overlapping_make_one_message(void **state)
{
	static const struct {
		const char *what;
		uint32_t pieces[6][2];
	} orders[] = {
		{ "swapped", { { 0, 10 }, { 40, 60 }, { 10, 40 }, { 60, 0 } } },
		{ "three late", { { 0, 10 }, { 20, 30 }, { 30, 60 }, { 60, 0 }, { 10, 20 } } },
		{ "mirrored", { { 0, 50 }, { 0, 50 }, { 50, 0 }, { 50, 0 } } },
		{ "an old part again", { { 0, 50 }, { 0, 20 }, { 50, 0 }, { 10, 60 } } },
		{ "overlapping", { { 0, 50 }, { 30, 70 }, { 5, 0 } } },
		{ "early twice", { { 0, 10 }, { 40, 60 }, { 40, 60 }, { 5, 50 }, { 60, 0 } } },
		{ "grown backwards", { { 0, 10 }, { 60, 0 }, { 40, 60 }, { 10, 40 } } },
		{ "early overlap", { { 0, 10 }, { 30, 60 }, { 20, 40 }, { 10, 20 }, { 60, 0 } } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(orders); i++) {
		struct reading reading;
		struct bytes call = srvsvc_call("\\a\\..\\..\\b");

		reading_start(&reading, 135);
		for (size_t p = 0;
		     p < 6 && (p == 0 || orders[i].pieces[p][0] || orders[i].pieces[p][1]); p++) {
			uint32_t from = orders[i].pieces[p][0], to = orders[i].pieces[p][1];

			to = to ? to : (uint32_t)call.length;
			reading_send(&reading, from, call.at + from, to - from);
		}
		if (reading.calls != 1 || !reading.last.rpc.climbs)
			fail_msg("%s: %u calls", orders[i].what, reading.calls);
		assert_int_equal(reader_counts(reading.reader).gaps, 0);
		reading_stop(&reading);
	}
}

static void sequence_numbers_may_wrap(void **state)
{
	struct reading reading;
	struct bytes call = srvsvc_call("\\..\\b");

	(void)state;
	reading_start(&reading, 135);
	reading.first_seq = 0xffffffe0;
	reading_send(&reading, 0, call.at, 20);
	reading_send(&reading, 60, call.at + 60, (uint32_t)call.length - 60);
	reading_send(&reading, 20, call.at + 20, 40);
	assert_int_equal(reading.calls, 1);
	reading_stop(&reading);
}

static void reading_begins_in_the_middle_of_a_stream(void **state)
{
	struct reading reading;
	struct bytes probe = large_transaction(0x41);
	uint8_t junk[300];

	(void)state;
	memset(junk, 0x2e, sizeof(junk));
	reading_start(&reading, 445);
	reading_send(&reading, 0, junk, sizeof(junk));
	reading_send(&reading, 300, probe.at, (uint32_t)probe.length);
	assert_int_equal(reading.acts[SMB_NT_TRANS_OVERSIZE], 1);
	reading_stop(&reading);
}

/* What comes before it in the same direction is not understood. */
static void a_message_is_found_behind_whatever_came_first(void **state)
{
	static const struct {
		const char *what;
		unsigned length;
		uint8_t bytes[8];
		bool in_one; /* segment with the message */
	} cases[] = {
		{ "one byte of a message", 1, { 0 }, false },
		{ "three bytes of one", 3, { 0, 0, 0x54 }, false },
		{ "the end of one", 8, { 0xff, 'S', 'M', 'B', 0, 0, 0, 0 }, false },
		{ "a keep-alive", 4, { 0x85, 0, 0, 0 }, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading reading;
		struct bytes probe = large_transaction(0x41), first = { 0 };

		put(&first, cases[i].bytes, cases[i].length);
		reading_start(&reading, 445);
		if (cases[i].in_one)
			put(&first, probe.at, probe.length);
		reading_say(&reading, &first);
		if (!cases[i].in_one)
			reading_say(&reading, &probe);
		if (reading.acts[SMB_NT_TRANS_OVERSIZE] != 1)
			fail_msg("%s", cases[i].what);
		reading_stop(&reading);
	}
}

static void a_first_segment_waits_for_the_one_before(void **state)
{
	struct reading reading;
	struct bytes probe = large_transaction(0x41);

	(void)state;
	reading_start(&reading, 445);
	reading_send(&reading, 60, probe.at + 60, (uint32_t)probe.length - 60);
	reading_send(&reading, 30, probe.at + 30, 30);
	assert_int_equal(reading.acts[SMB_NT_TRANS_OVERSIZE], 0);
	reading_send(&reading, 0, probe.at, 30);
	assert_int_equal(reading.acts[SMB_NT_TRANS_OVERSIZE], 1);
	assert_int_equal(reader_counts(reading.reader).gaps, 0);
	reading_stop(&reading);
}

/* It may be the recording of somebody's exploit. */
static void messages_inside_what_is_copied_are_not_read(void **state)
{
	struct reading reading;
	struct bytes probe = large_transaction(0x41), copy = { 0 };

	(void)state;
	put(&copy, "some bytes of a recording", 25);
	put(&copy, probe.at, probe.length);
	reading_start(&reading, 445);
	reading_say(&reading, &copy);
	reading_acknowledge(&reading, reading.sent);
	assert_int_equal(reading.told, 0);
	reading_stop(&reading);
}

static void calls_on_any_port_are_read_from_their_bind_on(void **state)
{
	struct reading reading;
	struct bytes call = srvsvc_call("\\a\\..\\..\\b"), other = { 0 };

	(void)state;
	reading_start(&reading, 49155);
	put_rpc_bind(&other, "0123456789abcdef", 1);
	reading_say(&reading, &other);
	assert_int_equal(reader_counts(reading.reader).streams, 0);
	/* The next connection binds to an interface of ours; the client's port may be the lower one. */
	reading.client_port = 1025;
	reading.sent = 0;
	reading_send(&reading, 0, call.at, 72);
	reading_send(&reading, 72, call.at + 72, (uint32_t)call.length - 72);
	assert_int_equal(reader_counts(reading.reader).streams, 1);
	assert_true(reading.last.rpc.climbs);
	assert_true(ip_equal(&reading.last.contact.src, &reading.client));
	/* Full memory forgets it, and what its ports made known. */
	for (unsigned port = 0; port < 300; port++) {
		reading.client_port = (uint16_t)(50000 + port);
		reading_send(&reading, 0, call.at, 72);
	}
	reading.client_port = 1025;
	reading_send(&reading, (uint32_t)call.length, call.at + 72, (uint32_t)call.length - 72);
	assert_int_equal(reading.calls, 1);
	reading_stop(&reading);
}

static void a_lost_segment_costs_one_message_not_the_stream(void **state)
{
	struct reading reading;
	struct bytes probe = large_transaction(0x41);
	uint32_t length = (uint32_t)probe.length;

	(void)state;
	reading_start(&reading, 445);
	reading_send(&reading, 0, probe.at, 30);
	/* 30 to length is lost; what follows waits until the server acknowledges it. */
	reading_send(&reading, length, probe.at, length);
	assert_int_equal(reading.acts[SMB_NT_TRANS_OVERSIZE], 0);
	reading_acknowledge(&reading, 2 * length);
	assert_int_equal(reading.acts[SMB_NT_TRANS_OVERSIZE], 1);
	assert_int_equal(reader_counts(reading.reader).gaps, 1);
	assert_true(ip_equal(&reading.last.contact.src, &reading.client));
	assert_int_equal(reading.last.contact.dst_port, 445);
	reading_send(&reading, 2 * length, probe.at, length);
	assert_int_equal(reading.acts[SMB_NT_TRANS_OVERSIZE], 2);
	reading_stop(&reading);
}

static void a_jump_far_away_begins_anew(void **state)
{
	struct reading reading;
	struct bytes probe = large_transaction(0x41);

	(void)state;
	reading_start(&reading, 445);
	reading_send(&reading, 0, probe.at, 30);
	reading_send(&reading, 0x40000000, probe.at, (uint32_t)probe.length);
	reading_send(&reading, 0xf0000000, probe.at, (uint32_t)probe.length);
	assert_int_equal(reading.acts[SMB_NT_TRANS_OVERSIZE], 2);
	reading_stop(&reading);
}

static void the_body_of_a_long_message_is_stepped_over(void **state)
{
	static uint8_t body[60000];
	struct reading reading;
	struct bytes write = { 0 }, probe = large_transaction(0x41);
	uint32_t at;

	(void)state;
	put_write(&write, 0, "");
	finish_frame(&write);
	write.at[1] = 0;
	write.at[2] = (uint8_t)((write.length - 4 + sizeof(body)) >> 8);
	write.at[3] = (uint8_t)(write.length - 4 + sizeof(body));
	reading_start(&reading, 445);
	reading_send(&reading, 0, write.at, (uint32_t)write.length);
	at = (uint32_t)write.length;
	for (uint32_t n = 0; n < sizeof(body); n += 1000)
		if (n != 20000) /* a loss where nothing is read */
			reading_send(&reading, at + n, body + n, 1000);
	reading_send(&reading, at + (uint32_t)sizeof(body), probe.at, (uint32_t)probe.length);
	assert_int_equal(reading.acts[SMB_NT_TRANS_OVERSIZE], 1);
	assert_int_equal(reader_counts(reading.reader).gaps, 0);
	reading_stop(&reading);
}

/* Room for four: none gives way, and none gets another's bytes. */
static void as_many_streams_as_fit_are_read_side_by_side(void **state)
{
	struct hash_key key = { { 3, 4 } };
	struct reading reading;
	struct bytes call = srvsvc_call("\\a\\..\\..\\b");

	(void)state;
	reading_start(&reading, 135);
	reading_stop(&reading);
	reading.reader = reader_new(&key, 4, reading_told, &reading);
	for (uint32_t at = 0; at < call.length; at += 16)
		for (unsigned port = 0; port < 4; port++) {
			uint32_t left = (uint32_t)call.length - at;

			reading.client_port = (uint16_t)(50000 + port);
			reading_send(&reading, at, call.at + at, left < 16 ? left : 16);
		}
	assert_int_equal(reading.calls, 4);
	assert_int_equal(reader_counts(reading.reader).streams_given_up, 0);
	reading_stop(&reading);
}

static void full_memory_gives_up_the_stream_longest_unused(void **state)
{
	struct reading reading;
	struct bytes probe = large_transaction(0x41);

	(void)state;
	reading_start(&reading, 445);
	for (unsigned port = 0; port < 200; port++) {
		reading.client_port = (uint16_t)(50000 + port);
		reading_send(&reading, 0, probe.at, 30);
	}
	assert_int_equal(reader_counts(reading.reader).streams, 200);
	assert_true(reader_counts(reading.reader).streams_given_up >= 200 - 64);
	/* The latest is whole. */
	reading_send(&reading, 30, probe.at + 30, (uint32_t)probe.length - 30);
	assert_int_equal(reading.acts[SMB_NT_TRANS_OVERSIZE], 1);
	reading_stop(&reading);
}

static void syns_alone_open_no_stream_and_restart_a_known_one(void **state)
{
	struct reading reading;
	struct bytes probe = large_transaction(0x41);

	(void)state;
	reading_start(&reading, 445);
	reading_syn(&reading, 0);
	assert_int_equal(reader_counts(reading.reader).streams, 0);
	reading_send(&reading, 0, probe.at, 30);
	reading_syn(&reading, 5000);
	reading_send(&reading, 5001, probe.at, (uint32_t)probe.length);
	assert_int_equal(reading.acts[SMB_NT_TRANS_OVERSIZE], 1);
	assert_int_equal(reader_counts(reading.reader).streams, 2);
	reading_stop(&reading);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_cut_into_segments_of_any_size_is_read),
		cmocka_unit_test(pieces_out_of_order_repeated_and_overlapping_make_one_message),
		cmocka_unit_test(sequence_numbers_may_wrap),
		cmocka_unit_test(reading_begins_in_the_middle_of_a_stream),
		cmocka_unit_test(a_message_is_found_behind_whatever_came_first),
		cmocka_unit_test(a_first_segment_waits_for_the_one_before),
		cmocka_unit_test(messages_inside_what_is_copied_are_not_read),
		cmocka_unit_test(calls_on_any_port_are_read_from_their_bind_on),
		cmocka_unit_test(a_lost_segment_costs_one_message_not_the_stream),
		cmocka_unit_test(a_jump_far_away_begins_anew),
		cmocka_unit_test(the_body_of_a_long_message_is_stepped_over),
		cmocka_unit_test(as_many_streams_as_fit_are_read_side_by_side),
		cmocka_unit_test(full_memory_gives_up_the_stream_longest_unused),
		cmocka_unit_test(syns_alone_open_no_stream_and_restart_a_known_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
