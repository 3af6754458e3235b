/* SPDX-License-Identifier: Apache-2.0 */
/* test_coverage.c - what is missing, how much of it, and what people are told to do about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/contact/coverage.h"
#include "core/net/packet.h"

struct told {
	unsigned changes, minutes;
	struct coverage_view view;
};

static void on_change(void *arg, const struct coverage_view *view, unsigned before)
{
	struct told *told = arg;

	if (view->faults == before)
		told->minutes++;
	else
		told->changes++;
	told->view = *view;
}

static struct coverage *start(struct told *told)
{
	struct coverage_sink sink = { told, on_change };

	memset(told, 0, sizeof(*told));
	return coverage_new(&sink);
}

static void the_share_of_missing_answers_names_the_fault(void **state)
{
	static const struct {
		unsigned seen, missed, askers, faults;
	} cases[] = {
		{ 1000, 0, 0, 0 },
		{ 1000, 10, 5, 0 },
		{ 1000, 50, 5, COVERAGE_LOSSY },
		{ 1000, 400, 5, COVERAGE_LOSSY | COVERAGE_DEAF },
		{ 100, 150, 5, COVERAGE_NO_ANSWERS },
		{ 0, 3, 3, 0 },                   /* too few proofs */
		{ 0, 4, 1, COVERAGE_NO_ANSWERS }, /* one mirrored port */
		{ 1, 1000, 1, 0 }, /* one host talks to nobody, others are answered */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct told told;
		struct coverage *coverage = start(&told);

		for (unsigned n = 0; n < cases[i].seen; n++)
			coverage_answered(coverage, 12);
		for (unsigned n = 0; n < cases[i].missed; n++)
			coverage_answer_missed(coverage, 12,
					       n % (cases[i].askers ? cases[i].askers : 1));
		assert_int_equal(coverage_faults(coverage, 12), cases[i].faults);
		assert_int_equal(coverage_faults(coverage, 13), 0);
		assert_int_equal(told.changes > 0, cases[i].faults != 0);
		coverage_free(coverage);
	}
}

static void a_direction_that_comes_back_is_told_once(void **state)
{
	struct told told;
	struct coverage *coverage = start(&told);

	(void)state;
	for (unsigned n = 0; n < 40; n++)
		coverage_answer_missed(coverage, 0, n);
	assert_int_equal(told.changes, 1);
	for (unsigned n = 0; n < 60; n++)
		coverage_answered(coverage, 0);
	assert_int_equal(coverage_faults(coverage, 0),
			 COVERAGE_NO_ANSWERS); /* 40 %: not yet below half */
	for (unsigned minute = 1; minute < 20; minute++) {
		coverage_advance(coverage, minute * 60000);
		for (unsigned n = 0; n < 60; n++)
			coverage_answered(coverage, 0);
	}
	assert_int_equal(coverage_faults(coverage, 0) & COVERAGE_NO_ANSWERS, 0);
	assert_false(coverage_is_deaf(coverage_faults(coverage, 0)));
	assert_in_range(told.changes, 2, 4); /* at most over deaf and lossy */
	coverage_free(coverage);
}

static void a_fault_outlives_a_quiet_night(void **state)
{
	struct told told;
	struct coverage *coverage = start(&told);

	(void)state;
	for (unsigned n = 0; n < 5; n++)
		coverage_answer_missed(coverage, 0, n);
	for (unsigned minute = 1; minute < 600; minute++)
		coverage_advance(coverage, minute * 60000);
	coverage_answer_missed(coverage, 0, 9);
	assert_int_equal(coverage_faults(coverage, 0), COVERAGE_NO_ANSWERS);
	assert_int_equal(told.changes, 1);
	assert_int_equal(told.minutes, 599);
	coverage_free(coverage);
}

static void answers_without_questions_are_one_direction_too(void **state)
{
	struct told told;
	struct coverage *coverage = start(&told);

	(void)state;
	for (unsigned n = 0; n < 4; n++)
		coverage_question_missed(coverage, 7, n);
	assert_int_equal(coverage_faults(coverage, 7), COVERAGE_NO_QUESTIONS);
	assert_true(coverage_is_deaf(coverage_faults(coverage, 7)));
	coverage_free(coverage);
}

