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

static enum decode_result decode_cut(const struct frame *f, size_t captured, struct packet *packet)
{
	memset(packet, 0x5a, sizeof(*packet));
	return decode_frame(LINK_RAW, f->bytes, captured, f->length, packet);
}

static enum decode_result decode(const struct frame *f, struct packet *packet)
{
	return decode_cut(f, f->length, packet);
}

static void tcp_gives_every_field_the_tracker_needs(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	put_ip4(&f, 20 + 32 + 2, 0, 6);
	put_tcp(&f, 32, TCP_SYN | TCP_ACK);
	put(&f, "hi", 2);
	assert_int_equal(decode(&f, &packet), DECODE_OK);
	assert_int_equal(packet.kind, PACKET_TCP);
	assert_int_equal(packet.src_port, 40000);
	assert_int_equal(packet.dst_port, 445);
	assert_int_equal(packet.tcp_seq, 0x01020304);
	assert_int_equal(packet.tcp_ack, 0x05060708);
	assert_int_equal(packet.tcp_flags, TCP_SYN | TCP_ACK);
	assert_int_equal(packet.marks, PACKET_TCP_OPTIONS);
	assert_int_equal(packet.tcp_option_bytes, 12);
	assert_int_equal(packet.payload_length, 2);
	assert_memory_equal(packet.payload, "hi", 2);
}

static void a_bare_syn_has_no_options(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	put_ip4(&f, 40, 0, 6);
	put_tcp(&f, 20, TCP_SYN);
	assert_int_equal(decode(&f, &packet), DECODE_OK);
	assert_int_equal(packet.marks & PACKET_TCP_OPTIONS, 0);
	assert_int_equal(packet.tcp_option_bytes, 0);
}

static void impossible_tcp_headers_contradict_themselves(void **state)
{
	static const unsigned headers[] = { 0, 16, 24, 60 };

	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		struct frame f = { .length = 0 };
		struct packet packet;

		put_ip4(&f, 40, 0, 6);
		put_tcp(&f, 20, TCP_SYN);
		f.bytes[32] = (uint8_t)(headers[i] / 4 << 4);
		assert_int_equal(decode(&f, &packet), DECODE_LENGTH);
	}
}

static void a_capture_cut_inside_tcp_options_keeps_the_header(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	put_ip4(&f, 60, 0, 6);
	put_tcp(&f, 40, TCP_SYN);
	assert_int_equal(decode_cut(&f, 50, &packet), DECODE_OK);
	assert_int_equal(packet.marks, PACKET_TCP_OPTIONS | PACKET_CUT);
	assert_int_equal(packet.tcp_option_bytes, 0);
	assert_int_equal(packet.tcp_flags, TCP_SYN);
	assert_int_equal(packet.payload_length, 0);
	assert_int_equal(decode_cut(&f, 39, &packet), DECODE_CUT);
}

static void udp_trusts_its_length_only_within_the_packet(void **state)
{
	static const struct {
		const char *name;
		unsigned length, payload;
		enum decode_result result;
	} cases[] = {
		{ "exact", 12, 4, DECODE_OK },
		{ "shorter than the packet", 10, 2, DECODE_OK },
		{ "nothing behind the header", 8, 0, DECODE_OK },
		{ "zero is a jumbogram", 0, 4, DECODE_OK },
		{ "inside its own header", 7, 0, DECODE_LENGTH },
		{ "beyond the packet", 13, 0, DECODE_LENGTH },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };
		struct packet packet;
		enum decode_result result;

		put_ip4(&f, 32, 0, 17);
		put_udp(&f, cases[i].length);
		put(&f, "abcd", 4);
		result = decode(&f, &packet);
		if (result != cases[i].result)
			fail_msg("%s: %s", cases[i].name, decode_result_name(result));
		if (result != DECODE_OK)
			continue;
		assert_int_equal(packet.kind, PACKET_UDP);
		assert_int_equal(packet.src_port, 5353);
		assert_int_equal(packet.dst_port, 53);
		assert_int_equal(packet.payload_length, cases[i].payload);
	}
}

