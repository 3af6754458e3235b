/* SPDX-License-Identifier: Apache-2.0 */
/* Faults by place, by chance and by script; other consoles; a fleet and its faults from a file. */
#include "tests/amtsim/mishap.h"

#include <unistd.h>

#include "tests/amtsim/cmdline.h"
#include "tests/amtsim/fleet_file.h"
#include "tests/amtsim/meddle.h"
#include "tests/amtsim/rack.h"
#include "tests/amtsim/script.h"
#include "tests/unit/amtsim/firmware.h"
#include "tests/unit/amtsim/running.h"

#define FILTER ETHER_FILTER("f", "<HdrProtocolID8021>1</HdrProtocolID8021>")

static const char *plan(const char *sentence)
{
	char words[256], *rest = words;
	struct mishap mishap;
	const char *why;

	assert_true(text_copy(words, sizeof(words), sentence));
	why = mishap_read(&rest, &mishap);
	if (!why)
		assert_true(mishap_plan(&firmware.device->mishaps, &mishap));
	return why;
}

static void the_third_create_is_executed_and_its_answer_lost(void **state)
{
	static const unsigned expected[] = { MISHAP_NONE, MISHAP_NONE, MISHAP_RESET_AFTER,
					     MISHAP_NONE };
	struct service_answer answer;
	size_t i;

	(void)state;
	assert_null(plan("reset-after at 3 match Create"));
	for (i = 0; i < 4; i++) {
		assert_int_equal(ask(GET(AMT "AMT_GeneralSettings", "")), 200);
		service_answer_init(&answer);
		service_handle(firmware.device, FILTER, strlen(FILTER), &answer);
		assert_int_equal(answer.mishap.kind, expected[i]);
		service_answer_fini(&answer);
	}
	assert_int_equal(defense_filters(firmware.device->defense, SD_ETHER), 4);
}

static void a_fault_is_matched_by_verb_class_or_method(void **state)
{
	static const struct {
		const char *match;
		bool get, create, update; /* which of three requests it hits */
	} cases[] = {
		{ "Get", true, false, false },
		{ "AMT_Hdr8021Filter", false, true, false },
		{ "Create", false, true, false },
		{ "UpdateStatistics", false, false, true },
		{ "AMT_SystemDefensePolicy.UpdateStatistics", false, false, true },
		{ "AMT_SystemDefensePolicy.GetTimeout", false, false, false },
		{ "Invoke", false, false, true },
		{ "AMT_SystemDefensePolicy", false, false, true },
	};
	char sentence[128];
	size_t i;

	(void)state;
	quarantine();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		mishap_clear(&firmware.device->mishaps);
		snprintf(sentence, sizeof(sentence), "status 1 times 9 match %s", cases[i].match);
		assert_null(plan(sentence));
		if ((ask(GET(AMT "AMT_GeneralSettings", "")) == 500) != cases[i].get ||
		    (ask(FILTER) == 500) != cases[i].create ||
		    (ask(UPDATE_STATISTICS("1", "false")) == 500) != cases[i].update)
			fail_msg("%s", cases[i].match);
	}
}

static void a_fault_by_chance_strikes_about_as_often_as_said(void **state)
{
	unsigned i, struck = 0;

	(void)state;
	assert_null(plan("status 1 rate 20"));
	for (i = 0; i < 2000; i++)
		struck += ask(GET(AMT "AMT_GeneralSettings", "")) == 500;
	assert_in_range(struck, 320, 480);
	mishap_clear(&firmware.device->mishaps);
	assert_null(plan("status 1 rate 50 times 3"));
	for (i = struck = 0; i < 100; i++)
		struck += ask(GET(AMT "AMT_GeneralSettings", "")) == 500;
	assert_int_equal(struck, 3);
}

