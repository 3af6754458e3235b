/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/loop.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/units.h"

struct stage {
	struct loop *loop;
	struct timer *timer, *stop_timer;
	struct watch *watch;
	struct signal_watch *signal_watch;
	uint64_t fired_ns, due_ns;
	unsigned count;
	int pipe[2];
};

static void stop(void *arg)
{
	struct stage *s = arg;

	loop_stop(s->loop);
}

static void fire(void *arg)
{
	struct stage *s = arg;

	s->fired_ns = loop_now_ns(s->loop);
	s->count++;
	loop_stop(s->loop);
}

static void a_timer_fires_once_and_never_early(void **state)
{
	struct stage s = { .loop = loop_new() };

	(void)state;
	s.timer = loop_timer(s.loop, fire, &s);
	for (unsigned i = 1; i <= 20; i++) {
		uint64_t delay_ns = i * 130 * NS_PER_US, start_ns = loop_now_ns(s.loop);

		timer_after_ns(s.timer, delay_ns);
		assert_true(timer_is_running(s.timer));
		loop_run(s.loop);
		assert_int_equal(s.count, i);
		assert_false(timer_is_running(s.timer));
		assert_true(s.fired_ns >= start_ns + delay_ns);
	}
	timer_free(s.timer);
	loop_free(s.loop);
}

static void work_then_start(void *arg)
{
	struct stage *s = arg;
	uint64_t start_ns = loop_now_ns(s->loop);

	while (clock_monotonic_ns() < start_ns + 5 * NS_PER_MS)
		;
	timer_after_ns(s->timer, 8 * NS_PER_MS); /* counts from the callback's time */
	s->due_ns = start_ns + 8 * NS_PER_MS;
}

static void a_timer_started_late_in_a_callback_is_not_early_either(void **state)
{
	struct stage s = { .loop = loop_new() };
	struct timer *worker;

	(void)state;
	s.timer = loop_timer(s.loop, fire, &s);
	worker = loop_timer(s.loop, work_then_start, &s);
	timer_after_ns(worker, 0);
	loop_run(s.loop);
	assert_int_equal(s.count, 1);
	assert_true(s.fired_ns >= s.due_ns);
	timer_free(worker);
	timer_free(s.timer);
	loop_free(s.loop);
}

static void a_stopped_timer_does_not_fire_and_a_restarted_one_counts_anew(void **state)
{
	struct stage s = { .loop = loop_new() };
	struct timer *silent;

	(void)state;
	silent = loop_timer(s.loop, fire, &s);
	timer_after_ns(silent, NS_PER_MS);
	timer_stop(silent);
	assert_false(timer_is_running(silent));
	s.timer = loop_timer(s.loop, fire, &s);
	timer_after_ns(s.timer, NS_PER_MS);
	timer_after_ns(s.timer, UINT64_MAX); /* restarted: never, without overflow */
	s.stop_timer = loop_timer(s.loop, stop, &s);
	timer_after_ns(s.stop_timer, 5 * NS_PER_MS);
	loop_run(s.loop);
	assert_int_equal(s.count, 0);
	assert_true(timer_is_running(s.timer));
	timer_free(silent);
	timer_free(s.timer);
	timer_free(s.stop_timer);
	loop_free(s.loop);
}

static void free_own_timer(void *arg)
{
	struct stage *s = arg;

	timer_free(s->timer);
	s->timer = NULL;
	loop_stop(s->loop);
}

static void free_own_watch(void *arg, int fd, unsigned ready)
{
	struct stage *s = arg;

	assert_int_equal(fd, s->pipe[0]);
	assert_int_equal(ready, LOOP_READ);
	watch_free(s->watch);
	s->watch = NULL;
	loop_stop(s->loop);
}

static void free_own_signal(void *arg, int signal_number)
{
	struct stage *s = arg;

	assert_int_equal(signal_number, SIGUSR1);
	signal_watch_free(s->signal_watch);
	s->signal_watch = NULL;
	loop_stop(s->loop);
}

static void everything_may_be_freed_in_its_own_callback(void **state)
{
	struct stage s = { .loop = loop_new() };

	(void)state;
	s.timer = loop_timer(s.loop, free_own_timer, &s);
	timer_after_ns(s.timer, 0);
	loop_run(s.loop);
	assert_null(s.timer);

	assert_int_equal(pipe(s.pipe), 0);
	s.watch = loop_watch(s.loop, s.pipe[0], LOOP_READ, free_own_watch, &s);
	assert_int_equal(write(s.pipe[1], "x", 1), 1);
	loop_run(s.loop);
	assert_null(s.watch);

	s.signal_watch = loop_signal(s.loop, SIGUSR1, free_own_signal, &s);
	raise(SIGUSR1);
	loop_run(s.loop);
	assert_null(s.signal_watch);

	close(s.pipe[0]);
	close(s.pipe[1]);
	loop_free(s.loop);
}

static void time_is_constant(void *arg)
{
	struct stage *s = arg;
	uint64_t before_ns = loop_now_ns(s->loop);

	while (clock_monotonic_ns() < before_ns + NS_PER_MS)
		;
	assert_true(loop_now_ns(s->loop) == before_ns);
	s->count++;
	stop(s);
}

static void time_stands_still_during_a_callback_and_moves_outside(void **state)
{
	struct stage s = { .loop = loop_new() };
	uint64_t before_ns = loop_now_ns(s.loop);

	(void)state;
	s.timer = loop_timer(s.loop, time_is_constant, &s);
	timer_after_ns(s.timer, 0);
	loop_run(s.loop);
	assert_int_equal(s.count, 1);
	assert_true(loop_now_ns(s.loop) >= before_ns + NS_PER_MS);
	timer_free(s.timer);
	loop_free(s.loop);
}

static void writable(void *arg, int fd, unsigned ready)
{
	struct stage *s = arg;

	(void)fd;
	assert_int_equal(ready, LOOP_WRITE);
	if (++s->count == 3)
		loop_stop(s->loop);
}

static void a_watch_fires_as_long_as_its_descriptor_is_ready(void **state)
{
	struct stage s = { .loop = loop_new() };

	(void)state;
	assert_int_equal(pipe(s.pipe), 0);
	s.watch = loop_watch(s.loop, s.pipe[1], LOOP_WRITE, writable, &s);
	loop_run(s.loop);
	assert_int_equal(s.count, 3);
	watch_free(s.watch);
	close(s.pipe[0]);
	close(s.pipe[1]);
	loop_free(s.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timer_fires_once_and_never_early),
		cmocka_unit_test(a_timer_started_late_in_a_callback_is_not_early_either),
		cmocka_unit_test(a_stopped_timer_does_not_fire_and_a_restarted_one_counts_anew),
		cmocka_unit_test(everything_may_be_freed_in_its_own_callback),
		cmocka_unit_test(time_stands_still_during_a_callback_and_moves_outside),
		cmocka_unit_test(a_watch_fires_as_long_as_its_descriptor_is_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