static void echo_has_an_id_in_both_families(void **state)
{
	static const struct {
		bool v6;
		unsigned type;
		uint16_t id;
	} cases[] = {
		{ false, 8, 0x1234 },  { false, 0, 0x1234 }, { true, 128, 0x1234 },
		{ true, 129, 0x1234 }, { false, 3, 0 },      { true, 1, 0 },
		{ true, 133, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };
		struct packet packet;

		if (cases[i].v6)
			put_ip6(&f, 8, 58, 255);
		else
			put_ip4(&f, 28, 0, 1);
		put_icmp(&f, cases[i].type, 0, 0x12340001);
		assert_int_equal(decode(&f, &packet), DECODE_OK);
		assert_int_equal(packet.kind, PACKET_ICMP);
		assert_int_equal(packet.icmp_type, cases[i].type);
		assert_int_equal(packet.icmp_id, cases[i].id);
		assert_int_equal(packet.quote.proto, 0);
	}
}

static void icmp_errors_quote_whose_contact_failed(void **state)
{
	static const struct {
		const char *name;
		unsigned type, proto, fragment, quoted_bytes, seen_proto;
		uint16_t src_port, dst_port;
	} cases[] = {
		{ "port unreachable", 3, 17, 0, 8, 17, 40000, 445 },
		{ "time exceeded for TCP", 11, 6, 0, 8, 6, 40000, 445 },
		{ "source quench", 4, 17, 0, 8, 17, 40000, 445 },
		{ "redirect", 5, 6, 0, 8, 6, 40000, 445 },
		{ "parameter problem", 12, 6, 0, 8, 6, 40000, 445 },
		{ "four bytes are enough", 3, 17, 0, 4, 17, 40000, 445 },
		{ "three are not", 3, 17, 0, 3, 0, 0, 0 },
		{ "a later fragment has no ports", 3, 17, 185, 8, 0, 0, 0 },
		{ "a first fragment has", 3, 17, 0x2000, 8, 17, 40000, 445 },
		{ "other protocols have no ports", 3, 132, 0, 8, 132, 0, 0 },
		{ "a quoted ICMP shows type and code", 3, 1, 0, 8, 1, 40000 >> 8, 40000 & 0xff },
		{ "a timestamp quotes nothing", 13, 17, 0, 8, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };
		struct packet packet;

		put_ip4(&f, 20 + 8 + 20 + cases[i].quoted_bytes, 0, 1);
		put_icmp(&f, cases[i].type, 3, 0);
		put_ip4(&f, 1500, cases[i].fragment, cases[i].proto);
		put(&f, "\x9c\x40\1\xbd\0\0\0\1", cases[i].quoted_bytes);
		assert_int_equal(decode(&f, &packet), DECODE_OK);
		assert_int_equal(packet.kind, PACKET_ICMP);
		assert_int_equal(packet.icmp_code, 3);
		if (packet.quote.proto != cases[i].seen_proto)
			fail_msg("%s: protocol %u", cases[i].name, packet.quote.proto);
		assert_int_equal(packet.quote.src_port, cases[i].src_port);
		assert_int_equal(packet.quote.dst_port, cases[i].dst_port);
		if (cases[i].seen_proto)
			assert_int_equal(ip_v4_number(&packet.quote.dst), 0x0a000002);
	}
}

static void icmpv6_errors_quote_through_extension_headers(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	put_ip6(&f, 8 + 40 + 8 + 8, 58, 64);
	put_icmp(&f, 1, 4, 0);
	put_ip6(&f, 1000, 60, 60);
	put(&f, "\21\0\1\4\0\0\0\0", 8); /* destination options, then UDP */
	put_udp(&f, 992);
	assert_int_equal(decode(&f, &packet), DECODE_OK);
	assert_int_equal(packet.icmp_type, 1);
	assert_int_equal(packet.icmp_code, 4);
	assert_int_equal(packet.quote.proto, 17);
	assert_int_equal(packet.quote.src_port, 5353);
	assert_int_equal(packet.quote.dst_port, 53);
	assert_int_equal(packet.quote.src.bytes[15], 1);
}

