/* SPDX-License-Identifier: Apache-2.0 */
/* Frames by the million: a file is judged where it lies, without copies, hex or answers per frame.
 *
 * The file begins with the eight characters of FRAMES_MAGIC.  Each record is one byte for the way ('t' transmitted,
 * 'r' received), the length of the frame in two bytes (high byte first), the frame.  The verdict takes the place of the
 * way: 'p' or 'd'.  A way of zero ends the file early, so that one mapping serves batches of every size.  A file that
 * breaks the form is judged up to there and refused; what is no such file at all lacks the first characters. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/amtsim/console.h"
#include "tests/amtsim/console_commands.h"
#include "tests/amtsim/rack.h"
#include "tests/amtsim/text.h"

#define FRAMES_MAGIC      "AMTFRAME"
#define MAGIC_BYTES       8
#define RECORD_HEAD_BYTES 3
#define ETHERNET_BYTES    14

struct frames_tally {
	unsigned frames, passed;
};

/* False if a record is none. */
static bool judge_records(struct device *device, uint8_t *at, const uint8_t *end,
			  struct frames_tally *tally)
{
	while (at < end && *at != 0) {
		struct verdict verdict;
		size_t len;

		if ((*at != 't' && *at != 'r') || end - at < RECORD_HEAD_BYTES)
			return false;
		len = (size_t)(at[1] << 8 | at[2]);
		if (len < ETHERNET_BYTES || len > (size_t)(end - at) - RECORD_HEAD_BYTES)
			return false;
		verdict = device_judge(device, at + RECORD_HEAD_BYTES, len,
				       *at == 't' ? SD_TX : SD_RX);
		*at = verdict.drop ? 'd' : 'p';
		tally->frames++;
		tally->passed += !verdict.drop;
		at += RECORD_HEAD_BYTES + len;
	}
	return true;
}

static bool judge_file(struct device *device, int fd, struct text *out)
{
	struct frames_tally tally = { 0, 0 };
	struct stat about;
	uint8_t *bytes;
	size_t size;
	bool whole;

	if (fstat(fd, &about) < 0 || !S_ISREG(about.st_mode) || about.st_size < MAGIC_BYTES) {
		text_puts(out, "error not a file of frames\n");
		return false;
	}
	size = (size_t)about.st_size;
	bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED) {
		text_puts(out, "error the file cannot be mapped\n");
		return false;
	}
	whole = memcmp(bytes, FRAMES_MAGIC, MAGIC_BYTES) == 0 &&
		judge_records(device, bytes + MAGIC_BYTES, bytes + size, &tally);
	munmap(bytes, size);
	if (whole)
		text_printf(out, "frames %u passed %u\n", tally.frames, tally.passed);
	else
		text_printf(out, "error record %u is none\n", tally.frames + 1);
	return whole;
}

CONSOLE_COMMAND(frames)
{
	char *name = text_word(&args), *path = name ? text_word(&args) : NULL;
	struct device *device = path ? rack_find(rack, name) : NULL;
	bool whole;
	int fd;

	if (!path)
		return false;
	if (!device) {
		text_puts(out, "error no such device\n");
		return false;
	}
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0) {
		text_puts(out, "error the file cannot be opened for reading and writing\n");
		return false;
	}
	device_tick(device, host->now_ns);
	whole = judge_file(device, fd, out);
	close(fd);
	return whole;
}
