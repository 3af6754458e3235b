/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "tests/amtsim/console.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/knobs.h"
#include "tests/amtsim/rack.h"
#include "tests/amtsim/text.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct desk {
	struct rack *rack;
	struct text out;
	char path[32];
};

static int open_desk(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));
	struct device_config config;
	struct knobs knobs;
	const char *why;
	int fd;

	assert_non_null(desk);
	device_config_init(&config);
	knobs_init(&knobs);
	snprintf(config.name, sizeof(config.name), "amt");
	desk->rack = rack_new();
	assert_int_equal(rack_add(desk->rack, device_new(&config, &knobs, 1000000000u, &why)), 0);
	text_init(&desk->out, 1 << 20);
	snprintf(desk->path, sizeof(desk->path), "/tmp/amtsim-frames-XXXXXX");
	fd = mkstemp(desk->path);
	assert_true(fd >= 0);
	close(fd);
	*state = desk;
	return 0;
}

static int close_desk(void **state)
{
	struct desk *desk = *state;

	unlink(desk->path);
	text_fini(&desk->out);
	rack_free(desk->rack);
	free(desk);
	return 0;
}

static const char *order(struct desk *desk, const char *format, const char *argument)
{
	struct console_host host = { .now_ns = 2000000000u };
	char line[256];

	text_clear(&desk->out);
	snprintf(line, sizeof(line), "%s%s", format, argument);
	console_line(desk->rack, &host, line, &desk->out);
	return desk->out.bytes;
}

static void write_file(const struct desk *desk, const void *bytes, size_t len)
{
	FILE *file = fopen(desk->path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	fclose(file);
}

static size_t read_file(const struct desk *desk, char *bytes, size_t size)
{
	FILE *file = fopen(desk->path, "r");
	size_t len;

	assert_non_null(file);
	len = fread(bytes, 1, size, file);
	fclose(file);
	return len;
}

/* Two records: ARP transmitted, ARP received. */
static const char two[] = "AMTFRAME"
			  "t\0\x0e"
			  "\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x01\x08\x06"
			  "r\0\x0e"
			  "\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x01\x08\x06";

static void a_file_of_frames_is_judged_in_place(void **state)
{
	struct desk *desk = *state;
	char after[sizeof(two)];

	write_file(desk, two, sizeof(two) - 1);
	assert_string_equal(order(desk, "frames amt ", desk->path), "frames 2 passed 2\nok\n");
	assert_int_equal(read_file(desk, after, sizeof(after)), sizeof(two) - 1);
	assert_int_equal(after[8], 'p');
	assert_int_equal(after[25], 'p');
	assert_memory_equal(after + 9, two + 9, 16);
	order(desk, "foreign amt precedence 7 action drop", "");
	write_file(desk, two, sizeof(two) - 1);
	assert_string_equal(order(desk, "frames amt ", desk->path), "frames 2 passed 0\nok\n");
	read_file(desk, after, sizeof(after));
	assert_int_equal(after[8], 'd');
	assert_int_equal(after[25], 'd');
}

static void what_is_no_file_of_frames_is_refused(void **state)
{
	static const struct {
		size_t skip, len; /* of `two` */
		const char *answer;
	} cases[] = {
		{ 0, 8, "frames 0 passed 0\nok\n" },   { 0, 7, "error not a file of frames\n" },
		{ 1, 24, "error record 1 is none\n" }, { 0, 24, "error record 1 is none\n" },
		{ 0, 26, "error record 2 is none\n" }, { 0, 41, "error record 2 is none\n" },
	};
	struct desk *desk = *state;
	char spoiled[sizeof(two)];

	for (size_t i = 0; i < COUNT(cases); i++) {
		write_file(desk, two + cases[i].skip, cases[i].len);
		assert_string_equal(order(desk, "frames amt ", desk->path), cases[i].answer);
	}
	memcpy(spoiled, two, sizeof(two));
	spoiled[25] = '\0';
	write_file(desk, spoiled, sizeof(two) - 1);
	assert_string_equal(order(desk, "frames amt ", desk->path), "frames 1 passed 1\nok\n");
	spoiled[8] = 'x';
	write_file(desk, spoiled, sizeof(two) - 1);
	assert_string_equal(order(desk, "frames amt ", desk->path), "error record 1 is none\n");
	assert_string_equal(order(desk, "frames amt", ""), "error frames DEVICE FILE\n");
	assert_string_equal(order(desk, "frames nobody ", desk->path), "error no such device\n");
	assert_non_null(strstr(order(desk, "frames amt ", "/nowhere/at/all"), "cannot be opened"));
	assert_non_null(strstr(order(desk, "frames amt ", "/dev/null"), "not a file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_of_frames_is_judged_in_place, open_desk,
						close_desk),
		cmocka_unit_test_setup_teardown(what_is_no_file_of_frames_is_refused, open_desk,
						close_desk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
