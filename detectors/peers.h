/* SPDX-License-Identifier: Apache-2.0 */
/* peers.h - who accepted whom lately: an address book of acquaintances, in which whoever is longest unheard gives way.
 *
 * The table is the detector's, as large as it needs. */
#ifndef CORDON_DETECTORS_PEERS_H
#define CORDON_DETECTORS_PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/detect/known.h"

struct contact;

bool peers_know(const struct known_table *peers, const struct contact *contact);
/* For at least stay_ns from now on.  False if they knew each other already. */
bool peers_meet(const struct known_table *peers, const struct contact *contact, uint64_t stay_ns);

#endif
