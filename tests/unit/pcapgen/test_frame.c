/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Sums worked out by hand or printed in the RFC. */
static const struct {
	const char *name;
	uint8_t bytes[20];
	size_t length;
	uint16_t field;
} sums[] = {
	{ "nothing", { 0 }, 0, 0xffff },
	{ "RFC 1071 section 3", { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 }, 8, 0x220d },
	{ "an odd byte is a high byte", { 0x01 }, 1, 0xfeff },
	{ "the carry comes back", { 0xff, 0xff, 0x00, 0x01 }, 4, 0xfffe },
	{ "an IPv4 header",
	  { 0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
	    0x00, 0x00, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7 },
	  20,
	  0xb861 },
};

static void a_checksum_is_that_of_rfc_1071(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		uint32_t sum = checksum_add(0, sums[i].bytes, sums[i].length);

		if (checksum_finish(sum) != sums[i].field)
			fail_msg("%s: 0x%04x", sums[i].name, checksum_finish(sum));
	}
}

static struct frame example(enum frame_kind kind)
{
	struct frame frame = {
		.kind = (uint8_t)kind,
		.src_mac = { 0x02, 0xc0, 0x4d, 0x14, 0x00, 0x17 },
		.dst_mac = { 0x02, 0xc0, 0x4d, 0x14, 0x00, 0x01 },
		.src_ip = 0x0a140017,
		.dst_ip = 0x0a140001,
		.src_port = 49152,
		.dst_port = 445,
		.seq = 0x01020304,
		.ack = 0x05060708,
		.ttl = 128,
		.flags = TCP_ACK,
	};

	return frame;
}

/* A message with its checksum in place sums to zero, pseudo header included: RFC 9293 3.1. */
static uint16_t verify(const uint8_t *ip, uint8_t protocol)
{
	size_t length = (size_t)(ip[2] << 8 | ip[3]) - 20;
	uint8_t pseudo[4] = { 0, protocol, (uint8_t)(length >> 8), (uint8_t)length };
	uint32_t sum = 0;

	if (protocol != 1) {
		sum = checksum_add(0, ip + 12, 8);
		sum = checksum_add(sum, pseudo, sizeof(pseudo));
	}
	return checksum_finish(checksum_add(sum, ip + 20, length));
}

static const struct {
	const char *name;
	enum frame_kind kind;
	uint8_t protocol;
	uint8_t flags;
	uint16_t payload_bytes;
	size_t length;
} layouts[] = {
	{ "a SYN with options", FRAME_TCP, 6, TCP_SYN, 0, 14 + 20 + 32 },
	{ "an ACK, padded", FRAME_TCP, 6, TCP_ACK, 0, 60 },
	{ "a full segment", FRAME_TCP, 6, TCP_ACK, 1460, 1514 },
	{ "an odd segment", FRAME_TCP, 6, TCP_ACK, 33, 14 + 20 + 20 + 33 },
	{ "an odd datagram", FRAME_UDP, 17, 0, 77, 14 + 20 + 8 + 77 },
	{ "a ping", FRAME_ICMP, 1, 0, 32, 14 + 20 + 8 + 32 },
};

static void every_header_and_payload_sums_to_zero(void **state)
{
	static const uint8_t content[1460] = { 1, 2, 3, [30] = 0xff, [32] = 0x80, [1459] = 7 };
	uint8_t bytes[FRAME_MAX_BYTES];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		struct frame frame = example(layouts[i].kind);
		size_t length;

		frame.flags = layouts[i].flags;
		frame.payload = content;
		frame.payload_bytes = layouts[i].payload_bytes;
		length = frame_render(&frame, bytes);
		if (length != layouts[i].length)
			fail_msg("%s: %zu bytes", layouts[i].name, length);
		if (checksum_finish(checksum_add(0, bytes + 14, 20)) != 0)
			fail_msg("%s: IP header", layouts[i].name);
		if (bytes[23] != layouts[i].protocol || verify(bytes + 14, layouts[i].protocol))
			fail_msg("%s: payload", layouts[i].name);
	}
}

static void a_length_without_bytes_is_that_many_zeros(void **state)
{
	struct frame frame = example(FRAME_UDP);
	uint8_t bytes[FRAME_MAX_BYTES];
	uint8_t zeros[40] = { 0 };

	(void)state;
	memset(bytes, 0xaa, sizeof(bytes));
	frame.payload_bytes = sizeof(zeros);
	frame_render(&frame, bytes);
	assert_memory_equal(bytes + 42, zeros, sizeof(zeros));
}

static void a_vlan_tag_stands_before_the_type(void **state)
{
	struct frame frame = example(FRAME_TCP);
	const uint8_t tag[6] = { 0x81, 0x00, 0x00, 0x1e, 0x08, 0x00 };
	uint8_t bytes[FRAME_MAX_BYTES];

	(void)state;
	frame.vlan = 30;
	frame.payload_bytes = 1460;
	assert_int_equal(frame_render(&frame, bytes), 1518);
	assert_memory_equal(bytes + 12, tag, sizeof(tag));
	assert_int_equal(checksum_finish(checksum_add(0, bytes + 18, 20)), 0);
}

static void arp_asks_without_a_target_mac_and_answers_with_one(void **state)
{
	struct frame frame = example(FRAME_ARP);
	const uint8_t nobody[6] = { 0 };
	uint8_t bytes[FRAME_MAX_BYTES];

	(void)state;
	frame.flags = ARP_REQUEST;
	assert_int_equal(frame_render(&frame, bytes), 60);
	assert_int_equal(bytes[21], 1);
	assert_memory_equal(bytes + 22, frame.src_mac, 6);
	assert_memory_equal(bytes + 32, nobody, 6);
	assert_memory_equal(bytes + 38, "\x0a\x14\x00\x01", 4);
	frame.flags = ARP_REPLY;
	frame_render(&frame, bytes);
	assert_int_equal(bytes[21], 2);
	assert_memory_equal(bytes + 32, frame.dst_mac, 6);
}

static void icmp6_counts_its_pseudo_header(void **state)
{
	const struct frame_ip6 ip6 = { { 0x20, 1, [15] = 1 }, { 0xff, 2, [15] = 2 } };
	const uint8_t body[28] = { [4] = 0x20, [27] = 9 };
	const uint8_t tail[4] = { 0, 32, 0, 58 };
	struct frame frame = example(FRAME_ICMP6);
	uint8_t bytes[FRAME_MAX_BYTES];
	uint32_t sum;

	(void)state;
	frame.ip6 = &ip6;
	frame.icmp_type = 135;
	frame.payload = body;
	frame.payload_bytes = sizeof(body);
	assert_int_equal(frame_render(&frame, bytes), 14 + 40 + 32);
	sum = checksum_add(0, bytes + 22, 32);
	sum = checksum_add(sum, tail, sizeof(tail));
	assert_int_equal(checksum_finish(checksum_add(sum, bytes + 54, 32)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_checksum_is_that_of_rfc_1071),
		cmocka_unit_test(every_header_and_payload_sums_to_zero),
		cmocka_unit_test(a_length_without_bytes_is_that_many_zeros),
		cmocka_unit_test(a_vlan_tag_stands_before_the_type),
		cmocka_unit_test(arp_asks_without_a_target_mac_and_answers_with_one),
		cmocka_unit_test(icmp6_counts_its_pseudo_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
