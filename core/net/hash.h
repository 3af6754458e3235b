/* SPDX-License-Identifier: Apache-2.0 */
/* hash.h - the keyed hash of the packet path's tables.
 *
 * A stranger chooses the addresses that we hash, so the hash has a random key from start-up: collisions
 * cannot be aimed.  The construction is a multiply-fold over 64-bit words with keyed constants (the idea
 * of wyhash/MUM: Vladimir Makarov 2016); fast, not cryptographic: an attacker who cannot observe table
 * timing cannot learn the key.  In replay a fixed key keeps facts identical between runs. */
#ifndef CORDON_NET_HASH_H
#define CORDON_NET_HASH_H

#include <stdint.h>
#include <string.h>

#include "core/net/addr.h"

struct hash_key {
	uint64_t words[2];
};

static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Mixes count 64-bit words. */
static inline uint64_t hash_words(const struct hash_key *key, const uint64_t *words, unsigned count)
{
	uint64_t h = key->words[0];

	for (unsigned i = 0; i < count; i++)
		h = hash_fold(h ^ words[i], key->words[1] | 1);
	return hash_fold(h, UINT64_C(0x9e3779b97f4a7c15) ^ key->words[0]);
}

/* An address and something else, from registers and with two multiplications in a row: each new
 * contact waits for this one. */
static inline uint64_t hash_joined(const struct hash_key *key, uint64_t other, const struct ip *ip)
{
	uint64_t high, low;

	memcpy(&high, ip->bytes, sizeof(high));
	memcpy(&low, ip->bytes + 8, sizeof(low));
	high ^= key->words[0] ^ other;
	return hash_fold(hash_fold(high, low ^ key->words[1]) ^ key->words[1],
			 UINT64_C(0x9e3779b97f4a7c15) ^ key->words[0]);
}

static inline uint64_t hash_address(const struct hash_key *key, const struct ip *ip, uint16_t vlan)
{
	return hash_joined(key, (uint64_t)vlan << 32, ip);
}

#endif
