/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/addr.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct ip ip_of(const char *text)
{
	struct ip ip;

	assert_true(ip_parse(text, &ip));
	return ip;
}

static void macs_are_read_strictly_and_written_with_colons(void **state)
{
	static const struct {
		const char *text, *back;
	} cases[] = {
		{ "aa:bb:cc:dd:ee:ff", "aa:bb:cc:dd:ee:ff" },
		{ "AA-BB-0C-DD-EE-01", "aa:bb:0c:dd:ee:01" },
		{ "aa:bb:cc:dd:ee", NULL },
		{ "aa:bb:cc:dd:ee:ff ", NULL },
		{ "aa:bb-cc:dd:ee:ff", NULL },
		{ "aabbccddeeff", NULL },
		{ "aa:bb:cc:dd:ee:fg", NULL },
		{ "", NULL },
		{ "a:b:c:d:e:f", NULL },
		{ "aa:bb:cc:dd:ee:ff:00", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mac mac = { { 9 } };
		char text[MAC_TEXT_BYTES];

		assert_int_equal(mac_parse(cases[i].text, &mac), cases[i].back != NULL);
		mac_text(&mac, text);
		assert_string_equal(text, cases[i].back ? cases[i].back : "09:00:00:00:00:00");
	}
}

static void addresses_are_read_strictly_and_written_as_in_rfc_5952(void **state)
{
	static const struct {
		const char *text, *back;
	} cases[] = {
		{ "10.0.0.1", "10.0.0.1" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "::ffff:10.0.0.1", "10.0.0.1" },
		{ "fe80:0:0:0:0:0:0:1", "fe80::1" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ "10.0.0", NULL },
		{ "10.0.0.256", NULL },
		{ "10.0.0.1 ", NULL },
		{ "010.0.0.1", NULL },
		{ "0x0a000001", NULL },
		{ "1.2.3.4.5", NULL },
		{ ":::", NULL },
		{ "fe80::1%eth0", NULL },
		{ "", NULL },
		{ "12345::", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ip ip = { { 0x20, 9 } };
		char text[IP_TEXT_BYTES];

		assert_int_equal(ip_parse(cases[i].text, &ip), cases[i].back != NULL);
		ip_text(&ip, text);
		assert_string_equal(text, cases[i].back ? cases[i].back : "2009::");
	}
}

static void prefixes_have_no_host_bits(void **state)
{
	static const struct {
		const char *text, *back;
		unsigned bits;
	} cases[] = {
		{ "10.0.0.0/8", "10.0.0.0/8", 104 },
		{ "0.0.0.0/0", "0.0.0.0/0", 96 },
		{ "10.1.2.3", "10.1.2.3/32", 128 },
		{ "10.1.2.2/31", "10.1.2.2/31", 127 },
		{ "2001:db8::/32", "2001:db8::/32", 32 },
		{ "::/0", "::/0", 0 },
		{ "fe80::1", "fe80::1/128", 128 },
		{ "::ffff:10.0.0.0/104", "10.0.0.0/8", 104 },
		{ "10.0.0.1/8", NULL, 0 },
		{ "10.0.0.0/33", NULL, 0 },
		{ "10.0.0.0/", NULL, 0 },
		{ "10.0.0.0/-1", NULL, 0 },
		{ "/8", NULL, 0 },
		{ "10.0.0.0/8/8", NULL, 0 },
		{ "2001:db8::1/64", NULL, 0 },
		{ "::/129", NULL, 0 },
		{ "10.0.0.0/ 8", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct prefix prefix = { .bits = 77 };
		char text[PREFIX_TEXT_BYTES];

		assert_int_equal(prefix_parse(cases[i].text, &prefix), cases[i].back != NULL);
		if (!cases[i].back) {
			assert_int_equal(prefix.bits, 77);
			continue;
		}
		assert_int_equal(prefix.bits, cases[i].bits);
		prefix_text(&prefix, text);
		assert_string_equal(text, cases[i].back);
	}
}

static void a_prefix_contains_what_shares_its_bits(void **state)
{
	static const struct {
		const char *prefix, *ip;
		bool inside;
	} cases[] = {
		{ "10.0.0.0/8", "10.255.255.255", true },
		{ "10.0.0.0/8", "11.0.0.0", false },
		{ "192.168.4.0/22", "192.168.7.255", true },
		{ "192.168.4.0/22", "192.168.8.0", false },
		{ "0.0.0.0/0", "1.2.3.4", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "::/0", "1.2.3.4", true },
		{ "10.0.0.1", "10.0.0.1", true },
		{ "10.0.0.1", "10.0.0.0", false },
		{ "fe80::/10", "febf::1", true },
		{ "fe80::/10", "fec0::1", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ip ip = ip_of(cases[i].ip);
		struct prefix prefix;

		assert_true(prefix_parse(cases[i].prefix, &prefix));
		assert_int_equal(prefix_contains(&prefix, &ip), cases[i].inside);
	}
}

static void addresses_know_their_class(void **state)
{
	static const struct {
		const char *ip;
		bool v4, unspecified, multicast, is_private;
	} cases[] = {
		{ "0.0.0.0", true, true, false, false },
		{ "::", false, true, false, false },
		{ "255.255.255.255", true, false, true, false },
		{ "224.0.0.1", true, false, true, false },
		{ "239.255.255.255", true, false, true, false },
		{ "240.0.0.1", true, false, false, false },
		{ "223.255.255.255", true, false, false, false },
		{ "ff02::1", false, false, true, false },
		{ "10.0.0.1", true, false, false, true },
		{ "172.15.255.255", true, false, false, false },
		{ "172.16.0.0", true, false, false, true },
		{ "172.31.255.255", true, false, false, true },
		{ "172.32.0.0", true, false, false, false },
		{ "192.168.255.1", true, false, false, true },
		{ "169.254.1.1", true, false, false, true },
		{ "100.64.0.1", true, false, false, true },
		{ "100.128.0.1", true, false, false, false },
		{ "127.0.0.1", true, false, false, true },
		{ "::1", false, false, false, true },
		{ "::2", false, false, false, false },
		{ "fd00::1", false, false, false, true },
		{ "fe80::1", false, false, false, true },
		{ "2001:db8::1", false, false, false, false },
		{ "8.8.8.8", true, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ip ip = ip_of(cases[i].ip);

		assert_int_equal(ip_is_v4(&ip), cases[i].v4);
		assert_int_equal(ip_is_unspecified(&ip), cases[i].unspecified);
		assert_int_equal(ip_is_multicast(&ip), cases[i].multicast);
		assert_int_equal(ip_is_private(&ip), cases[i].is_private);
		assert_int_equal(ip_is_loopback(&ip), strcmp(cases[i].ip, "127.0.0.1") == 0 ||
							      strcmp(cases[i].ip, "::1") == 0);
	}
}

static void an_ipv4_address_is_also_a_number(void **state)
{
	struct ip ip = ip_of("192.0.2.255");

	(void)state;
	assert_int_equal(ip_v4_number(&ip), 0xc00002ff);
}

static void macs_know_zero_and_groups(void **state)
{
	struct mac zero = { { 0 } }, group = { { 1 } }, last = { { 0, 0, 0, 0, 0, 1 } };

	(void)state;
	assert_true(mac_is_zero(&zero));
	assert_false(mac_is_zero(&last));
	assert_true(mac_is_group(&group));
	assert_false(mac_is_group(&last));
}

static void a_site_is_what_addresses_tell(void **state)
{
	static const struct {
		const char *ip, *of;
		bool is_of_site;
	} cases[] = {
		{ "10.9.9.9", "10.0.0.5", true },        { "192.168.3.4", "130.20.5.9", true },
		{ "130.20.7.1", "130.20.5.9", true },    { "130.21.7.1", "130.20.5.9", false },
		{ "81.2.3.4", "10.0.0.5", false },       { "fe80::1", "2001:db8:1::5", true },
		{ "fd00::1", "2001:db8:1::5", true },    { "2001:db8:2::1", "2001:db8:1::5", true },
		{ "2001:db9::1", "2001:db8::5", false }, { "2001:db8::1", "10.0.0.5", false },
		{ "81.2.3.4", "2001:db8::5", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip ip, of;

		assert_true(ip_parse(cases[i].ip, &ip) && ip_parse(cases[i].of, &of));
		assert_int_equal(ip_is_of_site(&ip, &of), cases[i].is_of_site);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(macs_are_read_strictly_and_written_with_colons),
		cmocka_unit_test(addresses_are_read_strictly_and_written_as_in_rfc_5952),
		cmocka_unit_test(prefixes_have_no_host_bits),
		cmocka_unit_test(a_prefix_contains_what_shares_its_bits),
		cmocka_unit_test(addresses_know_their_class),
		cmocka_unit_test(an_ipv4_address_is_also_a_number),
		cmocka_unit_test(a_site_is_what_addresses_tell),
		cmocka_unit_test(macs_know_zero_and_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
