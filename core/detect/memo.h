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

void *memo_find(const struct memo_table *table, const struct memo_key *key); /* NULL if unknown */
void *memo_need(const struct memo_table *table, const struct memo_key *key); /* never NULL */

/* A short name of an address within one entry; never 0.  In one /112 (IPv4 /16) only two addresses, far
 * apart, share theirs. */
uint16_t memo_tag(const struct ip *ip);
/* The same of an address and what belongs to it (a user, a port): other salts, other tags.  Salt 0 is none. */
uint16_t memo_tag_with(const struct ip *ip, uint32_t salt);

#endif
