/* SPDX-License-Identifier: Apache-2.0 */
/* test_tracker.c - what opens a contact and for how long it is known: memory that ends, time that
 * jumps. */
#include "tests/unit/contact/tracking.h"

static void a_known_contact_is_new_again_after_the_memory_window(void **state)
{
	struct fixture f;
	struct packet first;

	(void)state;
	start(&f, 1024);
	first = wire_tcp(0, &f.a, &f.b, 445, TCP_SYN);
	see(&f, first);
	see(&f, wire_answer(1, &first, TCP_SYN | TCP_ACK));
	see(&f, wire_tcp(9 * 60000, &f.a, &f.b, 445, TCP_SYN));
	assert_int_equal(f.count, 2);
	/* Used at minute 9: remembered until minute 19. */
	see(&f, wire_tcp(18 * 60000, &f.a, &f.b, 445, TCP_SYN));
	assert_int_equal(f.count, 2);
	see(&f, wire_tcp(29 * 60000, &f.a, &f.b, 445, TCP_SYN));
	assert_int_equal(f.count, 3);
	assert_int_equal(latest(&f)->outcome, CONTACT_PENDING);
	tracker_free(f.tracker);
}

static void time_that_steps_back_stands_still(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	see(&f, wire_tcp(100000, &f.a, &f.b, 445, TCP_SYN));
	see(&f, wire_udp(0, &f.b, &f.a, 53));
	see(&f, wire_udp(249, &f.b, &f.a, 53));
	assert_int_equal(f.count, 2);
	see(&f, wire_udp(250, &f.b, &f.a, 53));
	assert_int_equal(f.count, 4);
	assert_int_equal(tracker_counts(f.tracker).time_steps_back, 1);
	tracker_free(f.tracker);
}

static void nobody_is_blamed_for_a_pause_of_the_packets(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	see(&f, wire_tcp(0, &f.a, &f.b, 445, TCP_SYN));
	see(&f, wire_udp(100000000, &f.b, &f.out, 53));
	assert_int_equal(f.seen[1].outcome, CONTACT_UNKNOWN);
	assert_true(f.seen[1].flags & CONTACT_BLIND);
	tracker_free(f.tracker);
}

static void groups_and_nobody_are_never_contacts(void **state)
{
	static const char *const groups[] = { "224.0.0.251", "255.255.255.255", "0.0.0.0",
					      "ff02::fb" };
	struct fixture f;
	struct packet packet;

	(void)state;
	start(&f, 1024);
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		struct ip group = wire_ip(groups[i]);

		see(&f, wire_udp(i, &f.a, &group, 5353));
		see(&f, wire_tcp(i, &f.a, &group, 445, TCP_SYN));
	}
	packet = wire_udp(9, &f.a, &f.b, 137); /* a subnet's broadcast shows by its MAC alone */
	memset(packet.dst_mac.bytes, 0xff, 6);
	see(&f, packet);
	assert_int_equal(f.count, 0);
	tracker_free(f.tracker);
}

static void segments_without_syn_open_nothing(void **state)
{
	static const unsigned flags[] = {
		TCP_ACK, TCP_PSH | TCP_ACK, TCP_FIN, 0, TCP_FIN | TCP_PSH | TCP_URG,
		TCP_RST, TCP_SYN | TCP_ACK
	};
	struct fixture f;

	(void)state;
	start(&f, 1024);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		see(&f, wire_tcp(i, &f.a, &f.b, (unsigned)(1000 + i), flags[i]));
	assert_int_equal(f.count, 0);
	tracker_free(f.tracker);
}

/* Scanners do that to pass filters, and servers answer it; other flags beside SYN are a system's own affair. */
static void a_syn_that_ends_what_it_begins_is_no_system_s(void **state)
{
	static const struct {
		unsigned flags;
		bool is_bare;
	} cases[] = {
		{ TCP_SYN | TCP_FIN, true },
		{ TCP_SYN | TCP_FIN | TCP_PSH | TCP_URG, true },
		{ TCP_SYN | TCP_PSH, false },
		{ TCP_SYN | 0xc0, false }, /* asks for congestion notices (RFC 3168) */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;
		struct packet packet;

		start(&f, 1024);
		packet = wire_tcp(1, &f.a, &f.b, 445, cases[i].flags);
		see(&f, packet);
		assert_int_equal(f.count, 1);
		assert_int_equal(!!(latest(&f)->flags & CONTACT_BARE_SYN), cases[i].is_bare);
		see(&f, wire_answer(2, &packet, TCP_SYN | TCP_ACK));
		assert_int_equal(latest(&f)->outcome, CONTACT_ACCEPTED);
		tracker_free(f.tracker);
	}
}

