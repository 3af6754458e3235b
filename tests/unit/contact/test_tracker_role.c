/* SPDX-License-Identifier: Apache-2.0 */
/* test_tracker_role.c - what a host is, learnt from what others do with it. */
#include "tests/unit/contact/tracking.h"

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

/* What goes to its own address tells nothing, and does not hide what goes beyond. */
static void a_router_may_be_spoken_to_first(void **state)
{
	struct ip gateway = wire_ip("10.0.0.1");
	struct fixture f;
	struct packet packet;

	(void)state;
	start(&f, 1024);
	see(&f, wire_arp(0, &gateway, &f.a));
	see(&f, wire_tcp(1, &f.a, &gateway, 80, TCP_SYN));
	see(&f, wire_tcp(2, &f.a, &gateway, 81, TCP_SYN));
	assert_int_equal(f.roles_told, 0);
	packet = wire_tcp(3, &f.a, &f.out, 80, TCP_SYN);
	packet.dst_mac = wire_mac(&gateway);
	see(&f, packet);
	assert_int_equal(f.roles, HOST_ROUTER);
	tracker_free(f.tracker);
}

/* Of a pair: both share a MAC that clients use, each has an address of its own. */
static void a_router_is_one_under_each_address_that_it_tells_its_link(void **state)
{
	static const struct {
		const char *name, *group;
		unsigned kind;
		bool shared_mac, used_by_clients, is_router;
	} cases[] = {
		{ "HSRP", "224.0.0.2", PACKET_UDP, true, true, true },
		{ "VRRP", "224.0.0.18", PACKET_OTHER, true, true, true },
		{ "from a MAC that nobody sends to", "224.0.0.2", PACKET_UDP, false, true, false },
		{ "before any client", "224.0.0.18", PACKET_OTHER, true, false, false },
		{ "what others may have forwarded", "239.1.2.3", PACKET_UDP, true, true, false },
	};
	struct ip gateway = wire_ip("10.0.0.1"), second = wire_ip("10.0.0.3");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip group = wire_ip(cases[i].group);
		struct packet packet, hello = wire_udp(10, &second, &group, 1985);
		struct fixture f;

		start(&f, 1024);
		see(&f, wire_arp(0, &gateway, &f.a));
		packet = wire_tcp(1, &f.a, &f.out, 80, TCP_SYN);
		packet.dst_mac = wire_mac(&gateway);
		if (cases[i].used_by_clients)
			see(&f, packet);
		hello.kind = (uint8_t)cases[i].kind;
		if (cases[i].shared_mac)
			hello.src_mac = wire_mac(&gateway);
		see(&f, hello);
		see(&f, wire_arp(20, &second, &f.b));
		print_message("  %s\n", cases[i].name);
		assert_int_equal(!!(latest(&f)->flags & CONTACT_FROM_ROUTER), cases[i].is_router);
		tracker_free(f.tracker);
	}
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

static struct packet dhcp_question(uint64_t ms, const struct ip *client)
{
	struct ip nobody = wire_ip("0.0.0.0"), all = wire_ip("255.255.255.255");
	struct packet ask = wire_udp(ms, &nobody, &all, 67);

	ask.src_port = 68;
	ask.src_mac = wire_mac(client);
	return ask;
}

static struct packet dhcp_answer(uint64_t ms, const struct ip *server)
{
	struct ip all = wire_ip("255.255.255.255");
	struct packet claim = wire_udp(ms, server, &all, 68);

	claim.src_port = 67;
	return claim;
}

static void vlans_that_ask_at_the_same_time_are_told_apart(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	for (unsigned vlan = 0; vlan <= 42; vlan += 42) {
		struct packet ask = dhcp_question(vlan, &f.a);

		ask.vlan = (uint16_t)vlan;
		see(&f, ask);
	}
	for (unsigned vlan = 0; vlan <= 42; vlan += 42) {
		struct packet claim = dhcp_answer(100 + vlan, &f.b);

		claim.vlan = (uint16_t)vlan;
		see(&f, claim);
		assert_int_equal(f.roles_told, vlan ? 2 : 1);
	}
	tracker_free(f.tracker);
}

