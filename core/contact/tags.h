/* SPDX-License-Identifier: Apache-2.0 */
/* tags.h - eight 16-bit tags of a set looked at together, for the tables of the packet path. */
#ifndef CORDON_CONTACT_TAGS_H
#define CORDON_CONTACT_TAGS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define TAGS_IN_SET 8

/* Never 0, which is a free place. */
static inline uint16_t tag_of_hash(uint64_t hash)
{
	return (uint16_t)(hash >> 48) | 1;
}

/* Four tags in a word: the lowest one that equals is found surely, and where none equals nothing is
 * (Warren, Hacker's Delight 6-1). */
static inline uint64_t tags_equal(uint64_t four, uint64_t wanted)
{
	const uint64_t ones = UINT64_C(0x0001000100010001);
	uint64_t difference = four ^ wanted * ones;

	return (difference - ones) & ~difference & ones << 15;
}

/* Under a flood the answer is no, and this says so in a few instructions without a loop. */
static inline bool tags_contain(const uint16_t tags[TAGS_IN_SET], uint16_t tag)
{
	uint64_t low, high;

	memcpy(&low, tags, sizeof(low));
	memcpy(&high, tags + 4, sizeof(high));
	return tags_equal(low, tag) | tags_equal(high, tag);
}

#endif
