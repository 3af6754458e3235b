/* SPDX-License-Identifier: Apache-2.0 */
/* test_tracker_forge.c - whose contact it is when MAC and address contradict each other. */
#include "tests/unit/contact/tracking.h"

#include "core/contact/observation.h"

#define MINUTE 60000

static struct ip told_src, told_dst;
static bool told_known;
static unsigned floods;
static unsigned told;

static void forged(void *arg, struct host *host, const struct observation *observation)
{
	(void)arg;
	assert_memory_equal(&host->key.ip, &observation->contact.src, sizeof(struct ip));
	told_src = observation->contact.src;
	told_dst = observation->contact.dst;
	told_known = observation->forgery.is_address_known;
	floods += observation->forgery.is_flood;
	told += observation->forgery.is_new_name;
}

/* a and b live and are known, out is not of this wire. */
static void start_bound(struct fixture *f)
{
	struct tracker_config config = { .key = { { 1, 2 } },
					 .hosts_max = 64,
					 .contacts_max = 1024 };
	struct tracker_sink sink = {
		.arg = f, .contact = fixture_contact, .role = fixture_role, .forged = forged
	};

	start(f, 1024);
	tracker_free(f->tracker);
	f->tracker = tracker_new(&config, &sink);
	told = 0;
	see(f, wire_arp(0, &f->a, &f->b));
	see(f, wire_arp(1, &f->b, &f->a));
	f->count = 0;
	f->roles = f->roles_told = 0;
}

/* src's packet from the station of sender. */
static struct packet from(struct packet packet, const struct ip *sender)
{
	packet.src_mac = wire_mac(sender);
	if (packet.kind == PACKET_ARP)
		packet.neighbor.sender_mac = packet.src_mac;
	return packet;
}

static struct ip last_byte(unsigned value)
{
	struct ip ip = wire_ip("10.0.0.0");

	ip.bytes[15] = (uint8_t)value;
	return ip;
}

/* Who is said to ask when a station asks in that name? */
static const struct ip *who_asks(struct fixture *f, uint64_t ms, const struct ip *name,
				 const struct ip *station)
{
	static unsigned next = 100;
	struct ip target = last_byte(next++ % 100 + 100);

	f->count = 0;
	see(f, from(wire_arp(ms, name, &target), station));
	for (unsigned i = 0; i < f->count; i++)
		if (f->seen[i].outcome == CONTACT_PENDING)
			return &f->seen[i].src;
	fail_msg("nobody asks");
	return NULL;
}

static void a_borrowed_name_is_replaced_by_the_senders(void **state)
{
	struct ip dark = wire_ip("10.0.9.9"), dark2 = wire_ip("10.0.9.10");
	struct fixture f;

	(void)state;
	start_bound(&f);
	see(&f, from(wire_tcp(10, &f.a, &dark, 445, TCP_SYN), &f.b));
	see(&f, from(wire_tcp(11, &f.a, &dark2, 445, TCP_SYN), &f.b));
	assert_int_equal(f.count, 2);
	assert_memory_equal(&f.seen[0].src, &f.b, sizeof(f.b));
	assert_true(f.seen[0].flags & CONTACT_BLIND); /* its answer would go to a */
	assert_int_equal(told, 1);                    /* one name */
	assert_true(told_known);
	assert_memory_equal(&told_src, &f.b, sizeof(f.b));
	assert_memory_equal(&told_dst, &f.a, sizeof(f.a));
	assert_int_equal(f.roles, HOST_DISPUTED);
	assert_int_equal(tracker_counts(f.tracker).borrowed, 2);
	tracker_free(f.tracker);
}

static void haste_in_one_name_is_told_once(void **state)
{
	for (unsigned apart_ms = 1; apart_ms <= 100; apart_ms += 99) {
		struct fixture f;

		(void)state;
		start_bound(&f);
		floods = 0;
		for (unsigned n = 0; n < 400; n++) {
			struct ip dark = wire_ip("10.0.9.9");

			dark.bytes[14] = (uint8_t)(n / 200);
			dark.bytes[15] = (uint8_t)(n % 200);
			see(&f, from(wire_tcp(10 + n * apart_ms, &f.a, &dark, 445, TCP_SYN), &f.b));
		}
		assert_int_equal(floods, apart_ms == 1);
		tracker_free(f.tracker);
	}
}

