/* SPDX-License-Identifier: Apache-2.0 */
/* test_pairs.c - the contact table and its queues against an obvious slow one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/contact/pairs.h"

#define WAYS       8
#define QUEUE_USED QUEUE_FLOW

struct naive {
	uint32_t number, used_ms, order;
	bool taken, waiting;
};

static struct pair_key signed_key(const struct pairs *pairs, uint64_t src_hash,
				  const struct ip *dst, uint8_t kind, uint16_t dst_port)
{
	struct pair_key key = { .dst = *dst, .dst_port = dst_port, .kind = kind };

	pairs_sign(pairs, src_hash, &key);
	return key;
}

static struct pair_key key_of(const struct pairs *pairs, uint32_t number)
{
	uint8_t src[4] = { 10, 0, 0, (uint8_t)(number & 3) },
		dst[4] = { 10, 0, 1, (uint8_t)(number >> 2 & 3) };
	struct ip from = ip_from_v4(src), to = ip_from_v4(dst);
	struct hash_key key = { { 3, 5 } };

	return signed_key(pairs, hash_address(&key, &from, 0), &to, (uint8_t)(number >> 4 & 1),
			  (uint16_t)(number >> 5));
}

static struct naive *naive_find(struct naive *all, uint32_t number)
{
	for (unsigned i = 0; i < WAYS; i++)
		if (all[i].taken && all[i].number == number)
			return &all[i];
	return NULL;
}

static struct naive *naive_room(struct naive *all)
{
	struct naive *room = NULL;

	for (unsigned i = 0; i < WAYS; i++)
		if (!all[i].taken)
			return &all[i];
	for (unsigned waiting = 0; !room && waiting < 2; waiting++)
		for (unsigned i = 0; i < WAYS; i++)
			if (all[i].waiting == waiting && (!room || all[i].used_ms < room->used_ms))
				room = &all[i];
	return room;
}

static const struct naive *naive_oldest(const struct naive *all)
{
	const struct naive *oldest = NULL;

	for (unsigned i = 0; i < WAYS; i++)
		if (all[i].taken && all[i].waiting && (!oldest || all[i].order < oldest->order))
			oldest = &all[i];
	return oldest;
}

static void compare_oldest(struct pairs *pairs, const struct naive *all)
{
	const struct naive *expected = naive_oldest(all);
	uint32_t oldest = pairs_oldest(pairs, QUEUE_USED);

	assert_int_equal(oldest != PAIRS_NONE, expected != NULL);
	if (expected) {
		struct pair_key key = key_of(pairs, expected->number);

		assert_int_equal(oldest, pairs_find(pairs, &key));
	}
}

static void the_table_agrees_with_a_naive_one(void **state)
{
	struct hash_key hash = { { 11, 13 } };
	struct mem_region *region = mem_region_new();
	struct pairs *pairs = pairs_new(region, WAYS, 0, &hash);
	struct naive all[WAYS] = { { 0 } };
	uint64_t seed = 987654321;

	(void)state;
	printf("seed %llu\n", (unsigned long long)seed);
	for (uint32_t step = 1; step < 30000; step++) {
		uint32_t number = (uint32_t)(random_step(&seed) % 64);
		struct pair_key key = key_of(pairs, number);
		uint32_t index = pairs_find(pairs, &key);
		struct naive *expected = naive_find(all, number);

		assert_int_equal(index != PAIRS_NONE, expected != NULL);
		if (!expected) {
			expected = naive_room(all);
			index = pairs_room(pairs, &key, step);
			pairs_dequeue(pairs, index);
			pairs_place(pairs, index, &key, step);
			*expected =
				(struct naive){ .number = number, .used_ms = step, .taken = true };
			if (random_step(&seed) % 2) {
				pairs_enqueue(pairs, index, QUEUE_USED);
				expected->waiting = true;
				expected->order = step;
			}
		} else if (expected->waiting) {
			pairs_dequeue(pairs, index);
			expected->waiting = false;
		} else {
			pairs_touch(pairs, index, step);
			expected->used_ms = step;
		}
		assert_int_equal(pairs_used_ms(pairs, index), expected->used_ms);
		compare_oldest(pairs, all);
	}
	pairs_free(pairs);
	mem_region_free(region);
}

static void directions_kinds_ports_and_vlans_are_different_pairs(void **state)
{
	struct hash_key hash = { { 11, 13 } };
	struct mem_region *region = mem_region_new();
	struct pairs *pairs = pairs_new(region, 64, 0, &hash);
	uint8_t a4[4] = { 10, 0, 0, 1 }, b4[4] = { 10, 0, 0, 2 };
	struct ip a = ip_from_v4(a4), b = ip_from_v4(b4);
	uint64_t from_a = hash_address(&hash, &a, 0), from_b = hash_address(&hash, &b, 0),
		 in_vlan = hash_address(&hash, &a, 9);
	struct pair_key keys[] = {
		signed_key(pairs, from_a, &b, 0, 445),  signed_key(pairs, from_b, &a, 0, 445),
		signed_key(pairs, from_a, &b, 1, 445),  signed_key(pairs, from_a, &b, 0, 139),
		signed_key(pairs, in_vlan, &b, 0, 445),
	};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		for (size_t k = i; k < 5; k++)
			assert_int_equal(pairs_find(pairs, &keys[k]), PAIRS_NONE);
		pairs_place(pairs, pairs_room(pairs, &keys[i], 1), &keys[i], 1);
	}
	pairs_free(pairs);
	mem_region_free(region);
}

static unsigned found(const struct pairs *pairs, const struct pair_key *keys, unsigned count)
{
	unsigned still = 0;

	for (unsigned i = 0; i < count; i++)
		still += pairs_find(pairs, &keys[i]) != PAIRS_NONE;
	return still;
}

/* A vertical scan, a service that all use, a sweep: none of them may fill a set and push its own pairs out. */
static void what_differs_in_one_thing_alone_is_spread_over_the_sets(void **state)
{
	enum { SCAN, CLIENTS, SWEEP, WAYS_TO_DIFFER, EACH = 256 };
	struct hash_key hash = { { 11, 13 } };

	(void)state;
	for (unsigned way = 0; way < WAYS_TO_DIFFER; way++) {
		struct mem_region *region = mem_region_new();
		struct pairs *pairs = pairs_new(region, 8 * EACH, 0, &hash);
		struct pair_key keys[EACH];

		for (unsigned i = 0; i < EACH; i++) {
			uint8_t src4[4] = { 10, 0, 0, way == CLIENTS ? (uint8_t)i : 1 },
				dst4[4] = { 10, 0, 1, way == SWEEP ? (uint8_t)i : 1 };
			struct ip src = ip_from_v4(src4), dst = ip_from_v4(dst4);

			keys[i] = signed_key(pairs, hash_address(&hash, &src, 0), &dst, 0,
					     way == SCAN ? (uint16_t)i : 445);
			pairs_place(pairs, pairs_room(pairs, &keys[i], i), &keys[i], i);
		}
		assert_int_equal(found(pairs, keys, EACH), EACH);
		pairs_free(pairs);
		mem_region_free(region);
	}
}

