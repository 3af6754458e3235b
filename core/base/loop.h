/* SPDX-License-Identifier: Apache-2.0 */
/* loop.h - the one event loop: timers, descriptors, signals.
 *
 * One thread owns all state.  What you make here you own and free; freeing inside its own callback
 * is allowed.  A callback never blocks and never runs long; a result that must not arrive before its caller has
 * returned comes by a timer of no delay.
 * loop_now_ns() is monotonic and constant during one callback.
 *
 * Tests link tests/fakes/fake_loop.c instead: the same interface on virtual time. */
#ifndef CORDON_BASE_LOOP_H
#define CORDON_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct timer;
struct watch;
struct signal_watch;

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

struct loop *loop_new(void);
void loop_free(struct loop *loop);
void loop_run(struct loop *loop);  /* until loop_stop() */
void loop_stop(struct loop *loop); /* after the current callback */
uint64_t loop_now_ns(struct loop *loop);

typedef void timer_fn(void *arg);
struct timer *loop_timer(struct loop *loop, timer_fn *fire, void *arg);
void timer_after_ns(struct timer *timer, uint64_t delay_ns); /* starts or restarts; one shot */
void timer_stop(struct timer *timer);
bool timer_is_running(const struct timer *timer);
void timer_free(struct timer *timer);

typedef void watch_fn(void *arg, int fd, unsigned ready);
struct watch *loop_watch(struct loop *loop, int fd, unsigned ready, watch_fn *fn, void *arg);
void watch_free(struct watch *watch); /* does not close the descriptor */

typedef void signal_fn(void *arg, int signal_number);
struct signal_watch *loop_signal(struct loop *loop, int signal_number, signal_fn *fn, void *arg);
void signal_watch_free(struct signal_watch *watch);

#endif
