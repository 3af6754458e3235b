/* SPDX-License-Identifier: Apache-2.0 */
/* pairs.c - sets of eight tags, the pairs behind them, and the queues through those.
 *
 * The idea of the set is that of the "address cache" of Weaver, Staniford and Paxson 2004
 * (worm-detection.md C.3), with whole keys behind the tags, because our memory is not a
 * switch's.
 *
 * A set says where its pairs are; the pairs themselves lie in the order in which they were first
 * needed.  So a table sized for a flood touches, on an ordinary day, little memory that must be
 * zeroed and cached, and neighbours in a queue are neighbours in memory.
 *
 * Tags and places of few sets fit the second cache, those of all do not: a set is split in two by the next bit of the hash,
 * and all others with it, only when it is full (extendible hashing, Fagin et al. 1979, without a directory).  A pair keeps its
 * way, so a split moves some and compares nothing. */
#include "core/contact/pairs.h"

#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/contact/tags.h"

#define WAYS       TAGS_IN_SET
#define SETS_FIRST 4096 /* tags and places: 160 KiB */

struct queue {
	uint32_t oldest, newest;
};

struct pairs {
	struct hash_key key;
	void *table;
	uint8_t *tags;    /* of the hash, 0 = free */
	uint32_t *places; /* where the pair is, plus one; 0 = never needed yet */
	struct pair *entries;
	uint32_t capacity, set_mask, count, memory_ms;
	struct queue queues[PAIR_QUEUES];
};

#define BYTES_PER_PAIR (sizeof(struct pair) + sizeof(uint32_t) + sizeof(uint8_t))

struct pairs *pairs_new(struct mem_region *region, uint32_t capacity, uint32_t memory_ms,
			const struct hash_key *key)
{
	struct pairs *pairs = mem_alloc(sizeof(*pairs));

	pairs->key = *key;
	for (pairs->capacity = WAYS; pairs->capacity < capacity;)
		pairs->capacity *= 2;
	pairs->set_mask =
		(pairs->capacity / WAYS < SETS_FIRST ? pairs->capacity / WAYS : SETS_FIRST) - 1;
	pairs->memory_ms = memory_ms;
	pairs->table = mem_table(region, pairs->capacity, BYTES_PER_PAIR);
	pairs->tags = pairs->table;
	pairs->places = (uint32_t *)(void *)(pairs->tags + pairs->capacity);
	pairs->entries = (struct pair *)(void *)(pairs->places + pairs->capacity);
	for (unsigned i = 0; i < PAIR_QUEUES; i++)
		pairs->queues[i] = (struct queue){ PAIRS_NONE, PAIRS_NONE };
	return pairs;
}

void pairs_free(struct pairs *pairs)
{
	if (!pairs)
		return;
	mem_free(pairs);
}

static uint32_t first_of(const struct pairs *pairs, const struct pair_key *key)
{
	return ((uint32_t)key->hash & pairs->set_mask) * WAYS;
}

void pairs_sign(const struct pairs *pairs, uint64_t src_hash, struct pair_key *key)
{
	/* Spread, or neighbouring ports of neighbouring IPv6 networks would share sets. */
	uint64_t service =
		((uint64_t)key->kind << 16 | key->dst_port) * UINT64_C(0xd6e8feb86659fd93);

	key->src_check = pairs_src_check(src_hash);
	key->hash = hash_joined(&pairs->key, src_hash ^ service, &key->dst);
	/* In a scan each set is a cache miss: let it begin now. */
	__builtin_prefetch(&pairs->tags[first_of(pairs, key)]);
	__builtin_prefetch(&pairs->places[first_of(pairs, key)]);
}

static bool is_pair(const struct pair *pair, const struct pair_key *key)
{
	return pair->src_check == key->src_check && pair->dst_port == key->dst_port &&
	       pair->kind == key->kind && ip_equal(&pair->dst, &key->dst);
}

uint32_t pairs_find(const struct pairs *pairs, const struct pair_key *key)
{
	uint32_t first = first_of(pairs, key);
	uint64_t equal = tags_equal(pairs->tags + first, tag_of_hash(key->hash));

	for (; equal; equal = tags_others(equal)) {
		uint32_t index = pairs->places[first + tags_first(equal)] - 1;

		if (is_pair(&pairs->entries[index], key))
			return index;
	}
	return PAIRS_NONE;
}

/* Settled ones first, then the longest unused. */
static bool goes_before(const struct pair *a, const struct pair *b, uint32_t now_ms)
{
	if ((a->queue == QUEUE_NONE) != (b->queue == QUEUE_NONE))
		return a->queue == QUEUE_NONE;
	return now_ms - a->used_ms > now_ms - b->used_ms;
}

/* The hash that chooses a set fills the upper bits, the way in it the lower three. */
static uint32_t home_of(const struct pair_key *key, uint32_t way)
{
	return (uint32_t)key->hash * WAYS + way % WAYS;
}

