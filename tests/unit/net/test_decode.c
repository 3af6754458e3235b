/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for every frame: cut anywhere it is never read beyond its end (the copies are exactly as long as
 * what was captured, for the address sanitizer), and the answer says "cut" rather than "wrong". */
#include "core/net/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/net/packet.h"
#include "tests/unit/net/frames.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum { LINK_NULL = 0, LINK_ETHERNET = 1, LINK_RAW = 101, LINK_COOKED1 = 113, LINK_COOKED2 = 276 };

static void tcp_with_options(struct frame *f)
{
	put_ethernet(f, 0x0800);
	put_ip4(f, 20 + 40 + 4, 0, 6);
	put_tcp(f, 40, TCP_SYN);
	put(f, "data", 4);
}

static void tagged_arp(struct frame *f)
{
	put_ethernet(f, 0x88a8);
	put_tag(f, 100, 0x8100);
	put_tag(f, 7, 0x0806);
	put_arp(f, 2, 1, 2);
}

static void cooked_udp(struct frame *f)
{
	put_cooked1(f, 0x0800);
	put_ip4(f, 32, 0, 17);
	put_udp(f, 12);
	put(f, "data", 4);
}

static void cooked2_quote(struct frame *f)
{
	put_cooked2(f, 0x86dd);
	put_ip6(f, 8 + 40 + 8 + 8, 58, 64);
	put_icmp(f, 1, 4, 0);
	put_ip6(f, 1000, 60, 60);
	put(f, "\21\0\1\4\0\0\0\0", 8);
	put_udp(f, 992);
}

static void loopback_quote(struct frame *f)
{
	put(f, "\2\0\0\0", 4);
	put_ip4(f, 56, 0, 1);
	put_icmp(f, 3, 3, 0);
	put_ip4(f, 1500, 0, 17);
	put_udp(f, 1480);
}

static void raw_chain(struct frame *f)
{
	put_ip6(f, 8 + 8 + 24 + 32, 0, 255);
	put(f, "\54\0\1\4\0\0\0\0", 8); /* hop by hop, then fragment */
	put(f, "\63\0\0\0\0\0\0\1", 8); /* atomic fragment, then AH */
	put8(f, 58);
	put8(f, 4);
	put_zeros(f, 22);
	put_nd(f, 135, 0, 0, 1);
}

static void later_fragment(struct frame *f)
{
	put_ethernet(f, 0x0800);
	put_ip4(f, 28, 0x00b9, 17);
	put_zeros(f, 8);
}

static void tiny_fragment(struct frame *f)
{
	put_ethernet(f, 0x0800);
	put_ip4(f, 28, 0x2000, 6);
	put_zeros(f, 8);
}

static const struct {
	const char *name;
	int link;
	void (*make)(struct frame *f);
	uint8_t kind;
	size_t needed; /* least captured bytes that make the kind known */
} cases[] = {
	{ "TCP with options", LINK_ETHERNET, tcp_with_options, PACKET_TCP, 54 },
	{ "ARP in two tags", LINK_ETHERNET, tagged_arp, PACKET_ARP, 50 },
	{ "UDP, cooked", LINK_COOKED1, cooked_udp, PACKET_UDP, 44 },
	{ "ICMPv6 error, cooked v2", LINK_COOKED2, cooked2_quote, PACKET_ICMP, 68 },
	{ "ICMP error, loopback", LINK_NULL, loopback_quote, PACKET_ICMP, 32 },
	{ "ND behind a chain, raw", LINK_RAW, raw_chain, PACKET_ND, 104 },
	{ "later fragment", LINK_ETHERNET, later_fragment, PACKET_FRAGMENT, 34 },
	{ "tiny first fragment", LINK_ETHERNET, tiny_fragment, PACKET_FRAGMENT, 38 },
};

static bool lies_within(const struct packet *packet, const uint8_t *bytes, size_t length)
{
	if (!packet->payload)
		return packet->payload_length == 0;
	return packet->payload >= bytes &&
	       packet->payload + packet->payload_length <= bytes + length;
}

/* Decodes a copy that ends where the capture ends. */
static enum decode_result decode_exact(int link, const struct frame *f, size_t captured,
				       size_t on_wire, struct packet *packet)
{
	uint8_t *copy = malloc(captured ? captured : 1);
	enum decode_result result;

	assert_non_null(copy);
	memcpy(copy, f->bytes, captured);
	memset(packet, 0x5a, sizeof(*packet));
	result = decode_frame(link, captured ? copy : copy + 1, captured, on_wire, packet);
	if (result <= DECODE_PIECE)
		assert_true(lies_within(packet, copy, captured));
	free(copy);
	return result;
}

