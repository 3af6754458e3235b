/* SPDX-License-Identifier: Apache-2.0 */
/* frame.h - the headers a System Defense filter can see (amt-system-defense.md 2.2, 2.3). */
#ifndef AMTSIM_FRAME_H
#define AMTSIM_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame {
	uint16_t ethertype; /* after VLAN tags; below 1536 for LLC frames */
	uint8_t ip_version; /* 4, 6, or 0 when not IP */
	bool has_protocol;
	uint8_t protocol; /* 6 TCP, 17 UDP; for IPv6 the last header reached */
	bool has_ports;
	uint16_t src_port, dst_port;
	bool has_tcp_flags;
	uint8_t tcp_flags; /* bit 0 FIN to bit 5 URG */
	uint8_t src[16];   /* 4 or 16 bytes are valid */
	uint8_t dst[16];
};

/* False if there is no whole Ethernet header.  A broken IP header leaves ip_version 0: the frame
 * then matches Ethernet filters only. */
bool frame_read(struct frame *frame, const uint8_t *bytes, size_t len);

#endif
