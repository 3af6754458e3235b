/* SPDX-License-Identifier: Apache-2.0 */
/* defense.h - the System Defense objects one device holds, and which policy is active where
 * (amt-system-defense.md 3.1, 3.2).
 *
 * Functions return a PT_STATUS (0 is success) and change nothing when they refuse.  Pointers
 * handed out are valid until the next change. */
#ifndef AMTSIM_DEFENSE_H
#define AMTSIM_DEFENSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/amtsim/outcome.h"
#include "tests/amtsim/sd_filter.h"
#include "tests/amtsim/gate.h"

struct knobs;
struct defense;

#define DEFENSE_PORTS 2 /* 0 wired, 1 wireless */

enum sd_owner {
	OWNER_SYSTEM_DEFENSE,
	OWNER_AGENT_PRESENCE,
	OWNER_ENVIRONMENT,
	OWNER_HEURISTICS,
	SD_OWNERS,
	OWNER_DEFAULT = SD_OWNERS, /* the port's default policy: not an owner, but bound alike */
};

struct sd_binding {
	enum sd_owner owner;
	unsigned port;
	uint32_t policy;
	uint64_t since_ns;
	bool expired; /* its timeout ran out */
};

/* knobs stay borrowed and may change at any time. */
struct defense *defense_new(const struct knobs *knobs, gate_event_fn *event, void *arg);
/* Told when another policy, or none, becomes active on a port. */
void defense_on_change(struct defense *defense, void (*changed)(void *arg, unsigned port));
void defense_free(struct defense *defense);
/* Everything gone, as after unprovisioning.  Handles are not used again. */
void defense_wipe(struct defense *defense, uint64_t now_ns);

uint32_t defense_add_filter(struct defense *defense, struct sd_filter *filter); /* sets handle */
/* Another content under the same handle or id; refused while in use. */
uint32_t defense_change_filter(struct defense *defense, const struct sd_filter *filter);
uint32_t defense_change_policy(struct defense *defense, const struct sd_policy *policy);
uint32_t defense_remove_filter(struct defense *defense, uint32_t handle);
size_t defense_filters(const struct defense *defense, enum sd_kind kind);
const struct sd_filter *defense_filter(const struct defense *defense, enum sd_kind kind,
				       size_t index);
const struct sd_filter *defense_find_filter(const struct defense *defense, uint32_t handle);

uint32_t defense_add_policy(struct defense *defense, struct sd_policy *policy); /* sets id */
uint32_t defense_remove_policy(struct defense *defense, uint32_t id);
size_t defense_policies(const struct defense *defense);
const struct sd_policy *defense_policy(const struct defense *defense, size_t index);
/* Index of a policy, or SIZE_MAX. */
size_t defense_find_policy(const struct defense *defense, uint32_t id);
uint32_t defense_set_timeout(struct defense *defense, uint32_t id, uint32_t timeout_min);

/* PT_DUPLICATE when that owner has a policy on the port already and may not replace it. */
uint32_t defense_bind(struct defense *defense, const struct sd_binding *binding, uint64_t now_ns);
uint32_t defense_unbind(struct defense *defense, const struct sd_binding *binding, uint64_t now_ns);
size_t defense_bindings(const struct defense *defense, enum sd_owner owner);
const struct sd_binding *defense_binding(const struct defense *defense, enum sd_owner owner,
					 size_t index);
/* Whether the owner wants its policies enabled now: an agent is missing, the machine is outside,
 * a worm was seen.  System Defense itself always does, the others not until told. */
void defense_arm(struct defense *defense, enum sd_owner owner, bool armed, uint64_t now_ns);
bool defense_is_armed(const struct defense *defense, enum sd_owner owner);
bool defense_is_active(const struct defense *defense, const struct sd_binding *binding);

/* Lets timeouts run out and recomputes the active policies. */
void defense_settle(struct defense *defense, uint64_t now_ns);
/* Loss of power or a reset: by knob counters go and timeouts start again (CHOICE). */
void defense_power_lost(struct defense *defense, uint64_t now_ns);
struct gate *defense_gate(struct defense *defense, unsigned port);
/* When the port's active policy became active, 0 for none. */
uint64_t defense_active_since(const struct defense *defense, unsigned port);

#endif
