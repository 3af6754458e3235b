/* SPDX-License-Identifier: Apache-2.0 */
/* test_engine.c - when a level is worth a statement, what a statement carries, and settings of
 * detectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/source.h"
#include "core/base/yaml.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/contact/observation.h"
#include "core/detect/detector.h"
#include "core/detect/engine.h"
#include "core/detect/evidence.h"
#include "core/detect/param.h"
#include "core/net/hash.h"

/* A detector that adds what the contact's source port says, in tenths of a nat less 1000. */
struct config {
	double cap;
};
struct slot {
	struct walk walk;
};

static const struct param params[] = {
	{ "cap", PARAM_DOUBLE, offsetof(struct config, cap), 0, 100, "0", "ceiling" },
	{ .type = PARAM_END },
};

static void see(struct detector_run *run, void *memory, const struct contact *contact)
{
	const struct config *config = detector_config(run);
	struct slot *slot = memory;
	struct term term = { .nats = (contact->src_port - 1000) / 10.0,
			     .port_class = CLASS_WORM_PORT,
			     .cap_nats = config->cap,
			     .takes_back = contact->outcome == CONTACT_ACCEPTED,
			     .same_contact = contact->outcome == CONTACT_OUTSTANDING };

	if (contact->outcome == CONTACT_REFUSED)
		detector_settled(run, contact, CLASS_WORM_PORT);
	else
		detector_walk(run, &slot->walk, contact, &term);
}

static const struct detector plain = {
	.name = "plain",
	.summary = "adds",
	.id = 7,
	.kind = EVIDENCE_WORM,
	.feeds = FEED_OPENED | FEED_OUTSTANDING | FEED_SETTLED,
	.params = params,
	.config_size = sizeof(struct config),
	.slot_size = sizeof(struct slot),
	.see = see,
};
static const struct detector *const table[] = { &plain, NULL };

struct fixture {
	struct engine *engine;
	struct mem_region *region;
	struct hosts *hosts;
	struct host *host;
	const struct host *visitor; /* of everybody */
	struct evidence latest;
	unsigned statements;
};

static void on_evidence(void *arg, const struct evidence *evidence)
{
	struct fixture *f = arg;

	f->latest = *evidence;
	f->statements++;
}

static const struct host *on_visitor(void *arg, const struct host *host, uint64_t before_ns)
{
	const struct fixture *f = arg;

	(void)before_ns;
	return host == f->visitor ? NULL : f->visitor;
}

static void start_with(struct fixture *f, const struct detector *const *detectors)
{
	struct engine_config config = { .detectors = detectors };
	struct engine_sink sink = { .arg = f, .evidence = on_evidence, .visitor = on_visitor };
	struct hash_key key = { { 1, 1 } };
	uint8_t v4[4] = { 10, 0, 0, 5 };
	struct ip ip = ip_from_v4(v4);
	struct host_key host = host_key_of(&ip, 3);

	memset(f, 0, sizeof(*f));
	f->engine = engine_new(&config, &sink);
	f->region = mem_region_new();
	f->hosts = hosts_new(f->region, 64, &key);
	engine_attach(f->engine, f->hosts);
	f->host = hosts_need(f->hosts, &host, 1);
}

static void start(struct fixture *f)
{
	start_with(f, table);
}

static void stop(struct fixture *f)
{
	engine_free(f->engine);
	hosts_free(f->hosts);
	mem_region_free(f->region);
}

static void contact(struct fixture *f, unsigned dst, unsigned outcome, double nats)
{
	uint8_t v4[4] = { 10, 0, (uint8_t)(dst >> 8), (uint8_t)dst };
	struct contact contact = { .src = f->host->key.ip,
				   .dst = ip_from_v4(v4),
				   .vlan = 3,
				   .dst_port = 445,
				   .outcome = (uint8_t)outcome,
				   .opened_ns = UINT64_C(1000000000) + dst,
				   .src_port = (uint16_t)(1000 + (int)(nats * 10)) };

	engine_see(f->engine, f->host, &contact);
}

