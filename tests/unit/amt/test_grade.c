/* SPDX-License-Identifier: Apache-2.0 */
/* Values in, grade and codes out. */
#include "amt/grade.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "amt/cim.h"
#include "core/base/err.h"
#include "core/isolation/plan.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct scene {
	struct inventory inventory;
	struct health health;
	struct grade_survey survey;
	struct amt_report report;
};

/* A machine with nothing to mend. */
static void scene_init(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	s->inventory = (struct inventory){
		.known = true,
		.provisioning_state = 2,
		.provisioning_mode = 1,
		.release = "12.0.67",
		.number = { 12, 0 },
		.uuid = "55e3ae13-bfd2-61bb-17a0-88aedd7037ea",
		.realm = "Digest:A4",
		.port_count = 1,
		.has_system_defense = true,
		.policies_max = 8,
		.filters_max = 80,
	};
	s->inventory.ports[0] =
		(struct inventory_port){ .reference = cim_reference_new("CIM_EthernetPort"),
					 .capabilities = { .given = true,
							   .tx_filters = 28,
							   .rx_filters = 32,
							   .tx_counters = 8,
							   .rx_counters = 8,
							   .v6_tx_filters = 28,
							   .v6_rx_filters = 32,
							   .v6_ratio = 4 } };
	s->survey = (struct grade_survey){ .tls = ASSET_TLS_PIN,
					   .inventory = &s->inventory,
					   .health = &s->health,
					   .objects_known = true,
					   .our_precedence = 1000,
					   .wall_s = 1800000000 };
}

static void scene_fini(struct scene *s)
{
	inventory_fini(&s->inventory);
}

static void no_port(struct scene *s)
{
	cim_reference_free(s->inventory.ports[0].reference);
	s->inventory.ports[0].reference = NULL;
	s->inventory.port_count = 0;
}

