/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incident/book.h"

#include "core/base/random.h"
#include "core/incident/fault.h"
#include "tests/unit/incident/book_case.h"

struct step {
	unsigned detector, port_class;
	double nats;
	unsigned at_s;
};

static const struct {
	const char *name;
	struct step steps[6];
	const char *told;
} lives[] = {
	{ "weak evidence only opens", { { 1, CLASS_NEIGHBOR, 3, 1 } }, "O1" },
	{ "level zero opens nothing", { { 1, CLASS_NEIGHBOR, 0, 1 } }, "" },
	{ "6.9 nats make a suspect", { { 1, CLASS_NEIGHBOR, 6.9, 1 } }, "O1 S1" },
	{ "13.8 nats convict at once", { { 1, CLASS_NEIGHBOR, 13.8, 1 } }, "O1 C1" },
	{ "a hair less does not", { { 1, CLASS_NEIGHBOR, 13.799, 1 } }, "O1 S1" },
	{ "two classes convict together",
	  { { 1, CLASS_NEIGHBOR, 7, 1 }, { 2, CLASS_WORM_PORT, 7, 1 } },
	  "O1 S1 C1" },
	{ "two detectors of a class do not",
	  { { 1, CLASS_WORM_PORT, 7, 1 }, { 2, CLASS_WORM_PORT, 7, 1 } },
	  "O1 S1" },
	{ "a nat more is told, half a nat is not",
	  { { 1, CLASS_NEIGHBOR, 3, 1 },
	    { 1, CLASS_NEIGHBOR, 3.5, 1 },
	    { 1, CLASS_NEIGHBOR, 4, 1 } },
	  "O1 +1" },
	{ "halves add up to a nat",
	  { { 1, CLASS_NEIGHBOR, 14, 1 },
	    { 1, CLASS_NEIGHBOR, 14.5, 1 },
	    { 1, CLASS_NEIGHBOR, 15.1, 1 } },
	  "O1 C1 +1" },
	{ "a conviction is told once",
	  { { 1, CLASS_NEIGHBOR, 14, 1 },
	    { 1, CLASS_NEIGHBOR, 2, 2 },
	    { 1, CLASS_NEIGHBOR, 14, 3 } },
	  "O1 C1 +1" },
	{ "what was stated later replaces",
	  { { 1, CLASS_NEIGHBOR, 7, 5 }, { 1, CLASS_NEIGHBOR, 14, 4 } },
	  "O1 S1" },
	{ "a fall at the same instant counts",
	  { { 1, CLASS_NEIGHBOR, 6, 5 }, { 1, CLASS_NEIGHBOR, 0.5, 5 }, { 2, CLASS_ICMP, 3, 5 } },
	  "O1 +1" },
};

static void an_incident_climbs_by_its_evidence(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(lives) / sizeof(lives[0]); c++) {
		struct log log;
		struct book *book = new_book(&log, 0);

		print_message("  %s\n", lives[c].name);
		for (size_t i = 0; i < 6 && lives[c].steps[i].detector; i++)
			add(book,
			    evidence(1, lives[c].steps[i].detector, lives[c].steps[i].port_class,
				     lives[c].steps[i].nats, lives[c].steps[i].at_s));
		assert_string_equal(log.text, lives[c].told);
		book_free(book);
	}
}

static void repeating_everything_changes_nothing(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 0);
	struct incident before;
	char told[sizeof(log.text)];

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		add(book, evidence(1, 1 + i, i, 5 + i, 1 + i));
	before = *book_at(book, 0);
	memcpy(told, log.text, sizeof(told));
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < 3; i++) {
			struct evidence again = evidence(1, 1 + i, i, 5 + i, 1 + i);

			book_add(book, &again, before.updated_ns);
		}
	assert_memory_equal(book_at(book, 0), &before, sizeof(before));
	assert_string_equal(log.text, told);
	assert_int_equal(book_counts(book).stale, 6);
	book_free(book);
}

