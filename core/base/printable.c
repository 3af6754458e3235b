/* SPDX-License-Identifier: Apache-2.0 */
/* Character by character, so that the second byte of an ordinary letter is not taken for a control of eight bits. */
#include "core/base/printable.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/utf8.h"

static size_t control_bytes(const char *text, size_t length)
{
	const uint8_t *at = (const uint8_t *)text;

	if (length == 0 || at[0] < 0x20 || at[0] == 0x7f)
		return 1;
	return at[0] == 0xc2 && at[1] < 0xa0 ? 2 : 0;
}

void printable(char *text, char instead)
{
	size_t left = strlen(text);

	while (left) {
		size_t length = utf8_length(text, left);
		size_t control = control_bytes(text, length);
		size_t step = control ? control : length;

		memset(text, instead, control);
		text += step;
		left -= step;
	}
}
