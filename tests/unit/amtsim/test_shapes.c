/* SPDX-License-Identifier: Apache-2.0 */
/* The shapes in which other consoles and generic WS-Management tools put the same request:
 * prefixes, order and number of headers, self-closing tags, attributes, white space.  Written
 * after what such programs were seen to send; accepted or refused as amt-system-defense.md 5.1,
 * amt-out-of-band.md 1.2 and DSP0226 say. */
#include "tests/amtsim/service.h"

#include "tests/unit/amtsim/firmware.h"

#define NS_S      "http://www.w3.org/2003/05/soap-envelope"
#define NS_A      "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define NS_W      "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define ANONYMOUS NS_A "/role/anonymous"
#define GENERAL   AMT "AMT_GeneralSettings"
#define RAW(heads, body)                                                        \
	"<s:Envelope xmlns:s=\"" NS_S "\" xmlns:a=\"" NS_A "\" xmlns:w=\"" NS_W \
	"\"><s:Header>" heads "</s:Header><s:Body>" body "</s:Body></s:Envelope>"
#define ACTION   "<a:Action>" TRANSFER "Get</a:Action>"
#define TO       "<a:To>/wsman</a:To>"
#define ID       "<a:MessageID>7</a:MessageID>"
#define RESOURCE "<w:ResourceURI>" GENERAL "</w:ResourceURI>"
#define REPLY    "<a:ReplyTo><a:Address>" ANONYMOUS "</a:Address></a:ReplyTo>"
#define GOOD     "<g:HostName>"

struct shape {
	const char *name, *request;
	unsigned http;
	const char *says;
};

static void check(const struct shape *shapes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		unsigned http = ask(shapes[i].request);

		if (http != shapes[i].http || !says(shapes[i].says))
			fail_msg("%s: %u %s", shapes[i].name, http, firmware.last.bytes);
	}
}

#define CHECK_SHAPES(shapes) check(shapes, sizeof(shapes) / sizeof((shapes)[0]))

