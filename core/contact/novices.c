/* SPDX-License-Identifier: Apache-2.0 */
/* novices.c - sets of eight with tags of their own, as the table of hosts.
 *
 * Small on purpose: 16,384 novices with their tags are 1.1 MiB, so that a flood stays within the
 * caches.  That is also how long a lone source is remembered under a flood: a fast one is a host
 * before it is forgotten, and every station of the LAN that asks for neighbours is a host at
 * once. */
#include "core/contact/novices.h"

#include "core/base/mem.h"
#include "core/contact/tags.h"

#define WAYS TAGS_IN_SET

struct novices {
	struct novice *entries;
	uint32_t *used_ms;
	uint8_t *tags; /* of the hash; 0 = free */
	uint32_t capacity, set_mask;
};

#define LONG_AGO_MS      (UINT32_C(1) << 31) /* free places are older than any novice */
#define BYTES_PER_NOVICE (sizeof(struct novice) + sizeof(uint32_t) + sizeof(uint8_t))

struct novices *novices_new(struct mem_region *region, uint32_t capacity)
{
	struct novices *novices = mem_alloc(sizeof(*novices));

	for (novices->capacity = WAYS; novices->capacity < capacity;)
		novices->capacity *= 2;
	novices->set_mask = novices->capacity / WAYS - 1;
	novices->entries = mem_table(region, novices->capacity, BYTES_PER_NOVICE);
	novices->used_ms = (uint32_t *)(void *)(novices->entries + novices->capacity);
	novices->tags = (uint8_t *)(novices->used_ms + novices->capacity);
	for (uint32_t i = 0; i < novices->capacity; i++)
		novices->used_ms[i] -= LONG_AGO_MS;
	return novices;
}

void novices_free(struct novices *novices)
{
	if (!novices)
		return;
	mem_free(novices);
}

static uint32_t first_of(const struct novices *novices, uint64_t hash)
{
	return ((uint32_t)hash & novices->set_mask) * WAYS;
}

struct novice *novices_find(struct novices *novices, uint64_t hash, const struct ip *src,
			    uint16_t vlan)
{
	uint32_t first = first_of(novices, hash);
	uint64_t equal = tags_equal(novices->tags + first, tag_of_hash(hash));

	for (; equal; equal = tags_others(equal)) {
		struct novice *novice = &novices->entries[first + tags_first(equal)];

		if (ip_equal(&novice->src, src) && novice->vlan == vlan)
			return novice;
	}
	return NULL;
}

struct novice *novices_place(struct novices *novices, uint64_t hash, uint32_t now_ms)
{
	uint32_t first = first_of(novices, hash), victim;
	uint64_t oldest = 0;

	/* Age and place in one number: no branch that a processor could only guess. */
	for (uint32_t i = 0; i < WAYS; i++) {
		uint32_t age_ms = now_ms - novices->used_ms[first + i];
		uint64_t rank = (uint64_t)age_ms << 8 | i;

		oldest = rank > oldest ? rank : oldest;
	}
	victim = first + (uint32_t)(oldest & (WAYS - 1));
	novices->tags[victim] = tag_of_hash(hash);
	novices->used_ms[victim] = now_ms;
	return &novices->entries[victim];
}

void novices_touch(struct novices *novices, const struct novice *novice, uint32_t now_ms)
{
	novices->used_ms[novice - novices->entries] = now_ms;
}

uint32_t novices_used_ms(const struct novices *novices, const struct novice *novice)
{
	return novices->used_ms[novice - novices->entries];
}

void novices_remove(struct novices *novices, const struct novice *novice)
{
	novices->tags[novice - novices->entries] = 0;
	novices->used_ms[novice - novices->entries] -= LONG_AGO_MS;
}
