/* SPDX-License-Identifier: Apache-2.0 */
/* test_addressbook.c - who keeps his place in a full book, and what a station calls its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/contact/addressbook.h"
#include "core/net/hash.h"

#define MINUTE 60000u
#define PLACES 4 /* of the smallest book: one set */

struct bench {
	struct mem_region *region;
	struct addressbook *book;
};

static void start(struct bench *bench)
{
	struct hash_key key = { { 3, 4 } };

	bench->region = mem_region_new();
	bench->book = addressbook_new(bench->region, PLACES, &key);
}

static void stop(struct bench *bench)
{
	addressbook_free(bench->book);
	mem_region_free(bench->region);
}

static struct mac mac_of(unsigned station)
{
	return (struct mac){ { 2, 0, 0, 0, 0, (uint8_t)station } };
}

static struct host_key address_of(unsigned station)
{
	struct ip ip = ip_from_v4((uint8_t[4]){ 10, 0, 0, (uint8_t)station });

	return host_key_of(&ip, 7);
}

static bool learn(struct bench *bench, unsigned station, uint32_t ms)
{
	struct host_key address = address_of(station);
	struct mac mac = mac_of(station);

	return addressbook_learn(bench->book, &address, &mac, ms);
}

/* The stations A, B, ... whose address the book knows, as letters. */
static void owners(const struct bench *bench, char *letters)
{
	for (unsigned station = 1; station <= 8; station++) {
		struct host_key address = address_of(station);
		const struct owner *owner = addressbook_owner(bench->book, &address);
		struct mac mac = mac_of(station);

		if (owner && mac_equal(&owner->mac, &mac))
			*letters++ = (char)('@' + station);
	}
	*letters = 0;
}

/* Those of which it knows what they call their own. */
static void holders(const struct bench *bench, char *letters)
{
	for (unsigned station = 1; station <= 8; station++) {
		struct host_key address = address_of(station);
		struct mac mac = mac_of(station);
		struct ip own;

		if (addressbook_address(bench->book, 7, &mac, &address.ip, &own) &&
		    ip_equal(&own, &address.ip))
			*letters++ = (char)('@' + station);
	}
	*letters = 0;
}

