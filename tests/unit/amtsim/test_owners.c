/* SPDX-License-Identifier: Apache-2.0 */
/* The owners of policies besides System Defense itself: agent presence, environment detection,
 * heuristics.  Each has a trigger that enables its policy. */
#include "tests/unit/amtsim/firmware.h"

#define WATCHDOG AMT "AMT_AgentPresenceWatchdog"
#define GUID     "AAECAwQFBgcICQoLDA0ODw=="
#define CREATE_AGENT(guid, startup, timeout)                                 \
	CREATE("AMT_AgentPresenceWatchdog",                                  \
	       "<DeviceID>" guid "</DeviceID><MonitoredEntityDescription>av" \
	       "</MonitoredEntityDescription><StartupInterval>" startup      \
	       "</StartupInterval><TimeoutInterval>" timeout "</TimeoutInterval>")
#define AGENT(method, content)                                            \
	ENVELOPE(WATCHDOG "/" method, WATCHDOG, SELECT("DeviceID", GUID), \
		 "<" method "_INPUT xmlns=\"" WATCHDOG "\">" content "</" method "_INPUT>")
#define ASSERT(n)   AGENT("AssertPresence", "<SequenceNumber>" n "</SequenceNumber>")
#define SHUTDOWN(n) AGENT("AssertShutdown", "<SequenceNumber>" n "</SequenceNumber>")
#define ACTION(from, to, event, sd)                                                               \
	AGENT("AddAction",                                                                        \
	      "<OldState>" from "</OldState><NewState>" to "</NewState><EventOnTransition>" event \
	      "</EventOnTransition><ActionSd>" sd "</ActionSd>")

static uint32_t active(void)
{
	return gate_policy(defense_gate(firmware.device->defense, 0));
}

static enum agent_state agent_state(void)
{
	return firmware.device->presence.agents[0].state;
}

static void a_silent_agent_brings_the_policy_and_its_return_ends_it(void **state)
{
	(void)state;
	assert_int_equal(ask(POLICY("agent", "")), 200);
	assert_int_equal(ask(CREATE_AGENT(GUID, "60", "10")), 200);
	assert_int_equal(ask(BIND_AS("AMT_AgentPresenceInterfacePolicy", "0", "1")), 200);
	must_say(200, ACTION("31", "8", "true", "0"), "<g:ReturnValue>0<");
	must_say(200, ACTION("31", "4", "false", "1"), "<g:ReturnValue>0<");
	must_say(200, GET(AMT "AMT_AgentPresenceInterfacePolicy", ""), "<g:Enabled>false<");
	must_say(200, AGENT("RegisterAgent", ""),
		 "<g:SessionSequenceNumber>1</g:SessionSequenceNumber>"
		 "<g:TimeoutInterval>10</g:TimeoutInterval><g:ReturnValue>0<");
	pass_time(9);
	must_say(200, ASSERT("1"), "<g:ReturnValue>0<");
	must_say(200, ASSERT("1"), "<g:ReturnValue>2053<"); /* the number has grown */
	pass_time(9);
	assert_int_equal(active(), 0);
	pass_time(1);
	assert_int_equal(agent_state(), AGENT_EXPIRED);
	assert_int_equal(active(), 1);
	must_say(200, GET(AMT "AMT_AgentPresenceInterfacePolicy", ""), "<g:Enabled>true<");
	assert_int_equal(eventlog_count(&firmware.device->eventlog), 1);
	assert_int_equal(eventlog_record(&firmware.device->eventlog, 0)[5], 0x12);
	assert_int_equal(eventlog_record(&firmware.device->eventlog, 0)[20], AGENT_EXPIRED);
	must_say(200, ASSERT("2"), "<g:ReturnValue>0<");
	assert_int_equal(active(), 0);
	must_say(200, SHUTDOWN("3"), "<g:ReturnValue>0<");
	assert_int_equal(agent_state(), AGENT_STOPPED);
	pass_time(100);
	assert_int_equal(agent_state(), AGENT_STOPPED);
}

