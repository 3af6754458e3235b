#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Tools that know nothing of us drive the simulator: wsl ("whistle", a generic WS-Management shell client of Debian)
# reads and calls methods, curl carries what wsl has no command for. docs/amtsim.md, "Pointing other clients at it".
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

for tool in wslid wslget wslenum wslinvoke curl uuidgen xmllint; do
	command -v "$tool" >/dev/null || {
		echo "not ok 1 - generic clients # SKIP $tool is missing: apt-get install wsl uuid-runtime curl libxml2-utils"
		echo 1..1
		exit 0
	}
done

amt=http://intel.com/wbem/wscim/1/amt-schema/1
cim=http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2
addressing=http://schemas.xmlsoap.org/ws/2004/08/addressing
transfer=http://schemas.xmlsoap.org/ws/2004/09/transfer

start() { # start PORT OPTION...: true once it is ready
	port=$1
	shift
	"$OUT/cordon-amtsim" --port "$port" --control "$work/control" "$@" >"$work/ready" 2>&1 &
	simulator=$!
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		grep -qs '^ready' "$work/ready" && return 0
		kill -0 "$simulator" 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}

stop() {
	kill "$simulator" 2>/dev/null
	wait "$simulator" 2>/dev/null
	rm -f "$work/control"
}

start_somewhere() { # a port may be taken
	for offset in 0 1009 2003 3001; do
		start $((20000 + ($$ + offset) % 12000)) "$@" && return 0
		stop
	done
	return 1
}

# wsl keeps its settings in the home folder and its output in OUTPREFIX; it offers Basic unless curl is told otherwise.
export HOME="$work" OUTPREFIX="$work" WSUSER=admin WSPASS='P@ssw0rd' KEEPHISTORY=0
printf 'digest\nnoproxy = "*"\nsilent\n' >"$work/.curlrc"

client() { # client PROGRAM ARGUMENT...: the answer as one line in $work/answer
	"$@" >"$work/answer.raw" 2>&1 </dev/null
	tr -d '\n' <"$work/answer.raw" >"$work/answer"
}
says() { grep -q -e "$1" "$work/answer"; }
order() { "$OUT/cordon-amtsim" --order "$work/control" "$@"; }

# soap ACTION URI BODY [SELECTORS]: by curl; the status in $status
soap() {
	cat >"$work/request.xml" <<-END
		<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:a="$addressing"
		 xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">
		<e:Header><a:Action>$transfer/$1</a:Action><a:To>$url</a:To><w:ResourceURI>$2</w:ResourceURI>
		<a:MessageID>uuid:$(uuidgen)</a:MessageID>
		<a:ReplyTo><a:Address>$addressing/role/anonymous</a:Address></a:ReplyTo>$4</e:Header>
		<e:Body>$3</e:Body></e:Envelope>
	END
	status=$(curl -k -u "$WSUSER:$WSPASS" -H 'Content-Type: application/soap+xml;charset=UTF-8' -H Expect: \
		--data-binary "@$work/request.xml" -o "$work/answer" -w '%{http_code}' "$url")
}
selector() { echo "<w:SelectorSet><w:Selector Name=\"$1\">$2</w:Selector></w:SelectorSet>"; }
end() { echo "<a:Address>$addressing/role/anonymous</a:Address><a:ReferenceParameters><w:ResourceURI>$1</w:ResourceURI>$(selector "$2" "$3")</a:ReferenceParameters>"; }

smb=02000000000202000000000108004500002800010000400600000a0100010a000009c00001bd00000001000000005002ffff00000000
wired='Intel(r) AMT Ethernet Port 0'
port_end=$(end "$cim/CIM_EthernetPort" DeviceID "$wired")
policy_end=$(end "$amt/AMT_SystemDefensePolicy" InstanceID 'Intel(r) AMT Policy 1')

reads() {
	client wslid check
	check "$1: identify" says '<[a-z]*:\{0,1\}ProductVendor>Intel(r)<'
	client wslget "$amt/AMT_GeneralSettings" 'InstanceID=Intel(r) AMT: General Settings'
	check "$1: get" says 'DigestRealm>Digest:'
	client wslget "$amt/AMT_Nothing" InstanceID=1
	check "$1: an unknown class faults" says 'DestinationUnreachable'
	client wslenum "$cim/CIM_SoftwareIdentity"
	check "$1: enumerate and pull" says 'InstanceID>VendorID<.*EndOfSequence'
	client wslenum "$cim/CIM_SoftwareIdentity" -mode epr
	check "$1: enumerate references" says '<b:EndpointReference>.*EndOfSequence'
	client wslenum "$cim/CIM_SoftwareIdentity" -mode objepr
	check "$1: enumerate both" says '<c:Item>.*EndOfSequence'
	client wslenum "$cim/CIM_SoftwareIdentity" -opti 3
	check "$1: an optimization that is ignored" says 'InstanceID>VendorID<.*EndOfSequence'
	client wslinvoke "$amt/AMT_SetupAndConfigurationService" GetUuid
	check "$1: invoke" says 'UUID>.*ReturnValue>0<'
}

