/* SPDX-License-Identifier: Apache-2.0 */
/* base64.c - six bits at a time.  XML breaks long texts into lines, so blanks are passed over. */
#include "core/base/base64.h"

#include <string.h>

static int digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool base64_read(const char *text, uint8_t *bytes, size_t room, size_t *length)
{
	uint32_t bits = 0;
	unsigned count = 0, padding = 0;

	*length = 0;
	for (; *text; text++) {
		int value = digit(*text);

		if (is_blank(*text))
			continue;
		padding += *text == '=';
		if ((value < 0 && *text != '=') || (value >= 0 && padding))
			return false;
		bits = bits << 6 | (value < 0 ? 0 : (uint32_t)value);
		if (++count % 4)
			continue;
		for (unsigned i = 0; i < 3; i++) {
			if (i + padding >= 3)
				break;
			if (*length >= room)
				return false;
			bytes[(*length)++] = (uint8_t)(bits >> (16 - 8 * i));
		}
		bits = 0;
	}
	return count % 4 == 0 && padding <= 2;
}
