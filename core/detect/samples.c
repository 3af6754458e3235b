/* SPDX-License-Identifier: Apache-2.0 */
/* samples.c - see samples.h.  Owners are told apart by a 64-bit hash; the key is constant
 * because a collision costs no more than a wrong example.
 *
 * The ways of a set share a cache line; the samples lie elsewhere, in the order in which they were first needed. */
#include "core/detect/samples.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/contact/contact.h"
#include "core/net/hash.h"

#define WAYS 4

struct way {
	uint64_t owner; /* 0: free */
	uint32_t used;  /* counts up; wraps harmlessly */
	uint32_t place; /* of its samples, plus one; 0: never needed yet */
};

struct kept {
	struct evidence_sample list[EVIDENCE_SAMPLES];
	uint8_t count;
};

struct samples {
	struct way *ways;
	struct kept *kept;
	uint32_t capacity, places, uses;
};

struct samples *samples_new(struct mem_region *region, uint32_t owners_max)
{
	struct samples *samples = mem_alloc(sizeof(*samples));

	for (samples->capacity = WAYS; samples->capacity < owners_max;)
		samples->capacity *= 2;
	samples->ways = mem_table(region, samples->capacity, sizeof(*samples->ways));
	samples->kept = mem_table(region, samples->capacity, sizeof(*samples->kept));
	return samples;
}

void samples_free(struct samples *samples)
{
	if (!samples)
		return;
	mem_free(samples);
}

static uint64_t hash_of(const struct sample_owner *owner)
{
	static const struct hash_key key = { { UINT64_C(0x517cc1b727220a95),
					       UINT64_C(0x2545f4914f6cdd1d) } };
	uint64_t words[3];

	memcpy(words, &owner->host, sizeof(words));
	words[2] ^= (uint64_t)owner->detector << 56 | (uint64_t)owner->port_class << 48;
	return hash_words(&key, words, 3) | 1;
}

static struct way *set_of(const struct samples *samples, uint64_t hash)
{
	return samples->ways + ((uint32_t)(hash >> 1) & (samples->capacity / WAYS - 1)) * WAYS;
}

static struct kept *find_hashed(struct samples *samples, uint64_t hash)
{
	struct way *set = set_of(samples, hash);

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].owner != hash)
			continue;
		set[i].used = ++samples->uses;
		return &samples->kept[set[i].place - 1];
	}
	return NULL;
}

static struct kept *find(struct samples *samples, const struct sample_owner *owner)
{
	return find_hashed(samples, hash_of(owner));
}

static struct way *longest_unused(const struct samples *samples, struct way *set)
{
	struct way *chosen = set;

	for (unsigned i = 1; i < WAYS; i++)
		if (samples->uses - set[i].used > samples->uses - chosen->used)
			chosen = &set[i];
	return chosen;
}

static struct kept *need(struct samples *samples, const struct sample_owner *owner)
{
	uint64_t hash = hash_of(owner);
	struct kept *kept = find_hashed(samples, hash);
	struct way *way;

	if (kept)
		return kept;
	way = longest_unused(samples, set_of(samples, hash));
	if (!way->place)
		way->place = ++samples->places;
	way->owner = hash;
	way->used = ++samples->uses;
	kept = &samples->kept[way->place - 1];
	kept->count = 0;
	return kept;
}

static uint8_t tenths_of(double nats)
{
	double tenths = nats * 10 + 0.5;

	return tenths < UINT8_MAX ? (uint8_t)tenths : UINT8_MAX;
}

void samples_add(struct samples *samples, const struct sample_owner *owner,
		 const struct contact *contact, double nats, int starts_anew)
{
	struct kept *kept = need(samples, owner);

	if (starts_anew)
		kept->count = 0;
	if (kept->count == EVIDENCE_SAMPLES)
		return;
	kept->list[kept->count++] = (struct evidence_sample){
		.dst = contact->dst,
		.opened_ns = contact->opened_ns,
		.src_port = contact->src_port,
		.dst_port = contact->dst_port,
		.contact_kind = contact->kind,
		.outcome = contact->outcome,
		.flags = contact->flags,
		.tenths = tenths_of(nats),
	};
}

static struct evidence_sample *find_sample(struct kept *kept, const struct contact *contact)
{
	for (unsigned i = 0; i < kept->count; i++)
		if (kept->list[i].dst_port == contact->dst_port &&
		    kept->list[i].contact_kind == contact->kind &&
		    ip_equal(&kept->list[i].dst, &contact->dst))
			return &kept->list[i];
	return NULL;
}

void samples_settle(struct samples *samples, const struct sample_owner *owner,
		    const struct contact *contact)
{
	struct kept *kept = find(samples, owner);
	struct evidence_sample *sample = kept ? find_sample(kept, contact) : NULL;

	if (sample)
		sample->outcome = contact->outcome;
}

void samples_weigh(struct samples *samples, const struct sample_owner *owner,
		   const struct contact *contact, double nats)
{
	struct kept *kept = find(samples, owner);
	struct evidence_sample *sample = kept ? find_sample(kept, contact) : NULL;

	if (sample)
		sample->tenths = tenths_of(sample->tenths / 10.0 + nats);
}

bool samples_remove(struct samples *samples, const struct sample_owner *owner,
		    const struct contact *contact)
{
	struct kept *kept = find(samples, owner);
	struct evidence_sample *sample = kept ? find_sample(kept, contact) : NULL;
	size_t behind;

	if (!sample)
		return false;
	behind = (size_t)(kept->list + kept->count - sample - 1);
	memmove(sample, sample + 1, behind * sizeof(*sample));
	kept->count--;
	return true;
}

uint8_t samples_kept(struct samples *samples, const struct sample_owner *owner)
{
	const struct kept *kept = find(samples, owner);

	return kept ? kept->count : 0;
}

uint8_t samples_copy(struct samples *samples, const struct sample_owner *owner,
		     struct evidence_sample out[EVIDENCE_SAMPLES])
{
	const struct kept *kept = find(samples, owner);

	if (!kept)
		return 0;
	memcpy(out, kept->list, kept->count * sizeof(*out));
	return kept->count;
}
