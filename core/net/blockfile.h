/* SPDX-License-Identifier: Apache-2.0 */
/* blockfile.h - the packets of a pcapng file (draft-ietf-opsawg-pcapng).
 *
 * libpcap opens such files, but ends at a second interface whose link type or snapshot length is another than the first's: so
 * are most files that were merged of several, or captured at several interfaces at once.  Here each packet has the link type
 * and the clock of its own interface.  Either byte order, several sections, enhanced, simple and obsolete packets; all other
 * blocks are passed over. */
#ifndef CORDON_NET_BLOCKFILE_H
#define CORDON_NET_BLOCKFILE_H

#include <stdint.h>

struct blockfile;
struct capture_frame;
struct err;

/* fd: a regular file, borrowed, whose first section lies at start_bytes; it is read with pread(2) only.  link_type: of the first
 * interface.  NULL if the format is another one, or if we do not decode that link type, or cannot read so far. */
struct blockfile *blockfile_new(int fd, uint64_t start_bytes, int *link_type);
void blockfile_free(struct blockfile *blockfile);

/* As savefile_next(). */
int blockfile_next(struct blockfile *blockfile, struct capture_frame *frame, struct err *err);

#endif
