/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/dns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/net/messages.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum { HEADER = 12 };

static void put_header(struct bytes *b, unsigned flags, unsigned questions, unsigned answers)
{
	put_be16(b, 0x1234);
	put_be16(b, flags);
	put_be16(b, questions);
	put_be16(b, answers);
	put_zeros(b, 4);
}

/* "www.example" as labels. */
static void put_name(struct bytes *b, const char *name)
{
	while (*name) {
		size_t label = strcspn(name, ".");

		put8(b, (unsigned)label);
		put(b, name, label);
		name += label + (name[label] == '.');
	}
	put8(b, 0);
}

static void put_question(struct bytes *b, const char *name, unsigned type)
{
	put_name(b, name);
	put_be16(b, type);
	put_be16(b, 1);
}

/* Owner: a pointer to the first question. */
static void put_record(struct bytes *b, unsigned type, uint32_t ttl_s, unsigned length)
{
	put_be16(b, 0xc000 | HEADER);
	put_be16(b, type);
	put_be16(b, 0x8001); /* class IN with mDNS's cache flush bit */
	put_be32(b, ttl_s);
	put_be16(b, length);
}

static void put_answer(struct bytes *b)
{
	put_header(b, 0x8180, 1, 4);
	put_question(b, "WwW.Example.ORG", DNS_A);
	put_record(b, DNS_CNAME, 300, 6);
	put(b, "\3cdn\300\20", 6); /* cdn + "example.org" */
	put_record(b, DNS_TXT, 5, 3);
	put(b, "\2hi", 3);
	put_record(b, DNS_A, 60, 4);
	put(b, "\12\1\2\3", 4);
	put_record(b, DNS_AAAA, 61, 16);
	put_be32(b, 0x20010db8);
	put_zeros(b, 11);
	put8(b, 7);
}

static void a_question_is_read(void **state)
{
	struct bytes b = { 0 };
	struct dns_message m;

	(void)state;
	put_header(&b, 0x0100, 1, 0);
	put_question(&b, "WwW.Example.ORG", DNS_AAAA);
	assert_true(dns_read(b.at, b.length, &m));
	assert_int_equal(m.id, 0x1234);
	assert_false(m.is_response);
	assert_int_equal(m.qtype, DNS_AAAA);
	assert_string_equal(m.qname, "www.example.org");
	assert_int_equal(m.records, b.length);
}

static void an_answer_yields_alias_and_addresses(void **state)
{
	static const uint8_t v4[] = { 10, 1, 2, 3 };
	struct ip expected = ip_from_v4(v4);
	struct bytes b = { 0 };
	struct dns_message m;
	struct dns_record r;
	struct dns_walk walk;

	(void)state;
	put_answer(&b);
	assert_true(dns_read(b.at, b.length, &m));
	assert_true(m.is_response);
	walk = dns_walk(&m);
	assert_true(dns_next(&walk, &r));
	assert_int_equal(r.type, DNS_CNAME);
	assert_int_equal(r.section, DNS_ANSWER);
	assert_int_equal(r.ttl_s, 300);
	assert_string_equal(r.name, "www.example.org");
	assert_string_equal(r.target, "cdn.example.org");
	assert_true(dns_next(&walk, &r));
	assert_int_equal(r.type, DNS_A);
	assert_int_equal(r.ttl_s, 60);
	assert_true(ip_equal(&r.ip, &expected));
	assert_string_equal(r.target, "");
	assert_true(dns_next(&walk, &r));
	assert_int_equal(r.type, DNS_AAAA);
	assert_int_equal(r.ip.bytes[15], 7);
	assert_false(dns_next(&walk, &r));
	assert_false(walk.is_bad);
}

static void the_answer_code_is_told(void **state)
{
	struct bytes b = { 0 };
	struct dns_message m;

	(void)state;
	put_header(&b, 0x8583, 1, 0);
	put_question(&b, "gone", DNS_A);
	assert_true(dns_read(b.at, b.length, &m));
	assert_int_equal(m.rcode, DNS_NXDOMAIN);
	assert_false(m.is_truncated);
}

