/* SPDX-License-Identifier: Apache-2.0 */
/* A machine with a wired and a wireless port: both are set, in one order, and what one of them cannot do is told. */
#include "tests/unit/amt/enforcing.h"

static struct bench *laptop(void)
{
	struct bench *bench = bench_new();

	bench->device.wireless = true;
	return bench;
}

/* Ours and nothing else, on each port. */
static void check_bound(struct bench *bench, unsigned cable, unsigned radio)
{
	assert_int_equal(fake_bound_on(&bench->device, FAKE_CABLE, "crd-"), cable);
	assert_int_equal(fake_bound_on(&bench->device, FAKE_RADIO, "crd-"), radio);
}

static void both_are_isolated_the_cable_first_and_released_the_cable_last(void **state)
{
	struct bench *bench = laptop();
	struct plan plan = repair("repair", 1);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	assert_string_equal(bench->result.open, "");
	assert_int_equal(bench->result.writes, 2);
	assert_int_equal(bench->result.reads, 2);
	assert_non_null(strstr(bench->result.did, "Ethernet port 0"));
	assert_non_null(strstr(bench->result.did, "wireless port, where the host's own driver"));
	check_bound(bench, 1, 1);
	must(bench, ENFORCER_INSPECT, NULL);
	assert_true(bench->result.active);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(bench->result.writes, 0);
	must(bench, ENFORCER_RELEASE, NULL);
	assert_false(bench->result.active);
	assert_int_equal(bench->result.writes, 2);
	check_bound(bench, 0, 0);
	assert_string_equal(bench->device.bound_order, "01-1-0");
	/* One policy serves both. */
	assert_int_equal(fake_count(&bench->device, POLICY, "crd-"), 1);
	bench_free(bench);
}

/* What a crash or somebody else leaves: half of an isolation is told as such, and half of a release is none. */
static void half_of_it_is_told(void **state)
{
	struct bench *bench = laptop();
	struct plan plan = repair("repair", 1);

	(void)state;
	must(bench, ENFORCER_ISOLATE, &plan);
	fake_binding_of(&bench->device, BINDING, true)->used = false;
	restart(bench);
	must(bench, ENFORCER_INSPECT, NULL);
	assert_true(bench->result.active);
	assert_non_null(strstr(bench->result.open, "the wireless port is not cut off"));
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_string_equal(bench->result.open, "");
	check_bound(bench, 1, 1);
	fake_binding_of(&bench->device, BINDING, false)->used = false;
	restart(bench);
	must(bench, ENFORCER_INSPECT, NULL);
	assert_false(bench->result.active);
	assert_true(bench->result.left);
	must(bench, ENFORCER_RELEASE, NULL);
	check_bound(bench, 0, 0);
	must(bench, ENFORCER_INSPECT, NULL);
	assert_false(bench->result.active || bench->result.left);
	bench_free(bench);
}

static void a_wireless_port_that_refuses_is_told_as_open_and_the_cable_holds(void **state)
{
	struct bench *bench = laptop();
	struct plan plan = repair("repair", 1);

	(void)state;
	bench->device.radio_refuses = true;
	must(bench, ENFORCER_PREPARE, &plan);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	assert_non_null(strstr(bench->result.open, "wireless port"));
	assert_non_null(strstr(bench->result.open, "2066"));
	assert_int_equal(bench->result.writes, 2);
	assert_int_equal(bench->result.reads, 1);
	check_bound(bench, 1, 0);
	must(bench, ENFORCER_INSPECT, NULL);
	assert_true(bench->result.active);
	assert_non_null(strstr(bench->result.open, "2066"));
	survey(bench);
	assert_int_equal(found(bench, AMT_WIRELESS_OPEN), 1);
	assert_int_equal(found(bench, AMT_WIRELESS_BESIDE), 0);
	assert_int_equal(bench->report.grade, AMT_GRADE_D);
	/* Asked again by the next isolation: it may have got its driver since. */
	bench->device.radio_refuses = false;
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_string_equal(bench->result.open, "");
	check_bound(bench, 1, 1);
	must(bench, ENFORCER_RELEASE, NULL);
	check_bound(bench, 0, 0);
	bench_free(bench);
}

