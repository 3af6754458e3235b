/* SPDX-License-Identifier: Apache-2.0 */
/* Who answers the enforcer, and whether it takes our password. */
#include "tests/unit/amt/enforcing.h"

static void a_wrong_password_is_tried_once_until_it_changes(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);
	struct enforcer_result *result = &bench->result;

	(void)state;
	bench->device.password_wrong = true;
	bench->answers = 0;
	for (unsigned i = 0; i < 5; i++)
		bench->enforcer->act(bench->enforcer->self, ENFORCER_ISOLATE, &bench->asset, &plan,
				     on_done, bench);
	fake_loop_advance_ns(bench->loop, 1000000000);
	assert_int_equal(bench->answers, 5);
	assert_int_equal(bench->device.requests, 1);
	assert_true(result->rc < 0);
	fake_loop_advance_ns(bench->loop, 86400 * UINT64_C(1000000000));
	assert_true(act(bench, ENFORCER_ISOLATE, &plan)->rc < 0);
	assert_int_equal(bench->device.requests, 0); /* since the act was asked for */
	bench->device.password_wrong = false;
	snprintf(bench->asset.amt.user, sizeof(bench->asset.amt.user), "another");
	must(bench, ENFORCER_ISOLATE, &plan);
	bench_free(bench);
}

/* Changed on the device, or locked by somebody else's attempts: it may pass, so it is asked again, ever more seldom. */
static void a_password_that_was_good_is_tried_again_after_a_while(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);
	unsigned tries = 0;

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	bench->device.password_wrong = true;
	assert_true(act(bench, ENFORCER_ISOLATE, &plan)->rc < 0);
	assert_int_equal(bench->device.requests, 2); /* a fresh nonce may be forgotten too */
	for (unsigned act70s = 0; act70s < 52; act70s++) {
		assert_true(act(bench, ENFORCER_ISOLATE, &plan)->rc < 0);
		assert_in_range(bench->device.requests, 0, 1);
		tries += bench->device.requests;
	}
	assert_in_range(tries, 5, 6); /* in an hour: after 1, 3, 7, 15, 30, 45 minutes */
	bench->device.password_wrong = false;
	fake_loop_advance_ns(bench->loop, 901 * UINT64_C(1000000000));
	must(bench, ENFORCER_ISOLATE, &plan);
	bench_free(bench);
}

/* Firmware may forget its nonces at any moment; that must not look like a wrong password. */
static void one_401_to_good_credentials_is_no_refusal(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	restart(bench);
	fake_fail(&bench->device, FAKE_401, 2, false);
	must(bench, ENFORCER_PREPARE, &plan);
	for (unsigned at = 1; at <= 3; at++) {
		fake_fail(&bench->device, FAKE_401, at, false);
		must(bench, ENFORCER_ISOLATE, &plan);
		assert_true(bench->result.active);
		assert_int_equal(fake_bound(&bench->device, "crd-"), 1);
		fake_fail(&bench->device, FAKE_NONE, 0, false);
		must(bench, ENFORCER_RELEASE, NULL);
	}
	bench_free(bench);
}

static void another_machine_at_the_address_is_found_out_before_any_write(void **state)
{
	static const struct {
		const char *name, *uuid, *realm, *guid;
		bool found_out;
	} cases[] = {
		{ "nobody is named", "", "", NULL, false },
		{ "the right UUID", "55e3ae13-bfd2-61bb-17a0-88aedd7037ea", "", NULL, false },
		{ "the same in the other byte order", "13aee355-d2bf-bb61-17a0-88aedd7037ea", "",
		  NULL, false },
		{ "another UUID", "55e3ae13-bfd2-61bb-17a0-88aedd7037eb", "", NULL, true },
		{ "a board without UUID", "55e3ae13-bfd2-61bb-17a0-88aedd7037eb", "",
		  "00000000000000000000000000000000", false },
		{ "the right realm", "", "Digest:1", NULL, false },
		{ "another realm", "", "Digest:9", NULL, true },
	};
	struct plan plan = repair("repair", 1);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench *bench = bench_new();

		snprintf(bench->asset.amt.uuid, sizeof(bench->asset.amt.uuid), "%s", cases[i].uuid);
		snprintf(bench->asset.amt.realm, sizeof(bench->asset.amt.realm), "%s",
			 cases[i].realm);
		bench->device.guid = cases[i].guid;
		act(bench, ENFORCER_ISOLATE, &plan);
		if ((bench->result.rc < 0) != cases[i].found_out)
			fail_msg("%s: rc %d %s", cases[i].name, bench->result.rc, bench->text);
		if (cases[i].found_out)
			assert_int_equal(bench->device.writes, 0);
		survey(bench);
		assert_int_equal(found(bench, AMT_ANOTHER_DEVICE), cases[i].found_out);
		bench_free(bench);
	}
}

