/* SPDX-License-Identifier: Apache-2.0 */
/* dhcp.h - one DHCPv4 message (RFC 2131, options by RFC 2132): who got which address from whom.
 *
 * A flat value that owns everything it says.  Addresses that a message does not give are 0.0.0.0
 * (ip_is_unspecified).  Option overload (52) is not followed. */
#ifndef CORDON_NET_DHCP_H
#define CORDON_NET_DHCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/addr.h"

enum dhcp_port { DHCP_PORT_SERVER = 67, DHCP_PORT_CLIENT = 68 };

enum dhcp_type {
	DHCP_BOOTP = 0, /* no message type: plain BOOTP */
	DHCP_DISCOVER,
	DHCP_OFFER,
	DHCP_REQUEST,
	DHCP_DECLINE,
	DHCP_ACK,
	DHCP_NAK,
	DHCP_RELEASE,
	DHCP_INFORM,
};

struct dhcp_message {
	uint8_t type;      /* enum dhcp_type; later RFCs have higher numbers */
	struct mac chaddr; /* zero unless the hardware is Ethernet-like (six bytes) */
	struct ip yiaddr;  /* the client's from now on */
	struct ip server;  /* option 54: the server's identifier */
};

/* False: not DHCP or BOOTP (too short, wrong op, no magic cookie); *message is then undefined. */
bool dhcp_read(const uint8_t *bytes, size_t length, struct dhcp_message *message);

#endif