static const struct shape headers[] = {
	{ "the browser console's: default namespace, unused declarations",
	  "<?xml version=\"1.0\" encoding=\"utf-8\"?><Envelope"
	  " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
	  " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:a=\"" NS_A "\" xmlns:w=\"" NS_W
	  "\" xmlns=\"" NS_S "\" ><Header>" ACTION TO RESOURCE ID REPLY
	  "<w:OperationTimeout>PT60S</w:OperationTimeout></Header><Body /></Envelope>",
	  200, GOOD },
	{ "every element declares its own default namespace",
	  "<Envelope xmlns=\"" NS_S "\"><Header><Action xmlns=\"" NS_A "\">" TRANSFER
	  "Get</Action><ResourceURI xmlns=\"" NS_W "\">" GENERAL
	  "</ResourceURI></Header><Body/></Envelope>",
	  200, GOOD },
	{ "the generic tool's order: To first, Action last, all to be understood",
	  RAW("<a:To s:mustUnderstand=\"true\">http://127.0.0.1:16992/wsman</a:To>"
	      "<w:ResourceURI s:mustUnderstand=\"true\">" GENERAL "</w:ResourceURI>" REPLY
	      "<a:MessageID s:mustUnderstand=\"1\">uuid:8f7b1c8e-0001</a:MessageID>"
	      "<w:MaxEnvelopeSize s:mustUnderstand=\"true\">512000</w:MaxEnvelopeSize>"
	      "<a:Action s:mustUnderstand=\"true\">" TRANSFER "Get</a:Action>",
	      ""),
	  200, "<b:RelatesTo>uuid:8f7b1c8e-0001</b:RelatesTo>" },
	{ "a locale that need not be understood",
	  RAW(ACTION TO RESOURCE ID "<w:Locale xml:lang=\"en-US\" s:mustUnderstand=\"false\"/>",
	      ""),
	  200, GOOD },
	{ "a locale that must", RAW(ACTION RESOURCE ID "<w:Locale s:mustUnderstand=\"true\"/>", ""),
	  400, "a:MustUnderstand" },
	{ "a header nobody knows", RAW(ACTION RESOURCE "<x:Y xmlns:x=\"urn:x\"/>", ""), 200, GOOD },
	{ "one that must be understood",
	  RAW(ACTION RESOURCE "<x:Y xmlns:x=\"urn:x\" s:mustUnderstand=\"1\"/>", ""), 400,
	  "a:MustUnderstand" },
	{ "a fragment, which is not implemented",
	  RAW(ACTION RESOURCE
	      "<w:FragmentTransfer s:mustUnderstand=\"true\">HostName</w:FragmentTransfer>",
	      ""),
	  400, "a:MustUnderstand" },
	{ "no MessageID", RAW(ACTION TO RESOURCE, ""), 200, "<b:RelatesTo></b:RelatesTo>" },
	{ "no Action", RAW(TO RESOURCE ID, ""), 400, "b:MessageInformationHeaderRequired" },
	{ "no ResourceURI", RAW(ACTION TO ID, ""), 400, "b:MessageInformationHeaderRequired" },
	{ "addressing of 2005",
	  RAW("<n:Action xmlns:n=\"http://www.w3.org/2005/08/addressing\">" TRANSFER
	      "Get</n:Action>" RESOURCE,
	      ""),
	  400, "b:MessageInformationHeaderRequired" },
	{ "white space, comments and instructions between the tags",
	  "<?xml version='1.0'?>\n<?tool x?><!-- hello -->\r\n<s:Envelope xmlns:s='" NS_S
	  "'\n\txmlns:a='" NS_A "' xmlns:w='" NS_W "' >\n <s:Header >\n  <a:Action\n>\n " TRANSFER
	  "Get\n </a:Action >\n  <w:ResourceURI> " GENERAL
	  " </w:ResourceURI><!-- x -->\n </s:Header>\n <s:Body>\n </s:Body>\n"
	  "</s:Envelope>\n",
	  200, GOOD },
	{ "a byte order mark", "\xEF\xBB\xBF" RAW(ACTION RESOURCE, ""), 200, GOOD },
	{ "entities of XML itself",
	  RAW("<a:Action>" TRANSFER "&#71;et</a:Action><w:ResourceURI><![CDATA[" GENERAL
	      "]]></w:ResourceURI>",
	      ""),
	  200, GOOD },
	{ "selectors with attributes of both quotes and odd spacing",
	  RAW(ACTION RESOURCE "<w:SelectorSet ><w:Selector  Name='InstanceID' >"
			      "Intel(r) AMT: General Settings</w:Selector ></w:SelectorSet>",
	      ""),
	  200, GOOD },
	{ "a selector that is no key",
	  RAW(ACTION RESOURCE
	      "<w:SelectorSet><w:Selector Name=\"HostName\">x</w:Selector></w:SelectorSet>",
	      ""),
	  400, "e:InvalidSelectors" },
	{ "a selector without a name",
	  RAW(ACTION RESOURCE "<w:SelectorSet><w:Selector>x</w:Selector></w:SelectorSet>", ""), 400,
	  "e:InvalidSelectors" },
	{ "an Action twice", RAW(ACTION ACTION RESOURCE, ""), 400,
	  "b:InvalidMessageInformationHeader" },
	{ "a ResourceURI twice", RAW(ACTION RESOURCE RESOURCE, ""), 400,
	  "b:InvalidMessageInformationHeader" },
	{ "a foreign header twice",
	  RAW(ACTION RESOURCE "<x:Y xmlns:x=\"urn:x\"/><x:Y xmlns:x=\"urn:x\"/>", ""), 200, GOOD },
	{ "a timeout that is none",
	  RAW(ACTION RESOURCE "<w:OperationTimeout>soon</w:OperationTimeout>", ""), 400,
	  "b:InvalidMessageInformationHeader" },
	{ "a timeout without a number",
	  RAW(ACTION RESOURCE "<w:OperationTimeout>PT</w:OperationTimeout>", ""), 400,
	  "b:InvalidMessageInformationHeader" },
	{ "an empty timeout", RAW(ACTION RESOURCE "<w:OperationTimeout/>", ""), 200, GOOD },
	{ "years to wait",
	  RAW(ACTION RESOURCE "<w:OperationTimeout>P1Y2M3DT4H5M6.5S</w:OperationTimeout>", ""), 200,
	  GOOD },
	{ "two bodies",
	  "<s:Envelope xmlns:s=\"" NS_S "\" xmlns:a=\"" NS_A "\" xmlns:w=\"" NS_W
	  "\"><s:Header>" ACTION RESOURCE "</s:Header><s:Body/><s:Body/></s:Envelope>",
	  400, "" },
	{ "two headers",
	  "<s:Envelope xmlns:s=\"" NS_S "\" xmlns:a=\"" NS_A "\" xmlns:w=\"" NS_W
	  "\"><s:Header>" ACTION RESOURCE "</s:Header><s:Header/><s:Body/></s:Envelope>",
	  400, "" },
	{ "SOAP 1.1",
	  "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body/>"
	  "</s:Envelope>",
	  400, "" },
};