static void nothing(struct scene *s)
{
	(void)s;
}
static void not_provisioned(struct scene *s)
{
	s->inventory.provisioning_state = 0;
}
static void client_mode(struct scene *s)
{
	s->inventory.provisioning_mode = 4;
}
static void too_old(struct scene *s)
{
	s->inventory.number = (struct release){ 3, 0 };
}
static void no_defense(struct scene *s)
{
	s->inventory.has_system_defense = s->inventory.ports[0].capabilities.given = false;
}
static void denied(struct scene *s)
{
	no_defense(s);
	s->inventory.denied = true;
}
static void unreachable(struct scene *s)
{
	s->survey.failure = "no route";
	s->survey.trouble = SESSION_UNREACHABLE;
}
static void bad_logon(struct scene *s)
{
	s->survey.failure = "401";
	s->survey.trouble = SESSION_BAD_LOGON;
}
static void untrusted(struct scene *s)
{
	s->survey.failure = "pin";
	s->survey.trouble = SESSION_UNTRUSTED;
}
static void stranger(struct scene *s)
{
	s->survey.failure = "realm";
	s->survey.trouble = SESSION_STRANGER;
}
static void another(struct scene *s)
{
	s->survey.failure = "UUID";
	s->survey.another_device = true;
}
static void broken(struct scene *s)
{
	s->survey.failure = "cut";
	s->survey.trouble = SESSION_BROKEN;
}
static void settings(struct scene *s)
{
	s->survey.failure = "env";
	s->survey.settings_wrong = true;
}
static void in_place(struct scene *s)
{
	s->survey.foreign_in_place = true;
	s->survey.rival = "Lab";
}
static void outranked(struct scene *s)
{
	s->survey.rival = "AV";
	s->survey.rival_precedence = 1000;
}
static void not_outranked(struct scene *s)
{
	s->survey.rival = "AV";
	s->survey.rival_precedence = 999;
}
static void policies_full(struct scene *s)
{
	s->survey.policies_used = s->survey.foreign_policies = 8;
}
static void policies_one_left(struct scene *s)
{
	s->survey.policies_used = s->survey.foreign_policies = 7;
}
static void filters_full(struct scene *s)
{
	s->survey.filters_used = 77;
}
static void filters_tight(struct scene *s)
{
	s->survey.filters_used = 70;
}
static void filters_ours(struct scene *s)
{
	s->survey.filters_used = s->survey.filters_ours = 80;
}
static void audit_full(struct scene *s)
{
	s->health.audit_given = true;
	s->health.audit_state = AUDIT_FULL | AUDIT_LOCKED;
}
static void audit_locked(struct scene *s)
{
	s->health.audit_given = true;
	s->health.audit_state = AUDIT_LOCKED;
}
static void audit_filling(struct scene *s)
{
	s->health.audit_given = true;
	s->health.audit_state = AUDIT_ALMOST_FULL;
}
static void audit_fine(struct scene *s)
{
	s->health.audit_given = true;
	s->health.audit_state = AUDIT_NO_KEY;
}
static void flash(struct scene *s)
{
	s->survey.flash_protected_s = 60;
}
static void driver(struct scene *s)
{
	s->inventory.ports[0].by_driver = true;
}
static void wireless(struct scene *s)
{
	s->inventory.ports[1].reference = cim_reference_new("CIM_EthernetPort");
	s->inventory.ports[1].by_driver = true;
	s->inventory.port_count = 2;
}
static void wireless_open(struct scene *s)
{
	wireless(s);
	s->survey.open = "AMT status 2066 (not supported)";
}
static void wireless_taken(struct scene *s)
{
	wireless(s);
	s->survey.taken_beside = "Lab";
}
static void off_cable(struct scene *s)
{
	wireless(s);
	s->inventory.ports[0].link_down = true;
}
static void off_both(struct scene *s)
{
	off_cable(s);
	s->inventory.ports[1].link_down = true;
}
/* In a dock: firmware's own. */
static void second_cable(struct scene *s)
{
	wireless(s);
	s->inventory.ports[1].by_driver = false;
}
static void plain(struct scene *s)
{
	s->survey.tls = ASSET_TLS_NONE;
}
static void legacy(struct scene *s)
{
	s->survey.tls = ASSET_TLS_LEGACY_PIN;
	s->inventory.number = (struct release){ 11, 8 };
}
static void authority(struct scene *s)
{
	s->survey.tls = ASSET_TLS_VERIFY;
}
static void uncounted(struct scene *s)
{
	s->inventory.ports[0].capabilities.tx_counters =
		s->inventory.ports[0].capabilities.rx_counters = 0;
}
static void no_v6(struct scene *s)
{
	s->inventory.number = (struct release){ 5, 0 };
}
static void unknown_release(struct scene *s)
{
	s->inventory.number = (struct release){ 0, 0 };
}
static void undocumented(struct scene *s)
{
	s->inventory.number = (struct release){ 19, 0 };
}
static void assumed(struct scene *s)
{
	s->inventory.ports[0].capabilities.given = false;
}
static void clock_early(struct scene *s)
{
	s->health.clock_given = true;
	s->health.clock_s = 1800000301;
}
static void clock_late(struct scene *s)
{
	s->health.clock_given = true;
	s->health.clock_s = 1799999699;
}
static void clock_right(struct scene *s)
{
	s->health.clock_given = true;
	s->health.clock_s = 1800000300;
}
static void clock_unjudged(struct scene *s)
{
	clock_early(s);
	s->survey.wall_s = 0;
}
static void nameless(struct scene *s)
{
	s->inventory.uuid[0] = s->inventory.realm[0] = '\0';
}

#define NONE AMT_CODES

