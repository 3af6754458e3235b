/* SPDX-License-Identifier: Apache-2.0 */
/* What the sources leave open or a client must survive: both positions of the knobs. */
#include "tests/amtsim/knobs.h"

#include "tests/unit/amtsim/firmware.h"

#define FILTER           ETHER_FILTER("f", "<HdrProtocolID8021>1</HdrProtocolID8021>")
#define HEADED(headers)  ENVELOPE(TRANSFER "Get", AMT "AMT_GeneralSettings", headers, "")
#define TIMEOUT(text)    HEADED("<wsman:OperationTimeout>" text "</wsman:OperationTimeout>")
#define MAX_BYTES(bytes) HEADED("<wsman:MaxEnvelopeSize>" bytes "</wsman:MaxEnvelopeSize>")

static void a_request_is_given_30_s_at_least(void **state)
{
	static const struct {
		const char *name, *request, *slow_ms;
		unsigned http;
		uint32_t delay_ms;
	} cases[] = {
		{ "quick", TIMEOUT("PT5S"), "0", 200, 0 },
		{ "slower than wished, within 30 s", TIMEOUT("PT5S"), "29000", 200, 29000 },
		{ "just over 30 s", TIMEOUT("PT5S"), "30001", 500, 30000 },
		{ "no wish", HEADED(""), "31000", 500, 30000 },
		{ "a longer wish", TIMEOUT("PT60S"), "60000", 200, 60000 },
		{ "a longer wish, exceeded", TIMEOUT("PT1M0.5S"), "61000", 500, 60500 },
		{ "nonsense", TIMEOUT("60"), "31000", 500, 30000 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set_knob("slow_ms", cases[i].slow_ms);
		if (ask(cases[i].request) != cases[i].http ||
		    firmware.delay_ms != cases[i].delay_ms ||
		    (cases[i].http == 500) != says("e:TimedOut"))
			fail_msg("%s: %u ms %s", cases[i].name, firmware.delay_ms,
				 firmware.last.bytes);
	}
	set_knob("overrun", "late");
	assert_int_equal(ask(TIMEOUT("PT5S")), 200);
	assert_int_equal(firmware.delay_ms, 31000);
}

static void what_timed_out_was_executed(void **state)
{
	(void)state;
	set_knob("slow_ms", "40000");
	must_say(500, FILTER, "e:TimedOut");
	set_knob("slow_ms", "0");
	list(AMT "AMT_Hdr8021Filter");
	assert_int_equal(occurrences("<h:Name>f</h:Name>"), 1);
}

static void slow_firmware_takes_5_to_29_s(void **state)
{
	uint32_t least = UINT32_MAX, most = 0;
	unsigned i;

	(void)state;
	set_knob("slow_ms", "5000");
	set_knob("slow_max_ms", "29000");
	for (i = 0; i < 200; i++) {
		assert_int_equal(ask(GET(AMT "AMT_GeneralSettings", "")), 200);
		assert_in_range(firmware.delay_ms, 5000, 28999);
		least = firmware.delay_ms < least ? firmware.delay_ms : least;
		most = firmware.delay_ms > most ? firmware.delay_ms : most;
	}
	assert_true(least < 7000 && most > 27000);
}

static void release_3_0_wants_large_envelopes(void **state)
{
	(void)state;
	firmware_release("3.0");
	must_say(400, MAX_BYTES("49999"), "e:EncodingLimit");
	assert_int_equal(ask(MAX_BYTES("50000")), 200);
	assert_int_equal(ask(HEADED("")), 200);
	firmware_release("3.2");
	assert_int_equal(ask(MAX_BYTES("49999")), 200);
}

static void unsupported_properties_are_ignored_or_refused_never_echoed(void **state)
{
	static const char *const with[] = {
		ETHER_FILTER("f", "<HdrProtocolID8021>1</HdrProtocolID8021><HdrVLANID8021>5"
				  "</HdrVLANID8021>"),
		ETHER_FILTER("f", "<HdrProtocolID8021>1</HdrProtocolID8021><HdrSrcMACAddr8021>"
				  "AAECAwQF</HdrSrcMACAddr8021>"),
		IP_FILTER("<HdrDSCP>6</HdrDSCP>"),
		IP_FILTER("<HdrSrcAddressEndOfRange>0A000001</HdrSrcAddressEndOfRange>"),
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(with) / sizeof(with[0]); i++)
		assert_int_equal(ask(with[i]), 200);
	list(AMT "AMT_Hdr8021Filter");
	assert_false(says("VLAN") || says("MAC"));
	list(AMT "AMT_IPHeadersFilter");
	assert_false(says("DSCP") || says("EndOfRange"));
	set_knob("unsupported", "refuse");
	for (i = 0; i < sizeof(with) / sizeof(with[0]); i++)
		must_say(500, with[i], "AMT-STATUS 2066");
}

static void bad_properties_are_a_status_or_a_schema_fault(void **state)
{
	(void)state;
	must_say(500, ETHER_FILTER("f", ""), "AMT-STATUS 36");
	set_knob("schema_form", "schema");
	must_say(400, ETHER_FILTER("f", ""), "e:SchemaValidationError");
}

static void a_second_policy_of_an_owner_faults_or_replaces(void **state)
{
	(void)state;
	quarantine();
	assert_int_equal(ask(POLICY("other", "")), 200);
	must_say(400, BIND("0", "2"), "e:AlreadyExists");
	set_knob("second_binding", "replace");
	assert_int_equal(ask(BIND("0", "2")), 200);
	list(AMT "AMT_NetworkPortSystemDefensePolicy");
	assert_int_equal(occurrences("<h:Active>true"), 1);
	assert_true(says("Policy 2<"));
	must_say(400, BIND("0", "2"), "e:AlreadyExists"); /* but never twice the same */
}

static void the_wireless_port_is_absent_incapable_or_present(void **state)
{
	static const struct {
		const char *word;
		size_t ports, capabilities;
		unsigned http;
		const char *says;
	} cases[] = {
		{ "absent", 1, 1, 500, "AMT-STATUS 36" },
		{ "unsupported", 2, 1, 500, "AMT-STATUS 2066" },
		{ "present", 2, 2, 200, "ResourceCreated" },
	};
	size_t i;

	(void)state;
	assert_int_equal(ask(POLICY("q", "")), 200);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set_knob("wireless", cases[i].word);
		list(CIM "CIM_EthernetPort");
		assert_int_equal(occurrences("</h:CIM_EthernetPort>"), cases[i].ports);
		list(AMT "AMT_NetworkPortSystemDefenseCapabilities");
		assert_int_equal(occurrences("</h:AMT_NetworkPortSystemDefenseCapabilities>"),
				 cases[i].capabilities);
		must_say(cases[i].http, BIND("1", "1"), cases[i].says);
	}
	list(AMT "AMT_InterfacePolicy");
	assert_int_equal(occurrences("<h:Active>true"), 1);
	assert_int_equal(gate_policy(defense_gate(firmware.device->defense, 0)), 0);
	assert_int_equal(gate_policy(defense_gate(firmware.device->defense, 1)), 1);
}

