/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte picks the link type, the second how much longer the frame was on the wire; the rest is the
 * frame.  Whatever it holds, the packet must lie within it and make sense in itself. */
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/net/decode.h"
#include "core/net/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_payload(const struct packet *packet, const uint8_t *frame, size_t length)
{
	if (!packet->payload) {
		require(packet->payload_length == 0);
		return;
	}
	require(packet->payload >= frame && packet->payload <= frame + length);
	require(packet->payload_length <= (size_t)(frame + length - packet->payload));
}

static void check_kind(const struct packet *packet)
{
	switch (packet->kind) {
	case PACKET_TCP:
		require(packet->proto == IPPROTO_TCP);
		break;
	case PACKET_UDP:
		require(packet->proto == IPPROTO_UDP);
		break;
	case PACKET_ICMP:
		require(packet->proto == IPPROTO_ICMP || packet->proto == IPPROTO_ICMPV6);
		require(packet->quote.proto != 0 || packet->quote.src_port == 0);
		break;
	case PACKET_ND:
		require(packet->proto == IPPROTO_ICMPV6 && packet->hop_limit == 255);
		break;
	case PACKET_ARP:
		require(packet->neighbor.is_request <= 1);
		break;
	default:
		require(packet->kind == PACKET_OTHER || packet->kind == PACKET_FRAGMENT);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int links[] = { 1, 0, 12, 101, 108, 113, 228, 229, 276, 127, 9, 50, 104 };
	struct packet packet;
	enum decode_result result;
	uint8_t *frame;
	size_t length;

	if (size < 2)
		return 0;
	length = size - 2;
	frame = malloc(length + 1);
	if (!frame)
		abort();
	memcpy(frame + 1, data + 2, length); /* ends where the allocation ends */
	memset(&packet, 0xa5, sizeof(packet));
	result = decode_frame(links[data[0] % (sizeof(links) / sizeof(links[0]))], frame + 1,
			      length, length + data[1], &packet);
	require(result < DECODE_RESULTS);
	if (result <= DECODE_PIECE) {
		check_payload(&packet, frame + 1, length);
		check_kind(&packet);
	}
	free(frame);
	return 0;
}