static const struct {
	const char *name;
	void (*set)(struct scene *s);
	enum amt_code code;
	unsigned grade, enforcement;
} cases[] = {
	{ "all is well", nothing, NONE, AMT_GRADE_A, AMT_BY_FIRMWARE },
	{ "not provisioned", not_provisioned, AMT_NOT_PROVISIONED, AMT_GRADE_F, AMT_BY_NOBODY },
	{ "client control mode", client_mode, AMT_CLIENT_CONTROL_MODE, AMT_GRADE_F, AMT_BY_NOBODY },
	{ "too old", too_old, AMT_RELEASE_TOO_OLD, AMT_GRADE_F, AMT_BY_NOBODY },
	{ "no System Defense", no_defense, AMT_NO_SYSTEM_DEFENSE, AMT_GRADE_F, AMT_BY_NOBODY },
	{ "denied", denied, AMT_RIGHTS_MISSING, AMT_GRADE_E, AMT_BY_NOBODY },
	{ "no port", no_port, AMT_NO_WIRED_PORT, AMT_GRADE_F, AMT_BY_NOBODY },
	{ "unreachable", unreachable, AMT_UNREACHABLE, AMT_GRADE_E, AMT_BY_NOBODY },
	{ "credentials", bad_logon, AMT_CREDENTIALS_REFUSED, AMT_GRADE_E, AMT_BY_NOBODY },
	{ "certificate", untrusted, AMT_CERTIFICATE_REFUSED, AMT_GRADE_E, AMT_BY_NOBODY },
	{ "another realm", stranger, AMT_ANOTHER_DEVICE, AMT_GRADE_E, AMT_BY_NOBODY },
	{ "another UUID", another, AMT_ANOTHER_DEVICE, AMT_GRADE_E, AMT_BY_NOBODY },
	{ "broken", broken, AMT_SURVEY_FAILED, AMT_GRADE_E, AMT_BY_NOBODY },
	{ "settings", settings, AMT_SETTINGS_WRONG, AMT_GRADE_E, AMT_BY_NOBODY },
	{ "foreign policy in our place", in_place, AMT_FOREIGN_IN_PLACE, AMT_GRADE_E,
	  AMT_BY_FIRMWARE },
	{ "foreign policy as high", outranked, AMT_FOREIGN_OUTRANKS, AMT_GRADE_D, AMT_BY_FIRMWARE },
	{ "foreign policy below", not_outranked, NONE, AMT_GRADE_A, AMT_BY_FIRMWARE },
	{ "no policy left", policies_full, AMT_NO_ROOM, AMT_GRADE_E, AMT_BY_FIRMWARE },
	{ "one policy left", policies_one_left, AMT_BUDGET_TIGHT, AMT_GRADE_B, AMT_BY_FIRMWARE },
	{ "no filters left", filters_full, AMT_NO_ROOM, AMT_GRADE_E, AMT_BY_FIRMWARE },
	{ "few filters left", filters_tight, AMT_BUDGET_TIGHT, AMT_GRADE_B, AMT_BY_FIRMWARE },
	{ "all filters ours", filters_ours, NONE, AMT_GRADE_A, AMT_BY_FIRMWARE },
	{ "audit log full and locked", audit_full, AMT_AUDIT_LOG_FULL, AMT_GRADE_E,
	  AMT_BY_FIRMWARE },
	{ "audit log locked", audit_locked, AMT_AUDIT_LOG_LOCKED, AMT_GRADE_D, AMT_BY_FIRMWARE },
	{ "audit log filling", audit_filling, AMT_AUDIT_LOG_FILLING, AMT_GRADE_B, AMT_BY_FIRMWARE },
	{ "audit log without key", audit_fine, NONE, AMT_GRADE_A, AMT_BY_FIRMWARE },
	{ "flash protected", flash, AMT_FLASH_PROTECTED, AMT_GRADE_E, AMT_BY_FIRMWARE },
	{ "wireless only", driver, AMT_WIRELESS_ONLY, AMT_GRADE_D, AMT_BY_DRIVER },
	{ "wireless too", wireless, AMT_WIRELESS_BESIDE, AMT_GRADE_C, AMT_BY_FIRMWARE },
	{ "wireless did not take it", wireless_open, AMT_WIRELESS_OPEN, AMT_GRADE_D,
	  AMT_BY_FIRMWARE },
	{ "wireless is taken", wireless_taken, AMT_WIRELESS_OPEN, AMT_GRADE_D, AMT_BY_FIRMWARE },
	{ "on its wireless", off_cable, AMT_ON_WIRELESS, AMT_GRADE_D, AMT_BY_DRIVER },
	{ "no link at all", off_both, AMT_WIRELESS_BESIDE, AMT_GRADE_C, AMT_BY_FIRMWARE },
	{ "two cables", second_cable, NONE, AMT_GRADE_A, AMT_BY_FIRMWARE },
	{ "no TLS", plain, AMT_NO_TLS, AMT_GRADE_C, AMT_BY_FIRMWARE },
	{ "legacy TLS", legacy, AMT_LEGACY_TLS, AMT_GRADE_B, AMT_BY_FIRMWARE },
	{ "TLS by authority", authority, NONE, AMT_GRADE_A, AMT_BY_FIRMWARE },
	{ "no counters", uncounted, AMT_NO_COUNTERS, AMT_GRADE_C, AMT_BY_FIRMWARE },
	{ "no IPv6 filters", no_v6, AMT_NO_IPV6_FILTERS, AMT_GRADE_B, AMT_BY_FIRMWARE },
	{ "unknown release", unknown_release, AMT_RELEASE_UNKNOWN, AMT_GRADE_B, AMT_BY_FIRMWARE },
	{ "undocumented release", undocumented, AMT_RELEASE_NOT_DOCUMENTED, AMT_GRADE_B,
	  AMT_BY_FIRMWARE },
	{ "limits not told", assumed, AMT_LIMITS_ASSUMED, AMT_GRADE_B, AMT_BY_FIRMWARE },
	{ "clock ahead", clock_early, AMT_CLOCK_WRONG, AMT_GRADE_B, AMT_BY_FIRMWARE },
	{ "clock behind", clock_late, AMT_CLOCK_WRONG, AMT_GRADE_B, AMT_BY_FIRMWARE },
	{ "clock a little off", clock_right, NONE, AMT_GRADE_A, AMT_BY_FIRMWARE },
	{ "clock not judged", clock_unjudged, NONE, AMT_GRADE_A, AMT_BY_FIRMWARE },
	{ "nameless", nameless, AMT_IDENTITY_UNKNOWN, AMT_GRADE_B, AMT_BY_FIRMWARE },
};

