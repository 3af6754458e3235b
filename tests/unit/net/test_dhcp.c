/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/dhcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/net/messages.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum { FIXED = 240, OP_REQUEST = 1, OP_REPLY = 2 };

static void put_fixed(struct bytes *b, unsigned op)
{
	put8(b, op);
	put(b, "\1\6\0", 3);
	put_be32(b, 0xdeadbeef);
	put_zeros(b, 4);
	put_be32(b, 0x0a000005); /* ciaddr */
	put_be32(b, 0x0a000006); /* yiaddr */
	put_zeros(b, 4);
	put_be32(b, 0x0a0000fe); /* giaddr */
	put(b, "\2\1\2\3\4\5", 6);
	put_zeros(b, 10 + 64 + 128);
	put_be32(b, 0x63825363);
}

static void put_option(struct bytes *b, unsigned code, const void *value, size_t length)
{
	put8(b, code);
	put8(b, (unsigned)length);
	put(b, value, length);
}

static void put_ack(struct bytes *b)
{
	put_fixed(b, OP_REPLY);
	put_option(b, 53, "\5", 1);
	put8(b, 0); /* padding */
	put_option(b, 54, "\12\0\0\1", 4);
	put_option(b, 51, "\0\1\121\200", 4);
	put_option(b, 1, "\377\377\377\0", 4);
	put_option(b, 3, "\12\0\0\376", 4);
	put_option(b, 6, "\12\0\0\2\12\0\0\3", 8);
	put_option(b, 50, "\12\0\0\7", 4);
	put_option(b, 12, "desk-17", 7);
	put_option(b, 15, "corp.example\0", 13);
	put8(b, 255);
}

static uint32_t v4(struct ip ip)
{
	return ip_v4_number(&ip);
}

static void an_acknowledgement_says_who_got_what(void **state)
{
	static const struct mac mac = { { 2, 1, 2, 3, 4, 5 } };
	struct bytes b = { 0 };
	struct dhcp_message m;

	(void)state;
	put_ack(&b);
	assert_true(dhcp_read(b.at, b.length, &m));
	assert_int_equal(m.type, DHCP_ACK);
	assert_true(mac_equal(&m.chaddr, &mac));
	assert_int_equal(v4(m.yiaddr), 0x0a000006);
	assert_int_equal(v4(m.server), 0x0a000001);
}

static void what_is_not_given_is_unspecified(void **state)
{
	struct bytes b = { 0 };
	struct dhcp_message m;

	(void)state;
	put_fixed(&b, OP_REQUEST);
	assert_true(dhcp_read(b.at, b.length, &m));
	assert_int_equal(m.type, DHCP_BOOTP);
	assert_true(ip_is_unspecified(&m.server) && ip_is_v4(&m.server));
}

static void the_first_of_equal_options_counts(void **state)
{
	struct bytes b = { 0 };
	struct dhcp_message m;

	(void)state;
	put_fixed(&b, OP_REQUEST);
	put_option(&b, 53, "\3", 1);
	put_option(&b, 53, "\7", 1);
	put_option(&b, 54, "\12\0\0\1", 4);
	put_option(&b, 54, "\12\0\0\2", 4);
	put8(&b, 255);
	assert_true(dhcp_read(b.at, b.length, &m));
	assert_int_equal(m.type, DHCP_REQUEST);
	assert_int_equal(v4(m.server), 0x0a000001);
}

static void options_of_a_wrong_length_are_passed_over(void **state)
{
	struct bytes b = { 0 };
	struct dhcp_message m;

	(void)state;
	put_fixed(&b, OP_REPLY);
	put_option(&b, 53, "\5\5", 2);
	put_option(&b, 53, "", 0);
	put_option(&b, 54, "\12\0\0", 3);
	put_option(&b, 54, "\12\0\0\1\12\0\0\2", 8);
	assert_true(dhcp_read(b.at, b.length, &m));
	assert_int_equal(m.type, DHCP_BOOTP);
	assert_true(ip_is_unspecified(&m.server));
	put_option(&b, 53, "\5", 1);
	put_option(&b, 54, "\12\0\0\3", 4);
	put8(&b, 255);
	put_option(&b, 53, "\6", 1); /* behind the end */
	assert_true(dhcp_read(b.at, b.length, &m));
	assert_int_equal(m.type, DHCP_ACK);
	assert_int_equal(v4(m.server), 0x0a000003);
}

static void other_hardware_has_no_mac(void **state)
{
	struct bytes b = { 0 };
	struct dhcp_message m;

	(void)state;
	put_fixed(&b, OP_REQUEST);
	b.at[2] = 16;
	assert_true(dhcp_read(b.at, b.length, &m));
	assert_true(mac_is_zero(&m.chaddr));
}

static void what_is_not_dhcp_is_refused(void **state)
{
	struct bytes b = { 0 };
	struct dhcp_message m;

	(void)state;
	put_ack(&b);
	b.at[0] = 3;
	assert_false(dhcp_read(b.at, b.length, &m));
	b.at[0] = 2;
	b.at[FIXED - 1] ^= 1;
	assert_false(dhcp_read(b.at, b.length, &m));
}

static void a_message_cut_anywhere_is_survived(void **state)
{
	struct bytes b = { 0 };

	(void)state;
	put_ack(&b);
	for (size_t cut = 0; cut <= b.length; cut++) {
		uint8_t *copy = exact(&b, cut);
		struct dhcp_message m;
		bool read = dhcp_read(copy + 1, cut, &m);

		assert_int_equal(read, cut >= FIXED);
		if (read) { /* of the type, padding and the server what is there as a whole */
			assert_int_equal(m.type, cut >= FIXED + 3 ? DHCP_ACK : DHCP_BOOTP);
			assert_int_equal(v4(m.server), cut >= FIXED + 10 ? 0x0a000001 : 0);
		}
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_acknowledgement_says_who_got_what),
		cmocka_unit_test(what_is_not_given_is_unspecified),
		cmocka_unit_test(the_first_of_equal_options_counts),
		cmocka_unit_test(options_of_a_wrong_length_are_passed_over),
		cmocka_unit_test(other_hardware_has_no_mac),
		cmocka_unit_test(what_is_not_dhcp_is_refused),
		cmocka_unit_test(a_message_cut_anywhere_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
