/* SPDX-License-Identifier: Apache-2.0 */
/* savefile.h - the records of a plain pcap file, read where they lie in the buffer.
 *
 * libpcap copies each record out of stdio's buffer, in two calls; on ordinary captures that is half of the cost of
 * reading them.  This reads the one format that most files have: pcap 2.4 (draft-ietf-opsawg-pcap), either byte order, micro-
 * or nanoseconds, of a link type that we decode. */
#ifndef CORDON_NET_SAVEFILE_H
#define CORDON_NET_SAVEFILE_H

#include <stdint.h>

struct capture_frame;
struct err;
struct savefile;

/* fd: a regular file, borrowed, whose header lies at start_bytes; it is read with pread(2) only.  NULL if the format
 * is another one. */
struct savefile *savefile_new(int fd, uint64_t start_bytes, int *link_type);
void savefile_free(struct savefile *savefile);

/* 1 and a frame, whose bytes stay until the next call; 0 at the end; negative where the rest cannot be read, with err as the
 * middle of a sentence that begins with the file and ends with a place: "ends inside a record". */
int savefile_next(struct savefile *savefile, struct capture_frame *frame, struct err *err);

#endif
