/* SPDX-License-Identifier: Apache-2.0 */
/* DHCPv4 by RFC 2131 section 2 and RFC 2132.  The first occurrence of an option counts; one of
 * the wrong length is passed over.  Left out: option overload (52), options split over several
 * occurrences (RFC 3396), classless routes, client identifiers, vendor options, relay agent
 * information, DHCPv6. */
#include "core/net/dhcp.h"

#include <string.h>

#include "core/base/span.h"
#include "core/base/utf8.h"

enum {
	MAGIC_COOKIE = 0x63825363, /* RFC 2132 2 */
	CHADDR_BYTES = 16,
	SNAME_AND_FILE_BYTES = 64 + 128,
};

enum option {
	OPTION_PAD = 0,
	OPTION_MASK = 1,
	OPTION_ROUTER = 3,
	OPTION_DNS = 6,
	OPTION_HOSTNAME = 12,
	OPTION_DOMAIN = 15,
	OPTION_REQUESTED = 50,
	OPTION_LEASE = 51,
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

static void read_ip(struct span value, struct ip *ip)
{
	if (value.left == 4 && ip_is_unspecified(ip))
		*ip = take_ip(&value);
}

static void read_list(struct span value, struct dhcp_list *list)
{
	if (value.left % 4 || list->count)
		return;
	while (value.left && list->count < DHCP_LIST_MAX)
		list->ips[list->count++] = take_ip(&value);
}

/* U+0080 to U+009F are controls too. */
static bool is_printable(const uint8_t *at, size_t length)
{
	if (length == 1)
		return *at >= 0x20 && *at != 0x7f;
	return !(length == 2 && at[0] == 0xc2 && at[1] < 0xa0);
}

static void read_text(struct span value, char text[DHCP_TEXT_BYTES])
{
	size_t n = 0;

	while (value.left && value.at[value.left - 1] == 0)
		value.left--;
	if (text[0])
		return;
	while (value.left) {
		size_t length = utf8_length((const char *)value.at, value.left);
		const uint8_t *at = span_take(&value, length ? length : 1);

		if (length && is_printable(at, length)) {
			memcpy(text + n, at, length);
			n += length;
		} else {
			text[n++] = '?';
		}
	}
	text[n] = '\0';
}

static void read_option(uint8_t code, struct span value, struct dhcp_message *m)
{
	switch (code) {
	case OPTION_MASK:
		read_ip(value, &m->mask);
		break;
	case OPTION_ROUTER:
		read_list(value, &m->routers);
		break;
	case OPTION_DNS:
		read_list(value, &m->dns);
		break;
	case OPTION_HOSTNAME:
		read_text(value, m->hostname);
		break;
	case OPTION_DOMAIN:
		read_text(value, m->domain);
		break;
	case OPTION_REQUESTED:
		read_ip(value, &m->requested);
		break;
	case OPTION_LEASE:
		if (value.left == 4 && !m->lease_s)
			m->lease_s = span_be32(&value);
		break;
	case OPTION_TYPE:
		if (value.left == 1 && !m->type)
			m->type = span_u8(&value);
		break;
	case OPTION_SERVER:
		read_ip(value, &m->server);
		break;
	default:
		break;
	}
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
			break;
		read_option(code, span_sub(&from, length), m);
	}
	m->is_cut = true;
}

/* The part that BOOTP already had (RFC 951), up to the options. */
static bool read_fixed(struct span *from, struct dhcp_message *m)
{
	uint8_t hardware_length;
	const uint8_t *chaddr;

	m->op = span_u8(from);
	span_skip(from, 1);
	hardware_length = span_u8(from);
	span_skip(from, 1);
	m->xid = span_be32(from);
	span_skip(from, 4);
	m->ciaddr = take_ip(from);
	m->yiaddr = take_ip(from);
	span_skip(from, 4);
	m->giaddr = take_ip(from);
	chaddr = span_take(from, CHADDR_BYTES);
	if (chaddr && hardware_length == sizeof(m->chaddr.bytes))
		memcpy(m->chaddr.bytes, chaddr, sizeof(m->chaddr.bytes));
	span_skip(from, SNAME_AND_FILE_BYTES);
	return !from->bad && (m->op == DHCP_OP_REQUEST || m->op == DHCP_OP_REPLY);
}

bool dhcp_read(const uint8_t *bytes, size_t length, struct dhcp_message *message)
{
	struct span from = span_of(bytes, length);

	memset(message, 0, sizeof(*message));
	message->requested = message->server = message->mask = ip_from_v4((const uint8_t[4]){ 0 });
	if (!read_fixed(&from, message) || span_be32(&from) != MAGIC_COOKIE || from.bad)
		return false;
	read_options(from, message);
	return true;
}
