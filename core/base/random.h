/* SPDX-License-Identifier: Apache-2.0 */
/* random.h - keys from the kernel, and a small seeded generator for tests and simulation. */
#ifndef CORDON_BASE_RANDOM_H
#define CORDON_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void random_bytes(void *bytes, size_t length); /* getrandom(2); aborts if the kernel has none */

/* SplitMix64 (Steele, Lea, Flood 2014): state is the seed; for tests, never for secrets. */
static inline uint64_t random_step(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

#endif
