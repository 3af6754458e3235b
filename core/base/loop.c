/* SPDX-License-Identifier: Apache-2.0 */
/* libevent with our promises on top: time stands still during a callback, a timer never fires before its
 * time by our clock, and everything may be freed in its own callback.
 * The trampolines copy what they need before they call out, and touch nothing of the object afterwards.
 * Left out: priorities, threads, buffered events; one thread owns all state. */
#include "core/base/loop.h"

#include <stddef.h>

#include <event2/event.h>

#include "core/base/clock.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/units.h"

struct loop {
	struct event_base *base;
	uint64_t now_ns; /* valid while inside a callback */
	bool inside, stopping;
};

struct timer {
	struct loop *loop;
	struct event *event;
	timer_fn *fire;
	void *arg;
	uint64_t due_ns;
	bool running;
};

struct watch {
	struct loop *loop;
	struct event *event;
	watch_fn *fn;
	void *arg;
};

struct signal_watch {
	struct loop *loop;
	struct event *event;
	signal_fn *fn;
	void *arg;
};

static void begin_callback(struct loop *loop)
{
	loop->now_ns = clock_monotonic_ns();
	loop->inside = true;
}

static void end_callback(struct loop *loop)
{
	loop->inside = false;
	if (loop->stopping)
		event_base_loopbreak(loop->base);
}

static struct event_base *new_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	INVARIANT(config);
	/* By default libevent may count from a cached or a coarse clock; timer_due() checks again by ours. */
	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
	event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME);
	base = event_base_new_with_config(config);
	event_config_free(config);
	INVARIANT(base);
	return base;
}

struct loop *loop_new(void)
{
	struct loop *loop = mem_alloc(sizeof(*loop));

	loop->base = new_base();
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	event_base_free(loop->base);
	mem_free(loop);
}

void loop_run(struct loop *loop)
{
	if (!loop->stopping)
		INVARIANT(event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY) >= 0);
	loop->stopping = false;
}

void loop_stop(struct loop *loop)
{
	loop->stopping = true;
	event_base_loopbreak(loop->base);
}

uint64_t loop_now_ns(struct loop *loop)
{
	return loop->inside ? loop->now_ns : clock_monotonic_ns();
}

/* Rounded up: rounding down would wake us a little early, again and again. */
static void arm(struct timer *timer, uint64_t now_ns)
{
	uint64_t left_us = timer->due_ns > now_ns ? (timer->due_ns - now_ns + 999) / NS_PER_US : 0;
	struct timeval left = {
		.tv_sec = (time_t)(left_us / 1000000),
		.tv_usec = (suseconds_t)(left_us % 1000000),
	};

	INVARIANT(event_add(timer->event, &left) == 0);
}

static void timer_due(evutil_socket_t fd, short what, void *arg)
{
	struct timer *timer = arg;
	struct loop *loop = timer->loop;

	(void)fd;
	(void)what;
	begin_callback(loop);
	if (loop->now_ns < timer->due_ns) {
		arm(timer, loop->now_ns);
	} else {
		timer->running = false;
		timer->fire(timer->arg); /* may free the timer */
	}
	end_callback(loop);
}

struct timer *loop_timer(struct loop *loop, timer_fn *fire, void *arg)
{
	struct timer *timer = mem_alloc(sizeof(*timer));

	timer->loop = loop;
	timer->fire = fire;
	timer->arg = arg;
	timer->event = event_new(loop->base, -1, 0, timer_due, timer);
	INVARIANT(timer->event);
	return timer;
}

/* A delay beyond a century means never; the cap keeps the sums away from overflow. */
void timer_after_ns(struct timer *timer, uint64_t delay_ns)
{
	const uint64_t century_ns = s_to_ns(UINT64_C(100) * 365 * 86400);

	if (delay_ns > century_ns)
		delay_ns = century_ns;
	timer->due_ns = loop_now_ns(timer->loop) + delay_ns;
	timer->running = true;
	event_del(timer->event);
	arm(timer, clock_monotonic_ns());
}

void timer_stop(struct timer *timer)
{
	timer->running = false;
	event_del(timer->event);
}

bool timer_is_running(const struct timer *timer)
{
	return timer->running;
}

void timer_free(struct timer *timer)
{
	if (!timer)
		return;
	event_free(timer->event);
	mem_free(timer);
}

static void watch_ready(evutil_socket_t fd, short what, void *arg)
{
	struct watch *watch = arg;
	struct loop *loop = watch->loop;
	unsigned ready = (what & EV_READ ? (unsigned)LOOP_READ : 0) |
			 (what & EV_WRITE ? (unsigned)LOOP_WRITE : 0);

	begin_callback(loop);
	watch->fn(watch->arg, fd, ready); /* may free the watch */
	end_callback(loop);
}

struct watch *loop_watch(struct loop *loop, int fd, unsigned ready, watch_fn *fn, void *arg)
{
	struct watch *watch = mem_alloc(sizeof(*watch));
	short events = EV_PERSIST;

	if (ready & LOOP_READ)
		events |= EV_READ;
	if (ready & LOOP_WRITE)
		events |= EV_WRITE;
	watch->loop = loop;
	watch->fn = fn;
	watch->arg = arg;
	watch->event = event_new(loop->base, fd, events, watch_ready, watch);
	INVARIANT(watch->event);
	INVARIANT(event_add(watch->event, NULL) == 0);
	return watch;
}

void watch_free(struct watch *watch)
{
	if (!watch)
		return;
	event_free(watch->event);
	mem_free(watch);
}

static void signal_arrived(evutil_socket_t signal_number, short what, void *arg)
{
	struct signal_watch *watch = arg;
	struct loop *loop = watch->loop;

	(void)what;
	begin_callback(loop);
	watch->fn(watch->arg, signal_number); /* may free the watch */
	end_callback(loop);
}

struct signal_watch *loop_signal(struct loop *loop, int signal_number, signal_fn *fn, void *arg)
{
	struct signal_watch *watch = mem_alloc(sizeof(*watch));

	watch->loop = loop;
	watch->fn = fn;
	watch->arg = arg;
	watch->event = evsignal_new(loop->base, signal_number, signal_arrived, watch);
	INVARIANT(watch->event);
	INVARIANT(event_add(watch->event, NULL) == 0);
	return watch;
}

void signal_watch_free(struct signal_watch *watch)
{
	if (!watch)
		return;
	event_free(watch->event);
	mem_free(watch);
}
