/* SPDX-License-Identifier: Apache-2.0 */
/* blockfile.c - see blockfile.h.
 *
 * A block is its type, its length, its body and its length again.  The second length is not looked at: who reads forwards
 * has no use for it.  Left out: options of packets, statistics, names, secrets, the type of timestamp. */
#include "core/net/blockfile.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/net/capture.h"
#include "core/net/decode.h"
#include "core/net/pieces.h"

#define BYTE_ORDER_MARK UINT32_C(0x1a2b3c4d)
#define VERSION_MAJOR   1
#define INTERFACES_MAX  1024
#define BLOCK_MIN_BYTES 12 /* type and both lengths */
#define BLOCK_MAX_BYTES (PIECES_RECORD_BYTES + PIECES_HEADERS_BYTES)
#define UNITS_MAX       19 /* 10^19 is the most that 64 bits hold */

enum block {
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET_OLD = 2,
	BLOCK_PACKET_SIMPLE = 3,
	BLOCK_PACKET = 6,
	BLOCK_SECTION = 0x0a0d0d0a, /* the same in either byte order */
};

enum { OPTION_END = 0, OPTION_TIME_UNIT = 9, OPTION_TIME_OFFSET = 14 };
enum { SECTION_BYTES = 28, INTERFACE_BYTES = 16, PACKET_BYTES = 28, SIMPLE_BYTES = 12 };

struct interface {
	int link_type;
	uint32_t snaplen; /* 0 = no limit */
	uint8_t unit;     /* if_tsresol: 10^-unit s, or with the highest bit 2^-unit s */
	int64_t offset_s;
};

struct blockfile {
	uint32_t interface_count;
	uint64_t latest_ns; /* a simple packet has no time */
	struct interface interfaces[INTERFACES_MAX];
	struct pieces pieces;
};

/* The byte order of what follows; false if this is no section. */
static bool begin_section(struct blockfile *blockfile, const uint8_t *block)
{
	for (unsigned swapped = 0; swapped < 2; swapped++) {
		blockfile->pieces.is_swapped = swapped;
		if (pieces_u32(&blockfile->pieces, block) == BLOCK_SECTION &&
		    pieces_u32(&blockfile->pieces, block + 8) == BYTE_ORDER_MARK) {
			blockfile->interface_count = 0;
			return true;
		}
	}
	return false;
}

void blockfile_free(struct blockfile *blockfile)
{
	mem_free(blockfile);
}

/* ---- interfaces --------------------------------------------------------------------------------- */

static void read_option(const struct blockfile *blockfile, const uint8_t *option, uint32_t size,
			struct interface *interface)
{
	uint16_t code = pieces_u16(&blockfile->pieces, option);

	if (code == OPTION_TIME_UNIT && size >= 1)
		interface->unit = option[4];
	else if (code == OPTION_TIME_OFFSET && size >= 8)
		interface->offset_s = (int64_t)pieces_u64(&blockfile->pieces, option + 4);
}

static void read_options(const struct blockfile *blockfile, const uint8_t *at, uint32_t left,
			 struct interface *interface)
{
	while (left >= 4 && pieces_u16(&blockfile->pieces, at) != OPTION_END) {
		uint32_t size = pieces_u16(&blockfile->pieces, at + 2),
			 whole = 4 + (size + 3) / 4 * 4;

		if (whole > left)
			return;
		read_option(blockfile, at, size, interface);
		at += whole;
		left -= whole;
	}
}

static int add_interface(struct blockfile *blockfile, const uint8_t *block, uint32_t length,
			 struct err *err)
{
	struct interface *interface;

	if (length < INTERFACE_BYTES + 4)
		return err_set(err, ERR_FAILED, "has an interface of %u bytes", length);
	if (blockfile->interface_count == INTERFACES_MAX)
		return err_set(err, ERR_FAILED, "has more than %d interfaces", INTERFACES_MAX);
	interface = &blockfile->interfaces[blockfile->interface_count];
	*interface = (struct interface){ .link_type = pieces_u16(&blockfile->pieces, block + 8),
					 .snaplen = pieces_u32(&blockfile->pieces, block + 12),
					 .unit = 6 };
	read_options(blockfile, block + INTERFACE_BYTES, length - INTERFACE_BYTES - 4, interface);
	if ((interface->unit & 0x7f) > (interface->unit & 0x80 ? 63 : UNITS_MAX))
		return err_set(err, ERR_FAILED, "has an interface with a unit of time of 0x%02x",
			       interface->unit);
	blockfile->interface_count++;
	return 0;
}

/* ---- time --------------------------------------------------------------------------------------- */

static uint64_t power_of_ten(unsigned exponent)
{
	uint64_t power = 1;

	while (exponent-- > 0)
		power *= 10;
	return power;
}

