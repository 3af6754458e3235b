/* SPDX-License-Identifier: Apache-2.0 */
/* test_conficker_dga.c - every name of the day is a hit of its weight; two names of A or B or three of C
 * convict their host and nobody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "detectors/conficker_names.h"
#include "tests/unit/detectors/names.h"

#define VECTORS  "../shared/vectors/conficker/"
#define NXDOMAIN 3
#define DAY_S    86400

static const int32_t today = (int32_t)(WIRE_START_NS / 1000000000 / DAY_S);

/* The n-th name of a list among those with so many letters. */
static void name_of(char name[CONFICKER_NAME_BYTES], enum conficker_variant variant, unsigned n,
		    size_t letters_least, size_t letters_most)
{
	struct conficker_names names;

	conficker_names_start(&names, variant, today, CONFICKER_SINE_X87);
	for (unsigned found = 0; found <= n;) {
		assert_true(conficker_names_next(&names, name));
		found += strcspn(name, ".") >= letters_least && strcspn(name, ".") <= letters_most;
	}
}

static void ask(struct desk *desk, const char *client, const char *name)
{
	desk_asks(desk, &(struct look_up){ .client = client, .name = name });
}

/* Two names that do not exist make the lists wanted on which they could be; then idle chatter until all three
 * days are held. */
static void fill_set(struct desk *desk)
{
	static const char *const names[] = { "qxkzvb.com", "zqjwxk.com", "qxkzvb.hk", "zqjwxk.hk" };

	for (unsigned n = 0; n < sizeof(names) / sizeof(names[0]); n++)
		desk_looks_up(desk, &(struct look_up){ .client = "10.9.9.9",
						       .name = names[n],
						       .rcode = NXDOMAIN });
	for (unsigned n = 0; n < 200; n++)
		ask(desk, "10.9.9.9", "ordinary.com");
}

static const struct {
	const char *name;
	enum conficker_variant variant;
	size_t letters_least, letters_most;
	unsigned rcode, names, roles;
} bots[] = {
	{ "A", CONFICKER_A, 5, 11, 0, 2, 0 },
	{ "B", CONFICKER_B, 5, 11, 0, 2, 0 },
	{ "B, names missing", CONFICKER_B, 5, 11, NXDOMAIN, 2, 0 },
	{ "C", CONFICKER_C, 5, 9, 0, 3, 0 },
	{ "C, names missing", CONFICKER_C, 5, 9, NXDOMAIN, 3, 0 },
	{ "C, short names missing", CONFICKER_C, 4, 4, NXDOMAIN, 3, 0 },
	{ "B on a server that may ask for others", CONFICKER_B, 5, 11, NXDOMAIN, 0,
	  HOST_DNS_SERVER },
};

static void bots_are_convicted_by_two_names_or_three(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bots) / sizeof(bots[0]); i++) {
		struct desk desk;

		desk_start(&desk, &detector_conficker_dga);
		fill_set(&desk);
		desk.roles = (uint16_t)bots[i].roles;
		for (unsigned n = 0; n < 5; n++) {
			char name[CONFICKER_NAME_BYTES];

			name_of(name, bots[i].variant, n, bots[i].letters_least,
				bots[i].letters_most);
			desk_looks_up(&desk, &(struct look_up){ .client = "10.0.0.5",
								.name = name,
								.rcode = bots[i].rcode,
								.address = "93.184.216.34" });
			desk_pass(&desk, 5);
		}
		if (desk.contacts_at_conviction != bots[i].names)
			print_error("%s: %u\n", bots[i].name, desk.contacts_at_conviction);
		assert_int_equal(desk.contacts_at_conviction, bots[i].names);
		assert_int_equal(desk.latest.port_class, CLASS_NAME);
		assert_int_equal(desk.latest.detector, DETECTOR_CONFICKER_DGA);
		desk_stop(&desk);
	}
}