static void headers_of_all_consoles_are_read(void **state)
{
	(void)state;
	CHECK_SHAPES(headers);
}

static void by_order_the_headers_of_the_standard_are_required(void **state)
{
	static const struct shape shapes[] = {
		{ "all there", RAW(ACTION TO RESOURCE ID REPLY, ""), 200, GOOD },
		{ "no MessageID", RAW(ACTION TO RESOURCE REPLY, ""), 400,
		  "b:MessageInformationHeaderRequired" },
		{ "no To", RAW(ACTION RESOURCE ID REPLY, ""), 400,
		  "b:MessageInformationHeaderRequired" },
		{ "no ReplyTo", RAW(ACTION TO RESOURCE ID, ""), 400,
		  "b:MessageInformationHeaderRequired" },
		{ "an answer wanted elsewhere",
		  RAW(ACTION TO RESOURCE ID
		      "<a:ReplyTo><a:Address>http://10.0.0.1/</a:Address></a:ReplyTo>",
		      ""),
		  400, "b:MessageInformationHeaderRequired" },
	};

	(void)state;
	set_knob("strict_headers", "yes");
	CHECK_SHAPES(shapes);
}

static void every_form_of_a_minute_is_a_minute(void **state)
{
	static const char *const forms[] = { "PT60S",      "PT60.000S", "PT1M",
					     "P0DT0H1M0S", "PT0H0M60S", "PT60.0S" };
	char request[2048];
	size_t i;

	(void)state;
	set_knob("slow_ms", "59000");
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		snprintf(request, sizeof(request),
			 RAW(ACTION RESOURCE "<w:OperationTimeout>%s</w:OperationTimeout>", ""),
			 forms[i]);
		must_say(200, request, GOOD);
	}
	must_say(500, RAW(ACTION RESOURCE "<w:OperationTimeout>PT40S</w:OperationTimeout>", ""),
		 "e:TimedOut");
}

/* --- enumerations --- */

#define LIST(uri, body)                                                         \
	RAW("<a:Action>" ENUMERATION "/Enumerate</a:Action><w:ResourceURI>" uri \
	    "</w:ResourceURI>",                                                 \
	    "<n:Enumerate xmlns:n=\"" ENUMERATION "\">" body "</n:Enumerate>")
#define MODE(word) "<w:EnumerationMode>" word "</w:EnumerationMode>"
#define SOFTWARE   CIM "CIM_SoftwareIdentity"

/* Enumerates, then pulls everything; the last answer is the PullResponse. */
static void enumerate_and_pull(const char *request)
{
	char pull[2048], context[64];
	const char *at;

	must_say(200, request, "EnumerateResponse><g:EnumerationContext>");
	at = strstr(firmware.last.bytes, "<g:EnumerationContext>") + 22;
	snprintf(context, sizeof(context), "%.36s", at);
	snprintf(pull, sizeof(pull),
		 RAW("<a:Action>" ENUMERATION "/Pull</a:Action><w:ResourceURI>%s</w:ResourceURI>",
		     "<Pull xmlns=\"" ENUMERATION "\"><EnumerationContext>%s</EnumerationContext>"
		     "<MaxElements>999</MaxElements><MaxCharacters>99999</MaxCharacters></Pull>"),
		 SOFTWARE, context);
	must_say(200, pull, "<g:EndOfSequence></g:EndOfSequence>");
}

