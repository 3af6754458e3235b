/* SPDX-License-Identifier: Apache-2.0 */
/* What a console asks when it opens a machine, and what it may then do besides System Defense:
 * which classes each release knows, superclasses, power, clock. */
#include "tests/amtsim/service.h"

#include "tests/unit/amtsim/firmware.h"

#define IPS "http://intel.com/wbem/wscim/1/ips-schema/1/"

static void releases_know_their_classes(void **state)
{
	static const struct {
		const char *release, *uri;
		bool known;
	} cases[] = {
		{ "3.2", CIM "CIM_PowerManagementService", true },
		{ "3.2", AMT "AMT_RemoteAccessService", false },
		{ "4.0", AMT "AMT_RemoteAccessService", true },
		{ "5.2", IPS "IPS_OptInService", false },
		{ "6.0", IPS "IPS_OptInService", true },
		{ "6.1", IPS "IPS_HostBasedSetupService", false },
		{ "6.2", IPS "IPS_HostBasedSetupService", true },
		{ "9.5", IPS "IPS_PowerManagementService", false },
		{ "10.0", IPS "IPS_PowerManagementService", true },
		{ "16.1", IPS "IPS_PowerManagementService", true },
		{ "16.1", AMT "AMT_PublicKeyCertificate", true },
		{ "16.1", CIM "CIM_Battery", false },
	};
	char request[2048];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		firmware_release(cases[i].release);
		snprintf(request, sizeof(request), ENUMERATE("%s"), cases[i].uri);
		must_say(cases[i].known ? 200 : 400, request,
			 cases[i].known ? "EnumerateResponse" : "b:DestinationUnreachable");
	}
}

/* Every class that the recorded answers of real machines are about. */
static void classes_of_the_recordings_are_known(void **state)
{
	static const char *const uris[] = { AMT "AMT_AlarmClockService",
					    AMT "AMT_AuditLog",
					    AMT "AMT_AuthorizationService",
					    AMT "AMT_BootCapabilities",
					    AMT "AMT_BootSettingData",
					    AMT "AMT_CryptographicCapabilities",
					    AMT "AMT_EnvironmentDetectionSettingData",
					    AMT "AMT_EthernetPortSettings",
					    AMT "AMT_GeneralSettings",
					    AMT "AMT_KerberosSettingData",
					    AMT "AMT_ManagementPresenceRemoteSAP",
					    AMT "AMT_MessageLog",
					    AMT "AMT_PublicKeyCertificate",
					    AMT "AMT_RedirectionService",
					    AMT "AMT_RemoteAccessCapabilities",
					    AMT "AMT_RemoteAccessPolicyAppliesToMPS",
					    AMT "AMT_RemoteAccessPolicyRule",
					    AMT "AMT_RemoteAccessService",
					    AMT "AMT_SetupAndConfigurationService",
					    AMT "AMT_SystemPowerScheme",
					    AMT "AMT_TLSCredentialContext",
					    AMT "AMT_TLSProtocolEndpointCollection",
					    AMT "AMT_TLSSettingData",
					    AMT "AMT_TimeSynchronizationService",
					    AMT "AMT_UserInitiatedConnectionService",
					    AMT "AMT_WiFiPortConfigurationService",
					    CIM "CIM_AssociatedPowerManagementService",
					    CIM "CIM_BIOSElement",
					    CIM "CIM_BootConfigSetting",
					    CIM "CIM_BootService",
					    CIM "CIM_BootSourceSetting",
					    CIM "CIM_Card",
					    CIM "CIM_Chassis",
					    CIM "CIM_ComputerSystem",
					    CIM "CIM_ComputerSystemPackage",
					    CIM "CIM_ConcreteDependency",
					    CIM "CIM_CredentialContext",
					    CIM "CIM_EthernetPort",
					    CIM "CIM_IEEE8021xSettings",
					    CIM "CIM_KVMRedirectionSAP",
					    CIM "CIM_PowerManagementCapabilities",
					    CIM "CIM_PowerManagementService",
					    CIM "CIM_RedirectionService",
					    CIM "CIM_ServiceAvailableToElement",
					    CIM "CIM_SoftwareIdentity",
					    CIM "CIM_SystemPackaging",
					    CIM "CIM_WiFiPort",
					    IPS "IPS_AlarmClockOccurrence",
					    IPS "IPS_HostBasedSetupService",
					    IPS "IPS_HostIPSettings",
					    IPS "IPS_IPv6PortSettings",
					    IPS "IPS_KVMRedirectionSettingData",
					    IPS "IPS_LANEndpoint",
					    IPS "IPS_OptInService",
					    IPS "IPS_PowerManagementService",
					    IPS "IPS_ProvisioningRecordLog" };
	char request[2048];
	size_t i;

	(void)state;
	firmware_release("16.0");
	for (i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		snprintf(request, sizeof(request), ENUMERATE("%s"), uris[i]);
		must_say(200, request, "EnumerateResponse");
	}
}

