/* SPDX-License-Identifier: Apache-2.0 */
/* test_weigh.c - order, kind, level, doubt and contacts of one incident, as the book tells them. */
#include "core/incident/weigh.h"

#include "tests/unit/incident/book_case.h"

static void a_conviction_counts_the_fewest_contacts_that_carry_it(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 0);
	struct evidence weak = evidence(1, 4, CLASS_ICMP, 1, 1),
			port = evidence(1, 2, CLASS_WORM_PORT, 7, 2);
	struct evidence arp = evidence(1, 1, CLASS_NEIGHBOR, 7, 3),
			more = evidence(1, 1, CLASS_NEIGHBOR, 30, 9);

	(void)state;
	weak.contacts = 100;
	port.contacts = 3;
	arp.contacts = 2;
	more.contacts = 5000;
	add(book, weak);
	add(book, port);
	add(book, arp);
	assert_int_equal(log.last.state, INCIDENT_CONVICTED);
	assert_int_equal(log.last.contacts, 5);
	assert_int_equal(log.last.convicted_ns, arp.stated_ns);
	/* The weak one began earlier but did not contribute. */
	assert_int_equal(log.last.first_contact_ns, port.first_contact_ns);
	add(book, more);
	assert_int_equal(book_at(book, 0)->contacts, 5);
	assert_int_equal(book_at(book, 0)->convicted_ns, arp.stated_ns);
	book_free(book);
}

static void what_was_taken_back_is_neither_counted_nor_named(void **state)
{
	struct evidence neighbor = evidence(1, 1, CLASS_NEIGHBOR, 3.0, 1),
			gone = evidence(1, 1, CLASS_NEIGHBOR, 0, 2);
	struct log log;
	struct book *book = new_book(&log, 8);

	(void)state;
	gone.contacts = 0;
	add(book, neighbor);
	add(book, gone);
	add(book, evidence(1, 2, CLASS_WORM_PORT, 8.7, 3));
	assert_int_equal(log.last.contacts, 5);
	assert_int_equal(incident_speaking(&log.last), 1);
	assert_true(log.last.first_contact_ns == T0 + s_to_ns(3) - ms_to_ns(400));
	/* The older statement arrives again, late: still taken back. */
	add(book, neighbor);
	assert_int_equal(incident_speaking(book_at(book, 0)), 1);
	book_free(book);
}

static void the_strongest_evidence_comes_first_and_names_the_kind(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 0);
	struct evidence worm = evidence(1, 2, CLASS_WORM_PORT, 5, 1),
			scan = evidence(1, 1, CLASS_ICMP, 6, 1);

	(void)state;
	scan.kind = EVIDENCE_RECONNAISSANCE;
	add(book, worm);
	assert_int_equal(book_at(book, 0)->kind, EVIDENCE_WORM);
	add(book, scan);
	assert_int_equal(book_at(book, 0)->kind, EVIDENCE_RECONNAISSANCE);
	assert_int_equal(book_at(book, 0)->evidence[0].port_class, CLASS_ICMP);
	book_free(book);
}

static void when_all_places_are_taken_the_weakest_item_gives_way(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 0);

	(void)state;
	for (unsigned i = 0; i < INCIDENT_EVIDENCE; i++)
		add(book, evidence(1, 1 + i / EVIDENCE_CLASSES, i % EVIDENCE_CLASSES, 1 + i, 1));
	add(book, evidence(1, 40, CLASS_ICMP, 0.5, 1));
	assert_near(book_at(book, 0)->evidence[15].log_odds, 1, 0);
	add(book, evidence(1, 41, CLASS_ICMP, 50, 1));
	assert_int_equal(book_at(book, 0)->evidence[0].detector, 41);
	assert_near(book_at(book, 0)->evidence[15].log_odds, 2, 0);
	book_free(book);
}

static const struct {
	const char *name;
	double nats;
	unsigned minutes;
	const char *told;
} fades[] = {
	{ "a suspect stays above half the level", 6.9, 29, "O1 S1" },
	{ "and is cleared below it", 6.9, 31, "O1 S1 x1" },
	{ "what never was suspicious is kept longer", 3, 45, "O1" },
	{ "and forgotten when next to nothing is left", 3, 49, "O1 x1" },
	{ "a conviction never fades away", 14, 600, "O1 C1" },
};

static void levels_fade_with_time(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(fades) / sizeof(fades[0]); c++) {
		struct log log;
		struct book *book = new_book(&log, 0);

		print_message("  %s\n", fades[c].name);
		add(book, evidence(1, 1, CLASS_NEIGHBOR, fades[c].nats, 1));
		book_advance(book, T0 + s_to_ns(1 + 60 * fades[c].minutes));
		assert_string_equal(log.text, fades[c].told);
		assert_int_equal(book_count(book), strchr(log.text, 'x') ? 0 : 1);
		book_free(book);
	}
}

