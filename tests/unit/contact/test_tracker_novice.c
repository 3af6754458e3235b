/* SPDX-License-Identifier: Apache-2.0 */
/* test_tracker_novice.c - a source that has reached for one thing is not told of; with the second, or let in by a
 * neighbour, it is told of as if it had been a host from the start. */
#include "tests/unit/contact/tracking.h"

enum act { ACT_NOTHING, ACT_SYN_ACK, ACT_RST, ACT_UNREACHABLE, ACT_NO_ROUTE };

static void act(struct fixture *f, const struct packet *first, uint64_t ms, enum act act)
{
	if (act == ACT_SYN_ACK)
		see(f, wire_answer(ms, first, TCP_SYN | TCP_ACK));
	else if (act == ACT_RST)
		see(f, wire_answer(ms, first, TCP_RST | TCP_ACK));
	else if (act == ACT_UNREACHABLE)
		see(f, wire_error(ms, first, 3, 1));
	else if (act == ACT_NO_ROUTE)
		see(f, wire_error(ms, first, 3, 0));
}

#define GIVEN_UP_MS 5000

struct history {
	const char *why;
	enum act act;
	uint64_t act_ms, second_ms;
	unsigned count;       /* reports of the first contact before the second opens */
	unsigned outcomes[4]; /* after PENDING */
};

static const struct history histories[] = {
	{ "at once", ACT_NOTHING, 0, 10, 1, { 0 } },
	{ "after the provisional delay", ACT_NOTHING, 0, 300, 2, { CONTACT_OUTSTANDING } },
	{ "after it was given up", ACT_NOTHING, 0, 6000, 2, { CONTACT_OUTSTANDING } },
	{ "accepted", ACT_SYN_ACK, 20, 300, 2, { CONTACT_ACCEPTED } },
	{ "refused", ACT_RST, 20, 6000, 2, { CONTACT_REFUSED } },
	{ "refused by a router", ACT_UNREACHABLE, 20, 100, 2, { CONTACT_REFUSED } },
	{ "not routed", ACT_NO_ROUTE, 20, 100, 2, { CONTACT_UNROUTED } },
	{ "accepted late", ACT_SYN_ACK, 1000, 1100, 3, { CONTACT_OUTSTANDING, CONTACT_ACCEPTED } },
	{ "accepted very late",
	  ACT_SYN_ACK,
	  7000,
	  7100,
	  3,
	  { CONTACT_OUTSTANDING, CONTACT_ACCEPTED } },
	{ "refused very late", ACT_RST, 7000, 20000, 3, { CONTACT_OUTSTANDING, CONTACT_REFUSED } },
};

static void run(struct fixture *f, const struct history *history)
{
	struct packet first;

	first = wire_tcp(0, &f->a, &f->b, 445, TCP_SYN);
	see(f, first);
	act(f, &first, history->act_ms, history->act);
	see(f, wire_tcp(history->second_ms, &f->a, &f->b, 446, TCP_SYN));
}

/* That it was given up is not told, but the answer after that says so. */
static unsigned previous_of(const struct fixture *f, const struct history *history, unsigned k)
{
	if (k == 0)
		return CONTACT_PENDING;
	return k + 1 == history->count && history->act_ms > GIVEN_UP_MS ? CONTACT_IGNORED
									: f->seen[k - 1].outcome;
}

static void what_was_held_back_is_told_whole(void **state)
{
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(histories) / sizeof(histories[0]); i++) {
		const struct history *history = &histories[i];

		start_among_strangers(&f, 1024);
		run(&f, history);
		if (f.count != history->count + 1)
			print_error("%s\n", history->why);
		assert_int_equal(f.count, history->count + 1);
		for (unsigned k = 0; k < history->count; k++) {
			assert_int_equal(f.seen[k].dst_port, 445);
			assert_int_equal(f.seen[k].opened_ns, wire_ns(0));
			assert_int_equal(f.seen[k].outcome,
					 k ? history->outcomes[k - 1] : CONTACT_PENDING);
			assert_int_equal(f.seen[k].previous, previous_of(&f, history, k));
			assert_true(k == 0 || f.seen[k].elapsed_us >= f.seen[k - 1].elapsed_us);
			assert_int_equal(f.seen[k].host, latest(&f)->host);
		}
		assert_int_equal(latest(&f)->dst_port, 446);
		assert_int_equal(tracker_counts(f.tracker).contacts, 2);
		assert_int_equal(tracker_counts(f.tracker).held, 0);
		tracker_free(f.tracker);
	}
}

