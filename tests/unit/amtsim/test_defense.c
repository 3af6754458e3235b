/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/amtsim/defense.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/amtsim/knobs.h"

#define MINUTE_NS (60ull * 1000000000ull)

static struct knobs knobs;
static struct defense *defense;

static int open_defense(void **state)
{
	(void)state;
	knobs_init(&knobs);
	defense = defense_new(&knobs, NULL, NULL);
	defense_arm(defense, OWNER_AGENT_PRESENCE, true, 0);
	defense_arm(defense, OWNER_HEURISTICS, true, 0);
	return 0;
}

static int close_defense(void **state)
{
	(void)state;
	defense_free(defense);
	return 0;
}

static uint32_t add_filter(enum sd_direction direction, enum sd_profile profile, uint8_t version)
{
	struct sd_filter filter = { .kind = SD_IP,
				    .name = "f",
				    .direction = direction,
				    .profile = profile,
				    .ip_version = version };

	return defense_add_filter(defense, &filter) ? 0 : filter.handle;
}

static uint32_t add_policy(uint32_t precedence, struct sd_policy *policy)
{
	policy->precedence = precedence;
	return defense_add_policy(defense, policy) ? 0 : policy->id;
}

static uint32_t bind(enum sd_owner owner, uint32_t policy, uint64_t now_ns)
{
	struct sd_binding binding = { .owner = owner, .policy = policy };

	return defense_bind(defense, &binding, now_ns);
}

static uint32_t active(void)
{
	return gate_policy(defense_gate(defense, 0));
}

/* `n` filters of a kind, then a policy that names them all. */
struct load {
	unsigned tx, rx;
	enum sd_profile profile;
	uint8_t version;
	enum sd_spoof spoof;
	bool count_defaults;
};

static uint32_t try_load(const struct load *load)
{
	struct sd_policy policy = { .spoof = load->spoof };
	unsigned i;

	policy.when_unmatched[SD_TX].count = load->count_defaults;
	policy.when_unmatched[SD_RX].count = load->count_defaults;
	for (i = 0; i < load->tx + load->rx; i++)
		policy.handles[policy.handle_count++] =
			add_filter(i < load->tx ? SD_TX : SD_RX, load->profile, load->version);
	return defense_add_policy(defense, &policy);
}

static void a_policy_holds_what_the_hardware_has_room_for(void **state)
{
	static const struct {
		const char *name;
		struct load load;
		uint32_t status;
	} cases[] = {
		{ "27 Tx", { .tx = 27, .profile = SD_PASS }, 0 },
		{ "28 Tx", { .tx = 28, .profile = SD_PASS }, PT_MAX_LIMIT_REACHED },
		{ "31 Rx", { .rx = 31, .profile = SD_PASS }, 0 },
		{ "32 Rx", { .rx = 32, .profile = SD_PASS }, PT_MAX_LIMIT_REACHED },
		{ "both at their limits", { .tx = 27, .rx = 31, .profile = SD_PASS }, 0 },
		{ "25 Tx with anti-spoofing",
		  { .tx = 25, .profile = SD_PASS, .spoof = SPOOF_SILENT },
		  0 },
		{ "26 Tx with anti-spoofing",
		  { .tx = 26, .profile = SD_PASS, .spoof = SPOOF_SILENT },
		  PT_MAX_LIMIT_REACHED },
		{ "16 counters", { .tx = 16, .profile = SD_DROP_COUNT }, 0 },
		{ "17 counters", { .tx = 17, .profile = SD_PASS_COUNT }, PT_MAX_LIMIT_REACHED },
		{ "a counting default takes one",
		  { .tx = 16, .profile = SD_RATE_LIMIT, .count_defaults = true },
		  PT_MAX_LIMIT_REACHED },
		{ "an IPv6 filter takes four", { .tx = 6, .profile = SD_PASS, .version = 6 }, 0 },
		{ "seven are too many",
		  { .tx = 7, .profile = SD_PASS, .version = 6 },
		  PT_MAX_LIMIT_REACHED },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		open_defense(state);
		if (try_load(&cases[i].load) != cases[i].status)
			fail_msg("%s", cases[i].name);
		close_defense(state);
	}
	open_defense(state);
}

static void a_device_holds_80_filters_and_8_policies(void **state)
{
	struct sd_policy policy = { 0 };
	unsigned i;

	(void)state;
	for (i = 0; i < 80; i++)
		assert_int_not_equal(add_filter(SD_TX, SD_PASS, 4), 0);
	assert_int_equal(add_filter(SD_TX, SD_PASS, 4), 0);
	for (i = 0; i < 8; i++)
		assert_int_not_equal(add_policy(i, &policy), 0);
	assert_int_equal(add_policy(9, &policy), 0);
	assert_int_equal(defense_policies(defense), 8);
}