/* One contact in twenty minutes: what people see comes and goes, what is held against the host stays. */
static void a_slow_sum_rests_with_its_incident_and_convicts_in_the_end(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 0);

	(void)state;
	for (unsigned n = 1; n <= 5; n++) {
		add(book, evidence(1, 1, CLASS_NEIGHBOR, fmin(2.9 * n, 8), n * 1200));
		add(book, slow(1, 1, CLASS_NEIGHBOR, 2.9 * n, n * 1200));
		if (n >= 3)
			add(book, slow(1, 2, CLASS_WORM_PORT, 2.9 * (n - 2), n * 1200));
		if (n == 3)
			book_advance(book, T0 + s_to_ns(n * 1200 + 40 * 60));
	}
	assert_string_equal(log.text, "O1 +1 S1 +1 x1 S1 +1 C1 +1 +1");
	assert_int_equal(book_count(book), 1);
	book_free(book);
}

static void a_slow_sum_ends_with_the_machine_that_had_the_address(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 0);
	struct evidence other = slow(1, 2, CLASS_WORM_PORT, 8, 90000);

	(void)state;
	other.mac.bytes[0] ^= 4;
	add(book, slow(1, 1, CLASS_NEIGHBOR, 8, 1));
	add(book, other);
	assert_near(book_at(book, 0)->log_odds, 8, 0.01);
	other = slow(1, 1, CLASS_NEIGHBOR, 8, 90001);
	other.mac.bytes[0] ^= 4;
	add(book, other);
	assert_near(book_at(book, 0)->log_odds, 16, 0.01);
	book_free(book);
}

static void a_change_of_kind_is_told(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 0);
	struct evidence scan = evidence(1, DETECTOR_PORTSCAN, CLASS_HIGH_PORT, 9, 1);
	struct evidence worm = evidence(1, DETECTOR_TRW, CLASS_WORM_PORT, 9.5, 2);

	(void)state;
	scan.kind = EVIDENCE_RECONNAISSANCE;
	add(book, scan);
	assert_int_equal(log.last.was_kind, EVIDENCE_RECONNAISSANCE);
	worm.log_odds = 3.0;
	add(book, worm);
	assert_string_equal(log.text, "O1 S1 +1");
	worm.log_odds = 13;
	worm.stated_ns++;
	/* The scan's level falls: together they must not convict here. */
	scan.log_odds = 0;
	scan.stated_ns += s_to_ns(5);
	add(book, scan);
	add(book, worm);
	assert_string_equal(log.text, "O1 S1 +1 K1 +1");
	assert_int_equal(log.last.kind, EVIDENCE_WORM);
	book_free(book);
}

static void two_macs_of_one_address_leave_a_mark(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 0);
	struct evidence item = evidence(1, 1, CLASS_NEIGHBOR, 4, 1);

	(void)state;
	add(book, item);
	memset(&item.mac, 0, sizeof(item.mac));
	item.stated_ns++;
	add(book, item);
	assert_false(book_at(book, 0)->mac_conflict);
	item.mac.bytes[0] = 6;
	item.stated_ns++;
	add(book, item);
	assert_true(book_at(book, 0)->mac_conflict);
	assert_int_equal(book_at(book, 0)->mac.bytes[0], 2);
	book_free(book);
}

static void what_is_in_doubt_is_suspected_until_the_doubt_ends(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 0);
	struct evidence item = evidence(1, 1, CLASS_NEIGHBOR, 20, 1),
			other = evidence(1, 2, CLASS_WORM_PORT, 20, 2);

	(void)state;
	item.doubt = DOUBT_CROWD;
	add(book, item);
	assert_int_equal(book_at(book, 0)->state, INCIDENT_SUSPECTED);
	assert_int_equal(book_at(book, 0)->doubt, DOUBT_CROWD);
	assert_true(book_at(book, 0)->log_odds <= 6.9);
	add(book, other); /* a doubt is about the host, whatever else is said of it */
	assert_int_equal(book_at(book, 0)->state, INCIDENT_SUSPECTED);
	item.doubt = DOUBT_NONE;
	item.stated_ns = other.stated_ns + 1;
	add(book, item);
	assert_int_equal(book_at(book, 0)->state, INCIDENT_CONVICTED);
	item.doubt = DOUBT_CROWD;
	item.stated_ns++;
	add(book, item); /* too late */
	assert_int_equal(book_at(book, 0)->state, INCIDENT_CONVICTED);
	assert_true(book_at(book, 0)->log_odds > 13.8);
	item.doubt = EVIDENCE_DOUBTS;
	add(book, item);
	assert_int_equal(book_counts(book).malformed, 1);
	book_free(book);
}

