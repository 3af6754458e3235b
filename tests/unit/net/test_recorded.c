/* SPDX-License-Identifier: Apache-2.0 */
/* Captures recorded by others, where they are at hand beside the repository (../shared/captures): every frame
 * is delivered and decoded, whatever it holds. */
#include <dirent.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/err.h"
#include "core/net/capture.h"
#include "core/net/decode.h"
#include "core/net/packet.h"

#define RECORDED "../shared/captures"

struct tally {
	int link_type;
	uint64_t results[DECODE_RESULTS];
	uint64_t outside; /* payloads not within their frame */
};

static void decode_one(void *arg, const struct capture_frame *frame)
{
	struct tally *tally = arg;
	uint8_t *copy = malloc(frame->captured + 1u);
	struct packet packet;
	enum decode_result result;

	assert_non_null(copy);
	memcpy(copy + 1, frame->bytes, frame->captured); /* ends where the allocation ends */
	result = decode_frame(tally->link_type, copy + 1, frame->captured, frame->on_wire, &packet);
	tally->results[result]++;
	if (result <= DECODE_PIECE && packet.payload &&
	    (packet.payload < copy + 1 ||
	     packet.payload + packet.payload_length > copy + 1 + frame->captured))
		tally->outside++;
	free(copy);
}

/* The frames delivered, or -1 with err if the file could not be opened. */
static int64_t replay(const char *path, struct tally *tally, struct err *err)
{
	struct capture *capture = capture_open_file(path, NULL, err);
	int64_t frames;

	*tally = (struct tally){ 0 };
	if (!capture)
		return -1;
	tally->link_type = capture_link_type(capture);
	while (capture_read(capture, 512, decode_one, tally, err) > 0)
		;
	frames = (int64_t)capture_counts(capture).frames;
	capture_free(capture);
	return frames;
}

/* One row of a MANIFEST.tsv: file, digest, packets, ... */
static void check_row(const char *folder, char *row)
{
	char *save = NULL, *file = strtok_r(row, "\t", &save), *packets;
	struct err err = { 0 };
	struct tally tally;
	char path[512];
	int64_t frames;

	strtok_r(NULL, "\t", &save);
	packets = strtok_r(NULL, "\t", &save);
	assert_non_null(packets);
	snprintf(path, sizeof(path), "%s/%s/%s", RECORDED, folder, file);
	frames = replay(path, &tally, &err);
	assert_int_equal(tally.outside, 0);
	if (frames != strtoll(packets, NULL, 10))
		fail_msg("%s: %" PRId64 " frames, listed %s (%s)", path, frames, packets, err.text);
}

static void check_manifest(const char *folder)
{
	char path[256], row[8192];
	unsigned rows = 0;
	FILE *manifest;

	snprintf(path, sizeof(path), "%s/%s/MANIFEST.tsv", RECORDED, folder);
	manifest = fopen(path, "r");
	if (!manifest)
		skip();
	assert_non_null(fgets(row, sizeof(row), manifest)); /* column names */
	while (fgets(row, sizeof(row), manifest)) {
		check_row(folder, row);
		rows++;
	}
	fclose(manifest);
	assert_true(rows > 0);
}

static void worm_captures_are_read_whole(void **state)
{
	(void)state;
	check_manifest("worm");
}

static void benign_captures_are_read_whole(void **state)
{
	(void)state;
	check_manifest("benign");
}

static void malformed_captures_are_survived_and_explained(void **state)
{
	DIR *folder = opendir(RECORDED "/malformed");
	struct dirent *entry;

	(void)state;
	if (!folder)
		skip();
	while ((entry = readdir(folder))) {
		struct err err = { 0 };
		struct tally tally;
		char path[512];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/malformed/%s", RECORDED, entry->d_name);
		if (replay(path, &tally, &err) < 0)
			assert_non_null(strstr(err.text, entry->d_name));
		assert_int_equal(tally.outside, 0);
	}
	closedir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worm_captures_are_read_whole),
		cmocka_unit_test(benign_captures_are_read_whole),
		cmocka_unit_test(malformed_captures_are_survived_and_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
