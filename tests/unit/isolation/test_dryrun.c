/* SPDX-License-Identifier: Apache-2.0 */
#include "core/isolation/dryrun.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/asset/asset.h"
#include "core/isolation/plan.h"

struct heard {
	unsigned count;
	struct enforcer_result last;
	const struct enforcer *again; /* asked from within the answer */
	const struct asset *asset;
};

static void done(void *arg, const struct enforcer_result *result)
{
	struct heard *heard = arg;
	const struct enforcer *again = heard->again;

	heard->count++;
	heard->last = *result;
	heard->again = NULL;
	if (again)
		again->act(again->self, ENFORCER_INSPECT, heard->asset, NULL, done, heard);
}

static void every_act_succeeds_later_and_sends_nothing(void **state)
{
	static const struct {
		enum enforcer_act act;
		bool active;
	} acts[] = {
		{ ENFORCER_PREPARE, false }, { ENFORCER_INSPECT, false },
		{ ENFORCER_ISOLATE, true },  { ENFORCER_ISOLATE, true },
		{ ENFORCER_INSPECT, true },  { ENFORCER_RELEASE, false },
		{ ENFORCER_INSPECT, false }, { ENFORCER_RELEASE, false },
	};
	struct dryrun *dryrun = dryrun_new();
	const struct enforcer *enforcer = dryrun_enforcer(dryrun);
	struct asset asset = { .name = "pc-1" };
	struct plan plan = { .name = "repair" };
	struct heard heard = { 0 };

	(void)state;
	assert_string_equal(enforcer->name, "dry-run");
	for (unsigned i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		enforcer->act(enforcer->self, acts[i].act, &asset,
			      acts[i].act == ENFORCER_ISOLATE ? &plan : NULL, done, &heard);
		assert_int_equal(heard.count, i);
		assert_int_equal(dryrun_answer(dryrun), 1);
		assert_int_equal(heard.count, i + 1);
		assert_int_equal(heard.last.rc, 0);
		assert_int_equal(heard.last.active, acts[i].active);
		assert_int_equal(heard.last.writes + heard.last.reads, 0);
		assert_false(heard.last.has_counters);
		assert_non_null(strstr(heard.last.did, "dry run would have asked to"));
	}
	assert_int_equal(dryrun_answer(dryrun), 0);
	dryrun_free(dryrun);
}

static void what_is_asked_during_an_answer_waits_for_the_next(void **state)
{
	struct dryrun *dryrun = dryrun_new();
	const struct enforcer *enforcer = dryrun_enforcer(dryrun);
	struct asset asset = { .name = "pc-1" };
	struct heard heard = { .again = enforcer, .asset = &asset };

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		enforcer->act(enforcer->self, ENFORCER_INSPECT, &asset, NULL, done, &heard);
	assert_int_equal(dryrun_answer(dryrun), 8);
	assert_int_equal(dryrun_answer(dryrun), 1);
	assert_int_equal(dryrun_answer(dryrun), 0);
	assert_int_equal(heard.count, 9);
	dryrun_free(dryrun);
}

static void assets_do_not_mix(void **state)
{
	struct dryrun *dryrun = dryrun_new();
	const struct enforcer *enforcer = dryrun_enforcer(dryrun);
	struct asset assets[3] = { { .name = "a" }, { .name = "b" }, { .name = "c" } };
	struct heard heard = { 0 };

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		enforcer->act(enforcer->self, ENFORCER_ISOLATE, &assets[i], NULL, done, &heard);
	enforcer->act(enforcer->self, ENFORCER_RELEASE, &assets[0], NULL, done, &heard);
	dryrun_answer(dryrun);
	for (unsigned i = 0; i < 3; i++) {
		enforcer->act(enforcer->self, ENFORCER_INSPECT, &assets[i], NULL, done, &heard);
		dryrun_answer(dryrun);
		assert_int_equal(heard.last.active, i != 0);
	}
	dryrun_free(dryrun);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_act_succeeds_later_and_sends_nothing),
		cmocka_unit_test(what_is_asked_during_an_answer_waits_for_the_next),
		cmocka_unit_test(assets_do_not_mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
