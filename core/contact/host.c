/* SPDX-License-Identifier: Apache-2.0 */
/* host.c - the host table: sets of eight, one cache line of marks per set.
 *
 * The marks (hash tag, last heard, suspect bit) answer both questions of the packet path, "is it
 * here" and "who must go", so that a flood of new sources touches one line of marks and one host.
 * Nothing is ever moved: an index stays good until its host is given up, and whoever keeps one
 * compares the key.
 *
 * Left out on purpose: growing.  A table that grows under a flood is a flood's best target. */
#include "core/contact/host.h"

#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/net/hash.h"

#define WAYS         8
#define CAPACITY_MAX (UINT32_C(1) << 26)

struct mark {
	uint32_t tag;      /* of the hash, never 0 when taken; bit 0: suspect */
	uint32_t heard_ms; /* wraps; only differences count */
};

struct hosts {
	struct hash_key key;
	struct mark *marks;
	unsigned char *entries;
	size_t stride;
	uint32_t capacity, set_mask;
	struct hosts_counts counts;
};

static uint32_t power_of_two(uint32_t at_least)
{
	uint32_t size = WAYS;

	while (size < at_least)
		size *= 2;
	return size;
}

struct hosts *hosts_new(uint32_t capacity, size_t slot_size, const struct hash_key *key)
{
	struct hosts *hosts = mem_alloc(sizeof(*hosts));

	INVARIANT(capacity > 0 && capacity <= CAPACITY_MAX);
	hosts->key = *key;
	hosts->capacity = power_of_two(capacity);
	hosts->set_mask = hosts->capacity / WAYS - 1;
	hosts->stride = (sizeof(struct host) + slot_size + 15) & ~(size_t)15;
	hosts->marks = mem_table(hosts->capacity, sizeof(*hosts->marks));
	hosts->entries = mem_table(hosts->capacity, hosts->stride);
	hosts->counts.memory_bytes = hosts->capacity * (hosts->stride + sizeof(*hosts->marks));
	return hosts;
}

void hosts_free(struct hosts *hosts)
{
	if (!hosts)
		return;
	mem_free_table(hosts->marks, hosts->capacity, sizeof(*hosts->marks));
	mem_free_table(hosts->entries, hosts->capacity, hosts->stride);
	mem_free(hosts);
}

static uint64_t hash_of(const struct hosts *hosts, const struct host_key *key)
{
	uint64_t words[3];

	memcpy(words, key, sizeof(words));
	return hash_words(&hosts->key, words, 3);
}

static uint32_t tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 32) | 2;
}

static bool tag_matches(uint32_t have, uint32_t want)
{
	return (have | 1) == (want | 1) && have;
}

struct host *hosts_at(struct hosts *hosts, uint32_t index)
{
	INVARIANT(index < hosts->capacity);
	return (struct host *)(void *)(hosts->entries + index * hosts->stride);
}

uint32_t hosts_index(const struct hosts *hosts, const struct host *host)
{
	return (uint32_t)((size_t)((const unsigned char *)host - hosts->entries) / hosts->stride);
}

void *hosts_slot(struct hosts *hosts, const struct host *host)
{
	return hosts->entries + hosts_index(hosts, host) * hosts->stride + sizeof(*host);
}

static struct host *find_in_set(struct hosts *hosts, const struct host_key *key, uint64_t hash)
{
	uint32_t first = ((uint32_t)hash & hosts->set_mask) * WAYS;

	for (uint32_t i = first; i < first + WAYS; i++) {
		if (!tag_matches(hosts->marks[i].tag, tag_of(hash)))
			continue;
		struct host *host = hosts_at(hosts, i);

		if (memcmp(&host->key, key, sizeof(*key)) == 0)
			return host;
	}
	return NULL;
}

struct host *hosts_find(struct hosts *hosts, const struct host_key *key)
{
	return find_in_set(hosts, key, hash_of(hosts, key));
}

/* Free places first, then hosts without evidence, then the longest unheard. */
static bool goes_before(const struct mark *a, const struct mark *b, uint32_t now_ms)
{
	if (!a->tag || !b->tag)
		return !a->tag && b->tag;
	if ((a->tag & 1) != (b->tag & 1))
		return !(a->tag & 1);
	return now_ms - a->heard_ms > now_ms - b->heard_ms;
}

static uint32_t make_room(struct hosts *hosts, uint64_t hash, uint32_t now_ms)
{
	uint32_t first = ((uint32_t)hash & hosts->set_mask) * WAYS, victim = first;

	for (uint32_t i = first + 1; i < first + WAYS; i++)
		if (goes_before(&hosts->marks[i], &hosts->marks[victim], now_ms))
			victim = i;
	if (hosts->marks[victim].tag) {
		hosts->counts.evicted++;
		hosts->counts.evicted_suspects += hosts->marks[victim].tag & 1;
	} else {
		hosts->counts.live++;
	}
	return victim;
}

struct host *hosts_need(struct hosts *hosts, const struct host_key *key, uint64_t now_ns)
{
	uint64_t hash = hash_of(hosts, key);
	struct host *host = find_in_set(hosts, key, hash);
	uint32_t now_ms = (uint32_t)(now_ns / NS_PER_MS);

	if (!host) {
		uint32_t index = make_room(hosts, hash, now_ms);

		host = hosts_at(hosts, index);
		memset(host, 0, hosts->stride);
		host->key = *key;
		host->first_seen_ns = now_ns;
		hosts->marks[index].tag = tag_of(hash) & ~UINT32_C(1);
		hosts->counts.added++;
	}
	host->last_seen_ns = now_ns;
	hosts->marks[hosts_index(hosts, host)].heard_ms = now_ms;
	return host;
}

void hosts_suspect(struct hosts *hosts, struct host *host, bool suspect)
{
	struct mark *mark = &hosts->marks[hosts_index(hosts, host)];

	if (suspect) {
		host->roles |= HOST_SUSPECT;
		mark->tag |= 1;
	} else {
		host->roles &= (uint16_t)~HOST_SUSPECT;
		mark->tag &= ~UINT32_C(1);
	}
}

struct hosts_counts hosts_counts(const struct hosts *hosts)
{
	return hosts->counts;
}
