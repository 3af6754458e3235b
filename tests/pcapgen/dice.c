/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/dice.h"

void dice_init(struct dice *dice, uint64_t seed)
{
	dice->state = seed;
}

uint64_t dice_u64(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint32_t dice_u32(struct dice *dice)
{
	return (uint32_t)(dice_u64(dice) >> 32);
}

/* Multiply and shift: the bias is below 2^-32 * limit, which no test can see. */
uint32_t dice_below(struct dice *dice, uint32_t limit)
{
	return (uint32_t)(((uint64_t)dice_u32(dice) * limit) >> 32);
}

uint64_t dice_between(struct dice *dice, uint64_t low, uint64_t high)
{
	return low + dice_u64(dice) % (high - low + 1);
}

bool dice_percent(struct dice *dice, unsigned percent)
{
	return dice_below(dice, 100) < percent;
}
