/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>

#include <cmocka.h>

#include "core/net/packet.h"
#include "tests/unit/net/frames.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define LINK_RAW    101

static enum decode_result decode(const struct frame *f, struct packet *packet)
{
	memset(packet, 0x5a, sizeof(*packet));
	return decode_frame(LINK_RAW, f->bytes, f->length, f->length, packet);
}

static void an_ipv4_header_is_read_whole(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	put_ip4(&f, 40, 0, 6);
	put_tcp(&f, 20, TCP_ACK);
	assert_int_equal(decode(&f, &packet), DECODE_OK);
	assert_int_equal(ip_v4_number(&packet.src), 0x0a000001);
	assert_int_equal(ip_v4_number(&packet.dst), 0x0a000002);
	assert_int_equal(packet.proto, 6);
	assert_int_equal(packet.hop_limit, 64);
	assert_int_equal(packet.marks, 0);
}

static void nonsense_in_the_first_byte_and_lengths_is_told_apart(void **state)
{
	static const struct {
		const char *name;
		uint8_t first;
		unsigned length;
		enum decode_result result;
	} cases[] = {
		{ "plain", 0x45, 40, DECODE_OK },
		{ "version 5", 0x55, 40, DECODE_VERSION },
		{ "version 0", 0x05, 40, DECODE_VERSION },
		{ "header of 16 bytes", 0x44, 40, DECODE_VERSION },
		{ "length below the header", 0x45, 19, DECODE_LENGTH },
		{ "length below the transport header", 0x45, 39, DECODE_LENGTH },
		{ "options beyond the length", 0x4f, 40, DECODE_LENGTH },
		{ "length zero: sent before the card filled it", 0x45, 0, DECODE_OK },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };
		struct packet packet;
		enum decode_result result;

		put_ip4(&f, cases[i].length, 0, 6);
		put_tcp(&f, 20, TCP_ACK);
		f.bytes[0] = cases[i].first;
		result = decode(&f, &packet);
		if (result != cases[i].result)
			fail_msg("%s: %s", cases[i].name, decode_result_name(result));
	}
}

static void ipv4_options_are_skipped(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	put_ip4(&f, 20 + 8 + 20, 0, 6);
	f.bytes[0] = 0x47;
	put(&f, "\x94\4\0\0\1\1\1\0", 8); /* router alert */
	put_tcp(&f, 20, TCP_SYN);
	assert_int_equal(decode(&f, &packet), DECODE_OK);
	assert_int_equal(packet.dst_port, 445);
}

static void padding_of_short_frames_is_no_payload(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	put_ip4(&f, 43, 0, 6);
	put_tcp(&f, 20, TCP_ACK);
	put(&f, "abcPADDING", 10);
	assert_int_equal(decode(&f, &packet), DECODE_OK);
	assert_int_equal(packet.payload_length, 3);
	assert_memory_equal(packet.payload, "abc", 3);
	assert_int_equal(packet.marks, 0);
}

static void a_packet_longer_than_its_frame_is_cut(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	put_ip4(&f, 1500, 0, 6);
	put_tcp(&f, 20, TCP_ACK);
	put(&f, "abc", 3);
	assert_int_equal(decode(&f, &packet), DECODE_OK);
	assert_int_equal(packet.payload_length, 3);
	assert_int_equal(packet.marks, PACKET_CUT);
}

static void only_the_first_fragment_has_ports(void **state)
{
	static const struct {
		const char *name;
		unsigned fragment;
		uint8_t kind, marks;
		uint16_t port;
	} cases[] = {
		{ "may not fragment", 0x4000, PACKET_UDP, 0, 53 },
		{ "first", 0x2000, PACKET_UDP, PACKET_FIRST_FRAGMENT, 53 },
		{ "middle", 0x2001, PACKET_FRAGMENT, 0, 0 },
		{ "last", 0x00b9, PACKET_FRAGMENT, 0, 0 },
		{ "far behind", 0x1000, PACKET_FRAGMENT, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };
		struct packet packet;

		put_ip4(&f, 32, cases[i].fragment, 17);
		put_udp(&f, cases[i].fragment == 0x4000 ? 12 : 3000);
		put(&f, "abcd", 4);
		assert_int_equal(decode(&f, &packet),
				 cases[i].fragment == 0x4000 ? DECODE_OK : DECODE_PIECE);
		if (packet.kind != cases[i].kind || packet.marks != cases[i].marks)
			fail_msg("%s: kind %u, marks %u", cases[i].name, packet.kind, packet.marks);
		assert_int_equal(packet.dst_port, cases[i].port);
		assert_int_equal(packet.proto, 17);
		assert_int_equal(ip_v4_number(&packet.dst), 0x0a000002);
	}
}