/* A mirror of the way to the Internet alone shows many asking for neighbours whose answers it does not show. */
static void a_crowd_that_misses_its_neighbours_is_no_doubt_about_the_internet(void **state)
{
	static const struct {
		const char *what;
		uint8_t crowd, doubt;
		uint8_t first, last; /* bytes of the two targets' addresses in front */
		double nats;
		bool convicted;
	} cases[] = {
		{ "the Internet", CLASS_NEIGHBOR, DOUBT_CROWD, 8, 9, 14, true },
		{ "and half of it the site", CLASS_NEIGHBOR, DOUBT_CROWD, 8, 10, 27, false },
		{ "twice as much", CLASS_NEIGHBOR, DOUBT_CROWD, 8, 10, 28, true },
		{ "not enough of it", CLASS_NEIGHBOR, DOUBT_CROWD, 8, 9, 13, false },
		{ "the crowd has the Internet's failures, too", CLASS_HIGH_PORT, DOUBT_CROWD, 8, 9,
		  14, false },
		{ "disowned", CLASS_WORM_PORT, DOUBT_DISOWNED, 8, 9, 14, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct log log;
		struct book *book = new_book(&log, 0);
		struct evidence item = evidence(1, 1, cases[i].crowd, 9, 1),
				other = evidence(1, 2, CLASS_WORM_PORT, cases[i].nats, 2);
		const uint8_t first[4] = { cases[i].first, 1, 2, 3 },
			      last[4] = { cases[i].last, 1, 2, 3 };

		item.doubt = cases[i].doubt;
		other.samples[0].dst = ip_from_v4(first);
		other.samples[1].dst = ip_from_v4(last);
		other.samples[0].tenths = other.samples[1].tenths = 29;
		other.sample_count = 2;
		add(book, item);
		add(book, other);
		if ((book_at(book, 0)->state == INCIDENT_CONVICTED) != cases[i].convicted)
			fail_msg("%s", cases[i].what);
		assert_int_equal(book_at(book, 0)->doubt == DOUBT_NONE, cases[i].convicted);
		book_free(book);
	}
}

static void one_that_disowns_its_connections_stays_just_below_conviction(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 0);
	struct evidence item = evidence(1, 1, CLASS_WORM_PORT, 20, 1);

	(void)state;
	item.doubt = DOUBT_DISOWNED;
	add(book, item);
	assert_int_equal(book_at(book, 0)->state, INCIDENT_SUSPECTED);
	assert_true(book_at(book, 0)->log_odds > 13.0 && book_at(book, 0)->log_odds < 13.8);
	book_free(book);
}

static void a_doubt_is_told_once_when_it_prevents_a_conviction(void **state)
{
	struct log log;
	struct book *book = new_book(&log, 0);
	struct evidence item = evidence(1, 1, CLASS_NEIGHBOR, 9, 1);

	(void)state;
	item.doubt = DOUBT_CROWD;
	add(book, item);
	assert_null(strchr(log.text, '?'));
	for (unsigned i = 0; i < 3; i++) {
		item.log_odds = 14 + i;
		item.stated_ns++;
		log.text[0] = '\0';
		add(book, item);
		assert_int_equal(strchr(log.text, '?') != NULL, i == 0);
	}
	book_free(book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_conviction_counts_the_fewest_contacts_that_carry_it),
		cmocka_unit_test(what_was_taken_back_is_neither_counted_nor_named),
		cmocka_unit_test(the_strongest_evidence_comes_first_and_names_the_kind),
		cmocka_unit_test(when_all_places_are_taken_the_weakest_item_gives_way),
		cmocka_unit_test(levels_fade_with_time),
		cmocka_unit_test(a_slow_sum_rests_with_its_incident_and_convicts_in_the_end),
		cmocka_unit_test(a_slow_sum_ends_with_the_machine_that_had_the_address),
		cmocka_unit_test(a_change_of_kind_is_told),
		cmocka_unit_test(two_macs_of_one_address_leave_a_mark),
		cmocka_unit_test(what_is_in_doubt_is_suspected_until_the_doubt_ends),
		cmocka_unit_test(a_crowd_that_misses_its_neighbours_is_no_doubt_about_the_internet),
		cmocka_unit_test(one_that_disowns_its_connections_stays_just_below_conviction),
		cmocka_unit_test(a_doubt_is_told_once_when_it_prevents_a_conviction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