static void the_order_of_arrival_does_not_matter(void **state)
{
	struct log log;
	uint64_t seed = 7;
	struct incident first = { 0 };

	(void)state;
	for (unsigned round = 0; round < 50; round++) {
		struct book *book = new_book(&log, 0);
		unsigned order[6] = { 0, 1, 2, 3, 4, 5 };
		struct incident now;

		for (unsigned i = 5; i > 0; i--) {
			unsigned other = (unsigned)(random_step(&seed) % (i + 1)), kept = order[i];

			order[i] = order[other];
			order[other] = kept;
		}
		for (unsigned i = 0; i < 6; i++) {
			struct evidence item = evidence(1, 1 + order[i] % 3, order[i] / 2,
							2 + order[i] % 4, 1 + order[i]);

			book_add(book, &item, T0 + s_to_ns(10));
		}
		now = *book_at(book, 0);
		assert_int_equal(now.evidence_count, 6);
		if (round == 0)
			first = now;
		assert_memory_equal(now.evidence, first.evidence, sizeof(now.evidence));
		assert_near(now.log_odds, first.log_odds, 0);
		book_free(book);
	}
}

static void others_convicted_on_a_port_convict_on_two_contacts(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 0);
	struct evidence item;

	(void)state;
	for (unsigned n = 1; n <= 8; n++) {
		item = evidence(n, DETECTOR_TRW, CLASS_WORM_PORT, 14, 10 + n);
		item.port = 445;
		add(book, item);
	}
	item = evidence(20, DETECTOR_TRW, CLASS_WORM_PORT, 5.8, 30);
	item.port = 445;
	item.contacts = 1;
	add(book, item);
	assert_int_equal(log.last.state, INCIDENT_OPEN);
	item.contacts = 2;
	item.stated_ns++;
	add(book, item);
	assert_int_equal(log.last.state, INCIDENT_CONVICTED);
	assert_near(log.last.outbreak_nats, 8.1, 0.01);
	assert_near(log.last.log_odds, 13.9, 0.1);
	item = evidence(21, DETECTOR_TRW, CLASS_WORM_PORT, 5.8, 30);
	item.port = 22;
	add(book, item);
	assert_int_equal(log.last.state, INCIDENT_OPEN);
	book_free(book);
}

static void a_conviction_may_convict_who_was_suspected_before(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 0);

	(void)state;
	for (unsigned n = 1; n <= 4; n++) {
		struct evidence item =
			evidence(n, DETECTOR_TRW, CLASS_WORM_PORT, n == 1 ? 12.5 : 14, 10 + n);

		item.port = 445;
		add(book, item);
	}
	assert_string_equal(log.text, "O1 S1 O2 C2 O3 C3 C1 O4 C4");
	book_free(book);
}

struct heard_fault {
	unsigned told, hosts;
	bool broken;
};

static void heard_fault(void *arg, const struct fault_state *state, const struct host_key *hosts,
			size_t count)
{
	struct heard_fault *heard = arg;

	(void)hosts;
	heard->told++;
	heard->broken = state->broken;
	heard->hosts = (unsigned)count;
}

static void a_network_fault_freezes_scoring(void **state)
{
	struct heard_fault heard = { 0 };
	struct book_config config = { .fault = heard_fault };
	struct book *book = book_new(&config, NULL, &heard);
	struct evidence item;

	(void)state;
	book_hosts(book, 100);
	item = evidence(200, DETECTOR_TRW, CLASS_WORM_PORT, 14, 0);
	add(book, item);
	for (unsigned round = 1; round <= 3; round++)
		for (unsigned n = 0; n < 50; n++) {
			item = evidence(n, DETECTOR_TRW, CLASS_SERVICE_PORT, 5 * round, round);
			item.stated_ns += n * ms_to_ns(15);
			item.port = (uint16_t)(80 + n);
			add(book, item);
		}
	assert_int_equal(heard.told, 1);
	assert_true(heard.broken);
	assert_int_equal(book_counts(book).convicted, 1);
	assert_true(book_counts(book).frozen > 100);
	item = evidence(60, DETECTOR_CONTENT, CLASS_CONTENT, 14, 4);
	add(book, item);
	assert_int_equal(book_counts(book).convicted, 2);
	book_advance(book, T0 + s_to_ns(30));
	assert_int_equal(heard.told, 2);
	assert_false(heard.broken);
	assert_true(heard.hosts >= 50);
	item = evidence(61, DETECTOR_TRW, CLASS_SERVICE_PORT, 14, 31);
	add(book, item);
	assert_int_equal(book_counts(book).convicted, 3);
	book_free(book);
}

