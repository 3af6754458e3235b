/* SPDX-License-Identifier: Apache-2.0 */
/* test_tracker_standing.c - who attests which role, and that nobody attests his own. */
#include "core/contact/roles.h"
#include "tests/unit/contact/tracking.h"

#define STRETCH_MS (10u * 60 * 1000)

struct town {
	struct fixture f;
	unsigned told;
	struct role_standing latest[16]; /* by bit of role */
};

static struct ip host_ip(unsigned last)
{
	struct ip ip = wire_ip("10.0.0.0");

	ip.bytes[15] = (uint8_t)last;
	return ip;
}

static void on_contact(void *arg, struct host *host, const struct contact *contact)
{
	(void)arg;
	(void)host;
	(void)contact;
}

static void on_standing(void *arg, const struct role_standing *standing)
{
	struct town *town = arg;

	town->told++;
	town->latest[__builtin_ctz(standing->role)] = *standing;
}

static void settle(struct town *town)
{
	struct tracker_config config = { .key = { { 1, 2 } },
					 .hosts_max = 1024,
					 .contacts_max = 4096 };
	struct tracker_sink sink = { .arg = town, .contact = on_contact, .standing = on_standing };

	memset(town, 0, sizeof(*town));
	town->f.tracker = tracker_new(&config, &sink);
}

static const struct role_standing *standing_of(const struct town *town, unsigned role)
{
	return &town->latest[__builtin_ctz(role)];
}

static unsigned roles_of(struct town *town, const struct ip *ip)
{
	struct host_key key = host_key_of(ip, 0);

	return tracker_meet(town->f.tracker, &key)->roles;
}

static void a_gateway_is_established_by_those_who_use_it(void **state)
{
	struct ip gateway = host_ip(1), web = wire_ip("93.184.216.34");
	struct town town;

	(void)state;
	settle(&town);
	see(&town.f, wire_arp(0, &gateway, &web));
	for (unsigned n = 0; n < 3 * 64 * 20; n++) {
		struct ip client = host_ip(20 + n % 20);
		struct packet packet =
			wire_tcp(n * 1000, &client, &web, 80, n < 20 ? TCP_SYN : TCP_ACK);

		packet.dst_mac = wire_mac(&gateway);
		see(&town.f, packet);
		if (n == 60)
			assert_int_equal(roles_of(&town, &gateway) &
						 (HOST_ROUTER | HOST_ESTABLISHED),
					 HOST_ROUTER);
	}
	assert_true(roles_of(&town, &gateway) & HOST_ESTABLISHED);
	assert_true(standing_of(&town, HOST_ROUTER)->established);
	assert_true(standing_of(&town, HOST_ROUTER)->witnesses >= 3);
	tracker_free(town.f.tracker);
}

/* Each query is answered: that is how a resolver is known, and how an accomplice would make one. */
static void serve_names(struct town *town, const struct ip *server, unsigned clients,
			unsigned stretches)
{
	for (unsigned stretch = 0; stretch < stretches; stretch++)
		for (unsigned n = 0; n < clients; n++) {
			struct ip client = host_ip(20 + n);
			struct packet query = wire_udp(stretch * (STRETCH_MS + 60000) + n * 10,
						       &client, server, 53);

			see(&town->f, query);
			see(&town->f,
			    wire_answer(stretch * (STRETCH_MS + 60000) + n * 10 + 1, &query, 0));
		}
}

static void one_accomplice_establishes_nothing(void **state)
{
	struct ip server = host_ip(2);
	struct town town;

	(void)state;
	settle(&town);
	serve_names(&town, &server, 1, 10);
	assert_false(standing_of(&town, HOST_DNS_SERVER)->established);
	tracker_free(town.f.tracker);
	settle(&town);
	serve_names(&town, &server, 6, 4);
	assert_true(standing_of(&town, HOST_DNS_SERVER)->established);
	assert_int_equal(standing_of(&town, HOST_SERVER)->port, 53); /* used by five and more */
	tracker_free(town.f.tracker);
}

