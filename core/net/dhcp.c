/* SPDX-License-Identifier: Apache-2.0 */
/* DHCPv4 by RFC 2131 section 2 and RFC 2132.  The first occurrence of an option counts; one of
 * the wrong length is passed over, and so is what stands behind one that is cut.  Left out: all that only the
 * client needs (names, routers, the lease's length), option overload (52), options split over several
 * occurrences (RFC 3396), relays, DHCPv6. */
#include "core/net/dhcp.h"

#include <string.h>

#include "core/base/span.h"

enum {
	OP_REQUEST = 1,
	OP_REPLY = 2,
	MAGIC_COOKIE = 0x63825363, /* RFC 2132 2 */
	CHADDR_BYTES = 16,
	SNAME_AND_FILE_BYTES = 64 + 128,
};

enum option {
	OPTION_PAD = 0,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_END = 255,
};

static struct ip take_ip(struct span *from)
{
	static const uint8_t none[4];
	const uint8_t *four = span_take(from, 4);

	return ip_from_v4(four ? four : none);
}

static void read_option(uint8_t code, struct span value, struct dhcp_message *m)
{
	if (code == OPTION_TYPE && value.left == 1 && !m->type)
		m->type = span_u8(&value);
	else if (code == OPTION_SERVER && value.left == 4 && ip_is_unspecified(&m->server))
		m->server = take_ip(&value);
}

static void read_options(struct span from, struct dhcp_message *m)
{
	while (from.left) {
		uint8_t code = span_u8(&from);
		uint8_t length;

		if (code == OPTION_END)
			return;
		if (code == OPTION_PAD)
			continue;
		length = span_u8(&from);
		if (from.bad || from.left < length)
			return;
		read_option(code, span_sub(&from, length), m);
	}
}

/* The part that BOOTP already had (RFC 951), up to the options. */
static bool read_fixed(struct span *from, struct dhcp_message *m)
{
	uint8_t op = span_u8(from), hardware_length;
	const uint8_t *chaddr;

	span_skip(from, 1);
	hardware_length = span_u8(from);
	span_skip(from, 13); /* hops, transaction, seconds, flags, the client's address so far */
	m->yiaddr = take_ip(from);
	span_skip(from, 8); /* the next server, a relay */
	chaddr = span_take(from, CHADDR_BYTES);
	if (chaddr && hardware_length == sizeof(m->chaddr.bytes))
		memcpy(m->chaddr.bytes, chaddr, sizeof(m->chaddr.bytes));
	span_skip(from, SNAME_AND_FILE_BYTES);
	return !from->bad && (op == OP_REQUEST || op == OP_REPLY);
}

bool dhcp_read(const uint8_t *bytes, size_t length, struct dhcp_message *message)
{
	struct span from = span_of(bytes, length);

	memset(message, 0, sizeof(*message));
	message->server = ip_from_v4((const uint8_t[4]){ 0 });
	if (!read_fixed(&from, message) || span_be32(&from) != MAGIC_COOKIE || from.bad)
		return false;
	read_options(from, message);
	return true;
}
