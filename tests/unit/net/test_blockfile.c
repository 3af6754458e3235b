/* SPDX-License-Identifier: Apache-2.0 */
/* test_blockfile.c - pcapng as files have it that were merged, or captured at several interfaces. */
#include "core/net/blockfile.h"

#include <errno.h>
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

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct image {
	uint8_t bytes[4096];
	size_t length;
	bool is_big_endian;
};

static void put(struct image *i, uint64_t value, unsigned bytes)
{
	for (unsigned n = 0; n < bytes; n++)
		i->bytes[i->length++] =
			(uint8_t)(value >> 8 * (i->is_big_endian ? bytes - 1 - n : n));
}

static void put_section(struct image *i)
{
	put(i, 0x0a0d0d0a, 4);
	put(i, 28, 4);
	put(i, 0x1a2b3c4d, 4);
	put(i, 1, 2);
	put(i, 0, 2);
	put(i, UINT64_MAX, 8);
	put(i, 28, 4);
}

static void put_interface(struct image *i, unsigned link_type, unsigned snaplen)
{
	put(i, 1, 4);
	put(i, 20, 4);
	put(i, link_type, 2);
	put(i, 0, 2);
	put(i, snaplen, 4);
	put(i, 20, 4);
}

static void put_clock(struct image *i, unsigned unit, int64_t offset_s)
{
	put(i, 1, 4);
	put(i, 20 + 8 + 12 + 4, 4);
	put(i, 1, 2);
	put(i, 0, 2);
	put(i, 0, 4);
	put(i, 9, 2); /* unit */
	put(i, 1, 2);
	put(i, unit, 1);
	put(i, 0, 3);
	put(i, 14, 2); /* offset */
	put(i, 8, 2);
	put(i, (uint64_t)offset_s, 8);
	put(i, 0, 4); /* end of options */
	put(i, 20 + 8 + 12 + 4, 4);
}

static void put_packet(struct image *i, unsigned interface, uint64_t ticks, uint8_t byte)
{
	put(i, 6, 4);
	put(i, 36, 4);
	put(i, interface, 4);
	put(i, ticks >> 32, 4);
	put(i, ticks, 4);
	put(i, 2, 4);
	put(i, 60, 4);
	put(i, byte, 1);
	put(i, byte, 1);
	put(i, 0, 2);
	put(i, 36, 4);
}

static void put_simple(struct image *i, unsigned on_wire, unsigned kept, uint8_t byte)
{
	unsigned length = 16 + (kept + 3) / 4 * 4;

	put(i, 3, 4);
	put(i, length, 4);
	put(i, on_wire, 4);
	for (unsigned n = 0; n < (kept + 3) / 4 * 4; n++)
		put(i, byte, 1);
	put(i, length, 4);
}

static int descriptor_of(const struct image *i)
{
	int fd = memfd_create("capture", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, i->bytes, i->length), (ssize_t)i->length);
	return fd;
}

/* How it ends; packets are the first ones. */
static int read_image(const struct image *i, struct capture_frame *packets, uint8_t *bytes,
		      unsigned *count, struct err *err)
{
	int fd = descriptor_of(i), link_type, status;
	struct blockfile *blockfile = blockfile_new(fd, 0, &link_type);
	struct capture_frame packet;

	assert_non_null(blockfile);
	*count = 0;
	*err = (struct err){ 0 };
	while ((status = blockfile_next(blockfile, &packet, err)) > 0) {
		assert_true(*count < 8);
		bytes[*count] = packet.captured ? packet.bytes[0] : 0;
		packets[(*count)++] = packet;
	}
	blockfile_free(blockfile);
	close(fd);
	return status;
}

static void each_packet_is_its_own_interfaces(void **state)
{
	struct capture_frame p[8];
	uint8_t bytes[8];
	unsigned count;
	struct err err;

	(void)state;
	for (unsigned order = 0; order < 2; order++) {
		struct image i = { .is_big_endian = order };

		put_section(&i);
		put_interface(&i, 1, 65535);
		put_packet(&i, 0, 1000000, 7);
		put_interface(&i, 113, 262144);
		put_packet(&i, 1, 2000000, 8);
		put_packet(&i, 0, 1500000, 9);
		assert_int_equal(read_image(&i, p, bytes, &count, &err), 0);
		assert_int_equal(count, 3);
		assert_int_equal(p[0].link_type, 1);
		assert_int_equal(p[1].link_type, 113);
		assert_int_equal(p[2].link_type, 1);
		assert_int_equal(p[0].wall_ns, 1000000000);
		assert_int_equal(p[2].wall_ns, 1500000000);
		assert_int_equal(p[1].captured, 2);
		assert_int_equal(p[1].on_wire, 60);
		assert_memory_equal(bytes, "\7\10\11", 3);
	}
}