static void orders_that_the_wireless_port_swallows_end_and_leave_the_cable_isolated(void **state)
{
	struct bench *bench = laptop();
	struct plan plan = repair("repair", 1);

	(void)state;
	bench->device.radio_loses = true;
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	assert_non_null(strstr(bench->result.open, "does not list it as enabled"));
	check_bound(bench, 1, 0);
	bench_free(bench);
}

static void the_policy_of_another_console_counts_for_its_port_alone(void **state)
{
	struct plan plan = repair("repair", 1);

	(void)state;
	for (unsigned radio = 0; radio < 2; radio++) {
		struct bench *bench = laptop();

		fake_foreign(&bench->device, "Lab", 1, BINDING)->wireless = radio;
		act(bench, ENFORCER_ISOLATE, &plan);
		assert_int_equal(bench->result.rc == 0, radio);
		assert_int_equal(bench->result.active, radio);
		assert_non_null(strstr(radio ? bench->result.open : bench->text, "\"Lab\""));
		assert_non_null(strstr(radio ? bench->result.open : bench->text,
				       radio ? "wireless" : "Ethernet port 0"));
		check_bound(bench, radio, 0);
		survey(bench);
		assert_int_equal(found(bench, radio ? AMT_WIRELESS_OPEN : AMT_FOREIGN_IN_PLACE), 1);
		act(bench, ENFORCER_RELEASE, NULL);
		assert_int_equal(bench->result.rc, 0);
		assert_int_equal(fake_bound(&bench->device, "Lab"), 1);
		check_bound(bench, 0, 0);
		bench_free(bench);
	}
}

static void a_stronger_policy_on_the_wireless_port_leaves_it_open(void **state)
{
	struct bench *bench = laptop();
	struct plan plan = repair("repair", 1);

	(void)state;
	fake_foreign(&bench->device, "Agent", 5000, AGENT_BINDING)->wireless = true;
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	assert_false(bench->result.foreign_active);
	assert_non_null(strstr(bench->result.open, "outranks"));
	must(bench, ENFORCER_INSPECT, NULL);
	assert_non_null(strstr(bench->result.open, "outranks"));
	bench_free(bench);
}

#define FEWER                                                                  \
	"<h:IPv4_MaxTxFilters>28</h:IPv4_MaxTxFilters><h:IPv4_MaxTxCounters>0" \
	"</h:IPv4_MaxTxCounters><h:IPv4_MaxRxFilters>32</h:IPv4_MaxRxFilters>" \
	"<h:IPv4_MaxRxCounters>0</h:IPv4_MaxRxCounters>"
#define TOO_FEW                                                               \
	"<h:IPv4_MaxTxFilters>3</h:IPv4_MaxTxFilters><h:IPv4_MaxTxCounters>8" \
	"</h:IPv4_MaxTxCounters><h:IPv4_MaxRxFilters>3</h:IPv4_MaxRxFilters>" \
	"<h:IPv4_MaxRxCounters>8</h:IPv4_MaxRxCounters>"

