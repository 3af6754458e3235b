/* SPDX-License-Identifier: Apache-2.0 */
/* sensor.h - the sensor's composition: frames in, records out (decode, tracker, detectors, feed).
 *
 * Sees no secrets and nothing of the controller; used by cordond and by cordon-sensor alike. */
#ifndef CORDON_DAEMON_SENSOR_H
#define CORDON_DAEMON_SENSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/net/hash.h"

struct capture_counts;
struct capture_frame;
struct feed;
struct record;
struct sensor;
struct yaml;
struct yaml_node;

struct sensor_config {
	struct hash_key key;               /* fixed in replay, random live */
	uint32_t hosts_max, contacts_max;  /* 0 = default */
	struct feed *feed;                 /* borrowed; where records go */
	struct yaml *yaml;                 /* settings document, NULL for the defaults */
	bool remembers;                    /* what it stated, for RECORD_REPEAT */
	const struct yaml_node *detectors; /* its "detectors:" mapping, NULL for the defaults */
};

/* Mistakes in the detectors' settings are complaints of the document.  Never NULL. */
struct sensor *sensor_new(const struct sensor_config *config);
void sensor_free(struct sensor *sensor);
void sensor_frame(struct sensor *sensor, const struct capture_frame *frame);
/* What the controller wants: RECORD_FORGET, RECORD_REPEAT. */
void sensor_obey(struct sensor *sensor, const struct record *order);
/* Lets time pass while no frames come. */
void sensor_advance(struct sensor *sensor, uint64_t wall_ns);
/* Frames delivered and lost by the capture since the last call: silence is judged accordingly. */
void sensor_note_losses(struct sensor *sensor, uint64_t delivered, uint64_t dropped);
/* Publishes RECORD_PULSE, what the capture counted and what the feed lost, and RECORD_COUNTS; both since the start. */
void sensor_pulse(struct sensor *sensor, const struct capture_counts *counts);
/* Does what was put off (engine.h), publishes RECORD_SENSOR with the counters so far and a RECORD_COVERAGE for each VLAN. */
void sensor_report(struct sensor *sensor, const struct capture_counts *counts);
/* Names for people: "arpsweep"; "?" for an unknown id. */
const char *sensor_detector_name(unsigned detector_id);
/* Fills a NULL-terminated list of all names; room for DETECTOR_IDS_MAX. */
void sensor_detector_names(const char **names);

#endif
