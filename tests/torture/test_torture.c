/* SPDX-License-Identifier: Apache-2.0 */
/* Every single request of pre-staging, isolation, release and policy change fails in turn, before, during and after its
 * execution, on a machine that also holds another console's policy.  Whoever asked asks again, as the
 * daemon does; then everything must be as if nothing had happened.
 *
 * In full with TORTURE=full ("make torture"); else every seventh request and the plainest failures. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/torture/bench.h"

#define COUNT(list)  (sizeof(list) / sizeof((list)[0]))
#define TIMEOUT_MS   400
#define TRIES        4
#define REQUESTS_MAX 200

static bool in_full(void)
{
	const char *how = getenv("TORTURE");

	return how && strcmp(how, "full") == 0;
}

/* Not executed, executed and the answer suffers, executed and no answer. */
static const struct {
	const char *name;
	bool always;
} kinds[] = {
	{ "reset-before", true }, { "reset-midway", true }, { "reset-after", true },
	{ "401", false },         { "html400", false },     { "status 1", false },
	{ "not-ready", false },   { "truncate", false },    { "wrong-length", false },
	{ "empty200", false },    { "garbage", false },     { "blackhole", false },
	{ "lose-answer", false },
};

/* One operation: what comes before it without failures, the acts, and what must hold at the end. */
struct operation {
	const char *name;
	struct {
		enum enforcer_act act;
		int plan;
	} before[3], acts[2];
	unsigned before_count, act_count;
	bool enabled;
};

enum { FIRST, SECOND };

static const struct operation operations[] = {
	{ .name = "pre-stage", .acts = { { ENFORCER_PREPARE, FIRST } }, .act_count = 1 },
	{ .name = "isolate",
	  .before = { { ENFORCER_PREPARE, FIRST } },
	  .before_count = 1,
	  .acts = { { ENFORCER_ISOLATE, FIRST } },
	  .act_count = 1,
	  .enabled = true },
	{ .name = "isolate unprepared",
	  .acts = { { ENFORCER_ISOLATE, FIRST } },
	  .act_count = 1,
	  .enabled = true },
	{ .name = "release",
	  .before = { { ENFORCER_PREPARE, FIRST }, { ENFORCER_ISOLATE, FIRST } },
	  .before_count = 2,
	  .acts = { { ENFORCER_RELEASE, FIRST } },
	  .act_count = 1 },
	{ .name = "policy change",
	  .before = { { ENFORCER_PREPARE, FIRST } },
	  .before_count = 1,
	  .acts = { { ENFORCER_PREPARE, SECOND } },
	  .act_count = 1 },
	{ .name = "policy change while isolated",
	  .before = { { ENFORCER_PREPARE, FIRST }, { ENFORCER_ISOLATE, FIRST } },
	  .before_count = 2,
	  .acts = { { ENFORCER_PREPARE, SECOND }, { ENFORCER_ISOLATE, SECOND } },
	  .act_count = 2,
	  .enabled = true },
};

static struct plan plans[2];
static unsigned ports; /* of the machine at hand: a cable, or a radio beside it */

static void start_anew(struct bench *bench, const struct operation *operation)
{
	rig_order(bench->rig, "clear amt");
	rig_order(bench->rig, "unprovision amt");
	rig_order(bench->rig, "mode amt acm");
	rig_order(bench->rig, "foreign amt precedence 10 owner agent action pass name Foreign");
	bench_restart(bench, TIMEOUT_MS);
	for (unsigned i = 0; i < operation->before_count; i++)
		if (bench_act(bench, operation->before[i].act, &plans[operation->before[i].plan]) <
		    0)
			fail_msg("%s: %s", operation->name, bench->text);
}

static void until_done(struct bench *bench, const struct operation *operation, const char *where)
{
	for (unsigned i = 0; i < operation->act_count; i++) {
		unsigned tries = 0;

		/* What is told to be open is asked for again, as by the daemon. */
		while (bench_act(bench, operation->acts[i].act, &plans[operation->acts[i].plan]) <
			       0 ||
		       *bench->result.open)
			if (++tries == TRIES)
				fail_msg("%s: does not converge: %s", where, bench->text);
	}
}

static void check(struct bench *bench, const struct operation *operation, const char *where)
{
	int plan = operation->acts[operation->act_count - 1].plan;
	const char *wrong;

	/* What an act may leave behind goes with the next preparation. */
	if (bench_act(bench, ENFORCER_PREPARE, &plans[plan]) < 0)
		fail_msg("%s: %s", where, bench->text);
	if (bench_act(bench, ENFORCER_INSPECT, NULL) < 0 ||
	    bench->result.active != operation->enabled)
		fail_msg("%s: read back as %s", where,
			 bench->result.active ? "active" : "inactive");
	wrong = bench_wrong(bench, 1, 1, operation->enabled ? ports : 0);
	if (wrong)
		fail_msg("%s: %s:\n%s", where, wrong, rig_order(bench->rig, "objects amt"));
}

/* Returns how many cases there were; a failure that was never met ends the list of requests. */
static unsigned torture(struct bench *bench, const struct operation *operation, bool warm,
			const char *kind)
{
	/* A 401 to credentials that were never good is a wrong password: a minute's rest, tested elsewhere. */
	bool trusted = warm && operation->before_count;
	unsigned first = !trusted && strcmp(kind, "401") == 0 ? 2 : 1, cases = 0;
	char where[160];

	for (unsigned at = first; at < REQUESTS_MAX; at += in_full() ? 1 : 7) {
		start_anew(bench, operation);
		if (!warm)
			bench_restart(bench, TIMEOUT_MS);
		snprintf(where, sizeof(where), "%s (%s), %s at request %u", operation->name,
			 warm ? "warm" : "cold", kind, at);
		rig_order(bench->rig, "fault amt %s at %u", kind, at);
		until_done(bench, operation, where);
		if (!strstr(rig_order(bench->rig, "faults amt"), "times="))
			cases++;
		else
			at = REQUESTS_MAX;
		rig_order(bench->rig, "clear amt");
		check(bench, operation, where);
	}
	return cases;
}

static void torture_all(const struct rig_options *options)
{
	struct bench *bench = bench_new(options, TIMEOUT_MS);
	unsigned cases = 0;

	plans[FIRST] = bench_plan(8530);
	plans[SECOND] = bench_plan(8531);
	for (size_t i = 0; i < COUNT(operations); i++)
		for (size_t k = 0; k < COUNT(kinds); k++)
			for (int warm = 0; warm < 2; warm++)
				if (in_full() || (kinds[k].always && !warm))
					cases +=
						torture(bench, &operations[i], warm, kinds[k].name);
	print_message("# %u failures survived on %u port(s)\n", cases, ports);
	assert_true(cases > 20);
	bench_free(bench);
}

static void every_request_may_fail_and_everything_converges(void **state)
{
	struct rig_options options = { 0 };

	(void)state;
	ports = 1;
	torture_all(&options);
}

static void and_so_it_does_where_a_radio_is_set_beside_the_cable(void **state)
{
	static const char *const radio[] = { "--set", "wireless=present", NULL };
	struct rig_options options = { .more = radio };

	(void)state;
	ports = 2;
	torture_all(&options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_request_may_fail_and_everything_converges),
		cmocka_unit_test(and_so_it_does_where_a_radio_is_set_beside_the_cable),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
