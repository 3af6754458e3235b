/* SPDX-License-Identifier: Apache-2.0 */
/* Captures that the test writes itself, as files and through pipes. */
#include "core/net/capture.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/err.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct image {
	uint8_t bytes[4096];
	size_t length;
	bool is_big_endian;
};

static void put(struct image *i, const void *bytes, size_t length)
{
	assert_true(i->length + length <= sizeof(i->bytes));
	memcpy(i->bytes + i->length, bytes, length);
	i->length += length;
}

static void put_number(struct image *i, uint32_t value, unsigned bytes)
{
	for (unsigned b = 0; b < bytes; b++) {
		unsigned shift = 8 * (i->is_big_endian ? bytes - 1 - b : b);
		uint8_t one = (uint8_t)(value >> shift);

		put(i, &one, 1);
	}
}

static void put32(struct image *i, uint32_t value)
{
	put_number(i, value, 4);
}
static void put16(struct image *i, uint32_t value)
{
	put_number(i, value, 2);
}

#define MAGIC_US 0xa1b2c3d4u
#define MAGIC_NS 0xa1b23c4du

static void put_pcap_header(struct image *i, uint32_t magic, uint32_t link)
{
	put32(i, magic);
	put16(i, 2);
	put16(i, 4);
	put32(i, 0);
	put32(i, 0);
	put32(i, 65535);
	put32(i, link);
}

/* A broadcast ARP frame of 42 bytes, or the first captured of them; the last byte tells frames apart. */
static void put_record(struct image *i, uint32_t seconds, uint32_t fraction, uint32_t captured,
		       uint8_t last)
{
	static const uint8_t head[14] = { 255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6 };
	uint8_t frame[42] = { 0 };

	memcpy(frame, head, sizeof(head));
	frame[captured - 1] = last;
	put32(i, seconds);
	put32(i, fraction);
	put32(i, captured);
	put32(i, 42);
	put(i, frame, captured);
}

struct seen {
	unsigned frames;
	uint64_t wall_ns[16];
	uint32_t captured[16], on_wire[16];
	uint8_t last[16];
	int link_type[16];
};

static void see(void *arg, const struct capture_frame *frame)
{
	struct seen *seen = arg;
	unsigned n = seen->frames++;

	if (n >= COUNT(seen->last))
		return;
	seen->wall_ns[n] = frame->wall_ns;
	seen->captured[n] = frame->captured;
	seen->on_wire[n] = frame->on_wire;
	seen->link_type[n] = frame->link_type;
	seen->last[n] = frame->captured ? frame->bytes[frame->captured - 1] : 0;
}

static char path[] = "/tmp/cordon-test-capture-XXXXXX";

static int make_path(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int drop_path(void **state)
{
	(void)state;
	return unlink(path);
}

static void write_file(const void *bytes, size_t length)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static struct capture *open_image(const struct image *i, const char *filter)
{
	struct err err = { 0 };
	struct capture *capture;

	write_file(i->bytes, i->length);
	capture = capture_open_file(path, filter, &err);
	if (!capture)
		fail_msg("%s", err.text);
	return capture;
}

/* Reads to the end and returns the code that ended it. */
static int read_all(struct capture *capture, unsigned batch, struct seen *seen, struct err *err)
{
	int rc;

	*seen = (struct seen){ 0 };
	*err = (struct err){ 0 };
	do {
		unsigned before = seen->frames;

		rc = capture_read(capture, batch, see, seen, err);
		if (rc >= 0)
			assert_int_equal(seen->frames - before, rc);
	} while (rc > 0);
	return rc;
}

/* The same bytes through a pipe, where libpcap reads the records.  Returns the code that ended it, 0 if they
 * did not open. */
static int read_piped(const struct image *i, struct seen *seen)
{
	struct err err = { 0 };
	struct capture *capture;
	char name[32];
	int ends[2], rc;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], i->bytes, i->length), i->length);
	close(ends[1]);
	snprintf(name, sizeof(name), "/dev/fd/%d", ends[0]);
	capture = capture_open_file(name, NULL, &err);
	rc = capture ? read_all(capture, 0, seen, &err) : 0;
	capture_free(capture);
	close(ends[0]);
	return rc;
}