static void each_fact_gives_its_code_and_its_grade(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene s;
		bool none = cases[i].code == NONE;

		scene_init(&s);
		cases[i].set(&s);
		grade(&s.survey, &s.report);
		if (s.report.grade != cases[i].grade ||
		    s.report.enforcement != cases[i].enforcement ||
		    s.report.finding_count != !none ||
		    (!none && s.report.findings[0].code != cases[i].code))
			fail_msg("%s: grade %c, by %s, %u findings, first %s: %s", cases[i].name,
				 amt_grade_letter(s.report.grade),
				 amt_enforcement_name(s.report.enforcement), s.report.finding_count,
				 amt_code_row(s.report.findings[0].code)->code,
				 s.report.findings[0].text);
		scene_fini(&s);
	}
}

static void every_code_but_those_of_callers_is_tried_here(void **state)
{
	(void)state;
	for (unsigned code = 0; code < AMT_CODES; code++) {
		bool tried = code == AMT_NO_AMT || code == AMT_CHANNEL_TOO_LARGE ||
			     code == AMT_NO_ANTI_SPOOFING || code == AMT_NOT_ALL_FIT;

		for (size_t i = 0; i < COUNT(cases); i++)
			tried = tried || cases[i].code == code;
		if (!tried)
			fail_msg("%s", amt_code_row(code)->code);
	}
}

static void codes_are_words_that_differ(void **state)
{
	(void)state;
	for (unsigned a = 0; a < AMT_CODES; a++) {
		const char *code = amt_code_row(a)->code;

		assert_int_equal(strspn(code, "abcdefghijklmnopqrstuvwxyz-0123456789"),
				 strlen(code));
		assert_true(*code && *amt_code_row(a)->remedy);
		for (unsigned b = a + 1; b < AMT_CODES; b++)
			assert_string_not_equal(code, amt_code_row(b)->code);
	}
}

static void the_worst_finding_comes_first_and_decides(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s);
	plain(&s);
	wireless(&s);
	outranked(&s);
	clock_late(&s);
	grade(&s.survey, &s.report);
	assert_int_equal(s.report.finding_count, 4);
	assert_int_equal(s.report.findings[0].code, AMT_FOREIGN_OUTRANKS);
	assert_int_equal(s.report.findings[3].code, AMT_CLOCK_WRONG);
	assert_int_equal(s.report.grade, AMT_GRADE_D);
	/* More than fit: the mild ones go. */
	for (unsigned i = 0; i < 2 * AMT_FINDINGS_MAX; i++)
		amt_report_add(&s.report, AMT_NO_TLS, "%u", i);
	amt_report_add(&s.report, AMT_NOT_PROVISIONED, "last");
	assert_int_equal(s.report.finding_count, AMT_FINDINGS_MAX);
	assert_int_equal(s.report.findings[0].code, AMT_NOT_PROVISIONED);
	assert_int_equal(s.report.findings[1].code, AMT_FOREIGN_OUTRANKS);
	assert_int_equal(s.report.findings[AMT_FINDINGS_MAX - 1].code, AMT_NO_TLS);
	assert_int_equal(s.report.grade, AMT_GRADE_F);
	scene_fini(&s);
}

