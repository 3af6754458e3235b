/* SPDX-License-Identifier: Apache-2.0 */
/* test_blocks.c - who keeps detector memory when there is too little of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/contact/host.h"
#include "core/detect/blocks.h"
#include "core/net/hash.h"

#define BYTES 24
#define COUNT 4

struct fixture {
	struct mem_region *region;
	struct hosts *hosts;
	struct blocks *blocks;
};

static void start(struct fixture *f, uint32_t hosts_max)
{
	struct hash_key key = { { 1, 1 } };

	f->region = mem_region_new();
	f->hosts = hosts_new(f->region, hosts_max, &key);
	f->blocks = blocks_new(f->region, COUNT, BYTES, f->hosts);
}

static void stop(struct fixture *f)
{
	blocks_free(f->blocks);
	hosts_free(f->hosts);
	mem_region_free(f->region);
}

static struct host *host(struct fixture *f, unsigned number)
{
	uint8_t v4[4] = { 10, 0, (uint8_t)(number >> 8), (uint8_t)number };
	struct ip ip = ip_from_v4(v4);
	struct host_key key = host_key_of(&ip, 0);

	return hosts_need(f->hosts, &key, number * UINT64_C(1000000));
}

static void fill(struct fixture *f, unsigned number)
{
	memset(blocks_take(f->blocks, host(f, number)), (int)number, BYTES);
}

static bool holds(struct fixture *f, unsigned number)
{
	const unsigned char *block = blocks_of(f->blocks, host(f, number));

	return block && block[0] == number && block[BYTES - 1] == number;
}

static void the_block_longest_unused_goes(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	for (unsigned i = 1; i <= COUNT; i++)
		fill(&f, i);
	blocks_touch(f.blocks, host(&f, 1));
	fill(&f, 5);
	assert_true(holds(&f, 1) && !holds(&f, 2) && holds(&f, 3));
	assert_int_equal(blocks_counts(f.blocks).given_up, 1);
	stop(&f);
}

static void a_new_block_is_zero_whoever_had_it(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	for (unsigned i = 1; i <= 3 * COUNT; i++) {
		assert_true(blocks_is_zero(blocks_take(f.blocks, host(&f, i)), BYTES));
		memset(blocks_of(f.blocks, host(&f, i)), 0xff, BYTES);
		if (i % 3 == 0)
			blocks_give_back(f.blocks, host(&f, i));
	}
	stop(&f);
}

static void suspects_keep_theirs_to_the_last(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	for (unsigned i = 1; i <= COUNT; i++)
		fill(&f, i);
	for (unsigned i = 1; i < COUNT; i++) {
		hosts_suspect(host(&f, i), true);
		blocks_touch(f.blocks, host(&f, i));
	}
	for (unsigned i = 5; i < 100; i++)
		fill(&f, i);
	for (unsigned i = 1; i < COUNT; i++)
		assert_true(holds(&f, i));
	/* All four are suspects: now one must go, and is none any more. */
	hosts_suspect(host(&f, 99), true);
	blocks_touch(f.blocks, host(&f, 99));
	fill(&f, 100);
	assert_false(holds(&f, 1) || host(&f, 1)->roles & HOST_SUSPECT);
	assert_int_equal(blocks_counts(f.blocks).suspects_given_up, 1);
	stop(&f);
}

static void what_forgotten_hosts_had_is_used_before_anybody_gives_up(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 8); /* one set: each new host is somebody's end */
	for (unsigned i = 1; i <= COUNT; i++) {
		fill(&f, i);
		hosts_suspect(host(&f, i), true);
		blocks_touch(f.blocks, host(&f, i));
	}
	for (unsigned i = 5; i <= 12; i++) /* now those four are forgotten */
		hosts_suspect(host(&f, i), true);
	for (unsigned i = 5; i <= 8; i++)
		hosts_suspect(host(&f, i), false);
	for (unsigned i = 13; i <= 16; i++)
		fill(&f, i);
	for (unsigned i = 13; i <= 16; i++)
		assert_true(holds(&f, i));
	assert_int_equal(blocks_counts(f.blocks).given_up, 0);
	stop(&f);
}

static void zero_is_told_from_nearly_zero(void **state)
{
	unsigned char block[BYTES] = { 0 };

	(void)state;
	assert_true(blocks_is_zero(block, BYTES));
	for (unsigned i = 0; i < BYTES; i++) {
		block[i] = 1;
		assert_false(blocks_is_zero(block, BYTES));
		block[i] = 0;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_block_longest_unused_goes),
		cmocka_unit_test(a_new_block_is_zero_whoever_had_it),
		cmocka_unit_test(suspects_keep_theirs_to_the_last),
		cmocka_unit_test(what_forgotten_hosts_had_is_used_before_anybody_gives_up),
		cmocka_unit_test(zero_is_told_from_nearly_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