static void a_full_book_keeps_who_lives_there(void **state)
{
	static const struct {
		const char *name;
		struct {
			char who;
			uint32_t ms;
		} heard[12];
		const char *known;
	} cases[] = {
		{ "all have room", { { 'A', 1 }, { 'B', 2 }, { 'C', 3 }, { 'D', 4 } }, "ABCD" },
		{ "the one longest unheard makes room",
		  { { 'A', 1 }, { 'B', 2 }, { 'C', 3 }, { 'D', 4 }, { 'E', 5 } },
		  "BCDE" },
		{ "heard again, it is another one",
		  { { 'A', 1 }, { 'B', 2 }, { 'C', 3 }, { 'D', 4 }, { 'A', 5 }, { 'E', 6 } },
		  "ACDE" },
		{ "who was heard again after a pause stays",
		  { { 'A', 1 },
		    { 'A', 2000 },
		    { 'B', 2001 },
		    { 'C', 2002 },
		    { 'D', 2003 },
		    { 'E', 2004 } },
		  "ACDE" },
		{ "and takes nobody's free place",
		  { { 'A', 1 }, { 'A', 2000 }, { 'B', 2001 }, { 'C', 2002 } },
		  "ABC" },
		{ "before a pause it does not",
		  { { 'A', 1 },
		    { 'A', 1000 },
		    { 'B', 1001 },
		    { 'C', 1002 },
		    { 'D', 1003 },
		    { 'E', 1004 } },
		  "BCDE" },
		{ "where all stay nobody comes in",
		  { { 'A', 1 },
		    { 'B', 2 },
		    { 'C', 3 },
		    { 'D', 4 },
		    { 'A', 2001 },
		    { 'B', 2002 },
		    { 'C', 2003 },
		    { 'D', 2004 },
		    { 'E', 2005 } },
		  "ABCD" },
		{ "until one was silent for half an hour",
		  { { 'A', 1 },
		    { 'B', 2 },
		    { 'C', 3 },
		    { 'D', 4 },
		    { 'A', 2001 },
		    { 'C', 2003 },
		    { 'D', 2004 },
		    { 'B', 2005 },
		    { 'E', 2001 + 30 * MINUTE } },
		  "BCDE" },
		{ "a free place is taken also when the clock has just wrapped",
		  { { 'A', UINT32_MAX - 4096 }, { 'B', 100 } },
		  "AB" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char owning[16], holding[16];
		struct bench bench;

		start(&bench);
		for (size_t k = 0; k < 12 && cases[i].heard[k].who; k++)
			learn(&bench, (unsigned)(cases[i].heard[k].who - '@'),
			      cases[i].heard[k].ms);
		owners(&bench, owning);
		holders(&bench, holding);
		if (strcmp(owning, cases[i].known) != 0 || strcmp(holding, cases[i].known) != 0)
			fail_msg("%s: owners %s, holders %s", cases[i].name, owning, holding);
		stop(&bench);
	}
}

static void only_what_it_did_not_know_is_news(void **state)
{
	struct host_key second = address_of(200), sixth;
	struct mac mac = mac_of(1), other = mac_of(2);
	struct bench bench;
	struct ip v6;

	(void)state;
	start(&bench);
	assert_true(ip_parse("fe80::1", &v6));
	sixth = host_key_of(&v6, 7);
	assert_true(learn(&bench, 1, 1));
	assert_false(learn(&bench, 1, 2));
	assert_true(addressbook_learn(bench.book, &second, &mac, 3)); /* another name of its own */
	assert_false(addressbook_learn(bench.book, &second, &mac, 4));
	assert_true(learn(&bench, 1, 5)); /* and the first again */
	assert_true(addressbook_learn(bench.book, &sixth, &mac, 6));
	assert_false(learn(&bench, 1, 7)); /* it has one of each family */
	assert_true(addressbook_learn(bench.book, &second, &other, 8));
	stop(&bench);
}

static void a_station_has_an_address_of_each_family(void **state)
{
	struct host_key fourth = address_of(1), sixth;
	struct mac mac = mac_of(1), unheard = mac_of(9), nobody = { { 0 } };
	struct bench bench;
	struct ip v6, own;

	(void)state;
	start(&bench);
	assert_true(ip_parse("fe80::1", &v6));
	sixth = host_key_of(&v6, 7);
	learn(&bench, 1, 1);
	assert_false(addressbook_address(bench.book, 7, &mac, &v6, &own));
	addressbook_learn(bench.book, &sixth, &mac, 2);
	assert_true(addressbook_address(bench.book, 7, &mac, &v6, &own));
	assert_true(ip_equal(&own, &v6));
	assert_true(addressbook_address(bench.book, 7, &mac, &fourth.ip, &own));
	assert_true(ip_equal(&own, &fourth.ip));
	assert_false(
		addressbook_address(bench.book, 8, &mac, &v6, &own)); /* there it is not known */
	assert_false(addressbook_address(bench.book, 7, &unheard, &v6, &own));
	assert_false(addressbook_address(bench.book, 7, &nobody, &v6, &own));
	stop(&bench);
}

static void groups_and_nobody_own_nothing(void **state)
{
	static const struct mac macs[] = { { { 0 } },
					   { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
					   { { 1, 0, 0x5e, 0, 0, 1 } } };
	struct host_key address = address_of(1);
	struct bench bench;

	(void)state;
	start(&bench);
	for (size_t i = 0; i < sizeof(macs) / sizeof(macs[0]); i++) {
		assert_false(addressbook_learn(bench.book, &address, &macs[i], 1));
		assert_null(addressbook_owner(bench.book, &address));
	}
	stop(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_book_keeps_who_lives_there),
		cmocka_unit_test(only_what_it_did_not_know_is_news),
		cmocka_unit_test(a_station_has_an_address_of_each_family),
		cmocka_unit_test(groups_and_nobody_own_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