static void a_section_has_its_own_order_and_interfaces(void **state)
{
	struct capture_frame p[8];
	uint8_t bytes[8];
	unsigned count;
	struct image i = { .length = 0 };
	struct err err;

	(void)state;
	put_section(&i);
	put_interface(&i, 1, 0);
	put_packet(&i, 0, 1, 7);
	i.is_big_endian = true;
	put_section(&i);
	put_interface(&i, 101, 0);
	put_packet(&i, 0, 2, 8);
	assert_int_equal(read_image(&i, p, bytes, &count, &err), 0);
	assert_int_equal(count, 2);
	assert_int_equal(p[1].link_type, 101);
	assert_int_equal(p[1].wall_ns, 2000);
}

static void clocks_of_any_unit_give_nanoseconds(void **state)
{
	static const struct {
		const char *name;
		unsigned unit;
		int64_t offset_s;
		uint64_t ticks, ns;
	} cases[] = {
		{ "seconds", 0, 0, 5, 5000000000 },
		{ "microseconds", 6, 0, 1500000, 1500000000 },
		{ "nanoseconds", 9, 0, 1500000000, 1500000000 },
		{ "picoseconds", 12, 0, 1500000000999, 1500000000 },
		{ "the finest", 19, 0, UINT64_C(15000000000000000000), 1500000000 },
		{ "halves", 0x81, 0, 3, 1500000000 },
		{ "2^-32 s", 0xa0, 0, UINT64_C(3) << 31, 1500000000 },
		{ "2^-63 s", 0xbf, 0, UINT64_C(3) << 62, 1500000000 },
		{ "binary seconds", 0x80, 0, 2, 2000000000 },
		{ "an offset", 6, 100, 500000, 100500000000 },
		{ "an offset back", 6, -1, 1500000, 500000000 },
		{ "before 1970", 6, -100, 500000, 0 },
		{ "too late", 0, 0, UINT64_MAX, CAPTURE_WALL_MAX_NS },
		{ "too late by its offset", 0, INT64_MAX, INT64_MAX / 1000000000,
		  CAPTURE_WALL_MAX_NS },
	};

	(void)state;
	for (size_t n = 0; n < COUNT(cases); n++) {
		struct capture_frame p[8];
		uint8_t bytes[8];
		unsigned count;
		struct image i = { .is_big_endian = n & 1 };
		struct err err;

		put_section(&i);
		put_clock(&i, cases[n].unit, cases[n].offset_s);
		put_packet(&i, 0, cases[n].ticks, 7);
		assert_int_equal(read_image(&i, p, bytes, &count, &err), 0);
		assert_int_equal(count, 1);
		if (p[0].wall_ns != cases[n].ns)
			fail_msg("%s: %llu", cases[n].name, (unsigned long long)p[0].wall_ns);
	}
}

static void simple_and_obsolete_packets_are_read_and_other_blocks_passed_over(void **state)
{
	struct capture_frame p[8];
	uint8_t bytes[8];
	unsigned count;
	struct image i = { .length = 0 };
	struct err err;

	(void)state;
	put_section(&i);
	put_interface(&i, 1, 2);
	put(&i, 2, 4); /* obsolete */
	put(&i, 36, 4);
	put(&i, 0, 2);
	put(&i, 77, 2); /* drops */
	put(&i, 0, 4);
	put(&i, 1000000, 4);
	put(&i, 2, 4);
	put(&i, 60, 4);
	put(&i, 7, 4);
	put(&i, 36, 4);
	put(&i, 5, 4); /* statistics */
	put(&i, 12, 4);
	put(&i, 12, 4);
	put_simple(&i, 60, 2, 8); /* cut at the snapshot length */
	assert_int_equal(read_image(&i, p, bytes, &count, &err), 0);
	assert_int_equal(count, 2);
	assert_int_equal(p[0].wall_ns, 1000000000);
	assert_int_equal(p[0].captured, 2);
	assert_int_equal(p[1].wall_ns, 1000000000);
	assert_int_equal(p[1].captured, 2);
	assert_int_equal(p[1].on_wire, 60);
	assert_memory_equal(bytes, "\7\10", 2);
}

