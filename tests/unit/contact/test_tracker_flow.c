/* SPDX-License-Identifier: Apache-2.0 */
/* test_tracker_flow.c - every outcome of a contact: answers, errors, silence, retries, late
 * answers. */
#include "tests/unit/contact/tracking.h"

enum act { ACT_NOTHING, ACT_SYN_ACK, ACT_RST, ACT_UDP, ACT_ECHO, ACT_ERROR };

static struct packet opening(const struct fixture *f, unsigned kind)
{
	switch (kind) {
	case CONTACT_TCP:
		return wire_tcp(0, &f->a, &f->b, 445, TCP_SYN);
	case CONTACT_UDP:
		return wire_udp(0, &f->a, &f->b, 1434);
	default:
		return wire_icmp(0, &f->a, &f->b, 8, 0);
	}
}

static struct packet answer(const struct packet *first, enum act act, unsigned type, unsigned code)
{
	struct packet packet;

	switch (act) {
	case ACT_SYN_ACK:
		return wire_answer(10, first, TCP_SYN | TCP_ACK);
	case ACT_RST:
		return wire_answer(10, first, TCP_RST | TCP_ACK);
	case ACT_ECHO:
		packet = wire_answer(10, first, 0);
		packet.icmp_type = 0;
		return packet;
	case ACT_ERROR:
		return wire_error(10, first, type, code);
	default:
		return wire_answer(10, first, 0);
	}
}

static void every_answer_has_its_outcome(void **state)
{
	static const struct {
		unsigned kind;
		enum act act;
		unsigned type, code, outcome;
	} cases[] = {
		{ CONTACT_TCP, ACT_SYN_ACK, 0, 0, CONTACT_ACCEPTED },
		{ CONTACT_TCP, ACT_RST, 0, 0, CONTACT_REFUSED },
		{ CONTACT_TCP, ACT_ERROR, 3, 1, CONTACT_REFUSED },
		{ CONTACT_TCP, ACT_ERROR, 3, 13, CONTACT_REFUSED },
		{ CONTACT_TCP, ACT_ERROR, 3, 0, CONTACT_UNROUTED },
		{ CONTACT_TCP, ACT_ERROR, 11, 0, CONTACT_UNROUTED },
		{ CONTACT_TCP, ACT_NOTHING, 0, 0, CONTACT_OUTSTANDING },
		{ CONTACT_UDP, ACT_UDP, 0, 0, CONTACT_ACCEPTED },
		{ CONTACT_UDP, ACT_ERROR, 3, 3, CONTACT_REFUSED },
		{ CONTACT_UDP, ACT_ERROR, 3, 6, CONTACT_UNROUTED },
		{ CONTACT_UDP, ACT_NOTHING, 0, 0, CONTACT_OUTSTANDING },
		{ CONTACT_ICMP, ACT_ECHO, 0, 0, CONTACT_ACCEPTED },
		{ CONTACT_ICMP, ACT_ERROR, 3, 1, CONTACT_REFUSED },
		{ CONTACT_ICMP, ACT_NOTHING, 0, 0, CONTACT_OUTSTANDING },
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct packet first;

		start(&f, 1024);
		first = opening(&f, cases[i].kind);
		see(&f, first);
		assert_int_equal(latest(&f)->outcome, CONTACT_PENDING);
		if (cases[i].act != ACT_NOTHING)
			see(&f, answer(&first, cases[i].act, cases[i].type, cases[i].code));
		tracker_advance(f.tracker, wire_ns(20000));
		assert_int_equal(latest(&f)->outcome, cases[i].outcome);
		assert_int_equal(latest(&f)->kind, cases[i].kind);
		assert_int_equal(f.count, 2);
		assert_int_equal(tracker_counts(f.tracker).ignored, cases[i].act == ACT_NOTHING);
		assert_int_equal(tracker_counts(f.tracker).contacts, 1);
		tracker_free(f.tracker);
	}
}

static void an_icmp_error_that_says_nothing_changes_nothing(void **state)
{
	static const struct {
		unsigned type, code;
	} cases[] = { { 3, 4 }, { 4, 0 }, { 5, 1 }, { 12, 0 } };
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct packet first;

		start(&f, 1024);
		first = opening(&f, CONTACT_TCP);
		see(&f, first);
		see(&f, wire_error(10, &first, cases[i].type, cases[i].code));
		assert_int_equal(f.count, 1);
		tracker_free(f.tracker);
	}
}

static void an_error_sent_to_somebody_else_settles_nothing(void **state)
{
	struct fixture f;
	struct packet first, error;

	(void)state;
	start(&f, 1024);
	first = opening(&f, CONTACT_TCP);
	see(&f, first);
	error = wire_error(10, &first, 3, 1);
	error.dst = f.out;
	see(&f, error);
	assert_int_equal(f.count, 1);
	tracker_free(f.tracker);
}

