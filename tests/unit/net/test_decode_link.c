/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>

#include <cmocka.h>

#include "core/net/packet.h"
#include "tests/unit/net/frames.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW = 101,
	LINK_LOOP = 108,
	LINK_COOKED1 = 113,
	LINK_COOKED2 = 276
};

static enum decode_result decode(int link, const struct frame *f, struct packet *packet)
{
	memset(packet, 0x5a, sizeof(*packet));
	return decode_frame(link, f->bytes, f->length, f->length, packet);
}

static void put_syn4(struct frame *f)
{
	put_ip4(f, 44, 0, 6);
	put_tcp(f, 24, TCP_SYN);
}

static void put_syn6(struct frame *f)
{
	put_ip6(f, 24, 6, 64);
	put_tcp(f, 24, TCP_SYN);
}

static void every_link_type_leads_to_the_same_packet(void **state)
{
	enum { V4 = 4, V6 = 6 };
	static const struct {
		const char *name;
		int link;
		unsigned family;
		const char *head;
		size_t head_bytes;
	} cases[] = {
		{ "null, little endian, IPv4", 0, V4, "\2\0\0\0", 4 },
		{ "null, big endian", 0, V4, "\0\0\0\2", 4 },
		{ "null, Linux IPv6", 0, V6, "\12\0\0\0", 4 },
		{ "null, Windows IPv6", 0, V6, "\27\0\0\0", 4 },
		{ "null, NetBSD IPv6", 0, V6, "\30\0\0\0", 4 },
		{ "null, FreeBSD IPv6", 0, V6, "\34\0\0\0", 4 },
		{ "null, macOS IPv6, big endian", 0, V6, "\0\0\0\36", 4 },
		{ "loop", 108, V4, "\0\0\0\2", 4 },
		{ "loop, IPv6", 108, V6, "\0\0\0\30", 4 },
		{ "raw", 101, V4, "", 0 },
		{ "raw, IPv6", 101, V6, "", 0 },
		{ "raw of BSD", 12, V4, "", 0 },
		{ "raw of OpenBSD", 14, V6, "", 0 },
		{ "IPv4", 228, V4, "", 0 },
		{ "IPv6", 229, V6, "", 0 },
		{ "PPP", 9, V4, "\0\x21", 2 },
		{ "PPP, IPv6", 9, V6, "\0\x57", 2 },
		{ "PPP, short protocol", 9, V4, "\x21", 1 },
		{ "PPP with address and control", 50, V4, "\xff\3\0\x21", 4 },
		{ "Cisco HDLC", 104, V4, "\x0f\0\x08\0", 4 },
		{ "Cisco HDLC, IPv6", 104, V6, "\x0f\0\x86\xdd", 4 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };
		struct packet packet;

		put(&f, cases[i].head, cases[i].head_bytes);
		if (cases[i].family == V4)
			put_syn4(&f);
		else
			put_syn6(&f);
		if (decode(cases[i].link, &f, &packet) != DECODE_OK || packet.kind != PACKET_TCP)
			fail_msg("%s", cases[i].name);
		assert_int_equal(packet.marks, PACKET_TCP_OPTIONS);
		assert_int_equal(packet.dst_port, 445);
		assert_int_equal(packet.ethertype, cases[i].family == V4 ? 0x0800 : 0x86dd);
		assert_true(mac_is_zero(&packet.src_mac) && mac_is_zero(&packet.dst_mac));
	}
}

static void a_family_that_contradicts_the_version_is_nonsense(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	put(&f, "\2\0\0\0", 4);
	put_syn6(&f);
	assert_int_equal(decode(LINK_NULL, &f, &packet), DECODE_VERSION);
	f.length = 0;
	put_syn6(&f);
	assert_int_equal(decode(228, &f, &packet), DECODE_VERSION);
}

