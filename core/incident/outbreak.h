/* SPDX-License-Identifier: Apache-2.0 */
/* outbreak.h - who infected whom.
 *
 * A tree of incidents: the parent of a host is the suspected or convicted one that reached it on a port before the host itself
 * began to attack on that port.  Of several it is the one that the host called back, to fetch the worm, else the
 * earliest: later ones found it infected already.  Known are such contacts from two sides: the host's own evidence names
 * who had visited it (contagion), and the samples of the other's evidence name whom it reached.  Who has no parent is a patient
 * zero.
 *
 * One of the two must be convicted; suspects alone make no outbreak.  A link is an inference, and says by what.
 * Fixed memory: when all places are taken, a suspect without children gives way, else newcomers are counted and left out. */
#ifndef CORDON_INCIDENT_OUTBREAK_H
#define CORDON_INCIDENT_OUTBREAK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/addr.h"

struct incident;
struct outbreak;

enum outbreak_why { OUTBREAK_CALLED_BACK, OUTBREAK_VISITED, OUTBREAK_REACHED, OUTBREAK_WHYS };

struct outbreak_link {
	uint64_t incident, parent; /* incidents; parent is never 0 */
	struct host_key host, parent_host;
	struct mac mac;        /* of the host */
	uint64_t patient_zero; /* the incident at the root of this tree */
	struct host_key patient_zero_host;
	uint64_t contact_ns; /* wall; when the parent reached it */
	uint64_t attack_ns;  /* wall; its own first attack afterwards */
	uint16_t port;
	uint8_t why;        /* enum outbreak_why */
	uint8_t generation; /* 1 = infected by patient zero; saturates */
};

/* A parent was found, or another than the one told before.  Borrowed for the call. */
typedef void outbreak_fn(void *arg, const struct outbreak_link *link);

struct outbreak *outbreak_new(uint32_t hosts_max /* 0 = 1024 */, outbreak_fn *linked, void *arg);
void outbreak_free(struct outbreak *outbreak);
/* Each change of an incident that is suspected or more; others are ignored. */
void outbreak_see(struct outbreak *outbreak, const struct incident *incident);

struct outbreak_counts {
	uint64_t hosts, links, evicted, refused;
};
struct outbreak_counts outbreak_counts(const struct outbreak *outbreak);
const char *outbreak_why_name(unsigned why); /* "called_back", "visited", "reached" */

#endif