/* Not at the next look at the clock: people see the incident in between. */
static void what_showed_in_a_fault_is_taken_back_at_once(void **state)
{
	static const struct {
		unsigned host;
		double log_odds;
		size_t speaking;
		unsigned strongest;
	} cases[] = { { 0, 0, 0, 0 }, { 1, 4, 1, DETECTOR_CONTENT } };
	struct book *book = new_book(&(struct log){ 0 }, 0);

	(void)state;
	book_hosts(book, 100);
	add(book, evidence(1, DETECTOR_CONTENT, CLASS_CONTENT, 4, 0));
	for (unsigned n = 0; n < 50; n++) {
		struct evidence item = evidence(n, DETECTOR_TRW, CLASS_SERVICE_PORT, 5, 1);

		item.stated_ns += n * ms_to_ns(15);
		item.port = (uint16_t)(80 + n);
		add(book, item);
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct host_key key = host(cases[i].host);
		const struct incident *incident = book_find(book, &key);

		assert_non_null(incident);
		assert_near(incident->log_odds, cases[i].log_odds, 0.1);
		assert_int_equal(incident_speaking(incident), cases[i].speaking);
		if (cases[i].speaking)
			assert_int_equal(incident->evidence[0].detector, cases[i].strongest);
	}
	book_free(book);
}

/* Forged names look like an outage: who brings them about must not blind the sensor for himself. */
static void what_may_be_forged_stops_scoring_for_those_in_doubt_only(void **state)
{
	struct heard_fault heard = { 0 };
	struct book_config config = { .fault = heard_fault };
	struct book *book = book_new(&config, NULL, &heard);
	struct evidence item;

	(void)state;
	book_hosts(book, 100);
	for (unsigned round = 1; round <= 3; round++)
		for (unsigned n = 0; n < 50; n++) {
			item = evidence(n, DETECTOR_TRW, CLASS_SERVICE_PORT, 4 * round, round);
			item.stated_ns += n * ms_to_ns(15);
			item.port = (uint16_t)(80 + n);
			item.doubt = round > 1 || n > 3 ? DOUBT_CROWD : DOUBT_NONE;
			add(book, item);
		}
	assert_true(heard.broken);
	assert_true(book_counts(book).frozen > 100);
	add(book, evidence(60, DETECTOR_TRW, CLASS_WORM_PORT, 14, 4));
	assert_int_equal(book_counts(book).convicted, 1);
	item = evidence(61, DETECTOR_TRW, CLASS_WORM_PORT, 14, 4);
	item.doubt = DOUBT_CROWD;
	add(book, item);
	assert_null(book_find(book, &item.host));
	book_advance(book, T0 + s_to_ns(30));
	assert_false(heard.broken);
	/* Nothing is left of it, of the first four neither. */
	book_advance(book, T0 + s_to_ns(31));
	assert_int_equal(book_count(book), 1);
	book_free(book);
}

/* People are told the end of what they were told of. */
static void how_far_it_ever_got_is_known_at_the_end(void **state)
{
	static const struct {
		const char *name;
		double nats;
		bool closed; /* by people, else it fades */
		const char *told;
		bool was_suspected;
	} cases[] = {
		{ "never suspected", 4, false, "O1 x1", false },
		{ "never suspected, closed", 4, true, "O1 X1", false },
		{ "suspected", 8, false, "O1 S1 x1", true },
		{ "suspected, closed", 8, true, "O1 S1 X1", true },
		{ "convicted at one stroke", 15, true, "O1 C1 X1", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct log log;
		struct book *book = new_book(&log, 0);

		add(book, evidence(1, 1, CLASS_NEIGHBOR, cases[i].nats, 0));
		if (cases[i].closed)
			book_close(book, 1, T0 + s_to_ns(1));
		else
			book_advance(book, T0 + s_to_ns(7 * 24 * 3600));
		if (strcmp(log.text, cases[i].told) != 0 ||
		    log.last.was_suspected != cases[i].was_suspected)
			fail_msg("%s: %s", cases[i].name, log.text);
		book_free(book);
	}
}

static void a_rise_after_fading_is_news_again(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 0);

	(void)state;
	add(book, evidence(1, 1, CLASS_NEIGHBOR, 16, 1));
	book_advance(book, T0 + s_to_ns(1801));
	add(book, evidence(1, 1, CLASS_NEIGHBOR, 16, 1802));
	assert_string_equal(log.text, "O1 C1 +1");
	book_free(book);
}

