/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/fragments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/units.h"
#include "core/net/decode.h"
#include "core/net/packet.h"
#include "tests/unit/net/frames.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define LINK_RAW    101
#define NOW_NS      UINT64_C(1772452800000000000)
#define WHOLE       48 /* bytes of a SYN with options and eight of text */

struct piece {
	unsigned at, length;
	bool goes_on;
};

/* What the pieces are cut from. */
static struct frame whole_segment(void)
{
	struct frame f = { .length = 0 };

	put_tcp(&f, 40, TCP_SYN);
	put(&f, "whole it", 8);
	return f;
}

static struct fragments *fragments(void)
{
	static const struct hash_key key = { { 1, 2 } };

	return fragments_new(&key);
}

static void put_piece(struct frame *f, const struct frame *from, const struct piece *piece, bool v6)
{
	if (v6) {
		put_ip6(f, 8 + piece->length, 44, 64);
		put16(f, 6 << 8);
		put16(f, piece->at | piece->goes_on);
		put32(f, 7);
	} else {
		put_ip4(f, 20 + piece->length, (piece->goes_on ? 0x2000 : 0) | piece->at / 8, 6);
	}
	put(f, from->bytes + piece->at, piece->length);
}

/* Whether that piece completed a datagram. */
static bool add(struct fragments *to, const struct piece *piece, bool v6, uint64_t now_ns,
		struct fragments_whole *whole, struct packet *packet)
{
	struct frame segment = whole_segment(), f = { .length = 0 };
	static uint8_t
		*exact; /* not a byte more, so that who reads on is seen; the packet borrows it */

	put_piece(&f, &segment, piece, v6);
	free(exact);
	exact = malloc(f.length);
	assert_non_null(exact);
	memcpy(exact, f.bytes, f.length);
	assert_int_equal(decode_frame(LINK_RAW, exact, f.length, f.length, packet), DECODE_PIECE);
	packet->wall_ns = now_ns;
	return fragments_add(to, packet, whole);
}

static const struct {
	const char *name;
	struct piece pieces[6];
	unsigned count;
} sets[] = {
	{ "eight bytes each",
	  { { 0, 8, 1 }, { 8, 8, 1 }, { 16, 8, 1 }, { 24, 8, 1 }, { 32, 8, 1 }, { 40, 8, 0 } },
	  6 },
	{ "within the options", { { 0, 24, 1 }, { 24, 24, 0 } }, 2 },
	{ "behind the header", { { 0, 40, 1 }, { 40, 8, 0 } }, 2 },
	{ "the last first", { { 24, 24, 0 }, { 0, 24, 1 } }, 2 },
	{ "one twice", { { 0, 16, 1 }, { 0, 16, 1 }, { 16, 32, 0 } }, 3 },
	{ "overlapping", { { 0, 32, 1 }, { 16, 24, 1 }, { 40, 8, 0 } }, 3 },
	{ "the last within what was there", { { 24, 16, 1 }, { 32, 16, 0 }, { 0, 24, 1 } }, 3 },
};

static void pieces_in_any_order_become_the_segment(void **state)
{
	struct frame segment = whole_segment();

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(sets); i++) {
		struct fragments *to = fragments();
		struct fragments_whole whole;
		struct packet packet;
		unsigned count = sets[i / 2].count;

		for (unsigned p = 0; p < count; p++)
			if (add(to, &sets[i / 2].pieces[p], i % 2, NOW_NS, &whole, &packet) !=
			    (p == count - 1))
				fail_msg("%s, piece %u", sets[i / 2].name, p);
		assert_int_equal(whole.length, WHOLE);
		assert_memory_equal(whole.bytes, segment.bytes, WHOLE);
		assert_int_equal(decode_datagram(whole.bytes, whole.length, &packet), DECODE_OK);
		assert_int_equal(packet.kind, PACKET_TCP);
		assert_int_equal(packet.marks, PACKET_TCP_OPTIONS);
		assert_int_equal(packet.dst_port, 445);
		assert_int_equal(packet.tcp_flags, TCP_SYN);
		assert_int_equal(packet.payload_length, 8);
		fragments_free(to);
	}
}

static void where_pieces_overlap_what_came_first_stays(void **state)
{
	struct fragments *to = fragments();
	struct fragments_whole whole;
	struct packet packet;
	struct frame f = { .length = 0 };

	(void)state;
	add(to, &(struct piece){ 0, 40, true }, false, NOW_NS, &whole, &packet);
	put_ip4(&f, 36, 32 / 8, 6);
	put(&f, "OVERLAP!........", 16);
	assert_int_equal(decode_frame(LINK_RAW, f.bytes, f.length, f.length, &packet),
			 DECODE_PIECE);
	packet.wall_ns = NOW_NS;
	assert_true(fragments_add(to, &packet, &whole));
	assert_int_equal(whole.bytes[32], 0);
	assert_memory_equal(whole.bytes + 40, "........", 8);
	fragments_free(to);
}

