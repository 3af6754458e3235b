/* SPDX-License-Identifier: Apache-2.0 */
/* tags.h - the tags of a set looked at together, in a word and without a loop.
 *
 * The tables of the packet path have eight tags of 8 bits to a set: a whole key stands behind each, so that a chance
 * likeness costs one comparison, and tags are small enough to stay in the cache.  Who has nothing behind the tag
 * uses wide ones of 16 bits. */
#ifndef CORDON_CONTACT_TAGS_H
#define CORDON_CONTACT_TAGS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define TAGS_IN_SET 8

/* Never 0, which is a free place. */
static inline uint8_t tag_of_hash(uint64_t hash)
{
	uint8_t tag = (uint8_t)(hash >> 56);

	return tag ? tag : 1;
}

/* The upper bit of each tag that equals, and no other (Warren, Hacker's Delight 6-1). */
static inline uint64_t tags_equal(const uint8_t tags[TAGS_IN_SET], uint8_t tag)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), lower = ones * 0x7f;
	uint64_t difference;

	memcpy(&difference, tags, sizeof(difference));
	difference ^= tag * ones;
	return ~(((difference & lower) + lower) | difference | lower);
}

/* Of what tags_equal() gave, not 0. */
static inline uint32_t tags_first(uint64_t equal)
{
	return (uint32_t)__builtin_ctzll(equal) / 8;
}

/* The same without the first.  Which way of a set it is nobody can guess: who asks each in turn has the processor guess
 * wrong. */
static inline uint64_t tags_others(uint64_t equal)
{
	return equal & (equal - 1);
}

/* gcc and clang make one comparison of it where the processor has vectors. */
typedef uint16_t wide_tags __attribute__((vector_size(2 * TAGS_IN_SET)));

static inline bool wide_tags_contain(const uint16_t tags[TAGS_IN_SET], uint16_t tag)
{
	wide_tags set, equal;
	uint64_t halves[2];

	memcpy(&set, tags, sizeof(set));
	equal = (wide_tags)(set == tag);
	memcpy(halves, &equal, sizeof(halves));
	return (halves[0] | halves[1]) != 0;
}

#endif