static void a_first_fragment_too_short_for_flags_still_names_its_ports(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	put_ip4(&f, 28, 0x2000, 6);
	put(&f, "\x9c\x40\1\xbd\0\0\0\1", 8);
	assert_int_equal(decode(&f, &packet), DECODE_PIECE);
	assert_int_equal(packet.kind, PACKET_FRAGMENT);
	assert_int_equal(packet.marks, PACKET_FIRST_FRAGMENT);
	assert_int_equal(packet.dst_port, 445);
	assert_int_equal(packet.tcp_flags, 0);
}

static void an_ipv6_header_is_read_whole(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;
	char text[IP_TEXT_BYTES];

	(void)state;
	put_ip6(&f, 20, 6, 77);
	put_tcp(&f, 20, TCP_SYN);
	assert_int_equal(decode(&f, &packet), DECODE_OK);
	ip_text(&packet.src, text);
	assert_string_equal(text, "fe80::1");
	ip_text(&packet.dst, text);
	assert_string_equal(text, "fe80::2");
	assert_int_equal(packet.hop_limit, 77);
	assert_int_equal(packet.proto, 6);
	assert_int_equal(packet.kind, PACKET_TCP);
}

/* Headers as (next header, length field) with the size that each really takes. */
struct extension {
	uint8_t kind;
	uint8_t length_field;
	uint8_t bytes;
};

static void put_chain(struct frame *f, const struct extension *list, unsigned count, uint8_t last)
{
	unsigned total = 0;

	for (unsigned i = 0; i < count; i++)
		total += list[i].bytes;
	put_ip6(f, total + 20, count ? list[0].kind : last, 64);
	for (unsigned i = 0; i < count; i++) {
		put8(f, i + 1 < count ? list[i + 1].kind : last);
		put8(f, list[i].length_field);
		put_zeros(f, list[i].bytes - 2u);
	}
	put_tcp(f, 20, TCP_SYN);
}

static void extension_headers_are_walked(void **state)
{
	static const struct {
		const char *name;
		struct extension list[9];
		unsigned count;
		uint8_t last, kind;
		enum decode_result result;
	} cases[] = {
		{ "none", { { 0, 0, 0 } }, 0, 6, PACKET_TCP, DECODE_OK },
		{ "hop by hop", { { 0, 0, 8 } }, 1, 6, PACKET_TCP, DECODE_OK },
		{ "longer destination options", { { 60, 2, 24 } }, 1, 6, PACKET_TCP, DECODE_OK },
		{ "routing, then AH counted in words of 4",
		  { { 43, 0, 8 }, { 51, 4, 24 } },
		  2,
		  6,
		  PACKET_TCP,
		  DECODE_OK },
		{ "atomic fragment is whole", { { 44, 0, 8 } }, 1, 6, PACKET_TCP, DECODE_OK },
		{ "fragment header has no length", { { 44, 77, 8 } }, 1, 6, PACKET_TCP, DECODE_OK },
		{ "mobility, HIP, Shim6",
		  { { 135, 0, 8 }, { 139, 0, 8 }, { 140, 0, 8 } },
		  3,
		  6,
		  PACKET_TCP,
		  DECODE_OK },
		{ "eight",
		  { { 0, 0, 8 },
		    { 60, 0, 8 },
		    { 60, 0, 8 },
		    { 60, 0, 8 },
		    { 60, 0, 8 },
		    { 60, 0, 8 },
		    { 60, 0, 8 },
		    { 60, 0, 8 } },
		  8,
		  6,
		  PACKET_TCP,
		  DECODE_OK },
		{ "nine",
		  { { 0, 0, 8 },
		    { 60, 0, 8 },
		    { 60, 0, 8 },
		    { 60, 0, 8 },
		    { 60, 0, 8 },
		    { 60, 0, 8 },
		    { 60, 0, 8 },
		    { 60, 0, 8 },
		    { 60, 0, 8 } },
		  9,
		  6,
		  PACKET_TCP,
		  DECODE_CHAIN },
		{ "no next header", { { 60, 0, 8 } }, 1, 59, PACKET_OTHER, DECODE_OK },
		{ "encrypted", { { 60, 0, 8 } }, 1, 50, PACKET_OTHER, DECODE_OK },
		{ "length beyond the packet", { { 60, 200, 8 } }, 1, 6, PACKET_TCP, DECODE_LENGTH },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };
		struct packet packet;
		enum decode_result result;

		put_chain(&f, cases[i].list, cases[i].count, cases[i].last);
		result = decode(&f, &packet);
		if (result != cases[i].result)
			fail_msg("%s: %s", cases[i].name, decode_result_name(result));
		if (result != DECODE_OK)
			continue;
		if (packet.kind != cases[i].kind || packet.proto != cases[i].last)
			fail_msg("%s: kind %u, protocol %u", cases[i].name, packet.kind,
				 packet.proto);
		if (packet.kind == PACKET_TCP)
			assert_int_equal(packet.dst_port, 445);
	}
}

