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
#define RECORD_HEADER_BYTES 16

#define MAGIC_MICROSECONDS  UINT32_C(0xa1b2c3d4)
#define MAGIC_NANOSECONDS   UINT32_C(0xa1b23c4d)
#define VERSION_MAJOR       2
#define VERSION_MINOR       4
#define LINK_TYPE_BITS      0x03ffffff

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

/* As libpcap: none, or nonsense, is none. */
static uint32_t snaplen_of(const struct savefile *savefile, const uint8_t header[FILE_HEADER_BYTES])
{
	uint32_t snaplen = pieces_u32(&savefile->pieces, header + 16);

	return snaplen == 0 || snaplen > INT32_MAX ? PIECES_RECORD_BYTES : snaplen;
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
static uint64_t wall_of(const struct savefile *savefile, const uint8_t *header)
{
	uint32_t fraction = pieces_u32(&savefile->pieces, header + 4);

	if (fraction > INT32_MAX)
		fraction = 0;
	return pieces_u32(&savefile->pieces, header) * NS_PER_S +
	       (uint64_t)fraction * savefile->fraction_ns;
}

static int end_inside(struct err *err)
{
	return err_is_set(err) ? err->code : err_set(err, ERR_FAILED, "ends inside a record");
}

int savefile_next(struct savefile *savefile, struct capture_frame *frame, struct err *err)
{
	struct pieces *pieces = &savefile->pieces;
	const uint8_t *header;
	uint32_t length;

	if (!pieces_have(pieces, RECORD_HEADER_BYTES, err)) {
		if (!err_is_set(err) && pieces->held == pieces->at)
			return 0;
		return end_inside(err);
	}
	header = pieces->buffer + pieces->at;
	length = pieces_u32(&savefile->pieces, header + 8);
	if (length > PIECES_RECORD_BYTES)
		return err_set(err, ERR_FAILED,
			       "has a record of %u bytes, more than the %d that are allowed,",
			       length, PIECES_RECORD_BYTES);
	if (!pieces_have(pieces, RECORD_HEADER_BYTES + length, err))
		return end_inside(err);
	header = pieces->buffer + pieces->at;
	frame->wall_ns = wall_of(savefile, header);
	frame->bytes = header + RECORD_HEADER_BYTES;
	frame->captured = length < savefile->snaplen ? length : savefile->snaplen;
	frame->on_wire = pieces_u32(&savefile->pieces, header + 12);
	frame->link_type = savefile->link_type;
	pieces->at += RECORD_HEADER_BYTES + length;
	/* Its headers, by the time that this record has been dealt with. */
	__builtin_prefetch(pieces->buffer + pieces->at);
	__builtin_prefetch(pieces->buffer + pieces->at + 64);
	return 1;
}
