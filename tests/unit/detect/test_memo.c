/* SPDX-License-Identifier: Apache-2.0 */
/* test_memo.c - few addresses are remembered, and passers-by do not push out a suspect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/units.h"
#include "core/detect/memo.h"
#include "tests/unit/contact/wire.h"

#define SETS 4

struct entry {
	struct memo memo;
	uint64_t kept;
};

static struct entry entries[SETS * MEMO_WAYS];
static struct memo_tags tags[SETS];
static const struct memo_table table = { entries, sizeof(entries[0]), SETS, tags };

static struct ip nth(unsigned n)
{
	struct ip ip = wire_ip("10.0.0.0");

	ip.bytes[14] = (uint8_t)(n >> 8);
	ip.bytes[15] = (uint8_t)n;
	return ip;
}

static struct memo_key key_of(const struct ip *ip, uint64_t s)
{
	return (struct memo_key){ .ip = ip, .now_ns = s_to_ns(1000 + s) };
}

static int forget(void **state)
{
	(void)state;
	memset(entries, 0, sizeof(entries));
	memset(tags, 0, sizeof(tags));
	return 0;
}

static void an_entry_is_found_again_by_its_whole_key(void **state)
{
	struct ip ip = nth(1), other = nth(2);
	struct memo_key key = key_of(&ip, 0), port = key, vlan = key, address = key_of(&other, 0);
	struct entry *entry;

	(void)state;
	port.port = 7;
	vlan.vlan = 7;
	assert_null(memo_find(&table, &key));
	entry = memo_need(&table, &key);
	assert_int_equal(entry->kept, 0);
	entry->kept = 42;
	assert_ptr_equal(memo_find(&table, &key), entry);
	assert_ptr_equal(memo_need(&table, &key), entry);
	assert_int_equal(entry->kept, 42);
	assert_null(memo_find(&table, &port));
	assert_null(memo_find(&table, &vlan));
	assert_null(memo_find(&table, &address));
	for (unsigned i = 0; i < 3; i++) {
		const struct memo_key *one =
			(const struct memo_key *[]){ &port, &vlan, &address }[i];

		assert_ptr_not_equal(memo_need(&table, one), entry);
		assert_non_null(memo_find(&table, one));
	}
	assert_ptr_equal(memo_find(&table, &key), entry);
}

/* More of them than one set holds. */
static void many_ports_of_an_address_are_kept_side_by_side(void **state)
{
	struct ip ip = nth(1);
	struct memo_key key = key_of(&ip, 0);
	unsigned kept = 0;

	(void)state;
	for (key.port = 1; key.port <= 2 * MEMO_WAYS; key.port++)
		memo_need(&table, &key);
	for (key.port = 1; key.port <= 2 * MEMO_WAYS; key.port++)
		kept += memo_find(&table, &key) != NULL;
	assert_true(kept > MEMO_WAYS);
}

static void a_suspect_outlives_passers_by_until_it_is_stale(void **state)
{
	struct ip suspect = nth(60000);
	struct memo_key key = key_of(&suspect, 0);
	struct entry *entry;

	(void)state;
	entry = memo_need(&table, &key);
	entry->memo.walk.level = 1;
	for (unsigned n = 0; n < 1000; n++) {
		struct ip ip = nth(n);
		struct memo_key passer_by = key_of(&ip, 1 + n % 100);

		memo_need(&table, &passer_by);
	}
	assert_ptr_equal(memo_find(&table, &key), entry);
	for (unsigned n = 0; n < 1000; n++) {
		struct ip ip = nth(n);
		struct memo_key passer_by = key_of(&ip, 4000 + n);

		memo_need(&table, &passer_by);
	}
	assert_null(memo_find(&table, &key));
}

static void without_evidence_the_longest_unused_goes(void **state)
{
	unsigned kept = 0;

	(void)state;
	for (unsigned n = 0; n < 1000; n++) {
		struct ip ip = nth(n);
		struct memo_key key = key_of(&ip, n);

		memo_need(&table, &key);
	}
	for (unsigned n = 1000 - SETS * MEMO_WAYS * 2; n < 1000; n++) {
		struct ip ip = nth(n);
		struct memo_key key = key_of(&ip, 2000);

		kept += memo_find(&table, &key) != NULL;
	}
	assert_int_equal(kept, SETS * MEMO_WAYS);
}

static void neighbours_have_different_tags(void **state)
{
	(void)state;
	for (unsigned n = 1; n < 65536; n++) {
		struct ip a = nth(n - 1), b = nth(n);

		assert_int_not_equal(memo_tag(&a), memo_tag(&b));
		assert_int_not_equal(memo_tag(&b), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_entry_is_found_again_by_its_whole_key, forget),
		cmocka_unit_test_setup(many_ports_of_an_address_are_kept_side_by_side, forget),
		cmocka_unit_test_setup(a_suspect_outlives_passers_by_until_it_is_stale, forget),
		cmocka_unit_test_setup(without_evidence_the_longest_unused_goes, forget),
		cmocka_unit_test_setup(neighbours_have_different_tags, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
