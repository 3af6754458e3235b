/* SPDX-License-Identifier: Apache-2.0 */
/* nbns.h - answers of NetBIOS neighbours to "who has this name?" (RFC 1002 4.2.13, UDP port 137).
 *
 * A flat value that owns everything it says.  Only positive answers to queries are read: registrations, status and refusals
 * name nobody's address. */
#ifndef CORDON_NET_NBNS_H
#define CORDON_NET_NBNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/addr.h"

#define NBNS_PORT          137
#define NBNS_NAME_BYTES    16 /* 15 and NUL */
#define NBNS_ADDRESSES_MAX 8  /* further ones are passed over */

struct nbns_answer {
	char name[NBNS_NAME_BYTES]; /* lower case, without padding; bytes outside 0x21..0x7e are '?' */
	uint8_t suffix;             /* the 16th byte: what kind of service has the name */
	uint8_t address_count;
	uint32_t ttl_s;
	struct ip addresses[NBNS_ADDRESSES_MAX];
};

/* False: not such an answer, or cut or malformed before its first address. */
bool nbns_read(const uint8_t *bytes, size_t length, struct nbns_answer *answer);

#endif
