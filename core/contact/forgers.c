/* SPDX-License-Identifier: Apache-2.0 */
/* forgers.c - a few stations, each with a map of names.
 *
 * Searched from end to end: only contacts whose MAC contradicts their address come here, and in an honest
 * network the table is empty. */
#include "core/contact/forgers.h"

#include "core/base/mem.h"
#include "core/net/hash.h"

#define PLACES    32
#define MAP_WORDS 256
#define MAP_BITS  (MAP_WORDS * 64)
#define FORGET_MS (60 * 60 * 1000)
#define RETELL_MS 10000
#define FLOOD_MS  10000

struct forger {
	struct mac mac; /* zero: a free place */
	uint16_t vlan;
	uint32_t names, seen_ms, told_ms;
	uint32_t used, used_since_ms; /* how often, of late */
	uint64_t map[MAP_WORDS];
};

struct forgers {
	struct hash_key key;
	uint32_t count;
	struct forger places[PLACES];
};

struct forgers *forgers_new(struct mem_region *region, const struct hash_key *key)
{
	struct forgers *forgers = mem_table(region, 1, sizeof(*forgers));

	forgers->key = *key;
	return forgers;
}

static bool is_forgotten(const struct forger *forger, uint32_t now_ms)
{
	return now_ms - forger->seen_ms > FORGET_MS;
}

static const struct forger *find(const struct forgers *forgers, uint16_t vlan,
				 const struct mac *mac, uint32_t now_ms)
{
	for (const struct forger *f = forgers->places; f < forgers->places + forgers->count; f++)
		if (f->vlan == vlan && mac_equal(&f->mac, mac) && !is_forgotten(f, now_ms))
			return f;
	return NULL;
}

static bool goes_before(const struct forger *a, const struct forger *b, uint32_t now_ms)
{
	if (is_forgotten(a, now_ms) != is_forgotten(b, now_ms))
		return is_forgotten(a, now_ms);
	if (a->names != b->names)
		return a->names < b->names;
	return now_ms - a->seen_ms > now_ms - b->seen_ms;
}

static struct forger *need(struct forgers *forgers, uint16_t vlan, const struct mac *mac,
			   uint32_t now_ms)
{
	const struct forger *known = find(forgers, vlan, mac, now_ms);
	struct forger *place = forgers->places;

	if (known)
		return forgers->places + (known - forgers->places);
	if (forgers->count < PLACES) {
		place = &forgers->places[forgers->count++];
	} else {
		for (struct forger *f = place + 1; f < forgers->places + PLACES; f++)
			if (goes_before(f, place, now_ms))
				place = f;
	}
	*place = (struct forger){ .mac = *mac, .vlan = vlan };
	return place;
}

static bool becomes_flood(struct forger *forger, uint32_t now_ms)
{
	if (now_ms - forger->used_since_ms > FLOOD_MS) {
		forger->used_since_ms = now_ms;
		forger->used = 0;
	}
	return ++forger->used == FORGERS_FLOOD;
}

bool forgers_note(struct forgers *forgers, const struct host_key *name, const struct mac *mac,
		  uint32_t now_ms, struct forgers_news *news)
{
	struct forger *forger = need(forgers, name->vlan, mac, now_ms);
	uint64_t hash = hash_address(&forgers->key, &name->ip, name->vlan) >> 32;
	uint64_t *word = &forger->map[hash % MAP_BITS / 64], bit = UINT64_C(1) << hash % 64;

	news->is_new_name = !(*word & bit);
	news->is_flood = becomes_flood(forger, now_ms);
	*word |= bit;
	forger->names += news->is_new_name;
	forger->seen_ms = now_ms;
	if (!news->is_new_name && !news->is_flood && now_ms - forger->told_ms < RETELL_MS)
		return false;
	forger->told_ms = now_ms;
	return true;
}

uint32_t forgers_names(const struct forgers *forgers, uint16_t vlan, const struct mac *mac,
		       uint32_t now_ms)
{
	const struct forger *forger = find(forgers, vlan, mac, now_ms);

	return forger ? forger->names : 0;
}