static void the_wireless_port_has_limits_of_its_own(void **state)
{
	(void)state;
	set_knob("wireless", "present");
	assert_int_equal(ask(FILTER), 200);
	assert_int_equal(ask(POLICY("q", "<FilterCreationHandles>1</FilterCreationHandles>")), 200);
	set_knob("wireless_filters", "1");
	list(AMT "AMT_NetworkPortSystemDefenseCapabilities");
	assert_int_equal(occurrences("<h:IPv4_MaxTxFilters>1<"), 1);
	assert_int_equal(occurrences("<h:IPv4_MaxTxFilters>28<"), 1);
	assert_int_equal(ask(BIND("0", "1")), 200);
	must_say(500, BIND("1", "1"), "AMT-STATUS 23");
	set_knob("wireless_filters", "2");
	assert_int_equal(ask(BIND("1", "1")), 200);
}

static void the_ports_tell_their_cards_and_links(void **state)
{
	(void)state;
	set_knob("wireless", "present");
	set_knob("list_singletons", "yes");
	list(AMT "AMT_EthernetPortSettings");
	assert_int_equal(occurrences("<h:LinkIsUp>true"), 2);
	set_knob("wired", "down");
	set_knob("wireless_link", "no");
	list(AMT "AMT_EthernetPortSettings");
	assert_int_equal(occurrences("<h:LinkIsUp>false"), 2);
	set_knob("wired", "none");
	list(AMT "AMT_EthernetPortSettings");
	assert_int_equal(occurrences("<h:MACAddress>00-00-00-00-00-00"), 1);
	list(CIM "CIM_EthernetPort");
	assert_int_equal(occurrences("</h:CIM_EthernetPort>"), 2);
}

