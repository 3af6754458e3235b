/* SPDX-License-Identifier: Apache-2.0 */
/* test_savefile.c - which files are read in place, and what their headers say.  Records are compared with libpcap's in
 * test_capture.c. */
#include "core/net/savefile.h"

#include <byteswap.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/err.h"
#include "core/net/capture.h"

#define COUNT(list)    (sizeof(list) / sizeof((list)[0]))
#define LENGTH         60
#define EMPTY          24
#define WHOLE          (EMPTY + 16 + LENGTH)
#define FCS_OF_4_BYTES 0x14000000 /* bit "F" and a length of 2 words of 16 bits */

struct header {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy, snaplen, link;
};

static int descriptor_of(const struct header *header, size_t length)
{
	uint8_t file[WHOLE] = { 0 };
	uint32_t sizes[2] = { LENGTH, LENGTH };
	int fd = memfd_create("savefile", MFD_CLOEXEC);

	memcpy(file, header, sizeof(*header));
	memcpy(file + EMPTY + 8, sizes, sizeof(sizes));
	assert_true(fd >= 0);
	assert_int_equal(write(fd, file, length), (ssize_t)length);
	return fd;
}

static void only_plain_files_of_links_that_are_decoded_are_read_in_place(void **state)
{
	static const struct {
		const char *what;
		struct header header;
		size_t length;
		bool is_read;
	} cases[] = {
		{ "microseconds", { 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1 }, WHOLE, true },
		{ "nanoseconds", { 0xa1b23c4d, 2, 4, 0, 0, 65535, 1 }, WHOLE, true },
		{ "no record", { 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1 }, EMPTY, true },
		{ "raw IP", { 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101 }, WHOLE, true },
		{ "with check sequences",
		  { 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1 | FCS_OF_4_BYTES },
		  WHOLE,
		  true },
		{ "802.11", { 0xa1b2c3d4, 2, 4, 0, 0, 65535, 127 }, WHOLE, false },
		{ "an older version", { 0xa1b2c3d4, 2, 3, 0, 0, 65535, 1 }, WHOLE, false },
		{ "another version", { 0xa1b2c3d4, 543, 0, 0, 0, 65535, 1 }, WHOLE, false },
		{ "a modified format", { 0xa1b2cd34, 2, 4, 0, 0, 65535, 1 }, WHOLE, false },
		{ "half a header", { 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1 }, EMPTY - 1, false },
	};

	(void)state;
	for (size_t n = 0; n < COUNT(cases); n++) {
		int fd = descriptor_of(&cases[n].header, cases[n].length), link_type = -1;
		struct savefile *savefile = savefile_new(fd, 0, &link_type);

		if (!!savefile != cases[n].is_read)
			fail_msg("%s", cases[n].what);
		if (savefile)
			assert_int_equal(link_type, cases[n].header.link & 0xffff);
		savefile_free(savefile);
		close(fd);
	}
}

static void a_file_of_the_other_byte_order_is_read_in_place_too(void **state)
{
	struct header header = { bswap_32(0xa1b2c3d4), bswap_16(2), 0, 0, 0,
				 bswap_32(14),         bswap_32(1) };
	struct savefile *savefile;
	struct capture_frame frame;
	struct err err = { 0 };
	int fd, link_type = -1;

	(void)state;
	header.minor = bswap_16(4);
	fd = descriptor_of(&header, EMPTY);
	savefile = savefile_new(fd, 0, &link_type);
	assert_non_null(savefile);
	assert_int_equal(link_type, 1);
	assert_int_equal(savefile_next(savefile, &frame, &err), 0);
	savefile_free(savefile);
	close(fd);
}

static void a_snapshot_length_cuts_and_none_does_not(void **state)
{
	static const struct {
		uint32_t snaplen, captured;
	} cases[] = { { 65535, LENGTH }, { 14, 14 }, { 0, LENGTH }, { UINT32_MAX, LENGTH } };

	(void)state;
	for (size_t n = 0; n < COUNT(cases); n++) {
		struct header header = { 0xa1b2c3d4, 2, 4, 0, 0, cases[n].snaplen, 1 };
		int fd = descriptor_of(&header, WHOLE), link_type;
		struct savefile *savefile = savefile_new(fd, 0, &link_type);
		struct capture_frame frame;
		struct err err = { 0 };

		assert_non_null(savefile);
		assert_int_equal(savefile_next(savefile, &frame, &err), 1);
		assert_int_equal(frame.captured, cases[n].captured);
		assert_int_equal(frame.on_wire, LENGTH);
		assert_int_equal(savefile_next(savefile, &frame, &err), 0);
		savefile_free(savefile);
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_plain_files_of_links_that_are_decoded_are_read_in_place),
		cmocka_unit_test(a_file_of_the_other_byte_order_is_read_in_place_too),
		cmocka_unit_test(a_snapshot_length_cuts_and_none_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