static void a_quote_of_nonsense_is_no_quote(void **state)
{
	static const uint8_t firsts[] = { 0x65, 0x44, 0x4f };

	(void)state;
	for (size_t i = 0; i < COUNT(firsts); i++) {
		struct frame f = { .length = 0 };
		struct packet packet;

		put_ip4(&f, 56, 0, 1);
		put_icmp(&f, 3, 1, 0);
		put_ip4(&f, 1500, 0, 6);
		f.bytes[28] = firsts[i];
		put_zeros(&f, 8);
		assert_int_equal(decode(&f, &packet), DECODE_OK);
		assert_int_equal(packet.kind, PACKET_ICMP);
		assert_int_equal(packet.quote.proto, 0);
	}
}

static void neighbour_discovery_counts_only_when_it_is_of_this_link(void **state)
{
	static const struct {
		const char *name;
		unsigned type, code, hop_limit, flags, option, kind, mac;
		bool request;
	} cases[] = {
		{ "solicitation", 135, 0, 255, 0, 1, PACKET_ND, 1, true },
		{ "solicitation without its option", 135, 0, 255, 0, 14, PACKET_ND, 0, true },
		{ "solicited advertisement", 136, 0, 255, 0x60, 2, PACKET_ND, 1, false },
		{ "unsolicited advertisement", 136, 0, 255, 0x20, 2, PACKET_ND, 1, false },
		{ "the other option's address", 136, 0, 255, 0x60, 1, PACKET_ND, 0, false },
		{ "crossed a router", 135, 0, 254, 0, 1, PACKET_ICMP, 0, false },
		{ "code not 0", 136, 1, 255, 0x60, 2, PACKET_ICMP, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };
		struct packet packet;

		put_ip6(&f, 32, 58, cases[i].hop_limit);
		put_nd(&f, cases[i].type, cases[i].code, cases[i].flags, cases[i].option);
		assert_int_equal(decode(&f, &packet), DECODE_OK);
		if (packet.kind != cases[i].kind)
			fail_msg("%s: kind %u", cases[i].name, packet.kind);
		if (packet.kind != PACKET_ND)
			continue;
		assert_int_equal(packet.neighbor.target.bytes[15], 9);
		assert_int_equal(packet.neighbor.sender_mac.bytes[5], cases[i].mac);
		assert_true(mac_is_zero(&packet.neighbor.target_mac));
		assert_int_equal(packet.neighbor.is_request, cases[i].request);
	}
}

static void neighbour_discovery_that_rfc_4861_discards_is_no_neighbour(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	put_ip6(&f, 32, 58, 255);
	put_nd(&f, 136, 0, 0x60, 2);
	f.bytes[40 + 8] = 0xff; /* multicast target */
	assert_int_equal(decode(&f, &packet), DECODE_OK);
	assert_int_equal(packet.kind, PACKET_ICMP);
	f.bytes[40 + 8] = 0xfe;
	f.bytes[24] = 0xff; /* to a group, yet "solicited" */
	assert_int_equal(decode(&f, &packet), DECODE_OK);
	assert_int_equal(packet.kind, PACKET_ICMP);
	f.bytes[24] = 0xfe;
	f.bytes[40 + 25] = 0; /* option without length */
	assert_int_equal(decode(&f, &packet), DECODE_LENGTH);
	f.bytes[40 + 25] = 2; /* option beyond the message */
	assert_int_equal(decode(&f, &packet), DECODE_LENGTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp_gives_every_field_the_tracker_needs),
		cmocka_unit_test(a_bare_syn_has_no_options),
		cmocka_unit_test(impossible_tcp_headers_contradict_themselves),
		cmocka_unit_test(a_capture_cut_inside_tcp_options_keeps_the_header),
		cmocka_unit_test(udp_trusts_its_length_only_within_the_packet),
		cmocka_unit_test(echo_has_an_id_in_both_families),
		cmocka_unit_test(icmp_errors_quote_whose_contact_failed),
		cmocka_unit_test(icmpv6_errors_quote_through_extension_headers),
		cmocka_unit_test(a_quote_of_nonsense_is_no_quote),
		cmocka_unit_test(neighbour_discovery_counts_only_when_it_is_of_this_link),
		cmocka_unit_test(neighbour_discovery_that_rfc_4861_discards_is_no_neighbour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
