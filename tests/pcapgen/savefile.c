/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/savefile.h"

#include <stdio.h>

#include "tests/pcapgen/frame.h"

enum { LINKTYPE_ETHERNET = 1 };

static void put32le(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

static int write_head(FILE *file, uint32_t snaplen_bytes)
{
	uint8_t head[24] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0 };

	put32le(head + 16, snaplen_bytes);
	put32le(head + 20, LINKTYPE_ETHERNET);
	return fwrite(head, sizeof(head), 1, file) == 1 ? 0 : -1;
}

static int write_frame(FILE *file, const struct frame *frame,
		       const struct savefile_options *options)
{
	uint8_t bytes[FRAME_MAX_BYTES];
	uint8_t head[16];
	size_t length = frame_render(frame, bytes);
	size_t kept = length < options->snaplen_bytes ? length : options->snaplen_bytes;

	put32le(head, (uint32_t)(options->start_s + frame->at_us / 1000000));
	put32le(head + 4, (uint32_t)(frame->at_us % 1000000));
	put32le(head + 8, (uint32_t)kept);
	put32le(head + 12, (uint32_t)length);
	if (fwrite(head, sizeof(head), 1, file) != 1 || fwrite(bytes, kept, 1, file) != 1)
		return -1;
	return 0;
}

long savefile_write(const char *path, const struct frame *frames, size_t count,
		    const struct savefile_options *options)
{
	FILE *file = fopen(path, "wb");
	long written = 0;
	size_t i;

	if (!file)
		return -1;
	if (write_head(file, options->snaplen_bytes) < 0)
		written = -1;
	for (i = 0; i < count && written >= 0 && frames[i].at_us <= options->end_us; i++)
		written = write_frame(file, &frames[i], options) < 0 ? -1 : written + 1;
	if (fclose(file) != 0)
		return -1;
	return written;
}
