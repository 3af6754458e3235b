/* SPDX-License-Identifier: Apache-2.0 */
/* cordon-distort MODE IN OUT: a capture as a badly placed or overloaded sensor would have taken it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/err.h"
#include "core/net/capture.h"
#include "tests/distort/distort.h"

#define NANOSECONDS UINT32_C(0xa1b23c4d)

struct run {
	struct distortion *distortion;
	FILE *out;
};

static void write_frame(void *arg, const struct capture_frame *frame)
{
	const struct run *run = arg;
	uint32_t head[4] = { (uint32_t)(frame->wall_ns / 1000000000),
			     (uint32_t)(frame->wall_ns % 1000000000), frame->captured,
			     frame->on_wire };

	fwrite(head, sizeof(head), 1, run->out);
	fwrite(frame->bytes, frame->captured, 1, run->out);
}

static void survey(void *arg, const struct capture_frame *frame)
{
	const struct run *run = arg;

	distort_survey(run->distortion, frame);
}

static void distort(void *arg, const struct capture_frame *frame)
{
	struct run *run = arg;

	distort_frame(run->distortion, frame, write_frame, run);
}

/* A file that ends inside a record is distorted as far as it goes. */
static int read_all(const char *path, capture_fn *fn, struct run *run, int *link_type)
{
	struct err err = { 0 };
	struct capture *capture = capture_open_file(path, NULL, &err);

	if (!capture) {
		fprintf(stderr, "cordon-distort: %s\n", err.text);
		return 1;
	}
	*link_type = capture_link_type(capture);
	while (fn && capture_read(capture, 0, fn, run, &err) >= 0)
		;
	capture_free(capture);
	return 0;
}

int main(int argc, char **argv)
{
	uint32_t head[6] = { NANOSECONDS, 2 | 4 << 16, 0, 0, 262144, 0 };
	struct run run = { 0 };
	int link_type = 0, failed;

	if (argc != 4) {
		fprintf(stderr, "usage: cordon-distort MODE IN OUT.pcap\n%s", distort_modes());
		return 2;
	}
	if (read_all(argv[2], NULL, NULL, &link_type))
		return 1;
	run.distortion = distort_new(argv[1], link_type);
	if (!run.distortion) {
		fprintf(stderr, "cordon-distort: no mode \"%s\"; there are\n%s", argv[1],
			distort_modes());
		return 2;
	}
	run.out = fopen(argv[3], "wb");
	if (!run.out) {
		perror(argv[3]);
		return 1;
	}
	head[5] = (uint32_t)link_type;
	fwrite(head, sizeof(head), 1, run.out);
	read_all(argv[2], survey, &run, &link_type);
	read_all(argv[2], distort, &run, &link_type);
	distort_end(run.distortion, write_frame, &run);
	failed = ferror(run.out) | fclose(run.out);
	distort_free(run.distortion);
	if (failed)
		fprintf(stderr, "cordon-distort: cannot write %s\n", argv[3]);
	return failed ? 1 : 0;
}
