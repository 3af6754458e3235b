/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incident/outbreak.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/detect/evidence.h"
#include "core/incident/incident.h"

#define T0 s_to_ns(1700000000)

/* Links as "child<parent/generation", in order of telling. */
struct log {
	char text[512];
	struct outbreak_link last;
	unsigned links;
};

static void linked(void *arg, const struct outbreak_link *link)
{
	struct log *log = arg;
	size_t length = strlen(log->text);

	log->links++;
	snprintf(log->text + length, sizeof(log->text) - length, "%s%llu<%llu/%u",
		 length ? " " : "", (unsigned long long)link->incident,
		 (unsigned long long)link->parent, (unsigned)link->generation);
	log->last = *link;
}

static struct ip address(unsigned number)
{
	return ip_from_v4((uint8_t[]){ 10, 0, (uint8_t)(number >> 8), (uint8_t)number });
}

/* Host n is incident n: attacks on the port from a second on; visited_by and reached are hosts, at seconds. */
struct seen {
	unsigned host, port, attack_s, state;
	unsigned visited_by, visit_s;
	bool called_back;
	unsigned reached, reached_s;
};

static struct incident incident_of(const struct seen *seen)
{
	struct ip ip = address(seen->host);
	struct incident incident = { .id = seen->host,
				     .host = host_key_of(&ip, 7),
				     .state = (uint8_t)seen->state,
				     .kind = EVIDENCE_WORM,
				     .log_odds = 14,
				     .evidence_count = 1 };
	struct evidence *item = &incident.evidence[0];

	*item = (struct evidence){ .host = incident.host,
				   .detector = DETECTOR_TRW,
				   .kind = EVIDENCE_WORM,
				   .port_class = CLASS_WORM_PORT,
				   .port = (uint16_t)seen->port,
				   .log_odds = 14,
				   .contacts = 5,
				   .first_contact_ns = T0 + s_to_ns(seen->attack_s) };
	if (seen->visited_by) {
		item->visits[0] = (struct evidence_visit){ .by = address(seen->visited_by),
							   .port = (uint16_t)seen->port,
							   .at_ns = T0 + s_to_ns(seen->visit_s),
							   .called_back = seen->called_back };
		item->visit_count = 1;
	}
	if (seen->reached) {
		item->samples[0] =
			(struct evidence_sample){ .dst = address(seen->reached),
						  .dst_port = (uint16_t)seen->port,
						  .opened_ns = T0 + s_to_ns(seen->reached_s),
						  .contact_kind = CONTACT_TCP,
						  .outcome = CONTACT_ACCEPTED };
		item->sample_count = 1;
	}
	return incident;
}

/* As many as there are. */
static void see_all(struct outbreak *outbreak, const struct seen *seen, size_t most)
{
	for (size_t i = 0; i < most && seen[i].host; i++) {
		struct incident incident = incident_of(&seen[i]);

		outbreak_see(outbreak, &incident);
	}
}

enum { S = INCIDENT_SUSPECTED, C = INCIDENT_CONVICTED };

