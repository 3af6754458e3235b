/* SPDX-License-Identifier: Apache-2.0 */
/* capture.h - frames from an interface or a file.
 *
 * Offline files are read with capture_read() as fast as the caller asks.  Live interfaces and pipes have a
 * descriptor for the loop (capture_descriptor) and are read when it is ready.  A file that ends inside
 * a record delivers all whole records, then ends with an error that says so. */
#ifndef CORDON_NET_CAPTURE_H
#define CORDON_NET_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture;
struct err;

/* In 2162: whatever a file says, a century is left for what is added to a time, until it fits into no int64_t. */
#define CAPTURE_WALL_MAX_NS UINT64_C(6069772036000000000)

struct capture_frame {
	uint64_t wall_ns;     /* at most CAPTURE_WALL_MAX_NS */
	const uint8_t *bytes; /* borrowed until the callback returns */
	uint32_t captured, on_wire;
	int link_type; /* LINKTYPE_ number, for decode_frame(); a pcapng file may have several */
};

typedef void capture_fn(void *arg, const struct capture_frame *frame);

struct capture_counts {
	uint64_t frames, bytes;                     /* delivered */
	uint64_t dropped_kernel, dropped_interface; /* live only */
};

/* path "-" is standard input.  filter: BPF expression or NULL.  NULL and err (naming the file) on failure: missing,
 * directory, empty, not a capture; ERR_USAGE for a bad expression, with the compiler's words; it passes nothing of interfaces whose link type is not the first's.  Any link type
 * opens: frames that decode_frame() cannot read are its business. */
struct capture *capture_open_file(const char *path, const char *filter, struct err *err);
struct capture *capture_open_live(const char *interface, const char *filter, uint32_t buffer_bytes,
				  struct err *err);
void capture_free(struct capture *capture);

/* Of the first interface. */
int capture_link_type(const struct capture *capture);
/* Readable when frames wait; -1 for a regular file, which is always ready. */
int capture_descriptor(const struct capture *capture);

/* Delivers at most batch frames (0 = all).  Returns the number delivered, 0 at a pause of an interface or
 * pipe (wait for the descriptor), ERR_GONE at the end of a file with err unset, another negative code
 * with err for a damaged file or an interface that went away; both repeat.  Never blocks, but for a
 * pipe whose writer stops inside a record. */
int capture_read(struct capture *capture, unsigned batch, capture_fn *fn, void *arg,
		 struct err *err);
struct capture_counts capture_counts(const struct capture *capture);

#endif