static void both_byte_orders_and_precisions_give_nanoseconds(void **state)
{
	static const struct {
		const char *name;
		uint32_t magic, fraction;
		bool is_big_endian;
		uint64_t ns;
	} cases[] = {
		{ "micro, little", MAGIC_US, 123456, false, 123456000 },
		{ "micro, big", MAGIC_US, 123456, true, 123456000 },
		{ "nano, little", MAGIC_NS, 123456789, false, 123456789 },
		{ "nano, big", MAGIC_NS, 123456789, true, 123456789 },
	};

	(void)state;
	for (size_t k = 0; k < COUNT(cases); k++) {
		struct image i = { .is_big_endian = cases[k].is_big_endian };
		struct capture *capture;
		struct seen seen;
		struct err err;

		put_pcap_header(&i, cases[k].magic, 1);
		put_record(&i, 1700000000, cases[k].fraction, 42, 9);
		capture = open_image(&i, NULL);
		assert_int_equal(capture_link_type(capture), 1);
		assert_int_equal(read_all(capture, 0, &seen, &err), ERR_GONE);
		assert_false(err_is_set(&err));
		assert_int_equal(seen.frames, 1);
		if (seen.wall_ns[0] != 1700000000000000000u + cases[k].ns)
			fail_msg("%s: %llu", cases[k].name, (unsigned long long)seen.wall_ns[0]);
		assert_int_equal(seen.last[0], 9);
		assert_int_equal(seen.on_wire[0], 42);
		capture_free(capture);
	}
}

static void absurd_times_neither_wrap_nor_trap(void **state)
{
	static const struct {
		uint32_t magic, seconds, fraction;
		uint64_t ns;
	} cases[] = {
		{ MAGIC_US, 0, 0, 0 },
		{ MAGIC_US, 0xffffffff, 0, 4294967295000000000u }, /* unsigned: the year 2106 */
		{ MAGIC_US, 0x80000000, 1, 2147483648000001000u },
		{ MAGIC_US, 10, 2500000, 12500000000u },    /* more than a second of fraction */
		{ MAGIC_US, 10, 0xffffffff, 10000000000u }, /* a negative one */
		{ MAGIC_NS, 10, 0x7fffffff, 12147483647u },
		{ MAGIC_NS, 0xffffffff, 0xffffffff, 4294967295000000000u },
	};

	(void)state;
	for (size_t k = 0; k < COUNT(cases); k++) {
		struct image i = { .length = 0 };
		struct capture *capture;
		struct seen seen;
		struct err err;

		put_pcap_header(&i, cases[k].magic, 1);
		put_record(&i, cases[k].seconds, cases[k].fraction, 42, 9);
		capture = open_image(&i, NULL);
		assert_int_equal(read_all(capture, 0, &seen, &err), ERR_GONE);
		assert_true(seen.wall_ns[0] == cases[k].ns);
		capture_free(capture);
		assert_int_equal(read_piped(&i, &seen), ERR_GONE);
		assert_true(seen.wall_ns[0] == cases[k].ns);
	}
}

static void put_pcapng_section(struct image *i)
{
	put32(i, 0x0a0d0d0a);
	put32(i, 28);
	put32(i, 0x1a2b3c4d);
	put16(i, 1);
	put16(i, 0);
	put32(i, 0xffffffff);
	put32(i, 0xffffffff);
	put32(i, 28);
}

static void put_pcapng_interface(struct image *i, unsigned link)
{
	put32(i, 1);
	put32(i, 20);
	put16(i, link);
	put16(i, 0);
	put32(i, 65535);
	put32(i, 20);
}

static void put_pcapng_packet(struct image *i, uint32_t interface, uint32_t time_high)
{
	put32(i, 6);
	put32(i, 32 + 16);
	put32(i, interface);
	put32(i, time_high);
	put32(i, 1000000);
	put32(i, 14);
	put32(i, 60);
	put(i, "\377\377\377\377\377\377\2\0\0\0\0\1\10\6\0\0", 16);
	put32(i, 32 + 16);
}

