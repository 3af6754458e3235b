/* SPDX-License-Identifier: Apache-2.0 */
/* test_identity.c - nobody may hide behind what protects the innocent: worms on machines whose address moved, that
 * have two MACs, and worms on many machines at once. */
#include "tests/prop/town.h"

static struct mac other_mac(unsigned n)
{
	return (struct mac){ { 2, 0x5d, 0xb8, 0xd8, 0, (uint8_t)n } };
}

static struct packet bearing(struct packet packet, const struct mac *mac)
{
	packet.src_mac = *mac;
	if (packet.kind == PACKET_ARP)
		packet.neighbor.sender_mac = *mac;
	return packet;
}

/* Eight neighbours that do not exist and eight dark hosts, 100 ms apart: a worm begins. */
static void sweep(struct bench *bench, const struct ip *who, const struct mac *mac)
{
	for (unsigned i = 0; i < 16; i++) {
		struct ip target = i % 2 ? dark_neighbor(bench) : dark(bench);
		struct packet packet = i % 2 ? wire_arp(0, who, &target)
					     : wire_tcp(0, who, &target, 445, TCP_SYN);

		bench->now_ns += ms_to_ns(100);
		wire(bench, mac ? bearing(packet, mac) : packet);
	}
	tracker_advance(bench->tracker, bench->now_ns + s_to_ns(10));
	bench->now_ns += s_to_ns(10);
}

static bool is_convicted(const struct bench *bench, const struct ip *who)
{
	struct host_key key = host_key_of(who, 0);
	const struct incident *incident = book_find(bench->book, &key);

	return incident && incident->state == INCIDENT_CONVICTED;
}

/* The others go on living; who is left out is silent. */
static void pass(struct bench *bench, unsigned seconds, unsigned silent)
{
	for (unsigned i = 0; i < seconds; i++) {
		struct ip who = innocent(20 + i % 100);

		bench->now_ns += s_to_ns(1);
		if (20 + i % 100 != silent)
			live(bench, &who);
	}
}

/* ---- addresses that move ------------------------------------------------------------------------ */

static struct packet lease(const struct ip *address, const struct mac *mac)
{
	static uint8_t message[260];
	struct ip from = server();
	struct packet packet = wire_udp(0, &from, address, 68);

	memset(message, 0, sizeof(message));
	memcpy(message, (uint8_t[]){ 2, 1, 6 }, 3);
	memcpy(message + 16, address->bytes + 12, 4);
	memcpy(message + 28, mac, 6);
	memcpy(message + 236, (uint8_t[]){ 99, 130, 83, 99, 53, 1, 5, 255 }, 8);
	packet.src_port = 67;
	packet.payload = message;
	packet.payload_length = sizeof(message);
	return packet;
}

static void a_worm_on_a_leased_address_is_convicted_at_once(void **state)
{
	struct ip address = innocent(5), nobody = wire_ip("0.0.0.0"),
		  all = wire_ip("255.255.255.255");
	struct ip former = innocent(900);
	struct mac newcomer = wire_mac(&former); /* it had another address until now */
	struct packet ask = wire_udp(0, &nobody, &all, 67);
	struct bench bench;

	(void)state;
	bench_start(&bench, 1);
	warm_up(&bench);
	pass(&bench, 90, 5);
	ask.src_port = 68;
	ask.src_mac = newcomer;
	wire(&bench, ask);
	wire(&bench, lease(&address, &newcomer));
	wire(&bench, bearing(wire_arp(0, &address, &address), &newcomer));
	sweep(&bench, &address, &newcomer);
	assert_true(is_convicted(&bench, &address));
	assert_false(is_convicted(&bench, &former));
	bench_stop(&bench);
}

static void a_worm_behind_a_new_interface_is_convicted(void **state)
{
	struct ip address = innocent(5), gateway = server();
	struct mac fresh = other_mac(1);
	struct bench bench;

	(void)state;
	bench_start(&bench, 2);
	warm_up(&bench);
	for (unsigned i = 0; i < 8; i++) {
		pass(&bench, 10, 5);
		wire(&bench, bearing(wire_arp(0, &address, &gateway), &fresh));
	}
	sweep(&bench, &address, &fresh);
	assert_true(is_convicted(&bench, &address));
	bench_stop(&bench);
}

/* A cluster's address goes to its second node, which keeps its own: whichever name is convicted, it is that node's. */
static void a_worm_on_the_surviving_node_of_a_cluster_is_convicted(void **state)
{
	static const unsigned waits_s[] = { 1, 120, 700 };
	struct ip cluster = innocent(5), node = innocent(6);
	struct mac mac = wire_mac(&node);

	(void)state;
	for (unsigned w = 0; w < 3; w++) {
		struct bench bench;

		bench_start(&bench, 3 + w);
		warm_up(&bench);
		wire(&bench, bearing(wire_arp(0, &cluster, &cluster), &mac));
		for (unsigned i = 0; i < waits_s[w]; i += 10) {
			live(&bench, &node);
			wire(&bench, bearing(wire_arp(0, &cluster, &cluster), &mac));
			pass(&bench, 10, 5);
		}
		sweep(&bench, &cluster, &mac);
		assert_true(is_convicted(&bench, &cluster) || is_convicted(&bench, &node));
		bench_stop(&bench);
	}
}