static void evidence_bears_what_was_not_seen(void **state)
{
	struct fixture f;
	struct contact seen = {
		.vlan = 3, .dst_port = 445, .src_port = 1000 + 80, .opened_ns = 1, .coverage = 5
	};

	(void)state;
	start(&f);
	engine_see(f.engine, f.host, &seen);
	assert_int_equal(f.latest.coverage, 5);
	stop(&f);
}

/* Behind a NAT box the mishaps of several people add up. */
static void terms_of_a_nat_box_weigh_half(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	f.host->roles |= HOST_NAT;
	contact(&f, 1, CONTACT_IGNORED, 8);
	assert_true(f.latest.log_odds > 4 - 0.01 && f.latest.log_odds < 4 + 0.01);
	contact(&f, 2, CONTACT_IGNORED, 8);
	assert_true(f.latest.log_odds > 8 - 0.01 && f.latest.log_odds < 8 + 0.01);
	stop(&f);
}

static void a_level_is_stated_when_it_is_news(void **state)
{
	static const struct {
		const char *why;
		double nats;
		unsigned statements;
		double level;
	} steps[] = {
		{ "below what is worth a record", 2.9, 0, 0 },
		{ "the first above", 0.2, 1, 3.1 },
		{ "less than a nat more", 0.5, 1, 3.1 },
		{ "a nat more", 0.5, 2, 4.1 },
		{ "crosses suspicion, three quarters of a nat up", 2.0, 3, 6.1 },
		{ "crosses suspicion", 0.8, 4, 6.9 },
		{ "falls below suspicion", -0.1, 5, 6.8 },
		{ "up to just below conviction", 6.9, 6, 13.7 },
		{ "crosses conviction by little", 0.2, 7, 13.9 },
		{ "more of the same", 2.0, 7, 13.9 },
		{ "falls below conviction", -2.5, 8, 13.4 },
		{ "falls below what is worth a record: told once", -12.0, 9, 1.4 },
		{ "and not again", -0.4, 9, 1.4 },
	};
	struct fixture f;

	(void)state;
	start(&f);
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		contact(&f, i + 1, CONTACT_PENDING, steps[i].nats);
		if (f.statements != steps[i].statements)
			print_error("%s\n", steps[i].why);
		assert_int_equal(f.statements, steps[i].statements);
		assert_true(f.latest.log_odds - steps[i].level < 0.01 &&
			    steps[i].level - f.latest.log_odds < 0.01);
	}
	stop(&f);
}

static void a_convicted_scan_is_restated_at_each_doubling_only(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	for (unsigned i = 1; i <= 4096; i++)
		contact(&f, i, CONTACT_PENDING, 2.9);
	/* 5.8, 8.7 and 11.6 on the way up, conviction at 5, then 8, 16 ... 4096. */
	assert_int_equal(f.statements, 3 + 1 + 10);
	assert_int_equal(f.latest.contacts, 4096);
	assert_true(f.latest.log_odds <= WALK_CAP_NATS);
	stop(&f);
}

static void a_statement_carries_its_earliest_contacts(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	for (unsigned i = 1; i <= 16; i++)
		contact(&f, i, CONTACT_PENDING, 2.9);
	assert_int_equal(f.latest.sample_count, EVIDENCE_SAMPLES);
	for (unsigned i = 0; i < EVIDENCE_SAMPLES; i++)
		assert_int_equal(f.latest.samples[i].dst.bytes[15], i + 1);
	assert_int_equal(f.latest.samples[0].tenths, 29);
	assert_int_equal(f.latest.host.vlan, 3);
	assert_int_equal(f.latest.first_contact_ns, 1000000001);
	assert_int_equal(f.latest.last_contact_ns, 1000000016);
	assert_int_equal(f.latest.detector, 7);
	assert_int_equal(f.latest.port, 445);
	assert_true(f.host->roles & HOST_SUSPECT);
	stop(&f);
}

