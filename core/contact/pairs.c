/* SPDX-License-Identifier: Apache-2.0 */
/* pairs.c - sets of eight pairs under one cache line of marks, and the queues through them.
 *
 * The idea of the set under one line is that of the "address cache" of Weaver, Staniford and
 * Paxson 2004 (worm-detection.md C.3), with whole keys instead of 16-bit tags, because our
 * memory is not a switch's. */
#include "core/contact/pairs.h"

#include "core/base/invariant.h"
#include "core/base/mem.h"

#define WAYS 8

struct mark {
	uint32_t tag; /* of the hash, 0 = free; bit 0: waiting in a queue */
	uint32_t used_ms;
};

struct queue {
	uint32_t oldest, newest;
};

struct pairs {
	struct hash_key key;
	struct mark *marks;
	struct pair *entries;
	uint32_t capacity, set_mask;
	struct queue queues[PAIR_QUEUES];
};

struct pairs *pairs_new(uint32_t capacity, const struct hash_key *key)
{
	struct pairs *pairs = mem_alloc(sizeof(*pairs));

	pairs->key = *key;
	for (pairs->capacity = WAYS; pairs->capacity < capacity;)
		pairs->capacity *= 2;
	pairs->set_mask = pairs->capacity / WAYS - 1;
	pairs->marks = mem_table(pairs->capacity, sizeof(*pairs->marks));
	pairs->entries = mem_table(pairs->capacity, sizeof(*pairs->entries));
	for (unsigned i = 0; i < PAIR_QUEUES; i++)
		pairs->queues[i] = (struct queue){ PAIRS_NONE, PAIRS_NONE };
	return pairs;
}

void pairs_free(struct pairs *pairs)
{
	if (!pairs)
		return;
	mem_free_table(pairs->marks, pairs->capacity, sizeof(*pairs->marks));
	mem_free_table(pairs->entries, pairs->capacity, sizeof(*pairs->entries));
	mem_free(pairs);
}

uint32_t pairs_src_check(const struct pairs *pairs, const struct host_key *src)
{
	uint64_t words[3];

	memcpy(words, src, sizeof(words));
	return (uint32_t)(hash_words(&pairs->key, words, 3) >> 16);
}

struct pair_key pairs_key(const struct pairs *pairs, const struct host_key *src,
			  const struct ip *dst, uint8_t kind, uint16_t dst_port)
{
	struct pair_key key = { .dst = *dst, .dst_port = dst_port, .kind = kind };
	uint64_t words[4];

	key.src_check = pairs_src_check(pairs, src);
	memcpy(words, src, 16);
	memcpy(words + 2, dst, 16);
	/* Source folded by rotation, so that (a, b) and (b, a) are different places. */
	words[0] ^= (words[2] << 23 | words[2] >> 41) ^
		    ((uint64_t)src->vlan << 32 | (uint64_t)kind << 16 | dst_port);
	key.hash = hash_words(&pairs->key, words, 4);
	/* Under a flood each line of marks is a cache miss: let it begin now. */
	__builtin_prefetch(&pairs->marks[((uint32_t)key.hash & pairs->set_mask) * WAYS]);
	return key;
}

static uint32_t tag_of(uint64_t hash)
{
	return ((uint32_t)(hash >> 32) | 2) & ~UINT32_C(1);
}

static bool is_pair(const struct pair *pair, const struct pair_key *key)
{
	return pair->src_check == key->src_check && pair->dst_port == key->dst_port &&
	       pair->kind == key->kind && ip_equal(&pair->dst, &key->dst);
}

uint32_t pairs_find(const struct pairs *pairs, const struct pair_key *key)
{
	uint32_t first = ((uint32_t)key->hash & pairs->set_mask) * WAYS, tag = tag_of(key->hash);

	for (uint32_t i = first; i < first + WAYS; i++)
		if ((pairs->marks[i].tag & ~UINT32_C(1)) == tag && is_pair(&pairs->entries[i], key))
			return i;
	return PAIRS_NONE;
}

static bool goes_before(const struct mark *a, const struct mark *b, uint32_t now_ms)
{
	if (!a->tag || !b->tag)
		return !a->tag && b->tag;
	if ((a->tag & 1) != (b->tag & 1))
		return !(a->tag & 1);
	return now_ms - a->used_ms > now_ms - b->used_ms;
}

uint32_t pairs_room(const struct pairs *pairs, const struct pair_key *key, uint32_t now_ms)
{
	uint32_t first = ((uint32_t)key->hash & pairs->set_mask) * WAYS, victim = first;

	for (uint32_t i = first + 1; i < first + WAYS; i++)
		if (goes_before(&pairs->marks[i], &pairs->marks[victim], now_ms))
			victim = i;
	return victim;
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
			       .older = PAIRS_NONE };
	pairs->marks[index] = (struct mark){ tag_of(key->hash), now_ms };
	return pair;
}

struct pair *pairs_at(struct pairs *pairs, uint32_t index)
{
	INVARIANT(index < pairs->capacity);
	return &pairs->entries[index];
}

uint32_t pairs_used_ms(const struct pairs *pairs, uint32_t index)
{
	return pairs->marks[index].used_ms;
}

void pairs_touch(struct pairs *pairs, uint32_t index, uint32_t now_ms)
{
	pairs->marks[index].used_ms = now_ms;
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
	pairs->marks[index].tag |= 1;
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
	pairs->marks[index].tag &= ~UINT32_C(1);
}

uint32_t pairs_oldest(const struct pairs *pairs, enum pair_queue queue)
{
	return pairs->queues[queue].oldest;
}