/* The wired port must not lose its counters because the other has none. */
static void ports_with_other_limits_have_policies_of_their_own(void **state)
{
	struct bench *bench = laptop();
	struct plan plan = repair("repair", 1), changed = repair("repair", 2);

	(void)state;
	bench->device.radio_limits = FEWER;
	must(bench, ENFORCER_PREPARE, &plan);
	assert_int_equal(fake_count(&bench->device, POLICY, "crd-repair-"), 2);
	assert_int_equal(our_filters(bench), 2 * plan.filter_count);
	must(bench, ENFORCER_PREPARE, &plan);
	assert_int_equal(bench->result.writes, 0);
	restart(bench);
	must(bench, ENFORCER_PREPARE, &plan);
	assert_int_equal(bench->result.writes, 0);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(bench->result.writes, 2);
	assert_string_equal(bench->result.open, "");
	check_bound(bench, 1, 1);
	assert_string_not_equal(fake_binding_of(&bench->device, BINDING, false)->policy,
				fake_binding_of(&bench->device, BINDING, true)->policy);
	must(bench, ENFORCER_INSPECT, NULL);
	assert_true(bench->result.active);
	must(bench, ENFORCER_ISOLATE, &changed);
	check_bound(bench, 1, 1);
	must(bench, ENFORCER_PREPARE, &changed);
	assert_int_equal(fake_count(&bench->device, POLICY, "crd-repair-"), 2);
	assert_int_equal(our_filters(bench), 2 * changed.filter_count);
	must(bench, ENFORCER_RELEASE, NULL);
	check_bound(bench, 0, 0);
	bench_free(bench);
}

static void a_channel_too_large_for_the_wireless_port_isolates_the_cable(void **state)
{
	struct bench *bench = laptop();
	struct plan plan = repair("repair", 4);

	(void)state;
	bench->device.radio_limits = TOO_FEW;
	must(bench, ENFORCER_PREPARE, &plan);
	assert_int_equal(fake_count(&bench->device, POLICY, "crd-"), 1);
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	assert_non_null(strstr(bench->result.open, "filters"));
	check_bound(bench, 1, 0);
	bench_free(bench);
}

static void a_device_without_room_for_both_isolates_the_cable_and_is_left_tidy(void **state)
{
	struct bench *bench = laptop();
	struct plan plan = repair("repair", 1);

	(void)state;
	bench->device.radio_limits = FEWER;
	bench->device.filters_max = (unsigned)plan.filter_count + 2;
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	assert_non_null(strstr(bench->result.open, "no room"));
	assert_int_equal(our_filters(bench), plan.filter_count);
	must(bench, ENFORCER_RELEASE, NULL);
	check_bound(bench, 0, 0);
	bench_free(bench);
}

#define NO_CARD  "<h:MACAddress>00-00-00-00-00-00</h:MACAddress>"
#define NO_CABLE "<h:LinkIsUp>false</h:LinkIsUp><h:MACAddress>00-11-22-33-44-55</h:MACAddress>"
#define IN_DOCK                                                                     \
	"<h:MACAddress>00-11-22-33-44-66</h:MACAddress><h:PhysicalConnectionType>2" \
	"</h:PhysicalConnectionType>"

static void what_the_ports_say_of_themselves_decides(void **state)
{
	static const struct {
		const char *what, *wired, *other;
		unsigned cable, radio;
		uint8_t enforcement;
		enum amt_code code;
	} cases[] = {
		{ "both", NULL, NULL, 1, 1, AMT_BY_FIRMWARE, AMT_WIRELESS_BESIDE },
		{ "no wired card", NO_CARD, NULL, 0, 1, AMT_BY_DRIVER, AMT_WIRELESS_ONLY },
		{ "no wireless card", NULL, NO_CARD, 1, 0, AMT_BY_FIRMWARE, AMT_NO_TLS },
		{ "no cable", NO_CABLE, NULL, 1, 1, AMT_BY_DRIVER, AMT_ON_WIRELESS },
		{ "in a dock", NULL, IN_DOCK, 1, 1, AMT_BY_FIRMWARE, AMT_NO_TLS },
	};
	struct plan plan = repair("repair", 1);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (unsigned by_name = 0; by_name < 2; by_name++) {
			struct bench *bench = laptop();

			bench->device.settings[0] = cases[i].wired;
			bench->device.settings[1] = cases[i].other;
			bench->device.settings_by_name = by_name;
			bench->asset.amt.tls = ASSET_TLS_NONE;
			survey(bench);
			if (bench->report.enforcement != cases[i].enforcement ||
			    !found(bench, cases[i].code))
				fail_msg("%s: by %s, %s", cases[i].what,
					 amt_enforcement_name(bench->report.enforcement),
					 bench->report.finding_count
						 ? bench->report.findings[0].text
						 : "no finding");
			must(bench, ENFORCER_ISOLATE, &plan);
			assert_true(bench->result.active);
			check_bound(bench, cases[i].cable, cases[i].radio);
			must(bench, ENFORCER_RELEASE, NULL);
			check_bound(bench, 0, 0);
			bench_free(bench);
		}
}

