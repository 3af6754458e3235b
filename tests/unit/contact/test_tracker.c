/* SPDX-License-Identifier: Apache-2.0 */
/* test_tracker.c - every outcome of a contact, retries, late answers, time that jumps, memory
 * that ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/contact/tracker.h"
#include "tests/unit/contact/wire.h"

#define SEEN_MAX 4096

struct fixture {
	struct tracker *tracker;
	struct contact seen[SEEN_MAX];
	unsigned count, roles_told, roles;
	struct ip a, b, out;
};

static void on_contact(void *arg, struct host *host, const struct contact *contact)
{
	struct fixture *f = arg;

	assert_memory_equal(&host->key.ip, &contact->src, sizeof(contact->src));
	assert_true(f->count < SEEN_MAX);
	f->seen[f->count++] = *contact;
}

static void on_role(void *arg, const struct host *host, unsigned role)
{
	struct fixture *f = arg;

	(void)host;
	f->roles_told++;
	f->roles |= role;
}

static void start(struct fixture *f, uint32_t contacts_max)
{
	struct tracker_config config = { .key = { { 1, 2 } },
					 .hosts_max = 64,
					 .contacts_max = contacts_max };
	struct tracker_sink sink = { .arg = f, .contact = on_contact, .role = on_role };

	memset(f, 0, sizeof(*f));
	f->tracker = tracker_new(&config, &sink);
	f->a = wire_ip("10.0.0.5");
	f->b = wire_ip("10.0.0.6");
	f->out = wire_ip("93.184.216.34");
}

static void see(struct fixture *f, struct packet packet)
{
	tracker_see(f->tracker, &packet);
}

static const struct contact *latest(const struct fixture *f)
{
	assert_true(f->count > 0);
	return &f->seen[f->count - 1];
}

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
		{ CONTACT_TCP, ACT_NOTHING, 0, 0, CONTACT_IGNORED },
		{ CONTACT_UDP, ACT_UDP, 0, 0, CONTACT_ACCEPTED },
		{ CONTACT_UDP, ACT_ERROR, 3, 3, CONTACT_REFUSED },
		{ CONTACT_UDP, ACT_ERROR, 3, 6, CONTACT_UNROUTED },
		{ CONTACT_UDP, ACT_NOTHING, 0, 0, CONTACT_IGNORED },
		{ CONTACT_ICMP, ACT_ECHO, 0, 0, CONTACT_ACCEPTED },
		{ CONTACT_ICMP, ACT_ERROR, 3, 1, CONTACT_REFUSED },
		{ CONTACT_ICMP, ACT_NOTHING, 0, 0, CONTACT_IGNORED },
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
		assert_int_equal(f.count, cases[i].act == ACT_NOTHING ? 3 : 2);
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

static void ipv6_no_route_says_nothing_about_the_source(void **state)
{
	struct ip src = wire_ip("fd00::5"), dst = wire_ip("fd00:1::80");
	struct packet first = wire_tcp(0, &src, &dst, 80, TCP_SYN);
	struct fixture f;

	(void)state;
	start(&f, 1024);
	see(&f, first);
	see(&f, wire_error(10, &first, 1, 0));
	assert_int_equal(latest(&f)->outcome, CONTACT_UNROUTED);
	tracker_free(f.tracker);
	start(&f, 1024);
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
	assert_int_equal(f.count, 3);
	assert_int_equal(latest(&f)->outcome, CONTACT_IGNORED);
	assert_int_equal(latest(&f)->previous, CONTACT_OUTSTANDING);
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
		assert_int_equal(f.count, 4);
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

static void a_known_contact_is_new_again_after_the_memory_window(void **state)
{
	struct fixture f;
	struct packet first;

	(void)state;
	start(&f, 1024);
	first = opening(&f, CONTACT_TCP);
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
	assert_int_equal(f.seen[1].outcome, CONTACT_IGNORED);
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
		TCP_ACK, TCP_PSH | TCP_ACK, TCP_FIN,          0, TCP_FIN | TCP_PSH | TCP_URG,
		TCP_RST, TCP_SYN | TCP_ACK, TCP_SYN | TCP_FIN
	};
	struct fixture f;

	(void)state;
	start(&f, 1024);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		see(&f, wire_tcp(i, &f.a, &f.b, (unsigned)(1000 + i), flags[i]));
	assert_int_equal(f.count, 0);
	tracker_free(f.tracker);
}

static void who_goes_on_without_a_syn_ack_is_answered_out_of_sight(void **state)
{
	struct fixture f;
	struct packet second;

	(void)state;
	start(&f, 1024);
	see(&f, wire_tcp(0, &f.a, &f.b, 445, TCP_SYN));
	see(&f, wire_tcp(5, &f.a, &f.b, 445, TCP_ACK));
	assert_int_equal(latest(&f)->outcome, CONTACT_IGNORED);
	assert_true(latest(&f)->flags & CONTACT_BLIND);
	second = wire_tcp(10, &f.a, &f.b, 446, TCP_SYN);
	see(&f, second);
	tracker_advance(f.tracker, wire_ns(300));
	assert_int_equal(latest(&f)->outcome, CONTACT_OUTSTANDING);
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
	assert_int_equal(f.count - before,
			 16); /* eight outstanding, then ignored: the oldest is gone */
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

/* ---- neighbours
 * ---------------------------------------------------------------------------------- */

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
	assert_true(latest(&f)->flags & CONTACT_BOOK_WARM);
	tracker_free(f.tracker);
	start(&f, 1024);
	see(&f, wire_arp(0, &f.b, &f.a));
	see(&f, wire_arp(86400000, &f.a, &f.out)); /* a day later, nothing heard in between */
	assert_false(latest(&f)->flags & CONTACT_BOOK_WARM);
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
	assert_int_equal(latest(&f)->outcome, CONTACT_IGNORED);
	tracker_free(f.tracker);
}

