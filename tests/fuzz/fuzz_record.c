/* SPDX-License-Identifier: Apache-2.0 */
/* What a sensor that was taken over may send: any message.  It is tried as it is, and, so that a fuzzer need not find version
 * and length, with a true head for each type.  What is accepted goes through everything in the controller that reads records,
 * and is the same when written again. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/json.h"
#include "core/daemon/outlook.h"
#include "core/daemon/sensor.h"
#include "core/feed/record.h"
#include "core/feed/wire.h"
#include "core/incident/book.h"
#include "core/incident/incident.h"
#include "core/isolation/fact.h"
#include "core/safety/guard.h"

#define NOW_NS UINT64_C(1800000000000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void render(const struct fact *fact)
{
	struct json *json = fact_to_json(fact, sensor_detector_name);

	require(json != NULL);
	json_free(json);
}

static void told(void *arg, const struct incident *incident, enum book_change change)
{
	struct fact fact = { .type = FACT_INCIDENT,
			     .wall_ns = NOW_NS,
			     .host = incident->host,
			     .mac = incident->mac,
			     .incident = incident };

	(void)arg;
	(void)change;
	render(&fact);
}

static void judge(const struct evidence *evidence)
{
	struct book_config config = { .incidents_max = 16 };
	struct book *book = book_new(&config, told, NULL);

	book_hosts(book, 10);
	book_add(book, evidence, NOW_NS);
	require(book_counts(book).malformed == 0);
	book_add(book, evidence, NOW_NS + 1);
	book_advance(book, NOW_NS + 2);
	book_free(book);
}

static void take(struct record *record)
{
	struct fact fact = { .type = FACT_COVERAGE,
			     .wall_ns = record->wall_ns,
			     .coverage = &record->coverage };
	struct outlook *outlook = outlook_new();
	struct buf text;

	buf_init(&text, 65536);
	outlook_take(outlook, record);
	outlook_describe(outlook, &text);
	outlook_hosts(outlook, &text);
	outlook_role_of(outlook, &record->heard);
	if (record->type == RECORD_COVERAGE)
		render(&fact);
	fact.type = FACT_STATS;
	fact.stats = &record->sensor;
	if (record->type == RECORD_SENSOR)
		render(&fact);
	fact.type = FACT_ROLE;
	fact.role = &record->standing;
	if (record->type == RECORD_STANDING)
		render(&fact);
	if (record->type == RECORD_EVIDENCE)
		judge(&record->evidence);
	buf_fini(&text);
	outlook_free(outlook);
}

static void try(const uint8_t *bytes, size_t length, enum wire_way way)
{
	uint8_t again[WIRE_MAX_BYTES];
	struct record record;

	if (wire_read(bytes, length, way, &record) != WIRE_FINE)
		return;
	require(wire_write(&record, again) == length && memcmp(again, bytes, length) == 0);
	wire_not_later(&record, NOW_NS);
	require(record.wall_ns <= NOW_NS);
	if (way == WIRE_TO_CONTROLLER)
		take(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try(data, size, WIRE_TO_CONTROLLER);
	try(data, size, WIRE_TO_SENSOR);
	for (uint8_t type = 1; type < RECORD_TYPES; type++) {
		struct record record = { .type = type };
		uint8_t bytes[WIRE_MAX_BYTES];
		size_t length, head = 24;

		if (type > RECORD_PULSE && type < RECORD_FORGET)
			continue;
		length = wire_write(&record, bytes);
		memcpy(bytes + head, data, size < length - head ? size : length - head);
		try(bytes, length, type < RECORD_FORGET ? WIRE_TO_CONTROLLER : WIRE_TO_SENSOR);
	}
	return 0;
}