static void an_enumeration_gives_objects_references_or_both(void **state)
{
	(void)state;
	enumerate_and_pull(LIST(SOFTWARE, MODE("EnumerateObject")));
	assert_int_equal(occurrences("<h:CIM_SoftwareIdentity>"), 5);
	assert_int_equal(occurrences("<b:EndpointReference>"), 0);
	enumerate_and_pull(LIST(SOFTWARE, MODE("EnumerateEPR")));
	assert_int_equal(occurrences("<b:EndpointReference>"), 5);
	assert_int_equal(occurrences("CIM_SoftwareIdentity>"), 0);
	enumerate_and_pull(LIST(SOFTWARE, MODE("EnumerateObjectAndEPR")));
	assert_int_equal(occurrences("<c:Item><h:CIM_SoftwareIdentity>"), 5);
	assert_int_equal(occurrences("</b:EndpointReference></c:Item>"), 5);
	must_say(400, LIST(SOFTWARE, MODE("EnumerateBits")), "e:UnsupportedFeature");
}

static void an_optimized_enumeration_is_a_choice(void **state)
{
#define OPTIMIZED(n) "<w:OptimizeEnumeration/><w:MaxElements>" n "</w:MaxElements>"
	(void)state;
	must_say(200, LIST(SOFTWARE, OPTIMIZED("9")), "<g:EnumerationContext>0100");
	assert_false(says("Items"));
	set_knob("optimize", "honour");
	must_say(200, LIST(SOFTWARE, OPTIMIZED("9")),
		 "<g:EnumerateResponse><g:EnumerationContext></g:EnumerationContext><c:Items>");
	assert_int_equal(occurrences("<h:CIM_SoftwareIdentity>"), 5);
	assert_true(says("</c:Items><c:EndOfSequence></c:EndOfSequence></g:EnumerateResponse>"));
	must_say(200, LIST(SOFTWARE, OPTIMIZED("2")), "<g:EnumerationContext>0200");
	assert_int_equal(occurrences("<h:CIM_SoftwareIdentity>"), 2);
	assert_false(says("EndOfSequence"));
	must_say(200, LIST(SOFTWARE, ""), "<g:EnumerationContext>0300");
}

/* --- associations, as Intel's framework asks for them --- */

#define ASSOCIATION_DIALECT "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"
#define AROUND(kind, object, more)                                               \
	LIST("http://schemas.dmtf.org/wbem/wscim/1/*",                           \
	     "<w:Filter Dialect=\"" ASSOCIATION_DIALECT "\"><b:" kind            \
	     " xmlns:b=\"http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd\">" \
	     "<b:Object>" object "</b:Object>" more "</b:" kind "></w:Filter>")
#define END(uri, name, value)                                                            \
	"<a:Address>" ANONYMOUS "</a:Address><a:ReferenceParameters><w:ResourceURI>" uri \
	"</w:ResourceURI><w:SelectorSet><w:Selector Name=\"" name "\">" value            \
	"</w:Selector></w:SelectorSet></a:ReferenceParameters>"
#define WIRED   END(CIM "CIM_EthernetPort", "DeviceID", "Intel(r) AMT Ethernet Port 0")
#define POLICY1 END(AMT "AMT_SystemDefensePolicy", "InstanceID", "Intel(r) AMT Policy 1")

