/* SPDX-License-Identifier: Apache-2.0 */
/* test_wire.c - what was written is read again; whatever else arrives is refused, and for the right reason. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/feed/record.h"
#include "core/feed/wire.h"

#define NOW_NS UINT64_C(1800000000000000000)

static const struct host_key somebody = {
	.ip = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3 } }, .vlan = 20
};

static struct record evidence(void)
{
	struct record record = {
		.type = RECORD_EVIDENCE,
		.wall_ns = NOW_NS,
		.hosts = 7,
		.evidence = { .host = somebody,
			      .detector = DETECTOR_TRW,
			      .kind = EVIDENCE_WORM,
			      .port_class = CLASS_WORM_PORT,
			      .sample_count = 2,
			      .visit_count = 1,
			      .port = 445,
			      .log_odds = 14.5,
			      .contacts = 5,
			      .failed = 5,
			      .stated_ns = NOW_NS,
			      .samples = { { .contact_kind = CONTACT_TCP,
					     .outcome = CONTACT_REFUSED } } },
	};

	return record;
}

static struct record of_type(unsigned type)
{
	struct record record = { .type = (uint8_t)type, .wall_ns = NOW_NS, .hosts = 3 };

	switch (type) {
	case RECORD_EVIDENCE:
		return evidence();
	case RECORD_ROLE:
		record.role = (struct record_role){ .host = somebody, .role = HOST_DISPUTED };
		break;
	case RECORD_STANDING:
		record.standing.host = somebody;
		record.standing.role = HOST_ROUTER;
		record.standing.witnesses = 200;
		break;
	case RECORD_COVERAGE:
		record.coverage.view.vlan = 20;
		record.coverage.view.faults = COVERAGE_LOSSY;
		break;
	case RECORD_HEARD:
	case RECORD_FORGET:
		record.heard = somebody;
		break;
	case RECORD_PULSE:
		record.pulse = (struct record_pulse){ 1000, 10, 1 };
		break;
	default:
		break;
	}
	return record;
}

static enum wire_way way_of(unsigned type)
{
	return type < RECORD_FORGET ? WIRE_TO_CONTROLLER : WIRE_TO_SENSOR;
}

static void every_type_is_read_as_it_was_written_and_in_its_direction_only(void **state)
{
	static const unsigned types[] = { RECORD_EVIDENCE, RECORD_ROLE,     RECORD_SENSOR,
					  RECORD_HEARD,    RECORD_STANDING, RECORD_COVERAGE,
					  RECORD_PULSE,    RECORD_COUNTS,   RECORD_FORGET,
					  RECORD_REPEAT };

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct record sent = of_type(types[i]), got;
		uint8_t bytes[WIRE_MAX_BYTES];
		size_t length = wire_write(&sent, bytes);
		enum wire_way way = way_of(types[i]);

		assert_int_equal(wire_read(bytes, length, way, &got), WIRE_FINE);
		assert_int_equal(got.type, sent.type);
		assert_int_equal(got.wall_ns, sent.wall_ns);
		assert_int_equal(got.hosts, sent.hosts);
		assert_memory_equal(&got.evidence, &sent.evidence, length - 24);
		assert_int_equal(wire_read(bytes, length, !way, &got), WIRE_UNKNOWN);
		for (size_t cut = 0; cut < length; cut++)
			assert_int_equal(wire_read(bytes, cut, way, &got), WIRE_TORN);
		assert_int_equal(wire_read(bytes, length + 1, way, &got), WIRE_TORN);
	}
}

static void a_head_that_lies_is_refused(void **state)
{
	struct record sent = evidence(), got;
	uint8_t bytes[WIRE_MAX_BYTES] = { 0 };
	size_t length = wire_write(&sent, bytes);
	uint32_t longer = (uint32_t)length + 8;

	(void)state;
	memcpy(bytes + 4, &longer, sizeof(longer));
	assert_int_equal(wire_read(bytes, longer, WIRE_TO_CONTROLLER, &got), WIRE_LENGTH);
	wire_write(&sent, bytes);
	bytes[0]++;
	assert_int_equal(wire_read(bytes, length, WIRE_TO_CONTROLLER, &got), WIRE_FOREIGN);
	wire_write(&sent, bytes);
	bytes[2] = 0;
	assert_int_equal(wire_read(bytes, length, WIRE_TO_CONTROLLER, &got), WIRE_UNKNOWN);
	bytes[3] = 0xff;
	assert_int_equal(wire_read(bytes, length, WIRE_TO_CONTROLLER, &got), WIRE_UNKNOWN);
	wire_write(&sent, bytes);
	bytes[20] = 1;
	assert_int_equal(wire_read(bytes, length, WIRE_TO_CONTROLLER, &got), WIRE_RANGE);
}

#define FIELD(member) offsetof(struct record, member), sizeof(((struct record *)0)->member)

static void a_number_out_of_its_range_is_refused(void **state)
{
	static const struct {
		unsigned type;
		size_t offset, size;
		unsigned bad;
	} cases[] = {
		{ RECORD_EVIDENCE, FIELD(evidence.host.vlan), 4096 },
		{ RECORD_EVIDENCE, FIELD(evidence.host.zero[5]), 1 },
		{ RECORD_EVIDENCE, FIELD(evidence.detector), 0 },
		{ RECORD_EVIDENCE, FIELD(evidence.detector), DETECTOR_IDS_MAX },
		{ RECORD_EVIDENCE, FIELD(evidence.kind), EVIDENCE_KINDS },
		{ RECORD_EVIDENCE, FIELD(evidence.port_class), EVIDENCE_CLASSES },
		{ RECORD_EVIDENCE, FIELD(evidence.contact_kind), CONTACT_KINDS },
		{ RECORD_EVIDENCE, FIELD(evidence.coverage), 0x80 },
		{ RECORD_EVIDENCE, FIELD(evidence.doubt), EVIDENCE_DOUBTS },
		{ RECORD_EVIDENCE, FIELD(evidence.sample_count), EVIDENCE_SAMPLES + 1 },
		{ RECORD_EVIDENCE, FIELD(evidence.visit_count), EVIDENCE_VISITS + 1 },
		{ RECORD_EVIDENCE, FIELD(evidence.samples[1].contact_kind), CONTACT_KINDS },
		{ RECORD_EVIDENCE, FIELD(evidence.samples[0].outcome), CONTACT_OUTCOMES },
		{ RECORD_EVIDENCE, FIELD(evidence.visits[0].called_back), 2 },
		{ RECORD_EVIDENCE, FIELD(evidence.visits[0].zero[4]), 1 },
		{ RECORD_EVIDENCE, FIELD(evidence.zero[0]), 1 },
		{ RECORD_EVIDENCE, FIELD(evidence.zero_behind[4]), 1 },
		{ RECORD_STANDING, FIELD(standing.zero[0]), 1 },
		{ RECORD_COVERAGE, FIELD(coverage.view.zero[2]), 1 },
		{ RECORD_ROLE, FIELD(role.role), 0 },
		{ RECORD_ROLE, FIELD(role.role), HOST_ROUTER | HOST_DNS_SERVER },
		{ RECORD_ROLE, FIELD(role.role), HOST_ESTABLISHED },
		{ RECORD_ROLE, FIELD(role.host.vlan), 0xffff },
		{ RECORD_HEARD, FIELD(heard.zero[0]), 1 },
		{ RECORD_FORGET, FIELD(forget.vlan), 4096 },
		{ RECORD_STANDING, FIELD(standing.role), 0x8000 },
		{ RECORD_STANDING, FIELD(standing.kind), CONTACT_KINDS },
		{ RECORD_STANDING, FIELD(standing.established), 2 },
		{ RECORD_COVERAGE, FIELD(coverage.view.vlan), 4096 },
		{ RECORD_COVERAGE, FIELD(coverage.view.faults), 0x80 },
		{ RECORD_COVERAGE, FIELD(coverage.view.missed_percent), 101 },
		{ RECORD_COVERAGE, FIELD(coverage.view.dropped_percent), 101 },
		{ RECORD_COVERAGE, FIELD(coverage.before), 0x80 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record record = of_type(cases[i].type), got;
		uint8_t bytes[WIRE_MAX_BYTES];

		memcpy((uint8_t *)&record + cases[i].offset, &cases[i].bad, cases[i].size);
		assert_int_equal(wire_read(bytes, wire_write(&record, bytes), way_of(cases[i].type),
					   &got),
				 WIRE_RANGE);
	}
}

static void the_last_value_of_a_range_belongs_to_it(void **state)
{
	static const struct {
		uint8_t type;
		size_t offset, size;
		uint64_t last;
	} cases[] = {
		{ RECORD_COVERAGE, FIELD(coverage.view.vlan), 4095 },
		{ RECORD_COVERAGE, FIELD(coverage.view.missed_percent), 100 },
		{ RECORD_COVERAGE, FIELD(coverage.view.dropped_percent), 100 },
		{ RECORD_COVERAGE, FIELD(coverage.before), 2 * COVERAGE_TWICE - 1 },
		{ RECORD_COVERAGE, FIELD(coverage.view.faults), 2 * COVERAGE_TWICE - 1 },
		{ RECORD_STANDING, FIELD(standing.kind), CONTACT_KINDS - 1 },
		{ RECORD_FORGET, FIELD(forget.vlan), 4095 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record record = of_type(cases[i].type), got;
		uint8_t bytes[WIRE_MAX_BYTES];

		memcpy((uint8_t *)&record + cases[i].offset, &cases[i].last, cases[i].size);
		assert_int_equal(wire_read(bytes, wire_write(&record, bytes), way_of(cases[i].type),
					   &got),
				 WIRE_FINE);
	}
}

static void a_level_that_is_no_level_is_refused(void **state)
{
	const double bad[] = { NAN, INFINITY, -INFINITY, -0.001, 1e300 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct record record = evidence(), got;
		uint8_t bytes[WIRE_MAX_BYTES];

		record.evidence.log_odds = bad[i];
		assert_int_equal(wire_read(bytes, wire_write(&record, bytes), WIRE_TO_CONTROLLER,
					   &got),
				 WIRE_RANGE);
	}
}

static void nothing_lies_in_the_future(void **state)
{
	struct record record = evidence();

	(void)state;
	record.evidence.samples[1].opened_ns = UINT64_MAX;
	record.evidence.first_contact_ns = NOW_NS - 5;
	wire_not_later(&record, NOW_NS - 1);
	assert_int_equal(record.wall_ns, NOW_NS - 1);
	assert_int_equal(record.evidence.stated_ns, NOW_NS - 1);
	assert_int_equal(record.evidence.samples[1].opened_ns, NOW_NS - 1);
	assert_int_equal(record.evidence.first_contact_ns, NOW_NS - 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_read_as_it_was_written_and_in_its_direction_only),
		cmocka_unit_test(a_head_that_lies_is_refused),
		cmocka_unit_test(a_number_out_of_its_range_is_refused),
		cmocka_unit_test(the_last_value_of_a_range_belongs_to_it),
		cmocka_unit_test(a_level_that_is_no_level_is_refused),
		cmocka_unit_test(nothing_lies_in_the_future),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
