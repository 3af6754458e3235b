/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/amtsim/service.h"

#include "tests/unit/amtsim/firmware.h"

static void an_answer_looks_like_a_recorded_one(void **state)
{
	static const char expected[] =
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
		"<a:Envelope xmlns:a=\"http://www.w3.org/2003/05/soap-envelope\""
		" xmlns:b=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\""
		" xmlns:c=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\""
		" xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/02/trust\""
		" xmlns:e=\"http://docs.oasis-open.org/wss/2004/01/"
		"oasis-200401-wss-wssecurity-secext-1.0.xsd\""
		" xmlns:f=\"http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd\""
		" xmlns:g=\"" CIM "CIM_SoftwareIdentity\""
		" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><a:Header><b:To>"
		"http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</b:To>"
		"<b:RelatesTo>41</b:RelatesTo><b:Action a:mustUnderstand=\"true\">"
		"http://schemas.xmlsoap.org/ws/2004/09/transfer/GetResponse</b:Action>"
		"<b:MessageID>uuid:00000000-8086-8086-8086-000000000001</b:MessageID>"
		"<c:ResourceURI>" CIM "CIM_SoftwareIdentity</c:ResourceURI></a:Header><a:Body>"
		"<g:CIM_SoftwareIdentity><g:InstanceID>AMTApps</g:InstanceID>"
		"<g:IsEntity>true</g:IsEntity><g:VersionString>12.0.67</g:VersionString>"
		"</g:CIM_SoftwareIdentity></a:Body></a:Envelope>";

	(void)state;
	assert_int_equal(ask(GET(CIM "CIM_SoftwareIdentity", SELECT("InstanceID", "AMTApps"))),
			 200);
	assert_string_equal(firmware.last.bytes, expected);
	ask(GET(CIM "CIM_SoftwareIdentity", SELECT("InstanceID", "AMTApps")));
	assert_true(says("uuid:00000000-8086-8086-8086-000000000002"));
}

/* Properties of the instance in the last answer, by amt-system-defense.md 5.2. */
static void assert_sorted(const char *name)
{
	const char *why, *before = "";
	struct xml_doc *doc = xml_parse(firmware.last.bytes, firmware.last.len, &why);
	const struct xml_node *node;
	unsigned properties = 0;

	assert_non_null(doc);
	node = xml_child(xml_root(doc), "http://www.w3.org/2003/05/soap-envelope", "Body");
	for (node = node->first->first; node; node = node->next, properties++) {
		if (strcmp(before, node->name) > 0)
			fail_msg("%s: %s before %s", name, before, node->name);
		before = node->name;
	}
	assert_in_range(properties, 3, 64);
	xml_free(doc);
}

static void properties_come_in_ascii_order(void **state)
{
	static const struct {
		const char *name, *request;
	} cases[] = {
		{ "port settings", GET(AMT "AMT_EthernetPortSettings", "") },
		{ "general settings", GET(AMT "AMT_GeneralSettings", "") },
		{ "port capabilities", GET(AMT "AMT_NetworkPortSystemDefenseCapabilities", "") },
		{ "policy", GET(AMT "AMT_SystemDefensePolicy", "") },
		{ "Ethernet filter", GET(AMT "AMT_Hdr8021Filter", "") },
		{ "IP filter", GET(AMT "AMT_IPHeadersFilter", "") },
		{ "association", GET(AMT "AMT_NetworkPortSystemDefensePolicy", "") },
	};
	size_t i;

	(void)state;
	quarantine();
	ask(IP_FILTER("<HdrIPVersion>4</HdrIPVersion><HdrProtocolID>6</HdrProtocolID>"
		      "<HdrSrcAddress>0A000001</HdrSrcAddress><HdrSrcMask>FFFFFFFF</HdrSrcMask>"
		      "<HdrDestPortStart>1</HdrDestPortStart><HdrDestPortEnd>9</HdrDestPortEnd>"));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ask(cases[i].request), 200);
		assert_sorted(cases[i].name);
	}
}