/* The router of a line that broke says it of every host of the Internet. */
static void our_own_router_speaks_about_the_line(void **state)
{
	static const struct {
		const char *target, *router;
		unsigned outcome;
	} cases[] = {
		{ "81.2.3.4", "10.0.0.1", CONTACT_UNROUTED },
		{ "81.2.3.4", "81.2.0.1", CONTACT_REFUSED },
		{ "10.9.0.4", "10.9.0.1", CONTACT_REFUSED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip target = wire_ip(cases[i].target);
		struct packet first, error;
		struct fixture f;

		start(&f, 1024);
		first = wire_tcp(0, &f.a, &target, 80, TCP_SYN);
		error = wire_error(10, &first, 3, 1);
		error.src = wire_ip(cases[i].router);
		see(&f, first);
		see(&f, error);
		assert_int_equal(latest(&f)->outcome, cases[i].outcome);
		tracker_free(f.tracker);
	}
}

static void ipv6_no_route_says_nothing_about_the_source(void **state)
{
	struct ip src = wire_ip("fd00::5"), dst = wire_ip("fd00:1::80");
	struct packet first = wire_tcp(0, &src, &dst, 80, TCP_SYN);
	struct fixture f;

	(void)state;
	start(&f, 1024);
	meet(&f, &src);
	see(&f, first);
	see(&f, wire_error(10, &first, 1, 0));
	assert_int_equal(latest(&f)->outcome, CONTACT_UNROUTED);
	tracker_free(f.tracker);
	start(&f, 1024);
	meet(&f, &src);
	see(&f, first);
	see(&f, wire_error(10, &first, 1, 3));
	assert_int_equal(latest(&f)->outcome, CONTACT_REFUSED);
	tracker_free(f.tracker);
}

static void retries_open_nothing_and_do_not_move_the_deadline(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	see(&f, wire_tcp(0, &f.a, &f.b, 445, TCP_SYN));
	see(&f, wire_tcp(200, &f.a, &f.b, 445, TCP_SYN));
	assert_int_equal(f.count, 1);
	see(&f, wire_tcp(260, &f.a, &f.b, 445, TCP_SYN));
	assert_int_equal(f.count, 2);
	assert_int_equal(latest(&f)->outcome, CONTACT_OUTSTANDING);
	see(&f, wire_tcp(5100, &f.a, &f.b, 445, TCP_SYN));
	assert_int_equal(f.count, 2); /* it was told as silence */
	assert_int_equal(tracker_counts(f.tracker).ignored, 1);
	assert_int_equal(tracker_counts(f.tracker).contacts, 1);
	tracker_free(f.tracker);
}

static void a_late_answer_is_told(void **state)
{
	static const struct {
		unsigned flags, outcome;
	} cases[] = {
		{ TCP_SYN | TCP_ACK, CONTACT_ACCEPTED },
		{ TCP_RST | TCP_ACK, CONTACT_REFUSED },
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct packet first;

		start(&f, 1024);
		first = opening(&f, CONTACT_TCP);
		see(&f, first);
		see(&f, wire_answer(8000, &first, cases[i].flags));
		assert_int_equal(f.count, 3);
		assert_int_equal(latest(&f)->outcome, cases[i].outcome);
		assert_int_equal(latest(&f)->previous, CONTACT_IGNORED);
		tracker_free(f.tracker);
	}
}

static void a_true_syn_ack_wins_over_a_forged_reset(void **state)
{
	struct fixture f;
	struct packet first;

	(void)state;
	start(&f, 1024);
	first = opening(&f, CONTACT_TCP);
	see(&f, first);
	see(&f, wire_answer(1, &first, TCP_RST | TCP_ACK));
	see(&f, wire_answer(2, &first, TCP_SYN | TCP_ACK));
	assert_int_equal(latest(&f)->outcome, CONTACT_ACCEPTED);
	assert_int_equal(latest(&f)->previous, CONTACT_REFUSED);
	see(&f, wire_answer(3, &first, TCP_RST));
	assert_int_equal(f.count, 3);
	tracker_free(f.tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_answer_has_its_outcome),
		cmocka_unit_test(an_icmp_error_that_says_nothing_changes_nothing),
		cmocka_unit_test(an_error_sent_to_somebody_else_settles_nothing),
		cmocka_unit_test(our_own_router_speaks_about_the_line),
		cmocka_unit_test(ipv6_no_route_says_nothing_about_the_source),
		cmocka_unit_test(retries_open_nothing_and_do_not_move_the_deadline),
		cmocka_unit_test(a_late_answer_is_told),
		cmocka_unit_test(a_true_syn_ack_wins_over_a_forged_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
