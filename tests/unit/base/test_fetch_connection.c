/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that are silent, refused, lost, kept, or waited for; origins freed in the middle. */
#include "tests/unit/base/fetching.h"

#include <sys/resource.h>
#include <sys/wait.h>

static void a_silent_server_runs_into_the_timeout(void **state)
{
	static const struct step script[] = { { NULL, false } };
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, script, COUNT(script));
	target = target_of(&s, NULL);
	target.answer_timeout_ms = 60;
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, "<wish/>");
	assert_int_equal(s.rc, ERR_GONE);
	assert_true(s.sent);
	assert_true(timer_is_running(s.guard));
	close_stage(&s);
}

static void a_refused_connection_has_sent_nothing(void **state)
{
	struct fetch_target target;
	uint16_t port;
	struct stage s;

	(void)state;
	open_stage(&s, NULL, 0);
	close(listen_on_loopback(&port));
	snprintf(s.url, sizeof(s.url), "http://127.0.0.1:%u/wsman", port);
	target = target_of(&s, NULL);
	s.origin = fetch_origin_new(s.fetch, &target);
	post_and_run(&s, "<wish/>");
	assert_int_equal(s.rc, ERR_FAILED);
	assert_false(s.sent);
	assert_int_equal(s.round_trips, 0);
	close_stage(&s);
}

static void a_lost_challenge_has_sent_nothing_that_matters(void **state)
{
	static const struct step script[] = { { NULL, true } };
	struct stage s;

	(void)state;
	open_stage_as(&s, script, COUNT(script), "admin");
	post_and_run(&s, "<wish/>");
	assert_int_equal(s.rc, ERR_FAILED);
	assert_false(s.sent);
	assert_string_equal(s.server.bodies.text, "|");
	close_stage(&s);
}

static void a_kept_connection_is_used_again_and_replaced_when_dead(void **state)
{
	static const struct step script[] = {
		{ OK_HELLO, false },
		{ OK_HELLO, false },
		{ NULL, true },
		{ OK_HELLO, false },
	};
	struct stage s;

	(void)state;
	open_stage_as(&s, script, COUNT(script), NULL);
	post_and_run(&s, "<one/>");
	post_and_run(&s, "<two/>");
	assert_int_equal(s.server.connections, 1);
	assert_false(s.resent);
	post_and_run(&s, "<three/>");
	assert_int_equal(s.status, 200);
	assert_true(s.resent);
	assert_int_equal(s.server.connections, 2);
	assert_string_equal(s.server.bodies.text, "<one/>|<two/>|<three/>|<three/>|");
	close_stage(&s);
}

static void a_rest_closes_what_is_kept_open_and_forgets_no_nonce(void **state)
{
	static const struct step script[] = {
		{ CHALLENGE("n1"), true },
		{ OK_HELLO, false },
		{ OK_HELLO, false },
	};
	struct stage s;

	(void)state;
	open_stage_as(&s, script, COUNT(script), "admin");
	post_and_run(&s, "<one/>");
	assert_int_equal(s.server.connections, 2);
	fetch_rest(s.fetch);
	post_and_run(&s, "<two/>");
	assert_int_equal(s.status, 200);
	assert_int_equal(s.round_trips, 1);
	assert_false(s.resent);
	assert_int_equal(s.server.connections, 3);
	fetch_post(s.origin, "text/xml", "<three/>", 8, done, &s);
	fetch_rest(s.fetch); /* not while somebody waits for an answer */
	assert_int_equal(s.done, 2);
	close_stage(&s);
}

static void what_may_have_arrived_is_not_sent_again_where_that_is_asked(void **state)
{
	static const struct step script[] = { { OK_HELLO, false },
					      { NULL, true },
					      { OK_HELLO, false } };
	struct stage s;

	(void)state;
	open_stage_as(&s, script, COUNT(script), NULL);
	fetch_origin_send_once(s.origin, true);
	post_and_run(&s, "<one/>");
	post_and_run(&s, "<two/>");
	assert_int_equal(s.rc, ERR_FAILED);
	assert_true(s.sent);
	assert_false(s.resent);
	post_and_run(&s, "<three/>");
	assert_int_equal(s.status, 200);
	assert_string_equal(s.server.bodies.text, "<one/>|<two/>|<three/>|");
	close_stage(&s);
}

static void never(void *arg, const struct fetch_answer *a)
{
	(void)arg;
	(void)a;
	fail_msg("done was called after its origin was freed");
}