static void a_quarantine_is_made_read_back_and_undone(void **state)
{
	(void)state;
	quarantine();
	ask(ENUMERATE(AMT "AMT_InterfacePolicy"));
	assert_true(says(CONTEXT("0100")));
	assert_false(says("Active"));
	assert_int_equal(ask(PULL(AMT "AMT_InterfacePolicy", "0100", "64")),
			 400); /* not a context */
	assert_int_equal(ask(PULL(AMT "AMT_InterfacePolicy", CONTEXT("0100"), "64")), 200);
	assert_true(says("<h:AMT_NetworkPortSystemDefensePolicy><h:Active>true</h:Active>"));
	assert_true(says("<g:EndOfSequence></g:EndOfSequence>"));
	assert_int_equal(ask(DELETE(AMT "AMT_SystemDefensePolicy",
				    SELECT("InstanceID", "Intel(r) AMT Policy 1"))),
			 500);
	assert_true(says("<a:Detail>AMT-STATUS 16</a:Detail>"));
	assert_int_equal(ask(POLICY("other", "")), 200);
	assert_int_equal(ask(UNBIND("0", "2")), 400); /* another policy than the bound one */
	assert_int_equal(ask(UNBIND("0", "1")), 200);
	assert_true(says("<a:Body></a:Body>"));
	assert_int_equal(ask(UNBIND("0", "1")), 400);
	assert_int_equal(ask(DELETE(AMT "AMT_SystemDefensePolicy",
				    SELECT("InstanceID", "Intel(r) AMT Policy 1"))),
			 200);
	assert_int_equal(ask(DELETE(AMT "AMT_Hdr8021Filter", SELECT("InstanceID", "1"))), 200);
	assert_int_equal(firmware.device->log.writes, 7);
	assert_int_equal(firmware.device->log.refused_writes, 3);
}

static void only_the_winning_association_is_active(void **state)
{
	(void)state;
	quarantine();
	ask(POLICY("default", ""));
	assert_int_equal(ask(BIND_AS("AMT_NetworkPortDefaultSystemDefensePolicy", "0", "2")), 200);
	ask(GET(AMT "AMT_NetworkPortDefaultSystemDefensePolicy", ""));
	assert_true(says("<g:Active>false</g:Active>"));
	ask(GET(AMT "AMT_InterfacePolicy", "")); /* shown by its superclass, under its own name */
	assert_true(says("<g:AMT_NetworkPortSystemDefensePolicy><g:Active>true</g:Active>"));
	assert_int_equal(ask(UNBIND("0", "1")), 200);
	ask(GET(AMT "AMT_NetworkPortDefaultSystemDefensePolicy", ""));
	assert_true(says("<g:Active>true</g:Active>"));
}

