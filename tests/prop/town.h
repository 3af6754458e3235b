/* SPDX-License-Identifier: Apache-2.0 */
/* town.h - a thousand machines that live ordinarily, one that forges, and all of the sensor and the book that
 * watch them; for the tests of who is convicted for whom. */
#ifndef CORDON_TESTS_TOWN_H
#define CORDON_TESTS_TOWN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/contact/tracker.h"
#include "core/detect/engine.h"
#include "core/detect/evidence.h"
#include "core/incident/book.h"
#include "core/incident/incident.h"
#include "detectors/table.h"
#include "tests/pcapgen/dice.h"
#include "tests/unit/contact/wire.h"

#define INNOCENTS    1000
#define WARM_UP_MIN  12
#define FLOOD_PER_S  5000
#define MOMENT_EVERY 50 /* forged packets between two ordinary moments of an innocent */

enum pattern { DARK_SYN, UDP_SPRAY, ARP_SENDER, SYN_ANSWERED, UDP_UNREACHABLE };

struct flood {
	const char *name;
	enum pattern pattern;
	bool forged_mac;
	unsigned names; /* 0 = all innocents */
	unsigned per_s; /* 0 = FLOOD_PER_S */
};

struct bench {
	struct tracker *tracker;
	struct engine *engine;
	struct book *book;
	struct dice dice;
	uint64_t now_ns;
	unsigned innocents, disputed, suspected, in_doubt;
	unsigned disputed_before, conflict; /* of the convicted innocents */
	unsigned with_forgers_mac;          /* convicted under its MAC, whatever the address */
	unsigned rules[DETECTOR_IDS_MAX][EVIDENCE_CLASSES];
	bool is_disputed[INNOCENTS], forger_convicted;
};

/* ---- the cast: 10.1.0.0/22 ------------------------------------------------------------------- */

static inline struct ip at(unsigned third, unsigned fourth)
{
	return ip_from_v4((uint8_t[]){ 10, 1, (uint8_t)third, (uint8_t)fourth });
}

static inline struct ip innocent(unsigned i)
{
	return at(i / 250, 1 + i % 250);
}

static inline int innocent_index(const struct ip *ip)
{
	struct ip base = at(0, 0);

	if (memcmp(ip->bytes, base.bytes, 14) != 0 || ip->bytes[14] > 3 || ip->bytes[15] < 1 ||
	    ip->bytes[15] > 250)
		return -1;
	return ip->bytes[14] * 250 + ip->bytes[15] - 1;
}

static inline struct ip server(void)
{
	return at(0, 252);
}

static inline struct ip forger(void)
{
	return at(0, 253);
}

/* ---- the sensor and the book ----------------------------------------------------------------- */

static inline void changed(void *arg, const struct incident *incident, enum book_change change)
{
	struct bench *bench = arg;
	struct ip own = forger();
	struct mac mac = wire_mac(&own);
	int index = innocent_index(&incident->host.ip);

	bench->suspected += change == BOOK_SUSPECTED;
	bench->in_doubt += change == BOOK_DOUBTED;
	if (change != BOOK_CONVICTED)
		return;
	bench->with_forgers_mac += mac_equal(&incident->mac, &mac);
	bench->forger_convicted = bench->forger_convicted || ip_equal(&incident->host.ip, &own);
	if (index < 0)
		return;
	bench->innocents++;
	bench->conflict += incident->mac_conflict;
	bench->disputed_before += bench->is_disputed[index];
	bench->rules[incident->evidence[0].detector][incident->evidence[0].port_class]++;
}

static inline void said(void *arg, const struct evidence *evidence)
{
	struct bench *bench = arg;

	book_add(bench->book, evidence, bench->now_ns);
}

static const struct host *visitor(void *arg, const struct host *host, uint64_t before_ns)
{
	const struct bench *bench = arg;

	return tracker_visitor(bench->tracker, host, before_ns);
}

static inline void touched(void *arg, struct host *host, const struct contact *contact)
{
	struct bench *bench = arg;

	engine_see(bench->engine, host, contact);
}

static inline void forged(void *arg, struct host *host, const struct observation *observation)
{
	struct bench *bench = arg;

	engine_observe(bench->engine, host, observation);
}

