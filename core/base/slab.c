/* SPDX-License-Identifier: Apache-2.0 */
/* Chunks are cut from the front into pieces of any size; a list per size, in steps of 16 bytes, keeps what came back.  One
 * chunk serves all sizes, so that rare sizes waste nothing.
 *
 * Left out: giving chunks back before the end (what lasts is forgotten seldom, and then replaced) and threads.  Under a
 * sanitizer each piece is an allocation of its own, so that its ends are watched. */
#include "core/base/slab.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/base/invariant.h"
#include "core/base/mem.h"

#define STEP_BYTES      16
#define PIECE_MAX_BYTES 2048 /* larger ones do not share pages anyway */
#define CHUNK_BYTES     ((size_t)65536)
#define SIZES           (PIECE_MAX_BYTES / STEP_BYTES)

#if defined(__SANITIZE_ADDRESS__)
#define WATCHED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define WATCHED true
#endif
#endif
#ifndef WATCHED
#define WATCHED false
#endif

struct piece {
	struct piece *next;
};

struct chunk {
	struct chunk *next;
	_Alignas(STEP_BYTES) uint8_t bytes[];
};

struct slab {
	struct chunk *chunks; /* the newest first, which alone has room */
	size_t used;          /* of the newest */
	size_t chunk_count, pieces;
	struct piece *spare[SIZES];
};

struct slab *slab_new(void)
{
	return mem_alloc(sizeof(struct slab));
}

void slab_free(struct slab *slab)
{
	if (!slab)
		return;
	INVARIANT(slab->pieces == 0);
	while (slab->chunks) {
		struct chunk *next = slab->chunks->next;

		mem_free(slab->chunks);
		slab->chunks = next;
	}
	mem_free(slab);
}

static size_t rounded(size_t size_bytes)
{
	return size_bytes ? (size_bytes + STEP_BYTES - 1) & ~(size_t)(STEP_BYTES - 1) : STEP_BYTES;
}

static bool is_apart(size_t size_bytes)
{
	return WATCHED || size_bytes > PIECE_MAX_BYTES;
}

static struct piece **spare_of(struct slab *slab, size_t size_bytes)
{
	return &slab->spare[rounded(size_bytes) / STEP_BYTES - 1];
}

/* From the front of the newest chunk; what is left at its end when the next begins is less than one piece. */
static void *cut(struct slab *slab, size_t size_bytes)
{
	size_t room = CHUNK_BYTES - sizeof(struct chunk);
	void *piece;

	if (!slab->chunks || slab->used + size_bytes > room) {
		struct chunk *chunk = mem_alloc(CHUNK_BYTES);

		chunk->next = slab->chunks;
		slab->chunks = chunk;
		slab->chunk_count++;
		slab->used = 0;
	}
	piece = slab->chunks->bytes + slab->used;
	slab->used += size_bytes;
	return piece;
}

void *slab_take(struct slab *slab, size_t size_bytes)
{
	struct piece **spare, *piece;

	if (!slab)
		return mem_alloc(size_bytes);
	slab->pieces++;
	if (is_apart(size_bytes))
		return mem_alloc(size_bytes);
	spare = spare_of(slab, size_bytes);
	piece = *spare;
	if (!piece)
		return cut(slab, rounded(size_bytes));
	*spare = piece->next;
	memset(piece, 0, rounded(size_bytes));
	return piece;
}

void slab_give(struct slab *slab, void *piece, size_t size_bytes)
{
	struct piece **spare, *given = piece;

	if (slab && piece) {
		INVARIANT(slab->pieces > 0);
		slab->pieces--;
	}
	if (!slab || !piece || is_apart(size_bytes)) {
		mem_free(piece);
		return;
	}
	spare = spare_of(slab, size_bytes);
	given->next = *spare;
	*spare = given;
}

char *slab_text(struct slab *slab, const char *text)
{
	size_t size_bytes;
	char *copy;

	if (!text)
		return NULL;
	size_bytes = strlen(text) + 1;
	copy = slab_take(slab, size_bytes);
	memcpy(copy, text, size_bytes);
	return copy;
}

void slab_give_text(struct slab *slab, char *text)
{
	if (text)
		slab_give(slab, text, strlen(text) + 1);
}

size_t slab_pieces(const struct slab *slab)
{
	return slab->pieces;
}

size_t slab_held_bytes(const struct slab *slab)
{
	return slab->chunk_count * CHUNK_BYTES;
}