static void a_simple_packet_is_cut_at_the_snapshot_length_alone(void **state)
{
	static const struct {
		unsigned snaplen, on_wire, captured;
	} cases[] = { { 65535, 10, 10 }, { 10, 10, 10 }, { 9, 10, 9 }, { 0, 10, 10 } };

	(void)state;
	for (size_t n = 0; n < COUNT(cases); n++) {
		struct image i = { .length = 0 };
		struct capture_frame p[8];
		uint8_t bytes[8];
		unsigned count;
		struct err err;

		put_section(&i);
		put_interface(&i, 1, cases[n].snaplen);
		put_simple(&i, cases[n].on_wire, cases[n].captured, 7);
		assert_int_equal(read_image(&i, p, bytes, &count, &err), 0);
		assert_int_equal(count, 1);
		assert_int_equal(p[0].captured, cases[n].captured);
		assert_int_equal(p[0].on_wire, cases[n].on_wire);
	}
}

static void append(int fd, const struct image *i)
{
	assert_int_equal(write(fd, i->bytes, i->length), (ssize_t)i->length);
}

static struct image packet_of(unsigned kind, uint8_t byte)
{
	struct image i = { .length = 0 };

	if (kind == 3)
		put_simple(&i, 1500, 1500, byte);
	else
		put_packet(&i, 0, 1000000, byte);
	if (kind == 2)
		i.bytes[0] = 2;
	return i;
}

/* Wherever a block lies in the file, and so across the end of what was read of it so far. */
static void a_long_file_of_any_kind_of_packet_is_read_to_its_end(void **state)
{
	static const unsigned kinds[] = { 2, 3, 6 };

	(void)state;
	for (size_t k = 0; k < COUNT(kinds); k++) {
		unsigned most = kinds[k] == 3 ? 500 : 20000, count = 0;
		struct image head = { .length = 0 };
		struct blockfile *blockfile;
		struct capture_frame packet;
		struct err err = { 0 };
		int fd, link_type;

		put_section(&head);
		put_interface(&head, 1, 0);
		fd = descriptor_of(&head);
		for (unsigned n = 0; n < most; n++) {
			struct image i = packet_of(kinds[k], (uint8_t)n);

			append(fd, &i);
		}
		blockfile = blockfile_new(fd, 0, &link_type);
		assert_non_null(blockfile);
		errno = EINTR; /* of something else, long ago */
		while (blockfile_next(blockfile, &packet, &err) > 0) {
			assert_int_equal(packet.captured, kinds[k] == 3 ? 1500 : 2);
			if (packet.bytes[0] != (uint8_t)count ||
			    packet.bytes[packet.captured - 1] != (uint8_t)count)
				fail_msg("kind %u, packet %u", kinds[k], count);
			count++;
		}
		assert_int_equal(count, most);
		assert_false(err_is_set(&err));
		blockfile_free(blockfile);
		close(fd);
	}
}

static void a_file_cut_anywhere_delivers_its_whole_packets(void **state)
{
	struct image whole = { .length = 0 };
	size_t begin, end;

	(void)state;
	put_section(&whole);
	put_interface(&whole, 1, 0);
	begin = whole.length;
	put_packet(&whole, 0, 1, 7);
	end = whole.length;
	put_packet(&whole, 0, 2, 8);
	for (size_t length = begin; length < whole.length; length++) {
		struct capture_frame p[8];
		uint8_t bytes[8];
		unsigned count;
		struct image i = whole;
		struct err err;
		bool is_whole = length == begin || length == end;

		i.length = length;
		assert_int_equal(read_image(&i, p, bytes, &count, &err), is_whole ? 0 : ERR_FAILED);
		assert_int_equal(count, length >= end);
		assert_int_equal(strcmp(err.text, "ends inside a record") == 0, !is_whole);
	}
}