/* ---- roles
 * --------------------------------------------------------------------------------------- */

static void a_router_is_whom_others_send_foreign_frames(void **state)
{
	struct ip gateway = wire_ip("10.0.0.1");
	struct fixture f;
	struct packet packet;

	(void)state;
	start(&f, 1024);
	see(&f, wire_arp(0, &gateway, &f.a));
	packet = wire_tcp(1, &f.a, &f.out, 80, TCP_SYN);
	packet.dst_mac = wire_mac(&gateway);
	see(&f, packet);
	see(&f, packet);
	assert_int_equal(f.roles_told, 1);
	assert_int_equal(f.roles, HOST_ROUTER);
	see(&f, wire_arp(2, &gateway, &f.b));
	assert_true(latest(&f)->flags & CONTACT_FROM_ROUTER);
	tracker_free(f.tracker);
}

static void claiming_many_addresses_makes_no_router(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	for (unsigned i = 1; i < 50; i++) {
		struct ip claimed = f.b;
		struct packet packet;

		claimed.bytes[15] = (uint8_t)i;
		packet = wire_arp(i, &claimed, &claimed);
		packet.src_mac = packet.neighbor.sender_mac = wire_mac(&f.out);
		see(&f, packet);
	}
	assert_int_equal(f.roles & HOST_ROUTER, 0);
	tracker_free(f.tracker);
}

static void a_dhcp_server_answers_somebody_elses_question(void **state)
{
	struct ip nobody = wire_ip("0.0.0.0"), all = wire_ip("255.255.255.255");
	struct fixture f;
	struct packet ask, claim;

	(void)state;
	start(&f, 1024);
	claim = wire_udp(0, &f.b, &all, 68);
	claim.src_port = 67;
	see(&f, claim);
	assert_int_equal(f.roles, 0); /* nobody had asked */
	ask = wire_udp(100, &nobody, &all, 67);
	ask.src_port = 68;
	ask.src_mac = wire_mac(&f.a);
	see(&f, ask);
	claim.wall_ns = wire_ns(200);
	see(&f, claim);
	assert_int_equal(f.roles, HOST_DHCP_SERVER);
	tracker_free(f.tracker);
	start(&f, 1024);
	ask.src_mac = wire_mac(&f.b); /* asks itself to get the excuse */
	see(&f, ask);
	see(&f, claim);
	assert_int_equal(f.roles, 0);
	tracker_free(f.tracker);
}

static void an_address_used_by_two_stations_is_disputed(void **state)
{
	struct fixture f;
	struct packet forged;

	(void)state;
	start(&f, 1024);
	see(&f, wire_arp(0, &f.a, &f.b));
	forged = wire_tcp(1, &f.a, &f.b, 445, TCP_SYN);
	forged.src_mac = wire_mac(&f.b);
	see(&f, forged);
	assert_true(f.roles & HOST_DISPUTED);
	assert_memory_equal(&latest(&f)->src, &f.a, sizeof(f.a));
	tracker_free(f.tracker);
}

static void vlans_are_different_networks(void **state)
{
	struct fixture f;
	struct packet packet;

	(void)state;
	start(&f, 1024);
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
		cmocka_unit_test(every_answer_has_its_outcome),
		cmocka_unit_test(an_icmp_error_that_says_nothing_changes_nothing),
		cmocka_unit_test(an_error_sent_to_somebody_else_settles_nothing),
		cmocka_unit_test(ipv6_no_route_says_nothing_about_the_source),
		cmocka_unit_test(retries_open_nothing_and_do_not_move_the_deadline),
		cmocka_unit_test(a_late_answer_is_told),
		cmocka_unit_test(a_true_syn_ack_wins_over_a_forged_reset),
		cmocka_unit_test(a_known_contact_is_new_again_after_the_memory_window),
		cmocka_unit_test(time_that_steps_back_stands_still),
		cmocka_unit_test(nobody_is_blamed_for_a_pause_of_the_packets),
		cmocka_unit_test(groups_and_nobody_are_never_contacts),
		cmocka_unit_test(segments_without_syn_open_nothing),
		cmocka_unit_test(who_goes_on_without_a_syn_ack_is_answered_out_of_sight),
		cmocka_unit_test(silence_from_outside_counts_only_while_answers_come_from_there),
		cmocka_unit_test(a_media_stream_is_one_contact_however_long),
		cmocka_unit_test(a_full_set_gives_up_settled_contacts_before_waiting_ones),
		cmocka_unit_test(a_bare_syn_is_marked_and_a_popular_service_too),
		cmocka_unit_test(questions_about_neighbours_know_dark_from_live),
		cmocka_unit_test(an_owner_silent_for_long_is_asleep),
		cmocka_unit_test(any_sign_of_life_answers_a_question),
		cmocka_unit_test(probes_announcements_and_refreshes_open_nothing),
		cmocka_unit_test(the_book_is_warm_after_ten_minutes_with_traffic),
		cmocka_unit_test(neighbour_discovery_is_the_same_for_ipv6),
		cmocka_unit_test(a_router_is_whom_others_send_foreign_frames),
		cmocka_unit_test(claiming_many_addresses_makes_no_router),
		cmocka_unit_test(a_dhcp_server_answers_somebody_elses_question),
		cmocka_unit_test(an_address_used_by_two_stations_is_disputed),
		cmocka_unit_test(vlans_are_different_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
