/* SPDX-License-Identifier: Apache-2.0 */
/* test_kerberos.c - who asks for a first ticket, and what he is told; other bytes say nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/net/kerberos.h"
#include "tests/unit/net/kerberos_frames.h"

/* From memory that ends with the message. */
static struct kerberos_message read_exactly(const struct der *der, size_t length, uint8_t **copy)
{
	*copy = malloc(length + 1);
	memcpy(*copy + 1, der->at, length);
	return kerberos_read(span_of(*copy + 1, length));
}

static void a_request_names_its_user(void **state)
{
	struct der request = kerberos_request("alice");
	uint8_t *copy;
	struct kerberos_message message = read_exactly(&request, request.length, &copy);

	(void)state;
	assert_int_equal(message.kind, KERBEROS_ASKS);
	assert_int_equal(message.user.left, 7);
	assert_memory_equal(message.user.at, "\x1b\5alice", 7);
	free(copy);
}

static void answers_are_told_apart(void **state)
{
	struct der refusal = kerberos_refusal(24), ticket = kerberos_ticket();
	struct kerberos_message message = kerberos_read(span_of(refusal.at, refusal.length));

	(void)state;
	assert_int_equal(message.kind, KERBEROS_REFUSES);
	assert_int_equal(message.error, KERBEROS_WRONG_PASSWORD);
	message = kerberos_read(span_of(ticket.at, ticket.length));
	assert_int_equal(message.kind, KERBEROS_GRANTS);
	ticket = kerberos_over_tcp(ticket);
	message = kerberos_read_tcp(span_of(ticket.at, ticket.length));
	assert_int_equal(message.kind, KERBEROS_GRANTS);
}

/* Cut anywhere it says less, and never something else. */
static void a_message_that_is_cut_names_nobody(void **state)
{
	struct der request = kerberos_request("alice"), refusal = kerberos_refusal(24);

	(void)state;
	for (size_t length = 0; length < request.length; length++) {
		uint8_t *copy;
		struct kerberos_message message = read_exactly(&request, length, &copy);

		assert_true(message.user.left < 7);
		assert_true(message.kind == KERBEROS_OTHER || message.kind == KERBEROS_ASKS);
		free(copy);
	}
	for (size_t length = 0; length < refusal.length; length++) {
		uint8_t *copy;
		struct kerberos_message message = read_exactly(&refusal, length, &copy);

		assert_int_not_equal(message.error, KERBEROS_WRONG_PASSWORD);
		free(copy);
	}
}

static void other_bytes_are_no_kerberos(void **state)
{
	static const struct {
		const char *what, *bytes;
		size_t length;
	} cases[] = {
		{ "a request for a further ticket", "\x6c\x04\x30\x02\xa1\x00", 6 },
		{ "a length that the end marks", "\x6a\x80\x30\x80\xa4\x80", 6 },
		{ "a length of nine bytes", "\x6a\x89\1\1\1\1\1\1\1\1\1", 11 },
		{ "text", "GET / HTTP/1.1", 14 },
		{ "nothing", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kerberos_message message =
			kerberos_read(span_of(cases[i].bytes, cases[i].length));

		if (message.kind != KERBEROS_OTHER)
			fail_msg("%s", cases[i].what);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_names_its_user),
		cmocka_unit_test(answers_are_told_apart),
		cmocka_unit_test(a_message_that_is_cut_names_nobody),
		cmocka_unit_test(other_bytes_are_no_kerberos),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
