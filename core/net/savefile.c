/* SPDX-License-Identifier: Apache-2.0 */
/* savefile.c - see savefile.h. */
#include "core/net/savefile.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/net/capture.h"
#include "core/net/decode.h"
#include "core/net/pieces.h"

#define FILE_HEADER_BYTES   24
#define RECORD_HEADER_BYTES sizeof(struct record_header)

#define MAGIC_MICROSECONDS  UINT32_C(0xa1b2c3d4)
#define MAGIC_NANOSECONDS   UINT32_C(0xa1b23c4d)
#define VERSION_MAJOR       2
#define VERSION_MINOR       4
#define LINK_TYPE_BITS      0x03ffffff

struct record_header {
	uint32_t seconds, fraction, captured, on_wire;
};

struct savefile {
	uint32_t snaplen, fraction_ns;
	int link_type;
	struct pieces pieces;
};

static bool is_plain(struct savefile *savefile, const uint8_t header[FILE_HEADER_BYTES])
{
	for (unsigned swapped = 0; swapped < 2; swapped++) {
		uint32_t magic;

		savefile->pieces.is_swapped = swapped;
		magic = pieces_u32(&savefile->pieces, header);
		if (magic != MAGIC_MICROSECONDS && magic != MAGIC_NANOSECONDS)
			continue;
		savefile->fraction_ns = magic == MAGIC_MICROSECONDS ? NS_PER_US : 1;
		return pieces_u16(&savefile->pieces, header + 4) == VERSION_MAJOR &&
		       pieces_u16(&savefile->pieces, header + 6) == VERSION_MINOR;
	}
	return false;
}

/* The upper bits tell of frame check sequences.  Link types that no decoder of ours knows have longer records, or headers in the
 * byte order of the writer. */
static bool read_link_type(struct savefile *savefile, const uint8_t header[FILE_HEADER_BYTES])
{
	savefile->link_type = pieces_u32(&savefile->pieces, header + 20) & LINK_TYPE_BITS;
	return decode_knows(savefile->link_type);
}

/* 0 is no limit to libpcap, either. */
static uint32_t snaplen_of(const struct savefile *savefile, const uint8_t header[FILE_HEADER_BYTES])
{
	uint32_t snaplen = pieces_u32(&savefile->pieces, header + 16);

	return snaplen ? snaplen : PIECES_RECORD_BYTES;
}

struct savefile *savefile_new(int fd, uint64_t start_bytes, int *link_type)
{
	struct savefile *savefile = mem_alloc(sizeof(*savefile));
	uint8_t header[FILE_HEADER_BYTES];

	savefile->pieces.fd = fd;
	savefile->pieces.offset_bytes = start_bytes + FILE_HEADER_BYTES;
	if (pread(fd, header, sizeof(header), (off_t)start_bytes) == (ssize_t)sizeof(header) &&
	    is_plain(savefile, header) && read_link_type(savefile, header)) {
		savefile->snaplen = snaplen_of(savefile, header);
		*link_type = savefile->link_type;
		return savefile;
	}
	savefile_free(savefile);
	return NULL;
}

void savefile_free(struct savefile *savefile)
{
	mem_free(savefile);
}

/* Seconds are unsigned (draft-ietf-opsawg-pcap); a fraction beyond 2^31 was negative, and is none. */
static uint64_t wall_of(const struct savefile *savefile, const struct record_header *record)
{
	uint32_t fraction = record->fraction <= INT32_MAX ? record->fraction : 0;

	return record->seconds * NS_PER_S + (uint64_t)fraction * savefile->fraction_ns;
}

static inline void read_header(const struct savefile *savefile, const uint8_t *at,
			       struct record_header *record)
{
	memcpy(record, at, sizeof(*record));
	if (savefile->pieces.is_swapped)
		*record = (struct record_header){ __builtin_bswap32(record->seconds),
						  __builtin_bswap32(record->fraction),
						  __builtin_bswap32(record->captured),
						  __builtin_bswap32(record->on_wire) };
}

int savefile_next(struct savefile *savefile, struct capture_frame *frame, struct err *err)
{
	struct pieces *pieces = &savefile->pieces;
	const uint8_t *at;
	struct record_header record;

	if (!pieces_have(pieces, RECORD_HEADER_BYTES, err)) {
		if (!err_is_set(err) && pieces->held == pieces->at)
			return 0;
		return pieces_end_inside(err);
	}
	read_header(savefile, pieces->buffer + pieces->at, &record);
	if (record.captured > PIECES_RECORD_BYTES)
		return err_set(err, ERR_FAILED,
			       "has a record of %u bytes, more than the %d that are allowed,",
			       record.captured, PIECES_RECORD_BYTES);
	if (!pieces_have(pieces, RECORD_HEADER_BYTES + record.captured, err))
		return pieces_end_inside(err);
	at = pieces->buffer + pieces->at + RECORD_HEADER_BYTES;
	frame->wall_ns = wall_of(savefile, &record);
	frame->bytes = at;
	frame->captured = record.captured < savefile->snaplen ? record.captured : savefile->snaplen;
	frame->on_wire = record.on_wire;
	frame->link_type = savefile->link_type;
	pieces->at += RECORD_HEADER_BYTES + record.captured;
	at += record.captured;
	/* The next one's headers, by the time that this record has been dealt with. */
	__builtin_prefetch(at);
	__builtin_prefetch(at + 64);
	return 1;
}