static void neighbours_are_heard_if_half_of_the_askers_are_answered(void **state)
{
	struct told told;
	struct coverage *coverage = start(&told);

	(void)state;
	assert_false(coverage_hears_neighbors(coverage, 0));
	for (uint32_t who = 0; who < 6; who++)
		coverage_neighbor_asked(coverage, 0, who);
	coverage_neighbor_answered(coverage, 0, 0); /* the machine of the one mirrored port */
	assert_false(coverage_hears_neighbors(coverage, 0));
	coverage_neighbor_answered(coverage, 0, 1);
	coverage_neighbor_answered(coverage, 0, 2);
	assert_true(coverage_hears_neighbors(coverage, 0));
	/* One that sweeps is one asker, however much it asks. */
	for (unsigned n = 0; n < 1000; n++)
		coverage_neighbor_asked(coverage, 0, 5);
	assert_true(coverage_hears_neighbors(coverage, 0));
	for (unsigned n = 0; n < 4; n++)
		coverage_neighbor_missed(coverage, 0);
	assert_false(coverage_hears_neighbors(coverage, 0));
	coverage_free(coverage);
}

static void a_port_without_a_mirror_hears_broadcasts_only(void **state)
{
	struct told told;
	struct coverage *coverage = start(&told);

	(void)state;
	for (uint32_t who = 0; who < 15; who++)
		coverage_neighbor_asked(coverage, 0, who);
	assert_int_equal(told.changes, 0);
	coverage_neighbor_asked(coverage, 0, 15);
	assert_int_equal(coverage_faults(coverage, 0), COVERAGE_GROUP_ONLY);
	for (unsigned n = 0; n < 16; n++)
		coverage_direct(coverage, 0);
	assert_int_equal(coverage_faults(coverage, 0), COVERAGE_NO_NEIGHBOR_ANSWERS);
	coverage_free(coverage);
}

static struct packet segment(uint32_t number, uint16_t vlan, uint8_t hop_limit)
{
	static const uint8_t payload[4] = { 0 };

	return (struct packet){ .kind = PACKET_TCP,
				.tcp_seq = number * 1460,
				.vlan = vlan,
				.hop_limit = hop_limit,
				.src_port = 40000,
				.dst_port = 80,
				.payload = payload,
				.payload_length = 4 };
}