static void an_agent_that_never_starts_expires(void **state)
{
	(void)state;
	assert_int_equal(ask(CREATE_AGENT(GUID, "60", "10")), 200);
	pass_time(59);
	assert_int_equal(agent_state(), AGENT_NOT_STARTED);
	pass_time(1);
	assert_int_equal(agent_state(), AGENT_EXPIRED);
	device_power(firmware.device, false, firmware.device->now_ns);
	assert_int_equal(agent_state(), AGENT_SUSPENDED);
	pass_time(1000);
	assert_int_equal(agent_state(), AGENT_SUSPENDED); /* the clock runs in S0 only */
	device_power(firmware.device, true, firmware.device->now_ns);
	assert_int_equal(agent_state(), AGENT_NOT_STARTED);
}

static void agents_are_limited_and_named_once(void **state)
{
	uint8_t guid[16] = { 0 };
	unsigned i;

	(void)state;
	assert_int_equal(ask(CREATE_AGENT(GUID, "60", "10")), 200);
	must_say(400, CREATE_AGENT(GUID, "60", "10"), "e:AlreadyExists");
	must_say(500, CREATE_AGENT("AAECAw==", "60", "10"), "AMT-STATUS 36");
	must_say(200, GET(WATCHDOG, ""), "<g:DeviceID>" GUID "</g:DeviceID>");
	must_say(200, ACTION("0", "8", "true", "0"), "<g:ReturnValue>36<");
	for (i = 1; i < 16; i++) {
		struct agent agent = { .startup_s = 1 };

		guid[0] = (uint8_t)i;
		memcpy(agent.guid, guid, sizeof(guid));
		assert_int_equal(presence_add(&firmware.device->presence, &agent, 0), 0);
	}
	must_say(500, CREATE_AGENT("//////////////////////==", "60", "10"), "AMT-STATUS 36");
	must_say(500, CREATE_AGENT("/////////////////////w==", "60", "10"), "AMT-STATUS 23");
	firmware_release("5.0");
	assert_int_equal(ask(CREATE_AGENT("000102030405060708090A0B0C0D0E0F", "6", "1")), 200);
	must_say(200, GET(WATCHDOG, ""), "000102030405060708090A0B0C0D0E0F");
}

/* --- environment detection --- */

#define ENVIRONMENT AMT "AMT_EnvironmentDetectionSettingData"
#define PUT_STRINGS(strings)                                                 \
	ENVELOPE(TRANSFER "Put", ENVIRONMENT, "",                            \
		 "<AMT_EnvironmentDetectionSettingData xmlns=\"" ENVIRONMENT \
		 "\"><DetectionAlgorithm>0</DetectionAlgorithm>" strings     \
		 "</AMT_EnvironmentDetectionSettingData>")
#define STRING(text) "<DetectionStrings>" text "</DetectionStrings>"
#define SET_POLICY(content)                                                         \
	ENVELOPE(ENVIRONMENT "/SetSystemDefensePolicy", ENVIRONMENT, "",            \
		 "<SetSystemDefensePolicy_INPUT xmlns=\"" ENVIRONMENT "\">" content \
		 "</SetSystemDefensePolicy_INPUT>")

static void join(const char *suffix)
{
	text_copy(firmware.device->environment.suffix, sizeof(firmware.device->environment.suffix),
		  suffix);
	pass_time(1);
}

static void outside_its_network_the_machine_has_another_policy(void **state)
{
	(void)state;
	assert_int_equal(ask(POLICY("outside", "")), 200);
	must_say(200, SET_POLICY("<Policy>" POLICY_REFERENCE("1") "</Policy>"), ">0<");
	must_say(200, GET(AMT "AMT_EnvironmentDetectionInterfacePolicy", ""), "Policy 1<");
	assert_int_equal(active(), 0);
	must_say(200, PUT_STRINGS(STRING("office.example") STRING("lab.example")),
		 "<g:DetectionStrings>office.example</g:DetectionStrings>"
		 "<g:DetectionStrings>lab.example</g:DetectionStrings>");
	assert_int_equal(active(), 1); /* no suffix at all is outside */
	join("Lab.Example");
	assert_int_equal(active(), 0);
	join("hotel.example");
	assert_int_equal(active(), 1);
	assert_false(device_is_dark(firmware.device));
	set_knob("outside_dark", "yes");
	assert_true(device_is_dark(firmware.device));
	firmware.device->config.fixed_address = true; /* detection needs DHCP */
	pass_time(1);
	assert_int_equal(active(), 0);
	assert_false(device_is_dark(firmware.device));
	must_say(200, SET_POLICY(""), ">0<");
	must_say(400, GET(AMT "AMT_EnvironmentDetectionInterfacePolicy", ""),
		 "b:DestinationUnreachable");
}