/* Nobody registered it, or somebody made the resolver lie: either way the name is none that people use. */
static void an_answer_that_leads_nowhere_strengthens_a_name(void **state)
{
	static const struct {
		const char *address;
		unsigned rcode;
		bool strengthens;
	} cases[] = {
		{ NULL, NXDOMAIN, true },
		{ "10.0.0.1", 0, true },
		{ "0.0.0.0", 0, true },
		{ "93.184.216.34", 0, false },
	};
	char name[CONFICKER_NAME_BYTES];

	(void)state;
	name_of(name, CONFICKER_B, 0, 5, 11);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk desk;
		double asked;

		desk_start(&desk, &detector_conficker_dga);
		fill_set(&desk);
		ask(&desk, "10.0.0.5", name);
		asked = desk.highest;
		desk_looks_up(&desk, &(struct look_up){ .client = "10.0.0.5",
							.name = name,
							.address = cases[i].address,
							.rcode = cases[i].rcode });
		assert_true(asked > 0);
		if ((desk.highest > asked + 1.9) != cases[i].strengthens)
			fail_msg("%s: %.1f after %.1f", cases[i].address, desk.highest, asked);
		desk_stop(&desk);
	}
}

static void look_alikes_are_not_convicted(void **state)
{
	char a[CONFICKER_NAME_BYTES], b[CONFICKER_NAME_BYTES];
	struct desk desk;

	(void)state;
	name_of(a, CONFICKER_B, 0, 5, 11);
	name_of(b, CONFICKER_B, 1, 5, 11);
	desk_start(&desk, &detector_conficker_dga);
	fill_set(&desk);
	for (unsigned n = 0; n < 50; n++) /* one name that fell on the list, over and over */
		desk_looks_up(&desk, &(struct look_up){
					     .client = "10.0.0.5", .name = a, .rcode = NXDOMAIN });
	assert_int_equal(desk.latest.contacts, 1);
	for (unsigned n = 0; n < 5; n++) { /* forged answers: never asked */
		char name[CONFICKER_NAME_BYTES];

		name_of(name, CONFICKER_A, n, 5, 11);
		desk_name(&desk, &(struct look_up){ .client = "10.0.0.6", .name = name }, NXDOMAIN);
	}
	assert_int_equal(desk.contacts_at_conviction, 0);
	assert_true(desk.highest > 10.9 && desk.highest < 11.1);
	ask(&desk, "10.0.0.8", a); /* another name that does not exist strengthens nothing */
	desk.statements = 0;
	desk_looks_up(&desk, &(struct look_up){ .client = "10.0.0.8",
						.name = "ordinary.com",
						.rcode = NXDOMAIN });
	assert_int_equal(desk.statements, 0);
	ask(&desk, "10.0.0.7", a); /* two names, half an hour apart */
	desk_pass(&desk, 1800);
	ask(&desk, "10.0.0.7", b);
	assert_int_equal(desk.contacts_at_conviction, 0);
	desk_stop(&desk);
}

static void a_resolver_is_not_blamed_for_what_it_was_asked(void **state)
{
	struct desk desk;

	(void)state;
	desk_start(&desk, &detector_conficker_dga);
	fill_set(&desk);
	for (unsigned n = 0; n < 5; n++) {
		char name[CONFICKER_NAME_BYTES];

		name_of(name, CONFICKER_B, n, 5, 11);
		ask(&desk, "10.0.0.5", name);
		desk_asks(&desk, &(struct look_up){ .client = "10.0.0.53",
						    .name = name,
						    .resolver = "9.9.9.9" });
		assert_int_equal(desk.latest.host.ip.bytes[15], 5);
	}
	assert_int_equal(desk.contacts_at_conviction, 2);
	desk_stop(&desk);
}

static void names_asked_before_the_set_is_ready_count_later(void **state)
{
	struct desk desk;
	unsigned contacts = 0;

	(void)state;
	desk_start(&desk, &detector_conficker_dga);
	for (unsigned n = 0; n < 2; n++) {
		char name[CONFICKER_NAME_BYTES];

		name_of(name, CONFICKER_A, n, 5, 11);
		ask(&desk, "10.0.0.5", name);
	}
	assert_int_equal(desk.statements, 0);
	desk_pass(&desk,
		  3); /* nobody answers; another question shows that this one is still there */
	ask(&desk, "10.0.0.5", "example.co.uk");
	assert_int_equal(desk.statements, 0); /* the lists are made by and by */
	for (; !desk.statements && contacts < 200; contacts++)
		desk_opens(&desk, "10.0.0.6", "10.0.0.1", 80);
	assert_int_equal(desk.statements, 0); /* another host is no reason to judge this one */
	desk_opens(&desk, "10.0.0.5", "10.0.0.1", 80);
	assert_int_equal(desk.contacts_at_conviction, 2);
	assert_int_equal(desk.latest.host.ip.bytes[15], 5);
	desk_stop(&desk);
}