static void what_is_taken_back_is_no_sample_and_not_counted(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	contact(&f, 1, CONTACT_PENDING, 2.9);
	contact(&f, 2, CONTACT_PENDING, 2.9);
	contact(&f, 3, CONTACT_PENDING, 2.9);
	contact(&f, 2, CONTACT_ACCEPTED, -2.9);
	assert_int_equal(f.latest.contacts, 2);
	assert_int_equal(f.latest.sample_count, 2);
	assert_int_equal(f.latest.samples[1].dst.bytes[15], 3);
	contact(&f, 3, CONTACT_REFUSED, 0);
	contact(&f, 4, CONTACT_PENDING, 2.9);
	assert_int_equal(f.latest.samples[1].outcome, CONTACT_REFUSED);
	stop(&f);
}

static void more_about_a_contact_adds_to_what_it_brought(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	contact(&f, 1, CONTACT_PENDING, 2);
	contact(&f, 2, CONTACT_PENDING, 2);
	contact(&f, 2, CONTACT_OUTSTANDING, 1.5);
	contact(&f, 3, CONTACT_PENDING, 30);
	assert_int_equal(f.latest.contacts, 3);
	assert_int_equal(f.latest.samples[0].tenths, 20);
	assert_int_equal(f.latest.samples[1].tenths, 35);
	assert_int_equal(f.latest.samples[2].tenths, UINT8_MAX);
	stop(&f);
}

/* Contacts opened before people dealt with the host may still end; only later ones are held against it. */
static void a_host_that_was_dealt_with_starts_anew(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	for (unsigned i = 1; i <= 6; i++)
		contact(&f, i, CONTACT_PENDING, 2.9);
	assert_true(f.latest.log_odds >= CONVICT_NATS);
	engine_forget(f.engine, f.host, 1000000010);
	assert_false(f.host->roles & HOST_SUSPECT);
	f.statements = 0;
	for (unsigned i = 1; i <= 10; i++)
		contact(&f, i, CONTACT_REFUSED, 2.9);
	assert_int_equal(f.statements, 0);
	for (unsigned i = 11; i <= 13; i++)
		contact(&f, i, CONTACT_PENDING, 2.9);
	assert_int_equal(f.latest.contacts, 3);
	stop(&f);
}

static struct host *neighbor(struct fixture *f, unsigned last)
{
	uint8_t v4[4] = { 10, 0, 0, (uint8_t)last };
	struct ip ip = ip_from_v4(v4);
	struct host_key key = host_key_of(&ip, 3);

	return hosts_need(f->hosts, &key, 1);
}

/* Five hosts do the same at the same time; the fifth is looked at. */
static void one_of_a_crowd_is_in_doubt(void **state)
{
	static const struct {
		const char *what;
		bool others_are_convicted, is_visited, by_suspect;
		unsigned doubt;
	} cases[] = {
		{ "nothing explains it", false, false, false, DOUBT_CROWD },
		{ "a suspect had visited them", false, true, true, DOUBT_NONE },
		{ "somebody had", false, true, false, DOUBT_CROWD },
		{ "the others were convicted one by one", true, false, false, DOUBT_NONE },
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct fixture f;

		start(&f);
		if (cases[c].is_visited)
			f.visitor = neighbor(&f, 99);
		if (cases[c].by_suspect)
			hosts_suspect(neighbor(&f, 99), true);
		for (unsigned n = 0; n < 5; n++) {
			f.host = neighbor(&f, 10 + n);
			contact(&f, 1, CONTACT_IGNORED, 5);
			contact(&f, 2, CONTACT_IGNORED, 5);
			if (cases[c].others_are_convicted)
				contact(&f, 3, CONTACT_IGNORED, 5);
		}
		if (f.latest.doubt != cases[c].doubt)
			fail_msg("%s", cases[c].what);
		stop(&f);
	}
}

static void at_zero_the_memory_starts_anew(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	contact(&f, 1, CONTACT_PENDING, 5);
	contact(&f, 2, CONTACT_PENDING, -9);
	assert_true(f.latest.log_odds <= 0);
	assert_false(f.host->roles & HOST_SUSPECT);
	contact(&f, 3, CONTACT_PENDING, 5);
	assert_int_equal(f.latest.contacts, 1);
	assert_int_equal(f.latest.sample_count, 1);
	assert_int_equal(f.latest.samples[0].dst.bytes[15], 3);
	stop(&f);
}