static void pcapng_is_read_too(void **state)
{
	struct image i = { .length = 0 };
	struct capture *capture;
	struct seen seen;
	struct err err;

	(void)state;
	put_pcapng_section(&i);
	put_pcapng_interface(&i, 1);
	put_pcapng_interface(&i, 1);
	put_pcapng_packet(&i, 0, 0);
	put_pcapng_packet(&i, 1, 0xffffffff);
	put_pcapng_packet(&i, 1, 0xc0000000); /* in nanoseconds a multiple of 2^64 */
	capture = open_image(&i, NULL);
	assert_int_equal(read_all(capture, 0, &seen, &err), ERR_GONE);
	assert_int_equal(seen.frames, 3);
	assert_true(seen.wall_ns[0] == 1000000000);
	assert_true(seen.wall_ns[1] == CAPTURE_WALL_MAX_NS);
	assert_true(seen.wall_ns[2] == CAPTURE_WALL_MAX_NS);
	assert_int_equal(seen.captured[0], 14);
	assert_int_equal(seen.on_wire[0], 60);
	capture_free(capture);
	assert_int_equal(read_piped(&i, &seen), ERR_GONE);
	assert_int_equal(seen.frames, 3);
	assert_true(seen.wall_ns[0] == 1000000000);
	assert_true(seen.wall_ns[1] == CAPTURE_WALL_MAX_NS);
	assert_true(seen.wall_ns[2] == CAPTURE_WALL_MAX_NS);
}

static void interfaces_of_different_link_types_are_told_with_their_frames(void **state)
{
	static const struct {
		const char *filter;
		unsigned frames;
	} cases[] = { { NULL, 2 }, { "arp", 1 } };
	struct image i = { .length = 0 };

	(void)state;
	put_pcapng_section(&i);
	put_pcapng_interface(&i, 1);
	put_pcapng_packet(&i, 0, 0);
	put_pcapng_interface(&i, 101);
	put_pcapng_packet(&i, 1, 0);
	for (size_t n = 0; n < COUNT(cases); n++) {
		struct capture *capture = open_image(&i, cases[n].filter);
		struct seen seen;
		struct err err;

		assert_int_equal(capture_link_type(capture), 1);
		assert_int_equal(read_all(capture, 0, &seen, &err), ERR_GONE);
		assert_int_equal(seen.frames, cases[n].frames);
		assert_int_equal(seen.link_type[0], 1);
		if (seen.frames > 1)
			assert_int_equal(seen.link_type[1], 101);
		capture_free(capture);
	}
}

static void a_file_cut_anywhere_delivers_its_whole_records(void **state)
{
	struct image whole = { .length = 0 };
	size_t ends[4];

	(void)state;
	put_pcap_header(&whole, MAGIC_US, 1);
	for (unsigned n = 0; n < 3; n++) {
		ends[n] = whole.length;
		put_record(&whole, 1000 + n, 0, 42, (uint8_t)n);
	}
	ends[3] = whole.length;
	for (size_t length = ends[0]; length <= whole.length; length++) {
		struct image i = whole;
		struct capture *capture;
		struct seen seen;
		struct err err;
		char words[64];
		unsigned records = (unsigned)(length - ends[0]) / 58;
		bool is_cut = length != ends[records];
		int rc;

		i.length = length;
		capture = open_image(&i, NULL);
		rc = read_all(capture, 2, &seen, &err);
		assert_int_equal(rc, is_cut ? ERR_FAILED : ERR_GONE);
		assert_int_equal(seen.frames, records);
		snprintf(words, sizeof(words), "ends inside a record after %u packets", records);
		assert_int_equal(strstr(err.text, words) != NULL, is_cut);
		/* asked again it says the same */
		assert_int_equal(capture_read(capture, 0, see, &seen, NULL), rc);
		capture_free(capture);
	}
}

static void a_batch_is_an_upper_bound(void **state)
{
	struct image i = { .length = 0 };
	struct capture *capture;
	struct seen seen = { 0 };

	(void)state;
	put_pcap_header(&i, MAGIC_US, 1);
	for (unsigned n = 0; n < 5; n++)
		put_record(&i, 1000, n, 42, (uint8_t)n);
	capture = open_image(&i, NULL);
	assert_int_equal(capture_descriptor(capture), -1);
	assert_int_equal(capture_read(capture, 2, see, &seen, NULL), 2);
	assert_int_equal(capture_read(capture, 1, see, &seen, NULL), 1);
	assert_int_equal(capture_counts(capture).frames, 3);
	assert_int_equal(capture_counts(capture).bytes, 3 * 42);
	assert_int_equal(capture_read(capture, 0, see, &seen, NULL), 2);
	assert_int_equal(capture_read(capture, 0, see, &seen, NULL), ERR_GONE);
	for (uint8_t n = 0; n < 5; n++)
		assert_int_equal(seen.last[n], n);
	capture_free(capture);
}

