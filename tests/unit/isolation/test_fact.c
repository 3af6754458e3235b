/* SPDX-License-Identifier: Apache-2.0 */
#include "core/isolation/fact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/json.h"
#include "core/base/units.h"
#include "core/contact/contact.h"

#define T0 (s_to_ns(1700000000) + us_to_ns(123456))

static const char *detector_name(unsigned id)
{
	return id == DETECTOR_ARPSWEEP ? "arpsweep" : "trw";
}

static struct ip ip(const char *text)
{
	struct ip value;

	assert_true(ip_parse(text, &value));
	return value;
}

static struct fact fact_of(unsigned type, const char *host, unsigned vlan)
{
	struct ip address = ip(host);

	return (struct fact){ .type = (uint8_t)type,
			      .wall_ns = T0,
			      .host = host_key_of(&address, (uint16_t)vlan),
			      .mac = { { 2, 0xc0, 0x4d, 0, 0, 0x17 } } };
}

static void expect(const struct fact *fact, const char *line)
{
	struct json *object = fact_to_json(fact, detector_name);
	struct buf out;

	buf_init(&out, 8192);
	json_write(object, &out);
	assert_string_equal(out.text, line);
	buf_fini(&out);
	json_free(object);
}

static struct evidence evidence(unsigned detector, unsigned port_class, unsigned contact_kind,
				const char *target)
{
	struct evidence item = {
		.detector = (uint8_t)detector,
		.port_class = (uint8_t)port_class,
		.contact_kind = (uint8_t)contact_kind,
		.log_odds = 14.2034,
		.contacts = 5,
		.failed = 5,
		.first_contact_ns = T0 - ms_to_ns(400),
		.last_contact_ns = T0,
		.stated_ns = T0,
		.sample_count = 1,
	};

	item.samples[0] = (struct evidence_sample){ .dst = ip(target),
						    .opened_ns = T0 - ms_to_ns(400),
						    .contact_kind = (uint8_t)contact_kind,
						    .outcome = CONTACT_OUTSTANDING,
						    .flags = CONTACT_DARK };
	return item;
}

static struct incident incident_of(const struct evidence *item)
{
	struct incident incident = { .id = 3,
				     .state = INCIDENT_CONVICTED,
				     .kind = EVIDENCE_WORM,
				     .evidence_count = 1,
				     .log_odds = item->log_odds,
				     .contacts = 5,
				     .first_contact_ns = item->first_contact_ns,
				     .convicted_ns = T0 };

	incident.evidence[0] = *item;
	return incident;
}

static void an_arp_sweep_has_no_flow(void **state)
{
	struct evidence item =
		evidence(DETECTOR_ARPSWEEP, CLASS_NEIGHBOR, CONTACT_ARP, "10.20.0.31");
	struct incident incident = incident_of(&item);
	struct fact fact = fact_of(FACT_INCIDENT, "10.20.0.23", 20);

	(void)state;
	fact.incident = &incident;
	expect(&fact,
	       "{\"timestamp\":\"2023-11-14T22:13:20.123456+0000\",\"event_type\":\"incident\",\"src_ip\":\"10.20.0.23\","
	       "\"src_mac\":\"02:c0:4d:00:00:17\",\"vlan\":20,\"incident\":{\"id\":3,\"state\":\"convicted\",\"kind\":\"worm\","
	       "\"detectors\":[\"arpsweep\"],\"log_odds\":14.203,\"confidence\":0.999999,\"contacts\":5,\"failed\":5,"
	       "\"coverage\":\"full\",\"first_contact_at\":\"2023-11-14T22:13:19.723456+0000\",\"convicted_at\":\"2023-11-14T22:13:20.123456+0000\","
	       "\"proto\":\"arp\",\"summary\":\"asked ARP for 5 addresses nobody owns in 0.4 s\",\"samples\":[{"
	       "\"dest_ip\":\"10.20.0.31\",\"proto\":\"arp\",\"outcome\":\"outstanding\","
	       "\"at\":\"2023-11-14T22:13:19.723456+0000\"}]}}");
}

