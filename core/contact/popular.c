/* SPDX-License-Identifier: Apache-2.0 */
/* popular.c - a direct-mapped table of services, each with a 32-bit map of the sources it accepted.
 *
 * Each source sets one bit chosen by its hash, so repeated visits count once (linear counting,
 * worm-detection.md C.5); below eight sources of 32 bits it is off by one at most now and then,
 * which is good enough for "many". */
#include "core/contact/popular.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/net/addr.h"
#include "core/net/hash.h"

struct service {
	uint32_t tag, sources;
};

#define FILTER_BITS 4096

struct popular {
	struct hash_key key;
	struct service *services;
	uint32_t capacity;
	/* A bit for each service that ever became popular, shared by some that did not: a scan asks for a new place with each
	 * contact, and this is cached where they are not. */
	uint64_t filter[FILTER_BITS / 64];
};

struct popular *popular_new(struct mem_region *region, uint32_t capacity,
			    const struct hash_key *key)
{
	struct popular *popular = mem_alloc(sizeof(*popular));

	popular->key = *key;
	for (popular->capacity = 1; popular->capacity < capacity;)
		popular->capacity *= 2;
	popular->services = mem_table(region, popular->capacity, sizeof(*popular->services));
	return popular;
}

void popular_free(struct popular *popular)
{
	if (!popular)
		return;
	mem_free(popular);
}

static uint64_t hash_of(const struct popular *popular, const struct host_key *service,
			unsigned kind_and_port)
{
	uint64_t words[3];

	memcpy(words, service, sizeof(words));
	words[2] ^= (uint64_t)kind_and_port << 32;
	return hash_words(&popular->key, words, 3);
}

static uint32_t tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 32) | 1;
}

static struct service *place_of(const struct popular *popular, uint64_t hash)
{
	return &popular->services[(uint32_t)hash & (popular->capacity - 1)];
}

static unsigned filter_bit(uint64_t hash)
{
	return (unsigned)(hash >> 40) % FILTER_BITS;
}

static bool is_many(const struct service *service)
{
	return __builtin_popcount(service->sources) >= POPULAR_SOURCES;
}

bool popular_add(struct popular *popular, const struct host_key *service, unsigned kind_and_port,
		 uint32_t src_hash)
{
	uint64_t hash = hash_of(popular, service, kind_and_port);
	uint32_t tag = tag_of(hash);
	struct service *place = place_of(popular, hash);

	if (place->tag != tag && __builtin_popcount(place->sources) > 1) {
		place->sources &=
			place->sources - 1; /* wears the old one down, so that it can be replaced */
		return false;
	}
	if (place->tag != tag)
		*place = (struct service){ .tag = tag };
	place->sources |= UINT32_C(1) << (src_hash & 31);
	if (!is_many(place))
		return false;
	popular->filter[filter_bit(hash) / 64] |= UINT64_C(1) << filter_bit(hash) % 64;
	return true;
}

bool popular_is(const struct popular *popular, const struct host_key *service,
		unsigned kind_and_port)
{
	uint64_t hash = hash_of(popular, service, kind_and_port);
	const struct service *place;

	if (!(popular->filter[filter_bit(hash) / 64] >> filter_bit(hash) % 64 & 1))
		return false;
	place = place_of(popular, hash);
	return place->tag == tag_of(hash) && is_many(place);
}