static void a_snaplen_anywhere_cuts_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };

		cases[i].make(&f);
		for (size_t captured = 0; captured <= f.length; captured++) {
			struct packet packet;
			enum decode_result result =
				decode_exact(cases[i].link, &f, captured, f.length, &packet);
			bool is_cut = captured < f.length;

			if (captured < cases[i].needed && result == DECODE_CUT)
				continue;
			if (result != (cases[i].kind == PACKET_FRAGMENT ? DECODE_PIECE : DECODE_OK))
				fail_msg("%s at %zu: %s", cases[i].name, captured,
					 decode_result_name(result));
			if (captured >= cases[i].needed && packet.kind != cases[i].kind)
				fail_msg("%s at %zu: kind %u", cases[i].name, captured,
					 packet.kind);
			assert_int_equal(!!(packet.marks & PACKET_CUT), is_cut);
		}
	}
}

static void a_frame_that_really_ends_early_is_never_read_beyond(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };

		cases[i].make(&f);
		for (size_t length = 0; length < f.length; length++) {
			struct packet packet;
			enum decode_result result =
				decode_exact(cases[i].link, &f, length, length, &packet);

			if (length < cases[i].needed && result == DECODE_OK &&
			    packet.kind == cases[i].kind)
				fail_msg("%s at %zu: cannot be known", cases[i].name, length);
		}
	}
}

static void one_wrong_byte_anywhere_is_survived(void **state)
{
	static const uint8_t values[] = { 0x00, 0xff, 0x0f, 0xf0, 0x01, 0x80 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };

		cases[i].make(&f);
		for (size_t at = 0; at < f.length * COUNT(values); at++) {
			struct frame bent = f;
			struct packet packet;

			bent.bytes[at / COUNT(values)] = values[at % COUNT(values)];
			assert_true(decode_exact(cases[i].link, &bent, f.length, f.length,
						 &packet) < DECODE_RESULTS);
		}
	}
}

static void a_record_that_claims_less_than_it_holds_is_whole(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	tcp_with_options(&f);
	assert_int_equal(decode_exact(LINK_ETHERNET, &f, f.length, 10, &packet), DECODE_OK);
	assert_int_equal(packet.payload_length, 4);
	assert_int_equal(packet.marks & PACKET_CUT, 0);
}

static void absurd_lengths_on_the_wire_do_not_wrap(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	tcp_with_options(&f);
	f.bytes[16] = f.bytes[17] = 0; /* IP length 0: the rest of the frame */
	assert_int_equal(decode_exact(LINK_ETHERNET, &f, f.length, SIZE_MAX, &packet), DECODE_OK);
	assert_int_equal(packet.kind, PACKET_TCP);
	assert_int_equal(packet.payload_length, 4);
	assert_int_equal(packet.marks & PACKET_CUT, PACKET_CUT);
}

static void the_time_belongs_to_the_caller(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet = { .wall_ns = 77 };

	(void)state;
	tcp_with_options(&f);
	assert_int_equal(decode_frame(LINK_ETHERNET, f.bytes, f.length, f.length, &packet),
			 DECODE_OK);
	assert_int_equal(packet.wall_ns, 77);
}

static void results_have_names(void **state)
{
	(void)state;
	assert_string_equal(decode_result_name(DECODE_OK), "ok");
	assert_string_equal(decode_result_name(DECODE_CHAIN), "chain");
	assert_string_equal(decode_result_name(DECODE_RESULTS), "unknown");
	for (int i = 0; i < DECODE_RESULTS; i++)
		assert_string_not_equal(decode_result_name((enum decode_result)i), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_snaplen_anywhere_cuts_and_nothing_else),
		cmocka_unit_test(a_frame_that_really_ends_early_is_never_read_beyond),
		cmocka_unit_test(one_wrong_byte_anywhere_is_survived),
		cmocka_unit_test(a_record_that_claims_less_than_it_holds_is_whole),
		cmocka_unit_test(absurd_lengths_on_the_wire_do_not_wrap),
		cmocka_unit_test(the_time_belongs_to_the_caller),
		cmocka_unit_test(results_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