/* A host met before tells the same, only in time. */
static void a_novice_ends_as_a_host_would(void **state)
{
	struct fixture novice, host;

	(void)state;
	for (size_t i = 0; i < sizeof(histories) / sizeof(histories[0]); i++) {
		start_among_strangers(&novice, 1024);
		start(&host, 1024);
		run(&novice, &histories[i]);
		run(&host, &histories[i]);
		assert_int_equal(novice.count, host.count);
		for (unsigned k = 0; k < host.count; k++) {
			const struct contact *a = &novice.seen[k], *b = &host.seen[k];

			assert_int_equal(a->outcome, b->outcome);
			assert_int_equal(a->previous, b->previous);
			assert_int_equal(a->opened_ns, b->opened_ns);
			assert_int_equal(a->flags, b->flags);
		}
		tracker_advance(novice.tracker, wire_ns(60000));
		tracker_advance(host.tracker, wire_ns(60000));
		assert_int_equal(novice.count, host.count);
		assert_int_equal(tracker_counts(novice.tracker).ignored,
				 tracker_counts(host.tracker).ignored);
		assert_int_equal(tracker_counts(novice.tracker).accepted,
				 tracker_counts(host.tracker).accepted);
		assert_int_equal(tracker_counts(novice.tracker).refused,
				 tracker_counts(host.tracker).refused);
		tracker_free(novice.tracker);
		tracker_free(host.tracker);
	}
}

static void repeating_itself_makes_nobody_a_host(void **state)
{
	struct fixture f;
	struct packet packet;

	(void)state;
	start_among_strangers(&f, 1024);
	for (unsigned ms = 0; ms < 9000; ms += 1000)
		see(&f, wire_tcp(ms, &f.a, &f.b, 445, TCP_SYN));
	packet = wire_udp(9000, &f.b, &f.out, 123);
	see(&f, packet);
	see(&f, wire_answer(9010, &packet, 0));
	see(&f, packet);
	assert_int_equal(f.count, 0);
	assert_int_equal(tracker_counts(f.tracker).held, 2);
	/* After the memory window the same thing is a first contact again. */
	see(&f, wire_tcp(9000 + 9 * 60000, &f.a, &f.b, 445, TCP_SYN));
	assert_int_equal(f.count, 0);
	see(&f, wire_tcp(9000 + 20 * 60000, &f.a, &f.b, 445, TCP_SYN));
	assert_int_equal(tracker_counts(f.tracker).contacts, 2);
	assert_int_equal(latest(&f)->outcome, CONTACT_PENDING);
	tracker_free(f.tracker);
}

static void who_asks_for_a_neighbour_is_a_host_at_once(void **state)
{
	struct fixture f;

	(void)state;
	start_among_strangers(&f, 1024);
	see(&f, wire_tcp(0, &f.a, &f.b, 445, TCP_SYN));
	assert_int_equal(f.count, 0);
	see(&f, wire_arp(10, &f.a, &f.b));
	assert_int_equal(f.count, 2);
	assert_int_equal(f.seen[0].kind, CONTACT_TCP);
	assert_int_equal(f.seen[1].kind, CONTACT_ARP);
	see(&f, wire_tcp(20, &f.a, &f.b, 446, TCP_SYN));
	assert_int_equal(f.count, 4); /* and the neighbour lives */
	assert_int_equal(f.seen[3].kind, CONTACT_TCP);
	tracker_free(f.tracker);
}

static void a_pause_blames_no_novice(void **state)
{
	struct fixture f;

	(void)state;
	start_among_strangers(&f, 1024);
	see(&f, wire_tcp(0, &f.a, &f.b, 445, TCP_SYN));
	see(&f, wire_tcp(100000, &f.a, &f.b, 446, TCP_SYN));
	assert_int_equal(f.count, 3);
	assert_int_equal(f.seen[1].outcome, CONTACT_UNKNOWN);
	assert_true(f.seen[1].flags & CONTACT_BLIND);
	assert_false(f.seen[2].flags & CONTACT_BLIND);
	tracker_free(f.tracker);
}

