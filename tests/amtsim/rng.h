/* SPDX-License-Identifier: Apache-2.0 */
/* rng.h - repeatable random numbers (SplitMix64): the same seed gives the same chunk boundaries
 * and the same moment of a lost nonce.  Not for secrets. */
#ifndef AMTSIM_RNG_H
#define AMTSIM_RNG_H

#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += 0x9E3779B97F4A7C15u;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

/* From 0 to limit - 1; limit must not be 0. */
static inline uint32_t rng_below(struct rng *rng, uint32_t limit)
{
	return (uint32_t)(rng_next(rng) % limit);
}

#endif
