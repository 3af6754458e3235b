/* SPDX-License-Identifier: Apache-2.0 */
/* rdp.h - the messages that open a Remote Desktop connection (MS-RDPBCGR 1.3.1.1), as far as they are in the open. */
#ifndef CORDON_NET_RDP_H
#define CORDON_NET_RDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rdp_kind {
	RDP_OTHER,
	RDP_REQUEST,        /* X.224 connection request, perhaps with a cookie */
	RDP_CONFIRM,        /* its answer: RDP's own security follows */
	RDP_CONFIRM_SEALED, /* its answer: TLS follows, and nothing more can be read */
	RDP_CONNECT,        /* MCS Connect Initial: the client's settings */
};

struct rdp_message {
	uint8_t kind; /* enum rdp_kind */
	/* RDP_CONNECT: the client asks for the channel MS_T120, which servers make for themselves. */
	bool asks_inner_channel;
};

/* Bytes of the TPKT frame (RFC 1006) that begins here; 0 if it is none, 4 if it is too short to know. */
size_t rdp_frame_bytes(const uint8_t *bytes, size_t length);
/* One frame, maybe cut. */
struct rdp_message rdp_read(const uint8_t *bytes, size_t length);

#endif