static void each_port_judges_by_its_own_policy(void **state)
{
	static const uint8_t arp[60] = { [12] = 0x08, [13] = 0x06 };

	(void)state;
	set_knob("wireless", "present");
	assert_int_equal(ask(POLICY("d", "")), 200);
	assert_int_equal(ask(BIND("1", "1")), 200);
	assert_false(device_judge(firmware.device, arp, sizeof(arp), SD_TX).drop);
	assert_true(device_judge_wireless(firmware.device, arp, sizeof(arp), SD_TX).drop);
	set_knob("wireless_driver", "no");
	assert_false(device_judge_wireless(firmware.device, arp, sizeof(arp), SD_TX).drop);
}

static void management_over_the_air_may_be_cut_by_the_driver(void **state)
{
	(void)state;
	set_knob("wireless", "present");
	set_knob("wireless_dark", "yes");
	assert_int_equal(ask(POLICY("d", "")), 200);
	assert_int_equal(ask(BIND("1", "1")), 200);
	assert_false(device_is_dark(firmware.device));
	set_knob("reached_by", "wireless");
	assert_true(device_is_dark(firmware.device));
	/* Without an operating system the firmware has the radio for itself. */
	device_power(firmware.device, false, firmware.device->now_ns);
	assert_false(device_is_dark(firmware.device));
}

#define DHCP_FILTER(way, from, to)                                                                \
	CREATE("AMT_IPHeadersFilter",                                                             \
	       COMMON_FILTER("d" way, "3", way) "<HdrIPVersion>4</HdrIPVersion><HdrProtocolID>17" \
						"</HdrProtocolID><HdrSrcPortStart>" from          \
						"</HdrSrcPortStart><HdrSrcPortEnd>" from          \
						"</HdrSrcPortEnd><HdrDestPortStart>" to           \
						"</HdrDestPortStart><HdrDestPortEnd>" to          \
						"</HdrDestPortEnd>")

static void the_dhcp_trap_needs_a_lease_and_a_policy_that_cuts_it(void **state)
{
	static const struct {
		const char *name;
		bool passes_dhcp, fixed;
		bool dark;
	} cases[] = {
		{ "DHCP cut", false, false, true },
		{ "DHCP passed", true, false, false },
		{ "no DHCP", false, true, false },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		firmware_close(state);
		firmware_open(state);
		firmware.device->config.fixed_address = cases[i].fixed;
		set_knob("lease_s", "3600");
		assert_int_equal(ask(DHCP_FILTER("0", "68", "67")), 200);
		assert_int_equal(ask(DHCP_FILTER("1", "67", "68")), 200);
		if (cases[i].passes_dhcp)
			ask(POLICY("q", "<FilterCreationHandles>1</FilterCreationHandles>"
					"<FilterCreationHandles>2</FilterCreationHandles>"));
		else
			ask(POLICY("q", "<FilterCreationHandles>1</FilterCreationHandles>"));
		assert_int_equal(ask(BIND("0", "1")), 200);
		pass_time(3599);
		assert_false(device_is_dark(firmware.device));
		pass_time(1);
		if (device_is_dark(firmware.device) != cases[i].dark)
			fail_msg("%s", cases[i].name);
	}
}

static void a_dead_man_timeout_ends_the_darkness(void **state)
{
	(void)state;
	set_knob("lease_s", "60");
	quarantine();
	must_say(200,
		 ENVELOPE(AMT "AMT_SystemDefensePolicy/SetTimeout", AMT "AMT_SystemDefensePolicy",
			  SELECT("InstanceID", "Intel(r) AMT Policy 1"),
			  "<SetTimeout_INPUT xmlns=\"" AMT "AMT_SystemDefensePolicy\"><Timeout>2"
			  "</Timeout></SetTimeout_INPUT>"),
		 "<g:ReturnValue>0<");
	pass_time(60);
	assert_true(device_is_dark(firmware.device));
	pass_time(60);
	assert_false(device_is_dark(firmware.device));
}

