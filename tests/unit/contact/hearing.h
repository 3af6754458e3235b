/* SPDX-License-Identifier: Apache-2.0 */
/* hearing.h - an exchange in front of a reader, however its bytes arrive, and what content makes of what is told. */
#ifndef CORDON_TESTS_HEARING_H
#define CORDON_TESTS_HEARING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/contact/exploits.h"
#include "tests/unit/detectors/said.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* ---- hearing ------------------------------------------------------------------------------------ */

#define TOLD_MAX 64

/* What was told, in a word each. */
struct told {
	unsigned count;
	uint32_t what[TOLD_MAX];
	struct observation all[TOLD_MAX];
};

static struct told heard;
static struct reader *reader;

static inline uint32_t word_of(const struct observation *o)
{
	if (o->kind == OBSERVED_SMB)
		return (uint32_t)o->smb.act << 1 | o->smb.is_answer;
	if (o->kind != OBSERVED_RPC)
		return (uint32_t)o->kind << 24;
	return (uint32_t)o->kind << 24 | (uint32_t)o->rpc.interface << 20 |
	       (uint32_t)o->rpc.opnum << 3 | (o->rpc.climbs ? 1u : 0u) |
	       (o->rpc.endless_server ? 2u : 0u) | (uint32_t)o->rpc.wrong << 12 |
	       (o->rpc.stub_bytes > RPC_BIG_STUB_BYTES ? 4u : 0u);
}

static void hear(void *arg, const struct observation *observation)
{
	(void)arg;
	assert_true(heard.count < TOLD_MAX);
	heard.what[heard.count] = word_of(observation);
	heard.all[heard.count++] = *observation;
}

static inline int start_reader(void **state)
{
	struct hash_key key = { { 3, 4 } };

	(void)state;
	reader = reader_new(&key, 64, hear, NULL);
	return 0;
}

static inline int stop_reader(void **state)
{
	(void)state;
	reader_free(reader);
	return 0;
}

/* ---- arriving ----------------------------------------------------------------------------------- */

enum arrival { IN_ORDER, SWAPPED, REPEATED, OVERLAPPING, ARRIVALS };

struct talk {
	uint16_t client_port, port;
	uint32_t sent, answered;
};

static inline void segment(const struct talk *talk, bool by_server, const uint8_t *bytes,
			   uint32_t from, uint32_t to)
{
	struct ip client = wire_ip("10.0.0.5"), server = wire_ip("10.0.0.9");
	struct packet packet = wire_tcp(0, &client, &server, talk->port, TCP_ACK | TCP_PSH);

	packet.src_port = talk->client_port;
	if (by_server)
		packet = wire_answer(0, &packet, TCP_ACK);
	packet.tcp_seq = by_server ? 90000 + talk->answered + from : 7000 + talk->sent + from;
	packet.tcp_ack = by_server ? 7000 + talk->sent : 90000 + talk->answered;
	packet.payload = bytes + from;
	packet.payload_length = to - from;
	if (from < to)
		reader_see(reader, &packet);
}

static inline void arrive(const struct talk *talk, const struct bytes *said, uint32_t cut,
			  enum arrival arrival)
{
	uint32_t length = (uint32_t)said->length, early = cut > 5 ? cut - 5 : 0;
	const uint8_t *bytes = said->at;

	switch (arrival) {
	case SWAPPED:
		segment(talk, false, bytes, cut, length);
		segment(talk, false, bytes, 0, cut);
		break;
	case REPEATED:
		segment(talk, false, bytes, 0, cut);
		segment(talk, false, bytes, 0, cut);
		segment(talk, false, bytes, cut, length);
		segment(talk, false, bytes, 0, length);
		break;
	case OVERLAPPING:
		segment(talk, false, bytes, 0, cut);
		segment(talk, false, bytes, early, length);
		break;
	default:
		segment(talk, false, bytes, 0, cut);
		segment(talk, false, bytes, cut, length);
	}
}

/* The message with this number is cut there, the others are whole; none is cut for UINT32_MAX. */
static inline void play(const struct exchange *exchange, unsigned cut_step, uint32_t cut,
			enum arrival arrival)
{
	static uint16_t client_port = 20000;
	struct talk talk = { .client_port = client_port++, .port = exchange->port };

	if (client_port > 60000)
		client_port = 20000;
	heard.count = 0;
	for (unsigned i = 0; i < exchange->count; i++) {
		const struct step *step = &exchange->steps[i];
		uint32_t length = (uint32_t)step->said.length;

		if (step->by_server) {
			segment(&talk, true, step->said.at, 0, length);
			talk.answered += length;
			continue;
		}
		arrive(&talk, &step->said, i == cut_step ? cut : 0,
		       i == cut_step ? arrival : IN_ORDER);
		talk.sent += length;
	}
}

static inline unsigned convictions(void)
{
	struct scene scene;
	unsigned convicted;

	scene_start(&scene);
	for (unsigned i = 0; i < heard.count; i++)
		scene_said(&scene, &heard.all[i]);
	convicted = scene.convicted;
	scene_stop(&scene);
	return convicted;
}

/* Cut at every place of every message, in every manner of arriving.  On a port of its own a connection is known by its
 * first bytes, which must come first. */
static inline void told_however_it_arrives(const struct exchange *exchange, const char *what,
					   bool is_adopted)
{
	struct told whole;

	play(exchange, 0, 0, IN_ORDER);
	whole = heard;
	for (unsigned step = 0; step < exchange->count; step++) {
		uint32_t length = (uint32_t)exchange->steps[step].said.length;

		for (uint32_t cut = 1; !exchange->steps[step].by_server && cut < length; cut++)
			for (unsigned arrival = 0; arrival < ARRIVALS; arrival++) {
				if (step == 0 && is_adopted && arrival == SWAPPED)
					continue;
				play(exchange, step, cut, (enum arrival)arrival);
				if (heard.count != whole.count ||
				    memcmp(heard.what, whole.what,
					   whole.count * sizeof(whole.what[0])))
					fail_msg(
						"%s: message %u cut at %u, arrival %u: %u told, %u whole",
						what, step, cut, arrival, heard.count, whole.count);
			}
	}
}

#endif