static void look_up_two(struct desk *desk, enum conficker_variant variant, unsigned first,
			const struct look_up *answer)
{
	for (unsigned n = first; n < first + 2; n++) {
		char name[CONFICKER_NAME_BYTES];
		struct look_up look_up = *answer;

		name_of(name, variant, n, 5, 11);
		look_up.client = "10.0.0.5";
		look_up.name = name;
		desk_looks_up(desk, &look_up);
	}
	while (engine_rest(desk->engine))
		continue;
}

/* Whatever their letters look like. */
static void any_two_missing_names_convict_though_nobody_is_heard_after_them(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 40; n += 2)
		for (unsigned v = CONFICKER_A; v <= CONFICKER_B; v++) {
			struct desk desk;

			desk_start(&desk, &detector_conficker_dga);
			look_up_two(&desk, v, n, &(struct look_up){ .rcode = NXDOMAIN });
			assert_int_equal(desk.contacts_at_conviction, 2);
			desk_stop(&desk);
		}
}

/* Only names whose letters look drawn by chance make one look for a sinkhole: most of them do. */
static void names_that_lead_to_one_address_convict_and_those_to_several_wait(void **state)
{
	static const char *const addresses[] = { "38.229.1.1", "38.229.1.2" };
	unsigned convicted = 0;

	(void)state;
	for (unsigned n = 0; n < 40; n += 2) {
		struct desk desk;

		desk_start(&desk, &detector_conficker_dga);
		look_up_two(&desk, CONFICKER_B, n, &(struct look_up){ .address = addresses[0] });
		convicted += desk.contacts_at_conviction == 2;
		desk_stop(&desk);
	}
	assert_true(convicted >= 10);
	for (unsigned n = 0; n < 40; n++) {
		char name[CONFICKER_NAME_BYTES];
		struct desk desk;

		desk_start(&desk, &detector_conficker_dga);
		for (unsigned i = 0; i < 2; i++) {
			name_of(name, CONFICKER_B, n + i, 5, 11);
			desk_looks_up(&desk, &(struct look_up){ .client = "10.0.0.5",
								.name = name,
								.address = addresses[i] });
		}
		while (engine_rest(desk.engine))
			continue;
		assert_int_equal(desk.statements, 0);
		desk_stop(&desk);
	}
}

static void the_day_is_that_of_the_packets(void **state)
{
	char a[CONFICKER_NAME_BYTES];
	struct desk desk;

	(void)state;
	name_of(a, CONFICKER_A, 7, 5, 11);
	for (int days = -3; days <= 3; days++) {
		desk_start(&desk, &detector_conficker_dga);
		fill_set(&desk); /* on the day of the list, then the clock moves on */
		desk.now_ns += (uint64_t)((int64_t)days * DAY_S * 1000000000);
		fill_set(&desk);
		ask(&desk, "10.0.0.5", a);
		assert_int_equal(desk.statements, days >= -1 && days <= 1);
		desk_stop(&desk);
	}
}

/* A sinkhole, or a provider that answers for everything: no name fails. */
static void many_random_names_make_the_lists_wanted_though_all_are_answered(void **state)
{
	struct conficker_names strange;
	char name[CONFICKER_NAME_BYTES];
	struct desk desk;

	(void)state;
	desk_start(&desk, &detector_conficker_dga);
	conficker_names_start(&strange, CONFICKER_B, 1000,
			      CONFICKER_SINE_X87); /* of another decade */
	for (unsigned n = 0; n < 200 && conficker_names_next(&strange, name); n++)
		desk_looks_up(&desk, &(struct look_up){ .client = "10.9.9.9",
							.name = name,
							.address = "93.184.216.34" });
	for (unsigned n = 0; n < 2; n++) {
		name_of(name, CONFICKER_B, n, 5, 11);
		desk_looks_up(&desk, &(struct look_up){ .client = "10.0.0.5",
							.name = name,
							.address = "93.184.216.34" });
	}
	assert_int_equal(desk.contacts_at_conviction, 2);
	desk_stop(&desk);
}

/* ---- the shared vectors, where they are at hand ------------------------------------------------ */