static void packets_seen_twice_are_noticed(void **state)
{
	static const struct {
		const char *name;
		uint16_t vlan;
		uint8_t hop_limit;
		uint32_t later_ms;
		unsigned faults;
	} cases[] = {
		{ "both directions of both ports", 12, 64, 0, COVERAGE_TWICE },
		{ "the copy two milliseconds later", 12, 64, 2, COVERAGE_TWICE },
		{ "tagged and untagged", 0, 64, 0, COVERAGE_TWICE },
		{ "before and behind a router on one VLAN", 12, 63, 0, COVERAGE_TWICE },
		{ "from one VLAN to another: rightly", 13, 63, 0, 0 },
		{ "sent again because it was lost", 12, 64, 200, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct told told;
		struct coverage *coverage = start(&told);

		for (uint32_t n = 0; n < 40; n++) {
			struct packet packet = segment(n, 12, 64);

			coverage_compare(coverage, &packet, n * 1000);
			packet = segment(n, cases[i].vlan, cases[i].hop_limit);
			coverage_compare(coverage, &packet, n * 1000 + cases[i].later_ms);
		}
		assert_int_equal(coverage_faults(coverage, cases[i].vlan) & COVERAGE_TWICE,
				 cases[i].faults);
		coverage_free(coverage);
	}
}

/* Otherwise each flow of many segments would be a copy of itself. */
static void different_segments_are_no_copies(void **state)
{
	static const char *const what[] = { "sequence", "acknowledged", "port",
					    "length",   "address",      "nothing" };

	(void)state;
	for (unsigned differs = 0; differs < 6; differs++) {
		struct told told;
		struct coverage *coverage = start(&told);

		for (uint32_t n = 0; n < 40; n++) {
			struct packet packet = segment(n, 12, 64);

			coverage_compare(coverage, &packet, n * 1000);
			packet.tcp_seq += differs == 0;
			packet.tcp_ack += differs == 1;
			packet.dst_port = (uint16_t)(packet.dst_port + (differs == 2));
			packet.payload_length += differs == 3;
			packet.dst.bytes[15] ^= differs == 4;
			coverage_compare(coverage, &packet, n * 1000);
		}
		if ((coverage_faults(coverage, 12) & COVERAGE_TWICE) !=
		    (differs == 5 ? COVERAGE_TWICE : 0))
			fail_msg("another %s", what[differs]);
		coverage_free(coverage);
	}
}

static void what_the_capture_loses_counts_for_all_vlans(void **state)
{
	struct told told;
	struct coverage *coverage = start(&told);

	(void)state;
	coverage_count_packet(coverage, 1);
	coverage_count_packet(coverage, 2);
	coverage_losses(coverage, 9, 1);
	assert_int_equal(coverage_faults(coverage, 1), 0); /* too few to tell */
	coverage_losses(coverage, 950, 50);
	assert_int_equal(coverage_faults(coverage, 1), COVERAGE_LOSSY);
	assert_int_equal(coverage_faults(coverage, 2), COVERAGE_LOSSY);
	coverage_losses(coverage, 700, 400);
	assert_true(coverage_is_deaf(coverage_faults(coverage, 2)));
	for (unsigned n = 0; n < 6; n++)
		coverage_losses(coverage, 1000, 0);
	assert_int_equal(coverage_faults(coverage, 1), 0);
	coverage_free(coverage);
}

static void more_vlans_than_places_share_the_last(void **state)
{
	struct told told;
	struct coverage *coverage = start(&told);

	(void)state;
	for (uint16_t vlan = 0; vlan <= 4094; vlan++)
		coverage_count_packet(coverage, vlan);
	assert_int_equal(coverage_count(coverage), COVERAGE_VLANS);
	assert_int_equal(coverage_at(coverage, 0)->packets, COVERAGE_SAMPLE);
	assert_int_equal(coverage_at(coverage, COVERAGE_VLANS - 1)->packets,
			 (uint64_t)COVERAGE_SAMPLE * (4095 - COVERAGE_VLANS + 1));
	coverage_free(coverage);
}

static void faults_have_words_and_a_remedy(void **state)
{
	struct coverage_view view = { .vlan = 12, .faults = COVERAGE_NO_ANSWERS | COVERAGE_TWICE };
	char words[COVERAGE_WORDS_BYTES];
	struct buf out;

	(void)state;
	coverage_words(0, words);
	assert_string_equal(words, "full");
	coverage_words(view.faults, words);
	assert_string_equal(words, "one-sided,doubled");
	coverage_words(UINT32_MAX, words);
	assert_string_equal(words, "one-sided,broadcasts-only,no-arp-answers,lossy,doubled");
	buf_init(&out, 2000);
	coverage_explain(&view, &out);
	assert_non_null(strstr(out.text, "VLAN 12: the mirror shows only one direction"));
	assert_non_null(strstr(out.text, "not counted as failures"));
	assert_non_null(strstr(out.text, "; VLAN 12: the same packets are seen twice"));
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_share_of_missing_answers_names_the_fault),
		cmocka_unit_test(a_direction_that_comes_back_is_told_once),
		cmocka_unit_test(a_fault_outlives_a_quiet_night),
		cmocka_unit_test(answers_without_questions_are_one_direction_too),
		cmocka_unit_test(neighbours_are_heard_if_half_of_the_askers_are_answered),
		cmocka_unit_test(a_port_without_a_mirror_hears_broadcasts_only),
		cmocka_unit_test(packets_seen_twice_are_noticed),
		cmocka_unit_test(different_segments_are_no_copies),
		cmocka_unit_test(what_the_capture_loses_counts_for_all_vlans),
		cmocka_unit_test(more_vlans_than_places_share_the_last),
		cmocka_unit_test(faults_have_words_and_a_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