static void a_tcp_sweep_names_its_first_flow(void **state)
{
	struct evidence item =
		evidence(DETECTOR_TRW, CLASS_WORM_PORT, CONTACT_TCP, "66.35.250.204");
	struct incident incident;
	struct fact fact = fact_of(FACT_INCIDENT, "128.232.110.120", 0);

	(void)state;
	item.port = 80;
	item.samples[0].src_port = 34855;
	item.samples[0].dst_port = 80;
	item.samples[0].outcome = CONTACT_REFUSED;
	item.samples[0].flags = 0;
	incident = incident_of(&item);
	incident.host = fact.host;
	incident.state = INCIDENT_SUSPECTED;
	incident.convicted_ns = 0;
	incident.doubt = DOUBT_CROWD;
	incident.evidence_count = 2;
	incident.evidence[1] = item;
	incident.evidence[1].detector = DETECTOR_ARPSWEEP;
	incident.evidence[0].coverage = COVERAGE_NO_ANSWERS;
	incident.evidence[1].coverage = COVERAGE_LOSSY;
	incident.evidence[1].failed = 4;
	memset(&fact.mac, 0, sizeof(fact.mac));
	fact.incident = &incident;
	/* The community_id is the specification's own example (seed 0). */
	expect(&fact,
	       "{\"timestamp\":\"2023-11-14T22:13:20.123456+0000\",\"event_type\":\"incident\",\"src_ip\":\"128.232.110.120\","
	       "\"dest_ip\":\"66.35.250.204\",\"dest_port\":80,\"proto\":\"TCP\",\"src_port\":34855,"
	       "\"community_id\":\"1:LQU9qZlK+B5F3KDmev6m5PMibrg=\",\"incident\":{\"id\":3,\"state\":\"suspected\","
	       "\"kind\":\"worm\",\"detectors\":[\"trw\",\"arpsweep\"],\"log_odds\":14.203,\"confidence\":0.999999,"
	       "\"contacts\":5,\"failed\":5,\"coverage\":\"one-sided,lossy\",\"doubt\":\"many hosts began the same at the same "
	       "time and nobody infected them: forged names, or an outage\",\"first_contact_at\":\"2023-11-14T22:13:19.723456+0000\",\"port\":80,"
	       "\"proto\":\"tcp\",\"summary\":\"tried TCP port 80 of 5 hosts in 0.4 s, 5 failed\",\"samples\":[{"
	       "\"dest_ip\":\"66.35.250.204\",\"dest_port\":80,\"proto\":\"tcp\",\"outcome\":\"refused\","
	       "\"at\":\"2023-11-14T22:13:19.723456+0000\"}]}}");
}

static void expect_within(const struct fact *fact, const char *name, const char *part)
{
	struct json *object = fact_to_json(fact, detector_name);
	struct buf out;

	buf_init(&out, 8192);
	json_write(object, &out);
	if (!strstr(out.text, part))
		fail_msg("%s: %s", name, out.text);
	buf_fini(&out);
	json_free(object);
}

