/* SPDX-License-Identifier: Apache-2.0 */
/* test_conficker_ports.c - the ports that nmap printed for real hosts, and packets made by a cipher of
 * the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/random.h"
#include "core/net/addr.h"
#include "detectors/conficker_ports.h"

#define VECTORS      "../shared/vectors/conficker/"
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define WEEK_S       UINT64_C(604800)

static uint32_t address_of(const char *text)
{
	struct ip ip;

	assert_true(ip_parse(text, &ip));
	return ip_v4_number(&ip);
}

/* ---- ports ----------------------------------------------------------------------------------- */

struct known {
	const char *address;
	uint64_t time_s;
	uint32_t week;
	struct conficker_ports ports;
};

static const struct known known[] = {
	{ "10.10.10.4", 1607558400, 2657, { 40600, 50902, 37806, 34683 } },
	{ "10.10.10.130", 1626955500, 2689, { 29094, 22737, 57596, 8458 } },
	{ "200.123.127.90", 1240444800, 2050, { 44329, 31380, 33824, 52600 } },
	{ "10.0.0.1", 1238975999, 2047, { 13562, 2524, 24701, 44999 } }, /* a week's last second */
	{ "255.255.255.255", 1578268799, 2608, { 61925, 8595, 32407, 23891 } },
	{ "183.176.150.126", 1565568000, 2588, { 57241, 15040, 10825, 15385 } }, /* five passes */
	{ "224.22.217.124", 1667174400, 2756, { 56034, 36942, 56034, 51267 } },  /* a port twice */
};

static void check_known(const struct known *k)
{
	uint32_t address = address_of(k->address);
	struct conficker_ports ports = conficker_ports_of(address, k->week, CONFICKER_PORTS_NMAP);

	assert_int_equal(conficker_ports_week(k->time_s), k->week);
	assert_memory_equal(&ports, &k->ports, sizeof(ports));
	assert_true(conficker_ports_listens(address, k->ports.tcp_fixed, false, k->time_s));
	assert_true(conficker_ports_listens(address, k->ports.udp_fixed, true, k->time_s));
	assert_true(conficker_ports_listens(address, k->ports.tcp_weekly, false, k->time_s));
	assert_true(conficker_ports_listens(address, k->ports.udp_weekly, true, k->time_s));
	assert_false(conficker_ports_listens(address, k->ports.udp_fixed, false, k->time_s));
	assert_false(conficker_ports_listens(address, (uint16_t)(k->ports.tcp_fixed + 1), false,
					     k->time_s));
}

static void ports_that_nmap_printed_are_derived(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(known); i++)
		check_known(&known[i]);
}

static uint64_t next_number(char **rest)
{
	return strtoul(strtok_r(NULL, "\t\n", rest), NULL, 10);
}

static void every_shared_port_vector_is_derived(void **state)
{
	FILE *file = fopen(VECTORS "p2p-ports.tsv", "r");
	char line[1024];
	unsigned checked = 0;

	(void)state;
	if (!file)
		skip();
	while (fgets(line, sizeof(line), file)) {
		char *rest = NULL;
		struct known k = { 0 };

		if (line[0] == '#' || line[0] == '\n')
			continue;
		k.address = strtok_r(line, "\t\n", &rest);
		k.time_s = next_number(&rest);
		k.week = (uint32_t)next_number(&rest);
		k.ports.tcp_fixed = (uint16_t)next_number(&rest);
		k.ports.udp_fixed = (uint16_t)next_number(&rest);
		k.ports.tcp_weekly = (uint16_t)next_number(&rest);
		k.ports.udp_weekly = (uint16_t)next_number(&rest);
		check_known(&k);
		checked++;
	}
	fclose(file);
	print_message("# %u port quadruples\n", checked);
	assert_true(checked > 0);
}

static bool either_form_has(uint32_t address, uint32_t week, uint16_t port, bool is_udp)
{
	for (unsigned form = 0; form < 2; form++) {
		struct conficker_ports p = conficker_ports_of(address, week, form);

		if (port == (is_udp ? p.udp_fixed : p.tcp_fixed) ||
		    port == (is_udp ? p.udp_weekly : p.tcp_weekly))
			return true;
	}
	return false;
}