/* To all: the offer of that server is taken. */
static struct packet dhcp_choice(uint64_t ms, const struct ip *client, const struct ip *server,
				 uint8_t bytes[256])
{
	static const uint8_t head[4] = { 1, 1, 6, 0 };
	uint8_t options[] = { 99, 130, 83, 99, 53, 1, 3, 54, 4, 0, 0, 0, 0, 255 };
	struct packet choice = dhcp_question(ms, client);

	memset(bytes, 0, 256);
	memcpy(bytes, head, sizeof(head));
	memcpy(options + 9, server->bytes + 12, 4);
	memcpy(bytes + 236, options, sizeof(options));
	memset(choice.dst_mac.bytes, 0xff, sizeof(choice.dst_mac.bytes));
	choice.payload = bytes;
	choice.payload_length = 236 + sizeof(options);
	return choice;
}

static void clients_name_a_dhcp_server_whose_answers_pass_out_of_sight(void **state)
{
	uint8_t bytes[256];
	struct fixture f;

	(void)state;
	start(&f, 1024);
	see(&f, dhcp_choice(0, &f.a, &f.b, bytes));
	assert_int_equal(f.roles, 0); /* no neighbour of that name */
	see(&f, wire_arp(10, &f.b, &f.a));
	see(&f, dhcp_choice(20, &f.b, &f.b, bytes));
	assert_int_equal(f.roles, 0); /* names itself */
	see(&f, dhcp_choice(30, &f.a, &f.b, bytes));
	assert_int_equal(f.roles, HOST_DHCP_SERVER);
	tracker_free(f.tracker);
	start(&f, 1024);
	see(&f, wire_arp(10, &f.b, &f.a));
	see(&f, wire_arp_reply(11, &f.a, &f.b));
	see(&f, dhcp_choice(30, &f.a, &f.b, bytes));
	assert_int_equal(f.roles, 0); /* here the server would be heard to answer */
	tracker_free(f.tracker);
}

static void answer_from(struct fixture *f, uint64_t ms, const char *server, const struct mac *by)
{
	struct ip ip = wire_ip(server);
	struct packet question = wire_tcp(ms, &f->a, &ip, 443, TCP_SYN), answer;

	see(f, question);
	answer = wire_answer(ms + 10, &question, TCP_SYN | TCP_ACK);
	answer.src_mac = *by;
	see(f, answer);
}