static inline void got_role(void *arg, const struct host *host, unsigned role)
{
	struct bench *bench = arg;
	int index = innocent_index(&host->key.ip);

	if (role != HOST_DISPUTED || index < 0)
		return;
	bench->disputed++;
	bench->is_disputed[index] = true;
}

static inline void bench_start(struct bench *bench, uint64_t seed)
{
	struct engine_config engine = { .detectors = detectors_table };
	struct engine_sink evidence = { .arg = bench, .evidence = said, .visitor = visitor };
	struct tracker_config tracker = { .key = { { 13, 17 } } }; /* as shipped */
	struct tracker_sink sink = {
		.arg = bench, .contact = touched, .role = got_role, .forged = forged
	};
	struct book_config book = { 0 };

	memset(bench, 0, sizeof(*bench));
	dice_init(&bench->dice, seed);
	bench->engine = engine_new(&engine, &evidence);
	bench->tracker = tracker_new(&tracker, &sink);
	engine_attach(bench->engine, tracker_hosts(bench->tracker));
	bench->book = book_new(&book, changed, bench);
	bench->now_ns = WIRE_START_NS;
}

static inline void bench_stop(struct bench *bench)
{
	book_free(bench->book);
	tracker_free(bench->tracker);
	engine_free(bench->engine);
}

static inline void wire(struct bench *bench, struct packet packet)
{
	bench->now_ns += us_to_ns(1);
	packet.wall_ns = bench->now_ns;
	tracker_see(bench->tracker, &packet);
}

/* ---- ordinary life --------------------------------------------------------------------------- */

/* Asks for the server and uses it: name, file share, all answered. */
static inline void live(struct bench *bench, const struct ip *who)
{
	struct ip there = server();
	struct packet name = wire_udp(0, who, &there, 53);
	struct packet share = wire_tcp(0, who, &there, 445, TCP_SYN), ack = share;

	wire(bench, wire_arp(0, who, &there));
	wire(bench, wire_arp_reply(0, &there, who));
	wire(bench, name);
	wire(bench, wire_answer(0, &name, 0));
	wire(bench, share);
	wire(bench, wire_answer(0, &share, TCP_SYN | TCP_ACK));
	ack.tcp_flags = TCP_ACK;
	wire(bench, ack);
}

static inline void warm_up(struct bench *bench)
{
	struct ip own = forger();

	for (unsigned minute = 0; minute < WARM_UP_MIN; minute++) {
		for (unsigned i = minute % 4; i < INNOCENTS; i += 4) {
			struct ip who = innocent(i);

			bench->now_ns += ms_to_ns(60 * 1000 / (INNOCENTS / 4));
			live(bench, &who);
		}
		live(bench, &own);
	}
}

/* ---- forging --------------------------------------------------------------------------------- */

static inline struct ip dark(struct bench *bench)
{
	return ip_from_v4((uint8_t[]){ 10, (uint8_t)(2 + dice_below(&bench->dice, 200)),
				       (uint8_t)dice_below(&bench->dice, 256),
				       (uint8_t)(1 + dice_below(&bench->dice, 254)) });
}

/* Addresses of the same subnet that nobody owns: 10.1.4.0 upward. */
static inline struct ip dark_neighbor(struct bench *bench)
{
	return at(4 + dice_below(&bench->dice, 200), 1 + dice_below(&bench->dice, 254));
}

static inline struct packet signed_by(struct packet packet, const struct flood *flood)
{
	struct ip own = forger();

	if (flood->forged_mac)
		return packet;
	packet.src_mac = wire_mac(&own);
	if (packet.kind == PACKET_ARP)
		packet.neighbor.sender_mac = packet.src_mac;
	return packet;
}

/* The target answers the innocent, who knows nothing of it and resets: RFC 9293 3.10.7.1. */
static inline void syn_answered(struct bench *bench, const struct flood *flood,
				const struct ip *victim)
{
	struct ip target = innocent(dice_below(&bench->dice, INNOCENTS));
	struct packet syn = wire_tcp(0, victim, &target, 445, TCP_SYN), reset;

	if (ip_equal(&target, victim))
		return;
	syn.tcp_seq = 7000;
	wire(bench, signed_by(syn, flood));
	if (dice_percent(&bench->dice, 50)) {
		wire(bench, wire_answer(0, &syn, TCP_RST | TCP_ACK));
		return;
	}
	reset = wire_answer(0, &syn, TCP_SYN | TCP_ACK);
	reset.tcp_ack = 7001;
	wire(bench, reset);
	reset = syn;
	reset.tcp_seq = 7001;
	reset.tcp_flags = TCP_RST;
	reset.marks = PACKET_HAS_MACS;
	wire(bench, reset);
}

