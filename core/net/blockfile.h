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
struct err;

struct blockfile_packet {
	uint64_t wall_ns;     /* at most INT64_MAX */
	const uint8_t *bytes; /* until the next call; not aligned */
	uint32_t captured, on_wire;
	int link_type; /* LINKTYPE_ number */
};

/* fd: a regular file, borrowed, whose first section lies at start_bytes; it is read with pread(2) only.  NULL if the format
 * is another one. */
struct blockfile *blockfile_new(int fd, uint64_t start_bytes);
void blockfile_free(struct blockfile *blockfile);

/* 1 and a packet; 0 at the end; negative where the rest cannot be read, with err as savefile_next() has it. */
int blockfile_next(struct blockfile *blockfile, struct blockfile_packet *packet, struct err *err);

#endif