static void a_filter_passes_what_it_matches(void **state)
{
	struct image i = { .length = 0 };
	struct capture *capture;
	struct seen seen;
	struct err err;

	(void)state;
	put_pcap_header(&i, MAGIC_US, 1);
	for (unsigned n = 0; n < 4; n++)
		put_record(&i, 1000, n, 42, (uint8_t)n);
	capture = open_image(&i, "ether[41] > 1");
	assert_int_equal(read_all(capture, 0, &seen, &err), ERR_GONE);
	assert_int_equal(seen.frames, 2);
	capture_free(capture);
	capture = open_image(&i, "ip6");
	assert_int_equal(read_all(capture, 1, &seen, &err), ERR_GONE);
	assert_int_equal(seen.frames, 0);
	capture_free(capture);
}

static void a_bad_filter_is_a_usage_error_in_libpcaps_words(void **state)
{
	struct image i = { .length = 0 };
	struct err err = { 0 };

	(void)state;
	put_pcap_header(&i, MAGIC_US, 1);
	write_file(i.bytes, i.length);
	assert_null(capture_open_file(path, "tcp prot 80", &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_non_null(strstr(err.text, "\"tcp prot 80\""));
	assert_non_null(strstr(err.text, "syntax error"));
}

static void what_is_no_capture_is_named_with_its_remedy(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *words;
	} cases[] = {
		{ "", 0, "is empty" },
		{ "\xd4\xc3", 2, "ends inside the file header" },
		{ "\xd4\xc3\xb2\xa1\2\0\4\0", 8, "ends inside the file header" },
		{ "Lorem ipsum dolor sit amet, consectetur", 39, "is not a capture" },
		{ "\x1f\x8b\10\0\0\0\0\0\0\0", 10, "unpack it first (gzip -d)" },
		{ "\x28\xb5\x2f\xfd\0\0\0\0", 8, "unpack it first (zstd -d)" },
		{ "\xfd"
		  "7zXZ\0\0\4",
		  8, "unpack it first (xz -d)" },
		{ "BZh91AY&SY", 10, "unpack it first (bzip2 -d)" },
		{ "\x1f\x8c\10\0\0\0\0\0\0\0", 10, "is not a capture" },
		{ "\x29\xb5\x2f\xfd\0\0\0\0\0\0", 10, "is not a capture" },
		{ "\xfe"
		  "7zXZ\0\0\4\0\0",
		  10, "is not a capture" },
	};

	(void)state;
	for (size_t k = 0; k < COUNT(cases); k++) {
		struct err err = { 0 };

		write_file(cases[k].bytes, cases[k].length);
		assert_null(capture_open_file(path, NULL, &err));
		assert_int_equal(err.code, ERR_FAILED);
		if (!strstr(err.text, cases[k].words) || !strstr(err.text, path))
			fail_msg("%s", err.text);
	}
}

static void missing_files_and_directories_are_named(void **state)
{
	struct err missing = { 0 }, directory = { 0 };

	(void)state;
	assert_null(capture_open_file("/nonexistent/x.pcap", NULL, &missing));
	assert_string_equal(missing.text, "/nonexistent/x.pcap: no such file");
	assert_null(capture_open_file("/tmp", NULL, &directory));
	assert_non_null(strstr(directory.text, "/tmp: is a directory"));
}

static int lowest_free_descriptor(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

static void a_capture_gives_its_descriptor_back(void **state)
{
	static const uint32_t links[] = { 1, 127 }; /* read in place, by libpcap */
	int before = lowest_free_descriptor();

	(void)state;
	for (size_t n = 0; n < COUNT(links); n++) {
		struct image i = { .length = 0 };

		put_pcap_header(&i, MAGIC_US, links[n]);
		put_record(&i, 1, 2, 42, 3);
		capture_free(open_image(&i, NULL));
		assert_int_equal(lowest_free_descriptor(), before);
	}
}

static void an_unknown_link_type_still_opens(void **state)
{
	struct image i = { .length = 0 };
	struct capture *capture;
	struct seen seen;
	struct err err;

	(void)state;
	put_pcap_header(&i, MAGIC_US, 127);
	put_record(&i, 1, 2, 42, 3);
	capture = open_image(&i, NULL);
	assert_int_equal(capture_link_type(capture), 127);
	assert_int_equal(read_all(capture, 0, &seen, &err), ERR_GONE);
	assert_int_equal(seen.frames, 1);
	capture_free(capture);
}

/* libpcap numbers raw IP otherwise than files do, and so do its filters. */
static void raw_ip_is_numbered_alike_whoever_reads(void **state)
{
	static const char *const filters[] = { NULL, "not ip" };

	(void)state;
	for (size_t n = 0; n < COUNT(filters); n++) {
		struct image i = { .length = 0 };
		struct capture *capture;
		struct seen seen;
		struct err err;

		put_pcap_header(&i, MAGIC_US, 101);
		put_record(&i, 1, 2, 42, 3);
		capture = open_image(&i, filters[n]);
		assert_int_equal(capture_link_type(capture), 101);
		assert_int_equal(read_all(capture, 0, &seen, &err), ERR_GONE);
		assert_int_equal(seen.frames, 1);
		assert_int_equal(seen.link_type[0], 101);
		capture_free(capture);
		assert_int_equal(read_piped(&i, &seen), ERR_GONE);
		assert_int_equal(seen.link_type[0], 101);
	}
}

static bool is_readable(int fd)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };

	return poll(&waiting, 1, 0) > 0;
}

