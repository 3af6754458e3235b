/* SPDX-License-Identifier: Apache-2.0 */
/* Put: settings, and by knob the System Defense objects. */
#include "tests/unit/amtsim/firmware.h"

#define PUT(name, selectors, properties)                                                   \
	ENVELOPE(TRANSFER "Put", AMT name, selectors,                                      \
		 "<p:" name " xmlns:p=\"" AMT name "\" xmlns=\"" AMT name "\">" properties \
		 "</p:" name ">")
#define WIRED           SELECT("InstanceID", "Intel(r) AMT 802.3 TLS Settings")
#define TLS(properties) PUT("AMT_TLSSettingData", WIRED, "<Enabled>true</Enabled>" properties)
#define SETUP           AMT "AMT_SetupAndConfigurationService"
#define COMMIT                                      \
	ENVELOPE(SETUP "/CommitChanges", SETUP, "", \
		 "<CommitChanges_INPUT xmlns=\"" SETUP "\"></CommitChanges_INPUT>")
#define POLICY_BODY(name)                                                         \
	"<PolicyName>" name "</PolicyName><PolicyPrecedence>5</PolicyPrecedence>" \
	"<FilterCreationHandles>1</FilterCreationHandles>" POLICY_DEFAULTS
#define PUT_POLICY(name)                                                              \
	PUT("AMT_SystemDefensePolicy", SELECT("InstanceID", "Intel(r) AMT Policy 1"), \
	    POLICY_BODY(name))
#define PUT_FILTER(ethertype)                               \
	PUT("AMT_Hdr8021Filter", SELECT("InstanceID", "1"), \
	    COMMON_FILTER("new", "4", "0") "<HdrProtocolID8021>" ethertype "</HdrProtocolID8021>")

static void put_answers_with_the_whole_new_instance(void **state)
{
	(void)state;
	must_say(200,
		 PUT("AMT_GeneralSettings", "",
		     "<HostName>pc-7</HostName><DomainName>example.com</DomainName>"
		     "<PingResponseEnabled>false</PingResponseEnabled>"),
		 "<g:AMT_GeneralSettings><g:AMTNetworkEnabled>1");
	assert_true(says("/PutResponse</b:Action>"));
	assert_true(says("<g:DomainName>example.com</g:DomainName>"));
	assert_true(says("<g:HostName>pc-7</g:HostName>"));
	assert_true(says("<g:PingResponseEnabled>false</g:PingResponseEnabled>"));
	must_say(200, GET(AMT "AMT_GeneralSettings", ""), "<g:HostName>pc-7</g:HostName>");
	assert_int_equal(firmware.device->log.writes, 1);
}

static void put_is_refused_where_it_makes_no_sense(void **state)
{
	static const struct {
		const char *name, *request;
		unsigned http;
		const char *says;
	} cases[] = {
		{ "a class without Put", PUT("AMT_SystemDefenseService", "", ""), 400,
		  "ActionNotSupported" },
		{ "another element",
		  ENVELOPE(TRANSFER "Put", AMT "AMT_GeneralSettings", "", "<x/>"), 400,
		  "SchemaValidationError" },
		{ "not a boolean",
		  PUT("AMT_GeneralSettings", "",
		      "<PingResponseEnabled>maybe</PingResponseEnabled>"),
		  500, "AMT-STATUS 36" },
		{ "no such instance", PUT("AMT_TLSSettingData", SELECT("InstanceID", "none"), ""),
		  400, "DestinationUnreachable" },
		{ "policies are immutable", PUT_POLICY("new"), 400, "ActionNotSupported" },
		{ "filters are immutable", PUT_FILTER("5"), 400, "ActionNotSupported" },
	};
	size_t i;

	(void)state;
	quarantine();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (ask(cases[i].request) != cases[i].http || !says(cases[i].says))
			fail_msg("%s: %s", cases[i].name, firmware.last.bytes);
}

static void policies_and_filters_are_changed_by_knob_unless_in_use(void **state)
{
	(void)state;
	set_knob("put_objects", "yes");
	quarantine();
	must_say(500, PUT_POLICY("new"), "AMT-STATUS 16");
	must_say(500, PUT_FILTER("5"), "AMT-STATUS 16");
	assert_int_equal(ask(UNBIND("0", "1")), 200);
	must_say(200, PUT_POLICY("new"), "<g:PolicyName>new</g:PolicyName>");
	assert_true(says("<g:PolicyPrecedence>5<"));
	must_say(500, PUT_FILTER("5"), "AMT-STATUS 16");
	assert_int_equal(ask(DELETE(AMT "AMT_SystemDefensePolicy",
				    SELECT("InstanceID", "Intel(r) AMT Policy 1"))),
			 200);
	must_say(200, PUT_FILTER("5"), "<g:HdrProtocolID8021>5</g:HdrProtocolID8021>");
	assert_true(says("<g:InstanceID>1</g:InstanceID><g:Name>new</g:Name>"));
}

