/* SPDX-License-Identifier: Apache-2.0 */
/* What is left on a device after a failure at every single request of an act, in every way. */
#include "tests/unit/amt/enforcing.h"

enum scene {
	PREPARE_EMPTY,
	PREPARE_STALE,
	ISOLATE_PREPARED,
	ISOLATE_EMPTY,
	ISOLATE_OTHER,
	RELEASE_KNOWN,
	RELEASE_COLD,
	SCENES
};
static const char *const scene_names[] = {
	"prepare on an empty device", "prepare over an old channel",  "isolate a prepared device",
	"isolate an empty device",    "isolate over another channel", "release",
	"release after a restart"
};
static const enum enforcer_act scene_acts[] = { ENFORCER_PREPARE, ENFORCER_PREPARE,
						ENFORCER_ISOLATE, ENFORCER_ISOLATE,
						ENFORCER_ISOLATE, ENFORCER_RELEASE,
						ENFORCER_RELEASE };

static struct bench *set_scene(enum scene scene, const struct plan *plan)
{
	struct bench *bench = bench_new();
	struct plan old = repair("repair", 2), other = repair("strict", 0);

	fake_foreign(&bench->device, "Lab", 7, NULL);
	fake_foreign(&bench->device, "Agent", 1, AGENT_BINDING);
	if (scene == PREPARE_STALE)
		must(bench, ENFORCER_PREPARE, &old);
	if (scene == ISOLATE_OTHER)
		must(bench, ENFORCER_ISOLATE, &other);
	if (scene == ISOLATE_PREPARED || scene == ISOLATE_OTHER || scene == RELEASE_KNOWN)
		must(bench, ENFORCER_PREPARE, plan);
	if (scene == RELEASE_KNOWN || scene == RELEASE_COLD)
		must(bench, ENFORCER_ISOLATE, plan);
	if (scene == RELEASE_COLD)
		restart(bench);
	return bench;
}

static void check_scene(struct bench *bench, enum scene scene, const struct plan *plan,
			const char *what)
{
	bool bound = scene_acts[scene] == ENFORCER_ISOLATE;

	if (fake_bound(&bench->device, "crd-repair-") != (bound ? 1 : 0) ||
	    fake_bound(&bench->device, "crd-") != (bound ? 1 : 0))
		fail_msg("%s: wrong binding", what);
	if (fake_bound(&bench->device, "Agent") != 1 ||
	    fake_count(&bench->device, POLICY, "Lab") != 1 ||
	    fake_count(&bench->device, POLICY, "Agent") != 1)
		fail_msg("%s: foreign objects were touched", what);
	/* What is left over is found and removed by the next preparation, and then all is as if nothing had happened. */
	must(bench, ENFORCER_PREPARE, plan);
	if (fake_count(&bench->device, POLICY, "crd-repair-") != 1)
		fail_msg("%s: %u policies", what,
			 fake_count(&bench->device, POLICY, "crd-repair-"));
	if (fake_count(&bench->device, FAKE_DEFAULT, ""))
		fail_msg("%s: a default is left", what);
	if (our_filters(bench) != plan->filter_count + (scene == ISOLATE_OTHER ? 4u : 0u))
		fail_msg("%s: %u filters", what, our_filters(bench));
}

/* Returns false when the act has fewer requests than that. */
static bool torture(enum scene scene, enum fake_failure failure, unsigned at, bool and_after)
{
	struct plan plan = repair("repair", 1);
	struct bench *bench = set_scene(scene, &plan);
	bool reached;
	char what[160];

	snprintf(what, sizeof(what), "%s, failure %d at request %u%s", scene_names[scene], failure,
		 at, and_after ? " and after" : "");
	fake_fail(&bench->device, failure, at, and_after);
	act(bench, scene_acts[scene], &plan);
	reached = bench->device.requests >= at;
	/* One lost or spoilt answer is mended inside the act: looked up, or asked again. */
	if (!and_after && scene != ISOLATE_OTHER &&
	    (failure == FAKE_LOST || failure == FAKE_DONE_NO_ANSWER ||
	     failure == FAKE_DONE_GARBAGE || failure == FAKE_CUT) &&
	    bench->result.rc < 0)
		fail_msg("%s: %s", what, bench->text);
	/* An answer of success is the truth even in bad weather. */
	if (bench->result.rc == 0 && scene_acts[scene] == ENFORCER_ISOLATE)
		assert_int_equal(fake_bound(&bench->device, "crd-repair-"), 1);
	if (bench->result.rc == 0 && scene_acts[scene] == ENFORCER_RELEASE)
		assert_int_equal(fake_bound(&bench->device, "crd-") +
					 fake_count(&bench->device, FAKE_DEFAULT, ""),
				 0);
	if (bench->result.rc < 0 && !bench->result.unknown && scene == ISOLATE_PREPARED)
		assert_int_equal(fake_bound(&bench->device, "crd-"), 0);
	fake_fail(&bench->device, FAKE_NONE, 0, false);
	if (bench->result.rc < 0 && act(bench, scene_acts[scene], &plan)->rc < 0)
		fail_msg("%s: the second try failed: %s", what, bench->text);
	check_scene(bench, scene, &plan, what);
	bench_free(bench);
	return reached;
}

/* A 401 to credentials that were never accepted is a wrong password, and final. */
static unsigned first_of(unsigned scene, unsigned failure)
{
	bool trusted = scene != PREPARE_EMPTY && scene != ISOLATE_EMPTY && scene != RELEASE_COLD;

	return failure == FAKE_401 && !trusted ? 2 : 1;
}

static void every_request_may_fail_in_every_way(void **state)
{
	unsigned runs = 0;

	(void)state;
	for (unsigned scene = 0; scene < SCENES; scene++)
		for (unsigned failure = FAKE_UNREACHABLE; failure < FAKE_FAILURES; failure++)
			for (unsigned and_after = 0; and_after < 2; and_after++)
				for (unsigned at = first_of(scene, failure);
				     torture(scene, failure, at, and_after); at++)
					runs++;
	print_message("%u failures injected\n", runs);
	assert_true(runs > 500);
}

static void a_refused_step_leaves_the_device_as_it_was(void **state)
{
	struct plan plan = repair("repair", 2);

	(void)state;
	for (unsigned nth = 1; nth <= 9; nth++) {
		struct bench *bench = bench_new();
		unsigned reads;

		/* Every write is preceded by the same reads. */
		must(bench, ENFORCER_INSPECT, NULL);
		act(bench, ENFORCER_INSPECT, NULL);
		reads = 10;
		fake_fail(&bench->device, FAKE_FAULT, reads + nth, false);
		if (act(bench, ENFORCER_PREPARE, &plan)->rc == 0)
			fail_msg("write %u: no failure", nth);
		assert_int_equal(our_filters(bench), 0);
		assert_int_equal(fake_count(&bench->device, POLICY, "crd-"), 0);
		assert_non_null(strstr(bench->text, "AMT status 1"));
		bench_free(bench);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refused_step_leaves_the_device_as_it_was),
		cmocka_unit_test(every_request_may_fail_in_every_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