static int32_t day_of(const char *date)
{
	long year = strtol(date, NULL, 10), month = strtol(date + 5, NULL, 10),
	     day = strtol(date + 8, NULL, 10);
	long era_year = year - (month <= 2);
	long months = (month + 9) % 12;

	/* Days from 1970-01-01 in the Gregorian calendar, years counted from March. */
	return (int32_t)(era_year * 365 + era_year / 4 - era_year / 100 + era_year / 400 +
			 (months * 153 + 2) / 5 + day - 1 - 719468);
}

/* Each name by a host of its own, so that each makes a statement. */
static void expect_hit(struct desk *desk, const char *name, double nats)
{
	static unsigned hosts;
	char client[32];

	hosts++;
	snprintf(client, sizeof(client), "10.1.%u.%u", hosts / 250 % 250, 1 + hosts % 250);
	desk->latest.log_odds = 0;
	ask(desk, client, name);
	if (desk->latest.log_odds < nats - 0.01)
		print_error("%s: %.1f\n", name, desk->latest.log_odds);
	assert_true(desk->latest.log_odds >= nats - 0.01);
	assert_int_equal(desk->latest.contacts, 1);
}

static void aim_desk(struct desk *desk, const char *date)
{
	desk->now_ns = ((uint64_t)day_of(date) * DAY_S + DAY_S / 2) * UINT64_C(1000000000);
	fill_set(desk);
}

static unsigned check_lists(const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	unsigned names = 0;
	struct desk desk;

	if (!file)
		return 0;
	desk_start(&desk, &detector_conficker_dga);
	while (getline(&line, &room, file) > 0) {
		char *rest = NULL, *date = strtok_r(line, "\t\n", &rest), *name;

		if (!date || *date == '#')
			continue;
		aim_desk(&desk, date);
		while ((name = strtok_r(NULL, "\t\n", &rest))) {
			expect_hit(&desk, name, 9);
			names++;
		}
	}
	desk_stop(&desk);
	free(line);
	fclose(file);
	return names;
}

/* Rows of "[variant] date index name". */
static unsigned check_rows(const char *path, bool has_variant)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	unsigned names = 0;
	struct desk desk;

	if (!file)
		return 0;
	desk_start(&desk, &detector_conficker_dga);
	while (getline(&line, &room, file) > 0) {
		char *rest = NULL, *variant = has_variant ? strtok_r(line, "\t\n", &rest) : NULL;
		char *date = strtok_r(has_variant ? NULL : line, "\t\n", &rest);
		char *name;

		if (*line == '#' || !date || !strtok_r(NULL, "\t\n", &rest))
			continue;
		name = strtok_r(NULL, "\t\n", &rest);
		assert_non_null(name);
		aim_desk(&desk, date);
		expect_hit(&desk, name,
			   variant && *variant != 'c' ? 9
			   : strcspn(name, ".") > 4   ? 7
						      : 4);
		names++;
	}
	desk_stop(&desk);
	free(line);
	fclose(file);
	return names;
}

static void every_name_of_the_shared_lists_is_a_hit(void **state)
{
	unsigned names = 0;

	(void)state;
	names += check_lists(VECTORS "dga-a.tsv");
	names += check_lists(VECTORS "dga-b.tsv");
	names += check_rows(VECTORS "dga-c-sample.tsv", false);
	names += check_rows(VECTORS "dga-wild.tsv", true);
	if (!names)
		skip();
	print_message("%u names\n", names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bots_are_convicted_by_two_names_or_three),
		cmocka_unit_test(an_answer_that_leads_nowhere_strengthens_a_name),
		cmocka_unit_test(look_alikes_are_not_convicted),
		cmocka_unit_test(a_resolver_is_not_blamed_for_what_it_was_asked),
		cmocka_unit_test(names_asked_before_the_set_is_ready_count_later),
		cmocka_unit_test(any_two_missing_names_convict_though_nobody_is_heard_after_them),
		cmocka_unit_test(names_that_lead_to_one_address_convict_and_those_to_several_wait),
		cmocka_unit_test(the_day_is_that_of_the_packets),
		cmocka_unit_test(many_random_names_make_the_lists_wanted_though_all_are_answered),
		cmocka_unit_test(every_name_of_the_shared_lists_is_a_hit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
