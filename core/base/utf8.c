/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 3629 section 4 as ranges of the second byte: everything that UTF-8 forbids shows in the first two. */
#include "core/base/utf8.h"

#include <stdint.h>

static size_t length_by_first(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

size_t utf8_length(const char *text, size_t left)
{
	const uint8_t *at = (const uint8_t *)text;
	size_t length = length_by_first(at[0]);
	uint8_t least = at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : 0x80;
	uint8_t most = at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : 0xbf;

	if (length == 0 || length > left)
		return 0;
	if (length > 1 && (at[1] < least || at[1] > most))
		return 0;
	for (size_t i = 2; i < length; i++)
		if (at[i] < 0x80 || at[i] > 0xbf)
			return 0;
	return length;
}
