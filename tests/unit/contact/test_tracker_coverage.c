/* SPDX-License-Identifier: Apache-2.0 */
/* test_tracker_coverage.c - the one place where silence is told apart from a view that is cut in half. */
#include "core/contact/coverage.h"
#include "tests/unit/contact/tracking.h"

static struct ip host_ip(unsigned last)
{
	struct ip ip = wire_ip("10.0.0.0");

	ip.bytes[15] = (uint8_t)last;
	return ip;
}

/* It connects, goes on talking, and what it is told is not seen. */
static void connect_unheard(struct fixture *f, uint64_t ms, const struct ip *client, unsigned port)
{
	see(f, wire_tcp(ms, client, &f->b, port, TCP_SYN));
	see(f, wire_tcp(ms + 2, client, &f->b, port, TCP_ACK));
}

static void silence_is_unknown_where_others_are_answered_out_of_sight(void **state)
{
	struct ip victim = host_ip(77);
	struct packet refused;
	struct fixture f;

	(void)state;
	start(&f, 1024);
	for (unsigned n = 0; n < 6; n++) {
		struct ip client = host_ip(20 + n);

		meet(&f, &client);
		connect_unheard(&f, n * 10, &client, 445);
	}
	assert_true(coverage_faults(tracker_coverage(f.tracker), 0) & COVERAGE_NO_ANSWERS);
	see(&f, wire_udp(100, &f.a, &victim, 161));
	assert_int_equal(latest(&f)->outcome, CONTACT_PENDING);
	assert_true(latest(&f)->flags & CONTACT_BLIND);
	assert_true(latest(&f)->coverage & COVERAGE_NO_ANSWERS);
	tracker_advance(f.tracker, wire_ns(400));
	assert_int_equal(latest(&f)->outcome, CONTACT_UNKNOWN);
	/* What is answered within sight is still known. */
	refused = wire_tcp(500, &f.a, &victim, 80, TCP_SYN);
	see(&f, refused);
	see(&f, wire_answer(501, &refused, TCP_RST | TCP_ACK));
	assert_int_equal(latest(&f)->outcome, CONTACT_REFUSED);
	tracker_free(f.tracker);
}

/* Stations have addresses of both kinds; of the last bytes of an address a test's MAC is made. */
static void what_reaches_us_of_a_station_counts_for_all_its_addresses(void **state)
{
	static const struct {
		const char *asker;
		unsigned outcome;
	} cases[] = { { "2001:db8::a00:1e", CONTACT_OUTSTANDING },
		      { "2001:db8::a00:1f", CONTACT_UNKNOWN } };
	struct ip station = host_ip(0x1e), silent = host_ip(0x1f), dead = wire_ip("2001:db8::99");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip asker = wire_ip(cases[i].asker);
		struct fixture f;

		start(&f, 1024);
		see(&f, wire_arp(0, &station, &f.b));
		see(&f, wire_arp_reply(1, &f.b, &station));
		see(&f, wire_arp(2, &f.a, &f.b));
		see(&f, wire_arp_reply(3, &f.b, &f.a));
		see(&f, wire_arp(4, &silent, &f.b)); /* nobody's answer is seen */
		see(&f, wire_solicit(10, &asker, &dead));
		tracker_advance(f.tracker, wire_ns(500));
		assert_int_equal(latest(&f)->kind, CONTACT_ND);
		assert_int_equal(latest(&f)->outcome, cases[i].outcome);
		tracker_free(f.tracker);
	}
}

static void one_host_cannot_blind_the_sensor_for_others(void **state)
{
	struct ip client = host_ip(20), victim = host_ip(77);
	struct fixture f;
	struct packet heard;

	(void)state;
	start(&f, 1024);
	heard = wire_tcp(0, &f.a, &f.b, 80, TCP_SYN);
	see(&f, heard);
	see(&f, wire_answer(1, &heard, TCP_SYN | TCP_ACK));
	meet(&f, &client);
	for (unsigned n = 0; n < 200; n++)
		connect_unheard(&f, 10 + n, &client, 1000 + n);
	assert_int_equal(coverage_faults(tracker_coverage(f.tracker), 0), 0);
	see(&f, wire_tcp(500, &f.a, &victim, 445, TCP_SYN));
	tracker_advance(f.tracker, wire_ns(800));
	assert_int_equal(latest(&f)->outcome, CONTACT_OUTSTANDING);
	tracker_free(f.tracker);
}

static void answers_whose_questions_are_missing_are_no_failures(void **state)
{
	struct ip resolver = host_ip(2);
	struct fixture f;
	unsigned unknown = 0;

	(void)state;
	start(&f, 1024);
	meet(&f, &resolver);
	for (unsigned n = 0; n < 40; n++) {
		struct ip client = host_ip(20 + n);
		struct packet answer = wire_udp(n * 1000, &resolver, &client, 50000 + n);

		answer.src_port = 53;
		see(&f, answer);
	}
	tracker_advance(f.tracker, wire_ns(50000));
	for (unsigned i = 0; i < f.count; i++) {
		assert_true(i < 16 || f.seen[i].outcome == CONTACT_PENDING ||
			    f.seen[i].outcome == CONTACT_UNKNOWN);
		unknown += f.seen[i].outcome == CONTACT_UNKNOWN;
	}
	assert_true(unknown > 30);
	tracker_free(f.tracker);
}