/* A ping has no ports: its flow is told by the message's type. */
static void a_flow_without_ports_has_its_number_too(void **state)
{
	static const struct {
		const char *name, *src, *dst, *part;
	} cases[] = {
		{ "ICMP", "192.168.0.89", "192.168.0.1",
		  "\"community_id\":\"1:X0snYXpgwiv9TZtqg64sgzUn6Dk=\"" },
		{ "ICMPv6", "3ffe:507:0:1:260:97ff:fe07:69ea", "3ffe:507:0:1:200:86ff:fe05:80da",
		  "\"community_id\":\"1:SO2grawmbz/AWVMoyg47wzmTp98=\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evidence item =
			evidence(DETECTOR_TRW, CLASS_ICMP, CONTACT_ICMP, cases[i].dst);
		struct incident incident = incident_of(&item);
		struct fact fact = fact_of(FACT_INCIDENT, cases[i].src, 0);

		incident.host = fact.host;
		fact.incident = &incident;
		expect_within(&fact, cases[i].name, cases[i].part);
	}
}

static void each_detector_is_named_once(void **state)
{
	static const struct {
		const char *name;
		unsigned detectors[4], count;
		const char *part;
	} cases[] = {
		{ "one", { DETECTOR_TRW }, 1, "\"detectors\":[\"trw\"]" },
		{ "one in two classes",
		  { DETECTOR_TRW, DETECTOR_TRW },
		  2,
		  "\"detectors\":[\"trw\"]" },
		{ "another in between",
		  { DETECTOR_TRW, DETECTOR_ARPSWEEP, DETECTOR_TRW },
		  3,
		  "\"detectors\":[\"trw\",\"arpsweep\"]" },
		{ "each twice",
		  { DETECTOR_ARPSWEEP, DETECTOR_ARPSWEEP, DETECTOR_TRW, DETECTOR_TRW },
		  4,
		  "\"detectors\":[\"arpsweep\",\"trw\"]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evidence item =
			evidence(DETECTOR_TRW, CLASS_WORM_PORT, CONTACT_TCP, "10.20.0.31");
		struct incident incident = incident_of(&item);
		struct fact fact = fact_of(FACT_INCIDENT, "10.20.0.23", 0);

		incident.evidence_count = (uint8_t)cases[i].count;
		for (unsigned k = 0; k < cases[i].count; k++) {
			incident.evidence[k] = item;
			incident.evidence[k].detector = (uint8_t)cases[i].detectors[k];
		}
		fact.incident = &incident;
		expect_within(&fact, cases[i].name, cases[i].part);
	}
}

static void an_infection_names_parent_port_and_patient_zero(void **state)
{
	struct outbreak_link link = { .incident = 3,
				      .parent = 2,
				      .patient_zero = 1,
				      .contact_ns = T0 - s_to_ns(3),
				      .attack_ns = T0 - s_to_ns(1),
				      .port = 445,
				      .why = OUTBREAK_CALLED_BACK,
				      .generation = 2 };
	struct fact fact = fact_of(FACT_INFECTION, "10.20.0.31", 20);

	(void)state;
	assert_true(ip_parse("10.20.0.23", &link.parent_host.ip));
	assert_true(ip_parse("10.20.0.99", &link.patient_zero_host.ip));
	fact.infection = &link;
	expect(&fact,
	       "{\"timestamp\":\"2023-11-14T22:13:20.123456+0000\",\"event_type\":\"infection\",\"src_ip\":\"10.20.0.31\","
	       "\"src_mac\":\"02:c0:4d:00:00:17\",\"vlan\":20,\"infection\":{\"incident\":3,\"parent\":2,"
	       "\"parent_ip\":\"10.20.0.23\",\"port\":445,\"contact_at\":\"2023-11-14T22:13:17.123456+0000\","
	       "\"attack_at\":\"2023-11-14T22:13:19.123456+0000\",\"why\":\"called_back\",\"generation\":2,"
	       "\"patient_zero\":1,\"patient_zero_ip\":\"10.20.0.99\"}}");
}

static void a_network_fault_is_nobodys(void **state)
{
	struct fault_state told = { .broken = true, .hosts = 31, .live = 120, .since_ns = T0 };
	struct fact fact = fact_of(FACT_NETWORK, "10.20.0.31", 20);

	(void)state;
	fact.network = &told;
	expect(&fact,
	       "{\"timestamp\":\"2023-11-14T22:13:20.123456+0000\",\"event_type\":\"network\",\"network\":{"
	       "\"state\":\"fault\",\"hosts\":31,\"of\":120,\"scoring\":\"pauses for them\",\"since\":\"2023-11-14T22:13:20.123456+0000\"}}");
}

static void a_sensor_that_was_gone_tells_from_when_to_when(void **state)
{
	struct fact_sensor told = { .state = SENSOR_BACK,
				    .why = "the sensor was ended by signal 9",
				    .since_ns = T0,
				    .until_ns = T0 + s_to_ns(2),
				    .resumes_ns = T0 + s_to_ns(62) };
	struct fact fact = fact_of(FACT_SENSOR, "10.20.0.31", 20);

	(void)state;
	fact.sensor = &told;
	expect(&fact,
	       "{\"timestamp\":\"2023-11-14T22:13:20.123456+0000\",\"event_type\":\"sensor\",\"sensor\":{"
	       "\"state\":\"back\",\"why\":\"the sensor was ended by signal 9\","
	       "\"blind_from\":\"2023-11-14T22:13:20.123456+0000\","
	       "\"blind_to\":\"2023-11-14T22:13:22.123456+0000\","
	       "\"automation_resumes_at\":\"2023-11-14T22:14:22.123456+0000\"}}");
}

static void a_decision_tells_rule_asset_and_refusal(void **state)
{
	struct fact_decision told = {
		.incident = 3,
		.confidence = 0.9999991,
		.log_odds = 14.2,
		.asset = "pc-23",
		.role = "workstation",
		.refused = "it was seen to be a router",
		.decision = { .verdict = VERDICT_ISOLATE,
			      .witness = WITNESS_AFTER,
			      .rule = 1,
			      .rule_name = "worm on a workstation",
			      .channel = "repair",
			      .hold_ns = s_to_ns(14400) },
	};
	struct fact fact = fact_of(FACT_DECISION, "10.20.0.23", 0);

	(void)state;
	fact.decision = &told;
	expect(&fact,
	       "{\"timestamp\":\"2023-11-14T22:13:20.123456+0000\",\"event_type\":\"decision\",\"src_ip\":\"10.20.0.23\","
	       "\"src_mac\":\"02:c0:4d:00:00:17\",\"decision\":{\"incident\":3,\"verdict\":\"isolate\",\"rule\":1,"
	       "\"rule_name\":\"worm on a workstation\",\"channel\":\"repair\",\"hold_s\":14400,\"witness\":\"after\","
	       "\"asset\":\"pc-23\",\"role\":\"workstation\",\"confidence\":0.999999,\"log_odds\":14.2,"
	       "\"refused\":\"it was seen to be a router\",\"dry_run\":false}}");
}

static void a_decision_to_watch_a_stranger_is_short(void **state)
{
	struct fact_decision told = { .incident = 4,
				      .confidence = 0.5,
				      .asset = "",
				      .role = "unknown",
				      .dry_run = true,
				      .decision = { .verdict = VERDICT_WATCH } };
	struct fact fact = fact_of(FACT_DECISION, "2001:db8::9", 0);

	(void)state;
	memset(&fact.mac, 0, sizeof(fact.mac));
	fact.decision = &told;
	expect(&fact,
	       "{\"timestamp\":\"2023-11-14T22:13:20.123456+0000\",\"event_type\":\"decision\",\"src_ip\":\"2001:db8::9\","
	       "\"decision\":{\"incident\":4,\"verdict\":\"watch\",\"role\":\"unknown\",\"confidence\":0.5,\"log_odds\":0.0,"
	       "\"dry_run\":true}}");
}

static void an_isolation_tells_what_was_done_and_what_is_true(void **state)
{
	struct fact_isolation told = {
		.enforcer = "amt",
		.device = "AMT 12.0.67 at 127.0.1.23:16992",
		.did = "enabled policy crd-repair-1a2b3c on Ethernet port 0",
		.writes = 1,
		.reads = 1,
		.isolation = { .id = 2,
			       .incident = 3,
			       .asset = "pc-23",
			       .state = ISOLATION_PROVEN,
			       .attempts = 1,
			       .decision = { .channel = "repair" },
			       .asked_ns = T0,
			       .applied_ns = T0 + s_to_ns(1),
			       .proven_ns = T0 + s_to_ns(3),
			       .hold_until_ns = T0 + s_to_ns(14401),
			       .dropped_transmit = 812,
			       .approved_by = "anna, bert" },
	};
	struct fact fact = fact_of(FACT_ISOLATION, "10.20.0.23", 0);

	(void)state;
	fact.isolation = &told;
	expect(&fact,
	       "{\"timestamp\":\"2023-11-14T22:13:20.123456+0000\",\"event_type\":\"isolation\",\"src_ip\":\"10.20.0.23\","
	       "\"src_mac\":\"02:c0:4d:00:00:17\",\"isolation\":{\"id\":2,\"incident\":3,\"asset\":\"pc-23\",\"state\":\"proven\","
	       "\"truth\":\"proven\",\"channel\":\"repair\",\"enforcer\":\"amt\",\"device\":\"AMT 12.0.67 at 127.0.1.23:16992\","
	       "\"did\":\"enabled policy crd-repair-1a2b3c on Ethernet port 0\",\"writes\":1,\"reads\":1,"
	       "\"dropped_transmit\":812,\"dropped_receive\":0,\"attempts\":1,\"asked_at\":\"2023-11-14T22:13:20.123456+0000\","
	       "\"applied_at\":\"2023-11-14T22:13:21.123456+0000\",\"proven_at\":\"2023-11-14T22:13:23.123456+0000\","
	       "\"hold_until\":\"2023-11-15T02:13:21.123456+0000\",\"approved_by\":\"anna, bert\"}}");
}

static void a_dry_run_says_that_it_is_one(void **state)
{
	struct fact_isolation told = {
		.enforcer = "dry-run",
		.dry_run = true,
		.isolation = { .id = 1, .incident = 3, .state = ISOLATION_QUEUED, .reason = "why" }
	};
	struct fact fact = fact_of(FACT_ISOLATION, "10.20.0.23", 0);

	(void)state;
	fact.isolation = &told;
	expect(&fact,
	       "{\"timestamp\":\"2023-11-14T22:13:20.123456+0000\",\"event_type\":\"isolation\",\"src_ip\":\"10.20.0.23\","
	       "\"src_mac\":\"02:c0:4d:00:00:17\",\"isolation\":{\"id\":1,\"incident\":3,\"state\":\"queued\","
	       "\"truth\":\"requested\",\"enforcer\":\"dry-run\",\"dry_run\":true,\"attempts\":0,\"reason\":\"why\"}}");
}

static void statistics_are_about_nobody(void **state)
{
	struct record_sensor stats = { .packets = 10,
				       .bytes = 900,
				       .undecoded = 1,
				       .dropped = 2,
				       .contacts = 3,
				       .accepted = 4,
				       .refused = 5,
				       .ignored = 6,
				       .hosts = 7,
				       .hosts_evicted = 8,
				       .contacts_evicted = 9,
				       .suspects_evicted = 10,
				       .gaps = 11,
				       .first_packet_ns = T0 };
	struct fact fact = { .type = FACT_STATS, .wall_ns = T0, .stats = &stats };

	(void)state;
	expect(&fact,
	       "{\"timestamp\":\"2023-11-14T22:13:20.123456+0000\",\"event_type\":\"stats\",\"stats\":{\"packets\":10,\"bytes\":900,"
	       "\"undecoded\":1,\"dropped\":2,\"contacts\":3,\"accepted\":4,\"refused\":5,\"ignored\":6,\"hosts\":7,"
	       "\"hosts_evicted\":8,\"contacts_evicted\":9,\"unrouted\":0,\"suspects_evicted\":10,\"borrowed\":0,"
	       "\"time_steps_back\":0,\"observations\":0,\"streams\":0,\"streams_given_up\":0,\"gaps\":11,\"memories\":0,"
	       "\"memories_given_up\":0,\"suspects_given_up\":0,\"records_lost\":0,\"first_packet_at\":\"2023-11-14T22:13:20.123456+0000\"}}");
}

static void coverage_tells_what_is_missing_and_what_to_do(void **state)
{
	struct record_coverage coverage = {
		.view = { .vlan = 12,
			  .faults = COVERAGE_LOSSY,
			  .missed_percent = 9,
			  .packets = 640,
			  .answers_seen = 91,
			  .answers_missed = 9 },
	};
	struct fact fact = { .type = FACT_COVERAGE, .wall_ns = T0, .coverage = &coverage };

	(void)state;
	expect(&fact,
	       "{\"timestamp\":\"2023-11-14T22:13:20.123456+0000\",\"event_type\":\"coverage\",\"coverage\":{\"vlan\":12,"
	       "\"coverage\":\"lossy\",\"before\":\"full\",\"missed_percent\":9,\"packets\":640,\"answers_seen\":91,"
	       "\"answers_missed\":9,\"questions_missed\":0,\"neighbors_asked\":0,\"neighbors_answered\":0,"
	       "\"neighbors_missed\":0,\"text\":\"VLAN 12: about 9% of the answers are lost on their way to the sensor: some "
	       "failures may be none; the mirror port is overloaded or the capture has gaps\"}}");
}

static void a_repair_tells_who_why_and_what_became_of_it(void **state)
{
	struct repair repair = { .id = 7,
				 .asset = "pc-23",
				 .wish = { REMEDY_RESET, REMEDY_BOOT_NETWORK, 0 },
				 .state = REPAIR_DONE,
				 .power = REMEDY_IS_ON,
				 .isolation = 3,
				 .asked_ns = T0,
				 .ended_ns = T0,
				 .asked_by = "anna",
				 .why = "it hangs",
				 .said = "ordered: reset",
				 .device = "AMT 12 at x" };
	struct fact fact = fact_of(FACT_REPAIR, "10.20.0.23", 0);

	(void)state;
	fact.repair = &repair;
	expect(&fact,
	       "{\"timestamp\":\"2023-11-14T22:13:20.123456+0000\",\"event_type\":\"repair\",\"src_ip\":\"10.20.0.23\","
	       "\"src_mac\":\"02:c0:4d:00:00:17\",\"repair\":{\"id\":7,\"asset\":\"pc-23\",\"act\":\"reset\","
	       "\"boot\":\"network\",\"state\":\"done\",\"power\":\"on\",\"isolation\":3,\"asked_by\":\"anna\","
	       "\"why\":\"it hangs\",\"said\":\"ordered: reset\",\"device\":\"AMT 12 at x\","
	       "\"asked_at\":\"2023-11-14T22:13:20.123456+0000\",\"ended_at\":\"2023-11-14T22:13:20.123456+0000\"}}");
	repair = (struct repair){ .asset = "pc-23",
				  .wish = { .act = REMEDY_OFF },
				  .state = REPAIR_REFUSED,
				  .direct = true,
				  .said = "no" };
	expect(&fact,
	       "{\"timestamp\":\"2023-11-14T22:13:20.123456+0000\",\"event_type\":\"repair\",\"src_ip\":\"10.20.0.23\","
	       "\"src_mac\":\"02:c0:4d:00:00:17\",\"repair\":{\"asset\":\"pc-23\",\"act\":\"off\","
	       "\"state\":\"refused\",\"direct\":true,\"refused\":\"no\"}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arp_sweep_has_no_flow),
		cmocka_unit_test(a_tcp_sweep_names_its_first_flow),
		cmocka_unit_test(a_flow_without_ports_has_its_number_too),
		cmocka_unit_test(each_detector_is_named_once),
		cmocka_unit_test(an_infection_names_parent_port_and_patient_zero),
		cmocka_unit_test(a_network_fault_is_nobodys),
		cmocka_unit_test(a_sensor_that_was_gone_tells_from_when_to_when),
		cmocka_unit_test(a_decision_tells_rule_asset_and_refusal),
		cmocka_unit_test(a_decision_to_watch_a_stranger_is_short),
		cmocka_unit_test(an_isolation_tells_what_was_done_and_what_is_true),
		cmocka_unit_test(a_dry_run_says_that_it_is_one),
		cmocka_unit_test(a_repair_tells_who_why_and_what_became_of_it),
		cmocka_unit_test(statistics_are_about_nobody),
		cmocka_unit_test(coverage_tells_what_is_missing_and_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
