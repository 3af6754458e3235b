/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/nbns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/net/messages.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* A positive answer for a padded name of 16 bytes. */
static struct bytes answer_for(const char *name, unsigned addresses)
{
	struct bytes b = { 0 };

	put_be16(&b, 99);
	put_be16(&b, 0x8500);
	put_be16(&b, 0);
	put_be16(&b, 1);
	put_be32(&b, 0);
	put8(&b, 32);
	for (unsigned i = 0; i < 16; i++) {
		put8(&b, 'A' + ((uint8_t)name[i] >> 4));
		put8(&b, 'A' + ((uint8_t)name[i] & 15));
	}
	put8(&b, 0);
	put_be16(&b, 0x20);
	put_be16(&b, 1);
	put_be32(&b, 300000);
	put_be16(&b, 6 * addresses);
	for (unsigned i = 0; i < addresses; i++) {
		put_be16(&b, 0x6000);
		put_be32(&b, 0x0a000001 + i);
	}
	return b;
}

static void an_answer_names_its_addresses(void **state)
{
	struct ip second;
	struct nbns_answer answer;
	struct bytes b = answer_for("Fil\x01s          \x20", 2);

	(void)state;
	assert_true(nbns_read(b.at, b.length, &answer));
	assert_string_equal(answer.name, "fil?s");
	assert_int_equal(answer.suffix, 0x20);
	assert_int_equal(answer.ttl_s, 300000);
	assert_int_equal(answer.address_count, 2);
	assert_true(ip_parse("10.0.0.2", &second));
	assert_true(ip_equal(&answer.addresses[1], &second));
	b = answer_for("ALL            \x1c", 20);
	assert_true(nbns_read(b.at, b.length, &answer));
	assert_int_equal(answer.address_count, NBNS_ADDRESSES_MAX);
}

static void other_messages_are_refused(void **state)
{
	static const struct {
		const char *what;
		size_t at;
		unsigned value;
	} wrong[] = {
		{ "a question", 2, 0x05 },
		{ "a registration", 2, 0xad },
		{ "a refusal", 3, 3 },
		{ "with a question", 5, 1 },
		{ "without answers", 7, 0 },
		{ "another length", 12, 31 },
		{ "not a letter", 14, 'Q' },
		{ "a status", 47, 0x21 },
		{ "another class", 49, 2 },
		{ "no address", 55, 0 },
		{ "a label of any length", 45, 70 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct nbns_answer answer;
		struct bytes b = answer_for("FILES          \x20", 1);

		assert_true(nbns_read(b.at, b.length, &answer));
		b.at[wrong[i].at] = (uint8_t)wrong[i].value;
		if (nbns_read(b.at, b.length, &answer))
			fail_msg("%s", wrong[i].what);
	}
}

static void a_scope_is_stepped_over(void **state)
{
	struct nbns_answer answer;
	struct bytes b = answer_for("FILES          \x20", 1), scoped = { 0 };

	(void)state;
	put(&scoped, b.at, 45);
	put(&scoped, "\3lab", 4);
	put(&scoped, b.at + 45, b.length - 45);
	assert_true(nbns_read(scoped.at, scoped.length, &answer));
	assert_string_equal(answer.name, "files");
}

static void an_answer_cut_anywhere_is_survived(void **state)
{
	struct bytes b = answer_for("FILES          \x20", 2);

	(void)state;
	for (size_t cut = 0; cut <= b.length; cut++) {
		uint8_t *copy = exact(&b, cut);
		struct nbns_answer answer;

		assert_int_equal(nbns_read(copy + 1, cut, &answer), cut >= b.length - 6);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_names_its_addresses),
		cmocka_unit_test(other_messages_are_refused),
		cmocka_unit_test(a_scope_is_stepped_over),
		cmocka_unit_test(an_answer_cut_anywhere_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
