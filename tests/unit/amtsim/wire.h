/* SPDX-License-Identifier: Apache-2.0 */
/* wire.h - requests as a console would write them, for the simulator's own tests. */
#ifndef AMTSIM_TEST_WIRE_H
#define AMTSIM_TEST_WIRE_H

#define AMT         "http://intel.com/wbem/wscim/1/amt-schema/1/"
#define CIM         "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
#define TRANSFER    "http://schemas.xmlsoap.org/ws/2004/09/transfer/"
#define ENUMERATION "http://schemas.xmlsoap.org/ws/2004/09/enumeration"

#define ENVELOPE(action, uri, selectors, body)                                       \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>"                                 \
	"<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\""            \
	" xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\""            \
	" xmlns:wsman=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\"><s:Header>" \
	"<wsa:Action>" action "</wsa:Action><wsa:To>/wsman</wsa:To>"                 \
	"<wsman:ResourceURI>" uri                                                    \
	"</wsman:ResourceURI><wsa:MessageID>41</wsa:MessageID>" selectors            \
	"</s:Header><s:Body>" body "</s:Body></s:Envelope>"

#define SELECT(name, value)                                           \
	"<wsman:SelectorSet><wsman:Selector Name=\"" name "\">" value \
	"</wsman:Selector></wsman:SelectorSet>"

#define REFERENCE(uri, name, value)                                                          \
	"<wsa:Address>default</wsa:Address><wsa:ReferenceParameters><wsman:ResourceURI>" uri \
	"</wsman:ResourceURI>" SELECT(name, value) "</wsa:ReferenceParameters>"

#define PORT_REFERENCE(n) \
	REFERENCE(CIM "CIM_EthernetPort", "DeviceID", "Intel(r) AMT Ethernet Port " n)
#define POLICY_REFERENCE(n) \
	REFERENCE(AMT "AMT_SystemDefensePolicy", "InstanceID", "Intel(r) AMT Policy " n)

#define GET(uri, selectors)    ENVELOPE(TRANSFER "Get", uri, selectors, "")
#define DELETE(uri, selectors) ENVELOPE(TRANSFER "Delete", uri, selectors, "")
#define CREATE(name, properties)                  \
	ENVELOPE(TRANSFER "Create", AMT name, "", \
		 "<" name " xmlns=\"" AMT name "\">" properties "</" name ">")

#define COMMON_FILTER(name, profile, direction)                                              \
	"<InstanceID>0</InstanceID><Name>" name                                              \
	"</Name><CreationClassName>n/a</CreationClassName>"                                  \
	"<SystemName>n/a</SystemName><SystemCreationClassName>n/a</SystemCreationClassName>" \
	"<FilterProfile>" profile "</FilterProfile><FilterDirection>" direction              \
	"</FilterDirection><ActionEventOnMatch>false</ActionEventOnMatch>"

#define ETHER_FILTER(name, properties) \
	CREATE("AMT_Hdr8021Filter", COMMON_FILTER(name, "3", "0") properties)
#define IP_FILTER(properties) CREATE("AMT_IPHeadersFilter", COMMON_FILTER("f", "3", "0") properties)

#define POLICY_DEFAULTS                                                                      \
	"<TxDefaultDrop>true</TxDefaultDrop><TxDefaultMatchEvent>true</TxDefaultMatchEvent>" \
	"<TxDefaultCount>true</TxDefaultCount><RxDefaultDrop>true</RxDefaultDrop>"           \
	"<RxDefaultMatchEvent>false</RxDefaultMatchEvent><RxDefaultCount>true</RxDefaultCount>"
#define POLICY(name, properties)                             \
	CREATE("AMT_SystemDefensePolicy",                    \
	       "<InstanceID>0</InstanceID><PolicyName>" name \
	       "</PolicyName><PolicyPrecedence>100</PolicyPrecedence>" properties POLICY_DEFAULTS)

#define BIND_AS(class, port, policy)                                                            \
	CREATE(class,                                                                           \
	       "<Antecedent>" PORT_REFERENCE(port) "</Antecedent><Dependent>" POLICY_REFERENCE( \
		       policy) "</Dependent>")
#define BIND(port, policy) BIND_AS("AMT_NetworkPortSystemDefensePolicy", port, policy)
#define SELECT_REFERENCE(name, reference)                                     \
	"<wsman:Selector Name=\"" name "\"><wsa:EndpointReference>" reference \
	"</wsa:EndpointReference></wsman:Selector>"
#define UNBIND(port, policy)                                                              \
	DELETE(AMT "AMT_NetworkPortSystemDefensePolicy",                                  \
	       "<wsman:SelectorSet>" SELECT_REFERENCE("Antecedent", PORT_REFERENCE(port)) \
		       SELECT_REFERENCE("Dependent",                                      \
					POLICY_REFERENCE(policy)) "</wsman:SelectorSet>")

#define ENUMERATE(uri) \
	ENVELOPE(ENUMERATION "/Enumerate", uri, "", "<Enumerate xmlns=\"" ENUMERATION "\"/>")
#define PULL(uri, context, most)                                                \
	ENVELOPE(ENUMERATION "/Pull", uri, "",                                  \
		 "<Pull xmlns=\"" ENUMERATION "\"><EnumerationContext>" context \
		 "</EnumerationContext><MaxElements>" most "</MaxElements></Pull>")
#define CONTEXT(first) first "0000-0000-0000-0000-000000000000"
#define UPDATE_STATISTICS(policy, reset)                                                        \
	ENVELOPE(AMT "AMT_SystemDefensePolicy/UpdateStatistics", AMT "AMT_SystemDefensePolicy", \
		 SELECT("InstanceID", "Intel(r) AMT Policy " policy),                           \
		 "<UpdateStatistics_INPUT xmlns=\"" AMT "AMT_SystemDefensePolicy\">"            \
		 "<NetworkInterface>" PORT_REFERENCE(                                           \
			 "0") "</NetworkInterface><ResetOnRead>" reset                          \
			      "</ResetOnRead></UpdateStatistics_INPUT>")

#endif
