/* SPDX-License-Identifier: Apache-2.0 */
/* test_dnsfail.c - unregistered names add up to a suspect and never to a conviction; what programs ask on
 * their own account does not count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/random.h"
#include "tests/unit/detectors/names.h"

#define NXDOMAIN 3
#define SERVFAIL 2

static void look_up(struct desk *desk, const char *name, unsigned rcode)
{
	desk_looks_up(desk, &(struct look_up){ .client = "10.0.0.5",
					       .name = name,
					       .rcode = rcode,
					       .address = "93.184.216.34" });
	desk_pass(desk, 1);
}

/* A pronounceable name that no rule of thumb would notice. */
static void make_name(char name[64], uint64_t *seed, const char *before, const char *behind)
{
	char word[9] = "";

	for (unsigned i = 0; i < 8; i++)
		word[i] = i % 2 ? "aeiou"[random_step(seed) % 5]
				: "bdfgklmnprst"[random_step(seed) % 12];
	snprintf(name, 64, "%s%s%s", before, word, behind);
}

/* As bots that do not take words make them. */
static void draw_name(char name[64], uint64_t *seed, const char *before, const char *behind)
{
	char word[11] = "";

	for (unsigned i = 0; i < 10; i++)
		word[i] = (char)('a' + random_step(seed) % 26);
	snprintf(name, 64, "%s%s%s", before, word, behind);
}

static void seven_unregistered_names_make_a_suspect_and_no_more(void **state)
{
	struct desk desk;
	uint64_t seed = 7;
	char name[64];
	unsigned names = 0;

	(void)state;
	desk_start(&desk, &detector_dnsfail);
	while (desk.highest < SUSPECT_NATS && names < 100) {
		make_name(name, &seed, "", ".com");
		look_up(&desk, name, NXDOMAIN);
		names++;
	}
	assert_int_equal(names, 7);
	assert_int_equal(desk.latest.contacts, 7);
	assert_int_equal(desk.latest.port_class, CLASS_NAME);
	for (; names < 300; names++) {
		make_name(name, &seed, "", names % 2 ? ".net" : ".co.uk");
		look_up(&desk, name, NXDOMAIN);
	}
	assert_true(desk.highest > 8 && desk.highest < 9.3);
	desk_stop(&desk);
}

static void four_names_that_look_drawn_do_and_no_more_convict(void **state)
{
	static const char *const suffixes[] = { ".com", ".ru", ".biz", ".co.uk" };

	(void)state;
	for (uint64_t seed = 1; seed < 20; seed++) {
		struct desk desk;
		uint64_t drawn = seed;
		char name[64];
		unsigned names = 0;

		desk_start(&desk, &detector_dnsfail);
		while (desk.highest < SUSPECT_NATS && names < 100) {
			draw_name(name, &drawn, names % 3 ? "" : "www.", suffixes[names % 4]);
			look_up(&desk, name, NXDOMAIN);
			names++;
		}
		assert_in_range(names, 4, 6); /* some look like words */
		for (; names < 300; names++) {
			draw_name(name, &drawn, "", ".net");
			look_up(&desk, name, NXDOMAIN);
		}
		assert_true(desk.highest < 9.3);
		desk_stop(&desk);
	}
}

