/* SPDX-License-Identifier: Apache-2.0 */
/* forgers.h - stations that open contacts in names of others (worm-detection.md D.3, binding), and in how many.
 *
 * A fixed table.  Names are counted by the bits of a map, so a thousand of them count as some 970.  Who has not
 * been seen for an hour gives way first, then who bore the fewest names: a flood of invented MACs, each
 * with a name or two, does not hide the station that keeps forging.  Times are milliseconds that wrap. */
#ifndef CORDON_CONTACT_FORGERS_H
#define CORDON_CONTACT_FORGERS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/net/addr.h"

struct forgers;
struct hash_key;
struct mem_region;

/* As long as the region. */
struct forgers *forgers_new(struct mem_region *region, const struct hash_key *key);

struct forgers_news {
	bool is_new_name;
	bool is_flood; /* with this one it has used names FORGERS_FLOOD times in ten seconds */
};

/* More than a machine with two interfaces has business in so short a time. */
#define FORGERS_FLOOD 128

/* The station used this name, which is not its own.  Whether that is worth telling: a new name, a flood, or the first time in
 * ten seconds that it used any. */
bool forgers_note(struct forgers *forgers, const struct host_key *name, const struct mac *mac,
		  uint32_t now_ms, struct forgers_news *news);
/* How many names it has used; 0 if it is none of them. */
uint32_t forgers_names(const struct forgers *forgers, uint16_t vlan, const struct mac *mac,
		       uint32_t now_ms);

#endif