/* A FIFO in place of the temporary file; the descriptor that keeps it open for writing. */
static int make_fifo(char *name, size_t size)
{
	int fd;

	snprintf(name, size, "%s.fifo", path);
	assert_int_equal(mkfifo(name, 0600), 0);
	fd = open(name, O_RDWR);
	assert_true(fd >= 0);
	return fd;
}

static void a_pipe_tells_the_truth_about_waiting_frames(void **state)
{
	struct image header = { .length = 0 }, two = { .length = 0 };
	struct capture *capture;
	struct seen seen = { 0 };
	struct err err = { 0 };
	char name[80];
	int writer = make_fifo(name, sizeof(name));
	int fd;

	(void)state;
	put_pcap_header(&header, MAGIC_US, 1);
	put_record(&two, 1, 0, 42, 1);
	put_record(&two, 2, 0, 42, 2);
	assert_int_equal(write(writer, header.bytes, header.length), header.length);
	capture = capture_open_file(name, NULL, &err);
	unlink(name);
	if (!capture)
		fail_msg("%s", err.text);
	fd = capture_descriptor(capture);
	assert_false(is_readable(fd));
	assert_int_equal(capture_read(capture, 0, see, &seen, &err), 0);
	assert_int_equal(write(writer, two.bytes, two.length), two.length);
	assert_int_equal(capture_read(capture, 1, see, &seen, &err), 1);
	assert_true(is_readable(fd));
	assert_int_equal(capture_read(capture, 9, see, &seen, &err), 1);
	assert_false(is_readable(fd));
	assert_int_equal(capture_read(capture, 0, see, &seen, &err), 0);
	assert_int_equal(write(writer, two.bytes, 70), 70);
	close(writer);
	assert_int_equal(capture_read(capture, 0, see, &seen, &err), 1);
	assert_int_equal(capture_read(capture, 0, see, &seen, &err), ERR_FAILED);
	assert_non_null(strstr(err.text, "ends inside a record after 3 packets"));
	capture_free(capture);
}

/* ---- two readers of one format ------------------------------------------------------------------ */

static int read_in_place(const struct image *i, struct seen *seen)
{
	struct err err = { 0 };
	struct capture *capture;
	int rc;

	write_file(i->bytes, i->length);
	capture = capture_open_file(path, NULL, &err);
	rc = capture ? read_all(capture, 0, seen, &err) : 0;
	capture_free(capture);
	return rc;
}

/* Shorter than some of the records. */
static void put_snaplen(struct image *i, uint8_t bytes)
{
	memset(i->bytes + 16, 0, 4);
	i->bytes[i->is_big_endian ? 19 : 16] = bytes;
}

static void put_some_records(struct image *i, unsigned seed)
{
	i->is_big_endian = seed & 1;
	put_pcap_header(i, seed & 2 ? MAGIC_NS : MAGIC_US, 1);
	for (unsigned n = 0; n < 1 + seed % 9; n++)
		put_record(i, 1000 * n, 17 * n, 1 + (seed * 7 + n * 5) % 42, (uint8_t)n);
}

/* A fraction beyond 2^31 is negative to libpcap in one byte order only; to us in both. */
static bool is_same_time(uint64_t ours, uint64_t theirs, bool is_big_endian)
{
	return ours == theirs ||
	       (is_big_endian && ours % 1000000000 == 0 && theirs >= ours + UINT32_C(0x80000000));
}

