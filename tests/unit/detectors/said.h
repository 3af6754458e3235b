/* SPDX-License-Identifier: Apache-2.0 */
/* said.h - observations in front of the detectors of a scene. */
#ifndef CORDON_TESTS_SAID_H
#define CORDON_TESTS_SAID_H

#include "core/contact/observation.h"
#include "tests/unit/detectors/scene.h"

/* By 10.0.0.5 to the nth server. */
static inline struct observation said_to(unsigned server, uint64_t ms, unsigned kind)
{
	struct observation observation;

	memset(&observation, 0, sizeof(observation));
	observation.kind = (uint8_t)kind;
	observation.contact.src = wire_ip("10.0.0.5");
	observation.contact.dst = scene_ip("10.0.1.0", server);
	observation.contact.src_port = 40000;
	observation.contact.dst_port = 445;
	observation.contact.opened_ns = wire_ns(ms);
	observation.contact.outcome = CONTACT_ACCEPTED;
	return observation;
}

static inline void scene_said(struct scene *scene, const struct observation *observation)
{
	struct host_key key = host_key_of(&observation->contact.src, observation->contact.vlan);

	engine_observe(scene->engine, tracker_meet(scene->tracker, &key), observation);
}

#endif