/* 31: what is left after a restart, by what was restarted and by knob. */
static void restarts_keep_what_the_knobs_say(void **state)
{
	static const uint8_t other[14] = { [12] = 0x12 };
	static const struct {
		const char *name;
		enum device_restart what;
		const char *knob, *value;
		size_t policies;
		uint32_t count;
	} cases[] = {
		{ "host", RESTART_HOST, "seed", "1", 1, 1 },
		{ "firmware", RESTART_FIRMWARE, "seed", "1", 1, 0 },
		{ "power", RESTART_POWER, "seed", "1", 1, 0 },
		{ "firmware, counters kept", RESTART_FIRMWARE, "keep_counters", "yes", 1, 1 },
		{ "power, nothing kept", RESTART_POWER, "keep_over_reset", "no", 0, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gate *gate;
		struct gate_statistic s = { 0 };

		firmware_close(state);
		firmware_open(state);
		set_knob(cases[i].knob, cases[i].value);
		quarantine();
		device_judge(firmware.device, other, sizeof(other), SD_TX);
		device_reset(firmware.device, cases[i].what, firmware.device->now_ns);
		gate = defense_gate(firmware.device->defense, 0);
		if (gate_statistics(gate) > 0)
			gate_statistic(gate, 1, &s);
		if (defense_policies(firmware.device->defense) != cases[i].policies ||
		    s.live_count != cases[i].count || (gate_policy(gate) != 0) != cases[i].policies)
			fail_msg("%s: count %u", cases[i].name, s.live_count);
	}
}

static void unprovisioning_wipes_unless_told_otherwise(void **state)
{
	(void)state;
	quarantine();
	set_knob("keep_over_unprovision", "yes");
	device_unprovision(firmware.device, firmware.device->now_ns);
	assert_int_equal(defense_policies(firmware.device->defense), 1);
	must_say(400, ENUMERATE(AMT "AMT_SystemDefensePolicy"), "b:DestinationUnreachable");
	set_knob("keep_over_unprovision", "no");
	device_unprovision(firmware.device, firmware.device->now_ns);
	assert_int_equal(defense_policies(firmware.device->defense), 0);
}

static void writes_are_not_ready_after_boot_and_may_meet_others(void **state)
{
	struct mishap busy = { .kind = MISHAP_BUSY, .times = 1, .match = "Create" };

	(void)state;
	set_knob("boot_s", "30");
	must_say(500, FILTER, "AMT-STATUS 2<");
	assert_int_equal(ask(GET(AMT "AMT_GeneralSettings", "")), 200);
	pass_time(30);
	mishap_plan(&firmware.device->mishaps, &busy);
	must_say(500, FILTER, "e:Concurrency");
	assert_int_equal(ask(FILTER), 200);
	assert_int_equal(defense_filters(firmware.device->defense, SD_ETHER), 1);
	device_reset(firmware.device, RESTART_FIRMWARE, firmware.device->now_ns);
	must_say(500, FILTER, "AMT-STATUS 2<");
}

static void each_mistake_has_the_number_its_knob_says(void **state)
{
	static const struct {
		const char *knob, *request;
	} cases[] = {
		{ "limit_status", FILTER },
		{ "name_status", ETHER_FILTER("12345678901234567", "<HdrProtocolID8021>1"
								   "</HdrProtocolID8021>") },
		{ "property_status", ETHER_FILTER("f", "") },
		{ "handle_status",
		  POLICY("p", "<FilterCreationHandles>9</FilterCreationHandles>") },
		{ "duplicate_status",
		  POLICY("p", "<FilterCreationHandles>1</FilterCreationHandles>"
			      "<FilterCreationHandles>1</FilterCreationHandles>") },
		{ "in_use_status", DELETE(AMT "AMT_Hdr8021Filter", SELECT("InstanceID", "1")) },
	};
	size_t i;

	(void)state;
	quarantine();
	set_knob("max_filters", "1");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set_knob(cases[i].knob, "777");
		must_say(500, cases[i].request, "AMT-STATUS 777<");
		set_knob(cases[i].knob, "778");
		must_say(500, cases[i].request, "AMT-STATUS 778<");
	}
	set_knob("status_http", "400");
	must_say(400, FILTER, "e:InternalError");
	assert_int_equal(ask(UNBIND("0", "1")), 200);
	must_say(200, UPDATE_STATISTICS("1", "false"), "<g:ReturnValue>2068<");
	set_knob("inactive_status", "0");
	must_say(200, UPDATE_STATISTICS("1", "false"), "<g:ReturnValue>0<");
}

