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

static inline uint64_t hash_of(const struct memo_key *key)
{
	uint64_t about = ((uint64_t)key->vlan << 16 | key->port) * UINT64_C(0xd6e8feb86659fd93);

	return hash_joined(&fixed_key, about, key->ip);
}

static inline size_t set_of(const struct memo_table *table, uint64_t hash)
{
	INVARIANT(table->sets && (table->sets & (table->sets - 1)) == 0);
	return hash & (table->sets - 1);
}

static inline struct memo *way_of(const struct memo_table *table, size_t set, unsigned way)
{
	return (struct memo *)(void *)((unsigned char *)table->entries +
				       (set * MEMO_WAYS + way) * table->entry_size);
}

static struct memo *find_in(const struct memo_table *table, size_t set, uint8_t tag,
			    const struct memo_key *key)
{
	const uint8_t *tags = table->tags[set].ways;

	for (unsigned n = 0; n < MEMO_WAYS; n++) {
		struct memo *memo = way_of(table, set, n);

		if (tags[n] == tag && ip_equal(&memo->ip, key->ip) && memo->vlan == key->vlan &&
		    memo->port == key->port)
			return memo;
	}
	return NULL;
}

static inline struct memo *lookup(const struct memo_table *table, uint64_t hash,
				  const struct memo_key *key)
{
	size_t set = set_of(table, hash);
	uint8_t tag = tag_of_hash(hash);

	return tags_equal(table->tags[set].ways, tag) ? find_in(table, set, tag, key) : NULL;
}

void *memo_find(const struct memo_table *table, const struct memo_key *key)
{
	struct memo *memo = lookup(table, hash_of(key), key);

	if (memo)
		memo->used_s = (uint32_t)(key->now_ns / NS_PER_S) | 1;
	return memo;
}

static bool holds_evidence(const struct memo *memo, uint32_t now_s)
{
	return memo->walk.level > 0 && memo->used_s + STALE_S > now_s;
}

static unsigned choose_way(const struct memo_table *table, size_t set, uint32_t now_s)
{
	unsigned chosen = 0;

	for (unsigned n = 1; n < MEMO_WAYS; n++) {
		struct memo *memo = way_of(table, set, n), *worst = way_of(table, set, chosen);
		bool held = holds_evidence(memo, now_s), worst_held = holds_evidence(worst, now_s);

		if (worst_held != held ? worst_held : memo->used_s < worst->used_s)
			chosen = n;
	}
	return chosen;
}

static struct memo *take(const struct memo_table *table, uint64_t hash, const struct memo_key *key,
			 uint32_t now_s)
{
	size_t set = set_of(table, hash);
	unsigned chosen = choose_way(table, set, now_s);
	struct memo *memo = way_of(table, set, chosen);

	table->tags[set].ways[chosen] = tag_of_hash(hash);
	memset(memo, 0, table->entry_size);
	memo->ip = *key->ip;
	memo->vlan = key->vlan;
	memo->port = key->port;
	return memo;
}

void *memo_need(const struct memo_table *table, const struct memo_key *key)
{
	uint32_t now_s = (uint32_t)(key->now_ns / NS_PER_S) | 1;
	uint64_t hash = hash_of(key);
	struct memo *memo = lookup(table, hash, key);

	if (!memo)
		memo = take(table, hash, key, now_s);
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