static void a_put_that_does_not_fit_changes_nothing(void **state)
{
	(void)state;
	set_knob("put_objects", "yes");
	quarantine();
	assert_int_equal(ask(UNBIND("0", "1")), 200);
	must_say(500,
		 PUT("AMT_SystemDefensePolicy", SELECT("InstanceID", "Intel(r) AMT Policy 1"),
		     "<PolicyName>x</PolicyName><PolicyPrecedence>5</PolicyPrecedence>"
		     "<FilterCreationHandles>99</FilterCreationHandles>" POLICY_DEFAULTS),
		 "AMT-STATUS 2053");
	must_say(200, GET(AMT "AMT_SystemDefensePolicy", ""), "<g:PolicyName>q</g:PolicyName>");
	assert_true(says("<g:FilterCreationHandles>1</g:FilterCreationHandles>"));
}

static void tls_settings_wait_for_commit_changes(void **state)
{
	(void)state;
	firmware.device->config.tls = true;
	must_say(200,
		 TLS("<MutualAuthentication>true</MutualAuthentication>"
		     "<TrustedCN>.example.com</TrustedCN><TrustedCN>.example.org</TrustedCN>"),
		 "<g:MutualAuthentication>true<");
	assert_true(says("<g:TrustedCN>.example.com</g:TrustedCN>"
			 "<g:TrustedCN>.example.org</g:TrustedCN>"));
	assert_false(device_tls(firmware.device)->mutual);
	must_say(200, COMMIT, "<g:ReturnValue>0<");
	assert_true(device_tls(firmware.device)->mutual);
	assert_int_equal(device_tls(firmware.device)->trusted_count, 2);
}

static void redirection_is_switched_by_method_and_its_listener_by_put(void **state)
{
#define REDIRECTION AMT "AMT_RedirectionService"
#define CHANGE(state)                                                                         \
	ENVELOPE(REDIRECTION "/RequestStateChange", REDIRECTION, "",                          \
		 "<RequestStateChange_INPUT xmlns=\"" REDIRECTION "\"><RequestedState>" state \
		 "</RequestedState></RequestStateChange_INPUT>")
	(void)state;
	must_say(200, GET(REDIRECTION, ""), "<g:EnabledState>32771</g:EnabledState>");
	must_say(200, CHANGE("32768"), "<g:ReturnValue>0<");
	must_say(200, GET(REDIRECTION, ""), "<g:EnabledState>32768</g:EnabledState>");
	must_say(200, CHANGE("7"), "<g:ReturnValue>5<");
	must_say(200, PUT("AMT_RedirectionService", "", "<ListenerEnabled>false</ListenerEnabled>"),
		 "<g:ListenerEnabled>false<");
	must_say(200, GET(CIM "CIM_KVMRedirectionSAP", ""), "<g:EnabledState>6</g:EnabledState>");
}

static void the_uuid_is_told_in_smbios_order(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 16; i++)
		firmware.device->config.uuid[i] = (uint8_t)(i * 17);
	must_say(200, ENVELOPE(SETUP "/GetUuid", SETUP, "", "<GetUuid_INPUT xmlns=\"" SETUP "\"/>"),
		 "<g:UUID>MyIRAFVEd2aImaq7zN3u/w==</g:UUID><g:ReturnValue>0<");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIRMWARE_CASE(put_answers_with_the_whole_new_instance),
		FIRMWARE_CASE(put_is_refused_where_it_makes_no_sense),
		FIRMWARE_CASE(policies_and_filters_are_changed_by_knob_unless_in_use),
		FIRMWARE_CASE(a_put_that_does_not_fit_changes_nothing),
		FIRMWARE_CASE(tls_settings_wait_for_commit_changes),
		FIRMWARE_CASE(redirection_is_switched_by_method_and_its_listener_by_put),
		FIRMWARE_CASE(the_uuid_is_told_in_smbios_order),
	};

	return cmocka_run_group_tests_name("amtsim put", tests, NULL, NULL);
}