static bool are_same(const struct seen *ours, struct seen *theirs, bool is_big_endian)
{
	for (unsigned n = 0; n < COUNT(ours->wall_ns); n++)
		if (is_same_time(ours->wall_ns[n], theirs->wall_ns[n], is_big_endian))
			theirs->wall_ns[n] = ours->wall_ns[n];
	return memcmp(ours, theirs, sizeof(*ours)) == 0;
}

static void damaged_files_are_read_as_libpcap_reads_them(void **state)
{
	unsigned random = 1, whole = 0;

	(void)state;
	for (unsigned seed = 0; seed < 3000; seed++) {
		struct image i = { .length = 0 };
		struct seen piped = { 0 }, placed = { 0 };
		int rc;

		put_some_records(&i, seed);
		for (unsigned n = 0; n < seed % 4;
		     n++) { /* a byte becomes another; it may be the snapshot length's */
			random = random * 1103515245 + 12345;
			i.bytes[8 + random / 65536 % (i.length - 8)] = (uint8_t)(random >> 8);
		}
		if (seed % 7 == 0)
			put_snaplen(&i, (uint8_t)(1 + seed % 40));
		if (seed % 5 == 0)
			i.length -= random / 65536 % 40 % i.length;
		rc = read_in_place(&i, &placed);
		if (rc != read_piped(&i, &piped) || !are_same(&placed, &piped, i.is_big_endian))
			fail_msg("seed %u: %u frames in place, %u of libpcap", seed, placed.frames,
				 piped.frames);
		whole += rc == ERR_GONE;
	}
	assert_in_range(whole, 500, 2900);
}

static void standard_input_is_a_dash(void **state)
{
	struct image i = { .length = 0 };
	struct capture *capture;
	struct err err = { 0 };
	struct seen seen;
	int kept = dup(STDIN_FILENO), file;

	(void)state;
	put_pcap_header(&i, MAGIC_US, 1);
	put_record(&i, 1, 0, 42, 1);
	write_file(i.bytes, i.length);
	file = open(path, O_RDONLY);
	dup2(file, STDIN_FILENO);
	close(file);
	capture = capture_open_file("-", NULL, &err);
	assert_non_null(capture);
	assert_int_equal(capture_descriptor(capture), -1);
	assert_int_equal(read_all(capture, 0, &seen, &err), ERR_GONE);
	assert_int_equal(seen.frames, 1);
	capture_free(capture);
	write_file("nonsense", 8);
	assert_null(capture_open_file("-", NULL, &err));
	assert_non_null(strstr(err.text, "standard input: "));
	dup2(kept, STDIN_FILENO);
	close(kept);
}

static void an_interface_that_does_not_exist_is_named(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_null(capture_open_live("cordon-none0", NULL, 0, &err));
	assert_int_equal(err.code, ERR_FAILED);
	assert_non_null(strstr(err.text, "cordon-none0: "));
	if (geteuid() == 0)
		assert_non_null(strstr(err.text, "no such interface"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_byte_orders_and_precisions_give_nanoseconds),
		cmocka_unit_test(absurd_times_neither_wrap_nor_trap),
		cmocka_unit_test(pcapng_is_read_too),
		cmocka_unit_test(interfaces_of_different_link_types_are_told_with_their_frames),
		cmocka_unit_test(a_file_cut_anywhere_delivers_its_whole_records),
		cmocka_unit_test(a_batch_is_an_upper_bound),
		cmocka_unit_test(a_filter_passes_what_it_matches),
		cmocka_unit_test(a_bad_filter_is_a_usage_error_in_libpcaps_words),
		cmocka_unit_test(what_is_no_capture_is_named_with_its_remedy),
		cmocka_unit_test(missing_files_and_directories_are_named),
		cmocka_unit_test(a_capture_gives_its_descriptor_back),
		cmocka_unit_test(an_unknown_link_type_still_opens),
		cmocka_unit_test(raw_ip_is_numbered_alike_whoever_reads),
		cmocka_unit_test(a_pipe_tells_the_truth_about_waiting_frames),
		cmocka_unit_test(damaged_files_are_read_as_libpcap_reads_them),
		cmocka_unit_test(standard_input_is_a_dash),
		cmocka_unit_test(an_interface_that_does_not_exist_is_named),
	};

	return cmocka_run_group_tests(tests, make_path, drop_path);
}