/* A scanner that sends each packet in a neighbour's name as well gains nothing. */
static void its_own_packet_after_a_forged_one_is_heard(void **state)
{
	static const struct {
		const char *name;
		const char *order; /* f: in a's name, o: b's own */
		unsigned outcome;
	} cases[] = {
		{ "forged alone", "f", CONTACT_UNKNOWN },
		{ "forged twice", "ff", CONTACT_UNKNOWN },
		{ "forged, then its own", "fo", CONTACT_OUTSTANDING },
		{ "its own, then forged", "of", CONTACT_OUTSTANDING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip dark = wire_ip("10.0.9.9");
		struct fixture f;

		start_bound(&f);
		for (const char *order = cases[i].order; *order; order++)
			see(&f, from(wire_tcp(10, *order == 'f' ? &f.a : &f.b, &dark, 445, TCP_SYN),
				     &f.b));
		tracker_advance(f.tracker, wire_ns(400));
		assert_memory_equal(&latest(&f)->src, &f.b, sizeof(f.b));
		if (latest(&f)->outcome != cases[i].outcome)
			fail_msg("%s: %u", cases[i].name, latest(&f)->outcome);
		tracker_free(f.tracker);
	}
}

static void a_station_without_a_name_is_called_by_its_mac(void **state)
{
	struct ip dark = wire_ip("10.0.9.9"), link_local = wire_ip("fe80::5d:b8ff:fed8:22");
	struct fixture f;
	struct packet packet;

	(void)state;
	start_bound(&f);
	packet = wire_arp(10, &f.a, &dark);
	mac_parse("02:5d:b8:d8:00:22", &packet.src_mac);
	packet.neighbor.sender_mac = packet.src_mac;
	see(&f, packet);
	assert_memory_equal(&latest(&f)->src, &link_local, sizeof(link_local));
	assert_false(told_known);
	tracker_free(f.tracker);
}

static void what_is_said_in_a_borrowed_name_is_nobodys(void **state)
{
	struct host_key a;
	struct mac mac;
	struct fixture f;

	(void)state;
	start_bound(&f);
	a = host_key_of(&f.a, 0);
	mac = wire_mac(&f.a);
	assert_false(tracker_is_forged(f.tracker, &a, &mac));
	mac = wire_mac(&f.b);
	assert_true(tracker_is_forged(f.tracker, &a, &mac));
	assert_int_equal(told, 1);
	tracker_free(f.tracker);
}

static void what_a_router_passes_on_is_nobodys(void **state)
{
	struct ip gateway = wire_ip("10.0.0.1"), dark = wire_ip("10.0.9.9");
	struct fixture f;
	struct packet packet;

	(void)state;
	start_bound(&f);
	see(&f, wire_arp(2, &gateway, &f.a));
	packet = wire_tcp(3, &f.b, &f.out, 80, TCP_SYN);
	packet.dst_mac = wire_mac(&gateway);
	see(&f, packet);
	f.count = 0;
	see(&f, from(wire_tcp(10, &f.a, &dark, 445, TCP_SYN), &gateway));
	see(&f, from(wire_tcp(11, &f.a, &dark, 139, TCP_SYN), &gateway));
	assert_int_equal(f.count, 0);
	assert_int_equal(told, 0);
	tracker_free(f.tracker);
}

static void a_novices_borrowed_contact_is_not_told_of_the_owner(void **state)
{
	struct ip c = wire_ip("10.0.0.7"), dark = wire_ip("10.0.9.9");
	struct fixture f;

	(void)state;
	start_bound(&f);
	see(&f, wire_arp_reply(2, &c, &f.a)); /* known, but no host yet */
	f.count = 0;
	see(&f, from(wire_tcp(10, &c, &dark, 445, TCP_SYN), &f.b));
	see(&f, wire_tcp(20, &c, &f.a, 80, TCP_SYN));
	assert_int_equal(tracker_counts(f.tracker).borrowed, 1);
	for (unsigned i = 0; i < f.count; i++)
		assert_false(ip_equal(&f.seen[i].src, &c) && ip_equal(&f.seen[i].dst, &dark));
	tracker_free(f.tracker);
}

static void a_claim_is_believed_when_the_owner_stays_silent(void **state)
{
	struct ip nic = wire_ip(
		"10.0.0.66"); /* a new interface: it has this MAC, but goes by a's name only */
	struct fixture f;

	(void)state;
	start_bound(&f);
	assert_false(ip_equal(who_asks(&f, 1000, &f.a, &nic), &f.a));
	see(&f, wire_arp(2000, &f.a, &f.out)); /* the old one lives: the minute starts anew */
	assert_false(ip_equal(who_asks(&f, 3000, &f.a, &nic), &f.a));
	assert_false(ip_equal(who_asks(&f, 3000 + MINUTE - 1, &f.a, &nic), &f.a));
	who_asks(&f, 3000 + MINUTE, &f.a, &nic);
	assert_memory_equal(who_asks(&f, 3100 + MINUTE, &f.a, &nic), &f.a, sizeof(f.a));
	tracker_free(f.tracker);
}

/* A second node takes over the cluster's address: it keeps its own name, so the whole ten minutes pass. */
static void a_claimant_with_a_name_of_its_own_waits_longer(void **state)
{
	struct fixture f;
	unsigned minute;

	(void)state;
	start_bound(&f);
	for (minute = 1; minute < 10; minute++) {
		see(&f, wire_arp(minute * MINUTE, &f.b, &f.out));
		assert_memory_equal(who_asks(&f, minute * MINUTE + 1, &f.a, &f.b), &f.b,
				    sizeof(f.b));
	}
	who_asks(&f, minute * MINUTE, &f.a, &f.b);
	assert_memory_equal(who_asks(&f, minute * MINUTE + 100, &f.a, &f.b), &f.a, sizeof(f.a));
	assert_int_equal(told, 1); /* and it was one name all the time */
	tracker_free(f.tracker);
}

/* So long nobody who lives is silent: from then on the address is the claimant's, and the old station the stranger. */
static void the_address_of_who_was_silent_for_long_is_the_claimants(void **state)
{
	static const struct {
		const char *name;
		uint64_t claim_ms;
		bool moves;
	} cases[] = {
		{ "the owner was heard within ten minutes", 10 * MINUTE - 1000, false },
		{ "it was not", 10 * MINUTE + 1000, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;
		struct host_key a;
		struct mac mac_a, mac_b;

		start_bound(&f);
		a = host_key_of(&f.a, 0);
		mac_a = wire_mac(&f.a);
		mac_b = wire_mac(&f.b);
		/* With a name of its own: the minute is not enough. */
		see(&f, wire_arp(cases[i].claim_ms, &f.b, &f.out));
		see(&f, from(wire_arp(cases[i].claim_ms + 1, &f.a, &f.out), &f.b));
		if (tracker_is_forged(f.tracker, &a, &mac_a) != cases[i].moves ||
		    tracker_is_forged(f.tracker, &a, &mac_b) != !cases[i].moves)
			fail_msg("%s", cases[i].name);
		tracker_free(f.tracker);
	}
}

static struct packet lease(uint64_t ms, const struct ip *server, const struct ip *address,
			   const struct ip *station)
{
	static uint8_t message[260];
	struct mac mac = wire_mac(station);
	struct packet packet = wire_udp(ms, server, address, 68);

	memset(message, 0, sizeof(message));
	memcpy(message, (uint8_t[]){ 2, 1, 6 }, 3);
	memcpy(message + 16, address->bytes + 12, 4);
	memcpy(message + 28, &mac, 6);
	memcpy(message + 236, (uint8_t[]){ 99, 130, 83, 99, 53, 1, 5, 255 }, 8);
	packet.src_port = 67;
	packet.payload = message;
	packet.payload_length = sizeof(message);
	return packet;
}

static void a_lease_moves_an_address_whose_owner_is_silent(void **state)
{
	struct ip server = wire_ip("10.0.0.2"), nobody = wire_ip("0.0.0.0"),
		  all = wire_ip("255.255.255.255");
	struct fixture f;

	(void)state;
	for (unsigned silent = 0; silent < 2; silent++) {
		uint64_t now = silent ? 2 * MINUTE : 5000;
		struct packet ask = wire_udp(now, &nobody, &all, 67);

		start_bound(&f);
		see(&f, wire_arp(now, &f.b, &f.out)); /* so far it goes by b */
		ask.src_port = 68;
		ask.src_mac = wire_mac(&f.b);
		see(&f, ask);
		see(&f, lease(now + 1, &server, &f.a, &f.b));
		assert_int_equal(ip_equal(who_asks(&f, now + 2, &f.a, &f.b), &f.a), silent);
		tracker_free(f.tracker);
	}
}

static void a_forger_is_never_believed_and_always_named(void **state)
{
	struct ip names[4], unheard = wire_ip("10.0.0.250");
	struct fixture f;

	(void)state;
	start_bound(&f);
	for (unsigned i = 0; i < 4; i++) {
		names[i] = last_byte(20 + i);
		see(&f, wire_arp(10 + i, &names[i], &f.a));
	}
	for (unsigned i = 0; i < 4; i++)
		assert_memory_equal(who_asks(&f, 20 + i, &names[i], &f.b), &f.b, sizeof(f.b));
	assert_int_equal(told, 4);
	/* Neither in the name of who is silent for long, nor of who was never heard. */
	see(&f, wire_arp(20 * MINUTE, &f.b, &f.out));
	assert_memory_equal(who_asks(&f, 20 * MINUTE + 1, &names[0], &f.b), &f.b, sizeof(f.b));
	assert_memory_equal(who_asks(&f, 20 * MINUTE + 2, &unheard, &f.b), &f.b, sizeof(f.b));
	see(&f, from(wire_tcp(20 * MINUTE + 3, &f.a, &f.out, 445, TCP_SYN), &f.b));
	assert_false(latest(&f)->flags & CONTACT_BLIND); /* whatever it sends is held against it */
	tracker_free(f.tracker);
}

static void a_flood_of_claims_displaces_no_owner(void **state)
{
	struct fixture f;

	(void)state;
	start_bound(&f);
	see(&f, wire_arp(2000, &f.a, &f.out));
	see(&f, wire_arp(2001, &f.b, &f.out));
	for (unsigned i = 0; i < 2000; i++) { /* the book has 32 places */
		uint8_t four[4] = { 10, 1, (uint8_t)(i >> 8), (uint8_t)i };
		struct ip made_up = ip_from_v4(four);

		see(&f, wire_arp(3000 + i, &made_up, &made_up));
	}
	assert_memory_equal(who_asks(&f, 6000, &f.a, &f.b), &f.b, sizeof(f.b));
	tracker_free(f.tracker);
}

static void a_dispute_is_told_each_minute_and_ends(void **state)
{
	struct fixture f;

	(void)state;
	start_bound(&f);
	for (unsigned i = 0; i < 90; i++)
		who_asks(&f, 1000 + i * 1000, &f.a, &f.b);
	assert_int_equal(f.roles_told, 2);
	see(&f, wire_arp(95000, &f.a, &f.out));
	assert_true(latest(&f)->roles & HOST_DISPUTED);
	see(&f, wire_tcp(11 * MINUTE, &f.a, &f.out, 80, TCP_SYN));
	assert_true(latest(&f)->roles & HOST_DISPUTED);
	see(&f, wire_tcp(12 * MINUTE, &f.a, &f.out, 81, TCP_SYN));
	assert_false(latest(&f)->roles & HOST_DISPUTED);
	tracker_free(f.tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_borrowed_name_is_replaced_by_the_senders),
		cmocka_unit_test(haste_in_one_name_is_told_once),
		cmocka_unit_test(its_own_packet_after_a_forged_one_is_heard),
		cmocka_unit_test(a_station_without_a_name_is_called_by_its_mac),
		cmocka_unit_test(what_is_said_in_a_borrowed_name_is_nobodys),
		cmocka_unit_test(what_a_router_passes_on_is_nobodys),
		cmocka_unit_test(a_novices_borrowed_contact_is_not_told_of_the_owner),
		cmocka_unit_test(a_claim_is_believed_when_the_owner_stays_silent),
		cmocka_unit_test(a_claimant_with_a_name_of_its_own_waits_longer),
		cmocka_unit_test(the_address_of_who_was_silent_for_long_is_the_claimants),
		cmocka_unit_test(a_lease_moves_an_address_whose_owner_is_silent),
		cmocka_unit_test(a_forger_is_never_believed_and_always_named),
		cmocka_unit_test(a_flood_of_claims_displaces_no_owner),
		cmocka_unit_test(a_dispute_is_told_each_minute_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