static uint64_t seconds_of(uint64_t ticks, unsigned unit, uint64_t *fraction_ns)
{
	unsigned exponent = unit & 0x7f;
	uint64_t fraction, per_s;

	if (unit & 0x80) {
		fraction = exponent ? ticks & ((UINT64_C(1) << exponent) - 1) : 0;
		if (exponent > 32) /* so that the product fits */
			fraction >>= exponent - 32;
		*fraction_ns = fraction * NS_PER_S >> (exponent > 32 ? 32 : exponent);
		return ticks >> exponent;
	}
	per_s = power_of_ten(exponent);
	fraction = ticks % per_s;
	*fraction_ns = exponent <= 9 ? fraction * power_of_ten(9 - exponent)
				     : fraction / power_of_ten(exponent - 9);
	return ticks / per_s;
}

/* Any nonsense stays between 1970 and the end of int64_t. */
static uint64_t wall_of(const struct interface *interface, uint64_t ticks)
{
	uint64_t fraction_ns, seconds = seconds_of(ticks, interface->unit, &fraction_ns);
	int64_t moved;

	if (seconds > INT64_MAX / NS_PER_S)
		return INT64_MAX;
	if (__builtin_add_overflow((int64_t)seconds, interface->offset_s, &moved))
		return interface->offset_s > 0 ? INT64_MAX : 0;
	if (moved < 0)
		return 0;
	if ((uint64_t)moved >= INT64_MAX / NS_PER_S)
		return INT64_MAX;
	return (uint64_t)moved * NS_PER_S + fraction_ns;
}

/* ---- packets ------------------------------------------------------------------------------------ */

static int set_bytes(struct capture_frame *frame, const uint8_t *block, uint32_t head,
		     uint32_t length, struct err *err)
{
	if (frame->captured > PIECES_RECORD_BYTES)
		return err_set(err, ERR_FAILED,
			       "has a record of %u bytes, more than the %d that are allowed,",
			       frame->captured, PIECES_RECORD_BYTES);
	if (frame->captured > length - head - 4)
		return err_set(err, ERR_FAILED, "has a record that is longer than its block");
	frame->bytes = block + head;
	return 1;
}

static int read_packet(struct blockfile *blockfile, const uint8_t *block, uint32_t length,
		       struct capture_frame *frame, struct err *err)
{
	bool is_old = pieces_u32(&blockfile->pieces, block) == BLOCK_PACKET_OLD;
	const struct interface *interface;
	uint32_t number;

	if (length < PACKET_BYTES + 4)
		return err_set(err, ERR_FAILED, "has a packet of %u bytes", length);
	number = is_old ? pieces_u16(&blockfile->pieces, block + 8)
			: pieces_u32(&blockfile->pieces, block + 8);
	if (number >= blockfile->interface_count)
		return err_set(err, ERR_FAILED,
			       "has a packet of interface %u, which it does not describe,", number);
	interface = &blockfile->interfaces[number];
	blockfile->latest_ns =
		wall_of(interface, (uint64_t)pieces_u32(&blockfile->pieces, block + 12) << 32 |
					   pieces_u32(&blockfile->pieces, block + 16));
	*frame = (struct capture_frame){ .wall_ns = blockfile->latest_ns < CAPTURE_WALL_MAX_NS
							    ? blockfile->latest_ns
							    : CAPTURE_WALL_MAX_NS,
					 .captured = pieces_u32(&blockfile->pieces, block + 20),
					 .on_wire = pieces_u32(&blockfile->pieces, block + 24),
					 .link_type = interface->link_type };
	return set_bytes(frame, block, PACKET_BYTES, length, err);
}

/* Of the first interface. */
static int read_simple(struct blockfile *blockfile, const uint8_t *block, uint32_t length,
		       struct capture_frame *frame, struct err *err)
{
	const struct interface *interface = &blockfile->interfaces[0];
	uint32_t on_wire;

	if (length < SIMPLE_BYTES + 4)
		return err_set(err, ERR_FAILED, "has a packet of %u bytes", length);
	if (blockfile->interface_count == 0)
		return err_set(err, ERR_FAILED, "has a packet of no interface");
	on_wire = pieces_u32(&blockfile->pieces, block + 8);
	*frame = (struct capture_frame){ .wall_ns = blockfile->latest_ns < CAPTURE_WALL_MAX_NS
							    ? blockfile->latest_ns
							    : CAPTURE_WALL_MAX_NS,
					 .captured = on_wire,
					 .on_wire = on_wire,
					 .link_type = interface->link_type };
	if (interface->snaplen && frame->captured > interface->snaplen)
		frame->captured = interface->snaplen;
	return set_bytes(frame, block, SIMPLE_BYTES, length, err);
}

