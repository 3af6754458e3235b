/* SPDX-License-Identifier: Apache-2.0 */
/* fragments.h - pieces of IP datagrams put together (RFC 791 3.2, RFC 8200 4.5).
 *
 * No operating system cuts what a worm sends: segments fit the link.  Who cuts a SYN in the middle of its header, or an exploit's
 * datagram, does it to pass by sensors; the victim puts it together and is infected all the same.  A fixed number of datagrams
 * is held, in a fixed number of bytes; who sends more at once loses the oldest. */
#ifndef CORDON_NET_FRAGMENTS_H
#define CORDON_NET_FRAGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/hash.h"

struct fragments;
struct packet;

struct fragments_whole {
	const uint8_t *bytes; /* behind the IP header; valid until the next call */
	size_t length;
};

struct fragments *fragments_new(const struct hash_key *key);
void fragments_free(struct fragments *fragments); /* NULL is fine */

/* packet: for which decode_frame() answered DECODE_PIECE, with its wall_ns.  True for the piece that completes a datagram. */
bool fragments_add(struct fragments *fragments, const struct packet *packet,
		   struct fragments_whole *whole);

#endif