static void unknown_families_and_protocols_are_nothing_for_us(void **state)
{
	static const struct {
		int link;
		const char *head;
		size_t head_bytes;
	} cases[] = {
		{ LINK_NULL, "\7\0\0\0", 4 },
		{ LINK_LOOP, "\0\0\0\7", 4 },
		{ LINK_ETHERNET, "\1\x80\xc2\0\0\0\2\0\0\0\0\1\0\x26\x42\x42\3",
		  17 }, /* LLC, spanning tree */
		{ LINK_ETHERNET, "\1\x80\xc2\0\0\3\2\0\0\0\0\1\x88\x8e\1", 15 }, /* EAPOL */
		{ LINK_ETHERNET, "\2\0\0\0\0\2\2\0\0\0\0\1\x88\x47\0\0\x11\xff\x45\0\xff\xff\0\0",
		  24 }, /* MPLS, a pseudowire: too short for its length */
		{ LINK_ETHERNET, "\2\0\0\0\0\2\2\0\0\0\0\1\x88\x64\x11\0\0\1\0\4\xc0\x21\1\1",
		  24 }, /* PPPoE, link control */
		{ LINK_ETHERNET, "\2\0\0\0\0\2\2\0\0\0\0\1\x88\x64\x11\7\0\1\0\4\0\x21\x45\0",
		  24 }, /* PPPoE, no session */
		{ LINK_PPP, "\xff\3\x80\x21\1\1", 6 },
		{ LINK_COOKED1, "\0\0\3\x38\0\0\0\0\0\0\0\0\0\0\0\0", 16 }, /* netlink */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };
		struct packet packet;

		put(&f, cases[i].head, cases[i].head_bytes);
		assert_int_equal(decode(cases[i].link, &f, &packet), DECODE_OK);
		assert_int_equal(packet.kind, PACKET_OTHER);
		assert_int_equal(packet.proto, 0);
	}
}

static void ethernet_gives_both_macs(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	put_ethernet(&f, 0x0800);
	put_syn4(&f);
	assert_int_equal(decode(LINK_ETHERNET, &f, &packet), DECODE_OK);
	assert_int_equal(packet.marks, PACKET_HAS_MACS | PACKET_TCP_OPTIONS);
	assert_int_equal(packet.src_mac.bytes[5], 1);
	assert_int_equal(packet.dst_mac.bytes[5], 2);
	assert_int_equal(packet.vlan, 0);
}

static void cooked_frames_give_the_senders_mac_only(void **state)
{
	(void)state;
	for (unsigned version = 1; version <= 2; version++) {
		struct frame f = { .length = 0 };
		struct packet packet;

		if (version == 1)
			put_cooked1(&f, 0x0800);
		else
			put_cooked2(&f, 0x0800);
		put_syn4(&f);
		assert_int_equal(decode(version == 1 ? LINK_COOKED1 : LINK_COOKED2, &f, &packet),
				 DECODE_OK);
		assert_int_equal(packet.kind, PACKET_TCP);
		assert_int_equal(packet.src_mac.bytes[5], 1);
		assert_int_equal(packet.marks & PACKET_HAS_MACS, 0);
	}
}

static void cooked_questions_for_neighbours_have_both_macs(void **state)
{
	enum { SENT = 4, TO_US = 0, TO_ALL = 1, TO_GROUP = 2, REQUEST = 1, REPLY = 2 };
	static const struct {
		const char *name;
		unsigned direction, operation;
		bool has_macs, is_group;
	} cases[] = {
		{ "heard question", TO_ALL, REQUEST, true, true },
		{ "own question", SENT, REQUEST, true, true },
		{ "refresh", TO_US, REQUEST, false, false },
		{ "heard answer", TO_US, REPLY, true, false },
		{ "own answer", SENT, REPLY, true, false },
		{ "to a group", TO_GROUP, REQUEST, true, true },
	};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		unsigned n = (unsigned)i / 2;
		bool is_v1 = i % 2;
		struct frame f = { .length = 0 };
		struct packet packet;

		if (is_v1)
			put_cooked1(&f, 0x0806);
		else
			put_cooked2(&f, 0x0806);
		f.bytes[is_v1 ? 1 : 10] = (uint8_t)cases[n].direction;
		put_arp(&f, cases[n].operation, 1, 2);
		assert_int_equal(decode(is_v1 ? LINK_COOKED1 : LINK_COOKED2, &f, &packet),
				 DECODE_OK);
		if (packet.kind != PACKET_ARP ||
		    !(packet.marks & PACKET_HAS_MACS) != !cases[n].has_macs)
			fail_msg("%s", cases[n].name);
		assert_int_equal(packet.src_mac.bytes[5], 1);
		if (cases[n].has_macs)
			assert_int_equal(mac_is_group(&packet.dst_mac), cases[n].is_group);
		if (cases[n].has_macs && !cases[n].is_group)
			assert_int_equal(packet.dst_mac.bytes[5], 2);
	}
}

