/* SPDX-License-Identifier: Apache-2.0 */
/* From an incident and an asset to the facts that rules ask for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/asset/asset.h"
#include "core/incident/incident.h"
#include "core/policy/channel.h"
#include "tests/unit/policy/fixture.h"

static const char *detector_name(unsigned id)
{
	return id == DETECTOR_ARPSWEEP ? "arpsweep" : id == DETECTOR_TRW ? "trw" : NULL;
}

static struct incident an_incident(void)
{
	struct incident incident = { .log_odds = 12.5,
				     .kind = EVIDENCE_RECONNAISSANCE,
				     .contacts = 7,
				     .evidence_count = 4 };

	incident.host.vlan = 20;
	incident.evidence[0] = (struct evidence){ .detector = DETECTOR_ARPSWEEP, .log_odds = 6 };
	incident.evidence[1] =
		(struct evidence){ .detector = DETECTOR_TRW, .log_odds = 4, .port = 445 };
	incident.evidence[2] =
		(struct evidence){ .detector = DETECTOR_TRW, .log_odds = 5, .port = 80 };
	incident.evidence[3] = (struct evidence){ .detector = 63, .log_odds = 9 };
	return incident;
}

static void an_incident_of_an_asset_becomes_facts(void **state)
{
	const struct asset asset = { .name = "pc-23",
				     .role = "workstation",
				     .tags = { "finance", "", "vip" } };
	const struct incident incident = an_incident();
	struct policy_input input;

	(void)state;
	policy_input_from(&input, &incident, &asset, detector_name, 77);
	assert_true(input.log_odds == 12.5);
	assert_string_equal(input.kind, evidence_kind_name(EVIDENCE_RECONNAISSANCE));
	assert_int_equal(input.contacts, 7);
	assert_int_equal(input.port, 445); /* of the strongest evidence that has one */
	assert_int_equal(input.host.vlan, 20);
	assert_string_equal(input.asset, "pc-23");
	assert_string_equal(input.role, "workstation");
	assert_string_equal(input.tags[0], "finance");
	assert_string_equal(input.tags[1], "vip");
	assert_null(input.tags[2]);
	assert_int_equal(input.wall_ns, 77);
	/* One entry per detector, the strongest; a detector without a name is nobody a rule
	 * could ask for. */
	assert_int_equal(input.evidence_count, 2);
	assert_string_equal(input.evidence[1].detector, "trw");
	assert_true(input.evidence[1].log_odds == 5);
}

static void a_host_we_do_not_answer_for_is_unknown(void **state)
{
	const struct incident incident = an_incident();
	struct policy_input input;

	(void)state;
	policy_input_from(&input, &incident, NULL, detector_name, 0);
	assert_string_equal(input.asset, "");
	assert_string_equal(input.role, "unknown");
	assert_null(input.tags[0]);
}

static void of_what_a_detector_says_the_strongest_counts_in_any_order(void **state)
{
	static const double said[][3] = { { 3, 5, 9 }, { 9, 5, 3 }, { 5, 9, 3 } };

	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct incident incident = { .evidence_count = 3 };
		struct policy_input input;

		for (size_t k = 0; k < 3; k++) {
			incident.evidence[k].detector = DETECTOR_TRW;
			incident.evidence[k].log_odds = said[i][k];
		}
		policy_input_from(&input, &incident, NULL, detector_name, 0);
		assert_int_equal(input.evidence_count, 1);
		assert_true(input.evidence[0].log_odds == 9);
	}
}

static void full_lists_fit(void **state)
{
	struct asset asset = { .name = "a", .role = "lab" };
	struct incident incident = { .evidence_count = INCIDENT_EVIDENCE };
	struct policy_input input;

	(void)state;
	for (size_t i = 0; i < ASSET_TAGS; i++)
		snprintf(asset.tags[i], sizeof(asset.tags[i]), "t%zu", i);
	for (size_t i = 0; i < INCIDENT_EVIDENCE; i++)
		incident.evidence[i].detector = DETECTOR_TRW;
	policy_input_from(&input, &incident, &asset, detector_name, 0);
	assert_string_equal(input.tags[ASSET_TAGS - 1], "t7");
	assert_int_equal(input.evidence_count, 1);
}

static void a_place_of_the_site_may_be_overridden_and_any_detector_goes_without_a_list(void **state)
{
	static const char text[] =
		"addresses: { relay: 10.0.0.77 }\n"
		"channels: { r: [arp, dhcp, dns: relay] }\n"
		"rules: [ { name: a, when: { evidence: { any: whatever } }, then: watch } ]\n";
	static const struct policy_place places[] = {
		{ "relay", { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1 } } },
		{ NULL, { { 0 } } },
	};
	const struct policy_known known = { .places = places };
	struct source *source = source_from_text("p", text, strlen(text));
	struct complaints *complaints = complaints_new();
	struct policy *policy = policy_load(source, &known, complaints);

	(void)state;
	assert_non_null(policy);
	assert_false(policy_channel(policy, "r")->unresolved);
	assert_int_equal(policy_channel(policy, "r")->items[2].to.ip.bytes[15], 77);
	policy_free(policy);
	policy = policy_load(source, NULL, complaints);
	assert_int_equal(complaints_count(complaints), 0);
	assert_non_null(policy);
	assert_int_equal(policy_rule_count(policy), 1);
	policy_free(policy);
	policy_free(NULL);
	complaints_free(complaints);
	source_free(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_incident_of_an_asset_becomes_facts),
		cmocka_unit_test(a_host_we_do_not_answer_for_is_unknown),
		cmocka_unit_test(of_what_a_detector_says_the_strongest_counts_in_any_order),
		cmocka_unit_test(full_lists_fit),
		cmocka_unit_test(
			a_place_of_the_site_may_be_overridden_and_any_detector_goes_without_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
