/* SPDX-License-Identifier: Apache-2.0 */
/* scene.h - tracker, engine and all detectors as the sensor joins them, with the evidence kept
 * for looking at. */
#ifndef CORDON_TESTS_SCENE_H
#define CORDON_TESTS_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/contact/tracker.h"
#include "core/detect/engine.h"
#include "core/detect/evidence.h"
#include "detectors/table.h"
#include "tests/unit/contact/wire.h"

struct scene {
	struct tracker *tracker;
	struct engine *engine;
	unsigned statements;
	struct evidence latest;
	double highest;                      /* of any host and class */
	double highest_by[DETECTOR_IDS_MAX]; /* the same of each detector */
	struct packet packet;                /* being seen */
	unsigned convicted;                  /* statements that crossed conviction */
	uint32_t contacts_at_conviction;
	uint64_t convicted_ns; /* wall, of the first */
};

static void scene_evidence(void *arg, const struct evidence *evidence)
{
	struct scene *scene = arg;

	scene->statements++;
	scene->latest = *evidence;
	if (evidence->log_odds > scene->highest)
		scene->highest = evidence->log_odds;
	if (evidence->log_odds > scene->highest_by[evidence->detector])
		scene->highest_by[evidence->detector] = evidence->log_odds;
	if (evidence->log_odds < CONVICT_NATS)
		return;
	if (scene->convicted++ == 0) {
		scene->contacts_at_conviction = evidence->contacts;
		scene->convicted_ns = evidence->stated_ns;
	}
}

static void scene_contact(void *arg, struct host *host, const struct contact *contact)
{
	struct scene *scene = arg;

	if (contact->outcome == CONTACT_PENDING)
		engine_lend(scene->engine, scene->packet.payload, scene->packet.payload_length);
	engine_see(scene->engine, host, contact);
	engine_lend(scene->engine, NULL, 0);
}

static inline void scene_start(struct scene *scene)
{
	struct engine_config engine = { .detectors = detectors_table };
	struct engine_sink evidence_sink = { .arg = scene, .evidence = scene_evidence };
	struct tracker_config tracker = { .key = { { 21, 42 } },
					  .hosts_max = 4096,
					  .contacts_max = 65536 };
	struct tracker_sink contact_sink = { .arg = scene, .contact = scene_contact };

	memset(scene, 0, sizeof(*scene));
	scene->engine = engine_new(&engine, &evidence_sink);
	scene->tracker = tracker_new(&tracker, &contact_sink);
	engine_attach(scene->engine, tracker_hosts(scene->tracker));
}

static inline void scene_stop(struct scene *scene)
{
	tracker_free(scene->tracker);
	engine_free(scene->engine);
}

static inline void scene_see(struct scene *scene, struct packet packet)
{
	scene->packet = packet;
	tracker_see(scene->tracker, &packet);
}

static inline void scene_wait(struct scene *scene, uint64_t until_ms)
{
	tracker_advance(scene->tracker, wire_ns(until_ms));
}

/* base with its last byte replaced. */
static inline struct ip scene_ip(const char *base, unsigned last)
{
	struct ip ip = wire_ip(base);

	ip.bytes[15] = (uint8_t)last;
	return ip;
}

/* It asks for its router: the tracker keeps it as a host from its first contact on (novices.h). */
static inline void scene_meet(struct scene *scene, uint64_t ms, const struct ip *host)
{
	struct ip router = wire_ip("10.0.0.1");

	scene_see(scene, wire_arp(ms, host, &router));
}

/* The nth address that has nothing to do with the one before, in the manner of a peer list. */
static inline struct ip scene_peer(const char *base, unsigned n)
{
	struct ip ip = wire_ip(base);

	ip.bytes[13] = (uint8_t)(n * 37 + 11);
	ip.bytes[14] = (uint8_t)(n * 101 + 7);
	ip.bytes[15] = (uint8_t)(n * 59 + 3);
	return ip;
}

/* Ten minutes of chatter by one neighbour: the address book is warm, the dark is known to be
 * dark. */
static inline uint64_t scene_warm_up(struct scene *scene)
{
	struct ip talker = wire_ip("10.0.0.250"), friend = wire_ip("10.0.0.251");

	for (uint64_t minute = 0; minute < 11; minute++) {
		scene_see(scene, wire_arp(minute * 60000, &talker, &friend));
		scene_see(scene, wire_arp_reply(minute * 60000 + 1, &friend, &talker));
	}
	return 11 * 60000;
}

/* Half a week's minutes: who is not in the address book now does not exist. */
static inline uint64_t scene_fill_book(struct scene *scene)
{
	struct ip talker = wire_ip("10.0.0.250"), friend = wire_ip("10.0.0.251");

	for (uint64_t minute = 0; minute <= 7 * 24 * 60; minute += 2) {
		scene_see(scene, wire_arp(minute * 60000, &talker, &friend));
		scene_see(scene, wire_arp_reply(minute * 60000 + 1, &friend, &talker));
	}
	return 7 * 24 * 60 * 60000 + 120000;
}

#endif
