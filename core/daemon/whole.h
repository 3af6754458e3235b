/* SPDX-License-Identifier: Apache-2.0 */
/* whole.h - sensor and controller in one process, joined by queues: for recorded captures and for streams from a pipe.
 *
 * Records leave the feed right after the frame that caused them, and orders reach the sensor before the next, so that in
 * replay the order of facts is the order of the wire. */
#ifndef CORDON_DAEMON_WHOLE_H
#define CORDON_DAEMON_WHOLE_H

#include <stdint.h>

struct buf;
struct capture_counts;
struct capture_frame;
struct err;
struct loop;
struct run;
struct whole;

/* loop: NULL in replay, where the same input gives the same facts. */
struct whole *whole_new(const struct run *run, struct loop *loop, struct err *err);
void whole_free(struct whole *whole);
void whole_frame(struct whole *whole, const struct capture_frame *frame);
/* Lets time pass: deadlines of isolations, contacts that were never answered. */
void whole_advance(struct whole *whole, uint64_t wall_ns);
/* What the capture has counted since the start: while many frames are lost, automatic isolation pauses. */
void whole_pulse(struct whole *whole, const struct capture_counts *counts);
/* The same for the sensor, which doubts what it did not see; every few seconds. */
void whole_look_at_losses(struct whole *whole, const struct capture_counts *counts);
/* Tells the sensor's counters as a fact and closes what writes; the first write error met on the way is told here. */
int whole_finish(struct whole *whole, const struct capture_counts *counts, struct err *err);
int whole_command(struct whole *whole, char *const *words, const char *who, uint64_t wall_ns,
		  struct buf *answer, struct err *err);

#endif