static void a_novice_answered_out_of_sight_is_blind(void **state)
{
	struct fixture f;

	(void)state;
	start_among_strangers(&f, 1024);
	see(&f, wire_tcp(0, &f.a, &f.b, 445, TCP_SYN));
	see(&f, wire_tcp(5, &f.a, &f.b, 445, TCP_ACK));
	see(&f, wire_tcp(300, &f.a, &f.b, 446, TCP_SYN));
	assert_true(f.seen[1].flags & CONTACT_BLIND);
	assert_true(latest(&f)->roles & HOST_BLIND);
	tracker_free(f.tracker);
}

static void a_flood_of_single_packets_makes_no_hosts_and_hides_no_scan(void **state)
{
	struct fixture f;
	struct ip forged;
	unsigned told = 0;

	(void)state;
	start_among_strangers(&f, 1024);
	forged = f.b;
	for (unsigned i = 0; i < 100000; i++) {
		forged.bytes[12] = (uint8_t)(1 + (i >> 16));
		forged.bytes[13] = (uint8_t)(i >> 8);
		forged.bytes[14] = (uint8_t)i;
		see(&f, wire_tcp(i / 100, &forged, &f.b, 80, TCP_SYN));
		if (i % 10000 == 0) /* ten a second in a flood of 100,000 a second */
			see(&f, wire_tcp(i / 100, &f.a, &f.b, 1000 + told++, TCP_SYN));
	}
	assert_int_equal(hosts_counts(tracker_hosts(f.tracker)).live, 1);
	assert_int_equal(tracker_counts(f.tracker).contacts, told);
	tracker_free(f.tracker);
}

static void who_is_let_in_by_a_neighbour_is_told_at_once(void **state)
{
	static const struct {
		const char *what, *to;
		enum act act;
		unsigned told;
	} cases[] = {
		{ "let in next door", "10.0.0.6", ACT_SYN_ACK, 2 },
		{ "let in far away", "93.184.216.34", ACT_SYN_ACK, 0 },
		{ "refused next door", "10.0.0.6", ACT_RST, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip to = wire_ip(cases[i].to);
		struct packet first;
		struct fixture f;

		start_among_strangers(&f, 1024);
		first = wire_tcp(0, &f.a, &to, 25, TCP_SYN);
		see(&f, first);
		act(&f, &first, 20, cases[i].act);
		if (f.count != cases[i].told)
			fail_msg("%s: %u told", cases[i].what, f.count);
		if (f.count)
			assert_int_equal(latest(&f)->outcome, CONTACT_ACCEPTED);
		assert_int_equal(tracker_counts(f.tracker).held, f.count == 0);
		tracker_free(f.tracker);
	}
}

static void a_flood_that_is_answered_makes_few_hosts(void **state)
{
	struct fixture f;
	struct ip forged;

	(void)state;
	start_among_strangers(&f, 1024);
	forged = f.b;
	for (unsigned i = 0; i < 20000; i++) {
		struct packet packet;

		forged.bytes[13] = (uint8_t)(1 + (i >> 8));
		forged.bytes[14] = (uint8_t)i;
		packet = wire_tcp(i / 10, &forged, &f.a, 80, TCP_SYN);
		see(&f, packet);
		see(&f, wire_answer(i / 10, &packet, TCP_SYN | TCP_ACK));
		f.count = 0;
	}
	/* In two seconds. */
	assert_true(tracker_counts(f.tracker).contacts <= 128);
	assert_true(tracker_counts(f.tracker).contacts > 0);
	tracker_free(f.tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_held_back_is_told_whole),
		cmocka_unit_test(a_novice_ends_as_a_host_would),
		cmocka_unit_test(repeating_itself_makes_nobody_a_host),
		cmocka_unit_test(who_asks_for_a_neighbour_is_a_host_at_once),
		cmocka_unit_test(a_pause_blames_no_novice),
		cmocka_unit_test(a_novice_answered_out_of_sight_is_blind),
		cmocka_unit_test(who_is_let_in_by_a_neighbour_is_told_at_once),
		cmocka_unit_test(a_flood_that_is_answered_makes_few_hosts),
		cmocka_unit_test(a_flood_of_single_packets_makes_no_hosts_and_hides_no_scan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
