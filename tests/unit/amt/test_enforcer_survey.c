/* SPDX-License-Identifier: Apache-2.0 */
/* The enforcer asked whether it could: grades, and that asking costs the next isolation nothing. */
#include "tests/unit/amt/enforcing.h"

static void a_survey_grades_the_machine(void **state)
{
	struct bench *bench = bench_new();

	(void)state;
	bench->asset.amt.tls = ASSET_TLS_PIN;
	assert_int_equal(survey(bench)->grade, AMT_GRADE_A);
	assert_int_equal(bench->report.finding_count, 0);
	assert_int_equal(bench->report.enforcement, AMT_BY_FIRMWARE);
	assert_string_equal(bench->report.release, "12.0.67");
	assert_string_equal(bench->report.uuid, "55e3ae13-bfd2-61bb-17a0-88aedd7037ea");
	assert_int_equal(bench->report.tx_filters_max, 27);
	assert_int_equal(bench->report.rx_filters_max, 31);
	fake_foreign(&bench->device, "Antivirus", 5000, AGENT_BINDING);
	assert_int_equal(survey(bench)->grade, AMT_GRADE_D);
	assert_int_equal(bench->report.foreign_policies, 1);
	assert_int_equal(bench->report.findings[0].code, AMT_FOREIGN_OUTRANKS);
	assert_non_null(strstr(bench->report.findings[0].text, "Antivirus"));
	fake_foreign(&bench->device, "Lab", 1, BINDING);
	assert_int_equal(survey(bench)->grade, AMT_GRADE_E);
	assert_int_equal(bench->report.findings[0].code, AMT_FOREIGN_IN_PLACE);
	bench->device.mode = 4;
	assert_int_equal(survey(bench)->grade, AMT_GRADE_F);
	assert_int_equal(bench->report.rc, 0);
	assert_int_equal(bench->report.findings[0].code, AMT_CLIENT_CONTROL_MODE);
	fake_fail(&bench->device, FAKE_UNREACHABLE, 1, true);
	assert_true(survey(bench)->rc < 0);
	assert_int_equal(bench->report.findings[0].code, AMT_UNREACHABLE);
	bench_free(bench);
}

static void a_survey_asks_for_the_clock_and_the_audit_log(void **state)
{
	struct bench *bench = bench_new();

	(void)state;
	bench->asset.amt.tls = ASSET_TLS_PIN;
	bench->device.clock = "1700000000";
	bench->device.audit =
		"<h:AuditState>8</h:AuditState><h:PercentageFree>0</h:PercentageFree>";
	survey(bench);
	assert_int_equal(bench->report.finding_count, 2);
	assert_int_equal(bench->report.findings[0].code, AMT_AUDIT_LOG_FULL);
	assert_int_equal(bench->report.findings[1].code, AMT_CLOCK_WRONG);
	assert_non_null(strstr(bench->report.findings[1].text, "100000 s ahead"));
	bench_free(bench);
}

static void a_survey_does_not_cost_the_next_isolation_anything(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	survey(bench);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(bench->result.writes, 1);
	assert_int_equal(bench->result.reads, 1);
	must(bench, ENFORCER_RELEASE, NULL);
	/* Unless what was prepared is gone. */
	memset(bench->device.objects, 0, sizeof(bench->device.objects));
	survey(bench);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(fake_bound(&bench->device, "crd-repair-"), 1);
	bench_free(bench);
}

static void without_a_wired_port_the_driver_is_asked_and_that_is_said(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	bench->device.wireless = true;
	survey(bench);
	assert_int_equal(bench->report.enforcement, AMT_BY_FIRMWARE);
	assert_int_equal(found(bench, AMT_WIRELESS_BESIDE), 1);
	bench->device.no_wired = true;
	survey(bench);
	assert_int_equal(bench->report.enforcement, AMT_BY_DRIVER);
	assert_int_equal(bench->report.findings[0].code, AMT_WIRELESS_ONLY);
	assert_int_equal(bench->report.grade, AMT_GRADE_D);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	assert_non_null(strstr(bench->result.did, "wireless port, where the host's own driver"));
	must(bench, ENFORCER_RELEASE, NULL);
	assert_int_equal(fake_bound(&bench->device, ""), 0);
	bench_free(bench);
}

/* A failed preparation undoes what it wrote, if the device still listens. */
static void an_isolation_overtakes_a_survey_that_runs_and_loses_nothing(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 2);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	bench->answers = 0;
	bench->device.requests = 0;
	fleet_survey(bench->fleet, &bench->asset, on_report, bench);
	fake_loop_advance_ns(bench->loop, 4500000);
	assert_int_equal(bench->device.requests, 5);
	bench->enforcer->act(bench->enforcer->self, ENFORCER_ISOLATE, &bench->asset, &plan, on_done,
			     bench);
	fake_loop_advance_ns(bench->loop, 5000000);
	/* The request in flight, one write, one read; then the survey from its beginning. */
	assert_int_equal(bench->answers, 1);
	assert_int_equal(bench->result.rc, 0);
	assert_int_equal(bench->result.writes, 1);
	assert_int_equal(bench->result.reads, 1);
	fake_loop_advance_ns(bench->loop, 70 * UINT64_C(1000000000));
	assert_int_equal(bench->answers, 2);
	assert_int_equal(bench->report.rc, 0);
	assert_int_equal(bench->report.filters_used, our_filters(bench));
	must(bench, ENFORCER_RELEASE, NULL);
	bench_free(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_survey_grades_the_machine),
		cmocka_unit_test(a_survey_asks_for_the_clock_and_the_audit_log),
		cmocka_unit_test(a_survey_does_not_cost_the_next_isolation_anything),
		cmocka_unit_test(without_a_wired_port_the_driver_is_asked_and_that_is_said),
		cmocka_unit_test(an_isolation_overtakes_a_survey_that_runs_and_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
