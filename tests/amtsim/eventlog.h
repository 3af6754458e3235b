/* SPDX-License-Identifier: Apache-2.0 */
/* eventlog.h - the event log of one device: 390 records of 21 bytes, the oldest overwritten
 * (amt-out-of-band.md 6.4). */
#ifndef AMTSIM_EVENTLOG_H
#define AMTSIM_EVENTLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENTLOG_RECORDS      390
#define EVENTLOG_RECORD_BYTES 21

/* What the record says besides its time. */
struct event_record {
	uint8_t sensor_type, event_type, offset, severity;
	uint8_t data[8];
};

struct eventlog {
	uint8_t (*records)[EVENTLOG_RECORD_BYTES]; /* ring, NULL until the first */
	uint64_t total;                            /* ever written since the last clear */
	size_t room;                               /* records allocated */
	bool frozen;
};

void eventlog_fini(struct eventlog *log);
void eventlog_add(struct eventlog *log, const struct event_record *record, uint64_t wall_ns);
/* A record as it is. */
void eventlog_put(struct eventlog *log, const uint8_t bytes[EVENTLOG_RECORD_BYTES]);
size_t eventlog_count(const struct eventlog *log);
/* The n-th newest, from 0. */
const uint8_t *eventlog_record(const struct eventlog *log, size_t n);
void eventlog_clear(struct eventlog *log);

#endif