/* Browsers test the resolver with drawn names, to which one's own suffix is put. */
static void drawn_names_below_a_suffix_of_the_site_weigh_no_more_than_others(void **state)
{
	static const struct {
		const char *what, *before, *behind, *exists;
		unsigned names;
	} cases[] = {
		{ "a suffix of the site", "", ".company", NULL, 7 },
		{ "a suffix under which names exist", "", ".company", "shop.company", 5 },
		{ "hosts of others", "", ".example-cdn.com", NULL, 100 },
		{ "punycode", "xn--", ".com", NULL, 7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk desk;
		uint64_t seed = 11;
		char name[64];
		unsigned names = 0;

		desk_start(&desk, &detector_dnsfail);
		if (cases[i].exists)
			look_up(&desk, cases[i].exists, 0);
		while (desk.highest < SUSPECT_NATS && names < 100) {
			draw_name(name, &seed, cases[i].before, cases[i].behind);
			look_up(&desk, name, NXDOMAIN);
			names++;
		}
		if (names != cases[i].names)
			fail_msg("%s: %u names", cases[i].what, names);
		desk_stop(&desk);
	}
}

/* Each pattern is asked forty times with a new word in each place of the word. */
static void what_programs_ask_on_their_own_account_does_not_count(void **state)
{
	static const struct {
		const char *name, *before, *behind;
		unsigned type, rcode, roles;
	} cases[] = {
		{ "single labels of a browser", "", "", 1, NXDOMAIN, 0 },
		{ "a search suffix behind everything", "", ".corp.example.com", 1, NXDOMAIN, 0 },
		{ "a site of its own", "", ".lan", 1, NXDOMAIN, 0 },
		{ "reverse zones", "4.3.", ".in-addr.arpa", 12, NXDOMAIN, 0 },
		{ "reverse zones, asked as addresses", "4.3.", ".in-addr.arpa", 1, NXDOMAIN, 0 },
		{ "services", "_ldap._tcp.", ".com", 1, NXDOMAIN, 0 },
		{ "mail exchangers", "", ".com", 15, NXDOMAIN, 0 },
		{ "isatap", "isatap.", ".com", 1, NXDOMAIN, 0 },
		{ "wpad", "wpad.", ".org", 1, NXDOMAIN, 0 },
		{ "one host under many suffixes", "fileserver.", ".com", 1, NXDOMAIN, 0 },
		{ "broken name servers", "", ".com", 1, SERVFAIL, 0 },
		{ "a resolver", "", ".com", 1, NXDOMAIN, HOST_DNS_SERVER },
		{ "a router that asks for others", "", ".com", 1, NXDOMAIN, HOST_ROUTER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk desk;
		uint64_t seed = i;

		desk_start(&desk, &detector_dnsfail);
		desk.roles = (uint16_t)cases[i].roles;
		for (unsigned n = 0; n < 40; n++) {
			char name[64];

			make_name(name, &seed, cases[i].before, cases[i].behind);
			desk_looks_up(&desk, &(struct look_up){ .client = "10.0.0.5",
								.name = name,
								.type = cases[i].type,
								.rcode = cases[i].rcode });
		}
		if (desk.statements)
			print_error("%s: %.1f\n", cases[i].name, desk.highest);
		assert_int_equal(desk.statements, 0);
		desk_stop(&desk);
	}
}

static void block_lists_do_not_count(void **state)
{
	uint64_t seed = 8;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct desk desk;

		desk_start(&desk, &detector_dnsfail);
		for (unsigned n = 0; n < 16; n++) {
			char zone[64], name[128];

			make_name(zone, &seed, "", ".com");
			snprintf(name, sizeof(name),
				 i ? "%x.8.b.d.0.1.0.0.2.list.%s" : "%u.3.2.1.list.%s", n, zone);
			look_up(&desk, name, NXDOMAIN);
		}
		assert_int_equal(desk.statements, 0);
		desk_stop(&desk);
	}
}

static void one_word_under_many_suffixes_is_one_failure(void **state)
{
	static const char *const names[] = { "acmeworks.com",   "acmeworks.net",
					     "acmeworks.org",   "www.acmeworks.info",
					     "acmeworks.co.uk", "acmeworks.de" };
	struct desk desk;

	(void)state;
	desk_start(&desk, &detector_dnsfail);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		look_up(&desk, names[i], NXDOMAIN);
	assert_int_equal(desk.statements, 0);
	desk_stop(&desk);
}

static void names_that_exist_make_up_for_some_that_do_not(void **state)
{
	struct desk desk;
	uint64_t seed = 9;
	char name[64];

	(void)state;
	desk_start(&desk, &detector_dnsfail);
	for (unsigned n = 0; n < 60; n++) {
		make_name(name, &seed, "", ".com");
		look_up(&desk, name, n % 3 == 0 ? NXDOMAIN : 0);
	}
	assert_int_equal(desk.statements, 0);
	desk_stop(&desk);
}

static void missing_hosts_of_other_peoples_domains_weigh_less(void **state)
{
	struct desk desk;
	uint64_t seed = 5, hosts = 6;
	unsigned names = 0;

	(void)state;
	desk_start(&desk, &detector_dnsfail);
	while (desk.highest < SUSPECT_NATS && names < 100) {
		char host[64], name[64];

		make_name(host, &hosts, "", ".");
		make_name(name, &seed, host, ".com");
		look_up(&desk, name, NXDOMAIN);
		names++;
	}
	assert_int_equal(names, 14);
	desk_stop(&desk);
}

static void answers_that_nobody_asked_for_blame_nobody(void **state)
{
	struct desk desk;
	uint64_t seed = 3;
	char name[64];

	(void)state;
	desk_start(&desk, &detector_dnsfail);
	for (unsigned n = 0; n < 100; n++) {
		make_name(name, &seed, "", ".com");
		desk_name(&desk, &(struct look_up){ .client = "10.0.0.5", .name = name }, NXDOMAIN);
	}
	assert_int_equal(desk.statements, 0);
	desk_stop(&desk);
}

static void hosts_are_judged_apart(void **state)
{
	struct desk desk;
	uint64_t seed = 3;
	char name[64], client[32];

	(void)state;
	desk_start(&desk, &detector_dnsfail);
	for (unsigned n = 0; n < 200; n++) {
		make_name(name, &seed, "", ".com");
		snprintf(client, sizeof(client), "10.0.0.%u", 100 + n % 100);
		desk_looks_up(&desk, &(struct look_up){
					     .client = client, .name = name, .rcode = NXDOMAIN });
	}
	assert_int_equal(desk.statements, 0);
	desk_stop(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seven_unregistered_names_make_a_suspect_and_no_more),
		cmocka_unit_test(four_names_that_look_drawn_do_and_no_more_convict),
		cmocka_unit_test(drawn_names_below_a_suffix_of_the_site_weigh_no_more_than_others),
		cmocka_unit_test(what_programs_ask_on_their_own_account_does_not_count),
		cmocka_unit_test(block_lists_do_not_count),
		cmocka_unit_test(one_word_under_many_suffixes_is_one_failure),
		cmocka_unit_test(names_that_exist_make_up_for_some_that_do_not),
		cmocka_unit_test(missing_hosts_of_other_peoples_domains_weigh_less),
		cmocka_unit_test(answers_that_nobody_asked_for_blame_nobody),
		cmocka_unit_test(hosts_are_judged_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
