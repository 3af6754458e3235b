/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fakes/fake_loop.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/units.h"

struct stage {
	struct loop *loop;
	struct timer *timers[3];
	char trace[64];
	unsigned ready;
};

static void note(struct stage *s, char c)
{
	s->trace[strlen(s->trace)] = c;
}

static void fire_a(void *arg)
{
	note(arg, 'a');
}

static void fire_b(void *arg)
{
	struct stage *s = arg;

	note(s, 'b');
	timer_after_ns(s->timers[1], 10 * NS_PER_S);
}

static void fire_stop(void *arg)
{
	struct stage *s = arg;

	note(s, 's');
	loop_stop(s->loop);
}

static void see_ready(void *arg, int fd, unsigned ready)
{
	struct stage *s = arg;

	assert_int_equal(fd, 7);
	s->ready = ready;
}

static void see_signal(void *arg, int signal_number)
{
	assert_int_equal(signal_number, SIGHUP);
	note(arg, 'h');
}

static void time_moves_only_when_told_and_stops_at_each_timer(void **state)
{
	struct stage s = { .loop = loop_new() };

	(void)state;
	s.timers[0] = loop_timer(s.loop, fire_a, &s);
	s.timers[1] = loop_timer(s.loop, fire_b, &s);
	timer_after_ns(s.timers[1], 10 * NS_PER_S);
	timer_after_ns(s.timers[0], 10 * NS_PER_S); /* due together: started later, runs later */
	assert_int_equal(fake_loop_timers(s.loop), 2);
	assert_true(fake_loop_next_ns(s.loop) == FAKE_LOOP_START_NS + 10 * NS_PER_S);
	fake_loop_run_pending(s.loop);
	fake_loop_advance_ns(s.loop, 10 * NS_PER_S - 1);
	assert_string_equal(s.trace, "");
	fake_loop_advance_ns(s.loop, 1);
	assert_string_equal(s.trace, "ba");
	fake_loop_advance_ns(s.loop, 25 * NS_PER_S); /* b restarts itself: at 20 and at 30 */
	assert_string_equal(s.trace, "babb");
	assert_true(loop_now_ns(s.loop) == FAKE_LOOP_START_NS + 35 * NS_PER_S);
	timer_free(s.timers[0]);
	timer_free(s.timers[1]);
	loop_free(s.loop);
}

static void a_run_jumps_from_timer_to_timer_until_stopped(void **state)
{
	struct stage s = { .loop = loop_new() };

	(void)state;
	s.timers[0] = loop_timer(s.loop, fire_a, &s);
	s.timers[1] = loop_timer(s.loop, fire_b, &s);
	s.timers[2] = loop_timer(s.loop, fire_stop, &s);
	timer_after_ns(s.timers[0], 5 * NS_PER_S);
	timer_after_ns(s.timers[1], 1 * NS_PER_S);
	timer_after_ns(s.timers[2], 12 * NS_PER_S);
	timer_stop(s.timers[0]);
	loop_run(s.loop);
	assert_string_equal(s.trace, "bbs");
	for (unsigned i = 0; i < 3; i++)
		timer_free(s.timers[i]);
	loop_free(s.loop);
}

static void watches_and_signals_fire_when_the_test_says_so(void **state)
{
	struct stage s = { .loop = loop_new() };
	struct watch *watch = loop_watch(s.loop, 7, LOOP_READ, see_ready, &s);
	struct signal_watch *signal_watch = loop_signal(s.loop, SIGHUP, see_signal, &s);

	(void)state;
	fake_loop_advance_ns(s.loop, NS_PER_S);
	fake_loop_ready(watch, LOOP_WRITE); /* not asked for */
	assert_int_equal(s.ready, 0);
	fake_loop_ready(watch, LOOP_READ | LOOP_WRITE);
	assert_int_equal(s.ready, LOOP_READ);
	assert_ptr_equal(fake_loop_watch_of(s.loop, 7), watch);
	assert_null(fake_loop_watch_of(s.loop, 8));
	fake_loop_signal(s.loop, SIGTERM);
	fake_loop_signal(s.loop, SIGHUP);
	assert_string_equal(s.trace, "h");
	watch_free(watch);
	signal_watch_free(signal_watch);
	loop_free(s.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_moves_only_when_told_and_stops_at_each_timer),
		cmocka_unit_test(a_run_jumps_from_timer_to_timer_until_stopped),
		cmocka_unit_test(watches_and_signals_fire_when_the_test_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
