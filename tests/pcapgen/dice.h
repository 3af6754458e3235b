/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PCAPGEN_DICE_H
#define TESTS_PCAPGEN_DICE_H

/* Chance that repeats: the same seed gives the same throws on every machine and compiler.
 * SplitMix64 (Steele, Lea, Flood, OOPSLA 2014); not for secrets. */

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

void dice_init(struct dice *dice, uint64_t seed);
uint64_t dice_u64(struct dice *dice);
uint32_t dice_u32(struct dice *dice);

/* 0 .. limit-1; limit is at least 1. */
uint32_t dice_below(struct dice *dice, uint32_t limit);

/* low .. high, both included. */
uint64_t dice_between(struct dice *dice, uint64_t low, uint64_t high);

/* True in that many of a hundred throws. */
bool dice_percent(struct dice *dice, unsigned percent);

#endif
