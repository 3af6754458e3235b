/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline.h - the controller's composition: records in, decisions and facts out.
 *
 * feed -> book -> response -> enforcer, and facts to store, EVE file and account; orders go back to the sensor.  In replay (no
 * loop) time comes from the frames and nothing is ever sent; with a loop the caller reads the clock and the firmware client
 * may run. */
#ifndef CORDON_DAEMON_PIPELINE_H
#define CORDON_DAEMON_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct buf;
struct err;
struct feed;
struct log;
struct loop;
struct pipeline;
struct setup;

struct pipeline_config {
	const struct setup *setup; /* borrowed */
	struct feed *told;         /* borrowed; what the sensor tells */
	struct feed *orders;       /* borrowed; what it is told */
	struct loop *loop;         /* NULL in replay */
	struct log *log;
	FILE *account; /* live account for people; NULL = none */
	const char *
		origin; /* of what is told, for the store: "capture /srv/old.pcap", "interface eth1", "pipe"; borrowed */
	bool lasting; /* an appliance: EVE lines are added to those of the last run */
	/* The sensor is another process: without a sign of life for a few seconds it is taken for gone. */
	bool apart;
};

struct pipeline *pipeline_new(const struct pipeline_config *config, struct err *err);
void pipeline_free(struct pipeline *pipeline);
/* Takes what the sensor told (at most some thousand records at once) and does what is due. */
void pipeline_step(struct pipeline *pipeline, uint64_t wall_ns);
/* Whether there is anything to do although nothing was told. */
bool pipeline_is_due(const struct pipeline *pipeline, uint64_t wall_ns);
/* Lets time pass: deadlines of isolations, levels that fade; then a step. */
void pipeline_advance(struct pipeline *pipeline, uint64_t wall_ns);
/* The clock was set forward by so much: holds and deadlines are no nearer for that.  Before the first call with the new time. */
void pipeline_clock_set(struct pipeline *pipeline, uint64_t step_ns, uint64_t wall_ns);
/* The sensor is gone, since then: automatic isolation pauses until it is back, and a while longer. */
void pipeline_sensor_lost(struct pipeline *pipeline, const char *why, uint64_t since_ns,
			  uint64_t wall_ns);
/* Closes what writes; the first write error met on the way is told here. */
int pipeline_finish(struct pipeline *pipeline, struct err *err);
/* A request of the command "cordon": "isolations", "approve 1", "release 1 cleaned", ... */
int pipeline_command(struct pipeline *pipeline, char *const *words, const char *who,
		     uint64_t wall_ns, struct buf *answer, struct err *err);

#endif
