/* SPDX-License-Identifier: Apache-2.0 */
#include "core/isolation/filter.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/err.h"

struct given {
	unsigned direction, action, ethertype, proto;
	const char *remote; /* prefix or NULL */
	unsigned local_first, local_last, remote_first, remote_last, rate;
};

static struct filter make(const struct given *given)
{
	struct filter filter = {
		.direction = (uint8_t)given->direction,
		.action = (uint8_t)given->action,
		.ethertype = (uint16_t)given->ethertype,
		.proto = (uint8_t)given->proto,
		.local_port_first = (uint16_t)given->local_first,
		.local_port_last = (uint16_t)given->local_last,
		.remote_port_first = (uint16_t)given->remote_first,
		.remote_port_last = (uint16_t)given->remote_last,
		.rate_per_s = given->rate,
		.label = "x",
	};

	if (given->remote) {
		filter.has_remote = true;
		assert_true(prefix_parse(given->remote, &filter.remote));
	}
	return filter;
}

static const struct given good[] = {
	{ FILTER_TRANSMIT, FILTER_PASS, 0x0800, IPPROTO_TCP, "10.0.0.5", 0, 0, 8530, 8530, 0 },
	{ FILTER_RECEIVE, FILTER_PASS, 0x0800, IPPROTO_TCP, "10.0.0.5", 0, 0, 8530, 8531, 0 },
	{ FILTER_TRANSMIT, FILTER_PASS, 0x0806, 0, NULL, 0, 0, 0, 0, 0 },
	{ FILTER_TRANSMIT, FILTER_PASS, 0x888e, 0, NULL, 0, 0, 0, 0, 0 },
	{ FILTER_TRANSMIT, FILTER_PASS, 0x0800, IPPROTO_UDP, NULL, 68, 68, 67, 67, 0 },
	{ FILTER_RECEIVE, FILTER_PASS, 0x0800, IPPROTO_UDP, NULL, 68, 68, 67, 67, 0 },
	{ FILTER_TRANSMIT, FILTER_PASS, 0x86dd, IPPROTO_TCP, "2001:db8::5", 0, 0, 443, 443, 0 },
	{ FILTER_RECEIVE, FILTER_PASS, 0x0800, IPPROTO_ICMP, "10.0.0.0/24", 0, 0, 0, 0, 0 },
	{ FILTER_TRANSMIT, FILTER_DROP, 0, 0, NULL, 0, 0, 0, 0, 0 },
	{ FILTER_TRANSMIT, FILTER_RATE_LIMIT, 0x0800, 0, NULL, 0, 0, 0, 0, 100 },
	{ FILTER_TRANSMIT, FILTER_PASS, 0x0800, 47, NULL, 0, 0, 0, 0, 0 },
	{ FILTER_TRANSMIT, FILTER_PASS, 0x88cc, 0, NULL, 0, 0, 0, 0, 0 },
};

static void what_fits_together_is_accepted(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(good) / sizeof(good[0]); c++) {
		struct filter filter = make(&good[c]);
		struct err err = { 0 };

		assert_int_equal(filter_check(&filter, &err), 0);
	}
}

static const struct {
	const char *name;
	struct given given;
} bad[] = {
	{ "only TCP",
	  { FILTER_TRANSMIT, FILTER_PASS, 0x0800, IPPROTO_ICMP, NULL, 0, 0, 80, 80, 0 } },
	{ "ends before",
	  { FILTER_TRANSMIT, FILTER_PASS, 0x0800, IPPROTO_TCP, NULL, 0, 0, 90, 80, 0 } },
	{ "ends before",
	  { FILTER_TRANSMIT, FILTER_PASS, 0x0800, IPPROTO_TCP, NULL, 90, 0, 0, 0, 0 } },
	{ "needs EtherType",
	  { FILTER_TRANSMIT, FILTER_PASS, 0, IPPROTO_TCP, NULL, 0, 0, 0, 0, 0 } },
	{ "needs EtherType",
	  { FILTER_TRANSMIT, FILTER_PASS, 0x0806, 0, "10.0.0.1", 0, 0, 0, 0, 0 } },
	{ "family", { FILTER_TRANSMIT, FILTER_PASS, 0x86dd, 0, "10.0.0.1", 0, 0, 0, 0, 0 } },
	{ "family", { FILTER_TRANSMIT, FILTER_PASS, 0x0800, 0, "2001:db8::1", 0, 0, 0, 0, 0 } },
	{ "rate", { FILTER_TRANSMIT, FILTER_PASS, 0x0800, 0, NULL, 0, 0, 0, 0, 5 } },
	{ "rate", { FILTER_TRANSMIT, FILTER_RATE_LIMIT, 0x0800, 0, NULL, 0, 0, 0, 0, 0 } },
	{ "direction", { 2, FILTER_PASS, 0, 0, NULL, 0, 0, 0, 0, 0 } },
	{ "direction", { FILTER_TRANSMIT, 3, 0, 0, NULL, 0, 0, 0, 0, 0 } },
};

static void a_filter_that_cannot_be_true_is_refused(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(bad) / sizeof(bad[0]); c++) {
		struct filter filter = make(&bad[c].given);
		struct err err = { 0 };

		assert_int_equal(filter_check(&filter, &err), ERR_CONFIG);
		assert_non_null(strstr(err.text, bad[c].name));
	}
}

static void a_prefix_cannot_be_wider_than_its_family(void **state)
{
	struct filter filter = make(&good[0]);

	(void)state;
	assert_true(prefix_parse("0.0.0.0/0", &filter.remote));
	assert_int_equal(filter_check(&filter, NULL), 0);
	filter.remote.bits = 95;
	assert_int_equal(filter_check(&filter, NULL), ERR_CONFIG);
	filter.remote.bits = 129;
	assert_int_equal(filter_check(&filter, NULL), ERR_CONFIG);
}

static void a_filter_needs_a_label_that_ends(void **state)
{
	struct filter filter = { .label = "" };

	(void)state;
	assert_int_equal(filter_check(&filter, NULL), ERR_CONFIG);
	memset(filter.label, 'x', sizeof(filter.label));
	assert_int_equal(filter_check(&filter, NULL), ERR_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_together_is_accepted),
		cmocka_unit_test(a_filter_that_cannot_be_true_is_refused),
		cmocka_unit_test(a_prefix_cannot_be_wider_than_its_family),
		cmocka_unit_test(a_filter_needs_a_label_that_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