/* Twenty draws for each port, so none stays unseen; 56,384 by the blacklist's bits. */
static void exactly_the_ports_off_the_blacklist_are_derived(void **state)
{
	static bool seen[65536];
	uint64_t seed = 8;
	unsigned count = 0;

	(void)state;
	for (unsigned i = 0; i < 300000; i++) {
		uint64_t dice = random_step(&seed);
		struct conficker_ports p;

		p = conficker_ports_of((uint32_t)dice, (uint32_t)(dice >> 32) % 3000,
				       CONFICKER_PORTS_NMAP);
		seen[p.tcp_fixed] = seen[p.udp_fixed] = seen[p.tcp_weekly] = seen[p.udp_weekly] =
			true;
	}
	for (unsigned port = 0; port < 65536; port++)
		count += seen[port];
	assert_int_equal(count, 56384);
	/* Word 42 of the blacklist, which a public copy has wrong (decimal for hexadecimal). */
	assert_true(!seen[43584] && !seen[43615] && seen[43583] && seen[43616] && seen[43200]);
}

static void listening_is_having_the_port_in_either_form(void **state)
{
	uint64_t seed = 3;
	unsigned forms_differ = 0;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		uint32_t address = (uint32_t)random_step(&seed),
			 week = 2000 + (uint32_t)(random_step(&seed) % 1000);
		struct conficker_ports p = conficker_ports_of(address, week, i % 2);
		struct conficker_ports q = conficker_ports_of(address, week, CONFICKER_PORTS_NMAP);
		uint16_t ports[] = { p.tcp_fixed, p.udp_fixed, p.tcp_weekly, p.udp_weekly,
				     (uint16_t)random_step(&seed) };
		uint64_t noon = 345600 + week * WEEK_S + 43200;

		forms_differ += memcmp(&p, &q, sizeof(p)) != 0;
		assert_true(p.tcp_fixed != p.udp_fixed && p.tcp_weekly != p.udp_weekly);
		for (unsigned n = 0; n < COUNT(ports); n++) {
			assert_true(n == 4 || ports[n] >= CONFICKER_PORT_MIN);
			for (unsigned udp = 0; udp < 2; udp++)
				assert_int_equal(conficker_ports_listens(address, ports[n], udp,
									 noon),
						 either_form_has(address, week, ports[n], udp));
		}
	}
	/* About 7 in 100,000. */
	assert_in_range(forms_differ, 1, 30);
}

static void where_a_port_repeats_both_answers_count(void **state)
{
	uint32_t address = address_of("224.22.217.124");
	struct conficker_ports sri = conficker_ports_of(address, 2756, CONFICKER_PORTS_SRI);

	(void)state;
	assert_int_equal(sri.tcp_fixed, 56034);
	assert_int_not_equal(sri.tcp_weekly, 56034);
	assert_true(conficker_ports_listens(address, sri.udp_weekly, true, 1667174400));
	assert_true(conficker_ports_listens(address, 51267, true, 1667174400));
}

static void both_weeks_count_within_fifteen_minutes_of_the_edge(void **state)
{
	static const struct {
		int64_t offset_s;
		bool before, after;
	} cases[] = {
		{ -901, true, false }, { -900, true, true }, { -1, true, true },
		{ 0, true, true },     { 899, true, true },  { 900, false, true },
		{ 901, false, true },
	};
	const uint64_t edge = 345600 + 2690 * WEEK_S;
	uint32_t address = address_of("8.8.8.8");
	struct conficker_ports old = conficker_ports_of(address, 2689, CONFICKER_PORTS_NMAP);
	struct conficker_ports new = conficker_ports_of(address, 2690, CONFICKER_PORTS_NMAP);

	(void)state;
	assert_int_equal(conficker_ports_week(edge - 1), 2689);
	assert_int_equal(conficker_ports_week(edge), 2690);
	assert_int_equal(old.tcp_fixed, new.tcp_fixed);
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t now = edge + (uint64_t)cases[i].offset_s;

		assert_true(conficker_ports_match(address, old.udp_fixed, true, now));
		assert_int_equal(conficker_ports_match(address, old.udp_weekly, true, now),
				 cases[i].before);
		assert_int_equal(conficker_ports_match(address, new.udp_weekly, true, now),
				 cases[i].after);
	}
}

