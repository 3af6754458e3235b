/* SPDX-License-Identifier: Apache-2.0 */
/* memo.c - see memo.h.
 *
 * Left out: a random key for the hash.  Entries are made by contacts that already look odd, and one that
 * holds evidence outlives those that do not, so aimed collisions cost a detector its first step at most. */
#include "core/detect/memo.h"

#include <string.h>

#include "core/base/invariant.h"
#include "core/base/units.h"
#include "core/net/hash.h"

/* Evidence older than this protects nobody's place. */
#define STALE_S 3600

static const struct hash_key fixed_key = { { UINT64_C(0x6d656d6f), UINT64_C(0xa0761d6478bd642f) } };

/* Where a key is looked for, and by which tag. */
struct place {
	unsigned char *set;
	uint8_t tag;
};

static struct place place_of(const struct memo_table *table, const struct memo_key *key)
{
	uint64_t about = ((uint64_t)key->vlan << 16 | key->port) * UINT64_C(0xd6e8feb86659fd93),
		 hash = hash_joined(&fixed_key, about, key->ip);

	INVARIANT(table->sets && (table->sets & (table->sets - 1)) == 0);
	return (struct place){ (unsigned char *)table->entries +
				       (hash & (table->sets - 1)) * MEMO_WAYS * table->entry_size,
			       tag_of_hash(hash) };
}

static struct memo *way(const struct memo_table *table, unsigned char *set, unsigned n)
{
	return (struct memo *)(void *)(set + n * table->entry_size);
}

static struct memo *lookup(const struct memo_table *table, const struct place *place,
			   const struct memo_key *key)
{
	const uint8_t *tags = way(table, place->set, 0)->tags;

	if (!tags_equal(tags, place->tag))
		return NULL;
	for (unsigned n = 0; n < MEMO_WAYS; n++) {
		struct memo *memo = way(table, place->set, n);

		if (tags[n] == place->tag && memo->used_s && ip_equal(&memo->ip, key->ip) &&
		    memo->vlan == key->vlan && memo->port == key->port)
			return memo;
	}
	return NULL;
}

void *memo_find(const struct memo_table *table, const struct memo_key *key)
{
	struct place place = place_of(table, key);
	struct memo *memo = lookup(table, &place, key);

	if (memo)
		memo->used_s = (uint32_t)(key->now_ns / NS_PER_S) | 1;
	return memo;
}

static bool holds_evidence(const struct memo *memo, uint32_t now_s)
{
	return memo->walk.level > 0 && memo->used_s + STALE_S > now_s;
}

static unsigned victim(const struct memo_table *table, unsigned char *set, uint32_t now_s)
{
	unsigned worst_way = 0;

	for (unsigned n = 1; n < MEMO_WAYS; n++) {
		struct memo *memo = way(table, set, n), *worst = way(table, set, worst_way);
		bool held = holds_evidence(memo, now_s), worst_held = holds_evidence(worst, now_s);

		if (worst_held != held ? worst_held : memo->used_s < worst->used_s)
			worst_way = n;
	}
	return worst_way;
}

static struct memo *take(const struct memo_table *table, const struct place *place,
			 const struct memo_key *key, uint32_t now_s)
{
	unsigned chosen = victim(table, place->set, now_s);
	struct memo *memo = way(table, place->set, chosen), *first = way(table, place->set, 0);
	uint8_t tags[MEMO_WAYS];

	memcpy(tags, first->tags, sizeof(tags));
	tags[chosen] = place->tag;
	memset(memo, 0, table->entry_size);
	memcpy(first->tags, tags, sizeof(tags));
	memo->ip = *key->ip;
	memo->vlan = key->vlan;
	memo->port = key->port;
	return memo;
}

void *memo_need(const struct memo_table *table, const struct memo_key *key)
{
	uint32_t now_s = (uint32_t)(key->now_ns / NS_PER_S) | 1;
	struct place place = place_of(table, key);
	struct memo *memo = lookup(table, &place, key);

	if (!memo)
		memo = take(table, &place, key, now_s);
	memo->used_s = now_s;
	return memo;
}

/* All but the last sixteen bits are mixed: what is left tells neighbours apart surely. */
uint16_t memo_tag(const struct ip *ip)
{
	uint64_t high, low;
	uint32_t last = (uint32_t)ip->bytes[14] << 8 | ip->bytes[15], tag;

	memcpy(&high, ip->bytes, sizeof(high));
	memcpy(&low, ip->bytes + 6, sizeof(low));
	high = (high ^ low * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);
	tag = last ^ (uint32_t)(high >> 48);
	return (uint16_t)(tag ? tag : 0x8000);
}

uint16_t memo_tag_with(const struct ip *ip, uint32_t salt)
{
	uint32_t tag = memo_tag(ip) ^ salt * UINT32_C(0x9e3779b1) >> 16;

	return (uint16_t)(tag ? tag : 0x8000);
}
