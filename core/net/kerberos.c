/* SPDX-License-Identifier: Apache-2.0 */
/* Down the few elements that lead to a user's name or an error's number, by their tags (RFC 4120 appendix A; DER, X.690).
 * Left out: everything beside that way, tags of more than a byte, lengths that the end marks. */
#include "core/net/kerberos.h"

enum {
	AS_REQ = 0x6a,
	AS_REP = 0x6b,
	KRB_ERROR = 0x7e,
	SEQUENCE = 0x30,
	INTEGER = 0x02,
	NUMBERED = 0xa0, /* [0], [1] ... of a sequence */
	LENGTH_BYTES_MOST = 4,
	INTEGER_BYTES_MOST = 4,
	REQUEST_BODY = 4,
	BODY_USER = 1,
	USER_PARTS = 1,
	ERROR_CODE = 6,
};

/* Steps over the next element; what it holds, as far as it is at hand. */
static bool take(struct span *from, uint8_t *tag, struct span *content)
{
	uint32_t length;
	uint8_t first, count;

	*tag = span_u8(from);
	first = span_u8(from);
	length = first;
	if (first >= 0x80) {
		count = first & 0x7f;
		if (!count || count > LENGTH_BYTES_MOST)
			return false;
		for (length = 0; count; count--)
			length = length << 8 | span_u8(from);
	}
	if (from->bad)
		return false;
	*content = span_sub(from, length);
	return true;
}

/* What the element holds, if it has that tag. */
static struct span enter(struct span from, uint8_t wanted)
{
	struct span content;
	uint8_t tag;

	return take(&from, &tag, &content) && tag == wanted ? content : span_of(NULL, 0);
}

/* The member of a sequence with that number. */
static struct span member(struct span sequence, unsigned number)
{
	struct span content;
	uint8_t tag;

	while (sequence.left && take(&sequence, &tag, &content))
		if (tag == (NUMBERED | number))
			return content;
	return span_of(NULL, 0);
}

static uint32_t integer(struct span from)
{
	struct span bytes = enter(from, INTEGER);
	uint32_t value = 0;

	if (bytes.left > INTEGER_BYTES_MOST)
		return 0;
	while (bytes.left)
		value = value << 8 | span_u8(&bytes);
	return value;
}

struct kerberos_message kerberos_read(struct span bytes)
{
	struct kerberos_message message = { .kind = KERBEROS_OTHER };
	struct span content, body;
	uint8_t tag;

	if (!take(&bytes, &tag, &content))
		return message;
	content = enter(content, SEQUENCE);
	switch (tag) {
	case AS_REQ:
		message.kind = KERBEROS_ASKS;
		body = enter(member(content, REQUEST_BODY), SEQUENCE);
		message.user = enter(member(enter(member(body, BODY_USER), SEQUENCE), USER_PARTS),
				     SEQUENCE);
		break;
	case AS_REP:
		message.kind = KERBEROS_GRANTS;
		break;
	case KRB_ERROR:
		message.kind = KERBEROS_REFUSES;
		message.error = integer(member(content, ERROR_CODE));
		break;
	default:
		break;
	}
	return message;
}

struct kerberos_message kerberos_read_tcp(struct span bytes)
{
	uint32_t length = span_be32(&bytes);

	return kerberos_read(span_sub(&bytes, length));
}
