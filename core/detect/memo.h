/* SPDX-License-Identifier: Apache-2.0 */
/* memo.h - what a detector remembers about the few addresses that concern it.
 *
 * A slot costs its size for every host of the table; most detectors have something to remember about
 * one host in a hundred.  A memo lives in the detector's state (detector.h: state_size) as a table of
 * fixed size: sets of eight entries, no allocation, no pointers.  When a set is full, an entry without
 * evidence goes first, and of equals the one longest unused, so that passers-by do not push out a
 * suspect. */
#ifndef CORDON_DETECT_MEMO_H
#define CORDON_DETECT_MEMO_H

#include <stddef.h>
#include <stdint.h>

#include "core/contact/tags.h"
#include "core/detect/detector.h"
#include "core/net/addr.h"
#include "core/net/hash.h"

#define MEMO_WAYS TAGS_IN_SET

/* The first member of each entry.  The rest is the detector's, zeroed when the entry is taken. */
struct memo {
	struct ip ip;
	uint32_t used_s; /* wall */
	uint16_t vlan;
	uint16_t port; /* where one address has several entries, else 0 */
	struct walk walk;
};

/* Of a set; by themselves, so that who is unknown costs no more than one cache line that serves eight sets. */
struct memo_tags {
	uint8_t ways[MEMO_WAYS]; /* 0 = free */
};

/* Zeroed arrays: sets * MEMO_WAYS entries, and tags of each set. */
struct memo_table {
	void *entries;
	size_t entry_size;
	unsigned sets; /* a power of two */
	struct memo_tags *tags;
};

struct memo_key {
	const struct ip *ip;
	uint64_t now_ns; /* wall */
	uint16_t vlan, port;
};

/* Unkeyed: entries are made by contacts that already look odd, and one that holds evidence outlives those that do not, so
 * aimed collisions cost a detector its first step at most. */
static inline uint64_t memo_hash(const struct memo_key *key)
{
	static const struct hash_key fixed = { { UINT64_C(0x6d656d6f),
						 UINT64_C(0xa0761d6478bd642f) } };
	uint64_t about = ((uint64_t)key->vlan << 16 | key->port) * UINT64_C(0xd6e8feb86659fd93);

	return hash_joined(&fixed, about, key->ip);
}

/* For memo_find() and memo_need(). */
void *memo_find_in(struct memo_table table, struct memo_key key, uint64_t hash);
void *memo_need_in(struct memo_table table, struct memo_key key, uint64_t hash);

/* NULL if unknown, as almost everybody is to almost every detector. */
static inline void *memo_find(const struct memo_table *table, const struct memo_key *key)
{
	uint64_t hash = memo_hash(key);
	const struct memo_tags *tags = &table->tags[hash & (table->sets - 1)];

	return tags_equal(tags->ways, tag_of_hash(hash)) ? memo_find_in(*table, *key, hash) : NULL;
}

/* Never NULL. */
static inline void *memo_need(const struct memo_table *table, const struct memo_key *key)
{
	return memo_need_in(*table, *key, memo_hash(key));
}

/* A short name of an address within one entry; never 0.  In one /112 (IPv4 /16) only two addresses, far
 * apart, share theirs. */
uint16_t memo_tag(const struct ip *ip);
/* The same of an address and what belongs to it (a user, a port): other salts, other tags.  Salt 0 is none. */
uint16_t memo_tag_with(const struct ip *ip, uint32_t salt);

#endif