/* Of 1.x the minor number changes nothing that is read. */
static int read_section(const struct blockfile *blockfile, const uint8_t *block, uint32_t length,
			struct err *err)
{
	unsigned major, minor;

	if (length < SECTION_BYTES)
		return err_set(err, ERR_FAILED, "has a section of %u bytes", length);
	major = pieces_u16(&blockfile->pieces, block + 12);
	minor = pieces_u16(&blockfile->pieces, block + 14);
	if (major != VERSION_MAJOR)
		return err_set(err, ERR_FAILED, "has a section of the unknown version %u.%u", major,
			       minor);
	return 0;
}

static int read_block(struct blockfile *blockfile, const uint8_t *block, uint32_t length,
		      struct capture_frame *frame, struct err *err)
{
	switch (pieces_u32(&blockfile->pieces, block)) {
	case BLOCK_SECTION:
		return read_section(blockfile, block, length, err);
	case BLOCK_INTERFACE:
		return add_interface(blockfile, block, length, err);
	case BLOCK_PACKET:
	case BLOCK_PACKET_OLD:
		return read_packet(blockfile, block, length, frame, err);
	case BLOCK_PACKET_SIMPLE:
		return read_simple(blockfile, block, length, frame, err);
	default:
		return 0;
	}
}

static bool is_read(const struct blockfile *blockfile, const uint8_t *block)
{
	uint32_t type = pieces_u32(&blockfile->pieces, block);

	return type == BLOCK_SECTION || type == BLOCK_INTERFACE || type == BLOCK_PACKET ||
	       type == BLOCK_PACKET_OLD || type == BLOCK_PACKET_SIMPLE;
}

/* The next block lies in the buffer: all of it if we read its kind.  1, 0 at the end of the file, or negative. */
static int next_block(struct blockfile *blockfile, uint32_t *length, struct err *err)
{
	struct pieces *pieces = &blockfile->pieces;
	const uint8_t *block;

	if (!pieces_have(pieces, BLOCK_MIN_BYTES, err)) {
		if (!err_is_set(err) && pieces->held == pieces->at)
			return 0;
		return pieces_end_inside(err);
	}
	block = pieces->buffer + pieces->at;
	if (pieces_u32(&blockfile->pieces, block) == BLOCK_SECTION &&
	    !begin_section(blockfile, block))
		return err_set(err, ERR_FAILED, "has a section without a byte order");
	*length = pieces_u32(&blockfile->pieces, block + 4);
	if (*length < BLOCK_MIN_BYTES || *length % 4 ||
	    (is_read(blockfile, block) && *length > BLOCK_MAX_BYTES))
		return err_set(err, ERR_FAILED, "has a block of %u bytes", *length);
	if (is_read(blockfile, block) && !pieces_have(pieces, *length, err))
		return pieces_end_inside(err);
	return 1;
}

static const uint8_t *block_at(const struct blockfile *blockfile)
{
	return blockfile->pieces.buffer + blockfile->pieces.at;
}

int blockfile_next(struct blockfile *blockfile, struct capture_frame *frame, struct err *err)
{
	uint32_t length = 0;
	int status;

	while ((status = next_block(blockfile, &length, err)) > 0) {
		status = read_block(blockfile, block_at(blockfile), length, frame, err);
		pieces_skip(&blockfile->pieces, length);
		if (status != 0)
			return status;
	}
	return status;
}

/* As far as the first interface; what comes before it cannot be a packet. */
static bool reach_interface(struct blockfile *blockfile)
{
	struct capture_frame frame;
	struct err err = { 0 };
	uint32_t length = 0;

	while (blockfile->interface_count == 0 && next_block(blockfile, &length, &err) > 0) {
		if (read_block(blockfile, block_at(blockfile), length, &frame, &err) < 0)
			return false;
		pieces_skip(&blockfile->pieces, length);
	}
	return blockfile->interface_count > 0;
}

struct blockfile *blockfile_new(int fd, uint64_t start_bytes, int *link_type)
{
	struct blockfile *blockfile = mem_alloc(sizeof(*blockfile));
	uint8_t head[BLOCK_MIN_BYTES];

	blockfile->pieces.fd = fd;
	blockfile->pieces.offset_bytes = start_bytes;
	if (pread(fd, head, sizeof(head), (off_t)start_bytes) == (ssize_t)sizeof(head) &&
	    begin_section(blockfile, head) && reach_interface(blockfile) &&
	    decode_knows(blockfile->interfaces[0].link_type)) {
		*link_type = blockfile->interfaces[0].link_type;
		return blockfile;
	}
	blockfile_free(blockfile);
	return NULL;
}
