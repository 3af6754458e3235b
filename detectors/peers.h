/* SPDX-License-Identifier: Apache-2.0 */
/* peers.h - who accepted whom lately: an address book of acquaintances, in which whoever is longest unheard gives way. */
#ifndef CORDON_DETECTORS_PEERS_H
#define CORDON_DETECTORS_PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/detect/known.h"

#define PEER_SETS 8192 /* 65,536 pairs, 512 KiB */

struct contact;

struct peers {
	struct known_set sets[PEER_SETS];
};

bool peers_know(struct peers *peers, const struct contact *contact);
/* For at least stay_ns from now on.  False if they knew each other already. */
bool peers_meet(struct peers *peers, const struct contact *contact, uint64_t stay_ns);

#endif
