/* SPDX-License-Identifier: Apache-2.0 */
/* pieces.h - a regular file read forwards through one buffer; what savefile.c and blockfile.c share, nobody else includes it.
 *
 * Filled by pread(2) in pieces that stay in the second cache, large enough for the longest record that libpcap accepts; what
 * is cut by its end is moved to its start.  Not mapped: a file that shrinks while it is read would kill us. */
#ifndef CORDON_NET_PIECES_H
#define CORDON_NET_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct err;

#define PIECES_RECORD_BYTES  262144 /* as libpcap: what claims to be longer is damage */
#define PIECES_HEADERS_BYTES 65536  /* around a record, at most */
#define PIECES_PIECE_BYTES   131072
#define PIECES_BUFFER_BYTES  (PIECES_RECORD_BYTES + PIECES_HEADERS_BYTES + PIECES_PIECE_BYTES)

struct pieces {
	int fd;                /* borrowed */
	uint64_t offset_bytes; /* of the file, behind what the buffer holds */
	size_t at, held;       /* in the buffer */
	bool is_swapped; /* numbers are not in our byte order; set by who reads the file's head */
	uint8_t buffer[PIECES_BUFFER_BYTES];
};

/* False at the end of the file, or with err as the middle of a sentence. */
bool pieces_fill(struct pieces *pieces, size_t wanted, struct err *err);

/* Of a file that ends where it must not: why, unless err says so already. */
int pieces_end_inside(struct err *err);

/* Whether so many bytes, at most a record and its headers, lie behind `at` now. */
static inline bool pieces_have(struct pieces *pieces, size_t wanted, struct err *err)
{
	return pieces->held - pieces->at >= wanted || pieces_fill(pieces, wanted, err);
}

static inline uint16_t pieces_u16(const struct pieces *pieces, const uint8_t *bytes)
{
	uint16_t value;

	memcpy(&value, bytes, sizeof(value));
	return pieces->is_swapped ? __builtin_bswap16(value) : value;
}

static inline uint32_t pieces_u32(const struct pieces *pieces, const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return pieces->is_swapped ? __builtin_bswap32(value) : value;
}

static inline uint64_t pieces_u64(const struct pieces *pieces, const uint8_t *bytes)
{
	uint64_t value;

	memcpy(&value, bytes, sizeof(value));
	return pieces->is_swapped ? __builtin_bswap64(value) : value;
}

/* Also behind the end of the file: nothing follows then. */
static inline void pieces_skip(struct pieces *pieces, uint64_t bytes)
{
	size_t held = pieces->held - pieces->at;

	if (bytes > held) {
		pieces->offset_bytes += bytes - held;
		bytes = held;
	}
	pieces->at += (size_t)bytes;
}

#endif
