/* SPDX-License-Identifier: Apache-2.0 */
/* test_tracker_neighbor.c - questions about neighbours: who is dark, asleep or alive. */
#include "tests/unit/contact/tracking.h"

static void questions_about_neighbours_know_dark_from_live(void **state)
{
	struct ip dark = wire_ip("10.0.0.9"), next = wire_ip("10.0.0.10");
	struct fixture f;

	(void)state;
	start(&f, 1024);
	see(&f, wire_arp(0, &f.b, &f.a)); /* b lives */
	see(&f, wire_arp(1, &f.a, &f.b));
	assert_false(latest(&f)->flags & (CONTACT_DARK | CONTACT_ASLEEP));
	see(&f, wire_arp(2, &f.a, &dark));
	assert_true(latest(&f)->flags & CONTACT_DARK);
	assert_false(latest(&f)->flags & CONTACT_SEQUENTIAL);
	see(&f, wire_arp(3, &f.a, &next));
	assert_true(latest(&f)->flags & CONTACT_SEQUENTIAL);
	see(&f, wire_arp_reply(4, &next, &f.a));
	assert_int_equal(latest(&f)->outcome, CONTACT_ACCEPTED);
	assert_true(latest(&f)->roles & HOST_UNICAST_SEEN);
	tracker_free(f.tracker);
}

static void an_owner_silent_for_long_is_asleep(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	see(&f, wire_arp(0, &f.b, &f.out));
	see(&f, wire_arp(31 * 60000, &f.a, &f.b));
	assert_true(latest(&f)->flags & CONTACT_ASLEEP);
	assert_false(latest(&f)->flags & CONTACT_DARK);
	tracker_free(f.tracker);
}

static void any_sign_of_life_answers_a_question(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	see(&f, wire_arp(0, &f.a, &f.b));
	see(&f, wire_arp(100, &f.b, &f.b)); /* announces itself; its unicast answer was not seen */
	tracker_advance(f.tracker, wire_ns(400));
	assert_int_equal(latest(&f)->outcome, CONTACT_ACCEPTED);
	tracker_free(f.tracker);
}

static void probes_announcements_and_refreshes_open_nothing(void **state)
{
	struct ip nobody = wire_ip("0.0.0.0");
	struct fixture f;
	struct packet packet;

	(void)state;
	start(&f, 1024);
	see(&f, wire_arp(0, &nobody, &f.b));
	see(&f, wire_arp(1, &f.a, &f.a));
	packet = wire_arp(2, &f.a, &f.b);
	packet.dst_mac = wire_mac(&f.b);
	see(&f, packet);
	packet = wire_arp(3, &f.a, &f.b);
	packet.neighbor.sender_mac = wire_mac(&f.out); /* says another MAC than the frame's */
	see(&f, packet);
	assert_int_equal(f.count, 0);
	tracker_free(f.tracker);
}

static void the_book_is_warm_after_ten_minutes_with_traffic(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	for (unsigned minute = 0; minute < 10; minute++)
		see(&f, wire_arp(minute * 60000, &f.b, &f.a));
	see(&f, wire_arp(10 * 60000, &f.a, &f.out));
	assert_false(latest(&f)->flags & CONTACT_BOOK_WARM); /* it has never heard an answer */
	see(&f, wire_arp(10 * 60000, &f.b, &f.a));
	see(&f, wire_arp_reply(10 * 60000, &f.a, &f.b));
	see(&f, wire_arp(11 * 60000, &f.a, &f.b));
	assert_true(latest(&f)->flags & CONTACT_BOOK_WARM);
	tracker_free(f.tracker);
	start(&f, 1024);
	see(&f, wire_arp(0, &f.b, &f.a));
	see(&f, wire_arp(86400000, &f.a, &f.out)); /* a day later, nothing heard in between */
	assert_false(latest(&f)->flags & CONTACT_BOOK_WARM);
	tracker_free(f.tracker);
}

/* Of its old network nobody else is here, so that nobody answers says nothing: neither at once nor when it asks again. */
static void a_laptop_from_elsewhere_asks_for_nobody_who_should_be_here(void **state)
{
	struct ip lost = wire_ip("192.168.7.33"), old = wire_ip("192.168.7.20"),
		  other = wire_ip("192.168.7.12");
	uint64_t ms = 11 * 60000;
	struct fixture f;

	(void)state;
	start(&f, 1024);
	for (unsigned minute = 0; minute < 11; minute++)
		see(&f, wire_arp(minute * 60000, &f.b, &f.a));
	see(&f, wire_arp_reply(10 * 60000, &f.a, &f.b));
	see(&f, wire_arp(ms, &lost, &old));
	assert_true(latest(&f)->flags & CONTACT_DARK);
	assert_false(latest(&f)->flags & CONTACT_BOOK_WARM);
	see(&f, wire_arp(ms + 1000, &lost, &old));
	assert_int_not_equal(latest(&f)->previous, CONTACT_UNKNOWN);
	/* Of ours somebody is. */
	see(&f, wire_arp(ms + 2000, &f.b, &f.out));
	assert_true(latest(&f)->flags & CONTACT_BOOK_WARM);
	/* Once a second one of that network is heard, it is a network like any other. */
	see(&f, wire_arp(ms + 3000, &other, &lost));
	see(&f, wire_arp(ms + 3001, &lost, &f.a));
	see(&f, wire_arp(ms + 3002, &other, &old));
	assert_true(latest(&f)->flags & CONTACT_BOOK_WARM);
	tracker_free(f.tracker);
}

static void neighbour_discovery_is_the_same_for_ipv6(void **state)
{
	struct ip a = wire_ip("fe80::5"), b = wire_ip("fe80::6"), c = wire_ip("fe80::7");
	struct fixture f;

	(void)state;
	start(&f, 1024);
	see(&f, wire_solicit(0, &a, &b));
	assert_int_equal(latest(&f)->kind, CONTACT_ND);
	assert_true(latest(&f)->flags & CONTACT_DARK);
	see(&f, wire_advertise(1, &b, &a));
	assert_int_equal(latest(&f)->outcome, CONTACT_ACCEPTED);
	see(&f, wire_solicit(2, &a, &c));
	tracker_advance(f.tracker, wire_ns(2000));
	assert_int_equal(latest(&f)->outcome, CONTACT_OUTSTANDING);
	assert_int_equal(tracker_counts(f.tracker).ignored, 1);
	tracker_free(f.tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_about_neighbours_know_dark_from_live),
		cmocka_unit_test(an_owner_silent_for_long_is_asleep),
		cmocka_unit_test(any_sign_of_life_answers_a_question),
		cmocka_unit_test(probes_announcements_and_refreshes_open_nothing),
		cmocka_unit_test(the_book_is_warm_after_ten_minutes_with_traffic),
		cmocka_unit_test(a_laptop_from_elsewhere_asks_for_nobody_who_should_be_here),
		cmocka_unit_test(neighbour_discovery_is_the_same_for_ipv6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