static void a_prepared_switch_is_not_thrown_on_a_machine_that_took_the_address(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	bench->device.realm = "Digest:7";
	bench->device.guid = "0102030405060708090A0B0C0D0E0F10";
	assert_true(act(bench, ENFORCER_ISOLATE, &plan)->rc < 0);
	assert_int_equal(bench->device.writes, 0);
	assert_int_equal(fake_bound(&bench->device, ""), 0);
	/* The same board under a new realm was provisioned anew: that is still our machine. */
	bench->device.guid = NULL;
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(fake_bound(&bench->device, "crd-"), 1);
	bench_free(bench);
}

static void a_machine_with_a_new_lease_is_found_again(void **state)
{
	static const struct {
		const char *name, *heard, *also, *realm;
		bool pinned, was_known, found;
	} cases[] = {
		{ "heard elsewhere, realm given", "10.0.0.77", "", "Digest:1", false, false, true },
		{ "heard elsewhere, known from before", "10.0.0.77", "", "", false, true, true },
		{ "heard elsewhere, pinned", "10.0.0.77", "", "", true, false, true },
		{ "heard elsewhere, nothing to know it by", "10.0.0.77", "", "", false, false,
		  false },
		{ "among the given addresses", "", "10.0.0.77", "Digest:1", false, false, true },
		{ "not there either", "10.0.0.78", "10.0.0.79", "Digest:1", false, false, false },
		{ "somebody else there", "10.0.0.77", "", "Digest:8", false, false, false },
		{ "no other place", "", "", "Digest:1", false, false, false },
	};
	struct plan plan = repair("repair", 1);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench *bench = bench_new();

		if (cases[i].was_known)
			must(bench, ENFORCER_PREPARE, &plan);
		snprintf(bench->device.address, sizeof(bench->device.address), "10.0.0.77");
		snprintf(bench->asset.amt.realm, sizeof(bench->asset.amt.realm), "%s",
			 cases[i].realm);
		snprintf(bench->asset.amt.also[0], sizeof(bench->asset.amt.also[0]), "%s",
			 cases[i].also);
		bench->asset.amt.tls = cases[i].pinned ? ASSET_TLS_PIN : ASSET_TLS_NONE;
		if (*cases[i].heard)
			assert_true(ip_parse(cases[i].heard, &bench->asset.amt.heard));
		act(bench, ENFORCER_ISOLATE, &plan);
		if ((bench->result.rc == 0) != cases[i].found)
			fail_msg("%s: rc %d %s", cases[i].name, bench->result.rc, bench->text);
		assert_int_equal(fake_bound(&bench->device, "crd-"), cases[i].found);
		if (!cases[i].found) {
			assert_int_equal(bench->device.writes, 0);
			assert_non_null(strstr(bench->result.device, "10.0.0.23"));
			assert_false(bench->result.unknown);
		} else {
			assert_string_equal(bench->result.device, "AMT 12.0.67 at 10.0.0.77:16992");
			must(bench, ENFORCER_RELEASE, NULL);
			assert_int_equal(bench->result.writes, 1);
		}
		bench_free(bench);
	}
}

