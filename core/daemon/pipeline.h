/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline.h - the composition root: all parts, made and joined in order.
 *
 * frame -> sensor -> feed -> book -> response -> enforcer, and facts to store, EVE file and account.  In replay
 * (no loop) time comes from the frames and nothing is ever sent; with a loop the caller reads the clock and
 * the firmware client may run. */
#ifndef CORDON_DAEMON_PIPELINE_H
#define CORDON_DAEMON_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct buf;
struct capture_counts;
struct capture_frame;
struct err;
struct log;
struct loop;
struct pipeline;
struct setup;

struct pipeline_config {
	const struct setup *setup; /* borrowed */
	struct loop *loop;         /* NULL in replay */
	struct log *log;
	FILE *account;  /* live account for people; NULL = none */
	bool fixed_key; /* replay: the same input gives the same facts */
};

struct pipeline *pipeline_new(const struct pipeline_config *config, struct err *err);
void pipeline_free(struct pipeline *pipeline);
void pipeline_frame(struct pipeline *pipeline, int link_type, const struct capture_frame *frame);
/* Lets time pass: deadlines of isolations, contacts that were never answered. */
void pipeline_advance(struct pipeline *pipeline, uint64_t wall_ns);
/* Frames delivered and lost since the last call: while many are lost, automatic isolation pauses. */
void pipeline_note_losses(struct pipeline *pipeline, uint64_t delivered, uint64_t dropped);
/* Tells the sensor's counters as a fact and closes what writes; the first write error met on the way is told here. */
int pipeline_finish(struct pipeline *pipeline, const struct capture_counts *counts,
		    struct err *err);
/* A request of the command "cordon": "isolations", "approve 1", "release 1 cleaned", ... */
int pipeline_command(struct pipeline *pipeline, char *const *words, const char *who,
		     uint64_t wall_ns, struct buf *answer, struct err *err);

#endif