static void a_message_without_questions_is_read_as_mdns_sends_it(void **state)
{
	struct bytes b = { 0 };
	struct dns_message m;
	struct dns_record r;
	struct dns_walk walk;

	(void)state;
	put_header(&b, 0x8400, 0, 0);
	b.at[11] = 1; /* one additional record */
	put_name(&b, "printer.local");
	put_be16(&b, DNS_A);
	put_be16(&b, 0x8001);
	put_be32(&b, 120);
	put_be16(&b, 4);
	put(&b, "\300\250\0\11", 4);
	assert_true(dns_read(b.at, b.length, &m));
	assert_string_equal(m.qname, "");
	walk = dns_walk(&m);
	assert_true(dns_next(&walk, &r));
	assert_int_equal(r.section, DNS_ADDITIONAL);
	assert_string_equal(r.name, "printer.local");
}

static void a_message_over_tcp_has_its_length_in_front(void **state)
{
	struct bytes b = { 0 }, inner = { 0 };
	struct dns_message m;
	size_t taken = 0;

	(void)state;
	put_answer(&inner);
	put_be16(&b, (unsigned)inner.length);
	put(&b, inner.at, inner.length);
	put(&b, "next", 4);
	assert_true(dns_read_tcp(b.at, b.length, &m, &taken));
	assert_int_equal(taken, 2 + inner.length);
	assert_int_equal(m.length, inner.length);
	assert_true(dns_read_tcp(b.at, 60, &m, NULL)); /* the question is there */
	assert_false(dns_read_tcp(b.at, 1, &m, &taken));
}

static const struct {
	const char *name;
	const char *wire;
	size_t length;
	const char *text; /* NULL: refused */
} names[] = {
	{ "the root", "\0", 1, "." },
	{ "one label", "\1a\0", 3, "a" },
	{ "a dot inside a label", "\3a.b\0", 5, "a\\.b" },
	{ "a backslash", "\1\\\0", 3, "\\\\" },
	{ "bytes that are no letters", "\4\0 \377A\0", 6, "\\000\\032\\255a" },
	{ "a pointer to itself", "\300\14", 2, NULL },
	{ "a pointer to the label before it", "\1a\300\14", 4, NULL },
	{ "a pointer forwards", "\300\16\1a\0", 5, NULL },
	{ "a pointer into the header", "\300\10", 2, NULL },
	{ "a label type that was never used", "\100abc\0", 5, NULL },
	{ "a label type that was withdrawn", "\200abc\0", 5, NULL },
	{ "a label that is longer than the rest", "\77abc", 4, NULL },
};

static void names_are_read_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct bytes b = { 0 };
		struct dns_message m;
		bool read;

		put_header(&b, 0, 1, 0);
		put(&b, names[i].wire, names[i].length);
		put_be16(&b, DNS_A);
		put_be16(&b, 1);
		read = dns_read(b.at, b.length, &m);
		if (read != (names[i].text != NULL) ||
		    (read && strcmp(m.qname, names[i].text) != 0))
			fail_msg("%s: %s", names[i].name, read ? m.qname : "refused");
	}
}

/* Labels of 63 and a last one so that the text has the given length. */
static bool read_long(size_t text_length, struct dns_message *m)
{
	static struct bytes b;
	static const char sixty_three[] =
		"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk";

	b.length = 0;
	put_header(&b, 0, 1, 0);
	for (int i = 0; i < 3; i++) {
		put8(&b, 63);
		put(&b, sixty_three, 63);
	}
	put8(&b, (unsigned)(text_length - 3 * 64));
	put(&b, sixty_three, text_length - 3 * 64);
	put8(&b, 0);
	put_be32(&b, 0x10001);
	return dns_read(b.at, b.length, m);
}

static void a_name_has_at_most_255_characters(void **state)
{
	struct bytes b = { 0 };
	struct dns_message m;

	(void)state;
	assert_true(read_long(255, &m));
	assert_int_equal(strlen(m.qname), 255);
	put_header(&b, 0, 1, 0);
	for (int n = 0; n < 37; n++)
		put(&b, "\3\1bc", 4); /* \001bc and a dot: 7 characters of 4 bytes */
	put8(&b, 0);
	put_be32(&b, 0x10001);
	assert_false(dns_read(b.at, b.length, &m));
}

