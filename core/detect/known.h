/* SPDX-License-Identifier: Apache-2.0 */
/* known.h - "this was seen lately": fingerprints that run out, in a table of fixed size.
 *
 * For facts about pairs (this host learnt that address, this host asked for that name) of which there are
 * far more than hosts.  The table is a zeroed array in the detector's state (detector.h: state_size); it
 * holds 32 bits of each fingerprint, so about one question in 5 * 10^8 about something unknown is
 * answered yes.  When a set is full, the entry that would run out first goes. */
#ifndef CORDON_DETECT_KNOWN_H
#define CORDON_DETECT_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/net/addr.h"

#define KNOWN_WAYS 8

/* One cache line. */
struct known_set {
	uint32_t checks[KNOWN_WAYS];
	uint32_t until_s[KNOWN_WAYS]; /* wall; 0 = free */
};

struct known_table {
	struct known_set *sets;
	uint32_t count; /* a power of two */
};

/* Fingerprints of a host together with an address or a text; about keeps facts of different sorts apart. */
uint64_t known_address(const struct host_key *host, const struct ip *ip, unsigned about);
uint64_t known_text(const struct host_key *host, const char *text, unsigned about);

bool known_has(const struct known_table *table, uint64_t fingerprint, uint32_t now_s);
/* Remembers it for at least stay_s.  True if it was known already. */
bool known_add(const struct known_table *table, uint64_t fingerprint, uint32_t now_s,
	       uint32_t stay_s);

#endif