static void a_suspect_gains_no_standing(void **state)
{
	struct ip server = host_ip(2);
	struct host_key key = host_key_of(&server, 0);
	struct town town;

	(void)state;
	settle(&town);
	hosts_suspect(tracker_meet(town.f.tracker, &key), true);
	serve_names(&town, &server, 20, 6);
	assert_int_equal(standing_of(&town, HOST_DNS_SERVER)->witnesses, 0);
	tracker_free(town.f.tracker);
}

/* Segments with payload of a conversation, as a machine with that lifetime sends them. */
static void talk(struct town *town, const struct ip *src, unsigned hop_limit, uint64_t from_ms)
{
	static const uint8_t payload[1] = { 'x' };
	struct ip web = wire_ip("93.184.216.34");

	for (unsigned n = 0; n < 640; n++) {
		struct packet packet = wire_tcp(from_ms + n, src, &web, 443, TCP_ACK);

		packet.hop_limit = (uint8_t)hop_limit;
		packet.payload = payload;
		packet.payload_length = 1;
		see(&town->f, packet);
	}
}

static void a_nat_box_shows_several_lifetimes_in_its_own_frames(void **state)
{
	static const struct {
		const char *name;
		unsigned lifetimes[3], count;
		bool established;
	} cases[] = {
		{ "Windows, phones and the box itself", { 64, 63, 127 }, 3, true },
		{ "a PC with a virtual machine", { 128, 63 }, 2, false },
		{ "one that sets its lifetime as it likes", { 30, 7, 200 }, 3, false },
		{ "ordinary", { 64 }, 1, false },
	};
	struct ip box = host_ip(9), other = host_ip(10);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct town town;

		settle(&town);
		for (unsigned stretch = 0; stretch < 8; stretch++)
			for (unsigned k = 0; k < cases[i].count; k++) {
				uint64_t ms = stretch * STRETCH_MS + k * 1000;

				see(&town.f, wire_arp(ms, &box, &other));
				talk(&town, &box, cases[i].lifetimes[k], ms + 1);
			}
		if (standing_of(&town, HOST_NAT)->established != cases[i].established)
			fail_msg("%s", cases[i].name);
		assert_int_equal(roles_of(&town, &box) & HOST_NAT,
				 cases[i].established ? HOST_NAT : 0);
		tracker_free(town.f.tracker);
	}
}

static void what_a_router_forwards_is_not_the_senders(void **state)
{
	struct ip gateway = host_ip(1), far = wire_ip("10.7.0.9"), other = host_ip(10);
	struct town town;

	(void)state;
	settle(&town);
	see(&town.f, wire_arp(0, &gateway, &other));
	for (unsigned n = 0; n < 8 * 640; n++) {
		static const uint8_t payload[1] = { 'x' };
		struct packet packet = wire_tcp(n * 1000, &far, &other, 443, TCP_ACK);

		packet.src_mac = wire_mac(&gateway);
		packet.hop_limit = (uint8_t)(n % 3 == 0 ? 63 : n % 3 == 1 ? 127 : 62);
		packet.payload = payload;
		packet.payload_length = 1;
		see(&town.f, packet);
	}
	assert_int_equal(standing_of(&town, HOST_NAT)->witnesses, 0);
	tracker_free(town.f.tracker);
}

static void a_monitor_is_answered_by_many_for_long(void **state)
{
	struct ip monitor = host_ip(5);
	struct town town;

	(void)state;
	settle(&town);
	assert_int_equal(roles_of(&town, &monitor), 0); /* it is a host: it asks */
	for (unsigned n = 0; n < 7 * 64 * 40; n++) {
		struct ip target = host_ip(20 + (n + n / 64 * 7) % 40);
		struct packet answer = wire_udp(n * 300, &target, &monitor, 40000);

		answer.src_port = 161;
		see(&town.f, answer);
	}
	assert_true(standing_of(&town, HOST_MONITOR)->established);
	assert_true(roles_of(&town, &monitor) & HOST_MONITOR);
	tracker_free(town.f.tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gateway_is_established_by_those_who_use_it),
		cmocka_unit_test(one_accomplice_establishes_nothing),
		cmocka_unit_test(a_suspect_gains_no_standing),
		cmocka_unit_test(a_nat_box_shows_several_lifetimes_in_its_own_frames),
		cmocka_unit_test(what_a_router_forwards_is_not_the_senders),
		cmocka_unit_test(a_monitor_is_answered_by_many_for_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