static void freeing_an_origin_cancels_without_done(void **state)
{
	static const struct step script[] = { { NULL, false } };
	struct stage s;

	(void)state;
	open_stage_as(&s, script, COUNT(script), NULL);
	fetch_post(s.origin, "text/xml", "x", 1, never, NULL);
	timer_after_ns(s.guard, 30 * NS_PER_MS);
	loop_run(s.loop);
	assert_int_equal(s.server.requests, 1);
	fetch_origin_free(s.origin);
	s.origin = NULL;
	timer_after_ns(s.guard, 30 * NS_PER_MS);
	loop_run(s.loop);
	close_stage(&s);
}

static void free_in_done(void *arg, const struct fetch_answer *a)
{
	struct stage *s = arg;

	fetch_origin_free(s->origin);
	s->origin = NULL;
	keep(s, a); /* the answer outlives its origin until we return */
	loop_stop(s->loop);
}

static void post_in_done(void *arg, const struct fetch_answer *a)
{
	struct stage *s = arg;

	fetch_post(s->origin, "text/xml", "<next/>", 7, free_in_done, s);
	keep(s, a);
}

static void done_may_post_the_next_request_or_free_the_origin(void **state)
{
	static const struct step script[] = { { OK_HELLO, false }, { OK_HELLO, false } };
	struct stage s;

	(void)state;
	open_stage_as(&s, script, COUNT(script), NULL);
	fetch_post(s.origin, "text/xml", "<first/>", 8, post_in_done, &s);
	loop_run(s.loop);
	assert_int_equal(s.done, 2);
	assert_string_equal(s.body, "hello");
	assert_string_equal(s.server.bodies.text, "<first/>|<next/>|");
	close_stage(&s);
}

static void count_done(void *arg, const struct fetch_answer *a)
{
	struct stage *s = arg;

	keep(s, a);
	if (s->done == 6)
		loop_stop(s->loop);
}

static void more_requests_than_connections_wait_their_turn(void **state)
{
	static const struct step script[] = {
		{ OK_HELLO, false }, { OK_HELLO, false }, { OK_HELLO, false },
		{ OK_HELLO, false }, { OK_HELLO, false }, { OK_HELLO, false },
	};
	struct fetch_origin *origins[7];
	struct fetch_target target;
	struct stage s;

	(void)state;
	open_stage(&s, script, COUNT(script)); /* 4 connections */
	target = target_of(&s, NULL);
	for (unsigned i = 0; i < 7; i++) {
		origins[i] = fetch_origin_new(s.fetch, &target);
		fetch_post(origins[i], "text/xml",
			   i < 4   ? "a"
			   : i < 6 ? "b"
				   : "never",
			   i < 6 ? 1 : 5, i < 6 ? count_done : never, &s);
	}
	fetch_origin_free(origins[6]); /* leaves the line */
	loop_run(s.loop);
	assert_int_equal(s.done, 6);
	assert_string_equal(s.server.bodies.text, "a|a|a|a|b|b|");
	assert_true(s.server.connections <= 4);
	for (unsigned i = 0; i < 6; i++)
		fetch_origin_free(origins[i]);
	close_stage(&s);
}

static bool allows(rlim_t descriptors, size_t asked, size_t connections)
{
	const struct rlimit limit = { descriptors, descriptors };
	struct rlimit ours;
	int status;
	pid_t pid;

	if (getrlimit(RLIMIT_NOFILE, &ours) == 0 && ours.rlim_max < descriptors)
		return true; /* cannot be tried here */
	pid = fork();
	if (pid == 0) {
		if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
			_exit(2);
		_exit(fetch_connections_max(fetch_new(loop_new(), asked)) != connections);
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

/* A device that has to wait is asked later; one for which there is no descriptor counts as unreachable. */
static void there_are_no_more_connections_than_descriptors_nor_than_asked_for(void **state)
{
	(void)state;
	assert_true(allows(64, 4, 4));
	assert_true(allows(64, 4096, 32));
	assert_true(allows(512, 4096, 256));
	assert_true(allows(513, 4096, 257));
	assert_true(allows(1024, 700, 700));
	assert_true(allows(1024, 800, 768));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_silent_server_runs_into_the_timeout),
		cmocka_unit_test(a_refused_connection_has_sent_nothing),
		cmocka_unit_test(a_lost_challenge_has_sent_nothing_that_matters),
		cmocka_unit_test(a_kept_connection_is_used_again_and_replaced_when_dead),
		cmocka_unit_test(a_rest_closes_what_is_kept_open_and_forgets_no_nonce),
		cmocka_unit_test(what_may_have_arrived_is_not_sent_again_where_that_is_asked),
		cmocka_unit_test(freeing_an_origin_cancels_without_done),
		cmocka_unit_test(done_may_post_the_next_request_or_free_the_origin),
		cmocka_unit_test(more_requests_than_connections_wait_their_turn),
		cmocka_unit_test(there_are_no_more_connections_than_descriptors_nor_than_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