/* An answer may come when all is forgotten. */
static void what_an_earlier_walk_counted_is_not_counted_out(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	contact(&f, 1, CONTACT_PENDING, 5);
	contact(&f, 2, CONTACT_PENDING, -9);
	contact(&f, 3, CONTACT_PENDING, 9);
	contact(&f, 4, CONTACT_PENDING, 9);
	contact(&f, 1, CONTACT_ACCEPTED, -5);
	assert_int_equal(f.latest.contacts, 2);
	assert_int_equal(f.latest.sample_count, 2);
	contact(&f, 3, CONTACT_ACCEPTED, -9);
	assert_int_equal(f.latest.contacts, 1);
	stop(&f);
}

static void a_walk_fades_by_half_lives(void **state)
{
	struct walk walk = { .level = 8, .last_ns = 1000 };
	struct contact later = { .opened_ns = 1000 + 2 * UINT64_C(3600000000000) };

	(void)state;
	walk_fade(&walk, &later, UINT64_C(3600000000000));
	assert_true(walk.level > 1.999f && walk.level < 2.001f);
	walk_fade(&walk, &later, UINT64_C(3600000000000));
	assert_true(walk.level > 1.999f);
	walk_fade(&walk, &later, 0);
	later.opened_ns = 5; /* a clock that stepped back fades nothing */
	walk_fade(&walk, &later, UINT64_C(3600000000000));
	assert_true(walk.level > 1.999f && walk.level < 2.001f);
}

static size_t configure(struct fixture *f, const char *text)
{
	struct source *source = source_from_text("test.yaml", text, strlen(text));
	struct complaints *complaints = complaints_new();
	struct yaml *yaml = yaml_parse(source, complaints);
	size_t count;

	engine_configure(f->engine, yaml, yaml_root(yaml));
	count = complaints_count(complaints);
	yaml_free(yaml);
	complaints_free(complaints);
	source_free(source);
	return count;
}

static void settings_reach_the_detector(void **state)
{
	struct fixture f;
	struct buf out;

	(void)state;
	start(&f);
	assert_int_equal(configure(&f, "plain: { cap: 9 }\n"), 0);
	for (unsigned i = 1; i <= 20; i++)
		contact(&f, i, CONTACT_PENDING, 2.9);
	assert_true(f.latest.log_odds <= 9);
	buf_init(&out, 65536);
	engine_describe(f.engine, &out);
	assert_non_null(strstr(out.text, "plain"));
	assert_non_null(strstr(out.text, "ceiling"));
	buf_fini(&out);
	stop(&f);
}

static void a_disabled_detector_is_silent_and_mistakes_are_told(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	assert_int_equal(configure(&f, "plain: { enabled: false }\n"), 0);
	contact(&f, 1, CONTACT_PENDING, 20);
	assert_int_equal(f.statements, 0);
	assert_int_equal(configure(&f, "plian: { cap: 9 }\n"), 1);
	assert_int_equal(configure(&f, "plain: { cup: 9 }\n"), 1);
	assert_int_equal(configure(&f, "plain: { cap: 900 }\n"), 1);
	stop(&f);
}

static void a_disabled_detector_silences_no_other(void **state)
{
	struct detector second = plain;
	const struct detector *const both[] = { &plain, &second, NULL };
	struct fixture f;

	(void)state;
	second.name = "second";
	second.id = 8;
	start_with(&f, both);
	assert_int_equal(configure(&f, "plain: { enabled: false }\n"), 0);
	contact(&f, 1, CONTACT_PENDING, 20);
	assert_int_equal(f.statements, 1);
	assert_int_equal(f.latest.detector, 8);
	stop(&f);
}

/* ---- who is shown what ------------------------------------------------------------------------- */

static unsigned shown_count;

static void count_shown(struct detector_run *run, void *memory, const struct contact *contact)
{
	(void)memory;
	(void)contact;
	(void)run;
	shown_count++;
}

