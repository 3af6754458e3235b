/* SPDX-License-Identifier: Apache-2.0 */
/* X.224 inside TPKT (RFC 1006), then the client's data blocks (MS-RDPBCGR 2.2.1.3).
 *
 * The blocks stand inside GCC inside MCS, whose lengths a client may write in several ways; they are found behind the
 * key by which GCC says that they are a Windows client's.  Left out: everything after the settings. */
#include "core/net/rdp.h"

#include <strings.h>

#include "core/base/span.h"

enum {
	TPKT_VERSION = 3,
	TPKT_BYTES = 4,
	X224_REQUEST = 0xe0,
	X224_CONFIRM = 0xd0,
	X224_DATA = 0xf0,
	NEGOTIATED = 2,
	CS_NET = 0xc003,
	CHANNELS_MOST = 31,
	NAME_BYTES = 8,
	OPTIONS_BYTES = 4,
	BLOCK_HEADER_BYTES = 4,
};

size_t rdp_frame_bytes(const uint8_t *bytes, size_t length)
{
	if ((length > 0 && bytes[0] != TPKT_VERSION) || (length > 1 && bytes[1] != 0))
		return 0;
	if (length < TPKT_BYTES)
		return TPKT_BYTES;
	length = (size_t)bytes[2] << 8 | bytes[3];
	return length > TPKT_BYTES ? length : 0;
}

/* 2.2.1.2: without an answer to what was asked, RDP's own security is meant. */
static uint8_t confirm_kind(struct span body)
{
	span_skip(&body, 5); /* references, class */
	if (span_u8(&body) != NEGOTIATED)
		return RDP_CONFIRM;
	span_skip(&body, 3);
	return span_le32(&body) ? RDP_CONFIRM_SEALED : RDP_CONFIRM;
}

static bool lists_inner_channel(struct span list)
{
	uint32_t count = span_le32(&list);

	for (uint32_t i = 0; i < count && i < CHANNELS_MOST; i++) {
		const uint8_t *name = span_take(&list, NAME_BYTES);

		/* Servers compare names without case. */
		if (name && strncasecmp((const char *)name, "MS_T120", NAME_BYTES) == 0)
			return true;
		span_skip(&list, OPTIONS_BYTES);
	}
	return false;
}

static bool asks_inner_channel(struct span from)
{
	static const char key[] = "Duca";
	const uint8_t *at = from.left ? memmem(from.at, from.left, key, strlen(key)) : NULL;

	if (!at)
		return false;
	span_skip(&from, (size_t)(at - from.at) + strlen(key));
	if (span_u8(&from) & 0x80) /* the blocks' length in two bytes (X.691 10.9) */
		span_skip(&from, 1);
	while (from.left > BLOCK_HEADER_BYTES) {
		uint16_t type = span_le16(&from), length = span_le16(&from);
		struct span block;

		if (length < BLOCK_HEADER_BYTES)
			return false;
		block = span_sub(&from, (size_t)length - BLOCK_HEADER_BYTES);
		if (type == CS_NET && lists_inner_channel(block))
			return true;
	}
	return false;
}

static struct rdp_message read_data(struct span body)
{
	struct rdp_message message = { .kind = RDP_OTHER };

	span_skip(&body, 1); /* end of its unit */
	if (span_be16(&body) != 0x7f65)
		return message;
	message.kind = RDP_CONNECT;
	message.asks_inner_channel = asks_inner_channel(body);
	return message;
}

struct rdp_message rdp_read(const uint8_t *bytes, size_t length)
{
	struct span from = span_of(bytes, length);

	span_skip(&from, TPKT_BYTES + 1);
	switch (span_u8(&from)) {
	case X224_REQUEST:
		return (struct rdp_message){ .kind = RDP_REQUEST };
	case X224_CONFIRM:
		return (struct rdp_message){ .kind = confirm_kind(from) };
	case X224_DATA:
		return read_data(from);
	default:
		return (struct rdp_message){ .kind = RDP_OTHER };
	}
}