/* --- heuristics --- */

#define SETTINGS AMT "AMT_HeuristicPacketFilterSettings"
#define PUT_SETTINGS(content)                                           \
	ENVELOPE(TRANSFER "Put", SETTINGS, "",                          \
		 "<AMT_HeuristicPacketFilterSettings xmlns=\"" SETTINGS \
		 "\"><Enabled>true</Enabled>" content "</AMT_HeuristicPacketFilterSettings>")
#define FAST(n)                                                            \
	"<FastConnectionRateThreshold>" n "</FastConnectionRateThreshold>" \
	"<FastConnectionRateClearTime>1000</FastConnectionRateClearTime>"
#define SLOW(n)                                                            \
	"<SlowConnectionRateThreshold>" n "</SlowConnectionRateThreshold>" \
	"<SlowConnectionRateClearTime>10000</SlowConnectionRateClearTime>"
#define TIMEOUT(s) "<EncounterTimeout>" s "</EncounterTimeout>"
#define BLOCK_PORT "<BlockOffensivePort>true</BlockOffensivePort>"
#define STATISTICS AMT "AMT_HeuristicPacketFilterStatistics"
#define RESET_STATS                                                                           \
	ENVELOPE(STATISTICS "/ResetSelectedStats", STATISTICS, "",                            \
		 "<ResetSelectedStats_INPUT xmlns=\"" STATISTICS "\"><SelectedStatistics>All" \
		 "</SelectedStatistics></ResetSelectedStats_INPUT>")

/* A SYN to that port leaves the host. */
static struct verdict connect_to(uint16_t port)
{
	uint8_t frame[14 + 20 + 20] = { [12] = 0x08, [14] = 0x45, [17] = 40,   [23] = 6,
					[26] = 10,   [29] = 1,    [46] = 0x50, [47] = 0x02 };

	frame[36] = (uint8_t)(port >> 8);
	frame[37] = (uint8_t)port;
	return device_judge(firmware.device, frame, sizeof(frame), SD_TX);
}

static void a_worm_is_met_and_its_port_blocked(void **state)
{
	unsigned i;

	(void)state;
	firmware_release("9.5");
	assert_int_equal(ask(POLICY("worm", "")), 200);
	must_say(500, BIND_AS("AMT_HeuristicPacketFilterInterfacePolicy", "0", "1"),
		 "AMT-STATUS 2<"); /* before the settings were written */
	must_say(200, PUT_SETTINGS(FAST("5") TIMEOUT("60") BLOCK_PORT), "<g:Enabled>true<");
	for (i = 0; i < 5; i++)
		assert_false(connect_to(445).drop);
	must_say(200, GET(STATISTICS, ""), "<g:State>0</g:State>");
	assert_false(says("TriggerReason"));
	assert_true(connect_to(445).drop);
	assert_int_equal(connect_to(445).reason, VERDICT_HEURISTICS);
	assert_false(connect_to(80).drop);
	must_say(200, GET(STATISTICS, ""),
		 "<g:BlockedAll>false</g:BlockedAll><g:BlockedOffensivePort>445<");
	assert_true(says("<g:State>1</g:State>"));
	assert_true(says("<g:TriggerReason>1</g:TriggerReason>"));
	pass_time(60);
	assert_false(connect_to(445).drop);
}