static const struct detector counting = { .name = "counting",
					  .summary = "counts",
					  .id = 7,
					  .feeds = FEED_OPENED,
					  .params = params,
					  .config_size = sizeof(struct config),
					  .see = count_shown };

static unsigned shown_to_one(const struct detector *detector, const struct contact *contact)
{
	const struct detector *const only[] = { detector, NULL };
	struct fixture f;

	shown_count = 0;
	start_with(&f, only);
	engine_see(f.engine, f.host, contact);
	stop(&f);
	return shown_count;
}

static unsigned shown_to(unsigned kinds, unsigned feeds, const struct contact *contact)
{
	struct detector detector = counting;

	detector.feeds = feeds;
	detector.kinds = kinds;
	return shown_to_one(&detector, contact);
}

static void a_detector_is_shown_the_kinds_and_outcomes_it_asked_for(void **state)
{
	static const struct {
		const char *what;
		unsigned kinds, feeds, kind, previous, outcome, shown;
	} cases[] = {
		{ "all kinds", 0, FEED_OPENED, CONTACT_ND, 0, CONTACT_PENDING, 1 },
		{ "its kind", KINDS_TCP, FEED_OPENED, CONTACT_TCP, 0, CONTACT_PENDING, 1 },
		{ "another kind", KINDS_TCP, FEED_OPENED, CONTACT_UDP, 0, CONTACT_PENDING, 0 },
		{ "a neighbour", KINDS_NEIGHBORS, FEED_OPENED, CONTACT_ARP, 0, CONTACT_PENDING, 1 },
		{ "not opened", 0, FEED_SETTLED, CONTACT_TCP, 0, CONTACT_PENDING, 0 },
		{ "provisional", 0, FEED_OUTSTANDING, CONTACT_TCP, 0, CONTACT_OUTSTANDING, 1 },
		{ "provisional, not asked", 0, FEED_SETTLED, CONTACT_TCP, 0, CONTACT_OUTSTANDING,
		  0 },
		{ "accepted", KINDS_PORTS, FEED_ACCEPTED, CONTACT_UDP, 1, CONTACT_ACCEPTED, 1 },
		{ "refused, only accepted asked", 0, FEED_ACCEPTED, CONTACT_TCP, 0, CONTACT_REFUSED,
		  0 },
		{ "refused", 0, FEED_SETTLED, CONTACT_TCP, 0, CONTACT_REFUSED, 1 },
		{ "silence at once", 0, FEED_SETTLED, CONTACT_TCP, CONTACT_PENDING, CONTACT_IGNORED,
		  1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct contact shown = { .kind = (uint8_t)cases[i].kind,
					 .previous = (uint8_t)cases[i].previous,
					 .outcome = (uint8_t)cases[i].outcome };
		unsigned count = shown_to(cases[i].kinds, cases[i].feeds, &shown);

		if (count != cases[i].shown)
			print_error("%s: %u\n", cases[i].what, count);
		assert_int_equal(count, cases[i].shown);
	}
}

static void a_detector_of_high_ports_is_shown_no_others(void **state)
{
	static const struct {
		uint16_t port;
		bool is_high;
	} cases[] = {
		{ 0, false }, { 445, false }, { 1023, false }, { 1024, true }, { 65535, true }
	};
	struct detector detector = counting;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct contact shown = { .kind = CONTACT_UDP, .dst_port = cases[i].port };

		detector.only_high_ports = 0;
		assert_int_equal(shown_to_one(&detector, &shown), 1);
		detector.only_high_ports = 1 << CONTACT_TCP; /* of another kind */
		assert_int_equal(shown_to_one(&detector, &shown), 1);
		detector.only_high_ports = 1 << CONTACT_UDP;
		assert_int_equal(shown_to_one(&detector, &shown), cases[i].is_high);
	}
}

