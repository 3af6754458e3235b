/* SPDX-License-Identifier: Apache-2.0 */
/* memo.c - see memo.h. */
#include "core/detect/memo.h"

#include <string.h>

#include "core/base/invariant.h"
#include "core/base/units.h"

/* Evidence older than this protects nobody's place. */
#define STALE_S 3600

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

static bool is_of(const struct memo *memo, const struct memo_key *key)
{
	return ip_equal(&memo->ip, key->ip) && memo->vlan == key->vlan && memo->port == key->port;
}

static struct memo *find_in(const struct memo_table *table, size_t set, uint8_t tag,
			    const struct memo_key *key)
{
	uint64_t equal = tags_equal(table->tags[set].ways, tag);

	for (; equal; equal = tags_others(equal)) {
		struct memo *memo = way_of(table, set, tags_first(equal));

		if (is_of(memo, key))
			return memo;
	}
	return NULL;
}

void *memo_find_in(struct memo_table table, struct memo_key key, uint64_t hash)
{
	struct memo *memo = find_in(&table, set_of(&table, hash), tag_of_hash(hash), &key);

	if (memo)
		memo->used_s = (uint32_t)(key.now_ns / NS_PER_S) | 1;
	return memo;
}

static bool holds_evidence(const struct memo *memo, uint32_t now_s)
{
	return memo->walk.level > 0 && memo->used_s + STALE_S > now_s;
}

static unsigned choose_way(const struct memo_table *table, size_t set, uint32_t now_s)
{
	uint64_t free_ways = tags_equal(table->tags[set].ways, 0);
	unsigned chosen = 0;

	if (free_ways)
		return tags_first(free_ways);
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

void *memo_need_in(struct memo_table table, struct memo_key key, uint64_t hash)
{
	uint32_t now_s = (uint32_t)(key.now_ns / NS_PER_S) | 1;
	struct memo *memo = find_in(&table, set_of(&table, hash), tag_of_hash(hash), &key);

	if (!memo)
		memo = take(&table, hash, &key, now_s);
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