static void a_worm_enables_the_policy_until_it_is_cleared(void **state)
{
	unsigned i;

	(void)state;
	firmware_release("8.1");
	assert_int_equal(ask(POLICY("worm", "")), 200);
	assert_int_equal(ask(PUT_SETTINGS(SLOW("3") TIMEOUT("0"))), 200);
	assert_int_equal(ask(BIND_AS("AMT_HeuristicPacketFilterInterfacePolicy", "0", "1")), 200);
	for (i = 0; i < 3; i++) {
		assert_false(connect_to(25).drop);
		pass_time(2);
	}
	assert_int_equal(active(), 0);
	assert_true(connect_to(25).drop); /* by the policy that it enabled itself */
	assert_int_equal(active(), 1);
	must_say(200, GET(STATISTICS, ""), "<g:EnabledPolicy>true<");
	assert_true(says("<g:TriggerReason>2</g:TriggerReason>"));
	pass_time(100000);
	assert_int_equal(active(), 1);
	must_say(200, RESET_STATS, "<g:ReturnValue>0<");
	assert_int_equal(active(), 0);
	must_say(200, GET(STATISTICS, ""), "<g:State>0</g:State>");
}

static void slow_traffic_is_no_worm(void **state)
{
	unsigned i;

	(void)state;
	firmware_release("9.5");
	assert_int_equal(ask(PUT_SETTINGS(FAST("2") TIMEOUT("0"))), 200);
	for (i = 0; i < 50; i++) {
		assert_false(connect_to(25).drop);
		pass_time(1);
	}
	assert_int_equal(firmware.device->heuristics.reason, REASON_NONE);
}

static void settings_of_the_heuristics_are_checked(void **state)
{
	static const struct {
		const char *name, *request;
		unsigned http;
	} cases[] = {
		{ "the fast pair", PUT_SETTINGS(FAST("5") TIMEOUT("0")), 200 },
		{ "the slow pair", PUT_SETTINGS(SLOW("5") TIMEOUT("0")), 200 },
		{ "both pairs", PUT_SETTINGS(FAST("5") SLOW("5") TIMEOUT("0")), 500 },
		{ "no pair", PUT_SETTINGS(TIMEOUT("0")), 500 },
		{ "half a pair",
		  PUT_SETTINGS(
			  "<FastConnectionRateThreshold>5</FastConnectionRateThreshold>" TIMEOUT(
				  "0")),
		  500 },
		{ "too short a time",
		  PUT_SETTINGS(
			  "<FastConnectionRateThreshold>5</FastConnectionRateThreshold>"
			  "<FastConnectionRateClearTime>9</FastConnectionRateClearTime>" TIMEOUT(
				  "0")),
		  500 },
		{ "no timeout", PUT_SETTINGS(FAST("5")), 500 },
	};
	size_t i;

	(void)state;
	firmware_release("9.5");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (ask(cases[i].request) != cases[i].http)
			fail_msg("%s: %s", cases[i].name, firmware.last.bytes);
	list(CIM "CIM_ElementSettingData");
	assert_true(says("Intel(r) AMT Heuristic Packet Filter Settings 0"));
}

static void heuristics_exist_from_3_to_11_without_4(void **state)
{
	static const struct {
		const char *release;
		unsigned http;
	} cases[] = { { "3.2", 200 },  { "4.2", 400 },  { "5.0", 200 }, { "9.5", 200 },
		      { "11.8", 200 }, { "12.0", 400 }, { "16.1", 400 } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		firmware_release(cases[i].release);
		if (ask(GET(STATISTICS, "")) != cases[i].http ||
		    ask(ENUMERATE(AMT "AMT_HeuristicPacketFilterInterfacePolicy")) != cases[i].http)
			fail_msg("%s", cases[i].release);
	}
	firmware_release("9.5");
	firmware.device->config.mode = MODE_CLIENT;
	assert_int_equal(ask(GET(STATISTICS, "")), 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIRMWARE_CASE(a_silent_agent_brings_the_policy_and_its_return_ends_it),
		FIRMWARE_CASE(an_agent_that_never_starts_expires),
		FIRMWARE_CASE(agents_are_limited_and_named_once),
		FIRMWARE_CASE(outside_its_network_the_machine_has_another_policy),
		FIRMWARE_CASE(a_worm_is_met_and_its_port_blocked),
		FIRMWARE_CASE(a_worm_enables_the_policy_until_it_is_cleared),
		FIRMWARE_CASE(slow_traffic_is_no_worm),
		FIRMWARE_CASE(settings_of_the_heuristics_are_checked),
		FIRMWARE_CASE(heuristics_exist_from_3_to_11_without_4),
	};

	return cmocka_run_group_tests_name("amtsim owners", tests, NULL, NULL);
}
