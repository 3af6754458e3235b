/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a capture file, its frames decoded.  A file that does not open, or ends early, must say why
 * in words that name it. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/err.h"
#include "core/net/capture.h"
#include "core/net/decode.h"
#include "core/net/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode_one(void *arg, const struct capture_frame *frame)
{
	struct packet packet;

	if (frame->wall_ns > CAPTURE_WALL_MAX_NS)
		abort();
	(void)arg;
	(void)decode_frame(frame->link_type, frame->bytes, frame->captured, frame->on_wire,
			   &packet);
}

static void read_whole(const char *path)
{
	struct err err = { 0 };
	struct capture *capture = capture_open_file(path, NULL, &err);
	int rc;

	if (capture) {
		do
			rc = capture_read(capture, 16, decode_one, NULL, &err);
		while (rc > 0);
		capture_free(capture);
		if (rc == 0) /* a file never pauses */
			abort();
		if (rc == ERR_GONE)
			return;
	}
	if (!err_is_set(&err) || !strstr(err.text, path))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	read_whole(path);
	close(fd);
	return 0;
}
