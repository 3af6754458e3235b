/* SPDX-License-Identifier: Apache-2.0 */
/* product.h - who watches the wire: Cordon's own sensor strata, and the peers' published rules.
 *
 * A product sees each packet and the passing of time, and says when it convicted which station. */
#ifndef CORDON_TESTS_EPIDEMIC_PRODUCT_H
#define CORDON_TESTS_EPIDEMIC_PRODUCT_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/epidemic/lan.h"

struct packet;

struct verdicts {
	uint64_t convicted_ns[LAN_PLACES]; /* wall; 0 = not */
};

static inline void verdict(struct verdicts *verdicts, unsigned place, uint64_t now_ns)
{
	if (verdicts->convicted_ns[place] == 0)
		verdicts->convicted_ns[place] = now_ns;
}

/* ours.c: tracker, engine with all detectors, and the incident book with its defaults. */
struct ours;
struct ours *ours_new(void);
void ours_free(struct ours *ours);
void ours_see(struct ours *ours, const struct packet *packet);
void ours_advance(struct ours *ours, uint64_t now_ns);
const struct verdicts *ours_verdicts(const struct ours *ours);
/* Contacts behind the conviction, as the incident counts them; 0 if there is none. */
unsigned ours_contacts(const struct ours *ours, unsigned place);
uint64_t ours_suspected_ns(const struct ours *ours, unsigned place); /* 0 = not */

/* peers.c: counters written from the published numbers (worm-detection.md C.9). */
enum { PEER_ZEEK_250, PEER_ZEEK_100, PEER_SURICATA, PEER_NTOPNG, PEER_SNORT, PEER_SLIPS, PEERS };

struct peers;
struct peers *peers_new(void);
void peers_free(struct peers *peers);
void peers_see(struct peers *peers, const struct packet *packet);
void peers_advance(struct peers *peers, uint64_t now_ns);
const struct verdicts *peers_verdicts(const struct peers *peers, unsigned peer);
const char *peer_name(unsigned peer);

#endif
