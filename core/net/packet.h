/* SPDX-License-Identifier: Apache-2.0 */
/* packet.h - one decoded frame.
 *
 * A flat value that lives on the stack for one callback and borrows its payload from the frame.
 * Everything a later stage needs is here; hostile bytes end in core/net.  Ports and numbers are in host
 * order. */
#ifndef CORDON_NET_PACKET_H
#define CORDON_NET_PACKET_H

#include <stdint.h>

#include "core/net/addr.h"

enum packet_kind {
	PACKET_OTHER, /* nothing for us: LLC, STP, EAPOL, unknown EtherType or IP protocol */
	PACKET_ARP,
	PACKET_TCP,
	PACKET_UDP,
	PACKET_ICMP, /* ICMP and ICMPv6 except neighbour discovery */
	PACKET_ND,   /* neighbour solicitation or advertisement, RFC 4861 */
	PACKET_FRAGMENT, /* a later fragment: addresses, no ports; or with PACKET_FIRST_FRAGMENT a first one
				* that ends within the header: for TCP ports, no flags */
};

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
};

enum packet_mark {
	PACKET_HAS_MACS =
		1
		<< 0, /* both; most cooked frames have src_mac alone and no mark; to a group: any group's */
	PACKET_CUT = 1 << 1,         /* capture shorter than the packet */
	PACKET_TCP_OPTIONS = 1 << 2, /* the TCP header carries options */
	PACKET_FIRST_FRAGMENT = 1 << 3,
};

/* The first packet that an ICMP error quotes (RFC 792, RFC 4443): whose contact failed. */
struct packet_quote {
	struct ip src, dst;
	uint16_t src_port, dst_port;
	uint8_t proto; /* IPPROTO_*; 0 = the message quotes nothing usable; ports only for
					* TCP and UDP; ICMP has type and code there */
};

struct packet_neighbor {       /* ARP, RFC 826, and neighbour discovery */
	struct ip target;      /* asked for; in a reply or advertisement, answered for */
	struct mac sender_mac; /* as the message says; ND: its option, zero if it has none */
	struct mac target_mac; /* ARP only */
	uint8_t is_request;    /* 1 request/solicitation, 0 reply/advertisement */
};

/* One piece of an IP datagram (RFC 791 3.2, RFC 8200 4.5), from behind the header that says so. */
struct packet_piece {
	const uint8_t *bytes; /* borrowed */
	uint32_t length;      /* 0 if the capture cut it */
	uint32_t at_bytes;    /* of the datagram */
	uint32_t id;
	uint8_t proto; /* of the datagram: for IPv6 maybe another extension header's */
	uint8_t is_last;
};

struct packet {
	uint64_t wall_ns;            /* from the capture; the decoder leaves it alone */
	struct ip src, dst;          /* ARP: sender and target protocol addresses */
	struct mac src_mac, dst_mac; /* of the frame */
	uint16_t vlan;               /* innermost 802.1Q id, 0 = none */
	uint16_t ethertype;
	uint16_t src_port, dst_port; /* TCP, UDP */
	uint8_t kind;                /* enum packet_kind */
	uint8_t proto;               /* IPPROTO_* of IP packets */
	uint8_t marks;               /* enum packet_mark */
	uint8_t tcp_flags;
	uint8_t icmp_type, icmp_code;
	uint8_t hop_limit;
	uint8_t tcp_option_bytes; /* that stand before the payload; 0 if they are cut off */
	uint16_t icmp_id;         /* echo */
	uint32_t tcp_seq, tcp_ack;
	const uint8_t *payload;            /* behind the last header read; borrowed, may be NULL */
	uint32_t payload_length;           /* captured bytes of it */
	union {                            /* undefined for every other kind */
		struct packet_quote quote; /* PACKET_ICMP; proto 0 unless an error */
		struct packet_neighbor neighbor; /* PACKET_ARP, PACKET_ND */
	};
	struct packet_piece piece; /* undefined unless decode_frame() answered DECODE_PIECE */
};

#endif