static void skipped_networks_never_match_as_destinations(void **state)
{
	static const struct {
		const char *address;
		bool skipped;
	} cases[] = {
		{ "0.1.2.3", true },    { "2.1.1.1", true },         { "3.1.1.1", false },
		{ "5.0.0.1", true },    { "8.8.8.8", false },        { "10.10.10.4", true },
		{ "14.1.1.1", true },   { "23.1.1.1", true },        { "27.1.1.1", true },
		{ "31.1.1.1", true },   { "32.1.1.1", false },       { "36.1.1.1", true },
		{ "46.1.1.1", true },   { "50.1.1.1", true },        { "51.1.1.1", false },
		{ "99.1.1.1", false },  { "100.64.0.1", true },      { "109.1.1.1", true },
		{ "110.1.1.1", false }, { "127.0.0.1", true },       { "172.16.254.3", false },
		{ "174.1.1.1", false }, { "175.1.1.1", true },       { "185.1.1.1", true },
		{ "186.1.1.1", false }, { "191.1.1.1", true },       { "192.168.1.10", false },
		{ "197.1.1.1", true },  { "200.123.127.90", false }, { "222.1.1.1", false },
		{ "223.1.1.1", true },  { "255.255.255.255", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t address = address_of(cases[i].address);
		struct conficker_ports ports =
			conficker_ports_of(address, 2657, CONFICKER_PORTS_NMAP);

		if (conficker_ports_skips(address) != cases[i].skipped)
			fail_msg("%s", cases[i].address);
		assert_int_equal(conficker_ports_match(address, ports.tcp_weekly, false,
						       1607558400),
				 !cases[i].skipped);
	}
}

static void a_random_port_matches_as_rarely_as_promised(void **state)
{
	uint64_t seed = 4;
	unsigned matches = 0;

	(void)state;
	for (unsigned i = 0; i < 1000000; i++) {
		uint64_t dice = random_step(&seed);

		matches += conficker_ports_listens(
			(uint32_t)dice, (uint16_t)(2112 + (dice >> 32) % 63424), i & 1, 1607558400);
	}
	/* Two ports of 63,424: 31.5 expected. */
	assert_in_range(matches, 12, 60);
	for (unsigned port = 0; port < CONFICKER_PORT_MIN; port++)
		assert_false(
			conficker_ports_listens(0x08080808, (uint16_t)port, false, 1607558400));
}

/* ---- packets --------------------------------------------------------------------------------- */

/* Turns plaintext (key first) into wire bytes in place. */
static void encrypt(uint8_t *bytes, size_t length)
{
	uint64_t key = 0;

	for (unsigned i = 8; i-- > 0;)
		key = key << 8 | bytes[i];
	for (size_t i = 8; i < length; i++) {
		key = key << 1 | key >> 63;
		bytes[i] ^= (uint8_t)key;
		key += key & 0xff;
	}
}

static uint32_t checksum_of(const uint8_t *bytes, size_t length)
{
	uint32_t sum = (uint32_t)length;

	for (size_t i = 0; i < length; i++) {
		sum ^= bytes[i];
		sum = sum << 1 | sum >> 31;
	}
	return sum;
}

/* A valid message with these flags; returns its length without noise. */
static size_t make_packet(uint64_t *seed, unsigned flags, unsigned content_bytes,
			  uint8_t bytes[4096])
{
	size_t length = 10;
	uint32_t sum;

	for (unsigned i = 0; i < 4096; i++)
		bytes[i] = (uint8_t)random_step(seed);
	bytes[8] = (uint8_t)flags;
	bytes[9] = (uint8_t)(flags >> 8);
	length += flags & 0x08 ? 6 : 0;
	length += flags & 0x10 ? 4 : 0;
	length += flags & 0x20 ? 4 : 0;
	if (flags & 0x40) {
		bytes[length + 1] = (uint8_t)content_bytes;
		bytes[length + 2] = (uint8_t)(content_bytes >> 8);
		length += 3 + content_bytes;
	}
	length += flags & 0x80 ? 26 : 0;
	sum = checksum_of(bytes, length);
	for (unsigned i = 0; i < 4; i++)
		bytes[length++] = (uint8_t)(sum >> 8 * i);
	encrypt(bytes, length + 100);
	return length;
}

static size_t bytes_of_hex(const char *hex, uint8_t *bytes)
{
	size_t length = 0;

	for (; hex[2 * length] && hex[2 * length + 1]; length++) {
		char two[3] = { hex[2 * length], hex[2 * length + 1], 0 };

		bytes[length] = (uint8_t)strtoul(two, NULL, 16);
	}
	return length;
}

static void known_packets_are_judged(void **state)
{
	static const struct {
		const char *wire;
		bool valid;
	} cases[] = {
		{ "887766554433221111c04cbf0610", true },
		{ "0000000000000000018004290000", true },         /* key 0: in clear */
		{ "887766554433221111c04cbf061000ff00ff", true }, /* noise */
		{ "887766554433221111c04cbf06", false },          /* cut */
		{ "887766554433221111c04cbf0611", false },        /* checksum */
		{ "887766554433221211c04cbf0610", false },        /* key */
		{ "efcdab8967452301dbf82c730200", false },        /* a TCP message in a datagram */
		{ "0000000000000000000000000000", false },
		{ "", false },
		{ "00", false },
	};
	uint8_t bytes[64];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (conficker_packet_is_valid(bytes, bytes_of_hex(cases[i].wire, bytes)) !=
		    cases[i].valid)
			fail_msg("wrong about %s", cases[i].wire);
}

static void every_shared_udp_packet_is_valid_and_no_tcp_one(void **state)
{
	FILE *file = fopen(VECTORS "p2p-packet.tsv", "r");
	char line[1024];
	unsigned checked = 0;

	(void)state;
	if (!file)
		skip();
	while (fgets(line, sizeof(line), file)) {
		char *rest = NULL, *transport = strtok_r(line, "\t\n", &rest), *wire = NULL;
		uint8_t bytes[256];
		size_t length;
		bool is_udp = strcmp(transport, "udp") == 0;

		if (transport[0] == '#')
			continue;
		for (unsigned i = 0; i < 4; i++)
			wire = strtok_r(NULL, "\t\n", &rest);
		length = bytes_of_hex(wire, bytes);
		assert_int_equal(conficker_packet_is_valid(bytes, length), is_udp);
		if (!is_udp)
			assert_false(conficker_packet_is_valid(bytes + 2, length - 2));
		checked++;
	}
	fclose(file);
	print_message("# %u packets\n", checked);
	assert_true(checked > 0);
}

static void each_mix_of_parts_is_valid_at_full_length_only(void **state)
{
	uint64_t seed = 5;
	uint8_t bytes[4096];

	(void)state;
	for (unsigned flags = 0; flags < 256; flags++) {
		bool is_tcp = flags & 0x04;
		size_t length = make_packet(&seed, 0x8000 | flags, flags * 7 % 300, bytes);

		assert_int_equal(conficker_packet_is_valid(bytes, length), !is_tcp);
		assert_int_equal(conficker_packet_is_valid(bytes, length + 100), !is_tcp);
		for (size_t cut = 0; cut < length; cut++)
			assert_false(conficker_packet_is_valid(bytes, cut));
		for (size_t i = 0; i < length; i++) {
			bytes[i] ^= 0x10;
			assert_false(conficker_packet_is_valid(bytes, length));
			bytes[i] ^= 0x10;
		}
	}
}

static void unknown_flags_are_not_the_worm(void **state)
{
	uint64_t seed = 6;
	uint8_t bytes[4096];

	(void)state;
	for (unsigned bit = 8; bit < 15; bit++) {
		size_t length = make_packet(&seed, 0x8001 | 1u << bit, 0, bytes);

		assert_false(conficker_packet_is_valid(bytes, length));
	}
}

static void random_datagrams_are_not_the_worm(void **state)
{
	uint64_t seed = 7;
	uint8_t bytes[64];

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		for (unsigned n = 0; n < sizeof(bytes); n += 8) {
			uint64_t dice = random_step(&seed);

			memcpy(bytes + n, &dice, 8);
		}
		assert_false(conficker_packet_is_valid(bytes, i % 65));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_that_nmap_printed_are_derived),
		cmocka_unit_test(every_shared_port_vector_is_derived),
		cmocka_unit_test(exactly_the_ports_off_the_blacklist_are_derived),
		cmocka_unit_test(listening_is_having_the_port_in_either_form),
		cmocka_unit_test(where_a_port_repeats_both_answers_count),
		cmocka_unit_test(both_weeks_count_within_fifteen_minutes_of_the_edge),
		cmocka_unit_test(skipped_networks_never_match_as_destinations),
		cmocka_unit_test(a_random_port_matches_as_rarely_as_promised),
		cmocka_unit_test(known_packets_are_judged),
		cmocka_unit_test(every_shared_udp_packet_is_valid_and_no_tcp_one),
		cmocka_unit_test(each_mix_of_parts_is_valid_at_full_length_only),
		cmocka_unit_test(unknown_flags_are_not_the_worm),
		cmocka_unit_test(random_datagrams_are_not_the_worm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
