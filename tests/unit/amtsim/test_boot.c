/* SPDX-License-Identifier: Apache-2.0 */
/* The next start of the host, in the order consoles do it, and who has to agree (amt-out-of-band.md 2.3, 2.5). */
#include "tests/amtsim/service.h"

#include "tests/unit/amtsim/firmware.h"

#define IPS      "http://intel.com/wbem/wscim/1/ips-schema/1/"
#define OPT_IN   IPS "IPS_OptInService"
#define SETTINGS AMT "AMT_BootSettingData"
#define CALL(uri, method, parameters)     \
	ENVELOPE(uri "/" method, uri, "", \
		 "<r:" method "_INPUT xmlns:r=\"" uri "\">" parameters "</r:" method "_INPUT>")
#define INSTANCE(class, id) REFERENCE(CIM class, "InstanceID", id)
#define ORDER(source)       CALL(CIM "CIM_BootConfigSetting", "ChangeBootOrder", source)
#define SOURCE(name) \
	"<r:Source>" INSTANCE("CIM_BootSourceSetting", "Intel(r) AMT: " name) "</r:Source>"
#define ROLE(role)                                                                             \
	CALL(CIM "CIM_BootService", "SetBootConfigRole",                                       \
	     "<r:BootConfigSetting>" INSTANCE(                                                 \
		     "CIM_BootConfigSetting",                                                  \
		     "Intel(r) AMT: Boot Configuration 0") "</"                                \
							   "r:BootConfigSetting><r:Role>" role \
							   "</r:Role>")
#define PUT(uri, class, properties)       \
	ENVELOPE(TRANSFER "Put", uri, "", \
		 "<r:" class " xmlns:r=\"" uri "\">" properties "</r:" class ">")
#define PUT_SETTINGS(properties) PUT(SETTINGS, "AMT_BootSettingData", properties)
#define START                    CALL(OPT_IN, "StartOptIn", "")
#define CANCEL                   CALL(OPT_IN, "CancelOptIn", "")
#define ANSWER(n)                "<g:ReturnValue>" n "<"

static const char *restart(void)
{
	device_reset(firmware.device, RESTART_HOST, firmware.device->now_ns);
	return firmware.device->boot.last;
}

static void an_override_holds_for_one_start(void **state)
{
	(void)state;
	assert_string_equal(restart(), "disk");
	must_say(200, ORDER(""), ANSWER("0"));
	must_say(200,
		 PUT_SETTINGS("<r:UseSOL>true</r:UseSOL><r:UseIDER>true</r:UseIDER>"
			      "<r:IDERBootDevice>1</r:IDERBootDevice>"),
		 "<g:UseIDER>true<");
	must_say(200, ROLE("1"), ANSWER("0"));
	assert_string_equal(restart(), "ide-r cd sol");
	must_say(200, GET(SETTINGS, ""), "<g:UseIDER>false<");
	assert_string_equal(restart(), "disk");
	assert_int_equal(firmware.device->boot.starts, 3);
}

static void a_named_source_beats_the_flags(void **state)
{
	(void)state;
	must_say(200, PUT_SETTINGS("<r:UseIDER>true</r:UseIDER>"), "AMT_BootSettingData");
	must_say(200, ORDER(SOURCE("Force PXE Boot")), ANSWER("0"));
	must_say(200, ROLE("1"), ANSWER("0"));
	assert_string_equal(restart(), "network");
	must_say(200, ORDER(SOURCE("Force CD/DVD Boot")), ANSWER("0"));
	must_say(200, ORDER(""), ANSWER("0")); /* clears it again */
	must_say(200, PUT_SETTINGS("<r:BIOSSetup>true</r:BIOSSetup>"), "AMT_BootSettingData");
	must_say(200, ROLE("1"), ANSWER("0"));
	must_say(200, ROLE("32768"), ANSWER("0")); /* withdrawn */
	assert_string_equal(restart(), "disk");
	must_say(200, ROLE("1"), ANSWER("0"));
	assert_string_equal(restart(), "setup");
}

