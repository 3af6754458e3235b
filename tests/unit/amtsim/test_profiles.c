/* SPDX-License-Identifier: Apache-2.0 */
/* One device per release that matters: what it says it is, and what it can do. */
#include "tests/amtsim/profile.h"

#include "tests/unit/amtsim/firmware.h"

#define IPS "http://intel.com/wbem/wscim/1/ips-schema/1/"

struct expected {
	const char *release, *version;
	enum device_mode mode;
	bool plain; /* has port 16992 */
	bool auth_int, ipv6, heuristics, audit, timeouts, default_policy, kvm, host_setup;
	enum tls_version least, most;
	enum tls_leaf leaf;
	uint32_t subscriptions;
};

/* clang-format off */
static const struct expected releases[] = {
	/*                                  plain  int    v6     heur   audit  time   dflt   kvm    ips  */
	{ "3.2",          "3.2.25",       MODE_ADMIN,  true,  false, false, true,  false, false, false, false, false, TLS_1_0, TLS_1_1, TLS_LEAF_RSA,  6 },
	{ "5.0",          "5.0.25",       MODE_ADMIN,  true,  false, false, true,  true,  true,  false, false, false, TLS_1_0, TLS_1_1, TLS_LEAF_RSA,  6 },
	{ "6.2",          "6.2.25",       MODE_ADMIN,  true,  false, true,  true,  true,  true,  true,  true,  true,  TLS_1_0, TLS_1_1, TLS_LEAF_RSA,  9 },
	{ "6.2",          "6.2.25",       MODE_CLIENT, true,  false, true,  true,  true,  true,  true,  true,  true,  TLS_1_0, TLS_1_1, TLS_LEAF_RSA,  9 },
	{ "8.1",          "8.1.25",       MODE_ADMIN,  true,  false, true,  true,  true,  true,  true,  true,  true,  TLS_1_0, TLS_1_1, TLS_LEAF_RSA,  9 },
	{ "9.5",          "9.5.25",       MODE_ADMIN,  true,  false, true,  true,  true,  true,  true,  true,  true,  TLS_1_0, TLS_1_1, TLS_LEAF_RSA,  9 },
	{ "11.8.50.3425", "11.8.50.3425", MODE_ADMIN,  true,  false, true,  true,  true,  true,  true,  true,  true,  TLS_1_0, TLS_1_1, TLS_LEAF_RSA,  9 },
	{ "12.0.67",      "12.0.67",      MODE_ADMIN,  true,  false, true,  false, true,  true,  true,  true,  true,  TLS_1_1, TLS_1_2, TLS_LEAF_RSA,  9 },
	{ "14.0",         "14.0.25",      MODE_ADMIN,  true,  true,  true,  false, true,  true,  true,  true,  true,  TLS_1_1, TLS_1_2, TLS_LEAF_RSA,  9 },
	{ "16.1",         "16.1.25",      MODE_ADMIN,  false, true,  true,  false, true,  true,  true,  true,  true,  TLS_1_2, TLS_1_2, TLS_LEAF_RSA,  9 },
	{ "19.0",         "19.0.25",      MODE_ADMIN,  false, true,  true,  false, true,  true,  true,  true,  true,  TLS_1_2, TLS_1_2, TLS_LEAF_RSA,  9 },
	{ "22.0",         "22.0.25",      MODE_ADMIN,  false, true,  true,  false, true,  true,  true,  true,  true,  TLS_1_2, TLS_1_2, TLS_LEAF_P384, 9 },
};
/* clang-format on */

static const struct expected *now; /* the row under test, for the messages */

static void check(const char *what, bool got, bool wanted)
{
	if (got != wanted)
		fail_msg("%s %s: %s is %d", now->release,
			 now->mode == MODE_CLIENT ? "client mode" : "", what, got);
}

static struct device *start(const struct expected *e, bool tls, const char **why)
{
	struct device_config config;
	struct knobs knobs;

	device_config_init(&config);
	knobs_init(&knobs);
	text_copy(config.release, sizeof(config.release), e->release);
	config.tls = tls;
	config.mode = e->mode;
	return device_new(&config, &knobs, FIRMWARE_START_NS, why);
}

static void check_transport(const struct expected *e)
{
	const struct tls_terms *terms = device_tls(firmware.device);
	const char *why;
	struct device *plain = start(e, false, &why);

	check("a plain port", plain != NULL, e->plain);
	device_free(plain);
	check("auth-int", firmware.device->profile.auth_int, e->auth_int);
	check("oldest TLS", terms->least == e->least, true);
	check("newest TLS", terms->most == e->most, true);
	check("the leaf", terms->leaf == e->leaf, true);
	assert_non_null(
		strstr(firmware.device->profile.server, "Intel(R) Active Management Technology "));
	check("the version in Server", strstr(firmware.device->profile.server, e->version) != NULL,
	      true);
}