static void ipv6_fragments_are_told_apart(void **state)
{
	static const struct {
		const char *name;
		unsigned word;
		uint8_t kind, marks;
	} cases[] = {
		{ "first", 0x0001, PACKET_TCP, PACKET_FIRST_FRAGMENT },
		{ "reserved bits are no offset", 0x0006, PACKET_TCP, 0 },
		{ "middle", 0x0009, PACKET_FRAGMENT, 0 },
		{ "last", 0x0008, PACKET_FRAGMENT, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };
		struct packet packet;

		put_ip6(&f, 28, 44, 64);
		put16(&f, 6 << 8);
		put16(&f, cases[i].word);
		put32(&f, 99);
		put_tcp(&f, 20, TCP_SYN);
		assert_int_equal(decode(&f, &packet),
				 cases[i].word == 0x0006 ? DECODE_OK : DECODE_PIECE);
		if (packet.kind != cases[i].kind || packet.marks != cases[i].marks)
			fail_msg("%s: kind %u, marks %u", cases[i].name, packet.kind, packet.marks);
		assert_int_equal(packet.proto, 6);
	}
}

static void a_first_fragment_that_ends_within_the_options_is_a_piece(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	put_ip4(&f, 44, 0x2000, 6);
	put_tcp(&f, 40, TCP_SYN);
	f.length = 44;
	assert_int_equal(decode(&f, &packet), DECODE_PIECE);
	assert_int_equal(packet.kind, PACKET_FRAGMENT);
	assert_int_equal(packet.piece.length, 24);
	assert_false(packet.piece.is_last);
}

static void icmp_of_the_other_family_is_nothing(void **state)
{
	struct frame four = { .length = 0 }, six = { .length = 0 };
	struct packet packet;

	(void)state;
	put_ip4(&four, 28, 0, 58);
	put_icmp(&four, 128, 0, 0);
	assert_int_equal(decode(&four, &packet), DECODE_OK);
	assert_int_equal(packet.kind, PACKET_OTHER);
	put_ip6(&six, 8, 1, 64);
	put_icmp(&six, 8, 0, 0);
	assert_int_equal(decode(&six, &packet), DECODE_OK);
	assert_int_equal(packet.kind, PACKET_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ipv4_header_is_read_whole),
		cmocka_unit_test(nonsense_in_the_first_byte_and_lengths_is_told_apart),
		cmocka_unit_test(ipv4_options_are_skipped),
		cmocka_unit_test(padding_of_short_frames_is_no_payload),
		cmocka_unit_test(a_packet_longer_than_its_frame_is_cut),
		cmocka_unit_test(only_the_first_fragment_has_ports),
		cmocka_unit_test(a_first_fragment_too_short_for_flags_still_names_its_ports),
		cmocka_unit_test(an_ipv6_header_is_read_whole),
		cmocka_unit_test(extension_headers_are_walked),
		cmocka_unit_test(ipv6_fragments_are_told_apart),
		cmocka_unit_test(a_first_fragment_that_ends_within_the_options_is_a_piece),
		cmocka_unit_test(icmp_of_the_other_family_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
