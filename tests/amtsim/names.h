/* SPDX-License-Identifier: Apache-2.0 */
/* names.h - namespaces and actions of WS-Management (DSP0226; amt-system-defense.md 2, 5). */
#ifndef AMTSIM_NAMES_H
#define AMTSIM_NAMES_H

#define NS_SOAP       "http://www.w3.org/2003/05/soap-envelope"
#define NS_ADDRESSING "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define NS_WSMAN      "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define NS_TRUST      "http://schemas.xmlsoap.org/ws/2005/02/trust"
#define NS_SECURITY \
	"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
#define NS_BINDING              "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"
#define NS_XSI                  "http://www.w3.org/2001/XMLSchema-instance"
#define NS_TRANSFER             "http://schemas.xmlsoap.org/ws/2004/09/transfer"
#define NS_ENUMERATION          "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
#define NS_EVENTING             "http://schemas.xmlsoap.org/ws/2004/08/eventing"
#define NS_COMMON               "http://schemas.dmtf.org/wbem/wscim/1/common"
#define NS_IDENTITY             "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"

#define ANONYMOUS               "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
#define ACTION_FAULT_WSMAN      "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
#define ACTION_FAULT_ADDRESSING "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault"

#define SCHEMA_AMT_URI          "http://intel.com/wbem/wscim/1/amt-schema/1/"
#define SCHEMA_IPS_URI          "http://intel.com/wbem/wscim/1/ips-schema/1/"
#define SCHEMA_CIM_URI          "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"

#endif