static void associations_are_followed_both_ways(void **state)
{
	(void)state;
	quarantine();
	enumerate_and_pull(AROUND("AssociationInstances", WIRED,
				  "<b:ResultClassName>AMT_InterfacePolicy</b:ResultClassName>"));
	assert_int_equal(occurrences("<h:AMT_NetworkPortSystemDefensePolicy>"), 1);
	enumerate_and_pull(AROUND("AssociatedInstances", WIRED,
				  "<b:AssociationClassName>AMT_NetworkPortSystemDefensePolicy"
				  "</b:AssociationClassName>"));
	assert_true(says("<h:PolicyName>q</h:PolicyName>"));
	enumerate_and_pull(AROUND("AssociatedInstances", POLICY1,
				  "<b:ResultClassName>AMT_Hdr8021Filter</b:ResultClassName>"));
	assert_true(says("<h:Name>arp</h:Name>"));
	must_say(400,
		 AROUND("AssociatedInstances", POLICY1,
			"<b:ResultClassName>AMT_Nothing</b:ResultClassName>"),
		 "c:FilterDialectRequestedUnavailable");
	must_say(400, LIST("http://schemas.dmtf.org/wbem/wscim/1/*", ""),
		 "c:FilterDialectRequestedUnavailable");
	must_say(400, LIST(SOFTWARE, "<w:Filter Dialect=\"urn:x\">*</w:Filter>"),
		 "c:FilterDialectRequestedUnavailable");
}

/* --- System Defense as the browser console writes it --- */

#define MAKE(name, properties)                                                      \
	RAW("<a:Action>" TRANSFER "Create</a:Action>" TO "<w:ResourceURI>" AMT name \
	    "</w:ResourceURI>" ID REPLY,                                            \
	    "<g:" name " xmlns:g=\"" AMT name "\">" properties "</g:" name ">")
/* References in default namespaces, one after the other. */
#define NESTED(uri, name, value)                                                             \
	"<Address xmlns=\"" NS_A "\">" NS_A "</Address><ReferenceParameters xmlns=\"" NS_A   \
	"\"><ResourceURI xmlns=\"" NS_W "\">" uri "</ResourceURI><SelectorSet xmlns=\"" NS_W \
	"\"><Selector Name=\"" name "\">" value "</Selector></SelectorSet></ReferenceParameters>"
#define UPDATE(properties)                                                                     \
	RAW("<a:Action>" AMT "AMT_SystemDefensePolicy/UpdateStatistics</a:Action>"             \
	    "<w:ResourceURI>" AMT "AMT_SystemDefensePolicy</w:ResourceURI>"                    \
	    "<w:SelectorSet><w:Selector Name=\"InstanceID\">Intel(r) AMT Policy 1"             \
	    "</w:Selector></w:SelectorSet>",                                                   \
	    "<r:UpdateStatistics_INPUT xmlns:r=\"" AMT "AMT_SystemDefensePolicy\">" properties \
	    "</r:UpdateStatistics_INPUT>")
#define INTERFACE                                                                 \
	"<r:NetworkInterface><a:Address></a:Address><a:ReferenceParameters>"      \
	"<w:ResourceURI>" CIM "CIM_EthernetPort</w:ResourceURI><w:SelectorSet>"   \
	"<w:Selector Name=\"DeviceID\">Intel(r) AMT Ethernet Port 0</w:Selector>" \
	"</w:SelectorSet></a:ReferenceParameters></r:NetworkInterface>"

