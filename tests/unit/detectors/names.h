/* SPDX-License-Identifier: Apache-2.0 */
/* names.h - one detector, shown names looked up and contacts as the sensor would show them. */
#ifndef CORDON_TESTS_NAMES_H
#define CORDON_TESTS_NAMES_H

#include <stdint.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/contact/host.h"
#include "core/contact/observation.h"
#include "core/detect/detector.h"
#include "core/detect/engine.h"
#include "core/detect/evidence.h"
#include "core/net/hash.h"
#include "detectors/table.h"
#include "tests/unit/contact/wire.h"

struct desk {
	const struct detector *detectors[2];
	struct mem_region *region;
	struct hosts *hosts;
	struct engine *engine;
	struct evidence latest;
	unsigned statements;
	double highest;
	uint32_t contacts_at_conviction; /* 0 = not convicted */
	uint64_t now_ns;
	uint16_t roles; /* of whoever acts next */
};

static void desk_evidence(void *arg, const struct evidence *evidence)
{
	struct desk *desk = arg;

	desk->statements++;
	desk->latest = *evidence;
	if (evidence->log_odds > desk->highest)
		desk->highest = evidence->log_odds;
	if (evidence->log_odds >= CONVICT_NATS && !desk->contacts_at_conviction)
		desk->contacts_at_conviction = evidence->contacts;
}

static inline void desk_start(struct desk *desk, const struct detector *detector)
{
	struct engine_sink sink = { .arg = desk, .evidence = desk_evidence };
	static const struct hash_key key = { { 4, 2 } };

	memset(desk, 0, sizeof(*desk));
	desk->detectors[0] = detector;
	desk->now_ns = WIRE_START_NS;
	desk->engine = engine_new(&(struct engine_config){ .detectors = desk->detectors }, &sink);
	desk->region = mem_region_new();
	desk->hosts = hosts_new(desk->region, 1024, &key);
	engine_attach(desk->engine, desk->hosts);
}

static inline void desk_stop(struct desk *desk)
{
	engine_free(desk->engine);
	hosts_free(desk->hosts);
	mem_region_free(desk->region);
}

static inline void desk_pass(struct desk *desk, uint64_t seconds)
{
	desk->now_ns += seconds * UINT64_C(1000000000);
}

static inline struct contact desk_contact_of(struct desk *desk, const char *src, const char *dst,
					     unsigned port)
{
	struct contact contact = { .src = wire_ip(src),
				   .dst = wire_ip(dst),
				   .opened_ns = desk->now_ns,
				   .src_port = 40000,
				   .dst_port = (uint16_t)port,
				   .kind = port == 53 ? CONTACT_UDP : CONTACT_TCP,
				   .roles = desk->roles };

	return contact;
}

static inline struct host *desk_host(struct desk *desk, const struct contact *contact)
{
	struct host_key key = host_key_of(&contact->src, contact->vlan);

	return hosts_need(desk->hosts, &key, desk->now_ns);
}

static inline void desk_opens(struct desk *desk, const char *src, const char *dst, unsigned port)
{
	struct contact contact = desk_contact_of(desk, src, dst, port);

	engine_see(desk->engine, desk_host(desk, &contact), &contact);
}

/* What a test says about one look-up. */
struct look_up {
	const char *client, *name;
	const char *resolver; /* NULL = 10.0.0.53 */
	const char *address;  /* of a good answer */
	unsigned type;        /* 0 = A */
	unsigned rcode;
	uint32_t ttl_s;
};

static inline void desk_name(struct desk *desk, const struct look_up *look_up, unsigned rcode)
{
	struct observation observation;

	memset(&observation, 0, sizeof(observation));
	observation.kind = OBSERVED_NAME;
	observation.contact = desk_contact_of(
		desk, look_up->client, look_up->resolver ? look_up->resolver : "10.0.0.53", 53);
	memcpy(observation.name.text, look_up->name, strlen(look_up->name) + 1);
	observation.name.type = (uint16_t)(look_up->type ? look_up->type : 1);
	observation.name.rcode = (uint8_t)rcode;
	observation.name.ttl_s = look_up->ttl_s;
	if (rcode == 0 && look_up->address) {
		observation.name.address_count = 1;
		observation.name.addresses[0] = wire_ip(look_up->address);
	}
	engine_observe(desk->engine, desk_host(desk, &observation.contact), &observation);
}

static inline void desk_asks(struct desk *desk, const struct look_up *look_up)
{
	desk_name(desk, look_up, OBSERVED_UNANSWERED);
}

static inline void desk_looks_up(struct desk *desk, const struct look_up *look_up)
{
	desk_asks(desk, look_up);
	desk_name(desk, look_up, look_up->rcode);
}

#endif
