/* SPDX-License-Identifier: Apache-2.0 */
/* The ring grows with use: most of thousands of devices never have more than a few records. */
#include "tests/amtsim/eventlog.h"

#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/check.h"

#define FIRST_RECORDS 8
#define SOURCE_ASF    0x68
#define ENTITY_ME     0x26
#define UNSPECIFIED   0xFF

void eventlog_fini(struct eventlog *log)
{
	free(log->records);
	*log = (struct eventlog){ 0 };
}

static uint8_t *place(struct eventlog *log)
{
	if (log->total == log->room && log->room < EVENTLOG_RECORDS) {
		log->room = log->room ? log->room * 2 : FIRST_RECORDS;
		if (log->room > EVENTLOG_RECORDS)
			log->room = EVENTLOG_RECORDS;
		log->records = realloc(log->records, log->room * EVENTLOG_RECORD_BYTES);
		CHECK(log->records);
	}
	return log->records[log->total++ % EVENTLOG_RECORDS];
}

void eventlog_add(struct eventlog *log, const struct event_record *record, uint64_t wall_ns)
{
	uint32_t wall_s = (uint32_t)(wall_ns / 1000000000u);
	uint8_t *bytes;

	if (log->frozen)
		return;
	bytes = place(log);
	bytes[0] = (uint8_t)wall_s;
	bytes[1] = (uint8_t)(wall_s >> 8);
	bytes[2] = (uint8_t)(wall_s >> 16);
	bytes[3] = (uint8_t)(wall_s >> 24);
	bytes[4] = UNSPECIFIED; /* device address */
	bytes[5] = record->sensor_type;
	bytes[6] = record->event_type;
	bytes[7] = record->offset;
	bytes[8] = SOURCE_ASF;
	bytes[9] = record->severity;
	bytes[10] = UNSPECIFIED; /* sensor number */
	bytes[11] = ENTITY_ME;
	bytes[12] = 0;
	memcpy(bytes + 13, record->data, sizeof(record->data));
}

void eventlog_put(struct eventlog *log, const uint8_t bytes[EVENTLOG_RECORD_BYTES])
{
	if (!log->frozen)
		memcpy(place(log), bytes, EVENTLOG_RECORD_BYTES);
}

size_t eventlog_count(const struct eventlog *log)
{
	return log->total < EVENTLOG_RECORDS ? (size_t)log->total : EVENTLOG_RECORDS;
}

const uint8_t *eventlog_record(const struct eventlog *log, size_t n)
{
	CHECK(n < eventlog_count(log));
	return log->records[(log->total - 1 - n) % EVENTLOG_RECORDS];
}

void eventlog_clear(struct eventlog *log)
{
	log->total = 0;
	log->frozen = false;
}