static void what_carries_ip_changes_nothing_about_it(void **state)
{
	static const struct {
		const char *name;
		unsigned ethertype;
		bool v6;
		const char *head;
		size_t head_bytes;
		enum decode_result result;
	} cases[] = {
		{ "PPPoE", 0x8864, false, "\x11\0\x12\x34\0\x2e\0\x21", 8, DECODE_OK },
		{ "PPPoE, IPv6", 0x8864, true, "\x11\0\x12\x34\0\x42\0\x57", 8, DECODE_OK },
		{ "PPPoE, shorter than its IP header", 0x8864, false, "\x11\0\x12\x34\0\x0a\0\x21",
		  8, DECODE_LENGTH },
		{ "MPLS", 0x8847, false, "\0\1\1\x40", 4, DECODE_OK },
		{ "MPLS, upstream, IPv6", 0x8848, true, "\0\1\1\x40", 4, DECODE_OK },
		{ "two labels", 0x8847, false, "\0\1\0\x40\0\2\1\x40", 8, DECODE_OK },
		{ "nine labels", 0x8847, false,
		  "\0\1\0\1\0\1\0\1\0\1\0\1\0\1\0\1\0\1\0\1\0\1\0\1\0\1\0\1\0\1\0\1\0\1\1\1", 36,
		  DECODE_CHAIN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };
		struct packet packet;
		enum decode_result result;

		put_ethernet(&f, cases[i].ethertype);
		put(&f, cases[i].head, cases[i].head_bytes);
		if (cases[i].v6)
			put_syn6(&f);
		else
			put_syn4(&f);
		result = decode(LINK_ETHERNET, &f, &packet);
		if (result != cases[i].result)
			fail_msg("%s: %s", cases[i].name, decode_result_name(result));
		if (result == DECODE_OK && (packet.kind != PACKET_TCP || packet.dst_port != 445 ||
					    packet.marks != (PACKET_HAS_MACS | PACKET_TCP_OPTIONS)))
			fail_msg("%s", cases[i].name);
	}
}

