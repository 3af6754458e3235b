/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding is checked by encoding again: whatever is not canonical comes out different. */
#include "tests/amtsim/base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const uint8_t *bytes, size_t len, char *out)
{
	size_t i;

	for (i = 0; i < len; i += 3) {
		size_t left = len - i;
		uint32_t group = (uint32_t)bytes[i] << 16;

		group |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
		group |= left > 2 ? bytes[i + 2] : 0;
		*out++ = alphabet[group >> 18];
		*out++ = alphabet[group >> 12 & 63];
		*out++ = left > 1 ? alphabet[group >> 6 & 63] : '=';
		*out++ = left > 2 ? alphabet[group & 63] : '=';
	}
	*out = '\0';
}

/* Up to three bytes of four characters, or 0. */
static size_t decode_group(const char *text, uint8_t out[3])
{
	uint32_t group = 0;
	size_t i, padding = 0;

	for (i = 0; i < 4; i++) {
		const char *at = text[i] == '=' ? alphabet : strchr(alphabet, text[i]);

		padding += text[i] == '=';
		if (!at)
			return 0;
		group = group << 6 | (uint32_t)(at - alphabet);
	}
	out[0] = (uint8_t)(group >> 16);
	out[1] = (uint8_t)(group >> 8);
	out[2] = (uint8_t)group;
	return padding < 3 ? 3 - padding : 0;
}

bool base64_decode(const char *text, uint8_t *bytes, size_t size, size_t *len)
{
	size_t text_len = strlen(text), i;
	char again[5];
	uint8_t group[3];

	*len = 0;
	if (text_len % 4 != 0)
		return false;
	for (i = 0; i < text_len; i += 4) {
		size_t n = decode_group(text + i, group);

		if (n == 0 || *len + n > size || (n < 3 && i + 4 < text_len))
			return false;
		base64_encode(group, n, again);
		if (memcmp(again, text + i, 4) != 0)
			return false;
		memcpy(bytes + *len, group, n);
		*len += n;
	}
	return true;
}
