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

struct popular {
	struct hash_key key;
	struct service *services;
	uint32_t capacity;
};

struct popular *popular_new(uint32_t capacity, const struct hash_key *key)
{
	struct popular *popular = mem_alloc(sizeof(*popular));

	popular->key = *key;
	for (popular->capacity = 1; popular->capacity < capacity;)
		popular->capacity *= 2;
	popular->services = mem_array(popular->capacity, sizeof(*popular->services));
	return popular;
}

void popular_free(struct popular *popular)
{
	if (!popular)
		return;
	mem_free(popular->services);
	mem_free(popular);
}

static struct service *place_of(const struct popular *popular, const struct host_key *service,
				unsigned kind_and_port, uint32_t *tag)
{
	uint64_t words[3], hash;

	memcpy(words, service, sizeof(words));
	words[2] ^= (uint64_t)kind_and_port << 32;
	hash = hash_words(&popular->key, words, 3);
	*tag = (uint32_t)(hash >> 32) | 1;
	return &popular->services[(uint32_t)hash & (popular->capacity - 1)];
}

void popular_add(struct popular *popular, const struct host_key *service, unsigned kind_and_port,
		 uint32_t src_hash)
{
	uint32_t tag;
	struct service *place = place_of(popular, service, kind_and_port, &tag);

	if (place->tag != tag && __builtin_popcount(place->sources) > 1) {
		place->sources &=
			place->sources - 1; /* wears the old one down, so that it can be replaced */
		return;
	}
	if (place->tag != tag)
		*place = (struct service){ .tag = tag };
	place->sources |= UINT32_C(1) << (src_hash & 31);
}

bool popular_is(const struct popular *popular, const struct host_key *service,
		unsigned kind_and_port)
{
	uint32_t tag;
	const struct service *place = place_of(popular, service, kind_and_port, &tag);

	return place->tag == tag && __builtin_popcount(place->sources) >= POPULAR_SOURCES;
}
