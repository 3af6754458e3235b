/* SPDX-License-Identifier: Apache-2.0 */
/* nbns.c - a DNS-like message of one record whose name has half a byte in each letter (RFC 1001 14.1).
 *
 * Left out: scopes (the name's further labels are stepped over), pointers in place of the name, which no sender uses
 * where there is no question. */
#include "core/net/nbns.h"

#include "core/base/span.h"

enum {
	RESPONSE = 0x8000,
	OPCODE_AND_RCODE = 0x780f, /* query and success are 0 */
	TYPE_NB = 0x20,
	CLASS_IN = 1,
	ENCODED_BYTES = 32,
	LABEL_MAX = 63,
};

static bool read_letter(struct span *from, uint8_t *half)
{
	uint8_t c = span_u8(from);

	if (from->bad || c < 'A' || c > 'P')
		return false;
	*half = (uint8_t)(c - 'A');
	return true;
}

static char shown(uint8_t byte)
{
	if (byte >= 'A' && byte <= 'Z')
		return (char)(byte + ('a' - 'A'));
	return byte > 0x20 && byte < 0x7f ? (char)byte : '?';
}

static bool read_name(struct span *from, struct nbns_answer *answer)
{
	uint8_t raw[NBNS_NAME_BYTES], label;
	size_t length = NBNS_NAME_BYTES - 1;

	if (span_u8(from) != ENCODED_BYTES)
		return false;
	for (size_t i = 0; i < NBNS_NAME_BYTES; i++) {
		uint8_t high, low;

		if (!read_letter(from, &high) || !read_letter(from, &low))
			return false;
		raw[i] = (uint8_t)(high << 4 | low);
	}
	while (length && (raw[length - 1] == ' ' || raw[length - 1] == 0))
		length--;
	for (size_t i = 0; i < length; i++)
		answer->name[i] = shown(raw[i]);
	answer->suffix = raw[NBNS_NAME_BYTES - 1];
	while ((label = span_u8(from)) != 0)
		if (label > LABEL_MAX || !span_skip(from, label))
			return false;
	return !from->bad;
}

static void read_addresses(struct span data, struct nbns_answer *answer)
{
	while (data.left >= 6 && answer->address_count < NBNS_ADDRESSES_MAX) {
		span_skip(&data, 2); /* group or single, kind of node */
		answer->addresses[answer->address_count++] = ip_from_v4(span_take(&data, 4));
	}
}

bool nbns_read(const uint8_t *bytes, size_t length, struct nbns_answer *answer)
{
	struct span from = span_of(bytes, length);
	uint16_t flags, questions, answers;

	*answer = (struct nbns_answer){ 0 };
	span_skip(&from, 2);
	flags = span_be16(&from);
	questions = span_be16(&from);
	answers = span_be16(&from);
	span_skip(&from, 4);
	if (from.bad || !(flags & RESPONSE) || flags & OPCODE_AND_RCODE || questions || !answers ||
	    !read_name(&from, answer))
		return false;
	if (span_be16(&from) != TYPE_NB || span_be16(&from) != CLASS_IN)
		return false;
	answer->ttl_s = span_be32(&from);
	read_addresses(span_sub(&from, span_be16(&from)), answer);
	return !from.bad && answer->address_count > 0;
}