/* Each pointer leads to the one before: no loop, but work. */
static void long_chains_of_pointers_are_refused(void **state)
{
	static const struct {
		unsigned pointers;
		bool read;
	} chains[] = { { 32, true }, { 33, false }, { 500, false } };

	(void)state;
	for (size_t i = 0; i < COUNT(chains); i++) {
		struct bytes b = { 0 };
		struct dns_message m;
		struct dns_record r;
		struct dns_walk walk;
		unsigned at = HEADER + 5;

		put_header(&b, 0x8000, 1, 2);
		put_question(&b, "", DNS_A);
		put8(&b, 0); /* a TXT record that holds the chain */
		put_be16(&b, DNS_TXT);
		put_be16(&b, 1);
		put_be32(&b, 0);
		put_be16(&b, 2 * (chains[i].pointers - 1));
		at = HEADER; /* the root of the question */
		for (unsigned n = 1; n < chains[i].pointers; n++) {
			put_be16(&b, 0xc000 | at);
			at = (unsigned)b.length - 2;
		}
		put_be16(&b, 0xc000 | at);
		put_be16(&b, DNS_A);
		put_be16(&b, 1);
		put_be32(&b, 0);
		put_be16(&b, 4);
		put_be32(&b, 0x0a000001);
		assert_true(dns_read(b.at, b.length, &m));
		walk = dns_walk(&m);
		assert_int_equal(dns_next(&walk, &r), chains[i].read);
		assert_int_equal(walk.is_bad, !chains[i].read);
	}
}

static void records_that_lie_end_the_walk(void **state)
{
	static const struct {
		const char *name;
		unsigned type, length;
	} lies[] = {
		{ "A of five bytes", DNS_A, 5 },
		{ "AAAA of four bytes", DNS_AAAA, 4 },
		{ "alias that ends early", DNS_CNAME, 4 },
		{ "longer than the message", DNS_TXT, 60000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lies); i++) {
		struct bytes b = { 0 };
		struct dns_message m;
		struct dns_record r;
		struct dns_walk walk;

		put_header(&b, 0x8000, 1, 65535);
		put_question(&b, "a", DNS_A);
		put_record(&b, lies[i].type, 1, lies[i].length);
		put(&b, "\1b\0\0\0", 5);
		assert_true(dns_read(b.at, b.length, &m));
		walk = dns_walk(&m);
		if (dns_next(&walk, &r) || !walk.is_bad || dns_next(&walk, &r))
			fail_msg("%s", lies[i].name);
	}
}

static void counts_beyond_the_message_are_refused_or_end_the_walk(void **state)
{
	struct bytes b = { 0 };
	struct dns_message m;

	(void)state;
	put_header(&b, 0, 2, 0);
	put_question(&b, "a", DNS_A);
	assert_false(dns_read(b.at, b.length, &m));
	b.at[5] = 1;
	assert_true(dns_read(b.at, b.length, &m));
	b.at[2] = 0x78; /* opcode 15 */
	assert_false(dns_read(b.at, b.length, &m));
}

static void a_message_cut_anywhere_is_survived(void **state)
{
	struct bytes b = { 0 };
	unsigned best = 0;

	(void)state;
	put_answer(&b);
	for (size_t cut = 0; cut <= b.length; cut++) {
		uint8_t *copy = exact(&b, cut);
		struct dns_message m;
		struct dns_record r;
		unsigned records = 0;

		if (dns_read(copy + 1, cut, &m)) {
			struct dns_walk walk = dns_walk(&m);

			while (dns_next(&walk, &r))
				records++;
			assert_int_equal(walk.is_bad, cut < b.length);
		}
		assert_true(records >= best);
		best = records;
		free(copy);
	}
	assert_int_equal(best, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_is_read),
		cmocka_unit_test(an_answer_yields_alias_and_addresses),
		cmocka_unit_test(the_answer_code_is_told),
		cmocka_unit_test(a_message_without_questions_is_read_as_mdns_sends_it),
		cmocka_unit_test(a_message_over_tcp_has_its_length_in_front),
		cmocka_unit_test(names_are_read_or_refused),
		cmocka_unit_test(a_name_has_at_most_255_characters),
		cmocka_unit_test(long_chains_of_pointers_are_refused),
		cmocka_unit_test(records_that_lie_end_the_walk),
		cmocka_unit_test(counts_beyond_the_message_are_refused_or_end_the_walk),
		cmocka_unit_test(a_message_cut_anywhere_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
