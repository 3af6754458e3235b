/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/community_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/net/addr.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct flow {
	const char *src, *dst;
	uint16_t src_port, dst_port;
	uint8_t proto;
	const char *id;
};

/* Published answers of the specification's reference implementation. */
static const struct flow known[] = {
	{ "128.232.110.120", "66.35.250.204", 34855, 80, 6, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
	{ "66.35.250.204", "128.232.110.120", 80, 34855, 6, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
	{ "192.168.1.52", "8.8.8.8", 54585, 53, 17, "1:d/FP5EW3wiY1vCndhwleRRKHowQ=" },
	{ "8.8.8.8", "192.168.1.52", 53, 54585, 17, "1:d/FP5EW3wiY1vCndhwleRRKHowQ=" },
	{ "192.168.0.89", "192.168.0.1", 8, 0, 1, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" },
	{ "192.168.0.1", "192.168.0.89", 0, 0, 1, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" },
	{ "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 135, 0, 58,
	  "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=" },
	{ "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 136, 0, 58,
	  "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=" },
};

static void id_of(const struct flow *flow, char text[COMMUNITY_ID_BYTES])
{
	struct ip src, dst;

	assert_true(ip_parse(flow->src, &src));
	assert_true(ip_parse(flow->dst, &dst));
	community_id(&src, &dst, flow->src_port, flow->dst_port, flow->proto, text);
}

static void published_flows_get_their_published_id(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		char text[COMMUNITY_ID_BYTES];

		id_of(&known[i], text);
		assert_string_equal(text, known[i].id);
	}
}

static void an_icmp_error_keeps_its_direction(void **state)
{
	struct flow error = { "192.0.2.1", "192.0.2.2", 3, 1, 1, NULL };
	struct flow back = { "192.0.2.2", "192.0.2.1", 3, 1, 1, NULL };
	char there[COMMUNITY_ID_BYTES], here[COMMUNITY_ID_BYTES];

	(void)state;
	id_of(&error, there);
	id_of(&back, here);
	assert_string_not_equal(there, here);
}

static void equal_addresses_are_ordered_by_port(void **state)
{
	struct flow out = { "127.0.0.1", "127.0.0.1", 40000, 80, 6, NULL };
	struct flow back = { "127.0.0.1", "127.0.0.1", 80, 40000, 6, NULL };
	char there[COMMUNITY_ID_BYTES], here[COMMUNITY_ID_BYTES];

	(void)state;
	id_of(&out, there);
	id_of(&back, here);
	assert_string_equal(there, here);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_flows_get_their_published_id),
		cmocka_unit_test(an_icmp_error_keeps_its_direction),
		cmocka_unit_test(equal_addresses_are_ordered_by_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
