/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incident/book.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/random.h"
#include "core/base/units.h"
#include "core/incident/fault.h"
#include "core/incident/incident.h"

#define T0 s_to_ns(1700000000)

/* Changes as letters, in order of telling: O S C + x(cleared) X(closed) ?(in doubt), each with the id. */
struct log {
	char text[4096];
	struct incident last;
};

static void assert_near(double value, double wanted, double tolerance)
{
	if (!(fabs(value - wanted) <= tolerance))
		fail_msg("%.12g instead of %.12g", value, wanted);
}

static void changed(void *arg, const struct incident *incident, enum book_change change)
{
	static const char letters[] = {
		[BOOK_OPENED] = 'O',   [BOOK_SUSPECTED] = 'S', [BOOK_CONVICTED] = 'C',
		[BOOK_STRONGER] = '+', [BOOK_CLEARED] = 'x',   [BOOK_CLOSED] = 'X',
		[BOOK_DOUBTED] = '?',  [BOOK_KIND] = 'K'
	};
	struct log *log = arg;
	size_t length = strlen(log->text);

	snprintf(log->text + length, sizeof(log->text) - length, "%s%c%llu", length ? " " : "",
		 letters[change], (unsigned long long)incident->id);
	log->last = *incident;
}

static struct host_key host(unsigned number)
{
	uint8_t four[4] = { 10, 0, (uint8_t)(number >> 8), (uint8_t)number };
	struct ip ip = ip_from_v4(four);

	return host_key_of(&ip, 0);
}

static struct evidence evidence(unsigned host_number, unsigned detector, unsigned port_class,
				double nats, unsigned at_s)
{
	return (struct evidence){
		.host = host(host_number),
		.detector = (uint8_t)detector,
		.port_class = (uint8_t)port_class,
		.log_odds = nats,
		.contacts = 5,
		.failed = 5,
		.stated_ns = T0 + s_to_ns(at_s),
		.first_contact_ns = T0 + s_to_ns(at_s) - ms_to_ns(400),
		.last_contact_ns = T0 + s_to_ns(at_s),
		.mac = { { 2, 0, 0, 0, 0, (uint8_t)host_number } },
	};
}

static struct book *new_book(struct log *log, uint32_t most)
{
	struct book_config config = { .incidents_max = most };

	memset(log, 0, sizeof(*log));
	return book_new(&config, changed, log);
}

static void add(struct book *book, struct evidence item)
{
	book_add(book, &item, item.stated_ns);
}

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
	assert_int_equal(incident_speaking(book_find_id(book, 1)), 1);
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

static struct evidence slow(unsigned host_number, unsigned detector, unsigned port_class,
			    double nats, unsigned at_s)
{
	struct evidence item = evidence(host_number, detector, port_class, nats, at_s);

	item.half_life_min = 7 * 24 * 60;
	return item;
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
		assert_ptr_equal(book_find_id(book, incident->id), incident);
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
		cmocka_unit_test(a_conviction_counts_the_fewest_contacts_that_carry_it),
		cmocka_unit_test(what_was_taken_back_is_neither_counted_nor_named),
		cmocka_unit_test(the_strongest_evidence_comes_first_and_names_the_kind),
		cmocka_unit_test(when_all_places_are_taken_the_weakest_item_gives_way),
		cmocka_unit_test(levels_fade_with_time),
		cmocka_unit_test(a_slow_sum_rests_with_its_incident_and_convicts_in_the_end),
		cmocka_unit_test(a_slow_sum_ends_with_the_machine_that_had_the_address),
		cmocka_unit_test(others_convicted_on_a_port_convict_on_two_contacts),
		cmocka_unit_test(a_conviction_may_convict_who_was_suspected_before),
		cmocka_unit_test(a_network_fault_freezes_scoring),
		cmocka_unit_test(a_change_of_kind_is_told),
		cmocka_unit_test(a_rise_after_fading_is_news_again),
		cmocka_unit_test(a_full_book_gives_up_the_weakest_suspect_but_no_convict),
		cmocka_unit_test(a_closed_incident_is_not_reopened_by_old_statements),
		cmocka_unit_test(malformed_evidence_is_counted_and_left),
		cmocka_unit_test(two_macs_of_one_address_leave_a_mark),
		cmocka_unit_test(what_is_in_doubt_is_suspected_until_the_doubt_ends),
		cmocka_unit_test(one_that_disowns_its_connections_stays_just_below_conviction),
		cmocka_unit_test(a_doubt_is_told_once_when_it_prevents_a_conviction),
		cmocka_unit_test(many_hosts_are_found_in_order_of_id),
		cmocka_unit_test(ids_go_on_where_the_store_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
