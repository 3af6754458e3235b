/* SPDX-License-Identifier: Apache-2.0 */
/* savefile.h - the records of a plain pcap file, read where they lie in the buffer.
 *
 * libpcap copies each record out of stdio's buffer, in two calls; on ordinary captures that is half of the cost of
 * reading them.  It still opens the file and knows every format; this only walks the records of the one that most
 * files have: pcap 2.4 (draft-ietf-opsawg-pcap), either byte order, micro- or nanoseconds. */
#ifndef CORDON_NET_SAVEFILE_H
#define CORDON_NET_SAVEFILE_H

#include <stdint.h>

struct err;
struct savefile;

struct savefile_record {
	uint64_t wall_ns;
	const uint8_t *bytes; /* until the next call; not aligned */
	uint32_t captured, on_wire;
};

/* fd: a regular file, borrowed, whose header lies at start_bytes; it is read with pread(2) only.  snaplen: longer records
 * are cut there.  NULL if the format is another one. */
struct savefile *savefile_new(int fd, uint64_t start_bytes, uint32_t snaplen);
void savefile_free(struct savefile *savefile);

/* 1 and a record; 0 at the end; negative where the rest cannot be read, with err as the middle of a sentence that
 * begins with the file and ends with a place: "ends inside a record". */
int savefile_next(struct savefile *savefile, struct savefile_record *record, struct err *err);

#endif