static void a_media_stream_is_one_contact_however_long(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	for (uint64_t ms = 0; ms < 30 * 60000; ms += 200) {
		struct packet packet = wire_udp(ms, &f.a, &f.b, 5004);

		see(&f, packet);
		see(&f, wire_answer(ms + 1, &packet, 0));
	}
	assert_int_equal(tracker_counts(f.tracker).contacts, 1);
	assert_int_equal(f.count, 2);
	assert_int_equal(latest(&f)->outcome, CONTACT_ACCEPTED);
	/* Another port of the same two is another contact at once. */
	see(&f, wire_udp(30 * 60000, &f.a, &f.b, 5006));
	assert_int_equal(f.count, 3);
	tracker_free(f.tracker);
}

static void a_full_set_gives_up_settled_contacts_before_waiting_ones(void **state)
{
	struct fixture f;
	struct packet first;
	unsigned before;

	(void)state;
	start(&f, 8); /* one set */
	first = wire_tcp(0, &f.a, &f.b, 1, TCP_SYN);
	see(&f, first);
	see(&f, wire_answer(1, &first, TCP_SYN | TCP_ACK));
	for (unsigned port = 2; port <= 9; port++)
		see(&f, wire_tcp(port, &f.a, &f.b, port, TCP_SYN));
	assert_int_equal(tracker_counts(f.tracker).contacts_evicted, 0);
	see(&f, wire_tcp(10, &f.a, &f.b, 10, TCP_SYN));
	assert_int_equal(tracker_counts(f.tracker).contacts_evicted, 1);
	before = f.count;
	tracker_advance(f.tracker, wire_ns(9000));
	assert_int_equal(f.count - before, 8); /* silent ones: the oldest is gone */
	assert_int_equal(tracker_counts(f.tracker).ignored, 8);
	for (unsigned i = before; i < f.count; i++)
		assert_int_not_equal(f.seen[i].dst_port, 2);
	tracker_free(f.tracker);
}

static void a_bare_syn_is_marked_and_a_popular_service_too(void **state)
{
	struct fixture f;
	struct packet bare;

	(void)state;
	start(&f, 1024);
	bare = wire_tcp(0, &f.a, &f.b, 23, TCP_SYN);
	bare.marks = PACKET_HAS_MACS;
	see(&f, bare);
	assert_true(latest(&f)->flags & CONTACT_BARE_SYN);
	for (unsigned i = 1; i <= 40; i++) {
		struct ip client = f.a;
		struct packet packet;

		client.bytes[15] = (uint8_t)(i + 100);
		meet(&f, &client);
		packet = wire_tcp(i, &client, &f.b, 443, TCP_SYN);
		see(&f, packet);
		assert_false(latest(&f)->flags & CONTACT_BARE_SYN);
		if (i <= 4)
			assert_false(latest(&f)->flags & CONTACT_TO_POPULAR);
		see(&f, wire_answer(i, &packet, TCP_SYN | TCP_ACK));
	}
	see(&f, wire_tcp(99, &f.a, &f.b, 443, TCP_SYN));
	assert_true(latest(&f)->flags & CONTACT_TO_POPULAR);
	tracker_free(f.tracker);
}

static void vlans_are_different_networks(void **state)
{
	struct fixture f;
	struct host_key elsewhere;
	struct packet packet;

	(void)state;
	start(&f, 1024);
	elsewhere = host_key_of(&f.a, 7);
	tracker_meet(f.tracker, &elsewhere);
	see(&f, wire_tcp(0, &f.a, &f.b, 445, TCP_SYN));
	packet = wire_tcp(1, &f.a, &f.b, 445, TCP_SYN);
	packet.vlan = 7;
	see(&f, packet);
	assert_int_equal(tracker_counts(f.tracker).contacts, 2);
	assert_int_equal(latest(&f)->vlan, 7);
	tracker_free(f.tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_contact_is_new_again_after_the_memory_window),
		cmocka_unit_test(time_that_steps_back_stands_still),
		cmocka_unit_test(nobody_is_blamed_for_a_pause_of_the_packets),
		cmocka_unit_test(groups_and_nobody_are_never_contacts),
		cmocka_unit_test(segments_without_syn_open_nothing),
		cmocka_unit_test(a_syn_that_ends_what_it_begins_is_no_system_s),
		cmocka_unit_test(a_media_stream_is_one_contact_however_long),
		cmocka_unit_test(a_full_set_gives_up_settled_contacts_before_waiting_ones),
		cmocka_unit_test(a_bare_syn_is_marked_and_a_popular_service_too),
		cmocka_unit_test(vlans_are_different_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