static const struct {
	const char *name;
	struct seen seen[5];
	const char *told;
} cases[] = {
	{ "alone", { { 1, 445, 10, C, 0, 0, false, 0, 0 } }, "" },
	{ "the child names its visitor",
	  { { 1, 445, 10, C, 0, 0, false, 0, 0 }, { 2, 445, 30, C, 1, 20, false, 0, 0 } },
	  "2<1/1" },
	{ "the parent's samples name the child",
	  { { 1, 445, 10, C, 0, 0, false, 2, 12 }, { 2, 445, 30, C, 0, 0, false, 0, 0 } },
	  "2<1/1" },
	{ "whoever is known later",
	  { { 2, 445, 30, C, 1, 20, false, 0, 0 }, { 1, 445, 10, C, 0, 0, false, 0, 0 } },
	  "2<1/1" },
	{ "a suspect may be the parent of a convict",
	  { { 1, 445, 10, S, 0, 0, false, 0, 0 }, { 2, 445, 30, C, 1, 20, false, 0, 0 } },
	  "2<1/1" },
	{ "suspects alone are no outbreak",
	  { { 1, 445, 10, S, 0, 0, false, 0, 0 }, { 2, 445, 30, S, 1, 20, false, 0, 0 } },
	  "" },
	{ "until one of them is convicted",
	  { { 1, 445, 10, S, 0, 0, false, 0, 0 },
	    { 2, 445, 30, S, 1, 20, false, 0, 0 },
	    { 1, 445, 10, C, 0, 0, false, 0, 0 } },
	  "2<1/1" },
	{ "a visit after the first attack infected nobody",
	  { { 1, 445, 10, C, 0, 0, false, 0, 0 }, { 2, 445, 30, C, 1, 31, false, 0, 0 } },
	  "" },
	{ "nor one of hours before",
	  { { 1, 445, 10, C, 0, 0, false, 0, 0 }, { 2, 445, 9000, C, 1, 20, false, 0, 0 } },
	  "" },
	{ "nor one by a host that attacked only later",
	  { { 1, 445, 40, C, 0, 0, false, 0, 0 }, { 2, 445, 30, C, 1, 20, false, 0, 0 } },
	  "" },
	{ "of two the earlier",
	  { { 1, 445, 5, C, 0, 0, false, 3, 8 },
	    { 2, 445, 10, C, 1, 6, false, 0, 0 },
	    { 3, 445, 30, C, 2, 20, false, 0, 0 } },
	  "2<1/1 3<2/2 3<1/1" },
	{ "but a call back names the source",
	  { { 1, 445, 5, C, 0, 0, false, 3, 8 },
	    { 2, 445, 10, C, 1, 6, false, 0, 0 },
	    { 3, 445, 30, C, 2, 20, true, 0, 0 } },
	  "2<1/1 3<2/2" },
	{ "three generations",
	  { { 1, 445, 5, C, 0, 0, false, 0, 0 },
	    { 2, 445, 10, C, 1, 6, false, 0, 0 },
	    { 3, 445, 30, C, 2, 20, false, 0, 0 },
	    { 4, 445, 50, C, 3, 40, false, 0, 0 } },
	  "2<1/1 3<2/2 4<3/3" },
	{ "who is hit back by its victim is not the victim's child",
	  { { 1, 445, 5, C, 2, 12, false, 0, 0 }, { 2, 445, 10, C, 1, 6, false, 0, 0 } },
	  "2<1/1" },
	{ "nor on another port",
	  { { 1, 445, 5, C, 0, 0, false, 0, 0 },
	    { 2, 445, 10, C, 1, 6, false, 0, 0 },
	    { 1, 23, 30, C, 2, 20, false, 0, 0 } },
	  "2<1/1" },
	{ "a port's first attack that comes to be known later",
	  { { 1, 23, 5, C, 0, 0, false, 0, 0 },
	    { 2, 445, 10, C, 0, 0, false, 0, 0 },
	    { 2, 23, 30, C, 0, 0, false, 0, 0 },
	    { 2, 23, 15, C, 0, 0, false, 0, 0 },
	    { 2, 23, 30, C, 1, 20, false, 0, 0 } },
	  "" },
	{ "said twice, told once",
	  { { 1, 445, 5, C, 0, 0, false, 0, 0 },
	    { 2, 445, 10, C, 1, 6, false, 0, 0 },
	    { 2, 445, 10, C, 1, 6, false, 0, 0 } },
	  "2<1/1" },
};

static void the_parent_is_who_could_have_done_it(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct log log = { 0 };
		struct outbreak *outbreak = outbreak_new(0, linked, &log);

		print_message("  %s\n", cases[c].name);
		see_all(outbreak, cases[c].seen, 5);
		assert_string_equal(log.text, cases[c].told);
		outbreak_free(outbreak);
	}
}

/* What a host did before it was visited shows that it was infected already, if it is a worm's doing. */
static void only_a_worms_statement_tells_when_it_began(void **state)
{
	static const struct {
		const char *name, *told;
		enum evidence_kind kind;
		uint16_t half_life_min;
		unsigned first_s;
	} before[] = {
		{ "a worm's, before the visit", "", EVIDENCE_WORM, 0, 15 },
		{ "a worm's, after it", "2<1/1", EVIDENCE_WORM, 0, 25 },
		{ "reconnaissance", "2<1/1", EVIDENCE_RECONNAISSANCE, 0, 15 },
		{ "what gathered for days", "2<1/1", EVIDENCE_WORM, 7 * 24 * 60, 15 },
		{ "nobody knows when", "2<1/1", EVIDENCE_WORM, 0, 0 },
	};
	static const struct seen seen[] = { { 1, 445, 5, C, 0, 0, false, 0, 0 },
					    { 2, 445, 30, C, 1, 20, false, 0, 0 } };

	(void)state;
	for (size_t c = 0; c < sizeof(before) / sizeof(before[0]); c++) {
		struct incident parent = incident_of(&seen[0]), child = incident_of(&seen[1]);
		struct log log = { 0 };
		struct outbreak *outbreak = outbreak_new(0, linked, &log);
		struct evidence *also = &child.evidence[child.evidence_count++];

		*also = child.evidence[0];
		also->visit_count = also->sample_count = 0;
		also->kind = (uint8_t)before[c].kind;
		also->half_life_min = before[c].half_life_min;
		also->first_contact_ns = before[c].first_s ? T0 + s_to_ns(before[c].first_s) : 0;
		outbreak_see(outbreak, &parent);
		outbreak_see(outbreak, &child);
		if (strcmp(log.text, before[c].told) != 0)
			fail_msg("%s: %s", before[c].name, log.text);
		outbreak_free(outbreak);
	}
}

