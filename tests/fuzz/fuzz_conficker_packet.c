/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a peer-to-peer datagram: nothing is read beyond them, noise after a valid message changes
 * nothing, and the same bytes behind a key of zero are judged by a plain reading. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "detectors/conficker_ports.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The length that the checksum covers in a message that is not encrypted, or 0. */
static size_t covered_bytes(const uint8_t *data, size_t size)
{
	unsigned flags = (unsigned)data[8] | (unsigned)data[9] << 8;
	size_t length = 10;

	if (flags & 0x7f04)
		return 0;
	length += (flags & 0x08 ? 6u : 0u) + (flags & 0x10 ? 4u : 0u) + (flags & 0x20 ? 4u : 0u);
	if (flags & 0x40) {
		if (length + 3 > size)
			return 0;
		length += 3u + data[length + 1] + (size_t)data[length + 2] * 256;
	}
	return length + (flags & 0x80 ? 26 : 0);
}

static bool plain_is_valid(const uint8_t *data, size_t size)
{
	size_t length = size < 14 ? 0 : covered_bytes(data, size);
	uint32_t sum = (uint32_t)length, told;

	if (length == 0 || length + 4 > size)
		return false;
	for (size_t i = 0; i < length; i++)
		sum = (sum ^ data[i]) << 1 | (sum ^ data[i]) >> 31;
	told = data[length] | (uint32_t)data[length + 1] << 8 | (uint32_t)data[length + 2] << 16 |
	       (uint32_t)data[length + 3] << 24;
	return sum == told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (size > 1 << 17)
		return 0;
	copy = malloc(size + 16);
	if (!copy)
		return 0;
	if (size > 0)
		memcpy(copy, data, size);
	memset(copy + size, 0x5a, 16);
	if (conficker_packet_is_valid(data, size) && !conficker_packet_is_valid(copy, size + 16))
		abort();
	if (size >= 8) {
		memset(copy, 0, 8);
		if (conficker_packet_is_valid(copy, size) != plain_is_valid(copy, size))
			abort();
	}
	free(copy);
	return 0;
}