static void unknown_and_repeated_handles_are_refused(void **state)
{
	struct sd_policy policy = { .handle_count = 1, .handles = { 77 } };

	(void)state;
	assert_int_equal(defense_add_policy(defense, &policy), PT_INVALID_HANDLE);
	policy.handles[0] = policy.handles[1] = add_filter(SD_TX, SD_PASS, 4);
	policy.handle_count = 2;
	assert_int_equal(defense_add_policy(defense, &policy), PT_DUPLICATE);
	assert_int_equal(defense_policies(defense), 0);
}

static void what_is_in_use_cannot_be_deleted(void **state)
{
	struct sd_policy policy = { .handle_count = 1 };
	struct sd_binding binding = { .owner = OWNER_DEFAULT };

	(void)state;
	policy.handles[0] = add_filter(SD_TX, SD_PASS, 4);
	binding.policy = add_policy(1, &policy);
	bind(OWNER_DEFAULT, policy.id, 0);
	assert_int_equal(defense_remove_filter(defense, policy.handles[0]), PT_NOT_PERMITTED);
	assert_int_equal(defense_remove_policy(defense, policy.id), PT_NOT_PERMITTED);
	assert_int_equal(defense_unbind(defense, &binding, 0), PT_SUCCESS);
	assert_int_equal(defense_remove_policy(defense, policy.id), PT_SUCCESS);
	assert_int_equal(defense_remove_filter(defense, policy.handles[0]), PT_SUCCESS);
	assert_int_equal(defense_remove_filter(defense, policy.handles[0]), PT_NOT_FOUND);
}

static void the_highest_precedence_is_active_and_the_default_the_last_resort(void **state)
{
	struct sd_policy policy = { 0 };
	uint32_t low = add_policy(10, &policy), high = add_policy(20, &policy);
	uint32_t fallback = add_policy(9999, &policy);
	struct sd_binding binding = { .owner = OWNER_AGENT_PRESENCE, .policy = high };

	(void)state;
	bind(OWNER_DEFAULT, fallback, 0);
	assert_int_equal(active(), fallback);
	bind(OWNER_SYSTEM_DEFENSE, low, 0);
	assert_int_equal(active(), low);
	bind(OWNER_AGENT_PRESENCE, high, 0);
	assert_int_equal(active(), high);
	assert_false(defense_is_active(defense, defense_binding(defense, OWNER_SYSTEM_DEFENSE, 0)));
	defense_unbind(defense, &binding, 0);
	assert_int_equal(active(), low);
	assert_int_equal(gate_policy(defense_gate(defense, 1)), 0);
}

static void one_policy_per_owner_and_port(void **state)
{
	struct sd_policy policy = { 0 };
	uint32_t first = add_policy(1, &policy), second = add_policy(2, &policy);

	(void)state;
	assert_int_equal(bind(OWNER_SYSTEM_DEFENSE, first, 0), PT_SUCCESS);
	assert_int_equal(bind(OWNER_SYSTEM_DEFENSE, second, 0), PT_DUPLICATE);
	assert_int_equal(active(), first);
	knobs.second_binding = SECOND_REPLACE;
	assert_int_equal(bind(OWNER_SYSTEM_DEFENSE, second, 0), PT_SUCCESS);
	assert_int_equal(active(), second);
	assert_int_equal(defense_bindings(defense, OWNER_SYSTEM_DEFENSE), 1);
}

static void a_timeout_ends_a_policy_to_the_minute(void **state)
{
	struct sd_policy policy = { 0 };
	uint32_t id = add_policy(1, &policy);

	(void)state;
	assert_int_equal(defense_set_timeout(defense, id, 65536), PT_INVALID_PARAMETER);
	assert_int_equal(defense_set_timeout(defense, id, 5), PT_SUCCESS);
	bind(OWNER_SYSTEM_DEFENSE, id, MINUTE_NS);
	defense_settle(defense, 6 * MINUTE_NS - 1);
	assert_int_equal(active(), id);
	defense_settle(defense, 6 * MINUTE_NS);
	assert_int_equal(active(), 0);
	assert_true(defense_binding(defense, OWNER_SYSTEM_DEFENSE, 0)->expired);
	knobs.timeout_leaves = TIMEOUT_GONE;
	defense_settle(defense, 6 * MINUTE_NS);
	assert_int_equal(defense_bindings(defense, OWNER_SYSTEM_DEFENSE), 0);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, open_defense, close_defense)
	const struct CMUnitTest tests[] = {
		CASE(a_device_holds_80_filters_and_8_policies),
		CASE(unknown_and_repeated_handles_are_refused),
		CASE(what_is_in_use_cannot_be_deleted),
		CASE(the_highest_precedence_is_active_and_the_default_the_last_resort),
		CASE(one_policy_per_owner_and_port),
		CASE(a_timeout_ends_a_policy_to_the_minute),
		cmocka_unit_test_teardown(a_policy_holds_what_the_hardware_has_room_for,
					  close_defense),
	};

	return cmocka_run_group_tests_name("amtsim defense", tests, NULL, NULL);
}