static void the_internet_is_behind_who_brings_its_answers(void **state)
{
	static const struct {
		const char *what, *first, *second, *address;
		bool by_gateway, is_beyond;
	} cases[] = {
		{ "a stranger", "203.0.113.1", "198.51.100.1", "192.0.2.7", true, true },
		{ "a stranger by another station", "203.0.113.1", "198.51.100.1", "192.0.2.7",
		  false, false },
		{ "a machine of ours behind a router", "203.0.113.1", "198.51.100.1", "10.1.2.3",
		  true, false },
		{ "two addresses of one network", "203.0.113.1", "203.0.113.2", "192.0.2.7", true,
		  false },
		{ "a stranger, of whose kind nobody was heard", "10.1.0.1", "10.2.0.1", "192.0.2.7",
		  true, true },
		{ "a stranger of IPv6", "2001:db8:1::1", "2001:db8:2::1", "2001:db8:3::1", true,
		  true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mac gateway = { { 2, 9, 9, 9, 9, 1 } }, other = { { 2, 9, 9, 9, 9, 2 } };
		struct ip ip = wire_ip(cases[i].address);
		struct host_key key = host_key_of(&ip, 0);
		struct fixture f;

		start(&f, 1024);
		assert_int_equal(tracker_is_beyond(f.tracker, &key, &gateway), !ip_is_private(&ip));
		answer_from(&f, 0, cases[i].first, &gateway);
		answer_from(&f, 100, cases[i].second, &gateway);
		if (tracker_is_beyond(f.tracker, &key, cases[i].by_gateway ? &gateway : &other) !=
		    cases[i].is_beyond)
			fail_msg("%s", cases[i].what);
		tracker_free(f.tracker);
	}
}

static void a_public_address_that_asks_its_neighbours_is_ours(void **state)
{
	struct ip ip = wire_ip("192.0.2.7"), asked = wire_ip("192.0.2.1");
	struct mac own = wire_mac(&ip);
	struct host_key key = host_key_of(&ip, 0);
	struct fixture f;

	(void)state;
	start(&f, 1024);
	assert_true(tracker_is_beyond(f.tracker, &key, &own));
	see(&f, wire_arp(0, &ip, &asked));
	assert_false(tracker_is_beyond(f.tracker, &key, &own));
	tracker_free(f.tracker);
}

/* A server of a public address is scanned before it has asked for anything itself: who brings the scan says who it is. */
static void a_stranger_comes_by_a_station_that_bears_another_name(void **state)
{
	struct ip server = wire_ip("192.0.2.7"), router = wire_ip("192.0.2.1"),
		  stranger = wire_ip("203.0.113.9");
	struct mac by = wire_mac(&router);
	struct host_key key = host_key_of(&stranger, 0), neighbor = host_key_of(&server, 0);
	struct packet probe, refused;
	struct fixture f;

	(void)state;
	start(&f, 1024);
	probe = wire_tcp(0, &stranger, &server, 2745, TCP_SYN);
	probe.src_mac = by;
	refused = wire_answer(1, &probe, TCP_RST | TCP_ACK);
	see(&f, probe);
	see(&f, refused); /* by now an answer of a public address was heard: our own */
	assert_false(tracker_is_beyond(f.tracker, &key, &by));
	see(&f, wire_arp(2, &router, &server));
	assert_true(tracker_is_beyond(f.tracker, &key, &by));
	assert_false(tracker_is_beyond(f.tracker, &neighbor, &refused.src_mac));
	tracker_free(f.tracker);
}

/* Or the whole building behind a router would be isolated by its MAC. */
static void a_station_lends_its_mac_to_nobody_whom_it_forwards_for(void **state)
{
	static const struct {
		const char *host;
		bool is_its_own;
	} cases[] = { { "10.5.0.9", false }, { "10.0.0.9", true }, { "10.0.0.1", true } };
	struct ip station = wire_ip("10.0.0.1");
	struct mac mac = wire_mac(&station);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip ip = wire_ip(cases[i].host);
		struct host_key key = host_key_of(&ip, 0);
		const struct host *host;
		struct packet packet;
		struct fixture f;

		start(&f, 1024);
		meet(&f, &ip);
		see(&f, wire_arp(0, &station, &f.a));
		packet = wire_tcp(1, &ip, &f.a, 445, TCP_SYN);
		packet.src_mac = mac;
		see(&f, packet);
		host = hosts_find(tracker_hosts(f.tracker), &key);
		assert_non_null(host);
		if (mac_equal(&host->mac, &mac) != cases[i].is_its_own)
			fail_msg("%s", cases[i].host);
		tracker_free(f.tracker);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_public_address_that_asks_its_neighbours_is_ours),
		cmocka_unit_test(a_stranger_comes_by_a_station_that_bears_another_name),
		cmocka_unit_test(a_station_lends_its_mac_to_nobody_whom_it_forwards_for),
		cmocka_unit_test(a_router_is_whom_others_send_foreign_frames),
		cmocka_unit_test(a_router_may_be_spoken_to_first),
		cmocka_unit_test(a_router_is_one_under_each_address_that_it_tells_its_link),
		cmocka_unit_test(claiming_many_addresses_makes_no_router),
		cmocka_unit_test(a_dhcp_server_answers_somebody_elses_question),
		cmocka_unit_test(clients_name_a_dhcp_server_whose_answers_pass_out_of_sight),
		cmocka_unit_test(vlans_that_ask_at_the_same_time_are_told_apart),
		cmocka_unit_test(the_internet_is_behind_who_brings_its_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
