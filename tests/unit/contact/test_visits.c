/* SPDX-License-Identifier: Apache-2.0 */
/* test_visits.c - whom an address let in. */
#include "tests/unit/contact/tracking.h"

static struct ip visitor_of(struct fixture *f, const struct ip *visited, uint64_t before_ms)
{
	struct host_key key = host_key_of(visited, 0);
	const struct host *by = tracker_visitor(
		f->tracker, hosts_find(tracker_hosts(f->tracker), &key), wire_ns(before_ms));

	return by ? by->key.ip : wire_ip("0.0.0.0");
}

static void reach(struct fixture *f, uint64_t ms, const struct ip *by, const struct ip *whom,
		  unsigned answer)
{
	struct packet syn = wire_tcp(ms, by, whom, 445, TCP_SYN),
		      reply = wire_answer(ms + 1, &syn, answer);

	reply.tcp_ack = 7001;
	see(f, syn);
	if (answer)
		see(f, reply);
}

/* a reaches for b. */
static void who_is_let_in_is_a_visitor(void **state)
{
	static const struct {
		const char *what;
		unsigned answer;
		bool reset;
		uint32_t seq;
		bool is_visitor;
	} cases[] = {
		{ "accepted", TCP_SYN | TCP_ACK, false, 0, true },
		{ "refused", TCP_RST | TCP_ACK, false, 0, false },
		{ "ignored", 0, false, 0, false },
		{ "accepted, but a never asked", TCP_SYN | TCP_ACK, true, 7001, false },
		{ "accepted, used and reset", TCP_SYN | TCP_ACK, true, 7500, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct host_key a = host_key_of(&(struct ip){ { 0 } }, 0);
		struct fixture f;
		struct ip found;

		print_message("  %s\n", cases[i].what);
		start(&f, 1024);
		a.ip = f.a;
		reach(&f, 10, &f.a, &f.b, cases[i].answer);
		if (cases[i].reset) {
			struct packet reset = wire_tcp(12, &f.a, &f.b, 445, TCP_RST);

			reset.tcp_seq = cases[i].seq;
			see(&f, reset);
		}
		found = visitor_of(&f, &f.b, 5000);
		assert_int_equal(ip_equal(&found, &f.a), cases[i].is_visitor);
		assert_int_equal(!!(hosts_find(tracker_hosts(f.tracker), &a)->roles &
				    HOST_DISOWNED),
				 cases[i].reset && !cases[i].is_visitor);
		tracker_free(f.tracker);
	}
}

static void a_datagram_is_a_visit_unless_it_is_refused(void **state)
{
	struct fixture f;
	struct packet datagram, error;
	struct ip found;

	(void)state;
	start(&f, 1024);
	datagram = wire_udp(10, &f.a, &f.b, 1434);
	see(&f, datagram);
	found = visitor_of(&f, &f.b, 5000);
	assert_memory_equal(&found, &f.a, sizeof(found));
	error = wire_error(11, &datagram, 3, 3);
	see(&f, error);
	found = visitor_of(&f, &f.b, 5000);
	assert_true(ip_is_unspecified(&found));
	tracker_free(f.tracker);
}

/* Of a first contact that was held back the number is not known: any reset takes it back, and proves nothing. */
static void a_newcomers_visit_is_taken_back_by_any_reset(void **state)
{
	struct ip c = wire_ip("10.0.0.7");
	struct host_key key;
	struct packet reset;
	struct fixture f;
	struct ip found;

	(void)state;
	start(&f, 1024);
	key = host_key_of(&c, 0);
	reach(&f, 10, &c, &f.b, TCP_SYN | TCP_ACK);
	see(&f, wire_arp(20, &c, &f.a));
	found = visitor_of(&f, &f.b, 5000);
	assert_memory_equal(&found, &c, sizeof(found));
	reset = wire_tcp(30, &c, &f.b, 445, TCP_RST);
	reset.tcp_seq = 9999;
	see(&f, reset);
	found = visitor_of(&f, &f.b, 5000);
	assert_true(ip_is_unspecified(&found));
	assert_false(hosts_find(tracker_hosts(f.tracker), &key)->roles & HOST_DISOWNED);
	tracker_free(f.tracker);
}

static void only_what_came_before_and_not_long_before_counts(void **state)
{
	struct fixture f;
	struct ip found;

	(void)state;
	start(&f, 1024);
	reach(&f, 1000, &f.a, &f.b, TCP_SYN | TCP_ACK);
	found = visitor_of(&f, &f.b, 1000);
	assert_true(ip_is_unspecified(&found));
	found = visitor_of(&f, &f.b, 1000 + 11 * 60000);
	assert_true(ip_is_unspecified(&found));
	tracker_free(f.tracker);
}

static void a_suspects_visit_is_kept(void **state)
{
	struct ip c = wire_ip("10.0.0.7");
	struct host_key a;
	struct fixture f;
	struct ip found;

	(void)state;
	start(&f, 1024);
	meet(&f, &c);
	a = host_key_of(&f.a, 0);
	reach(&f, 10, &f.a, &f.b, TCP_SYN | TCP_ACK);
	reach(&f, 20, &c, &f.b, TCP_SYN | TCP_ACK);
	found = visitor_of(&f, &f.b, 5000);
	assert_memory_equal(&found, &c, sizeof(found));
	hosts_suspect(hosts_find(tracker_hosts(f.tracker), &a), true);
	see(&f, wire_udp(30, &f.a, &f.b, 1434));
	see(&f, wire_udp(40, &c, &f.b, 1434));
	found = visitor_of(&f, &f.b, 5000);
	assert_memory_equal(&found, &f.a, sizeof(found));
	tracker_free(f.tracker);
}

/* Also the one contact of a newcomer, which is otherwise held back. */
static void a_site_of_public_addresses_has_visitors_too(void **state)
{
	struct ip a = wire_ip("2001:db8:1::9"), b = wire_ip("2001:db8:2::5"),
		  stranger = wire_ip("2001:db9::9"), none = wire_ip("0.0.0.0");
	const struct {
		const struct ip *by, *found;
	} cases[] = { { &a, &a }, { &stranger, &none } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;
		struct ip found;

		start(&f, 1024);
		reach(&f, 5, &b, &a, 0);
		see(&f, wire_solicit(6, &b, &a)); /* known to the tracker */
		reach(&f, 10, cases[i].by, &b, TCP_SYN | TCP_ACK);
		found = visitor_of(&f, &b, 5000);
		assert_memory_equal(&found, cases[i].found, sizeof(found));
		tracker_free(f.tracker);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_let_in_is_a_visitor),
		cmocka_unit_test(a_datagram_is_a_visit_unless_it_is_refused),
		cmocka_unit_test(a_newcomers_visit_is_taken_back_by_any_reset),
		cmocka_unit_test(only_what_came_before_and_not_long_before_counts),
		cmocka_unit_test(a_suspects_visit_is_kept),
		cmocka_unit_test(a_site_of_public_addresses_has_visitors_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
