/* SPDX-License-Identifier: Apache-2.0 */
/* community_id.h - Community ID flow hash version 1 (https://github.com/corelight/community-id-spec), seed 0. */
#ifndef CORDON_NET_COMMUNITY_ID_H
#define CORDON_NET_COMMUNITY_ID_H

#include <stdint.h>

struct ip;

#define COMMUNITY_ID_BYTES 32

/* TCP and UDP; ICMP with type and code in the port fields.  text gets "1:" and base64. */
void community_id(const struct ip *src, const struct ip *dst, uint16_t src_port, uint16_t dst_port,
		  uint8_t proto, char text[COMMUNITY_ID_BYTES]);

#endif
