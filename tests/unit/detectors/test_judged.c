/* SPDX-License-Identifier: Apache-2.0 */
/* test_judged.c - which destinations still carry a term, and how many stand in a row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/contact/contact.h"
#include "core/detect/evidence.h"
#include "core/detect/memo.h"
#include "detectors/judged.h"

static void take(struct judged_rings *rings, uint16_t tag, unsigned port_class)
{
	*judged_take(rings, tag, port_class) =
		(struct judged){ .port = tag, .port_class = port_class & 15 };
}

static unsigned found(struct judged_rings *rings, uint16_t from, uint16_t to)
{
	unsigned count = 0;

	for (uint16_t tag = from; tag <= to; tag++) {
		const struct judged *judged = judged_find(rings, tag);

		count += judged && judged->port == tag;
	}
	return count;
}

/* Each number of destinations of one sort after the other; the latest of each are known. */
static void neither_sort_pushes_the_other_out(void **state)
{
	static const struct {
		const char *name;
		unsigned worm, other, worm_known, other_known;
	} cases[] = {
		{ "few of each", 3, 3, 3, 3 },
		{ "as many as there is room for", JUDGED_WORM, JUDGED_OTHER, JUDGED_WORM,
		  JUDGED_OTHER },
		{ "many of worm ports", 100, 3, JUDGED_WORM, 3 },
		{ "many others", 3, 100, 3, JUDGED_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct judged_rings rings = { .next_worm = 0 };
		unsigned worm, other;

		for (unsigned n = 1; n <= 100; n++) {
			if (n <= cases[i].worm)
				take(&rings, (uint16_t)n, CLASS_WORM_PORT);
			if (n <= cases[i].other)
				take(&rings, (uint16_t)(1000 + n), CLASS_SERVICE_PORT);
		}
		worm = found(&rings, 1, 100);
		other = found(&rings, 1001, 1100);
		if (worm != cases[i].worm_known || other != cases[i].other_known)
			fail_msg("%s: %u, %u", cases[i].name, worm, other);
	}
}

static void the_oldest_is_pushed_out_and_a_dropped_one_is_gone(void **state)
{
	struct judged_rings rings = { .next_worm = 0 };

	(void)state;
	for (uint16_t tag = 1; tag <= JUDGED_WORM + 1; tag++)
		take(&rings, tag, CLASS_WORM_PORT);
	assert_null(judged_find(&rings, 1));
	assert_non_null(judged_find(&rings, 2));
	judged_drop(&rings, judged_find(&rings, 2));
	assert_null(judged_find(&rings, 2));
	assert_non_null(judged_find(&rings, 3));
}

static void a_term_is_of_one_service(void **state)
{
	static const struct {
		uint16_t port;
		uint8_t kind;
		bool is_of;
	} cases[] = { { 445, CONTACT_TCP, true },
		      { 139, CONTACT_TCP, false },
		      { 445, CONTACT_UDP, false } };
	const struct judged judged = { .port = 445, .kind = CONTACT_TCP };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct contact contact = { .dst_port = cases[i].port, .kind = cases[i].kind };

		assert_int_equal(judged_is_of(&judged, &contact), cases[i].is_of);
	}
}

static void a_row_ends_at_the_first_gap(void **state)
{
	static const struct {
		const char *name;
		uint8_t silent[8]; /* last bytes of their addresses */
		unsigned row;      /* around .50 */
	} cases[] = {
		{ "alone", { 0 }, 1 },
		{ "one before", { 49 }, 2 },
		{ "one behind", { 51 }, 2 },
		{ "on both sides", { 48, 49, 51 }, 4 },
		{ "a gap", { 47, 48, 51, 53 }, 2 },
		{ "longer than is looked for", { 45, 46, 47, 48, 49 }, 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct judged_rings rings = { .next_worm = 0 };
		struct contact contact = { .dst = ip_from_v4((uint8_t[4]){ 10, 0, 1, 50 }),
					   .kind = CONTACT_ICMP };

		for (size_t k = 0; k < 8 && cases[i].silent[k]; k++) {
			struct ip ip = contact.dst;

			ip.bytes[15] = cases[i].silent[k];
			*judged_take(&rings, memo_tag(&ip), CLASS_ICMP) =
				(struct judged){ .port_class = CLASS_ICMP & 15,
						 .kind = CONTACT_ICMP };
		}
		if (judged_row(&rings, &contact, 4) != cases[i].row)
			fail_msg("%s: %u", cases[i].name, judged_row(&rings, &contact, 4));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neither_sort_pushes_the_other_out),
		cmocka_unit_test(the_oldest_is_pushed_out_and_a_dropped_one_is_gone),
		cmocka_unit_test(a_term_is_of_one_service),
		cmocka_unit_test(a_row_ends_at_the_first_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
