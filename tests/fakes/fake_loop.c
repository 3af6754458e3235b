/* SPDX-License-Identifier: Apache-2.0 */
/* A loop whose clock is a number.  Plain lists: tests have few timers, and an obvious loop is one that tests
 * need not doubt.  loop_free() insists that every timer, watch and signal was given back. */
#include "tests/fakes/fake_loop.h"

#include "core/base/invariant.h"
#include "core/base/mem.h"

struct loop {
	uint64_t now_ns, starts;
	struct timer *timers;
	struct watch *watches;
	struct signal_watch *signals;
	bool stopping;
};

struct timer {
	struct timer *next;
	struct loop *loop;
	timer_fn *fire;
	void *arg;
	uint64_t due_ns, started; /* started orders timers that are due together */
	bool running;
};

struct watch {
	struct watch *next;
	struct loop *loop;
	int fd;
	unsigned wanted;
	watch_fn *fn;
	void *arg;
};

struct signal_watch {
	struct signal_watch *next;
	struct loop *loop;
	int number;
	signal_fn *fn;
	void *arg;
};

struct loop *loop_new(void)
{
	struct loop *loop = mem_alloc(sizeof(*loop));

	loop->now_ns = FAKE_LOOP_START_NS;
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	INVARIANT(!loop->timers && !loop->watches && !loop->signals);
	mem_free(loop);
}

uint64_t loop_now_ns(struct loop *loop)
{
	return loop->now_ns;
}

void loop_stop(struct loop *loop)
{
	loop->stopping = true;
}

static struct timer *next_timer(const struct loop *loop)
{
	struct timer *next = NULL;

	for (struct timer *timer = loop->timers; timer; timer = timer->next) {
		if (!timer->running)
			continue;
		if (!next || timer->due_ns < next->due_ns ||
		    (timer->due_ns == next->due_ns && timer->started < next->started))
			next = timer;
	}
	return next;
}

static void run_until(struct loop *loop, uint64_t end_ns)
{
	struct timer *timer;

	while (!loop->stopping && (timer = next_timer(loop)) != NULL && timer->due_ns <= end_ns) {
		if (timer->due_ns > loop->now_ns)
			loop->now_ns = timer->due_ns;
		timer->running = false;
		timer->fire(timer->arg);
	}
}

void fake_loop_run_pending(struct loop *loop)
{
	run_until(loop, loop->now_ns);
	loop->stopping = false;
}

void fake_loop_advance_ns(struct loop *loop, uint64_t ns)
{
	uint64_t end_ns = loop->now_ns + ns;

	run_until(loop, end_ns);
	if (!loop->stopping)
		loop->now_ns = end_ns;
	loop->stopping = false;
}

void loop_run(struct loop *loop)
{
	run_until(loop, UINT64_MAX);
	loop->stopping = false;
}

void fake_loop_ready(struct watch *watch, unsigned ready)
{
	struct loop *loop = watch->loop;

	if (ready & watch->wanted)
		watch->fn(watch->arg, watch->fd, ready & watch->wanted);
	fake_loop_run_pending(loop);
}

struct watch *fake_loop_watch_of(struct loop *loop, int fd)
{
	struct watch *watch = loop->watches;

	while (watch && watch->fd != fd)
		watch = watch->next;
	return watch;
}

void fake_loop_signal(struct loop *loop, int signal_number)
{
	struct signal_watch *watch = loop->signals;

	while (watch && watch->number != signal_number)
		watch = watch->next;
	if (watch)
		watch->fn(watch->arg, signal_number);
	fake_loop_run_pending(loop);
}

size_t fake_loop_timers(const struct loop *loop)
{
	size_t running = 0;

	for (const struct timer *timer = loop->timers; timer; timer = timer->next)
		running += timer->running;
	return running;
}

uint64_t fake_loop_next_ns(const struct loop *loop)
{
	const struct timer *timer = next_timer(loop);

	return timer ? timer->due_ns : UINT64_MAX;
}

struct timer *loop_timer(struct loop *loop, timer_fn *fire, void *arg)
{
	struct timer *timer = mem_alloc(sizeof(*timer));

	timer->loop = loop;
	timer->fire = fire;
	timer->arg = arg;
	timer->next = loop->timers;
	loop->timers = timer;
	return timer;
}

void timer_after_ns(struct timer *timer, uint64_t delay_ns)
{
	uint64_t left_ns = UINT64_MAX - timer->loop->now_ns;

	timer->due_ns = timer->loop->now_ns + (delay_ns < left_ns ? delay_ns : left_ns);
	timer->started = timer->loop->starts++;
	timer->running = true;
}

void timer_stop(struct timer *timer)
{
	timer->running = false;
}

bool timer_is_running(const struct timer *timer)
{
	return timer->running;
}

void timer_free(struct timer *timer)
{
	struct timer **at;

	if (!timer)
		return;
	for (at = &timer->loop->timers; *at != timer; at = &(*at)->next)
		INVARIANT(*at);
	*at = timer->next;
	mem_free(timer);
}

struct watch *loop_watch(struct loop *loop, int fd, unsigned ready, watch_fn *fn, void *arg)
{
	struct watch *watch = mem_alloc(sizeof(*watch));

	watch->loop = loop;
	watch->fd = fd;
	watch->wanted = ready;
	watch->fn = fn;
	watch->arg = arg;
	watch->next = loop->watches;
	loop->watches = watch;
	return watch;
}

void watch_free(struct watch *watch)
{
	struct watch **at;

	if (!watch)
		return;
	for (at = &watch->loop->watches; *at != watch; at = &(*at)->next)
		INVARIANT(*at);
	*at = watch->next;
	mem_free(watch);
}

struct signal_watch *loop_signal(struct loop *loop, int signal_number, signal_fn *fn, void *arg)
{
	struct signal_watch *watch = mem_alloc(sizeof(*watch));

	watch->loop = loop;
	watch->number = signal_number;
	watch->fn = fn;
	watch->arg = arg;
	watch->next = loop->signals;
	loop->signals = watch;
	return watch;
}

void signal_watch_free(struct signal_watch *watch)
{
	struct signal_watch **at;

	if (!watch)
		return;
	for (at = &watch->loop->signals; *at != watch; at = &(*at)->next)
		INVARIANT(*at);
	*at = watch->next;
	mem_free(watch);
}