static uint32_t way_of(const struct pairs *pairs, const struct pair *pair)
{
	return pair->home & (pairs->set_mask * WAYS + WAYS - 1);
}

/* There are as many entries as ways, so a free way always finds one. */
static uint32_t fill_way(struct pairs *pairs, uint32_t way, const struct pair_key *key)
{
	pairs->entries[pairs->count].home = home_of(key, way);
	pairs->places[way] = ++pairs->count;
	return pairs->places[way] - 1;
}

static void move_if_due(struct pairs *pairs, uint32_t way)
{
	uint32_t place = pairs->places[way], to;

	if (!place)
		return;
	to = way_of(pairs, &pairs->entries[place - 1]);
	if (to == way)
		return;
	pairs->tags[to] = pairs->tags[way];
	pairs->places[to] = place;
	pairs->tags[way] = 0;
	pairs->places[way] = 0;
}

static void split_sets(struct pairs *pairs)
{
	uint32_t ways = (pairs->set_mask + 1) * WAYS;

	pairs->set_mask = pairs->set_mask * 2 + 1;
	for (uint32_t way = 0; way < ways; way++)
		move_if_due(pairs, way);
}

static bool is_spent(const struct pairs *pairs, const struct pair *pair, uint32_t now_ms)
{
	return pair->queue == QUEUE_NONE && now_ms - pair->used_ms > pairs->memory_ms;
}

static uint32_t choose_victim(const struct pairs *pairs, uint32_t first, uint32_t now_ms)
{
	uint32_t victim = first;

	for (uint32_t i = first + 1; i < first + WAYS; i++)
		if (goes_before(&pairs->entries[pairs->places[i] - 1],
				&pairs->entries[pairs->places[victim] - 1], now_ms))
			victim = i;
	return pairs->places[victim] - 1;
}

uint32_t pairs_room(struct pairs *pairs, const struct pair_key *key, uint32_t now_ms)
{
	for (;;) {
		uint32_t first = first_of(pairs, key), victim;
		uint64_t free_tags = tags_equal(pairs->tags + first, 0);

		if (free_tags)
			return fill_way(pairs, first + tags_first(free_tags), key);
		victim = choose_victim(pairs, first, now_ms);
		if (is_spent(pairs, &pairs->entries[victim], now_ms) ||
		    (pairs->set_mask + 1) * WAYS == pairs->capacity)
			return victim;
		split_sets(pairs);
	}
}

struct pair *pairs_place(struct pairs *pairs, uint32_t index, const struct pair_key *key,
			 uint32_t now_ms)
{
	struct pair *pair = &pairs->entries[index];

	INVARIANT(pair->queue == QUEUE_NONE);
	*pair = (struct pair){ .dst = key->dst,
			       .src_check = key->src_check,
			       .dst_port = key->dst_port,
			       .kind = key->kind,
			       .newer = PAIRS_NONE,
			       .older = PAIRS_NONE,
			       .used_ms = now_ms,
			       .home = home_of(key, pair->home) };
	pairs->tags[way_of(pairs, pair)] = tag_of_hash(key->hash);
	return pair;
}

struct pair *pairs_at(struct pairs *pairs, uint32_t index)
{
	INVARIANT(index < pairs->capacity);
	return &pairs->entries[index];
}

uint32_t pairs_used_ms(const struct pairs *pairs, uint32_t index)
{
	return pairs->entries[index].used_ms;
}

void pairs_touch(struct pairs *pairs, uint32_t index, uint32_t now_ms)
{
	pairs->entries[index].used_ms = now_ms;
}

void pairs_enqueue(struct pairs *pairs, uint32_t index, enum pair_queue queue)
{
	struct queue *q = &pairs->queues[queue];
	struct pair *pair = pairs_at(pairs, index);

	INVARIANT(pair->queue == QUEUE_NONE && queue != QUEUE_NONE);
	pair->queue = (uint8_t)queue;
	pair->older = q->newest;
	pair->newer = PAIRS_NONE;
	if (q->newest != PAIRS_NONE)
		pairs->entries[q->newest].newer = index;
	else
		q->oldest = index;
	q->newest = index;
}

void pairs_dequeue(struct pairs *pairs, uint32_t index)
{
	struct pair *pair = pairs_at(pairs, index);
	struct queue *q = &pairs->queues[pair->queue];

	if (pair->queue == QUEUE_NONE)
		return;
	if (pair->older != PAIRS_NONE)
		pairs->entries[pair->older].newer = pair->newer;
	else
		q->oldest = pair->newer;
	if (pair->newer != PAIRS_NONE)
		pairs->entries[pair->newer].older = pair->older;
	else
		q->newest = pair->older;
	pair->queue = QUEUE_NONE;
}

uint32_t pairs_oldest(const struct pairs *pairs, enum pair_queue queue)
{
	return pairs->queues[queue].oldest;
}
