/* SPDX-License-Identifier: Apache-2.0 */
/* Single packets that speak for themselves, and their near neighbours that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/contact/reading.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void slammer_is_one_size_and_one_first_byte(void **state)
{
	static const struct {
		unsigned port, length;
		uint8_t first;
		unsigned told;
	} cases[] = {
		{ 1434, 376, 4, 1 },
		{ 1434, 375, 4, 0 },
		{ 1434, 376, 2, 0 },
		{ 1433, 376, 4, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t bytes[376] = { cases[i].first };
		struct reading reading;
		struct packet packet;

		reading_start(&reading, 0);
		packet = wire_udp(0, &reading.client, &reading.server, cases[i].port);
		packet.payload = bytes;
		packet.payload_length = cases[i].length;
		reader_see(reading.reader, &packet);
		assert_int_equal(reading.datagrams[DATAGRAM_SLAMMER], cases[i].told);
		assert_int_equal(reading.told, cases[i].told);
		reading_stop(&reading);
	}
}

static void welchia_fills_64_bytes(void **state)
{
	static const struct {
		unsigned type, length;
		uint8_t fill, last;
		unsigned told;
	} cases[] = {
		{ 8, 64, 0xaa, 0xaa, 1 }, { 0, 64, 0xaa, 0xaa, 0 }, { 8, 56, 0xaa, 0xaa, 0 },
		{ 8, 64, 0xaa, 0xab, 0 }, { 8, 64, 0x61, 0x61, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t bytes[64];
		struct reading reading;
		struct packet packet;

		memset(bytes, cases[i].fill, sizeof(bytes));
		bytes[63] = cases[i].last;
		reading_start(&reading, 0);
		packet = wire_icmp(0, &reading.client, &reading.server, cases[i].type, 0);
		packet.payload = bytes;
		packet.payload_length = cases[i].length;
		reader_see(reading.reader, &packet);
		assert_int_equal(reading.datagrams[DATAGRAM_WELCHIA_PING], cases[i].told);
		reading_stop(&reading);
	}
}

static void mirai_probes_with_the_address_as_sequence_number(void **state)
{
	static const struct {
		unsigned port, flags;
		bool options;
		uint32_t seq;
		unsigned told;
	} cases[] = {
		{ 23, TCP_SYN, false, 0x0a000009, 1 },
		{ 2323, TCP_SYN, false, 0x0a000009, 1 },
		{ 23, TCP_SYN, false, 0x0900000a, 0 },
		{ 80, TCP_SYN, false, 0x0a000009, 1 },
		{ 445, TCP_SYN, false, 0x0a000009, 1 },
		{ 23, TCP_SYN, true, 0x0a000009, 0 },
		{ 23, TCP_SYN | TCP_ACK, false, 0x0a000009, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading reading;
		struct packet packet;

		reading_start(&reading, 0);
		packet = wire_tcp(0, &reading.client, &reading.server, cases[i].port,
				  cases[i].flags);
		packet.marks = cases[i].options ? PACKET_TCP_OPTIONS : 0;
		packet.tcp_seq = cases[i].seq;
		reader_see(reading.reader, &packet);
		assert_int_equal(reading.datagrams[DATAGRAM_MIRAI_SYN], cases[i].told);
		reading_stop(&reading);
	}
}

static void an_ssh_session_begins_with_the_banner_of_the_client(void **state)
{
	static const struct {
		unsigned src, dst;
		const char *text;
		unsigned told;
	} cases[] = {
		{ 40000, 22, "SSH-2.0-x\r\n", 1 }, { 40000, 902, "SSH-2.0-x\r\n", 1 },
		{ 22, 40000, "SSH-2.0-x\r\n", 0 }, { 40000, 22, "GET / HTTP/1.0\r\n", 0 },
		{ 40000, 22, "SSH", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reading reading;
		struct packet packet;

		reading_start(&reading, 0);
		packet = wire_tcp(0, &reading.client, &reading.server, cases[i].dst,
				  TCP_ACK | TCP_PSH);
		packet.src_port = (uint16_t)cases[i].src;
		packet.payload = (const uint8_t *)cases[i].text;
		packet.payload_length = (uint32_t)strlen(cases[i].text);
		reader_see(reading.reader, &packet);
		assert_int_equal(reading.logons, cases[i].told);
		assert_true(!cases[i].told || reading.last.logon.sealed);
		reading_stop(&reading);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slammer_is_one_size_and_one_first_byte),
		cmocka_unit_test(welchia_fills_64_bytes),
		cmocka_unit_test(mirai_probes_with_the_address_as_sequence_number),
		cmocka_unit_test(an_ssh_session_begins_with_the_banner_of_the_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