/* For whoever finds that a driver takes the management along with the rest. */
static void a_wireless_port_may_be_left_alone_and_that_is_told(void **state)
{
	struct bench *bench = laptop();
	struct plan plan = repair("repair", 1);

	(void)state;
	must(bench, ENFORCER_ISOLATE, &plan);
	check_bound(bench, 1, 1);
	bench->cable_only = true;
	restart(bench);
	survey(bench);
	assert_int_equal(found(bench, AMT_WIRELESS_OPEN), 1);
	/* What was enabled before the setting stays until the release. */
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_string_equal(bench->result.open, "");
	must(bench, ENFORCER_RELEASE, NULL);
	check_bound(bench, 0, 0);
	must(bench, ENFORCER_ISOLATE, &plan);
	check_bound(bench, 1, 0);
	assert_non_null(strstr(bench->result.open, "amt.wireless"));
	must(bench, ENFORCER_INSPECT, NULL);
	assert_true(bench->result.active);
	assert_non_null(strstr(bench->result.open, "amt.wireless"));
	must(bench, ENFORCER_RELEASE, NULL);
	/* Where it is the only one there is nothing to choose. */
	bench->device.no_wired = true;
	restart(bench);
	must(bench, ENFORCER_ISOLATE, &plan);
	check_bound(bench, 0, 1);
	bench_free(bench);
}

/* ---- a failure at every request ---------------------------------------------------------------- */

enum scene {
	ISOLATE_WARM,
	ISOLATE_COLD,
	ISOLATE_OVER,
	ISOLATE_APART,
	RELEASE,
	RELEASE_APART,
	SCENES
};

static struct bench *set_scene(enum scene scene, const struct plan *plan)
{
	struct plan other = repair("strict", 0);
	struct bench *bench = laptop();

	fake_foreign(&bench->device, "Agent", 1, AGENT_BINDING);
	fake_foreign(&bench->device, "Radio", 1, AGENT_BINDING)->wireless = true;
	if (scene == ISOLATE_APART || scene == RELEASE_APART)
		bench->device.radio_limits = FEWER;
	if (scene == ISOLATE_OVER)
		must(bench, ENFORCER_ISOLATE, &other);
	if (scene == ISOLATE_WARM || scene == ISOLATE_OVER)
		must(bench, ENFORCER_PREPARE, plan);
	if (scene == RELEASE || scene == RELEASE_APART)
		must(bench, ENFORCER_ISOLATE, plan);
	return bench;
}