static struct pair_key nth_of_a_sweep(const struct pairs *pairs, uint32_t n)
{
	uint8_t dst4[4] = { 10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };
	struct ip dst = ip_from_v4(dst4);

	return signed_key(pairs, UINT64_C(0x0123456789abcdef), &dst, 0, 445);
}

/* Of a sweep whose n-th pair is used at n milliseconds: how many of the latest are still there. */
static unsigned kept_of_a_sweep(uint32_t memory_ms, unsigned count, unsigned latest)
{
	struct hash_key hash = { { 11, 13 } };
	struct mem_region *region = mem_region_new();
	struct pairs *pairs = pairs_new(region, 262144, memory_ms, &hash);
	unsigned kept = 0;

	for (uint32_t n = 0; n < count; n++) {
		struct pair_key key = nth_of_a_sweep(pairs, n);
		uint32_t index = pairs_room(pairs, &key, n);

		assert_int_equal(pairs_find(pairs, &key), PAIRS_NONE);
		pairs_place(pairs, index, &key, n);
		assert_int_equal(pairs_find(pairs, &key), index);
	}
	for (uint32_t n = count - latest; n < count; n++) {
		struct pair_key key = nth_of_a_sweep(pairs, n);
		uint32_t index = pairs_find(pairs, &key);

		kept += index != PAIRS_NONE && pairs_used_ms(pairs, index) == n;
	}
	pairs_free(pairs);
	mem_region_free(region);
	return kept;
}

static void sets_are_split_and_no_pair_that_counts_is_lost(void **state)
{
	(void)state;
	assert_int_equal(kept_of_a_sweep(60000, 20000, 20000), 20000);
	assert_int_equal(kept_of_a_sweep(5000, 200000, 5000), 5000);
}

static void pairs_that_do_not_count_any_more_make_no_set_split(void **state)
{
	(void)state;
	assert_true(kept_of_a_sweep(1000, 200000, 200000) <= 32768);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_agrees_with_a_naive_one),
		cmocka_unit_test(directions_kinds_ports_and_vlans_are_different_pairs),
		cmocka_unit_test(what_differs_in_one_thing_alone_is_spread_over_the_sets),
		cmocka_unit_test(sets_are_split_and_no_pair_that_counts_is_lost),
		cmocka_unit_test(pairs_that_do_not_count_any_more_make_no_set_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