static void syn_acks_without_a_syn_tell_the_same(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	for (unsigned n = 0; n < 4; n++) {
		struct ip server = host_ip(20 + n);
		struct packet answer = wire_tcp(n, &server, &f.a, 40000, TCP_SYN | TCP_ACK);

		see(&f, answer);
	}
	assert_int_equal(coverage_faults(tracker_coverage(f.tracker), 0), COVERAGE_NO_QUESTIONS);
	tracker_free(f.tracker);
}

static void who_sends_to_a_neighbour_was_told_its_station(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	for (unsigned n = 0; n < 20; n++) {
		struct ip target = host_ip(50 + n);

		see(&f, wire_arp(n * 2000, &f.a, &target));
		see(&f, wire_tcp(n * 2000 + 5, &f.a, &target, 80, TCP_SYN));
	}
	assert_true(coverage_faults(tracker_coverage(f.tracker), 0) & COVERAGE_NO_NEIGHBOR_ANSWERS);
	see(&f, wire_arp(60000, &f.a, &f.out));
	tracker_advance(f.tracker, wire_ns(61500));
	assert_int_equal(latest(&f)->outcome, CONTACT_UNKNOWN);
	tracker_free(f.tracker);
}

static void whoever_is_sent_to_lives_though_its_answer_was_not_heard(void **state)
{
	struct ip target = host_ip(50);
	struct fixture f;

	(void)state;
	start(&f, 1024);
	see(&f, wire_arp(0, &f.a, &target));
	assert_int_equal(latest(&f)->kind, CONTACT_ARP);
	see(&f, wire_tcp(5, &f.a, &target, 80, TCP_SYN));
	assert_int_equal(f.count, 3);
	assert_int_equal(f.seen[1].kind, CONTACT_ARP);
	assert_int_equal(f.seen[1].outcome, CONTACT_ACCEPTED);
	assert_int_equal(f.seen[2].kind, CONTACT_TCP);
	/* Nor is it news that the answer was heard, or that nobody had asked. */
	see(&f, wire_tcp(10, &f.a, &target, 81, TCP_SYN));
	see(&f, wire_tcp(10, &f.b, &target, 80, TCP_SYN));
	assert_int_equal(f.count, 5);
	tracker_free(f.tracker);
}

/* The mirror of what one port receives: a list is pinged, and neither ARP's answers nor the pings' are seen. */
static void silence_is_unknown_for_one_who_was_told_a_station_out_of_sight(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	for (unsigned n = 0; n < 8; n++) {
		struct ip target = host_ip(50 + n);

		see(&f, wire_arp(n * 10, &f.a, &target));
		see(&f, wire_icmp(n * 10 + 1, &f.a, &target, 8, 0));
	}
	tracker_advance(f.tracker, wire_ns(10000));
	for (unsigned i = 0; i < f.count; i++)
		assert_true(f.seen[i].kind != CONTACT_ICMP ||
			    f.seen[i].outcome == CONTACT_PENDING ||
			    f.seen[i].outcome == CONTACT_UNKNOWN);
	assert_true(coverage_faults(tracker_coverage(f.tracker), 0) & COVERAGE_NO_ANSWERS);
	tracker_free(f.tracker);
}

static void a_packet_seen_twice_opens_and_settles_once(void **state)
{
	struct fixture f;
	struct packet syn;

	(void)state;
	start(&f, 1024);
	for (unsigned n = 0; n < 20; n++) {
		struct ip target = host_ip(50 + n);

		syn = wire_tcp(n * 100, &f.a, &target, 445, TCP_SYN);
		see(&f, syn);
		see(&f, syn);
		see(&f, wire_answer(n * 100 + 1, &syn, TCP_RST | TCP_ACK));
		see(&f, wire_answer(n * 100 + 1, &syn, TCP_RST | TCP_ACK));
	}
	assert_int_equal(f.count, 40);
	assert_int_equal(tracker_counts(f.tracker).refused, 20);
	tracker_free(f.tracker);
}

/* ---- out of order ---- */

static struct packet moment(struct packet packet, unsigned n, uint32_t ack)
{
	packet.src_port = (uint16_t)(packet.src_port == 40000 ? 40000 + n : packet.src_port);
	packet.dst_port = (uint16_t)(packet.dst_port == 40000 ? 40000 + n : packet.dst_port);
	packet.tcp_ack = ack;
	return packet;
}

static void connect_in_order(struct fixture *f, const char *order, unsigned n, uint8_t flags)
{
	struct ip client = host_ip(20 + n % 8);
	struct packet syn = wire_tcp(1000 + n * 30, &client, &f->b, 445, TCP_SYN);
	struct packet ack = wire_tcp(1001 + n * 30, &client, &f->b, 445, TCP_ACK);
	struct packet answer = wire_answer(1001 + n * 30, &syn, flags);

	for (; *order; order++)
		see(f, *order == 'q'   ? moment(syn, n, 0)
		       : *order == 'a' ? moment(answer, n, 1)
				       : moment(ack, n, 0));
}

