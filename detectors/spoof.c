/* SPDX-License-Identifier: Apache-2.0 */
/* spoof.c - a station that sends in the names of others (worm-detection.md D.3, binding).
 *
 * The tracker compares the MAC of each contact's frame with the living owner of its address and names who sent
 * it (tracker_forge.c); here the names are added up, each once.  One name is everyday life (failover, a lease, a second
 * interface); several within a day have no other explanation than forging, and a flood in one makes a suspect.  A station that never called itself
 * anything may be the second interface of a team that carries several virtual machines: it is told, not convicted.
 *
 * Left out: forged MACs.  Nothing in such a frame tells it from the owner's. */
#include "detectors/table.h"

#include "core/base/units.h"
#include "core/contact/observation.h"
#include "core/detect/detector.h"
#include "core/detect/evidence.h"
#include "core/detect/param.h"

struct config {
	double name, flood;
	double cap, unnamed_cap;
	uint64_t half_life_ns;
};

struct slot {
	struct walk walk;
};

static const struct param params[] = {
	{ "name", PARAM_DOUBLE, offsetof(struct config, name), 0, 10, "3.5",
	  "nats for each name that a station used while its owner was alive" },
	{ "flood", PARAM_DOUBLE, offsetof(struct config, flood), 0, 10, "3.5",
	  "nats for names used 128 times in ten seconds, one or many; at most unnamed_cap" },
	{ "cap", PARAM_DOUBLE, offsetof(struct config, cap), 0.1, 60, "42",
	  "the most that names can bring: above all else, because who forges did the rest as well" },
	{ "unnamed_cap", PARAM_DOUBLE, offsetof(struct config, unnamed_cap), 0.1, 60, "9.2",
	  "the same for a station that never called itself anything, and for floods: below conviction" },
	{ "half_life", PARAM_DURATION_NS, offsetof(struct config, half_life_ns), 60, 7 * 86400,
	  "6h", "time in which an idle level fades to half" },
	{ .type = PARAM_END },
};

static void forged(struct detector_run *run, struct slot *slot,
		   const struct observation *observation)
{
	const struct config *config = detector_config(run);
	struct term term = { .nats = config->name,
			     .port_class = CLASS_IDENTITY,
			     .same_contact = !observation->forgery.is_new_name,
			     .cap_nats = observation->forgery.is_address_known
						 ? config->cap
						 : config->unnamed_cap };

	if (!observation->forgery.is_new_name && slot->walk.level <= 0)
		return;
	if (observation->forgery.is_new_name) {
		walk_fade(&slot->walk, &observation->contact, config->half_life_ns);
	} else { /* adds nothing, but while it goes on nothing fades, and the number of names is told anew */
		term.nats = 0;
		slot->walk.last_ns = observation->contact.opened_ns;
	}
	detector_walk(run, &slot->walk, &observation->contact, &term);
	if (observation->forgery.is_flood) {
		term.nats = config->flood;
		term.cap_nats = config->unnamed_cap;
		term.same_contact = true;
		detector_walk(run, &slot->walk, &observation->contact, &term);
	}
}

static void observe(struct detector_run *run, void *memory, const struct observation *observation)
{
	if (observation->kind == OBSERVED_FORGERY)
		forged(run, memory, observation);
}

const struct detector detector_spoof = {
	.name = "spoof",
	.summary = "sends in the names of others",
	.id = DETECTOR_SPOOF,
	.kind = EVIDENCE_SPOOFING,
	.feeds = FEED_OBSERVED,
	.observes = 1 << OBSERVED_FORGERY,
	.params = params,
	.config_size = sizeof(struct config),
	.slot_size = sizeof(struct slot),
	.observe = observe,
};
