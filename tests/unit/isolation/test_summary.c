/* SPDX-License-Identifier: Apache-2.0 */
#include "core/isolation/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/incident/incident.h"

struct given {
	unsigned contact_kind, port, contacts, failed, span_ms, samples, dark, in_row, bare;
};

static struct evidence make(const struct given *given)
{
	struct evidence evidence = {
		.contact_kind = (uint8_t)given->contact_kind,
		.port = (uint16_t)given->port,
		.contacts = given->contacts,
		.failed = given->failed,
		.log_odds = 14.2,
		.first_contact_ns = s_to_ns(1700000000),
		.last_contact_ns = s_to_ns(1700000000) + ms_to_ns(given->span_ms),
		.sample_count = (uint8_t)given->samples,
	};

	for (unsigned i = 0; i < given->samples; i++)
		evidence.samples[i].flags =
			(uint8_t)((i < given->dark ? CONTACT_DARK : 0) |
				  (i >= given->samples - given->in_row ? CONTACT_SEQUENTIAL : 0) |
				  (i < given->bare ? CONTACT_BARE_SYN : 0));
	return evidence;
}

static const struct {
	struct given given;
	const char *text;
} cases[] = {
	{ { CONTACT_ARP, 0, 5, 5, 400, 5, 5, 4, 0 },
	  "asked ARP for 5 addresses nobody owns in 0.4 s, 4 of them in sequence" },
	{ { CONTACT_ARP, 0, 40, 40, 4000, 8, 8, 7, 0 },
	  "asked ARP for 40 addresses nobody owns in 4.0 s, 7 of the first 8 in sequence" },
	{ { CONTACT_ARP, 0, 6, 4, 900, 6, 4, 0, 0 },
	  "asked ARP for 6 addresses in 0.9 s, 4 of them without an answer" },
	{ { CONTACT_ARP, 0, 6, 6, 900, 6, 3, 1, 0 },
	  "asked ARP for 6 addresses that nobody answered for in 0.9 s" },
	{ { CONTACT_ND, 0, 1, 1, 0, 1, 1, 0, 0 },
	  "asked neighbour discovery for 1 address nobody owns" },
	{ { CONTACT_TCP, 445, 6, 6, 600, 6, 0, 0, 0 },
	  "tried TCP port 445 of 6 hosts in 0.6 s, 6 failed" },
	{ { CONTACT_TCP, 23, 6, 6, 7, 6, 0, 0, 6 },
	  "tried TCP port 23 of 6 hosts in 7 ms, 6 failed, with bare SYNs that no operating system sends" },
	{ { CONTACT_TCP, 139, 3, 3, 0, 3, 0, 0, 0 },
	  "tried TCP port 139 of 3 hosts in less than 1 ms, 3 failed" },
	{ { CONTACT_TCP, 0, 9, 8, 600000, 0, 0, 0, 0 },
	  "tried TCP on 9 hosts in 10 min, 8 failed" },
	{ { CONTACT_UDP, 1434, 1, 1, 0, 1, 0, 0, 0 }, "tried UDP port 1434 of 1 host, 1 failed" },
	{ { CONTACT_ICMP, 0, 12, 9, 1000, 8, 0, 0, 0 },
	  "pinged 12 hosts in 1.0 s, 9 did not answer" },
	{ { CONTACT_TCP, 445, 0, 0, 0, 0, 0, 0, 0 }, "gave 14.2 nats of evidence for worm" },
};

static void summary_alone(const struct evidence *evidence, char text[SUMMARY_BYTES])
{
	struct incident incident = { .evidence_count = 1, .evidence = { *evidence } };

	summary_of_incident(&incident, text);
}

static void the_numbers_are_told_in_one_sentence(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct evidence evidence = make(&cases[c].given);
		char text[SUMMARY_BYTES];

		summary_alone(&evidence, text);
		assert_string_equal(text, cases[c].text);
	}
}

static void another_class_of_contacts_is_told_too(void **state)
{
	struct incident incident = { .evidence_count = 3 };
	char text[SUMMARY_BYTES];

	(void)state;
	incident.evidence[0] = make(&cases[0].given);
	incident.evidence[1] = make(&cases[3].given);
	incident.evidence[2] = make(&cases[5].given);
	incident.evidence[2].port_class = CLASS_WORM_PORT;
	summary_of_incident(&incident, text);
	assert_string_equal(
		text, "asked ARP for 5 addresses nobody owns in 0.4 s, 4 of them in sequence; "
		      "also tried TCP port 445 of 6 hosts in 0.6 s, 6 failed");
}

static void what_rounds_to_nothing_is_not_told(void **state)
{
	struct incident incident = { .evidence_count = 2 };
	char text[SUMMARY_BYTES];

	(void)state;
	incident.evidence[0] = make(&cases[5].given);
	incident.evidence[0].port_class = CLASS_WORM_PORT;
	incident.evidence[1] = make(&cases[0].given);
	incident.evidence[1].log_odds = 0.04F;
	summary_of_incident(&incident, text);
	assert_string_equal(text, "tried TCP port 445 of 6 hosts in 0.6 s, 6 failed");
}

static void without_evidence_there_is_nothing_to_tell(void **state)
{
	struct incident incident = { 0 };
	char text[SUMMARY_BYTES] = "x";

	(void)state;
	summary_of_incident(&incident, text);
	assert_string_equal(text, "");
}

static void what_is_no_failing_contact_has_words_of_its_own(void **state)
{
	static const struct {
		unsigned kind, port_class;
		const char *text;
	} others[] = {
		{ EVIDENCE_WORM, CLASS_NAME,
		  "looked up 3 names that only malware makes up or that do not exist" },
		{ EVIDENCE_WORM, CLASS_CONTENT,
		  "sent 3 messages to port 445 that no ordinary client sends" },
		{ EVIDENCE_BRUTE_FORCE, CLASS_CONTENT, "tried to log on 3 times, at port 445" },
		{ EVIDENCE_SPAM, CLASS_SPREAD, "spoke SMTP to 3 mail servers" },
		{ EVIDENCE_RECONNAISSANCE, CLASS_WORM_PORT, "tried 3 ports of one host" },
		{ EVIDENCE_SPOOFING, CLASS_IDENTITY,
		  "forged traffic in the name of 3 addresses from MAC 00:00:00:00:00:00" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct evidence item = { .kind = (uint8_t)others[i].kind,
					 .port_class = (uint8_t)others[i].port_class,
					 .contact_kind = CONTACT_TCP,
					 .port = 445,
					 .contacts = 3,
					 .failed = 3,
					 .log_odds = 9 };
		char text[SUMMARY_BYTES];

		summary_alone(&item, text);
		assert_ptr_equal(strstr(text, others[i].text), text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_failing_contact_has_words_of_its_own),
		cmocka_unit_test(the_numbers_are_told_in_one_sentence),
		cmocka_unit_test(another_class_of_contacts_is_told_too),
		cmocka_unit_test(what_rounds_to_nothing_is_not_told),
		cmocka_unit_test(without_evidence_there_is_nothing_to_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