static void the_consoles_way_to_isolate_works(void **state)
{
	static const struct shape shapes[] = {
		{ "a filter: a space in a tag, zeros for names, 1 for true",
		  MAKE("AMT_IPHeadersFilter",
		       "<g:InstanceID >0</g:InstanceID ><g:Name>web</g:Name>"
		       "<g:CreationClassName>0</g:CreationClassName><g:SystemName>0</g:SystemName>"
		       "<g:SystemCreationClassName>0</g:SystemCreationClassName>"
		       "<g:HdrIPVersion>4</g:HdrIPVersion><g:FilterProfile>2</g:FilterProfile>"
		       "<g:FilterDirection>1</g:FilterDirection>"
		       "<g:ActionEventOnMatch>1</g:ActionEventOnMatch>"
		       "<g:HdrSrcAddress>c0a80100</g:HdrSrcAddress>"
		       "<g:HdrSrcMask>ffffff00</g:HdrSrcMask>"
		       "<g:FilterProfileData>10</g:FilterProfileData>"),
		  200, "Name=\"InstanceID\">1<" },
		{ "a policy without anti-spoofing",
		  MAKE("AMT_SystemDefensePolicy",
		       "<g:InstanceID >0</g:InstanceID ><g:PolicyName>p</g:PolicyName>"
		       "<g:PolicyPrecedence>5</g:PolicyPrecedence>"
		       "<g:TxDefaultCount>true</g:TxDefaultCount>"
		       "<g:TxDefaultDrop>true</g:TxDefaultDrop>"
		       "<g:TxDefaultMatchEvent>false</g:TxDefaultMatchEvent>"
		       "<g:RxDefaultCount>true</g:RxDefaultCount>"
		       "<g:RxDefaultDrop>true</g:RxDefaultDrop>"
		       "<g:RxDefaultMatchEvent>false</g:RxDefaultMatchEvent>"
		       "<g:FilterCreationHandles>1</g:FilterCreationHandles>"),
		  200, "Intel(r) AMT Policy 1" },
		{ "bound through references in default namespaces with one key",
		  MAKE("AMT_NetworkPortSystemDefensePolicy",
		       "<g:Antecedent>" NESTED(
			       CIM "CIM_EthernetPort", "DeviceID",
			       "Intel(r) AMT Ethernet Port 0") "</g:Antecedent>"
							       "<g:Dependent>" NESTED(
								       AMT "AMT_SystemDefensePolicy",
								       "InstanceID",
								       "Intel(r) AMT Policy 1") "</g:Dependent>"),
		  200, "AMT_NetworkPortSystemDefensePolicy" },
		{ "statistics with an empty address",
		  UPDATE(INTERFACE "<r:ResetOnRead>false</r:ResetOnRead>"), 200,
		  "<g:ReturnValue>0</g:ReturnValue>" },
		{ "unbound by two keys of the port",
		  RAW("<a:Action>" TRANSFER "Delete</a:Action><w:ResourceURI>" AMT
		      "AMT_NetworkPortSystemDefensePolicy</w:ResourceURI><w:SelectorSet>"
		      "<w:Selector Name=\"Antecedent\"><a:EndpointReference xmlns:b=\"" NS_A
		      "\"><a:Address>" ANONYMOUS
		      "</a:Address><a:ReferenceParameters><w:ResourceURI>" CIM
		      "CIM_EthernetPort</w:ResourceURI><w:SelectorSet>"
		      "<w:Selector Name=\"CreationClassName\">CIM_EthernetPort</w:Selector>"
		      "<w:Selector Name=\"DeviceID\">Intel(r) AMT Ethernet Port 0</w:Selector>"
		      "</w:SelectorSet></a:ReferenceParameters></a:EndpointReference>"
		      "</w:Selector><w:Selector Name=\"Dependent\"><a:EndpointReference>" POLICY1
		      "</a:EndpointReference></w:Selector></w:SelectorSet>",
		      ""),
		  200, "<a:Body></a:Body>" },
	};

	(void)state;
	CHECK_SHAPES(shapes);
	assert_int_equal(firmware.device->log.writes, 4);
}

/* --- what must not pass --- */

#define FILTER_START                                       \
	"<g:InstanceID>0</g:InstanceID><g:Name>x</g:Name>" \
	"<g:HdrProtocolID8021>2054</g:HdrProtocolID8021>"
#define FILTER_END                                                                     \
	"<g:FilterProfile>3</g:FilterProfile><g:FilterDirection>0</g:FilterDirection>" \
	"<g:ActionEventOnMatch>false</g:ActionEventOnMatch>"
#define ETHER(start, end) MAKE("AMT_Hdr8021Filter", start end)
#define RESET             "<r:ResetOnRead>false</r:ResetOnRead>"

