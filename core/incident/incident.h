/* SPDX-License-Identifier: Apache-2.0 */
/* incident.h - all evidence about one host, with a life cycle.
 *
 * open -> suspected (6.9 nats) -> convicted (13.8 nats: one false alarm in 10^6 tests) -> closed.  A
 * suspected incident that fades below half the suspicion level is closed as cleared; a convicted one stays until closed by
 * people or by the end of its isolation. */
#ifndef CORDON_INCIDENT_INCIDENT_H
#define CORDON_INCIDENT_INCIDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/detect/evidence.h"
#include "core/net/addr.h"

enum incident_state {
	INCIDENT_OPEN,
	INCIDENT_SUSPECTED,
	INCIDENT_CONVICTED,
	INCIDENT_CLEARED,
	INCIDENT_CLOSED,
	INCIDENT_STATES
};

#define INCIDENT_EVIDENCE 16

struct incident {
	uint64_t id; /* 1, 2, ... in order of opening */
	struct host_key host;
	struct mac mac;
	uint8_t state;    /* enum incident_state */
	uint8_t kind;     /* enum evidence_kind of the strongest evidence */
	uint8_t was_kind; /* what it was told to be before; equal to kind if that is no news */
	uint8_t evidence_count;
	bool was_suspected;   /* at least; so that its end is news */
	uint8_t doubt;        /* enum evidence_doubt of an item that speaks: it is not convicted */
	bool mac_conflict;    /* two machines used the address: its identity is in doubt (D.3) */
	double log_odds;      /* as of updated_ns, outbreak_nats included */
	double outbreak_nats; /* what convictions of others on the same port add (alarm.h) */
	uint32_t contacts; /* distinct first contacts of the convicted behaviour, up to the conviction
					* (before it: so far) */
	uint64_t opened_ns, updated_ns;              /* wall */
	uint64_t first_contact_ns, convicted_ns;     /* wall; 0 = not yet */
	struct evidence evidence[INCIDENT_EVIDENCE]; /* one per (detector, class), strongest first */
};

/* Distinct first contacts (and failed ones) behind the first count items: detectors that judged one class saw the
 * same contacts, so a class counts once; so does a sample that two classes have in common. */
uint32_t incident_contacts(const struct incident *incident, size_t count);
uint32_t incident_failed(const struct incident *incident, size_t count);
/* The items that still say something: what was taken back stays behind them at level zero, so that an older statement
 * that arrives late is known to be old. */
size_t incident_speaking(const struct incident *incident);
/* All that speaks are TCP contacts whose SYNs never belonged to the host (stacks.h): a scanner beside its TCP, or somebody
 * else in its name. */
bool incident_is_strange(const struct incident *incident);
/* enum coverage_fault: what was not seen when any of what speaks was stated. */
unsigned incident_coverage(const struct incident *incident);
const char *incident_state_name(unsigned state); /* "open", "suspected", ... */

#endif