static void a_plan_that_does_not_fit_is_a_reason(void **state)
{
	struct amt_report report = { .filters_max = 80,
				     .tx_filters_max = 2,
				     .rx_filters_max = 31,
				     .tx_counters = 1,
				     .rx_counters = 1,
				     .v6_ratio = 1 };
	struct plan plan = { .name = "repair", .drop_transmit = true, .drop_receive = true };

	(void)state;
	for (uint16_t i = 0; i < 3; i++)
		plan.filters[plan.filter_count++] =
			(struct filter){ .ethertype = (uint16_t)(0x0806 + i), .label = "x" };
	amt_report_plan(&report, &plan);
	assert_int_equal(report.findings[0].code, AMT_CHANNEL_TOO_LARGE);
	assert_non_null(strstr(report.findings[0].text, "needs 3 transmit filters, 2 fit"));
	report.finding_count = 0;
	report.tx_filters_max = 27;
	amt_report_plan(&report, &plan);
	assert_int_equal(report.finding_count, 0);
	plan.anti_spoofing = true;
	amt_report_plan(&report, &plan);
	assert_int_equal(report.findings[0].code, AMT_NO_ANTI_SPOOFING);
	assert_non_null(strstr(report.findings[0].text, "\"repair\" asks for anti-spoofing"));
	report.finding_count = 0;
	report.anti_spoofing = true;
	amt_report_plan(&report, &plan);
	assert_int_equal(report.finding_count, 0);
	report = (struct amt_report){ .rc = 0 };
	amt_report_plan(&report, &plan);
	assert_int_equal(report.finding_count, 0);
}

static void what_fits_one_by_one_may_not_fit_together(void **state)
{
	static const struct {
		uint32_t plans, filters, foreign_policies, foreign_filters;
		bool fits;
	} rooms[] = {
		{ 8, 80, 0, 0, true },  { 9, 80, 0, 0, false },  { 8, 81, 0, 0, false },
		{ 7, 70, 1, 10, true }, { 8, 70, 1, 10, false }, { 7, 71, 1, 10, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rooms); i++) {
		struct amt_report report = { .policies_max = 8,
					     .filters_max = 80,
					     .foreign_policies = rooms[i].foreign_policies,
					     .foreign_filters = rooms[i].foreign_filters };

		amt_report_together(&report, rooms[i].plans, rooms[i].filters);
		assert_int_equal(report.finding_count, !rooms[i].fits);
		if (!rooms[i].fits)
			assert_int_equal(report.findings[0].code, AMT_NOT_ALL_FIT);
	}
}

static void a_plan_says_how_many_filters_it_takes(void **state)
{
	struct plan plan = { .name = "repair", .drop_transmit = true, .drop_receive = true };
	struct amt_report report = { .tx_filters_max = 27, .rx_filters_max = 31, .v6_ratio = 1 };
	struct amt_need need;
	struct err err = { 0 };

	(void)state;
	plan.anti_spoofing = true;
	for (uint8_t i = 0; i < 3; i++)
		plan.filters[plan.filter_count++] =
			(struct filter){ .direction = i == 2 ? FILTER_RECEIVE : FILTER_TRANSMIT,
					 .ethertype = (uint16_t)(0x0806 + i),
					 .label = "x" };
	assert_int_equal(amt_report_plan(&report, &plan), 3);
	assert_int_equal(amt_plan_need(&plan, &need, &err), 0);
	assert_int_equal(need.transmit, 4); /* two of them compare sources */
	assert_int_equal(need.receive, 1);
	assert_int_equal(need.filters, 3);
	assert_int_equal(need.filters_fit, 80);
	assert_int_equal(need.policies_fit, 8);
	for (uint16_t i = 3; i < 40; i++)
		plan.filters[plan.filter_count++] =
			(struct filter){ .ethertype = (uint16_t)(0x0806 + i), .label = "x" };
	assert_true(amt_plan_need(&plan, &need, &err) < 0);
	assert_non_null(strstr(err.text, "needs 41 transmit filters, 27 fit"));
	assert_int_equal(amt_report_plan(&report, &plan), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fact_gives_its_code_and_its_grade),
		cmocka_unit_test(every_code_but_those_of_callers_is_tried_here),
		cmocka_unit_test(codes_are_words_that_differ),
		cmocka_unit_test(the_worst_finding_comes_first_and_decides),
		cmocka_unit_test(a_plan_that_does_not_fit_is_a_reason),
		cmocka_unit_test(what_fits_one_by_one_may_not_fit_together),
		cmocka_unit_test(a_plan_says_how_many_filters_it_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