/* A lease ends between any two requests of an act, preparing and enabling included. */
static void a_machine_may_move_between_any_two_requests(void **state)
{
	struct plan plan = repair("repair", 1);
	bool moved = true;

	(void)state;
	for (unsigned cold = 0; cold < 2; cold++, moved = true)
		for (unsigned after = 1; moved; after++) {
			struct bench *bench = bench_new();

			bench->device.wireless = after % 2;
			snprintf(bench->asset.amt.also[0], sizeof(bench->asset.amt.also[0]),
				 "10.0.0.24");
			snprintf(bench->device.address, sizeof(bench->device.address), "10.0.0.23");
			if (!cold)
				must(bench, ENFORCER_PREPARE, &plan);
			else
				snprintf(bench->asset.amt.realm, sizeof(bench->asset.amt.realm),
					 "%s", bench->device.realm);
			bench->device.requests = 0;
			bench->device.moves_after = after;
			bench->device.moves_to = "10.0.0.24";
			for (unsigned tries = 0; act(bench, ENFORCER_ISOLATE, &plan)->rc < 0;
			     tries++)
				if (tries == 3)
					fail_msg("moved after %u: %s", after, bench->text);
			moved = strcmp(bench->device.address, "10.0.0.24") == 0;
			assert_true(bench->result.active);
			assert_int_equal(fake_bound(&bench->device, "crd-"), 1 + after % 2);
			must(bench, ENFORCER_PREPARE, &plan);
			assert_int_equal(fake_count(&bench->device, POLICY, "crd-"), 1);
			assert_int_equal(our_filters(bench), plan.filter_count);
			must(bench, ENFORCER_RELEASE, NULL);
			assert_int_equal(fake_bound(&bench->device, "crd-"), 0);
			bench_free(bench);
		}
}

/* An old address in the list of assets: the machine of one answers for another, too. */
static void one_machine_answers_for_one_asset(void **state)
{
	struct plan plan = repair("repair", 1);

	(void)state;
	for (unsigned has_mac = 0; has_mac < 3; has_mac++) {
		struct bench *bench = bench_new();
		struct asset first = bench->asset, second = bench->asset;
		struct mac mac;

		assert_true(mac_parse("00:11:22:33:44:55", &mac));
		snprintf(second.name, sizeof(second.name), "pc2");
		if (has_mac)
			*(has_mac == 1 ? &first.mac : &second.mac) = mac;
		bench->asset = first;
		must(bench, ENFORCER_PREPARE, &plan);
		bench->asset = second;
		act(bench, ENFORCER_ISOLATE, &plan);
		if (has_mac == 2) {
			/* It has the MAC of the second: the first was wrong. */
			assert_int_equal(bench->result.rc, 0);
			must(bench, ENFORCER_RELEASE, NULL);
			bench->asset = first;
			act(bench, ENFORCER_ISOLATE, &plan);
		}
		assert_true(bench->result.rc < 0);
		assert_non_null(strstr(bench->text, has_mac == 2 ? "is that of asset pc2"
								 : "is that of asset pc1"));
		assert_int_equal(fake_bound(&bench->device, "crd-"), 0);
		survey(bench);
		assert_int_equal(found(bench, AMT_ANOTHER_DEVICE), 1);
		/* Corrected: the other place is another machine. */
		snprintf(bench->asset.amt.address, sizeof(bench->asset.amt.address), "10.0.0.99");
		bench->device.guid = "23AEE355D2BFBB6117A088AEDD7037EA";
		must(bench, ENFORCER_ISOLATE, &plan);
		bench_free(bench);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_password_is_tried_once_until_it_changes),
		cmocka_unit_test(a_password_that_was_good_is_tried_again_after_a_while),
		cmocka_unit_test(one_401_to_good_credentials_is_no_refusal),
		cmocka_unit_test(another_machine_at_the_address_is_found_out_before_any_write),
		cmocka_unit_test(
			a_prepared_switch_is_not_thrown_on_a_machine_that_took_the_address),
		cmocka_unit_test(a_machine_with_a_new_lease_is_found_again),
		cmocka_unit_test(one_machine_answers_for_one_asset),
		cmocka_unit_test(a_machine_may_move_between_any_two_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
