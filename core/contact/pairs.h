/* SPDX-License-Identifier: Apache-2.0 */
/* pairs.h - who has reached for whom: the memory behind first contacts.
 *
 * A table of (source, destination, kind, port) in sets of eight, keyed hash, 61 bytes per pair (56, its tag and its place).
 * The source is held as a keyed 32-bit check and as an index of the host table; destination, kind and port are held
 * in full.  The memory is fixed at the start; how many of the sets are used doubles when one of them is full of pairs
 * that still count, so that what is looked up on an ordinary day stays in the cache.
 *
 * A pair that waits for an answer stands in one of the queues.  Each queue has one constant delay,
 * so the oldest is always at its head and no timer heap is needed.  Times are milliseconds that
 * wrap.
 *
 * A set is full when each of its pairs waits or was used within the memory's time.  When no more sets are left, the settled
 * pair longest unused goes first, then the oldest waiting one. */
#ifndef CORDON_CONTACT_PAIRS_H
#define CORDON_CONTACT_PAIRS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/net/addr.h"
#include "core/net/hash.h"

#define PAIRS_NONE UINT32_MAX

enum pair_queue { QUEUE_NONE, QUEUE_OPENED, QUEUE_NEIGHBOR, QUEUE_ECHO, QUEUE_FLOW, PAIR_QUEUES };

struct pair {
	/* What tells it from others comes first, in few bytes: seldom two cache lines. */
	struct ip dst;
	uint32_t src_check;
	uint16_t dst_port, src_port;
	uint8_t kind, state, flags; /* enum contact_kind, contact_outcome, contact_flag */
	uint8_t queue;              /* enum pair_queue */
	uint32_t host; /* index of the source in the host table; may be stale: compare src_check */
	uint64_t opened_ns;    /* wall */
	uint32_t newer, older; /* neighbours in the queue */
	uint32_t used_ms;      /* while it waits: when it opened */
	uint32_t home;         /* the table's own: its set, whatever the number of sets, and way */
};

_Static_assert(sizeof(struct pair) == 56, "a pair, its tag and its place stay below 64 bytes");

/* What is looked for: dst, dst_port and kind are filled in by the caller, the rest by pairs_sign().  Not returned by value:
 * what was written in pieces and copied whole would be waited for. */
struct pair_key {
	struct ip dst;
	uint64_t hash;
	uint32_t src_check;
	uint16_t dst_port;
	uint8_t kind;
};

struct mem_region;
struct pairs;

/* memory_ms: a settled pair unused for longer does not count any more. */
struct pairs *pairs_new(struct mem_region *region, uint32_t capacity, uint32_t memory_ms,
			const struct hash_key *key);
void pairs_free(struct pairs *pairs);

/* By which a pair knows its source; never 0.  src_hash is the keyed one: hash_address(). */
static inline uint32_t pairs_src_check(uint64_t src_hash)
{
	uint32_t check = (uint32_t)(src_hash >> 16);

	return check ? check : 1;
}
/* Fills in hash and src_check, and has the pair's set fetched into the cache. */
void pairs_sign(const struct pairs *pairs, uint64_t src_hash, struct pair_key *key);

uint32_t pairs_find(const struct pairs *pairs, const struct pair_key *key); /* or PAIRS_NONE */
/* The place that a new pair would take: free, or the one to be given up.  A waiting one is still
 * in its queue: the caller takes it out, then calls pairs_place(). */
uint32_t pairs_room(struct pairs *pairs, const struct pair_key *key, uint32_t now_ms);
struct pair *pairs_place(struct pairs *pairs, uint32_t index, const struct pair_key *key,
			 uint32_t now_ms);
struct pair *pairs_at(struct pairs *pairs, uint32_t index);

uint32_t pairs_used_ms(const struct pairs *pairs,
		       uint32_t index); /* while it waits: when it opened */
void pairs_touch(struct pairs *pairs, uint32_t index, uint32_t now_ms);

void pairs_enqueue(struct pairs *pairs, uint32_t index, enum pair_queue queue);
void pairs_dequeue(struct pairs *pairs, uint32_t index); /* in no queue: nothing happens */
uint32_t pairs_oldest(const struct pairs *pairs, enum pair_queue queue); /* or PAIRS_NONE */

#endif
