/* SPDX-License-Identifier: Apache-2.0 */
/* One walk over the elements in order; into an element that holds others it goes by not stepping over it.  What octet
 * strings hold (tickets, NTLM) is not looked at.  Left out: tags of more than a byte, lengths that the end
 * marks; both end the walk. */
#include "core/net/spnego.h"

enum {
	INITIAL_TOKEN = 0x60,
	NEGOTIATION_TOKEN = 0xa1,
	CONSTRUCTED = 0x20,
	LONG_TAG = 0x1f,
	BIT_STRING = 0x03,
	LENGTH_BYTES_MOST = 4,
	ELEMENTS_MOST = 64, /* far more than a token has in front of its ticket */
};

/* False: the walk ends here. */
static bool take_length(struct span *from, uint32_t *length)
{
	uint8_t first = span_u8(from), count = first & 0x7f;

	*length = first;
	if (first < 0x80)
		return !from->bad;
	if (!count || count > LENGTH_BYTES_MOST)
		return false;
	*length = 0;
	while (count--)
		*length = *length << 8 | span_u8(from);
	return !from->bad;
}

/* The first byte says how many bits of the last are unused. */
static bool has_less_than_no_bits(struct span from, uint32_t length)
{
	uint8_t unused = span_u8(&from);

	return !from.bad && length > 0 && (unused > 7 || (length == 1 && unused > 0));
}

bool spnego_is_impossible(struct span token)
{
	if (!token.left || (token.at[0] != INITIAL_TOKEN && token.at[0] != NEGOTIATION_TOKEN))
		return false;
	for (unsigned i = 0; i < ELEMENTS_MOST && token.left; i++) {
		uint8_t tag = span_u8(&token);
		uint32_t length;

		if ((tag & LONG_TAG) == LONG_TAG || !take_length(&token, &length))
			return false;
		if (length > INT32_MAX ||
		    (tag == BIT_STRING && has_less_than_no_bits(token, length)))
			return true;
		if (!(tag & CONSTRUCTED))
			span_skip(&token, length);
	}
	return false;
}
