/* SPDX-License-Identifier: Apache-2.0 */
/* A chain of separate allocations rather than one block: a policy is small and loaded rarely,
 * and valgrind and the sanitizers then see each overrun. */
#include "core/policy/keep.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "core/base/invariant.h"
#include "core/base/mem.h"

struct keep_piece {
	struct keep_piece *next;
	alignas(max_align_t) unsigned char bytes[];
};

void *keep_array(struct keep *keep, size_t count, size_t item_size_bytes)
{
	struct keep_piece *piece;
	size_t size;

	INVARIANT(!__builtin_mul_overflow(count, item_size_bytes, &size) && size < SIZE_MAX / 2);
	piece = mem_alloc(sizeof(*piece) + size);
	piece->next = keep->pieces;
	keep->pieces = piece;
	return piece->bytes;
}

char *keep_text(struct keep *keep, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = keep_array(keep, size, 1);

	memcpy(copy, text, size);
	return copy;
}

void keep_fini(struct keep *keep)
{
	while (keep->pieces) {
		struct keep_piece *next = keep->pieces->next;

		mem_free(keep->pieces);
		keep->pieces = next;
	}
}
