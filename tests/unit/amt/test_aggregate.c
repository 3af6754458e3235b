/* SPDX-License-Identifier: Apache-2.0 */
#include "amt/aggregate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "amt/compile.h"
#include "core/base/err.h"
#include "core/isolation/plan.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct one {
	const char *remote; /* NULL: any */
	uint16_t local_first, local_last, remote_first, remote_last;
};

/* Two transmit filters of TCP, and what is left of them. */
static const struct {
	const char *name;
	struct one a, b;
	unsigned left;
	const char *address, *mask; /* of the one that is left */
	uint16_t first, last;
} cases[] = {
	{ "halves of a prefix",
	  { "10.0.0.4", 0, 0, 80, 80 },
	  { "10.0.0.5", 0, 0, 80, 80 },
	  1,
	  "0A000004",
	  "FFFFFFFE",
	  80,
	  80 },
	{ "neighbours that are no halves",
	  { "10.0.0.5", 0, 0, 80, 80 },
	  { "10.0.0.6", 0, 0, 80, 80 },
	  2,
	  NULL,
	  NULL,
	  0,
	  0 },
	{ "one inside the other",
	  { "10.0.0.0/24", 0, 0, 80, 80 },
	  { "10.0.0.9", 0, 0, 80, 80 },
	  1,
	  "0A000000",
	  "FFFFFF00",
	  80,
	  80 },
	{ "the wide one second",
	  { "10.0.0.9", 0, 0, 80, 80 },
	  { "10.0.0.0/24", 0, 0, 80, 80 },
	  1,
	  "0A000000",
	  "FFFFFF00",
	  80,
	  80 },
	{ "any address covers",
	  { "10.0.0.9", 0, 0, 80, 80 },
	  { NULL, 0, 0, 80, 80 },
	  1,
	  NULL,
	  NULL,
	  80,
	  80 },
	{ "both halves of everything",
	  { "0.0.0.0/1", 0, 0, 80, 80 },
	  { "128.0.0.0/1", 0, 0, 80, 80 },
	  1,
	  NULL,
	  NULL,
	  80,
	  80 },
	{ "ports that touch",
	  { "10.0.0.5", 0, 0, 80, 80 },
	  { "10.0.0.5", 0, 0, 81, 90 },
	  1,
	  "0A000005",
	  "FFFFFFFF",
	  80,
	  90 },
	{ "ports that overlap",
	  { NULL, 0, 0, 85, 95 },
	  { NULL, 0, 0, 80, 90 },
	  1,
	  NULL,
	  NULL,
	  80,
	  95 },
	{ "ports with a gap", { NULL, 0, 0, 80, 80 }, { NULL, 0, 0, 82, 82 }, 2, NULL, NULL, 0, 0 },
	{ "the last ports",
	  { NULL, 0, 0, 65535, 65535 },
	  { NULL, 0, 0, 1, 65534 },
	  1,
	  NULL,
	  NULL,
	  1,
	  65535 },
	{ "all ports cover", { NULL, 0, 0, 0, 0 }, { NULL, 0, 0, 80, 80 }, 1, NULL, NULL, 0, 0 },
	{ "two things differ",
	  { "10.0.0.4", 0, 0, 80, 80 },
	  { "10.0.0.5", 0, 0, 81, 81 },
	  2,
	  NULL,
	  NULL,
	  0,
	  0 },
	{ "a range where the other side has a port",
	  { NULL, 68, 68, 67, 67 },
	  { NULL, 68, 68, 66, 66 },
	  2,
	  NULL,
	  NULL,
	  0,
	  0 },
	{ "any port where the other side has one",
	  { NULL, 68, 68, 67, 67 },
	  { NULL, 68, 68, 0, 0 },
	  1,
	  NULL,
	  NULL,
	  0,
	  0 },
};

static struct filter filter_of(const struct one *one)
{
	struct filter filter = { .ethertype = 0x0800,
				 .proto = 6,
				 .has_remote = one->remote != NULL,
				 .local_port_first = one->local_first,
				 .local_port_last = one->local_last,
				 .remote_port_first = one->remote_first,
				 .remote_port_last = one->remote_last };