static void check_identity(const struct expected *e)
{
	char version[64];

	snprintf(version, sizeof(version), "<g:VersionString>%s<", e->version);
	must_say(200, GET(CIM "CIM_SoftwareIdentity", SELECT("InstanceID", "AMT")), version);
	must_say(200, GET(AMT "AMT_SetupAndConfigurationService", ""),
		 e->mode == MODE_CLIENT ? "<g:ProvisioningMode>4<" : "<g:ProvisioningMode>1<");
	check("host based setup", ask(GET(IPS "IPS_HostBasedSetupService", "")) == 200,
	      e->host_setup);
	if (e->host_setup)
		check("the control mode",
		      says(e->mode == MODE_CLIENT ? "<g:CurrentControlMode>1<"
						  : "<g:CurrentControlMode>2<"),
		      true);
}

static bool has(const char *uri)
{
	char request[2048];

	snprintf(request, sizeof(request), ENUMERATE("%s"), uri);
	return ask(request) == 200;
}

static void check_features(const struct expected *e)
{
	bool admin = e->mode == MODE_ADMIN;

	check("policies", has(AMT "AMT_SystemDefensePolicy"), admin);
	check("Ethernet filters", has(AMT "AMT_Hdr8021Filter"), admin);
	check("IP filters", has(AMT "AMT_IPHeadersFilter"), admin);
	check("capabilities", has(AMT "AMT_GeneralSystemDefenseCapabilities"), admin);
	check("associations", has(AMT "AMT_InterfacePolicy"), admin);
	check("default policy", has(AMT "AMT_NetworkPortDefaultSystemDefensePolicy"),
	      admin && e->default_policy);
	check("heuristics", has(AMT "AMT_HeuristicPacketFilterSettings"), admin && e->heuristics);
	check("audit log", has(AMT "AMT_AuditLog"), e->audit);
	check("event log", has(AMT "AMT_MessageLog"), true);
	check("KVM", has(CIM "CIM_KVMRedirectionSAP"), e->kvm);
	check("ports", has(CIM "CIM_EthernetPort"), true);
}

#define IPV6_FILTER                                                              \
	IP_FILTER("<HdrIPVersion>6</HdrIPVersion><HdrSrcAddress>"                \
		  "20010DB8000000000000000000000001</HdrSrcAddress><HdrSrcMask>" \
		  "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF</HdrSrcMask>")
#define GET_TIMEOUT                                                                           \
	ENVELOPE(AMT "AMT_SystemDefensePolicy/GetTimeout", AMT "AMT_SystemDefensePolicy", "", \
		 "<GetTimeout_INPUT xmlns=\"" AMT "AMT_SystemDefensePolicy\"/>")

static void check_defense(const struct expected *e)
{
	if (e->mode != MODE_ADMIN) {
		must_say(400, POLICY("q", ""), "b:DestinationUnreachable");
		return;
	}
	quarantine(); /* works everywhere */
	check("the active policy", gate_policy(defense_gate(firmware.device->defense, 0)) == 1,
	      true);
	check("IPv6 filters", ask(IPV6_FILTER) == 200, e->ipv6);
	check("timeouts", ask(GET_TIMEOUT) == 200, e->timeouts);
	must_say(200, GET(AMT "AMT_NetworkPortSystemDefenseCapabilities", ""), "IPv4_MaxRxFilters");
	check("IPv6 capabilities", says("IPv6_MaxRxFilters"), e->ipv6);
}

static void each_release_is_itself(void **state)
{
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(releases) / sizeof(releases[0]); i++) {
		now = &releases[i];
		device_free(firmware.device);
		firmware.device = start(now, true, &why);
		assert_non_null(firmware.device);
		check_transport(now);
		check_identity(now);
		check_features(now);
		check_defense(now);
	}
}

static void some_devices_cannot_be(void **state)
{
	static const struct {
		const char *name;
		struct expected as;
		bool tls;
	} cases[] = {
		{ "2.6 speaks no WS-Management", { .release = "2.6" }, false },
		{ "no release", { .release = "new" }, false },
		{ "client mode before 6.2", { .release = "6.1", .mode = MODE_CLIENT }, false },
		{ "16.1 without TLS", { .release = "16.1" }, false },
	};
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (start(&cases[i].as, cases[i].tls, &why) || !why)
			fail_msg("%s", cases[i].name);
}

static void knobs_overrule_the_release(void **state)
{
	(void)state;
	firmware_release("5.0");
	set_knob("default_policy", "yes");
	assert_true(has(AMT "AMT_NetworkPortDefaultSystemDefensePolicy"));
	firmware_release("12.0");
	set_knob("default_policy", "no");
	assert_false(has(AMT "AMT_NetworkPortDefaultSystemDefensePolicy"));
	set_knob("list_singletons", "no");
	assert_false(has(AMT "AMT_GeneralSettings"));
	firmware_release("10.0");
	assert_false(has(AMT "AMT_GeneralSettings"));
	set_knob("list_singletons", "yes");
	assert_true(has(AMT "AMT_GeneralSettings"));
	firmware.device->config.no_defense = true;
	assert_false(has(AMT "AMT_SystemDefensePolicy"));
	set_knob("absent_form", "empty");
	list(AMT "AMT_SystemDefensePolicy");
	assert_true(says("<g:Items></g:Items>"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIRMWARE_CASE(each_release_is_itself),
		FIRMWARE_CASE(some_devices_cannot_be),
		FIRMWARE_CASE(knobs_overrule_the_release),
	};

	return cmocka_run_group_tests_name("amtsim profiles", tests, NULL, NULL);
}