static bool torture(enum scene scene, enum fake_failure failure, unsigned at, bool and_after)
{
	struct plan plan = repair("repair", 1);
	struct bench *bench = set_scene(scene, &plan);
	bool release = scene == RELEASE || scene == RELEASE_APART, reached;
	enum enforcer_act kind = release ? ENFORCER_RELEASE : ENFORCER_ISOLATE;
	unsigned policies = scene == ISOLATE_APART || scene == RELEASE_APART ? 2 : 1;
	char what[100];

	snprintf(what, sizeof(what), "scene %u, failure %u at request %u%s", scene, failure, at,
		 and_after ? " and after" : "");
	fake_fail(&bench->device, failure, at, and_after);
	act(bench, kind, &plan);
	reached = bench->device.requests >= at;
	if (bench->result.rc == 0 && !release &&
	    (fake_bound_on(&bench->device, FAKE_CABLE, "crd-repair-") != 1 ||
	     (!*bench->result.open &&
	      fake_bound_on(&bench->device, FAKE_RADIO, "crd-repair-") != 1)))
		fail_msg("%s: said to be isolated", what);
	if (bench->result.rc == 0 && release && fake_bound(&bench->device, "crd-"))
		fail_msg("%s: said to be released", what);
	fake_fail(&bench->device, FAKE_NONE, 0, false);
	if ((bench->result.rc < 0 || *bench->result.open) && act(bench, kind, &plan)->rc < 0)
		fail_msg("%s: the second try failed: %s", what, bench->text);
	if (fake_bound_on(&bench->device, FAKE_CABLE, "crd-repair-") != !release ||
	    fake_bound_on(&bench->device, FAKE_RADIO, "crd-repair-") != !release ||
	    fake_bound(&bench->device, "crd-") != (release ? 0 : 2))
		fail_msg("%s: wrong bindings", what);
	if (fake_bound(&bench->device, "Agent") != 1 || fake_bound(&bench->device, "Radio") != 1)
		fail_msg("%s: foreign objects were touched", what);
	must(bench, ENFORCER_PREPARE, &plan);
	/* Whose limits were refused is taken for the like of the other. */
	if (failure == FAKE_FAULT && scene == ISOLATE_APART &&
	    fake_count(&bench->device, POLICY, "crd-repair-") == 1)
		policies = 1;
	if (fake_count(&bench->device, POLICY, "crd-repair-") != policies ||
	    our_filters(bench) !=
		    policies * plan.filter_count + (scene == ISOLATE_OVER ? 4u : 0u) ||
	    fake_count(&bench->device, FAKE_DEFAULT, ""))
		fail_msg("%s: %u policies, %u filters", what,
			 fake_count(&bench->device, POLICY, "crd-repair-"), our_filters(bench));
	bench_free(bench);
	return reached;
}

static void every_request_may_fail_in_every_way_and_both_ports_end_alike(void **state)
{
	unsigned runs = 0;

	(void)state;
	for (unsigned scene = 0; scene < SCENES; scene++)
		for (unsigned failure = FAKE_UNREACHABLE; failure < FAKE_FAILURES; failure++)
			for (unsigned and_after = 0; and_after < 2; and_after++)
				for (unsigned at = failure == FAKE_401 && (scene == ISOLATE_COLD ||
									   scene == ISOLATE_APART)
							   ? 2
							   : 1;
				     torture(scene, failure, at, and_after); at++)
					runs++;
	print_message("%u failures injected\n", runs);
	assert_true(runs > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_are_isolated_the_cable_first_and_released_the_cable_last),
		cmocka_unit_test(half_of_it_is_told),
		cmocka_unit_test(a_wireless_port_that_refuses_is_told_as_open_and_the_cable_holds),
		cmocka_unit_test(
			orders_that_the_wireless_port_swallows_end_and_leave_the_cable_isolated),
		cmocka_unit_test(the_policy_of_another_console_counts_for_its_port_alone),
		cmocka_unit_test(a_stronger_policy_on_the_wireless_port_leaves_it_open),
		cmocka_unit_test(ports_with_other_limits_have_policies_of_their_own),
		cmocka_unit_test(a_channel_too_large_for_the_wireless_port_isolates_the_cable),
		cmocka_unit_test(
			a_device_without_room_for_both_isolates_the_cable_and_is_left_tidy),
		cmocka_unit_test(what_the_ports_say_of_themselves_decides),
		cmocka_unit_test(a_wireless_port_may_be_left_alone_and_that_is_told),
		cmocka_unit_test(every_request_may_fail_in_every_way_and_both_ports_end_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
