/* SPDX-License-Identifier: Apache-2.0 */
#include "amt/wsman.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "amt/cim.h"
#include "amt/soap.h"
#include "amt/sysdefense.h"
#include "core/base/buf.h"
#include "core/base/span.h"
#include "core/base/err.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define WSEN        "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
#define WST         "http://schemas.xmlsoap.org/ws/2004/09/transfer"
#define AMT         "http://intel.com/wbem/wscim/1/amt-schema/1/"
#define CIM         "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
#define ANONYMOUS \
	"<wsa:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:Address>"

/* The common start and end of every request, byte for byte (dossier 6). */
#define ENVELOPE(action, uri, id, selectors, body)                                                                     \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" " \
	"xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "                                              \
	"xmlns:wsman=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\"><s:Header><wsa:Action>" action                 \
	"</wsa:Action>"                                                                                                \
	"<wsa:To>/wsman</wsa:To><wsman:ResourceURI>" uri "</wsman:ResourceURI><wsa:MessageID>" id                      \
	"</wsa:MessageID>"                                                                                             \
	"<wsa:ReplyTo>" ANONYMOUS                                                                                      \
	"</wsa:ReplyTo><wsman:OperationTimeout>PT60S</wsman:OperationTimeout>" selectors                               \
	"</s:Header>" body "</s:Envelope>"
#define PORT_EPR                                                                                             \
	ANONYMOUS                                                                                            \
	"<wsa:ReferenceParameters><wsman:ResourceURI>" CIM "CIM_EthernetPort</wsman:ResourceURI>"            \
	"<wsman:SelectorSet><wsman:Selector Name=\"DeviceID\">Intel(r) AMT Ethernet Port 0</wsman:Selector>" \
	"</wsman:SelectorSet></wsa:ReferenceParameters>"
#define POLICY_EPR                                                                                        \
	ANONYMOUS                                                                                         \
	"<wsa:ReferenceParameters><wsman:ResourceURI>" AMT "AMT_SystemDefensePolicy"                      \
	"</wsman:ResourceURI><wsman:SelectorSet><wsman:Selector Name=\"InstanceID\">P 1</wsman:Selector>" \
	"</wsman:SelectorSet></wsa:ReferenceParameters>"

