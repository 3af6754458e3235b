/* SPDX-License-Identifier: Apache-2.0 */
/* fake_loop.h - core/base/loop.h on virtual time, for tests: link fake_loop.c instead of loop.c.
 *
 * The clock starts at FAKE_LOOP_START_NS and moves only when a test says so.  Watches and signals fire only when
 * a test says so.   loop_run() works too: it
 * jumps from timer to timer until loop_stop() or until nothing is left to do. */
#ifndef CORDON_TESTS_FAKE_LOOP_H
#define CORDON_TESTS_FAKE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/loop.h"

/* Not 0, so that code which takes 0 for "never" shows itself. */
#define FAKE_LOOP_START_NS UINT64_C(1000000000000)

/* Runs the timers whose time has come. */
void fake_loop_run_pending(struct loop *loop);
/* Moves the clock ahead, stopping at each timer on the way; ties run in the order they were started. */
void fake_loop_advance_ns(struct loop *loop, uint64_t ns);
/* Calls the watch with ready (LOOP_READ, LOOP_WRITE, cut to what it asked for), then what is due. */
void fake_loop_ready(struct watch *watch, unsigned ready);
/* The watch on a descriptor, NULL if there is none. */
struct watch *fake_loop_watch_of(struct loop *loop, int fd);
void fake_loop_signal(struct loop *loop, int signal_number);
/* How many timers are running, and when the next is due (UINT64_MAX if none is). */
size_t fake_loop_timers(const struct loop *loop);
uint64_t fake_loop_next_ns(const struct loop *loop);

#endif