/* A team of two interfaces: half of the frames bear the MAC of the second, which never calls itself anything. */
static void a_worm_on_a_team_of_interfaces_is_convicted(void **state)
{
	struct ip team = innocent(5);
	struct mac second = other_mac(2);
	struct bench bench;

	(void)state;
	bench_start(&bench, 7);
	warm_up(&bench);
	for (unsigned i = 0; i < 200; i++) {
		struct ip target = innocent(i);

		wire(&bench, bearing(wire_tcp(0, &team, &target, 80, TCP_SYN), &second));
		live(&bench, &team);
		bench.now_ns += s_to_ns(1);
	}
	assert_int_equal(bench.innocents, 0);
	for (unsigned i = 0; i < 4; i++) {
		sweep(&bench, &team, NULL);
		sweep(&bench, &team, &second);
	}
	assert_true(is_convicted(&bench, &team));
	bench_stop(&bench);
}

/* ---- outbreaks ---------------------------------------------------------------------------------- */

static void infect(struct bench *bench, const struct ip *by, const struct ip *whom, bool is_seen)
{
	struct packet syn = wire_tcp(0, by, whom, 445, TCP_SYN), ack = syn;

	if (!is_seen)
		return;
	wire(bench, syn);
	wire(bench, wire_answer(0, &syn, TCP_SYN | TCP_ACK));
	ack.tcp_flags = TCP_ACK;
	wire(bench, ack);
}

/* One host turns, infects others, and they others: the number doubles each generation.  All that are
 * infected go on sweeping, a contact every 100 ms each. */
static unsigned outbreak(struct bench *bench, unsigned generations, unsigned generation_ms,
			 bool is_seen)
{
	struct flood honest = { .pattern = ARP_SENDER, .forged_mac = true };
	unsigned infected = 1;

	for (unsigned g = 0; g <= generations; g++) {
		for (unsigned ms = 0; ms < generation_ms; ms += 100) {
			honest.pattern = ms / 100 % 2 ? DARK_SYN : ARP_SENDER;
			for (unsigned i = 0; i < infected; i++) {
				struct ip who = innocent(i);

				forge_as(bench, &honest, &who);
			}
			bench->now_ns += ms_to_ns(100);
		}
		if (g == generations)
			break;
		for (unsigned i = 0; i < infected; i++) {
			struct ip by = innocent(i), whom = innocent(infected + i);

			infect(bench, &by, &whom, is_seen);
		}
		infected *= 2;
	}
	tracker_advance(bench->tracker, bench->now_ns + s_to_ns(10));
	return infected;
}

static void an_outbreak_that_is_seen_convicts_everybody(void **state)
{
	static const unsigned generations_ms[] = { 400, 1000, 3000 };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct bench bench;
		unsigned infected;

		bench_start(&bench, 20 + i);
		warm_up(&bench);
		infected = outbreak(&bench, 7, generations_ms[i], true);
		printf("# a generation every %u ms: %u of %u convicted, %u in doubt\n",
		       generations_ms[i], bench.innocents, infected, bench.in_doubt);
		/* Of the last generation each has had the time of one. */
		assert_in_range(bench.innocents, generations_ms[i] < 1000 ? infected / 2 : infected,
				infected);
		assert_int_equal(bench.in_doubt, 0);
		bench_stop(&bench);
	}
}

/* A sensor that sees broadcasts only does not see who infects whom. */
static void an_outbreak_whose_infections_are_not_seen_is_still_convicted_at_first(void **state)
{
	struct bench bench;
	unsigned infected;

	(void)state;
	bench_start(&bench, 30);
	warm_up(&bench);
	infected = outbreak(&bench, 7, 5000, false);
	printf("# unseen: %u of %u convicted, %u in doubt\n", bench.innocents, infected,
	       bench.in_doubt);
	assert_true(bench.innocents >= 8);
	assert_int_equal(bench.innocents + bench.in_doubt, infected);
	bench_stop(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worm_on_a_leased_address_is_convicted_at_once),
		cmocka_unit_test(a_worm_behind_a_new_interface_is_convicted),
		cmocka_unit_test(a_worm_on_the_surviving_node_of_a_cluster_is_convicted),
		cmocka_unit_test(a_worm_on_a_team_of_interfaces_is_convicted),
		cmocka_unit_test(an_outbreak_that_is_seen_convicts_everybody),
		cmocka_unit_test(
			an_outbreak_whose_infections_are_not_seen_is_still_convicted_at_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