static void of_flows_a_detector_may_ask_for_other_outcomes(void **state)
{
	static const struct {
		unsigned kind, outcome, shown;
	} cases[] = {
		{ CONTACT_ARP, CONTACT_PENDING, 1 },   { CONTACT_ARP, CONTACT_ACCEPTED, 0 },
		{ CONTACT_TCP, CONTACT_PENDING, 0 },   { CONTACT_TCP, CONTACT_ACCEPTED, 1 },
		{ CONTACT_ICMP, CONTACT_ACCEPTED, 0 }, { CONTACT_UDP, CONTACT_REFUSED, 0 },
	};
	struct detector detector = counting;

	(void)state;
	detector.feeds = FEED_OPENED;
	detector.flow_feeds = FEED_ACCEPTED;
	detector.kinds = KINDS_PORTS | KINDS_NEIGHBORS;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct contact shown = { .kind = (uint8_t)cases[i].kind,
					 .outcome = (uint8_t)cases[i].outcome };

		assert_int_equal(shown_to_one(&detector, &shown), cases[i].shown);
	}
}

static bool has_no_cap(const void *config)
{
	return ((const struct config *)config)->cap <= 0;
}

static void a_detector_that_could_find_nothing_is_shown_nothing(void **state)
{
	struct detector detector = counting;
	const struct detector *const only[] = { &detector, NULL };
	struct contact shown = { .kind = CONTACT_TCP };
	struct fixture f;

	(void)state;
	detector.is_idle = has_no_cap;
	shown_count = 0;
	start_with(&f, only);
	engine_see(f.engine, f.host, &shown);
	assert_int_equal(shown_count, 0);
	assert_int_equal(configure(&f, "counting: { cap: 9 }\n"), 0);
	engine_see(f.engine, f.host, &shown);
	assert_int_equal(shown_count, 1);
	stop(&f);
}

static void count_said(struct detector_run *run, void *memory,
		       const struct observation *observation)
{
	(void)memory;
	(void)observation;
	(void)run;
	shown_count++;
}

static unsigned said_to(unsigned observes, unsigned kind)
{
	struct detector detector = counting;
	const struct detector *const only[] = { &detector, NULL };
	struct observation observation = { .kind = (uint8_t)kind };
	struct fixture f;

	detector.feeds = FEED_OBSERVED;
	detector.observes = observes;
	detector.observe = count_said;
	shown_count = 0;
	start_with(&f, only);
	engine_observe(f.engine, f.host, &observation);
	stop(&f);
	return shown_count;
}

static void a_detector_hears_the_observations_it_asked_for(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < OBSERVATION_KINDS; kind++) {
		assert_int_equal(said_to(0, kind), 1);
		assert_int_equal(said_to(1u << kind, kind), 1);
		assert_int_equal(said_to(~(1u << kind), kind), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evidence_bears_what_was_not_seen),
		cmocka_unit_test(terms_of_a_nat_box_weigh_half),
		cmocka_unit_test(a_level_is_stated_when_it_is_news),
		cmocka_unit_test(a_convicted_scan_is_restated_at_each_doubling_only),
		cmocka_unit_test(a_statement_carries_its_earliest_contacts),
		cmocka_unit_test(what_is_taken_back_is_no_sample_and_not_counted),
		cmocka_unit_test(more_about_a_contact_adds_to_what_it_brought),
		cmocka_unit_test(a_host_that_was_dealt_with_starts_anew),
		cmocka_unit_test(one_of_a_crowd_is_in_doubt),
		cmocka_unit_test(at_zero_the_memory_starts_anew),
		cmocka_unit_test(what_an_earlier_walk_counted_is_not_counted_out),
		cmocka_unit_test(a_walk_fades_by_half_lives),
		cmocka_unit_test(a_detector_is_shown_the_kinds_and_outcomes_it_asked_for),
		cmocka_unit_test(a_detector_of_high_ports_is_shown_no_others),
		cmocka_unit_test(of_flows_a_detector_may_ask_for_other_outcomes),
		cmocka_unit_test(a_detector_that_could_find_nothing_is_shown_nothing),
		cmocka_unit_test(a_detector_hears_the_observations_it_asked_for),
		cmocka_unit_test(settings_reach_the_detector),
		cmocka_unit_test(a_disabled_detector_is_silent_and_mistakes_are_told),
		cmocka_unit_test(a_disabled_detector_silences_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