static inline void udp_unreachable(struct bench *bench, const struct flood *flood,
				   const struct ip *victim)
{
	struct ip target = innocent(dice_below(&bench->dice, INNOCENTS));
	struct packet datagram = wire_udp(0, victim, &target, 1434), error;

	if (ip_equal(&target, victim))
		return;
	wire(bench, signed_by(datagram, flood));
	error = wire_error(0, &datagram, 3, 3);
	error.src = target;
	error.src_mac = wire_mac(&target);
	wire(bench, error);
}

static inline void forge_as(struct bench *bench, const struct flood *flood, const struct ip *victim)
{
	struct ip target;

	switch (flood->pattern) {
	case DARK_SYN:
		target = dark(bench);
		wire(bench, signed_by(wire_tcp(0, victim, &target, 445, TCP_SYN), flood));
		break;
	case UDP_SPRAY:
		target = dark(bench);
		wire(bench,
		     signed_by(wire_udp(0, victim, &target, 1 + dice_below(&bench->dice, 2000)),
			       flood));
		break;
	case ARP_SENDER:
		target = dark_neighbor(bench);
		wire(bench, signed_by(wire_arp(0, victim, &target), flood));
		break;
	case SYN_ANSWERED:
		syn_answered(bench, flood, victim);
		break;
	case UDP_UNREACHABLE:
	default:
		udp_unreachable(bench, flood, victim);
		break;
	}
}

static inline void forge(struct bench *bench, const struct flood *flood)
{
	struct ip victim =
		innocent(dice_below(&bench->dice, flood->names ? flood->names : INNOCENTS));

	forge_as(bench, flood, &victim);
}

static inline void drown(struct bench *bench, const struct flood *flood, unsigned long packets)
{
	for (unsigned long i = 0; i < packets; i++) {
		bench->now_ns += NS_PER_S / (flood->per_s ? flood->per_s : FLOOD_PER_S);
		forge(bench, flood);
		if (i % MOMENT_EVERY == 0) {
			struct ip who = innocent((unsigned)(i / MOMENT_EVERY) % INNOCENTS);

			live(bench, &who);
		}
	}
	tracker_advance(bench->tracker, bench->now_ns + s_to_ns(10));
}

static inline void tell(const struct bench *bench, const struct flood *flood)
{
	printf("# %s:\n#   %u innocents convicted (%u disputed before, %u with a MAC conflict),"
	       " %u suspected, %u in doubt, %u disputed; %u convictions bear the forger's MAC\n",
	       flood->name, bench->innocents, bench->disputed_before, bench->conflict,
	       bench->suspected, bench->in_doubt, bench->disputed, bench->with_forgers_mac);
	for (unsigned id = 0; id < DETECTOR_IDS_MAX; id++)
		for (unsigned c = 0; c < EVIDENCE_CLASSES; c++)
			if (bench->rules[id][c])
				printf("#     by detector %u on %s: %u\n", id,
				       evidence_class_name(c), bench->rules[id][c]);
}

/* By its MAC and the address that this calls its own; the names are counted by a map of bits: a little low. */
static inline void the_forger_is_named(const struct bench *bench, unsigned names_min)
{
	struct ip own = forger();
	struct host_key key = host_key_of(&own, 0);
	struct mac mac = wire_mac(&own);
	const struct incident *incident = book_find(bench->book, &key);

	assert_non_null(incident);
	assert_int_equal(incident->state, INCIDENT_CONVICTED);
	assert_int_equal(incident->kind, EVIDENCE_SPOOFING);
	assert_memory_equal(&incident->mac, &mac, sizeof(mac));
	assert_int_equal(incident->evidence[0].detector, DETECTOR_SPOOF);
	assert_int_equal(incident->evidence[0].sample_count, EVIDENCE_SAMPLES);
	assert_in_range(incident->evidence[0].contacts, names_min, INNOCENTS);
}

#endif