static void a_full_book_gives_up_the_weakest_suspect_but_no_convict(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 3);
	struct host_key second = host(2);

	(void)state;
	add(book, evidence(1, 1, CLASS_NEIGHBOR, 14, 1));
	add(book, evidence(2, 1, CLASS_NEIGHBOR, 4, 1));
	add(book, evidence(3, 1, CLASS_NEIGHBOR, 8, 1));
	add(book, evidence(4, 1, CLASS_NEIGHBOR, 14, 1));
	assert_string_equal(log.text, "O1 C1 O2 O3 S3 x2 O4 C4");
	assert_null(book_find(book, &second));
	add(book, evidence(3, 1, CLASS_NEIGHBOR, 14, 2));
	add(book, evidence(9, 1, CLASS_NEIGHBOR, 20, 2));
	assert_int_equal(book_count(book), 3);
	assert_int_equal(book_counts(book).refused, 1);
	assert_int_equal(book_counts(book).evicted, 1);
	book_free(book);
}

static void a_closed_incident_is_not_reopened_by_old_statements(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 0);

	(void)state;
	add(book, evidence(1, 1, CLASS_NEIGHBOR, 14, 1));
	book_close(book, 1, T0 + s_to_ns(100));
	assert_int_equal(log.last.state, INCIDENT_CLOSED);
	add(book, evidence(1, 1, CLASS_NEIGHBOR, 14, 1));
	add(book, evidence(1, 2, CLASS_ICMP, 14, 100));
	assert_int_equal(book_count(book), 0);
	add(book, evidence(1, 1, CLASS_NEIGHBOR, 14, 101));
	assert_string_equal(log.text, "O1 C1 X1 O2 C2");
	/* What was said of another host before counts on. */
	add(book, evidence(2, 1, CLASS_NEIGHBOR, 14, 50));
	assert_string_equal(log.text, "O1 C1 X1 O2 C2 O3 C3");
	book_close(book, 77, T0);
	book_free(book);
}

static void malformed_evidence_is_counted_and_left(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 0);
	struct evidence bad[8];

	(void)state;
	for (size_t i = 0; i < 8; i++)
		bad[i] = evidence(1, 1, CLASS_NEIGHBOR, 14, 1);
	bad[0].detector = 0;
	bad[1].detector = DETECTOR_IDS_MAX;
	bad[2].port_class = EVIDENCE_CLASSES;
	bad[3].kind = EVIDENCE_KINDS;
	bad[4].sample_count = EVIDENCE_SAMPLES + 1;
	bad[5].log_odds = (double)NAN;
	bad[6].log_odds = -1;
	bad[7].contact_kind = 99;
	for (size_t i = 0; i < 8; i++)
		add(book, bad[i]);
	assert_int_equal(book_counts(book).malformed, 8);
	assert_string_equal(log.text, "");
	book_free(book);
}

static void many_hosts_are_found_in_order_of_id(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 300);

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		add(book, evidence(i, 1, CLASS_NEIGHBOR, 3 + (double)(i % 7), 1));
		log.text[0] = '\0';
	}
	assert_int_equal(book_count(book), 300);
	for (size_t i = 0; i < book_count(book); i++) {
		const struct incident *incident = book_at(book, i);

		assert_ptr_equal(book_find(book, &incident->host), incident);
		assert_true(i == 0 || book_at(book, i - 1)->id < incident->id);
	}
	book_free(book);
}

static void ids_go_on_where_the_store_says(void **state)
{
	struct book_config config = { .first_id = 41 };
	struct book *book = book_new(&config, NULL, NULL);

	(void)state;
	add(book, evidence(1, 1, CLASS_NEIGHBOR, 4, 1));
	assert_int_equal(book_at(book, 0)->id, 41);
	book_free(book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_incident_climbs_by_its_evidence),
		cmocka_unit_test(repeating_everything_changes_nothing),
		cmocka_unit_test(the_order_of_arrival_does_not_matter),
		cmocka_unit_test(others_convicted_on_a_port_convict_on_two_contacts),
		cmocka_unit_test(a_conviction_may_convict_who_was_suspected_before),
		cmocka_unit_test(a_network_fault_freezes_scoring),
		cmocka_unit_test(what_showed_in_a_fault_is_taken_back_at_once),
		cmocka_unit_test(what_may_be_forged_stops_scoring_for_those_in_doubt_only),
		cmocka_unit_test(how_far_it_ever_got_is_known_at_the_end),
		cmocka_unit_test(a_rise_after_fading_is_news_again),
		cmocka_unit_test(a_full_book_gives_up_the_weakest_suspect_but_no_convict),
		cmocka_unit_test(a_closed_incident_is_not_reopened_by_old_statements),
		cmocka_unit_test(malformed_evidence_is_counted_and_left),
		cmocka_unit_test(many_hosts_are_found_in_order_of_id),
		cmocka_unit_test(ids_go_on_where_the_store_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