/* amt-out-of-band.md 1.2: so on 10.0.56, not on 16.1.30. */
static void release_10_reads_singletons_with_get_only(void **state)
{
	static const char *const names[] = {
		"AMT_EthernetPortSettings", "AMT_GeneralSettings", "AMT_BootCapabilities",
		"AMT_BootSettingData",      "AMT_TLSSettingData",
	};
	char request[2048];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(request, sizeof(request), ENUMERATE("%s%s"), AMT, names[i]);
		firmware_release("10.0.56");
		must_say(400, request, "b:ActionNotSupported");
		firmware_release("16.1.30");
		must_say(200, request, "EnumerateResponse");
	}
	firmware_release("10.0.56");
	must_say(200, GET(AMT "AMT_GeneralSettings", ""), "HostName");
	must_say(200,
		 GET(AMT "AMT_EthernetPortSettings",
		     SELECT("InstanceID", "Intel(r) AMT Ethernet Port Settings 0")),
		 "MACAddress");
	list(CIM "CIM_SoftwareIdentity");
}

static void superclasses_show_their_subclasses(void **state)
{
	(void)state;
	list(CIM "CIM_ServiceAvailableToElement");
	assert_true(says("CIM_AssociatedPowerManagementService><h:AvailableRequestedPowerStates>"));
	list(CIM "CIM_SystemPackaging");
	assert_true(says("PlatformGUID"));
	list(CIM "CIM_Chip"); /* consoles take the first for the processor's */
	assert_true(says("<g:Items><h:CIM_Chip>"));
	assert_int_equal(occurrences("<i:CIM_PhysicalMemory>"), 2);
	list(CIM "CIM_PhysicalPackage"); /* and these from the second for the disks' */
	assert_int_equal(occurrences("<h:CIM_Card>"), 1);
	assert_int_equal(occurrences("<i:CIM_PhysicalPackage>"), 1);
	list(CIM "CIM_ComputerSystem");
	assert_true(says("<h:Name>ManagedSystem</h:Name>"));
	assert_true(says("<h:Name>Intel(r) AMT</h:Name>"));
}

static void a_machine_shows_what_it_is(void **state)
{
	(void)state;
	must_say(200, GET(IPS "IPS_HostBasedSetupService", ""), "<g:CurrentControlMode>2<");
	must_say(200, GET(IPS "IPS_OptInService", ""), "<g:OptInRequired>0<");
	firmware.device->config.mode = MODE_CLIENT;
	must_say(200, GET(IPS "IPS_HostBasedSetupService", ""), "<g:CurrentControlMode>1<");
	must_say(200, GET(IPS "IPS_OptInService", ""), "<g:OptInRequired>4294967295<");
	must_say(200, GET(CIM "CIM_BIOSElement", ""),
		 "<g:ReleaseDate><h:Datetime>2023-11-14T00:00:00Z</h:Datetime></g:ReleaseDate>");
	must_say(400, GET(CIM "CIM_WiFiPort", ""), "DestinationUnreachable");
	set_knob("wireless", "present");
	must_say(200, GET(CIM "CIM_WiFiPort", ""), "<g:DeviceID>WiFi Port 0<");
}

#define SYSTEM(name)                                                                       \
	"<wsa:Address>" NS_ADDRESS "</wsa:Address><wsa:ReferenceParameters>"               \
	"<wsman:ResourceURI>" CIM "CIM_ComputerSystem</wsman:ResourceURI>"                 \
	"<wsman:SelectorSet><wsman:Selector Name=\"CreationClassName\">CIM_ComputerSystem" \
	"</wsman:Selector><wsman:Selector Name=\"Name\">" name "</wsman:Selector>"         \
	"</wsman:SelectorSet></wsa:ReferenceParameters>"
#define NS_ADDRESS "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define CALL(uri, method, parameters)     \
	ENVELOPE(uri "/" method, uri, "", \
		 "<r:" method "_INPUT xmlns:r=\"" uri "\">" parameters "</r:" method "_INPUT>")
#define POWER(state, element)                                             \
	CALL(CIM "CIM_PowerManagementService", "RequestPowerStateChange", \
	     "<r:PowerState>" state "</r:PowerState>" element)
#define MACHINE "<r:ManagedElement>" SYSTEM("ManagedSystem") "</r:ManagedElement>"

