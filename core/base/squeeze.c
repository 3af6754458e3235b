/* SPDX-License-Identifier: Apache-2.0 */
/* Runs: a byte says how many zeros, a byte says how many others follow, then those. */
#include "core/base/squeeze.h"

#include <stdint.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/invariant.h"
#include "core/base/span.h"

#define RUN_MAX UINT8_MAX

/* Two zeros are cheaper to keep than to leave out. */
static size_t others(const uint8_t *bytes, size_t length)
{
	size_t count = 0;

	while (count < length && count < RUN_MAX &&
	       (bytes[count] || count + 2 >= length || bytes[count + 1] || bytes[count + 2]))
		count++;
	return count;
}

static size_t zeros(const uint8_t *bytes, size_t length)
{
	size_t count = 0;

	while (count < length && count < RUN_MAX && !bytes[count])
		count++;
	return count;
}

void squeeze(const void *bytes, size_t length, struct buf *to)
{
	const uint8_t *at = bytes;

	while (length) {
		size_t none = zeros(at, length), some = others(at + none, length - none);
		uint8_t head[2] = { (uint8_t)none, (uint8_t)some };

		buf_append(to, head, sizeof(head));
		buf_append(to, at + none, some);
		at += none + some;
		length -= none + some;
	}
}

void unsqueeze(struct span *from, void *bytes, size_t length)
{
	uint8_t *at = bytes;

	while (length) {
		size_t none = span_u8(from), some = span_u8(from);
		const uint8_t *run = span_take(from, some);

		INVARIANT(!from->bad && none + some > 0 && none + some <= length);
		memset(at, 0, none);
		if (some)
			memcpy(at + none, run, some);
		at += none + some;
		length -= none + some;
	}
}