static void what_cannot_be_is_refused(void **state)
{
	static const struct {
		const char *name, *request;
		unsigned http;
		const char *says;
	} cases[] = {
		{ "a source that is none", ORDER(SOURCE("Force Diagnostic Boot")), 200,
		  ANSWER("2050") },
		{ "an empty source", ORDER("<r:Source/>"), 400, "e:SchemaValidationError" },
		{ "a role that is none", ROLE("2"), 200, ANSWER("5") },
		{ "a role of something else",
		  CALL(CIM "CIM_BootService", "SetBootConfigRole",
		       "<r:BootConfigSetting>" INSTANCE(
			       "CIM_BootSourceSetting",
			       "Intel(r) AMT: Force PXE Boot") "</r:BootConfigSetting>"
							       "<r:Role>1</r:Role>"),
		  200, ANSWER("5") },
		{ "parameters in the other order",
		  CALL(CIM "CIM_BootService", "SetBootConfigRole",
		       "<r:Role>1</r:Role><r:BootConfigSetting>" INSTANCE(
			       "CIM_BootConfigSetting",
			       "Intel(r) AMT: Boot Configuration 0") "</r:BootConfigSetting>"),
		  400, "e:SchemaValidationError" },
		{ "no parameters", CALL(CIM "CIM_BootService", "SetBootConfigRole", ""), 400,
		  "e:SchemaValidationError" },
		{ "what the machine cannot do", PUT_SETTINGS("<r:BIOSPause>true</r:BIOSPause>"),
		  500, "AMT-STATUS 36" },
		{ "an echo of what is read only",
		  PUT_SETTINGS("<r:UseSOL>true</r:UseSOL><r:BIOSLastStatus>0</r:BIOSLastStatus>"),
		  500, "AMT-STATUS 36" },
		{ "erasing the disk", PUT_SETTINGS("<r:SecureErase>true</r:SecureErase>"), 500,
		  "AMT-STATUS 36" },
		{ "half a flag", PUT_SETTINGS("<r:UseSOL>perhaps</r:UseSOL>"), 500,
		  "AMT-STATUS 36" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned http = ask(cases[i].request);

		if (http != cases[i].http || !says(cases[i].says))
			fail_msg("%s: %u %s", cases[i].name, http, firmware.last.bytes);
	}
	assert_string_equal(restart(), "disk");
}

static void send_code(uint32_t code, const char *answer)
{
	char request[2048];

	snprintf(request, sizeof(request),
		 CALL(OPT_IN, "SendOptInCode", "<r:OptInCode>%u</r:OptInCode>"), code);
	must_say(200, request, answer);
}

static void wait_s(unsigned seconds)
{
	device_tick(firmware.device, firmware.device->now_ns + SECONDS(seconds));
}

static void without_consent_nothing_is_overridden_where_it_is_needed(void **state)
{
	(void)state;
	firmware.device->config.mode = MODE_CLIENT;
	must_say(200, GET(OPT_IN, ""), "<g:OptInRequired>4294967295<");
	must_say(400, ORDER(""), "e:AccessDenied");
	must_say(400, ROLE("1"), "e:AccessDenied");
	must_say(400, PUT_SETTINGS("<r:UseSOL>true</r:UseSOL>"), "e:AccessDenied");
	must_say(500, PUT(OPT_IN, "IPS_OptInService", "<r:OptInRequired>0</r:OptInRequired>"),
		 "AMT-STATUS 16");
	must_say(200, START, ANSWER("0"));
	must_say(200, GET(OPT_IN, ""), "<g:OptInState>2<");
	must_say(400, ORDER(""), "e:AccessDenied");
	send_code(firmware.device->consent.code, ANSWER("0"));
	must_say(200, GET(OPT_IN, ""), "<g:OptInState>3<");
	must_say(200, ORDER(SOURCE("Force PXE Boot")), ANSWER("0"));
	must_say(200, ROLE("1"), ANSWER("0"));
	wait_s(119);
	assert_string_equal(restart(), "network");
}

static void consent_ends_and_takes_the_override_along(void **state)
{
	(void)state;
	must_say(200,
		 PUT(OPT_IN, "IPS_OptInService", "<r:OptInRequired>4294967295</r:OptInRequired>"),
		 "<g:OptInRequired>4294967295<");
	must_say(200, START, ANSWER("0"));
	send_code(firmware.device->consent.code, ANSWER("0"));
	must_say(200, ORDER(SOURCE("Force PXE Boot")), ANSWER("0"));
	must_say(200, ROLE("1"), ANSWER("0"));
	wait_s(121);
	must_say(200, GET(OPT_IN, ""), "<g:OptInState>0<");
	must_say(400, ORDER(""), "e:AccessDenied");
	assert_string_equal(restart(), "disk");
	/* The same by request. */
	must_say(200, START, ANSWER("0"));
	send_code(firmware.device->consent.code, ANSWER("0"));
	must_say(200, ORDER(SOURCE("Force PXE Boot")), ANSWER("0"));
	must_say(200, ROLE("1"), ANSWER("0"));
	must_say(200, CANCEL, ANSWER("0"));
	assert_string_equal(restart(), "disk");
}

static void a_code_is_asked_for_sent_and_guessed_in_vain(void **state)
{
	uint32_t wrong;
	unsigned i;

	(void)state;
	must_say(200, CANCEL, ANSWER("2"));
	send_code(1, ANSWER("2"));
	must_say(200, START, ANSWER("0"));
	must_say(200, START, ANSWER("2"));
	wait_s(301); /* nobody came */
	must_say(200, GET(OPT_IN, ""), "<g:OptInState>0<");
	must_say(200, START, ANSWER("0"));
	wrong = (firmware.device->consent.code + 1) % 1000000;
	for (i = 0; i < 3; i++)
		send_code(wrong, ANSWER("36"));
	must_say(200, GET(OPT_IN, ""), "<g:OptInState>0<");
	must_say(200, START, ANSWER("3"));
	wait_s(61);
	must_say(200, START, ANSWER("0"));
	must_say(400, CALL(OPT_IN, "SendOptInCode", "<r:OptInCode>1000000</r:OptInCode>"),
		 "e:SchemaValidationError");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIRMWARE_CASE(an_override_holds_for_one_start),
		FIRMWARE_CASE(a_named_source_beats_the_flags),
		FIRMWARE_CASE(what_cannot_be_is_refused),
		FIRMWARE_CASE(without_consent_nothing_is_overridden_where_it_is_needed),
		FIRMWARE_CASE(consent_ends_and_takes_the_override_along),
		FIRMWARE_CASE(a_code_is_asked_for_sent_and_guessed_in_vain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
