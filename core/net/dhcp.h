/* SPDX-License-Identifier: Apache-2.0 */
/* dhcp.h - one DHCPv4 message (RFC 2131, options by RFC 2132): who got which address, under
 * which name, from whom.
 *
 * A flat value that owns everything it says.  Addresses that a message does not give are 0.0.0.0
 * (ip_is_unspecified).  Texts are UTF-8 for people: trailing NULs are dropped, control bytes and
 * malformed UTF-8 become '?'.  Option overload (52) is not followed. */
#ifndef CORDON_NET_DHCP_H
#define CORDON_NET_DHCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/addr.h"

#define DHCP_TEXT_BYTES 256 /* an option's 255 and NUL */
#define DHCP_LIST_MAX   4

enum dhcp_port { DHCP_PORT_SERVER = 67, DHCP_PORT_CLIENT = 68 };
enum dhcp_op { DHCP_OP_REQUEST = 1, DHCP_OP_REPLY = 2 };

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

/* More addresses than fit are passed over. */
struct dhcp_list {
	uint8_t count;
	struct ip ips[DHCP_LIST_MAX];
};

struct dhcp_message {
	uint8_t op;   /* enum dhcp_op */
	uint8_t type; /* enum dhcp_type; later RFCs have higher numbers */
	bool is_cut;  /* options end without the end mark, or inside an option */
	uint32_t xid;
	struct mac chaddr; /* zero unless the hardware is Ethernet-like (six bytes) */
	struct ip ciaddr, yiaddr, giaddr;
	struct ip requested;            /* option 50 */
	struct ip server;               /* option 54: the server's identifier */
	struct ip mask;                 /* option 1 */
	uint32_t lease_s;               /* option 51; 0 = not given, UINT32_MAX = for ever */
	struct dhcp_list routers;       /* option 3 */
	struct dhcp_list dns;           /* option 6 */
	char hostname[DHCP_TEXT_BYTES]; /* option 12 */
	char domain[DHCP_TEXT_BYTES];   /* option 15 */
};

/* False: not DHCP or BOOTP (too short, wrong op, no magic cookie); *message is then undefined. */
bool dhcp_read(const uint8_t *bytes, size_t length, struct dhcp_message *message);

#endif