static void on_a_tie_the_older_or_the_newer_policy_is_active(void **state)
{
	struct gate *gate = defense_gate(firmware.device->defense, 0);

	(void)state;
	quarantine();
	assert_int_equal(ask(POLICY("other", "")), 200); /* of the same precedence */
	defense_arm(firmware.device->defense, OWNER_AGENT_PRESENCE, true, 0);
	assert_int_equal(ask(BIND_AS("AMT_AgentPresenceInterfacePolicy", "0", "2")), 200);
	assert_int_equal(gate_policy(gate), 1);
	set_knob("ties", "newer");
	pass_time(1);
	assert_int_equal(gate_policy(gate), 2);
}

static void a_pull_without_a_number_returns_all_or_as_many_as_the_knob_says(void **state)
{
	static const char pull[] = ENVELOPE(ENUMERATION "/Pull", CIM "CIM_SoftwareIdentity", "",
					    "<Pull xmlns=\"" ENUMERATION
					    "\"><EnumerationContext>01000000-0000-0000-"
					    "0000-000000000000</EnumerationContext></Pull>");

	(void)state;
	ask(ENUMERATE(CIM "CIM_SoftwareIdentity"));
	must_say(200, pull, "EndOfSequence");
	firmware_close(state);
	firmware_open(state);
	set_knob("pull_default", "1");
	ask(ENUMERATE(CIM "CIM_SoftwareIdentity"));
	assert_int_equal(ask(pull), 200);
	assert_false(says("EndOfSequence"));
	assert_int_equal(occurrences("</h:CIM_SoftwareIdentity>"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIRMWARE_CASE(a_request_is_given_30_s_at_least),
		FIRMWARE_CASE(what_timed_out_was_executed),
		FIRMWARE_CASE(slow_firmware_takes_5_to_29_s),
		FIRMWARE_CASE(release_3_0_wants_large_envelopes),
		FIRMWARE_CASE(unsupported_properties_are_ignored_or_refused_never_echoed),
		FIRMWARE_CASE(bad_properties_are_a_status_or_a_schema_fault),
		FIRMWARE_CASE(a_second_policy_of_an_owner_faults_or_replaces),
		FIRMWARE_CASE(the_wireless_port_is_absent_incapable_or_present),
		FIRMWARE_CASE(the_wireless_port_has_limits_of_its_own),
		FIRMWARE_CASE(the_ports_tell_their_cards_and_links),
		FIRMWARE_CASE(each_port_judges_by_its_own_policy),
		FIRMWARE_CASE(management_over_the_air_may_be_cut_by_the_driver),
		FIRMWARE_CASE(the_dhcp_trap_needs_a_lease_and_a_policy_that_cuts_it),
		FIRMWARE_CASE(a_dead_man_timeout_ends_the_darkness),
		FIRMWARE_CASE(restarts_keep_what_the_knobs_say),
		FIRMWARE_CASE(unprovisioning_wipes_unless_told_otherwise),
		FIRMWARE_CASE(each_mistake_has_the_number_its_knob_says),
		FIRMWARE_CASE(on_a_tie_the_older_or_the_newer_policy_is_active),
		FIRMWARE_CASE(a_pull_without_a_number_returns_all_or_as_many_as_the_knob_says),
		FIRMWARE_CASE(writes_are_not_ready_after_boot_and_may_meet_others),
	};

	return cmocka_run_group_tests_name("amtsim choices", tests, NULL, NULL);
}