static void what_breaks_the_schema_is_refused(void **state)
{
	static const struct shape shapes[] = {
		{ "good", ETHER(FILTER_START, FILTER_END), 200, "InstanceID" },
		{ "an element of another namespace",
		  ETHER(FILTER_START "<g:IsNegated xmlns:g=\"urn:x\">false</g:IsNegated>",
			FILTER_END),
		  500, "AMT-STATUS 36" },
		{ "an unknown property", ETHER(FILTER_START "<g:Colour>red</g:Colour>", FILTER_END),
		  500, "AMT-STATUS 36" },
		{ "an invented one", ETHER(FILTER_START "<g:VLANID>1</g:VLANID>", FILTER_END), 500,
		  "AMT-STATUS 36" },
		{ "a property twice", ETHER(FILTER_START FILTER_END, "<g:Name>y</g:Name>"), 500,
		  "AMT-STATUS 36" },
		{ "True in capitals",
		  ETHER(FILTER_START, "<g:FilterProfile>3</g:FilterProfile><g:FilterDirection>0"
				      "</g:FilterDirection><g:ActionEventOnMatch>True"
				      "</g:ActionEventOnMatch>"),
		  500, "AMT-STATUS 36" },
		{ "a number in hex",
		  ETHER("<g:Name>x</g:Name><g:HdrProtocolID8021>0x806</g:HdrProtocolID8021>",
			FILTER_END),
		  500, "AMT-STATUS 36" },
		{ "the body's element in the envelope's namespace",
		  RAW("<a:Action>" TRANSFER "Create</a:Action><w:ResourceURI>" AMT
		      "AMT_Hdr8021Filter</w:ResourceURI>",
		      "<s:AMT_Hdr8021Filter/>"),
		  400, "e:SchemaValidationError" },
		{ "the element of another class",
		  RAW("<a:Action>" TRANSFER "Create</a:Action><w:ResourceURI>" AMT
		      "AMT_Hdr8021Filter</w:ResourceURI>",
		      "<g:AMT_IPHeadersFilter xmlns:g=\"" AMT "AMT_IPHeadersFilter\"/>"),
		  400, "e:SchemaValidationError" },
		{ "an unknown property of a policy",
		  MAKE("AMT_SystemDefensePolicy", "<g:Timeout>5</g:Timeout>"
						  "<g:PolicyPrecedence>5</g:PolicyPrecedence>"),
		  500, "AMT-STATUS 36" },
		{ "a method's parameters in another order", UPDATE(RESET INTERFACE), 400,
		  "e:SchemaValidationError" },
		{ "one too many", UPDATE(INTERFACE RESET "<r:Now>true</r:Now>"), 400,
		  "e:SchemaValidationError" },
		{ "an empty one", UPDATE("<r:NetworkInterface/>" RESET), 400,
		  "The supplied SOAP violates the corresponding XML schema definition." },
		{ "one of another namespace", UPDATE(INTERFACE "<ResetOnRead>false</ResetOnRead>"),
		  400, "e:SchemaValidationError" },
		{ "a method of another class's URI",
		  RAW("<a:Action>" AMT "AMT_SystemDefensePolicy/UpdateStatistics</a:Action>"
		      "<w:ResourceURI>" AMT "AMT_Hdr8021Filter</w:ResourceURI>",
		      ""),
		  400, "b:ActionNotSupported" },
		{ "Delete without selectors",
		  RAW("<a:Action>" TRANSFER "Delete</a:Action><w:ResourceURI>" AMT
		      "AMT_Hdr8021Filter</w:ResourceURI>",
		      ""),
		  400, "e:InvalidSelectors" },
		{ "Delete with an empty set of them",
		  RAW("<a:Action>" TRANSFER "Delete</a:Action><w:ResourceURI>" AMT
		      "AMT_SystemDefensePolicy</w:ResourceURI><w:SelectorSet/>",
		      ""),
		  400, "e:InvalidSelectors" },
		{ "a class in the schema of another vendor",
		  RAW(ACTION "<w:ResourceURI>" CIM "AMT_GeneralSettings</w:ResourceURI>", ""), 400,
		  "b:DestinationUnreachable" },
	};

	(void)state;
	quarantine();
	CHECK_SHAPES(shapes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIRMWARE_CASE(headers_of_all_consoles_are_read),
		FIRMWARE_CASE(by_order_the_headers_of_the_standard_are_required),
		FIRMWARE_CASE(every_form_of_a_minute_is_a_minute),
		FIRMWARE_CASE(an_enumeration_gives_objects_references_or_both),
		FIRMWARE_CASE(an_optimized_enumeration_is_a_choice),
		FIRMWARE_CASE(associations_are_followed_both_ways),
		FIRMWARE_CASE(the_consoles_way_to_isolate_works),
		FIRMWARE_CASE(what_breaks_the_schema_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
