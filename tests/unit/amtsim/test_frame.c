/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/amtsim/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MACS           \
	"ffffffffffff" \
	"020000000001"
#define IP4(total, fragment, protocol)                  \
	"45"                                            \
	"00" total "0000" fragment "40" protocol "0000" \
	"0a000001"                                      \
	"0a000005"
#define IP6(next)                          \
	"60000000"                         \
	"0018" next "40"                   \
	"fe800000000000000000000000000001" \
	"fe800000000000000000000000000002"
#define TCP        \
	"0400"     \
	"2152"     \
	"00000000" \
	"00000000" \
	"50"       \
	"12"       \
	"0000"     \
	"0000"     \
	"0000"
#define UDP    \
	"0044" \
	"0043" \
	"0008" \
	"0000"

static size_t bytes_of(const char *hex, uint8_t *bytes)
{
	size_t n;

	for (n = 0; hex[2 * n]; n++) {
		char pair[3] = { hex[2 * n], hex[2 * n + 1], '\0' };

		bytes[n] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return n;
}

static void headers_are_read_as_far_as_they_go(void **state)
{
	static const struct {
		const char *name, *hex;
		unsigned ethertype, version, protocol, ports, src, dst, flags;
	} cases[] = {
		{ "ARP",
		  MACS "0806"
		       "0001",
		  0x0806, 0, 0, 0, 0, 0, 0 },
		{ "TCP over IPv4", MACS "0800" IP4("0028", "0000", "06") TCP, 0x0800, 4, 6, 1, 1024,
		  8530, 0x12 },
		{ "UDP over IPv4", MACS "0800" IP4("001c", "0000", "11") UDP, 0x0800, 4, 17, 1, 68,
		  67, 0 },
		{ "a first fragment has ports", MACS "0800" IP4("001c", "2000", "11") UDP, 0x0800,
		  4, 17, 1, 68, 67, 0 },
		{ "a later fragment has none", MACS "0800" IP4("001c", "2001", "11") UDP, 0x0800, 4,
		  17, 0, 0, 0, 0 },
		{ "ports cut off", MACS "0800" IP4("0017", "0000", "06") "040021", 0x0800, 4, 6, 0,
		  0, 0, 0 },
		{ "an IPv4 header cut off is no IP",
		  MACS "0800"
		       "45000028",
		  0x0800, 0, 0, 0, 0, 0, 0 },
		{ "a header length below five words",
		  MACS "0800"
		       "44000028000000004006000000000000"
		       "0a000001" TCP,
		  0x0800, 0, 0, 0, 0, 0, 0 },
		{ "version 6 under EtherType IPv4", MACS "0800" IP6("06") TCP, 0x0800, 0, 0, 0, 0,
		  0, 0 },
		{ "behind a VLAN tag",
		  MACS "8100"
		       "0064"
		       "0800" IP4("0028", "0000", "06") TCP,
		  0x0800, 4, 6, 1, 1024, 8530, 0x12 },
		{ "TCP over IPv6", MACS "86dd" IP6("06") TCP, 0x86DD, 6, 6, 1, 1024, 8530, 0x12 },
		{ "behind a hop-by-hop header", MACS "86dd" IP6("00") "1100000000000000" UDP,
		  0x86DD, 6, 17, 1, 68, 67, 0 },
		{ "a later IPv6 fragment", MACS "86dd" IP6("2c") "1100000800000000" UDP, 0x86DD, 6,
		  17, 0, 0, 0, 0 },
		{ "an extension header cut off", MACS "86dd" IP6("00") "11ff000000000000", 0x86DD,
		  6, 0, 0, 0, 0, 0 },
		{ "ICMPv6", MACS "86dd" IP6("3a") "8700", 0x86DD, 6, 58, 0, 0, 0, 0 },
	};
	uint8_t bytes[256];
	struct frame frame;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(frame_read(&frame, bytes, bytes_of(cases[i].hex, bytes)));
		if (frame.ethertype != cases[i].ethertype || frame.ip_version != cases[i].version ||
		    frame.protocol != cases[i].protocol ||
		    frame.has_ports != (cases[i].ports == 1) || frame.src_port != cases[i].src ||
		    frame.dst_port != cases[i].dst || frame.tcp_flags != cases[i].flags)
			fail_msg("%s", cases[i].name);
	}
}

static void addresses_are_in_wire_order(void **state)
{
	static const uint8_t src[4] = { 10, 0, 0, 1 }, dst[4] = { 10, 0, 0, 5 };
	uint8_t bytes[256];
	struct frame frame;

	(void)state;
	frame_read(&frame, bytes, bytes_of(MACS "0800" IP4("0028", "0000", "06") TCP, bytes));
	assert_memory_equal(frame.src, src, 4);
	assert_memory_equal(frame.dst, dst, 4);
}

static void less_than_an_ethernet_header_is_no_frame(void **state)
{
	uint8_t bytes[14] = { 0 };
	struct frame frame;

	(void)state;
	assert_false(frame_read(&frame, bytes, 13));
	assert_true(frame_read(&frame, bytes, 14));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_read_as_far_as_they_go),
		cmocka_unit_test(addresses_are_in_wire_order),
		cmocka_unit_test(less_than_an_ethernet_header_is_no_frame),
	};

	return cmocka_run_group_tests_name("amtsim frame", tests, NULL, NULL);
}
