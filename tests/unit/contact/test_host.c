/* SPDX-License-Identifier: Apache-2.0 */
/* test_host.c - the host table against an obvious slow one, and who must go when it is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/contact/host.h"
#include "core/net/hash.h"

#define WAYS 8

static struct host_key key_of(uint32_t number)
{
	uint8_t v4[4] = { 10, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number };
	struct ip ip = ip_from_v4(v4);

	return host_key_of(&ip, (uint16_t)(number % 3));
}

/* One set of eight: the rule of eviction can be foretold exactly. */
struct naive {
	uint32_t number, mark;
	uint64_t heard_ns;
	bool taken, suspect;
};

static struct naive *naive_find(struct naive *all, uint32_t number)
{
	for (unsigned i = 0; i < WAYS; i++)
		if (all[i].taken && all[i].number == number)
			return &all[i];
	return NULL;
}

static struct naive *naive_need(struct naive *all, uint32_t number, uint64_t now_ns)
{
	struct naive *host = naive_find(all, number);

	for (unsigned i = 0; !host && i < WAYS; i++)
		if (!all[i].taken)
			host = &all[i];
	for (unsigned suspects = 0; !host && suspects < 2; suspects++)
		for (unsigned i = 0; i < WAYS; i++)
			if (all[i].suspect == suspects &&
			    (!host || all[i].heard_ns < host->heard_ns))
				host = &all[i];
	if (!host->taken || host->number != number)
		*host = (struct naive){ .number = number, .taken = true };
	host->heard_ns = now_ns;
	return host;
}

static void the_table_agrees_with_a_naive_one(void **state)
{
	uint64_t seed = 20240607, now_ns = 0;
	struct hash_key key = { { 3, 5 } };
	struct mem_region *region = mem_region_new();
	struct hosts *hosts = hosts_new(region, WAYS, &key);
	struct naive all[WAYS] = { { 0 } };

	(void)state;
	printf("seed %llu\n", (unsigned long long)seed);
	for (unsigned step = 0; step < 20000; step++) {
		uint32_t number = (uint32_t)(random_step(&seed) % 24);
		struct host_key wanted = key_of(number);
		struct host *found = hosts_find(hosts, &wanted);
		struct naive *expected = naive_find(all, number);

		assert_int_equal(found != NULL, expected != NULL);
		now_ns += 1000000;
		found = hosts_need(hosts, &wanted, now_ns);
		expected = naive_need(all, number, now_ns);
		assert_memory_equal(&found->key, &wanted, sizeof(wanted));
		assert_ptr_equal(hosts_at(hosts, hosts_index(hosts, found)), found);
		/* What is noted is kept while the host is, and zeroed with it. */
		assert_int_equal(found->block, expected->mark);
		expected->mark = found->block = (uint32_t)random_step(&seed);
		if (random_step(&seed) % 4 == 0) {
			expected->suspect = !expected->suspect;
			hosts_suspect(found, expected->suspect);
		}
		assert_int_equal(!!(found->roles & HOST_SUSPECT), expected->suspect);
	}
	assert_int_equal(hosts_counts(hosts).live, WAYS);
	hosts_free(hosts);
	mem_region_free(region);
}

static void a_flood_of_new_hosts_spares_the_suspects(void **state)
{
	struct hash_key key = { { 3, 5 } };
	struct mem_region *region = mem_region_new();
	struct hosts *hosts = hosts_new(region, 1024, &key);

	(void)state;
	for (uint32_t i = 0; i < 32; i++) {
		struct host_key suspect = key_of(i);

		hosts_suspect(hosts_need(hosts, &suspect, 1), true);
	}
	for (uint32_t i = 1000; i < 200000; i++) {
		struct host_key stranger = key_of(i);

		hosts_need(hosts, &stranger, (uint64_t)i * 1000000);
		assert_non_null(hosts_find(hosts, &stranger));
	}
	for (uint32_t i = 0; i < 32; i++) {
		struct host_key suspect = key_of(i);

		assert_non_null(hosts_find(hosts, &suspect));
	}
	assert_int_equal(hosts_counts(hosts).evicted_suspects, 0);
	assert_int_equal(hosts_counts(hosts).live, 1024);
	hosts_free(hosts);
	mem_region_free(region);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_agrees_with_a_naive_one),
		cmocka_unit_test(a_flood_of_new_hosts_spares_the_suspects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
