/* SPDX-License-Identifier: Apache-2.0 */
/* test_early.c - an answer that came before its question is taken for that question, once, and for no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/contact/early.h"
#include "tests/unit/contact/wire.h"

#define NOW_MS 5000

static struct packet question_of(bool is_ping)
{
	struct ip client = wire_ip("10.0.0.5"), server = wire_ip("10.0.0.9");
	struct packet question = is_ping ? wire_icmp(0, &client, &server, 8, 0)
					 : wire_tcp(0, &client, &server, 445, TCP_SYN);

	question.icmp_id = is_ping ? 77 : 0;
	question.tcp_seq = is_ping ? 0 : 1000;
	question.vlan = 3;
	return question;
}

static struct packet answer_to(const struct packet *question)
{
	struct packet answer = wire_answer(1, question, TCP_SYN | TCP_ACK);

	answer.tcp_ack = question->tcp_seq + 1;
	return answer;
}

/* By so much that it still comes to the question's place. */
static void move(uint16_t *number, bool differs)
{
	*number = (uint16_t)(*number + (differs ? EARLY_PLACES : 0));
}

static void an_answer_is_taken_for_its_own_question_alone(void **state)
{
	enum what { NOTHING, SRC, DST, VLAN, KIND, SRC_PORT, DST_PORT, NUMBER, IDENTIFIER };
	static const struct {
		const char *name;
		enum what differs;
		bool is_ping, is_taken;
	} cases[] = {
		{ "the answer to a SYN", NOTHING, false, true },
		{ "another's answer", SRC, false, false },
		{ "an answer to another", DST, false, false },
		{ "one of another VLAN", VLAN, false, false },
		{ "one that is no TCP", KIND, false, false },
		{ "one of another service", SRC_PORT, false, false },
		{ "one to another connection", DST_PORT, false, false },
		{ "one that acknowledges another number", NUMBER, false, false },
		{ "the answer to a ping", NOTHING, true, true },
		{ "another's echo", SRC, true, false },
		{ "an echo to another", DST, true, false },
		{ "the echo of another program", IDENTIFIER, true, false },
		{ "an echo has no number", NUMBER, true, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static struct early early;
		struct packet question = question_of(cases[i].is_ping);
		struct packet answer = answer_to(&question);
		const struct packet *taken;

		early = (struct early){ .any = false };
		answer.src.bytes[15] ^= cases[i].differs == SRC;
		answer.dst.bytes[15] ^= cases[i].differs == DST;
		answer.vlan ^= cases[i].differs == VLAN;
		answer.kind = cases[i].differs == KIND ? PACKET_UDP : answer.kind;
		move(&answer.src_port, cases[i].differs == SRC_PORT);
		move(&answer.dst_port, cases[i].differs == DST_PORT);
		answer.tcp_ack += cases[i].differs == NUMBER;
		move(&answer.icmp_id, cases[i].differs == IDENTIFIER);
		early_note(&early, &answer, NOW_MS);
		taken = early_take(&early, &question, NOW_MS);
		if ((taken != NULL) != cases[i].is_taken)
			fail_msg("%s", cases[i].name);
		if (taken)
			assert_int_equal(taken->tcp_ack, answer.tcp_ack);
		assert_null(early_take(&early, &question, NOW_MS)); /* once */
	}
}

static void it_waits_for_its_question_for_a_moment_only(void **state)
{
	static const struct {
		uint32_t noted_ms, asked_ms;
		bool is_taken;
	} cases[] = {
		{ NOW_MS, NOW_MS, true },
		{ NOW_MS, NOW_MS + EARLY_MS, true },
		{ NOW_MS, NOW_MS + EARLY_MS + 1, false },
		{ UINT32_MAX, EARLY_MS - 1, true }, /* the clock wraps in between */
		{ UINT32_MAX, EARLY_MS, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static struct early early;
		struct packet question = question_of(false), answer = answer_to(&question);

		early = (struct early){ .any = false };
		assert_false(early_has(&early, cases[i].noted_ms));
		early_note(&early, &answer, cases[i].noted_ms);
		assert_int_equal(early_has(&early, cases[i].asked_ms), cases[i].is_taken);
		assert_int_equal(early_take(&early, &question, cases[i].asked_ms) != NULL,
				 cases[i].is_taken);
	}
}

static void of_two_in_one_place_the_later_stays_and_its_payload_does_not(void **state)
{
	static struct early early;
	struct packet first = question_of(false), second = first, answer;
	const struct packet *taken;

	(void)state;
	second.src_port = (uint16_t)(first.src_port + EARLY_PLACES);
	answer = answer_to(&first);
	early_note(&early, &answer, NOW_MS);
	answer = answer_to(&second);
	answer.payload = (const uint8_t *)"gone soon";
	answer.payload_length = 9;
	early_note(&early, &answer, NOW_MS + 1);
	assert_null(early_take(&early, &first, NOW_MS + 1));
	taken = early_take(&early, &second, NOW_MS + 1);
	assert_non_null(taken);
	assert_null(taken->payload);
	assert_int_equal(taken->payload_length, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_taken_for_its_own_question_alone),
		cmocka_unit_test(it_waits_for_its_question_for_a_moment_only),
		cmocka_unit_test(of_two_in_one_place_the_later_stays_and_its_payload_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