static void mistakes_in_filters_and_policies_are_refused(void **state)
{
#define PORTS(s, t, d, e)                                                              \
	"<HdrSrcPortStart>" s "</HdrSrcPortStart><HdrSrcPortEnd>" t "</HdrSrcPortEnd>" \
	"<HdrDestPortStart>" d "</HdrDestPortStart><HdrDestPortEnd>" e "</HdrDestPortEnd>"
#define TCP "<HdrProtocolID>6</HdrProtocolID>"
	static const struct {
		const char *name, *request;
		unsigned http;
		const char *says;
	} cases[] = {
		{ "a good one", IP_FILTER(TCP PORTS("68", "68", "67", "67")), 200,
		  "Name=\"InstanceID\">1<" },
		{ "two port ranges", IP_FILTER(TCP PORTS("1", "2", "3", "4")), 500,
		  "AMT-STATUS 36" },
		{ "ports without TCP or UDP", IP_FILTER(PORTS("1", "1", "3", "3")), 500,
		  "AMT-STATUS 36" },
		{ "ports of ICMP",
		  IP_FILTER("<HdrProtocolID>1</HdrProtocolID>" PORTS("1", "1", "3", "3")), 500,
		  "AMT-STATUS 36" },
		{ "one end of a range", IP_FILTER(TCP "<HdrDestPortStart>5</HdrDestPortStart>"),
		  500, "AMT-STATUS 36" },
		{ "an address without mask",
		  IP_FILTER("<HdrIPVersion>4</HdrIPVersion><HdrSrcAddress>0A000001"
			    "</HdrSrcAddress>"),
		  500, "AMT-STATUS 36" },
		{ "an address of the other length",
		  IP_FILTER("<HdrIPVersion>6</HdrIPVersion><HdrSrcAddress>0A000001"
			    "</HdrSrcAddress><HdrSrcMask>FFFFFFFF</HdrSrcMask>"),
		  500, "AMT-STATUS 36" },
		{ "an address without version",
		  IP_FILTER("<HdrSrcAddress>0A000001</HdrSrcAddress><HdrSrcMask>FFFFFFFF"
			    "</HdrSrcMask>"),
		  500, "AMT-STATUS 36" },
		{ "a property that does not exist", IP_FILTER("<HdrProtocolID8>6</HdrProtocolID8>"),
		  500, "AMT-STATUS 36" },
		{ "a property firmware ignores", IP_FILTER("<HdrDSCP>6</HdrDSCP>"), 200,
		  "ResourceCreated" },
		{ "no EtherType", ETHER_FILTER("arp", ""), 500, "AMT-STATUS 36" },
		{ "an EtherType twice",
		  ETHER_FILTER("arp", "<HdrProtocolID8021>1</HdrProtocolID8021><HdrProtocolID8021>1"
				      "</HdrProtocolID8021>"),
		  500, "AMT-STATUS 36" },
		{ "a name of 17",
		  ETHER_FILTER("12345678901234567", "<HdrProtocolID8021>1</HdrProtocolID8021>"),
		  500, "AMT-STATUS 12" },
		{ "a name of 16",
		  ETHER_FILTER("1234567890123456", "<HdrProtocolID8021>1</HdrProtocolID8021>"), 200,
		  "" },
		{ "profile 5",
		  CREATE("AMT_Hdr8021Filter",
			 COMMON_FILTER("f", "5", "0") "<HdrProtocolID8021>1</HdrProtocolID8021>"),
		  500, "AMT-STATUS 36" },
		{ "direction 2",
		  CREATE("AMT_Hdr8021Filter",
			 COMMON_FILTER("f", "3", "2") "<HdrProtocolID8021>1</HdrProtocolID8021>"),
		  500, "AMT-STATUS 36" },
		{ "a rate without number",
		  CREATE("AMT_Hdr8021Filter",
			 COMMON_FILTER("f", "2", "0") "<HdrProtocolID8021>1</HdrProtocolID8021>"),
		  500, "AMT-STATUS 36" },
		{ "a number without rate",
		  ETHER_FILTER("f", "<HdrProtocolID8021>1</HdrProtocolID8021><FilterProfileData>9"
				    "</FilterProfileData>"),
		  500, "AMT-STATUS 36" },
		{ "an unknown handle",
		  POLICY("p", "<FilterCreationHandles>1</FilterCreationHandles>"), 500,
		  "AMT-STATUS 2053" },
		{ "a policy name of 17", POLICY("12345678901234567", ""), 500, "AMT-STATUS 12" },
		{ "a default missing",
		  CREATE("AMT_SystemDefensePolicy", "<PolicyPrecedence>1</PolicyPrecedence>"), 500,
		  "AMT-STATUS 36" },
		{ "an element of another class",
		  ENVELOPE(TRANSFER "Create", AMT "AMT_Hdr8021Filter", "", "<x/>"), 400,
		  "e:SchemaValidationError" },
		{ "a policy that is not there", BIND("0", "1"), 500, "AMT-STATUS 36" },
		{ "a class that is not there", GET(AMT "AMT_Nothing", ""), 400,
		  "b:DestinationUnreachable" },
		{ "the right name in the wrong schema", GET(CIM "AMT_GeneralSettings", ""), 400,
		  "b:DestinationUnreachable" },
		{ "a selector that is no key", GET(CIM "CIM_EthernetPort", SELECT("Speed", "1")),
		  400, "e:InvalidSelectors" },
		{ "no selector where there are several", GET(CIM "CIM_SoftwareIdentity", ""), 400,
		  "e:InvalidSelectors" },
		{ "Delete of what cannot be deleted", DELETE(AMT "AMT_GeneralSettings", ""), 400,
		  "b:ActionNotSupported" },
		{ "a Delete that names nothing", DELETE(AMT "AMT_Hdr8021Filter", ""), 400,
		  "e:InvalidSelectors" },
		{ "OptionSet to be understood",
		  ENVELOPE(TRANSFER "Get", AMT "AMT_GeneralSettings",
			   "<wsman:OptionSet s:mustUnderstand=\"true\"/>", ""),
		  400, "a:MustUnderstand" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned http;

		firmware_open(state);
		http = ask(cases[i].request);
		if (http != cases[i].http || !says(cases[i].says))
			fail_msg("%s: %u %s", cases[i].name, http, firmware.last.bytes);
		firmware_close(state);
	}
	firmware_open(state);
}

static void what_is_no_soap_gets_a_page(void **state)
{
	(void)state;
	assert_int_equal(ask("<html/>"), 400);
	assert_int_equal(firmware.last.len, 0);
	assert_int_equal(ask("not xml"), 400);
	assert_int_equal(firmware.device->log.total, 0);
}

static void client_control_mode_has_no_system_defense(void **state)
{
	(void)state;
	firmware.device->config.mode = MODE_CLIENT;
	ask(GET(AMT "AMT_SetupAndConfigurationService", ""));
	assert_true(says("<g:ProvisioningMode>4</g:ProvisioningMode>"));
	assert_int_equal(ask(ENUMERATE(AMT "AMT_SystemDefensePolicy")), 400);
	assert_true(says("b:DestinationUnreachable"));
	assert_int_equal(ask(ETHER_FILTER("f", "<HdrProtocolID8021>1</HdrProtocolID8021>")), 400);
	firmware.device->knobs.absent_form = ABSENT_EMPTY;
	assert_int_equal(ask(ENUMERATE(AMT "AMT_SystemDefensePolicy")), 200);
	assert_int_equal(ask(PULL(AMT "AMT_SystemDefensePolicy",
				  "01000000-0000-0000-0000-000000000000", "9")),
			 200);
	assert_true(says("<g:Items></g:Items><g:EndOfSequence>"));
}

static void pages_follow_one_another_with_new_contexts(void **state)
{
	(void)state;
	ask(ENUMERATE(CIM "CIM_SoftwareIdentity"));
	assert_true(says("<g:EnumerationContext>01000000-0000-0000-0000-000000000000<"));
	ask(PULL(CIM "CIM_SoftwareIdentity", "01000000-0000-0000-0000-000000000000", "3"));
	assert_true(
		says("<g:PullResponse><g:EnumerationContext>02000000-0000-0000-0000-000000000000"
		     "</g:EnumerationContext><g:Items><h:CIM_SoftwareIdentity>"));
	assert_false(says("EndOfSequence"));
	assert_int_equal(
		ask(PULL(CIM "CIM_SoftwareIdentity", "01000000-0000-0000-0000-000000000000", "3")),
		400);
	assert_true(says("c:InvalidEnumerationContext"));
	ask(PULL(CIM "CIM_SoftwareIdentity", "02000000-0000-0000-0000-000000000000", "3"));
	assert_true(says("VendorID"));
	assert_true(says("</g:Items><g:EndOfSequence></g:EndOfSequence></g:PullResponse>"));
	assert_int_equal(
		ask(PULL(CIM "CIM_SoftwareIdentity", "02000000-0000-0000-0000-000000000000", "3")),
		400);
}

static void statistics_show_the_active_policy_after_an_update(void **state)
{
	static const uint8_t arp[14] = { [12] = 0x08, [13] = 0x06 }, other[14] = { [12] = 0x12 };

	(void)state;
	quarantine();
	assert_false(device_judge(firmware.device, arp, sizeof(arp), SD_TX).drop);
	assert_true(device_judge(firmware.device, other, sizeof(other), SD_TX).drop);
	assert_true(device_judge(firmware.device, other, sizeof(other), SD_RX).drop);
	assert_int_equal(ask(UPDATE_STATISTICS("1", "true")), 200);
	assert_true(says("<g:UpdateStatistics_OUTPUT><g:ReturnValue>0</g:ReturnValue>"));
	ask(ENUMERATE(AMT "AMT_ActiveFilterStatistics"));
	ask(PULL(AMT "AMT_ActiveFilterStatistics", "01000000-0000-0000-0000-000000000000", "9"));
	assert_true(says("<c:Selector Name=\"Name\">Default Tx Filter</c:Selector>"));
	assert_true(says("<h:ReadCount>1</h:ReadCount>"));
	assert_true(says("<h:ActivationTime><i:Datetime>2023-11-14T22:13:20Z</i:Datetime>"));
}

static void the_flash_wears_out_and_recovers(void **state)
{
	unsigned i;

	(void)state;
	firmware.device->knobs.flash_writes = 4;
	for (i = 0; i < 4; i++)
		assert_int_equal(ask(ETHER_FILTER("f", "<HdrProtocolID8021>1</HdrProtocolID8021>")),
				 200);
	assert_int_equal(ask(ETHER_FILTER("f", "<HdrProtocolID8021>1</HdrProtocolID8021>")), 500);
	assert_true(says("AMT-STATUS 38"));
	device_tick(firmware.device, FIRMWARE_START_NS + 600ull * 1000000000u);
	assert_int_equal(ask(ETHER_FILTER("f", "<HdrProtocolID8021>1</HdrProtocolID8021>")), 200);
	assert_int_equal(ask(ETHER_FILTER("f", "<HdrProtocolID8021>1</HdrProtocolID8021>")), 500);
}

static void a_policy_that_cuts_dhcp_darkens_the_device_after_the_lease(void **state)
{
	(void)state;
	firmware.device->knobs.lease_s = 3600;
	quarantine();
	device_tick(firmware.device, FIRMWARE_START_NS + 3599ull * 1000000000u);
	assert_false(device_is_dark(firmware.device));
	device_tick(firmware.device, FIRMWARE_START_NS + 3600ull * 1000000000u);
	assert_true(device_is_dark(firmware.device));
}

static void a_planned_mishap_strikes_its_request_only(void **state)
{
	struct mishap mishap = {
		.kind = MISHAP_NOT_READY, .skip = 1, .times = 1, .match = "Create"
	};

	(void)state;
	assert_true(mishap_plan(&firmware.device->mishaps, &mishap));
	assert_int_equal(ask(ETHER_FILTER("f", "<HdrProtocolID8021>1</HdrProtocolID8021>")), 200);
	assert_int_equal(ask(GET(AMT "AMT_GeneralSettings", "")), 200);
	assert_int_equal(ask(ETHER_FILTER("f", "<HdrProtocolID8021>1</HdrProtocolID8021>")), 500);
	assert_true(says("AMT-STATUS 2"));
	assert_int_equal(ask(ETHER_FILTER("f", "<HdrProtocolID8021>1</HdrProtocolID8021>")), 200);
	assert_int_equal(defense_filters(firmware.device->defense, SD_ETHER), 2);
}

static void a_reset_forgets_counters_but_not_policies(void **state)
{
	static const uint8_t other[14] = { [12] = 0x12 };
	struct gate_statistic s;

	(void)state;
	quarantine();
	device_judge(firmware.device, other, sizeof(other), SD_TX);
	device_reset(firmware.device, RESTART_FIRMWARE, FIRMWARE_START_NS);
	assert_true(device_judge(firmware.device, other, sizeof(other), SD_RX).drop);
	gate_statistic(defense_gate(firmware.device->defense, 0), 1, &s);
	assert_int_equal(s.live_count, 0);
	device_unprovision(firmware.device, FIRMWARE_START_NS);
	assert_false(device_judge(firmware.device, other, sizeof(other), SD_RX).drop);
	assert_int_equal(defense_policies(firmware.device->defense), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIRMWARE_CASE(an_answer_looks_like_a_recorded_one),
		FIRMWARE_CASE(properties_come_in_ascii_order),
		FIRMWARE_CASE(a_quarantine_is_made_read_back_and_undone),
		FIRMWARE_CASE(only_the_winning_association_is_active),
		FIRMWARE_CASE(what_is_no_soap_gets_a_page),
		FIRMWARE_CASE(client_control_mode_has_no_system_defense),
		FIRMWARE_CASE(pages_follow_one_another_with_new_contexts),
		FIRMWARE_CASE(statistics_show_the_active_policy_after_an_update),
		FIRMWARE_CASE(the_flash_wears_out_and_recovers),
		FIRMWARE_CASE(a_policy_that_cuts_dhcp_darkens_the_device_after_the_lease),
		FIRMWARE_CASE(a_planned_mishap_strikes_its_request_only),
		FIRMWARE_CASE(a_reset_forgets_counters_but_not_policies),
		cmocka_unit_test_teardown(mistakes_in_filters_and_policies_are_refused,
					  firmware_close),
	};

	return cmocka_run_group_tests_name("amtsim service", tests, NULL, NULL);
}
