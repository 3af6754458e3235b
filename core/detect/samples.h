/* SPDX-License-Identifier: Apache-2.0 */
/* samples.h - the first few contacts behind each walk, for the evidence.
 *
 * A fixed table beside the hosts, because few hosts ever have samples: keyed by (host, detector,
 * class), sets of four, least recently used goes.  What is lost are only examples, never the
 * level. */
#ifndef CORDON_DETECT_SAMPLES_H
#define CORDON_DETECT_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/detect/evidence.h"

struct contact;
struct mem_region;
struct samples;

/* Whose samples; the host is meant by its address, so a reused place in the host table inherits
 * nothing. */
struct sample_owner {
	struct host_key host;
	uint8_t detector, port_class;
};

struct samples *samples_new(struct mem_region *region, uint32_t owners_max);
void samples_free(struct samples *samples);
/* nats: what it brings.  starts_anew: what was kept for this owner belongs to an earlier walk. */
void samples_add(struct samples *samples, const struct sample_owner *owner,
		 const struct contact *contact, double nats, int starts_anew);
/* A contact that is kept brings more than it did. */
void samples_weigh(struct samples *samples, const struct sample_owner *owner,
		   const struct contact *contact, double nats);
void samples_settle(struct samples *samples, const struct sample_owner *owner,
		    const struct contact *contact);
/* False if it is not among them. */
bool samples_remove(struct samples *samples, const struct sample_owner *owner,
		    const struct contact *contact);
uint8_t samples_kept(struct samples *samples, const struct sample_owner *owner); /* how many */
/* Copies them, the earliest first; returns how many. */
uint8_t samples_copy(struct samples *samples, const struct sample_owner *owner,
		     struct evidence_sample out[EVIDENCE_SAMPLES]);

#endif