static void nonsense_ends_the_file_with_a_reason(void **state)
{
	static const struct {
		const char *words;
		size_t at; /* from the end of the interface; of 32 bits */
		uint32_t value;
	} cases[] = {
		{ "has a block of 8 bytes", 4, 8 },
		{ "has a block of 37 bytes", 4, 37 },
		{ "has a block of 400000 bytes", 4, 400000 },
		{ "has a packet of 28 bytes", 4, 28 },
		{ "has a packet of interface 1, which it does not describe,", 8, 1 },
		{ "has a record that is longer than its block", 20, 5 },
		{ "has a record of 262145 bytes, more than the 262144 that are allowed,", 20,
		  262145 },
		{ "has a section without a byte order", 0, 0x0a0d0d0a },
	};

	(void)state;
	for (size_t n = 0; n < COUNT(cases); n++) {
		struct capture_frame p[8];
		uint8_t bytes[8];
		unsigned count;
		struct image i = { .length = 0 }, value = { .length = 0 };
		struct err err;
		size_t begin;

		put_section(&i);
		put_interface(&i, 1, 0);
		begin = i.length;
		put_packet(&i, 0, 1, 7);
		put_packet(&i, 0, 2, 8); /* what follows is not read, either */
		put(&value, cases[n].value, 4);
		memcpy(i.bytes + begin + cases[n].at, value.bytes, 4);
		assert_int_equal(read_image(&i, p, bytes, &count, &err), ERR_FAILED);
		assert_string_equal(err.text, cases[n].words);
		assert_int_equal(count, 0);
	}
}

static void a_section_of_another_version_is_refused(void **state)
{
	struct capture_frame p[8];
	uint8_t bytes[8];
	unsigned count;
	struct image i = { .length = 0 };
	struct err err;

	(void)state;
	put_section(&i);
	put_interface(&i, 1, 0);
	put_packet(&i, 0, 1, 7);
	put_section(&i);
	i.bytes[i.length - 16] = 2;
	assert_int_equal(read_image(&i, p, bytes, &count, &err), ERR_FAILED);
	assert_string_equal(err.text, "has a section of the unknown version 2.0");
	assert_int_equal(count, 1);
}

static void assert_left_to_others(const struct image *i)
{
	int fd = descriptor_of(i), link_type;

	assert_null(blockfile_new(fd, 0, &link_type));
	close(fd);
}

static void other_formats_are_left_to_others(void **state)
{
	struct image i = { .length = 0 };

	(void)state;
	put(&i, 0xa1b2c3d4, 4);
	for (unsigned n = 0; n < 5; n++)
		put(&i, 0, 4);
	assert_left_to_others(&i);
}

static void a_file_without_an_interface_is_left_to_others(void **state)
{
	struct image whole = { .length = 0 }, packet = { .length = 0 };

	(void)state;
	put_section(&whole);
	put_interface(&whole, 1, 0);
	for (size_t length = 0; length < whole.length; length++) {
		struct image i = whole;

		i.length = length;
		assert_left_to_others(&i);
	}
	put_section(&packet);
	put_packet(&packet, 0, 1, 7);
	put_interface(&packet, 1, 0);
	assert_left_to_others(&packet);
}

static void a_file_of_another_version_is_left_to_others(void **state)
{
	struct image i = { .length = 0 };

	(void)state;
	put_section(&i);
	i.bytes[12] = 0;
	put_interface(&i, 1, 0);
	assert_left_to_others(&i);
}

static void a_link_type_that_is_not_decoded_is_left_to_others(void **state)
{
	struct image i = { .length = 0 };

	(void)state;
	put_section(&i);
	put_interface(&i, 127, 0);
	assert_left_to_others(&i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_packet_is_its_own_interfaces),
		cmocka_unit_test(a_section_has_its_own_order_and_interfaces),
		cmocka_unit_test(clocks_of_any_unit_give_nanoseconds),
		cmocka_unit_test(simple_and_obsolete_packets_are_read_and_other_blocks_passed_over),
		cmocka_unit_test(a_simple_packet_is_cut_at_the_snapshot_length_alone),
		cmocka_unit_test(a_long_file_of_any_kind_of_packet_is_read_to_its_end),
		cmocka_unit_test(a_file_cut_anywhere_delivers_its_whole_packets),
		cmocka_unit_test(nonsense_ends_the_file_with_a_reason),
		cmocka_unit_test(a_section_of_another_version_is_refused),
		cmocka_unit_test(a_file_of_another_version_is_left_to_others),
		cmocka_unit_test(other_formats_are_left_to_others),
		cmocka_unit_test(a_file_without_an_interface_is_left_to_others),
		cmocka_unit_test(a_link_type_that_is_not_decoded_is_left_to_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