static void must_write(const struct wsman_request *request, const char *wanted)
{
	struct err err = { 0 };
	struct buf out;

	buf_init(&out, 16384);
	if (wsman_write(request, &out, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(out.text, wanted);
	buf_fini(&out);
}

static struct cim_reference *port(void)
{
	struct cim_reference *reference = cim_reference_new("CIM_EthernetPort");

	cim_select(reference, "DeviceID", "Intel(r) AMT Ethernet Port 0");
	return reference;
}

static void an_enumeration_is_written_as_documented(void **state)
{
	struct wsman_request request = { .op = WSMAN_ENUMERATE,
					 .class_name = "AMT_InterfacePolicy",
					 .message_id = 3 };

	(void)state;
	must_write(&request, ENVELOPE(WSEN "/Enumerate", AMT "AMT_InterfacePolicy", "3", "",
				      "<s:Body><n:Enumerate xmlns:n=\"" WSEN "\"/></s:Body>"));
	request.op = WSMAN_PULL;
	request.context = "0100";
	must_write(&request,
		   ENVELOPE(WSEN "/Pull", AMT "AMT_InterfacePolicy", "3", "",
			    "<s:Body><n:Pull xmlns:n=\"" WSEN
			    "\"><n:EnumerationContext>0100</n:EnumerationContext><n:MaxElements>64"
			    "</n:MaxElements></n:Pull></s:Body>"));
	request.op = WSMAN_RELEASE;
	must_write(
		&request,
		ENVELOPE(
			WSEN "/Release", AMT "AMT_InterfacePolicy", "3", "",
			"<s:Body><n:Release xmlns:n=\"" WSEN
			"\"><n:EnumerationContext>0100</n:EnumerationContext></n:Release></s:Body>"));
}

static void a_get_names_the_class_of_its_own_schema(void **state)
{
	struct wsman_request request = { .op = WSMAN_GET,
					 .class_name = "CIM_ComputerSystemPackage",
					 .message_id = 1 };

	(void)state;
	must_write(&request,
		   ENVELOPE(WST "/Get", CIM "CIM_ComputerSystemPackage", "1", "", "<s:Body/>"));
}

static void enabling_and_disabling_are_written_as_documented(void **state)
{
	struct cim_reference *where = port(), *key = sd_binding_key(where, "P 1");
	struct cim_instance *body = sd_binding_write(SD_CLASS_BINDING, where, "P 1");
	struct wsman_request request = {
		.op = WSMAN_CREATE, .class_name = SD_CLASS_BINDING, .body = body, .message_id = 9
	};

	(void)state;
	must_write(&request,
		   ENVELOPE(WST "/Create", AMT "AMT_NetworkPortSystemDefensePolicy", "9", "",
			    "<s:Body><r:AMT_NetworkPortSystemDefensePolicy xmlns:r=\"" AMT
			    "AMT_NetworkPortSystemDefensePolicy\">"
			    "<r:Antecedent>" PORT_EPR "</r:Antecedent><r:Dependent>" POLICY_EPR
			    "</r:Dependent>"
			    "</r:AMT_NetworkPortSystemDefensePolicy></s:Body>"));
	request = (struct wsman_request){ .op = WSMAN_DELETE,
					  .class_name = SD_CLASS_BINDING,
					  .selectors = key,
					  .message_id = 10 };
	must_write(
		&request,
		ENVELOPE(
			WST "/Delete", AMT "AMT_NetworkPortSystemDefensePolicy", "10",
			"<wsman:SelectorSet><wsman:Selector Name=\"Antecedent\"><wsa:EndpointReference>" PORT_EPR
			"</wsa:EndpointReference></wsman:Selector><wsman:Selector Name=\"Dependent\"><wsa:EndpointReference>" POLICY_EPR
			"</wsa:EndpointReference></wsman:Selector></wsman:SelectorSet>",
			"<s:Body/>"));
	cim_free(body);
	cim_reference_free(where);
	cim_reference_free(key);
}

static void a_packed_reference_comes_back_as_it_was(void **state)
{
	struct cim_reference *where = port(), *back;
	struct span span;
	struct buf buf;

	(void)state;
	buf_init(&buf, 4096);
	cim_reference_pack(where, &buf);
	buf_char(&buf, 'x');
	span = span_of(buf.text, buf.length);
	back = cim_reference_unpack(&span);
	assert_int_equal(span.left, 1);
	assert_string_equal(back->uri, where->uri);
	assert_int_equal(back->count, where->count);
	for (uint32_t i = 0; i < where->count; i++) {
		assert_string_equal(back->selectors[i].name, where->selectors[i].name);
		assert_string_equal(back->selectors[i].text, where->selectors[i].text);
	}
	cim_reference_free(where);
	cim_reference_free(back);
	buf_fini(&buf);
}

static void a_method_is_written_as_documented(void **state)
{
	struct cim_instance *body = cim_input(SD_CLASS_POLICY, "UpdateStatistics");
	struct cim_reference *key = sd_by_id(SD_CLASS_POLICY, "P 1");
	struct wsman_request request = { .op = WSMAN_INVOKE,
					 .class_name = SD_CLASS_POLICY,
					 .method = "UpdateStatistics",
					 .selectors = key,
					 .body = body,
					 .message_id = 2 };

	(void)state;
	cim_add_reference(body, "NetworkInterface", port());
	cim_add_bool(body, "ResetOnRead", false);
	must_write(
		&request,
		ENVELOPE(
			AMT "AMT_SystemDefensePolicy/UpdateStatistics",
			AMT "AMT_SystemDefensePolicy", "2",
			"<wsman:SelectorSet><wsman:Selector Name=\"InstanceID\">P 1</wsman:Selector></wsman:SelectorSet>",
			"<s:Body><r:UpdateStatistics_INPUT xmlns:r=\"" AMT
			"AMT_SystemDefensePolicy\"><r:NetworkInterface>" PORT_EPR
			"</r:NetworkInterface><r:ResetOnRead>false</r:ResetOnRead></r:UpdateStatistics_INPUT></s:Body>"));
	cim_free(body);
	cim_reference_free(key);
}

static void properties_go_out_in_the_documented_order(void **state)
{
	struct sd_filter filter = {
		.name = "crd-tx-arp", .ethernet = true, .ethertype = 2054, .profile = SD_PASS
	};
	struct cim_instance *body = sd_filter_write(&filter);
	struct wsman_request request = { .op = WSMAN_CREATE,
					 .class_name = SD_CLASS_ETHERNET_FILTER,
					 .body = body,
					 .message_id = 1 };

	(void)state;
	must_write(
		&request,
		ENVELOPE(
			WST "/Create", AMT "AMT_Hdr8021Filter", "1", "",
			"<s:Body><r:AMT_Hdr8021Filter xmlns:r=\"" AMT
			"AMT_Hdr8021Filter\"><r:InstanceID>0</r:InstanceID>"
			"<r:Name>crd-tx-arp</r:Name><r:CreationClassName>n/a</r:CreationClassName><r:SystemName>n/a</r:SystemName>"
			"<r:SystemCreationClassName>n/a</r:SystemCreationClassName><r:HdrProtocolID8021>2054</r:HdrProtocolID8021>"
			"<r:FilterProfile>3</r:FilterProfile><r:FilterDirection>0</r:FilterDirection>"
			"<r:ActionEventOnMatch>false</r:ActionEventOnMatch></r:AMT_Hdr8021Filter></s:Body>"));
	cim_free(body);
}

/* ---- reading ---- */

#define ANSWER(body)                                                                \
	"<q:Envelope xmlns:q=\"" SOAP_NS_ENVELOPE "\" xmlns:w=\"" SOAP_NS_WSMAN     \
	"\" xmlns:b=\"" SOAP_NS_ADDRESSING "\" xmlns:n=\"" WSEN "\" xmlns:x=\"" WST \
	"\"><q:Header><b:RelatesTo>7</b:RelatesTo></q:Header>"                      \
	"<q:Body>" body "</q:Body></q:Envelope>"
#define FAULT(subcode, detail)                                                                                             \
	ANSWER("<q:Fault><q:Code><q:Value>q:Sender</q:Value><q:Subcode><q:Value>" subcode                                  \
	       "</q:Value></q:Subcode></q:Code><q:Reason><q:Text xml:lang=\"en\">why</q:Text></q:Reason><q:Detail>" detail \
	       "</q:Detail></q:Fault>")

static int read_as(uint8_t op, const char *text, struct wsman_answer *answer)
{
	struct wsman_request request = {
		.op = op, .class_name = SD_CLASS_POLICY, .method = "GetTimeout", .message_id = 7
	};

	return wsman_read(&request, text, strlen(text), answer, NULL);
}

static void answers_are_taken_only_for_what_was_asked(void **state)
{
	static const struct {
		const char *name;
		uint8_t op;
		const char *text;
		bool ok;
	} cases[] = {
		{ "enumerate", WSMAN_ENUMERATE,
		  ANSWER("<n:EnumerateResponse><n:EnumerationContext>1</n:EnumerationContext>"
			 "</n:EnumerateResponse>"),
		  true },
		{ "a pull answer to enumerate", WSMAN_ENUMERATE, ANSWER("<n:PullResponse/>"),
		  false },
		{ "an empty pull", WSMAN_PULL,
		  ANSWER("<n:PullResponse><n:EndOfSequence/></n:PullResponse>"), true },
		{ "delete", WSMAN_DELETE, ANSWER(""), true },
		{ "an empty create", WSMAN_CREATE, ANSWER(""), false },
		{ "create without a reference", WSMAN_CREATE, ANSWER("<x:ResourceCreated/>"),
		  false },
		{ "an empty get", WSMAN_GET, ANSWER(""), false },
		{ "get", WSMAN_GET, ANSWER("<y/>"), true },
		{ "output", WSMAN_INVOKE,
		  ANSWER("<y:GetTimeout_OUTPUT xmlns:y=\"u\"><y:ReturnValue>0</y:ReturnValue>"
			 "</y:GetTimeout_OUTPUT>"),
		  true },
		{ "output of another method", WSMAN_INVOKE,
		  ANSWER("<y:SetTimeout_OUTPUT xmlns:y=\"u\"><y:ReturnValue>0"
			 "</y:ReturnValue></y:SetTimeout_OUTPUT>"),
		  false },
		{ "output without a return value", WSMAN_INVOKE,
		  ANSWER("<y:GetTimeout_OUTPUT xmlns:y=\"u\"/>"), false },
		{ "a return value that is no number", WSMAN_INVOKE,
		  ANSWER("<y:GetTimeout_OUTPUT xmlns:y=\"u\"><y:ReturnValue>"
			 "x</y:ReturnValue></y:GetTimeout_OUTPUT>"),
		  false },
		{ "HTML", WSMAN_GET, "<html/>", false },
		{ "nothing", WSMAN_GET, "", false },
		{ "an answer to another request", WSMAN_DELETE,
		  "<q:Envelope xmlns:q=\"" SOAP_NS_ENVELOPE "\" xmlns:b=\"" SOAP_NS_ADDRESSING
		  "\"><q:Header><b:RelatesTo>8</b:RelatesTo></q:Header><q:Body/></q:Envelope>",
		  false },
		{ "references nested too deeply", WSMAN_GET,
		  ANSWER("<y><z><z><z><z><z><z/></z></z></z></z></z></y>"), false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wsman_answer answer;

		if ((read_as(cases[i].op, cases[i].text, &answer) == 0) != cases[i].ok)
			fail_msg("%s", cases[i].name);
		wsman_answer_fini(&answer);
	}
}

static void faults_are_understood(void **state)
{
	static const struct {
		const char *text, *subcode;
		bool has_status;
		uint32_t status;
		const char *words;
	} cases[] = {
		{ FAULT("w:AlreadyExists", ""), "AlreadyExists", false, 0, "AlreadyExists: why" },
		{ FAULT("w:InternalError", "AMT-STATUS 38"), "InternalError", true, 38,
		  "FLASH_WRITE_LIMIT_EXCEEDED" },
		{ FAULT("w:InternalError", "<d>see AMT-STATUS: 2053.</d>"), "InternalError", true,
		  2053, "INVALID_HANDLE" },
		{ FAULT("w:InternalError", "AMT-STATUS"), "InternalError", false, 0,
		  "InternalError" },
		{ FAULT("w:InternalError", "AMT-STATUS 99999999999"), "InternalError", false, 0,
		  "InternalError" },
		{ FAULT("b:DestinationUnreachable", ""), "DestinationUnreachable", false, 0,
		  "why" },
		{ ANSWER("<q:Fault/>"), "", false, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wsman_answer answer;
		char text[256];

		assert_int_equal(read_as(WSMAN_CREATE, cases[i].text, &answer), 0);
		assert_true(answer.fault.present);
		assert_string_equal(answer.fault.subcode, cases[i].subcode);
		assert_int_equal(answer.fault.has_status, cases[i].has_status);
		if (cases[i].has_status)
			assert_int_equal(answer.fault.status, cases[i].status);
		wsman_fault_text(&answer.fault, text, sizeof(text));
		assert_non_null(strstr(text, cases[i].words));
		wsman_answer_fini(&answer);
	}
}

#define FILTER_EPR                                                                                                       \
	"<b:Address/><b:ReferenceParameters><w:ResourceURI>" AMT                                                         \
	"AMT_NetworkFilter</w:ResourceURI>"                                                                              \
	"<w:SelectorSet><w:Selector Name=\"Name\">Tx default</w:Selector><w:Selector Name=\"InstanceID\">5</w:Selector>" \
	"</w:SelectorSet></b:ReferenceParameters>"

static void a_statistic_names_its_filter_three_references_deep(void **state)
{
	static const char text[] = ANSWER(
		"<n:PullResponse><n:EnumerationContext>2</n:EnumerationContext><n:Items>"
		"<h:AMT_ActiveFilterStatistics xmlns:h=\"u\"><h:ActivationTime><c:Datetime xmlns:c=\"d\">2026-01-02T03:04:05Z"
		"</c:Datetime></h:ActivationTime><h:Dependent><b:Address/><b:ReferenceParameters><w:ResourceURI>f"
		"</w:ResourceURI><w:SelectorSet><w:Selector Name=\"Dependent\"><b:EndpointReference>" FILTER_EPR
		"</b:EndpointReference></w:Selector><w:Selector Name=\"Antecedent\">x</w:Selector></w:SelectorSet>"
		"</b:ReferenceParameters></h:Dependent><h:ReadCount>4294967295</h:ReadCount></h:AMT_ActiveFilterStatistics>"
		"</n:Items></n:PullResponse>");
	struct sd_statistic statistic;
	struct wsman_answer answer;

	(void)state;
	assert_int_equal(read_as(WSMAN_PULL, text, &answer), 0);
	assert_int_equal(answer.item_count, 1);
	assert_false(answer.end);
	assert_string_equal(answer.context, "2");
	assert_true(sd_statistic_read(answer.items[0], &statistic));
	assert_string_equal(statistic.class_name, "AMT_NetworkFilter");
	assert_string_equal(statistic.name, "Tx default");
	assert_string_equal(statistic.id, "5");
	assert_true(statistic.packets == UINT32_MAX);
	wsman_answer_fini(&answer);
}

static void wrong_types_are_absent_values(void **state)
{
	struct cim_instance *instance = cim_new("AMT_X");
	uint32_t number = 5;
	bool truth = true;

	(void)state;
	cim_add(instance, "a", "-1");
	cim_add(instance, "b", "4294967296");
	cim_add(instance, "c", "yes");
	cim_add(instance, "d", "");
	cim_add_reference(instance, "e", cim_reference_new("AMT_Y"));
	assert_false(cim_u32(instance, "a", 0, &number));
	assert_false(cim_u32(instance, "b", 0, &number));
	assert_false(cim_u32(instance, "d", 0, &number));
	assert_false(cim_u32(instance, "e", 0, &number));
	assert_false(cim_u32(instance, "a", 1, &number));
	assert_false(cim_bool(instance, "c", &truth));
	assert_null(cim_text(instance, "e", 0));
	assert_null(cim_reference_of(instance, "a"));
	assert_int_equal(number, 5);
	assert_true(truth);
	cim_free(instance);
}

static void white_space_is_no_part_of_a_number(void **state)
{
	static const struct {
		const char *text;
		bool number, truth;
	} cases[] = {
		{ " 1", true, true },        { "1 ", true, true },
		{ "\n\t1\r\n", true, true }, { "1 1", false, false },
		{ "  ", false, false },      { " true ", false, true },
		{ "tr ue", false, false },   { "11111111111111111111111111", false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cim_instance *instance = cim_new("AMT_X");
		uint32_t number;
		bool truth;

		cim_add(instance, "a", cases[i].text);
		if (cim_u32(instance, "a", 0, &number) != cases[i].number ||
		    cim_bool(instance, "a", &truth) != cases[i].truth)
			fail_msg("%s", cases[i].text);
		cim_free(instance);
	}
}

/* Not what we ask for, but what other clients are answered. */
static void items_may_be_references_or_both(void **state)
{
#define EPR_ITEM                                                                 \
	"<b:EndpointReference><b:Address>x</b:Address><b:ReferenceParameters>"   \
	"<c:ResourceURI>" AMT "AMT_Hdr8021Filter</c:ResourceURI><c:SelectorSet>" \
	"<c:Selector Name=\"InstanceID\">7</c:Selector></c:SelectorSet>"         \
	"</b:ReferenceParameters></b:EndpointReference>"
#define AS_ITEMS(items)                                                                      \
	ANSWER("<n:PullResponse xmlns:b=\"" SOAP_NS_ADDRESSING "\" xmlns:c=\"" SOAP_NS_WSMAN \
	       "\"><n:Items>" items "</n:Items><n:EndOfSequence/></n:PullResponse>")
	const struct cim_reference *reference;
	struct wsman_answer answer;

	(void)state;
	assert_int_equal(read_as(WSMAN_PULL, AS_ITEMS(EPR_ITEM EPR_ITEM), &answer), 0);
	assert_int_equal(answer.item_count, 2);
	reference = cim_reference_of(answer.items[1], "EndpointReference");
	assert_non_null(reference);
	assert_string_equal(cim_selector_text(reference, "InstanceID"), "7");
	wsman_answer_fini(&answer);
	assert_int_equal(read_as(WSMAN_PULL,
				 AS_ITEMS("<c:Item><h:X xmlns:h=\"u\"><h:P>1</h:P></h:X>" EPR_ITEM
					  "</c:Item>"),
				 &answer),
			 0);
	reference = cim_reference_of(answer.items[0], "EndpointReference");
	assert_non_null(reference);
	assert_string_equal(cim_selector_text(reference, "InstanceID"), "7");
	wsman_answer_fini(&answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_enumeration_is_written_as_documented),
		cmocka_unit_test(a_get_names_the_class_of_its_own_schema),
		cmocka_unit_test(enabling_and_disabling_are_written_as_documented),
		cmocka_unit_test(a_packed_reference_comes_back_as_it_was),
		cmocka_unit_test(a_method_is_written_as_documented),
		cmocka_unit_test(properties_go_out_in_the_documented_order),
		cmocka_unit_test(answers_are_taken_only_for_what_was_asked),
		cmocka_unit_test(faults_are_understood),
		cmocka_unit_test(a_statistic_names_its_filter_three_references_deep),
		cmocka_unit_test(wrong_types_are_absent_values),
		cmocka_unit_test(white_space_is_no_part_of_a_number),
		cmocka_unit_test(items_may_be_references_or_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
