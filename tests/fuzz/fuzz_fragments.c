/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_fragments.c - any pieces of IP datagrams of a small world, put together: nothing outside their bytes is read, and a whole is
 * as long as its last piece says.
 *
 * Four bytes of input and what follows make one piece: identification and family, offset, length, and whether it is the last. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/invariant.h"
#include "core/net/decode.h"
#include "core/net/fragments.h"
#include "core/net/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct packet piece_of(const uint8_t *head, const uint8_t *bytes)
{
	struct packet packet = { .kind = head[0] & 4 ? PACKET_FRAGMENT : PACKET_TCP,
				 .ethertype = head[0] & 8 ? 0x86dd : 0x0800 };

	packet.src = packet.dst = ip_from_v4((const uint8_t *)"\x0a\0\0\1");
	packet.src.bytes[0] = head[0] & 8 ? 0xfd : 0;
	packet.wall_ns = (uint64_t)(head[0] >> 4) * 1000000000;
	packet.piece = (struct packet_piece){ .bytes = bytes,
					      .length = head[2],
					      .at_bytes = head[1] * 8u * (head[3] & 2 ? 32 : 1),
					      .id = head[0] & 3,
					      .proto = head[3] >> 2,
					      .is_last = head[3] & 1 };
	return packet;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hash_key key = { { 1, 2 } };
	struct fragments *fragments = fragments_new(&key);

	for (size_t at = 0; at + 4 <= size; at += 4) {
		struct fragments_whole whole;
		struct packet packet;
		uint8_t *bytes = malloc(256);

		INVARIANT(bytes);
		memset(bytes, data[at], 256);
		packet = piece_of(data + at, bytes + 256 - data[at + 2]);
		if (fragments_add(fragments, &packet, &whole)) {
			INVARIANT(whole.length > 0 && whole.length <= 8192);
			INVARIANT(decode_datagram(whole.bytes, whole.length, &packet) <
				  DECODE_RESULTS);
		}
		free(bytes);
	}
	fragments_free(fragments);
	return 0;
}