isolates() {
	soap Create "$amt/AMT_Hdr8021Filter" "<f:AMT_Hdr8021Filter xmlns:f=\"$amt/AMT_Hdr8021Filter\"><f:InstanceID>0</f:InstanceID>\
<f:Name>arp</f:Name><f:CreationClassName>0</f:CreationClassName><f:SystemName>0</f:SystemName>\
<f:SystemCreationClassName>0</f:SystemCreationClassName><f:HdrProtocolID8021>2054</f:HdrProtocolID8021>\
<f:FilterProfile>3</f:FilterProfile><f:FilterDirection>0</f:FilterDirection>\
<f:ActionEventOnMatch>false</f:ActionEventOnMatch></f:AMT_Hdr8021Filter>"
	check "$1: create a filter" [ "$status" = 200 ]
	client wslenum "$amt/AMT_Hdr8021Filter"
	check "$1: it is listed" says 'Name>arp<'
	defaults=
	for way in Tx Rx; do
		defaults="$defaults<p:${way}DefaultDrop>true</p:${way}DefaultDrop><p:${way}DefaultMatchEvent>false</p:${way}DefaultMatchEvent><p:${way}DefaultCount>true</p:${way}DefaultCount>"
	done
	soap Create "$amt/AMT_SystemDefensePolicy" "<p:AMT_SystemDefensePolicy xmlns:p=\"$amt/AMT_SystemDefensePolicy\">\
<p:PolicyName>generic</p:PolicyName><p:PolicyPrecedence>100</p:PolicyPrecedence>\
<p:FilterCreationHandles>1</p:FilterCreationHandles>$defaults</p:AMT_SystemDefensePolicy>"
	check "$1: create a policy" [ "$status" = 200 ]
	check "$1: frames pass before" [ "$(order frame amt tx "$smb")" = "pass no-policy" ]
	soap Create "$amt/AMT_NetworkPortSystemDefensePolicy" "<b:AMT_NetworkPortSystemDefensePolicy xmlns:b=\"$amt/AMT_NetworkPortSystemDefensePolicy\">\
<b:Antecedent>$port_end</b:Antecedent><b:Dependent>$policy_end</b:Dependent></b:AMT_NetworkPortSystemDefensePolicy>"
	check "$1: bind it" [ "$status" = 200 ]
	check "$1: frames are dropped" [ "$(order frame amt tx "$smb")" = "drop default" ]
	client wslenum "$amt/AMT_InterfacePolicy"
	check "$1: it is active" says 'Active>true<.*Enabled>true<'
	client wslenum "$cim/CIM_EthernetPort" -references "DeviceID=$wired"
	check "$1: associations lead to it" says 'PolicyName>generic<'
	soap Delete "$amt/AMT_SystemDefensePolicy" "" "$(selector InstanceID 'Intel(r) AMT Policy 1')"
	check "$1: a policy in use stays" [ "$status" = 500 ]
	soap Delete "$amt/AMT_NetworkPortSystemDefensePolicy" "" "<w:SelectorSet><w:Selector Name=\"Antecedent\">\
<a:EndpointReference>$port_end</a:EndpointReference></w:Selector><w:Selector Name=\"Dependent\">\
<a:EndpointReference>$policy_end</a:EndpointReference></w:Selector></w:SelectorSet>"
	check "$1: unbind it" [ "$status" = 200 ]
	soap Delete "$amt/AMT_SystemDefensePolicy" "" "$(selector InstanceID 'Intel(r) AMT Policy 1')"
	check "$1: delete the policy" [ "$status" = 200 ]
	soap Delete "$amt/AMT_Hdr8021Filter" "" "<w:SelectorSet></w:SelectorSet>"
	check "$1: nothing is deleted without a selector" [ "$status" = 400 ]
	soap Delete "$amt/AMT_Hdr8021Filter" "" "$(selector InstanceID 1)"
	check "$1: delete the filter" [ "$status" = 200 ]
	check "$1: frames pass again" [ "$(order frame amt tx "$smb")" = "pass no-policy" ]
}

if start_somewhere --release 12.0.67; then
	export WSENDPOINT="127.0.0.1:$port" WSNOSSL=1
	url=http://$WSENDPOINT/wsman
	reads HTTP
	isolates HTTP
	stop
else
	not_ok "the simulator starts" "$(cat "$work/ready")"
fi
if start_somewhere --release 16.1.30 --tls --set strict_headers=yes; then
	export WSENDPOINT="127.0.0.1:$port"
	unset WSNOSSL
	url=https://$WSENDPOINT/wsman
	reads TLS
	isolates TLS
	stop
else
	not_ok "the simulator starts with TLS" "$(cat "$work/ready")"
fi
tap_done