static void a_link_tells_port_times_and_patient_zero(void **state)
{
	static const struct seen seen[] = { { 1, 445, 5, C, 0, 0, false, 0, 0 },
					    { 2, 445, 10, C, 1, 6, false, 0, 0 },
					    { 3, 445, 30, C, 2, 20, true, 0, 0 } };
	struct log log = { 0 };
	struct outbreak *outbreak = outbreak_new(0, linked, &log);
	struct ip zero = address(1);

	(void)state;
	see_all(outbreak, seen, 3);
	assert_int_equal(log.last.port, 445);
	assert_true(log.last.contact_ns == T0 + s_to_ns(20));
	assert_true(log.last.attack_ns == T0 + s_to_ns(30));
	assert_int_equal(log.last.patient_zero, 1);
	assert_true(ip_equal(&log.last.patient_zero_host.ip, &zero));
	assert_int_equal(log.last.why, OUTBREAK_CALLED_BACK);
	outbreak_free(outbreak);
}

static void who_is_suspected_of_something_else_is_in_no_outbreak(void **state)
{
	static const struct seen seen[] = { { 1, 445, 10, C, 0, 0, false, 2, 12 },
					    { 2, 445, 30, C, 1, 20, true, 0, 0 } };
	struct log log = { 0 };
	struct outbreak *outbreak = outbreak_new(0, linked, &log);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct incident incident = incident_of(&seen[i]);

		incident.kind = i == 0 ? EVIDENCE_RECONNAISSANCE : EVIDENCE_WORM;
		outbreak_see(outbreak, &incident);
	}
	assert_int_equal(log.links, 0);
	assert_int_equal(outbreak_counts(outbreak).hosts, 1);
	outbreak_free(outbreak);
}

static void a_suspect_who_infected_nobody_makes_room_for_another(void **state)
{
	struct seen seen[] = { { 1, 445, 5, C, 0, 0, false, 0, 0 },
			       { 2, 445, 10, S, 0, 0, false, 0, 0 },
			       { 3, 445, 30, C, 1, 20, false, 0, 0 } };
	struct log log = { 0 };
	struct outbreak *outbreak = outbreak_new(2, linked, &log);

	(void)state;
	see_all(outbreak, seen, 3);
	assert_string_equal(log.text, "3<1/1");
	assert_int_equal(outbreak_counts(outbreak).evicted, 1);
	assert_int_equal(outbreak_counts(outbreak).refused, 0);
	outbreak_free(outbreak);
}

/* Or the tree would lose its root. */
static void a_suspect_who_infected_somebody_makes_no_room(void **state)
{
	struct seen seen[] = { { 1, 445, 5, S, 0, 0, false, 0, 0 },
			       { 2, 445, 30, C, 1, 20, false, 0, 0 },
			       { 3, 445, 40, C, 1, 35, false, 0, 0 } };
	struct log log = { 0 };
	struct outbreak *outbreak = outbreak_new(2, linked, &log);

	(void)state;
	see_all(outbreak, seen, 3);
	assert_string_equal(log.text, "2<1/1");
	assert_int_equal(outbreak_counts(outbreak).evicted, 0);
	assert_int_equal(outbreak_counts(outbreak).refused, 1);
	outbreak_free(outbreak);
}

/* Whatever is claimed: a tree without circles, within its places. */
static void hostile_claims_make_no_circle_and_take_no_more_room(void **state)
{
	struct log log = { 0 };
	struct outbreak *outbreak = outbreak_new(64, linked, &log);
	uint64_t parents[1024] = { 0 }, seed = 11;

	(void)state;
	for (unsigned i = 0; i < 4000; i++) {
		struct seen seen = { .port = 445 };
		struct incident incident;

		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
		seen.host = 1 + (unsigned)(seed >> 33) % 200;
		seen.attack_s = (unsigned)(seed >> 41) % 500;
		seen.state = seed >> 50 & 1 ? C : S;
		seen.visited_by = 1 + (unsigned)(seed >> 20) % 200;
		seen.visit_s = (unsigned)(seed >> 12) % 500;
		incident = incident_of(&seen);
		log.links = 0;
		log.text[0] = '\0';
		outbreak_see(outbreak, &incident);
		if (log.links == 0)
			continue;
		parents[log.last.incident] = log.last.parent;
		for (uint64_t at = log.last.incident, steps = 0; at; at = parents[at])
			assert_true(++steps < 300);
	}
	assert_int_equal(outbreak_counts(outbreak).hosts, 64);
	assert_true(outbreak_counts(outbreak).refused > 0);
	outbreak_free(outbreak);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_parent_is_who_could_have_done_it),
		cmocka_unit_test(only_a_worms_statement_tells_when_it_began),
		cmocka_unit_test(a_link_tells_port_times_and_patient_zero),
		cmocka_unit_test(who_is_suspected_of_something_else_is_in_no_outbreak),
		cmocka_unit_test(a_suspect_who_infected_nobody_makes_room_for_another),
		cmocka_unit_test(a_suspect_who_infected_somebody_makes_no_room),
		cmocka_unit_test(hostile_claims_make_no_circle_and_take_no_more_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
