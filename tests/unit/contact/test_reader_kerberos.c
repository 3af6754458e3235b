/* SPDX-License-Identifier: Apache-2.0 */
/* test_reader_kerberos.c - logons that a key distribution center refuses or grants, over UDP and TCP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/contact/reading.h"
#include "tests/unit/net/kerberos_frames.h"

enum { GRANTED = 0, PREAUTHENTICATION_REQUIRED = 25, CLOCK_SKEW = 37 };

static void send_der(struct reading *reading, struct packet packet, struct der der)
{
	if (packet.kind == PACKET_TCP)
		der = kerberos_over_tcp(der);
	packet.payload = der.at;
	packet.payload_length = (uint32_t)der.length;
	reader_see(reading->reader, &packet);
}

static void exchange(struct reading *reading, bool tcp, const char *user, unsigned error)
{
	struct packet asks = tcp ? wire_tcp(0, &reading->client, &reading->server, 88, TCP_ACK)
				 : wire_udp(0, &reading->client, &reading->server, 88);

	send_der(reading, asks, kerberos_request(user));
	send_der(reading, wire_answer(1, &asks, TCP_ACK),
		 error == GRANTED ? kerberos_ticket() : kerberos_refusal(error));
}

static void how_a_logon_ends_is_told_of_the_client(void **state)
{
	static const struct {
		const char *what;
		unsigned error, logons;
		bool accepted, locked_out;
	} cases[] = {
		{ "granted", GRANTED, 1, true, false },
		{ "wrong password", 24, 1, false, false },
		{ "no such user", 6, 1, false, false },
		{ "locked out", 18, 1, false, true },
		{ "how every logon begins", PREAUTHENTICATION_REQUIRED, 0, false, false },
		{ "a clock that goes wrong", CLOCK_SKEW, 0, false, false },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading reading;
		const struct observation *last = &reading.last;

		reading_start(&reading, 88);
		exchange(&reading, i % 2, "alice", cases[i / 2].error);
		if (reading.logons != cases[i / 2].logons)
			fail_msg("%s: told %u times", cases[i / 2].what, reading.logons);
		if (reading.logons) {
			assert_true(ip_equal(&last->contact.src, &reading.client));
			assert_true(ip_equal(&last->contact.dst, &reading.server));
			assert_int_equal(last->contact.dst_port, 88);
			assert_int_equal(last->logon.accepted, cases[i / 2].accepted);
			assert_int_equal(last->logon.locked_out, cases[i / 2].locked_out);
			assert_int_not_equal(last->logon.user_hash, 0);
		}
		reading_stop(&reading);
	}
}

static void users_are_told_apart_in_any_case_of_letters(void **state)
{
	struct reading reading;
	uint32_t alice;

	(void)state;
	reading_start(&reading, 88);
	exchange(&reading, false, "alice", 24);
	alice = reading.last.logon.user_hash;
	exchange(&reading, true, "ALICE", 24);
	assert_int_equal(reading.last.logon.user_hash, alice);
	exchange(&reading, true, "alicf", 24);
	assert_int_not_equal(reading.last.logon.user_hash, alice);
	reading_stop(&reading);
}

static void an_answer_that_nobody_asked_for_says_nothing(void **state)
{
	struct reading reading;
	struct packet asks, other;

	(void)state;
	reading_start(&reading, 88);
	asks = wire_udp(0, &reading.client, &reading.server, 88);
	send_der(&reading, wire_answer(1, &asks, 0), kerberos_refusal(24));
	assert_int_equal(reading.logons, 0);
	send_der(&reading, asks, kerberos_request("alice"));
	other = asks;
	other.src = wire_ip("10.0.0.77");
	send_der(&reading, wire_answer(1, &other, 0), kerberos_refusal(24));
	assert_int_equal(reading.logons, 0);
	send_der(&reading, wire_answer(1, &asks, 0), kerberos_refusal(24));
	send_der(&reading, wire_answer(1, &asks, 0), kerberos_refusal(24));
	assert_int_equal(reading.logons, 1);
	reading_stop(&reading);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_a_logon_ends_is_told_of_the_client),
		cmocka_unit_test(users_are_told_apart_in_any_case_of_letters),
		cmocka_unit_test(an_answer_that_nobody_asked_for_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