static void a_sentence_that_makes_no_sense_is_refused(void **state)
{
	static const char *const wrong[] = { "",           "nonsense",        "slow",
					     "slow much",  "401 at 0",        "401 at",
					     "401 rate 0", "401 rate 101",    "401 often 3",
					     "status",     "reset-after at x" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (!plan(wrong[i]))
			fail_msg("%s", wrong[i]);
	assert_int_equal(firmware.device->mishaps.count, 0);
}

/* --- other consoles --- */

static uint32_t active(void)
{
	return gate_policy(defense_gate(firmware.device->defense, 0));
}

static void other_consoles_add_clash_outrank_unbind_and_replace(void **state)
{
	struct defense *defense;

	(void)state;
	quarantine();
	defense = firmware.device->defense;
	meddle(firmware.device, MEDDLE_ADD);
	assert_int_equal(defense_policies(defense), 2);
	assert_int_equal(active(), 1);
	meddle(firmware.device, MEDDLE_CLASH);
	assert_string_equal(defense_filter(defense, SD_ETHER, 0)->name,
			    defense_filter(defense, SD_ETHER, 2)->name);
	meddle(firmware.device, MEDDLE_OUTRANK);
	assert_int_equal(active(), 3);
	must_say(200, GET(AMT "AMT_NetworkPortSystemDefensePolicy", ""), "<g:Active>false<");
	meddle(firmware.device, MEDDLE_UNBIND);
	assert_int_equal(defense_bindings(defense, OWNER_SYSTEM_DEFENSE), 0);
	meddle(firmware.device, MEDDLE_REPLACE);
	assert_int_equal(defense_binding(defense, OWNER_SYSTEM_DEFENSE, 0)->policy, 4);
}

static void they_act_after_requests_by_chance_and_within_the_limits(void **state)
{
	unsigned i;

	(void)state;
	set_knob("meddle_percent", "30");
	for (i = 0; i < 300; i++)
		assert_int_equal(ask(GET(AMT "AMT_GeneralSettings", "")), 200);
	assert_in_range(firmware.device->meddled, 60, 260);
	assert_true(defense_policies(firmware.device->defense) <= 8);
	assert_int_equal(firmware.device->log.writes, 0);
}

/* --- from files --- */

static char path[] = "/tmp/amtsim-file-XXXXXX";

static void write_file(const char *text)
{
	FILE *file;
	int fd;

	memcpy(path, "/tmp/amtsim-file-XXXXXX", sizeof(path));
	fd = mkstemp(path);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	fputs(text, file);
	fclose(file);
}

static int read_fleet(struct rack *rack, char *why, size_t size)
{
	struct device_config config;
	struct knobs knobs;
	struct fleet_file_base base = { &config, &knobs, 1 };
	int rc;

	device_config_init(&config);
	knobs_init(&knobs);
	rc = fleet_file_read(rack, path, &base, why, size);
	unlink(path);
	return rc;
}

static void a_fleet_file_gives_each_device_its_faults(void **state)
{
	struct rack *rack = rack_new();
	char why[1024];
	struct device *slow, *plain;

	(void)state;
	write_file("defaults: { release: \"15.0\", knobs: { slow_ms: 5 } }\n"
		   "devices:\n"
		   "  - name: slow\n"
		   "    listen: 127.0.0.9:17001\n"
		   "    dhcp-suffix: office.example\n"
		   "    faults: [ slow 29000 rate 5, reset-after at 3 match Create ]\n"
		   "  - { name: plain, release: \"3.2\", fixed-address: true }\n");
	if (read_fleet(rack, why, sizeof(why)) < 0)
		fail_msg("%s", why);
	slow = rack_find(rack, "slow");
	plain = rack_find(rack, "plain");
	assert_int_equal(slow->mishaps.count, 2);
	assert_int_equal(slow->mishaps.planned[0].percent, 5);
	assert_int_equal(slow->mishaps.planned[1].skip, 2);
	assert_string_equal(slow->config.address, "127.0.0.9");
	assert_int_equal(slow->config.port, 17001);
	assert_string_equal(slow->environment.suffix, "office.example");
	assert_int_equal(plain->mishaps.count, 0);
	assert_true(plain->config.fixed_address);
	assert_int_equal(plain->knobs.slow_ms, 5);
	rack_free(rack);
}

static void a_bad_fleet_file_says_where(void **state)
{
	struct rack *rack = rack_new();
	char why[2048];

	(void)state;
	write_file("devices:\n  - { name: a, faults: [ nonsense ] }\n"
		   "  - { name: b, release: \"2.0\" }\n  - { name: c, knobs: { chunking: x } }\n");
	assert_int_equal(read_fleet(rack, why, sizeof(why)), -1);
	assert_non_null(strstr(why, ":2:"));
	assert_non_null(strstr(why, ":3:"));
	assert_non_null(strstr(why, ":4:"));
	rack_free(rack);
}

static void a_script_is_carried_out_until_its_first_mistake(void **state)
{
	struct net *net = net_new();
	struct rack *rack = rack_new();
	struct device_config config;
	struct knobs knobs;
	char why[512];
	const char *no;

	(void)state;
	device_config_init(&config);
	knobs_init(&knobs);
	rack_add(rack, device_new(&config, &knobs, net_now_ns(net), &no));
	write_file("# a worn device\n\nset amt flash_writes 3\nfault amt 401 rate 5\n"
		   "foreign amt precedence 9\n");
	assert_int_equal(script_run(path, rack, net, why, sizeof(why)), 0);
	unlink(path);
	assert_int_equal(rack_find(rack, "amt")->knobs.flash_writes, 3);
	assert_int_equal(rack_find(rack, "amt")->mishaps.count, 1);
	assert_int_equal(defense_policies(rack_find(rack, "amt")->defense), 1);
	write_file("set amt flash_writes 4\nset amt flash_writes many\nset amt flash_writes 5\n");
	assert_int_equal(script_run(path, rack, net, why, sizeof(why)), -1);
	assert_non_null(strstr(why, ":2: error the value must be a whole number"));
	unlink(path);
	assert_int_equal(rack_find(rack, "amt")->knobs.flash_writes, 4);
	assert_int_equal(script_run(path, rack, net, why, sizeof(why)), -1);
	net_free(net);
	rack_free(rack);
}

static void a_single_device_comes_from_plain_options(void **state)
{
	static const char *const words[] = {
		"cordon-amtsim", "--listen",  "[::1]:17002",
		"--user",        "op",        "--password",
		"Secret-1",      "--release", "16.1",
		"--tls",         "--fault",   "reset-after at 3 match Create",
		"--set",         "qop=auth",  "--mode",
		"ccm",           NULL
	};
	struct rack *rack = rack_new();
	const struct device *device;
	struct options options;

	(void)state;
	assert_int_equal(cmdline_read(16, (char **)(uintptr_t)words, &options, rack), -1);
	assert_int_equal(rack_count(rack), 1);
	device = rack_device(rack, 0);
	assert_string_equal(device->config.address, "::1");
	assert_int_equal(device->config.port, 17002);
	assert_string_equal(device->config.user, "op");
	assert_string_equal(device->config.password, "Secret-1");
	assert_int_equal(device->profile.major, 16);
	assert_true(device->config.tls);
	assert_int_equal(device->config.mode, MODE_CLIENT);
	assert_int_equal(device->knobs.qop, QOP_AUTH);
	assert_int_equal(device->mishaps.planned[0].kind, MISHAP_RESET_AFTER);
	rack_free(rack);
}

static void a_device_moves_to_another_address(void **state)
{
	static const char get[] = GET(AMT "AMT_GeneralSettings", "");
	struct device_config config;
	struct running run;
	struct knobs knobs;
	uint16_t before;
	char order[64];
	CURL *client;

	(void)state;
	device_config_init(&config);
	knobs_init(&knobs);
	running_start(&run, &config, &knobs);
	before = run.port;
	run.port = running_free_port();
	snprintf(order, sizeof(order), "move amt 127.0.0.2:%u", run.port);
	running_order(&run, order);
	client = running_client(&run, false, "admin:P@ssw0rd");
	assert_int_equal(running_ask(&run, client, get), 0);
	snprintf(order, sizeof(order), "http://127.0.0.2:%u/wsman", run.port);
	curl_easy_setopt(client, CURLOPT_URL, order);
	assert_int_equal(running_ask(&run, client, get), 200);
	snprintf(order, sizeof(order), "http://127.0.0.1:%u/wsman", before);
	curl_easy_setopt(client, CURLOPT_URL, order);
	assert_int_equal(running_ask(&run, client, get), 0);
	curl_easy_cleanup(client);
	running_stop(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIRMWARE_CASE(the_third_create_is_executed_and_its_answer_lost),
		FIRMWARE_CASE(a_fault_is_matched_by_verb_class_or_method),
		FIRMWARE_CASE(a_fault_by_chance_strikes_about_as_often_as_said),
		FIRMWARE_CASE(a_sentence_that_makes_no_sense_is_refused),
		FIRMWARE_CASE(other_consoles_add_clash_outrank_unbind_and_replace),
		FIRMWARE_CASE(they_act_after_requests_by_chance_and_within_the_limits),
		cmocka_unit_test(a_fleet_file_gives_each_device_its_faults),
		cmocka_unit_test(a_bad_fleet_file_says_where),
		cmocka_unit_test(a_script_is_carried_out_until_its_first_mistake),
		cmocka_unit_test(a_single_device_comes_from_plain_options),
		cmocka_unit_test(a_device_moves_to_another_address),
	};

	return cmocka_run_group_tests_name("amtsim faults", tests, NULL, NULL);
}
