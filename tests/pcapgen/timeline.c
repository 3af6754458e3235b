/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/pcapgen/frame.h"

enum { CHUNK_BYTES = 64 * 1024 };

struct chunk {
	struct chunk *next;
	size_t used;
	uint8_t bytes[CHUNK_BYTES];
};

struct timeline {
	struct frame *frames;
	size_t count;
	size_t room;
	struct chunk *chunks;
};

static void *or_die(void *memory)
{
	if (!memory) {
		fputs("cordon-pcapgen: out of memory\n", stderr);
		exit(1);
	}
	return memory;
}

struct timeline *timeline_new(void)
{
	return or_die(calloc(1, sizeof(struct timeline)));
}

void timeline_free(struct timeline *timeline)
{
	struct chunk *chunk, *next;

	if (!timeline)
		return;
	for (chunk = timeline->chunks; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(timeline->frames);
	free(timeline);
}

void timeline_add(struct timeline *timeline, const struct frame *frame)
{
	struct frame *slot;

	if (timeline->count == timeline->room) {
		timeline->room = timeline->room ? timeline->room * 2 : 1024;
		timeline->frames =
			or_die(reallocarray(timeline->frames, timeline->room, sizeof(*frame)));
	}
	slot = &timeline->frames[timeline->count];
	*slot = *frame;
	slot->order = (uint32_t)timeline->count++;
}

const void *timeline_keep(struct timeline *timeline, const void *bytes, size_t length)
{
	struct chunk *chunk = timeline->chunks;
	uint8_t *copy;

	if (length > CHUNK_BYTES)
		abort();
	if (!chunk || CHUNK_BYTES - chunk->used < length) {
		chunk = or_die(calloc(1, sizeof(*chunk)));
		chunk->next = timeline->chunks;
		timeline->chunks = chunk;
	}
	copy = chunk->bytes + chunk->used;
	memcpy(copy, bytes, length);
	chunk->used += length;
	return copy;
}

static int earlier(const void *left, const void *right)
{
	const struct frame *a = left, *b = right;

	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return 0;
}

const struct frame *timeline_play(struct timeline *timeline, size_t *count)
{
	size_t i;

	*count = timeline->count;
	if (!timeline->count)
		return NULL;
	qsort(timeline->frames, timeline->count, sizeof(*timeline->frames), earlier);
	for (i = 0; i < timeline->count; i++) {
		timeline->frames[i].order = (uint32_t)i;
		timeline->frames[i].ip_id = (uint16_t)(i + 1);
	}
	return timeline->frames;
}