static void what_carries_ip_may_end_anywhere(void **state)
{
	static const struct {
		int link;
		const char *head;
		size_t head_bytes;
	} cases[] = {
		{ LINK_ETHERNET, "\2\0\0\0\0\2\2\0\0\0\0\1\x88\x64\x11\0\0\1\0\x2e\0\x21", 22 },
		{ LINK_ETHERNET, "\2\0\0\0\0\2\2\0\0\0\0\1\x88\x47\0\1\0\x40\0\2\1\x40", 22 },
		{ LINK_PPP, "\xff\3\0\x21", 4 },
		{ 104, "\x0f\0\x08\0", 4 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t length = 0; length < cases[i].head_bytes; length++) {
			struct frame f = { .length = 0 };
			struct packet packet;

			put(&f, cases[i].head, cases[i].head_bytes);
			put_syn4(&f);
			assert_int_equal(decode_frame(cases[i].link, f.bytes, length, f.length,
						      &packet),
					 DECODE_CUT);
		}
}

static void vlan_tags_are_peeled_to_the_innermost_id(void **state)
{
	static const struct {
		const char *name;
		unsigned types[5], vlans[5], tags, vlan;
		enum decode_result result;
	} cases[] = {
		{ "one tag", { 0x8100 }, { 42 }, 1, 42, DECODE_OK },
		{ "priority bits are no id", { 0x8100 }, { 0xe02a }, 1, 42, DECODE_OK },
		{ "802.1ad", { 0x88a8, 0x8100 }, { 100, 7 }, 2, 7, DECODE_OK },
		{ "old QinQ", { 0x9100, 0x8100 }, { 100, 8 }, 2, 8, DECODE_OK },
		{ "priority tag inside", { 0x88a8, 0x8100 }, { 100, 0 }, 2, 100, DECODE_OK },
		{ "four", { 0x8100, 0x8100, 0x8100, 0x8100 }, { 1, 2, 3, 4 }, 4, 4, DECODE_OK },
		{ "five",
		  { 0x8100, 0x8100, 0x8100, 0x8100, 0x8100 },
		  { 1, 2, 3, 4, 5 },
		  5,
		  4,
		  DECODE_CHAIN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };
		struct packet packet;

		put_ethernet(&f, cases[i].types[0]);
		for (unsigned t = 0; t < cases[i].tags; t++)
			put_tag(&f, cases[i].vlans[t],
				t + 1 < cases[i].tags ? cases[i].types[t + 1] : 0x0800);
		put_syn4(&f);
		assert_int_equal(decode(LINK_ETHERNET, &f, &packet), cases[i].result);
		if (cases[i].result != DECODE_OK)
			continue;
		if (packet.kind != PACKET_TCP || packet.vlan != cases[i].vlan)
			fail_msg("%s: vlan %u", cases[i].name, packet.vlan);
	}
}

static void arp_is_a_question_or_an_answer(void **state)
{
	static const struct {
		const char *name;
		unsigned operation, sender, target, kind, about;
		bool request;
	} cases[] = {
		{ "request", 1, 1, 2, PACKET_ARP, 2, true },
		{ "reply is about its sender", 2, 1, 2, PACKET_ARP, 1, false },
		{ "gratuitous request", 1, 1, 1, PACKET_ARP, 1, true },
		{ "gratuitous reply", 2, 1, 1, PACKET_ARP, 1, false },
		{ "RARP request", 3, 1, 2, PACKET_OTHER, 0, false },
		{ "operation nobody uses", 0, 1, 2, PACKET_OTHER, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };
		struct packet p;

		put_ethernet(&f, 0x0806);
		put_arp(&f, cases[i].operation, cases[i].sender, cases[i].target);
		put_zeros(&f, 18);
		assert_int_equal(decode(LINK_ETHERNET, &f, &p), DECODE_OK);
		if (p.kind != cases[i].kind)
			fail_msg("%s: kind %u", cases[i].name, p.kind);
		if (p.kind != PACKET_ARP)
			continue;
		assert_int_equal(ip_v4_number(&p.src), 0x0a000000 + cases[i].sender);
		assert_int_equal(ip_v4_number(&p.dst), 0x0a000000 + cases[i].target);
		assert_int_equal(ip_v4_number(&p.neighbor.target), 0x0a000000 + cases[i].about);
		assert_int_equal(p.neighbor.sender_mac.bytes[5], 1);
		assert_int_equal(p.neighbor.target_mac.bytes[5], 2);
		assert_int_equal(p.neighbor.is_request, cases[i].request);
	}
}

static void an_arp_probe_has_no_sender(void **state)
{
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	put_ethernet(&f, 0x0806);
	put_arp(&f, 1, 1, 2);
	memset(f.bytes + 14 + 14, 0, 4);
	assert_int_equal(decode(LINK_ETHERNET, &f, &packet), DECODE_OK);
	assert_int_equal(packet.kind, PACKET_ARP);
	assert_true(ip_is_unspecified(&packet.src));
}

static void arp_of_other_families_is_left_alone(void **state)
{
	static const struct {
		size_t at;
		uint8_t value, kind;
	} cases[] = {
		{ 1, 6, PACKET_ARP },    /* hardware "IEEE 802" */
		{ 1, 32, PACKET_OTHER }, /* InfiniBand */
		{ 3, 6, PACKET_OTHER },  { 4, 8, PACKET_OTHER }, { 5, 16, PACKET_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame f = { .length = 0 };
		struct packet packet;

		put_ethernet(&f, 0x0806);
		put_arp(&f, 1, 1, 2);
		f.bytes[14 + cases[i].at] = cases[i].value;
		assert_int_equal(decode(LINK_ETHERNET, &f, &packet), DECODE_OK);
		assert_int_equal(packet.kind, cases[i].kind);
	}
}

static void link_types_we_do_not_read_are_counted_as_such(void **state)
{
	static const int links[] = { 105, 127, 192, 107, -1, 999999 };
	struct frame f = { .length = 0 };
	struct packet packet;

	(void)state;
	put_ethernet(&f, 0x0800);
	put_syn4(&f);
	for (size_t i = 0; i < COUNT(links); i++)
		assert_int_equal(decode(links[i], &f, &packet), DECODE_LINK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_link_type_leads_to_the_same_packet),
		cmocka_unit_test(a_family_that_contradicts_the_version_is_nonsense),
		cmocka_unit_test(unknown_families_and_protocols_are_nothing_for_us),
		cmocka_unit_test(ethernet_gives_both_macs),
		cmocka_unit_test(cooked_frames_give_the_senders_mac_only),
		cmocka_unit_test(cooked_questions_for_neighbours_have_both_macs),
		cmocka_unit_test(what_carries_ip_changes_nothing_about_it),
		cmocka_unit_test(what_carries_ip_may_end_anywhere),
		cmocka_unit_test(vlan_tags_are_peeled_to_the_innermost_id),
		cmocka_unit_test(arp_is_a_question_or_an_answer),
		cmocka_unit_test(an_arp_probe_has_no_sender),
		cmocka_unit_test(arp_of_other_families_is_left_alone),
		cmocka_unit_test(link_types_we_do_not_read_are_counted_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