static void a_handshake_in_any_order_is_one(void **state)
{
	static const struct {
		const char *order; /* question, answer, and the client goes on */
		uint8_t flags, outcome;
	} cases[] = {
		{ "qag", TCP_SYN | TCP_ACK, CONTACT_ACCEPTED },
		{ "qga", TCP_SYN | TCP_ACK, CONTACT_ACCEPTED },
		{ "aqg", TCP_SYN | TCP_ACK, CONTACT_ACCEPTED },
		{ "agq", TCP_SYN | TCP_ACK, CONTACT_ACCEPTED },
		{ "gqa", TCP_SYN | TCP_ACK, CONTACT_ACCEPTED },
		{ "gaq", TCP_SYN | TCP_ACK, CONTACT_ACCEPTED },
		{ "qa", TCP_RST | TCP_ACK, CONTACT_REFUSED },
		{ "aq", TCP_RST | TCP_ACK, CONTACT_REFUSED },
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct fixture f;

		start(&f, 1024);
		for (unsigned n = 0; n < 8; n++) {
			struct ip client = host_ip(20 + n);

			meet(&f, &client);
		}
		for (unsigned n = 0; n < 24; n++) {
			connect_in_order(&f, cases[c].order, n, cases[c].flags);
			if (latest(&f)->outcome != cases[c].outcome && n < 8)
				fail_msg("%s %x: %u", cases[c].order, cases[c].flags,
					 latest(&f)->outcome);
			assert_int_equal(coverage_faults(tracker_coverage(f.tracker), 0), 0);
		}
		tracker_free(f.tracker);
	}
}

static void an_answer_that_is_no_answer_to_it_is_none(void **state)
{
	static const struct {
		const char *name;
		uint32_t ack;
		unsigned port;
		uint64_t later_ms;
	} cases[] = {
		{ "another number", 5, 445, 1 },
		{ "another port", 1, 139, 1 },
		{ "long before", 1, 445, 40 },
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct fixture f;
		struct packet syn, other;

		start(&f, 1024);
		syn = wire_tcp(1000 + cases[c].later_ms, &f.a, &f.b, 445, TCP_SYN);
		other = wire_tcp(1000, &f.a, &f.b, cases[c].port, TCP_SYN);
		see(&f, moment(wire_answer(1000, &other, TCP_RST | TCP_ACK), 0, cases[c].ack));
		see(&f, syn);
		if (latest(&f)->outcome != CONTACT_PENDING)
			fail_msg("%s", cases[c].name);
		tracker_free(f.tracker);
	}
}

static void a_ping_s_answer_may_come_first(void **state)
{
	struct fixture f;
	struct packet ping, answer;

	(void)state;
	start(&f, 1024);
	ping = wire_packet(1000, &f.a, &f.b, PACKET_ICMP);
	ping.proto = IPPROTO_ICMP;
	ping.icmp_type = 8;
	ping.icmp_id = 77;
	answer = wire_answer(999, &ping, 0);
	answer.icmp_type = 0;
	see(&f, answer);
	see(&f, ping);
	assert_int_equal(latest(&f)->outcome, CONTACT_ACCEPTED);
	tracker_free(f.tracker);
}

static void a_resolver_s_answers_that_come_first_do_not_deafen(void **state)
{
	struct ip resolver = host_ip(2);
	struct fixture f;

	(void)state;
	start(&f, 1024);
	meet(&f, &resolver);
	for (unsigned n = 0; n < 40; n++) {
		struct ip client = host_ip(20 + n);
		struct packet question = wire_udp(1001 + n * 50, &client, &resolver, 53);

		question.src_port = 40000;
		see(&f, wire_answer(1000 + n * 50, &question, 0));
		see(&f, question);
		assert_int_equal(coverage_faults(tracker_coverage(f.tracker), 0), 0);
	}
	tracker_free(f.tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_is_unknown_where_others_are_answered_out_of_sight),
		cmocka_unit_test(what_reaches_us_of_a_station_counts_for_all_its_addresses),
		cmocka_unit_test(one_host_cannot_blind_the_sensor_for_others),
		cmocka_unit_test(answers_whose_questions_are_missing_are_no_failures),
		cmocka_unit_test(syn_acks_without_a_syn_tell_the_same),
		cmocka_unit_test(who_sends_to_a_neighbour_was_told_its_station),
		cmocka_unit_test(whoever_is_sent_to_lives_though_its_answer_was_not_heard),
		cmocka_unit_test(silence_is_unknown_for_one_who_was_told_a_station_out_of_sight),
		cmocka_unit_test(a_packet_seen_twice_opens_and_settles_once),
		cmocka_unit_test(a_handshake_in_any_order_is_one),
		cmocka_unit_test(an_answer_that_is_no_answer_to_it_is_none),
		cmocka_unit_test(a_ping_s_answer_may_come_first),
		cmocka_unit_test(a_resolver_s_answers_that_come_first_do_not_deafen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