static void power_requests_are_followed(void **state)
{
	static const struct {
		const char *name, *request;
		unsigned http;
		const char *says, *then;
	} steps[] = {
		{ "on, when on", POWER("2", MACHINE), 200, "<g:ReturnValue>4097<", ">2<" },
		{ "reset", POWER("10", MACHINE), 200, "<g:ReturnValue>0<", ">2<" },
		{ "off", POWER("8", MACHINE), 200, "<g:ReturnValue>0<", ">8<" },
		{ "reset, when off", POWER("10", MACHINE), 200, "<g:ReturnValue>4097<", ">8<" },
		{ "on", POWER("2", MACHINE), 200, "<g:ReturnValue>0<", ">2<" },
		{ "cycle", POWER("5", MACHINE), 200, "<g:ReturnValue>0<", ">2<" },
		{ "sleep needs an agent", POWER("4", MACHINE), 200, "<g:ReturnValue>1<", ">2<" },
		{ "no such state", POWER("99", MACHINE), 200, "<g:ReturnValue>5<", ">2<" },
		{ "another machine",
		  POWER("8", "<r:ManagedElement>" SYSTEM("x") "</r:ManagedElement>"), 200,
		  "<g:ReturnValue>5<", ">2<" },
		{ "no machine", POWER("8", ""), 400, "e:SchemaValidationError", ">2<" },
		{ "an empty one", POWER("8", "<r:ManagedElement/>"), 400, "e:SchemaValidationError",
		  ">2<" },
		{ "the wrong order",
		  CALL(CIM "CIM_PowerManagementService", "RequestPowerStateChange",
		       MACHINE "<r:PowerState>8</r:PowerState>"),
		  400, "e:SchemaValidationError", ">2<" },
	};
	char state_is[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		must_say(steps[i].http, steps[i].request, steps[i].says);
		snprintf(state_is, sizeof(state_is), "<g:PowerState%s", steps[i].then);
		must_say(200, GET(CIM "CIM_AssociatedPowerManagementService", ""), state_is);
	}
}

static void power_leaves_the_quarantine_in_force(void **state)
{
	(void)state;
	quarantine();
	must_say(200, POWER("8", MACHINE), "<g:ReturnValue>0<");
	must_say(200, POWER("2", MACHINE), "<g:ReturnValue>0<");
	must_say(200, GET(AMT "AMT_NetworkPortSystemDefensePolicy", ""), "<g:Active>true<");
}

#define CLOCK AMT "AMT_TimeSynchronizationService"

static void the_clock_can_be_read_and_set(void **state)
{
	(void)state;
	must_say(200, CALL(CLOCK, "GetLowAccuracyTimeSynch", ""), "<g:Ta0>1700000000</g:Ta0>");
	set_knob("clock_behind_s", "3600");
	must_say(200, CALL(CLOCK, "GetLowAccuracyTimeSynch", ""), "<g:Ta0>1699996400</g:Ta0>");
	must_say(
		200,
		CALL(CLOCK, "SetHighAccuracyTimeSynch",
		     "<r:Ta0>1699996400</r:Ta0><r:Tm1>1700000000</r:Tm1><r:Tm2>1700000002</r:Tm2>"),
		"<g:ReturnValue>0<");
	must_say(200, CALL(CLOCK, "GetLowAccuracyTimeSynch", ""), "<g:Ta0>1700000001</g:Ta0>");
	must_say(400,
		 CALL(CLOCK, "SetHighAccuracyTimeSynch",
		      "<r:Tm1>1700000000</r:Tm1><r:Ta0>1</r:Ta0><r:Tm2>1700000002</r:Tm2>"),
		 "e:SchemaValidationError");
}

static void power_clock_and_associations_have_realms(void **state)
{
	static const struct {
		const char *name;
		unsigned realm;
		bool power, read_clock, set_clock, around;
	} cases[] = {
		{ "general information", REALM_GENERAL, false, true, false, false },
		{ "remote control", REALM_REMOTE_CONTROL, true, false, false, false },
		{ "network time", REALM_TIME, false, false, true, false },
		{ "system defense", REALM_DEFENSE, false, false, false, true },
		{ "administration", REALM_ADMIN, true, true, true, true },
	};
	struct acl_entry entry = { .user = "u", .enabled = true };
	size_t i;

	(void)state;
	assert_int_equal(acl_add(&firmware.device->acl, &entry), PT_SUCCESS);
	firmware.device->caller.handle = entry.handle;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		firmware.device->acl.entries[0].realms = REALM_BIT(cases[i].realm);
		if ((ask(POWER("10", MACHINE)) == 200) != cases[i].power ||
		    (ask(CALL(CLOCK, "GetLowAccuracyTimeSynch", "")) == 200) !=
			    cases[i].read_clock ||
		    (ask(CALL(CLOCK, "SetHighAccuracyTimeSynch",
			      "<r:Ta0>1</r:Ta0><r:Tm1>1</r:Tm1><r:Tm2>1</r:Tm2>")) == 200) !=
			    cases[i].set_clock)
			fail_msg("%s", cases[i].name);
		ask(ENUMERATE("http://schemas.dmtf.org/wbem/wscim/1/*"));
		if (says("AccessDenied") == cases[i].around)
			fail_msg("%s: %s", cases[i].name, firmware.last.bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIRMWARE_CASE(releases_know_their_classes),
		FIRMWARE_CASE(classes_of_the_recordings_are_known),
		FIRMWARE_CASE(release_10_reads_singletons_with_get_only),
		FIRMWARE_CASE(superclasses_show_their_subclasses),
		FIRMWARE_CASE(a_machine_shows_what_it_is),
		FIRMWARE_CASE(power_requests_are_followed),
		FIRMWARE_CASE(power_leaves_the_quarantine_in_force),
		FIRMWARE_CASE(power_clock_and_associations_have_realms),
		FIRMWARE_CASE(the_clock_can_be_read_and_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