static void what_does_not_belong_together_stays_apart(void **state)
{
	static const struct {
		const char *name;
		struct piece first, second;
		unsigned later_s;
	} cases[] = {
		{ "the first alone", { 0, 24, 1 }, { 0, 24, 1 }, 0 },
		{ "a hole", { 0, 16, 1 }, { 24, 24, 0 }, 0 },
		{ "after its time", { 0, 24, 1 }, { 24, 24, 0 }, 16 },
		{ "a piece of odd length that is not the last", { 0, 20, 1 }, { 24, 24, 0 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fragments *to = fragments();
		struct fragments_whole whole;
		struct packet packet;

		if (add(to, &cases[i].first, false, NOW_NS, &whole, &packet) ||
		    add(to, &cases[i].second, false, NOW_NS + s_to_ns(cases[i].later_s), &whole,
			&packet))
			fail_msg("%s", cases[i].name);
		fragments_free(to);
	}
}

static void the_key_of_a_datagram_is_all_of_its_names(void **state)
{
	struct fragments *to = fragments();
	struct fragments_whole whole;
	struct packet packet, other;
	struct piece first = { 0, 24, true }, second = { 24, 24, false };

	(void)state;
	add(to, &first, false, NOW_NS, &whole, &packet);
	packet.piece.at_bytes = 24;
	packet.piece.is_last = true;
	for (unsigned i = 0; i < 5; i++) {
		other = packet;
		if (i == 0)
			other.piece.id++;
		else if (i == 1)
			other.src.bytes[15]++;
		else if (i == 2)
			other.dst.bytes[15]++;
		else if (i == 3)
			other.vlan++;
		else
			other.piece.proto = 17;
		assert_false(fragments_add(to, &other, &whole));
	}
	assert_true(add(to, &second, false, NOW_NS, &whole, &packet));
	fragments_free(to);
}

static void a_flood_of_pieces_takes_no_more_room_and_the_latest_is_put_together(void **state)
{
	struct fragments *to = fragments();
	struct fragments_whole whole;
	struct packet packet;
	struct piece first = { 0, 24, true }, second = { 24, 24, false };

	(void)state;
	add(to, &first, false, NOW_NS, &whole, &packet);
	for (uint32_t i = 0; i < 10000; i++) {
		packet.piece.id = 100 + i;
		packet.wall_ns = NOW_NS + i;
		assert_false(fragments_add(to, &packet, &whole));
	}
	assert_false(add(to, &second, false, NOW_NS + 10001, &whole, &packet));
	assert_true(add(to, &first, false, NOW_NS + 10002, &whole, &packet));
	fragments_free(to);
}

/* Of a datagram whose length is no multiple of eight. */
static void the_last_piece_may_be_of_any_length(void **state)
{
	struct piece first = { 0, 40, true }, last = { 32, 13, false };
	struct fragments *to = fragments();
	struct fragments_whole whole;
	struct packet packet;

	(void)state;
	assert_false(add(to, &first, false, NOW_NS, &whole, &packet));
	assert_true(add(to, &last, false, NOW_NS, &whole, &packet));
	assert_int_equal(whole.length, 45);
	fragments_free(to);
}

static void a_piece_that_the_capture_cut_or_that_is_too_far_is_none(void **state)
{
	struct fragments *to = fragments();
	struct fragments_whole whole;
	struct packet packet;
	struct frame segment = whole_segment(), f = { .length = 0 };
	struct piece all = { 0, 48, true };

	(void)state;
	put_piece(&f, &segment, &all, false);
	assert_int_equal(decode_frame(LINK_RAW, f.bytes, f.length - 8, f.length, &packet),
			 DECODE_PIECE);
	assert_int_equal(packet.piece.length, 0);
	packet.wall_ns = NOW_NS;
	assert_false(fragments_add(to, &packet, &whole));
	f.length = 0;
	put_ip4(&f, 36, 0x1fff, 6);
	put_zeros(&f, 16);
	assert_int_equal(decode_frame(LINK_RAW, f.bytes, f.length, f.length, &packet),
			 DECODE_PIECE);
	packet.wall_ns = NOW_NS;
	assert_false(fragments_add(to, &packet, &whole));
	fragments_free(to);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_in_any_order_become_the_segment),
		cmocka_unit_test(where_pieces_overlap_what_came_first_stays),
		cmocka_unit_test(what_does_not_belong_together_stays_apart),
		cmocka_unit_test(the_key_of_a_datagram_is_all_of_its_names),
		cmocka_unit_test(
			a_flood_of_pieces_takes_no_more_room_and_the_latest_is_put_together),
		cmocka_unit_test(the_last_piece_may_be_of_any_length),
		cmocka_unit_test(a_piece_that_the_capture_cut_or_that_is_too_far_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
