/* SPDX-License-Identifier: Apache-2.0 */
/* The index of running isolations against an obvious one: whose turn it is, who is next, who is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/isolation/response_running.h"

#define IDS    400
#define ASSETS 40
#define STEPS  20000

struct plain {
	bool there, touched, ended;
	unsigned asset;
	uint64_t wake_ns;
};

struct both {
	struct response *response;
	struct plain plain[IDS]; /* by id */
	uint64_t seed, now_ns;
};

static unsigned below(struct both *both, unsigned most)
{
	return (unsigned)(random_step(&both->seed) % most);
}

static struct host_key host_of(unsigned asset)
{
	const uint8_t four[4] = { 10, 0, 0, (uint8_t)asset };
	struct ip ip = ip_from_v4(four);

	return host_key_of(&ip, 0);
}

static struct running *running_of(struct both *both, uint64_t id)
{
	struct running *running = response_find_id(both->response, id);

	if (!running != !both->plain[id].there)
		fail_msg("seed %llu: id %llu", (unsigned long long)both->seed,
			 (unsigned long long)id);
	return running;
}

static void touch_all_of(struct both *both, unsigned asset)
{
	for (unsigned id = 0; id < IDS; id++)
		if (both->plain[id].there && both->plain[id].asset == asset)
			both->plain[id].touched = true;
}

static void add(struct both *both, unsigned id)
{
	struct isolation isolation = { .id = id, .state = ISOLATION_APPLIED };
	struct plain *plain = &both->plain[id];

	if (plain->there)
		return;
	*plain = (struct plain){ .there = true, .touched = true, .asset = below(both, ASSETS) };
	snprintf(isolation.asset, sizeof(isolation.asset), "pc-%u", plain->asset);
	isolation.host = host_of(plain->asset);
	response_add(both->response, &isolation);
}

static void end(struct both *both, unsigned id)
{
	struct running *running = running_of(both, id);

	if (!running)
		return;
	running->isolation.state = ISOLATION_RELEASED;
	response_touch(running);
	both->plain[id].touched = both->plain[id].ended = true;
}

static void wake(struct both *both, unsigned id)
{
	struct running *running = running_of(both, id);

	if (!running)
		return;
	both->plain[id].wake_ns = below(both, 4) ? both->now_ns + below(both, 1000) + 1 : 0;
	response_wake(running, both->plain[id].wake_ns);
}

static void take_due(struct both *both)
{
	const struct running_list *due;
	size_t at = 0;

	both->now_ns += below(both, 100);
	for (unsigned id = 0; id < IDS; id++) {
		struct plain *plain = &both->plain[id];

		if (!plain->there || !plain->wake_ns || plain->wake_ns > both->now_ns)
			continue;
		plain->touched = true;
		plain->wake_ns = 0;
	}
	for (unsigned id = 0; id < IDS; id++)
		if (both->plain[id].there && both->plain[id].touched)
			touch_all_of(both, both->plain[id].asset);
	due = response_take_due(both->response, both->now_ns);
	for (unsigned id = 0; id < IDS; id++) {
		if (!both->plain[id].there || !both->plain[id].touched)
			continue;
		both->plain[id].touched = false;
		assert_true(at < due->count);
		assert_int_equal(due->items[at++]->isolation.id, id);
	}
	assert_int_equal(at, due->count);
}

static void remove_ended(struct both *both)
{
	for (unsigned id = 0; id < IDS; id++) {
		if (!both->plain[id].there || !both->plain[id].ended)
			continue;
		touch_all_of(both, both->plain[id].asset);
		both->plain[id].there = false;
	}
	response_remove_ended(both->response);
}

/* In order of id, of this asset and of no other. */
static void check_asset(struct both *both, unsigned asset)
{
	struct host_key host = host_of(asset);
	struct running *by_asset = NULL, *by_host = NULL;
	char name[16];

	snprintf(name, sizeof(name), "pc-%u", asset);
	for (unsigned id = 0; id < IDS; id++) {
		if (!both->plain[id].there || both->plain[id].asset != asset)
			continue;
		by_asset = response_of_asset(both->response, name, by_asset);
		by_host = response_of_host(both->response, &host, by_host);
		assert_non_null(by_asset);
		assert_ptr_equal(by_host, by_asset);
		assert_int_equal(by_asset->isolation.id, id);
	}
	assert_null(by_asset ? response_of_asset(both->response, name, by_asset) : NULL);
	assert_null(by_host ? response_of_host(both->response, &host, by_host) : NULL);
}

static void check_next(const struct both *both)
{
	uint64_t next_ns = 0;

	for (unsigned id = 0; id < IDS; id++) {
		const struct plain *plain = &both->plain[id];

		if (plain->there && plain->wake_ns && (!next_ns || plain->wake_ns < next_ns))
			next_ns = plain->wake_ns;
	}
	assert_int_equal(response_next_wake_ns(both->response), next_ns);
}

static void the_index_agrees_with_a_walk_over_all(void **state)
{
	struct both both = { .response = mem_alloc(sizeof(*both.response)),
			     .seed = 20261121,
			     .now_ns = 1 };

	(void)state;
	for (unsigned step = 0; step < STEPS; step++) {
		unsigned what = below(&both, 16), id = below(&both, IDS);

		if (what < 5)
			add(&both, id);
		else if (what < 11)
			wake(&both, id);
		else if (what < 13)
			end(&both, id);
		else if (what < 15)
			take_due(&both);
		else
			remove_ended(&both);
		check_next(&both);
		check_asset(&both, below(&both, ASSETS));
	}
	response_index_free(both.response);
	mem_free(both.response);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_index_agrees_with_a_walk_over_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
