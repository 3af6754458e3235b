/* SPDX-License-Identifier: Apache-2.0 */
/* host.c - the host table: sets of eight, an eighth of a cache line of tags per set.
 *
 * The packet path asks "is it here" for each new contact, and under a flood the answer is no: the
 * tags of 65,536 hosts are 64 KiB, so that this answer never waits for memory.  A set says
 * where its hosts are; they lie in the order in which they were first needed, so that a network of
 * a few hundred touches little memory.
 *
 * Nothing is ever moved: an index stays good until its host is given up, and whoever keeps one
 * compares the key.
 *
 * Left out on purpose: growing.  A table that grows under a flood is a flood's best target. */
#include "core/contact/host.h"

#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/contact/tags.h"
#include "core/net/hash.h"

#define WAYS         TAGS_IN_SET
#define CAPACITY_MAX (UINT32_C(1) << 26)

struct hosts {
	struct hash_key key;
	void *table;
	struct host *entries;
	uint32_t *places; /* where the host is, plus one; 0 = never needed yet */
	uint8_t *tags;    /* of the hash; 0 = free */
	uint32_t capacity, set_mask, count;
	struct hosts_counts counts;
};

#define BYTES_PER_HOST (sizeof(struct host) + sizeof(uint32_t) + sizeof(uint8_t))

static uint32_t power_of_two(uint32_t at_least)
{
	uint32_t size = WAYS;

	while (size < at_least)
		size *= 2;
	return size;
}

struct hosts *hosts_new(struct mem_region *region, uint32_t capacity, const struct hash_key *key)
{
	struct hosts *hosts = mem_alloc(sizeof(*hosts));

	INVARIANT(capacity > 0 && capacity <= CAPACITY_MAX);
	hosts->key = *key;
	hosts->capacity = power_of_two(capacity);
	hosts->set_mask = hosts->capacity / WAYS - 1;
	hosts->table = mem_table(region, hosts->capacity, BYTES_PER_HOST);
	hosts->tags = hosts->table;
	hosts->places = (uint32_t *)(void *)(hosts->tags + hosts->capacity);
	hosts->entries = (struct host *)(void *)(hosts->places + hosts->capacity);
	return hosts;
}

void hosts_free(struct hosts *hosts)
{
	if (!hosts)
		return;
	mem_free(hosts);
}

static uint32_t first_of(const struct hosts *hosts, uint64_t hash)
{
	return ((uint32_t)hash & hosts->set_mask) * WAYS;
}

struct host *hosts_at(struct hosts *hosts, uint32_t index)
{
	INVARIANT(index < hosts->capacity);
	return &hosts->entries[index];
}

uint32_t hosts_index(const struct hosts *hosts, const struct host *host)
{
	return (uint32_t)(host - hosts->entries);
}

uint32_t hosts_capacity(const struct hosts *hosts)
{
	return hosts->capacity;
}

struct host *hosts_find_hashed(struct hosts *hosts, const struct ip *ip, uint16_t vlan,
			       uint64_t hash)
{
	uint32_t first = first_of(hosts, hash);
	uint64_t equal = tags_equal(hosts->tags + first, tag_of_hash(hash));

	for (; equal; equal = tags_others(equal)) {
		struct host *host = &hosts->entries[hosts->places[first + tags_first(equal)] - 1];

		if (ip_equal(&host->key.ip, ip) && host->key.vlan == vlan)
			return host;
	}
	return NULL;
}

struct host *hosts_find(struct hosts *hosts, const struct host_key *key)
{
	return hosts_find_hashed(hosts, &key->ip, key->vlan,
				 hash_address(&hosts->key, &key->ip, key->vlan));
}

/* Hosts without evidence first, then the longest unheard. */
static bool goes_before(const struct host *a, const struct host *b, uint32_t now_ms)
{
	if ((a->roles ^ b->roles) & HOST_SUSPECT)
		return b->roles & HOST_SUSPECT;
	return now_ms - a->heard_ms > now_ms - b->heard_ms;
}

/* There are as many entries as ways, so a free way always finds one. */
static struct host *fill_way(struct hosts *hosts, uint32_t way)
{
	if (!hosts->places[way])
		hosts->places[way] = ++hosts->count;
	hosts->counts.live++;
	hosts->entries[hosts->places[way] - 1].way = way;
	return &hosts->entries[hosts->places[way] - 1];
}

static struct host *make_room(struct hosts *hosts, uint64_t hash, uint32_t now_ms)
{
	uint32_t first = first_of(hosts, hash);
	struct host *victim;

	for (uint32_t i = first; i < first + WAYS; i++)
		if (!hosts->tags[i])
			return fill_way(hosts, i);
	victim = hosts_at(hosts, hosts->places[first] - 1);
	for (uint32_t i = first + 1; i < first + WAYS; i++) {
		struct host *host = hosts_at(hosts, hosts->places[i] - 1);

		if (goes_before(host, victim, now_ms))
			victim = host;
	}
	hosts->counts.evicted++;
	hosts->counts.evicted_suspects += !!(victim->roles & HOST_SUSPECT);
	return victim;
}

void hosts_touch(struct host *host, uint64_t now_ns)
{
	host->heard_ms = (uint32_t)(now_ns / NS_PER_MS);
}

struct host *hosts_need(struct hosts *hosts, const struct host_key *key, uint64_t now_ns)
{
	uint64_t hash = hash_address(&hosts->key, &key->ip, key->vlan);
	struct host *host = hosts_find_hashed(hosts, &key->ip, key->vlan, hash);

	if (!host) {
		host = make_room(hosts, hash, (uint32_t)(now_ns / NS_PER_MS));
		*host = (struct host){ .key = *key, .way = host->way };
		hosts->tags[host->way] = tag_of_hash(hash);
	}
	hosts_touch(host, now_ns);
	return host;
}

void hosts_suspect(struct host *host, bool suspect)
{
	if (suspect)
		host->roles |= HOST_SUSPECT;
	else
		host->roles &= (uint16_t)~HOST_SUSPECT;
}

struct hosts_counts hosts_counts(const struct hosts *hosts)
{
	return hosts->counts;
}