	if (one->remote)
		assert_true(prefix_parse(one->remote, &filter.remote));
	return filter;
}

static void hex4(const uint8_t bytes[4], char text[9])
{
	snprintf(text, 9, "%02X%02X%02X%02X", bytes[0], bytes[1], bytes[2], bytes[3]);
}

static void check_left(size_t i, const struct sd_filter *left)
{
	char address[9], mask[9];

	hex4(left->destination.bytes, address);
	hex4(left->destination.mask, mask);
	if (left->destination.given != (cases[i].address != NULL) ||
	    (cases[i].address &&
	     (strcmp(address, cases[i].address) != 0 || strcmp(mask, cases[i].mask) != 0)) ||
	    left->destination_ports.first != cases[i].first ||
	    left->destination_ports.last != cases[i].last)
		fail_msg("%s: left %s/%s %u-%u", cases[i].name, address, mask,
			 left->destination_ports.first, left->destination_ports.last);
}

static void what_one_filter_can_do_is_done_by_one(void **state)
{
	const struct sd_budget budget = { 62, 62, 62, 62, 62, 62, 1, false, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct plan plan = {
			.name = "p", .drop_transmit = true, .drop_receive = true, .filter_count = 2
		};
		struct sd_set set;

		plan.filters[0] = filter_of(&cases[i].a);
		plan.filters[1] = filter_of(&cases[i].b);
		assert_int_equal(sd_compile(&plan, &budget, 1, &set, NULL), 0);
		if (set.count != cases[i].left)
			fail_msg("%s: %u left", cases[i].name, set.count);
		if (set.count == 1)
			check_left(i, &set.filters[0]);
	}
}

static void what_counts_or_limits_differently_stays_apart(void **state)
{
	const struct sd_budget budget = { 62, 62, 62, 62, 62, 62, 1, false, 0 };
	struct plan plan = { .name = "p", .filter_count = 2 };
	struct one a = { NULL, 0, 0, 80, 80 }, b = { NULL, 0, 0, 81, 81 };
	struct sd_set set;

	(void)state;
	plan.filters[0] = filter_of(&a);
	plan.filters[1] = filter_of(&b);
	plan.filters[0].action = plan.filters[1].action = FILTER_RATE_LIMIT;
	plan.filters[0].rate_per_s = plan.filters[1].rate_per_s = 5;
	assert_int_equal(sd_compile(&plan, &budget, 1, &set, NULL), 0);
	assert_int_equal(set.count, 2);
	plan.filters[0].action = plan.filters[1].action = FILTER_DROP;
	plan.filters[0].rate_per_s = plan.filters[1].rate_per_s = 0;
	plan.filters[0].count = true;
	assert_int_equal(sd_compile(&plan, &budget, 1, &set, NULL), 0);
	assert_int_equal(set.count, 2);
	plan.filters[1].count = true;
	assert_int_equal(sd_compile(&plan, &budget, 1, &set, NULL), 0);
	assert_int_equal(set.count, 1);
}

static void many_become_few(void **state)
{
	const struct sd_budget budget = { 27, 31, 1, 1, 27, 31, 1, false, 0 };
	struct plan plan = { .name = "p", .drop_transmit = true, .drop_receive = true };
	struct sd_set set;

	(void)state;
	for (unsigned i = 0; i < 64; i++) {
		char text[32];
		struct one one = { text, 0, 0, 443, 443 };

		snprintf(text, sizeof(text), "10.0.0.%u", 128 + i);
		plan.filters[plan.filter_count++] = filter_of(&one);
	}
	assert_int_equal(sd_compile(&plan, &budget, 1, &set, NULL), 0);
	assert_int_equal(set.count, 1);
	assert_int_equal(set.filters[0].destination.mask[3], 0xc0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_filter_can_do_is_done_by_one),
		cmocka_unit_test(what_counts_or_limits_differently_stays_apart),
		cmocka_unit_test(many_become_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
