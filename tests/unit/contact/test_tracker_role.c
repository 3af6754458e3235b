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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_router_is_whom_others_send_foreign_frames),
		cmocka_unit_test(claiming_many_addresses_makes_no_router),
		cmocka_unit_test(a_dhcp_server_answers_somebody_elses_question),
		cmocka_unit_test(an_address_used_by_two_stations_is_disputed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
