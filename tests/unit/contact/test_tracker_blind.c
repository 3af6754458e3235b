/* SPDX-License-Identifier: Apache-2.0 */
/* test_tracker_blind.c - silence that proves nothing, because an answer would not have been
 * heard. */
#include "tests/unit/contact/tracking.h"

static void who_goes_on_without_a_syn_ack_is_answered_out_of_sight(void **state)
{
	struct fixture f;
	struct packet second;

	(void)state;
	start(&f, 1024);
	see(&f, wire_tcp(0, &f.a, &f.b, 445, TCP_SYN));
	see(&f, wire_tcp(5, &f.a, &f.b, 445, TCP_ACK));
	assert_int_equal(latest(&f)->outcome, CONTACT_UNKNOWN);
	assert_true(latest(&f)->flags & CONTACT_BLIND);
	second = wire_tcp(10, &f.a, &f.b, 446, TCP_SYN);
	see(&f, second);
	tracker_advance(f.tracker, wire_ns(300));
	assert_int_equal(latest(&f)->outcome, CONTACT_UNKNOWN);
	assert_true(latest(&f)->flags & CONTACT_BLIND);
	/* One answer seen ends it: a worm cannot blind the sensor for good by acknowledging
	 * nothing. */
	see(&f, wire_answer(310, &second, TCP_SYN | TCP_ACK));
	see(&f, wire_tcp(400, &f.a, &f.b, 447, TCP_SYN));
	tracker_advance(f.tracker, wire_ns(700));
	assert_int_equal(latest(&f)->outcome, CONTACT_OUTSTANDING);
	assert_false(latest(&f)->flags & CONTACT_BLIND);
	tracker_free(f.tracker);
}

static void silence_from_outside_counts_only_while_answers_come_from_there(void **state)
{
	struct ip other = wire_ip("93.184.216.99");
	struct fixture f;
	struct packet heard;

	(void)state;
	start(&f, 1024);
	see(&f, wire_tcp(0, &f.a, &f.out, 80, TCP_SYN));
	tracker_advance(f.tracker, wire_ns(300));
	assert_true(latest(&f)->flags & CONTACT_BLIND);
	heard = wire_tcp(400, &f.b, &other, 80, TCP_SYN);
	see(&f, heard);
	see(&f, wire_answer(410, &heard, TCP_SYN | TCP_ACK));
	see(&f, wire_tcp(500, &f.a, &f.out, 81, TCP_SYN));
	tracker_advance(f.tracker, wire_ns(800));
	assert_int_equal(latest(&f)->outcome, CONTACT_OUTSTANDING);
	assert_false(latest(&f)->flags & CONTACT_BLIND);
	/* A minute later nobody has heard anything from there: the uplink may be down. */
	see(&f, wire_udp(50000, &f.a, &f.b, 53));
	see(&f, wire_tcp(51000, &f.a, &f.out, 82, TCP_SYN));
	tracker_advance(f.tracker, wire_ns(51300));
	assert_int_equal(latest(&f)->dst_port, 82);
	assert_true(latest(&f)->flags & CONTACT_BLIND);
	tracker_free(f.tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_goes_on_without_a_syn_ack_is_answered_out_of_sight),
		cmocka_unit_test(silence_from_outside_counts_only_while_answers_come_from_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
